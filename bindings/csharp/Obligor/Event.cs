using System;
using System.Collections.Generic;

namespace Obligor
{
    /// <summary>Something that happened. Immutable.</summary>
    public sealed class Event
    {
        internal Event(JsonObject from)
        {
            Id = from.Number("id") ?? 0;
            At = When.InstantOut(from.Number("at") ?? 0);
            Kind = from.Text("kind");
            Account = from.Number("account");
            Document = from.Text("document");
            Subject = from.Text("subject");
            Reasons = from.Texts("reasons");
        }

        /// <summary>Its number: the same when it comes again, so that repeats can be dropped.</summary>
        public long Id { get; }

        /// <summary>When it happened.</summary>
        public DateTimeOffset At { get; }

        /// <summary>
        /// What happened: <c>held</c>, <c>alert</c>, <c>refused</c>, <c>prepay_asked</c>, <c>expired</c>, <c>released</c>,
        /// <c>rejected</c>, <c>over_limit</c>, <c>status_changed</c>, <c>rating_changed</c>, <c>limit_expiring</c>,
        /// <c>review_due</c>, <c>handed_over</c> or <c>limit_requested</c>. More may come.
        /// </summary>
        public string Kind { get; }

        /// <summary>To which account; null when it is about none.</summary>
        public long? Account { get; }

        /// <summary>To which order; may be empty.</summary>
        public string Document { get; }

        /// <summary>To which other thing: an open item, a pool, the day of a limit; may be empty.</summary>
        public string Subject { get; }

        /// <summary>The codes of the reasons, by their names in JSON.</summary>
        public IReadOnlyList<string> Reasons { get; }
    }

    /// <summary>
    /// The events as one consumer has read them; see <see cref="Engine.Events"/>. What was not acknowledged comes again, also
    /// after a crash: at least once, in order.
    /// </summary>
    public sealed class Events
    {
        private readonly Engine engine;

        internal Events(Engine engine, string consumer)
        {
            this.engine = engine;
            Consumer = consumer;
        }

        /// <summary>Whose reading it is.</summary>
        public string Consumer { get; }

        /// <summary>The oldest events that this consumer has not acknowledged; none when there are none.</summary>
        /// <exception cref="ObligorException">By kind.</exception>
        public IReadOnlyList<Event> Next(int most = Engine.Rows)
        {
            var request = new JsonObject().Say("consumer", Consumer).Say("most", most);
            return engine.Each("event.next", request, row => new Event(row));
        }

        /// <summary>This event, and all before it, are done: they do not come again.</summary>
        /// <exception cref="ObligorException">By kind.</exception>
        public void Acknowledge(Event done)
        {
            if (done == null)
            {
                throw new RequestException("done is null");
            }
            Acknowledge(done.Id);
        }

        /// <summary>The event of this number, and all before it, are done.</summary>
        /// <exception cref="ObligorException">By kind.</exception>
        public void Acknowledge(long upTo)
        {
            engine.Call("event.acknowledge", new JsonObject().Say("consumer", Consumer).Say("up_to", upTo).ToString());
        }
    }

    public sealed partial class Engine
    {
        /// <summary>The events as the consumer of this name has read them. A new name begins with the oldest event.</summary>
        public Events Events(string consumer)
        {
            return new Events(this, consumer);
        }

        /// <summary>Events after one of this number, the oldest first, whoever has read them.</summary>
        /// <exception cref="ObligorException">By kind.</exception>
        public IReadOnlyList<Event> ListEvents(long after = 0, int most = Rows)
        {
            return Each("event.list", new JsonObject().Say("after", after).Say("most", most), row => new Event(row));
        }
    }
}
