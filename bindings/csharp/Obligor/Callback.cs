using System;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading;

namespace Obligor
{
    /// <summary>
    /// Where a call of the library into the host goes: to what the host gave for one purpose of one engine.
    /// </summary>
    /// <remarks>
    /// The library gets one function for all engines, which is never collected, and a number as its user pointer. The number
    /// leads here weakly: the handle of the engine keeps its callbacks alive, so an engine that its own callback refers to is
    /// still collected when nobody else does, and a call that comes too late finds nothing instead of freed memory.
    /// </remarks>
    internal sealed class Callback
    {
        private static readonly ConcurrentDictionary<long, WeakReference<Callback>> Known =
            new ConcurrentDictionary<long, WeakReference<Callback>>();

        private static long last;

        private readonly long number = Interlocked.Increment(ref last);
        private volatile Delegate target;

        internal Callback()
        {
            Known[number] = new WeakReference<Callback>(this);
        }

        /// <summary>What the host gave; null for nothing.</summary>
        internal Delegate Target
        {
            set { target = value; }
        }

        /// <summary>The library's user pointer.</summary>
        internal IntPtr User
        {
            get { return new IntPtr(number); }
        }

        /// <summary>What the host gave for this user pointer; null when it is gone.</summary>
        internal static T Find<T>(IntPtr user) where T : class
        {
            WeakReference<Callback> known;
            Callback callback = null;
            if (Known.TryGetValue(user.ToInt64(), out known))
            {
                known.TryGetTarget(out callback);
            }
            return callback == null ? null : callback.target as T;
        }

        /// <summary>The engine has ended.</summary>
        internal void Forget()
        {
            WeakReference<Callback> known;
            Known.TryRemove(number, out known);
        }

        /// <summary>How many are known, for the test that none is left behind.</summary>
        internal static int Count
        {
            get { return Known.Count; }
        }

        /// <summary>A text of the library that is gone after the call.</summary>
        internal static string TextAt(IntPtr at, UIntPtr length)
        {
            var bytes = new byte[checked((int)length.ToUInt64())];
            if (bytes.Length > 0)
            {
                Marshal.Copy(at, bytes, 0, bytes.Length);
            }
            return global::System.Text.Encoding.UTF8.GetString(bytes);
        }
    }
}
