//! What a load does: twice the same, with bad rows, when it fails, and to an account that holds value.

use obligor::calendar::Day;
use obligor::credit::{Buckets, Limit, LimitKind, Status};
use obligor::error::ErrorKind;
use obligor::money::Currency;
use obligor::store::{AccountKey, AccountRecord, Company, ItemKind, Put, Register, Store};

use crate::store_common::*;

pub(crate) fn importing_twice_changes_nothing(store: &dyn Store) {
    let mut puts = Vec::new();
    let mut versions = Vec::new();
    for _ in 0..2 {
        let mut round = Vec::new();
        store
            .load(
                NOW,
                TODAY,
                &mut |load| {
                    let mut firm = customer("10");
                    firm.identifiers = vec![identifier("dk.cvr", "12345674"), identifier("dk.vat", "DK12345674")];
                    round.push(load.put_customer(&firm)?);
                    round.push(load.put_account(&account("10"))?);
                    round.push(load.put_limit(&limit("10", 1000))?);
                    let temporary = Limit {
                        from: Some(TODAY),
                        to: Some(TODAY.plus(7)),
                        ..Limit::always(LimitKind::Temporary, None)
                    };
                    round.push(load.put_limit(&obligor::store::LimitRecord { limit: temporary, ..limit("10", 0) })?);
                    round.push(load.put_item(&item("10", "I-1", ItemKind::Invoice, 500, TODAY))?);
                    round.push(load.put_order(&order("10", "SO-1", 250))?);
                    round.push(load.put_company(&company("cvr", "12345674"))?);
                    round.push(load.put_remark(&remark("rki", "R-1", "12345674"))?);
                    assert_eq!(load.close_items_not_put(COMPANY, later(1))?, 0);
                    assert_eq!(load.cancel_orders_not_put(COMPANY, later(1))?, 0);
                    load.finish_source(Register::Company, "cvr", NOW).map(drop)
                },
                soon(),
            )
            .unwrap();
        versions.push(facts(store, "10"));
        puts.push(round);
    }
    assert_eq!(puts, [vec![Put::Added; 8], vec![Put::Same; 8]]);
    assert_eq!(versions[0], versions[1]);
    let account = &versions[0];
    assert_eq!((account.buckets.open, account.buckets.ordered), (500, 250));
    assert_eq!(account.limits.len(), 2);

    let mut changed = Vec::new();
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                let mut firm = customer("10");
                firm.identifiers = vec![identifier("dk.cvr", "12345674")];
                changed.push(load.put_customer(&firm)?);
                let watched = AccountRecord { status: Status::Watch, ..self::account("10") };
                changed.push(load.put_account(&watched)?);
                assert_eq!(load.ensure_account(&key("10"), dkk())?, Put::Same, "it keeps the status a person gave");
                let wrong = load.ensure_account(&key("10"), Currency::parse("EUR").unwrap()).unwrap_err();
                assert_eq!(wrong.kind(), ErrorKind::Argument);
                let elsewhere = AccountKey { company: "SYD".to_owned(), customer: "10".to_owned() };
                assert_eq!(load.ensure_account(&elsewhere, dkk())?, Put::Added);
                changed.push(load.put_limit(&limit("10", 2000))?);
                changed.push(load.put_item(&item("10", "I-1", ItemKind::Invoice, 200, TODAY))?);
                changed.push(load.put_order(&order("10", "SO-1", 50))?);
                Ok(())
            },
            soon(),
        )
        .unwrap();
    assert_eq!(changed, [Put::Changed; 5]);
    let after = facts(store, "10");
    assert_eq!(after.version, account.version + 1, "one load is one change");
    assert_eq!((after.buckets.open, after.buckets.ordered, after.status), (200, 50, Status::Watch));
    let kept = store.account(after.id).unwrap().unwrap();
    assert_eq!((kept.key, kept.status), (key("10"), Status::Watch));
}

pub(crate) fn a_bad_row_leaves_no_trace(store: &dyn Store) {
    let eur = Currency::parse("EUR").unwrap();
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                assert_eq!(load.put_account(&account("10")).unwrap_err().kind(), ErrorKind::NotFound);
                put_debtor(load, "10", 1000)?;
                assert_eq!(
                    load.put_item(&item("11", "I", ItemKind::Invoice, 1, TODAY)).unwrap_err().kind(),
                    ErrorKind::NotFound
                );
                let mut bad = item("10", "I", ItemKind::Invoice, 1, TODAY);
                bad.currency = eur;
                assert_eq!(load.put_item(&bad).unwrap_err().kind(), ErrorKind::Argument);
                load.put_item(&item("10", "I", ItemKind::Invoice, -1, TODAY)).unwrap_err();
                let mut foreign = order("10", "SO-1", 1);
                foreign.currency = eur;
                load.put_order(&foreign).unwrap_err();
                load.put_order(&order("10", "SO-1", -1)).unwrap_err();
                let mut other = limit("10", 1);
                other.currency = eur;
                load.put_limit(&other).unwrap_err();
                load.put_limit(&limit("10", -1)).unwrap_err();
                let ends_first = Limit { from: Some(Day(2)), to: Some(Day(1)), ..limit("10", 1).limit };
                load.put_limit(&obligor::store::LimitRecord { limit: ends_first, ..limit("10", 1) }).unwrap_err();
                load.put_company(&Company::default()).unwrap_err();
                put_debtor(load, "11", 500)?;
                load.put_order(&order("10", "SO-1", 5))?;
                assert_eq!(load.put_order(&order("11", "SO-1", 5)).unwrap_err().kind(), ErrorKind::State);
                Ok(())
            },
            soon(),
        )
        .unwrap();
    assert_eq!(buckets(store, "10"), Buckets { ordered: 5, ..Buckets::default() });
    assert_eq!(buckets(store, "11"), Buckets::default());
    assert_eq!(facts(store, "10").limits.len(), 1);
    assert_eq!(store.counts().unwrap().items, 0);
}

pub(crate) fn a_failed_load_leaves_no_trace(store: &dyn Store) {
    debtor(store, "10", 1000);
    let before = (facts(store, "10"), store.counts().unwrap());
    let error = store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                put_debtor(load, "11", 1)?;
                load.put_item(&item("10", "I", ItemKind::Invoice, 1, TODAY))?;
                Err(obligor::error::Error::argument("line 3 is wrong"))
            },
            soon(),
        )
        .unwrap_err();
    assert_eq!(error.message(), "line 3 is wrong");
    assert_eq!((facts(store, "10"), store.counts().unwrap()), before);
    run(store, reservation("10", "SO-1", 1)).unwrap();
}

pub(crate) fn an_account_keeps_its_currency_while_it_holds_value(store: &dyn Store) {
    let in_euro = AccountRecord { currency: Currency::parse("EUR").unwrap(), ..account("10") };
    let change = || store.load(NOW, TODAY, &mut |load| load.put_account(&in_euro).map(drop), soon());
    debtor(store, "10", 1000);
    run(store, reservation("10", "SO-1", 100)).unwrap();
    assert_eq!(change().unwrap_err().kind(), ErrorKind::State);
    store.load(NOW, TODAY, &mut |load| load.put_order(&order("10", "SO-1", 0)).map(drop), soon()).unwrap();
    assert_eq!(change().unwrap_err().kind(), ErrorKind::State, "the order may still grow");
    store.load(NOW, TODAY, &mut |load| load.cancel_orders_not_put(COMPANY, later(1)).map(drop), soon()).unwrap();
    change().unwrap();
    let facts = facts(store, "10");
    assert_eq!(facts.currency.code(), "EUR");
    assert!(facts.limits.is_empty(), "1000 DKK is not 1000 EUR");
}
