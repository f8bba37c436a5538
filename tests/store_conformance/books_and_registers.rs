//! What can be looked up: customers, what registers told of them, held orders, all accounts.

use obligor::calendar::Instant;
use obligor::credit::{Chain, ChainState, Marks};
use obligor::store::{AnswerRecord, Effects, Event, EventKind, ItemKind, Register, Step, Store};

use crate::store_common::*;

pub(crate) fn customers_are_found(store: &dyn Store) {
    let cvr = identifier("dk.cvr", "12345674");
    let firm = |number: &str, name: &str| obligor::store::Customer {
        name_key: name.to_owned(),
        email: "mail@example.com".to_owned(),
        identifiers: vec![cvr.clone(), identifier("own", number)],
        ..customer(number)
    };
    let all = [firm("3", "jensen"), firm("1", "jensen"), firm("2", "olsen")];
    store.load(NOW, TODAY, &mut |load| all.iter().try_for_each(|c| load.put_customer(c).map(drop)), soon()).unwrap();
    assert_eq!(store.customer("3").unwrap().as_ref(), Some(&all[0]));
    assert_eq!(store.customer("4").unwrap(), None);
    let numbers = |found: Vec<obligor::store::Customer>| found.into_iter().map(|c| c.number).collect::<Vec<_>>();
    assert_eq!(numbers(store.customers_by_identifier(&cvr).unwrap()), ["1", "2", "3"]);
    assert_eq!(numbers(store.customers_by_identifier(&identifier("own", "2")).unwrap()), ["2"]);
    assert_eq!(numbers(store.customers_by_name("jensen", "DK").unwrap()), ["1", "3"]);
    assert!(store.customers_by_name("jensen", "SE").unwrap().is_empty());
}

pub(crate) fn registers_know_what_they_were_told(store: &dyn Store) {
    let subject = identifier("dk.cvr", "12345674");
    assert_eq!(store.company("cvr", &subject).unwrap(), None);
    assert_eq!(store.remarks("rki", &subject).unwrap(), None);
    let firm = company("cvr", "12345674");
    let remarks = [remark("rki", "R-2", "12345674"), remark("rki", "R-1", "12345674"), remark("rki", "R-3", "1")];
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                load.put_company(&firm)?;
                remarks.iter().try_for_each(|remark| load.put_remark(remark).map(drop))?;
                load.finish_source(Register::Company, "cvr", NOW)?;
                load.finish_source(Register::Debtor, "rki", Instant(5)).map(drop)
            },
            soon(),
        )
        .unwrap();
    assert_eq!(store.company("cvr", &subject).unwrap(), Some((NOW, Some(firm))));
    let (as_of, told) = store.remarks("rki", &subject).unwrap().unwrap();
    // A source that was imported as one kind of register was never imported as the other, and knows nothing there.
    assert_eq!(store.remarks("cvr", &subject).unwrap(), None);
    assert_eq!(store.company("rki", &subject).unwrap(), None);
    assert_eq!((as_of, told), (Instant(5), vec![remarks[1].clone(), remarks[0].clone()]));
    assert_eq!(store.remarks("rki", &identifier("dk.cvr", "2")).unwrap(), Some((Instant(5), vec![])));

    let mut answer = AnswerRecord {
        source: "bureau".to_owned(),
        subject: subject.clone(),
        body: "{\"remarks\":[]}".to_owned(),
        as_of: Instant(1),
        asked: Instant(2),
        expires: Instant(3),
    };
    store.put_lookup(&lookup("anna"), Some(&answer), soon()).unwrap();
    assert_eq!(store.register_answer("bureau", &subject).unwrap().as_ref(), Some(&answer));
    answer.body = "{}".to_owned();
    store.put_lookup(&lookup("bent"), Some(&answer), soon()).unwrap();
    store.put_lookup(&lookup("carl"), None, soon()).unwrap();
    assert_eq!(store.register_answer("bureau", &subject).unwrap(), Some(answer));
    let log = store.lookups(2).unwrap();
    assert_eq!(log, [lookup("carl"), lookup("bent")]);
}

pub(crate) fn held_orders_wait_in_line(store: &dyn Store) {
    let id = debtor(store, "10", 1000);
    for (document, since, state) in
        [("SO-1", 9, ChainState::Held), ("SO-2", 1, ChainState::Held), ("SO-3", 2, ChainState::Declined)]
    {
        let chain = Chain {
            account: id,
            document: document.to_owned(),
            state,
            amount: 100,
            ordered: 0,
            delivered: 0,
            drafted: 0,
            invoiced: 0,
            settled: 0,
            expires: None,
            since: Instant(since),
            ships: None,
            marks: Marks::default(),
        };
        let told = Event {
            id: 0,
            at: NOW,
            kind: EventKind::Held,
            account: Some(id),
            document: document.to_owned(),
            subject: "I-1".to_owned(),
            reasons: vec!["limit_exceeded".to_owned()],
        };
        let step = Step {
            ask: ask("10", document),
            plan: Box::new(move |_| {
                Ok(Effects { chain: Some(chain.clone()), events: vec![told.clone()], ..Effects::default() })
            }),
        };
        run(store, step).unwrap();
    }
    let held: Vec<String> =
        store.held_orders(COMPANY, None, None, 5).unwrap().into_iter().map(|c| c.document).collect();
    assert_eq!(held, ["SO-2", "SO-1"]);
    assert_eq!(store.held_orders(COMPANY, None, None, 1).unwrap().len(), 1);
    assert!(store.held_orders("SYD", None, None, 5).unwrap().is_empty());
    let events = store.events(1, 1).unwrap();
    assert_eq!((events[0].id, events[0].document.as_str()), (2, "SO-2"));
    assert_eq!(
        (events[0].subject.as_str(), events[0].reasons.as_slice()),
        ("I-1", ["limit_exceeded".to_owned()].as_slice())
    );
    let counts = store.counts().unwrap();
    assert_eq!((counts.held_orders, counts.active_orders, counts.events, counts.accounts), (2, 0, 3, 1));
}

pub(crate) fn all_accounts_come_with_their_limits(store: &dyn Store) {
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                for n in 0..2500 {
                    let number = format!("C{n}");
                    put_debtor(load, &number, n)?;
                    load.put_item(&item(&number, "I-1", ItemKind::Invoice, n, TODAY.plus(-1)))?;
                }
                Ok(())
            },
            soon(),
        )
        .unwrap();
    let mut all = Vec::new();
    store
        .all_accounts(TODAY.plus(-1), obligor::calendar::Day::MAX, NOW, &mut |key, facts| all.push((key, facts)))
        .unwrap();
    assert_eq!(all.len(), 2500);
    for (n, (key, facts)) in all.iter().enumerate() {
        assert_eq!(key.customer, format!("C{n}"));
        assert_eq!(facts.limits[0].amount, i64::try_from(n).ok());
        assert_eq!(Some(facts.buckets.overdue), i64::try_from(n).ok());
    }
    assert_eq!(all[7].1, facts(store, "C7"));
}
