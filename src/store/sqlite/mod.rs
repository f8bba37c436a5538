//! The store in one SQLite file: on a local disk, for all processes of one machine.
//!
//! Writes go through one door: the caller gets the lead among the threads of its process ([`group`]), then the writer
//! file among processes ([`guard`]), then SQLite's own lock. Reads take a connection and go on beside. Everything that
//! calls SQLite does so inside a pass of [`fork_gate`].
//!
//! Settings: write-ahead log, `synchronous=FULL` (a granted reservation survives a power loss), foreign keys, no trust
//! in the schema, no memory-mapped reads (an error of the disk would kill the host).

mod account;
mod backup;
mod batch;
mod chain;
mod code;
mod connections;
mod customer;
mod decision;
mod event;
mod fault;
pub mod fork_gate;
mod group;
mod guard;
mod history;
mod inherited;
mod item;
mod limit;
mod load;
mod open;
mod pool;
mod query;
mod register;
mod schema;
mod step;
mod verify;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant as Deadline};

use rusqlite::Connection;

pub use open::Options;

use super::{
    AccountKey, AccountRecord, AccountRef, AnswerRecord, Ask, Company, Counts, Customer, DecisionRecord, Event, Facts,
    IdentifierKey, Item, LimitRequest, Loader, LookupRecord, OverdueItem, PolicyRecord, PoolRecord, Remark, Step,
    Steps, Store, Verification, Watch,
};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Chain, PoolFacts};
use crate::error::{Error, ErrorKind, Result};
use account::AsOf;
use batch::command;
use connections::{Connections, Lent, READ_WAIT};
use fault::{Fault, Outcome};
use group::{Job, Lead, Queue, Turn};
use guard::OwnerFile;
pub(super) use guard::forked;
use query::Waiting;

/// Accounts handed out between two looks at the store when all are read.
const ACCOUNTS_AT_ONCE: u32 = 1000;

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

/// What a write needs: the connection with its open transaction, and who looks at the accounts it changes.
#[derive(Clone, Copy)]
struct Writing<'a> {
    sql: &'a Connection,
    watch: Option<&'a Watch>,
}

impl SqliteStore {
    fn writing<'a>(&'a self, sql: &'a Connection) -> Writing<'a> {
        Writing { sql, watch: self.watch.as_ref() }
    }

    /// Durable commits since the store was opened: fewer than the steps that were written, when callers shared them.
    pub fn commits(&self) -> u64 {
        self.commits.load(Relaxed)
    }

    fn same_process(&self) -> Result<()> {
        if self.process == std::process::id() { Ok(()) } else { Err(forked()) }
    }

    /// Reads at one moment.
    fn read<T>(&self, wait: Duration, work: impl FnOnce(&Connection) -> Outcome<T>) -> Result<T> {
        self.same_process()?;
        let _pass = fork_gate::enter();
        let lent = self.connections.reader(wait)?;
        let attempt = || -> Outcome<T> {
            command(&lent.sql, "BEGIN")?;
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
    fn write<T>(&self, deadline: Deadline, work: impl FnOnce(&Connection) -> Outcome<T>) -> Result<T> {
        let _lead = self.lead(deadline)?;
        let held = self.connections.writer_lock.acquire(deadline)?;
        let lent = self.connections.writer(&held, deadline)?;
        let attempt = || -> Outcome<T> {
            command(&lent.sql, "BEGIN IMMEDIATE")?;
            let answer = work(&lent.sql)?;
            self.commit(&lent.sql)?;
            Ok(answer)
        };
        let result = attempt();
        Self::settle(lent, result)
    }

    /// Puts the writing connection back, after rolling back what was refused. One that failed is closed: the next write
    /// gets a new one.
    fn settle<T>(lent: Lent<'_>, result: Outcome<T>) -> Result<T> {
        let refused = |Fault(error): &Fault| !matches!(error.kind(), ErrorKind::Undetermined | ErrorKind::Store);
        let well = match &result {
            Ok(_) => true,
            Err(fault) => refused(fault) && command(&lent.sql, "ROLLBACK").is_ok(),
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

impl Store for SqliteStore {
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

    fn facts(&self, ask: &Ask, deadline: Deadline) -> Result<Facts> {
        self.read(left(deadline), |sql| step::facts(sql, ask))
    }

    fn resolve(&self, key: &AccountKey, deadline: Deadline) -> Result<Option<AccountId>> {
        self.read(left(deadline), |sql| query::resolve(sql, key))
    }

    fn all_accounts(
        &self,
        overdue_to: Day,
        horizon_to: Day,
        now: Instant,
        each: &mut dyn FnMut(AccountKey, AccountFacts),
    ) -> Result<()> {
        let as_of = AsOf { overdue_to, horizon_to, now };
        let mut after = AccountId(0);
        loop {
            let accounts = self.read(READ_WAIT, |sql| query::accounts_after(sql, after, ACCOUNTS_AT_ONCE, as_of))?;
            let Some(last) = accounts.last() else { return Ok(()) };
            after = last.facts.id;
            for account in accounts {
                each(account.key, account.facts);
            }
        }
    }

    fn load(
        &self,
        at: Instant,
        today: Day,
        work: &mut dyn FnMut(&mut dyn Loader) -> Result<()>,
        deadline: Deadline,
    ) -> Result<()> {
        let lead = self.lead(deadline)?;
        let mut held = self.connections.writer_lock.acquire(deadline)?;
        let lent = self.connections.writer(&held, deadline)?;
        command(&lent.sql, "BEGIN IMMEDIATE")?;
        let long_call = self.connections.long_call();
        let mut loader = load::SqliteLoader::new(self.writing(&lent.sql), at, today);
        held.leave_gate();
        let result = work(&mut loader);
        if self.same_process().is_err() {
            // The work came back in a forked child, which must touch none of what it holds.
            drop(loader);
            std::mem::forget((lent, held, lead, long_call));
            return Err(forked());
        }
        let _pass = fork_gate::enter();
        let written = match result {
            Ok(()) => loader.flush(),
            Err(error) => Err(error.into()),
        };
        drop(loader);
        let result = written.and_then(|()| self.commit(&lent.sql));
        drop(long_call);
        Self::settle(lent, result)
    }

    fn expire(&self, now: Instant, most: u32, deadline: Deadline) -> Result<u32> {
        self.write(deadline, |sql| {
            let mut left = most;
            for id in query::accounts_with_expired(sql, now, most)? {
                if left == 0 {
                    break;
                }
                left = left.saturating_sub(step::expire(self.writing(sql), &AccountRef::Id(id), now, left)?);
            }
            Ok(most - left)
        })
    }

    fn customer(&self, number: &str) -> Result<Option<Customer>> {
        self.read(READ_WAIT, |sql| customer::read(sql, number))
    }

    fn customers_by_identifier(&self, identifier: &IdentifierKey) -> Result<Vec<Customer>> {
        self.read(READ_WAIT, |sql| customer::by_identifier(sql, identifier))
    }

    fn customers_by_name(&self, name_key: &str, country: &str) -> Result<Vec<Customer>> {
        self.read(READ_WAIT, |sql| customer::by_name(sql, name_key, country))
    }

    fn account(&self, id: AccountId) -> Result<Option<AccountRecord>> {
        self.read(READ_WAIT, |sql| {
            Ok(account::read(sql, &AccountRef::Id(id))?.map(|account| AccountRecord {
                key: account.key,
                currency: account.facts.currency,
                status: account.facts.status,
                profile: Some(account.facts.profile),
                pools: Some(account.facts.pools.iter().map(|pool| pool.name.clone()).collect()),
            }))
        })
    }

    fn items(&self, id: AccountId, most: u32) -> Result<Vec<Item>> {
        self.read(READ_WAIT, |sql| match account::read(sql, &AccountRef::Id(id))? {
            Some(account) => item::open(sql, id, &account.key, account.facts.currency, most),
            None => Ok(Vec::new()),
        })
    }

    fn held_orders(
        &self,
        company: &str,
        customer: Option<&str>,
        after: Option<&Chain>,
        most: u32,
    ) -> Result<Vec<Chain>> {
        self.read(READ_WAIT, |sql| query::orders(sql, Waiting::Held, company, customer, after, most))
    }

    fn active_orders(
        &self,
        company: &str,
        customer: Option<&str>,
        after: Option<&Chain>,
        most: u32,
    ) -> Result<Vec<Chain>> {
        self.read(READ_WAIT, |sql| query::orders(sql, Waiting::Active, company, customer, after, most))
    }

    fn find_order(&self, company: &str, document: &str) -> Result<Option<Chain>> {
        self.read(READ_WAIT, |sql| Ok(chain::read(sql, company, document)?.map(|(_, chain)| chain)))
    }

    fn overdue_items(&self, due_to: Day, after: Option<&OverdueItem>, most: u32) -> Result<Vec<OverdueItem>> {
        self.read(READ_WAIT, |sql| item::overdue(sql, due_to, after, most))
    }

    fn pool(&self, name: &str, now: Instant) -> Result<Option<PoolFacts>> {
        self.read(READ_WAIT, |sql| pool::as_of(sql, name, now))
    }

    fn pool_record(&self, name: &str) -> Result<Option<PoolRecord>> {
        self.read(READ_WAIT, |sql| Ok(pool::read(sql, name)?.map(|pool| pool.record)))
    }

    fn pool_accounts(&self, name: &str, most: u32) -> Result<Vec<AccountKey>> {
        self.read(READ_WAIT, |sql| pool::accounts(sql, name, most))
    }

    fn put_limit_request(&self, request: &LimitRequest, deadline: Deadline) -> Result<u64> {
        self.write(deadline, |sql| limit::put_request(sql, request))
    }

    fn limit_requests(&self, most: u32) -> Result<Vec<LimitRequest>> {
        self.read(READ_WAIT, |sql| limit::requests(sql, most))
    }

    fn decide_limit_request(
        &self,
        id: u64,
        user: &str,
        approve: bool,
        now: Instant,
        deadline: Deadline,
    ) -> Result<LimitRequest> {
        self.write(deadline, |sql| limit::decide_request(self.writing(sql), id, user, approve, now))
    }

    fn company(&self, source: &str, identifier: &IdentifierKey) -> Result<Option<(Instant, Option<Company>)>> {
        self.read(READ_WAIT, |sql| register::company(sql, source, identifier))
    }

    fn remarks(&self, source: &str, subject: &IdentifierKey) -> Result<Option<(Instant, Vec<Remark>)>> {
        self.read(READ_WAIT, |sql| register::remarks(sql, source, subject))
    }

    fn register_answer(&self, source: &str, subject: &IdentifierKey) -> Result<Option<AnswerRecord>> {
        self.read(READ_WAIT, |sql| register::answer(sql, source, subject))
    }

    fn put_lookup(&self, log: &LookupRecord, answer: Option<&AnswerRecord>, deadline: Deadline) -> Result<()> {
        self.write(deadline, |sql| register::put_lookup(sql, log, answer))
    }

    fn lookups(&self, most: u32) -> Result<Vec<LookupRecord>> {
        self.read(READ_WAIT, |sql| register::lookups(sql, most))
    }

    fn put_policy(&self, policy: &PolicyRecord, deadline: Deadline) -> Result<()> {
        self.write(deadline, |sql| query::put_policy(sql, policy))
    }

    fn policy(&self, digest: &[u8; 32]) -> Result<Option<PolicyRecord>> {
        self.read(READ_WAIT, |sql| query::policy(sql, digest))
    }

    fn decision(&self, id: u64) -> Result<Option<DecisionRecord>> {
        self.read(READ_WAIT, |sql| decision::read(sql, id))
    }

    fn decisions(&self, id: AccountId, most: u32) -> Result<Vec<DecisionRecord>> {
        self.read(READ_WAIT, |sql| decision::of_account(sql, id, most))
    }

    fn erase_decision(&self, id: u64, deadline: Deadline) -> Result<()> {
        self.write(deadline, |sql| decision::erase(sql, id))
    }

    fn events(&self, after: u64, most: u32) -> Result<Vec<Event>> {
        self.read(READ_WAIT, |sql| event::after(sql, after, most))
    }

    fn next_events(&self, consumer: &str, most: u32) -> Result<Vec<Event>> {
        self.read(READ_WAIT, |sql| event::next(sql, consumer, most))
    }

    fn acknowledge(&self, consumer: &str, up_to: u64, deadline: Deadline) -> Result<u64> {
        self.write(deadline, |sql| event::acknowledge(sql, consumer, up_to))
    }

    fn queue_once(&self, events: &[(String, Event)], deadline: Deadline) -> Result<u32> {
        self.write(deadline, |sql| event::queue_once(sql, events))
    }

    fn backup(&self, to: &Path) -> Result<()> {
        self.same_process()?;
        let long_call = self.connections.long_call();
        let lent = {
            let _pass = fork_gate::enter();
            let lent = self.connections.reader(READ_WAIT)?;
            // The moment the copy is of: a transaction begins with its first read.
            command(&lent.sql, "BEGIN")?;
            verify::total(&lent.sql)?;
            lent
        };
        let result = backup::copy(&lent.sql, to);
        let _pass = fork_gate::enter();
        if command(&lent.sql, "COMMIT").is_ok() {
            lent.put_back();
        }
        drop(long_call);
        Ok(result?)
    }

    fn verify(&self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Verification> {
        let mut found = Verification::default();
        match self.check(progress, &mut found) {
            // What cannot be read is what the check was to find.
            Err(error) if error.kind() == ErrorKind::Store => found.faults.push(error.message().to_owned()),
            result => result?,
        }
        Ok(found)
    }

    fn counts(&self) -> Result<Counts> {
        self.read(READ_WAIT, query::counts)
    }
}

impl SqliteStore {
    fn check(&self, progress: &mut dyn FnMut(u64, u64) -> bool, found: &mut Verification) -> Result<()> {
        let total = self.read(READ_WAIT, verify::total)?;
        let mut go_on = |found: &Verification| {
            let done = found.accounts.saturating_add(found.decisions);
            if progress(done, total.max(done)) {
                return Ok(());
            }
            Err(Error::new(ErrorKind::State, "the check was stopped before it was done"))
        };
        go_on(found)?;
        self.read(READ_WAIT, |sql| verify::file(sql, found))?;
        let mut after = Some(AccountId(0));
        while let Some(from) = after {
            after = self.read(READ_WAIT, |sql| verify::accounts(sql, from, found))?;
            go_on(found)?;
        }
        let mut pool = Some(0);
        while let Some(from) = pool {
            pool = self.read(READ_WAIT, |sql| pool::verify(sql, from, found))?;
        }
        self.read(READ_WAIT, |sql| {
            verify::end_of_chain(sql, None, &decision::unknown_end(sql)?, found)?;
            verify::decisions_without_account(sql, found)
        })?;
        let mut place = Some(verify::Place::START);
        while let Some(from) = place {
            place = self.read(READ_WAIT, |sql| verify::decisions(sql, from, found))?;
            go_on(found)?;
        }
        Ok(())
    }
}

/// What is left until a deadline.
fn left(deadline: Deadline) -> Duration {
    deadline.saturating_duration_since(Deadline::now())
}
