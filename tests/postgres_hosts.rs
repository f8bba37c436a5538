//! Two hosts on one database: how soon one hears of the other, and what either may say when it hears nothing.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::places::postgres_server::{Server, shared};
use common::{Hand, customer, money, order, put_account};
use obligor::calendar::Clock;
use obligor::credit::{Limit, LimitKind};
use obligor::engine::{Engine, Keeper, Source};
use obligor::error::ErrorKind;
use obligor::policy::Policy;
use obligor::store::postgres::{Options, PostgresStore};
use obligor::store::{LimitOwner, LimitRecord, LimitRequest};
use serde_json::json;

fn host(url: &str, clock: &Hand, deadline: Duration) -> Engine {
    let store = PostgresStore::open(url, Options { create: true, ..Options::default() }).unwrap();
    let text = format!("{}\n", Policy::standard().unwrap().text);
    let policy = Arc::new(Policy::parse(&text).unwrap());
    let keeper = Keeper::new(&[7; 32]).unwrap();
    Engine::with(Box::new(store), policy, Box::new(clock.clone()), keeper, 0, deadline).unwrap()
}

/// Where the facts of a check came from, what is owed, and how old that is in milliseconds.
fn asked(engine: &Engine, clock: &Hand, number: &str) -> (Source, String, i64) {
    let answer = engine.check(&order(number, "", "", "1.00 DKK")).unwrap();
    let owed = answer.decision.exposure_before.unwrap().to_string();
    (answer.source, owed, clock.now().since(answer.facts_at))
}

#[test]
fn a_host_hears_what_another_wrote() {
    let (url, clock) = (shared().fresh_database(), Hand::default());
    let (here, there) = (host(&url, &clock, Duration::from_secs(20)), host(&url, &clock, Duration::from_secs(20)));
    let oldest = i64::from(here.policy().facts.memory_max_age_ms);
    assert!(oldest > 0);
    common::call(&here, "pool.put", json!({ "pool": "NORD", "kind": "group", "currency": "DKK" }));
    for number in ["100", "200", "300"] {
        customer(&here, number, "1000.00 DKK");
    }
    for number in ["100", "200"] {
        put_account(&here, number, "1.00 DKK", json!({ "pools": ["NORD"] }));
    }
    // The log has been heard to its end, and everybody is in memory.
    for number in ["100", "200", "300", "100", "200", "300"] {
        asked(&here, &clock, number);
    }
    for number in ["100", "200", "300"] {
        assert_eq!(asked(&here, &clock, number).0, Source::Memory, "{number}");
    }

    there.reserve(&order("300", "SO-1", "SO-1", "400.00 DKK")).unwrap();
    // Until half of the age is over nothing is asked of the server, and the answer says as of when it is.
    clock.set(oldest / 2);
    assert_eq!(asked(&here, &clock, "300"), (Source::Memory, money("0.00 DKK").to_string(), oldest / 2));
    clock.set(oldest / 2 + 1);
    assert_eq!(asked(&here, &clock, "300"), (Source::Store, money("400.00 DKK").to_string(), 0));
    assert_eq!(asked(&here, &clock, "300"), (Source::Memory, money("400.00 DKK").to_string(), 0));
    // The others were not written, and are as young as the last contact.
    assert_eq!(asked(&here, &clock, "100"), (Source::Memory, money("0.00 DKK").to_string(), 0));

    // Its own writes it knows at once.
    here.reserve(&order("300", "SO-2", "SO-2", "100.00 DKK")).unwrap();
    assert_eq!(asked(&here, &clock, "300"), (Source::Memory, money("500.00 DKK").to_string(), 0));

    // Who shares a limit with somebody is written with them.
    there.reserve(&order("200", "SO-3", "SO-3", "50.00 DKK")).unwrap();
    clock.set(oldest + 2);
    assert_eq!(asked(&here, &clock, "100").0, Source::Store);
    assert_eq!(asked(&here, &clock, "300").0, Source::Memory);

    // A load may have written anybody.
    customer(&there, "400", "10.00 DKK");
    clock.set(2 * oldest);
    assert_eq!(asked(&here, &clock, "300").0, Source::Store);

    // A pool's limit that a second person approves is a fact of all its accounts.
    asked(&here, &clock, "100");
    assert_eq!(asked(&here, &clock, "100").0, Source::Memory);
    let owner = LimitOwner::Pool("NORD".to_owned());
    let limit = Limit::always(LimitKind::Base, Some(500_00));
    let record = LimitRecord { owner, currency: money("0.00 DKK").currency, limit };
    let request = LimitRequest { id: 0, record, user: "anna".to_owned(), at: clock.now() };
    let soon = std::time::Instant::now() + Duration::from_secs(20);
    let id = there.store().put_limit_request(&request, soon).unwrap();
    there.store().decide_limit_request(id, "bo", true, clock.now(), soon).unwrap();
    clock.set(3 * oldest);
    assert_eq!(asked(&here, &clock, "100").0, Source::Store);
}

#[test]
fn a_host_that_read_everybody_at_its_start_need_not_ask_again() {
    let (url, clock) = (shared().fresh_database(), Hand::default());
    customer(&host(&url, &clock, Duration::from_secs(20)), "100", "1000.00 DKK");
    let here = host(&url, &clock, Duration::from_secs(20));
    assert_eq!(here.warm().unwrap(), 1);
    assert_eq!(asked(&here, &clock, "100"), (Source::Memory, money("0.00 DKK").to_string(), 0));
}

#[test]
fn without_contact_nothing_stays_fresh() {
    let mut server = Server::start();
    let (url, clock) = (server.fresh_database(), Hand::default());
    let engine = host(&url, &clock, Duration::from_millis(1500));
    let oldest = i64::from(engine.policy().facts.memory_max_age_ms);
    customer(&engine, "100", "1000.00 DKK");
    while asked(&engine, &clock, "100").0 != Source::Memory {}

    server.pause();
    clock.set(oldest - 1);
    // The server does not answer, and what memory holds is young enough still.
    assert_eq!(asked(&engine, &clock, "100"), (Source::Memory, money("0.00 DKK").to_string(), oldest - 1));
    clock.set(oldest + 1);
    let error = engine.check(&order("100", "", "", "1.00 DKK")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");

    // Nobody wrote meanwhile, and that is heard as soon as the server answers again.
    server.resume();
    assert_eq!(asked(&engine, &clock, "100"), (Source::Memory, money("0.00 DKK").to_string(), 0));
}
