//! The credit state on disk, behind one trait.
//!
//! A store does not decide. It hands facts to a pure plan, inside one transaction, and writes what the plan says:
//! *read facts → decide → write once*. That is [`Store::step`], and it is the only way a reservation comes to be.
//! SQLite keeps the facts locked while the plan runs; another database may run the plan on facts it has at hand and
//! write only if they are still true. So a plan may run more than once, and must depend on nothing but its facts.

mod group;
pub mod moving;
pub mod postgres;
pub mod pulse;
mod record;
mod sql;
pub mod sqlite;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant as Deadline;

pub use record::{
    AccountKey, AccountRecord, AnswerRecord, Company, Customer, DecisionRecord, Event, EventKind, IdentifierKey, Item,
    ItemKind, LimitOwner, LimitRecord, LimitRequest, LookupRecord, OrderRecord, OverdueItem, PolicyRecord, PoolRecord,
    Remark,
};

use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Chain, PoolFacts};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Currency;
use pulse::{Pulse, Stamp};

/// What making the tables of a store, or bringing them up, came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Made {
    /// The version before; 0 when there were none.
    pub from: usize,
    /// The version now.
    pub to: usize,
}

/// Locks. A thread that panicked left the data whole: nothing behind these locks is ever changed half.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The error every call in a forked child gets.
fn forked() -> Error {
    Error::new(ErrorKind::Forked, "the process was forked after the engine was opened; open a new engine in the child")
}

/// What a step is about, and what it needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Whose account.
    pub account: AccountRef,
    /// The order it is about, as the host numbers it; empty when it is about none.
    pub document: String,
    /// The open item it is about, as the host numbers it; empty when it is about none.
    pub item: String,
    /// The host's key for this very request, and a digest of its content.
    pub key: Option<RequestKey>,
    /// Items due up to this day are overdue: today less the grace days, less one.
    pub overdue_to: Day,
    /// Orders that ship up to this day are within the horizon.
    pub horizon_to: Day,
    /// The civil day of the request: what is invoiced, disputed and paid by it happened then.
    pub today: Day,
    /// The moment of the request: reservations that expire at or before it are expired first, those of other accounts
    /// in the same pools too.
    pub now: Instant,
}

/// How a request names an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountRef {
    /// By the number the store gave it.
    Id(AccountId),
    /// By company and customer, as the host numbers them.
    Key(AccountKey),
}

/// What makes a retry recognisable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The host's key; unique for ever in this store.
    pub key: String,
    /// SHA-256 over everything in the request that means something.
    pub content: [u8; 32],
}

/// What the plan gets to see. All of it was read in one transaction, or at one version of the account. The plan of a
/// request whose key was used before is not run: the same content gets the recorded decision, other content an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The account, aged to the day asked for and with expired reservations taken out; `None` when there is none.
    pub account: Option<AccountFacts>,
    /// How the host names the account; the key asked for when there is none.
    pub key: Option<AccountKey>,
    /// The document's chain, if the document is known in the account's company; run out if it ran out, whosever it is.
    pub chain: Option<Chain>,
    /// The open item, if the account has it.
    pub item: Option<Item>,
}

/// What a plan wants written, all of it or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Whether the request was granted; a list that is all or nothing is written only if every request was.
    pub granted: bool,
    /// The chain as it is to be from now on. The store moves the account's `ordered`, `delivered` and `drafted`
    /// buckets by the difference to what the chain held before.
    pub chain: Option<Chain>,
    /// Open items as they are to be from now on; the store moves the account's buckets.
    pub items: Vec<Item>,
    /// The decision to record, under the request's key if it has one.
    pub record: Option<NewDecision>,
    /// Events to queue.
    pub events: Vec<Event>,
}

/// A decision on its way into the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDecision {
    /// Everything the decision was made from and what it was, as canonical JSON.
    pub body: String,
    /// Random bytes that go into the digest, so that an erased body cannot be guessed from its digest.
    pub salt: [u8; 16],
}

/// What a step left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The recorded decision; the earlier one when the key had been used before.
    pub decision: Option<DecisionRecord>,
    /// Whether this is the answer to an earlier use of the key.
    pub repeated: bool,
    /// The account after the step, to refresh a cache with.
    pub account: Option<AccountFacts>,
    /// What the pulse showed of the account when it stood as `account` says; `None` when that is not to be kept, since
    /// it was not written or the store cannot say.
    pub stamp: Option<Stamp>,
}

/// Makes effects out of facts. Pure, and possibly called more than once.
pub type Plan = Box<dyn Fn(&Facts) -> Result<Effects> + Send + Sync>;

/// Looks at an account before and after a write, and says what people are to be told of it; the moment is that of the
/// request or of the data. Its events are queued in the same transaction. Pure, and possibly called more than once; the
/// sums of the pools may be those from before other accounts of the same load were written.
pub type Watch = Arc<dyn Fn(&AccountFacts, &AccountFacts, Instant) -> Vec<Event> + Send + Sync>;

/// The longest name of a consumer of events, in bytes.
pub const MAX_CONSUMER_BYTES: usize = 64;

/// One request: what it needs to know and what it makes of it.
pub struct Step {
    /// What it needs to know.
    pub ask: Ask,
    /// What it makes of it.
    pub plan: Plan,
}

/// What became of a list of steps.
#[derive(Debug)]
pub struct Steps {
    /// Whether the list was written. `false` only for an all-or-nothing list with a request that was not granted.
    pub written: bool,
    /// One answer for each step, in order. When `written` is `false` each holds what would have been.
    pub answers: Vec<Result<Written>>,
}

/// Whether a row that was put was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Put {
    /// It was not there before.
    Added,
    /// It was there, and other.
    Changed,
    /// It was there already, the same.
    Same,
    /// Something newer stands there; it was left alone.
    Newer,
}

/// A kind of register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Register {
    /// Of companies.
    Company,
    /// Of payment remarks.
    Debtor,
}

/// A long write on the caller's own thread: one transaction, taken whole or not at all.
pub trait Loader {
    /// Puts a customer.
    ///
    /// # Errors
    /// As for every method here: a row that cannot be taken leaves no trace and the load can go on, unless the kind is
    /// `Undetermined`, `Store` or `Io`.
    fn put_customer(&mut self, customer: &Customer) -> Result<Put>;
    /// Puts an account, making it if it is not there. Status and currency are set, profile and pools where the record
    /// says something of them; buckets are kept.
    ///
    /// # Errors
    /// Also when the customer or a pool is unknown, a pool is named twice or too many are, or the account holds value in
    /// another currency.
    fn put_account(&mut self, account: &AccountRecord) -> Result<Put>;
    /// Puts an account as `amend` changes what is kept of it: the record it gets says everything, and is a new one with
    /// the status `Ok` and the currency given when there is no such account.
    ///
    /// # Errors
    /// As [`Loader::put_account`].
    fn amend_account(
        &mut self,
        key: &AccountKey,
        currency: Currency,
        amend: &dyn Fn(&mut AccountRecord),
    ) -> Result<Put>;
    /// Makes the account, with the status `Ok`, if it is not there. One that is there keeps its status: a file that
    /// does not say the status must not lift one a person gave.
    ///
    /// # Errors
    /// Also when the customer is unknown, or the account has another currency.
    fn ensure_account(&mut self, key: &AccountKey, currency: Currency) -> Result<Put>;
    /// Puts a pool. Its accounts and limits are kept.
    ///
    /// # Errors
    /// Also when a rate is none, or the pool has accounts or limits and another currency.
    fn put_pool(&mut self, pool: &PoolRecord) -> Result<Put>;
    /// Puts a limit of an account or a pool: the one of the same kind and first day is replaced. What an insured limit of
    /// an account still covers after its last day is reckoned here; that of a pool covers nothing any more then.
    ///
    /// # Errors
    /// Also when the account or pool is unknown or has another currency.
    fn put_limit(&mut self, limit: &LimitRecord) -> Result<Put>;
    /// Puts an open item: the one with the same number in the account is replaced. A residual of zero closes it.
    ///
    /// One that changed after the moment of the data ([`Store::load`]) stays as it is: [`Put::Newer`]. Where the two
    /// moments are the same the data is taken. Without a day of delivery the one that was known before stays; at first it
    /// is the day of the data.
    ///
    /// # Errors
    /// Also when the account is unknown or has another currency.
    fn put_item(&mut self, item: &Item) -> Result<Put>;
    /// Puts an order as it stands in the ERP, without a check: it is a fact, not a question. A chain that changed after
    /// the moment of the data stays as it is, likewise: what was raised since would hold too little. What people did to the
    /// order (a release, a forced hold) stays.
    ///
    /// # Errors
    /// Also when the account is unknown or has another currency, or the document belongs to another account and holds
    /// something there ([`Chain::is_free_to_move`]).
    fn put_order(&mut self, order: &OrderRecord) -> Result<Put>;
    /// Puts a company of a company register.
    ///
    /// # Errors
    /// Only those of the store itself.
    fn put_company(&mut self, company: &Company) -> Result<Put>;
    /// Puts a remark of a debtor register.
    ///
    /// # Errors
    /// Only those of the store itself.
    fn put_remark(&mut self, remark: &Remark) -> Result<Put>;
    /// Closes the open items of this company that this load has not put and that last changed before `taken_at`, the
    /// moment of the list that they are missing in. Returns how many.
    ///
    /// A step changes an item at its [`Ask::now`], a load at its own moment ([`Store::load`]); to put it the same is no
    /// change. One that changed at `taken_at` or later stays: the list is older and says nothing about it.
    ///
    /// # Errors
    /// Only those of the store itself.
    fn close_items_not_put(&mut self, company: &str, taken_at: Instant) -> Result<u64>;
    /// Cancels the active orders of this company that this load has not put and whose chains last changed before
    /// `taken_at`, likewise: to cancel one that was reserved later, or granted only then, would free credit it holds.
    /// [`Chain::since`] does not count: of an order that the ERP entered, people can set it.
    ///
    /// # Errors
    /// Only those of the store itself.
    fn cancel_orders_not_put(&mut self, company: &str, taken_at: Instant) -> Result<u64>;
    /// Drops every row of this register's source that this load has not put, and the cached answers of the source, and
    /// notes `as_of` as its age. Only then does the source count as imported. Returns how many rows were dropped.
    ///
    /// # Errors
    /// Only those of the store itself.
    fn finish_source(&mut self, register: Register, source: &str, as_of: Instant) -> Result<u64>;
}

/// A count of everything in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Customers.
    pub customers: u64,
    /// Credit accounts.
    pub accounts: u64,
    /// Open items that are not closed.
    pub items: u64,
    /// Document chains that hold value.
    pub active_orders: u64,
    /// Document chains that wait for a person.
    pub held_orders: u64,
    /// Decisions on record.
    pub decisions: u64,
    /// Events in the queue.
    pub events: u64,
    /// Companies of company registers.
    pub companies: u64,
    /// Remarks of debtor registers.
    pub remarks: u64,
    /// Logged look-ups.
    pub lookups: u64,
}

/// What an integrity check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verification {
    /// Accounts whose kept buckets were recomputed from items and chains.
    pub accounts: u64,
    /// Decisions whose chained digest was recomputed.
    pub decisions: u64,
    /// Decisions whose body was erased as the law demands; their place in the chain is still proven.
    pub erased: u64,
    /// Each thing that is not as it must be, as a sentence. Empty means sound.
    pub faults: Vec<String>,
}

/// The credit state. Every method may be called from any thread; none starts one.
pub trait Store: Send + Sync {
    /// How often the store was written, so that facts in memory are known to be old.
    fn pulse(&self) -> &Pulse;

    /// As of when every write of every process is in the pulse: at most `now`, the moment of the call; `None` when nobody
    /// can say. A store whose pulse does not tell at once asks, if that was more than `oldest_ms` milliseconds ago, and
    /// for no longer than until the deadline.
    fn heard(&self, now: Instant, oldest_ms: i64, deadline: Deadline) -> Option<Instant>;

    /// Has every later write of an account looked at: by a step, a load, a reservation that ran out. A decision that
    /// changes nothing else is no write of the account.
    fn set_watch(&mut self, watch: Watch);

    /// Runs steps one after the other in one durable transaction; each sees what those before it did. A step that
    /// fails leaves no trace and does not hurt its neighbours. Steps of other callers may share the transaction.
    ///
    /// # Errors
    /// `Undetermined` when the store could not be reached or the commit could not be confirmed before the deadline.
    fn step(&self, steps: Vec<Step>, all_or_nothing: bool, deadline: Deadline) -> Result<Steps>;

    /// Reads the facts of an ask without writing: an account that should be aged or has expired reservations is
    /// answered as if it had been.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn facts(&self, ask: &Ask, deadline: Deadline) -> Result<Facts>;

    /// The account with this key.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn resolve(&self, key: &AccountKey, deadline: Deadline) -> Result<Option<AccountId>>;

    /// Every account as [`Store::facts`] would tell it, to warm a cache with.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn all_accounts(
        &self,
        overdue_to: Day,
        horizon_to: Day,
        now: Instant,
        each: &mut dyn FnMut(AccountKey, AccountFacts),
    ) -> Result<()>;

    /// One long write on this thread, in one transaction that is committed when `work` succeeds. Between two
    /// [`Loader`] calls a fork gets through; no other writer does.
    ///
    /// `at` is the moment the data is true for: what it changes counts as changed then, and items and orders that
    /// changed later already are not changed by it. `today` is the civil day of that moment.
    ///
    /// # Errors
    /// Those of `work`; nothing is written then. `Argument` when a pool's sums no longer fit.
    fn load(
        &self,
        at: Instant,
        today: Day,
        work: &mut dyn FnMut(&mut dyn Loader) -> Result<()>,
        deadline: Deadline,
    ) -> Result<()>;

    /// Takes reservations that ran out at or before `now` out of their accounts, at most `most` of them, and queues
    /// an event for each. Returns how many it took out.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn expire(&self, now: Instant, most: u32, deadline: Deadline) -> Result<u32>;

    /// The customer with this number.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn customer(&self, number: &str) -> Result<Option<Customer>>;
    /// Customers that carry this identifier.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn customers_by_identifier(&self, identifier: &IdentifierKey) -> Result<Vec<Customer>>;
    /// Customers with this folded name (see [`Customer::name_key`]), at most 100.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn customers_by_name(&self, name_key: &str, country: &str) -> Result<Vec<Customer>>;
    /// The account as it would be put: everything that is said of it.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn account(&self, id: AccountId) -> Result<Option<AccountRecord>>;
    /// The account's open items, oldest due first, at most `most`.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn items(&self, id: AccountId, most: u32) -> Result<Vec<Item>>;
    /// Orders of a company in the state `Held`, those of one customer or all, the oldest first by [`Chain::since`] and
    /// document, at most `most`; those behind `after`, the last of an earlier call, when it is given.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn held_orders(
        &self,
        company: &str,
        customer: Option<&str>,
        after: Option<&Chain>,
        most: u32,
    ) -> Result<Vec<Chain>>;
    /// Orders of a company that hold credit and of which nothing was delivered or invoiced yet, likewise. One that ran
    /// out and was not expired yet is among them.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn active_orders(
        &self,
        company: &str,
        customer: Option<&str>,
        after: Option<&Chain>,
        most: u32,
    ) -> Result<Vec<Chain>>;
    /// The chain of a document, whosever it is.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn find_order(&self, company: &str, document: &str) -> Result<Option<Chain>>;
    /// Open invoices that are due on or before a day and not disputed, by account, due day and number, at most `most`;
    /// those behind `after`, the last of an earlier call, when it is given.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn overdue_items(&self, due_to: Day, after: Option<&OverdueItem>, most: u32) -> Result<Vec<OverdueItem>>;

    /// A pool, with what its accounts come to; reservations that ran out at or before `now` are left out. Its sums are
    /// those that are not zero.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn pool(&self, name: &str, now: Instant) -> Result<Option<PoolFacts>>;
    /// A pool as it would be put, with all its rates.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn pool_record(&self, name: &str) -> Result<Option<PoolRecord>>;
    /// The accounts of a pool, by company and customer, at most `most`.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn pool_accounts(&self, name: &str, most: u32) -> Result<Vec<AccountKey>>;

    /// Keeps a limit that waits for a second person. Returns its number. It is not in force and not among the facts.
    ///
    /// # Errors
    /// `Argument` and `NotFound` where [`Loader::put_limit`] would refuse it, or nobody is named; `Undetermined` or
    /// `Store`.
    fn put_limit_request(&self, request: &LimitRequest, deadline: Deadline) -> Result<u64>;
    /// Limits that wait, the oldest first, at most `most`.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn limit_requests(&self, most: u32) -> Result<Vec<LimitRequest>>;
    /// Decides a limit that waits, and returns it: to approve puts it, and it waits no more either way.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` when the person who asked for it would approve it (they may take it back),
    /// `Argument` and `State` where [`Loader::put_limit`] refuses it by now, and it goes on waiting; `Undetermined` or
    /// `Store`.
    fn decide_limit_request(
        &self,
        id: u64,
        user: &str,
        approve: bool,
        now: Instant,
        deadline: Deadline,
    ) -> Result<LimitRequest>;

    /// What the company register `source` says of this identifier, and as of when it was imported; `None` when the
    /// source was never imported. The inner `None`: it was, and holds no such company.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn company(&self, source: &str, identifier: &IdentifierKey) -> Result<Option<(Instant, Option<Company>)>>;
    /// What the debtor register `source` says of this subject, likewise.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn remarks(&self, source: &str, subject: &IdentifierKey) -> Result<Option<(Instant, Vec<Remark>)>>;
    /// A cached answer of a register.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn register_answer(&self, source: &str, subject: &IdentifierKey) -> Result<Option<AnswerRecord>>;
    /// Keeps an answer of a register (if there is one) and logs the look-up, both or neither.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn put_lookup(&self, log: &LookupRecord, answer: Option<&AnswerRecord>, deadline: Deadline) -> Result<()>;
    /// Logged look-ups, newest first, at most `most`.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn lookups(&self, most: u32) -> Result<Vec<LookupRecord>>;

    /// Keeps the text of a policy under its digest, once.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn put_policy(&self, policy: &PolicyRecord, deadline: Deadline) -> Result<()>;
    /// The policy with this digest.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn policy(&self, digest: &[u8; 32]) -> Result<Option<PolicyRecord>>;
    /// A decision on record.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn decision(&self, id: u64) -> Result<Option<DecisionRecord>>;
    /// Decisions of an account, newest first, at most `most`.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn decisions(&self, id: AccountId, most: u32) -> Result<Vec<DecisionRecord>>;
    /// Erases the body and salt of a decision; its digest stays.
    ///
    /// # Errors
    /// `NotFound`, `Undetermined` or `Store`.
    fn erase_decision(&self, id: u64, deadline: Deadline) -> Result<()>;
    /// Events after this id, oldest first, at most `most`.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn events(&self, after: u64, most: u32) -> Result<Vec<Event>>;
    /// Events that this consumer has not acknowledged, oldest first, at most `most`. The same are told again until they
    /// are acknowledged.
    ///
    /// # Errors
    /// `Argument` when the name is empty or longer than [`MAX_CONSUMER_BYTES`]; `Undetermined` or `Store`.
    fn next_events(&self, consumer: &str, most: u32) -> Result<Vec<Event>>;
    /// Notes that this consumer has dealt with every event up to this one. It never goes back: an earlier one changes
    /// nothing. Returns how far the consumer has come.
    ///
    /// # Errors
    /// `Argument` for a bad name, and when there is no such event yet; `Undetermined` or `Store`.
    fn acknowledge(&self, consumer: &str, up_to: u64, deadline: Deadline) -> Result<u64>;
    /// Queues each event whose key was never used before. Keys are unique for ever. Returns how many were new.
    ///
    /// # Errors
    /// `Undetermined` or `Store`; nothing is queued then.
    fn queue_once(&self, events: &[(String, Event)], deadline: Deadline) -> Result<u32>;

    /// Copies the store to a new file while it is in use.
    ///
    /// # Errors
    /// `Io` when the file exists or cannot be written, `Undetermined` or `Store`.
    fn backup(&self, to: &std::path::Path) -> Result<()>;
    /// Checks the database itself, recomputes every kept bucket and every chained digest.
    ///
    /// # Errors
    /// `Undetermined` or `Store`: when the check could not be made. What it finds is not an error.
    fn verify(&self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Verification>;
    /// Counts everything.
    ///
    /// # Errors
    /// `Undetermined` or `Store`.
    fn counts(&self) -> Result<Counts>;
}
