//! The edges of an order's life: nothing, the very same, exactly as much, exactly then.

use super::chains::{Desk, amount, by, moving};
use super::*;
use Stage::{Delivered, Drafted, Invoiced, Ordered, Settled};
use obligor::calendar::Instant;
use obligor::credit::{Action, ChainState, Request, Stage};
use obligor::error::ErrorKind;

fn secured(minor: i64, part: i64) -> Request {
    Request { secured: Some(dkk(part)), ..amount(Action::Reserve, minor) }
}

#[test]
fn nothing_secured_may_be_said() {
    let mut desk = Desk::new(500);
    assert_eq!(desk.ask(&secured(500, 0)), Outcome::Approve);
    assert_eq!((desk.at()[0], desk.order().marks.secured), (500, 0));
}

#[test]
fn an_increase_is_held_against_the_terms_it_was_let_through_with() {
    let mut desk = Desk::new(1_000);
    desk.policy.rules.push(rule(Test::TermsChanged, Outcome::Hold));
    desk.account.profile.terms_days = Some(30);
    let with = |action, minor, days| Request { terms_days: Some(days), ..amount(action, minor) };
    assert_eq!(desk.ask(&with(Action::Reserve, 100, 30)), Outcome::Approve);
    desk.account.profile.terms_days = Some(5);
    assert_eq!(desk.ask(&with(Action::Change, 110, 30)), Outcome::Approve);
    assert_eq!(desk.ask(&with(Action::Change, 120, 31)), Outcome::Hold);
}

#[test]
fn the_same_terms_are_not_longer() {
    let mut desk = Desk::new(1_000);
    let with = |action, minor, days| Request { terms_days: Some(days), ..amount(action, minor) };
    desk.ask(&with(Action::Reserve, 100, 14));
    assert_eq!(desk.ask(&with(Action::Change, 50, 14)), Outcome::Approve, "nothing was asked");
    assert_eq!(
        desk.ask(&with(Action::Change, 40, 15)),
        Outcome::NotChecked,
        "the rules about terms were, and there are none"
    );
}

#[test]
fn what_cannot_be_compared_holds_nothing_even_if_it_passes() {
    let mut desk = Desk::new(1_000);
    desk.policy.facts.currency_mismatch = Outcome::ApproveWithAlert;
    let foreign = Request { amount: Some(eur(100)), ..Request::of(Action::Reserve) };
    assert_eq!(desk.ask(&foreign), Outcome::ApproveWithAlert);
    assert_eq!((desk.order().state, desk.at()), (ChainState::Declined, [0; 5]));
}

#[test]
fn an_order_of_nothing_can_become_a_return() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Reserve, 0), Outcome::Approve);
    assert_eq!(desk.to(Action::Change, -5), Outcome::Approve);
    assert_eq!((desk.order().amount, desk.at()), (-5, [0; 5]));
}

#[test]
fn a_change_says_anew_until_when_and_passes_only_what_grows() {
    let mut desk = Desk::new(1_000);
    let until = |action, minor, at| Request { expires: Some(Instant(at)), ..amount(action, minor) };
    desk.ask(&until(Action::Reserve, 100, 9_000));
    desk.today = TODAY.plus(1);
    desk.ask(&until(Action::Change, 100, 8_000));
    assert_eq!((desk.order().expires, desk.order().marks.passed), (Some(Instant(8_000)), Some(TODAY)));
    desk.to(Action::Change, 101);
    assert_eq!((desk.order().expires, desk.order().marks.passed), (None, Some(TODAY.plus(1))));
}

#[test]
fn an_order_that_ran_out_is_taken_up_as_new() {
    let mut desk = Desk::new(100);
    desk.to(Action::Reserve, 101);
    desk.ask(&Request { expires: Some(Instant(2_000)), ..by(Action::Release, MANAGER) });
    assert_eq!(desk.order().state, ChainState::Active);
    desk.now = Instant(2_000);
    let chain = desk.chain.as_mut().unwrap();
    (chain.state, chain.ordered) = (ChainState::Expired, 0);
    desk.account.buckets.ordered = 0;
    assert!(desk.order().marks.release.is_some());
    assert_eq!(desk.to(Action::Reopen, 101), Outcome::Hold, "the release was for the order that ran out");
    assert_eq!((desk.order().expires, desk.order().marks.release.clone()), (None, None));
}

#[test]
fn what_began_later_is_taken_up_where_it_began() {
    for (to, given_up, taken_up) in
        [(Delivered, [0, 60, 0, 0, 0], [0, 100, 0, 0, 0]), (Drafted, [0; 5], [0, 0, 40, 0, 0])]
    {
        let mut desk = Desk::new(100);
        desk.ask(&Request { to: Some(to), ..amount(Action::Reserve, 60) });
        desk.to(Action::Cancel, 0);
        assert_eq!((desk.at(), desk.order().marks.begins), (given_up, Some(to)));
        assert_eq!(desk.to(Action::Reopen, 40), Outcome::Approve);
        assert_eq!((desk.at(), desk.order().marks.begins), (taken_up, Some(to)));
    }
}

#[test]
fn a_document_that_is_undone_as_a_whole_takes_its_secured_part_along() {
    let mut desk = Desk::new(700);
    desk.ask(&secured(1_000, 300));
    let mut go = |from, to, minor| {
        let outcome = desk.ask(&moving(from, to, minor));
        (outcome, desk.at(), desk.order().marks.secured_moved)
    };
    let fine = Outcome::Approve;
    assert_eq!(go(None, Drafted, Some(1_000)), (fine, [0, 0, 700, 0, 0], [0, 300, 0]));
    assert_eq!(go(Some(Drafted), Ordered, Some(100)), (fine, [100, 0, 600, 0, 0], [0, 300, 0]), "a part of it stays");
    assert_eq!(go(Some(Drafted), Ordered, None), (fine, [700, 0, 0, 0, 0], [0, 0, 0]));
    assert_eq!(
        go(None, Drafted, Some(1_000)),
        (fine, [0, 0, 700, 0, 0], [0, 300, 0]),
        "again, and nothing is too much"
    );
    assert_eq!(go(None, Invoiced, Some(1_000)), (fine, [0, 0, 0, 700, 0], [0, 300, 300]), "each stage has its own");
    assert_eq!(go(None, Settled, None), (fine, [0, 0, 0, 0, 700], [0, 300, 300]));
    assert_eq!(
        go(Some(Settled), Invoiced, None),
        (fine, [0, 0, 0, 700, 0], [0, 300, 300]),
        "a payment undoes no invoice"
    );
}

#[test]
fn more_than_there_is_goes_on_and_never_back() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 100);
    desk.ask(&moving(None, Delivered, None));
    let done = desk.try_ask(&moving(Some(Delivered), Invoiced, Some(120))).unwrap();
    assert_eq!((done.decision.outcome, done.decision.increase), (Outcome::ApproveWithAlert, dkk(20)));
    assert_eq!(desk.at(), [0, 0, 0, 120, 0]);
    assert_eq!(desk.fails(&moving(Some(Invoiced), Delivered, Some(121))), ErrorKind::State);
}

#[test]
fn what_is_not_there_is_named_by_its_stage() {
    let why = |chain: &obligor::credit::Chain, request: &Request| {
        let account = account(1_000, 0);
        let policy = policy(Vec::new());
        let failed =
            obligor::credit::act(&policy, Some(&account), Some(chain), "SO-1", request, Instant(0), TODAY).unwrap_err();
        failed.message().to_owned()
    };
    let desk = Desk::reserved(10);
    let mut chain = desk.chain.unwrap();
    (chain.ordered, chain.delivered, chain.drafted, chain.invoiced, chain.settled) = (0, 0, 0, 0, 0);
    for (from, to, word) in [
        (Ordered, Delivered, "ordered"),
        (Delivered, Invoiced, "delivered"),
        (Drafted, Invoiced, "drafted"),
        (Invoiced, Settled, "invoiced"),
        (Settled, Invoiced, "settled"),
    ] {
        let message = why(&chain, &moving(Some(from), to, None));
        assert_eq!(message, format!("order \"SO-1\" (active) has nothing {word} to convert"));
    }
    chain.invoiced = 3;
    assert_eq!(
        why(&chain, &moving(None, Settled, Some(4))),
        "order \"SO-1\" (active) has only 0.03 DKK invoiced, not 0.04 DKK"
    );
}

#[test]
fn what_is_secured_already_need_not_be_prepaid() {
    let half = Rule { prepay_basis_points: 5_000, ..rule(Test::Always, Outcome::Prepay) };
    let mut scene = Scene::new(vec![half], account(1_000, 0), 50);
    (scene.document.value, scene.document.secured) = (100, 50);
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::Approve, vec![Code::Secured]));
    (scene.document.increase.minor, scene.document.secured) = (51, 49);
    assert_eq!((scene.outcome(), scene.decide().prepay), (Outcome::Prepay, Some(dkk(1))));
}

#[test]
fn a_closed_order_is_neither_reserved_nor_changed() {
    let mut desk = Desk::reserved(100);
    desk.to(Action::Cancel, 0);
    for action in [Action::Reserve, Action::Change] {
        assert_eq!(desk.fails(&amount(action, 5)), ErrorKind::State, "{action:?}");
    }
}

#[test]
fn a_release_lends_nobody_its_role() {
    let mut desk = Desk::new(500);
    desk.to(Action::Reserve, 600);
    assert_eq!(desk.ask(&by(Action::Release, MANAGER)), Outcome::Approve);
    assert_eq!(desk.fails(&by(Action::Release, CONTROLLER)), ErrorKind::Forbidden, "what the manager let through");
    let held = desk.try_ask(&by(Action::Hold, MANAGER)).unwrap();
    assert_eq!(held.decision.reasons[0].remedy, Some(Remedy::Release));
}
