using System;

namespace Obligor
{
    public sealed partial class Engine
    {
        /// <summary>
        /// Judges a new or changed customer: identifiers, duplicates, registers and the policy. The answer's <c>verdict</c> is
        /// accept, review, prepay or reject; a person is never rejected by machine alone.
        /// </summary>
        /// <param name="request">JSON, as in <c>include/schema/customer.validate.request.json</c>.</param>
        /// <returns>JSON, as in <c>include/schema/customer.validate.answer.json</c>.</returns>
        /// <exception cref="ObligorException">By kind.</exception>
        public string ValidateCustomer(string request)
        {
            var document = Text.In("request", request);
            return Do((uint engine, byte[] buf, UIntPtr cap, out UIntPtr needed) =>
                handle.Native.obligor_customer_validate(engine, document, document.Length, buf, cap, out needed));
        }
    }
}
