using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Obligor
{
    /// <summary>
    /// A limit that several accounts share, a group's, a parent's or a segment's, and where it stands. Immutable. An account
    /// belongs to pools by <see cref="NewAccount.Pools"/>; a pool's limit is put with <see cref="NewLimit.Pool"/>.
    /// </summary>
    public sealed class Pool
    {
        internal Pool(JsonObject from)
        {
            Name = from.Text("pool");
            Kind = from.Text("kind");
            Currency = from.Text("currency");
            Rates = (from.Object("rates") ?? new JsonObject()).ToDictionary(
                rate => rate.Key, rate => decimal.Parse((string)rate.Value, CultureInfo.InvariantCulture));
            Limits = from.List("limits").Cast<JsonObject>().Select(row => new Limit(row)).ToArray();
            Exposure = from.Money("exposure");
            Limit = from.Money("limit");
            NoLimit = from.Flag("no_limit");
            Available = from.Money("available");
            Accounts = from.List("accounts").Cast<JsonObject>()
                .Select(row => new KeyValuePair<string, string>(row.Text("company"), row.Text("customer"))).ToArray();
        }

        /// <summary>The host's name of it.</summary>
        public string Name { get; }

        /// <summary><c>group</c> or <c>segment</c>.</summary>
        public string Kind { get; }

        /// <summary>The currency of its limits.</summary>
        public string Currency { get; }

        /// <summary>Units of its currency for one unit of another.</summary>
        public IReadOnlyDictionary<string, decimal> Rates { get; }

        /// <summary>Every limit on record.</summary>
        public IReadOnlyList<Limit> Limits { get; }

        /// <summary>What its accounts come to; null when a rate is missing.</summary>
        public Money? Exposure { get; }

        /// <summary>The limit in force; null when there is none, or it is <em>no limit</em>.</summary>
        public Money? Limit { get; }

        /// <summary>Whether it is marked as having no limit.</summary>
        public bool NoLimit { get; }

        /// <summary>Limit less exposure; null when one of them is.</summary>
        public Money? Available { get; }

        /// <summary>Its accounts: the company, and the customer.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Accounts { get; }
    }

    public sealed partial class Engine
    {
        /// <summary>Puts a pool.</summary>
        /// <param name="pool">The host's name of it.</param>
        /// <param name="kind"><c>group</c> or <c>segment</c>.</param>
        /// <param name="currency">The currency of its limits.</param>
        /// <param name="rates">Units of that currency for one unit of another; they replace those there were.</param>
        /// <returns><c>added</c>, <c>changed</c> or <c>same</c>.</returns>
        /// <exception cref="ObligorException">By kind.</exception>
        public string PutPool(string pool, string kind, string currency, IDictionary<string, decimal> rates = null)
        {
            var told = new JsonObject();
            foreach (var rate in rates ?? new Dictionary<string, decimal>())
            {
                told[rate.Key] = rate.Value;
            }
            return Word("pool.put", new JsonObject().Say("pool", pool).Say("kind", kind).Say("currency", currency)
                .Say("rates", told));
        }

        /// <summary>A pool, and where it stands.</summary>
        /// <exception cref="NotFoundException">There is none of this name.</exception>
        public Pool GetPool(string pool)
        {
            return new Pool(Object("pool.get", new JsonObject().Say("pool", pool)));
        }
    }
}
