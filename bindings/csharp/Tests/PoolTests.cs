using System;
using System.Collections.Generic;
using System.Linq;
using Obligor;

namespace Tests
{
    /// <summary>Limits that several accounts share, limits of every kind, and what is known of an account.</summary>
    internal static class PoolTests
    {
        public static void A_group_s_limit_holds_for_all_its_accounts()
        {
            using (var desk = new Desk())
            {
                var engine = desk.Engine;
                var rates = new Dictionary<string, decimal> { { "DKK", 0.125m } };
                Is.Equal("added", engine.PutPool("NORD", "group", "EUR", rates));
                Is.Equal("same", engine.PutPool("NORD", "group", "EUR", rates));
                engine.PutLimit(new NewLimit { Pool = "NORD", Amount = Money.Parse("1000.00 EUR") });
                foreach (var customer in new[] { "10001", "10005" })
                {
                    engine.PutAccount(new NewAccount
                    {
                        Company = "NW01", Customer = customer, Currency = "DKK", Pools = new[] { "NORD" },
                        Profile = new Profile { Score = 70, CustomerSince = new DateTime(2020, 1, 31), TermsDays = 30 },
                    });
                }
                var pool = engine.GetPool("NORD");
                Is.Equal("250.00 EUR 1000.00 EUR 750.00 EUR", pool.Exposure + " " + pool.Limit + " " + pool.Available);
                Is.Equal("10001 10005", string.Join(" ", pool.Accounts.Select(account => account.Value).OrderBy(it => it)));
                Is.Equal(0.125m, pool.Rates["DKK"]);
                Is.True(pool.Kind == "group" && pool.Currency == "EUR" && !pool.NoLimit && pool.Limits.Single().InForce, "the pool");

                // 750.00 EUR are 6000.00 DKK: the own limit of 10,000.00 would allow more.
                Is.Equal(Outcome.Approve, engine.Check(Desk.Order("10001", "6000.00 DKK")).Outcome);
                var reason = engine.Check(Desk.Order("10001", "6000.80 DKK")).Reasons.First();
                Is.Equal(Code.OverLimit, reason.Code);
                Is.Equal(Level.Group, reason.Level);
                Is.Equal("NORD", reason.Pool);
                Is.Equal("OverLimit: 1000.10 EUR against 1000.00 EUR; ReduceBy 0.10 EUR", reason.ToString());
                Is.In("1,000.10 EUR", reason.Sentence());

                var standing = engine.GetAccount("NW01", "10001").Standing();
                Is.Equal("NORD", string.Join(" ", standing.Pools));
                Is.Equal(70, standing.Profile.Score);
                Is.Equal(new DateTime(2020, 1, 31), standing.Profile.CustomerSince);
                Is.Equal("10000.00 DKK", standing.Limits.Single().Amount.ToString());
                Is.Thrown<NotFoundException>(() => engine.GetPool("SYD"));
            }
        }

        public static void An_insurer_s_cover_comes_on_top()
        {
            using (var desk = new Desk())
            {
                desk.Engine.PutLimit(new NewLimit
                {
                    Company = "NW01", Customer = "10001", Kind = "insured", Amount = Money.Parse("4000.00 DKK"),
                    ShareBasisPoints = 9000, From = new DateTime(2026, 1, 1), To = new DateTime(2026, 12, 31),
                });
                Is.Equal("13600.00 DKK", desk.Engine.GetAccount("NW01", "10001").Read().Limit.ToString());
                Is.Equal("13600.00 DKK", desk.Engine.Check(Desk.Order("10001", "1.00 DKK")).Limit.ToString());
            }
        }

        public static void A_larger_limit_waits_for_a_second_person()
        {
            using (var desk = new Desk())
            {
                var options = desk.Options;
                desk.Engine.Dispose();
                options.PolicyText = Desk.Policy + "[limits]\napproval_increase = \"10 %\"\n";
                using (var engine = Engine.Open(options))
                {
                    Func<string, string> put = amount => engine.PutLimit(new NewLimit
                    {
                        Company = "NW01", Customer = "10001", Amount = Money.Parse(amount), User = "eva",
                    });
                    Is.Equal("changed", put("11000.00 DKK"));
                    Is.Equal("waiting", put("20000.00 DKK"));
                    var waiting = engine.WaitingLimits().Single();
                    Is.Equal("10001 eva 20000.00 DKK", waiting.Customer + " " + waiting.User + " " + waiting.Amount);
                    Is.Thrown<ForbiddenException>(() => engine.DecideLimit(waiting.Id, "eva", true));
                    Is.Equal("11000.00 DKK", engine.GetAccount("NW01", "10001").Read().Limit.ToString());
                    engine.DecideLimit(waiting.Id, "per", true);
                    Is.Equal("20000.00 DKK", engine.GetAccount("NW01", "10001").Read().Limit.ToString());
                    Is.Equal(0, engine.WaitingLimits().Count);
                }
            }
        }

        public static void An_open_item_is_put_as_it_is_now()
        {
            using (var desk = new Desk())
            {
                var item = new NewItem
                {
                    Company = "NW01", Customer = "10001", Number = "INV-7", Amount = Money.Parse("300.00 DKK"),
                    Residual = Money.Parse("200.00 DKK"), Due = new DateTime(2026, 12, 1, 15, 0, 0),
                    DunningBlocked = true, DunningLevel = 3, Delivered = new DateTime(2026, 11, 1),
                };
                Is.Equal("added", desk.Engine.PutItem(item));
                Is.Equal("same", desk.Engine.PutItem(item));
                Is.Equal("200.00 DKK", desk.Exposure("10001"));
                var told = desk.Engine.Call("account.items", "{\"account\":{\"company\":\"NW01\",\"customer\":\"10001\"}}");
                Is.In("\"dunning_blocked\":true", told);
                Is.In("\"delivered\":\"2026-11-01\"", told);
            }
        }
    }
}
