//! The conversation: read facts, decide, write once. This is the public Rust API; the C ABI is a thin layer over it.
//!
//! One file per use case. An [`Engine`] may be used from any thread; it starts none, prints nothing, and asks no
//! network. It works in the process that opened it: a forked child opens its own.

mod accounts;
pub mod backtests;
mod body;
mod config;
mod customers;
mod debtors;
mod events;
mod flights;
mod identify;
mod imports;
mod keeper;
mod limits;
pub mod moves;
pub mod operations;
mod order_request;
mod orders;
pub mod policies;
pub mod policy_cases;
mod pools;
pub mod record;
mod registers;
#[cfg(feature = "schema")]
pub mod schemas;
pub mod wire;
mod work;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant as Deadline};

pub use accounts::{AccountName, AccountPosition, CustomerName, ItemsRequest, PositionRequest, PutCustomer};
pub use config::{ClockChoice, Config, MAX_CONFIG_BYTES, PolicySource, Secret, StorePlace};
pub use customers::{
    CustomerAnswer, CustomerRequest, Duplicate, FromRegister, IdentifierAnswer, MAX_DUPLICATES, MAX_IDENTIFIERS,
    MAX_TEXT_BYTES, TypedIdentifier,
};
pub use debtors::{LookupAnswer, LookupFor, LookupRequest, SubjectAnswer};
pub use events::{AcknowledgeRequest, Acknowledged, NextRequest};
pub use identify::TypedNumber;
pub use imports::ImportRequest;
pub use keeper::{Field, Keeper, make_key, read_identifier};
pub use limits::{DecideLimit, PutLimit, WaitingLimit, WaitingRequest};
pub use order_request::{Instalment, MAX_LINES, MAX_REASON_BYTES, OrderRequest};
pub use orders::{ListAnswer, MAX_LIST, OrderAnswer, Source};
pub use pools::{PoolPosition, PoolRequest, PoolWire};
pub use record::Replay;
pub use registers::{DEFAULT_COMPANY_REGISTER, DEFAULT_DEBTOR_REGISTER, RegisterChoice};
pub use work::{HeldOrder, HeldRequest, ReevaluateRequest, Reevaluated, Swept};

use crate::cache::Cache;
use crate::calendar::{Clock, Day, Instant};
use crate::credit::AccountId;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::Policy;
use crate::store::postgres::{self, PostgresStore};
use crate::store::sqlite::{self, SqliteStore};
use crate::store::{AccountKey, AccountRef, Ask, PolicyRecord, Store};

/// The longest text a host may use to name a thing (a company, a customer, a document, a key, a user), in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// The most rows that one question brings back.
pub const MAX_ROWS: u32 = 10_000;

/// How many rows are given when a request does not say how many it wants.
const ROWS: u32 = 100;

/// An open credit state: the store, the policy in force, and what is known of them in memory.
pub struct Engine {
    store: Box<dyn Store>,
    policy: Arc<Policy>,
    clock: Box<dyn Clock>,
    keeper: Keeper,
    cache: Cache,
    settings: Settings,
    registers: registers::Registers,
    log: RwLock<Option<LogSink>>,
}

/// What the engine needs at every call.
#[derive(Debug, Clone, Copy)]
struct Settings {
    utc_offset_minutes: i32,
    deadline: Duration,
}

/// How important a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is not as it should be, and was dealt with.
    Warning,
    /// Something that happens seldom happened: an import, a policy put in force.
    Info,
}

/// Takes lines of the log, on the thread of the call they belong to, with no lock held. Lines hold no personal number.
pub type LogSink = Arc<dyn Fn(LogLevel, &str) + Send + Sync>;

/// The machine's clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still, for demonstrations, tests and trying a policy against another day.
struct FixedClock(Instant);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0
    }
}

impl Engine {
    /// Opens the credit state a configuration names, and puts its policy in force.
    ///
    /// # Errors
    /// `Config`, `Policy`, and everything opening a store can bring: `InUse`, `TooNew`, `Unsupported`, `Store`, `Io`.
    pub fn open(config: &Config) -> Result<Self> {
        let policy = Arc::new(config.policy.read()?);
        let clock: Box<dyn Clock> = match config.clock {
            ClockChoice::System => Box::new(SystemClock),
            ClockChoice::Fixed(at) => Box::new(FixedClock(at)),
        };
        let store: Box<dyn Store> = match &config.store {
            StorePlace::File(path) => {
                Box::new(SqliteStore::open(path, sqlite::Options { create: config.create, ..Default::default() })?)
            }
            StorePlace::Server(url) => Box::new(PostgresStore::open(
                url,
                postgres::Options { create: config.create, wait: config.deadline() },
            )?),
        };
        let keeper = Keeper::open(&config.secret, &config.store, config.create)?;
        let engine = Self::with(store, policy, clock, keeper, config.utc_offset_minutes, config.deadline())?;
        Ok(Self { registers: registers::Registers::new(config.registers.clone()), ..engine })
    }

    /// An engine over parts that are handed in.
    ///
    /// # Errors
    /// `Policy` when it is not valid yet, and those of the store.
    pub fn with(
        mut store: Box<dyn Store>,
        policy: Arc<Policy>,
        clock: Box<dyn Clock>,
        keeper: Keeper,
        utc_offset_minutes: i32,
        deadline: Duration,
    ) -> Result<Self> {
        let settings = Settings { utc_offset_minutes, deadline };
        store.set_watch(events::watch(Arc::clone(&policy), settings));
        let (cache, registers, log) = (Cache::new(), registers::Registers::default(), RwLock::new(None));
        let engine = Self { store, policy, clock, keeper, cache, settings, registers, log };
        if let Some(from) = engine.policy.valid_from.filter(|from| *from > engine.today()) {
            return Err(Error::new(
                ErrorKind::Policy,
                format!("policy {:?} is valid from {from}, and today is {}", engine.policy.name, engine.today()),
            ));
        }
        let record = PolicyRecord {
            digest: engine.policy.digest,
            name: engine.policy.name.clone(),
            text: engine.policy.text.clone(),
        };
        engine.store.put_policy(&record, engine.deadline(None))?;
        Ok(engine)
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The store, for reading what no use case covers.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// What turns identifiers into what may be kept of them.
    pub fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// The moment it is, by the engine's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The civil day it is, by the engine's clock and offset.
    pub fn today(&self) -> Day {
        self.day_of(self.now())
    }

    /// Where lines of the log go; `None` for nowhere, as at first.
    pub fn set_log(&self, sink: Option<LogSink>) {
        *self.log.write().unwrap_or_else(PoisonError::into_inner) = sink;
    }

    /// The number of a customer's account in a company: small, and the same for as long as the store lives.
    ///
    /// # Errors
    /// `NotFound` when there is no such account; those of the store.
    pub fn resolve(&self, key: &AccountKey) -> Result<AccountId> {
        if let Some(id) = self.cache.id_of(&key.company, &key.customer) {
            return Ok(id);
        }
        let id = self.store.resolve(key, self.deadline(None))?.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!("customer {:?} has no credit account in company {:?}", key.customer, key.company),
            )
        })?;
        self.cache.name(&key.company, &key.customer, id);
        Ok(id)
    }

    /// Reads every account into memory, so that the first question about each costs no disk either.
    ///
    /// # Errors
    /// Those of the store.
    pub fn warm(&self) -> Result<u64> {
        let now = self.now();
        // What others wrote before is not to make the first check forget what is read here.
        self.store.heard(now, i64::from(self.policy.facts.memory_max_age_ms), self.deadline(None));
        let before = self.store.pulse().copy();
        let mut count = 0;
        let today = self.day_of(now);
        self.store.all_accounts(self.overdue_to(today), self.horizon_to(today), now, &mut |key, facts| {
            self.cache.name(&key.company, &key.customer, facts.id);
            let stamp = before.stamp(facts.id);
            self.cache.put(self.store.pulse(), facts, now, stamp);
            count += 1;
        })?;
        Ok(count)
    }

    fn day_of(&self, now: Instant) -> Day {
        now.day(self.settings.utc_offset_minutes)
    }

    /// The last due day that counts as overdue today.
    fn overdue_to(&self, today: Day) -> Day {
        today.plus(-1 - i32::from(self.policy.facts.grace_days))
    }

    /// The last day on which orders ship within the horizon.
    fn horizon_to(&self, today: Day) -> Day {
        self.policy.facts.horizon_days.map_or(Day::MAX, |days| today.plus(i32::from(days)))
    }

    /// When a call that may take `milliseconds` (or as long as configured) must have been answered.
    fn deadline(&self, milliseconds: Option<u32>) -> Deadline {
        let budget = milliseconds.map_or(self.settings.deadline, |ms| Duration::from_millis(u64::from(ms)));
        Deadline::now() + budget
    }

    fn ask(&self, account: AccountRef, document: &str, item: &str, now: Instant) -> Ask {
        Ask {
            account,
            document: document.to_owned(),
            item: item.to_owned(),
            key: None,
            overdue_to: self.overdue_to(self.day_of(now)),
            horizon_to: self.horizon_to(self.day_of(now)),
            today: self.day_of(now),
            now,
        }
    }

    /// Tells the log, if there is one. No lock is held while the sink runs.
    fn tell(&self, level: LogLevel, line: &str) {
        let sink = self.log.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(sink) = sink {
            sink(level, line);
        }
    }
}

/// A name the host gives a thing: trimmed of trailing blanks and NULs, not empty, not too long, no control characters.
///
/// # Errors
/// `Argument`, naming the field.
pub fn checked_name<'a>(field: &str, text: &'a str) -> Result<&'a str> {
    let text = text.trim_end_matches([' ', '\0']);
    if text.is_empty() {
        return Err(Error::argument(format!("{field} is empty")));
    }
    if text.len() > MAX_NAME_BYTES {
        return Err(Error::argument(format!("{field} is {} bytes long; at most {MAX_NAME_BYTES}", text.len())));
    }
    if let Some(at) = text.find(|c: char| c.is_control()) {
        return Err(Error::argument(format!("{field} has a control character at byte {at}")));
    }
    Ok(text)
}
