using System;
using System.Linq;
using Obligor;

namespace Tests
{
    /// <summary>What an order may say beside its amount, what people do to it, and the work and the events that come of it.</summary>
    internal static class WorkTests
    {
        private static Order By(string user, string document, string key, string role = null)
        {
            return new Order
            {
                Company = "NW01", Customer = "10001", Document = document, Key = key, User = user, Role = role,
                Reason = "spoke to their bank",
            };
        }

        public static void What_is_secured_holds_no_credit()
        {
            using (var desk = new Desk())
            {
                var order = Desk.Order("10001", "12000.00 DKK", "SO-1", "1");
                Is.Equal(Outcome.Refuse, desk.Engine.Check(order).Outcome);
                order.Secured = Money.Parse("5000.00 DKK");
                order.Ships = new DateTime(2026, 12, 24);
                order.TermsDays = 0;
                order.DiscountBasisPoints = 1250;
                order.Checkpoint = Checkpoint.Confirm;
                var decision = desk.Engine.Reserve(order);
                Is.Equal("7000.00 DKK", decision.Increase.ToString());
                Is.Equal(Code.Secured, decision.Reasons.Single().Code);
                Is.Equal("5000.00 DKK", decision.Reasons.Single().Measured.ToString());
                // The struct and JSON are the same request: another one could not use the key again.
                var again = desk.Engine.Call("order.reserve", order.Request().ToString());
                Is.In("\"repeated\":true", again);
                order.TermsDays = null;
                Is.Thrown<KeyConflictException>(() => desk.Engine.Reserve(order));
                order.Secured = Money.Parse("5000.00 EUR");
                Is.Thrown<RequestException>(() => desk.Engine.Reserve(order));
            }
        }

        public static void The_lines_of_an_order_come_to_its_amount()
        {
            using (var desk = new Desk())
            {
                var order = new Order
                {
                    Company = "NW01", Customer = "10001", Document = "SO-1", Key = "1",
                    Lines = new[] { Money.Parse("0.10 DKK"), Money.Parse("0.20 DKK"), Money.Parse("999.70 DKK") },
                };
                Is.Equal("1000.00 DKK", desk.Engine.Reserve(order).Increase.ToString());
                order.Amount = Money.Parse("1000.01 DKK");
                Is.In("come to 1000.00 DKK", Is.Thrown<RequestException>(() => desk.Engine.Reserve(order)).Message);
                order.Amount = null;
                order.Lines = new[] { Money.Parse("1.00 DKK"), Money.Parse("1.00 EUR") };
                Is.Thrown<RequestException>(() => desk.Engine.Check(order));
            }
        }

        public static void An_order_passes_the_warehouse_or_stays_there()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Reserve(Desk.Order("10001", "700.00 DKK", "SO-1", "1"));
                var pick = By("eva", "SO-1", "2");
                Is.In("checkpoint", Is.Thrown<RequestException>(() => desk.Engine.Pass(pick)).Message);
                pick.Checkpoint = Checkpoint.Pick;
                Is.Equal(OrderState.Active, desk.Engine.Pass(pick).State);
                desk.Engine.PutAccount(new NewAccount
                {
                    Company = "NW01", Customer = "10001", Currency = "DKK", Status = AccountStatus.Stop,
                });
                pick.Key = "3";
                pick.Checkpoint = Checkpoint.Confirm;
                var stopped = desk.Engine.Pass(pick);
                Is.Equal(OrderState.Held, stopped.State);
                Is.Equal("0.00 DKK", desk.Exposure("10001"));
                Is.Equal(Code.StatusStop, stopped.Reasons.First().Code);
            }
        }

        public static void A_person_holds_releases_and_rejects()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Reserve(Desk.Order("10001", "700.00 DKK", "SO-1", "1"));
                var held = desk.Engine.Hold(By("eva", "SO-1", "2"));
                Is.Equal(Outcome.Hold, held.Outcome);
                Is.Equal(OrderState.Held, held.State);
                Is.Equal("-700.00 DKK", held.Increase.ToString());
                Is.Equal(Code.ForcedHold, held.Reasons.Single().Code);
                Is.Equal(RemedyKind.Release, held.Reasons.Single().Remedy.Kind);
                Is.True(held.Reasons.Single().Sentence().Length > 20 && held.Explain().Length > 20, "words");
                Is.Equal(OrderState.Held, desk.Engine.Reevaluate(By("eva", "SO-1", "3")).State);
                Is.In("clerk", Is.Thrown<ForbiddenException>(() => desk.Engine.Release(By("per", "SO-1", "4", "clerk"))).Message);
                var released = desk.Engine.Release(By("per", "SO-1", "5", "credit_manager"), 1000, 5);
                Is.Equal(OrderState.Active, released.State);
                Is.True(released.Granted && released.Id.HasValue, "on record");
                desk.Engine.Hold(By("eva", "SO-1", "6"));
                Is.Equal(Outcome.Refuse, desk.Engine.Reject(By("per", "SO-1", "7")).Outcome);
                Is.Equal("0.00 DKK", desk.Exposure("10001"));
                Is.Thrown<OrderStateException>(() => desk.Engine.Reject(By("per", "SO-1", "8")));
            }
        }

        public static void The_payer_of_an_order_changes()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Reserve(Desk.Order("10001", "700.00 DKK", "SO-1", "1"));
                Is.True(!desk.Engine.Transfer(Desk.Order("10003", "700.00 DKK", "SO-1", "2")).Granted, "10003 is stopped");
                Is.Equal("700.00 DKK 0.00 DKK", desk.Exposure("10001") + " " + desk.Exposure("10003"));
                Is.True(desk.Engine.Transfer(Desk.Order("10008", "700.00 DKK", "SO-1", "3")).Granted, "10008 is watched");
                Is.Equal("0.00 DKK 700.00 DKK", desk.Exposure("10001") + " " + desk.Exposure("10008"));
            }
        }

        public static void Work_is_listed_done_and_told()
        {
            using (var desk = new Desk())
            {
                desk.Engine.Reserve(Desk.Order("10001", "700.00 DKK", "SO-1", "1"));
                desk.Engine.Hold(By("eva", "SO-1", "2"));
                desk.Engine.Reserve(Desk.Order("10004", "5.00 DKK", "SO-2", "3"));
                var held = desk.Engine.Work.Held("NW01");
                Is.Equal("SO-1 SO-2", string.Join(" ", held.Select(order => order.Document)));
                Is.True(held[0].Ready && !held[1].Ready, "only a person's hold stops the first");
                Is.Equal("700.00 DKK", held[0].Amount.ToString());
                Is.Equal(Code.LimitMissing, held[1].Reasons.First().Code);
                Is.Equal("SO-2", desk.Engine.Work.Held("NW01", "10004").Single().Document);
                desk.Engine.PutLimit(new NewLimit { Company = "NW01", Customer = "10004", Amount = Money.Parse("5.00 DKK") });
                var asked = desk.Engine.Work.Reevaluate("NW01");
                Is.Equal("SO-2", string.Join(" ", asked.Released));
                Is.True(asked.Waiting == 1 && !asked.More, "the first one still waits");
                Is.Equal(0L, desk.Engine.Work.Sweep());
                Is.Equal("spoke to their bank", held[0].ForcedHold);
                Is.True(held[0].ReleasedBy == "" && held[1].ReleaseBy.Count == 1, "who may release");

                var events = desk.Engine.Events("robot");
                var first = events.Next();
                Is.True(first.Any(it => it.Kind == "held" && it.Document == "SO-2"), "told of the hold");
                Is.Equal(first.First().Id, events.Next(1).Single().Id, "comes again");
                events.Acknowledge(first.Last());
                Is.Equal(0, events.Next().Count);
                Is.Equal(first.Count, desk.Engine.ListEvents().Count);
            }
        }
    }
}
