using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace Tests
{
    /// <summary>
    /// Runs every public static method of the test classes and prints what came of it. There is no test framework to be had
    /// where only mcs and mono are, and none is needed.
    /// </summary>
    internal static class Program
    {
        // The loader first: it needs a process that has no library loaded yet.
        private static readonly Type[] Classes =
        {
            typeof(LoaderTests), typeof(InterfaceTests), typeof(TextTests), typeof(MoneyTests), typeof(OrderTests),
            typeof(ListTests), typeof(WorkTests), typeof(PoolTests), typeof(PolicyTests), typeof(ErrorTests), typeof(EngineTests), typeof(CallbackTests), typeof(ThreadTests),
        };

        /// <summary>An empty folder for files of the tests.</summary>
        internal static string Scratch { get; private set; }

        /// <summary>The checkout.</summary>
        internal static string Root { get; private set; }

        private static int Main(string[] words)
        {
            if (words.Length < 2)
            {
                Console.Error.WriteLine("usage: Tests FOLDER-FOR-FILES CHECKOUT [PART-OF-A-NAME]");
                return 2;
            }
            Scratch = Path.GetFullPath(words[0]);
            Root = Path.GetFullPath(words[1]);
            Directory.CreateDirectory(Scratch);
            int passed = 0, failed = 0;
            foreach (var test in Classes.SelectMany(Methods))
            {
                var name = test.DeclaringType.Name.Replace("Tests", "") + ": " + test.Name.Replace('_', ' ');
                // The loader's tests load the library, whatever else is asked for.
                if (words.Length > 2 && name.IndexOf(words[2], StringComparison.Ordinal) < 0 && test.DeclaringType != typeof(LoaderTests))
                {
                    continue;
                }
                var watch = System.Diagnostics.Stopwatch.StartNew();
                try
                {
                    ((Action)Delegate.CreateDelegate(typeof(Action), test))();
                    passed++;
                    Console.WriteLine("ok    " + name + " (" + watch.ElapsedMilliseconds + " ms)");
                }
                catch (Exception error)
                {
                    failed++;
                    Console.WriteLine("FAIL  " + name + "\n" + error);
                }
            }
            Console.WriteLine(passed + " passed, " + failed + " failed");
            return failed == 0 && passed > 0 ? 0 : 1;
        }

        private static IEnumerable<MethodInfo> Methods(Type type)
        {
            const BindingFlags all = BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly;
            return type.GetMethods(all).OrderBy(method => method.MetadataToken);
        }
    }

    /// <summary>What tests say of what they see.</summary>
    internal static class Is
    {
        internal static void True(bool seen, string what)
        {
            if (!seen)
            {
                throw new Exception("it is not so: " + what);
            }
        }

        internal static void Equal<T>(T wanted, T seen, string what = "")
        {
            if (!EqualityComparer<T>.Default.Equals(wanted, seen))
            {
                throw new Exception(what + " should be <" + wanted + ">, is <" + seen + ">");
            }
        }

        internal static void In(string part, string text)
        {
            True(text.Contains(part), "<" + part + "> in <" + text + ">");
        }

        /// <summary>Any exception of the library.</summary>
        internal static Obligor.ObligorException Any(Action work)
        {
            try
            {
                work();
            }
            catch (Obligor.ObligorException error)
            {
                return error;
            }
            throw new Exception("should have thrown, threw nothing");
        }

        /// <summary>The very kind of exception, and not one derived from it.</summary>
        internal static T Thrown<T>(Action work) where T : Exception
        {
            try
            {
                work();
            }
            catch (Exception error)
            {
                if (error.GetType() == typeof(T))
                {
                    return (T)error;
                }
                throw new Exception("should have thrown " + typeof(T).Name + ", threw " + error);
            }
            throw new Exception("should have thrown " + typeof(T).Name + ", threw nothing");
        }
    }
}
