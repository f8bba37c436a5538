//! Many callers at once, threads of several hosts: never above the limit, and fewer commits than requests.

mod places;
mod store_common;

use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant as Deadline};

use obligor::credit::{AccountFacts, ChainState};
use obligor::error::ErrorKind;
use obligor::store::{Effects, ItemKind, Step, Store};
use places::{Home, Place, on_both};
use store_common::*;

/// Callers, and what each asks for.
const CALLERS: usize = 16;
const EACH: usize = 25;

/// The stores that callers share: a server has four hosts, a file is opened once in a process.
fn hosts(home: &Home) -> Vec<Box<dyn Store>> {
    (0..if home.place() == Place::Server { 4 } else { 1 }).map(|_| home.store()).collect()
}

/// Lets all callers ask at once, each again and again, and counts what was granted. A step is told its caller and its
/// number.
fn race(hosts: &[Box<dyn Store>], step: impl Fn(usize, usize) -> Step + Sync) -> usize {
    let start = Barrier::new(CALLERS);
    std::thread::scope(|scope| {
        let (start, step) = (&start, &step);
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                scope.spawn(move || {
                    start.wait();
                    let store = &*hosts[caller % hosts.len()];
                    (0..EACH).filter(|n| approved(&run(store, step(caller, *n)).unwrap())).count()
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    })
}

on_both!(sixteen_threads_never_pass_the_limit);
fn sixteen_threads_never_pass_the_limit(place: Place) {
    let home = Home::new(place);
    let hosts = hosts(&home);
    let store = &*hosts[0];
    debtor(store, "10", 1000);
    let granted = race(&hosts, |caller, n| reservation("10", &format!("SO-{caller}-{n}"), 7));
    assert_eq!(granted, 1000 / 7, "every granted order fits, and none was lost");
    assert_eq!(buckets(store, "10").ordered, 1000 / 7 * 7);
    assert_eq!(store.counts().unwrap().decisions, (CALLERS * EACH) as u64);
    assert_sound(store);
}

on_both!(sixteen_threads_never_pass_a_limit_that_four_accounts_share);
fn sixteen_threads_never_pass_a_limit_that_four_accounts_share(place: Place) {
    let home = Home::new(place);
    let hosts = hosts(&home);
    let store = &*hosts[0];
    load(store, |load| load.put_pool(&pool("GROUP")).map(drop));
    let customers = ["10", "11", "12", "13"];
    for customer in customers {
        debtor(store, customer, 1_000_000);
        load(store, |load| load.put_account(&into_pools(customer, &["GROUP"])).map(drop));
    }
    let granted = race(&hosts, |caller, n| {
        let mut step = reservation(customers[(caller + n) % 4], &format!("SO-{caller}-{n}"), 7);
        let plan = step.plan;
        step.plan = Box::new(move |facts| {
            let used = |account: &AccountFacts| account.pools[0].sums.iter().map(|sum| sum.debit).sum::<i64>();
            let room = facts.account.as_ref().is_some_and(|account| used(account) + 7 <= 1000);
            if room { plan(facts) } else { Ok(Effects::default()) }
        });
        step
    });
    assert_eq!(granted, 1000 / 7);
    let held: i64 = customers.iter().map(|customer| buckets(store, customer).ordered).sum();
    assert_eq!(held, 1000 / 7 * 7);
    assert_sound(store);
}

on_both!(one_of_sixteen_threads_gets_the_last_crown);
/// Again and again: each time all ask for it at once, and who got it gives it back.
fn one_of_sixteen_threads_gets_the_last_crown(place: Place) {
    let home = Home::new(place);
    let hosts = hosts(&home);
    let store = &*hosts[0];
    debtor(store, "10", 100);
    assert!(approved(&run(store, reservation("10", "SO-rest", 99)).unwrap()));
    for round in 0..20 {
        let (start, won) = (Barrier::new(CALLERS), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (store, start, won) = (&*hosts[caller % hosts.len()], &start, &won);
                scope.spawn(move || {
                    let document = format!("SO-{round}-{caller}");
                    start.wait();
                    if approved(&run(store, reservation("10", &document, 1)).unwrap()) {
                        won.lock().unwrap().push(document);
                    }
                });
            }
        });
        let won = won.into_inner().unwrap();
        assert_eq!(won.len(), 1, "round {round}: {won:?}");
        assert_eq!(buckets(store, "10").ordered, 100);
        put_chain(store, "10", chain(facts(store, "10").id, &won[0], ChainState::Cancelled)).unwrap();
    }
    assert_sound(store);
}

#[test]
fn callers_share_commits() {
    const CALLERS: u64 = 8;
    const EACH: u64 = 60;
    // On a real disk, where a commit takes its time.
    let fresh = fresh();
    debtor(&fresh.store, "10", i64::MAX);
    let before = fresh.store.commits();
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        let (store, start) = (&fresh.store, &start);
        for caller in 0..CALLERS {
            scope.spawn(move || {
                start.wait();
                for n in 0..EACH {
                    run(store, reservation("10", &format!("SO-{caller}-{n}"), 1)).unwrap();
                }
            });
        }
    });
    let commits = fresh.store.commits() - before;
    assert_eq!(buckets(&fresh.store, "10").ordered, i64::try_from(CALLERS * EACH).unwrap());
    assert!(commits < CALLERS * EACH, "{commits} commits for {} steps", CALLERS * EACH);
    // One caller alone has nobody to share with.
    let before = fresh.store.commits();
    run(&fresh.store, reservation("10", "SO-alone", 1)).unwrap();
    assert_eq!(fresh.store.commits(), before + 1);
}

on_both!(a_failing_caller_in_a_shared_commit_hurts_nobody);
fn a_failing_caller_in_a_shared_commit_hurts_nobody(place: Place) {
    let home = Home::new(place);
    let store = &*home.store();
    debtor(store, "10", 1_000_000);
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        let start = &start;
        for caller in 0..8 {
            scope.spawn(move || {
                start.wait();
                for n in 0..40 {
                    let document = format!("SO-{caller}-{n}");
                    if caller % 2 == 0 {
                        assert!(approved(&run(store, reservation("10", &document, 1)).unwrap()));
                    } else {
                        assert_eq!(run(store, failing("10")).unwrap_err().kind(), ErrorKind::State);
                        let list = vec![reservation("10", &document, 1), failing("10")];
                        assert!(!store.step(list, true, soon()).unwrap().written);
                    }
                }
            });
        }
    });
    assert_eq!(buckets(store, "10").ordered, 160);
    assert_sound(store);
}

on_both!(a_plan_that_panics_is_an_error_and_the_store_goes_on);
fn a_plan_that_panics_is_an_error_and_the_store_goes_on(place: Place) {
    let home = Home::new(place);
    let store = &*home.store();
    load(store, |load| load.put_pool(&pool("GROUP")).map(drop));
    for customer in ["10", "11"] {
        debtor(store, customer, 1000);
    }
    load(store, |load| load.put_account(&into_pools("11", &["GROUP"])).map(drop));
    for (customer, all_or_nothing) in [("10", false), ("10", true), ("11", false), ("nobody", false)] {
        let panics = Step { plan: Box::new(|_| panic!("a fault in a plan")), ..failing(customer) };
        let error = store.step(vec![panics], all_or_nothing, soon()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
    }
    assert!(approved(&run(store, reservation("10", "SO-1", 1)).unwrap()));
    assert!(approved(&run(store, reservation("11", "SO-2", 1)).unwrap()));
    assert_sound(store);
}

on_both!(a_long_write_makes_others_wait_and_lets_readers_through);
fn a_long_write_makes_others_wait_and_lets_readers_through(place: Place) {
    let home = Home::new(place);
    let store = &*home.store();
    debtor(store, "10", 1000);
    // Channels and not barriers: when either side fails, the other is not waited for.
    let ((begins, began), (goes_on, go_on)) = (channel::<()>(), channel::<()>());
    std::thread::scope(|scope| {
        let goes_on = goes_on;
        let load = scope.spawn(move || {
            store.load(
                NOW,
                TODAY,
                &mut |load| {
                    load.put_item(&item("10", "I-1", ItemKind::Invoice, 5, TODAY))?;
                    begins.send(()).unwrap();
                    go_on.recv().unwrap();
                    Ok(())
                },
                soon(),
            )
        });
        began.recv().unwrap();
        assert_eq!(buckets(store, "10").open, 0, "what is not committed is not seen");
        let late = Deadline::now() + Duration::from_millis(50);
        let error = store.step(vec![reservation("10", "SO-1", 1)], false, late).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undetermined);
        assert!(late.elapsed() < Duration::from_secs(5), "the deadline was kept");
        assert_eq!(store.expire(NOW, 5, Deadline::now()).unwrap_err().kind(), ErrorKind::Undetermined);

        let waits = scope.spawn(|| run(store, reservation("10", "SO-2", 1)).unwrap());
        goes_on.send(()).unwrap();
        load.join().unwrap().unwrap();
        assert!(approved(&waits.join().unwrap()));
    });
    let after = buckets(store, "10");
    assert_eq!((after.open, after.ordered), (5, 1), "what timed out was not done");
}

on_both!(two_processes_never_pass_the_limit);
fn two_processes_never_pass_the_limit(place: Place) {
    let test = format!("two_processes_never_pass_the_limit::{}", place.name());
    if let Some((role, name)) = child::role() {
        let store = &*places::open(name.to_str().unwrap());
        let granted = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..4)
                .map(|caller| {
                    let role = &role;
                    scope.spawn(move || {
                        let mut longest = Duration::ZERO;
                        let granted = (0..50)
                            .filter(|n| {
                                let began = Deadline::now();
                                let document = format!("SO-{role}-{caller}-{n}");
                                let granted = approved(&run(store, reservation("10", &document, 7)).unwrap());
                                longest = longest.max(began.elapsed());
                                granted
                            })
                            .count();
                        (granted, longest)
                    })
                })
                .collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
        });
        child::answer(granted.iter().map(|(granted, _)| granted).sum::<usize>());
        child::answer(granted.iter().map(|(_, longest)| longest.as_millis()).max().unwrap());
        return;
    }
    let home = Home::new(place);
    let store = &*home.store();
    debtor(store, "10", 2000);
    let children = ["a", "b"].map(|role| child::start(&test, role, home.name().as_ref()));
    let answers = children.map(child::finish);
    let granted: i64 = answers.iter().map(|lines| lines[0].parse::<i64>().unwrap()).sum();
    assert_eq!(granted, 2000 / 7);
    assert_eq!(buckets(store, "10").ordered, granted * 7);
    for lines in &answers {
        let longest: u64 = lines[1].parse().unwrap();
        assert!(longest < 2000, "a caller waited {longest} ms: the queue among processes lets nobody starve");
    }
    assert_sound(store);
}

on_both!(kill_minus_nine_loses_nothing_that_was_answered);
fn kill_minus_nine_loses_nothing_that_was_answered(place: Place) {
    let test = format!("kill_minus_nine_loses_nothing_that_was_answered::{}", place.name());
    if let Some((round, name)) = child::role() {
        let store = &*places::open(name.to_str().unwrap());
        std::thread::scope(|scope| {
            for caller in 0..4 {
                let round = &round;
                scope.spawn(move || {
                    for n in 0.. {
                        let document = format!("SO-{round}-{caller}-{n}");
                        let step = keyed(reservation("10", &document, 1), &document, 1);
                        assert!(approved(&run(store, step).unwrap()));
                        child::answer(&document);
                    }
                });
            }
        });
    }
    let home = Home::new(place);
    let store = &*home.store();
    debtor(store, "10", i64::MAX);
    let mut acknowledged = 0;
    for round in 0..20_u64 {
        let mut child = child::start(&test, &round.to_string(), home.name().as_ref());
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        // Not before it is at work.
        while child::answers(&text).is_empty() {
            assert!(std::io::BufRead::read_line(&mut lines, &mut text).unwrap() > 0, "the child ended: {text}");
        }
        std::thread::sleep(Duration::from_millis(5 + round));
        child.kill().unwrap();
        child.wait().unwrap();
        std::io::Read::read_to_string(&mut lines, &mut text).unwrap();
        for document in text.lines().filter(|line| line.starts_with('=') && text.contains(&format!("{line}\n"))) {
            let document = &document[1..];
            let step = keyed(reservation("10", document, 1), document, 1);
            assert!(run(store, step).unwrap().repeated, "{document} was answered and lost");
            acknowledged += 1;
        }
    }
    assert!(acknowledged >= 20, "{acknowledged}");
    let ordered = buckets(store, "10").ordered;
    assert!(ordered >= acknowledged);
    assert_eq!(store.counts().unwrap().decisions, u64::try_from(ordered).unwrap(), "none was done twice");
    assert_sound(store);
}
