using System;
using System.Globalization;

namespace Obligor
{
    /// <summary>
    /// An amount and its currency. Amounts are <see cref="decimal"/> of kroner or euros, never a double. Inside the library
    /// they are whole øre, cents, yen or fils: an amount with more decimals than its currency has is an error and is never
    /// rounded.
    /// </summary>
    public struct Money : IEquatable<Money>
    {
        private readonly string currency;

        /// <summary>An amount of a currency.</summary>
        /// <param name="amount">Kroner or euros, with at most the decimals of the currency.</param>
        /// <param name="currency">Three capital letters of ISO 4217, such as <c>DKK</c>.</param>
        /// <exception cref="RequestException">The currency is no code, the amount has too many decimals or is too large.</exception>
        public Money(decimal amount, string currency)
        {
            Currencies.Check(currency);
            Currencies.Minor(amount, currency);
            Amount = amount;
            this.currency = currency;
        }

        /// <summary>The amount, in kroner or euros.</summary>
        public decimal Amount { get; }

        /// <summary>The currency code; empty only in a Money that nobody made.</summary>
        public string Currency { get { return currency ?? ""; } }

        /// <summary>Reads <c>1250.00 DKK</c>, as the library's JSON has amounts.</summary>
        /// <exception cref="RequestException">The text is not of that form.</exception>
        public static Money Parse(string text)
        {
            var parts = (text ?? "").Split(' ');
            decimal amount;
            const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
            if (parts.Length != 2 || !decimal.TryParse(parts[0], style, CultureInfo.InvariantCulture, out amount))
            {
                throw new RequestException("\"" + text + "\" is not an amount such as 1250.00 DKK");
            }
            return new Money(amount, parts[1]);
        }

        /// <summary>As the library's JSON has amounts: <c>1250.00 DKK</c>, in every culture.</summary>
        public override string ToString()
        {
            var places = Currencies.Decimals(Currency).ToString(CultureInfo.InvariantCulture);
            return Amount.ToString("F" + places, CultureInfo.InvariantCulture) + " " + Currency;
        }

        /// <summary>Whether amount and currency are the same; 1 and 1.00 are.</summary>
        public bool Equals(Money other)
        {
            return Amount == other.Amount && Currency == other.Currency;
        }

        /// <summary>Whether it is the same amount of the same currency.</summary>
        public override bool Equals(object other)
        {
            return other is Money && Equals((Money)other);
        }

        /// <summary>A hash of amount and currency.</summary>
        public override int GetHashCode()
        {
            return Amount.GetHashCode() ^ Currency.GetHashCode();
        }

        /// <summary>Whether two are the same.</summary>
        public static bool operator ==(Money left, Money right)
        {
            return left.Equals(right);
        }

        /// <summary>Whether two differ.</summary>
        public static bool operator !=(Money left, Money right)
        {
            return !left.Equals(right);
        }

        /// <summary>In whole minor units, as the library counts.</summary>
        internal long Minor
        {
            get { return Currencies.Minor(Amount, Currency); }
        }

        /// <summary>From whole minor units.</summary>
        internal static Money FromMinor(long minor, string currency)
        {
            // From its parts, so that it keeps the currency's decimals: 1250.00 and not 1250.
            var size = minor < 0 ? 0 - unchecked((ulong)minor) : (ulong)minor;
            var scale = (byte)Currencies.Decimals(currency);
            var amount = new decimal(unchecked((int)size), unchecked((int)(size >> 32)), 0, minor < 0, scale);
            return new Money(amount, currency, true);
        }

        private Money(decimal amount, string currency, bool known)
        {
            Amount = amount;
            this.currency = currency;
        }
    }

    /// <summary>What must be known of a currency to count in its minor units.</summary>
    internal static class Currencies
    {
        // ISO 4217; every other currency has two. A test compares them with the library's.
        private const string None = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        private const string Three = "BHD IQD JOD KWD LYD OMR TND";
        private const string Four = "CLF UYW";

        private static readonly decimal[] Units = { 1m, 10m, 100m, 1000m, 10000m };

        internal static int Decimals(string currency)
        {
            if (currency.Length != 3)
            {
                return 2;
            }
            return Has(None, currency) ? 0 : Has(Three, currency) ? 3 : Has(Four, currency) ? 4 : 2;
        }

        internal static void Check(string currency)
        {
            var good = currency != null && currency.Length == 3;
            for (var at = 0; good && at < 3; at++)
            {
                good = currency[at] >= 'A' && currency[at] <= 'Z';
            }
            if (!good)
            {
                var said = currency == null ? "null" : "\"" + currency + "\"";
                throw new RequestException("currency is " + said + "; write the three capital letters of ISO 4217, such as DKK");
            }
        }

        internal static long Minor(decimal amount, string currency)
        {
            var places = Decimals(currency);
            decimal minor;
            try
            {
                minor = amount * Units[places];
            }
            catch (OverflowException)
            {
                throw TooLarge(amount, currency);
            }
            if (decimal.Truncate(minor) != minor)
            {
                throw new RequestException("amount is " + Told(amount) + "; " + currency + " has " + places + " decimals");
            }
            if (minor < long.MinValue || minor > long.MaxValue)
            {
                throw TooLarge(amount, currency);
            }
            return (long)minor;
        }

        private static RequestException TooLarge(decimal amount, string currency)
        {
            return new RequestException(
                "amount is " + Told(amount) + ", which is too large: at most " + long.MaxValue + " minor units of " + currency);
        }

        private static string Told(decimal amount)
        {
            return amount.ToString(CultureInfo.InvariantCulture);
        }

        private static bool Has(string list, string currency)
        {
            return list.IndexOf(currency, StringComparison.Ordinal) >= 0;
        }
    }
}
