//! What SQLite's errors mean to the caller.
//!
//! Three kinds matter: the store could not answer now ([`ErrorKind::Undetermined`]: ask again), the file is damaged
//! ([`ErrorKind::Store`]: a person must restore it), and the place is wrong ([`ErrorKind::Io`]: a person must mend it).

use rusqlite::ErrorCode;

use crate::error::{Error, ErrorKind};
use crate::store::sql::fault::{Fault, damaged};

const FULL: &str = "the disk is full; make room, then ask again with the same key";

/// What SQLite says when the index of the log finds no room on the disk; no other failure of the disk names its cause.
const NO_ROOM: Option<i32> = Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE);

/// The store cannot be written, and who can change that.
pub(super) fn cannot_write(why: impl std::fmt::Display) -> Fault {
    const ADVICE: &str = "the store or its folder cannot be opened for writing; give this user the right to write both";
    Fault(Error::new(ErrorKind::Io, format!("{ADVICE} ({why})")))
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else {
            return damaged(format_args!("SQLite: {error}"));
        };
        let (kind, advice) = match code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted => {
                (ErrorKind::Undetermined, "another program holds the store; ask again with the same key")
            }
            ErrorCode::DiskFull => (ErrorKind::Undetermined, FULL),
            ErrorCode::SystemIoFailure if error.sqlite_extended_error_code() == NO_ROOM => {
                (ErrorKind::Undetermined, FULL)
            }
            ErrorCode::SystemIoFailure => (
                ErrorKind::Undetermined,
                "the disk failed to read or write, or was made read-only; see the system's log, then ask again with the \
                 same key",
            ),
            ErrorCode::OutOfMemory => {
                (ErrorKind::Undetermined, "the process is out of memory; ask again with the same key")
            }
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
                return cannot_write(format_args!("SQLite: {error}"));
            }
            ErrorCode::TooBig => (ErrorKind::TooLarge, "a text is too large for the store"),
            _ => return damaged(format_args!("SQLite: {error}")),
        };
        Self(Error::new(kind, format!("{advice} (SQLite: {error})")))
    }
}
