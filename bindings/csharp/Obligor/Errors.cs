using System;

namespace Obligor
{
    /// <summary>What a call of the library returns; the numbers of the C header. A newer library may return others.</summary>
    public enum Status
    {
        /// <summary>The call did what was asked.</summary>
        Ok = 0,
        /// <summary>The request is wrong.</summary>
        Argument = 1,
        /// <summary>The engine is not open.</summary>
        Engine = 2,
        /// <summary>The buffer is too small; this package asks again by itself.</summary>
        Buffer = 3,
        /// <summary>The thing named does not exist.</summary>
        NotFound = 4,
        /// <summary>The key was used before for a request with other content.</summary>
        KeyConflict = 5,
        /// <summary>The order is in a state that does not allow this.</summary>
        State = 6,
        /// <summary>A named limit of the library was exceeded.</summary>
        TooLarge = 7,
        /// <summary>The configuration is wrong.</summary>
        Config = 8,
        /// <summary>The policy is wrong.</summary>
        Policy = 9,
        /// <summary>It is not known whether it happened.</summary>
        Undetermined = 10,
        /// <summary>The credit state is damaged, or not one of ours.</summary>
        Store = 11,
        /// <summary>The credit state was written by a newer version.</summary>
        TooNew = 12,
        /// <summary>Something else has the credit state open.</summary>
        InUse = 13,
        /// <summary>The file system cannot keep the credit state's promises.</summary>
        Unsupported = 14,
        /// <summary>A file could not be read or written.</summary>
        Io = 15,
        /// <summary>The law or the policy forbids it.</summary>
        Forbidden = 16,
        /// <summary>The engine was opened before this process was forked.</summary>
        Forked = 17,
        /// <summary>A fault of the library.</summary>
        Internal = 18,
        /// <summary>A text is not valid Unicode.</summary>
        Encoding = 19,
        /// <summary>A callback asked to stop.</summary>
        Cancelled = 20,
    }

    /// <summary>
    /// Anything that kept obligor from answering. A decision is never an exception: "refused" and "held" are answers. The
    /// message says what was wrong, where, and what to do; it holds no secret and no personal number.
    /// </summary>
    public class ObligorException : Exception
    {
        internal ObligorException(Status status, string message, Exception inner = null) : base(message, inner)
        {
            Status = status;
        }

        /// <summary>The library's status; <see cref="Status.Ok"/> when the library was not asked.</summary>
        public Status Status { get; }

        /// <summary>The exception for a status. One that this package does not know is an ObligorException.</summary>
        internal static ObligorException Of(Status status, string message)
        {
            switch (status)
            {
                case Status.Argument: return new RequestException(message);
                case Status.Engine: return new EngineClosedException(message);
                case Status.NotFound: return new NotFoundException(message);
                case Status.KeyConflict: return new KeyConflictException(message);
                case Status.State: return new OrderStateException(message);
                case Status.TooLarge: return new TooLargeException(message);
                case Status.Config: return new ConfigException(message);
                case Status.Policy: return new PolicyException(message);
                case Status.Undetermined: return new UndeterminedException(message);
                case Status.Store: return new StoreException(Status.Store, message);
                case Status.TooNew: return new StoreTooNewException(message);
                case Status.InUse: return new StoreInUseException(message);
                case Status.Unsupported: return new StoreUnsupportedException(message);
                case Status.Io: return new FileException(message);
                case Status.Forbidden: return new ForbiddenException(message);
                case Status.Forked: return new ForkedException(message);
                case Status.Internal: return new InternalErrorException(message);
                case Status.Encoding: return new TextException(message);
                case Status.Cancelled: return new CancelledException(message);
                default: return new ObligorException(status, message);
            }
        }
    }

    /// <summary>The shared library was not found, is of another version, or is not obligor at all.</summary>
    public sealed class LibraryException : ObligorException
    {
        internal LibraryException(string message, Exception inner = null) : base(Status.Ok, message, inner) { }
    }

    /// <summary>The request is wrong; asking again without mending it fails again. The message names the argument.</summary>
    public class RequestException : ObligorException
    {
        internal RequestException(string message) : this(Status.Argument, message) { }

        internal RequestException(Status status, string message) : base(status, message) { }
    }

    /// <summary>A text is not valid Unicode; the message says where.</summary>
    public sealed class TextException : RequestException
    {
        internal TextException(string message) : base(Status.Encoding, message) { }
    }

    /// <summary>The engine was closed, or never open: open a new one.</summary>
    public sealed class EngineClosedException : ObligorException
    {
        internal EngineClosedException(string message) : base(Status.Engine, message) { }
    }

    /// <summary>The thing named does not exist.</summary>
    public sealed class NotFoundException : ObligorException
    {
        internal NotFoundException(string message) : base(Status.NotFound, message) { }
    }

    /// <summary>The key was used before for a request with other content; nothing was changed. Use a new key.</summary>
    public sealed class KeyConflictException : ObligorException
    {
        internal KeyConflictException(string message) : base(Status.KeyConflict, message) { }
    }

    /// <summary>The order is in a state that does not allow this.</summary>
    public sealed class OrderStateException : ObligorException
    {
        internal OrderStateException(string message) : base(Status.State, message) { }
    }

    /// <summary>A named limit of the library was exceeded.</summary>
    public sealed class TooLargeException : ObligorException
    {
        internal TooLargeException(string message) : base(Status.TooLarge, message) { }
    }

    /// <summary>The configuration is wrong; the message names the setting.</summary>
    public sealed class ConfigException : ObligorException
    {
        internal ConfigException(string message) : base(Status.Config, message) { }
    }

    /// <summary>The policy is wrong; the message names the line.</summary>
    public sealed class PolicyException : ObligorException
    {
        internal PolicyException(string message) : base(Status.Policy, message) { }
    }

    /// <summary>
    /// The store could not answer in time or not at all. What was asked may or may not have happened: ask again with the
    /// same key, and never take this for an approval or a refusal.
    /// </summary>
    public sealed class UndeterminedException : ObligorException
    {
        internal UndeterminedException(string message) : base(Status.Undetermined, message) { }
    }

    /// <summary>The credit state is damaged, or not one of ours.</summary>
    public class StoreException : ObligorException
    {
        internal StoreException(Status status, string message) : base(status, message) { }
    }

    /// <summary>The credit state was written by a newer version of the library: install that version.</summary>
    public sealed class StoreTooNewException : StoreException
    {
        internal StoreTooNewException(string message) : base(Status.TooNew, message) { }
    }

    /// <summary>Something else in this process already has the credit state open.</summary>
    public sealed class StoreInUseException : StoreException
    {
        internal StoreInUseException(string message) : base(Status.InUse, message) { }
    }

    /// <summary>The credit state is on a file system that cannot keep its promises: move it to a local disk.</summary>
    public sealed class StoreUnsupportedException : StoreException
    {
        internal StoreUnsupportedException(string message) : base(Status.Unsupported, message) { }
    }

    /// <summary>A file could not be read or written.</summary>
    public sealed class FileException : ObligorException
    {
        internal FileException(string message) : base(Status.Io, message) { }
    }

    /// <summary>The law or the policy forbids it; the message names the rule.</summary>
    public sealed class ForbiddenException : ObligorException
    {
        internal ForbiddenException(string message) : base(Status.Forbidden, message) { }
    }

    /// <summary>The process forked after the engine was opened: open a new engine in the child.</summary>
    public sealed class ForkedException : ObligorException
    {
        internal ForkedException(string message) : base(Status.Forked, message) { }
    }

    /// <summary>A fault of the library: dispose the engine, open a new one, and report it.</summary>
    public sealed class InternalErrorException : ObligorException
    {
        internal InternalErrorException(string message) : base(Status.Internal, message) { }
    }

    /// <summary>The progress callback asked to stop; nothing was taken.</summary>
    public sealed class CancelledException : ObligorException
    {
        internal CancelledException(string message) : base(Status.Cancelled, message) { }
    }
}
