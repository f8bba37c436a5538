using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Obligor;

namespace Tests
{
    internal static class ThreadTests
    {
        public static void Eight_threads_race_for_the_same_money_and_it_is_spent_once()
        {
            using (var desk = new Desk())
            {
                // 10,000.00 are there; 8 times 50 orders of 100.00 ask for 40,000.00.
                var granted = 0;
                Together(8, thread =>
                {
                    for (var at = 0; at < 50; at++)
                    {
                        var order = Desk.Order("10001", "100.00 DKK", "SO-" + thread + "-" + at, thread + "/" + at);
                        var decision = desk.Engine.Reserve(order);
                        Is.True(decision.Granted || decision.Outcome == Outcome.Refuse, "granted or refused");
                        Interlocked.Add(ref granted, decision.Granted ? 1 : 0);
                    }
                });
                Is.Equal(100, granted, "orders granted");
                Is.Equal("10000.00 DKK", desk.Exposure("10001"));
                Is.In("\"faults\":[]", desk.Engine.Verify());
            }
        }

        public static void Threads_do_not_see_each_others_errors()
        {
            using (var desk = new Desk())
            {
                Together(8, thread =>
                {
                    for (var at = 0; at < 500; at++)
                    {
                        var name = "customer-" + thread + "-" + at;
                        Is.In(name, Is.Thrown<NotFoundException>(() => desk.Engine.GetAccount("NW01", name)).Message);
                    }
                });
            }
        }

        public static void Answers_that_did_not_fit_go_to_the_thread_that_asked()
        {
            using (var desk = new Desk())
            {
                Together(8, thread =>
                {
                    for (var at = 0; at < 20; at++)
                    {
                        var customer = "nobody-" + thread + "-" + at;
                        var one = "{\"company\":\"NW01\",\"customer\":\"" + customer + "\",\"amount\":\"" + (thread + 1) + ".00 DKK\"}";
                        var orders = string.Join(",", Enumerable.Repeat(one, 30));
                        var answer = desk.Engine.Call("order.check_list", "{\"orders\":[" + orders + "],\"language\":\"en\"}");
                        Is.True(answer.Length > 4096, "longer than the first room");
                        Is.In("\"" + (thread + 1) + ".00 DKK\"", answer);
                        Is.True(!answer.Contains("\"" + (thread % 8 + 2) + ".00 DKK\""), "another thread's answer");
                    }
                });
            }
        }

        public static void An_engine_closed_under_eight_threads_ends_their_calls_cleanly()
        {
            for (var round = 0; round < 5; round++)
            {
                var desk = new Desk();
                var closed = 0;
                using (var started = new CountdownEvent(8))
                {
                    var closer = new Thread(() =>
                    {
                        started.Wait();
                        desk.Dispose();
                    });
                    closer.Start();
                    Together(8, thread =>
                    {
                        try
                        {
                            for (var at = 0; ; at++)
                            {
                                desk.Engine.Check(Desk.Order("10001", "1.00 DKK"));
                                if (at == 20)
                                {
                                    started.Signal();
                                }
                            }
                        }
                        catch (EngineClosedException)
                        {
                            Interlocked.Increment(ref closed);
                        }
                    });
                    closer.Join();
                }
                Is.Equal(8, closed, "threads that were told");
                Engine.Open(desk.Options).Dispose();
            }
        }

        public static void A_store_that_is_busy_is_undetermined_and_the_same_key_asks_again()
        {
            using (var desk = new Desk())
            {
                var order = Desk.Order("10001", "1.00 DKK", "SO-1", "1");
                order.Deadline = TimeSpan.FromMilliseconds(200);
                Exception told = null;
                // While an import writes, nobody else does.
                var rows = Enumerable.Range(20000, 5000).Select(number => number + ",Customer ApS,DK,NW01,DKK,ok\n");
                desk.Import("customers", "customer,name,country,company,currency,status\n" + string.Concat(rows), (done, total) =>
                {
                    if (done > 0 && told == null)
                    {
                        var other = new Thread(() => told = Caught(() => desk.Engine.Reserve(order)) ?? new Exception("it was answered"));
                        other.Start();
                        other.Join();
                    }
                    return true;
                });
                Is.True(told is UndeterminedException, "undetermined: " + told);
                Is.Equal(Outcome.Approve, desk.Engine.Reserve(order).Outcome);
                Is.Equal("1.00 DKK", desk.Exposure("10001"));
            }
        }

        private static Exception Caught(Action work)
        {
            try
            {
                work();
                return null;
            }
            catch (Exception error)
            {
                return error;
            }
        }

        /// <summary>Runs the work on so many threads at once. The first thing that goes wrong on one of them is thrown.</summary>
        private static void Together(int count, Action<int> work)
        {
            var wrong = new List<Exception>();
            using (var start = new Barrier(count))
            {
                var threads = Enumerable.Range(0, count).Select(number => new Thread(() =>
                {
                    start.SignalAndWait();
                    var error = Caught(() => work(number));
                    if (error != null)
                    {
                        lock (wrong)
                        {
                            wrong.Add(error);
                        }
                    }
                })).ToArray();
                foreach (var thread in threads)
                {
                    thread.Start();
                }
                foreach (var thread in threads)
                {
                    thread.Join();
                }
            }
            if (wrong.Count > 0)
            {
                throw new Exception("on " + wrong.Count + " threads, first: " + wrong[0].Message, wrong[0]);
            }
        }
    }
}
