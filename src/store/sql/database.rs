//! What every database answers the same way, so that each says only what is its own.

use std::path::Path;
use std::time::{Duration, Instant as Deadline};

use super::account::{self, AsOf};
use super::fault::Outcome;
use super::query::{self, Waiting};
use super::value::keepable;
use super::{Sql, Writing, chain, customer, decision, event, item, limit, pool, register, step, verify};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Chain, PoolFacts};
use crate::error::{Error, ErrorKind, Result};
use crate::store::pulse::Pulse;
use crate::store::{
    AccountKey, AccountRecord, AccountRef, AnswerRecord, Ask, Company, Counts, Customer, DecisionRecord, Event, Facts,
    IdentifierKey, Item, LimitRequest, Loader, LookupRecord, OverdueItem, PolicyRecord, PoolRecord, Remark, Step,
    Steps, Store, Verification, Watch,
};

/// Accounts handed out between two looks at the store when all are read.
const ACCOUNTS_AT_ONCE: u32 = 1000;

/// How long a read without a deadline may take.
pub(in crate::store) const READ_WAIT: Duration = Duration::from_secs(2);

/// How long a read of a piece of everything may take.
const LONG_READ: Duration = Duration::from_secs(60);

impl Ask {
    /// Refuses names that cannot be.
    fn keepable(&self) -> Result<()> {
        if let AccountRef::Key(AccountKey { company, customer }) = &self.account {
            keepable(company).and_then(|()| keepable(customer))?;
        }
        keepable(&self.document).and_then(|()| keepable(&self.item))?;
        self.key.as_ref().map_or(Ok(()), |key| keepable(&key.key))
    }
}

/// What a database does in its own way. The methods that [`Store`] has too mean the same there.
pub(in crate::store) trait Database: Send + Sync {
    /// Reads at one moment.
    fn read<T>(&self, wait: Duration, work: impl FnOnce(&dyn Sql) -> Outcome<T>) -> Result<T>;
    /// Writes in one transaction, but no account, pool or limit. The work may be done more than once.
    fn write<T>(&self, deadline: Deadline, work: impl FnMut(Writing<'_>) -> Outcome<T>) -> Result<T>;
    /// Writes accounts in one transaction, while nobody else writes several. The work may be done more than once.
    fn write_accounts<T>(&self, deadline: Deadline, work: impl FnMut(Writing<'_>) -> Outcome<T>) -> Result<T>;
    /// Lets the database check itself.
    fn check_database(&self, found: &mut Verification) -> Result<()>;

    fn pulse(&self) -> &Pulse;
    fn heard(&self, now: Instant, oldest_ms: i64, deadline: Deadline) -> Option<Instant>;
    fn facts(&self, ask: &Ask, deadline: Deadline) -> Result<Facts> {
        self.read(left(deadline), |sql| step::facts(sql, ask))
    }
    fn set_watch(&mut self, watch: Watch);
    fn step(&self, steps: Vec<Step>, all_or_nothing: bool, deadline: Deadline) -> Result<Steps>;
    fn load(
        &self,
        at: Instant,
        today: Day,
        work: &mut dyn FnMut(&mut dyn Loader) -> Result<()>,
        deadline: Deadline,
    ) -> Result<()>;
    fn expire(&self, now: Instant, most: u32, deadline: Deadline) -> Result<u32>;
    fn backup(&self, to: &Path) -> Result<()>;
}

impl<D: Database> Store for D {
    fn pulse(&self) -> &Pulse {
        Database::pulse(self)
    }

    fn heard(&self, now: Instant, oldest_ms: i64, deadline: Deadline) -> Option<Instant> {
        Database::heard(self, now, oldest_ms, deadline)
    }

    fn set_watch(&mut self, watch: Watch) {
        Database::set_watch(self, watch);
    }

    fn step(&self, steps: Vec<Step>, all_or_nothing: bool, deadline: Deadline) -> Result<Steps> {
        steps.iter().try_for_each(|step| step.ask.keepable())?;
        Database::step(self, steps, all_or_nothing, deadline)
    }

    fn load(
        &self,
        at: Instant,
        today: Day,
        work: &mut dyn FnMut(&mut dyn Loader) -> Result<()>,
        deadline: Deadline,
    ) -> Result<()> {
        Database::load(self, at, today, work, deadline)
    }

    fn expire(&self, now: Instant, most: u32, deadline: Deadline) -> Result<u32> {
        Database::expire(self, now, most, deadline)
    }

    fn backup(&self, to: &Path) -> Result<()> {
        Database::backup(self, to)
    }

    fn verify(&self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Verification> {
        let mut found = Verification::default();
        match check(self, progress, &mut found) {
            // What cannot be read is what the check was to find.
            Err(error) if error.kind() == ErrorKind::Store => found.faults.push(error.message().to_owned()),
            result => result?,
        }
        Ok(found)
    }

    fn facts(&self, ask: &Ask, deadline: Deadline) -> Result<Facts> {
        ask.keepable()?;
        Database::facts(self, ask, deadline)
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
            let accounts = self.read(LONG_READ, |sql| query::accounts_after(sql, after, ACCOUNTS_AT_ONCE, as_of))?;
            let Some(last) = accounts.last() else { return Ok(()) };
            after = last.facts.id;
            for account in accounts {
                each(account.key, account.facts);
            }
        }
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
        self.write(deadline, |to| limit::put_request(to.sql, request))
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
        self.write_accounts(deadline, |to| limit::decide_request(to, id, user, approve, now))
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
        self.write(deadline, |to| register::put_lookup(to.sql, log, answer))
    }

    fn lookups(&self, most: u32) -> Result<Vec<LookupRecord>> {
        self.read(READ_WAIT, |sql| register::lookups(sql, most))
    }

    fn put_policy(&self, policy: &PolicyRecord, deadline: Deadline) -> Result<()> {
        self.write(deadline, |to| query::put_policy(to.sql, policy))
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
        self.write(deadline, |to| decision::erase(to.sql, id))
    }

    fn events(&self, after: u64, most: u32) -> Result<Vec<Event>> {
        self.read(READ_WAIT, |sql| event::after(sql, after, most))
    }

    fn next_events(&self, consumer: &str, most: u32) -> Result<Vec<Event>> {
        self.read(READ_WAIT, |sql| event::next(sql, consumer, most))
    }

    fn acknowledge(&self, consumer: &str, up_to: u64, deadline: Deadline) -> Result<u64> {
        self.write(deadline, |to| event::acknowledge(to.sql, consumer, up_to))
    }

    fn queue_once(&self, events: &[(String, Event)], deadline: Deadline) -> Result<u32> {
        self.write(deadline, |to| event::queue_once(to.sql, events))
    }

    fn counts(&self) -> Result<Counts> {
        self.read(READ_WAIT, query::counts)
    }
}

fn check(store: &impl Database, progress: &mut dyn FnMut(u64, u64) -> bool, found: &mut Verification) -> Result<()> {
    let total = store.read(LONG_READ, verify::total)?;
    let mut go_on = |found: &Verification| {
        let done = found.accounts.saturating_add(found.decisions);
        if progress(done, total.max(done)) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::State, "the check was stopped before it was done"))
    };
    go_on(found)?;
    store.check_database(found)?;
    let mut stage = Some(verify::Stage::FIRST);
    while let Some(from) = stage {
        stage = store.read(LONG_READ, |sql| verify::piece(sql, from, found))?;
        go_on(found)?;
    }
    Ok(())
}

/// What is left until a deadline.
fn left(deadline: Deadline) -> Duration {
    deadline.saturating_duration_since(Deadline::now())
}
