//! The store in one SQLite file: on a local disk, for all processes of one machine.
//!
//! Writes go through one door: the caller gets the lead among the threads of its process ([`super::group`]), then the writer
//! file among processes ([`guard`]), then SQLite's own lock. Reads take a connection and go on beside. Everything that
//! calls SQLite does so inside a pass of [`fork_gate`].
//!
//! Settings: write-ahead log, `synchronous=FULL` (a granted reservation survives a power loss), foreign keys, no trust
//! in the schema, no memory-mapped reads (an error of the disk would kill the host).

mod backup;
mod batch;
mod check;
mod connection;
mod connections;
mod fault;
pub mod fork_gate;
mod guard;
mod heap;
mod house;
mod inherited;
mod open;
mod schema;
mod shared_page;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant as Deadline};

use rusqlite::Connection;

pub(super) use house::make;
pub use open::Options;

use super::group::{Job, Lead, Queue, Turn};
use super::pulse::{Beat, Pulse};
use super::sql::database::{Database, READ_WAIT};
use super::sql::fault::{Fault, Outcome};
use super::sql::load::RowLoader;
use super::sql::{Sql, Touched, Writing, query, step, verify};
use super::{AccountRef, Loader, Step, Steps, Verification, Watch, forked};
use crate::calendar::{Day, Instant};
use crate::error::{Error, ErrorKind, Result};
use batch::{begin, command};
use connection::Loading;
use connections::{Connections, LONG_CALL_CACHE, Lent, cache, long_call_over};
use guard::{Held, OwnerFile};

/// The store in a SQLite file. Any thread may call it; dropping it closes the file.
pub struct SqliteStore {
    /// The process it was opened in; a forked child must touch nothing else of it.
    process: u32,
    connections: Arc<Connections>,
    owner: Option<OwnerFile>,
    queue: Queue,
    commits: AtomicU64,
    watch: Option<Watch>,
}

impl SqliteStore {
    fn writing<'a>(&'a self, sql: &'a dyn Sql, touched: &'a Touched<'a>) -> Writing<'a> {
        Writing { sql, watch: self.watch.as_ref(), touched }
    }

    /// What one transaction adds to the pulse. `_held` proves that no other process is at it.
    fn beat(&self, _held: &Held<'_>) -> Beat<'_> {
        Beat::begin(&self.connections.pulse)
    }

    /// Durable commits since the store was opened: fewer than the steps that were written, when callers shared them.
    pub fn commits(&self) -> u64 {
        self.commits.load(Relaxed)
    }

    fn same_process(&self) -> Result<()> {
        if self.process == std::process::id() { Ok(()) } else { Err(forked()) }
    }

    /// Reads at one moment.
    fn reading<T>(&self, wait: Duration, work: impl FnOnce(&Connection) -> Outcome<T>) -> Result<T> {
        self.same_process()?;
        let _pass = fork_gate::enter();
        let lent = self.connections.reader(wait)?;
        let attempt = || -> Outcome<T> {
            begin(&lent.sql, "BEGIN")?;
            let answer = work(&lent.sql)?;
            command(&lent.sql, "COMMIT")?;
            Ok(answer)
        };
        let result = attempt();
        if lent.sql.is_autocommit() || command(&lent.sql, "ROLLBACK").is_ok() {
            lent.put_back();
        }
        Ok(result?)
    }

    fn lead(&self, deadline: Deadline) -> Result<Lead<'_>> {
        self.same_process()?;
        match self.queue.enter(None, deadline)? {
            Turn::Lead(lead, _) => Ok(lead),
            Turn::Done(_) => Err(Error::new(ErrorKind::Internal, "the lead was answered like a request")),
        }
    }

    /// Writes alone, in one transaction.
    fn write_alone<T>(&self, deadline: Deadline, work: impl FnOnce(Writing<'_>, &Beat<'_>) -> Outcome<T>) -> Result<T> {
        let _lead = self.lead(deadline)?;
        let held = self.connections.writer_lock.acquire(deadline)?;
        let lent = self.connections.writer(&held, deadline)?;
        let beat = self.beat(&held);
        let attempt = || -> Outcome<T> {
            begin(&lent.sql, "BEGIN IMMEDIATE")?;
            let answer = work(self.writing(&lent.sql, &Touched::by(&beat)), &beat)?;
            self.commit(&lent.sql, &beat)?;
            Ok(answer)
        };
        let result = attempt();
        Self::settle(lent, result)
    }

    /// Hands the connection that writes to `work`, with no transaction on it, while nobody else writes. Between two turns
    /// a fork gets through.
    fn alone<T>(&self, deadline: Deadline, work: impl FnOnce(&Loading<'_>, &Held<'_>) -> Outcome<T>) -> Result<T> {
        let lead = self.lead(deadline)?;
        let mut held = self.connections.writer_lock.acquire(deadline)?;
        let lent = self.connections.writer(&held, deadline)?;
        let long_call = self.connections.long_call();
        held.leave_gate();
        cache(&lent.sql, LONG_CALL_CACHE);
        let result = work(&Loading::new(&lent.sql), &held);
        if self.same_process().is_err() {
            // The work came back in a forked child, which must touch none of what it holds.
            std::mem::forget((lent, held, lead, long_call));
            return Err(forked());
        }
        let _pass = fork_gate::enter();
        drop(long_call);
        long_call_over(&lent.sql);
        Self::settle(lent, result)
    }

    /// Hands a connection that reads to `work`, with a transaction on it that sees one moment, while others go on.
    fn aside<T>(&self, work: impl FnOnce(&Loading<'_>) -> Outcome<T>) -> Result<T> {
        self.same_process()?;
        let long_call = self.connections.long_call();
        let lent = {
            let _pass = fork_gate::enter();
            let lent = self.connections.reader(READ_WAIT)?;
            // A transaction begins with its first read.
            command(&lent.sql, "BEGIN")?;
            verify::total(&lent.sql)?;
            lent
        };
        let result = work(&Loading::new(&lent.sql));
        if self.same_process().is_err() {
            std::mem::forget((lent, long_call));
            return Err(forked());
        }
        let _pass = fork_gate::enter();
        drop(long_call);
        if command(&lent.sql, "COMMIT").is_ok() {
            lent.put_back();
        }
        Ok(result?)
    }

    /// Puts the writing connection back, after rolling back what was refused. One that failed is closed: the next write
    /// gets a new one.
    fn settle<T>(lent: Lent<'_>, result: Outcome<T>) -> Result<T> {
        let failed = [ErrorKind::Undetermined, ErrorKind::Store, ErrorKind::Io];
        let refused = |Fault(error): &Fault| !failed.contains(&error.kind());
        let well = match &result {
            Ok(_) => true,
            Err(fault) => refused(fault) && (lent.sql.is_autocommit() || command(&lent.sql, "ROLLBACK").is_ok()),
        };
        if well {
            lent.put_back();
        }
        Ok(result?)
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.same_process().is_err() {
            // The lock of the owner file is the parent's. Its descriptor closes with the field, which frees nothing.
            return;
        }
        let pass = fork_gate::enter();
        inherited::strike(&self.connections, &pass);
        match self.connections.writer_lock.acquire_now() {
            Some(held) => self.connections.close(&held),
            None => self.connections.close_quietly(),
        }
        if let Some(owner) = self.owner.take() {
            owner.give_back();
        }
    }
}

impl Database for SqliteStore {
    fn read<T>(&self, wait: Duration, work: impl FnOnce(&dyn Sql) -> Outcome<T>) -> Result<T> {
        self.reading(wait, |sql| work(sql))
    }

    fn write<T>(&self, deadline: Deadline, mut work: impl FnMut(Writing<'_>) -> Outcome<T>) -> Result<T> {
        self.write_alone(deadline, |to, _| work(to))
    }

    fn write_accounts<T>(&self, deadline: Deadline, mut work: impl FnMut(Writing<'_>) -> Outcome<T>) -> Result<T> {
        self.write_alone(deadline, |to, beat| {
            beat.note_pools();
            work(to)
        })
    }

    fn check_database(&self, found: &mut Verification) -> Result<()> {
        self.reading(READ_WAIT, |sql| {
            cache(sql, LONG_CALL_CACHE);
            let checked = check::file(sql, found);
            long_call_over(sql);
            checked
        })
    }

    fn pulse(&self) -> &Pulse {
        &self.connections.pulse
    }

    /// Every process of the machine writes to the same page.
    fn heard(&self, now: Instant, _oldest_ms: i64, _deadline: Deadline) -> Option<Instant> {
        Some(now)
    }

    fn set_watch(&mut self, watch: Watch) {
        self.watch = Some(watch);
    }

    fn step(&self, steps: Vec<Step>, all_or_nothing: bool, deadline: Deadline) -> Result<Steps> {
        self.same_process()?;
        match self.queue.enter(Some(Job { steps, all_or_nothing }), deadline)? {
            Turn::Done(result) => result,
            Turn::Lead(lead, Some(job)) => self.lead_batch(lead, job, deadline),
            Turn::Lead(_, None) => Err(Error::new(ErrorKind::Internal, "a request was lost in the queue")),
        }
    }

    fn load(
        &self,
        at: Instant,
        today: Day,
        work: &mut dyn FnMut(&mut dyn Loader) -> Result<()>,
        deadline: Deadline,
    ) -> Result<()> {
        self.alone(deadline, |sql, held| {
            sql.turn(&mut || begin(sql.connection(), "BEGIN IMMEDIATE"))?;
            let beat = self.beat(held);
            beat.note_pools();
            let touched = Touched::by(&beat);
            let mut loader = RowLoader::new(self.writing(sql, &touched), at, today);
            work(&mut loader)?;
            sql.turn(&mut || {
                loader.flush()?;
                self.commit(sql.connection(), &beat)
            })
        })
    }

    fn expire(&self, now: Instant, most: u32, deadline: Deadline) -> Result<u32> {
        self.write_alone(deadline, |to, _| {
            let mut left = most;
            for id in query::accounts_with_expired(to.sql, now, most)? {
                if left == 0 {
                    break;
                }
                left = left.saturating_sub(step::expire(to, &AccountRef::Id(id), now, left)?);
            }
            Ok(most - left)
        })
    }

    fn backup(&self, to: &Path) -> Result<()> {
        self.aside(|sql| backup::copy(sql.connection(), to))
    }
}
