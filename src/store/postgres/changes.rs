//! What other hosts wrote: the change log, read now and then, and what memory may be believed for it.
//!
//! Every write of an account leaves a row in `change`, in the same transaction. A host reads the rows of the transactions
//! that it has not seen the end of: numbers are given to transactions when they begin, so it goes on from the oldest that
//! was under way (`pg_snapshot_xmin`), and meets some rows twice. What it finds moves its pulse.
//!
//! So memory is true **as of** the last time the log was read, and that is a lease: when the server cannot be reached it
//! runs out, whatever else. Nobody reads the log between calls; a check whose lease is half over reads it first, for all
//! accounts at once, and those beside it do not wait.
//!
//! No notification is sent inside a write: PostgreSQL makes all commits that notify wait for each other.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant as Deadline};

use tokio_postgres::types::Type;

use super::fault::Outcome;
use super::pool::Pool;
use crate::calendar::Instant;
use crate::credit::AccountId;
use crate::store::lock;
use crate::store::pulse::Pulse;

/// How long a reading of the log may take while the lease has not run out.
const SHORT_WAIT: Duration = Duration::from_millis(250);
/// A host that has not read the log for so long forgets everything: rows may have been deleted.
const LONGEST_GAP: Duration = Duration::from_secs(300);
/// How often a host deletes rows that are of no use to anybody.
const CLEANING: Duration = Duration::from_secs(60);

/// The key of the lock of the host that deletes them.
const CLEANER: i64 = 0x6f62_6c67_0000_0003;

/// Where a host stands in the log.
#[derive(Default)]
struct Place {
    /// The oldest transaction that was under way, and the log's token; `None` before the first reading.
    from: Option<(u64, String)>,
    /// What was met of transactions that were not all at an end: transaction and account.
    met: BTreeSet<(u64, i64)>,
    read: Option<Deadline>,
    /// When it last could not be read: it is not tried again at once.
    failed: Option<Deadline>,
    cleaned: Option<Deadline>,
}

/// The place while somebody reads on from it; put back when dropped.
struct Taken<'a> {
    changes: &'a Changes,
    place: Place,
}

impl Deref for Taken<'_> {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

impl DerefMut for Taken<'_> {
    fn deref_mut(&mut self) -> &mut Place {
        &mut self.place
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *lock(&self.changes.place) = Some(std::mem::take(&mut self.place));
        self.changes.put_back.notify_one();
    }
}

/// What a host hears of others.
pub(super) struct Changes {
    pub(super) pulse: Pulse,
    /// `None` while somebody reads on.
    place: Mutex<Option<Place>>,
    put_back: Condvar,
    /// As of when everything was heard, by the clock of the engine; `i64::MIN` before.
    heard: AtomicI64,
    /// The same by a clock that nobody sets: milliseconds after `began`. It is written first.
    heard_after: AtomicI64,
    began: Deadline,
}

impl Changes {
    pub(super) fn new() -> Self {
        let place = Mutex::new(Some(Place::default()));
        let (heard, heard_after) = (AtomicI64::new(i64::MIN), AtomicI64::new(0));
        Self { pulse: Pulse::new(), place, put_back: Condvar::new(), heard, heard_after, began: Deadline::now() }
    }

    /// As of when every write of every host is in the pulse. Reads the log when half of `oldest_ms` is over, before the
    /// deadline.
    pub(super) fn heard(
        &self,
        pool: &Pool,
        host: i64,
        now: Instant,
        oldest_ms: i64,
        deadline: Deadline,
    ) -> Option<Instant> {
        self.mind_the_clock(now, oldest_ms);
        let age = || self.age(now);
        let as_of = || self.as_of(now, oldest_ms);
        if age() <= oldest_ms / 2 {
            return as_of();
        }
        let still_good = age() <= oldest_ms;
        // Who can do with what was heard does not wait for somebody who reads already.
        let patience = if still_good { Deadline::now() } else { deadline };
        let Some(mut place) = self.take(patience) else { return as_of() };
        let since = |at: Option<Deadline>| at.map_or(Duration::MAX, |at| at.elapsed());
        let rest = Duration::from_millis(u64::try_from(oldest_ms / 8).unwrap_or(0));
        if age() <= oldest_ms / 2 || since(place.failed) < rest {
            return as_of();
        }
        let deadline = if still_good { deadline.min(Deadline::now() + SHORT_WAIT) } else { deadline };
        if since(place.read) > LONGEST_GAP {
            place.from = None;
        }
        let after = self.elapsed();
        match self.read(pool, host, &mut place, deadline) {
            Ok(()) => {
                self.heard_after.store(after, Relaxed);
                self.heard.store(now.0, Release);
                Some(now)
            }
            Err(_) => {
                place.failed = Some(Deadline::now());
                as_of()
            }
        }
    }

    /// Milliseconds since everything was heard: the more, if the clock of the engine and the one that nobody sets differ.
    /// So a clock that jumps back makes nothing younger.
    fn age(&self, now: Instant) -> i64 {
        match Instant(self.heard.load(Acquire)) {
            Instant(i64::MIN) => i64::MAX,
            heard => now.since(heard).max(self.elapsed() - self.heard_after.load(Relaxed)),
        }
    }

    /// As of when everything was heard, by the clock of the engine as it goes now.
    fn as_of(&self, now: Instant, oldest_ms: i64) -> Option<Instant> {
        let heard = Some(Instant(self.heard.load(Acquire))).filter(|at| at.0 != i64::MIN)?;
        let age = self.age(now);
        Some(if age <= oldest_ms { heard.min(now) } else { heard.min(Instant(now.0.saturating_sub(age))) })
    }

    /// Forgets what memory holds, and when it was heard of others, when the clock was set back since: by that clock nobody
    /// can tell any more how old it is. A call that began before another one heard is not taken for that.
    fn mind_the_clock(&self, now: Instant, oldest_ms: i64) {
        let heard = self.heard.load(Acquire);
        let jumped = heard != i64::MIN && heard.saturating_sub(now.0) > oldest_ms / 2;
        if jumped && self.heard.compare_exchange(heard, i64::MIN, AcqRel, Relaxed).is_ok() {
            self.pulse.all_moved();
        }
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Finds out where the log ends now, so that what is read from here on need not be forgotten when it is first heard
    /// what others wrote. If it cannot be found out, it will be.
    pub(super) fn begin(&self, pool: &Pool, host: i64, deadline: Deadline) {
        if let Some(mut place) = self.take(deadline) {
            let _ = self.read(pool, host, &mut place, deadline);
        }
    }

    /// Takes the place, to read on from it, as soon as nobody else does; `None` when that is not before the deadline.
    fn take(&self, deadline: Deadline) -> Option<Taken<'_>> {
        let mut place = lock(&self.place);
        loop {
            if let Some(place) = place.take() {
                return Some(Taken { changes: self, place });
            }
            let left = deadline.saturating_duration_since(Deadline::now());
            if left.is_zero() {
                return None;
            }
            place = self.put_back.wait_timeout(place, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn read(&self, pool: &Pool, host: i64, place: &mut Place, deadline: Deadline) -> Outcome<()> {
        if place.cleaned.is_none_or(|at| at.elapsed() > CLEANING) {
            place.cleaned = Some(Deadline::now());
            let keep = i64::try_from(2 * LONGEST_GAP.as_secs()).unwrap_or(i64::MAX);
            pool.with(deadline, |connection| {
                connection.call_once(
                    deadline,
                    // One host at a time, since two that meet each other's rows might wait in a circle.
                    "WITH cleaned AS (
                         DELETE FROM change WHERE at < clock_timestamp() - $1 * interval '1 second'
                             AND (SELECT pg_try_advisory_xact_lock($2)))
                     INSERT INTO pulse (id, token) VALUES (0, gen_random_uuid()) ON CONFLICT (id) DO NOTHING",
                    &[(&keep, Type::INT8), (&CLEANER, Type::INT8)],
                )
            })?;
        }
        let began = Deadline::now();
        // Before the first reading there is nothing to go on from: the newest number there can be finds no row.
        let from = place.from.as_ref().map_or_else(|| i64::MAX.to_string(), |(from, _)| from.to_string());
        let rows = pool.with(deadline, |connection| {
            connection.read_once(
                deadline,
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, (SELECT token::text FROM pulse),
                     array_agg(xid::text), array_agg(account), array_agg(pooled)
                 FROM change WHERE xid >= $1::text::xid8 AND host <> $2",
                &[(&from, Type::TEXT), (&host, Type::INT8)],
            )
        })?;
        let Some(row) = rows.first() else { return Ok(()) };
        let column = |at: usize| row.try_get::<_, Option<String>>(at).ok().flatten();
        let number = |text: &str| text.parse::<u64>().unwrap_or(0);
        let (upto, token) = (column(0).map_or(0, |xmin| number(&xmin)), column(1).unwrap_or_default());
        let same_log = place.from.as_ref().is_some_and(|(_, kept)| *kept == token && !token.is_empty());
        if same_log {
            let list = |at: usize| row.try_get::<_, Option<Vec<i64>>>(at).ok().flatten().unwrap_or_default();
            let of: Vec<String> = row.try_get::<_, Option<Vec<String>>>(2).ok().flatten().unwrap_or_default();
            for ((of, account), pooled) in of.iter().zip(list(3)).zip(list(4)) {
                if place.met.insert((number(of), account)) {
                    self.note(account, pooled != 0);
                }
            }
            place.met = place.met.split_off(&(upto, i64::MIN));
        } else {
            // What was written since the log was last read, or since it was lost with a server, nobody knows.
            self.pulse.all_moved();
            place.met.clear();
            place.cleaned = place.cleaned.filter(|_| !token.is_empty());
        }
        place.from = Some((upto, token));
        place.read = Some(began);
        Ok(())
    }

    fn note(&self, account: i64, pooled: bool) {
        match u32::try_from(account) {
            Ok(id) if id != 0 => self.pulse.moved(AccountId(id), pooled),
            _ => self.pulse.all_moved(),
        }
    }
}
