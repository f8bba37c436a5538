using System;
using System.Collections.Generic;
using System.Linq;

namespace Obligor
{
    /// <summary>The status a person gives an account. Only a person sets and lifts it. A newer library may have others.</summary>
    public enum AccountStatus
    {
        /// <summary>The rules alone decide.</summary>
        Ok = 1,
        /// <summary>The rules decide; people look at it more often.</summary>
        Watch = 2,
        /// <summary>New orders wait for a person.</summary>
        Hold = 3,
        /// <summary>No new order goes through.</summary>
        Stop = 4,
        /// <summary>It is excluded from checks.</summary>
        NoCheck = 5,
    }

    /// <summary>
    /// A customer's credit account in a company: a small number that stays the same for as long as the store lives. A host
    /// that keeps it saves the look-up by name at every order. Immutable.
    /// </summary>
    public sealed class Account
    {
        private readonly Engine engine;

        internal Account(Engine engine, uint number, string company, string customer)
        {
            this.engine = engine;
            Number = number;
            Company = company;
            Customer = customer;
        }

        /// <summary>The account's number, for <see cref="Order.Account"/>.</summary>
        public long Number { get; }

        /// <summary>The company that sells.</summary>
        public string Company { get; }

        /// <summary>The customer that pays.</summary>
        public string Customer { get; }

        /// <summary>Where the account stands, read from the store.</summary>
        /// <exception cref="ObligorException">As for <see cref="Engine.GetPosition"/>.</exception>
        public Position Read()
        {
            return engine.GetPosition(Number);
        }

        /// <summary>Who the customer behind it is, how it pays, and what it shares.</summary>
        /// <exception cref="ObligorException">As for <see cref="Engine.GetStanding"/>.</exception>
        public Standing Standing()
        {
            return engine.GetStanding(Number);
        }
    }

    /// <summary>What people and hosts say of the customer behind an account. Null is not known.</summary>
    public sealed class Profile
    {
        /// <summary>The risk class it was given; it goes before the one that follows from the score.</summary>
        public string RiskClass { get; set; }

        /// <summary>The higher the better.</summary>
        public int? Score { get; set; }

        /// <summary>The day it became a customer. Only the date counts.</summary>
        public DateTime? CustomerSince { get; set; }

        /// <summary>The day by which the account is to be reviewed. Only the date counts.</summary>
        public DateTime? NextReview { get; set; }

        /// <summary>The payment terms agreed, in days.</summary>
        public int? TermsDays { get; set; }

        /// <summary>Whether it belongs to the own group of companies.</summary>
        public bool Internal { get; set; }

        internal static Profile Of(JsonObject from)
        {
            return new Profile
            {
                RiskClass = from.Get("risk_class") as string,
                Score = (int?)from.Number("score"),
                CustomerSince = from.Day("customer_since"),
                NextReview = from.Day("next_review"),
                TermsDays = (int?)from.Number("terms_days"),
                Internal = from.Flag("internal"),
            };
        }

        internal JsonObject Told()
        {
            return new JsonObject().Say("risk_class", RiskClass).Say("score", Score).Say("customer_since", CustomerSince)
                .Say("next_review", NextReview).Say("terms_days", TermsDays).Say("internal", Internal);
        }
    }

    /// <summary>A credit account to be put.</summary>
    public sealed class NewAccount
    {
        /// <summary>The company that sells.</summary>
        public string Company { get; set; }

        /// <summary>The customer that pays, who must be there.</summary>
        public string Customer { get; set; }

        /// <summary>The account's currency.</summary>
        public string Currency { get; set; }

        /// <summary>The status a person gives it; null is ok.</summary>
        public AccountStatus? Status { get; set; }

        /// <summary>What is said of it, all of it; null leaves what was said before.</summary>
        public Profile Profile { get; set; }

        /// <summary>
        /// The names of the pools it belongs to, the widest first; null leaves it where it is, and an empty list takes it out of
        /// all.
        /// </summary>
        public IReadOnlyList<string> Pools { get; set; }
    }

    /// <summary>What is known of an account beside its position: who it is, how it pays, what it shares. Immutable.</summary>
    public sealed class Standing
    {
        internal Standing(string json)
        {
            var from = (JsonObject)Json.Parse(json);
            Profile = Profile.Of(from.Object("profile") ?? new JsonObject());
            Score = from.Number("score");
            RiskClass = from.Get("risk_class") as string;
            ProposedLimit = from.Money("proposed_limit");
            Insured = from.Money("insured");
            Disputed = from.Money("disputed");
            DunningLevel = from.Number("dunning_level") ?? 0;
            DaysLate = from.Number("days_late");
            DisputeRate = from.Number("dispute_rate_basis_points");
            Utilisation = from.Number("utilisation_basis_points");
            Pools = from.Texts("pools");
            Limits = from.List("limits").Cast<JsonObject>().Select(row => new Limit(row)).ToArray();
            Details = json;
        }

        /// <summary>What was said of it.</summary>
        public Profile Profile { get; }

        /// <summary>The score that rules go by: the one given, or what the policy's scorecard comes to; or null.</summary>
        public long? Score { get; }

        /// <summary>The class that counts: the one given, or the one its score belongs to; null when there is none.</summary>
        public string RiskClass { get; }

        /// <summary>What the policy proposes for the class.</summary>
        public Money? ProposedLimit { get; }

        /// <summary>What insurers cover today.</summary>
        public Money? Insured { get; }

        /// <summary>Open items that the customer disputes.</summary>
        public Money? Disputed { get; }

        /// <summary>The highest of an open item that is not blocked for dunning.</summary>
        public long DunningLevel { get; }

        /// <summary>Days late, weighted by amount, over twelve months; null when nothing was paid.</summary>
        public long? DaysLate { get; }

        /// <summary>The share of the invoices that was disputed over twelve months, in hundredths of a per cent.</summary>
        public long? DisputeRate { get; }

        /// <summary>How much of the limit is used, in hundredths of a per cent; null without a limit.</summary>
        public long? Utilisation { get; }

        /// <summary>The pools it belongs to, the widest first.</summary>
        public IReadOnlyList<string> Pools { get; }

        /// <summary>Every limit on record.</summary>
        public IReadOnlyList<Limit> Limits { get; }

        /// <summary>Everything, JSON, as in <c>include/schema/account.get.answer.json</c>.</summary>
        public string Details { get; }
    }

    /// <summary>Where an account stands: its value by stage, and what it may owe. Immutable.</summary>
    public sealed class Position
    {
        internal Position(AccountStruct from)
        {
            Account = from.account;
            Currency = from.currency.ToString();
            Status = (AccountStatus)from.status;
            Ordered = Money.FromMinor(from.ordered, Currency);
            Later = Money.FromMinor(from.later, Currency);
            Delivered = Money.FromMinor(from.delivered, Currency);
            Drafted = Money.FromMinor(from.drafted, Currency);
            Open = Money.FromMinor(from.open, Currency);
            Overdue = Money.FromMinor(from.overdue, Currency);
            Unapplied = Money.FromMinor(from.unapplied, Currency);
            Exposure = Money.FromMinor(from.exposure, Currency);
            Limit = from.has_limit == 0 ? (Money?)null : Money.FromMinor(from.limit, Currency);
            Available = from.has_limit == 0 ? (Money?)null : Money.FromMinor(from.available, Currency);
            OldestOverdue = When.DayOut(from.oldest_overdue_day);
            FactsAt = When.InstantOut(from.facts_at_ms);
        }

        /// <summary>The account's number.</summary>
        public long Account { get; }

        /// <summary>The account's currency.</summary>
        public string Currency { get; }

        /// <summary>The status a person gave it.</summary>
        public AccountStatus Status { get; }

        /// <summary>Reserved by orders that are not delivered and ship within the policy's horizon, if it has one.</summary>
        public Money Ordered { get; }

        /// <summary>Reserved by orders that ship beyond it.</summary>
        public Money Later { get; }

        /// <summary>Delivered and not invoiced.</summary>
        public Money Delivered { get; }

        /// <summary>On invoices that are drafts.</summary>
        public Money Drafted { get; }

        /// <summary>Open items that are not overdue.</summary>
        public Money Open { get; }

        /// <summary>Open items past their due day and the policy's days of grace.</summary>
        public Money Overdue { get; }

        /// <summary>The customer's own money, not applied to items yet.</summary>
        public Money Unapplied { get; }

        /// <summary>What the customer owes and will owe, as the policy counts it.</summary>
        public Money Exposure { get; }

        /// <summary>The account's own limit in force, with what insurers cover on top; null when there is none.</summary>
        public Money? Limit { get; }

        /// <summary>The limit less the exposure; null without a limit.</summary>
        public Money? Available { get; }

        /// <summary>The earliest due day of what is overdue; null when nothing is.</summary>
        public DateTime? OldestOverdue { get; }

        /// <summary>When this was read.</summary>
        public DateTimeOffset FactsAt { get; }
    }

    public sealed partial class Engine
    {
        /// <summary>The account of a customer in a company.</summary>
        /// <exception cref="NotFoundException">There is no such account.</exception>
        public Account GetAccount(string company, string customer)
        {
            byte[] seller = Text.Name("company", company), buyer = Text.Name("customer", customer);
            using (var use = handle.Enter())
            {
                uint number;
                handle.Native.Check(handle.Native.obligor_account_resolve(
                    use.Number, seller, seller.Length, buyer, buyer.Length, out number));
                return new Account(this, number, company, customer);
            }
        }

        /// <summary>Where an account stands, read from the store.</summary>
        /// <param name="account">The number of the account.</param>
        /// <exception cref="NotFoundException">There is no such account.</exception>
        public Position GetPosition(long account)
        {
            var wanted = AccountIn(account);
            using (var use = handle.Enter())
            {
                var position = new AccountStruct { struct_size = Sizes.Account };
                handle.Native.Check(handle.Native.obligor_account_read(use.Number, wanted, ref position));
                return new Position(position);
            }
        }

        /// <summary>Who the customer behind an account is, how it pays, and what it shares.</summary>
        /// <param name="account">The number of the account.</param>
        /// <exception cref="NotFoundException">There is no such account.</exception>
        public Standing GetStanding(long account)
        {
            return new Standing(Call("account.get", new JsonObject().Say("account", AccountIn(account)).ToString()));
        }

        /// <summary>Puts the credit account of a customer.</summary>
        /// <returns><c>added</c>, <c>changed</c> or <c>same</c>.</returns>
        /// <exception cref="ObligorException">By kind.</exception>
        public string PutAccount(NewAccount account)
        {
            if (account == null)
            {
                throw new RequestException("account is null");
            }
            var status = account.Status ?? AccountStatus.Ok;
            return Word("account.put", new JsonObject().Say("company", account.Company).Say("customer", account.Customer)
                .Say("currency", account.Currency)
                .Say("status", status == AccountStatus.NoCheck ? "no_check" : status.ToString().ToLowerInvariant())
                .Say("profile", account.Profile == null ? null : account.Profile.Told()).Say("pools", account.Pools));
        }

        internal static uint AccountIn(long account)
        {
            if (account < 0 || account > uint.MaxValue)
            {
                throw new RequestException("account is " + account + "; 0 to " + uint.MaxValue);
            }
            return (uint)account;
        }
    }
}
