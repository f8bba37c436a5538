//! Orders through the engine, on a real store.

mod common;

use common::places::{Place, on_both};
use common::{Desk, money, order};
use obligor::calendar::{Day, Instant};
use obligor::credit::{ChainState, Stage};
use obligor::engine::{OrderAnswer, OrderRequest, Source};
use obligor::error::ErrorKind;
use obligor::reason::{Code, Language, Outcome};
use obligor::store::{EventKind, ItemKind};

fn outcome(answer: obligor::error::Result<OrderAnswer>) -> Outcome {
    answer.unwrap().decision.outcome
}

on_both!(an_order_over_the_limit_is_stopped_and_one_at_the_limit_is_not);
fn an_order_over_the_limit_is_stopped_and_one_at_the_limit_is_not(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    assert_eq!(outcome(desk.engine.reserve(&order("100", "SO-1", "1", "400.00 DKK"))), Outcome::Approve);
    let refused = desk.engine.reserve(&order("100", "SO-2", "2", "600.01 DKK")).unwrap();
    assert_eq!(refused.decision.outcome, Outcome::Refuse);
    assert_eq!(refused.state, Some(ChainState::Declined));
    assert_eq!(refused.decision.reasons[0].code, Code::OverLimit);
    assert_eq!(outcome(desk.engine.reserve(&order("100", "SO-3", "3", "600.00 DKK"))), Outcome::Approve);
    assert_eq!(desk.exposure("100"), "1000.00 DKK");
    let events = desk.engine.events(0, 10).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].kind, events[0].document.as_str()), (EventKind::Refused, "SO-2"));
}

on_both!(the_same_key_gets_the_same_answer_and_other_content_an_error);
fn the_same_key_gets_the_same_answer_and_other_content_an_error(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    let first = desk.engine.reserve(&order("100", "SO-1", "k", "700.00 DKK")).unwrap();
    let again = desk.engine.reserve(&order("100", "SO-1", "k", "700.00 DKK")).unwrap();
    assert_eq!((again.decision_id, again.repeated), (first.decision_id, true));
    assert_eq!(again.decision, first.decision);
    let error = desk.engine.reserve(&order("100", "SO-1", "k", "700.01 DKK")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyConflict);
    assert_eq!(desk.exposure("100"), "700.00 DKK");

    // A refusal is kept as well: room that comes later does not change what was answered to this key.
    assert_eq!(outcome(desk.engine.reserve(&order("100", "SO-2", "r", "400.00 DKK"))), Outcome::Refuse);
    desk.limit("100", "9000.00 DKK");
    assert_eq!(outcome(desk.engine.reserve(&order("100", "SO-2", "r", "400.00 DKK"))), Outcome::Refuse);
    assert_eq!(outcome(desk.engine.reserve(&order("100", "SO-2", "r2", "400.00 DKK"))), Outcome::Approve);
}

on_both!(a_check_is_the_reservation_that_would_come_next_and_holds_nothing);
fn a_check_is_the_reservation_that_would_come_next_and_holds_nothing(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    let check = desk.engine.check(&order("100", "", "", "800.00 DKK")).unwrap();
    assert_eq!((check.decision.outcome, check.decision_id, check.source), (Outcome::Approve, None, Source::Store));
    let cached = desk.engine.check(&order("100", "", "", "800.00 DKK")).unwrap();
    assert_eq!((cached.decision.clone(), cached.source), (check.decision.clone(), Source::Memory));
    assert_eq!(desk.exposure("100"), "0.00 DKK");
    let reserved = desk.engine.reserve(&order("100", "SO-1", "1", "800.00 DKK")).unwrap();
    assert_eq!(reserved.decision, check.decision);
    // What memory would not let through is asked again at the store.
    let refused = desk.engine.check(&order("100", "", "", "300.00 DKK")).unwrap();
    assert_eq!((refused.decision.outcome, refused.source), (Outcome::Refuse, Source::Store));
    // An order that is known is asked about by its difference.
    assert_eq!(outcome(desk.engine.check(&order("100", "SO-1", "", "1000.00 DKK"))), Outcome::Approve);
    assert_eq!(outcome(desk.engine.check(&order("100", "SO-1", "", "1000.01 DKK"))), Outcome::Refuse);
}

on_both!(a_list_is_asked_about_in_order_and_counts_up);
fn a_list_is_asked_about_in_order_and_counts_up(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    let list: Vec<_> = (0..3).map(|n| order("100", &format!("SO-{n}"), &format!("l{n}"), "400.00 DKK")).collect();
    let checks: Vec<_> = desk.engine.check_list(&list).unwrap().into_iter().map(outcome).collect();
    assert_eq!(checks, [Outcome::Approve, Outcome::Approve, Outcome::Refuse]);

    let none = desk.engine.reserve_list(&list, true).unwrap();
    assert!(!none.taken);
    assert!(none.answers.iter().all(|answer| answer.as_ref().unwrap().decision_id.is_none()));
    assert_eq!(desk.exposure("100"), "0.00 DKK");

    let some = desk.engine.reserve_list(&list, false).unwrap();
    assert!(some.taken);
    let outcomes: Vec<_> = some.answers.into_iter().map(outcome).collect();
    assert_eq!(outcomes, checks);
    assert_eq!(desk.exposure("100"), "800.00 DKK");
}

on_both!(an_order_goes_its_way_and_value_counts_once);
fn an_order_goes_its_way_and_value_counts_once(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    let ask = |request_key: &str, amount: Option<&str>, to: Stage, item: &str| {
        desk.engine.convert(&OrderRequest {
            amount: amount.map(money),
            to: Some(to),
            item: item.to_owned(),
            due: Day::parse("2026-12-22"),
            ..order("100", "SO-1", request_key, "0 DKK")
        })
    };
    desk.engine.reserve(&order("100", "SO-1", "1", "1000.00 DKK")).unwrap();
    ask("2", Some("400.00 DKK"), Stage::Delivered, "").unwrap();
    ask("3", None, Stage::Invoiced, "INV-1").unwrap();
    assert_eq!(desk.exposure("100"), "1000.00 DKK");
    ask("4", Some("150.00 DKK"), Stage::Settled, "INV-1").unwrap();
    assert_eq!(desk.exposure("100"), "850.00 DKK");
    // The ERP's own posting of the same invoice says the same thing and counts no second time.
    desk.item("100", "INV-1", ItemKind::Invoice, "250.00 DKK", "2026-12-22");
    assert_eq!(desk.exposure("100"), "850.00 DKK");
    desk.engine.cancel(&OrderRequest { amount: None, ..order("100", "SO-1", "5", "0 DKK") }).unwrap();
    assert_eq!(desk.exposure("100"), "250.00 DKK");
    let reopened = desk.engine.reopen(&order("100", "SO-1", "6", "750.01 DKK")).unwrap();
    assert_eq!((reopened.decision.outcome, reopened.state), (Outcome::Refuse, Some(ChainState::Cancelled)));
    assert_eq!(outcome(desk.engine.reopen(&order("100", "SO-1", "7", "750.00 DKK"))), Outcome::Approve);
}

on_both!(time_makes_items_overdue_and_reservations_expire);
fn time_makes_items_overdue_and_reservations_expire(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "100000.00 DKK");
    desk.item("100", "INV-1", ItemKind::Invoice, "10000.01 DKK", "2026-11-22");
    let expires = Instant::parse("2026-11-25T00:00:00Z");
    let held = OrderRequest { expires, ..order("100", "SO-1", "1", "80000.00 DKK") };
    assert_eq!(outcome(desk.engine.reserve(&held)), Outcome::Approve);
    assert_eq!(outcome(desk.engine.check(&order("100", "", "", "20000.00 DKK"))), Outcome::Refuse);

    // Three days of grace: on the 25th the item is still open, and the reservation has just run out.
    let desk = desk.later("2026-11-25T00:00:00Z");
    assert_eq!(outcome(desk.engine.check(&order("100", "", "", "20000.00 DKK"))), Outcome::Approve);
    assert_eq!(desk.exposure("100"), "10000.01 DKK");
    let convert = OrderRequest { to: Some(Stage::Delivered), ..order("100", "SO-1", "2", "1.00 DKK") };
    assert_eq!(desk.engine.convert(&convert).unwrap_err().kind(), ErrorKind::State, "an expired one never converts");

    let desk = desk.later("2026-11-26T00:00:00Z");
    let late = desk.engine.check(&order("100", "", "", "1.00 DKK")).unwrap();
    assert_eq!((late.decision.outcome, late.decision.reasons[0].code), (Outcome::Hold, Code::OverdueAmount));
}

on_both!(customers_nobody_knows_are_refused_on_record);
fn customers_nobody_knows_are_refused_on_record(place: Place) {
    let desk = Desk::new(place);
    let answer = desk.engine.reserve(&order("nobody", "SO-1", "1", "1.00 DKK")).unwrap();
    assert_eq!((answer.decision.outcome, answer.decision.reasons[0].code), (Outcome::Refuse, Code::UnknownCustomer));
    assert!(desk.engine.replay(answer.decision_id.unwrap()).unwrap().same);
    assert_eq!(desk.engine.change(&order("nobody", "SO-1", "2", "1.00 DKK")).unwrap_err().kind(), ErrorKind::NotFound);
}

on_both!(every_decision_can_be_explained_replayed_and_shown_to_be_untouched);
fn every_decision_can_be_explained_replayed_and_shown_to_be_untouched(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    for n in 0..20 {
        let answer = desk.engine.reserve(&order("100", &format!("SO-{n}"), &format!("k{n}"), "77.00 DKK")).unwrap();
        let id = answer.decision_id.unwrap();
        assert!(desk.engine.replay(id).unwrap().same);
        let told = desk.engine.explain(id, Language::En).unwrap();
        assert!(told.contains(&format!("SO-{n}")), "{told}");
    }
    let found = desk.engine.verify(&mut |_, _| true).unwrap();
    assert_eq!((found.faults.as_slice(), found.decisions), ([].as_slice(), 20));
    desk.engine.erase_decision(3).unwrap();
    let found = desk.engine.verify(&mut |_, _| true).unwrap();
    assert_eq!((found.faults.as_slice(), found.erased), ([].as_slice(), 1));
    assert_eq!(desk.engine.explain(3, Language::En).unwrap_err().kind(), ErrorKind::NotFound);
}

on_both!(requests_that_lack_something_say_what);
fn requests_that_lack_something_say_what(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    let good = order("100", "SO-1", "1", "1.00 DKK");
    for (bad, word) in [
        (OrderRequest { key: String::new(), ..good.clone() }, "key"),
        (OrderRequest { document: String::new(), ..good.clone() }, "document"),
        (OrderRequest { document: "x".repeat(65), ..good.clone() }, "document"),
        (OrderRequest { customer: "a\nb".to_owned(), ..good.clone() }, "customer"),
        (OrderRequest { company: "  ".to_owned(), ..good.clone() }, "company"),
        (OrderRequest { amount: None, ..good.clone() }, "amount"),
    ] {
        let error = desk.engine.reserve(&bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument);
        assert!(error.message().contains(word), "{error}");
    }
}

on_both!(a_call_may_take_as_long_as_can_be_said);
fn a_call_may_take_as_long_as_can_be_said(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    for deadline_ms in [1_000_000, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let order = OrderRequest { deadline_ms: Some(deadline_ms), ..order("100", "", "", "1.00 DKK") };
        // Twice: the second uses a connection that is there.
        for _ in 0..2 {
            assert!(desk.engine.check(&order).is_ok());
            assert!(desk.engine.check_list(std::slice::from_ref(&order)).unwrap()[0].is_ok());
        }
    }
}
