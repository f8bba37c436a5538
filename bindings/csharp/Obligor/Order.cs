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

        /// <summary>Conversion: where the part goes.</summary>
        public Stage To { get; set; }

        /// <summary>Conversion to invoiced or settled: the open item, as the host numbers it.</summary>
        public string Item { get; set; }

        /// <summary>Conversion to invoiced: the day the item is due. Only the date counts.</summary>
        public DateTime? Due { get; set; }

        /// <summary>Who asks; recorded.</summary>
        public string User { get; set; }

        /// <summary>How long the call may take; null is as configured.</summary>
        public TimeSpan? Deadline { get; set; }

        internal void Write(ref OrderStruct to)
        {
            to.struct_size = Sizes.Order;
            to.account = Account.HasValue ? Engine.AccountIn(Account.Value) : 0;
            if (Amount.HasValue)
            {
                Currencies.Check(Amount.Value.Currency);
                to.amount = Amount.Value.Minor;
                to.currency = Chars4.From(Text.In("currency", Amount.Value.Currency));
            }
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
            return One(handle.Native.obligor_order_convert, order, order != null && order.Amount.HasValue ? 0 : All);
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
