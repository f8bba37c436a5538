//! The engine
//!
//! An engine is an open credit state: the store, the policy in force, and what is known of them in memory. A process
//! opens one for each store it uses and keeps it open.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::answers::Answers;
use super::error::Failure;
use super::handle::{Refusal, SLOTS, Table, Use};
use super::plain::Out;
use super::status::{OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL, OBLIGOR_E_TOO_LARGE};
use super::{fork, guard, pin, text};
use crate::engine::{Config, Engine, LogLevel};

/// A line of the log: something failed.
pub const OBLIGOR_LOG_ERROR: i32 = 1;
/// A line of the log: something is not as it should be, and was dealt with.
pub const OBLIGOR_LOG_WARNING: i32 = 2;
/// A line of the log: something happened that seldom happens, such as an import.
pub const OBLIGOR_LOG_INFO: i32 = 3;

/// Takes one line of the log: its level (an OBLIGOR_LOG_ number, more may come), `length` bytes of UTF-8 without a line
/// break, followed by a NUL, and the pointer that was given with the callback. The line belongs to the library and is
/// gone after the call. It holds no secret and no personal number.
///
/// It is called on the thread of the call it belongs to, with no lock held, and may call the library again. It must
/// return: no exception, no longjmp.
pub type obligor_log_callback =
    Option<unsafe extern "C" fn(level: i32, line: *const c_char, length: usize, user: *mut c_void)>;

/// What stands behind a handle.
pub(super) struct Desk {
    pub(super) engine: Engine,
    pub(super) answers: Answers,
}

static DESKS: Table<Desk> = Table::new();

/// Lets a call in.
pub(super) fn enter(engine: u32) -> Result<Use<'static, Desk>, Failure> {
    DESKS.enter(engine, fork::process()).map_err(refused)
}

fn refused(why: Refusal) -> Failure {
    match why {
        Refusal::NotOpen => Failure::new(OBLIGOR_E_ENGINE, "the engine is not open: it never was, or it was closed"),
        Refusal::Forked => Failure::new(
            OBLIGOR_E_FORKED,
            "the engine was opened before this process was forked and works in the parent only: open another here",
        ),
        Refusal::Failed => Failure::new(
            OBLIGOR_E_INTERNAL,
            "the engine had a fault in an earlier call and takes no more: close it and open another",
        ),
    }
}

/// The pointer a host gives with a callback. What it points to is the host's business, and the header asks for callbacks
/// that may be called from every thread that calls the engine.
#[derive(Clone, Copy)]
pub(super) struct User(*mut c_void);

impl User {
    pub(super) fn new(user: *mut c_void) -> Self {
        Self(user)
    }

    /// Taken by value, so that a closure holds the whole of it and not only the pointer.
    pub(super) fn pointer(self) -> *mut c_void {
        self.0
    }
}

// SAFETY: the library only hands it back; the header says from which threads.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

export! {
    /// Opens an engine.
    ///
    /// `config` is a JSON document when it begins with '{', else the path of a TOML file with the same keys: `store` (the
    /// file of the credit state, or where in a PostgreSQL server it is: "postgresql://user@host/database", or "env:NAME" or
    /// "file:PATH" for a URL with a password; the only one needed for a file), `create` (make it if it is not there),
    /// `policy` ("standard" or the path of a TOML file) or `policy_text`, `secret` ("env:NAME" or "file:PATH"; never the
    /// secret itself; needed for a server), `clock` ("system", or a moment such as "2026-11-22T08:00:00Z" at which the
    /// engine's time stands still), `utc_offset_minutes` and `deadline_ms` (how long a call may take that does not say so
    /// itself; 5000). Relative paths in a file are relative to it; those in a document to the working directory.
    ///
    /// The engine is open until obligor_close() or the end of the process, which needs no closing: nothing is lost. At
    /// most 64 engines are open at once, and a store is opened once in a process and by any number of processes. After a
    /// fork the child opens an engine of its own. Any thread.
    ///
    /// Errors: OBLIGOR_E_CONFIG, OBLIGOR_E_POLICY, OBLIGOR_E_IN_USE, OBLIGOR_E_TOO_NEW, OBLIGOR_E_UNSUPPORTED,
    /// OBLIGOR_E_STORE, OBLIGOR_E_IO, OBLIGOR_E_UNDETERMINED (another process holds the store too long: try again),
    /// OBLIGOR_E_TOO_LARGE (64 engines are open), OBLIGOR_E_ENCODING, OBLIGOR_E_ARGUMENT.
    pub unsafe fn obligor_open(config: *const c_char, config_length: i64, engine: *mut u32) -> i32 {
        let out = Out::new("engine", engine)?;
        let config = text::read_key("config", config, config_length)?;
        guard::keep_panics_quiet();
        pin::pin();
        fork::watch();
        let opened = DESKS.open(fork::process(), || {
            let engine = Engine::open(&Config::read(config)?)?;
            Ok::<_, Failure>(Desk { engine, answers: Answers::default() })
        })?;
        let full = || Failure::new(OBLIGOR_E_TOO_LARGE, format!("{SLOTS} engines are open; close one first"));
        out.put(opened.ok_or_else(full)?);
        Ok(())
    }
}

export! {
    /// Closes an engine. Calls that are running finish as if nothing had happened, and the last of them ends the engine;
    /// when none is running, this call does. From here on its number is answered with OBLIGOR_E_ENGINE and is never given
    /// again. Any thread, also in a callback.
    ///
    /// Errors: OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED (the engine is the parent's and nothing was done).
    pub unsafe fn obligor_close(engine: u32) -> i32 {
        DESKS.close(engine, fork::process()).map_err(refused)
    }
}

export! {
    /// Sends the engine's log to a callback, or nowhere with NULL, as at first. `user` is handed to the callback as it is;
    /// both are kept until they are replaced or the engine has ended, and are used on every thread that calls the
    /// engine. A thread that is in the callback while it is replaced finishes there. Any thread.
    ///
    /// Errors: OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_log(engine: u32, callback: obligor_log_callback, user: *mut c_void) -> i32 {
        let desk = enter(engine)?;
        let user = User::new(user);
        desk.engine.set_log(callback.map(|callback| {
            Arc::new(move |level: LogLevel, line: &str| {
                let level = match level {
                    LogLevel::Error => OBLIGOR_LOG_ERROR,
                    LogLevel::Warning => OBLIGOR_LOG_WARNING,
                    LogLevel::Info => OBLIGOR_LOG_INFO,
                };
                let line = line.replace(['\n', '\0'], " ") + "\0";
                // SAFETY: the host promises a function that may be called with this pointer; the line has its NUL.
                unsafe { callback(level, line.as_ptr().cast(), line.len() - 1, user.pointer()) };
            }) as crate::engine::LogSink
        }));
        Ok(())
    }
}

#[cfg(feature = "test-hooks")]
export! {
    /// Panics inside an engine, to prove that a panic goes no further. Never in a release.
    pub unsafe fn obligor_test_panic(engine: u32) -> i32 {
        let _desk = enter(engine)?;
        panic!("asked for by a test");
    }
}
