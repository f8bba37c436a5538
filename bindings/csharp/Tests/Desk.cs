using System;
using System.IO;
using System.Threading;
using Obligor;

namespace Tests
{
    /// <summary>An engine on a store of its own, at a moment that stands still, with the customers of a small wholesaler.</summary>
    internal sealed class Desk : IDisposable
    {
        internal static readonly DateTimeOffset Now = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

        internal const string Policy = @"
format = 1
name = ""test""
version = ""1""
[facts]
grace_days = 0
unapplied_credits = ""reduce""
rounding = ""half_up""
memory_max_age = ""5 s""
unknown_customer = ""refuse""
limit_missing = ""hold""
currency_mismatch = ""hold""
[[rule]]
name = ""over the limit""
when = ""over_limit""
tolerance = ""0 %""
then = ""refuse""
release_by = ""credit_manager""
[[rule]]
name = ""stopped""
when = ""status""
is = ""stop""
then = ""refuse""
[[rule]]
name = ""watched""
when = ""status""
is = ""watch""
then = ""approve_with_alert""
[[rule]]
name = ""long overdue""
when = ""overdue_days""
above = 30
then = ""prepay""
[customer]
invalid_identifier = ""reject""
duplicate = ""review""
not_in_register = ""review""
not_active = ""reject""
young = ""prepay""
young_days = 365
remarks = ""prepay""
unknown = ""review""
proposed_limits = [""25000.00 DKK""]
[register]
company_max_age = ""7 d""
debtor_max_age = ""24 h""
debtor_source_max_age = ""48 h""
purposes = [""credit_application""]
";

        private static int number;

        internal Desk(bool customers = true)
        {
            Folder = Path.Combine(Program.Scratch, "desk" + Interlocked.Increment(ref number));
            Directory.CreateDirectory(Folder);
            Engine = Engine.Open(Options);
            if (customers)
            {
                Wholesaler();
            }
        }

        internal Engine Engine { get; }

        internal string Folder { get; }

        internal EngineOptions Options
        {
            get
            {
                // The server has one database for the whole run: only one test with one desk can be run on it.
                var server = Environment.GetEnvironmentVariable("OBLIGOR_TEST_STORE");
                return new EngineOptions
                {
                    Store = server ?? Path.Combine(Folder, "credit.db"),
                    Secret = server == null ? null : "env:OBLIGOR_TEST_KEY",
                    Create = true,
                    Clock = Now,
                    PolicyText = Policy,
                    Deadline = TimeSpan.FromSeconds(30),
                };
            }
        }

        public void Dispose()
        {
            Engine.Dispose();
        }

        /// <summary>
        /// 10001 limit 10,000.00 DKK, nothing owed; 10002 the same and owes 9,000.00; 10003 stopped; 10004 without a limit on
        /// record; 10005 limit 50,000.00, 2,000.00 overdue since 40 days; 10007 limit 1,000,000 JPY; 10008 watched.
        /// </summary>
        private void Wholesaler()
        {
            Import("customers", "customer,name,country,company,currency,status\n"
                + "10001,Nørrebro Møbler ApS,DK,NW01,DKK,ok\n10002,Customer 2 ApS,DK,NW01,DKK,ok\n"
                + "10003,Customer 3 ApS,DK,NW01,DKK,stop\n10004,Customer 4 ApS,DK,NW01,DKK,ok\n"
                + "10005,Customer 5 ApS,DK,NW01,DKK,ok\n10007,Customer 7 KK,DK,NW01,JPY,ok\n"
                + "10008,Customer 8 ApS,DK,NW01,DKK,watch\n");
            Import("limits", "company,customer,currency,limit,no_limit\nNW01,10001,DKK,10000.00,\nNW01,10002,DKK,10000.00,\n"
                + "NW01,10003,DKK,10000.00,\nNW01,10005,DKK,50000.00,\nNW01,10007,JPY,1000000,\nNW01,10008,DKK,10000.00,\n");
            Import("open_items", "company,customer,number,currency,residual,due\n"
                + "NW01,10002,INV-1,DKK,9000.00,2026-12-15\nNW01,10005,INV-2,DKK,2000.00,2026-10-13\n");
        }

        internal string Import(string kind, string text, Progress progress = null)
        {
            return Engine.Import("{\"kind\":\"" + kind + "\",\"text\":" + Json.Quote(text) + "}", progress);
        }

        internal static Order Order(string customer, string amount, string document = null, string key = null)
        {
            return new Order
            {
                Company = "NW01", Customer = customer, Document = document, Key = key, Amount = Money.Parse(amount),
            };
        }

        internal string Exposure(string customer)
        {
            return Engine.GetAccount("NW01", customer).Read().Exposure.ToString();
        }
    }
}
