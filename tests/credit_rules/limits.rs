//! Limits: own, temporary, insured, shared; when none is in force; the horizon; what other than a rule decides.

use super::*;
use obligor::credit::{Status, effective_limit, insured, last_to_end, limit_in_force};
use obligor::reason::{Level, Quantity};

fn limited(limit: i64, open: i64, minor: i64) -> Scene {
    Scene::of(over_limit(0), Outcome::Refuse, account(limit, open), minor)
}

fn until(kind: LimitKind, amount: i64, from: i32, to: Option<i32>) -> Limit {
    Limit { from: Some(TODAY.plus(from)), to: to.map(|to| TODAY.plus(to)), ..Limit::always(kind, Some(amount)) }
}

#[test]
fn the_limit_may_be_reached_and_not_passed() {
    let mut scene = limited(1_000, 900, 100);
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::Approve, vec![]));
    assert_eq!(scene.decide().exposure_after, Some(dkk(1_000)));
    scene.order(101);
    let reason = scene.reason(Code::OverLimit).unwrap();
    assert_eq!((reason.level, reason.effect), (Level::Own, Outcome::Refuse));
    assert_eq!(reason.measured, Some(Quantity::Money(dkk(1_001))));
    assert_eq!(reason.threshold, Some(Quantity::Money(dkk(1_000))));
    assert_eq!(reason.remedy, Some(Remedy::ReduceBy(dkk(1))));
    assert_eq!((reason.release_by.as_deref(), &*reason.rule), (Some(MANAGER), "rule"));
    scene.is_healed_exactly(Code::OverLimit);
    scene.order(300);
    scene.is_healed_exactly(Code::OverLimit);
    let decision = scene.decide();
    assert_eq!(decision.limit, Some(dkk(1_000)));
    assert_eq!(decision.available_before(), Some(dkk(100)));
    assert_eq!((decision.available_after(), decision.exposure_after), (Some(dkk(100)), Some(dkk(900))));
}

#[test]
fn every_bucket_is_exposure_and_money_on_account_reduces_it() {
    let mut scene = limited(127, 0, 1);
    scene.account.buckets =
        Buckets { ordered: 1, later: 2, delivered: 4, drafted: 8, open: 16, overdue: 32, unapplied: 0 };
    assert_eq!(scene.decide().exposure_before, Some(dkk(63)));
    scene.gets(&[(64, Outcome::Approve), (65, Outcome::Refuse)]);
    scene.account.buckets.unapplied = 64;
    assert_eq!(scene.decide().exposure_before, Some(dkk(-1)));
    scene.gets(&[(64, Outcome::Approve), (128, Outcome::Approve), (129, Outcome::Refuse)]);
    scene.order(64);
    assert_eq!(scene.codes(), [], "the limit covers it alone");
    scene.order(65);
    let reason = scene.reason(Code::CoveredByCredit).unwrap();
    assert_eq!((reason.effect, reason.measured), (Outcome::Approve, Some(Quantity::Money(dkk(64)))));
    assert_eq!((reason.threshold, &*reason.rule), (Some(Quantity::Money(dkk(127))), "rule"));
    scene.policy.facts.unapplied_credits_reduce = false;
    scene.gets(&[(64, Outcome::Approve), (65, Outcome::Refuse)]);
    assert_eq!(scene.decide().exposure_before, Some(dkk(63)));
}

#[test]
fn who_is_over_already_is_told_so() {
    let mut scene = limited(1_000, 1_000, 50);
    let ways = |scene: &Scene| -> Vec<(Code, Option<Remedy>)> {
        scene.decide().reasons.iter().map(|reason| (reason.code, reason.remedy)).collect()
    };
    assert_eq!(ways(&scene), [(Code::OverLimit, Some(Remedy::Pay(dkk(50))))], "at the limit is not over it");
    scene.account.buckets.open = 1_200;
    assert_eq!(
        ways(&scene),
        [(Code::OverLimit, Some(Remedy::Pay(dkk(250)))), (Code::AlreadyOverLimit, Some(Remedy::Pay(dkk(200))))]
    );
    let already = scene.reason(Code::AlreadyOverLimit).unwrap();
    assert_eq!(already.measured, Some(Quantity::Money(dkk(1_200))));
    assert_eq!(already.threshold, Some(Quantity::Money(dkk(1_000))));
    scene.is_healed_exactly(Code::OverLimit);
    scene.is_healed_exactly(Code::AlreadyOverLimit);
    scene.gets(&[(0, Outcome::Approve), (-5, Outcome::Approve), (1, Outcome::Refuse)]);
}

#[test]
fn tolerance_is_a_share_of_the_limit_rounded_down() {
    let mut scene = Scene::of(over_limit(1_000), Outcome::Refuse, account(1_009, 0), 1);
    scene.gets(&[(1_109, Outcome::Approve), (1_110, Outcome::Refuse)]);
    assert_eq!(scene.reason(Code::OverLimit).unwrap().threshold, Some(Quantity::Money(dkk(1_109))));
    assert_eq!(scene.decide().limit, Some(dkk(1_009)), "the limit is what it is");
    let mut shared = Scene::of(over_limit(1_000), Outcome::Refuse, account(99_999, 0), 1);
    shared.account.pools = Box::new([pool("P", PoolKind::Group, 1_009, 0)]);
    shared.gets(&[(1_109, Outcome::Approve), (1_110, Outcome::Refuse)]);
}

#[test]
fn zero_is_zero_and_no_limit_is_said() {
    limited(0, 0, 1).gets(&[(1, Outcome::Refuse), (0, Outcome::Approve)]);
    let mut scene = limited(0, i64::MAX / 4, i64::MAX / 4);
    scene.account.limits = Box::new([Limit::always(LimitKind::Base, None)]);
    scene.policy.rules.push(rule(over_limit(0), Outcome::Hold));
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::Approve, vec![Code::NoLimit]), "said once");
    assert_eq!((scene.decide().limit, scene.decide().available_before()), (None, None));
}

#[test]
fn no_limit_in_force_is_missing_or_expired() {
    let mut scene = limited(0, 0, 100);
    scene.account.limits = Box::default();
    scene.policy.rules.push(rule(over_limit(0), Outcome::Hold));
    let reason = scene.reason(Code::LimitMissing).unwrap();
    assert_eq!((scene.outcome(), scene.codes().len()), (Outcome::Hold, 1), "said once");
    assert_eq!((reason.remedy, reason.measured), (Some(Remedy::SetLimit), None));
    assert_eq!((reason.release_by.as_deref(), reason.level), (Some(MANAGER), Level::Own));
    scene.is_healed_exactly(Code::LimitMissing);
    scene.policy.facts.limit_missing = Outcome::Prepay;
    assert_eq!(scene.decide().prepay, Some(dkk(100)));

    scene.account.limits = Box::new([until(LimitKind::Base, 500, -30, Some(-1))]);
    let reason = scene.reason(Code::LimitExpired).unwrap();
    assert_eq!((scene.outcome(), reason.remedy), (Outcome::Refuse, Some(Remedy::Review)));
    assert_eq!(reason.measured, Some(Quantity::Day(TODAY.plus(-1))));
    scene.policy.facts.limit_grace_days = 1;
    scene.gets(&[(500, Outcome::Approve), (501, Outcome::Refuse)]);
    scene.account.limits[0].to = Some(TODAY.plus(-2));
    assert_eq!(scene.codes(), [Code::LimitExpired], "the grace is over");
    scene.account.limits[0].to = Some(TODAY);
    scene.policy.facts.limit_grace_days = 0;
    scene.gets(&[(500, Outcome::Approve)]);
}

#[test]
fn a_limit_that_is_still_to_come_hides_none_that_has_ended() {
    let mut scene = limited(0, 0, 100);
    scene.account.limits = Box::new([
        until(LimitKind::Base, 500, -30, Some(-2)),
        until(LimitKind::Base, 300, -60, Some(-40)),
        until(LimitKind::Base, 900, 10, Some(40)),
    ]);
    assert_eq!(scene.codes(), [Code::LimitExpired]);
    assert_eq!(scene.reason(Code::LimitExpired).unwrap().measured, Some(Quantity::Day(TODAY.plus(-2))));
    scene.policy.facts.limit_grace_days = 2;
    scene.gets(&[(500, Outcome::Approve), (501, Outcome::Refuse)]);
    let limits = &scene.account.limits;
    assert_eq!(limit_in_force(limits, TODAY, 2).unwrap().amount, Some(500));
    assert_eq!(limit_in_force(limits, TODAY.plus(10), 30).unwrap().amount, Some(900), "one in force goes first");
    assert_eq!(limit_in_force(limits, TODAY.plus(-31), 9), Some(&limits[1]));
    assert_eq!(last_to_end(limits, TODAY), Some(&limits[0]));
    assert_eq!(last_to_end(limits, TODAY.plus(41)), Some(&limits[2]));
    assert_eq!(last_to_end(limits, TODAY.plus(-40)), None, "its last day is not over");
}

#[test]
fn the_temporary_limit_replaces_the_base_and_the_one_begun_last_wins() {
    let mut scene = limited(1_000, 0, 1);
    scene.account.limits = Box::new([
        base(1_000),
        until(LimitKind::Temporary, 300, -5, Some(0)),
        until(LimitKind::Temporary, 400, -9, Some(9)),
    ]);
    scene.gets(&[(300, Outcome::Approve), (301, Outcome::Refuse)]);
    scene.today = TODAY.plus(1);
    scene.gets(&[(400, Outcome::Approve), (401, Outcome::Refuse)]);
    scene.today = TODAY.plus(10);
    scene.gets(&[(1_000, Outcome::Approve), (1_001, Outcome::Refuse)]);
}

#[test]
fn an_order_waits_for_the_first_day_whose_limit_is_enough() {
    let mut scene = limited(100, 0, 500);
    scene.account.limits = Box::new([
        base(100),
        until(LimitKind::Base, 499, 1, None),
        until(LimitKind::Base, 500, 7, None),
        until(LimitKind::Base, 900, 3, Some(3)),
    ]);
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::WaitUntil(TODAY.plus(3))));
    scene.is_healed_exactly(Code::OverLimit);
    scene.order(901);
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::ReduceBy(dkk(801))));
    scene.account.limits[2].amount = None;
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::WaitUntil(TODAY.plus(7))));
    scene.is_healed_exactly(Code::OverLimit);
    // Tolerance counts on that day too.
    let mut tolerant = Scene::of(over_limit(1_000), Outcome::Refuse, account(100, 0), 550);
    tolerant.account.limits = Box::new([base(100), until(LimitKind::Base, 500, 7, None)]);
    tolerant.is_healed_exactly(Code::OverLimit);
}

#[test]
fn waiting_helps_only_where_another_limit_does_not_stand_in_front() {
    let mut scene = limited(100, 0, 500);
    // The base limit that begins tomorrow counts for nothing while the temporary one lasts.
    scene.account.limits =
        Box::new([until(LimitKind::Temporary, 100, -1, Some(5)), until(LimitKind::Base, 900, 1, None)]);
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::WaitUntil(TODAY.plus(6))));
    scene.is_healed_exactly(Code::OverLimit);
    // What an insurer covers from a day on counts as well.
    let cover = Limit { share: 5_000, ..until(LimitKind::Insured, 800, 4, None) };
    scene.account.limits = Box::new([base(100), cover]);
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::WaitUntil(TODAY.plus(4))));
    scene.is_healed_exactly(Code::OverLimit);
    scene.account.limits[1].share = 4_999;
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::ReduceBy(dkk(400))));
}

#[test]
fn what_insurers_cover_comes_on_top() {
    let mut scene = limited(1_000, 0, 1);
    let cover =
        |amount, share, from, to, covering| Limit { share, covering, ..until(LimitKind::Insured, amount, from, to) };
    scene.account.limits = Box::new([base(1_000), cover(501, 5_000, -5, Some(0), 77), cover(800, 2_500, 1, None, 0)]);
    assert_eq!(scene.decide().limit, Some(dkk(1_250)), "250.5 rounded down");
    scene.gets(&[(1_250, Outcome::Approve), (1_251, Outcome::Refuse)]);
    scene.today = TODAY.plus(1);
    assert_eq!(scene.decide().limit, Some(dkk(1_000 + 38 + 200)), "what was delivered under it stays covered");
    scene.account.limits[1].covering = 9_000;
    assert_eq!(scene.decide().limit, Some(dkk(1_000 + 250 + 200)), "at most what it was");
    assert_eq!(insured(&scene.account.limits, TODAY.plus(-6)), 0);
    scene.account.limits[0].amount = None;
    assert_eq!(effective_limit(scene.account.limits.first(), &scene.account.limits, TODAY), Ok(None));
    let max = [base(i64::MAX), cover(1, 10_000, -5, None, 0)];
    assert!(effective_limit(max.first(), &max, TODAY).is_err());
}

#[test]
fn pools_are_asked_first_and_the_smaller_room_wins() {
    let mut scene = limited(10_000, 0, 1);
    scene.account.pools =
        Box::new([pool("WORLD", PoolKind::Group, 15_000, 9_000), pool("EUROPE", PoolKind::Segment, 7_000, 500)]);
    scene.gets(&[(6_000, Outcome::Approve), (6_001, Outcome::Refuse)]);
    let reason = scene.reason(Code::OverLimit).unwrap();
    assert_eq!((reason.level, &*reason.pool), (Level::Group, "WORLD"));
    assert_eq!(reason.measured, Some(Quantity::Money(dkk(15_001))));
    assert_eq!(reason.threshold, Some(Quantity::Money(dkk(15_000))));
    assert_eq!((reason.remedy, reason.release_by.as_deref()), (Some(Remedy::ReduceBy(dkk(1))), Some(MANAGER)));
    scene.is_healed_exactly(Code::OverLimit);
    scene.order(10_001);
    let levels: Vec<Level> = scene.decide().reasons.iter().map(|reason| reason.level).collect();
    assert_eq!(levels, [Level::Group, Level::Segment, Level::Own]);
    // Its members may have spent more than it has, and then the order alone cannot be made small enough.
    scene.account.pools[0].sums[0].debit = 15_000;
    scene.order(5);
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::Pay(dkk(5))));
    scene.is_healed_exactly(Code::OverLimit);
    scene.account.pools[0].sums[0].unapplied = 5;
    assert_eq!(scene.outcome(), Outcome::Approve);
    scene.policy.facts.unapplied_credits_reduce = false;
    assert_eq!(scene.outcome(), Outcome::Refuse);
}

#[test]
fn an_account_without_a_limit_lives_on_its_pools() {
    let mut scene = limited(0, 0, 1);
    scene.account.pools = Box::new([pool("P", PoolKind::Group, 500, 0)]);
    scene.gets(&[(1, Outcome::Refuse)]);
    scene.account.limits = Box::default();
    scene.gets(&[(500, Outcome::Approve), (501, Outcome::Refuse)]);
    assert_eq!(scene.codes(), [Code::OverLimit]);
    scene.account.pools[0].limits = Box::new([Limit::always(LimitKind::Base, None)]);
    scene.gets(&[(501, Outcome::Approve)]);
    scene.account.pools[0].limits = Box::new([until(LimitKind::Base, 500, -9, Some(-1))]);
    scene.order(1);
    assert_eq!(scene.codes(), [Code::LimitMissing], "the shared one is over too");
    scene.policy.facts.limit_grace_days = 1;
    scene.gets(&[(500, Outcome::Approve), (501, Outcome::Refuse)]);
    let cover = Limit { share: 5_000, ..Limit::always(LimitKind::Insured, Some(100)) };
    scene.account.pools[0].limits = Box::new([base(500), cover]);
    scene.gets(&[(550, Outcome::Approve), (551, Outcome::Refuse)]);
}

#[test]
fn sums_of_a_pool_are_converted_once_each() {
    let mut scene = limited(100_000, 0, 1);
    let sum = |code: &str, rate: Option<&str>, debit| PoolSum {
        currency: currency(code),
        rate: rate.map(str::to_owned),
        debit,
        unapplied: 0,
    };
    let shared = PoolFacts {
        currency: currency("EUR"),
        sums: Box::new([sum("EUR", None, 500), sum("DKK", Some("0.134"), 1_000), sum("SEK", None, 0)]),
        ..pool("P", PoolKind::Group, 700, 0)
    };
    scene.account.pools = Box::new([shared]);
    // 500 EUR and 0.134 × (1,000 + x) DKK: 200.464 is rounded to 200, 200.598 to 201.
    scene.gets(&[(496, Outcome::Approve), (497, Outcome::Refuse)]);
    let reason = scene.reason(Code::OverLimit).unwrap();
    assert_eq!(reason.measured, Some(Quantity::Money(eur(701))));
    assert_eq!(reason.remedy, Some(Remedy::ReduceBy(eur(1))), "in the currency of the pool");
    scene.policy.rules[0].then = Outcome::Prepay;
    assert_eq!(scene.decide().prepay, Some(dkk(497)), "what is over in EUR says nothing exact: all of it");
    scene.policy.rules[0].then = Outcome::Refuse;
    scene.account.pools[0].sums[2].debit = 1;
    let reason = scene.reason(Code::CurrencyMismatch).unwrap();
    assert_eq!((reason.level, &*reason.pool, reason.effect), (Level::Group, "P", Outcome::Hold));
    assert_eq!(&*reason.rule, "rule");
    assert_eq!(reason.remedy, Some(Remedy::UseCurrency(currency("EUR"))));
    assert_eq!(reason.measured, Some(Quantity::Currency(currency("DKK"))));
    assert_eq!(reason.threshold, Some(Quantity::Currency(currency("EUR"))));
    assert_eq!(scene.outcome(), Outcome::Hold);
}

#[test]
fn the_dynamic_check_leaves_out_what_ships_beyond_the_horizon() {
    let mut scene = Scene::of(DYNAMIC, Outcome::Refuse, account(10_000, 6_500), 1);
    scene.account.buckets.later = 5_000;
    scene.account.horizon_to = TODAY.plus(30);
    scene.gets(&[(3_500, Outcome::Approve), (3_501, Outcome::Refuse)]);
    assert_eq!(scene.reason(Code::OverLimit).unwrap().measured, Some(Quantity::Money(dkk(10_001))));
    assert_eq!(scene.decide().exposure_before, Some(dkk(11_500)), "it is exposure all the same");
    scene.document.ships = Some(TODAY.plus(31));
    scene.gets(&[(3_501, Outcome::Approve), (90_000, Outcome::Approve)]);
    scene.account.buckets.open = 10_001;
    scene.gets(&[(90_000, Outcome::Approve)]);
    scene.document.ships = Some(TODAY.plus(30));
    scene.gets(&[(1, Outcome::Refuse)]);
    scene.is_healed_exactly(Code::OverLimit);
    scene.account.buckets.open = 6_500;
    scene.document.ships = None;
    scene.policy.rules[0].test = over_limit(0);
    scene.gets(&[(1, Outcome::Refuse)]);
}

#[test]
fn what_decides_before_any_rule_is_asked() {
    let mut scene = limited(0, 500, 100);
    // Nothing increases.
    scene.gets(&[(0, Outcome::Approve), (-100, Outcome::Approve)]);
    assert_eq!(scene.codes(), [Code::NotAnIncrease]);
    assert_eq!(scene.decide().exposure_after, Some(dkk(400)));
    // Wholly secured; a part of it is asked about.
    scene.order(0);
    (scene.document.value, scene.document.secured) = (100, 100);
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::NotChecked, vec![Code::Secured]));
    assert_eq!(scene.decide().reasons[0].measured, Some(Quantity::Money(dkk(100))));
    scene.document.secured = 60;
    assert_eq!(scene.codes(), [Code::Secured, Code::NotAnIncrease], "another asking about it changes nothing");
    assert_eq!(scene.outcome(), Outcome::Approve);
    scene.document.increase.minor = 40;
    assert_eq!(scene.codes(), [Code::OverLimit, Code::AlreadyOverLimit, Code::Secured]);
    scene.document.secured = 0;
    // Excluded by hand, or of the own group.
    scene.account.status = Status::NoCheck;
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::NotChecked, vec![Code::StatusNoCheck]));
    assert_eq!(scene.decide().exposure_after, Some(dkk(540)), "and it counts");
    scene.account.status = Status::Ok;
    scene.account.profile.internal = true;
    assert_eq!((scene.outcome(), scene.codes()), (Outcome::NotChecked, vec![Code::InternalCustomer]));
    scene.policy.facts.internal_customers_checked = true;
    assert_eq!(scene.outcome(), Outcome::Refuse);
    // Another currency without a rate.
    scene.document.increase = eur(1);
    let reason = scene.reason(Code::CurrencyMismatch).unwrap();
    assert_eq!(reason.remedy, Some(Remedy::UseCurrency(currency("DKK"))));
    assert_eq!(reason.measured, Some(Quantity::Currency(currency("EUR"))));
    assert_eq!(reason.threshold, Some(Quantity::Currency(currency("DKK"))));
    assert_eq!((scene.outcome(), scene.codes().len()), (Outcome::Hold, 1));
    assert_eq!(scene.decide().exposure_after, Some(dkk(500)));
    scene.document.increase = eur(-1);
    assert_eq!(scene.outcome(), Outcome::Approve);
    assert_eq!(scene.decide().exposure_after, Some(dkk(500)), "what cannot be compared is not taken off either");
}

#[test]
fn without_an_account_the_policy_says_what_an_order_gets() {
    let scene = limited(0, 0, 100);
    for outcome in [Outcome::Refuse, Outcome::Hold, Outcome::NotChecked] {
        let mut policy = scene.policy.clone();
        policy.facts.unknown_customer = outcome;
        let decision = decide(&policy, None, &scene.document, TODAY).unwrap();
        assert_eq!((decision.outcome, decision.reasons[0].code), (outcome, Code::UnknownCustomer));
        assert_eq!(decision.reasons[0].remedy, Some(Remedy::CreateCustomer));
        assert_eq!((decision.exposure_before, decision.exposure_after, decision.limit), (None, None, None));
    }
}

#[test]
fn amounts_too_large_are_said_to_be() {
    let decide = |account: &AccountFacts, minor| {
        decide(&policy(vec![rule(over_limit(0), Outcome::Refuse)]), Some(account), &Document::of(dkk(minor)), TODAY)
    };
    assert!(decide(&account(0, i64::MAX), 1).is_err());
    let mut shared = account(0, 0);
    shared.pools = Box::new([pool("P", PoolKind::Group, 1, i64::MAX)]);
    assert!(decide(&shared, 1).is_err());
    shared.pools[0].sums[0].unapplied = 1;
    assert!(decide(&shared, 1).is_ok());
    let mut full = account(0, 1);
    full.buckets.delivered = i64::MAX;
    assert!(decide(&full, 0).is_err());
}
