//! The credit state in a PostgreSQL server: one state for many hosts.
//!
//! What the tables mean is shared with SQLite (`store/sql`). What is the server's own stands here:
//!
//! - the wire: [`address`] understands the URL, [`pool`] hands out connections, [`connection`] is one of them with a
//!   transaction on it, [`session`] and [`socket`] lie below it, [`fault`] says what a server's errors mean, and [`rows`]
//!   makes it the rows' database;
//! - the tables and functions: [`schema`];
//! - a step: callers that want the same account written wait in one queue, and the first of them takes the others along.
//!   [`once`] writes in one round trip what can be decided on what is [`known`]; [`locked`] does the rest;
//! - a move of the whole state: [`house`].
//!
//! Nothing here outlives a call but open connections.

mod address;
mod call;
mod changes;
mod connection;
mod facts;
mod fault;
mod house;
mod known;
mod locked;
mod once;
mod pool;
mod rows;
mod schema;
mod session;
mod socket;
// They look behind the public interface, and need what is in that folder: servers, and a fork.
#[cfg(all(test, unix))]
#[path = "../../../tests/postgres_connection/mod.rs"]
mod tests;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant as Deadline};

use tokio_postgres::types::Type;

use super::group::{Job, Pace, Turn, panicked};
use super::moving::{Doors, Open};
use super::pulse::Pulse;
use super::sql::database::{Database, READ_WAIT};
use super::sql::fault::{Fault, Outcome};
use super::sql::load::RowLoader;
use super::sql::{Sql, Touched, Writing, card, carry_out, query, step};
use super::{AccountRef, Ask, Facts, Loader, Made, Step, Steps, Verification, Watch, forked, sqlite};
use crate::calendar::{Day, Instant};
use crate::credit::AccountId;
use crate::error::{Error, ErrorKind, Result};
use address::Address;
use changes::Changes;
use connection::{Access, Connection};
use known::{Known, KnownAccount};
use locked::Named;
use once::Came;
use pool::Pool;
use rows::Rows;

/// Callers of one account whose steps share a round trip, at most.
const BATCH_JOBS: usize = 64;
/// How often steps are decided anew because others wrote the account, before it is locked first.
const TRIPS: usize = 4;
/// How many batches must meet nothing that others wrote, until it is taken that nobody else writes.
const ALONE: u16 = 1_000;
/// How long each statement of a load may take once the load has begun.
const LOAD_STATEMENT: Duration = Duration::from_secs(60);
/// What account a change is noted under that may be any.
const EVERY_ACCOUNT: AccountId = AccountId(0);

/// How a server's store is opened.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether to make the tables if they are not there.
    pub create: bool,
    /// How long opening may take.
    pub wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { create: false, wait: Duration::from_secs(10) }
    }
}

/// The store in a PostgreSQL server. Any thread may call it; dropping it closes its connections.
pub struct PostgresStore {
    /// The process it was opened in; a forked child must touch nothing else of it.
    process: u32,
    pool: Pool,
    /// A number that tells this store's writes from those of others.
    host: i64,
    changes: Changes,
    known: Known,
    watch: Option<Watch>,
    /// Above 0 when accounts were seen to be written, or their pools used, by others not long ago: how many batches must
    /// meet nothing of that until decisions are written on exact facts only.
    others_write: AtomicU16,
    single_trips: AtomicU64,
}

/// Whether a store is named by a URL of a server, and not by a file's path.
pub fn is_url(store: &str) -> bool {
    Address::is_url(store)
}

/// Whether a URL holds a password.
pub fn has_password(url: &str) -> bool {
    Address::parse(url).is_ok_and(|address| address.password.is_some())
}

/// A URL as it may be shown: hosts and database.
pub fn shown(url: &str) -> String {
    Address::parse(url).map_or_else(|_| "postgresql://".to_owned(), |address| address.to_string())
}

/// Makes the tables in the database a URL names, or brings them up to what this library needs. The user must own them.
///
/// # Errors
/// `Config` for the URL; `TooNew`; `Io` when the user may not; `Undetermined`.
pub fn migrate(url: &str, wait: Duration) -> Result<Made> {
    let pool = Pool::new(Address::parse(url)?);
    let deadline = Deadline::now() + wait;
    Ok(pool.with(deadline, |connection| {
        connection.begin(Access::Write, deadline, Some(LOAD_STATEMENT))?;
        let made = schema::bring_up(connection)?;
        connection.commit()?;
        Ok::<_, fault::Fault>(made)
    })?)
}

impl PostgresStore {
    /// Opens the store a URL names.
    ///
    /// # Errors
    /// `Config` for the URL, a wrong password or a certificate, and when the state moved to another store or a move into
    /// this one was not finished; `NotFound` when there are no tables and none were to be made; `Unsupported` when they
    /// are older than this library needs; `TooNew`; `Undetermined`.
    pub fn open(url: &str, options: Options) -> Result<Self> {
        let store = Self::at(url)?;
        let deadline = Deadline::now() + options.wait;
        let checked = store.pool.with(deadline, |connection| {
            connection.begin(Access::Read, deadline, None)?;
            schema::check(connection)?;
            card::usable(&Rows::reading(connection))
        });
        match checked {
            Err(Fault(error)) if options.create && error.kind() == ErrorKind::NotFound => {
                migrate(url, options.wait)?;
            }
            result => result?,
        }
        store.changes.begin(&store.pool, store.host, deadline);
        Ok(store)
    }

    fn at(url: &str) -> Result<Self> {
        let address = Address::parse(url)?;
        let mut number = [0_u8; 8];
        getrandom::fill(&mut number)
            .map_err(|error| Error::new(ErrorKind::Io, format!("the machine gives no random numbers: {error}")))?;
        Ok(Self {
            process: std::process::id(),
            pool: Pool::new(address),
            host: i64::from_ne_bytes(number),
            changes: Changes::new(),
            known: Known::default(),
            watch: None,
            others_write: AtomicU16::new(0),
            single_trips: AtomicU64::new(0),
        })
    }

    /// Requests that were answered in one round trip each, or that shared one, since the store was opened.
    pub fn single_trips(&self) -> u64 {
        self.single_trips.load(Relaxed)
    }

    fn same_process(&self) -> Result<()> {
        if self.process == std::process::id() { Ok(()) } else { Err(forked()) }
    }

    /// Runs a transaction that writes, again when it failed only because of what others did at the same time. `first` is
    /// done before everything else, to take locks. What waited in a circle is tried again alone, or it might for ever.
    fn writing<T>(
        &self,
        deadline: Deadline,
        each: Option<Duration>,
        first: impl Fn(&Rows<'_>) -> Outcome<()>,
        mut work: impl FnMut(Writing<'_>) -> Outcome<T>,
    ) -> Result<T> {
        self.same_process()?;
        let in_a_circle = Cell::new(false);
        loop {
            let again = Cell::new(false);
            let result = self.pool.with(deadline, |connection| {
                connection.begin(Access::Write, deadline, each)?;
                let rows = Rows::writing(connection);
                let touched = Touched::default();
                let mut written = Vec::new();
                let result = rows
                    .enter()
                    .and_then(|()| if in_a_circle.get() { locked::alone(&rows) } else { Ok(()) })
                    .and_then(|()| first(&rows))
                    .and_then(|()| work(Writing { sql: &rows, watch: self.watch.as_ref(), touched: &touched }))
                    .and_then(|value| {
                        written = touched.take();
                        if !rows.holds_pools() && written.iter().any(|(_, pooled)| *pooled) {
                            rows.begin_anew();
                            return Err(locked::overtaken().into());
                        }
                        self.note(&rows, &written)?;
                        connection.commit().map_err(|refused| rows.refused(refused))?;
                        Ok(value)
                    });
                // Whatever came of it: this host does not read its own rows of the log.
                written.iter().for_each(|(id, pooled)| self.changes.pulse.moved(*id, *pooled));
                again.set(rows.may_be_tried_again());
                in_a_circle.set(in_a_circle.get() || rows.was_in_a_circle());
                result
            });
            match result {
                Err(_) if again.get() && Deadline::now() < deadline => {}
                result => return Ok(result?),
            }
        }
    }

    /// Notes which accounts were written, for the memory of other hosts.
    fn note(&self, rows: &Rows<'_>, touched: &[(AccountId, bool)]) -> Outcome<()> {
        if touched.is_empty() {
            return Ok(());
        }
        let accounts: Vec<i64> = touched.iter().map(|(id, _)| id.0.into()).collect();
        let pooled: Vec<i64> = touched.iter().map(|(_, pooled)| i64::from(*pooled)).collect();
        rows.connection
            .execute(
                "INSERT INTO change (host, account, pooled) SELECT $1, a, p FROM unnest($2, $3) AS written (a, p)",
                &[(&self.host, Type::INT8), (&accounts, Type::INT8_ARRAY), (&pooled, Type::INT8_ARRAY)],
            )
            .map(drop)
            .map_err(|refused| rows.refused(refused))
    }

    /// Carries out jobs under locks, in one transaction.
    fn under_locks(&self, jobs: &[Job], deadline: Deadline) -> Result<Vec<Steps>> {
        let named = Named::of(jobs.iter().flat_map(|job| &job.steps));
        self.writing(
            deadline,
            None,
            |rows| named.lock(rows),
            |to| jobs.iter().map(|job| carry_out(to, &job.steps, job.all_or_nothing)).collect(),
        )
    }

    /// The account all steps of a job are about, if they are about one that is known or can be read.
    fn one_account(&self, job: &Job, deadline: Deadline) -> Result<Option<AccountId>> {
        let Some(first) = job.steps.first().filter(|_| !job.all_or_nothing) else { return Ok(None) };
        if job.steps.iter().any(|step| step.ask.account != first.ask.account) {
            return Ok(None);
        }
        match self.known.id_of(&first.ask.account) {
            Some(id) => Ok(Some(id)),
            None => Ok(self.learn(&first.ask, deadline)?.map(|known| known.account.facts.id)),
        }
    }

    /// Reads an account and keeps it as known.
    fn learn(&self, ask: &Ask, deadline: Deadline) -> Result<Option<KnownAccount>> {
        let found = self.pool.with(deadline, |connection| facts::read(connection, ask, deadline))?;
        let Some((known, _)) = found else { return Ok(None) };
        self.known.keep(known.clone());
        Ok(Some(known))
    }

    /// Carries out the leader's own job and those of the callers behind it. Returns the answer to its own.
    fn lead(&self, id: AccountId, lead: &super::group::Lead<'_>, own: Job, deadline: Deadline) -> Result<Steps> {
        lead.gather();
        let began = Deadline::now();
        let (mut jobs, mut waiters) = (vec![own], Vec::new());
        while let Some((waiter, job)) = (jobs.len() < BATCH_JOBS).then(|| lead.next_job()).flatten() {
            waiters.push(waiter);
            jobs.push(job);
        }
        let result = caught(|| self.batch(id, &jobs, deadline));
        lead.note(Pace { callers: jobs.len(), took: began.elapsed() });
        let lost = || Err(Error::new(ErrorKind::Internal, "a request was not carried out"));
        match result {
            Ok(answers) => {
                let mut answers = answers.into_iter();
                let own = answers.next().map_or_else(lost, Ok);
                for waiter in waiters {
                    waiter.tell(answers.next().map_or_else(lost, Ok));
                }
                own
            }
            Err(error) => {
                for waiter in waiters {
                    waiter.tell(Err(error.clone()));
                }
                Err(error)
            }
        }
    }

    fn batch(&self, id: AccountId, jobs: &[Job], deadline: Deadline) -> Result<Vec<Steps>> {
        let Some(ask) = jobs.first().and_then(|job| job.steps.first()).map(|step| &step.ask) else {
            return self.under_locks(jobs, deadline);
        };
        // Whatever comes of it, the account is not as it was.
        let mut known = self.known.take(id);
        for _ in 0..TRIPS {
            let account = match known.take() {
                Some(account) => account,
                None => match self.learn(&Ask { account: AccountRef::Id(id), ..ask.clone() }, deadline)? {
                    Some(account) => account,
                    None => break,
                },
            };
            let stamp = self.changes.pulse.stamp(id);
            let pooled = !account.account.pools.is_empty();
            let others_write = self.others_write.load(Relaxed);
            let came = self.pool.with(deadline, |connection| {
                once::write(connection, self.host, jobs, &account, self.watch.as_ref(), others_write > 0, deadline)
            });
            match came {
                Ok(Came::Written { mut answers, now, others_wrote }) => {
                    self.others_write.store(if others_wrote { ALONE } else { others_write.saturating_sub(1) }, Relaxed);
                    // The last answer tells the account as it is now, unless somebody wrote it in between.
                    let changed = now.account.facts.version != account.account.facts.version;
                    if changed {
                        self.changes.pulse.moved(id, pooled);
                    }
                    if let Some(Ok(last)) = answers.last_mut().and_then(|steps| steps.answers.last_mut()) {
                        last.stamp = Some(if changed { stamp.after_a_write(pooled) } else { stamp });
                    }
                    self.known.keep(now);
                    let count = u64::try_from(jobs.len()).unwrap_or(u64::MAX);
                    self.single_trips.fetch_add(count, Relaxed);
                    return Ok(answers);
                }
                Ok(Came::OthersOrdered(now)) => {
                    self.others_write.store(ALONE, Relaxed);
                    known = Some(now);
                }
                Ok(Came::FactsMoved) => {}
                Ok(Came::Elsewhere) => break,
                Err(refused) if refused.retry => break,
                // What one of them wants written cannot be; apart from each other only that one fails.
                Err(refused) if refused.error.kind() == ErrorKind::Argument => break,
                Err(refused) => {
                    self.changes.pulse.moved(id, pooled);
                    return Err(refused.error);
                }
            }
        }
        self.under_locks(jobs, deadline)
    }
}

/// Does work that runs plans, which may panic.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(payload)))
}

impl Database for PostgresStore {
    fn read<T>(&self, wait: Duration, work: impl FnOnce(&dyn Sql) -> Outcome<T>) -> Result<T> {
        self.same_process()?;
        let deadline = Deadline::now() + wait;
        let result = self.pool.with(deadline, |connection: &Connection| {
            connection.begin(Access::Read, deadline, None)?;
            let rows = Rows::reading(connection);
            card::usable(&rows)?;
            let value = work(&rows)?;
            Ok::<_, Fault>(value)
        });
        Ok(result?)
    }

    fn write<T>(&self, deadline: Deadline, work: impl FnMut(Writing<'_>) -> Outcome<T>) -> Result<T> {
        self.writing(deadline, None, |_| Ok(()), work)
    }

    fn write_accounts<T>(&self, deadline: Deadline, mut work: impl FnMut(Writing<'_>) -> Outcome<T>) -> Result<T> {
        self.writing(deadline, None, locked::alone, |to| {
            // What is written of a pool is a fact of all its accounts, and no write of any.
            to.touched.note(EVERY_ACCOUNT, true);
            work(to)
        })
    }

    fn check_database(&self, _found: &mut Verification) -> Result<()> {
        // The server checks its own pages and keeps its own constraints.
        self.same_process()
    }

    fn pulse(&self) -> &Pulse {
        &self.changes.pulse
    }

    fn heard(&self, now: Instant, oldest_ms: i64, deadline: Deadline) -> Option<Instant> {
        self.same_process().ok()?;
        self.changes.heard(&self.pool, self.host, now, oldest_ms, deadline)
    }

    fn set_watch(&mut self, watch: Watch) {
        self.watch = Some(watch);
    }

    fn facts(&self, ask: &Ask, deadline: Deadline) -> Result<Facts> {
        self.same_process()?;
        let found = self.pool.with(deadline, |connection| facts::read(connection, ask, deadline))?;
        if let Some((known, chain)) = found {
            let told = facts::told(&known, chain, ask);
            self.known.meet(known);
            if let Some(told) = told {
                return Ok(told);
            }
        }
        let left = deadline.saturating_duration_since(Deadline::now());
        Database::read(self, left, |sql| step::facts(sql, ask))
    }

    fn step(&self, steps: Vec<Step>, all_or_nothing: bool, deadline: Deadline) -> Result<Steps> {
        self.same_process()?;
        if steps.is_empty() {
            return Ok(Steps { written: true, answers: Vec::new() });
        }
        let job = Job { steps, all_or_nothing };
        let Some(id) = self.one_account(&job, deadline)? else {
            let answers = caught(|| self.under_locks(&[job], deadline))?;
            return answers
                .into_iter()
                .next()
                .ok_or_else(|| Error::new(ErrorKind::Internal, "a request was not carried out"));
        };
        let queue = self.known.queue(id);
        let result = match queue.enter(Some(job), deadline) {
            Err(error) => Err(error),
            Ok(Turn::Done(result)) => result,
            Ok(Turn::Lead(lead, Some(job))) => self.lead(id, &lead, job, deadline),
            Ok(Turn::Lead(_, None)) => Err(Error::new(ErrorKind::Internal, "a request was lost in the queue")),
        };
        self.known.leave(id, queue);
        result
    }

    fn load(
        &self,
        at: Instant,
        today: Day,
        work: &mut dyn FnMut(&mut dyn Loader) -> Result<()>,
        deadline: Deadline,
    ) -> Result<()> {
        self.same_process()?;
        let result = self.pool.with(deadline, |connection| {
            connection.begin(Access::Write, deadline, Some(LOAD_STATEMENT))?;
            let rows = Rows::writing(connection);
            rows.enter()?;
            locked::alone(&rows)?;
            connection.keep_statements();
            let touched = Touched::default();
            let mut loader =
                RowLoader::new(Writing { sql: &rows, watch: self.watch.as_ref(), touched: &touched }, at, today);
            work(&mut loader)?;
            self.same_process()?;
            loader.flush()?;
            self.note(&rows, &[(EVERY_ACCOUNT, true)])?;
            Ok::<_, Fault>(connection.commit()?)
        });
        self.changes.pulse.all_moved();
        Ok(result?)
    }

    fn expire(&self, now: Instant, most: u32, deadline: Deadline) -> Result<u32> {
        let wait = deadline.saturating_duration_since(Deadline::now()).min(READ_WAIT);
        let mut left = most;
        for id in Database::read(self, wait, |sql| query::accounts_with_expired(sql, now, most))? {
            if left == 0 {
                break;
            }
            let who = AccountRef::Id(id);
            let named = Named::account(&who, now);
            let took = self.writing(deadline, None, |rows| named.lock(rows), |to| step::expire(to, &who, now, left))?;
            left = left.saturating_sub(took);
        }
        Ok(most - left)
    }

    fn backup(&self, to: &Path) -> Result<()> {
        self.leave(false, &mut |sql| sqlite::make(&Open(sql), to))
    }
}
