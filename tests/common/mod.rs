//! What tests on a real store share: a desk with an engine, customers and orders.
#![allow(dead_code, reason = "each test program uses its part")]

use obligor::calendar::{Day, Instant};
use obligor::credit::{Limit, LimitKind, Status};
use obligor::engine::{ClockChoice, Config, Engine, OrderRequest};
use obligor::money::Money;
use obligor::store::{AccountKey, AccountRecord, Customer, Item, ItemKind, LimitRecord};
use tempfile::TempDir;

/// A desk: an engine on a store of its own, at a moment that stands still.
pub struct Desk {
    pub engine: Engine,
    folder: TempDir,
}

pub const NOON: &str = "2026-11-22T12:00:00Z";

pub fn open(folder: &TempDir, now: &str) -> Engine {
    let mut config = Config::at(folder.path().join("credit.db"));
    config.create = true;
    config.clock = ClockChoice::Fixed(Instant::parse(now).unwrap());
    Engine::open(&config).unwrap()
}

pub fn key(customer: &str) -> AccountKey {
    AccountKey { company: "NW01".to_owned(), customer: customer.to_owned() }
}

pub fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { engine: open(&folder, NOON), folder }
    }

    pub fn customer(&self, number: &str, limit: &str) {
        customer(&self.engine, number, limit);
    }

    pub fn limit(&self, number: &str, limit: &str) {
        put_limit(&self.engine, number, limit);
    }

    pub fn item(&self, customer: &str, number: &str, kind: ItemKind, residual: &str, due: &str) {
        let residual = money(residual);
        self.engine
            .put_item(&Item {
                key: key(customer),
                number: number.to_owned(),
                kind,
                currency: residual.currency,
                amount: residual.minor,
                residual: residual.minor,
                due: Day::parse(due).unwrap(),
                disputed: false,
                dunning_level: 0,
                document: String::new(),
            })
            .unwrap();
    }

    pub fn later(self, now: &str) -> Self {
        let Self { engine, folder } = self;
        drop(engine);
        Self { engine: open(&folder, now), folder }
    }

    pub fn exposure(&self, customer: &str) -> String {
        let id = self.engine.resolve(&key(customer)).unwrap();
        self.engine.position_of(id).unwrap().exposure.to_string()
    }
}

pub fn order(customer: &str, document: &str, request_key: &str, amount: &str) -> OrderRequest {
    OrderRequest {
        company: "NW01".to_owned(),
        customer: customer.to_owned(),
        document: document.to_owned(),
        key: request_key.to_owned(),
        amount: Some(money(amount)),
        ..OrderRequest::default()
    }
}

/// A customer with an account in the currency of its limit.
pub fn customer(engine: &Engine, number: &str, limit: &str) {
    let customer = Customer { number: number.to_owned(), name: number.to_owned(), ..Customer::default() };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    engine.store().load(&mut |loader| loader.put_customer(&customer).map(drop), deadline).unwrap();
    let account = AccountRecord { key: key(number), currency: money(limit).currency, status: Status::Ok };
    engine.put_account(&account).unwrap();
    put_limit(engine, number, limit);
}

fn put_limit(engine: &Engine, number: &str, limit: &str) {
    let Money { minor, currency } = money(limit);
    let limit = Limit { kind: LimitKind::Base, amount: Some(minor), from: None, to: None };
    engine.put_limit(&LimitRecord { key: key(number), currency, limit }).unwrap();
}
