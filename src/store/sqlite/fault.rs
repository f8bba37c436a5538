//! What SQLite's errors mean to the caller.
//!
//! Three kinds matter: the store could not answer now ([`ErrorKind::Undetermined`]: ask again), the file is damaged
//! ([`ErrorKind::Store`]: a person must restore it), and the place is wrong ([`ErrorKind::Io`]: a person must mend it).

use rusqlite::ErrorCode;

use crate::error::{Error, ErrorKind};
use crate::money::MoneyError;

/// An error inside the store: SQLite's own errors turn into it with `?`, and it turns into ours at the store's edge.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Error);

/// What the store's own functions return.
pub(super) type Outcome<T> = std::result::Result<T, Fault>;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

impl From<MoneyError> for Fault {
    fn from(error: MoneyError) -> Self {
        Self(Error::argument(format!("amount too large: with it the account's total cannot be kept ({error})")))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else {
            return damaged(error);
        };
        let (kind, advice) = match code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted => {
                (ErrorKind::Undetermined, "another program holds the store; ask again with the same key")
            }
            ErrorCode::DiskFull => {
                (ErrorKind::Undetermined, "the disk is full; make room, then ask again with the same key")
            }
            ErrorCode::SystemIoFailure => (
                ErrorKind::Undetermined,
                "the disk failed to read or write; see the system's log, then ask again with the same key",
            ),
            ErrorCode::OutOfMemory => {
                (ErrorKind::Undetermined, "the process is out of memory; ask again with the same key")
            }
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => (
                ErrorKind::Io,
                "the store or its folder cannot be opened for writing; give this user the right to write both",
            ),
            ErrorCode::TooBig => (ErrorKind::TooLarge, "a text is too large for the store"),
            _ => return damaged(error),
        };
        Self(Error::new(kind, format!("{advice} (SQLite: {error})")))
    }
}

fn damaged(error: rusqlite::Error) -> Fault {
    Fault(Error::new(
        ErrorKind::Store,
        format!("the store is damaged; keep the file, run a verification and restore a backup (SQLite: {error})"),
    ))
}
