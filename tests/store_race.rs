//! Many callers at once: never above the limit, and fewer commits than requests.

mod store_common;

use std::sync::Barrier;
use std::time::{Duration, Instant as Deadline};

use obligor::credit::AccountFacts;
use obligor::error::ErrorKind;
use obligor::store::{Effects, ItemKind, Store};
use store_common::*;

#[test]
fn sixteen_threads_never_pass_the_limit() {
    let fresh = fresh();
    debtor(&fresh.store, "10", 1000);
    let start = Barrier::new(16);
    let granted: i64 = std::thread::scope(|scope| {
        let (store, start) = (&fresh.store, &start);
        let callers: Vec<_> = (0..16)
            .map(|caller| {
                scope.spawn(move || {
                    start.wait();
                    (0..25)
                        .filter(|n| approved(&run(store, reservation("10", &format!("SO-{caller}-{n}"), 7)).unwrap()))
                        .count()
                })
            })
            .collect();
        callers.into_iter().map(|caller| i64::try_from(caller.join().unwrap()).unwrap()).sum()
    });
    assert_eq!(granted, 1000 / 7, "every granted order fits, and none was lost");
    assert_eq!(buckets(&fresh.store, "10").ordered, granted * 7);
    let decisions = fresh.store.counts().unwrap().decisions;
    assert_eq!(decisions, 16 * 25);
    assert_sound(&fresh.store);
}

#[test]
fn sixteen_threads_never_pass_a_limit_that_four_accounts_share() {
    let fresh = fresh();
    load(&fresh.store, |load| load.put_pool(&pool("GROUP")).map(drop));
    let customers = ["10", "11", "12", "13"];
    for customer in customers {
        debtor(&fresh.store, customer, 1_000_000);
        load(&fresh.store, |load| load.put_account(&into_pools(customer, &["GROUP"])).map(drop));
    }
    let within_the_pool = |customer: &str, document: String| {
        let mut step = reservation(customer, &document, 7);
        let plan = step.plan;
        step.plan = Box::new(move |facts| {
            let used = |account: &AccountFacts| account.pools[0].sums.iter().map(|sum| sum.debit).sum::<i64>();
            let room = facts.account.as_ref().is_some_and(|account| used(account) + 7 <= 1000);
            if room { plan(facts) } else { Ok(Effects::default()) }
        });
        step
    };
    let start = Barrier::new(16);
    let granted: usize = std::thread::scope(|scope| {
        let (store, start) = (&fresh.store, &start);
        let callers: Vec<_> = (0..16)
            .map(|caller| {
                scope.spawn(move || {
                    start.wait();
                    let step = |n: usize| within_the_pool(customers[(caller + n) % 4], format!("SO-{caller}-{n}"));
                    (0..25).filter(|n| approved(&run(store, step(*n)).unwrap())).count()
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    assert_eq!(granted, 1000 / 7);
    let held: i64 = customers.iter().map(|customer| buckets(&fresh.store, customer).ordered).sum();
    assert_eq!(held, 1000 / 7 * 7);
    assert_sound(&fresh.store);
}

#[test]
fn callers_share_commits() {
    const CALLERS: u64 = 8;
    const EACH: u64 = 60;
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

#[test]
fn a_failing_caller_in_a_shared_commit_hurts_nobody() {
    let fresh = fresh();
    debtor(&fresh.store, "10", 1_000_000);
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        let (store, start) = (&fresh.store, &start);
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
    assert_eq!(buckets(&fresh.store, "10").ordered, 160);
    assert_sound(&fresh.store);
}

#[test]
fn a_plan_that_panics_is_an_error_and_the_store_goes_on() {
    let fresh = fresh();
    debtor(&fresh.store, "10", 1000);
    let mut step = failing("10");
    step.plan = Box::new(|_| panic!("a fault in a plan"));
    let error = fresh.store.step(vec![step], false, soon()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(approved(&run(&fresh.store, reservation("10", "SO-1", 1)).unwrap()));
    assert_sound(&fresh.store);
}

#[test]
fn a_long_write_makes_others_wait_and_lets_readers_through() {
    let fresh = fresh();
    debtor(&fresh.store, "10", 1000);
    let store = &fresh.store;
    let (began, go_on) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|scope| {
        let (began, go_on) = (&began, &go_on);
        let load = scope.spawn(move || {
            store.load(
                NOW,
                TODAY,
                &mut |load| {
                    load.put_item(&item("10", "I-1", ItemKind::Invoice, 5, TODAY))?;
                    began.wait();
                    go_on.wait();
                    Ok(())
                },
                soon(),
            )
        });
        began.wait();
        assert_eq!(buckets(store, "10").open, 0, "what is not committed is not seen");
        let late = Deadline::now() + Duration::from_millis(50);
        let error = store.step(vec![reservation("10", "SO-1", 1)], false, late).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undetermined);
        assert!(late.elapsed() < Duration::from_secs(5), "the deadline was kept");
        assert_eq!(store.expire(NOW, 5, late).unwrap_err().kind(), ErrorKind::Undetermined);

        let waits = scope.spawn(|| run(store, reservation("10", "SO-2", 1)).unwrap());
        go_on.wait();
        load.join().unwrap().unwrap();
        assert!(approved(&waits.join().unwrap()));
    });
    let after = buckets(store, "10");
    assert_eq!((after.open, after.ordered), (5, 1), "what timed out was not done");
}

#[test]
fn two_processes_never_pass_the_limit() {
    const NAME: &str = "two_processes_never_pass_the_limit";
    if let Some((role, path)) = child::role() {
        let store = open(&path).unwrap();
        let granted = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..4)
                .map(|caller| {
                    let (store, role) = (&store, &role);
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
    let fresh = fresh();
    debtor(&fresh.store, "10", 2000);
    let children = ["a", "b"].map(|role| child::start(NAME, role, &fresh.path()));
    let answers = children.map(child::finish);
    let granted: i64 = answers.iter().map(|lines| lines[0].parse::<i64>().unwrap()).sum();
    assert_eq!(granted, 2000 / 7);
    assert_eq!(buckets(&fresh.store, "10").ordered, granted * 7);
    for lines in &answers {
        let longest: u64 = lines[1].parse().unwrap();
        assert!(longest < 2000, "a caller waited {longest} ms: the queue among processes lets nobody starve");
    }
    assert_sound(&fresh.store);
}

#[test]
fn kill_minus_nine_loses_nothing_that_was_answered() {
    const NAME: &str = "kill_minus_nine_loses_nothing_that_was_answered";
    if let Some((round, path)) = child::role() {
        let store = open(&path).unwrap();
        std::thread::scope(|scope| {
            for caller in 0..4 {
                let (store, round) = (&store, &round);
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
    let fresh = fresh();
    debtor(&fresh.store, "10", i64::MAX);
    let mut acknowledged = 0;
    for round in 0..20_u64 {
        let mut child = child::start(NAME, &round.to_string(), &fresh.path());
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
            assert!(run(&fresh.store, step).unwrap().repeated, "{document} was answered and lost");
            acknowledged += 1;
        }
    }
    assert!(acknowledged >= 20, "{acknowledged}");
    let ordered = buckets(&fresh.store, "10").ordered;
    assert!(ordered >= acknowledged);
    assert_eq!(fresh.store.counts().unwrap().decisions, u64::try_from(ordered).unwrap(), "none was done twice");
    assert_sound(&fresh.store);
}
