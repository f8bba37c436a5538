//! What tests on a real store share: a desk with an engine, customers and orders.
#![allow(dead_code, reason = "each test program uses its part")]

#[path = "../places/mod.rs"]
pub(crate) mod places;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use obligor::calendar::{Clock, Day, Instant};
use obligor::engine::{Config, Engine, OrderRequest, PolicySource};
use obligor::money::Money;
use obligor::policy::Policy;
use obligor::store::{AccountKey, Customer, Item, ItemKind};
use places::{Home, Place};
use serde_json::{Value, json};

/// A desk: an engine on a store of its own, at a moment that stands still.
pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) home: Home,
}

/// What a policy has beside its facts and rules.
pub(crate) const FRAME: &str = include_str!("../conformance/policies/frame.toml");

pub(crate) const NOON: &str = "2026-11-22T12:00:00Z";

/// A clock that is set by hand: milliseconds after [`NOON`].
#[derive(Clone, Default)]
pub(crate) struct Hand(Arc<AtomicI64>);

impl Hand {
    pub(crate) fn set(&self, milliseconds: i64) {
        self.0.store(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Instant {
        Instant(Instant::parse(NOON).unwrap().0 + self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn open(home: &Home, now: &str) -> Engine {
    Engine::open(&home.config(now)).unwrap()
}

pub(crate) fn key(customer: &str) -> AccountKey {
    AccountKey { company: "NW01".to_owned(), customer: customer.to_owned() }
}

pub(crate) fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

impl Desk {
    pub(crate) fn new(place: Place) -> Self {
        let home = Home::new(place);
        Self { engine: open(&home, NOON), home }
    }

    /// A desk whose policy is the standard one with `more` at its end.
    pub(crate) fn with_policy(place: Place, more: &str) -> Self {
        let text = format!("{}\n{more}", Policy::standard().unwrap().text);
        Self::new(place).under(NOON, PolicySource::Text(text))
    }

    /// The same credit state under another policy, at a moment.
    pub(crate) fn under(self, now: &str, policy: PolicySource) -> Self {
        let Self { engine, home } = self;
        drop(engine);
        let config = Config { policy, ..home.config(now) };
        Self { engine: Engine::open(&config).unwrap(), home }
    }

    pub(crate) fn customer(&self, number: &str, limit: &str) {
        customer(&self.engine, number, limit);
    }

    pub(crate) fn limit(&self, number: &str, limit: &str) {
        put_limit(&self.engine, number, limit);
    }

    pub(crate) fn item(&self, customer: &str, number: &str, kind: ItemKind, residual: &str, due: &str) {
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
                dunning_blocked: false,
                delivered: None,
                document: String::new(),
            })
            .unwrap();
    }

    pub(crate) fn later(self, now: &str) -> Self {
        let Self { engine, home } = self;
        drop(engine);
        Self { engine: open(&home, now), home }
    }

    pub(crate) fn exposure(&self, customer: &str) -> String {
        let id = self.engine.resolve(&key(customer)).unwrap();
        self.engine.position_of(id).unwrap().exposure.to_string()
    }
}

pub(crate) fn order(customer: &str, document: &str, request_key: &str, amount: &str) -> OrderRequest {
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
pub(crate) fn customer(engine: &Engine, number: &str, limit: &str) {
    let customer = Customer { number: number.to_owned(), name: number.to_owned(), ..Customer::default() };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    engine
        .store()
        .load(engine.now(), engine.today(), &mut |loader| loader.put_customer(&customer).map(drop), deadline)
        .unwrap();
    put_account(engine, number, limit, json!({}));
    put_limit(engine, number, limit);
}

/// The account as the host puts it, with `more` that is said of it.
pub(crate) fn put_account(engine: &Engine, number: &str, in_currency_of: &str, more: Value) {
    let mut account = json!({ "company": "NW01", "customer": number, "currency": money(in_currency_of).currency });
    account.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call(engine, "account.put", account);
}

fn put_limit(engine: &Engine, number: &str, limit: &str) {
    call(engine, "limit.put", json!({ "company": "NW01", "customer": number, "limit": limit }));
}

/// The answer of an operation that must succeed.
pub(crate) fn call(engine: &Engine, operation: &str, request: Value) -> Value {
    let answer = engine.call(operation, &request.to_string()).unwrap_or_else(|error| panic!("{operation}: {error}"));
    serde_json::from_str(&answer).unwrap()
}
