//! Pools: the limit that several accounts share, and what they come to together.

use obligor::credit::{Limit, LimitKind, PoolFacts, PoolKind};
use obligor::error::ErrorKind;
use obligor::money::Currency;
use obligor::store::{AccountRecord, Ask, EventKind, ItemKind, LimitOwner, LimitRecord, PoolRecord, Put, Step, Store};

use crate::store_common::*;

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

/// Debit and unapplied of each currency, as they are told of an account's pool.
fn sums(pool: &PoolFacts) -> Vec<(&str, i64, i64)> {
    pool.sums.iter().map(|sum| (sum.currency.code(), sum.debit, sum.unapplied)).collect()
}

/// A group with two accounts in kroner and one in euro.
fn group(store: &dyn Store) {
    for customer in ["10", "11"] {
        debtor(store, customer, 10_000);
    }
    load(store, |load| {
        load.put_customer(&customer("12"))?;
        load.put_account(&AccountRecord { currency: eur(), ..account("12") })?;
        let rates = vec![(eur(), "7.46".to_owned())];
        assert_eq!(load.put_pool(&PoolRecord { rates, ..pool("GROUP") })?, Put::Added);
        load.put_pool(&PoolRecord { kind: PoolKind::Segment, ..pool("MAIN") })?;
        load.put_account(&into_pools("10", &["MAIN", "GROUP"]))?;
        load.put_account(&into_pools("11", &["GROUP"]))?;
        load.put_account(&AccountRecord { currency: eur(), ..into_pools("12", &["GROUP"]) })?;
        let owner = LimitOwner::Pool("GROUP".to_owned());
        let shared = LimitRecord { owner, ..limit("", 900) };
        assert_eq!(load.put_limit(&shared)?, Put::Added);
        assert_eq!(load.put_limit(&shared)?, Put::Same);
        Ok(())
    });
}

pub(crate) fn the_exposure_of_a_group_is_that_of_its_members(store: &dyn Store) {
    group(store);
    run(store, reservation("10", "SO-10", 100)).unwrap();
    let written = run(store, reservation("11", "SO-11", 30)).unwrap().account.unwrap();
    assert_eq!(sums(&written.pools[0]), [("DKK", 130, 0)], "a step answers with what it wrote");
    assert_eq!(written.pools[0].limits[0].amount, Some(900));
    load(store, |load| {
        let mut posted = item("12", "I-1", ItemKind::Invoice, 7, TODAY);
        posted.currency = eur();
        load.put_item(&posted)?;
        load.put_item(&item("10", "P-1", ItemKind::Payment, 40, TODAY))?;
        load.put_item(&item("10", "I-1", ItemKind::Invoice, 1000, TODAY.plus(-30))).map(drop)
    });
    assert_sound(store);
    let ten = facts(store, "10");
    let told: Vec<(&str, PoolKind)> = ten.pools.iter().map(|pool| (pool.name.as_str(), pool.kind)).collect();
    assert_eq!(told, [("MAIN", PoolKind::Segment), ("GROUP", PoolKind::Group)], "the widest first");
    assert_eq!(sums(&ten.pools[0]), [("DKK", 1100, 40)]);
    assert_eq!(sums(&ten.pools[1]), [("DKK", 1130, 40), ("EUR", 7, 0)]);
    let rates: Vec<Option<&str>> = ten.pools[1].sums.iter().map(|sum| sum.rate.as_deref()).collect();
    assert_eq!(rates, [None, Some("7.46")]);
    // An account sees its own currency there although it owes nothing in it.
    load(store, |load| {
        load.put_customer(&customer("13"))?;
        load.put_account(&AccountRecord { currency: eur(), ..into_pools("13", &["MAIN"]) }).map(drop)
    });
    assert_eq!(sums(&facts(store, "13").pools[0]), [("DKK", 1100, 40), ("EUR", 0, 0)]);
    assert_eq!(sums(&store.pool("MAIN", NOW).unwrap().unwrap()), [("DKK", 1100, 40)]);

    // A plan that fails moves nothing.
    let mut inner = reservation("11", "SO-12", 5);
    let plan = inner.plan;
    inner.plan = Box::new(move |facts| plan(facts).and_then(|_| Err(obligor::error::Error::argument("no"))));
    run(store, inner).unwrap_err();
    // Nor does a list that is not taken.
    let list = vec![reservation("11", "SO-13", 5), reservation("10", "SO-14", 1_000_000)];
    let refused = store.step(list, true, soon()).unwrap();
    assert!(!refused.written);
    let would = refused.answers[0].as_ref().unwrap().account.as_ref().unwrap();
    assert_eq!(sums(&would.pools[0]), [("DKK", 1135, 40), ("EUR", 7, 0)]);
    assert_eq!(sums(&store.pool("GROUP", NOW).unwrap().unwrap()), [("DKK", 1130, 40), ("EUR", 7, 0)]);
    // In one list each sees what those before it did to the pool.
    let list = vec![reservation("11", "SO-13", 5), reservation("10", "SO-14", 6)];
    let taken = store.step(list, true, soon()).unwrap();
    let last = taken.answers[1].as_ref().unwrap().account.as_ref().unwrap();
    assert_eq!(sums(&last.pools[1]), [("DKK", 1141, 40), ("EUR", 7, 0)]);
    assert_eq!(facts(store, "10"), *last, "reading after and what was written agree");
    let mut all = Vec::new();
    let mut each = |_, facts| all.push(facts);
    store.all_accounts(TODAY.plus(-1), obligor::calendar::Day::MAX, NOW, &mut each).unwrap();
    assert_eq!(all[0], *last);
}

pub(crate) fn what_accounts_owe_goes_with_them_from_pool_to_pool(store: &dyn Store) {
    group(store);
    run(store, reservation("10", "SO-10", 100)).unwrap();
    run(store, reservation("11", "SO-11", 30)).unwrap();
    let told = |name: &str| -> Vec<(String, i64)> {
        let pool = store.pool(name, NOW).unwrap().unwrap();
        pool.sums.iter().map(|sum| (sum.currency.code().to_owned(), sum.debit)).collect()
    };
    let dkk = |debit: i64| vec![("DKK".to_owned(), debit)];
    let version = facts(store, "10").version;
    load(store, |load| {
        // Moved within one load, before and after its pools change.
        load.put_order(&order("10", "SO-10", 150))?;
        assert_eq!(load.put_account(&into_pools("10", &["MAIN", "GROUP"]))?, Put::Same);
        assert_eq!(load.put_account(&into_pools("10", &["GROUP"]))?, Put::Changed);
        load.put_order(&order("10", "SO-15", 1))?;
        assert_eq!(load.put_account(&into_pools("10", &["GROUP", "MAIN"]))?, Put::Changed);
        assert_eq!(load.put_account(&into_pools("10", &["MAIN"]))?, Put::Changed);
        load.put_item(&item("10", "I-1", ItemKind::Invoice, 2000, TODAY)).map(drop)
    });
    assert_sound(store);
    assert_eq!((told("MAIN"), told("GROUP")), (dkk(2151), dkk(30)));
    let ten = facts(store, "10");
    assert_eq!((ten.pools.len(), ten.version), (1, version + 1));
    load(store, |load| {
        assert_eq!(load.put_account(&account("10"))?, Put::Same, "it stays where it is");
        assert_eq!(load.put_account(&into_pools("10", &[]))?, Put::Changed);
        Ok(())
    });
    assert_eq!((told("MAIN"), facts(store, "10").pools.len()), (Vec::new(), 0));
    let kept = store.account(facts(store, "11").id).unwrap().unwrap();
    assert_eq!(kept.pools, Some(vec!["GROUP".to_owned()]));
    let keys = store.pool_accounts("GROUP", 9).unwrap();
    assert_eq!(keys, [key("11"), key("12")]);
    assert_eq!(store.pool_accounts("GROUP", 1).unwrap(), [key("11")]);
    assert!(store.pool_accounts("?", 9).unwrap().is_empty());
    // An empty account that changes its currency takes nothing along.
    load(store, |load| {
        load.put_order(&order("11", "SO-11", 0))?;
        load.cancel_orders_not_put("?", NOW)?;
        Ok(())
    });
    run(store, cancelled("11", "SO-11")).unwrap();
    load(store, |load| load.put_account(&AccountRecord { currency: eur(), ..account("11") }).map(drop));
    assert_eq!(told("GROUP"), Vec::new());
    assert_eq!(sums(&facts(store, "11").pools[0]), [("EUR", 0, 0)]);
}

/// Cancels an order.
fn cancelled(customer: &str, document: &str) -> Step {
    let mut step = reservation(customer, document, 0);
    step.plan = Box::new(|facts| {
        let chain = facts.chain.clone().map(|mut chain| {
            (chain.state, chain.ordered) = (obligor::credit::ChainState::Cancelled, 0);
            chain
        });
        Ok(obligor::store::Effects { granted: true, chain, ..obligor::store::Effects::default() })
    });
    step
}

pub(crate) fn what_ran_out_in_a_pool_leaves_room_for_the_others(store: &dyn Store) {
    group(store);
    run(store, expiring_reservation("10", "SO-1", 100, Some(later(10)))).unwrap();
    run(store, expiring_reservation("10", "SO-2", 20, Some(later(20)))).unwrap();
    run(store, expiring_reservation("11", "SO-3", 3, Some(later(10)))).unwrap();
    let read = |moment: i64, customer: &str| {
        let ask = Ask { now: later(moment), ..ask(customer, "") };
        store.facts(&ask, soon()).unwrap().account.unwrap()
    };
    for (moment, debit) in [(9, 123), (10, 20), (20, 0)] {
        for customer in ["10", "11"] {
            let account = read(moment, customer);
            let group = account.pools.last().unwrap();
            assert_eq!(sums(group), [("DKK", debit, 0)], "{customer} at {moment}");
        }
        let mut all = Vec::new();
        let mut each = |_, facts: obligor::credit::AccountFacts| all.push(facts);
        store.all_accounts(TODAY.plus(-1), obligor::calendar::Day::MAX, later(moment), &mut each).unwrap();
        assert_eq!(all[0], read(moment, "10"));
        let told = store.pool("GROUP", later(moment)).unwrap().unwrap();
        assert_eq!(told.sums.iter().map(|sum| sum.debit).sum::<i64>(), debit);
    }
    assert!(store.events(0, 9).unwrap().is_empty(), "reading writes nothing");

    // A step on another account of the pool takes it out first, and tells so.
    let mut step = reservation("11", "SO-4", 1000);
    step.ask.now = later(10);
    let before = read(10, "11");
    let written = run(store, step).unwrap().account.unwrap();
    assert_eq!(sums(before.pools.last().unwrap()), [("DKK", 20, 0)]);
    assert_eq!(sums(written.pools.last().unwrap()), [("DKK", 1020, 0)]);
    let events = store.events(0, 9).unwrap();
    let mut told: Vec<&str> = events.iter().map(|event| event.document.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["SO-1", "SO-3"]);
    assert!(events.iter().all(|event| event.kind == EventKind::Expired && event.at == later(10)));
    assert_eq!(facts(store, "10").next_expiry, Some(later(20)));
    assert_sound(store);
    assert_eq!(store.expire(later(20), 9, soon()).unwrap(), 1);
    assert_eq!(sums(&store.pool("GROUP", NOW).unwrap().unwrap()), [("DKK", 1000, 0)]);
}

pub(crate) fn a_pool_is_what_it_was_put_as(store: &dyn Store) {
    group(store);
    let put = |record: &PoolRecord| {
        let mut done = None;
        load(store, |load| {
            done = Some(load.put_pool(record));
            Ok(())
        });
        done.unwrap()
    };
    let sek = Currency::parse("SEK").unwrap();
    let rates = vec![(sek, "0.68".to_owned()), (eur(), "7.46".to_owned())];
    let rated = PoolRecord { kind: PoolKind::Segment, rates, ..pool("GROUP") };
    assert_eq!((put(&rated).unwrap(), put(&rated).unwrap()), (Put::Changed, Put::Same));
    let kept = store.pool_record("GROUP").unwrap().unwrap();
    assert_eq!(kept.rates, [(eur(), "7.46".to_owned()), (sek, "0.68".to_owned())], "by currency");
    assert_eq!(store.pool_record("?").unwrap(), None);
    assert_eq!(store.pool("?", NOW).unwrap(), None);

    for rates in [
        vec![(eur(), "0".to_owned())],
        vec![(eur(), "a lot".to_owned())],
        vec![(dkk(), "1".to_owned())],
        vec![(eur(), "7".to_owned()), (eur(), "8".to_owned())],
    ] {
        assert_eq!(put(&PoolRecord { rates, ..pool("GROUP") }).unwrap_err().kind(), ErrorKind::Argument);
    }
    let in_euro = |name: &str| PoolRecord { currency: eur(), ..pool(name) };
    assert_eq!(put(&in_euro("GROUP")).unwrap_err().kind(), ErrorKind::State);
    load(store, |load| {
        for customer in ["10", "11"] {
            load.put_account(&into_pools(customer, &[]))?;
        }
        load.put_account(&AccountRecord { currency: eur(), ..into_pools("12", &[]) }).map(drop)
    });
    assert_eq!(put(&in_euro("GROUP")).unwrap_err().kind(), ErrorKind::State, "it has a limit");
    assert_eq!(put(&in_euro("MAIN")).unwrap(), Put::Changed);

    load(store, |load| {
        let of =
            |name: &str, amount: i64| LimitRecord { owner: LimitOwner::Pool(name.to_owned()), ..limit("", amount) };
        assert_eq!(load.put_limit(&of("?", 1)).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(load.put_limit(&of("MAIN", 1)).unwrap_err().kind(), ErrorKind::Argument, "another currency");
        assert_eq!(load.put_limit(&of("GROUP", -1)).unwrap_err().kind(), ErrorKind::Argument);
        assert_eq!(load.put_limit(&of("GROUP", 5))?, Put::Changed);
        let temporary =
            Limit { from: Some(TODAY), to: Some(TODAY.plus(9)), ..Limit::always(LimitKind::Temporary, None) };
        assert_eq!(load.put_limit(&LimitRecord { limit: temporary, ..of("GROUP", 0) })?, Put::Added);

        let wrong = |names: &[&str], load: &mut dyn obligor::store::Loader| {
            load.put_account(&into_pools("10", names)).unwrap_err().kind()
        };
        assert_eq!(wrong(&["GROUP", "?"], load), ErrorKind::NotFound);
        assert_eq!(wrong(&["GROUP", "GROUP"], load), ErrorKind::Argument);
        assert_eq!(wrong(&["P"; 9], load), ErrorKind::Argument);
        load.put_customer(&customer("14"))?;
        assert_eq!(load.put_account(&into_pools("14", &["?"])).unwrap_err().kind(), ErrorKind::NotFound);
        Ok(())
    });
    let pool = store.pool("GROUP", NOW).unwrap().unwrap();
    let limits: Vec<_> = pool.limits.iter().map(|limit| (limit.kind, limit.amount)).collect();
    assert_eq!(limits, [(LimitKind::Base, Some(5)), (LimitKind::Temporary, None)]);
    assert_eq!(store.resolve(&key("14"), soon()).unwrap(), None, "a bad row leaves no trace");
}

pub(crate) fn a_pool_that_no_longer_fits_takes_no_load(store: &dyn Store) {
    for customer in ["10", "11"] {
        debtor(store, customer, i64::MAX);
    }
    load(store, |load| {
        load.put_pool(&pool("GROUP"))?;
        load.put_account(&into_pools("10", &["GROUP"]))?;
        load.put_account(&into_pools("11", &["GROUP"])).map(drop)
    });
    run(store, reservation("10", "SO-1", i64::MAX - 5)).unwrap();
    assert_eq!(run(store, reservation("11", "SO-2", 6)).unwrap_err().kind(), ErrorKind::Argument);
    let too_much = store.load(NOW, TODAY, &mut |load| load.put_order(&order("11", "SO-2", 6)).map(drop), soon());
    let error = too_much.unwrap_err();
    assert!(error.kind() == ErrorKind::Argument && error.message().contains("GROUP"), "{error}");
    run(store, reservation("11", "SO-2", 5)).unwrap();
    assert_eq!(store.pool("GROUP", NOW).unwrap().unwrap().sums[0].debit, i64::MAX);
}
