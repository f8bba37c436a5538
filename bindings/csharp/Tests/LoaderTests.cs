using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Obligor;

namespace Tests
{
    /// <summary>Finding and loading the library. In this order: the last one loads it for good.</summary>
    internal static class LoaderTests
    {
        private const string Variable = "OBLIGOR_LIBRARY";

        public static void A_library_that_is_not_there_is_named()
        {
            var path = Path.Combine(Program.Scratch, "nowhere", "libobligor.so");
            Is.In(path, Is.Thrown<LibraryException>(() => ObligorLibrary.Load(path)).Message);
            Is.Thrown<LibraryException>(() => ObligorLibrary.Load(null));
        }

        public static void The_environment_names_the_one_place_to_look()
        {
            var before = Environment.GetEnvironmentVariable(Variable);
            var path = Path.Combine(Program.Scratch, "elsewhere.so");
            try
            {
                Environment.SetEnvironmentVariable(Variable, path);
                var message = Is.Thrown<LibraryException>(() => Engine.Open("desk.toml")).Message;
                Is.In("tried:\n  " + path + "\n", message);
                Is.In("set OBLIGOR_LIBRARY", message);
            }
            finally
            {
                Environment.SetEnvironmentVariable(Variable, before);
            }
        }

        public static void A_file_that_is_no_library_is_named()
        {
            var path = Path.Combine(Program.Scratch, "text.so");
            File.WriteAllText(path, "not a library");
            var message = Is.Thrown<LibraryException>(() => ObligorLibrary.Load(path)).Message;
            Is.In(path + " cannot be loaded: ", message);
            Is.True(message.Length > path.Length + 25, "the system's words follow: " + message);
        }

        public static void A_library_of_another_version_is_refused_and_named()
        {
            var path = Fake("version", "unsigned obligor_abi_version(void) { return 2; }");
            var message = Is.Thrown<LibraryException>(() => ObligorLibrary.Load(path)).Message;
            Is.In(path + " has ABI version 2, and this package needs 1", message);
        }

        public static void Another_library_and_an_older_one_are_refused_and_named()
        {
            var other = Fake("other", "int something_else(void) { return 1; }");
            var message = Is.Thrown<LibraryException>(() => ObligorLibrary.Load(other)).Message;
            Is.In(other + " is not the obligor library", message);
            var older = Fake("older", "unsigned obligor_abi_version(void) { return 1; }");
            message = Is.Thrown<LibraryException>(() => ObligorLibrary.Load(older)).Message;
            Is.In(older + " has no obligor_", message);
            Is.In("older than this package", message);
        }

        public static void The_library_is_found_and_no_other_is_loaded_after_it()
        {
            Is.Equal(Path.GetFullPath(Expected()), ObligorLibrary.Path);
            ObligorLibrary.Load(ObligorLibrary.Path);
            var message = Is.Thrown<LibraryException>(() => ObligorLibrary.Load("/another/libobligor.so")).Message;
            Is.In(ObligorLibrary.Path + " already is", message);
            var version = typeof(Engine).Assembly.GetName().Version;
            Is.Equal(version.ToString(3), ObligorLibrary.Version);
        }

        public static void The_file_that_is_named_is_the_file_that_is_mapped()
        {
            if (!File.Exists("/proc/self/maps"))
            {
                // Only Linux tells; there the loader is the same as on every other Unix.
                Is.True(Path.DirectorySeparatorChar == '\\' || Directory.Exists("/System"), "a system without /proc/self/maps");
                return;
            }
            var mapped = File.ReadAllLines("/proc/self/maps")
                .Where(line => line.Contains("libobligor"))
                .Select(line => line.Substring(line.IndexOf('/')))
                .Distinct()
                .ToArray();
            Is.Equal(ObligorLibrary.Path, string.Join(" ", mapped));
        }

        private static string Expected()
        {
            var beside = Path.GetDirectoryName(typeof(Engine).Assembly.Location);
            // Where it is in a package that was unpacked.
            var packed = Path.Combine(beside, "runtimes", "linux-x64", "native", "libobligor.so");
            if (File.Exists(packed))
            {
                return packed;
            }
            return Environment.GetEnvironmentVariable(Variable)
                ?? Directory.GetFiles(beside).Single(file => Path.GetFileNameWithoutExtension(file).EndsWith("obligor")
                    && !file.EndsWith(".dll.mdb") && Path.GetFileName(file) != "Obligor.dll");
        }

        private static string Fake(string name, string source)
        {
            var folder = Path.Combine(Program.Scratch, "fake");
            Directory.CreateDirectory(folder);
            string code = Path.Combine(folder, name + ".c"), path = Path.Combine(folder, name + ".so");
            File.WriteAllText(code, source + "\n");
            var start = new ProcessStartInfo("cc", "-shared -fPIC -o \"" + path + "\" \"" + code + "\"") { UseShellExecute = false };
            try
            {
                using (var compiler = Process.Start(start))
                {
                    compiler.WaitForExit();
                    Is.Equal(0, compiler.ExitCode, "the C compiler's answer");
                }
            }
            catch (System.ComponentModel.Win32Exception error)
            {
                throw new Exception("a C compiler that answers to `cc` is missing: install one (Debian: gcc, libc6-dev)", error);
            }
            return path;
        }
    }
}
