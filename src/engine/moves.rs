//! Moving a credit state to another store, and making the tables of one. The process needs no engine for it, and must
//! have none open on either store.

use std::path::PathBuf;

use super::{SystemClock, keeper};
use crate::calendar::Clock;
use crate::error::Result;
use crate::store::Place;
use crate::store::moving::{self, Moved, Progress, Upgrade};

/// Moves a credit state to an empty store, checks it there, and leaves the old store; or copies it when `keep` is set, and
/// the old store stays in use. A move that was broken off is gone on with by calling this again.
///
/// `progress` is told how far it is, and stops the move by answering `false`. The key that personal numbers are hashed
/// with is not in a store: see [`key_beside`].
///
/// # Errors
/// `State` when the new store holds something else, or the old one was left already; `Cancelled`; those of the stores.
pub fn move_state(from: &Place, to: &Place, keep: bool, progress: &mut dyn FnMut(&Progress) -> bool) -> Result<Moved> {
    moving::move_state(from, to, keep, SystemClock.now(), progress)
}

/// Makes the tables of a store, or brings them up to what this library knows.
///
/// # Errors
/// Those of the store.
pub fn make_tables(store: &Place) -> Result<Upgrade> {
    moving::make_tables(store)
}

/// The file beside a store that holds its key, if there is one.
pub fn key_beside(store: &Place) -> Option<PathBuf> {
    let Place::File(path) = store;
    Some(keeper::key_beside(path)).filter(|key| key.exists())
}
