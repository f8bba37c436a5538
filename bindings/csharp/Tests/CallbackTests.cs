using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Obligor;

namespace Tests
{
    /// <summary>What the library calls: log, progress, a register that the host asks.</summary>
    internal static class CallbackTests
    {
        private const string Lookup = "{\"country\":\"DK\",\"orgnr\":\"20894148\",\"purpose\":\"credit_application\","
            + "\"user\":\"anna\",\"basis\":\"legitimate_interest\"}";

        /// <summary>The law asks first whether it is a company, and the company register tells.</summary>
        private const string Companies = "country;orgnr;name;state;legal_form;registered\n"
            + "DK;20894148;Ny Handel ApS;NORMAL;80;2001-03-01\n";

        private static Engine Opened(Desk desk)
        {
            desk.Dispose();
            var options = desk.Options;
            options.Registers["DK"] = new RegisterChoice { Debtor = "bureau" };
            var engine = Engine.Open(options);
            engine.Import("{\"kind\":\"companies\",\"source\":\"companies\",\"as_of\":\"2026-11-22T06:00:00Z\",\"text\":"
                + Json.Quote(Companies) + "}");
            return engine;
        }

        public static void The_log_comes_on_the_thread_of_the_call_and_stays_alive()
        {
            using (var desk = new Desk())
            {
                var lines = new List<string>();
                var threads = new HashSet<int>();
                desk.Engine.Log((level, line) =>
                {
                    lines.Add(level + " " + line);
                    threads.Add(Thread.CurrentThread.ManagedThreadId);
                    // Calling the engine from the log is allowed.
                    desk.Engine.Check(Desk.Order("10001", "1.00 DKK"));
                });
                GC.Collect();
                GC.WaitForPendingFinalizers();
                desk.Import("customers", "customer,name,country,company,currency,status\n10099,Customer ÆØÅ ApS,DK,NW01,DKK,ok\n");
                Is.True(lines.Count > 0, "an import is told");
                Is.True(lines.All(line => line.StartsWith("Info ")), string.Join("\n", lines));
                Is.Equal(Thread.CurrentThread.ManagedThreadId, threads.Single());
                desk.Engine.Log(null);
                var before = lines.Count;
                desk.Import("customers", "customer,name,country,company,currency,status\n10098,Customer ApS,DK,NW01,DKK,ok\n");
                Is.Equal(before, lines.Count, "nothing more is told");
            }
        }

        public static void What_a_log_throws_is_dropped()
        {
            using (var desk = new Desk())
            {
                var told = 0;
                desk.Engine.Log((level, line) =>
                {
                    told++;
                    throw new InvalidOperationException("the host's log is full");
                });
                desk.Import("customers", "customer,name,country,company,currency,status\n10099,Customer ApS,DK,NW01,DKK,ok\n");
                Is.True(told > 0, "told");
                Is.Equal("10099", desk.Engine.GetAccount("NW01", "10099").Customer);
            }
        }

        public static void Progress_stops_an_import_and_nothing_is_taken()
        {
            using (var desk = new Desk())
            {
                Is.Thrown<CancelledException>(() => desk.Import("customers", Many(5000), (done, total) => false));
                var thrown = Is.Thrown<InvalidOperationException>(() => desk.Import("customers", Many(5000), (done, total) =>
                {
                    throw new InvalidOperationException("the host wants to stop");
                }));
                Is.Equal("the host wants to stop", thrown.Message);
                Is.Thrown<NotFoundException>(() => desk.Engine.GetAccount("NW01", "20000"));
                var told = new List<long>();
                desk.Import("customers", Many(5000), (done, total) =>
                {
                    told.Add(done);
                    return true;
                });
                Is.True(told.Count > 0 && told.SequenceEqual(told.OrderBy(it => it)), "told in order");
                Is.Equal("20000", desk.Engine.GetAccount("NW01", "20000").Customer);
            }
        }

        public static void A_register_that_the_host_asks_answers_through_the_library()
        {
            using (var engine = Opened(new Desk()))
            {
                var requests = new List<string>();
                engine.RegisterSource("bureau", request =>
                {
                    requests.Add(request);
                    GC.Collect();
                    return "{\"answer\":\"clear\",\"as_of\":" + Desk.Now.ToUnixTimeMilliseconds() + "}";
                });
                GC.Collect();
                GC.WaitForPendingFinalizers();
                Is.In("\"answer\":\"clear\"", engine.LookUpDebtor(Lookup));
                Is.In("\"source\":\"bureau\"", requests.Single());
                Is.In("\"number\":\"20894148\"", requests.Single());
                engine.RegisterSource("bureau", null);
            }
        }

        public static void A_register_that_could_not_be_asked_is_unknown_and_never_clear()
        {
            Func<string, string>[] failing =
            {
                request => { throw new TimeoutException("no line"); }, request => null, request => "", request => "\ud800",
                request => "no JSON", request => new string(' ', 3 << 20),
            };
            foreach (var ask in failing)
            {
                using (var engine = Opened(new Desk()))
                {
                    engine.RegisterSource("bureau", ask);
                    var answer = engine.LookUpDebtor(Lookup);
                    Is.In("\"answer\":\"unknown\"", answer);
                    Is.In("\"source_failed\"", answer);
                    Is.True(!answer.Contains("\"clear\""), answer);
                }
            }
        }

        public static void A_customer_is_judged_with_what_the_registers_say()
        {
            using (var engine = Opened(new Desk()))
            {
                engine.RegisterSource(
                    "bureau", request => "{\"answer\":\"clear\",\"as_of\":" + Desk.Now.ToUnixTimeMilliseconds() + "}");
                var answer = engine.ValidateCustomer("{\"country\":\"DK\",\"name\":\"Ny Handel ApS\",\"currency\":\"DKK\","
                    + "\"identifiers\":[{\"scheme\":\"dk.cvr\",\"number\":\"20894148\"}],\"lookup\":{\"purpose\":\"credit_application\",\"user\":\"anna\","
                    + "\"basis\":\"legitimate_interest\"}}");
                Is.In("\"verdict\":\"accept\"", answer);
                Is.In("25000.00 DKK", answer);
            }
        }

        private static string Many(int count)
        {
            var rows = Enumerable.Range(20000, count).Select(number => number + ",Customer " + number + " ApS,DK,NW01,DKK,ok\n");
            return "customer,name,country,company,currency,status\n" + string.Concat(rows);
        }
    }
}
