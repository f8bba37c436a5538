//! The customers that all suites ask about, and an engine that knows them.

use std::sync::Arc;
use std::time::{Duration, Instant as Deadline};

use obligor::calendar::Day;
use obligor::credit::{Limit, LimitKind, Status};
use obligor::engine::{Engine, OrderRequest};
use obligor::money::{Currency, Money};
use obligor::store::{AccountKey, AccountRecord, Customer, LimitOwner, LimitRecord};

use crate::dice::Dice;
use crate::rounds::Call;

pub(crate) const COMPANY: &str = "NORD";
pub(crate) const AMOUNT: i64 = 10_00;
/// Room for all orders of a run.
pub(crate) const LIMIT: i64 = 1_000_000_000_00;

pub(crate) fn currency() -> Currency {
    Currency::parse("DKK").expect("a currency")
}

/// The number of a customer.
pub(crate) fn customer(number: u32) -> String {
    format!("C{number:05}")
}

pub(crate) fn key(number: u32) -> AccountKey {
    AccountKey { company: COMPANY.to_owned(), customer: customer(number) }
}

/// Makes so many customers with accounts and limits.
pub(crate) fn fill(engine: &Engine, accounts: u32) {
    let currency = currency();
    let today = Day::from_ymd(2026, 11, 22).expect("a day");
    // Ten million of them take minutes.
    let deadline = Deadline::now() + Duration::from_secs(1_800);
    engine
        .store()
        .load(
            engine.now(),
            today,
            &mut |load| {
                for key in (0..accounts).map(key) {
                    let number = key.customer.clone();
                    load.put_customer(&Customer { number, country: "DK".to_owned(), ..Customer::default() })?;
                    load.put_account(&AccountRecord {
                        key: key.clone(),
                        currency,
                        status: Status::Ok,
                        profile: None,
                        pools: None,
                    })?;
                    let limit = Limit::always(LimitKind::Base, Some(LIMIT));
                    load.put_limit(&LimitRecord { owner: LimitOwner::Account(key), currency, limit })?;
                }
                Ok(())
            },
            deadline,
        )
        .expect("a load");
}

/// An order of a customer. Without a name it has neither a document nor a key, and can only be asked about.
pub(crate) fn order(account: u32, name: &str) -> OrderRequest {
    let named = |kind: &str| if name.is_empty() { String::new() } else { format!("{kind}-{name}") };
    OrderRequest {
        company: COMPANY.to_owned(),
        customer: customer(account),
        document: named("SO"),
        key: named("key"),
        amount: Some(Money::new(AMOUNT, currency())),
        ..OrderRequest::default()
    }
}

/// Reserves an order at one of the first so many customers with each call.
pub(crate) fn reserving(engine: &Arc<Engine>, caller: &str, accounts: u32) -> Call {
    let seed = caller.bytes().fold(1, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let (engine, mut dice, caller, mut number) = (Arc::clone(engine), Dice(seed), caller.to_owned(), 0_u64);
    Box::new(move || {
        number += 1;
        let order = order(dice.below(accounts), &format!("{caller}-{number}"));
        let answer = engine.reserve(&order).expect("an answer");
        assert!(answer.decision.outcome.grants(), "there is room for all");
    })
}

/// Makes sure that every kept sum is the sum of what it is of.
pub(crate) fn is_sound(engine: &Engine) {
    let found = engine.store().verify(&mut |_, _| true).expect("a verification");
    assert_eq!(found.faults, Vec::<String>::new(), "the store is sound");
}
