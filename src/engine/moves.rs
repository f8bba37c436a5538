//! Moving a credit state to another store, and making the tables of one. The process needs no engine for it, and must
//! have none open on either store.

use std::path::PathBuf;

use super::config::StorePlace;
use super::{SystemClock, keeper};
use crate::calendar::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Made;
use crate::store::moving::{self, House, Moved, Progress};

/// Moves a credit state to an empty store, checks it there, and leaves the old store; or copies it when `keep` is set, and
/// the old store stays in use. A move that was broken off is gone on with by calling this again.
///
/// `progress` is told how far it is, and stops the move by answering `false`. The key that personal numbers are hashed
/// with is not in a store: see [`key_beside`].
///
/// # Errors
/// `State` when the new store holds something else, or the old one was left already; `Cancelled`; those of the stores.
pub fn move_state(
    from: &StorePlace,
    to: &StorePlace,
    keep: bool,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Moved> {
    if is_same(from, to) {
        return Err(Error::argument("the state is to move from a store into that same store; name another one"));
    }
    let (old, new) = (open(from, false)?, open(to, true)?);
    moving::move_state(&old, &new, keep, SystemClock.now(), progress).map_err(|error| match error.kind() {
        ErrorKind::Undetermined => {
            Error::new(error.kind(), format!("{error}; what has arrived stays: run it again to go on"))
        }
        _ => error,
    })
}

/// Makes the tables of a store, or brings them up to what this library knows.
///
/// # Errors
/// Those of the store.
pub fn make_tables(store: &StorePlace) -> Result<Made> {
    open(store, true).map(|house| house.made())
}

/// The file beside a store that holds its key, if there is one.
pub fn key_beside(store: &StorePlace) -> Option<PathBuf> {
    match store {
        StorePlace::File(path) => Some(keeper::key_beside(path)).filter(|key| key.exists()),
        StorePlace::Server(_) => None,
    }
}

fn open(store: &StorePlace, create: bool) -> Result<House> {
    match store {
        StorePlace::File(path) => House::in_file(path, create),
        StorePlace::Server(url) => House::on_server(url, create),
    }
}

/// Whether two places are one, as far as their names tell; the stores themselves tell later.
fn is_same(one: &StorePlace, other: &StorePlace) -> bool {
    let real = |place: &StorePlace| match place {
        StorePlace::File(path) => path.canonicalize().ok(),
        StorePlace::Server(_) => None,
    };
    one == other || real(one).is_some_and(|path| real(other) == Some(path))
}
