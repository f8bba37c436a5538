//! How often the server is asked: round trips, counted on the wire.

mod common;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use common::places::postgres_server::shared;
use common::{Hand, call, customer, money, order, put_account};
use obligor::engine::{Engine, Keeper, OrderAnswer, Source};
use obligor::policy::Policy;
use obligor::reason::Outcome;
use obligor::store::postgres::{Options, PostgresStore};
use serde_json::json;

const DAY: i64 = 24 * 3600 * 1000;

/// A relay to a server that counts how often it was asked. However much a client sends before it is answered, it asks
/// once.
struct Counter {
    address: SocketAddr,
    trips: Arc<AtomicU64>,
}

impl Counter {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, trips) = (listener.local_addr().unwrap(), Arc::<AtomicU64>::default());
        let counted = Arc::clone(&trips);
        // The threads end with the program.
        std::thread::spawn(move || {
            for client in listener.incoming().map(Result::unwrap) {
                let server = TcpStream::connect(server).unwrap();
                let answered = Arc::new(AtomicBool::new(true));
                let (trips, asks) = (Arc::clone(&counted), Arc::clone(&answered));
                relay(client.try_clone().unwrap(), server.try_clone().unwrap(), move || {
                    if asks.swap(false, Ordering::SeqCst) {
                        trips.fetch_add(1, Ordering::SeqCst);
                    }
                });
                relay(server, client, move || answered.store(true, Ordering::SeqCst));
            }
        });
        Self { address, trips }
    }

    fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@{}/{database}", self.address)
    }

    /// What some work answers, and how many round trips it took.
    fn count<T>(&self, work: impl FnOnce() -> T) -> (T, u64) {
        let before = self.trips.load(Ordering::SeqCst);
        let answer = work();
        (answer, self.trips.load(Ordering::SeqCst) - before)
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, seen: impl Fn() + Send + 'static) {
    to.set_nodelay(true).unwrap();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let bytes = from.read(&mut buffer).unwrap_or(0);
            if bytes == 0 {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            seen();
            if to.write_all(&buffer[..bytes]).is_err() {
                return;
            }
        }
    });
}

/// A host, with a connection that is open already.
fn host(url: &str, clock: &Hand) -> Engine {
    let store = PostgresStore::open(url, Options { create: true, ..Options::default() }).unwrap();
    let policy = Arc::new(Policy::standard().unwrap());
    let keeper = Keeper::new(&[7; 32]).unwrap();
    Engine::with(Box::new(store), policy, Box::new(clock.clone()), keeper, 0, Duration::from_secs(20)).unwrap()
}

/// A host whose round trips are counted, another one beside it, and two customers.
fn two_hosts(clock: &Hand) -> (Counter, Engine, Engine) {
    let server = shared();
    let (database, counter) = (server.fresh_database_name(), Counter::before(server.address()));
    let (here, there) = (host(&counter.url(&database), clock), host(&server.url(&database), clock));
    for number in ["100", "200"] {
        customer(&there, number, "1000.00 DKK");
    }
    (counter, here, there)
}

fn reserved(engine: &Engine, number: &str, document: &str, amount: &str) -> OrderAnswer {
    let answer = engine.reserve(&order(number, document, document, amount)).unwrap();
    assert_eq!(answer.decision.outcome, Outcome::Approve, "{document}");
    answer
}

#[test]
fn a_check_takes_one_round_trip_and_from_memory_none() {
    let clock = Hand::default();
    let (counter, here, _there) = two_hosts(&clock);
    let check = |number: &str| counter.count(|| here.check(&order(number, "", "", "1.00 DKK")).unwrap().source);
    assert_eq!(check("100"), (Source::Store, 1), "the first check of a customer");
    assert_eq!(check("200"), (Source::Store, 1));
    // The first look into memory asks what others have written, and believes nothing from before.
    check("100");
    check("200");
    for number in ["100", "200", "100"] {
        assert_eq!(check(number), (Source::Memory, 0), "{number}");
    }
    // Once in a while one check asks for all what others have written.
    let oldest = i64::from(here.policy().facts.memory_max_age_ms);
    clock.set(oldest / 2 + 1);
    assert_eq!(check("100"), (Source::Memory, 1));
    for number in ["200", "100"] {
        assert_eq!(check(number), (Source::Memory, 0), "{number}");
    }
    // An order by its number is asked about as it stands in the store.
    let (_, trips) = counter.count(|| here.check(&order("100", "SO-1", "", "1.00 DKK")).unwrap());
    assert_eq!(trips, 1);
}

#[test]
fn a_reservation_takes_one_round_trip() {
    let clock = Hand::default();
    let (counter, here, _there) = two_hosts(&clock);
    here.check(&order("100", "", "", "1.00 DKK")).unwrap();
    let reserve = |number: &str, document: &str| counter.count(|| reserved(&here, number, document, "10.00 DKK")).1;
    assert_eq!(reserve("100", "SO-1"), 1, "the first of a customer that was checked");
    assert_eq!(reserve("100", "SO-2"), 1);
    assert_eq!(reserve("200", "SO-3"), 2, "one that nobody met must be read");
    assert_eq!(reserve("200", "SO-4"), 1);
    clock.set(DAY);
    assert_eq!(reserve("100", "SO-5"), 1, "the first on another day, when nothing fell due");
    // What is refused is put on record in one as well.
    let (answer, trips) = counter.count(|| here.reserve(&order("100", "SO-6", "SO-6", "990.00 DKK")).unwrap());
    assert_eq!((answer.decision.outcome, trips), (Outcome::Refuse, 1));
    assert_eq!(answer.decision.exposure_before, Some(money("30.00 DKK")));
    let sound = here.store().verify(&mut |_, _| true).unwrap();
    assert_eq!(sound.faults, Vec::<String>::new());
}

#[test]
fn who_shares_limits_takes_one_round_trip_too() {
    let clock = Hand::default();
    let (counter, here, there) = two_hosts(&clock);
    for (pool, limit) in [("NORD", "900.00 DKK"), ("ALLE", "5000.00 DKK")] {
        call(&there, "pool.put", json!({ "pool": pool, "kind": "group", "currency": "DKK" }));
        call(&there, "limit.put", json!({ "pool": pool, "limit": limit }));
    }
    for number in ["100", "200"] {
        put_account(&there, number, "1.00 DKK", json!({ "pools": ["NORD", "ALLE"] }));
    }
    let (_, trips) = counter.count(|| here.check(&order("100", "", "", "1.00 DKK")).unwrap());
    assert_eq!(trips, 1, "the first check of a customer");
    let reserve = |number: &str, document: &str| counter.count(|| reserved(&here, number, document, "10.00 DKK")).1;
    assert_eq!(reserve("100", "SO-1"), 1, "the first of a customer that was checked");
    assert_eq!(reserve("100", "SO-2"), 1);
    assert_eq!(reserve("200", "SO-3"), 2, "one that nobody met must be read");
    assert_eq!(reserve("100", "SO-4"), 2, "the other one was not seen to order before");
    for number in 5..15 {
        assert_eq!(reserve("200", &format!("SO-{number}-200")), 1, "{number}");
        assert_eq!(reserve("100", &format!("SO-{number}-100")), 1, "{number}");
        reserved(&there, "200", &format!("SO-{number}-there"), "1.00 DKK");
    }
    // 250 are ordered. Near the limit that they share it is decided on what is so, whoever asks.
    let granted = |engine: &Engine, number: &str, document: &str| {
        engine.reserve(&order(number, document, document, "100.00 DKK")).unwrap().decision.outcome == Outcome::Approve
    };
    let granted = (0..10)
        .flat_map(|n| [(&here, "100", n), (&there, "200", n), (&here, "200", n)])
        .filter(|(engine, number, n)| {
            granted(engine, number, &format!("R-{number}-{n}-{}", std::ptr::eq(*engine, &here)))
        })
        .count();
    assert_eq!(granted, 6);
    // What is new about a pool is heard of by the next order.
    call(&there, "limit.put", json!({ "pool": "NORD", "limit": "960.00 DKK" }));
    assert_eq!(reserve("100", "SO-more"), 3, "asked, read, asked again");
    let sound = there.store().verify(&mut |_, _| true).unwrap();
    assert_eq!(sound.faults, Vec::<String>::new());
}

#[test]
fn a_reservation_beside_another_host_takes_one_round_trip_once_it_was_met() {
    let clock = Hand::default();
    let (counter, here, there) = two_hosts(&clock);
    let reserve = |document: &str| counter.count(|| reserved(&here, "100", document, "1.00 DKK"));
    reserve("SO-0");
    reserved(&there, "100", "SO-1", "1.00 DKK");
    // The decision on record rests on what was so.
    let (answer, trips) = reserve("SO-2");
    assert_eq!((answer.decision.exposure_before, trips), (Some(money("2.00 DKK")), 2));
    for number in 3..20 {
        reserved(&there, "100", &format!("T-{number}"), "1.00 DKK");
        assert_eq!(reserve(&format!("H-{number}")).1, 1, "with the other one in between, time {number}");
    }
    // Near the limit it is decided on what is so, and no order too many goes through.
    let (rest, trips) = counter.count(|| {
        (0..30)
            .filter(|number| {
                here.reserve(&order("100", &format!("R-{number}"), &format!("R-{number}"), "40.00 DKK"))
                    .unwrap()
                    .decision
                    .outcome
                    == Outcome::Approve
            })
            .count()
    });
    assert_eq!((rest, trips), (24, 30));
    let sound = there.store().verify(&mut |_, _| true).unwrap();
    assert_eq!(sound.faults, Vec::<String>::new());
}
