//! Lists over many accounts and pools, from many hosts at once: nobody ever waits for each other in a circle.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use obligor::calendar;
use obligor::credit::{Chain, ChainState};
use obligor::error::ErrorKind;
use obligor::store::postgres::{Options, PostgresStore};
use obligor::store::{Effects, ItemKind, LimitOwner, LimitRecord, Step, Store, Written};

use crate::hosts::Chance;
use crate::postgres_server::machine::wait_until;
use crate::postgres_server::shared;
use crate::store_common::*;
use crate::workload::{carry_out, purchase};
use crate::{alone_on_this_machine, long};

const STORES: usize = 4;
const CALLERS: usize = 4;
const ACCOUNTS: usize = 20;
/// Pools, and which accounts belong to them.
const POOLS: [(&str, usize, usize); 4] = [("LEFT", 0, 5), ("MIDDLE", 3, 7), ("RIGHT", 6, 10), ("APART", 10, 12)];
const POOL_LIMIT: i64 = 20_000;

fn customer_number(number: usize) -> String {
    format!("{}", 10 + number)
}

/// The pools of an account; the last ones have none.
fn pools_of(number: usize) -> Vec<&'static str> {
    POOLS.iter().filter(|(_, from, to)| (*from..*to).contains(&number)).map(|(name, ..)| *name).collect()
}

fn found() -> (String, PostgresStore) {
    let database = shared().fresh_database_name();
    let store = open(&database);
    load(&store, |load| {
        for (name, ..) in POOLS {
            load.put_pool(&pool(name))?;
            load.put_limit(&LimitRecord { owner: LimitOwner::Pool(name.to_owned()), ..limit("", POOL_LIMIT) })?;
        }
        for number in 0..ACCOUNTS {
            put_debtor(load, &customer_number(number), 50_000)?;
            load.put_account(&into_pools(&customer_number(number), &pools_of(number)))?;
        }
        Ok(())
    });
    (database, store)
}

fn open(database: &str) -> PostgresStore {
    PostgresStore::open(&shared().url(database), Options { create: true, ..Options::default() }).unwrap()
}

/// The server never had to end a circle. Its sessions must have ended, since they count for themselves until then.
fn no_deadlock(database: &str) {
    let sessions = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'");
    wait_until("all sessions have ended", || shared().sql("postgres", &sessions) == "0");
    let deadlocks = format!("SELECT deadlocks FROM pg_stat_database WHERE datname = '{database}'");
    assert_eq!(shared().sql("postgres", &deadlocks), "0");
    no_deadlock(&database);
}

/// Many threads on two stores do the same at the same moment, several times. `step` says what, by round and thread.
fn at_once(
    stores: &[PostgresStore],
    rounds: usize,
    step: impl Fn(usize, usize) -> Step + Sync,
    judge: impl Fn(Vec<obligor::error::Result<Written>>),
) {
    let start = Barrier::new(8);
    for round in 0..rounds {
        let answers = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..8)
                .map(|thread| {
                    let (step, start, store) = (&step, &start, &stores[thread % 2]);
                    scope.spawn(move || {
                        start.wait();
                        run(store, step(round, thread))
                    })
                })
                .collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        });
        judge(answers);
    }
}

#[test]
fn the_same_key_from_two_hosts_at_once_is_done_once() {
    let (database, store) = found();
    let stores = [open(&database), open(&database)];
    // An account without pools, one with pools, and a customer whom nobody knows.
    for customer in ["25", "10", "nobody"] {
        let ask = |round: usize, _: usize| {
            let document = format!("SO-{customer}-{round}");
            keyed(purchase(customer, &document, 1), &document, 1)
        };
        at_once(&stores, 30, ask, |answers| {
            let answers: Vec<Written> = answers.into_iter().map(Result::unwrap).collect();
            assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1, "{answers:?}");
            assert!(answers.iter().all(|answer| answer.decision == answers[0].decision), "{answers:?}");
        });
    }
    assert_eq!((buckets(&store, "25").ordered, buckets(&store, "10").ordered), (30, 30));
    // The same key for customers of their own: one of them has it, and the others are told.
    let ask = |round: usize, thread: usize| {
        let step = purchase(&customer_number(12 + thread), &format!("SO-{thread}-{round}"), 1);
        keyed(step, &format!("shared-{round}"), thread as u8)
    };
    at_once(&stores, 30, ask, |answers| {
        let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1, "{done:?}");
        assert!(refused.iter().all(|e| e.as_ref().unwrap_err().kind() == ErrorKind::KeyConflict), "{refused:?}");
    });
    assert_sound(&store);
}

#[test]
fn an_order_that_two_customers_want_at_once_is_that_of_one() {
    let (database, store) = found();
    let stores = [open(&database), open(&database)];
    for first in [0, 12] {
        let ask = |round: usize, thread: usize| {
            let step = purchase(&customer_number(first + thread), &format!("SO-{first}-{round}"), 1);
            keyed(step, &format!("{first}-{round}-{thread}"), 1)
        };
        at_once(&stores, 30, ask, |answers| {
            let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
            assert_eq!(done.len(), 1, "{done:?}");
            assert!(refused.iter().all(|e| e.as_ref().unwrap_err().kind() == ErrorKind::State), "{refused:?}");
        });
    }
    assert_sound(&store);
}

#[test]
fn customers_whom_nobody_knows_share_one_chain_of_decisions() {
    let (database, store) = found();
    let stores = [open(&database), open(&database)];
    let ask = |round: usize, thread: usize| purchase(&format!("nobody-{thread}"), &format!("SO-{round}-{thread}"), 1);
    at_once(&stores, 10, ask, |answers| answers.into_iter().for_each(|answer| assert!(!approved(&answer.unwrap()))));
    // In lists with others, in either order.
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (start, store) = (&start, &stores[thread % 2]);
            scope.spawn(move || {
                for round in 0..10 {
                    let mut list = vec![
                        purchase("nobody", &format!("SO-n-{round}-{thread}"), 1),
                        purchase("25", &format!("SO-s-{round}-{thread}"), 1),
                    ];
                    if thread % 4 < 2 {
                        list.reverse();
                    }
                    start.wait();
                    let done = store.step(list, false, soon()).unwrap();
                    done.answers.into_iter().for_each(|answer| drop(answer.unwrap()));
                }
            });
        }
    });
    assert_eq!(buckets(&store, "25").ordered, 80);
    assert_sound(&store);
    drop((store, stores));
    no_deadlock(&database);
}

#[test]
fn an_account_that_enters_a_pool_meanwhile_is_decided_again_under_the_pools_lock() {
    let (database, store) = found();
    let id = store.resolve(&key("25"), soon()).unwrap().unwrap();
    // What a load does, so slowly that the request comes in between; and somebody who holds the pool for longer.
    let enters = format!(
        "BEGIN; SELECT 1 FROM obligor.account WHERE id = {0} FOR UPDATE; SELECT pg_sleep(1);
         INSERT INTO obligor.pool_member (account, place, pool) SELECT {0}, 0, id FROM obligor.pool WHERE name = 'LEFT';
         UPDATE obligor.account SET facts_version = facts_version + 1 WHERE id = {0}; COMMIT",
        id.0
    );
    let holds = "BEGIN; SELECT 1 FROM obligor.pool WHERE name = 'LEFT' FOR UPDATE; SELECT pg_sleep(3); COMMIT";
    let order = Chain { ordered: 5, ..chain(id, "SO-1", ChainState::Active) };
    let step = || writes("25", Effects { chain: Some(order.clone()), ..Effects::default() });
    std::thread::scope(|scope| {
        for text in [&enters, holds] {
            scope.spawn(|| shared().sql(&database, text));
        }
        let asleep =
            format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND wait_event = 'PgSleep'");
        wait_until("both sleep", || shared().sql("postgres", &asleep) == "2");
        let error = carry_out(&store, step(), Instant::now() + Duration::from_millis(2000)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undetermined);
        assert!(error.message().contains("55P03"), "{error}");
    });
    run(&store, step()).unwrap();
    assert_eq!(facts(&store, "25").pools[0].sums[0].debit, 5);
    assert_sound(&store);
}
