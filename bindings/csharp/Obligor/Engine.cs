using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Obligor
{
    /// <summary>What an engine is opened with. Only <see cref="Store"/> is needed.</summary>
    public sealed class EngineOptions
    {
        /// <summary>
        /// The file of the credit state, or where in a PostgreSQL server it is: <c>postgresql://user@host/database</c>, or
        /// <c>env:NAME</c> or <c>file:PATH</c> for a URL with a password.
        /// </summary>
        public string Store { get; set; }

        /// <summary>Whether to make the credit state if it is not there.</summary>
        public bool Create { get; set; }

        /// <summary>The rules: the path of a TOML file, or <c>standard</c>, which they are when nothing is said.</summary>
        public string Policy { get; set; }

        /// <summary>The rules as TOML text, instead of <see cref="Policy"/>.</summary>
        public string PolicyText { get; set; }

        /// <summary>
        /// Where the key for personal numbers is: <c>env:NAME</c> or <c>file:PATH</c>, never the key itself; else beside the
        /// store's file.
        /// </summary>
        public string Secret { get; set; }

        /// <summary>A moment at which the engine's time stands still, for tests and demonstrations.</summary>
        public DateTimeOffset? Clock { get; set; }

        /// <summary>How far local clocks are ahead of UTC, in whole minutes; decides when a civil day begins.</summary>
        public TimeSpan? UtcOffset { get; set; }

        /// <summary>How long a call may take when it does not say so itself; five seconds when nothing is said.</summary>
        public TimeSpan? Deadline { get; set; }

        /// <summary>
        /// The names of the registers that are asked, by country, such as <c>Registers["DK"] = new RegisterChoice { Debtor =
        /// "rki" }</c>. A country that is not there has the registers <c>companies</c> and <c>remarks</c>.
        /// </summary>
        public IDictionary<string, RegisterChoice> Registers { get; } = new Dictionary<string, RegisterChoice>();

        internal string Document()
        {
            var fields = new List<string>();
            Put(fields, "store", Store);
            if (Create)
            {
                fields.Add("\"create\":true");
            }
            Put(fields, "policy", Policy);
            Put(fields, "policy_text", PolicyText);
            Put(fields, "secret", Secret);
            if (Clock.HasValue)
            {
                var moment = When.InstantOut(When.InstantIn(Clock.Value));
                Put(fields, "clock", moment.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            }
            if (UtcOffset.HasValue)
            {
                if (UtcOffset.Value.Ticks % TimeSpan.TicksPerMinute != 0)
                {
                    throw new ConfigException("UtcOffset is " + UtcOffset.Value + "; give whole minutes");
                }
                var minutes = UtcOffset.Value.Ticks / TimeSpan.TicksPerMinute;
                fields.Add("\"utc_offset_minutes\":" + minutes.ToString(CultureInfo.InvariantCulture));
            }
            if (Deadline.HasValue)
            {
                var deadline = When.DeadlineIn(Deadline);
                fields.Add("\"deadline_ms\":" + deadline.ToString(CultureInfo.InvariantCulture));
            }
            if (Registers.Count > 0)
            {
                var choices = new List<string>();
                foreach (var choice in Registers)
                {
                    var names = new List<string>();
                    Put(names, "company", choice.Value == null ? null : choice.Value.Company);
                    Put(names, "debtor", choice.Value == null ? null : choice.Value.Debtor);
                    choices.Add(Json.Quote(choice.Key) + ":{" + string.Join(",", names) + "}");
                }
                fields.Add("\"registers\":{" + string.Join(",", choices) + "}");
            }
            return "{" + string.Join(",", fields) + "}";
        }

        private static void Put(List<string> fields, string name, string value)
        {
            if (value != null)
            {
                fields.Add("\"" + name + "\":" + Json.Quote(value));
            }
        }
    }

    /// <summary>The names of the registers that are asked about customers of one country.</summary>
    public sealed class RegisterChoice
    {
        /// <summary>The company register; null for <c>companies</c>, empty for none at all.</summary>
        public string Company { get; set; }

        /// <summary>The debtor register; null for <c>remarks</c>, empty for none at all.</summary>
        public string Debtor { get; set; }
    }

    /// <summary>
    /// An open credit state. Opened with <see cref="Open(EngineOptions)"/>, once for each store and kept open; closed with
    /// <see cref="Dispose"/>.
    /// </summary>
    /// <remarks>
    /// Every member may be called from any thread at any time, also while another thread disposes the engine: calls that are
    /// running finish, later ones throw <see cref="EngineClosedException"/>. The engine starts no threads and prints nothing.
    /// Callbacks run on the thread of the call they belong to, with no lock held. A forked child opens an engine of its own.
    /// </remarks>
    public sealed partial class Engine : IDisposable
    {
        private readonly SafeObligorEngine handle;

        private Engine(SafeObligorEngine handle)
        {
            this.handle = handle;
        }

        /// <summary>For tests that hand in bytes which no string can hold.</summary>
        internal SafeObligorEngine Handle
        {
            get { return handle; }
        }

        /// <summary>Opens a credit state.</summary>
        /// <exception cref="ConfigException">A setting is wrong; the message names it.</exception>
        /// <exception cref="PolicyException">The policy is wrong; the message names the line.</exception>
        /// <exception cref="StoreException">The store is damaged, too new, open elsewhere in this process, or on a file
        /// system that cannot keep it.</exception>
        /// <exception cref="LibraryException">The shared library was not found or cannot be used.</exception>
        public static Engine Open(EngineOptions options)
        {
            if (options == null)
            {
                throw new ConfigException("options is null: say at least which store");
            }
            if (string.IsNullOrEmpty(options.Store))
            {
                throw new ConfigException("Store: say the file of the credit state");
            }
            return OpenDocument(Text.In("the options", options.Document()));
        }

        /// <summary>Opens the credit state that a TOML file describes.</summary>
        /// <exception cref="ObligorException">As for <see cref="Open(EngineOptions)"/>.</exception>
        public static Engine Open(string configFile)
        {
            if (string.IsNullOrEmpty(configFile))
            {
                throw new ConfigException("configFile is empty: say the path of a TOML file");
            }
            // A path that begins like a JSON document would be read as one.
            return OpenDocument(Text.Name("configFile", Path.Combine(".", configFile)));
        }

        private static Engine OpenDocument(byte[] document)
        {
            var handle = new SafeObligorEngine(LibraryLoader.Native);
            handle.Open(document);
            return new Engine(handle);
        }

        /// <summary>Whether <see cref="Dispose"/> was not called yet.</summary>
        public bool IsOpen
        {
            get { return handle.IsOpen; }
        }

        /// <summary>
        /// Closes the engine. Calls that are running on other threads finish, and the last of them ends it; calling it again
        /// does nothing. Any thread, also in a callback.
        /// </summary>
        public void Dispose()
        {
            handle.Shut();
        }

        /// <summary>
        /// Does any operation by its name. Request and answer are JSON, as in <c>include/schema</c>; everything the other
        /// members do is among the operations and comes to the same.
        /// </summary>
        /// <param name="operation">The name, such as <c>order.held</c>.</param>
        /// <param name="request">A JSON object; empty or null for one without fields.</param>
        /// <returns>The answer, JSON.</returns>
        /// <exception cref="ObligorException">By kind; <see cref="RequestException"/> names the field that is wrong.</exception>
        public string Call(string operation, string request = null)
        {
            var name = Text.Name("operation", operation);
            var document = Text.In("request", request ?? "");
            return Do((uint engine, byte[] buf, UIntPtr cap, out UIntPtr needed) =>
                handle.Native.obligor_call(engine, name, name.Length, document, document.Length, buf, cap, out needed));
        }

        /// <summary>The JSON answer of a call that does something: one that does not fit is kept for this thread.</summary>
        private string Do(AnswerFunction work)
        {
            using (var use = handle.Enter())
            {
                var buffer = new byte[Text.FirstBuffer];
                UIntPtr needed;
                var status = work(use.Number, buffer, (UIntPtr)(uint)buffer.Length, out needed);
                if (status == Status.Buffer)
                {
                    buffer = new byte[checked((int)needed.ToUInt64())];
                    status = handle.Native.obligor_answer(use.Number, buffer, (UIntPtr)(uint)buffer.Length, out needed);
                }
                handle.Native.Check(status);
                return Text.Out(buffer);
            }
        }
    }
}
