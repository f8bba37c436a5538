using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Obligor
{
    /// <summary>The shared library that this package calls. One file in a process, loaded once and never unloaded.</summary>
    public static class ObligorLibrary
    {
        /// <summary>
        /// Loads this file instead of looking for the library; before the first engine is opened. Loading the same file
        /// again does nothing. Any thread.
        /// </summary>
        /// <exception cref="LibraryException">The file cannot be loaded, is not obligor or of another version; or another
        /// file is loaded already.</exception>
        public static void Load(string path)
        {
            if (path == null)
            {
                throw new LibraryException("path is null: give the file of the obligor library");
            }
            LibraryLoader.Load(path);
        }

        /// <summary>The file that is loaded; it is looked for and loaded when none is yet.</summary>
        /// <exception cref="LibraryException">It was not found or cannot be used; every path tried is listed.</exception>
        public static string Path
        {
            get { return LibraryLoader.Native.Path; }
        }

        /// <summary>The version of the loaded library, such as <c>0.1.0</c>.</summary>
        /// <exception cref="LibraryException">As for <see cref="Path"/>.</exception>
        public static string Version
        {
            get { return LibraryLoader.Native.Version; }
        }
    }

    /// <summary>
    /// Finds and loads the shared library. It is looked for, in this order: the path that was given; the environment variable
    /// <c>OBLIGOR_LIBRARY</c>; beside this assembly; below it where packages put native files; the folders of the program.
    /// A path that was given and is not there is an error: another library is never taken in its stead.
    /// </summary>
    internal static class LibraryLoader
    {
        /// <summary>The ABI this package was written for.</summary>
        internal const uint AbiVersion = 1;

        private static readonly object Loading = new object();
        private static volatile Native native;

        /// <summary>The functions of the library, loaded when it is not yet.</summary>
        internal static Native Native
        {
            get { return native ?? Load(null); }
        }

        // A failure is not remembered: a host that mends OBLIGOR_LIBRARY can try again.
        internal static Native Load(string path)
        {
            lock (Loading)
            {
                if (native != null)
                {
                    if (path != null && !string.Equals(Path.GetFullPath(path), native.Path, StringComparison.Ordinal))
                    {
                        throw new LibraryException(path + " cannot be loaded: " + native.Path + " already is, and one process uses one library");
                    }
                    return native;
                }
                native = new Native(OpenedLibrary.Open(Find(path)));
                return native;
            }
        }

        private static string Find(string path)
        {
            var places = Places(path);
            foreach (var place in places)
            {
                if (File.Exists(place))
                {
                    return Path.GetFullPath(place);
                }
            }
            throw new LibraryException(
                "the obligor library was not found; tried:\n  " + string.Join("\n  ", places)
                + "\nput it there, or set OBLIGOR_LIBRARY to its path");
        }

        private static List<string> Places(string path)
        {
            var named = path ?? Environment.GetEnvironmentVariable("OBLIGOR_LIBRARY");
            if (!string.IsNullOrEmpty(named))
            {
                return new List<string> { named };
            }
            var places = new List<string>();
            foreach (var folder in Folders())
            {
                foreach (var place in new[] { folder, Path.Combine(folder, "runtimes", System, "native") })
                {
                    var file = Path.Combine(place, FileName);
                    if (!places.Contains(file))
                    {
                        places.Add(file);
                    }
                }
            }
            return places;
        }

        private static IEnumerable<string> Folders()
        {
            // Empty where the assembly is part of a single file.
            var assembly = typeof(LibraryLoader).GetTypeInfo().Assembly.Location;
            if (!string.IsNullOrEmpty(assembly))
            {
                yield return Path.GetDirectoryName(Path.GetFullPath(assembly));
            }
            // A web server runs the assembly from a copy elsewhere; what lies beside the original is found here.
            var program = AppDomain.CurrentDomain.BaseDirectory;
            yield return program;
            yield return Path.Combine(program, "bin");
        }

        internal static bool Windows
        {
            get { return Path.DirectorySeparatorChar == '\\'; }
        }

        private static bool Mac
        {
            get { return RuntimeInformation.IsOSPlatform(OSPlatform.OSX); }
        }

        private static string FileName
        {
            get { return Windows ? "obligor.dll" : Mac ? "libobligor.dylib" : "libobligor.so"; }
        }

        /// <summary>What packages call this system: win-x64, linux-arm64, and so on.</summary>
        private static string System
        {
            get
            {
                var system = Windows ? "win" : Mac ? "osx" : "linux";
                return system + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
            }
        }
    }

    /// <summary>A shared library that was opened by its full path, and what is in it.</summary>
    internal sealed class OpenedLibrary
    {
        private readonly IntPtr module;

        private OpenedLibrary(string path, IntPtr module)
        {
            Path = path;
            this.module = module;
        }

        internal string Path { get; }

        internal static OpenedLibrary Open(string path)
        {
            IntPtr module;
            string why;
            if (LibraryLoader.Windows)
            {
                module = WindowsLoader.Open(path, out why);
            }
            else
            {
                module = UnixLoader.Open(path, out why);
            }
            if (module == IntPtr.Zero)
            {
                throw new LibraryException(path + " cannot be loaded: " + why);
            }
            return new OpenedLibrary(path, module);
        }

        /// <summary>The function that tells the version. A file without it is something else.</summary>
        internal T Version<T>(string name)
        {
            var address = Symbol(name);
            if (address == IntPtr.Zero)
            {
                throw new LibraryException(Path + " is not the obligor library: it has no " + name);
            }
            return Marshal.GetDelegateForFunctionPointer<T>(address);
        }

        /// <summary>Whether the library speaks the ABI of this package.</summary>
        internal void Compare(uint version)
        {
            if (version != LibraryLoader.AbiVersion)
            {
                throw new LibraryException(
                    Path + " has ABI version " + version + ", and this package needs " + LibraryLoader.AbiVersion
                    + ": install a library and a package of the same version");
            }
        }

        /// <summary>A function by its name.</summary>
        internal T Function<T>(string name)
        {
            var address = Symbol(name);
            if (address == IntPtr.Zero)
            {
                throw new LibraryException(
                    Path + " has no " + name + ": it is older than this package; install a library and a package of the same version");
            }
            return Marshal.GetDelegateForFunctionPointer<T>(address);
        }

        private IntPtr Symbol(string name)
        {
            return LibraryLoader.Windows ? WindowsLoader.Symbol(module, name) : UnixLoader.Symbol(module, name);
        }
    }

    internal static class WindowsLoader
    {
        // What the library itself depends on is looked for beside it, never in the working directory.
        private const uint BesideTheFile = 0x100 | 0x1000;

        internal static IntPtr Open(string path, out string why)
        {
            var module = LoadLibraryEx(path, IntPtr.Zero, BesideTheFile);
            var error = Marshal.GetLastWin32Error();
            const int badFormat = 193;
            why = error == badFormat
                ? "it is for another processor than this process (" + IntPtr.Size * 8 + " bit)"
                : new global::System.ComponentModel.Win32Exception(error).Message;
            return module;
        }

        internal static IntPtr Symbol(IntPtr module, string name)
        {
            return GetProcAddress(module, name);
        }

        [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true, EntryPoint = "LoadLibraryExW")]
        private static extern IntPtr LoadLibraryEx(string path, IntPtr zero, uint flags);

        [DllImport("kernel32", CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        private static extern IntPtr GetProcAddress(IntPtr module, string name);
    }

    internal static class UnixLoader
    {
        // Every missing symbol now and not in the middle of an order; nothing of it visible to other libraries.
        private const int Now = 2;

        internal static IntPtr Open(string path, out string why)
        {
            var file = global::Obligor.Text.In("path", path + "\0");
            var module = Ask(() => InDl.dlopen(file, Now), () => InC.dlopen(file, Now));
            why = "";
            if (module == IntPtr.Zero)
            {
                var said = Ask(InDl.dlerror, InC.dlerror);
                why = said == IntPtr.Zero ? "the system does not say why" : Marshal.PtrToStringAnsi(said);
            }
            return module;
        }

        internal static IntPtr Symbol(IntPtr module, string name)
        {
            var symbol = Encoding.ASCII.GetBytes(name + "\0");
            return Ask(() => InDl.dlsym(module, symbol), () => InC.dlsym(module, symbol));
        }

        // The loader's functions are in libdl on older systems and in libc on newer ones and on macOS.
        private static IntPtr Ask(Func<IntPtr> inDl, Func<IntPtr> inC)
        {
            try
            {
                return inDl();
            }
            catch (DllNotFoundException)
            {
                return inC();
            }
            catch (EntryPointNotFoundException)
            {
                return inC();
            }
        }

        private static class InDl
        {
            [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl)]
            internal static extern IntPtr dlopen(byte[] path, int flags);

            [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl)]
            internal static extern IntPtr dlsym(IntPtr module, byte[] name);

            [DllImport("libdl.so.2", CallingConvention = CallingConvention.Cdecl)]
            internal static extern IntPtr dlerror();
        }

        private static class InC
        {
            [DllImport("libc", CallingConvention = CallingConvention.Cdecl)]
            internal static extern IntPtr dlopen(byte[] path, int flags);

            [DllImport("libc", CallingConvention = CallingConvention.Cdecl)]
            internal static extern IntPtr dlsym(IntPtr module, byte[] name);

            [DllImport("libc", CallingConvention = CallingConvention.Cdecl)]
            internal static extern IntPtr dlerror();
        }
    }
}
