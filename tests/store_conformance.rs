//! What every store must do, written against the trait alone, so that each database runs the same list.

mod store_common;

use obligor::calendar::{Day, Instant};
use obligor::credit::{AccountId, Buckets, Chain, ChainState, Limit, LimitKind, Status};
use obligor::error::ErrorKind;
use obligor::money::Currency;
use obligor::store::{
    AccountKey, AccountRecord, AccountRef, AnswerRecord, Ask, Company, Effects, Event, EventKind, IdentifierKey,
    ItemKind, Loader, LookupRecord, OrderRecord, Plan, PolicyRecord, Put, Register, Remark, Step, Store,
};
use store_common::*;

/// One check, on an empty store.
type Check = fn(&dyn Store);

/// The list. A new store runs all of it.
const CHECKS: &[(&str, Check)] = &[
    ("a reservation holds value and is on record", a_reservation_holds_value_and_is_on_record),
    ("the same key gives the same answer", the_same_key_gives_the_same_answer),
    ("steps see those before them", steps_see_those_before_them),
    ("a failing step hurts nobody", a_failing_step_hurts_nobody),
    ("a list is written whole or not at all", a_list_is_written_whole_or_not_at_all),
    ("unknown customers have a chain of their own", unknown_customers_have_a_chain_of_their_own),
    ("a plan may only touch its own account", a_plan_may_only_touch_its_own_account),
    ("amounts that do not fit are refused", amounts_that_do_not_fit_are_refused),
    ("items age both ways", items_age_both_ways),
    ("reservations run out", reservations_run_out),
    ("expire is bounded and tells", expire_is_bounded_and_tells),
    ("importing twice changes nothing", importing_twice_changes_nothing),
    ("a bad row leaves no trace", a_bad_row_leaves_no_trace),
    ("a failed load leaves no trace", a_failed_load_leaves_no_trace),
    ("what a load does not put can be closed", what_a_load_does_not_put_can_be_closed),
    ("what changed since a list was made is not closed by it", what_changed_since_a_list_was_made_is_not_closed_by_it),
    ("older data leaves newer rows alone", older_data_leaves_newer_rows_alone),
    ("what ran out changed when it ran out", what_ran_out_changed_when_it_ran_out),
    ("an account keeps its currency while it holds value", an_account_keeps_its_currency_while_it_holds_value),
    ("customers are found", customers_are_found),
    ("registers know what they were told", registers_know_what_they_were_told),
    ("policies are kept once", policies_are_kept_once),
    ("held orders wait in line", held_orders_wait_in_line),
    ("all accounts come with their limits", all_accounts_come_with_their_limits),
    ("decisions form a chain and can be erased", decisions_form_a_chain_and_can_be_erased),
    ("a check can be stopped", a_check_can_be_stopped),
];

#[test]
fn sqlite() {
    for (name, check) in CHECKS {
        let fresh = fresh();
        println!("{name}");
        check(&fresh.store);
        assert_sound(&fresh.store);
    }
}

fn a_reservation_holds_value_and_is_on_record(store: &dyn Store) {
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
    let by_id = obligor::store::Ask { account: AccountRef::Id(id), ..ask("10", "SO-1") };
    assert_eq!(store.facts(&by_id, soon()).unwrap().chain, Some(chain));

    let decision = written.decision.unwrap();
    assert_eq!((decision.id, decision.account, decision.sequence), (1, Some(id), 1));
    assert_eq!(store.decision(1).unwrap().unwrap(), decision);
    assert_eq!(store.decision(2).unwrap(), None);

    // A refusal is recorded and moves nothing.
    let refused = run(store, reservation("10", "SO-2", 601)).unwrap();
    assert!(!approved(&refused));
    assert_eq!(refused.account.unwrap().version, after.version);
    assert_eq!(store.decisions(id, 10).unwrap().iter().map(|d| d.sequence).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(store.decisions(id, 1).unwrap().len(), 1);
}

fn the_same_key_gives_the_same_answer(store: &dyn Store) {
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
    store.load(NOW, &mut |load| load.put_limit(&limit("10", 9000)).map(drop), soon()).unwrap();
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

fn steps_see_those_before_them(store: &dyn Store) {
    debtor(store, "10", 1000);
    let steps = (0..4).map(|n| reservation("10", &format!("SO-{n}"), 300)).collect();
    let steps = store.step(steps, false, soon()).unwrap();
    assert!(steps.written);
    let granted: Vec<bool> = steps.answers.iter().map(|a| approved(a.as_ref().unwrap())).collect();
    assert_eq!(granted, [true, true, true, false]);
    assert!(store.step(Vec::new(), true, soon()).unwrap().answers.is_empty());
}

fn a_failing_step_hurts_nobody(store: &dyn Store) {
    debtor(store, "10", 1000);
    store
        .load(
            NOW,
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

fn a_list_is_written_whole_or_not_at_all(store: &dyn Store) {
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

fn unknown_customers_have_a_chain_of_their_own(store: &dyn Store) {
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

fn a_plan_may_only_touch_its_own_account(store: &dyn Store) {
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

fn amounts_that_do_not_fit_are_refused(store: &dyn Store) {
    debtor(store, "10", i64::MAX);
    assert!(approved(&run(store, reservation("10", "SO-1", i64::MAX - 10)).unwrap()));
    store
        .load(
            NOW,
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

fn items_age_both_ways(store: &dyn Store) {
    debtor(store, "10", 1000);
    store
        .load(
            NOW,
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

fn reservations_run_out(store: &dyn Store) {
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

fn expire_is_bounded_and_tells(store: &dyn Store) {
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

fn importing_twice_changes_nothing(store: &dyn Store) {
    let mut puts = Vec::new();
    let mut versions = Vec::new();
    for _ in 0..2 {
        let mut round = Vec::new();
        store
            .load(
                NOW,
                &mut |load| {
                    let mut firm = customer("10");
                    firm.identifiers = vec![identifier("dk.cvr", "12345674"), identifier("dk.vat", "DK12345674")];
                    round.push(load.put_customer(&firm)?);
                    round.push(load.put_account(&account("10"))?);
                    round.push(load.put_limit(&limit("10", 1000))?);
                    let temporary =
                        Limit { kind: LimitKind::Temporary, amount: None, from: Some(TODAY), to: Some(TODAY.plus(7)) };
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

fn a_bad_row_leaves_no_trace(store: &dyn Store) {
    let eur = Currency::parse("EUR").unwrap();
    store
        .load(
            NOW,
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

fn a_failed_load_leaves_no_trace(store: &dyn Store) {
    debtor(store, "10", 1000);
    let before = (facts(store, "10"), store.counts().unwrap());
    let error = store
        .load(
            NOW,
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

fn what_a_load_does_not_put_can_be_closed(store: &dyn Store) {
    let elsewhere = AccountKey { company: "SYD".to_owned(), customer: "10".to_owned() };
    store
        .load(
            NOW,
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
    assert_eq!((gone.state, gone.held(), gone.invoiced), (ChainState::Cancelled, Buckets::default(), 40));
    assert_eq!(store.counts().unwrap().items, 3, "the other company keeps its items");
    assert_eq!(store.counts().unwrap().remarks, 1, "the debtor register of the same name keeps its remarks");
    assert_eq!(store.register_answer("cvr", &identifier("dk.cvr", "2")).unwrap(), None);
    let (as_of, found) = store.company("cvr", &identifier("dk.cvr", "2")).unwrap().unwrap();
    assert_eq!((as_of, found), (NOW, None));
    assert_eq!(store.company("brreg", &identifier("dk.cvr", "1")).unwrap(), None, "that import was never finished");
}

fn what_changed_since_a_list_was_made_is_not_closed_by_it(store: &dyn Store) {
    let at = |moment: i64, step: Step| Step { ask: Ask { now: later(moment), ..step.ask }, ..step };
    let close = |taken_at: i64| {
        let mut closed = (0, 0);
        let mut work = |load: &mut dyn Loader| {
            let taken_at = later(taken_at);
            closed = (load.close_items_not_put(COMPANY, taken_at)?, load.cancel_orders_not_put(COMPANY, taken_at)?);
            Ok(())
        };
        store.load(later(taken_at), &mut work, soon()).unwrap();
        closed
    };
    let put = |moment: i64, number: &str, residual: i64| {
        let mut put = Put::Same;
        let record = item("10", number, ItemKind::Invoice, residual, TODAY);
        let mut work = |load: &mut dyn Loader| load.put_item(&record).map(|done| put = done);
        store.load(later(moment), &mut work, soon()).unwrap();
        put
    };
    debtor(store, "10", 10_000);
    // Items and an order of a file as of moment 10. What people say of when the order was entered does not count.
    assert_eq!((put(10, "I-1", 100), put(10, "I-2", 100), put(10, "I-3", 100)), (Put::Added, Put::Added, Put::Added));
    let entered = OrderRecord { since: later(500), ..order("10", "SO-1", 100) };
    store.load(later(10), &mut |load| load.put_order(&entered).map(drop), soon()).unwrap();
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
    store.load(later(5), &mut |load| load.put_order(&order("10", "SO-2", 90)).map(drop), soon()).unwrap();

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

fn older_data_leaves_newer_rows_alone(store: &dyn Store) {
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
        store.load(later(moment), &mut work, soon()).unwrap();
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
    store.load(later(1), &mut work, soon()).unwrap();
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

fn what_ran_out_changed_when_it_ran_out(store: &dyn Store) {
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
        store.load(later(moment), &mut work, soon()).unwrap();
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

fn an_account_keeps_its_currency_while_it_holds_value(store: &dyn Store) {
    let in_euro = AccountRecord { currency: Currency::parse("EUR").unwrap(), ..account("10") };
    let change = || store.load(NOW, &mut |load| load.put_account(&in_euro).map(drop), soon());
    debtor(store, "10", 1000);
    run(store, reservation("10", "SO-1", 100)).unwrap();
    assert_eq!(change().unwrap_err().kind(), ErrorKind::State);
    store.load(NOW, &mut |load| load.put_order(&order("10", "SO-1", 0)).map(drop), soon()).unwrap();
    assert_eq!(change().unwrap_err().kind(), ErrorKind::State, "the order may still grow");
    store.load(NOW, &mut |load| load.cancel_orders_not_put(COMPANY, later(1)).map(drop), soon()).unwrap();
    change().unwrap();
    let facts = facts(store, "10");
    assert_eq!(facts.currency.code(), "EUR");
    assert!(facts.limits.is_empty(), "1000 DKK is not 1000 EUR");
}

fn customers_are_found(store: &dyn Store) {
    let cvr = identifier("dk.cvr", "12345674");
    let firm = |number: &str, name: &str| obligor::store::Customer {
        name_key: name.to_owned(),
        email: "mail@example.com".to_owned(),
        identifiers: vec![cvr.clone(), identifier("own", number)],
        ..customer(number)
    };
    let all = [firm("3", "jensen"), firm("1", "jensen"), firm("2", "olsen")];
    store.load(NOW, &mut |load| all.iter().try_for_each(|c| load.put_customer(c).map(drop)), soon()).unwrap();
    assert_eq!(store.customer("3").unwrap().as_ref(), Some(&all[0]));
    assert_eq!(store.customer("4").unwrap(), None);
    let numbers = |found: Vec<obligor::store::Customer>| found.into_iter().map(|c| c.number).collect::<Vec<_>>();
    assert_eq!(numbers(store.customers_by_identifier(&cvr).unwrap()), ["1", "2", "3"]);
    assert_eq!(numbers(store.customers_by_identifier(&identifier("own", "2")).unwrap()), ["2"]);
    assert_eq!(numbers(store.customers_by_name("jensen", "DK").unwrap()), ["1", "3"]);
    assert!(store.customers_by_name("jensen", "SE").unwrap().is_empty());
}

fn registers_know_what_they_were_told(store: &dyn Store) {
    let subject = identifier("dk.cvr", "12345674");
    assert_eq!(store.company("cvr", &subject).unwrap(), None);
    assert_eq!(store.remarks("rki", &subject).unwrap(), None);
    let firm = company("cvr", "12345674");
    let remarks = [remark("rki", "R-2", "12345674"), remark("rki", "R-1", "12345674"), remark("rki", "R-3", "1")];
    store
        .load(
            NOW,
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

fn policies_are_kept_once(store: &dyn Store) {
    let policy = PolicyRecord { digest: [1; 32], name: "Nord".to_owned(), text: "version = 1".to_owned() };
    for _ in 0..2 {
        store.put_policy(&policy, soon()).unwrap();
    }
    assert_eq!(store.policy(&[1; 32]).unwrap(), Some(policy));
    assert_eq!(store.policy(&[2; 32]).unwrap(), None);
}

fn held_orders_wait_in_line(store: &dyn Store) {
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
        };
        let told = Event {
            id: 0,
            at: NOW,
            kind: EventKind::Held,
            account: Some(id),
            document: document.to_owned(),
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
    let held: Vec<String> = store.held_orders(COMPANY, 5).unwrap().into_iter().map(|c| c.document).collect();
    assert_eq!(held, ["SO-2", "SO-1"]);
    assert_eq!(store.held_orders(COMPANY, 1).unwrap().len(), 1);
    assert!(store.held_orders("SYD", 5).unwrap().is_empty());
    let events = store.events(1, 1).unwrap();
    assert_eq!((events[0].id, events[0].document.as_str()), (2, "SO-2"));
    assert_eq!(events[0].reasons, ["limit_exceeded"]);
    let counts = store.counts().unwrap();
    assert_eq!((counts.held_orders, counts.active_orders, counts.events, counts.accounts), (2, 0, 3, 1));
}

fn all_accounts_come_with_their_limits(store: &dyn Store) {
    store
        .load(
            NOW,
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
    store.all_accounts(TODAY.plus(-1), NOW, &mut |key, facts| all.push((key, facts))).unwrap();
    assert_eq!(all.len(), 2500);
    for (n, (key, facts)) in all.iter().enumerate() {
        assert_eq!(key.customer, format!("C{n}"));
        assert_eq!(facts.limits[0].amount, i64::try_from(n).ok());
        assert_eq!(Some(facts.buckets.overdue), i64::try_from(n).ok());
    }
    assert_eq!(all[7].1, facts(store, "C7"));
}

fn decisions_form_a_chain_and_can_be_erased(store: &dyn Store) {
    debtor(store, "10", 1000);
    for n in 0..5 {
        run(store, reservation("10", &format!("SO-{n}"), 1)).unwrap();
    }
    let before = store.decision(3).unwrap().unwrap();
    store.erase_decision(3, soon()).unwrap();
    let after = store.decision(3).unwrap().unwrap();
    assert_eq!(after.body, None);
    assert_eq!((after.digest, after.chained), (before.digest, before.chained));
    let found = store.verify(&mut |_, _| true).unwrap();
    assert_eq!((found.accounts, found.decisions, found.erased), (1, 5, 1));
    assert_eq!(store.erase_decision(99, soon()).unwrap_err().kind(), ErrorKind::NotFound);
}

fn a_check_can_be_stopped(store: &dyn Store) {
    debtor(store, "10", 1000);
    assert_eq!(store.verify(&mut |_, _| false).unwrap_err().kind(), ErrorKind::State);
}

fn identifier(scheme: &str, value: &str) -> IdentifierKey {
    IdentifierKey { scheme: scheme.to_owned(), value: value.to_owned() }
}

fn company(source: &str, number: &str) -> Company {
    Company {
        source: source.to_owned(),
        identifier: Some(identifier("dk.cvr", number)),
        name: "Firma ApS".to_owned(),
        registered: Some(TODAY),
        no_marketing: true,
        ..Company::default()
    }
}

fn remark(source: &str, number: &str, subject: &str) -> Remark {
    Remark {
        source: source.to_owned(),
        number: number.to_owned(),
        subject: identifier("dk.cvr", subject),
        kind: "judgement".to_owned(),
        amount: Some(1234),
        currency: Some(dkk()),
        registered: TODAY,
        expires: None,
    }
}

fn lookup(user: &str) -> LookupRecord {
    LookupRecord {
        at: NOW,
        user: user.to_owned(),
        on_behalf_of: String::new(),
        purpose: "credit sale".to_owned(),
        basis: String::new(),
        source: "bureau".to_owned(),
        subject: identifier("dk.cvr", "12345674"),
        answer: "clear".to_owned(),
        cached: false,
        digest: "00".to_owned(),
        copy_letter: true,
        rule: "dk.1".to_owned(),
    }
}
