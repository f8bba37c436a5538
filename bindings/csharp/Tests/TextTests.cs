using System;
using Obligor;

namespace Tests
{
    /// <summary>Texts in and out: Unicode, padding, what no text may hold.</summary>
    internal static class TextTests
    {
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
