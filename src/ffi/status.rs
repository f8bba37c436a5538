//! Status
//!
//! What a call returns. The numbers are never changed and never reused; newer libraries may return new ones.

use std::ffi::c_char;

use super::text::TextOut;
use crate::error::ErrorKind;

/// The call did what was asked. Its verdict, if it has one, is in the output.
pub const OBLIGOR_OK: i32 = 0;
/// The request is wrong; the same request fails again. The last error names the argument.
pub const OBLIGOR_E_ARGUMENT: i32 = 1;
/// The engine is not open: never was, or was closed.
pub const OBLIGOR_E_ENGINE: i32 = 2;
/// The buffer is too small; `needed` says how large it must be. Nothing was written to it.
pub const OBLIGOR_E_BUFFER: i32 = 3;
/// The thing named does not exist.
pub const OBLIGOR_E_NOT_FOUND: i32 = 4;
/// The key was used before for a request with other content; nothing was changed.
pub const OBLIGOR_E_KEY_CONFLICT: i32 = 5;
/// The order is in a state that does not allow this.
pub const OBLIGOR_E_STATE: i32 = 6;
/// A named limit of the library was exceeded.
pub const OBLIGOR_E_TOO_LARGE: i32 = 7;
/// The configuration is wrong.
pub const OBLIGOR_E_CONFIG: i32 = 8;
/// The policy is wrong.
pub const OBLIGOR_E_POLICY: i32 = 9;
/// It is not known whether it happened: ask again with the same key. Neither an approval nor a refusal.
pub const OBLIGOR_E_UNDETERMINED: i32 = 10;
/// The store is damaged, or not one of ours.
pub const OBLIGOR_E_STORE: i32 = 11;
/// The store was written by a newer version of the library.
pub const OBLIGOR_E_TOO_NEW: i32 = 12;
/// Something else in this process has the store open.
pub const OBLIGOR_E_IN_USE: i32 = 13;
/// The store is on a file system that cannot keep its promises.
pub const OBLIGOR_E_UNSUPPORTED: i32 = 14;
/// A file could not be read or written.
pub const OBLIGOR_E_IO: i32 = 15;
/// The law or the policy forbids it; the last error names the rule.
pub const OBLIGOR_E_FORBIDDEN: i32 = 16;
/// The engine was opened before this process was forked: open another.
pub const OBLIGOR_E_FORKED: i32 = 17;
/// A fault of the library. The engine takes no more calls: close it and open another.
pub const OBLIGOR_E_INTERNAL: i32 = 18;
/// A text is not UTF-8; the last error names the byte.
pub const OBLIGOR_E_ENCODING: i32 = 19;
/// The host's callback asked to stop; nothing was changed.
pub const OBLIGOR_E_CANCELLED: i32 = 20;

/// Every code with its name and its words, in order.
pub const STATUSES: [(i32, &str, &str); 21] = [
    (OBLIGOR_OK, "OK", "done"),
    (OBLIGOR_E_ARGUMENT, "E_ARGUMENT", "the request is wrong"),
    (OBLIGOR_E_ENGINE, "E_ENGINE", "the engine is not open"),
    (OBLIGOR_E_BUFFER, "E_BUFFER", "the buffer is too small"),
    (OBLIGOR_E_NOT_FOUND, "E_NOT_FOUND", "not found"),
    (OBLIGOR_E_KEY_CONFLICT, "E_KEY_CONFLICT", "the key was used before for a request with other content"),
    (OBLIGOR_E_STATE, "E_STATE", "the order is in a state that does not allow this"),
    (OBLIGOR_E_TOO_LARGE, "E_TOO_LARGE", "a limit of the library was exceeded"),
    (OBLIGOR_E_CONFIG, "E_CONFIG", "the configuration is wrong"),
    (OBLIGOR_E_POLICY, "E_POLICY", "the policy is wrong"),
    (OBLIGOR_E_UNDETERMINED, "E_UNDETERMINED", "not known whether it happened: ask again with the same key"),
    (OBLIGOR_E_STORE, "E_STORE", "the store is damaged, or not one of ours"),
    (OBLIGOR_E_TOO_NEW, "E_TOO_NEW", "the store was written by a newer version of the library"),
    (OBLIGOR_E_IN_USE, "E_IN_USE", "something else in this process has the store open"),
    (OBLIGOR_E_UNSUPPORTED, "E_UNSUPPORTED", "the store is on a file system that cannot keep its promises"),
    (OBLIGOR_E_IO, "E_IO", "a file could not be read or written"),
    (OBLIGOR_E_FORBIDDEN, "E_FORBIDDEN", "the law or the policy forbids it"),
    (OBLIGOR_E_FORKED, "E_FORKED", "the engine was opened before this process was forked"),
    (OBLIGOR_E_INTERNAL, "E_INTERNAL", "a fault of the library"),
    (OBLIGOR_E_ENCODING, "E_ENCODING", "a text is not UTF-8"),
    (OBLIGOR_E_CANCELLED, "E_CANCELLED", "stopped by the host's callback"),
];

/// The code for a kind of error.
pub(super) const fn status_of(kind: ErrorKind) -> i32 {
    match kind {
        ErrorKind::Argument => OBLIGOR_E_ARGUMENT,
        ErrorKind::NotFound => OBLIGOR_E_NOT_FOUND,
        ErrorKind::KeyConflict => OBLIGOR_E_KEY_CONFLICT,
        ErrorKind::State => OBLIGOR_E_STATE,
        ErrorKind::TooLarge => OBLIGOR_E_TOO_LARGE,
        ErrorKind::Config => OBLIGOR_E_CONFIG,
        ErrorKind::Policy => OBLIGOR_E_POLICY,
        ErrorKind::Undetermined => OBLIGOR_E_UNDETERMINED,
        ErrorKind::Store => OBLIGOR_E_STORE,
        ErrorKind::TooNew => OBLIGOR_E_TOO_NEW,
        ErrorKind::InUse => OBLIGOR_E_IN_USE,
        ErrorKind::Unsupported => OBLIGOR_E_UNSUPPORTED,
        ErrorKind::Io => OBLIGOR_E_IO,
        ErrorKind::Forbidden => OBLIGOR_E_FORBIDDEN,
        ErrorKind::Cancelled => OBLIGOR_E_CANCELLED,
        ErrorKind::Forked => OBLIGOR_E_FORKED,
        ErrorKind::Internal => OBLIGOR_E_INTERNAL,
    }
}

export! {
    /// What a status means, in a few English words. Every number has some, also one this library does not know. What
    /// went wrong in a certain call is told by obligor_last_error(). Any thread.
    ///
    /// Errors: OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT.
    pub unsafe fn obligor_status_text(status: i32, buf: *mut c_char, cap: usize, needed: *mut usize) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        match STATUSES.iter().find(|(code, ..)| *code == status) {
            Some((.., words)) => out.fill(words),
            None => out.fill("a status this version of the library does not know"),
        }
    }
}
