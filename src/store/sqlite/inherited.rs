//! What a forked child inherits, and how it lets go of it.
//!
//! SQLite keeps one list of open files for the whole process, with the locks it believes to hold. A child inherits the
//! list but not the locks; were it to open the same store over that, it would run without locks, and lose rows. So the
//! connections of all stores are listed here, and the child closes those of its parent before it opens its first.
//! Closing them in the child touches no file: they are at rest, and the log is left alone.
//!
//! A connection that was in the middle of a long transaction when the process forked cannot be closed. The child may
//! open every other store, but not that one.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::connections::Connections;
use super::fork_gate::{self, Pass};
use crate::error::{Error, ErrorKind, Result};
use crate::store::lock;

/// Locked only inside a pass, so a child made by a clean fork finds it free.
static OPEN: Mutex<Vec<Arc<Connections>>> = Mutex::new(Vec::new());

/// Makes sure that this process may use SQLite on this file, after letting go of what a parent left.
///
/// # Errors
/// `Forked`, with what to do.
pub(super) fn admit(store: &Path, _pass: &Pass) -> Result<()> {
    if !fork_gate::admit() {
        return Err(Error::new(
            ErrorKind::Forked,
            "the process was forked while a call was running in the store, so SQLite cannot be used in this child; \
             fork before the first engine is opened, or when no call is running",
        ));
    }
    let this = std::process::id();
    let mut open = lock(&OPEN);
    open.retain(|connections| {
        let keep = connections.process == this || connections.has_long_calls();
        if !keep {
            connections.close_quietly();
        }
        keep
    });
    if open.iter().any(|connections| connections.process != this && connections.store == store) {
        return Err(Error::new(
            ErrorKind::Forked,
            "the process was forked while an import, a backup or a check was running on this store, so it cannot be \
             opened in this child; fork when none is running",
        ));
    }
    Ok(())
}

/// Lists the connections of a store, so that a child can find them.
pub(super) fn enlist(connections: &Arc<Connections>, _pass: &Pass) {
    lock(&OPEN).push(Arc::clone(connections));
}

/// Takes them off the list.
pub(super) fn strike(connections: &Arc<Connections>, _pass: &Pass) {
    lock(&OPEN).retain(|other| !Arc::ptr_eq(other, connections));
}

/// In a child, right after the fork: closes the parent's lock files, whose locks parent and child would share.
pub(super) fn drop_lock_files() {
    if let Ok(open) = OPEN.try_lock() {
        for connections in open.iter() {
            connections.writer_lock.abandon();
        }
    }
}
