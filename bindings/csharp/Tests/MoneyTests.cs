using System;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading;
using Obligor;

namespace Tests
{
    internal static class MoneyTests
    {
        public static void Amounts_go_in_and_come_out_exactly()
        {
            foreach (var row in new[]
            {
                Tuple.Create("1250.00 DKK", 125000L), Tuple.Create("-0.01 EUR", -1L), Tuple.Create("1000000 JPY", 1000000L),
                Tuple.Create("1.234 KWD", 1234L), Tuple.Create("0.0001 CLF", 1L),
                Tuple.Create("92233720368547758.07 DKK", long.MaxValue), Tuple.Create("-92233720368547758.08 DKK", long.MinValue),
            })
            {
                var money = Money.Parse(row.Item1);
                Is.Equal(row.Item2, money.Minor, row.Item1);
                Is.Equal(row.Item1, Money.FromMinor(row.Item2, money.Currency).ToString());
                Is.Equal(money, Money.FromMinor(row.Item2, money.Currency));
            }
        }

        public static void More_decimals_than_the_currency_has_are_an_error()
        {
            Is.Equal(150L, new Money(1.5000m, "DKK").Minor, "zeros do not count");
            Is.In("amount is 1.005; DKK has 2 decimals", Is.Thrown<RequestException>(() => new Money(1.005m, "DKK")).Message);
            Is.In("JPY has 0 decimals", Is.Thrown<RequestException>(() => new Money(0.5m, "JPY")).Message);
            Is.Thrown<RequestException>(() => new Money(0.0000000000000000000000000001m, "EUR"));
        }

        public static void What_is_too_large_is_an_error_and_not_cut()
        {
            Is.In("too large", Is.Thrown<RequestException>(() => new Money(92233720368547758.08m, "DKK")).Message);
            Is.In("too large", Is.Thrown<RequestException>(() => new Money(decimal.MaxValue, "KWD")).Message);
            Is.In("too large", Is.Thrown<RequestException>(() => new Money(decimal.MinValue, "JPY")).Message);
        }

        public static void A_currency_is_three_capital_letters()
        {
            foreach (var currency in new[] { null, "", "dkk", "DK", "DKKK", "D K", "ÆØÅ" })
            {
                Is.Thrown<RequestException>(() => new Money(1m, currency));
            }
            foreach (var text in new[] { null, "", "1.00", "DKK 1.00", "1,00 DKK", "1 000.00 DKK", "1e3 DKK", "1.00  DKK" })
            {
                Is.Thrown<RequestException>(() => Money.Parse(text));
            }
        }

        public static void The_culture_of_the_thread_changes_nothing()
        {
            var before = Thread.CurrentThread.CurrentCulture;
            try
            {
                Thread.CurrentThread.CurrentCulture = new CultureInfo("da-DK");
                Is.Equal("1250.50 DKK", new Money(1250.5m, "DKK").ToString());
                Is.Equal(1250.5m, Money.Parse("1250.50 DKK").Amount);
                using (var desk = new Desk())
                {
                    var order = Desk.Order("10001", "100.00 EUR");
                    order.Rate = 7.4605m;
                    Is.Equal("746.05 DKK", desk.Engine.Check(order).Increase.ToString());
                }
            }
            finally
            {
                Thread.CurrentThread.CurrentCulture = before;
            }
        }

        public static void Decimals_are_those_of_the_library_for_every_currency()
        {
            // Of an unknown customer the increase stays in the order's own currency; its JSON has the currency's decimals.
            using (var desk = new Desk(false))
            {
                var known = 0;
                for (var at = 0; at < 26 * 26 * 26; at++)
                {
                    var currency = new string(new[] { (char)('A' + at / 676), (char)('A' + at / 26 % 26), (char)('A' + at % 26) });
                    var order = new Order { Company = "NW01", Customer = "1", Amount = new Money(7m, currency) };
                    string answer;
                    try
                    {
                        answer = desk.Engine.Call("order.check",
                            "{\"company\":\"NW01\",\"customer\":\"1\",\"amount\":\"7 " + currency + "\"}");
                    }
                    catch (RequestException)
                    {
                        Is.Thrown<RequestException>(() => desk.Engine.Check(order));
                        continue;
                    }
                    known++;
                    Is.Equal("7", Regex.Match(answer, "\"increase\":\"(\\d+)(\\.0+)? " + currency + "\"").Groups[1].Value, answer);
                    Is.Equal(new Money(7m, currency), desk.Engine.Check(order).Increase, currency);
                    Is.In("\"increase\":\"" + new Money(7m, currency) + "\"", answer);
                }
                Is.True(known > 150, known + " currencies are known");
            }
        }
    }
}
