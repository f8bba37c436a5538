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
        private const string Lookup = "{\"source\":\"bureau\",\"country\":\"DK\",\"scheme\":\"dk.cvr\",\"number\":\"24256790\","
            + "\"purpose\":\"credit_application\",\"user\":\"lone\",\"basis\":\"legitimate_interest\"}";

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
            using (var desk = new Desk())
            {
                var requests = new List<string>();
                desk.Engine.RegisterSource("bureau", request =>
                {
                    requests.Add(request);
                    GC.Collect();
                    return "{\"answer\":\"clear\",\"as_of\":" + Desk.Now.ToUnixTimeMilliseconds() + "}";
                });
                GC.Collect();
                GC.WaitForPendingFinalizers();
                Is.In("clear", desk.Engine.LookUpDebtor(Lookup));
                Is.In("\"source\":\"bureau\"", requests.Single());
                Is.In("\"number\":\"24256790\"", requests.Single());
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
                using (var desk = new Desk())
                {
                    desk.Engine.RegisterSource("bureau", ask);
                    var answer = desk.Engine.LookUpDebtor(Lookup);
                    Is.In("unknown", answer);
                    Is.True(!answer.Contains("\"clear\""), answer);
                }
            }
        }

        private static string Many(int count)
        {
            var rows = Enumerable.Range(20000, count).Select(number => number + ",Customer " + number + " ApS,DK,NW01,DKK,ok\n");
            return "customer,name,country,company,currency,status\n" + string.Concat(rows);
        }
    }
}
