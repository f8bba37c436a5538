using System;
using System.Runtime.ExceptionServices;

namespace Obligor
{
    /// <summary>
    /// Is told how much of a long piece of work is done, on the thread of the call. Answering false stops the work, which
    /// then throws <see cref="CancelledException"/>; what it throws stops the work too and comes out of the call.
    /// </summary>
    /// <param name="done">How much is done.</param>
    /// <param name="total">Out of how much; 0 when that is not known.</param>
    /// <returns>Whether to go on.</returns>
    public delegate bool Progress(long done, long total);

    public sealed partial class Engine
    {
        /// <summary>
        /// Imports a file that an ERP exported: customers, limits, open items, orders, companies or remarks. It is taken whole
        /// or not at all, and importing it twice changes nothing.
        /// </summary>
        /// <param name="request">
        /// JSON, as in <c>include/schema/import.request.json</c>. A <c>snapshot</c> of open items or orders needs
        /// <c>as_of</c>, the moment its export was begun: what changed at that moment or later is not closed.
        /// Open items and orders that changed after <c>as_of</c> are left alone, and counted as <c>newer</c>.
        /// </param>
        /// <param name="progress">Is told how far it is, and may stop it; or null.</param>
        /// <returns>The report, JSON, as in <c>include/schema/import.answer.json</c>.</returns>
        /// <exception cref="RequestException">Bad rows; the message names line, column and reason.</exception>
        /// <exception cref="CancelledException">The callback stopped it; nothing was taken.</exception>
        public string Import(string request, Progress progress = null)
        {
            var document = Text.In("request", request);
            return DoLong(progress, (uint engine, ProgressCallback tell, byte[] buf, UIntPtr cap, out UIntPtr needed) =>
                handle.Native.obligor_import(
                    engine, document, document.Length, tell, IntPtr.Zero, buf, cap, out needed));
        }

        /// <summary>Imports a file with everything about it found out or as is usual.</summary>
        /// <param name="kind">
        /// <c>customers</c>, <c>limits</c>, <c>open_items</c>, <c>orders</c>, <c>companies</c> or <c>remarks</c>; null with a
        /// mapping, which knows.
        /// </param>
        /// <param name="path">The file.</param>
        /// <param name="mapping">
        /// What the file calls our columns: a mapping that comes with the library, such as <c>odoo_open_items</c>, or the path
        /// of a file; null when it has our names.
        /// </param>
        /// <param name="progress">Is told how far it is, and may stop it; or null.</param>
        /// <returns>The report, JSON, as in <c>include/schema/import.answer.json</c>.</returns>
        /// <exception cref="ObligorException">As for <see cref="Import"/>.</exception>
        public string ImportFile(string kind, string path, string mapping = null, Progress progress = null)
        {
            var request = "{\"kind\":" + Json.Quote(kind ?? "") + ",\"path\":" + Json.Quote(path ?? "");
            return Import(request + (mapping == null ? "}" : ",\"mapping\":" + Json.Quote(mapping) + "}"), progress);
        }

        private delegate Status LongFunction(
            uint engine, ProgressCallback tell, byte[] buf, UIntPtr cap, out UIntPtr needed);

        /// <summary>As <see cref="Do"/> for long work. No exception may cross the library: it is kept and thrown here.</summary>
        private string DoLong(Progress progress, LongFunction work)
        {
            ExceptionDispatchInfo thrown = null;
            ProgressCallback tell = null;
            if (progress != null)
            {
                tell = (done, total, user) =>
                {
                    try
                    {
                        return progress(checked((long)done), checked((long)total)) ? 0 : 1;
                    }
                    catch (Exception error)
                    {
                        thrown = ExceptionDispatchInfo.Capture(error);
                        return 1;
                    }
                };
            }
            try
            {
                return Do((uint engine, byte[] buf, UIntPtr cap, out UIntPtr needed) =>
                    work(engine, tell, buf, cap, out needed));
            }
            finally
            {
                GC.KeepAlive(tell);
                thrown?.Throw();
            }
        }
    }
}
