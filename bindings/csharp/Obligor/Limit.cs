using System;
using System.Collections.Generic;

namespace Obligor
{
    /// <summary>A limit on record. Immutable.</summary>
    public sealed class Limit
    {
        internal Limit(JsonObject from)
        {
            Kind = from.Text("kind");
            Amount = from.Money("limit");
            From = from.Day("from");
            To = from.Day("to");
            ShareBasisPoints = from.Number("share_basis_points") ?? 10000;
            InForce = from.Flag("in_force");
        }

        /// <summary><c>base</c>, <c>temporary</c>, which replaces it while it lasts, or <c>insured</c>, which comes on top.</summary>
        public string Kind { get; }

        /// <summary>How much; null means <em>no limit</em>. Zero is zero.</summary>
        public Money? Amount { get; }

        /// <summary>The first day it is in force; null is always.</summary>
        public DateTime? From { get; }

        /// <summary>The last day it is in force; null is for ever.</summary>
        public DateTime? To { get; }

        /// <summary>Insured: how much of it counts, in hundredths of a per cent; 10000 is all of it.</summary>
        public long ShareBasisPoints { get; }

        /// <summary>Whether it is in force today.</summary>
        public bool InForce { get; }
    }

    /// <summary>A limit that waits for a second person. Immutable.</summary>
    public sealed class WaitingLimit
    {
        internal WaitingLimit(JsonObject from)
        {
            Id = from.Number("id") ?? 0;
            Company = from.Text("company");
            Customer = from.Text("customer");
            Pool = from.Text("pool");
            Kind = from.Text("kind");
            Amount = from.Money("limit");
            From = from.Day("from");
            To = from.Day("to");
            User = from.Text("user");
            At = When.InstantOut(from.Number("at") ?? 0);
        }

        /// <summary>What <see cref="Engine.DecideLimit"/> calls it by.</summary>
        public long Id { get; }

        /// <summary>The company that sells; empty for a pool's limit.</summary>
        public string Company { get; }

        /// <summary>The customer that pays; empty for a pool's limit.</summary>
        public string Customer { get; }

        /// <summary>The pool whose limit it is; empty for an account's.</summary>
        public string Pool { get; }

        /// <summary><c>base</c>, <c>temporary</c> or <c>insured</c>.</summary>
        public string Kind { get; }

        /// <summary>How much it would be; null means <em>no limit</em>.</summary>
        public Money? Amount { get; }

        /// <summary>The first day it would be in force; null is always.</summary>
        public DateTime? From { get; }

        /// <summary>The last day it would be in force; null is for ever.</summary>
        public DateTime? To { get; }

        /// <summary>Who asked for it. It must be somebody else who approves.</summary>
        public string User { get; }

        /// <summary>When.</summary>
        public DateTimeOffset At { get; }
    }

    /// <summary>A limit to be put: an account's, by company and customer, or a pool's.</summary>
    public sealed class NewLimit
    {
        /// <summary>The company that sells.</summary>
        public string Company { get; set; }

        /// <summary>The customer that pays.</summary>
        public string Customer { get; set; }

        /// <summary>Instead of company and customer: the pool whose limit it is.</summary>
        public string Pool { get; set; }

        /// <summary><c>base</c> when nothing is said; <c>temporary</c>; or <c>insured</c>.</summary>
        public string Kind { get; set; }

        /// <summary>How much. Zero is zero; null only together with <see cref="NoLimitIn"/>.</summary>
        public Money? Amount { get; set; }

        /// <summary>Instead of an amount: there is none, and this is the currency.</summary>
        public string NoLimitIn { get; set; }

        /// <summary>The first day it is in force; null is always. Only the date counts.</summary>
        public DateTime? From { get; set; }

        /// <summary>The last day it is in force; null is for ever. Only the date counts.</summary>
        public DateTime? To { get; set; }

        /// <summary>Insured: how much of it counts, in hundredths of a per cent; null is all of it.</summary>
        public int? ShareBasisPoints { get; set; }

        /// <summary>Who asks for it; needed where the policy wants a second person for some limits.</summary>
        public string User { get; set; }
    }

    public sealed partial class Engine
    {
        /// <summary>Puts a limit.</summary>
        /// <returns>
        /// <c>added</c>, <c>changed</c> or <c>same</c>; or <c>waiting</c> when the policy wants a second person for it.
        /// </returns>
        /// <exception cref="ObligorException">By kind.</exception>
        public string PutLimit(NewLimit limit)
        {
            if (limit == null)
            {
                throw new RequestException("limit is null");
            }
            return Word("limit.put", new JsonObject().Say("company", limit.Company).Say("customer", limit.Customer)
                .Say("pool", limit.Pool).Say("kind", limit.Kind).Say("limit", limit.Amount)
                .Say("no_limit_in", limit.NoLimitIn).Say("from", limit.From).Say("to", limit.To)
                .Say("share_basis_points", limit.ShareBasisPoints).Say("user", limit.User));
        }

        /// <summary>The limits that wait for a second person, the oldest first.</summary>
        /// <exception cref="ObligorException">By kind.</exception>
        public IReadOnlyList<WaitingLimit> WaitingLimits(int most = Rows)
        {
            return Each("limit.waiting", new JsonObject().Say("most", most), row => new WaitingLimit(row));
        }

        /// <summary>A second person approves a waiting limit, which puts it, or turns it down.</summary>
        /// <returns>What came of it.</returns>
        /// <exception cref="ForbiddenException">It is the person who asked for it.</exception>
        /// <exception cref="NotFoundException">No limit of this number waits.</exception>
        public string DecideLimit(long id, string user, bool approve)
        {
            return Word("limit.decide", new JsonObject().Say("id", id).Say("user", user).Say("approve", approve));
        }
    }
}
