using System;

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

        /// <summary>Reserved by orders that are not delivered.</summary>
        public Money Ordered { get; }

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

        /// <summary>The limit in force; null when there is none.</summary>
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
