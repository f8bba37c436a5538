using System;
using System.Runtime.InteropServices;

// Fields that only the library writes are "never assigned" to the compiler.
#pragma warning disable 649

namespace Obligor
{
    // The structs of the C header, field by field and name by name; a test compares them with abi/layout.json. Each begins
    // with its own size, so that an older caller and a newer library understand each other. They are blittable: the
    // library reads and writes them where they are and nothing is copied or allocated. Char arrays are rows of whole
    // numbers for that reason: a `fixed` buffer would need unsafe code, and a marshalled array a copy at every call.

    /// <summary>A request about one order: <c>obligor_order</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct OrderStruct
    {
        internal uint struct_size;
        internal uint account;
        internal long amount;
        internal Chars4 currency;
        internal uint flags;
        internal long expires_ms;
        internal int stage_from;
        internal int stage_to;
        internal int due_day;
        internal uint deadline_ms;
        internal Chars32 company;
        internal Chars64 customer;
        internal Chars64 document;
        internal Chars64 key;
        internal Chars64 item;
        internal Chars64 user;
        internal Chars32 rate;
        internal long secured;
        internal int ships_day;
        internal int terms_days;
        internal int discount_basis_points;
        internal int checkpoint;
        internal Chars64 role;
        internal Chars128 reason;
    }

    /// <summary>The answer about one order: <c>obligor_decision</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct DecisionStruct
    {
        internal uint struct_size;
        internal int outcome;
        internal long decision_id;
        internal long increase;
        internal Chars4 increase_currency;
        internal Chars4 currency;
        internal long exposure_before;
        internal long exposure_after;
        internal long limit;
        internal long available_before;
        internal long available_after;
        internal long prepay;
        internal long facts_at_ms;
        internal int has_account;
        internal int has_limit;
        internal int order_state;
        internal int source;
        internal int repeated;
        internal uint reason_count;
        internal int status;
        internal uint reserved;
        internal long deposit;
    }

    /// <summary>One reason of a decision: <c>obligor_reason</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct ReasonStruct
    {
        internal uint struct_size;
        internal int code;
        internal int level;
        internal int effect;
        internal int measured_kind;
        internal int threshold_kind;
        internal int remedy_kind;
        internal uint reserved;
        internal long measured;
        internal long threshold;
        internal long remedy;
        internal Chars32 release_by;
        internal Chars64 rule;
        internal Chars64 pool;
        internal Chars4 currency;
        internal Chars4 remedy_currency;
    }

    /// <summary>Where an account stands: <c>obligor_account</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct AccountStruct
    {
        internal uint struct_size;
        internal uint account;
        internal Chars4 currency;
        internal int status;
        internal long ordered;
        internal long delivered;
        internal long drafted;
        internal long open;
        internal long overdue;
        internal long unapplied;
        internal long exposure;
        internal long limit;
        internal long available;
        internal int has_limit;
        internal int oldest_overdue_day;
        internal long facts_at_ms;
        internal long later;
    }

    /// <summary>What stands in <c>struct_size</c>.</summary>
    internal static class Sizes
    {
        internal static readonly uint Order = (uint)Marshal.SizeOf(typeof(OrderStruct));
        internal static readonly uint Decision = (uint)Marshal.SizeOf(typeof(DecisionStruct));
        internal static readonly uint Reason = (uint)Marshal.SizeOf(typeof(ReasonStruct));
        internal static readonly uint Account = (uint)Marshal.SizeOf(typeof(AccountStruct));
    }

    /// <summary><c>char[4]</c></summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Chars4
    {
        internal const int Size = 4;
        private uint a;

        internal static Chars4 From(byte[] text)
        {
            return new Chars4 { a = BitConverter.ToUInt32(Chars.Padded(text, Size), 0) };
        }

        public override string ToString()
        {
            return Text.Out(BitConverter.GetBytes(a));
        }
    }

    /// <summary><c>char[32]</c></summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Chars32
    {
        internal const int Size = 32;
        private ulong a, b, c, d;

        internal static Chars32 From(byte[] text)
        {
            if (text.Length == 0)
            {
                return new Chars32();
            }
            var t = Chars.Padded(text, Size);
            return new Chars32 { a = Chars.Eight(t, 0), b = Chars.Eight(t, 1), c = Chars.Eight(t, 2), d = Chars.Eight(t, 3) };
        }

        public override string ToString()
        {
            return a == 0 ? "" : Chars.Told(a, b, c, d);
        }
    }

    /// <summary><c>char[64]</c></summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Chars64
    {
        internal const int Size = 64;
        private ulong a, b, c, d, e, f, g, h;

        internal static Chars64 From(byte[] text)
        {
            if (text.Length == 0)
            {
                return new Chars64();
            }
            var t = Chars.Padded(text, Size);
            return new Chars64
            {
                a = Chars.Eight(t, 0), b = Chars.Eight(t, 1), c = Chars.Eight(t, 2), d = Chars.Eight(t, 3),
                e = Chars.Eight(t, 4), f = Chars.Eight(t, 5), g = Chars.Eight(t, 6), h = Chars.Eight(t, 7),
            };
        }

        public override string ToString()
        {
            return a == 0 ? "" : Chars.Told(a, b, c, d, e, f, g, h);
        }
    }

    /// <summary><c>char[128]</c></summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Chars128
    {
        internal const int Size = 128;
        private Chars64 a, b;

        internal static Chars128 From(byte[] text)
        {
            if (text.Length == 0)
            {
                return new Chars128();
            }
            var padded = Chars.Padded(text, Size);
            byte[] first = new byte[Chars64.Size], second = new byte[Chars64.Size];
            Buffer.BlockCopy(padded, 0, first, 0, Chars64.Size);
            Buffer.BlockCopy(padded, Chars64.Size, second, 0, Chars64.Size);
            return new Chars128 { a = Chars64.From(first), b = Chars64.From(second) };
        }
    }

    /// <summary>Char arrays as rows of eight bytes, in the byte order of the machine.</summary>
    internal static class Chars
    {
        internal static byte[] Padded(byte[] text, int size)
        {
            var padded = new byte[size];
            Buffer.BlockCopy(text, 0, padded, 0, text.Length);
            return padded;
        }

        internal static ulong Eight(byte[] text, int row)
        {
            return BitConverter.ToUInt64(text, row * 8);
        }

        internal static string Told(params ulong[] rows)
        {
            var bytes = new byte[rows.Length * 8];
            Buffer.BlockCopy(rows, 0, bytes, 0, bytes.Length);
            return Text.Out(bytes);
        }
    }
}
