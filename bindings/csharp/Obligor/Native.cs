using System;
using System.Runtime.InteropServices;

namespace Obligor
{
    // The shapes of the library's functions. All are cdecl; an engine is its number; a text in is bytes and a length; a text
    // out is a buffer, its size and the place where the size it needs is put.

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate uint NumberFunction();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr ConstantTextFunction();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status StatusTextFunction(Status status, byte[] buf, UIntPtr cap, out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status TextFunction(byte[] buf, UIntPtr cap, out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status OpenFunction(byte[] config, long configLength, out uint engine);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status CloseFunction(uint engine);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status LogFunction(uint engine, LogCallback callback, IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ResolveFunction(
        uint engine, byte[] company, long companyLength, byte[] customer, long customerLength, out uint account);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ReadAccountFunction(uint engine, uint account, ref AccountStruct position);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status OrderFunction(
        uint engine, ref OrderStruct order, ref DecisionStruct decision, [In, Out] ReasonStruct[] reasons, uint reasonsCap);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status CheckListFunction(
        uint engine,
        [In] OrderStruct[] orders,
        uint count,
        [In, Out] DecisionStruct[] decisions,
        [In, Out] ReasonStruct[] reasons,
        uint reasonsPerOrder);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ReserveListFunction(
        uint engine,
        [In] OrderStruct[] orders,
        uint count,
        int allOrNothing,
        [In, Out] DecisionStruct[] decisions,
        [In, Out] ReasonStruct[] reasons,
        uint reasonsPerOrder,
        out int taken);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ExpireFunction(uint engine, uint deadlineMs, out uint count, out int more);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ExplainFunction(
        uint engine, long decisionId, byte[] language, long languageLength, byte[] buf, UIntPtr cap, out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ReplayFunction(uint engine, long decisionId, out int same);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ReasonTextFunction(
        ref ReasonStruct reason,
        byte[] currency,
        long currencyLength,
        byte[] language,
        long languageLength,
        byte[] buf,
        UIntPtr cap,
        out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status RequestFunction(
        uint engine, byte[] request, long requestLength, byte[] buf, UIntPtr cap, out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status ImportFunction(
        uint engine,
        byte[] request,
        long requestLength,
        ProgressCallback callback,
        IntPtr user,
        byte[] buf,
        UIntPtr cap,
        out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status RegisterSourceFunction(
        uint engine, byte[] name, long nameLength, SourceCallback callback, IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status VerifyFunction(
        uint engine, ProgressCallback callback, IntPtr user, byte[] buf, UIntPtr cap, out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status BackupFunction(uint engine, byte[] path, long pathLength);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status CallFunction(
        uint engine,
        byte[] operation,
        long operationLength,
        byte[] request,
        long requestLength,
        byte[] buf,
        UIntPtr cap,
        out UIntPtr needed);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate Status AnswerFunction(uint engine, byte[] buf, UIntPtr cap, out UIntPtr needed);

    // What the library calls.

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void LogCallback(int level, IntPtr line, UIntPtr length, IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ProgressCallback(ulong done, ulong total, IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int SourceCallback(
        IntPtr request, UIntPtr requestLength, IntPtr buf, UIntPtr cap, out UIntPtr needed, IntPtr user);

    /// <summary>
    /// Every function of the library, by its name in the C header: one complete table that a test compares with the header.
    /// </summary>
    /// <remarks>
    /// They are taken from the file that <see cref="LibraryLoader"/> opened, and not declared with DllImport: every runtime
    /// looks for the file of a DllImport in places of its own, and so may open another one than the one whose version was
    /// compared.
    /// </remarks>
    internal sealed class Native
    {
        internal readonly NumberFunction obligor_abi_version;
        internal readonly NumberFunction obligor_version_number;
        internal readonly ConstantTextFunction obligor_version;
        internal readonly StatusTextFunction obligor_status_text;
        internal readonly TextFunction obligor_last_error;
        internal readonly OpenFunction obligor_open;
        internal readonly CloseFunction obligor_close;
        internal readonly LogFunction obligor_log;
        internal readonly ResolveFunction obligor_account_resolve;
        internal readonly ReadAccountFunction obligor_account_read;
        internal readonly OrderFunction obligor_order_check;
        internal readonly OrderFunction obligor_order_reserve;
        internal readonly OrderFunction obligor_order_change;
        internal readonly OrderFunction obligor_order_convert;
        internal readonly OrderFunction obligor_order_cancel;
        internal readonly OrderFunction obligor_order_reopen;
        internal readonly OrderFunction obligor_order_pass;
        internal readonly CheckListFunction obligor_order_check_list;
        internal readonly ReserveListFunction obligor_order_reserve_list;
        internal readonly ExpireFunction obligor_order_expire;
        internal readonly ExplainFunction obligor_decision_explain;
        internal readonly ReplayFunction obligor_decision_replay;
        internal readonly ReasonTextFunction obligor_reason_text;
        internal readonly RequestFunction obligor_customer_validate;
        internal readonly RequestFunction obligor_debtor_lookup;
        internal readonly ImportFunction obligor_import;
        internal readonly RegisterSourceFunction obligor_source_register;
        internal readonly VerifyFunction obligor_verify;
        internal readonly BackupFunction obligor_backup;
        internal readonly CallFunction obligor_call;
        internal readonly AnswerFunction obligor_answer;

        /// <summary>Takes every function out of an opened library, whose version is compared first.</summary>
        internal Native(OpenedLibrary library)
        {
            obligor_abi_version = library.Version<NumberFunction>("obligor_abi_version");
            library.Compare(obligor_abi_version());
            obligor_version_number = library.Function<NumberFunction>("obligor_version_number");
            obligor_version = library.Function<ConstantTextFunction>("obligor_version");
            obligor_status_text = library.Function<StatusTextFunction>("obligor_status_text");
            obligor_last_error = library.Function<TextFunction>("obligor_last_error");
            obligor_open = library.Function<OpenFunction>("obligor_open");
            obligor_close = library.Function<CloseFunction>("obligor_close");
            obligor_log = library.Function<LogFunction>("obligor_log");
            obligor_account_resolve = library.Function<ResolveFunction>("obligor_account_resolve");
            obligor_account_read = library.Function<ReadAccountFunction>("obligor_account_read");
            obligor_order_check = library.Function<OrderFunction>("obligor_order_check");
            obligor_order_reserve = library.Function<OrderFunction>("obligor_order_reserve");
            obligor_order_change = library.Function<OrderFunction>("obligor_order_change");
            obligor_order_convert = library.Function<OrderFunction>("obligor_order_convert");
            obligor_order_cancel = library.Function<OrderFunction>("obligor_order_cancel");
            obligor_order_reopen = library.Function<OrderFunction>("obligor_order_reopen");
            obligor_order_pass = library.Function<OrderFunction>("obligor_order_pass");
            obligor_order_check_list = library.Function<CheckListFunction>("obligor_order_check_list");
            obligor_order_reserve_list = library.Function<ReserveListFunction>("obligor_order_reserve_list");
            obligor_order_expire = library.Function<ExpireFunction>("obligor_order_expire");
            obligor_decision_explain = library.Function<ExplainFunction>("obligor_decision_explain");
            obligor_decision_replay = library.Function<ReplayFunction>("obligor_decision_replay");
            obligor_reason_text = library.Function<ReasonTextFunction>("obligor_reason_text");
            obligor_customer_validate = library.Function<RequestFunction>("obligor_customer_validate");
            obligor_debtor_lookup = library.Function<RequestFunction>("obligor_debtor_lookup");
            obligor_import = library.Function<ImportFunction>("obligor_import");
            obligor_source_register = library.Function<RegisterSourceFunction>("obligor_source_register");
            obligor_verify = library.Function<VerifyFunction>("obligor_verify");
            obligor_backup = library.Function<BackupFunction>("obligor_backup");
            obligor_call = library.Function<CallFunction>("obligor_call");
            obligor_answer = library.Function<AnswerFunction>("obligor_answer");
            Path = library.Path;
        }

        /// <summary>The file they were taken from.</summary>
        internal string Path { get; }

        /// <summary>The library's version, such as <c>0.1.0</c>.</summary>
        internal string Version
        {
            get { return Marshal.PtrToStringAnsi(obligor_version()); }
        }

        /// <summary>Throws the exception for a status that a call on this thread just returned, unless it is OK.</summary>
        internal void Check(Status status)
        {
            if (status != Status.Ok)
            {
                var said = Ask((byte[] buf, UIntPtr cap, out UIntPtr needed) => obligor_last_error(buf, cap, out needed), false);
                throw ObligorException.Of(status, said.Length > 0 ? said : StatusText(status));
            }
        }

        /// <summary>What a status means, in a few words.</summary>
        internal string StatusText(Status status)
        {
            return Ask((byte[] buf, UIntPtr cap, out UIntPtr needed) => obligor_status_text(status, buf, cap, out needed), false);
        }

        /// <summary>The text of a call that does nothing and so may simply be made again with more room.</summary>
        internal string Ask(TextFunction ask)
        {
            return Ask(ask, true);
        }

        // What errors are told with does not throw: if it fails too there is nothing more to say.
        private string Ask(TextFunction ask, bool check)
        {
            var buffer = new byte[Text.FirstBuffer];
            while (true)
            {
                UIntPtr needed;
                var status = ask(buffer, (UIntPtr)(uint)buffer.Length, out needed);
                if (status == Status.Ok)
                {
                    return Text.Out(buffer);
                }
                if (status != Status.Buffer)
                {
                    if (check)
                    {
                        Check(status);
                    }
                    return "";
                }
                // The text may have grown since it was measured.
                buffer = new byte[Math.Max(checked((int)needed.ToUInt64()), buffer.Length * 2)];
            }
        }
    }
}
