using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Obligor
{
    /// <summary>
    /// The handle of an engine. It is closed when it is disposed, or by the finalizer of an engine that nobody holds any
    /// more, and in either case only once no call is running.
    /// </summary>
    /// <remarks>
    /// Handing a SafeHandle itself to a native function is what keeps a finalizer from closing it in the middle of a call.
    /// That works for pointers; the handle here is a <c>uint32_t</c>, and a pointer in its place would be right by chance on
    /// some processors only. So every call does by hand what the runtime would: <see cref="Enter"/> holds the handle, and
    /// disposing the <see cref="Use"/> lets it go. A number that was let go too early would not crash anyway, since the
    /// library knows which numbers are open, but it would fail a call for no reason that its caller can see.
    /// </remarks>
    internal sealed class SafeObligorEngine : SafeHandle
    {
        private volatile bool closing;

        internal SafeObligorEngine(Native native) : base(IntPtr.Zero, true)
        {
            Native = native;
        }

        internal Native Native { get; }

        /// <summary>What the host gave to be called, by purpose; also the lock around changing it.</summary>
        internal Dictionary<string, Callback> Callbacks { get; } = new Dictionary<string, Callback>();

        /// <summary>The callback for a purpose, made when there is none yet.</summary>
        internal Callback CallbackFor(string purpose)
        {
            Callback callback;
            if (!Callbacks.TryGetValue(purpose, out callback))
            {
                callback = Callbacks[purpose] = new Callback();
            }
            return callback;
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        /// <summary>Opens an engine. The number goes straight into the handle, so that it cannot be lost in between.</summary>
        internal void Open(byte[] config)
        {
            uint engine;
            Native.Check(Native.obligor_open(config, config.Length, out engine));
            SetHandle(unchecked((IntPtr)(int)engine));
        }

        /// <summary>Whether nobody has asked for it to be closed yet.</summary>
        internal bool IsOpen
        {
            get { return !closing; }
        }

        /// <summary>
        /// Lets no more calls in, and closes once those that are running have ended. A SafeHandle alone would go on letting
        /// calls in for as long as any is running: on a busy desk for ever.
        /// </summary>
        internal void Shut()
        {
            closing = true;
            Dispose();
        }

        /// <summary>Lets a call in: the engine stays open until the use is disposed, whatever happens elsewhere.</summary>
        internal Use Enter()
        {
            if (closing)
            {
                throw Closed();
            }
            var held = false;
            try
            {
                DangerousAddRef(ref held);
            }
            catch (ObjectDisposedException)
            {
                throw Closed();
            }
            return new Use(this, Number);
        }

        private static EngineClosedException Closed()
        {
            return new EngineClosedException("the engine is closed: open a new one");
        }

        private uint Number
        {
            get { return unchecked((uint)handle.ToInt64()); }
        }

        protected override bool ReleaseHandle()
        {
            var status = Native.obligor_close(Number);
            // Only now: closing may be told to the log.
            foreach (var callback in Callbacks.Values)
            {
                callback.Forget();
            }
            // An engine that was opened before a fork is the parent's, which closes it.
            return status == Status.Ok || status == Status.Forked;
        }

        /// <summary>A call that is running.</summary>
        internal struct Use : IDisposable
        {
            private readonly SafeObligorEngine engine;

            internal Use(SafeObligorEngine engine, uint number)
            {
                this.engine = engine;
                Number = number;
            }

            /// <summary>The engine's number, for the library.</summary>
            internal uint Number { get; }

            public void Dispose()
            {
                engine.DangerousRelease();
            }
        }
    }
}
