using System;
using System.Collections.Generic;
using System.Globalization;

namespace Obligor
{
    /// <summary>What an order may do next. The higher, the more it stops. Treat one you do not know as a refusal.</summary>
    public enum Outcome
    {
        /// <summary>Nobody asked: no rule of the policy applies. Not an approval; the order may go through.</summary>
        NotChecked = 0,
        /// <summary>It may go through.</summary>
        Approve = 1,
        /// <summary>It may go through, and credit control is told.</summary>
        ApproveWithAlert = 2,
        /// <summary>It may go through once <see cref="Decision.Prepay"/> has been paid in advance.</summary>
        Prepay = 3,
        /// <summary>It waits for a person; it holds no credit meanwhile.</summary>
        Hold = 4,
        /// <summary>It may not go through.</summary>
        Refuse = 5,
    }

    /// <summary>Whose limit or status a reason speaks of.</summary>
    public enum Level
    {
        /// <summary>The credit account itself.</summary>
        Own = 1,
        /// <summary>The group the account belongs to.</summary>
        Group = 2,
        /// <summary>The credit segment.</summary>
        Segment = 3,
        /// <summary>The document alone, whatever the account.</summary>
        Document = 4,
    }

    /// <summary>What a measured value or a threshold counts.</summary>
    public enum Unit
    {
        /// <summary>There is no value.</summary>
        None = 0,
        /// <summary>An amount.</summary>
        Money = 1,
        /// <summary>A number of days.</summary>
        Days = 2,
        /// <summary>A number of things.</summary>
        Count = 3,
        /// <summary>Hundredths of a per cent.</summary>
        BasisPoints = 4,
        /// <summary>A civil day.</summary>
        Day = 5,
        /// <summary>A currency.</summary>
        Currency = 6,
    }

    /// <summary>What would make an order pass.</summary>
    public enum RemedyKind
    {
        /// <summary>Nothing that could be named.</summary>
        None = 0,
        /// <summary>The customer pays this much of what is owed.</summary>
        Pay = 1,
        /// <summary>The order is made smaller by this much.</summary>
        ReduceBy = 2,
        /// <summary>The order waits until this day.</summary>
        WaitUntil = 3,
        /// <summary>The order is made out in this currency.</summary>
        UseCurrency = 4,
        /// <summary>A person lifts the hold or stop.</summary>
        LiftStatus = 5,
        /// <summary>A person sets a limit, or marks the account as having none.</summary>
        SetLimit = 6,
        /// <summary>The customer is created first.</summary>
        CreateCustomer = 7,
        /// <summary>This amount is paid in advance.</summary>
        Prepay = 8,
        /// <summary>The customer gives this much as a deposit or another security.</summary>
        Deposit = 9,
        /// <summary>A person who may do so releases the order.</summary>
        Release = 10,
        /// <summary>The order is made out with payment terms of at most so many days.</summary>
        UseTerms = 11,
        /// <summary>The discount is at most so many hundredths of a per cent.</summary>
        DiscountAtMost = 12,
        /// <summary>The account is reviewed and its limit renewed.</summary>
        Review = 13,
        /// <summary>Somebody finds out what is not known.</summary>
        FindOut = 14,
    }

    /// <summary>What a reason is about. A newer library may have others.</summary>
    public enum Code
    {
        /// <summary>The exposure with the order would be above the limit in force.</summary>
        OverLimit = 1,
        /// <summary>The account has no limit in force and is not marked as having none.</summary>
        LimitMissing = 2,
        /// <summary>More is overdue than the policy allows.</summary>
        OverdueAmount = 3,
        /// <summary>The oldest overdue item is older than the policy allows.</summary>
        OverdueDays = 4,
        /// <summary>The account is stopped by hand; nothing new goes through.</summary>
        StatusStop = 5,
        /// <summary>The account is on hold by hand; new orders wait for a person.</summary>
        StatusHold = 6,
        /// <summary>The account is excluded from checks by hand.</summary>
        StatusNoCheck = 7,
        /// <summary>No such customer, or no credit account in this company.</summary>
        UnknownCustomer = 8,
        /// <summary>The order's currency is not the account's and no rate was given.</summary>
        CurrencyMismatch = 9,
        /// <summary>The customer's own money on account covers what the limit does not.</summary>
        CoveredByCredit = 10,
        /// <summary>The order does not increase the exposure; such orders always go through.</summary>
        NotAnIncrease = 11,
        /// <summary>The account is marked as having no limit.</summary>
        NoLimit = 12,
        /// <summary>The account was over its limit before this order.</summary>
        AlreadyOverLimit = 13,
        /// <summary>The account is watched by hand.</summary>
        StatusWatch = 14,
        /// <summary>The last limit is past its last day, and no other is in force.</summary>
        LimitExpired = 15,
        /// <summary>The limit in force has no last day, and the policy asks for one.</summary>
        LimitOpenEnded = 16,
        /// <summary>The day the account was to be reviewed is past.</summary>
        ReviewDue = 17,
        /// <summary>Too large a share of what is open is overdue.</summary>
        OverdueShare = 18,
        /// <summary>Too much of the limit is used, counting the order.</summary>
        Utilisation = 19,
        /// <summary>The order alone is too large.</summary>
        DocumentValue = 20,
        /// <summary>An open item has reached too high a dunning level.</summary>
        DunningLevel = 21,
        /// <summary>The customer has paid too late, weighted by amount.</summary>
        PaymentBehaviour = 22,
        /// <summary>Too large a share of the invoices was disputed, and something is still owed.</summary>
        DisputeRate = 23,
        /// <summary>The order's payment terms are longer than agreed.</summary>
        TermsChanged = 24,
        /// <summary>The order's discount is too high.</summary>
        Discount = 25,
        /// <summary>Too much is in one stage of the way from order to payment.</summary>
        BucketAmount = 26,
        /// <summary>The customer's score is too low.</summary>
        Score = 27,
        /// <summary>The rule speaks of everything in its scope.</summary>
        Always = 28,
        /// <summary>A fact that a rule needs is not known.</summary>
        FactUnknown = 29,
        /// <summary>A person has put this very order on hold.</summary>
        ForcedHold = 30,
        /// <summary>A person has let this order through, and the release still covers it.</summary>
        Released = 31,
        /// <summary>A role that may let the order through has done so in the same call.</summary>
        Overridden = 32,
        /// <summary>An exclusion of the policy takes the order out of the rules.</summary>
        Excluded = 33,
        /// <summary>The customer belongs to the own group of companies.</summary>
        InternalCustomer = 34,
        /// <summary>The part that is prepaid, paid in cash or secured stays outside.</summary>
        Secured = 35,
        /// <summary>More was delivered or invoiced than was ordered.</summary>
        OverDelivery = 36,
        /// <summary>A person has turned the order down.</summary>
        Rejected = 37,
        /// <summary>The release waits for a second person.</summary>
        SecondPerson = 38,
    }

    /// <summary>What has become of an order.</summary>
    public enum OrderState
    {
        /// <summary>Nothing is known of it.</summary>
        None = 0,
        /// <summary>It waits for a person and holds nothing.</summary>
        Held = 1,
        /// <summary>It was refused, or waits for a prepayment, and holds nothing.</summary>
        Declined = 2,
        /// <summary>It holds credit.</summary>
        Active = 3,
        /// <summary>It was cancelled; what was delivered goes on.</summary>
        Cancelled = 4,
        /// <summary>It ran out; as cancelled.</summary>
        Expired = 5,
    }

    /// <summary>Where the facts of an answer came from.</summary>
    public enum Source
    {
        /// <summary>From memory; they are true as of <see cref="Decision.FactsAt"/>.</summary>
        Memory = 1,
        /// <summary>From the store, just then.</summary>
        Store = 2,
    }

    /// <summary>A value with its unit. Immutable.</summary>
    public sealed class Quantity
    {
        private readonly long value;
        private readonly string currency;

        private Quantity(Unit unit, long value, string currency)
        {
            Unit = unit;
            this.value = value;
            this.currency = currency;
        }

        internal static Quantity Of(int kind, long value, string currency)
        {
            return kind == (int)Unit.None ? null : new Quantity((Unit)kind, value, currency);
        }

        /// <summary>What it counts.</summary>
        public Unit Unit { get; }

        /// <summary>The amount; null unless the unit is money.</summary>
        public Money? Money
        {
            get { return Unit == Unit.Money ? Obligor.Money.FromMinor(value, currency) : (Money?)null; }
        }

        /// <summary>The day; null unless the unit is a day.</summary>
        public DateTime? Day
        {
            get { return Unit == Unit.Day ? When.DayOut(value) : null; }
        }

        /// <summary>The currency code; null unless the unit is a currency.</summary>
        public string Currency
        {
            get { return Unit == Unit.Currency ? Letters(value) : null; }
        }

        /// <summary>The number of days or things, or hundredths of a per cent; null for the other units.</summary>
        public long? Number
        {
            get { return Money.HasValue || Unit == Unit.Day || Unit == Unit.Currency ? (long?)null : value; }
        }

        /// <summary>The value in short English: <c>1250.00 DKK</c>, <c>12 days</c>, <c>2.50 %</c>, <c>2026-11-22</c>.</summary>
        public override string ToString()
        {
            switch (Unit)
            {
                case Unit.Money: return Money.Value.ToString();
                case Unit.Days: return Days(value);
                case Unit.BasisPoints: return PerCent(value);
                case Unit.Day: return Day.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                case Unit.Currency: return Currency;
                default: return Told(value);
            }
        }

        internal static string Letters(long packed)
        {
            return new string(new[] { (char)(packed >> 16 & 0xFF), (char)(packed >> 8 & 0xFF), (char)(packed & 0xFF) });
        }

        internal static string Days(long number)
        {
            return Told(number) + (number == 1 ? " day" : " days");
        }

        internal static string PerCent(long basisPoints)
        {
            return (basisPoints / 100m).ToString("F2", CultureInfo.InvariantCulture) + " %";
        }

        private static string Told(long number)
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>What would make an order pass. Immutable.</summary>
    public sealed class Remedy
    {
        private Remedy(RemedyKind kind, Money? amount = null, DateTime? day = null, string currency = null, long? number = null)
        {
            Kind = kind;
            Amount = amount;
            Day = day;
            Currency = currency;
            Number = number;
        }

        internal static Remedy Of(int number, long value, string currency)
        {
            var kind = (RemedyKind)number;
            switch (kind)
            {
                case RemedyKind.None: return null;
                case RemedyKind.Pay:
                case RemedyKind.ReduceBy:
                case RemedyKind.Prepay:
                case RemedyKind.Deposit: return new Remedy(kind, amount: Money.FromMinor(value, currency));
                case RemedyKind.WaitUntil: return new Remedy(kind, day: When.DayOut(value));
                case RemedyKind.UseCurrency: return new Remedy(kind, currency: Quantity.Letters(value));
                case RemedyKind.UseTerms:
                case RemedyKind.DiscountAtMost: return new Remedy(kind, number: value);
                default: return new Remedy(kind);
            }
        }

        /// <summary>What is to be done.</summary>
        public RemedyKind Kind { get; }

        /// <summary>How much is to be paid, given as a deposit, or taken off the order; else null.</summary>
        public Money? Amount { get; }

        /// <summary>The day to wait for; else null.</summary>
        public DateTime? Day { get; }

        /// <summary>The currency to use; else null.</summary>
        public string Currency { get; }

        /// <summary>The days of the payment terms, or the discount in hundredths of a per cent; else null.</summary>
        public long? Number { get; }

        /// <summary>In short English: <c>ReduceBy 250.00 DKK</c>.</summary>
        public override string ToString()
        {
            var what = Amount.HasValue ? Amount.Value.ToString()
                : Day.HasValue ? Day.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
                : Kind == RemedyKind.UseTerms ? Quantity.Days(Number.Value)
                : Kind == RemedyKind.DiscountAtMost ? Quantity.PerCent(Number.Value)
                : Currency;
            return what == null ? Kind.ToString() : Kind + " " + what;
        }
    }

    /// <summary>One reason of a decision. Immutable.</summary>
    public sealed class Reason
    {
        // What a sentence is made from.
        private readonly ReasonStruct said;
        private readonly string currency;

        internal Reason(ReasonStruct from, string currency)
        {
            said = from;
            said.struct_size = Sizes.Reason;
            this.currency = currency;
            Code = (Code)from.code;
            Level = (Level)from.level;
            Effect = (Outcome)from.effect;
            // A pool's limit is in the pool's currency, which may be another than the account's.
            var values = Either(from.currency.ToString(), currency);
            Measured = Quantity.Of(from.measured_kind, from.measured, values);
            Threshold = Quantity.Of(from.threshold_kind, from.threshold, values);
            Remedy = Remedy.Of(from.remedy_kind, from.remedy, Either(from.remedy_currency.ToString(), currency));
            ReleaseBy = from.release_by.ToString();
            Rule = from.rule.ToString();
            Pool = from.pool.ToString();
        }

        private static string Either(string own, string other)
        {
            return own.Length == 0 ? other : own;
        }

        /// <summary>What is the matter.</summary>
        public Code Code { get; }

        /// <summary>On whose level.</summary>
        public Level Level { get; }

        /// <summary>What this reason alone would make of the order.</summary>
        public Outcome Effect { get; }

        /// <summary>What was measured; null when nothing was.</summary>
        public Quantity Measured { get; }

        /// <summary>What it was held against; null when there is nothing.</summary>
        public Quantity Threshold { get; }

        /// <summary>What would make the order pass; null when nothing can be named.</summary>
        public Remedy Remedy { get; }

        /// <summary>The role that may release it, as the policy names it; empty when none may.</summary>
        public string ReleaseBy { get; }

        /// <summary>The policy's name for the rule; empty for reasons that no rule made.</summary>
        public string Rule { get; }

        /// <summary>The pool whose limit or exposure it speaks of, on the levels group and segment; else empty.</summary>
        public string Pool { get; }

        /// <summary>
        /// The reason as a sentence: what is the matter and, where it stops the order, what would make it pass and who may
        /// release it. Any thread, also when the engine is closed.
        /// </summary>
        /// <param name="language"><c>en</c>, <c>da</c>, <c>nb</c>, <c>sv</c>, <c>fi</c> or <c>nl</c>.</param>
        /// <exception cref="RequestException">The language is none of these.</exception>
        public string Sentence(string language = "en")
        {
            var native = LibraryLoader.Native;
            byte[] money = Text.In("currency", currency), wanted = Text.Name("language", language);
            var from = said;
            return native.Ask((byte[] buf, UIntPtr cap, out UIntPtr needed) => native.obligor_reason_text(
                ref from, money, money.Length, wanted, wanted.Length, buf, cap, out needed));
        }

        /// <summary>For a log: code, measured value, threshold and remedy. For people there is <see cref="Sentence"/>.</summary>
        public override string ToString()
        {
            var told = Code.ToString();
            if (Measured != null)
            {
                told += ": " + Measured;
            }
            if (Threshold != null)
            {
                told += (Measured == null ? ": " : " ") + "against " + Threshold;
            }
            return Remedy == null ? told : told + "; " + Remedy;
        }
    }

    /// <summary>The answer about one order. Immutable.</summary>
    public sealed class Decision
    {
        private readonly Engine engine;

        internal Decision(Engine engine, DecisionStruct from, IReadOnlyList<Reason> reasons)
        {
            this.engine = engine;
            Currency = from.currency.ToString();
            Outcome = (Outcome)from.outcome;
            Id = from.decision_id == 0 ? (long?)null : from.decision_id;
            Increase = Money.FromMinor(from.increase, from.increase_currency.ToString());
            ExposureBefore = Amount(from.exposure_before, from.has_account != 0);
            ExposureAfter = Amount(from.exposure_after, from.has_account != 0);
            Limit = Amount(from.limit, from.has_limit != 0);
            AvailableBefore = Amount(from.available_before, from.has_limit != 0);
            AvailableAfter = Amount(from.available_after, from.has_limit != 0);
            Prepay = Amount(from.prepay, Outcome == Outcome.Prepay);
            Deposit = Amount(from.deposit, from.deposit != 0);
            State = (OrderState)from.order_state;
            Repeated = from.repeated != 0;
            Source = (Source)from.source;
            FactsAt = When.InstantOut(from.facts_at_ms);
            Reasons = reasons;
        }

        private Money? Amount(long minor, bool present)
        {
            return present ? Money.FromMinor(minor, Currency) : (Money?)null;
        }

        /// <summary>What the order may do.</summary>
        public Outcome Outcome { get; }

        /// <summary>Whether the order may go through now.</summary>
        public bool Granted
        {
            get
            {
                return Outcome == Outcome.NotChecked || Outcome == Outcome.Approve || Outcome == Outcome.ApproveWithAlert;
            }
        }

        /// <summary>The decision's number on record; null for a check, and in a list that was not taken.</summary>
        public long? Id { get; }

        /// <summary>By how much the exposure would grow; in the order's currency when it could not be converted.</summary>
        public Money Increase { get; }

        /// <summary>The account's currency; empty when there is no account.</summary>
        public string Currency { get; }

        /// <summary>The exposure before the order; null without an account.</summary>
        public Money? ExposureBefore { get; }

        /// <summary>With the increase when the order was granted, else as before; null without an account.</summary>
        public Money? ExposureAfter { get; }

        /// <summary>The account's own limit in force, with what insurers cover on top; null when there is none.</summary>
        public Money? Limit { get; }

        /// <summary>Limit less exposure before the order, below zero when it was over its limit; null without a limit.</summary>
        public Money? AvailableBefore { get; }

        /// <summary>Limit less exposure after the order; null without a limit.</summary>
        public Money? AvailableAfter { get; }

        /// <summary>What must be paid in advance; null unless the outcome is <see cref="Outcome.Prepay"/>.</summary>
        public Money? Prepay { get; }

        /// <summary>The deposit or other security that the rules recommend, whatever the outcome; null when they do not.</summary>
        public Money? Deposit { get; }

        /// <summary>What has become of the order.</summary>
        public OrderState State { get; }

        /// <summary>Whether this is the recorded answer to an earlier use of the same key.</summary>
        public bool Repeated { get; }

        /// <summary>Where the facts came from.</summary>
        public Source Source { get; }

        /// <summary>As of when the facts are those of the store.</summary>
        public DateTimeOffset FactsAt { get; }

        /// <summary>Every reason, the one that stops most first.</summary>
        public IReadOnlyList<Reason> Reasons { get; }

        /// <summary>The recorded decision as sentences, one a line; see <see cref="Engine.Explain"/>.</summary>
        /// <exception cref="RequestException">The decision is not on record, as a check never is.</exception>
        public string Explain(string language = "en")
        {
            return engine.Explain(Recorded(), language);
        }

        /// <summary>Makes the recorded decision again; see <see cref="Engine.Replay"/>.</summary>
        /// <exception cref="RequestException">The decision is not on record, as a check never is.</exception>
        public bool Replay()
        {
            return engine.Replay(Recorded());
        }

        private long Recorded()
        {
            if (!Id.HasValue)
            {
                throw new RequestException("this decision is not on record, as a check never is: read its reasons instead");
            }
            return Id.Value;
        }
    }

    public sealed partial class Engine
    {
        /// <summary>A recorded decision as sentences, one a line: what was decided, why, and what would make it pass.</summary>
        /// <param name="decisionId">See <see cref="Decision.Id"/>.</param>
        /// <param name="language"><c>en</c>, <c>da</c>, <c>nb</c>, <c>sv</c>, <c>fi</c> or <c>nl</c>.</param>
        /// <exception cref="NotFoundException">There is no such decision, or its content was erased.</exception>
        public string Explain(long decisionId, string language = "en")
        {
            var wanted = Text.Name("language", language);
            using (var use = handle.Enter())
            {
                var number = use.Number;
                return handle.Native.Ask((byte[] buf, UIntPtr cap, out UIntPtr needed) =>
                    handle.Native.obligor_decision_explain(
                        number, decisionId, wanted, wanted.Length, buf, cap, out needed));
            }
        }

        /// <summary>Makes a recorded decision again from the facts it was made from and under the policy of that day.</summary>
        /// <param name="decisionId">See <see cref="Decision.Id"/>.</param>
        /// <returns>Whether it came out the same, bit for bit.</returns>
        /// <exception cref="NotFoundException">There is no such decision, or its content was erased.</exception>
        public bool Replay(long decisionId)
        {
            using (var use = handle.Enter())
            {
                int same;
                handle.Native.Check(handle.Native.obligor_decision_replay(use.Number, decisionId, out same));
                return same != 0;
            }
        }
    }
}
