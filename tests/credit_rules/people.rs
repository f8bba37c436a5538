//! What people and later stages do to an order: pass a checkpoint, hold, release, reject, ask again.

use super::chains::{Desk, amount, by};
use super::*;
use obligor::calendar::Instant;
use obligor::credit::{Action, ChainState, Request, Stage, Status};
use obligor::error::ErrorKind;
use obligor::policy::Checkpoint;

fn passing(checkpoint: Checkpoint) -> Request {
    Request { checkpoint: Some(checkpoint), ..Request::of(Action::Pass) }
}

fn by_user(action: Action, user: &str, edit: impl FnOnce(&mut obligor::credit::Person)) -> Request {
    let mut request = by(action, MANAGER);
    let person = request.person.as_mut().unwrap();
    person.user = user.to_owned();
    edit(person);
    request
}

/// An order over the limit, which is held.
fn held(limit: i64, minor: i64) -> Desk {
    let mut desk = Desk::new(limit);
    assert_eq!(desk.to(Action::Reserve, minor), Outcome::Hold);
    assert_eq!((desk.order().state, desk.at()[0]), (ChainState::Held, 0));
    assert_eq!(desk.order().marks.reasons[0].code, Code::OverLimit);
    desk
}

#[test]
fn a_checkpoint_asks_the_rules_that_name_it_about_what_is_still_ordered() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 600);
    desk.ask(&Request { to: Some(Stage::Delivered), ..amount(Action::Convert, 200) });
    assert_eq!(desk.fails(&Request::of(Action::Pass)), ErrorKind::Argument);
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Approve);
    desk.today = TODAY.plus(1);
    desk.account.limits[0].amount = Some(599);
    assert_eq!(desk.ask(&passing(Checkpoint::Ship)), Outcome::NotChecked, "no rule names it");
    assert_eq!(desk.order().marks.passed, Some(TODAY.plus(1)));
    desk.policy.rules[0].scope.at = vec![Checkpoint::Ship];
    let done = desk.try_ask(&passing(Checkpoint::Ship)).unwrap();
    assert_eq!((done.decision.outcome, done.decision.increase), (Outcome::Hold, dkk(-400)));
    assert_eq!(done.decision.exposure_before, Some(dkk(600)));
    assert_eq!(done.decision.reasons[0].measured, Some(obligor::reason::Quantity::Money(dkk(600))));
    assert_eq!((desk.order().state, desk.at()), (ChainState::Held, [0, 200, 0, 0, 0]), "what has left goes on");
    assert_eq!(desk.order().marks.reasons, done.decision.reasons);
    assert_eq!(desk.fails(&passing(Checkpoint::Ship)), ErrorKind::State, "it holds no credit");
    desk.account.limits[0].amount = Some(600);
    desk.policy.rules[0].scope.at = Vec::new();
    assert_eq!(desk.to(Action::Reserve, 600), Outcome::Approve);
    assert_eq!((desk.at(), desk.order().marks.reasons.len()), ([400, 200, 0, 0, 0], 0));
    desk.ask(&Request { to: Some(Stage::Delivered), ..Request::of(Action::Convert) });
    desk.account.limits[0].amount = Some(0);
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Approve, "all has left");
}

#[test]
fn an_order_that_waits_is_not_made_smaller_than_what_has_left_it() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 600);
    desk.ask(&Request { to: Some(Stage::Delivered), ..amount(Action::Convert, 200) });
    desk.ask(&by(Action::Hold, MANAGER));
    for action in [Action::Reserve, Action::Change] {
        assert_eq!(desk.fails(&amount(action, 199)), ErrorKind::State);
    }
    assert_eq!(desk.to(Action::Change, 200), Outcome::Hold);
    assert_eq!(desk.ask(&by(Action::Release, MANAGER)), Outcome::Approve);
    assert_eq!((desk.at(), desk.order().amount), ([0, 200, 0, 0, 0], 200));
}

#[test]
fn in_the_days_of_grace_nothing_is_asked() {
    for (grace, asked_after) in [(0, 0), (1, 2), (2, 3)] {
        for days in 0..5 {
            let mut desk = Desk::new(1_000);
            desk.policy.checkpoint_grace_days = grace;
            desk.to(Action::Reserve, 600);
            desk.account.limits[0].amount = Some(0);
            desk.today = TODAY.plus(days);
            let expected = if days >= asked_after { Outcome::Hold } else { Outcome::Approve };
            assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), expected, "{grace} {days}");
        }
    }
}

#[test]
fn a_checkpoint_counts_the_pool_without_the_order_too() {
    let mut desk = Desk::new(1_000);
    desk.account.pools = Box::new([pool("P", PoolKind::Group, 1_000, 400)]);
    assert_eq!(desk.to(Action::Reserve, 600), Outcome::Approve);
    desk.account.pools[0].sums[0].debit = 1_000;
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Approve);
    desk.account.pools[0].sums[0].debit = 1_001;
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Hold);
}

#[test]
fn asked_again_a_held_order_takes_the_room_that_is_there() {
    let mut desk = held(500, 600);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Hold);
    desk.account.limits[0].amount = Some(600);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Approve);
    assert_eq!((desk.order().state, desk.at()[0]), (ChainState::Active, 600));
    desk.ask(&Request { to: Some(Stage::Delivered), ..amount(Action::Convert, 100) });
    desk.account.limits[0].amount = Some(599);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Hold, "a rating has changed");
    assert_eq!(desk.at(), [0, 100, 0, 0, 0]);
    desk.account.limits[0].amount = Some(600);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Approve);
    assert_eq!(desk.at(), [500, 100, 0, 0, 0], "beside what has left it");
    desk.ask(&Request { to: Some(Stage::Delivered), ..Request::of(Action::Convert) });
    desk.account.limits[0].amount = Some(0);
    let done = desk.try_ask(&Request::of(Action::Reevaluate)).unwrap();
    assert_eq!((done.decision.outcome, done.chain), (Outcome::Approve, None), "what has left is not asked about");
}

#[test]
fn asked_again_beyond_the_horizon_is_asked_as_it_was_before() {
    let mut desk = Desk::new(100);
    desk.policy.rules = vec![rule(DYNAMIC, Outcome::Hold)];
    desk.account.buckets.open = 500;
    desk.account.horizon_to = TODAY.plus(30);
    let request = Request { ships: Some(TODAY.plus(31)), ..amount(Action::Reserve, 900) };
    assert_eq!(desk.ask(&request), Outcome::Approve);
    assert_eq!(desk.account.buckets.later, 900);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Approve);
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Approve);
}

#[test]
fn who_waits_goes_on_waiting_and_who_was_turned_down_stays_so() {
    let mut desk = held(500, 600);
    desk.policy.rules[0].then = Outcome::Refuse;
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Refuse);
    assert_eq!(desk.order().state, ChainState::Held);
    assert_eq!(desk.to(Action::Reserve, 600), Outcome::Refuse);
    assert_eq!(desk.order().state, ChainState::Declined);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Refuse);
    assert_eq!(desk.order().state, ChainState::Declined, "asking again makes nobody wait who did not");
}

#[test]
fn what_stops_at_a_checkpoint_is_asked_about_that_checkpoint_again() {
    let mut desk = Desk::new(1_000);
    desk.policy.rules[0].scope.at = vec![Checkpoint::Ship];
    desk.to(Action::Reserve, 600);
    desk.account.limits[0].amount = Some(500);
    assert_eq!(desk.ask(&passing(Checkpoint::Ship)), Outcome::Hold);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Hold);
    assert_eq!(desk.to(Action::Reserve, 600), Outcome::Hold);
    desk.account.limits[0].amount = Some(600);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Approve);
    desk.account.limits[0].amount = Some(500);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::NotChecked, "it has passed");
}

#[test]
fn what_waits_is_asked_about_with_the_terms_and_the_discount_it_was_asked_for_with() {
    let mut desk = Desk::new(1_000);
    desk.policy.rules =
        vec![rule(Test::TermsChanged, Outcome::Hold), rule(Test::Discount { above: 100 }, Outcome::Hold)];
    desk.account.profile.terms_days = Some(14);
    let request = Request { terms_days: Some(60), discount: Some(500), ..amount(Action::Reserve, 600) };
    assert_eq!(desk.ask(&request), Outcome::Hold);
    let again = desk.try_ask(&Request::of(Action::Reevaluate)).unwrap().decision;
    let codes: Vec<Code> = again.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [Code::TermsChanged, Code::Discount]);
    assert_eq!(desk.ask(&Request { discount: Some(50), ..Request::of(Action::Reevaluate) }), Outcome::Hold);
    desk.account.profile.terms_days = Some(60);
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Approve);
    assert_eq!(desk.order().marks.terms_days, Some(60));
}

#[test]
fn a_persons_hold_stays_until_a_person_releases_it() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 600);
    desk.ask(&Request { to: Some(Stage::Delivered), ..amount(Action::Convert, 200) });
    assert_eq!(desk.fails(&Request::of(Action::Hold)), ErrorKind::Argument);
    assert_eq!(desk.fails(&by_user(Action::Hold, "", |_| ())), ErrorKind::Argument);
    assert_eq!(desk.fails(&by_user(Action::Hold, "bo", |person| person.reason.clear())), ErrorKind::Argument);
    let done = desk.try_ask(&by_user(Action::Hold, "bo", |person| person.reason = "call first".to_owned())).unwrap();
    assert_eq!((done.decision.outcome, done.decision.increase), (Outcome::Hold, dkk(-400)));
    assert_eq!(done.decision.reasons[0].code, Code::ForcedHold);
    assert_eq!((desk.order().state, desk.at()), (ChainState::Held, [0, 200, 0, 0, 0]));
    assert_eq!(desk.order().marks.forced_hold.as_deref(), Some("call first"));
    for request in [Request::of(Action::Reevaluate), amount(Action::Reserve, 600), amount(Action::Change, 300)] {
        assert_eq!(desk.ask(&request), Outcome::Hold, "{request:?}");
        assert_eq!(desk.order().state, ChainState::Held);
    }
    desk.account.status = Status::NoCheck;
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Hold, "even where nothing is checked");
    desk.account.status = Status::Ok;
    desk.to(Action::Reserve, 600);
    assert_eq!(desk.fails(&by(Action::Release, "seller")), ErrorKind::Forbidden);
    assert_eq!(desk.ask(&by(Action::Release, CONTROLLER)), Outcome::Approve);
    assert_eq!((desk.order().state, desk.at()), (ChainState::Active, [400, 200, 0, 0, 0]));
    assert_eq!(desk.order().marks.forced_hold, None);
}

#[test]
fn an_override_lifts_a_persons_hold_for_good() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 600);
    desk.ask(&by(Action::Hold, MANAGER));
    let request = Request { person: by(Action::Hold, MANAGER).person, ..amount(Action::Reserve, 600) };
    assert_eq!(desk.ask(&request), Outcome::ApproveWithAlert);
    assert_eq!((desk.order().state, desk.order().marks.forced_hold.clone()), (ChainState::Active, None));
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Approve);
}

#[test]
fn a_release_is_a_token_that_later_stages_honour() {
    let mut desk = held(500, 600);
    desk.policy.release.deviation_basis_points = 1_000;
    desk.policy.release.valid_days = Some(5);
    desk.now = Instant(7_000);
    let done = desk.try_ask(&by(Action::Release, MANAGER)).unwrap();
    assert_eq!((done.decision.outcome, done.decision.increase), (Outcome::Approve, dkk(600)));
    assert_eq!((desk.order().state, desk.at()[0]), (ChainState::Active, 600));
    let release = desk.order().marks.release.clone().unwrap();
    assert_eq!(
        (release.amount, release.deviation, release.to),
        (600, 1_000, Some(TODAY.plus(4))),
        "today is the first"
    );
    assert_eq!((&*release.user, &*release.role, &*release.reason), ("ann", MANAGER, "agreed"));
    assert_eq!((release.lifts_stop, release.at), (false, Instant(7_000)));
    desk.today = TODAY.plus(4);
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Approve);
    assert_eq!(desk.to(Action::Change, 660), Outcome::Approve, "10 % more");
    assert!(desk.order().marks.release.is_some());
    assert_eq!(desk.to(Action::Change, 661), Outcome::Hold);
    assert_eq!(desk.order().amount, 660);
    desk.today = TODAY.plus(5);
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Hold, "not before the sixth day");
}

#[test]
fn a_release_says_how_far_and_how_long_itself() {
    for (days, to) in [(Some(1), Some(0)), (Some(0), Some(0)), (Some(10), Some(9)), (None, None)] {
        let mut desk = held(500, 600);
        let release = by_user(Action::Release, "ann", |person| {
            (person.deviation, person.valid_days, person.lifts_stop) = (Some(7), days, true);
        });
        desk.ask(&release);
        let token = desk.order().marks.release.clone().unwrap();
        assert_eq!((token.deviation, token.to, token.lifts_stop), (7, to.map(|to| TODAY.plus(to)), true), "{days:?}");
    }
}

#[test]
fn a_release_that_no_longer_covers_the_order_is_dropped_when_it_passes() {
    let mut desk = held(500, 600);
    desk.ask(&by(Action::Release, MANAGER));
    desk.account.limits[0].amount = Some(900);
    assert_eq!(desk.to(Action::Change, 601), Outcome::Approve);
    assert_eq!(desk.order().marks.release, None);
}

#[test]
fn only_who_may_release_every_reason_releases() {
    let mut desk = Desk::new(500);
    desk.policy.rules.push(Rule { release_by: Some(CONTROLLER.to_owned()), ..rule(Test::Always, Outcome::Hold) });
    desk.to(Action::Reserve, 600);
    assert_eq!(desk.fails(&by(Action::Release, CONTROLLER)), ErrorKind::Forbidden, "the limit is the manager's");
    assert_eq!(desk.fails(&by(Action::Release, "")), ErrorKind::Argument);
    assert_eq!(desk.ask(&by(Action::Release, MANAGER)), Outcome::Approve);
    let mut nobody = held(500, 600);
    nobody.policy.rules[0].release_by = None;
    assert_eq!(nobody.fails(&by(Action::Release, MANAGER)), ErrorKind::Forbidden);
}

#[test]
fn a_stop_is_lifted_only_by_a_release_that_says_so() {
    let mut desk = Desk::new(1_000);
    desk.policy.rules.push(rule(Test::Status { is: Status::Stop }, Outcome::Refuse));
    desk.account.status = Status::Stop;
    assert_eq!(desk.to(Action::Reserve, 600), Outcome::Refuse);
    assert_eq!(desk.order().state, ChainState::Declined);
    assert_eq!(desk.fails(&by(Action::Release, MANAGER)), ErrorKind::Forbidden);
    assert_eq!(desk.ask(&by_user(Action::Release, "ann", |person| person.lifts_stop = true)), Outcome::Approve);
    assert_eq!(desk.order().state, ChainState::Active);
}

#[test]
fn an_order_that_holds_credit_is_released_for_what_comes() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 600);
    desk.ask(&Request { to: Some(Stage::Delivered), ..amount(Action::Convert, 200) });
    desk.account.limits[0].amount = Some(0);
    desk.today = TODAY.plus(1);
    assert_eq!(desk.fails(&by(Action::Release, CONTROLLER)), ErrorKind::Forbidden, "it would stop now");
    let done = desk.try_ask(&by(Action::Release, MANAGER)).unwrap();
    assert_eq!((done.decision.outcome, done.decision.increase), (Outcome::Approve, dkk(0)));
    assert_eq!((desk.at(), desk.order().marks.passed), ([400, 200, 0, 0, 0], Some(TODAY.plus(1))));
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Approve);
}

#[test]
fn above_an_amount_a_second_person_must_agree() {
    let mut desk = held(500, 600);
    desk.policy.release.four_eyes_above = vec![eur(1), dkk(600)];
    assert_eq!(desk.ask(&by(Action::Release, MANAGER)), Outcome::Approve, "600 is not above 600");

    let mut desk = held(500, 601);
    desk.policy.release.four_eyes_above = vec![dkk(600)];
    let done = desk.try_ask(&by(Action::Release, MANAGER)).unwrap();
    assert_eq!(done.decision.outcome, Outcome::Hold);
    let codes: Vec<Code> = done.decision.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [Code::OverLimit, Code::SecondPerson]);
    assert_eq!(done.decision.reasons[1].remedy, Some(Remedy::Release));
    assert_eq!((desk.order().state, desk.order().marks.reasons.len()), (ChainState::Held, 2));
    assert!(desk.order().marks.awaiting.is_some() && desk.order().marks.release.is_none());
    assert_eq!(desk.fails(&by(Action::Release, MANAGER)), ErrorKind::Forbidden, "the same person");
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Hold);
    assert_eq!(desk.ask(&by_user(Action::Release, "bo", |_| ())), Outcome::Approve);
    let release = desk.order().marks.release.clone().unwrap();
    assert_eq!((&*release.user, desk.order().marks.awaiting.clone()), ("bo", None));
}

#[test]
fn a_first_release_is_for_the_amount_it_was_given_for() {
    let mut desk = held(500, 601);
    desk.policy.release.four_eyes_above = vec![dkk(600)];
    desk.ask(&by(Action::Release, MANAGER));
    desk.to(Action::Reserve, 90_000);
    assert_eq!(desk.ask(&by_user(Action::Release, "bo", |_| ())), Outcome::Hold, "ann has not agreed to 90,000");
    assert_eq!(desk.order().marks.awaiting.as_ref().map(|first| &*first.user), Some("bo"));
    assert_eq!(desk.ask(&by(Action::Release, MANAGER)), Outcome::Approve, "now she has");
    // Nor is it for longer than it was given for.
    let mut desk = held(500, 601);
    desk.policy.release.four_eyes_above = vec![dkk(600)];
    desk.ask(&by_user(Action::Release, "ann", |person| person.valid_days = Some(1)));
    desk.today = TODAY.plus(1);
    assert_eq!(desk.ask(&by_user(Action::Release, "bo", |_| ())), Outcome::Hold);
}

#[test]
fn an_order_that_holds_credit_goes_on_while_a_second_person_is_awaited() {
    let mut desk = Desk::new(1_000);
    desk.policy.release.four_eyes_above = vec![dkk(100)];
    desk.to(Action::Reserve, 600);
    let done = desk.try_ask(&by(Action::Release, MANAGER)).unwrap();
    assert_eq!(done.decision.outcome, Outcome::Hold);
    assert_eq!((desk.order().state, desk.at()[0]), (ChainState::Active, 600));
    desk.ask(&by_user(Action::Release, "bo", |_| ()));
    assert!(desk.order().marks.release.is_some() && desk.order().marks.awaiting.is_none());
}

#[test]
fn a_waiting_order_can_be_turned_down() {
    let mut desk = held(500, 600);
    assert_eq!(desk.fails(&Request::of(Action::Reject)), ErrorKind::Argument);
    desk.ask(&by(Action::Hold, MANAGER));
    let done = desk.try_ask(&by(Action::Reject, "seller")).unwrap();
    assert_eq!((done.decision.outcome, done.decision.reasons[0].code), (Outcome::Refuse, Code::Rejected));
    assert_eq!((desk.order().state, desk.order().marks.forced_hold.clone()), (ChainState::Declined, None));
    assert_eq!(desk.order().marks.reasons[0].code, Code::Rejected);
    assert_eq!(desk.fails(&by(Action::Reject, MANAGER)), ErrorKind::State, "it does not wait");
}

#[test]
fn turning_an_order_down_ends_its_release() {
    let mut desk = held(500, 600);
    desk.ask(&by(Action::Release, MANAGER));
    desk.policy.rules.push(rule(Test::Status { is: Status::Stop }, Outcome::Refuse));
    desk.account.status = Status::Stop;
    assert_eq!(desk.ask(&passing(Checkpoint::Confirm)), Outcome::Refuse);
    desk.ask(&by(Action::Reject, MANAGER));
    desk.account.status = Status::Ok;
    assert_eq!(desk.to(Action::Reserve, 600), Outcome::Hold);
}

#[test]
fn nobody_decides_on_a_closed_order() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 600);
    desk.to(Action::Cancel, 0);
    for action in [Action::Hold, Action::Release, Action::Reject, Action::Reevaluate] {
        assert_eq!(desk.fails(&by(action, MANAGER)), ErrorKind::State, "{action:?}");
    }
    assert_eq!(desk.fails(&passing(Checkpoint::Ship)), ErrorKind::State);
}

#[test]
fn a_hold_ends_a_release_and_what_waits_for_a_second_person() {
    let mut desk = held(500, 600);
    desk.ask(&by(Action::Release, MANAGER));
    desk.ask(&by(Action::Hold, MANAGER));
    assert_eq!((desk.order().marks.release.clone(), desk.order().state), (None, ChainState::Held));
    desk.policy.release.four_eyes_above = vec![dkk(0)];
    desk.ask(&by(Action::Release, MANAGER));
    desk.ask(&by(Action::Hold, MANAGER));
    assert_eq!(desk.order().marks.awaiting, None);
}
