using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Obligor;

namespace Tests
{
    /// <summary>This package and the C header say the same: functions, structs, status codes and numbers.</summary>
    internal static class InterfaceTests
    {
        public static void Every_struct_is_laid_out_as_recorded()
        {
            var types = new Dictionary<string, Type>
            {
                { "obligor_order", typeof(OrderStruct) }, { "obligor_decision", typeof(DecisionStruct) },
                { "obligor_reason", typeof(ReasonStruct) }, { "obligor_account", typeof(AccountStruct) },
            };
            var kinds = new Dictionary<string, Type>
            {
                { "uint32_t 1", typeof(uint) }, { "int32_t 1", typeof(int) }, { "int64_t 1", typeof(long) },
                { "char 4", typeof(Chars4) }, { "char 32", typeof(Chars32) }, { "char 64", typeof(Chars64) },
                { "char 128", typeof(Chars128) },
            };
            const string structs = "\"(obligor_\\w+)\":\\s*\\{\\s*\"align\":\\s*\\d+,\\s*\"fields\":\\s*\\[([^\\]]*)\\],\\s*\"size\":\\s*(\\d+)";
            const string fields = "\"count\":\\s*(\\d+),\\s*\"name\":\\s*\"(\\w+)\",\\s*\"offset\":\\s*(\\d+),\\s*\"size\":\\s*(\\d+),\\s*\"type\":\\s*\"(\\w+)\"";
            var seen = new List<string>();
            foreach (Match match in Regex.Matches(Read("abi/layout.json"), structs))
            {
                var name = match.Groups[1].Value;
                Is.True(types.ContainsKey(name), name + " has a struct here");
                var type = types[name];
                seen.Add(name);
                Is.Equal(int.Parse(match.Groups[3].Value), Marshal.SizeOf(type), "the size of " + name);
                var places = Regex.Matches(match.Groups[2].Value, fields).Cast<Match>().ToArray();
                const BindingFlags all = BindingFlags.Instance | BindingFlags.NonPublic;
                Is.Equal(string.Join(" ", places.Select(place => place.Groups[2].Value)),
                    string.Join(" ", type.GetFields(all).OrderBy(field => field.MetadataToken).Select(field => field.Name)), name);
                foreach (var place in places)
                {
                    var field = place.Groups[2].Value;
                    Is.Equal(int.Parse(place.Groups[3].Value), Marshal.OffsetOf(type, field).ToInt32(), name + "." + field);
                    var kind = kinds[place.Groups[5].Value + " " + place.Groups[1].Value];
                    Is.Equal(kind, type.GetField(field, all).FieldType, name + "." + field);
                    Is.Equal(int.Parse(place.Groups[4].Value), Marshal.SizeOf(kind), name + "." + field);
                }
            }
            Is.Equal(string.Join(" ", types.Keys.OrderBy(it => it, StringComparer.Ordinal)), string.Join(" ", seen), "the structs");
        }

        public static void The_table_has_every_function_of_the_header_and_no_other()
        {
            var header = Regex.Replace(Read("include/obligor.h"), "/\\*.*?\\*/", "", RegexOptions.Singleline);
            var declared = Regex.Matches(header, "\\b(obligor_\\w+)\\(").Cast<Match>().Select(match => match.Groups[1].Value);
            Is.Equal(Lines(declared), Lines(Table().Select(field => field.Name)), "the functions");
        }

        public static void Every_function_takes_and_gives_what_was_recorded()
        {
            var table = Table().ToDictionary(field => field.Name);
            var recorded = Read("abi/exports.txt").Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries);
            Is.Equal(table.Count, recorded.Length, "the number of functions");
            foreach (var line in recorded)
            {
                var parts = Regex.Match(line, "^(\\w+): (.*?) \\((.*)\\)$").Groups;
                var call = table[parts[1].Value].FieldType.GetMethod("Invoke");
                var convention = call.DeclaringType.GetCustomAttribute<UnmanagedFunctionPointerAttribute>().CallingConvention;
                Is.Equal(CallingConvention.Cdecl, convention, line);
                var ours = call.GetParameters().Select(parameter => InC(parameter.ParameterType, parameter.IsOut));
                var wanted = parts[3].Value.Replace("const ", "").Replace("obligor_progress_callback", "callback")
                    .Replace("obligor_log_callback", "callback").Replace("obligor_source_callback", "callback");
                Is.Equal(wanted, call.GetParameters().Length == 0 ? "void" : string.Join(", ", ours), line);
                var result = call.ReturnType == typeof(IntPtr) ? "char *" : InC(call.ReturnType, false);
                Is.Equal(parts[2].Value.Replace("const ", ""), result, line);
            }
        }

        public static void Every_status_has_its_name_and_its_exception()
        {
            var recorded = Read("abi/status.txt").Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries);
            Is.Equal(Enum.GetValues(typeof(Status)).Length, recorded.Length, "the number of statuses");
            foreach (var line in recorded)
            {
                var parts = line.Split(' ');
                var status = (Status)int.Parse(parts[0]);
                Is.Equal(Regex.Replace(parts[1], "^OBLIGOR_(E_)?", ""), Shouted(status.ToString()), line);
                Is.True(LibraryLoader.Native.StatusText(status).Length > 2, "words for " + line);
                if (status != Status.Ok && status != Status.Buffer)
                {
                    var error = ObligorException.Of(status, "why");
                    Is.Equal(status, error.Status, line);
                    Is.True(error.GetType() != typeof(ObligorException), "an exception of its own for " + line);
                }
            }
            Is.Equal(typeof(ObligorException), ObligorException.Of((Status)999, "why").GetType(), "an unknown status");
        }

        public static void Every_number_of_the_header_has_its_name()
        {
            var enums = new Dictionary<string, Type>
            {
                { "ACCOUNT", typeof(AccountStatus) }, { "KIND", typeof(Unit) }, { "LEVEL", typeof(Level) },
                { "LOG", typeof(LogLevel) }, { "OUTCOME", typeof(Outcome) }, { "REASON", typeof(Code) },
                { "REMEDY", typeof(RemedyKind) }, { "SOURCE", typeof(Source) }, { "STAGE", typeof(Stage) },
                { "STATE", typeof(OrderState) }, { "CHECKPOINT", typeof(Checkpoint) },
            };
            var names = Read("abi/names.txt");
            foreach (var pair in enums)
            {
                var recorded = Regex.Matches(names, "^OBLIGOR_" + pair.Key + "_(\\w+): (\\d+)$", RegexOptions.Multiline)
                    .Cast<Match>().Select(match => match.Groups[1].Value + " " + match.Groups[2].Value);
                var ours = Enum.GetValues(pair.Value).Cast<object>().Select(it => Shouted(it.ToString()) + " " + (int)it);
                Is.Equal(Lines(recorded), Lines(ours), pair.Key);
            }
            Is.In("OBLIGOR_ABI_VERSION: " + LibraryLoader.AbiVersion + "\n", names);
            Is.In("OBLIGOR_NO_DAY: (-2147483647 - 1)\n", names);
            Is.Equal(int.MinValue, When.NoDay, "no day");
            Is.In("OBLIGOR_ORDER_ALL: 1\n", names);
            Is.In("OBLIGOR_ORDER_SECURED: " + Order.FlagSecured + "\n", names);
            Is.In("OBLIGOR_ORDER_TERMS: " + Order.FlagTerms + "\n", names);
            Is.In("OBLIGOR_ORDER_DISCOUNT: " + Order.FlagDiscount + "\n", names);
            Is.In("OBLIGOR_ORDER_OVERRULE: " + Order.FlagOverrule + "\n", names);
            Is.In("OBLIGOR_ORDER_LIFTS_STOP: " + Order.FlagLiftsStop + "\n", names);
        }

        public static void The_loaded_library_says_its_version_in_both_ways()
        {
            var parts = ObligorLibrary.Version.Split('.').Select(uint.Parse).ToArray();
            Is.Equal(parts[0] * 1000000 + parts[1] * 1000 + parts[2], LibraryLoader.Native.obligor_version_number(), "the number");
        }

        /// <summary>What a type of ours is in C, as abi/exports.txt writes it without const.</summary>
        private static string InC(Type type, bool isOut)
        {
            var one = type.IsByRef || type.IsArray ? type.GetElementType() : type;
            var names = new Dictionary<Type, string>
            {
                { typeof(uint), "uint32_t" }, { typeof(int), "int32_t" }, { typeof(Status), "int32_t" }, { typeof(long), "int64_t" },
                { typeof(UIntPtr), "size_t" }, { typeof(byte), "char" }, { typeof(IntPtr), "void *" },
                { typeof(OrderStruct), "obligor_order" }, { typeof(DecisionStruct), "obligor_decision" },
                { typeof(ReasonStruct), "obligor_reason" }, { typeof(AccountStruct), "obligor_account" },
            };
            if (typeof(Delegate).IsAssignableFrom(one))
            {
                return "callback";
            }
            Is.True(names.ContainsKey(one), one + " is known in C");
            return names[one] + (type.IsByRef || type.IsArray ? " *" : "");
        }

        private static FieldInfo[] Table()
        {
            return typeof(Native).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
                .Where(field => typeof(Delegate).IsAssignableFrom(field.FieldType)).ToArray();
        }

        private static string Read(string file)
        {
            return File.ReadAllText(Path.Combine(Program.Root, file));
        }

        private static string Shouted(string name)
        {
            return Regex.Replace(name, "(?<=[a-z])(?=[A-Z])", "_").ToUpperInvariant();
        }

        private static string Lines(IEnumerable<string> names)
        {
            return string.Join("\n", names.OrderBy(name => name, StringComparer.Ordinal));
        }
    }
}
