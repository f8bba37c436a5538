//! Lists over many accounts and pools, from many hosts at once: nobody ever waits for each other in a circle.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use obligor::calendar;
use obligor::credit::{Chain, ChainState};
use obligor::error::{Error, ErrorKind};
use obligor::store::postgres::{Options, PostgresStore};
use obligor::store::{Effects, ItemKind, LimitOwner, LimitRecord, NewDecision, Plan, Step, Store, Written};

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
}

/// A list of reservations: several accounts in any order, some of the documents asked for before.
fn list(chance: &mut Chance, name: &str, count: usize, now: calendar::Instant) -> Vec<Step> {
    (0..1 + chance.below(5))
        .map(|place| {
            let number = chance.below(ACCOUNTS);
            let document = match chance.below(4) {
                // Also asked for by others at this moment, and again later; for other customers as well.
                0 => format!("SO-{}", chance.below(300)),
                _ => format!("SO-{name}-{count}-{place}"),
            };
            let amount = i64::try_from(1 + chance.below(200)).unwrap();
            let mut step = purchase(&customer_number(number), &document, amount);
            let plan = step.plan;
            let expires = (chance.below(2) == 0).then(|| calendar::Instant(now.0 + 20 + place as i64 * 10));
            step.plan = Box::new(move |facts| {
                let mut effects = plan(facts)?;
                effects.chain.iter_mut().for_each(|chain| chain.expires = expires);
                Ok(effects)
            });
            step.ask.now = now;
            keyed(step, &format!("{name}-{count}-{place}"), 1)
        })
        .collect()
}

#[test]
fn nobody_waits_for_each_other_in_a_circle() {
    let _machine = alone_on_this_machine();
    let (database, store) = found();
    let stores: Vec<PostgresStore> = (0..STORES).map(|_| open(&database)).collect();
    let (over, clock, written) = (AtomicBool::new(false), AtomicI64::new(NOW.0), AtomicI64::new(0));
    let lasts = Duration::from_secs(if long() { 120 } else { 8 });
    std::thread::scope(|scope| {
        let began = Instant::now();
        for caller in 0..STORES * CALLERS {
            let (stores, clock, over, written) = (&stores, &clock, &over, &written);
            scope.spawn(move || {
                let (store, name) = (&stores[caller % STORES], format!("c{caller}"));
                let mut chance = Chance::of(&name);
                for count in 0.. {
                    if over.load(Relaxed) {
                        return;
                    }
                    let now = calendar::Instant(clock.fetch_add(1, Relaxed));
                    if chance.below(10) == 0 {
                        store.expire(now, 5, soon()).unwrap();
                        continue;
                    }
                    let steps = list(&mut chance, &name, count, now);
                    let done = store.step(steps, chance.below(2) == 0, soon()).unwrap();
                    for answer in done.answers {
                        // Another customer may have the order.
                        assert!(answer.as_ref().err().is_none_or(|e| e.kind() == ErrorKind::State), "{answer:?}");
                    }
                    written.fetch_add(i64::from(done.written), Relaxed);
                }
            });
        }
        // Loads at the same time, which touch all accounts in their own order and move some between pools.
        let (first_store, clock, over) = (&stores[0], &clock, &over);
        scope.spawn(move || {
            let mut chance = Chance::of("load");
            for count in 0.. {
                if over.load(Relaxed) {
                    return;
                }
                let now = calendar::Instant(clock.fetch_add(1, Relaxed));
                let (first, moving) = (chance.below(ACCOUNTS), chance.below(ACCOUNTS));
                let mut work = |load: &mut dyn obligor::store::Loader| {
                    for place in 0..ACCOUNTS {
                        let number = customer_number((first + place * 5) % ACCOUNTS);
                        load.put_item(&item(
                            &number,
                            &format!("I-{}", count % 7),
                            ItemKind::Invoice,
                            1 + count,
                            TODAY,
                        ))?;
                    }
                    let mut pools = pools_of(moving);
                    if count % 2 == 0 {
                        pools.pop();
                    }
                    load.put_account(&into_pools(&customer_number(moving), &pools)).map(drop)
                };
                first_store.load(now, TODAY, &mut work, soon()).unwrap();
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        std::thread::sleep(lasts.saturating_sub(began.elapsed()));
        over.store(true, Relaxed);
    });
    println!("{} lists were written", written.load(Relaxed));
    assert!(written.load(Relaxed) > 20, "hardly anything was written");
    assert_sound(&store);
    drop((store, stores));
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
    // What cannot be done twice is done once as well.
    for customer in ["25", "10"] {
        for round in 0..30 {
            let document = format!("SO-{customer}-{round}");
            let ask = |_: usize, _: usize| {
                let plan: Plan = Box::new(|facts| {
                    let kept = facts.chain.as_ref().filter(|chain| chain.ordered > 0);
                    let kept = kept.ok_or_else(|| Error::new(ErrorKind::State, "it holds nothing"))?;
                    let chain = Chain { state: ChainState::Cancelled, ordered: 0, ..kept.clone() };
                    let record = Some(NewDecision { body: "{}".to_owned(), salt: [7; 16] });
                    Ok(Effects { granted: true, chain: Some(chain), record, ..Effects::default() })
                });
                keyed(Step { ask: ask(customer, &document), plan }, &format!("cancel-{document}"), 1)
            };
            at_once(&stores, 1, ask, |answers| {
                let answers: Vec<Written> = answers.into_iter().map(Result::unwrap).collect();
                assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1, "{answers:?}");
                assert!(answers.iter().all(|answer| answer.decision == answers[0].decision), "{answers:?}");
            });
        }
    }
    assert_eq!((buckets(&store, "25").ordered, buckets(&store, "10").ordered), (0, 0));
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
fn lists_of_the_same_orders_for_several_customers_end_well() {
    const ORDERS: usize = 5;
    const ROUNDS: usize = 3;
    let (database, store) = found();
    let stores = [open(&database), open(&database)];
    let start = Barrier::new(8);
    // For each caller one customer, which is one round trip, or two, which is under locks.
    for customers in [1, 2] {
        for round in 0..ROUNDS {
            let won: usize = std::thread::scope(|scope| {
                let callers: Vec<_> = (0..8)
                    .map(|caller| {
                        let (stores, start) = (&stores, &start);
                        scope.spawn(move || {
                            let mut chance = Chance::of(&format!("{round}-{caller}"));
                            let mut orders: Vec<usize> = (0..ORDERS).collect();
                            let mut list = Vec::new();
                            while !orders.is_empty() {
                                let order = orders.swap_remove(chance.below(orders.len()));
                                let customer = customer_number(12 + (caller + list.len() % customers) % 8);
                                let document = format!("SO-{customers}-{round}-{order}");
                                list.push(keyed(purchase(&customer, &document, 1), &document, caller as u8));
                            }
                            start.wait();
                            let done = stores[caller % 2].step(list, false, soon()).unwrap();
                            let kind =
                                |answer: &obligor::error::Result<Written>| answer.as_ref().err().map(Error::kind);
                            let mut refused = done.answers.iter().filter_map(kind);
                            // Who looked for the key before it was there finds the order.
                            let told = [ErrorKind::KeyConflict, ErrorKind::State];
                            assert!(refused.all(|kind| told.contains(&kind)), "{:?}", done.answers);
                            done.answers.iter().filter(|answer| answer.is_ok()).count()
                        })
                    })
                    .collect();
                callers.into_iter().map(|caller| caller.join().unwrap()).sum()
            });
            assert_eq!(won, ORDERS);
        }
    }
    let held: i64 = (12..20).map(|number| buckets(&store, &customer_number(number)).ordered).sum();
    assert_eq!(held, i64::try_from(2 * ROUNDS * ORDERS).unwrap());
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
