using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: AssemblyTitle("Obligor")]
[assembly: AssemblyDescription("Credit checks inside the ERP's own process.")]
[assembly: AssemblyVersion("0.1.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
[assembly: AssemblyInformationalVersion("0.1.0")]
[assembly: ComVisible(false)]

// The tests compare structs and functions with the C header, and hand in bytes that no string can hold.
[assembly: InternalsVisibleTo("Tests")]
