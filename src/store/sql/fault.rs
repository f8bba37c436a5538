//! Errors inside a store.

use crate::error::{Error, ErrorKind};
use crate::money::MoneyError;

/// An error inside a store: the database's own errors turn into it with `?`, and it turns into ours at the store's edge.
#[derive(Debug)]
pub(in crate::store) struct Fault(pub(in crate::store) Error);

/// What the functions of a store return.
pub(in crate::store) type Outcome<T> = std::result::Result<T, Fault>;

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

/// What stands in the store cannot be.
pub(in crate::store) fn damaged(what: std::fmt::Arguments<'_>) -> Fault {
    Fault(Error::new(
        ErrorKind::Store,
        format!("the store is damaged; keep it as it is, run a verification and restore a backup ({what})"),
    ))
}
