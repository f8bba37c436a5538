//! What the tests of a store share: a small portfolio, and plans that do what the engine does.

// Each test program uses its part, and none uses it from outside.
#![allow(dead_code, unreachable_pub)]

pub mod child;

use std::time::{Duration, Instant as Deadline};

use obligor::calendar::{Day, Instant};
use obligor::credit::{AccountFacts, AccountId, Buckets, Chain, ChainState, Limit, LimitKind, Marks, PoolKind, Status};
use obligor::error::{Error, ErrorKind, Result};
use obligor::money::Currency;
use obligor::store::sqlite::{Options, SqliteStore};
use obligor::store::{
    AccountKey, AccountRecord, AccountRef, Ask, Company, Customer, Effects, Event, EventKind, IdentifierKey, Item,
    ItemKind, LimitOwner, LimitRecord, Loader, LookupRecord, NewDecision, OrderRecord, Plan, PoolRecord, Remark,
    RequestKey, Step, Store, Written,
};

pub const COMPANY: &str = "NORD";
pub const TODAY: Day = Day(20_779);
pub const NOW: Instant = Instant(1_795_000_000_000);

/// So many milliseconds after [`NOW`].
pub fn later(milliseconds: i64) -> Instant {
    Instant(NOW.0 + milliseconds)
}

pub fn dkk() -> Currency {
    Currency::parse("DKK").unwrap()
}

/// Long enough for a loaded machine.
pub fn soon() -> Deadline {
    Deadline::now() + Duration::from_secs(60)
}

pub fn key(customer: &str) -> AccountKey {
    AccountKey { company: COMPANY.to_owned(), customer: customer.to_owned() }
}

pub fn customer(number: &str) -> Customer {
    Customer {
        number: number.to_owned(),
        name: format!("Firma {number}"),
        country: "DK".to_owned(),
        ..Customer::default()
    }
}

pub fn account(customer: &str) -> AccountRecord {
    AccountRecord { key: key(customer), currency: dkk(), status: Status::Ok, profile: None, pools: None }
}

pub fn limit(customer: &str, amount: i64) -> LimitRecord {
    let limit = Limit::always(LimitKind::Base, Some(amount));
    LimitRecord { owner: LimitOwner::Account(key(customer)), currency: dkk(), limit }
}

pub fn item(customer: &str, number: &str, kind: ItemKind, residual: i64, due: Day) -> Item {
    Item {
        key: key(customer),
        number: number.to_owned(),
        kind,
        currency: dkk(),
        amount: residual,
        residual,
        due,
        disputed: false,
        dunning_level: 0,
        dunning_blocked: false,
        delivered: None,
        document: String::new(),
    }
}

pub fn order(customer: &str, document: &str, ordered: i64) -> OrderRecord {
    OrderRecord {
        key: key(customer),
        document: document.to_owned(),
        currency: dkk(),
        ordered,
        delivered: 0,
        drafted: 0,
        expires: None,
        ships: None,
        since: NOW,
    }
}

pub fn identifier(scheme: &str, value: &str) -> IdentifierKey {
    IdentifierKey { scheme: scheme.to_owned(), value: value.to_owned() }
}

pub fn company(source: &str, number: &str) -> Company {
    Company {
        source: source.to_owned(),
        identifier: Some(identifier("dk.cvr", number)),
        name: "Firma ApS".to_owned(),
        registered: Some(TODAY),
        no_marketing: true,
        ..Company::default()
    }
}

pub fn remark(source: &str, number: &str, subject: &str) -> Remark {
    Remark {
        source: source.to_owned(),
        number: number.to_owned(),
        subject: identifier("dk.cvr", subject),
        kind: "judgement".to_owned(),
        amount: Some(1234),
        currency: Some(dkk()),
        registered: TODAY,
        expires: None,
    }
}

pub fn lookup(user: &str) -> LookupRecord {
    LookupRecord {
        at: NOW,
        user: user.to_owned(),
        on_behalf_of: String::new(),
        purpose: "credit sale".to_owned(),
        basis: String::new(),
        source: "bureau".to_owned(),
        subject: identifier("dk.cvr", "12345674"),
        answer: "clear".to_owned(),
        cached: false,
        digest: "00".to_owned(),
        copy_letter: true,
        rule: "dk.1".to_owned(),
    }
}

/// Makes a customer with an account and a limit.
pub fn put_debtor(load: &mut dyn Loader, number: &str, amount: i64) -> Result<()> {
    load.put_customer(&customer(number))?;
    load.put_account(&account(number))?;
    load.put_limit(&limit(number, amount))?;
    Ok(())
}

pub fn debtor(store: &dyn Store, number: &str, amount: i64) -> AccountId {
    store.load(NOW, TODAY, &mut |load| put_debtor(load, number, amount), soon()).unwrap();
    store.resolve(&key(number), soon()).unwrap().unwrap()
}

pub fn ask(customer: &str, document: &str) -> Ask {
    Ask {
        account: AccountRef::Key(key(customer)),
        document: document.to_owned(),
        item: String::new(),
        key: None,
        overdue_to: TODAY.plus(-1),
        horizon_to: Day::MAX,
        today: TODAY,
        now: NOW,
    }
}

pub fn request(name: &str, content: u8) -> Option<RequestKey> {
    Some(RequestKey { key: name.to_owned(), content: [content; 32] })
}

pub fn facts(store: &dyn Store, customer: &str) -> AccountFacts {
    store.facts(&ask(customer, ""), soon()).unwrap().account.unwrap()
}

pub fn buckets(store: &dyn Store, customer: &str) -> Buckets {
    facts(store, customer).buckets
}

fn record(outcome: &str, amount: i64) -> Option<NewDecision> {
    Some(NewDecision { body: format!("{{\"amount\":{amount},\"outcome\":\"{outcome}\"}}"), salt: [7; 16] })
}

/// Reserves an amount if limit and unapplied credits leave room for it, and puts the answer on record either way.
pub fn reserve(amount: i64, expires: Option<Instant>) -> Plan {
    let refused = move || Effects { record: record("refuse", amount), ..Effects::default() };
    Box::new(move |facts| {
        let Some(account) = &facts.account else { return Ok(refused()) };
        let exposure = account.buckets.debit().map_err(|e| Error::argument(e.to_string()))?;
        let limit = account.limits.first().and_then(|limit| limit.amount).unwrap_or(0);
        let room = limit.saturating_add(account.buckets.unapplied);
        if exposure.checked_add(amount).is_none_or(|after| after > room) {
            return Ok(refused());
        }
        let ordered = facts.chain.as_ref().map_or(0, |chain| chain.ordered) + amount;
        Ok(Effects {
            granted: true,
            chain: Some(Chain {
                account: account.id,
                document: String::new(),
                state: ChainState::Active,
                amount: ordered,
                ordered,
                delivered: 0,
                drafted: 0,
                invoiced: 0,
                settled: 0,
                expires,
                since: NOW,
                ships: None,
                marks: Marks::default(),
            }),
            record: record("approve", amount),
            ..Effects::default()
        })
    })
}

/// A step that reserves for a document.
pub fn reservation(customer: &str, document: &str, amount: i64) -> Step {
    expiring_reservation(customer, document, amount, None)
}

pub fn expiring_reservation(customer: &str, document: &str, amount: i64, expires: Option<Instant>) -> Step {
    let inner = reserve(amount, expires);
    let name = document.to_owned();
    Step {
        ask: ask(customer, document),
        plan: Box::new(move |facts| {
            let mut effects = inner(facts)?;
            if let Some(chain) = &mut effects.chain {
                chain.document.clone_from(&name);
            }
            Ok(effects)
        }),
    }
}

/// The same with a key.
pub fn keyed(mut step: Step, name: &str, content: u8) -> Step {
    step.ask.key = request(name, content);
    step
}

/// A chain with nothing in it.
pub fn chain(account: AccountId, document: &str, state: ChainState) -> Chain {
    Chain {
        account,
        document: document.to_owned(),
        state,
        amount: 0,
        ordered: 0,
        delivered: 0,
        drafted: 0,
        invoiced: 0,
        settled: 0,
        expires: None,
        since: NOW,
        ships: None,
        marks: Marks::default(),
    }
}

/// A step that writes just this.
pub fn writes(customer: &str, effects: Effects) -> Step {
    let effects = Effects { granted: true, ..effects };
    Step { ask: ask(customer, ""), plan: Box::new(move |_| Ok(effects.clone())) }
}

/// Writes a chain by a step.
pub fn put_chain(store: &dyn Store, customer: &str, chain: Chain) -> Result<Written> {
    run(store, writes(customer, Effects { chain: Some(chain), ..Effects::default() }))
}

/// Writes an item by a step of a day.
pub fn put_item_on(store: &dyn Store, today: Day, item: Item) -> AccountFacts {
    let mut step = writes(&item.key.customer.clone(), Effects { items: vec![item], ..Effects::default() });
    step.ask.today = today;
    run(store, step).unwrap().account.unwrap()
}

/// A load of its own.
pub fn load(store: &dyn Store, mut work: impl FnMut(&mut dyn Loader) -> Result<()>) {
    store.load(NOW, TODAY, &mut work, soon()).unwrap();
}

pub fn pool(name: &str) -> PoolRecord {
    PoolRecord { name: name.to_owned(), kind: PoolKind::Group, currency: dkk(), rates: Vec::new() }
}

/// Says which pools an account belongs to.
pub fn into_pools(customer: &str, pools: &[&str]) -> AccountRecord {
    AccountRecord { pools: Some(pools.iter().map(|name| (*name).to_owned()).collect()), ..account(customer) }
}

pub fn event(kind: EventKind, document: &str) -> Event {
    Event {
        id: 0,
        at: NOW,
        kind,
        account: None,
        document: document.to_owned(),
        subject: String::new(),
        reasons: Vec::new(),
    }
}

/// A step that fails.
pub fn failing(customer: &str) -> Step {
    Step { ask: ask(customer, ""), plan: Box::new(|_| Err(Error::new(ErrorKind::State, "no"))) }
}

/// Runs one step.
pub fn run(store: &dyn Store, step: Step) -> Result<Written> {
    let mut steps = store.step(vec![step], false, soon())?;
    assert_eq!(steps.answers.len(), 1);
    steps.answers.remove(0)
}

/// Whether the recorded decision says that the order was approved.
pub fn approved(written: &Written) -> bool {
    written.decision.as_ref().and_then(|d| d.body.as_deref()).is_some_and(|body| body.contains("approve"))
}

pub fn open(path: &std::path::Path) -> Result<SqliteStore> {
    SqliteStore::open(path, Options { create: true, ..Options::default() })
}

/// A store in a folder of its own, which goes with it.
pub struct Fresh {
    pub store: SqliteStore,
    pub folder: tempfile::TempDir,
}

impl Fresh {
    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("store.obligor")
    }
}

pub fn fresh() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store.obligor")).unwrap();
    Fresh { store, folder }
}

/// The store is sound: the file, every kept bucket, every chain of decisions.
pub fn assert_sound(store: &dyn Store) {
    let found = store.verify(&mut |_, _| true).unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
}
