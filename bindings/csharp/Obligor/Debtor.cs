using System;

namespace Obligor
{
    public sealed partial class Engine
    {
        /// <summary>
        /// Asks a debtor register. Purpose and user are required, and the look-up is logged. The answer is clear, remarks, or
        /// unknown with the reason, and says how old it is.
        /// </summary>
        /// <param name="request">JSON, as in <c>include/schema/debtor.lookup.request.json</c>.</param>
        /// <returns>JSON, as in <c>include/schema/debtor.lookup.answer.json</c>.</returns>
        /// <exception cref="ForbiddenException">The law or the policy forbids it; nobody was asked.</exception>
        public string LookUpDebtor(string request)
        {
            var document = Text.In("request", request);
            return Do((uint engine, byte[] buf, UIntPtr cap, out UIntPtr needed) =>
                handle.Native.obligor_debtor_lookup(engine, document, document.Length, buf, cap, out needed));
        }
    }
}
