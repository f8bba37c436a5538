//! What a step does: alone, repeated, in a list, for a customer nobody knows, and with effects that cannot be.

use obligor::credit::{AccountId, Buckets, Chain, ChainState};
use obligor::error::ErrorKind;
use obligor::store::{AccountRef, Ask, Customer, Effects, Event, EventKind, ItemKind, NewDecision, Step, Store};

use crate::store_common::*;

pub(crate) fn a_reservation_holds_value_and_is_on_record(store: &dyn Store) {
    let id = debtor(store, "10", 1000);
    let before = facts(store, "10");
    let written = run(store, reservation("10", "SO-1", 400)).unwrap();
    assert!(approved(&written) && !written.repeated);
    let after = written.account.unwrap();
    assert_eq!(after.buckets, Buckets { ordered: 400, ..Buckets::default() });
    assert!(after.version > before.version);
    assert_eq!(facts(store, "10"), after, "the answer is what others read");

    let chain = store.facts(&ask("10", "SO-1"), soon()).unwrap().chain.unwrap();
    assert_eq!((chain.account, chain.ordered, chain.state), (id, 400, ChainState::Active));
    let by_id = Ask { account: AccountRef::Id(id), ..ask("10", "SO-1") };
    assert_eq!(store.facts(&by_id, soon()).unwrap().chain, Some(chain));

    let decision = written.decision.unwrap();
    assert_eq!((decision.id, decision.account, decision.sequence), (1, Some(id), 1));
    assert_eq!(store.decision(1).unwrap().unwrap(), decision);
    assert_eq!(store.decision(2).unwrap(), None);

    // A refusal is recorded and moves nothing.
    let refused = run(store, reservation("10", "SO-2", 601)).unwrap();
    assert!(!approved(&refused));
    assert_eq!(refused.account.unwrap().version, after.version);
    let tomorrow = Ask { overdue_to: TODAY, today: TODAY.plus(1), ..ask("10", "SO-3") };
    let refused = run(store, Step { ask: tomorrow, ..reservation("10", "SO-3", 601) }).unwrap().account.unwrap();
    assert_eq!((refused.version, refused.aged_to), (after.version, TODAY), "another day is no change");
    assert_eq!(store.decisions(id, 10).unwrap().iter().map(|d| d.sequence).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(store.decisions(id, 1).unwrap().len(), 1);
}

pub(crate) fn the_same_key_gives_the_same_answer(store: &dyn Store) {
    debtor(store, "10", 1000);
    let first = run(store, keyed(reservation("10", "SO-1", 800), "k1", 1)).unwrap();
    let again = run(store, keyed(reservation("10", "SO-1", 800), "k1", 1)).unwrap();
    assert!(again.repeated);
    assert_eq!(again.decision, first.decision);
    assert_eq!(again.account, first.account);
    assert_eq!(buckets(store, "10").ordered, 800);

    let other = run(store, keyed(reservation("10", "SO-1", 100), "k1", 2)).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::KeyConflict);

    // A refusal is an answer too; it is not asked anew although there would be room now.
    let refused = run(store, keyed(reservation("10", "SO-2", 300), "k2", 1)).unwrap();
    assert!(!approved(&refused));
    store.load(NOW, TODAY, &mut |load| load.put_limit(&limit("10", 9000)).map(drop), soon()).unwrap();
    let again = run(store, keyed(reservation("10", "SO-2", 300), "k2", 1)).unwrap();
    assert!(again.repeated && !approved(&again));
    assert_eq!(again.account.unwrap().limits[0].amount, Some(9000), "the account is told as it is now");

    // An error uses no key up.
    let mut step = keyed(failing("10"), "k3", 1);
    assert_eq!(run(store, step).unwrap_err().kind(), ErrorKind::State);
    step = keyed(reservation("10", "SO-3", 1), "k3", 1);
    assert!(!run(store, step).unwrap().repeated);

    // Both in one list: the second is the retry of the first.
    let twins = ["SO-4", "SO-4"].map(|document| keyed(reservation("10", document, 5), "k4", 1));
    let steps = store.step(twins.into(), false, soon()).unwrap();
    let repeated: Vec<bool> = steps.answers.iter().map(|a| a.as_ref().unwrap().repeated).collect();
    assert_eq!(repeated, [false, true]);
}

pub(crate) fn an_order_that_is_known_is_never_decided_as_a_new_one(store: &dyn Store) {
    debtor(store, "10", 1000);
    run(store, reservation("10", "SO-1", 600)).unwrap();
    // Says whether it was known, and writes no order either way.
    let known = |document: &str| {
        let plan: obligor::store::Plan = Box::new(|facts| {
            let body = format!("{{\"known\":{}}}", facts.chain.is_some());
            Ok(Effects { record: Some(NewDecision { body, salt: [7; 16] }), ..Effects::default() })
        });
        let written = run(store, Step { ask: ask("10", document), plan }).unwrap();
        written.decision.unwrap().body.unwrap()
    };
    assert_eq!(known("SO-1"), "{\"known\":true}");
    assert_eq!(known("SO-2"), "{\"known\":false}");
}

pub(crate) fn steps_see_those_before_them(store: &dyn Store) {
    debtor(store, "10", 1000);
    let steps = (0..4).map(|n| reservation("10", &format!("SO-{n}"), 300)).collect();
    let steps = store.step(steps, false, soon()).unwrap();
    assert!(steps.written);
    let granted: Vec<bool> = steps.answers.iter().map(|a| approved(a.as_ref().unwrap())).collect();
    assert_eq!(granted, [true, true, true, false]);
    assert!(store.step(Vec::new(), true, soon()).unwrap().answers.is_empty());
}

pub(crate) fn a_failing_step_hurts_nobody(store: &dyn Store) {
    debtor(store, "10", 1000);
    store
        .load(
            NOW,
            TODAY,
            &mut |load| load.put_item(&item("10", "I-1", ItemKind::Invoice, 50, TODAY.plus(-9))).map(drop),
            soon(),
        )
        .unwrap();
    let before = facts(store, "10");
    let steps = vec![reservation("10", "SO-1", 100), failing("10"), reservation("10", "SO-2", 100)];
    let answers = store.step(steps, false, soon()).unwrap().answers;
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(answers[1].as_ref().unwrap_err().kind(), ErrorKind::State);
    assert_eq!(buckets(store, "10").ordered, 200);

    run(store, failing("10")).unwrap_err();
    assert_eq!(facts(store, "10").version, before.version + 2, "a failing step writes not even the aging");
}

pub(crate) fn a_list_is_written_whole_or_not_at_all(store: &dyn Store) {
    let id = debtor(store, "10", 1000);
    let list = |amounts: [i64; 3]| {
        let numbered = amounts.into_iter().enumerate();
        numbered.map(|(n, amount)| keyed(reservation("10", &format!("SO-{n}"), amount), &format!("k{n}"), 1)).collect()
    };
    let refused = store.step(list([400, 700, 400]), true, soon()).unwrap();
    assert!(!refused.written);
    let would: Vec<bool> = refused.answers.iter().map(|a| approved(a.as_ref().unwrap())).collect();
    assert_eq!(would, [true, false, true]);
    assert!(refused.answers.iter().all(|a| a.as_ref().unwrap().decision.as_ref().unwrap().id == 0), "not on record");
    assert_eq!(buckets(store, "10"), Buckets::default());
    assert!(store.decisions(id, 10).unwrap().is_empty());

    let with_error = vec![reservation("10", "SO-8", 1), failing("10")];
    let failed = store.step(with_error, true, soon()).unwrap();
    assert!(!failed.written && failed.answers[0].is_ok() && failed.answers[1].is_err());
    assert_eq!(buckets(store, "10"), Buckets::default());

    let granted = store.step(list([400, 200, 400]), true, soon()).unwrap();
    assert!(granted.written, "the keys were not used up");
    assert_eq!(buckets(store, "10").ordered, 1000);
    let again = store.step(list([400, 200, 400]), true, soon()).unwrap();
    assert!(again.written && again.answers.iter().all(|a| a.as_ref().unwrap().repeated));

    // A refusal on record stays one in a list.
    run(store, keyed(reservation("10", "SO-9", 1), "no", 1)).unwrap();
    debtor(store, "11", 1000);
    let steps = vec![reservation("11", "SO-10", 1), keyed(reservation("10", "SO-9", 1), "no", 1)];
    assert!(!store.step(steps, true, soon()).unwrap().written);
    assert_eq!(buckets(store, "11").ordered, 0);
}

pub(crate) fn unknown_customers_have_a_chain_of_their_own(store: &dyn Store) {
    debtor(store, "10", 1000);
    run(store, reservation("10", "SO-1", 1)).unwrap();
    let first = run(store, keyed(reservation("?", "SO-2", 1), "k", 1)).unwrap();
    assert_eq!(first.account, None);
    let decision = first.decision.unwrap();
    assert_eq!((decision.account, decision.sequence), (None, 1));
    assert_eq!(run(store, reservation("?", "SO-3", 1)).unwrap().decision.unwrap().sequence, 2);
    assert_eq!(run(store, keyed(reservation("?", "SO-2", 1), "k", 1)).unwrap().decision.unwrap(), decision);
    let none = store.facts(&ask("?", "SO-2"), soon()).unwrap();
    assert_eq!((none.account, none.key, none.chain), (None, Some(key("?")), None));
    let other = store.facts(&ask("?", "SO-1"), soon()).unwrap().chain.unwrap();
    assert_eq!(other.ordered, 1, "the document is another customer's");
    assert_eq!(store.resolve(&key("?"), soon()).unwrap(), None);
    assert_eq!(store.account(AccountId(99)).unwrap(), None);
    assert!(store.items(AccountId(99), 5).unwrap().is_empty());
}

pub(crate) fn a_plan_may_only_touch_its_own_account(store: &dyn Store) {
    debtor(store, "10", 1000);
    debtor(store, "11", 1000);
    run(store, reservation("10", "SO-1", 100)).unwrap();
    // The document is known in the company, and belongs to another customer.
    let error = run(store, reservation("11", "SO-1", 100)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert_eq!(buckets(store, "11"), Buckets::default());

    let steal = |effects: Effects| Step { ask: ask("10", ""), plan: Box::new(move |_| Ok(effects.clone())) };
    let foreign_item = item("11", "I-1", ItemKind::Payment, 5, TODAY);
    let error = run(store, steal(Effects { items: vec![foreign_item], ..Effects::default() })).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(buckets(store, "11"), Buckets::default());
}

pub(crate) fn amounts_that_do_not_fit_are_refused(store: &dyn Store) {
    debtor(store, "10", i64::MAX);
    assert!(approved(&run(store, reservation("10", "SO-1", i64::MAX - 10)).unwrap()));
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                let too_much = load.put_item(&item("10", "I-1", ItemKind::Invoice, 11, TODAY)).unwrap_err();
                assert_eq!(too_much.kind(), ErrorKind::Argument);
                load.put_order(&order("10", "SO-2", 11)).unwrap_err();
                load.put_item(&item("10", "I-2", ItemKind::Invoice, 10, TODAY)).map(drop)
            },
            soon(),
        )
        .unwrap();
    let chain = store.facts(&ask("10", "SO-1"), soon()).unwrap().chain.unwrap();
    let one_more = Step {
        ask: ask("10", "SO-1"),
        plan: Box::new(move |_| {
            let chain = Chain { ordered: i64::MAX, ..chain.clone() };
            Ok(Effects { granted: true, chain: Some(chain), ..Effects::default() })
        }),
    };
    assert_eq!(run(store, one_more).unwrap_err().kind(), ErrorKind::Argument);
    assert_eq!(buckets(store, "10").debit(), Ok(i64::MAX));
}

pub(crate) fn a_text_with_a_nul_in_it_is_refused_and_hurts_nobody(store: &dyn Store) {
    debtor(store, "10", 1000);
    let is_argument = |result: obligor::error::Result<()>| assert_eq!(result.unwrap_err().kind(), ErrorKind::Argument);
    is_argument(store.customer("1\u{0}0").map(drop));
    is_argument(store.facts(&ask("1\u{0}0", ""), soon()).map(drop));
    let bad = Customer { city: "Aar\0hus".to_owned(), ..customer("11") };
    is_argument(store.load(NOW, TODAY, &mut |load| load.put_customer(&bad).map(drop), soon()));
    // The load goes on without the row.
    load(store, |load| {
        is_argument(load.put_customer(&bad).map(drop));
        load.put_customer(&customer("12")).map(drop)
    });
    assert_eq!(store.counts().unwrap().customers, 2);

    for (document, key) in [("SO\0-1", "k"), ("SO-1", "k\0")] {
        is_argument(store.step(vec![keyed(reservation("10", document, 1), key, 1)], false, soon()).map(drop));
    }
    let subject = Event { subject: "I\0".to_owned(), ..event(EventKind::Refused, "SO-2") };
    let account = facts(store, "10").id;
    let tells = move |document: &str| {
        let told = Event { account: Some(account), ..subject.clone() };
        let made = chain(account, document, ChainState::Held);
        Step {
            ask: ask("10", document),
            ..writes("10", Effects { chain: Some(made), events: vec![told], ..Effects::default() })
        }
    };
    // Alone, and beside one that is good.
    is_argument(run(store, tells("SO-2")).map(drop));
    let steps = store.step(vec![tells("SO-3"), reservation("10", "SO-4", 5)], false, soon()).unwrap();
    let [bad, good] = <[_; 2]>::try_from(steps.answers).unwrap();
    is_argument(bad.map(drop));
    assert!(approved(&good.unwrap()));
    assert_eq!(buckets(store, "10"), Buckets { ordered: 5, ..Buckets::default() });
    assert_eq!((store.find_order(COMPANY, "SO-3").unwrap(), store.events(0, 9).unwrap().len()), (None, 0));
}
