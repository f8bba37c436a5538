//! Facts that somebody keeps are known to be old as soon as anything of them was written.

use obligor::credit::{AccountFacts, Status};
use obligor::error::Result;
use obligor::money::Currency;
use obligor::store::pulse::Stamp;
use obligor::store::{
    AccountRecord, ItemKind, LimitOwner, LimitRecord, LimitRequest, Loader, PoolRecord, Put, Step, Store,
};

use crate::store_common::*;

/// The facts of an account, as somebody keeps them.
type Kept = (AccountFacts, Stamp);

fn read(store: &dyn Store, customer: &str) -> Kept {
    let id = store.resolve(&key(customer), soon()).unwrap().unwrap();
    assert_eq!(store.heard(NOW, 0, soon()), Some(NOW));
    let stamp = store.pulse().stamp(id);
    (facts(store, customer), stamp)
}

fn is_current(store: &dyn Store, (facts, stamp): &Kept) -> bool {
    assert_eq!(store.heard(NOW, 0, soon()), Some(NOW));
    store.pulse().is_current(facts.id, stamp, !facts.pools.is_empty())
}

/// A write, and whether it writes a fact of account 10.
type Write<'a> = (&'static str, bool, &'a dyn Fn());

pub(crate) fn what_was_written_is_no_longer_current(store: &dyn Store) {
    for customer in ["10", "11", "12"] {
        debtor(store, customer, 1000);
    }
    load(store, |load| {
        load.put_pool(&pool("GROUP"))?;
        load.put_account(&into_pools("10", &["GROUP"]))?;
        load.put_account(&into_pools("11", &["GROUP"])).map(drop)
    });
    let loads = |work: fn(&mut dyn Loader) -> Result<Put>| load(store, |loader| work(loader).map(drop));
    let of_the_pool = |amount: i64| LimitRecord { owner: LimitOwner::Pool("GROUP".to_owned()), ..limit("", amount) };
    let approve = |record: LimitRecord| {
        let request = LimitRequest { id: 0, record, user: "anna".to_owned(), at: NOW };
        let id = store.put_limit_request(&request, soon()).unwrap();
        store.decide_limit_request(id, "bo", true, NOW, soon()).unwrap();
    };
    let taken = |step: Step| drop(run(store, step).unwrap());
    let writes: &[Write<'_>] = &[
        ("an order", true, &|| taken(reservation("10", "SO-1", 60))),
        ("an order that runs out", true, &|| taken(expiring_reservation("10", "SO-2", 60, Some(later(5))))),
        ("its end", true, &|| assert_eq!(store.expire(later(5), 9, soon()).unwrap(), 1)),
        ("an order of another account of the pool", true, &|| taken(reservation("11", "SO-3", 60))),
        ("an order that is refused", false, &|| taken(reservation("10", "SO-4", 6000))),
        ("an order that fails", false, &|| drop(run(store, failing("10")).unwrap_err())),
        ("an item", true, &|| loads(|l| l.put_item(&item("10", "I-1", ItemKind::Invoice, 7, TODAY)))),
        ("an item of another account of the pool", true, &|| {
            loads(|l| l.put_item(&item("11", "I-1", ItemKind::Invoice, 7, TODAY)));
        }),
        ("an order of a file", true, &|| loads(|l| l.put_order(&order("10", "SO-5", 7)))),
        ("items that a file lacks", true, &|| {
            load(store, |l| l.close_items_not_put(COMPANY, later(9)).map(|closed| assert_eq!(closed, 2)));
        }),
        ("orders that a file lacks", true, &|| {
            load(store, |l| l.cancel_orders_not_put(COMPANY, later(9)).map(|cancelled| assert!(cancelled > 0)));
        }),
        ("a limit", true, &|| loads(|l| l.put_limit(&limit("10", 2000)))),
        ("a limit of the pool", true, &|| load(store, |l| l.put_limit(&of_the_pool(5000)).map(drop))),
        ("a limit by a second person", true, &|| approve(limit("10", 3000))),
        ("a limit of the pool by a second person", true, &|| approve(of_the_pool(6000))),
        ("a status", true, &|| {
            loads(|l| l.put_account(&AccountRecord { status: Status::Stop, ..account("10") }));
        }),
        ("rates of the pool", true, &|| {
            let rates = vec![(Currency::parse("EUR").unwrap(), "7.46".to_owned())];
            load(store, |l| l.put_pool(&PoolRecord { rates: rates.clone(), ..pool("GROUP") }).map(drop));
        }),
        ("another account leaves the pool", true, &|| loads(|l| l.put_account(&into_pools("11", &[])))),
        ("an order of an account that shares nothing", false, &|| taken(reservation("12", "SO-12", 60))),
        ("leaving the pool", true, &|| loads(|l| l.put_account(&into_pools("10", &[])))),
    ];
    for (what, is_a_fact, write) in writes {
        let (ten, twelve) = (read(store, "10"), read(store, "12"));
        assert!(is_current(store, &ten) && is_current(store, &twelve), "{what}");
        write();
        assert_eq!(is_current(store, &ten), !is_a_fact, "{what}");
        assert!(*is_a_fact || facts(store, "10") == ten.0, "{what}");
        assert!(facts(store, "12") == twelve.0 || !is_current(store, &twelve), "{what}");
    }
}

pub(crate) fn what_a_step_left_is_current_until_it_is_written(store: &dyn Store) {
    for customer in ["10", "11"] {
        debtor(store, customer, 1000);
    }
    let left = |steps: Vec<Step>, all_or_nothing: bool| -> Vec<Option<Kept>> {
        let answers = store.step(steps, all_or_nothing, soon()).unwrap().answers;
        answers.into_iter().map(|answer| answer.ok().and_then(|written| written.account.zip(written.stamp))).collect()
    };
    let current = |left: &[Option<Kept>]| -> Vec<bool> {
        left.iter().map(|left| left.as_ref().is_some_and(|left| is_current(store, left))).collect()
    };
    // Whether it can be kept at all is the store's to say; what is taken for current must be what is there.
    let is_true = |left: &[Option<Kept>], customer: &str| {
        for kept in left.iter().flatten().filter(|kept| is_current(store, kept)) {
            assert_eq!(kept.0, facts(store, customer));
        }
    };
    let mut steps: Vec<Step> = ["SO-1", "SO-2", "SO-3"].map(|document| reservation("10", document, 60)).into();
    steps.push(reservation("11", "SO-11", 60));
    let first = left(steps, false);
    assert_eq!(current(&first)[..2], [false, false], "they were written over in the same transaction");
    is_true(&first[2..3], "10");
    is_true(&first[3..], "11");
    let refused = left(vec![reservation("10", "SO-4", 60), reservation("11", "SO-12", 6000)], true);
    assert_eq!(current(&refused), [false, false], "a list that is not taken leaves nothing to keep");
    let next = left(vec![reservation("10", "SO-5", 60)], false);
    assert_eq!(current(&first)[..3], [false, false, false]);
    is_true(&next, "10");
    is_true(&first[3..], "11");
}
