using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Obligor;

namespace Tests
{
    /// <summary>The life of an engine: open, dispose, use after that, finalizers, and what all of it costs in memory.</summary>
    internal static class EngineTests
    {
        public static void Disposing_twice_does_nothing_and_use_after_it_is_an_error()
        {
            var desk = new Desk();
            var account = desk.Engine.GetAccount("NW01", "10001");
            Is.True(desk.Engine.IsOpen, "open");
            desk.Dispose();
            desk.Dispose();
            Is.True(!desk.Engine.IsOpen, "closed");
            bool more;
            foreach (var use in new Action[]
            {
                () => desk.Engine.Check(Desk.Order("10001", "1.00 DKK")), () => desk.Engine.Call("stats"),
                () => account.Read(), () => desk.Engine.Explain(1), () => desk.Engine.Expire(out more),
                () => desk.Engine.CheckList(new Order[0]), () => desk.Engine.Log(null), () => desk.Engine.Verify(),
                () => desk.Engine.RegisterSource("bureau", null), () => desk.Engine.Backup("copy.db"),
            })
            {
                Is.Equal(Status.Engine, Is.Thrown<EngineClosedException>(use).Status);
            }
            // The store is free again.
            Engine.Open(desk.Options).Dispose();
        }

        public static void A_toml_file_says_the_same_as_options()
        {
            var folder = Path.Combine(Program.Scratch, "{toml}");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "desk.toml"), "store = \"credit.db\"\ncreate = true\n");
            using (var engine = Engine.Open(Path.Combine(folder, "desk.toml")))
            {
                Is.In("\"text\"", engine.Call("policy.get"));
            }
            Is.True(File.Exists(Path.Combine(folder, "credit.db")), "beside the file");
        }

        public static void Long_answers_come_whole_and_are_done_once()
        {
            using (var desk = new Desk())
            {
                var account = "{\"company\":\"NW01\",\"customer\":\"10001\"}";
                for (var at = 0; at < 100; at++)
                {
                    desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", "SO-" + at, "k" + at));
                }
                var answer = desk.Engine.Call("decision.list", "{\"account\":" + account + ",\"most\":100}");
                Is.True(answer.Length > 4096, "longer than the first room: " + answer.Length);
                Is.True(answer.EndsWith("]") || answer.EndsWith("}"), "whole");
                var orders = string.Join(",", Enumerable.Range(0, 50).Select(at => "{\"company\":\"NW01\",\"customer\":\"10001\","
                    + "\"document\":\"L-" + at + "\",\"key\":\"l" + at + "\",\"amount\":\"1.00 DKK\"}"));
                answer = desk.Engine.Call("order.reserve_list", "{\"orders\":[" + orders + "]}");
                Is.True(answer.Length > 4096, "longer than the first room");
                Is.True(!answer.Contains("\"repeated\":true"), "done once");
                Is.Equal("150.00 DKK", desk.Exposure("10001"));
            }
        }

        public static void A_backup_is_a_store_and_verify_finds_no_fault()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", "SO-1", "1"));
                var told = 0;
                Is.In("\"faults\":[]", desk.Engine.Verify((done, total) => ++told > 0));
                var copy = Path.Combine(desk.Folder, "kopi-æøå.db");
                desk.Engine.Backup(copy);
                Is.True(new FileInfo(copy).Length > 0, "a copy");
            }
        }

        public static void An_engine_that_nobody_holds_is_closed_by_its_finalizer()
        {
            var desk = new Desk();
            desk.Dispose();
            // On a thread of its own, whose stack is gone afterwards: Mono looks for references there too.
            var thread = new Thread(() => Forget(desk.Options));
            thread.Start();
            thread.Join();
            Within(TimeSpan.FromSeconds(20), () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                try
                {
                    Engine.Open(desk.Options).Dispose();
                    return true;
                }
                catch (StoreInUseException)
                {
                    return false;
                }
            });
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Forget(EngineOptions options)
        {
            var engine = Engine.Open(options);
            // A callback that refers to its own engine must not keep it.
            engine.Log((level, line) => GC.KeepAlive(engine));
            engine.Call("stats");
        }

        public static void A_finalizer_does_not_close_an_engine_in_the_middle_of_a_call()
        {
            var desk = new Desk();
            desk.Dispose();
            var answer = "";
            var collected = 0;
            var thread = new Thread(() => answer = CallAndForget(desk.Options, handle =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                SafeObligorEngine held;
                Is.True(handle.TryGetTarget(out held) && !held.IsClosed, "the handle is held while the call runs");
                collected++;
            }));
            thread.Start();
            thread.Join();
            Is.True(collected > 0, "collected during the call");
            Is.In("\"faults\":[]", answer);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static string CallAndForget(EngineOptions options, Action<WeakReference<SafeObligorEngine>> during)
        {
            var engine = Engine.Open(options);
            var handle = new WeakReference<SafeObligorEngine>(engine.Handle);
            return engine.Verify((done, total) =>
            {
                during(handle);
                return true;
            });
        }

        public static void Disposed_in_the_middle_of_a_call_it_finishes_that_call()
        {
            var desk = new Desk();
            var answer = desk.Engine.Verify((done, total) =>
            {
                desk.Engine.Dispose();
                return true;
            });
            Is.In("\"faults\":[]", answer);
            Is.Thrown<EngineClosedException>(() => desk.Engine.Verify());
            Engine.Open(desk.Options).Dispose();
        }

        public static void Fifty_thousand_calls_leave_nothing_behind()
        {
            using (var desk = new Desk())
            {
                var account = desk.Engine.GetAccount("NW01", "10001");
                var order = new Order { Account = account.Number, Amount = new Money(1m, "DKK"), User = "søren" };
                var big = "{\"account\":{\"company\":\"NW01\",\"customer\":\"10001\"}}";
                var id = desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", "SO-1", "1")).Id.Value;
                var made = 0;
                Action<int> calls = rounds =>
                {
                    for (var at = 0; at < rounds; at++)
                    {
                        for (var check = 0; check < 6; check++)
                        {
                            desk.Engine.Check(order);
                        }
                        desk.Engine.CheckList(new[] { order, order });
                        desk.Engine.Log((level, line) => { });
                        account.Read();
                        desk.Engine.GetAccount("NW01", "10001");
                        made += 10;
                        if (at % 10 == 0)
                        {
                            desk.Engine.Call("account.get", big);
                            desk.Engine.Explain(id);
                            desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", "SO-1", "1"));
                            Is.Thrown<RequestException>(() => desk.Engine.Call("nothing"));
                        }
                    }
                };
                calls(1500);
                long managed = GC.GetTotalMemory(true), resident = Resident();
                made = 0;
                calls(5000);
                Is.Equal(50000, made, "calls");
                long managedAfter = GC.GetTotalMemory(true), residentAfter = Resident();
                Is.True(managedAfter - managed < 1 << 20, "managed memory grew by " + (managedAfter - managed));
                Is.True(residentAfter - resident < 8 << 20, "resident memory grew by " + (residentAfter - resident));
            }
        }

        public static void Engines_opened_and_closed_leave_nothing_behind()
        {
            var desk = new Desk();
            desk.Dispose();
            var callbacks = Callback.Count;
            for (var at = 0; at < 70; at++)
            {
                // More than can be open at once: each must really be closed.
                using (var engine = Engine.Open(desk.Options))
                {
                    engine.Log((level, line) => { });
                    engine.RegisterSource("bureau", request => null);
                }
            }
            Is.Equal(callbacks, Callback.Count, "callbacks left");
        }

        private static long Resident()
        {
            using (var process = Process.GetCurrentProcess())
            {
                return process.WorkingSet64;
            }
        }

        private static void Within(TimeSpan time, Func<bool> done)
        {
            var watch = Stopwatch.StartNew();
            while (!done())
            {
                Is.True(watch.Elapsed < time, "done within " + time);
                Thread.Sleep(20);
            }
        }
    }
}
