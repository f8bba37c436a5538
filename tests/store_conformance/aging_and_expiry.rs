//! What time does to an account: items become overdue, reservations run out.

use obligor::calendar::Instant;
use obligor::credit::ChainState;
use obligor::store::{Ask, EventKind, ItemKind, Loader, Put, Step, Store};

use crate::store_common::*;

pub(crate) fn items_age_both_ways(store: &dyn Store) {
    debtor(store, "10", 1000);
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                for (number, due) in [("I-1", -40), ("I-2", -10), ("I-3", 0), ("I-4", 30)] {
                    load.put_item(&item("10", number, ItemKind::Invoice, 100, TODAY.plus(due)))?;
                }
                load.put_item(&item("10", "P-1", ItemKind::Payment, 30, TODAY.plus(-90)))?;
                load.put_item(&item("10", "C-1", ItemKind::CreditNote, 3, TODAY.plus(90))).map(drop)
            },
            soon(),
        )
        .unwrap();
    let as_of = |days: i32| {
        let ask = obligor::store::Ask { overdue_to: TODAY.plus(days), ..ask("10", "") };
        store.facts(&ask, soon()).unwrap().account.unwrap()
    };
    let check = || {
        for (days, overdue, oldest, next) in [
            (-41, 0, None, Some(-40)),
            (-40, 100, Some(-40), Some(-10)),
            (-1, 200, Some(-40), Some(0)),
            (0, 300, Some(-40), Some(30)),
            (400, 400, Some(-40), None),
            (-20, 100, Some(-40), Some(-10)),
        ] {
            let facts = as_of(days);
            assert_eq!(facts.buckets.overdue, overdue, "{days} days from today");
            assert_eq!(facts.buckets.open, 400 - overdue);
            assert_eq!(facts.buckets.unapplied, 33);
            assert_eq!(facts.aged_to, TODAY.plus(days));
            assert_eq!(facts.oldest_overdue, oldest.map(|days| TODAY.plus(days)));
            assert_eq!(facts.next_due, next.map(|days| TODAY.plus(days)));
        }
    };
    check();
    // A step writes the aging down; reading from there, forth and back, comes to the same.
    let version = as_of(0).version;
    for days in [10, -30, 0] {
        let mut step = reservation("10", "SO-1", 0);
        step.ask.overdue_to = TODAY.plus(days);
        run(store, step).unwrap();
        check();
        assert_sound(store);
    }
    assert!(as_of(0).version > version);
    // Items that come later are counted by the day the account was aged to.
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                load.put_item(&item("10", "I-5", ItemKind::Invoice, 7, TODAY.plus(-5)))?;
                load.put_item(&item("10", "I-1", ItemKind::Invoice, 0, TODAY.plus(-40))).map(drop)
            },
            soon(),
        )
        .unwrap();
    let facts = as_of(0);
    assert_eq!((facts.buckets.overdue, facts.buckets.open), (207, 100));
    assert_eq!(facts.oldest_overdue, Some(TODAY.plus(-10)));
    let about = |number: &str| {
        let ask = obligor::store::Ask { item: number.to_owned(), ..ask("10", "") };
        store.facts(&ask, soon()).unwrap().item.map(|item| (item.key, item.residual))
    };
    assert_eq!(about("I-5"), Some((key("10"), 7)));
    assert_eq!(about("I-1"), Some((key("10"), 0)), "closed, and known");
    assert_eq!(about("I-9"), None);
    let open: Vec<String> = store.items(facts.id, 3).unwrap().into_iter().map(|item| item.number).collect();
    assert_eq!(open, ["P-1", "I-2", "I-5"], "oldest due first, closed ones left out");
}

pub(crate) fn reservations_run_out(store: &dyn Store) {
    let id = debtor(store, "10", 1000);
    let at = |milliseconds: i64| Instant(NOW.0 + milliseconds);
    for (document, amount, expires) in [("SO-1", 100, 10), ("SO-2", 200, 20), ("SO-3", 300, 20)] {
        run(store, expiring_reservation("10", document, amount, Some(at(expires)))).unwrap();
    }
    assert_eq!(facts(store, "10").next_expiry, Some(at(10)));
    let later =
        |milliseconds: i64, document: &str| obligor::store::Ask { now: at(milliseconds), ..ask("10", document) };
    let read = |milliseconds: i64| store.facts(&later(milliseconds, "SO-2"), soon()).unwrap();
    for (milliseconds, ordered, next, state) in [
        (9, 600, Some(10), ChainState::Active),
        (10, 500, Some(20), ChainState::Active),
        (20, 0, None, ChainState::Expired),
    ] {
        let facts = read(milliseconds);
        let account = facts.account.unwrap();
        assert_eq!(account.buckets.ordered, ordered);
        assert_eq!(account.next_expiry, next.map(at));
        assert_eq!(facts.chain.unwrap().state, state);
    }
    assert!(store.events(0, 9).unwrap().is_empty(), "reading writes nothing");

    // A step takes them out before its plan runs: there is room for it now.
    let mut step = reservation("10", "SO-4", 1000);
    step.ask.now = at(20);
    assert!(approved(&run(store, step).unwrap()));
    let events = store.events(0, 9).unwrap();
    let told: Vec<&str> = events.iter().map(|event| event.document.as_str()).collect();
    assert_eq!(told, ["SO-1", "SO-2", "SO-3"]);
    assert!(events.iter().all(|e| e.kind == EventKind::Expired && e.account == Some(id) && e.at == at(20)));
    assert_eq!(read(0).chain.unwrap().ordered, 0, "what ran out stays so though the clock goes back");
}

pub(crate) fn expire_is_bounded_and_tells(store: &dyn Store) {
    for customer in ["10", "11"] {
        debtor(store, customer, 1000);
        for n in 0..5 {
            let document = format!("SO-{customer}-{n}");
            run(store, expiring_reservation(customer, &document, 10, Some(Instant(NOW.0 + 1 + n)))).unwrap();
        }
    }
    let now = Instant(NOW.0 + 4);
    assert_eq!(store.expire(NOW, 100, soon()).unwrap(), 0);
    assert_eq!(store.expire(now, 3, soon()).unwrap(), 3);
    assert_sound(store);
    assert_eq!(store.expire(now, 100, soon()).unwrap(), 5);
    assert_eq!(store.expire(now, 100, soon()).unwrap(), 0);
    assert_eq!(buckets(store, "10").ordered + buckets(store, "11").ordered, 20);
    assert_eq!(store.events(0, 100).unwrap().len(), 8);
    assert_eq!(store.events(6, 100).unwrap().len(), 2);
    assert_eq!(facts(store, "11").next_expiry, Some(Instant(NOW.0 + 5)));
}

pub(crate) fn what_ran_out_changed_when_it_ran_out(store: &dyn Store) {
    debtor(store, "10", 10_000);
    for document in ["SO-1", "SO-2"] {
        run(store, expiring_reservation("10", document, 100, Some(later(20)))).unwrap();
    }
    let put = |moment: i64| {
        let mut puts = Vec::new();
        let mut work = |load: &mut dyn Loader| {
            puts = vec![load.put_order(&order("10", "SO-1", 100))?, load.put_order(&order("10", "SO-2", 100))?];
            Ok(())
        };
        store.load(later(moment), TODAY, &mut work, soon()).unwrap();
        puts
    };
    // One way to notice it is to look for it, the other is any request; both come late.
    assert_eq!(store.expire(later(60), 1, soon()).unwrap(), 1);
    let other = reservation("10", "SO-3", 1);
    run(store, Step { ask: Ask { now: later(60), ..other.ask }, ..other }).unwrap();
    assert_eq!(buckets(store, "10").ordered, 1);
    assert_eq!(put(19), [Put::Newer; 2]);
    assert_eq!(buckets(store, "10").ordered, 1);
    assert_eq!(put(21), [Put::Changed; 2], "the ERP had both when they had run out");
    assert_eq!(buckets(store, "10").ordered, 201);
}
