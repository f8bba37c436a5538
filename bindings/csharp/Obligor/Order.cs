using System;
using System.Collections.Generic;

namespace Obligor
{
    /// <summary>Where a part of an order's value is.</summary>
    public enum Stage
    {
        /// <summary>None given: the last stage before the wanted one that holds anything.</summary>
        None = 0,
        /// <summary>Ordered, not delivered.</summary>
        Ordered = 1,
        /// <summary>Delivered, not invoiced.</summary>
        Delivered = 2,
        /// <summary>On an invoice that is a draft.</summary>
        Drafted = 3,
        /// <summary>On a posted invoice that is not paid.</summary>
        Invoiced = 4,
        /// <summary>Paid or credited; no longer exposure.</summary>
        Settled = 5,
    }

    /// <summary>A moment in the life of an order at which it can be asked about.</summary>
    public enum Checkpoint
    {
        /// <summary>Nothing is said: as it is entered.</summary>
        None = 0,
        /// <summary>It is entered, changed or reopened.</summary>
        Entry = 1,
        /// <summary>It is confirmed to the customer.</summary>
        Confirm = 2,
        /// <summary>Its goods are picked.</summary>
        Pick = 3,
        /// <summary>Its goods leave.</summary>
        Ship = 4,
        /// <summary>It is invoiced. Goods that were shipped are invoiced whatever the answer.</summary>
        Invoice = 5,
    }

    /// <summary>A part of an invoice that is due by itself. Immutable.</summary>
    public sealed class Instalment
    {
        /// <summary>An amount, and the day it is due, of which only the date counts.</summary>
        public Instalment(DateTime due, Money amount)
        {
            Due = due;
            Amount = amount;
        }

        /// <summary>The day it is due.</summary>
        public DateTime Due { get; }

        /// <summary>How much.</summary>
        public Money Amount { get; }
    }

    /// <summary>
    /// A request about one order. Set what the call needs and leave the rest: every call needs an account, by its number or
    /// by company and customer; all but a check need <see cref="Document"/> and <see cref="Key"/>.
    /// </summary>
    public sealed class Order
    {
        /// <summary>Who pays: the number of an account, see <see cref="Engine.GetAccount"/>. It makes a check cheap.</summary>
        public long? Account { get; set; }

        /// <summary>The company that sells, when the account is not given by its number.</summary>
        public string Company { get; set; }

        /// <summary>The customer that pays, when the account is not given by its number.</summary>
        public string Customer { get; set; }

        /// <summary>The order, as the host numbers it. A check may leave it empty and is then about a new order.</summary>
        public string Document { get; set; }

        /// <summary>
        /// The host's key for this very request. The same key with the same content gets the same answer however often it is
        /// asked; with other content it is a <see cref="KeyConflictException"/>.
        /// </summary>
        public string Key { get; set; }

        /// <summary>
        /// The order's whole amount; of a conversion the part that moves, null for everything in the stage. Null to cancel.
        /// </summary>
        public Money? Amount { get; set; }

        /// <summary>Units of the account's currency for one unit of the order's; null when they are the same.</summary>
        public decimal? Rate { get; set; }

        /// <summary>When what is ordered stops holding credit; null for never.</summary>
        public DateTimeOffset? Expires { get; set; }

        /// <summary>Conversion: where the part is now.</summary>
        public Stage From { get; set; }

        /// <summary>
        /// Conversion: where the part goes. Check and reserve: where the document begins, when it is no order: a delivery without
        /// one is delivered, a posted invoice without one invoiced.
        /// </summary>
        public Stage To { get; set; }

        /// <summary>To and from invoiced, and to settled: the open item, as the host numbers it.</summary>
        public string Item { get; set; }

        /// <summary>To invoiced: the day the item is due. Only the date counts.</summary>
        public DateTime? Due { get; set; }

        /// <summary>Who asks; recorded.</summary>
        public string User { get; set; }

        /// <summary>How long the call may take; null is as configured.</summary>
        public TimeSpan? Deadline { get; set; }

        /// <summary>
        /// Instead of the amount, or beside it as a proof: the amounts of the order's lines, in one currency. Their sum is what
        /// counts.
        /// </summary>
        public IReadOnlyList<Money> Lines { get; set; }

        /// <summary>
        /// The part of the amount that is prepaid, paid in cash or secured: it holds no credit. Not for what the customer has to
        /// their credit in the books. Of a change null leaves what was secured before.
        /// </summary>
        public Money? Secured { get; set; }

        /// <summary>The day the goods ship; null is soon. Only the date counts.</summary>
        public DateTime? Ships { get; set; }

        /// <summary>The payment terms of the order, in days.</summary>
        public int? TermsDays { get; set; }

        /// <summary>The discount, in hundredths of a per cent: 1250 is 12.5 %.</summary>
        public int? DiscountBasisPoints { get; set; }

        /// <summary>At which moment of its life the order is asked about; needed by <see cref="Engine.Pass"/>.</summary>
        public Checkpoint Checkpoint { get; set; }

        /// <summary>
        /// The role in which the user asks, as the policy names it; the host vouches for it. Needed to overrule and release.
        /// </summary>
        public string Role { get; set; }

        /// <summary>Why; needed to overrule, hold, release and reject, and recorded.</summary>
        public string Reason { get; set; }

        /// <summary>The user lets the order through whatever the rules say, as far as the role may; always recorded.</summary>
        public bool Overrule { get; set; }

        /// <summary>Overrule and release: a stop of the customer is lifted too.</summary>
        public bool LiftsStop { get; set; }

        /// <summary>
        /// Conversion to invoiced: the parts of a new invoice and when each is due. They become open items with the numbers
        /// <c>item/1</c>, <c>item/2</c> and so on.
        /// </summary>
        public IReadOnlyList<Instalment> Instalments { get; set; }

        internal void Write(ref OrderStruct to)
        {
            to.struct_size = Sizes.Order;
            to.account = Account.HasValue ? Engine.AccountIn(Account.Value) : 0;
            var amount = Whole();
            if (amount.HasValue)
            {
                Currencies.Check(amount.Value.Currency);
                to.amount = amount.Value.Minor;
                to.currency = Chars4.From(Text.In("currency", amount.Value.Currency));
            }
            if (Secured.HasValue)
            {
                if (amount.HasValue && amount.Value.Currency != Secured.Value.Currency)
                {
                    throw new RequestException("Secured is in another currency than the amount");
                }
                to.secured = Secured.Value.Minor;
                to.flags |= FlagSecured;
            }
            to.ships_day = When.DayIn(Ships);
            if (TermsDays.HasValue)
            {
                to.terms_days = TermsDays.Value;
                to.flags |= FlagTerms;
            }
            if (DiscountBasisPoints.HasValue)
            {
                to.discount_basis_points = DiscountBasisPoints.Value;
                to.flags |= FlagDiscount;
            }
            to.checkpoint = (int)Checkpoint;
            to.flags |= (Overrule ? FlagOverrule : 0) | (LiftsStop ? FlagLiftsStop : 0);
            to.role = Chars64.From(Text.Field("role", Role, Chars64.Size));
            to.reason = Chars128.From(Text.Field("reason", Reason, Chars128.Size));
            to.expires_ms = Expires.HasValue ? When.InstantIn(Expires.Value) : 0;
            to.stage_from = (int)From;
            to.stage_to = (int)To;
            to.due_day = When.DayIn(Due);
            to.deadline_ms = When.DeadlineIn(Deadline);
            to.company = Chars32.From(Text.Field("company", Company, Chars32.Size));
            to.customer = Chars64.From(Text.Field("customer", Customer, Chars64.Size));
            to.document = Chars64.From(Text.Field("document", Document, Chars64.Size));
            to.key = Chars64.From(Text.Field("key", Key, Chars64.Size));
            to.item = Chars64.From(Text.Field("item", Item, Chars64.Size));
            to.user = Chars64.From(Text.Field("user", User, Chars64.Size));
            if (Rate.HasValue)
            {
                var rate = Rate.Value.ToString(global::System.Globalization.CultureInfo.InvariantCulture);
                to.rate = Chars32.From(Text.Field("rate", rate, Chars32.Size));
            }
        }

        internal const uint FlagSecured = 2, FlagTerms = 4, FlagDiscount = 8, FlagOverrule = 16, FlagLiftsStop = 32;

        internal bool HasAmount
        {
            get { return Amount.HasValue || Lines != null && Lines.Count > 0; }
        }

        /// <summary>The amount that is said, or what the lines come to.</summary>
        private Money? Whole()
        {
            if (Lines == null || Lines.Count == 0)
            {
                return Amount;
            }
            var currency = Lines[0].Currency;
            var sum = 0m;
            foreach (var line in Lines)
            {
                if (line.Currency != currency)
                {
                    throw new RequestException("Lines are in " + currency + " and " + line.Currency + "; give them in one currency");
                }
                sum += line.Amount;
            }
            var whole = new Money(sum, currency);
            if (Amount.HasValue && Amount.Value != whole)
            {
                throw new RequestException("Amount is " + Amount.Value + ", and the lines come to " + whole);
            }
            return whole;
        }

        /// <summary>The same as JSON has it.</summary>
        internal JsonObject Request()
        {
            var request = new JsonObject();
            if (Account.HasValue)
            {
                request.Say("account", Engine.AccountIn(Account.Value));
            }
            request.Say("company", Company).Say("customer", Customer).Say("document", Document).Say("key", Key)
                .Say("amount", Whole()).Say("rate", Rate).Say("expires", Expires).Say("item", Item).Say("due", Due)
                .Say("user", User).Say("secured", Secured).Say("ships", Ships).Say("terms_days", TermsDays)
                .Say("discount_basis_points", DiscountBasisPoints).Say("role", Role).Say("reason", Reason)
                .Say("overrule", Overrule ? (object)true : null).Say("lifts_stop", LiftsStop ? (object)true : null)
                .Say("deadline_ms", Told.Deadline(Deadline));
            request.Say("from", Named(From)).Say("to", Named(To)).Say("checkpoint", Named(Checkpoint));
            if (Instalments != null && Instalments.Count > 0)
            {
                var parts = new List<object>();
                foreach (var part in Instalments)
                {
                    parts.Add(new JsonObject().Say("due", part.Due).Say("amount", part.Amount));
                }
                request.Say("instalments", parts);
            }
            return request;
        }

        private static string Named(Enum value)
        {
            return System.Convert.ToInt32(value) == 0 ? null : value.ToString().ToLowerInvariant();
        }
    }

    /// <summary>The answer to one order of a list: a decision, or why there is none. Immutable.</summary>
    public sealed class ListEntry
    {
        private readonly Decision decision;

        internal ListEntry(Decision decision, ObligorException error)
        {
            this.decision = decision;
            Error = error;
        }

        /// <summary>Why there is no decision; null when there is one.</summary>
        public ObligorException Error { get; }

        /// <summary>What was decided.</summary>
        /// <exception cref="ObligorException">The <see cref="Error"/>, so that an error is never taken for an answer.</exception>
        public Decision Decision
        {
            get
            {
                if (Error != null)
                {
                    throw Error;
                }
                return decision;
            }
        }
    }

    /// <summary>The answers to a list of orders. Immutable.</summary>
    public sealed class ListAnswer
    {
        internal ListAnswer(bool taken, IReadOnlyList<ListEntry> entries)
        {
            Taken = taken;
            Entries = entries;
        }

        /// <summary>Whether the list was taken: false only when it was all or nothing and an order was not granted.</summary>
        public bool Taken { get; }

        /// <summary>One for each order, in their order.</summary>
        public IReadOnlyList<ListEntry> Entries { get; }
    }

    public sealed partial class Engine
    {
        /// <summary>How many reasons there is room for at first; an order with more of them is asked about once more.</summary>
        private const int FirstReasons = 16;

        /// <summary>The same for each order of a list.</summary>
        private const int FirstListReasons = 4;

        /// <summary>Everything in the stage moves.</summary>
        private const uint All = 1;

        /// <summary>
        /// Would this order go through? Nothing is written and nothing is held. With a document the order is asked about as it
        /// stands: one that holds credit by its difference.
        /// </summary>
        /// <exception cref="UndeterminedException">The store had to be asked and could not be.</exception>
        public Decision Check(Order order)
        {
            return One(handle.Native.obligor_order_check, order, 0);
        }

        /// <summary>
        /// Asks to hold credit for an order, and holds it when the answer grants it: one atomic, durable step. Two screens can
        /// never both spend the same last money.
        /// </summary>
        /// <exception cref="UndeterminedException">It is not known whether it happened: ask again with the same key.</exception>
        /// <exception cref="KeyConflictException">The key was used before for a request with other content.</exception>
        /// <exception cref="OrderStateException">The order holds credit already, or is closed.</exception>
        public Decision Reserve(Order order)
        {
            return One(handle.Native.obligor_order_reserve, order, 0);
        }

        /// <summary>Another whole amount for an order; asked about by the difference. A decrease always goes through.</summary>
        /// <exception cref="NotFoundException">The order is not known.</exception>
        /// <exception cref="ObligorException">Others as for <see cref="Reserve"/>.</exception>
        public Decision Change(Order order)
        {
            return One(handle.Native.obligor_order_change, order, 0);
        }

        /// <summary>
        /// A part of an order moves on, or everything without an amount: delivered, drafted, invoiced, settled. Never refused
        /// for credit reasons.
        /// </summary>
        /// <exception cref="ObligorException">As for <see cref="Change"/>.</exception>
        public Decision Convert(Order order)
        {
            if (order != null && order.Instalments != null && order.Instalments.Count > 0)
            {
                return Rich("order.convert", order, null);
            }
            return One(handle.Native.obligor_order_convert, order, order != null && order.HasAmount ? 0 : All);
        }

        /// <summary>Gives up what is still ordered. Always goes through.</summary>
        /// <exception cref="ObligorException">As for <see cref="Change"/>.</exception>
        public Decision Cancel(Order order)
        {
            return One(handle.Native.obligor_order_cancel, order, 0);
        }

        /// <summary>A cancelled or expired order is taken up again; asked about as a new one.</summary>
        /// <exception cref="ObligorException">As for <see cref="Change"/>.</exception>
        public Decision Reopen(Order order)
        {
            return One(handle.Native.obligor_order_reopen, order, 0);
        }

        /// <summary>
        /// The order comes to a checkpoint, such as the warehouse that is to pick it: may what is still ordered go on? If it may
        /// not, the order is held and holds no credit; what has left it already goes on whatever the answer.
        /// </summary>
        /// <exception cref="OrderStateException">The order holds no credit, so it cannot go on.</exception>
        /// <exception cref="ObligorException">Others as for <see cref="Change"/>.</exception>
        public Decision Pass(Order order)
        {
            return One(handle.Native.obligor_order_pass, order, 0);
        }

        /// <summary>
        /// The payer of an order changes: the account, or company and customer, is the new one. It is cancelled at the old account
        /// and reserved at the new one in one step, all or nothing.
        /// </summary>
        /// <exception cref="ObligorException">As for <see cref="Change"/>.</exception>
        public Decision Transfer(Order order)
        {
            return Rich("order.transfer", order, null);
        }

        /// <summary>Checks orders one after the other, each granted one counting for those after it.</summary>
        /// <exception cref="TooLargeException">More than 10,000 orders.</exception>
        /// <exception cref="RequestException">An order is not filled in as it must be; the message says which.</exception>
        public ListAnswer CheckList(IReadOnlyList<Order> orders)
        {
            return Many(orders, (uint engine, OrderStruct[] wanted, DecisionStruct[] decisions, ReasonStruct[] reasons, uint room, out int taken) =>
            {
                taken = 1;
                return handle.Native.obligor_order_check_list(
                    engine, wanted, (uint)wanted.Length, decisions, reasons, room);
            });
        }

        /// <summary>
        /// Reserves orders in one durable step, each granted one counting for those after it; with
        /// <paramref name="allOrNothing"/> none is taken unless every one is granted.
        /// </summary>
        /// <exception cref="ObligorException">As for <see cref="CheckList"/> and <see cref="Reserve"/>.</exception>
        public ListAnswer ReserveList(IReadOnlyList<Order> orders, bool allOrNothing = false)
        {
            return Many(orders, (uint engine, OrderStruct[] wanted, DecisionStruct[] decisions, ReasonStruct[] reasons, uint room, out int taken) =>
                handle.Native.obligor_order_reserve_list(
                    engine, wanted, (uint)wanted.Length, allOrNothing ? 1 : 0, decisions, reasons, room, out taken));
        }

        /// <summary>Takes reservations that ran out off their accounts.</summary>
        /// <param name="more">Whether there may be more: call again while there are.</param>
        /// <param name="deadline">How long it may take; null is as configured.</param>
        /// <returns>How many were taken off.</returns>
        /// <exception cref="UndeterminedException">The store could not be asked.</exception>
        public long Expire(out bool more, TimeSpan? deadline = null)
        {
            var wanted = When.DeadlineIn(deadline);
            using (var use = handle.Enter())
            {
                uint count;
                int left;
                handle.Native.Check(handle.Native.obligor_order_expire(use.Number, wanted, out count, out left));
                more = left != 0;
                return count;
            }
        }

        private Decision One(OrderFunction ask, Order order, uint flags)
        {
            if (order == null)
            {
                throw new RequestException("order is null");
            }
            var wanted = new OrderStruct { flags = flags };
            order.Write(ref wanted);
            using (var use = handle.Enter())
            {
                var room = FirstReasons;
                int? repeated = null;
                while (true)
                {
                    var decision = new DecisionStruct { struct_size = Sizes.Decision };
                    var reasons = ReasonRows(room);
                    handle.Native.Check(ask(use.Number, ref wanted, ref decision, reasons, (uint)room));
                    // Asked again for its reasons: to the caller it is still the first answer.
                    repeated = repeated ?? decision.repeated;
                    decision.repeated = repeated.Value;
                    if (decision.reason_count <= room)
                    {
                        return new Decision(this, decision, Reasons(decision, reasons, 0));
                    }
                    room = checked((int)decision.reason_count);
                }
            }
        }

        private delegate Status ListFunction(
            uint engine, OrderStruct[] orders, DecisionStruct[] decisions, ReasonStruct[] reasons, uint room, out int taken);

        private ListAnswer Many(IReadOnlyList<Order> orders, ListFunction ask)
        {
            if (orders == null)
            {
                throw new RequestException("orders is null");
            }
            var wanted = new OrderStruct[orders.Count];
            for (var at = 0; at < wanted.Length; at++)
            {
                WriteOne(orders[at], ref wanted[at], at, wanted.Length);
            }
            using (var use = handle.Enter())
            {
                var room = FirstListReasons;
                DecisionStruct[] first = null;
                while (true)
                {
                    var decisions = new DecisionStruct[wanted.Length];
                    for (var at = 0; at < decisions.Length; at++)
                    {
                        decisions[at].struct_size = Sizes.Decision;
                    }
                    var reasons = ReasonRows(checked(room * wanted.Length));
                    int taken;
                    handle.Native.Check(ask(use.Number, wanted, decisions, reasons, (uint)room, out taken));
                    var most = 0u;
                    for (var at = 0; at < decisions.Length; at++)
                    {
                        most = Math.Max(most, decisions[at].reason_count);
                        decisions[at].repeated = first == null ? decisions[at].repeated : first[at].repeated;
                    }
                    if (most <= room)
                    {
                        return new ListAnswer(taken != 0, Entries(decisions, reasons, room));
                    }
                    first = decisions;
                    room = checked((int)most);
                }
            }
        }

        private static void WriteOne(Order order, ref OrderStruct to, int at, int count)
        {
            var place = "order " + (at + 1) + " of " + count + ": ";
            if (order == null)
            {
                throw new RequestException(place + "it is null");
            }
            try
            {
                order.Write(ref to);
            }
            catch (ObligorException error)
            {
                throw ObligorException.Of(error.Status, place + error.Message);
            }
        }

        private ListEntry[] Entries(DecisionStruct[] decisions, ReasonStruct[] reasons, int room)
        {
            var entries = new ListEntry[decisions.Length];
            for (var at = 0; at < entries.Length; at++)
            {
                var status = (Status)decisions[at].status;
                if (status == Status.Ok)
                {
                    entries[at] = new ListEntry(new Decision(this, decisions[at], Reasons(decisions[at], reasons, at * room)), null);
                }
                else
                {
                    var why = "order " + (at + 1) + " of " + entries.Length + ": " + handle.Native.StatusText(status)
                        + "; ask for it alone to learn more";
                    entries[at] = new ListEntry(null, ObligorException.Of(status, why));
                }
            }
            return entries;
        }

        private static Reason[] Reasons(DecisionStruct decision, ReasonStruct[] from, int first)
        {
            var currency = decision.currency.ToString();
            var reasons = new Reason[decision.reason_count];
            for (var at = 0; at < reasons.Length; at++)
            {
                reasons[at] = new Reason(from[first + at], currency);
            }
            return reasons;
        }

        private static ReasonStruct[] ReasonRows(int room)
        {
            var rows = new ReasonStruct[room];
            if (room > 0)
            {
                // The size in the first one is the stride of all.
                rows[0].struct_size = Sizes.Reason;
            }
            return rows;
        }
    }
}
