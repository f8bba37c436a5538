using System;

namespace Obligor
{
    /// <summary>How important a line of the log is. A newer library may have others.</summary>
    public enum LogLevel
    {
        /// <summary>Something failed.</summary>
        Error = 1,
        /// <summary>Something is not as it should be, and was dealt with.</summary>
        Warning = 2,
        /// <summary>Something happened that seldom happens, such as an import.</summary>
        Info = 3,
    }

    public sealed partial class Engine
    {
        private static readonly LogCallback LogLine = TakeLine;

        /// <summary>
        /// Where lines of the log go; null for nowhere, as at first. A line holds no secret and no personal number. The sink is
        /// called on the thread of the call that the line belongs to and may call the engine; what it throws is dropped,
        /// since that call must go on. It is kept alive for as long as the engine is.
        /// </summary>
        /// <exception cref="EngineClosedException">The engine is closed.</exception>
        public void Log(Action<LogLevel, string> sink)
        {
            using (var use = handle.Enter())
            {
                // Under a lock, so that of two threads the one that was last in the callback is last in the library too.
                lock (handle.Callbacks)
                {
                    var callback = handle.CallbackFor("log");
                    callback.Target = sink;
                    var line = sink == null ? null : LogLine;
                    handle.Native.Check(handle.Native.obligor_log(use.Number, line, callback.User));
                }
            }
        }

        private static void TakeLine(int level, IntPtr line, UIntPtr length, IntPtr user)
        {
            try
            {
                var sink = Callback.Find<Action<LogLevel, string>>(user);
                if (sink != null)
                {
                    sink((LogLevel)level, Callback.TextAt(line, length));
                }
            }
            catch (Exception)
            {
                // No exception may cross the library.
            }
        }
    }
}
