using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Obligor;

namespace Tests
{
    /// <summary>Texts in and out: Unicode, padding, what no text may hold.</summary>
    internal static class TextTests
    {
        public static void The_golden_table_comes_out_as_it_does_in_C_and_Python()
        {
            var rows = File.ReadAllLines(Path.Combine(Program.Root, "tests", "golden", "texts.txt"))
                .Where(line => line.Length > 0 && line[0] != '#').ToArray();
            Is.True(rows.Length >= 28, rows.Length + " rows");
            using (var desk = new Desk(false))
            {
                var long_ = new string('x', 64);
                desk.Import("customers", "customer,name,country,company,currency\n"
                    + string.Concat(new[] { "K1", "Ærø", long_ }.Select(customer => customer + ",A,DK,NW01,DKK\n")));
                var handle = desk.Engine.Handle;
                foreach (var row in rows)
                {
                    var parts = row.Split('|').Select(part => part.Trim()).ToArray();
                    var company = new byte[] { (byte)'N', (byte)'W', (byte)'0', (byte)'1', 0 };
                    uint account = 4711;
                    Status status;
                    using (var use = handle.Enter())
                    {
                        status = handle.Native.obligor_account_resolve(
                            use.Number, company, -1, Bytes(parts[1]), long.Parse(parts[2]), out account);
                    }
                    Is.Equal("OBLIGOR_" + parts[3], InC(status), parts[0]);
                    if (status == Status.Ok)
                    {
                        var customer = parts[4] == "x*64" ? long_ : parts[4];
                        Is.Equal(desk.Engine.GetAccount("NW01", customer).Number, account, parts[0]);
                    }
                    else
                    {
                        Is.In(parts[4], Is.Any(() => handle.Native.Check(status)).Message);
                    }
                }
            }
        }

        private static string InC(Status status)
        {
            var name = string.Concat(status.ToString().Select((letter, at) => (at > 0 && char.IsUpper(letter) ? "_" : "") + letter));
            return "OBLIGOR_" + (status == Status.Ok ? "OK" : "E_" + name.ToUpperInvariant());
        }

        private static byte[] Bytes(string told)
        {
            if (told == "NULL")
            {
                return null;
            }
            var bytes = new List<byte>();
            foreach (var part in told.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries))
            {
                var times = part.Length > 2 ? int.Parse(part.Substring(3)) : 1;
                bytes.AddRange(Enumerable.Repeat(Convert.ToByte(part.Substring(0, 2), 16), times));
            }
            return bytes.ToArray();
        }

        public static void Nordic_letters_and_what_lies_beyond_come_back()
        {
            using (var desk = new Desk())
            {
                foreach (var document in new[] { "Ærø-1", "Åbenrå/Ö", "日本-1", "\ud83d\ude9a-1" })
                {
                    desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", document, "k " + document));
                    var account = "{\"account\":{\"company\":\"NW01\",\"customer\":\"10001\"}}";
                    Is.In(document, desk.Engine.Call("decision.list", account));
                }
            }
        }

        public static void Padding_of_names_does_not_count_and_blanks_before_them_do()
        {
            using (var desk = new Desk())
            {
                var number = desk.Engine.GetAccount("NW01", "10001").Number;
                Is.Equal(number, desk.Engine.GetAccount("NW01   ", "10001 \0\0").Number);
                Is.Thrown<NotFoundException>(() => desk.Engine.GetAccount("NW01", " 10001"));
                Is.Equal("10000.00 DKK", desk.Engine.Check(Desk.Order("10001     ", "1.00 DKK")).Limit.ToString());
            }
        }

        public static void Half_a_character_is_an_error_that_says_where()
        {
            using (var desk = new Desk())
            {
                var error = Is.Thrown<TextException>(() => desk.Engine.GetAccount("NW01", "100\ud83d"));
                Is.Equal(Status.Encoding, error.Status);
                Is.In("customer is not valid Unicode at character 3", error.Message);
                Is.Thrown<TextException>(() => desk.Engine.Check(Desk.Order("\ude00", "1.00 DKK")));
                Is.Thrown<TextException>(() => desk.Engine.Call("stats", "{\"\ud800\":1}"));
            }
        }

        public static void A_NUL_inside_a_name_is_an_error_and_never_cuts_it()
        {
            using (var desk = new Desk())
            {
                Is.In("customer", Is.Thrown<RequestException>(() => desk.Engine.GetAccount("NW01", "10001\0x")).Message);
                Is.In("document", Is.Thrown<RequestException>(() => desk.Engine.Check(Desk.Order("10001", "1.00 DKK", "a\0b"))).Message);
                Is.Thrown<RequestException>(() => desk.Engine.Call("sta\0ts"));
                Is.Thrown<RequestException>(() => desk.Engine.Backup("copy\0.db"));
            }
        }

        public static void Names_fill_their_field_and_no_more()
        {
            using (var desk = new Desk())
            {
                var fits = new string('ø', 32);
                Is.True(desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", fits, fits)).Granted, "64 bytes fit");
                var error = Is.Thrown<RequestException>(() => desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", fits + "x", "2")));
                Is.In("document is 65 bytes long; at most 64", error.Message);
                var order = Desk.Order("10001", "1.00 DKK");
                order.Company = new string('x', 33);
                Is.In("company is 33 bytes long; at most 32", Is.Thrown<RequestException>(() => desk.Engine.Check(order)).Message);
            }
        }

        public static void Every_size_of_buffer_gets_all_or_nothing()
        {
            var native = LibraryLoader.Native;
            var words = native.StatusText(Status.KeyConflict);
            for (var cap = 0; cap <= words.Length + 3; cap++)
            {
                var buffer = new byte[words.Length + 10];
                for (var at = 0; at < buffer.Length; at++)
                {
                    buffer[at] = 0xAA;
                }
                UIntPtr needed;
                var status = native.obligor_status_text(Status.KeyConflict, buffer, (UIntPtr)(uint)cap, out needed);
                Is.Equal((ulong)words.Length + 1, needed.ToUInt64(), "needed");
                var written = cap <= words.Length ? 0 : words.Length + 1;
                Is.Equal(written == 0 ? Status.Buffer : Status.Ok, status, "with room for " + cap);
                Is.Equal((byte)0xAA, buffer[written], "the byte behind");
                Is.Equal(written == 0 ? (byte)0xAA : (byte)words[0], buffer[0], "the first byte");
            }
        }
    }
}
