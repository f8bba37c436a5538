using System;

namespace Obligor
{
    /// <summary>An open item to be put: what a customer owes, or has to their credit.</summary>
    public sealed class NewItem
    {
        /// <summary>The company that sells.</summary>
        public string Company { get; set; }

        /// <summary>The customer that pays.</summary>
        public string Customer { get; set; }

        /// <summary>The host's number of the item.</summary>
        public string Number { get; set; }

        /// <summary><c>invoice</c> when nothing is said; <c>credit_note</c>; or <c>payment</c>.</summary>
        public string Kind { get; set; }

        /// <summary>The amount it was posted with, not below zero, whatever the kind.</summary>
        public Money Amount { get; set; }

        /// <summary>What is still open of it; zero closes it.</summary>
        public Money Residual { get; set; }

        /// <summary>The day it is due; of a credit the day it was posted. Only the date counts.</summary>
        public DateTime Due { get; set; }

        /// <summary>Whether the customer disputes it.</summary>
        public bool Disputed { get; set; }

        /// <summary>The dunning level it has reached.</summary>
        public int DunningLevel { get; set; }

        /// <summary>Whether it is blocked for dunning: then its level counts for nothing.</summary>
        public bool DunningBlocked { get; set; }

        /// <summary>The day its goods were delivered; matters where a credit insurer covers them.</summary>
        public DateTime? Delivered { get; set; }

        /// <summary>The order it belongs to.</summary>
        public string Document { get; set; }
    }

    public sealed partial class Engine
    {
        /// <summary>Puts an open item as it is now, as when it was posted, paid or reminded of.</summary>
        /// <returns><c>added</c>, <c>changed</c> or <c>same</c>.</returns>
        /// <exception cref="ObligorException">By kind.</exception>
        public string PutItem(NewItem item)
        {
            if (item == null)
            {
                throw new RequestException("item is null");
            }
            return Word("item.put", new JsonObject().Say("company", item.Company).Say("customer", item.Customer)
                .Say("number", item.Number).Say("kind", item.Kind ?? "invoice").Say("amount", item.Amount)
                .Say("residual", item.Residual).Say("due", item.Due).Say("disputed", item.Disputed)
                .Say("dunning_level", item.DunningLevel).Say("dunning_blocked", item.DunningBlocked)
                .Say("delivered", item.Delivered).Say("document", item.Document));
        }
    }
}
