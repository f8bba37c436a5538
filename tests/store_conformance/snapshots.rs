//! What a load of everything as of a moment does to the rows it does not name, and to those that changed later.

use obligor::credit::{Buckets, ChainState};
use obligor::store::{
    AccountKey, AccountRecord, AnswerRecord, Ask, Effects, ItemKind, Loader, OrderRecord, Plan, Put, Register, Step,
    Store,
};

use crate::store_common::*;

pub(crate) fn what_a_load_does_not_put_can_be_closed(store: &dyn Store) {
    let elsewhere = AccountKey { company: "SYD".to_owned(), customer: "10".to_owned() };
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                put_debtor(load, "10", 1000)?;
                load.put_account(&AccountRecord { key: elsewhere.clone(), ..account("10") })?;
                for number in ["I-1", "I-2"] {
                    load.put_item(&item("10", number, ItemKind::Invoice, 100, TODAY.plus(-30)))?;
                    load.put_item(&obligor::store::Item {
                        key: elsewhere.clone(),
                        ..item("10", number, ItemKind::Invoice, 100, TODAY)
                    })?;
                }
                for document in ["SO-1", "SO-2"] {
                    let delivered = obligor::store::OrderRecord { delivered: 40, ..order("10", document, 60) };
                    load.put_order(&delivered)?;
                }
                load.put_company(&company("cvr", "1"))?;
                load.put_company(&company("cvr", "2"))?;
                load.put_remark(&remark("cvr", "R-1", "1"))?;
                load.put_company(&company("brreg", "1")).map(drop)
            },
            soon(),
        )
        .unwrap();
    let answer = AnswerRecord {
        source: "cvr".to_owned(),
        subject: identifier("dk.cvr", "2"),
        body: "{}".to_owned(),
        as_of: NOW,
        asked: NOW,
        expires: NOW,
    };
    store.put_lookup(&lookup("anna"), Some(&answer), soon()).unwrap();
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                load.put_item(&item("10", "I-1", ItemKind::Invoice, 100, TODAY.plus(-30)))?;
                let delivered = obligor::store::OrderRecord { delivered: 40, ..order("10", "SO-2", 60) };
                assert_eq!(load.put_order(&delivered)?, Put::Same);
                load.put_company(&company("cvr", "1"))?;
                assert_eq!(load.close_items_not_put(COMPANY, later(1))?, 1);
                assert_eq!(load.cancel_orders_not_put(COMPANY, later(1))?, 1);
                assert_eq!(load.finish_source(Register::Company, "cvr", NOW)?, 1);
                Ok(())
            },
            soon(),
        )
        .unwrap();
    let after = buckets(store, "10");
    assert_eq!((after.overdue, after.ordered, after.delivered), (100, 60, 40));
    let gone = store.facts(&ask("10", "SO-1"), soon()).unwrap().chain.unwrap();
    assert_eq!((gone.state, gone.held(TODAY), gone.invoiced), (ChainState::Cancelled, Buckets::default(), 40));
    assert_eq!(store.counts().unwrap().items, 3, "the other company keeps its items");
    assert_eq!(store.counts().unwrap().remarks, 1, "the debtor register of the same name keeps its remarks");
    assert_eq!(store.register_answer("cvr", &identifier("dk.cvr", "2")).unwrap(), None);
    let (as_of, found) = store.company("cvr", &identifier("dk.cvr", "2")).unwrap().unwrap();
    assert_eq!((as_of, found), (NOW, None));
    assert_eq!(store.company("brreg", &identifier("dk.cvr", "1")).unwrap(), None, "that import was never finished");
}

pub(crate) fn what_changed_since_a_list_was_made_is_not_closed_by_it(store: &dyn Store) {
    let at = |moment: i64, step: Step| Step { ask: Ask { now: later(moment), ..step.ask }, ..step };
    let close = |taken_at: i64| {
        let mut closed = (0, 0);
        let mut work = |load: &mut dyn Loader| {
            let taken_at = later(taken_at);
            closed = (load.close_items_not_put(COMPANY, taken_at)?, load.cancel_orders_not_put(COMPANY, taken_at)?);
            Ok(())
        };
        store.load(later(taken_at), TODAY, &mut work, soon()).unwrap();
        closed
    };
    let put = |moment: i64, number: &str, residual: i64| {
        let mut put = Put::Same;
        let record = item("10", number, ItemKind::Invoice, residual, TODAY);
        let mut work = |load: &mut dyn Loader| load.put_item(&record).map(|done| put = done);
        store.load(later(moment), TODAY, &mut work, soon()).unwrap();
        put
    };
    debtor(store, "10", 10_000);
    // Items and an order of a file as of moment 10. What people say of when the order was entered does not count.
    assert_eq!((put(10, "I-1", 100), put(10, "I-2", 100), put(10, "I-3", 100)), (Put::Added, Put::Added, Put::Added));
    let entered = OrderRecord { since: later(500), ..order("10", "SO-1", 100) };
    store.load(later(10), TODAY, &mut |load| load.put_order(&entered).map(drop), soon()).unwrap();
    // One partly paid at 20; an invoice posted at 20; orders reserved at 15 and 20, the first one raised at 30.
    let pay = |number: &str, residual: i64| {
        let items = vec![item("10", number, ItemKind::Invoice, residual, TODAY)];
        let plan: Plan = Box::new(move |_| Ok(Effects { granted: true, items: items.clone(), ..Effects::default() }));
        run(store, at(20, Step { ask: ask("10", ""), plan })).unwrap();
    };
    pay("I-2", 60);
    pay("I-4", 100);
    run(store, at(15, reservation("10", "SO-2", 100))).unwrap();
    run(store, at(20, reservation("10", "SO-3", 100))).unwrap();
    run(store, at(30, reservation("10", "SO-2", 1))).unwrap();
    // The same again is no change; data that is older than what is there neither changes it nor makes it older.
    assert_eq!((put(90, "I-1", 100), put(5, "I-3", 70)), (Put::Same, Put::Newer));
    store.load(later(5), TODAY, &mut |load| load.put_order(&order("10", "SO-2", 90)).map(drop), soon()).unwrap();

    assert_eq!(close(10), (0, 0), "not even what changed at that very moment");
    assert_eq!(close(20), (2, 1), "I-1, I-3; SO-1");
    let after = buckets(store, "10");
    assert_eq!((after.open, after.ordered), (160, 201));
    assert_eq!(close(21), (2, 1), "I-2, I-4; SO-3");
    assert_eq!(close(30), (0, 0));
    assert_eq!(buckets(store, "10"), Buckets { ordered: 101, ..Buckets::default() });
    assert_eq!(close(31), (0, 1), "SO-2");
    assert_eq!(buckets(store, "10"), Buckets::default());
}

pub(crate) fn older_data_leaves_newer_rows_alone(store: &dyn Store) {
    // What a load at a moment says of one item and one order, whether it is a snapshot or not; what it closed.
    let told = |moment: i64, residual: i64, ordered: i64| {
        let (mut puts, mut closed) = (Vec::new(), 0);
        let mut work = |load: &mut dyn Loader| {
            puts.clear();
            puts.push(load.put_item(&item("10", "I-1", ItemKind::Invoice, residual, TODAY))?);
            puts.push(load.put_order(&order("10", "SO-1", ordered))?);
            closed = load.close_items_not_put(COMPANY, later(moment))?;
            closed += load.cancel_orders_not_put(COMPANY, later(moment))?;
            Ok(())
        };
        store.load(later(moment), TODAY, &mut work, soon()).unwrap();
        assert_eq!(closed, 0, "a row that was left alone was still put");
        (puts[0], puts[1])
    };
    let request = |moment: i64, residual: i64, raise: i64| {
        let paid = item("10", "I-1", ItemKind::Invoice, residual, TODAY);
        let Step { ask, plan } = reservation("10", "SO-1", raise);
        let plan: Plan = Box::new(move |facts| Ok(Effects { items: vec![paid.clone()], ..plan(facts)? }));
        assert!(approved(&run(store, Step { ask: Ask { now: later(moment), ..ask }, plan }).unwrap()));
    };
    let stands = || {
        let buckets = buckets(store, "10");
        (buckets.open, buckets.ordered)
    };
    debtor(store, "10", 10_000);
    assert_eq!((told(10, 100, 100), stands()), ((Put::Added, Put::Added), (100, 100)));
    // The order is raised and the invoice paid at 20.
    request(20, 0, 400);
    assert_eq!(stands(), (0, 500));
    let version = facts(store, "10").version;
    assert_eq!(told(19, 100, 100), (Put::Newer, Put::Newer));
    assert_eq!((stands(), facts(store, "10").version), ((0, 500), version));
    assert_eq!(told(19, 0, 500), (Put::Same, Put::Same), "what is the same is not newer");
    // A row that cannot be taken is bad, not old; one that is not there yet is taken, however old.
    let mut work = |load: &mut dyn Loader| {
        load.put_item(&item("10", "I-1", ItemKind::Invoice, -1, TODAY)).unwrap_err();
        load.put_order(&order("10", "SO-1", -1)).unwrap_err();
        assert_eq!(load.put_item(&item("10", "I-2", ItemKind::Invoice, 0, TODAY))?, Put::Added);
        Ok(())
    };
    store.load(later(1), TODAY, &mut work, soon()).unwrap();
    // Data of that very moment, or later, is taken, whichever way it goes; and newer data is newer than older data.
    assert_eq!((told(20, 30, 450), stands()), ((Put::Changed, Put::Changed), (30, 450)));
    assert_eq!((told(40, 70, 600), stands()), ((Put::Changed, Put::Changed), (70, 600)));
    assert_eq!((told(39, 0, 0), stands()), ((Put::Newer, Put::Newer), (70, 600)));
    // A request has the last word, also by a clock that went back; what it changed does not become older by it.
    request(30, 60, 1);
    assert_eq!(stands(), (60, 601));
    assert_eq!((told(39, 0, 0), stands()), ((Put::Newer, Put::Newer), (60, 601)));
    assert_eq!((told(40, 0, 0), stands()), ((Put::Changed, Put::Changed), (0, 0)));
}
