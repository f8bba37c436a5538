//! The connections of one engine: at most so many, opened when needed and kept for the next call.
//!
//! There is no thread that keeps them fresh. One that lay for long is closed, and one that the server closed meanwhile
//! is noticed, when it would be used. When a server turns out to be gone, all that lie here are closed: those to the
//! same server are no better, and after a failover the next is opened to the server that took over.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::address::Address;
use super::connection::Connection;
use super::fault::{Fault, Outcome, left};
use super::forked;

/// A connection that lay unused for so long is closed and not used again: a firewall may have forgotten it.
const STALE: Duration = Duration::from_secs(240);

/// The connections of one engine. Shared by threads; in a forked child every use is refused.
pub(super) struct Pool {
    pub(super) address: Address,
    /// The process it was made in.
    process: u32,
    slots: Mutex<Slots>,
    given_back: Condvar,
    /// The host that took the last connection: in a failover the ones before it in the URL may be dead, and each would
    /// cost its share of the time.
    likely: AtomicUsize,
}

struct Slots {
    /// At rest, the one used last on top, each with the moment it came back.
    idle: Vec<(Connection, Instant)>,
    /// In use or being opened.
    lent: usize,
}

/// One of the connections that may be open, given back when dropped.
struct Slot<'a>(&'a Pool);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        // In a child the lock may be held for ever by a thread that it does not have.
        if self.0.own().is_ok() {
            self.0.lock().lent -= 1;
            self.0.given_back.notify_one();
        }
    }
}

impl Pool {
    /// A pool without connections: nothing is opened before it is needed.
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            process: std::process::id(),
            slots: Mutex::new(Slots { idle: Vec::new(), lent: 0 }),
            given_back: Condvar::new(),
            likely: AtomicUsize::new(0),
        }
    }

    /// Does some work on a connection, and waits for one until the deadline. What the work leaves of a transaction is
    /// rolled back.
    ///
    /// # Errors
    /// `Forked`; `Undetermined` when all connections are in use until the deadline; those of opening one; and those of
    /// the work.
    pub(super) fn with<T, E: From<Fault>>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&Connection) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let (connection, slot) = self.lend(deadline)?;
        let outcome = work(&connection);
        connection.rollback();
        self.put_back(connection);
        drop(slot);
        outcome
    }

    fn lend(&self, deadline: Instant) -> Outcome<(Connection, Slot<'_>)> {
        let (mut idle, slot) = self.wait(deadline)?;
        while let Some(connection) = idle {
            if connection.is_alive() {
                return Ok((connection, slot));
            }
            // The server may have restarted, and closed them all.
            drop(connection);
            idle = self.lock().take_idle();
        }
        let connection = Connection::open(&self.address, self.likely.load(Relaxed), deadline)?;
        self.likely.store(connection.host, Relaxed);
        Ok((connection, slot))
    }

    /// Waits for a free slot, and takes an idle connection along with it.
    fn wait(&self, deadline: Instant) -> Outcome<(Option<Connection>, Slot<'_>)> {
        self.own()?;
        let mut slots = self.lock();
        while slots.lent >= self.address.connections {
            let left = left(deadline);
            if left.is_zero() {
                return Err(Fault::late(&format!(
                    "all {} connections of this engine to the PostgreSQL server were in use until the deadline, so \
                     nothing was done (connections= in the store's URL sets how many there may be)",
                    self.address.connections
                )));
            }
            slots = self.given_back.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        slots.lent += 1;
        let (idle, slot) = (slots.take_idle(), Slot(self));
        let stale = slots.take_stale();
        // Closed outside the lock: it takes a moment.
        drop(slots);
        drop(stale);
        Ok((idle, slot))
    }

    fn put_back(&self, connection: Connection) {
        if self.own().is_err() {
            return;
        }
        if connection.is_gone() {
            let idle = std::mem::take(&mut self.lock().idle);
            drop(idle);
        } else if connection.is_at_rest() {
            self.lock().idle.push((connection, Instant::now()));
        }
    }

    /// Locks. Nothing behind the lock is ever changed half, so a thread that panicked left it whole.
    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own(&self) -> Outcome<()> {
        if self.process == std::process::id() { Ok(()) } else { Err(forked().into()) }
    }
}

impl Slots {
    fn take_idle(&mut self) -> Option<Connection> {
        let (connection, since) = self.idle.pop()?;
        // Those below it have lain for longer; they are taken out as stale by the next call.
        (since.elapsed() < STALE).then_some(connection)
    }

    fn take_stale(&mut self) -> Vec<(Connection, Instant)> {
        let fresh = self.idle.partition_point(|(_, since)| since.elapsed() >= STALE);
        let rest = self.idle.split_off(fresh);
        std::mem::replace(&mut self.idle, rest)
    }
}
