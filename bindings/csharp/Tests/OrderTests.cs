using System;
using System.IO;
using System.Linq;
using Obligor;

namespace Tests
{
    /// <summary>The road of an order: check, reserve, refuse, ask again, change, convert, cancel, reopen, expire.</summary>
    internal static class OrderTests
    {
        public static void An_order_over_the_limit_is_stopped_and_one_at_the_limit_is_not()
        {
            using (var desk = new Desk())
            {
                var granted = desk.Engine.Reserve(Desk.Order("10002", "400.00 DKK", "SO-1", "1"));
                Is.Equal(Outcome.Approve, granted.Outcome);
                Is.True(granted.Granted && granted.Id.HasValue && granted.State == OrderState.Active, "granted, on record, active");
                Is.Equal("9000.00 DKK", granted.ExposureBefore.ToString());
                Is.Equal("9400.00 DKK", granted.ExposureAfter.ToString());

                var refused = desk.Engine.Reserve(Desk.Order("10002", "600.01 DKK", "SO-2", "2"));
                Is.Equal(Outcome.Refuse, refused.Outcome);
                Is.Equal(OrderState.Declined, refused.State);
                Is.Equal("10000.00 DKK", refused.Limit.ToString());
                Is.Equal("600.00 DKK", refused.AvailableBefore.ToString());
                Is.Equal(refused.AvailableBefore, refused.AvailableAfter);
                Is.Equal(Desk.Now, refused.FactsAt);
                Is.Equal(Source.Store, refused.Source);
                var reason = refused.Reasons.First();
                Is.Equal(Code.OverLimit, reason.Code);
                Is.Equal(Level.Own, reason.Level);
                Is.Equal("credit_manager", reason.ReleaseBy);
                Is.Equal("over the limit", reason.Rule);
                Is.Equal("OverLimit: 10000.01 DKK against 10000.00 DKK; ReduceBy 0.01 DKK", reason.ToString());

                Is.Equal(Outcome.Approve, desk.Engine.Reserve(Desk.Order("10002", "600.00 DKK", "SO-3", "3")).Outcome);
                Is.Equal("10000.00 DKK", desk.Exposure("10002"));
            }
        }

        public static void The_same_key_gets_the_same_answer_and_other_content_an_error()
        {
            using (var desk = new Desk())
            {
                var first = desk.Engine.Reserve(Desk.Order("10001", "700.00 DKK", "SO-1", "k"));
                var again = desk.Engine.Reserve(Desk.Order("10001", "700.00 DKK", "SO-1", "k"));
                Is.True(again.Repeated && !first.Repeated, "the second is the recorded first");
                Is.Equal(first.Id, again.Id);
                Is.Thrown<KeyConflictException>(() => desk.Engine.Reserve(Desk.Order("10001", "700.01 DKK", "SO-1", "k")));
                Is.Equal("700.00 DKK", desk.Exposure("10001"));
            }
        }

        public static void A_check_holds_nothing_and_comes_from_memory()
        {
            using (var desk = new Desk())
            {
                var account = desk.Engine.GetAccount("NW01", "10001");
                var order = new Order { Account = account.Number, Amount = new Money(800m, "DKK") };
                desk.Engine.Check(order);
                var check = desk.Engine.Check(order);
                Is.Equal(Outcome.Approve, check.Outcome);
                Is.Equal(Source.Memory, check.Source);
                Is.Equal(null, check.Id);
                Is.Thrown<RequestException>(() => check.Explain());
                Is.Equal("0.00 DKK", account.Read().Exposure.ToString());
            }
        }

        public static void What_the_account_is_decides()
        {
            using (var desk = new Desk())
            {
                Func<string, string, Decision> check = (customer, amount) => desk.Engine.Check(Desk.Order(customer, amount));
                Is.Equal(Code.StatusStop, check("10003", "1.00 DKK").Reasons.First().Code);
                var missing = check("10004", "1.00 DKK");
                Is.Equal(Outcome.Hold, missing.Outcome);
                Is.Equal(RemedyKind.SetLimit, missing.Reasons.First().Remedy.Kind);
                Is.True(missing.Limit == null && missing.AvailableAfter == null && missing.ExposureBefore != null, "no limit");
                var overdue = check("10005", "500.00 DKK");
                Is.Equal(Outcome.Prepay, overdue.Outcome);
                Is.Equal("500.00 DKK", overdue.Prepay.ToString());
                Is.Equal("40 days", overdue.Reasons.First().Measured.ToString());
                Is.Equal(40L, overdue.Reasons.First().Measured.Number);
                Is.Equal(Outcome.ApproveWithAlert, check("10008", "1.00 DKK").Outcome);
                var unknown = check("99999", "1.00 DKK");
                Is.Equal(Code.UnknownCustomer, unknown.Reasons.First().Code);
                Is.True(unknown.Currency == "" && unknown.ExposureBefore == null, "no account");
                var mismatch = check("10001", "1.00 EUR");
                Is.Equal(Outcome.Hold, mismatch.Outcome);
                Is.Equal("EUR", mismatch.Increase.Currency);
                Is.Equal("DKK", mismatch.Reasons.First().Remedy.Currency);
                Is.Equal("1000000 JPY", check("10007", "1000000 JPY").ExposureAfter.ToString());
                Is.Equal(Outcome.Refuse, check("10007", "1000001 JPY").Outcome);
            }
        }

        public static void An_order_lives_through_its_stages()
        {
            using (var desk = new Desk())
            {
                var engine = desk.Engine;
                var account = engine.GetAccount("NW01", "10001");
                Is.True(engine.Reserve(Desk.Order("10001", "1000.00 DKK", "SO-1", "1")).Granted, "reserved");
                Is.True(engine.Change(Desk.Order("10001", "1500.00 DKK", "SO-1", "2")).Granted, "changed");
                Is.Equal("500.00 DKK", engine.Check(Desk.Order("10001", "2000.00 DKK", "SO-1")).Increase.ToString());
                var delivered = Desk.Order("10001", "600.00 DKK", "SO-1", "3");
                delivered.To = Stage.Delivered;
                engine.Convert(delivered);
                var position = account.Read();
                Is.Equal("900.00 DKK 600.00 DKK", position.Ordered + " " + position.Delivered);
                engine.Convert(new Order
                {
                    Account = account.Number, Document = "SO-1", Key = "4", From = Stage.Delivered, To = Stage.Invoiced,
                    Item = "INV-9", Due = new DateTime(2026, 12, 22, 17, 30, 0, DateTimeKind.Local),
                });
                position = account.Read();
                Is.Equal("900.00 DKK 0.00 DKK 600.00 DKK", position.Ordered + " " + position.Delivered + " " + position.Open);
                Is.In("\"2026-12-22\"", engine.Call("account.items", "{\"account\":{\"company\":\"NW01\",\"customer\":\"10001\"}}"));
                Is.Equal(OrderState.Cancelled, engine.Cancel(new Order { Account = account.Number, Document = "SO-1", Key = "5" }).State);
                Is.Equal("600.00 DKK", account.Read().Exposure.ToString());
                Is.Equal(Outcome.Approve, engine.Reopen(Desk.Order("10001", "100.00 DKK", "SO-1", "6")).Outcome);
                Is.Equal("700.00 DKK", account.Read().Exposure.ToString());
            }
        }

        public static void A_reservation_runs_out()
        {
            using (var desk = new Desk())
            {
                var order = Desk.Order("10001", "1000.00 DKK", "SO-1", "1");
                order.Expires = Desk.Now.AddHours(1);
                desk.Engine.Reserve(order);
                bool more;
                Is.Equal(0L, desk.Engine.Expire(out more));
                desk.Engine.Dispose();
                var later = desk.Options;
                later.Clock = Desk.Now.AddHours(2);
                using (var engine = Engine.Open(later))
                {
                    Is.Equal(1L, engine.Expire(out more, TimeSpan.FromSeconds(5)));
                    Is.True(!more, "no more");
                    Is.Equal("0.00 DKK", engine.GetAccount("NW01", "10001").Read().Exposure.ToString());
                }
            }
        }

        public static void A_position_says_where_the_account_stands()
        {
            using (var desk = new Desk())
            {
                var account = desk.Engine.GetAccount("NW01", "10005");
                Is.Equal("NW01 10005", account.Company + " " + account.Customer);
                var position = account.Read();
                Is.Equal(account.Number, position.Account);
                Is.Equal("2000.00 DKK", position.Overdue.ToString());
                Is.Equal("48000.00 DKK", position.Available.ToString());
                Is.Equal(new DateTime(2026, 10, 13), position.OldestOverdue);
                Is.Equal(AccountStatus.Ok, position.Status);
                Is.Equal(Desk.Now, position.FactsAt);
                Is.Equal(AccountStatus.Watch, desk.Engine.GetAccount("NW01", "10008").Read().Status);
                Is.Equal(null, desk.Engine.GetAccount("NW01", "10004").Read().Limit);
                Is.Equal(null, desk.Engine.GetAccount("NW01", "10001").Read().OldestOverdue);
            }
        }

        public static void A_decision_is_explained_in_six_languages_and_made_again()
        {
            using (var desk = new Desk())
            {
                var refused = desk.Engine.Reserve(Desk.Order("10001", "10000.01 DKK", "SO-1", "1"));
                var told = new[] { "en", "da", "nb", "sv", "fi", "nl" }.Select(language => refused.Explain(language)).ToArray();
                Is.Equal(6, told.Distinct().Count(), "different texts");
                Is.In("kr", desk.Engine.Explain(refused.Id.Value, "da"));
                Is.True(refused.Replay(), "the same again");
                Is.True(desk.Engine.Replay(refused.Id.Value), "the same again");
            }
        }

        public static void A_reason_is_a_sentence_in_six_languages_also_when_the_engine_is_closed()
        {
            Reason reason;
            using (var desk = new Desk())
            {
                reason = desk.Engine.Check(Desk.Order("10001", "10000.01 DKK")).Reasons.Single();
            }
            var told = new[] { "en", "da", "nb", "sv", "fi", "nl" }.Select(language => reason.Sentence(language)).ToArray();
            Is.Equal(6, told.Distinct().Count(), "different sentences");
            Is.In("credit", told[0]);
            Is.Thrown<RequestException>(() => reason.Sentence("xx"));
        }

        public static void The_telling_cases_come_out_as_they_are_told()
        {
            using (var desk = new Desk(false))
            {
                desk.Engine.Dispose();
                var options = desk.Options;
                options.PolicyText = null;
                options.UtcOffset = TimeSpan.FromHours(1);
                var cases = Path.Combine(Program.Root, "samples", "cases");
                using (var engine = Engine.Open(options))
                {
                    foreach (var kind in new[] { "customers", "limits", "open_items", "orders" })
                    {
                        engine.ImportFile(kind, Path.Combine(cases, kind + ".csv"));
                    }
                    var rows = File.ReadAllLines(Path.Combine(cases, "new_orders.csv")).Skip(1).Select(line => line.Split(','));
                    foreach (var row in rows)
                    {
                        var order = new Order
                        {
                            Document = row[0], Key = row[0], Company = row[1], Customer = row[2],
                            Amount = Money.Parse(row[4] + " " + row[3]),
                        };
                        var decision = engine.Reserve(order);
                        Is.Equal(row[5].Replace("_", ""), decision.Outcome.ToString().ToLowerInvariant(), row[0]);
                        var first = decision.Reasons.Select(reason => reason.Code.ToString()).FirstOrDefault() ?? "";
                        Is.Equal(row[6].Replace("_", ""), first.ToLowerInvariant(), row[0]);
                        Is.True(decision.Replay(), row[0] + " made again");
                    }
                }
            }
        }

        public static void Typed_and_JSON_come_to_the_same()
        {
            using (var desk = new Desk())
            {
                var typed = desk.Engine.Check(Desk.Order("10002", "1000.01 DKK"));
                var json = desk.Engine.Call(
                    "order.check", "{\"company\":\"NW01\",\"customer\":\"10002\",\"amount\":\"1000.01 DKK\",\"language\":\"en\"}");
                Is.Equal(Outcome.Refuse, typed.Outcome);
                Is.In("\"refuse\"", json);
                Is.In("\"" + typed.AvailableBefore + "\"", json);
                Is.In("\"sentence\"", json);
            }
        }
    }

    internal static class ListTests
    {
        public static void A_list_is_asked_about_in_order_and_counts_up()
        {
            using (var desk = new Desk())
            {
                var orders = Enumerable.Range(0, 3).Select(at => Desk.Order("10001", "4000.00 DKK", "SO-" + at, "l" + at)).ToArray();
                var checks = desk.Engine.CheckList(orders);
                Is.True(checks.Taken, "a check is always taken");
                Is.Equal("Approve Approve Refuse", string.Join(" ", checks.Entries.Select(entry => entry.Decision.Outcome)));
                var none = desk.Engine.ReserveList(orders, true);
                Is.True(!none.Taken && none.Entries.All(entry => entry.Decision.Id == null), "nothing taken, nothing on record");
                Is.Equal("0.00 DKK", desk.Exposure("10001"));
                var some = desk.Engine.ReserveList(orders);
                Is.True(some.Taken, "taken");
                Is.Equal("8000.00 DKK", desk.Exposure("10001"));
                Is.Equal(Code.OverLimit, some.Entries[2].Decision.Reasons.Single().Code);
                Is.True(desk.Engine.ReserveList(orders).Entries.All(entry => entry.Decision.Repeated), "the same keys again");
            }
        }

        public static void An_order_that_cannot_be_answered_has_its_own_error()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Reserve(Desk.Order("10001", "1.00 DKK", "SO-1", "k"));
                var answer = desk.Engine.ReserveList(new[]
                {
                    Desk.Order("10001", "2.00 DKK", "SO-2", "a"), Desk.Order("10001", "3.00 DKK", "SO-3", "k"),
                });
                Is.Equal(null, answer.Entries[0].Error);
                Is.Equal(typeof(KeyConflictException), answer.Entries[1].Error.GetType());
                Is.In("order 2 of 2: ", answer.Entries[1].Error.Message);
                Is.Thrown<KeyConflictException>(() => answer.Entries[1].Decision.ToString());
            }
        }

        public static void More_reasons_than_there_is_room_for_are_fetched()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Dispose();
                // Twenty rules that all speak of a stopped account: more than either first room.
                var rules = string.Join("", Enumerable.Range(0, 20).Select(
                    at => "[[rule]]\nname = \"stop " + at + "\"\nwhen = \"status\"\nis = \"stop\"\nthen = \"refuse\"\n"));
                var options = desk.Options;
                options.PolicyText = Desk.Policy.Replace("[customer]", rules + "[customer]");
                using (var engine = Engine.Open(options))
                {
                    var reserved = engine.Reserve(Desk.Order("10003", "1.00 DKK", "SO-1", "1"));
                    Is.Equal(21, reserved.Reasons.Count);
                    Is.True(!reserved.Repeated, "asked again for its reasons only");
                    Is.Equal(21, reserved.Reasons.Select(reason => reason.Rule).Distinct().Count(), "the rules");
                    Is.True(engine.Reserve(Desk.Order("10003", "1.00 DKK", "SO-1", "1")).Repeated, "now it is");
                    var orders = new[]
                    {
                        Desk.Order("10001", "1.00 DKK", "SO-2", "2"), Desk.Order("10003", "1.00 DKK", "SO-3", "3"),
                    };
                    var list = engine.ReserveList(orders);
                    Is.Equal("0 21", string.Join(" ", list.Entries.Select(entry => entry.Decision.Reasons.Count)));
                    Is.True(list.Entries.All(entry => !entry.Decision.Repeated), "asked again for the reasons only");
                    Is.Equal("1.00 DKK", engine.GetAccount("NW01", "10001").Read().Exposure.ToString());
                }
            }
        }

        public static void Mistakes_in_a_list_say_where()
        {
            using (var desk = new Desk())
            {
                Is.Thrown<RequestException>(() => desk.Engine.CheckList(null));
                Is.Equal(0, desk.Engine.CheckList(new Order[0]).Entries.Count);
                var good = Desk.Order("10001", "1.00 DKK");
                Is.In("order 2 of 2: ", Is.Thrown<RequestException>(() => desk.Engine.CheckList(new[] { good, null })).Message);
                var long_ = Desk.Order("10001", "1.00 DKK", new string('x', 65));
                Is.In("order 2 of 2: document", Is.Thrown<RequestException>(() => desk.Engine.CheckList(new[] { good, long_ })).Message);
                Is.Thrown<TooLargeException>(() => desk.Engine.CheckList(Enumerable.Repeat(good, 10001).ToArray()));
            }
        }
    }
}
