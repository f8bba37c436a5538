//! What people and programs work through: waiting orders, overdue items, limits that wait, and the queue of events.

use std::sync::{Arc, Mutex};

use obligor::calendar::Instant;
use obligor::credit::{AccountId, Chain, ChainState, Limit, LimitKind, Status};
use obligor::error::ErrorKind;
use obligor::store::{
    AccountRecord, Ask, Effects, Event, EventKind, Item, ItemKind, LimitOwner, LimitRecord, LimitRequest, Loader,
    OverdueItem, Put, Store,
};

use crate::store_common::*;

fn names(chains: &[Chain]) -> Vec<&str> {
    chains.iter().map(|chain| chain.document.as_str()).collect()
}

pub(crate) fn orders_are_worked_through_oldest_first(store: &dyn Store) {
    let (ten, eleven) = (debtor(store, "10", 1000), debtor(store, "11", 1000));
    let put = |account: AccountId, document: &str, since: i64, state: ChainState, change: fn(&mut Chain)| {
        let mut order = Chain { since: Instant(since), ..chain(account, document, state) };
        change(&mut order);
        put_chain(store, if account == ten { "10" } else { "11" }, order).unwrap();
    };
    put(ten, "H-1", 5, ChainState::Held, |_| ());
    put(eleven, "H-2", 5, ChainState::Held, |_| ());
    put(ten, "H-3", 1, ChainState::Held, |_| ());
    put(ten, "A-1", 7, ChainState::Active, |chain| chain.ordered = 10);
    put(eleven, "A-2", 3, ChainState::Active, |chain| chain.ordered = 10);
    put(ten, "A-3", 3, ChainState::Active, |chain| chain.ordered = 10);
    put(ten, "shipped", 1, ChainState::Active, |chain| (chain.ordered, chain.delivered) = (5, 5));
    put(ten, "settled", 1, ChainState::Active, |chain| (chain.ordered, chain.settled) = (5, 5));
    put(ten, "empty", 1, ChainState::Active, |_| ());
    let held = |customer, after| store.held_orders(COMPANY, customer, after, 9).unwrap();
    let active = |customer, after| store.active_orders(COMPANY, customer, after, 9).unwrap();
    assert_eq!(names(&held(None, None)), ["H-3", "H-1", "H-2"]);
    assert_eq!(names(&held(Some("10"), None)), ["H-3", "H-1"]);
    assert_eq!(names(&active(None, None)), ["A-2", "A-3", "A-1"]);
    assert_eq!(names(&active(Some("11"), None)), ["A-2"]);
    assert!(active(Some("?"), None).is_empty() && held(Some("?"), None).is_empty());
    let first = store.active_orders(COMPANY, None, None, 1).unwrap();
    assert_eq!(names(&active(None, first.last())), ["A-3", "A-1"], "behind the last of an earlier call");
    let all = held(None, None);
    assert_eq!(names(&held(None, all.get(1))), ["H-2"]);
    assert!(store.active_orders("SYD", None, None, 9).unwrap().is_empty());
    assert_eq!(store.find_order(COMPANY, "A-2").unwrap().unwrap().account, eleven);
    assert_eq!(store.find_order(COMPANY, "?").unwrap(), None);
    assert_eq!(store.find_order("SYD", "A-2").unwrap(), None);
}

pub(crate) fn an_order_that_holds_nothing_can_change_its_payer(store: &dyn Store) {
    let (ten, eleven) = (debtor(store, "10", 1000), debtor(store, "11", 1000));
    let mut order = chain(ten, "SO-1", ChainState::Active);
    order.ordered = 100;
    put_chain(store, "10", order.clone()).unwrap();
    let here = || {
        let mut order = chain(eleven, "SO-1", ChainState::Active);
        order.ordered = 70;
        order
    };
    assert_eq!(put_chain(store, "11", here()).unwrap_err().kind(), ErrorKind::State);
    // What is invoiced there is not free either, though it holds nothing of the order itself.
    let gone = Chain { state: ChainState::Cancelled, ordered: 0, invoiced: 5, ..order.clone() };
    put_chain(store, "10", gone.clone()).unwrap();
    assert_eq!(put_chain(store, "11", here()).unwrap_err().kind(), ErrorKind::State);
    load(store, |load| {
        assert_eq!(load.put_order(&crate::store_common::order("11", "SO-1", 70)).unwrap_err().kind(), ErrorKind::State);
        Ok(())
    });
    // Cancelled there and reserved here, in one list.
    let gone = Chain { invoiced: 0, settled: 5, ..gone };
    let give_up = writes("10", Effects { chain: Some(gone), ..Effects::default() });
    let take = writes("11", Effects { chain: Some(here()), ..Effects::default() });
    let moved = store.step(vec![give_up, take], true, soon()).unwrap();
    assert!(moved.written);
    assert_eq!((buckets(store, "10").ordered, buckets(store, "11").ordered), (0, 70));
    assert_eq!(store.find_order(COMPANY, "SO-1").unwrap(), Some(here()));
    // An import takes it over likewise, and what was settled elsewhere is no part of it.
    put_chain(store, "11", Chain { state: ChainState::Held, ordered: 0, settled: 9, ..here() }).unwrap();
    load(store, |load| {
        assert_eq!(load.put_order(&crate::store_common::order("10", "SO-1", 40))?, Put::Changed);
        Ok(())
    });
    let kept = store.find_order(COMPANY, "SO-1").unwrap().unwrap();
    assert_eq!((kept.account, kept.ordered, kept.settled, kept.amount), (ten, 40, 0, 40));
    assert_eq!((buckets(store, "10").ordered, buckets(store, "11").ordered), (40, 0));
}

pub(crate) fn an_order_that_ran_out_is_so_for_everybody(store: &dyn Store) {
    let ten = debtor(store, "10", 1000);
    debtor(store, "11", 1000);
    run(store, expiring_reservation("10", "SO-1", 100, Some(later(10)))).unwrap();
    for (moment, state) in [(9, ChainState::Active), (10, ChainState::Expired)] {
        for customer in ["10", "11", "?"] {
            let ask = Ask { now: later(moment), ..ask(customer, "SO-1") };
            let told = store.facts(&ask, soon()).unwrap().chain.unwrap();
            assert_eq!((told.account, told.state), (ten, state), "as {customer} is told at {moment}");
        }
    }
    // What a plan is told is what a question before it was told, and it can take the order over.
    let mut take = reservation("11", "SO-1", 70);
    take.ask.now = later(10);
    let plan = take.plan;
    let told = Arc::new(Mutex::new(None));
    let last = Arc::clone(&told);
    take.plan = Box::new(move |facts| {
        *last.lock().unwrap() = facts.chain.as_ref().map(|chain| chain.state);
        plan(facts)
    });
    assert!(approved(&run(store, take).unwrap()));
    assert_eq!(*told.lock().unwrap(), Some(ChainState::Expired));
    assert_eq!((buckets(store, "10").ordered, buckets(store, "11").ordered), (0, 70));
    let events = store.events(0, 9).unwrap();
    assert_eq!((events.len(), events[0].kind, events[0].account), (1, EventKind::Expired, Some(ten)));
}

pub(crate) fn overdue_items_are_worked_through(store: &dyn Store) {
    let ids = ["10", "11", "12"].map(|customer| debtor(store, customer, 1000));
    let due = |customer: &str, number: &str, days: i32| item(customer, number, ItemKind::Invoice, 5, TODAY.plus(days));
    load(store, |load| {
        for record in [
            due("10", "I-1", -3),
            due("10", "I-2", -9),
            due("10", "I-3", -3),
            due("10", "I-4", 1),
            Item { disputed: true, ..due("10", "I-5", -30) },
            Item { residual: 0, ..due("10", "I-6", -30) },
            item("10", "C-1", ItemKind::CreditNote, 5, TODAY.plus(-30)),
            due("11", "I-1", 2),
            due("12", "I-1", 0),
        ] {
            load.put_item(&record)?;
        }
        Ok(())
    });
    let all = |days: i32, after: Option<&OverdueItem>, most: u32| -> Vec<OverdueItem> {
        store.overdue_items(TODAY.plus(days), after, most).unwrap()
    };
    let told = |items: &[OverdueItem]| -> Vec<(AccountId, String)> {
        items.iter().map(|found| (found.account, found.item.number.clone())).collect()
    };
    let of = |account: usize, number: &str| (ids[account], number.to_owned());
    let expected = vec![of(0, "I-2"), of(0, "I-1"), of(0, "I-3"), of(2, "I-1")];
    let check = || {
        assert_eq!(told(&all(0, None, 9)), expected);
        let mut pages: Vec<OverdueItem> = Vec::new();
        for _ in 0..9 {
            let page = all(0, pages.last(), 1);
            pages.extend(page);
        }
        assert_eq!(told(&pages), expected);
        assert!(all(-10, None, 9).is_empty());
        assert_eq!(told(&all(2, None, 9)).len(), 6);
    };
    check();
    // It does not matter how far an account was aged.
    let mut step = reservation("10", "SO-1", 1);
    step.ask.overdue_to = TODAY.plus(-5);
    run(store, step).unwrap();
    check();
    assert_eq!(all(0, None, 1)[0].item.key, key("10"));
}

pub(crate) fn limits_wait_for_a_second_person(store: &dyn Store) {
    debtor(store, "10", 1000);
    load(store, |load| load.put_pool(&pool("GROUP")).map(drop));
    let request = |record: LimitRecord| LimitRequest { id: 0, record, user: "anna".to_owned(), at: NOW };
    let put = |record: LimitRecord| store.put_limit_request(&request(record), soon());
    let of_pool = LimitRecord { owner: LimitOwner::Pool("GROUP".to_owned()), ..limit("", 70) };
    let first = put(limit("10", 5000)).unwrap();
    let second = put(of_pool.clone()).unwrap();
    let third = put(limit("10", 9000)).unwrap();
    assert_eq!(put(limit("?", 1)).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(put(limit("10", -1)).unwrap_err().kind(), ErrorKind::Argument);
    let nobody = LimitRequest { user: String::new(), ..request(limit("10", 1)) };
    assert_eq!(store.put_limit_request(&nobody, soon()).unwrap_err().kind(), ErrorKind::Argument);
    let waiting: Vec<u64> = store.limit_requests(9).unwrap().iter().map(|request| request.id).collect();
    assert_eq!(waiting, [first, second, third]);
    let kept = store.limit_requests(1).unwrap();
    assert_eq!(kept, [LimitRequest { id: first, ..request(limit("10", 5000)) }]);
    assert_eq!(facts(store, "10").limits[0].amount, Some(1000), "it is not in force");

    let decide = |id: u64, user: &str, approve: bool| store.decide_limit_request(id, user, approve, later(9), soon());
    assert_eq!(decide(first, "anna", true).unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(decide(first, "", true).unwrap_err().kind(), ErrorKind::Argument);
    assert_eq!(decide(99, "bent", true).unwrap_err().kind(), ErrorKind::NotFound);
    let version = facts(store, "10").version;
    assert_eq!(decide(first, "bent", true).unwrap(), kept[0]);
    let after = facts(store, "10");
    assert_eq!((after.limits[0].amount, after.version), (Some(5000), version + 1));
    assert_eq!(decide(first, "bent", true).unwrap_err().kind(), ErrorKind::NotFound);
    decide(second, "bent", true).unwrap();
    assert_eq!(store.pool("GROUP", NOW).unwrap().unwrap().limits[0].amount, Some(70));
    decide(third, "anna", false).unwrap();
    assert_eq!(facts(store, "10").limits[0].amount, Some(5000), "it was taken back");
    assert!(store.limit_requests(9).unwrap().is_empty());

    // One that cannot be put any more goes on waiting.
    let fourth = put(limit("10", 1)).unwrap();
    assert!(fourth > third, "numbers are not used again");
    let euro = AccountRecord { currency: obligor::money::Currency::parse("EUR").unwrap(), ..account("10") };
    load(store, |load| load.put_account(&euro).map(drop));
    assert_eq!(decide(fourth, "bent", true).unwrap_err().kind(), ErrorKind::Argument);
    assert_eq!(store.limit_requests(9).unwrap().len(), 1);
    decide(fourth, "bent", false).unwrap();
}

pub(crate) fn events_are_told_until_they_are_acknowledged(store: &dyn Store) {
    let told = |consumer: &str, most: u32| -> Vec<String> {
        let events = store.next_events(consumer, most).unwrap();
        events.into_iter().map(|event| event.document).collect()
    };
    let queue = |list: &[(&str, &str)]| {
        let events: Vec<(String, Event)> =
            list.iter().map(|(key, document)| ((*key).to_owned(), event(EventKind::HandedOver, document))).collect();
        store.queue_once(&events, soon()).unwrap()
    };
    assert!(told("mail", 9).is_empty());
    assert_eq!(store.acknowledge("mail", 0, soon()).unwrap(), 0);
    assert_eq!(store.acknowledge("mail", 1, soon()).unwrap_err().kind(), ErrorKind::Argument);
    assert_eq!(queue(&[("a", "1"), ("b", "2"), ("a", "3")]), 2);
    assert_eq!(queue(&[("b", "4"), ("c", "5")]), 1);
    assert_eq!(queue(&[]), 0);
    assert_eq!(told("mail", 9), ["1", "2", "5"]);
    assert_eq!(told("mail", 2), ["1", "2"], "the same again");
    let events = store.next_events("mail", 9).unwrap();
    assert_eq!((events[0].kind, &events[0].account), (EventKind::HandedOver, &None));
    assert_eq!(store.acknowledge("mail", events[1].id, soon()).unwrap(), events[1].id);
    assert_eq!((told("mail", 9), told("erp", 9).len()), (vec!["5".to_owned()], 3));
    assert_eq!(store.acknowledge("mail", events[0].id, soon()).unwrap(), events[1].id, "never back");
    assert_eq!(told("mail", 9), ["5"]);
    assert_eq!(store.acknowledge("mail", events[2].id + 1, soon()).unwrap_err().kind(), ErrorKind::Argument);
    store.acknowledge("mail", events[2].id, soon()).unwrap();
    assert!(told("mail", 9).is_empty());
    assert_eq!(queue(&[("a", "6")]), 0, "a key is used for ever");
    for name in [String::new(), "x".repeat(65)] {
        assert_eq!(store.next_events(&name, 1).unwrap_err().kind(), ErrorKind::Argument);
        assert_eq!(store.acknowledge(&name, 0, soon()).unwrap_err().kind(), ErrorKind::Argument);
    }
    assert_eq!(told(&"x".repeat(64), 9).len(), 3);
}

pub(crate) fn every_write_of_an_account_is_watched(store: &mut dyn Store) {
    type Seen = Vec<(Option<i64>, Option<i64>, Status, Instant)>;
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let noted = Arc::clone(&seen);
    store.set_watch(Arc::new(move |before, after, at| {
        let (was, is) = (before.buckets.debit().ok(), after.buckets.debit().ok());
        noted.lock().unwrap().push((was, is, after.status, at));
        let grown = Event { account: Some(after.id), at, ..event(EventKind::OverLimit, "") };
        if is > was { vec![grown] } else { Vec::new() }
    }));
    let store: &dyn Store = store;
    let take = || std::mem::take(&mut *seen.lock().unwrap());
    let id = debtor(store, "10", 1000);
    assert_eq!(take(), [(Some(0), Some(0), Status::Ok, NOW)], "the limit; a new account has no before");
    run(store, expiring_reservation("10", "SO-1", 100, Some(later(5)))).unwrap();
    assert_eq!(take(), [(Some(0), Some(100), Status::Ok, NOW)]);
    let events = store.events(0, 9).unwrap();
    assert_eq!((events.len(), events[0].kind, events[0].account), (1, EventKind::OverLimit, Some(id)));

    // Neither a refusal, nor reading, nor what fails is a write of the account.
    assert!(!approved(&run(store, reservation("10", "SO-2", 5000)).unwrap()));
    facts(store, "10");
    run(store, failing("10")).unwrap_err();
    assert!(take().is_empty());
    let list = vec![reservation("10", "SO-3", 1), reservation("10", "SO-4", 5000)];
    assert!(!store.step(list, true, soon()).unwrap().written);
    take();
    assert_eq!(store.events(0, 9).unwrap().len(), 1, "its events went with the list");

    assert_eq!(store.expire(later(5), 9, soon()).unwrap(), 1);
    assert_eq!(take(), [(Some(100), Some(0), Status::Ok, later(5))]);
    let mut work = |load: &mut dyn Loader| {
        load.put_account(&AccountRecord { status: Status::Hold, ..account("10") })?;
        load.put_item(&item("10", "I-1", ItemKind::Invoice, 7, TODAY)).map(drop)
    };
    store.load(later(7), TODAY, &mut work, soon()).unwrap();
    assert_eq!(take(), [(Some(0), Some(7), Status::Hold, later(7))], "once for each account of a load");
    let mut work = |load: &mut dyn Loader| {
        load.put_item(&item("10", "I-2", ItemKind::Invoice, 7, TODAY))?;
        Err(obligor::error::Error::argument("no"))
    };
    store.load(later(8), TODAY, &mut work, soon()).unwrap_err();
    let kinds: Vec<EventKind> = store.events(0, 9).unwrap().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::OverLimit, EventKind::Expired, EventKind::OverLimit]);
    let temporary = Limit { from: Some(TODAY), ..Limit::always(LimitKind::Temporary, Some(5)) };
    let request = LimitRequest {
        id: 0,
        record: LimitRecord { limit: temporary, ..limit("10", 0) },
        user: "anna".to_owned(),
        at: NOW,
    };
    let id = store.put_limit_request(&request, soon()).unwrap();
    take();
    store.decide_limit_request(id, "bent", true, later(9), soon()).unwrap();
    assert_eq!(take(), [(Some(7), Some(7), Status::Hold, later(9))]);
}
