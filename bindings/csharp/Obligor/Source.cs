using System;
using System.Runtime.InteropServices;

namespace Obligor
{
    public sealed partial class Engine
    {
        private static readonly SourceCallback SourceAsked = AskSource;

        /// <summary>
        /// Names a register that the host asks, for <see cref="ValidateCustomer"/> and <see cref="LookUpDebtor"/>; null takes
        /// the name back.
        /// </summary>
        /// <param name="name">Its name, as in <see cref="EngineOptions.Registers"/>.</param>
        /// <param name="ask">
        /// Gets the request and gives the answer, JSON as in <c>include/schema/source.request.json</c> and
        /// <c>source.answer.json</c>. It is called on the thread of the call that needs the register and may call the engine.
        /// The request may hold a personal number: do not log it. If it throws or answers null, the register could not be
        /// asked: that is unknown, never clear.
        /// </param>
        /// <exception cref="RequestException">The name is none.</exception>
        public void RegisterSource(string name, Func<string, string> ask)
        {
            var bytes = Text.Name("name", name);
            using (var use = handle.Enter())
            {
                lock (handle.Callbacks)
                {
                    var callback = handle.CallbackFor("source " + Text.Out(bytes));
                    callback.Target = ask;
                    var asked = ask == null ? null : SourceAsked;
                    handle.Native.Check(
                        handle.Native.obligor_source_register(use.Number, bytes, bytes.Length, asked, callback.User));
                }
            }
        }

        private static int AskSource(
            IntPtr request, UIntPtr requestLength, IntPtr buf, UIntPtr cap, out UIntPtr needed, IntPtr user)
        {
            needed = UIntPtr.Zero;
            try
            {
                var ask = Callback.Find<Func<string, string>>(user);
                var answer = ask == null ? null : ask(Callback.TextAt(request, requestLength));
                if (answer == null)
                {
                    return (int)Status.NotFound;
                }
                var bytes = Text.In("the answer", answer + "\0");
                needed = (UIntPtr)(uint)bytes.Length;
                if ((ulong)bytes.Length <= cap.ToUInt64())
                {
                    Marshal.Copy(bytes, 0, buf, bytes.Length);
                }
                // An answer that is too long: its size says so, and the library tells it.
                return (int)Status.Ok;
            }
            catch (Exception)
            {
                // No exception may cross the library.
                return (int)Status.Internal;
            }
        }
    }
}
