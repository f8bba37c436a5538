//! What memory knows, and how soon it hears of what was written: by itself, by another thread, by another process.

#[path = "store_common/child.rs"]
#[allow(unreachable_pub, reason = "other test programs use it inside a module")]
mod child;
mod common;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use common::{NOON, customer, money, order, put_account};
use obligor::calendar::{Clock, Instant};
use obligor::engine::{ClockChoice, Config, Engine, Keeper, OrderAnswer, OrderRequest, Source};
use obligor::policy::Policy;
use obligor::reason::Outcome;
use obligor::store::sqlite::{Options, SqliteStore};
use serde_json::json;

fn open(store: &Path, create: bool) -> Engine {
    let clock = ClockChoice::Fixed(Instant::parse(NOON).unwrap());
    Engine::open(&Config { create, clock, deadline_ms: 20_000, ..Config::at(store) }).unwrap()
}

/// A store with four customers, of whom 100 and 200 share a limit, all of them in memory.
struct Desk {
    engine: Engine,
    store: PathBuf,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("credit.db");
        let engine = open(&store, true);
        common::call(&engine, "pool.put", json!({ "pool": "NORD", "kind": "group", "currency": "DKK" }));
        common::call(&engine, "limit.put", json!({ "pool": "NORD", "limit": "1500.00 DKK" }));
        for number in ["100", "200", "300", "400"] {
            customer(&engine, number, "1000.00 DKK");
        }
        for number in ["100", "200"] {
            put_account(&engine, number, "1.00 DKK", json!({ "pools": ["NORD"] }));
        }
        assert_eq!(engine.warm().unwrap(), 4);
        Self { engine, store, _folder: folder }
    }

    /// What a check of a customer is made on: where the facts came from, and what is owed.
    fn asked(&self, number: &str) -> (Source, String) {
        seen(&self.engine, number)
    }

    /// Carries a role out in another process.
    fn elsewhere(&self, test: &str, role: &str) {
        child::finish(child::start(test, role, &self.store));
    }
}

fn ask(engine: &Engine, number: &str, amount: &str) -> OrderAnswer {
    engine.check(&order(number, "", "", amount)).unwrap()
}

fn seen(engine: &Engine, number: &str) -> (Source, String) {
    let answer = ask(engine, number, "0.01 DKK");
    (answer.source, answer.decision.exposure_before.unwrap().to_string())
}

fn memory(owed: &str) -> (Source, String) {
    (Source::Memory, format!("{owed} DKK"))
}

fn store(owed: &str) -> (Source, String) {
    (Source::Store, format!("{owed} DKK"))
}

fn reserve(engine: &Engine, number: &str, document: &str, amount: &str) -> Outcome {
    engine.reserve(&order(number, document, document, amount)).unwrap().decision.outcome
}

/// What a child of these tests does, if this process is one.
fn is_child() -> bool {
    let Some((role, store)) = child::role() else { return false };
    let engine = open(&store, false);
    match role.as_str() {
        "reserve for 100" => assert_eq!(reserve(&engine, "100", "SO-child", "600.00 DKK"), Outcome::Approve),
        "reserve for 300" => assert_eq!(reserve(&engine, "300", "SO-child", "600.00 DKK"), Outcome::Approve),
        "refuse for 300" => assert_eq!(reserve(&engine, "300", "SO-large", "6000.00 DKK"), Outcome::Refuse),
        "raise the limit of NORD" => {
            common::call(&engine, "limit.put", json!({ "pool": "NORD", "limit": "1700.00 DKK" }));
        }
        "post an invoice of 300" => {
            let text = "company,customer,number,kind,currency,amount,residual,due\n\
                        NW01,300,INV-1,invoice,DKK,250.00,250.00,2026-12-22\n";
            common::call(&engine, "import", json!({ "kind": "open_items", "text": text }));
        }
        "many for 300" => {
            for n in 1..=40 {
                assert_eq!(reserve(&engine, "300", &format!("SO-{n}"), "10.00 DKK"), Outcome::Approve);
                child::answer(n);
            }
        }
        other => panic!("no role {other}"),
    }
    true
}

#[test]
fn another_process_reserves_and_the_next_check_sees_it() {
    const THIS: &str = "another_process_reserves_and_the_next_check_sees_it";
    if is_child() {
        return;
    }
    let desk = Desk::new();
    assert_eq!([desk.asked("100"), desk.asked("300")], [memory("0.00"), memory("0.00")]);
    desk.elsewhere(THIS, "reserve for 300");
    assert_eq!(desk.asked("300"), store("600.00"));
    assert_eq!([desk.asked("100"), desk.asked("300")], [memory("0.00"), memory("600.00")]);
    // What changes no fact makes nothing old.
    desk.elsewhere(THIS, "refuse for 300");
    assert_eq!(desk.asked("300"), memory("600.00"));
    // It would have let through what the other process's order left no room for.
    let refused = ask(&desk.engine, "300", "500.00 DKK");
    assert_eq!((refused.decision.outcome, refused.source), (Outcome::Refuse, Source::Store));
}

#[test]
fn another_process_takes_of_a_shared_limit_and_all_its_accounts_see_it() {
    const THIS: &str = "another_process_takes_of_a_shared_limit_and_all_its_accounts_see_it";
    if is_child() {
        return;
    }
    let desk = Desk::new();
    assert_eq!(ask(&desk.engine, "200", "950.00 DKK").source, Source::Memory);
    desk.elsewhere(THIS, "reserve for 100");
    let check = ask(&desk.engine, "200", "950.00 DKK");
    assert_eq!((check.source, check.decision.outcome), (Source::Store, Outcome::Refuse), "its own limit has room");
    assert_eq!([desk.asked("100"), desk.asked("200")], [store("600.00"), memory("0.00")]);
    assert_eq!(desk.asked("300"), memory("0.00"), "it shares nothing with them");
    desk.elsewhere(THIS, "raise the limit of NORD");
    assert_eq!([desk.asked("100"), desk.asked("200")], [store("600.00"), store("0.00")]);
    assert_eq!(ask(&desk.engine, "200", "950.00 DKK").decision.outcome, Outcome::Approve);
}

#[test]
fn another_process_loads_and_the_next_check_sees_it() {
    const THIS: &str = "another_process_loads_and_the_next_check_sees_it";
    if is_child() {
        return;
    }
    let desk = Desk::new();
    assert_eq!(desk.asked("300"), memory("0.00"));
    desk.elsewhere(THIS, "post an invoice of 300");
    assert_eq!(desk.asked("300"), store("250.00"));
    assert_eq!([desk.asked("300"), desk.asked("400")], [memory("250.00"), memory("0.00")], "the others stay");
}

#[test]
fn whatever_was_acknowledged_elsewhere_is_in_the_next_check() {
    if is_child() {
        return;
    }
    let desk = Desk::new();
    let mut child =
        child::start("whatever_was_acknowledged_elsewhere_is_in_the_next_check", "many for 300", &desk.store);
    let mut told = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Some(Ok(acknowledged)) = line.unwrap().strip_prefix('=').map(str::parse::<i64>) else { continue };
        told = acknowledged;
        let owed = ask(&desk.engine, "300", "0.01 DKK").decision.exposure_before.unwrap().minor;
        assert!(owed >= acknowledged * 10_00, "{owed} after {acknowledged} orders");
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(told, 40);
    assert_eq!(desk.asked("300").1, "400.00 DKK");
    assert_eq!(desk.asked("300"), memory("400.00"));
}

#[test]
fn ones_own_writes_stay_in_memory_as_they_left_the_account() {
    let desk = Desk::new();
    assert_eq!(reserve(&desk.engine, "300", "SO-1", "100.00 DKK"), Outcome::Approve);
    assert_eq!([desk.asked("300"), desk.asked("100")], [memory("100.00"), memory("0.00")]);
    assert_eq!(reserve(&desk.engine, "300", "SO-2", "9000.00 DKK"), Outcome::Refuse);
    assert_eq!(desk.asked("300"), memory("100.00"));
    // Of several in one transaction the last counts.
    let list: Vec<OrderRequest> =
        (3..6).map(|n| order("300", &format!("SO-{n}"), &format!("SO-{n}"), "100.00 DKK")).collect();
    assert!(desk.engine.reserve_list(&list, true).unwrap().taken);
    assert_eq!(desk.asked("300"), memory("400.00"));
    // A list that is not taken leaves what would have been nowhere.
    let list: Vec<OrderRequest> =
        (6..9).map(|n| order("300", &format!("SO-{n}"), &format!("SO-{n}"), "250.00 DKK")).collect();
    assert!(!desk.engine.reserve_list(&list, true).unwrap().taken);
    assert_eq!(desk.asked("300").1, "400.00 DKK");
    // Of two accounts that share a limit the one that was written later knows all.
    let list = [order("100", "SO-a", "SO-a", "900.00 DKK"), order("200", "SO-b", "SO-b", "500.00 DKK")];
    assert!(desk.engine.reserve_list(&list, true).unwrap().taken);
    assert_eq!([desk.asked("200"), desk.asked("100")], [memory("500.00"), store("900.00")]);
    assert_eq!(ask(&desk.engine, "200", "100.01 DKK").decision.outcome, Outcome::Refuse);
    let transfer = |document: &str, to: &str, amount: &str| {
        desk.engine.transfer(&order(to, document, &format!("{document} moves"), amount)).unwrap().decision.outcome
    };
    assert_eq!(transfer("SO-a", "300", "900.00 DKK"), Outcome::Refuse);
    assert_eq!([desk.asked("100").1, desk.asked("300").1], ["900.00 DKK", "400.00 DKK"]);
    assert_eq!(transfer("SO-b", "400", "500.00 DKK"), Outcome::Approve);
    assert_eq!([desk.asked("200"), desk.asked("400")], [memory("0.00"), memory("500.00")]);
}

#[test]
fn a_thread_finds_what_it_reserved_in_its_next_check() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for thread in 0..4_i64 {
            let engine = &desk.engine;
            scope.spawn(move || {
                let number = ["100", "300"][usize::try_from(thread % 2).unwrap()];
                for n in 1..=30 {
                    let document = format!("SO-{thread}-{n}");
                    assert_eq!(reserve(engine, number, &document, "5.00 DKK"), Outcome::Approve);
                    let owed = ask(engine, number, "0.01 DKK").decision.exposure_before.unwrap().minor;
                    assert!(owed >= n * 5_00, "{owed} after {n} orders of its own");
                }
            });
        }
    });
    for number in ["100", "300"] {
        assert_eq!(desk.asked(number).1, "300.00 DKK");
        assert_eq!(desk.asked(number), memory("300.00"));
    }
}

/// A clock that a test sets.
#[derive(Clone)]
struct Set(Arc<AtomicI64>);

impl Clock for Set {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// An engine on a store with one customer, whose policy lets memory be so old, and its clock.
fn with_memory_age(folder: &Path, age: &str) -> (Engine, Set) {
    let text =
        Policy::standard().unwrap().text.replace("memory_max_age = \"5 s\"", &format!("memory_max_age = {age:?}"));
    let policy = Arc::new(Policy::parse(&text).unwrap());
    let clock = Set(Arc::new(AtomicI64::new(Instant::parse(NOON).unwrap().0)));
    let store = SqliteStore::open(&folder.join("credit.db"), Options { create: true, ..Options::default() }).unwrap();
    let keeper = Keeper::new(&[7; 32]).unwrap();
    let engine =
        Engine::with(Box::new(store), policy, Box::new(clock.clone()), keeper, 0, Duration::from_secs(20)).unwrap();
    customer(&engine, "100", "1000.00 DKK");
    engine.warm().unwrap();
    (engine, clock)
}

#[test]
fn what_nobody_wrote_never_grows_old() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, clock) = with_memory_age(folder.path(), "250 ms");
    let noon = clock.now();
    for minutes in [0, 1, 60, 600] {
        clock.0.store(noon.0 + minutes * 60_000, Ordering::SeqCst);
        let answer = ask(&engine, "100", "1.00 DKK");
        assert_eq!((answer.source, answer.facts_at), (Source::Memory, clock.now()), "after {minutes} minutes");
    }
    // Facts of a moment that has not come yet are none, when a clock goes back.
    engine.warm().unwrap();
    clock.0.store(noon.0, Ordering::SeqCst);
    for source in [Source::Store, Source::Memory] {
        let answer = ask(&engine, "100", "1.00 DKK");
        assert_eq!((answer.source, answer.facts_at), (source, noon));
    }
}

#[test]
fn a_policy_that_wants_no_memory_gets_none() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = with_memory_age(folder.path(), "0 s");
    for _ in 0..2 {
        assert_eq!(ask(&engine, "100", "1.00 DKK").source, Source::Store);
    }
    assert_eq!(money("1.00 DKK"), ask(&engine, "100", "1.00 DKK").decision.increase);
}
