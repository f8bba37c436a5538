//! What lifts a reason again: exclusions by how specific they are, releases, overrides; and what nothing lifts.

use super::*;
use obligor::credit::{Person, Status};
use obligor::policy::Checkpoint;

fn class() -> Scope {
    Scope { classes: vec!["A".to_owned()], ..Scope::default() }
}

fn company() -> Scope {
    Scope { companies: vec!["NW01".to_owned()], ..Scope::default() }
}

fn both() -> Scope {
    Scope { companies: vec!["NW01".to_owned()], ..class() }
}

fn stopped(then: Outcome, scope: Scope) -> Scene {
    let mut scene = Scene::new(vec![Rule { scope, ..rule(Test::Always, then) }], account(1_000, 0), 100);
    scene.account.profile.risk_class = Some("A".to_owned());
    scene
}

#[test]
fn an_exclusion_lifts_less_specific_rules_only() {
    let scopes = [Scope::default(), company(), class(), both()];
    for (of_rule, rule_scope) in scopes.iter().enumerate() {
        for (of_exclusion, scope) in scopes.iter().enumerate() {
            let mut scene = stopped(Outcome::Hold, rule_scope.clone());
            scene.policy.exclusions = vec![exclusion("good customers", scope.clone(), Outcome::Hold)];
            let lifted = of_exclusion > of_rule;
            let expected = if lifted { Outcome::Approve } else { Outcome::Hold };
            assert_eq!(scene.outcome(), expected, "{of_rule} {of_exclusion}: of the same level the block wins");
            let told = scene.reason(Code::Excluded);
            assert_eq!(told.is_some(), lifted);
            if let Some(told) = told {
                assert_eq!((&*told.rule, told.effect), ("good customers", Outcome::Approve));
                assert_eq!(scene.reason(Code::Always).unwrap().effect, Outcome::Approve, "it stays to be seen");
            }
        }
    }
}

#[test]
fn an_exclusion_lifts_no_more_than_it_says() {
    for (then, lifts, expected) in [
        (Outcome::Prepay, Outcome::Hold, Outcome::Approve),
        (Outcome::Hold, Outcome::Hold, Outcome::Approve),
        (Outcome::Refuse, Outcome::Hold, Outcome::Refuse),
        (Outcome::Refuse, Outcome::Refuse, Outcome::Approve),
        (Outcome::ApproveWithAlert, Outcome::Refuse, Outcome::ApproveWithAlert),
    ] {
        let mut scene = stopped(then, Scope::default());
        scene.policy.exclusions = vec![exclusion("e", class(), lifts)];
        assert_eq!(scene.outcome(), expected, "{then:?} {lifts:?}");
    }
    // A stop set by hand, even where the rule only holds.
    for (lifts, expected) in [(Outcome::Hold, Outcome::Hold), (Outcome::Refuse, Outcome::Approve)] {
        let mut scene = stopped(Outcome::Hold, Scope::default());
        scene.policy.rules[0].test = Test::Status { is: Status::Stop };
        scene.account.status = Status::Stop;
        scene.policy.exclusions = vec![exclusion("e", class(), lifts)];
        assert_eq!(scene.outcome(), expected, "{lifts:?}");
    }
}

#[test]
fn an_exclusion_speaks_of_small_documents_and_its_scope() {
    let mut scene = stopped(Outcome::Hold, Scope::default());
    scene.policy.exclusions = vec![exclusion("e", class(), Outcome::Hold)];
    scene.policy.exclusions[0].up_to = vec![eur(1), dkk(100)];
    scene.gets(&[(100, Outcome::Approve), (101, Outcome::Hold)]);
    scene.policy.exclusions[0].up_to = vec![eur(1_000)];
    scene.gets(&[(1, Outcome::Hold)]);
    scene.policy.exclusions[0].up_to = Vec::new();
    scene.gets(&[(101, Outcome::Approve)]);
    scene.policy.exclusions[0].scope.at = vec![Checkpoint::Confirm];
    scene.gets(&[(1, Outcome::Hold)]);
    scene.document.checkpoint = Checkpoint::Confirm;
    scene.gets(&[(1, Outcome::Approve)]);
    scene.account.profile.risk_class = None;
    scene.gets(&[(1, Outcome::Hold)]);
}

#[test]
fn several_exclusions_lift_what_is_theirs() {
    let mut scene = stopped(Outcome::Hold, Scope::default());
    scene.policy.rules.push(named("of the class", Rule { scope: class(), ..rule(over_limit(0), Outcome::Refuse) }));
    scene.account.limits[0].amount = Some(0);
    scene.policy.exclusions =
        vec![exclusion("first", class(), Outcome::Hold), exclusion("idle", company(), Outcome::Refuse)];
    assert_eq!(scene.codes(), [Code::OverLimit, Code::Always, Code::Excluded]);
    scene.policy.exclusions.push(exclusion("second", both(), Outcome::Refuse));
    assert_eq!(scene.outcome(), Outcome::Approve);
    let names: Vec<String> = scene.decide().reasons.into_iter().map(|reason| reason.rule).collect();
    assert_eq!(names, ["rule", "of the class", "first", "second"], "one that lifts nothing is not told");
}

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

#[test]
fn a_release_covers_its_amount_its_deviation_and_its_days() {
    let mut scene = stopped(Outcome::Hold, Scope::default());
    scene.document.release = Some(leaked(token(1_009, 1_000, Some(TODAY), false)));
    scene.gets(&[(1, Outcome::Approve), (1_109, Outcome::Approve), (1_110, Outcome::Hold)]);
    scene.order(1_109);
    assert_eq!(scene.codes(), [Code::Always, Code::Released]);
    assert_eq!(scene.reason(Code::Released).unwrap().effect, Outcome::Approve);
    assert_eq!(scene.decide().exposure_after, Some(dkk(1_109)));
    scene.today = TODAY.plus(1);
    scene.gets(&[(1, Outcome::Hold)]);
    scene.document.release = Some(leaked(token(1_009, 0, None, false)));
    scene.gets(&[(1_009, Outcome::Approve), (1_010, Outcome::Hold)]);
    scene.policy.rules[0].then = Outcome::ApproveWithAlert;
    scene.order(1);
    assert_eq!(scene.codes(), [Code::Always], "a release that lifts nothing is not told");
    assert_eq!(scene.outcome(), Outcome::ApproveWithAlert, "and no alert is lifted");
    scene.policy.rules[0].then = Outcome::Refuse;
    scene.policy.rules.push(rule(over_limit(0), Outcome::ApproveWithAlert));
    scene.account.limits[0].amount = Some(0);
    assert_eq!(scene.outcome(), Outcome::ApproveWithAlert, "an alert stays one");
}

fn stop() -> Scene {
    let mut scene = stopped(Outcome::Refuse, Scope::default());
    scene.policy.rules[0].test = Test::Status { is: Status::Stop };
    scene.policy.rules.push(rule(Test::Always, Outcome::Hold));
    scene.account.status = Status::Stop;
    scene
}

#[test]
fn a_stop_beats_a_release_that_does_not_lift_it() {
    let mut scene = stop();
    scene.document.release = Some(leaked(token(500, 0, None, false)));
    assert_eq!(scene.outcome(), Outcome::Refuse);
    assert_eq!(scene.reason(Code::Always).unwrap().effect, Outcome::Approve, "the rest is lifted");
    scene.document.release = Some(leaked(token(500, 0, None, true)));
    assert_eq!(scene.outcome(), Outcome::Approve);
}

fn person(role: &str, lifts_stop: bool) -> &'static Person {
    leaked(Person {
        user: "ann".to_owned(),
        role: role.to_owned(),
        reason: "agreed".to_owned(),
        lifts_stop,
        ..Person::default()
    })
}

#[test]
fn an_override_lifts_what_its_role_may_and_is_always_told() {
    let mut scene = stopped(Outcome::Refuse, Scope::default());
    scene.document.overriding = Some(person(MANAGER, false));
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::ApproveWithAlert, vec![Code::Always, Code::Overridden]));
    assert_eq!(scene.decide().exposure_after, Some(dkk(100)));
    for (role, may) in [(CONTROLLER, false), ("seller", false), ("", false)] {
        scene.document.overriding = Some(person(role, false));
        assert_eq!(scene.outcome() == Outcome::ApproveWithAlert, may, "{role}");
        assert_eq!(scene.reason(Code::Overridden), None);
    }
    // The manager ranks above the controller; an unranked role may what names it.
    scene.policy.rules[0].release_by = Some(CONTROLLER.to_owned());
    for (role, may) in [(MANAGER, true), (CONTROLLER, true), ("seller", false)] {
        scene.document.overriding = Some(person(role, false));
        assert_eq!(scene.outcome() == Outcome::ApproveWithAlert, may, "{role}");
    }
    scene.policy.rules[0].release_by = Some("seller".to_owned());
    for (role, may) in [(MANAGER, false), ("seller", true)] {
        scene.document.overriding = Some(person(role, false));
        assert_eq!(scene.outcome() == Outcome::ApproveWithAlert, may, "{role}");
    }
    scene.policy.rules[0].release_by = None;
    scene.document.overriding = Some(person(MANAGER, true));
    assert_eq!(scene.outcome(), Outcome::Refuse, "what no rule gives to anybody nobody may lift");
    scene.policy.rules[0].then = Outcome::Approve;
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::Approve, vec![Code::Always]), "nothing to lift");
}

#[test]
fn what_wants_two_people_one_does_not_override() {
    let mut scene = stopped(Outcome::Hold, Scope::default());
    scene.policy.release.four_eyes_above = vec![eur(1), dkk(100)];
    scene.document.overriding = Some(person(MANAGER, true));
    scene.gets(&[(100, Outcome::ApproveWithAlert), (101, Outcome::Hold)]);
    scene.policy.release.four_eyes_above = vec![eur(1)];
    scene.gets(&[(101, Outcome::ApproveWithAlert)]);
}

#[test]
fn an_override_lifts_all_or_nothing() {
    let mut scene = stopped(Outcome::Refuse, Scope::default());
    scene.policy.rules[0].release_by = Some(CONTROLLER.to_owned());
    scene.policy.rules.push(rule(over_limit(0), Outcome::Hold));
    scene.account.limits[0].amount = Some(0);
    scene.document.overriding = Some(person(CONTROLLER, false));
    let effects = |scene: &Scene| -> Vec<Outcome> { scene.decide().reasons.iter().map(|r| r.effect).collect() };
    assert_eq!(effects(&scene), [Outcome::Refuse, Outcome::Hold]);
    scene.document.overriding = Some(person(MANAGER, false));
    assert_eq!(effects(&scene), [Outcome::ApproveWithAlert; 3]);
}

#[test]
fn a_stop_beats_an_override_that_does_not_lift_it() {
    let mut scene = stop();
    scene.document.overriding = Some(person(MANAGER, false));
    assert_eq!(scene.outcome(), Outcome::Refuse);
    scene.document.overriding = Some(person(MANAGER, true));
    assert_eq!(scene.outcome(), Outcome::ApproveWithAlert);
    // A release lifts the rest, the override the stop.
    scene.document.release = Some(leaked(token(500, 0, None, false)));
    assert_eq!(scene.codes(), [Code::StatusStop, Code::Overridden, Code::Always, Code::Released]);
}

#[test]
fn a_hold_by_hand_stays_whatever_the_rules_say() {
    let mut scene = Scene::of(over_limit(0), Outcome::Refuse, account(1_000, 0), 100);
    scene.document.forced_hold = true;
    let reason = scene.reason(Code::ForcedHold).unwrap();
    assert_eq!((scene.outcome(), reason.remedy, reason.release_by), (Outcome::Hold, Some(Remedy::Release), None));
    scene.account.profile.risk_class = Some("A".to_owned());
    scene.policy.exclusions = vec![exclusion("e", both(), Outcome::Refuse)];
    assert_eq!(scene.outcome(), Outcome::Hold, "no exclusion lifts it");
    scene.order(0);
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::Hold, vec![Code::ForcedHold]));
    scene.order(100);
    for (role, may) in [(MANAGER, true), (CONTROLLER, true), ("seller", false)] {
        scene.document.overriding = Some(person(role, false));
        assert_eq!(scene.outcome() == Outcome::ApproveWithAlert, may, "{role}");
    }
    scene.policy.rules[0].release_by = Some("seller".to_owned());
    scene.document.overriding = Some(person("seller", false));
    assert_eq!(scene.outcome(), Outcome::ApproveWithAlert, "a role that the policy names");
    scene.document.overriding = None;
    scene.document.release = Some(leaked(token(100, 0, None, false)));
    assert_eq!(scene.outcome(), Outcome::Approve);
}

#[test]
fn a_hold_by_hand_stays_where_nothing_else_is_checked() {
    let mut scene = Scene::of(over_limit(0), Outcome::Refuse, account(0, 0), 100);
    scene.document.forced_hold = true;
    scene.account.status = Status::NoCheck;
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::Hold, vec![Code::ForcedHold, Code::StatusNoCheck]));
    scene.account.status = Status::Ok;
    scene.account.profile.internal = true;
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::Hold, vec![Code::ForcedHold, Code::InternalCustomer]));
    scene.document.overriding = Some(person(CONTROLLER, false));
    assert_eq!(scene.outcome(), Outcome::ApproveWithAlert);
}

#[test]
fn an_exclusion_may_name_the_rules_it_is_about() {
    let mut late = account(1_000, 0);
    late.profile.risk_class = Some("A".to_owned());
    (late.buckets.overdue, late.oldest_overdue) = (500, Some(TODAY.plus(-40)));
    let named = |rules: &[&str]| {
        let scope = Scope { classes: vec!["A".to_owned()], ..Scope::default() };
        let rules = rules.iter().map(|name| (*name).to_owned()).collect();
        let exclusion = Exclusion { rules, ..exclusion("good payers", scope, Outcome::Hold) };
        let over = rule(over_limit(0), Outcome::Hold);
        let days =
            Rule { name: "old".to_owned(), ..rule(Test::OverdueDays { above: 30, small: Vec::new() }, Outcome::Hold) };
        let policy = Policy { exclusions: vec![exclusion], ..policy(vec![over, days]) };
        let codes = decide(&policy, Some(&late), &Document::of(dkk(600)), TODAY).unwrap();
        let stops = codes.reasons.iter().filter(|reason| !reason.effect.grants());
        stops.map(|reason| reason.code).collect::<Vec<_>>()
    };
    assert_eq!(named(&[]), Vec::<Code>::new(), "all that are less specific");
    assert_eq!(named(&["old"]), [Code::OverLimit]);
    assert_eq!(named(&["rule"]), [Code::OverdueDays]);
}

#[test]
fn who_was_over_the_limit_before_may_get_another_answer() {
    let limit = Rule { if_already_over: Some(Outcome::Refuse), ..rule(over_limit(0), Outcome::Hold) };
    let policy = policy(vec![limit]);
    let outcome =
        |open, more| decide(&policy, Some(&account(1_000, open)), &Document::of(dkk(more)), TODAY).unwrap().outcome;
    assert_eq!(outcome(1_000, 1), Outcome::Hold);
    assert_eq!(outcome(1_001, 1), Outcome::Refuse);
}
