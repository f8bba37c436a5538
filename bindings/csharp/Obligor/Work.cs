using System;
using System.Collections.Generic;

namespace Obligor
{
    /// <summary>An order that waits for a person. Immutable.</summary>
    public sealed class HeldOrder
    {
        internal HeldOrder(JsonObject from)
        {
            Company = from.Text("company");
            Customer = from.Text("customer");
            Account = from.Number("account") ?? 0;
            Document = from.Text("document");
            State = Told.Named<OrderState>(from.Text("state"));
            Amount = Money.Parse(from.Text("amount"));
            Since = When.InstantOut(from.Number("since") ?? 0);
            AgeDays = from.Number("age_days") ?? 0;
            Reasons = Told.Reasons(from.List("reasons"));
            ForcedHold = from.Text("forced_hold");
            Ready = from.Flag("ready");
            ReleasedBy = from.Text("released_by");
            ReleaseBy = from.Texts("release_by");
        }

        /// <summary>The company that sells.</summary>
        public string Company { get; }

        /// <summary>The customer that pays.</summary>
        public string Customer { get; }

        /// <summary>The number of the account.</summary>
        public long Account { get; }

        /// <summary>The order, as the host numbers it.</summary>
        public string Document { get; }

        /// <summary>Its state.</summary>
        public OrderState State { get; }

        /// <summary>What it asks for.</summary>
        public Money Amount { get; }

        /// <summary>When it was first asked for.</summary>
        public DateTimeOffset Since { get; }

        /// <summary>For how many days it waits.</summary>
        public long AgeDays { get; }

        /// <summary>Why it waits, as of when it was last asked about; the reason that stops most first.</summary>
        public IReadOnlyList<Reason> Reasons { get; }

        /// <summary>Why a person put it on hold; empty when none did.</summary>
        public string ForcedHold { get; }

        /// <summary>Whether nothing but a person's hold stops it.</summary>
        public bool Ready { get; }

        /// <summary>Who has released it already, where a second person has to; else empty.</summary>
        public string ReleasedBy { get; }

        /// <summary>The roles that may release it, as its reasons name them.</summary>
        public IReadOnlyList<string> ReleaseBy { get; }
    }

    /// <summary>What came of asking about orders again. Immutable.</summary>
    public sealed class Reevaluation
    {
        internal Reevaluation(JsonObject from)
        {
            Asked = from.Number("asked") ?? 0;
            Released = from.Texts("released");
            Held = from.Texts("held");
            Waiting = from.Number("waiting") ?? 0;
            More = from.Flag("more");
        }

        /// <summary>How many orders were asked about.</summary>
        public long Asked { get; }

        /// <summary>The documents that went through, the oldest first.</summary>
        public IReadOnlyList<string> Released { get; }

        /// <summary>The documents that held credit and were put on hold.</summary>
        public IReadOnlyList<string> Held { get; }

        /// <summary>How many wait as before.</summary>
        public long Waiting { get; }

        /// <summary>Whether time ran out before all were asked about: call again.</summary>
        public bool More { get; }
    }

    /// <summary>The work of credit control: the orders that wait for a person. See <see cref="Engine.Work"/>.</summary>
    public sealed class Work
    {
        private readonly Engine engine;

        internal Work(Engine engine)
        {
            this.engine = engine;
        }

        /// <summary>Orders of a company, or of one of its customers, that wait for a person, the oldest first.</summary>
        /// <exception cref="ObligorException">By kind.</exception>
        public IReadOnlyList<HeldOrder> Held(string company, string customer = null, int most = Engine.Rows)
        {
            var request = new JsonObject().Say("company", company).Say("customer", customer).Say("most", most);
            return engine.Each("order.held", request, row => new HeldOrder(row));
        }

        /// <summary>
        /// Asks about held orders again, the oldest first, each a durable step that sees what those before it took.
        /// </summary>
        /// <param name="company">The company that sells.</param>
        /// <param name="customer">Only this customer's orders; null for all.</param>
        /// <param name="active">
        /// Also orders that hold credit and of which nothing has left yet, as when a rating has changed.
        /// </param>
        /// <param name="user">Who asks; recorded.</param>
        /// <param name="most">At most so many.</param>
        /// <param name="deadline">How long it may take; null is as configured.</param>
        /// <exception cref="UndeterminedException">The store could not be asked.</exception>
        public Reevaluation Reevaluate(
            string company, string customer = null, bool active = false, string user = null, int most = 1000,
            TimeSpan? deadline = null)
        {
            var request = new JsonObject().Say("company", company).Say("customer", customer).Say("active", active)
                .Say("user", user).Say("most", most).Say("deadline_ms", Told.Deadline(deadline));
            return new Reevaluation(engine.Object("work.reevaluate", request));
        }

        /// <summary>
        /// Queues the events of what time alone has brought: a limit that ends, a review that is due, an item that goes over to
        /// collection. What was told before is not told again.
        /// </summary>
        /// <param name="deadline">How long it may take; null is as configured.</param>
        /// <returns>How many were queued.</returns>
        /// <exception cref="UndeterminedException">The store could not be asked.</exception>
        public long Sweep(TimeSpan? deadline = null)
        {
            var told = engine.Object("work.sweep", new JsonObject().Say("deadline_ms", Told.Deadline(deadline)));
            return told.Number("queued") ?? 0;
        }
    }

    public sealed partial class Engine
    {
        /// <summary>How many rows a list has when nothing is said.</summary>
        internal const int Rows = 100;

        /// <summary>The orders that wait for a person, and what is to be done about them.</summary>
        public Work Work
        {
            get { return new Work(this); }
        }

        /// <summary>
        /// A person puts an order on hold, whatever the rules say; no rule lifts that again, a release does. Needs
        /// <see cref="Order.User"/> and <see cref="Order.Reason"/>, which are recorded.
        /// </summary>
        /// <exception cref="ObligorException">As for <see cref="Change"/>.</exception>
        public Decision Hold(Order order)
        {
            return Rich("order.hold", order, null);
        }

        /// <summary>
        /// A person lets an order through. Everything that stops it must be theirs to release. Needs <see cref="Order.User"/>,
        /// <see cref="Order.Role"/> and <see cref="Order.Reason"/>, which are recorded; a stop is only lifted with
        /// <see cref="Order.LiftsStop"/>. Where the policy wants two persons, the first one's release leaves the order held.
        /// </summary>
        /// <param name="order">The order.</param>
        /// <param name="deviation">How far above its amount it may go later, in hundredths of a per cent; null as the policy says.</param>
        /// <param name="validDays">How many days the release is honoured, today the first; null as the policy says.</param>
        /// <exception cref="ForbiddenException">The role may not; the message says whose it is.</exception>
        /// <exception cref="ObligorException">Others as for <see cref="Change"/>.</exception>
        public Decision Release(Order order, int? deviation = null, int? validDays = null)
        {
            var more = new JsonObject().Say("deviation_basis_points", deviation).Say("valid_days", validDays);
            return Rich("order.release", order, more);
        }

        /// <summary>
        /// A person turns down an order that waits. Needs <see cref="Order.User"/> and <see cref="Order.Reason"/>, which are
        /// recorded.
        /// </summary>
        /// <exception cref="ObligorException">As for <see cref="Change"/>.</exception>
        public Decision Reject(Order order)
        {
            return Rich("order.reject", order, null);
        }

        /// <summary>One order is asked about again as it stands, since something has changed. A person's hold stays.</summary>
        /// <exception cref="ObligorException">As for <see cref="Change"/>.</exception>
        public Decision Reevaluate(Order order)
        {
            return Rich("order.reevaluate", order, null);
        }
    }
}
