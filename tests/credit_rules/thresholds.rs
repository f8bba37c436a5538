//! Each kind of rule at its threshold and one step beyond, what it says, and that what it says helps exactly.

use super::*;
use obligor::credit::{Month, Stage, Status};
use obligor::policy::{Bucket, Checkpoint, Measure, RiskClass, ScoreLine, Unknown};
use obligor::reason::{Level, Quantity};

/// The rule passes `at`, and fires on `above` with these numbers; what it says helps.
fn fires(at: &Scene, above: &Scene, code: Code, measured: Option<Quantity>, threshold: Option<Quantity>, way: Remedy) {
    assert_eq!(at.reason(code), None, "at the threshold");
    assert_eq!(at.outcome(), Outcome::Approve, "{:?}", at.decide());
    let decision = above.decide();
    assert_eq!(decision.outcome, Outcome::Hold, "{decision:?}");
    assert_eq!(decision.exposure_after, decision.exposure_before, "what is stopped holds nothing");
    let expected = Reason {
        code,
        level: Level::Own,
        pool: String::new(),
        effect: Outcome::Hold,
        measured,
        threshold,
        remedy: Some(way),
        release_by: Some(MANAGER.to_owned()),
        rule: "rule".to_owned(),
    };
    assert_eq!(above.reason(code), Some(expected));
    above.is_healed_exactly(code);
}

fn money(minor: i64) -> Option<Quantity> {
    Some(Quantity::Money(dkk(minor)))
}

/// An account that owes `overdue` since so many days, and `open` that is not due.
fn late(overdue: i64, days: i32, open: i64) -> AccountFacts {
    let mut account = account(1_000_000, open);
    account.buckets.overdue = overdue;
    account.oldest_overdue = Some(TODAY.plus(-days));
    account.oldest_undisputed = account.oldest_overdue;
    account
}

fn scene(test: &Test, account: AccountFacts) -> Scene {
    Scene::of(test.clone(), Outcome::Hold, account, 100)
}

#[test]
fn overdue_amount() {
    let test = Test::OverdueAmount { above: vec![eur(1), dkk(500)] };
    let (at, above) = (scene(&test, late(500, 5, 9_000)), scene(&test, late(512, 5, 9_000)));
    fires(&at, &above, Code::OverdueAmount, money(512), money(500), Remedy::Pay(dkk(12)));
    let other = scene(&Test::OverdueAmount { above: vec![eur(1)] }, late(512, 5, 0));
    assert_eq!(other.outcome(), Outcome::NotChecked, "it speaks of accounts in EUR only");
}

#[test]
fn overdue_days() {
    let days = |days| Some(Quantity::Days(days));
    let test = Test::OverdueDays { above: 30, small: Vec::new() };
    let (at, above) = (scene(&test, late(101, 30, 0)), scene(&test, late(101, 31, 0)));
    fires(&at, &above, Code::OverdueDays, days(31), days(30), Remedy::Pay(dkk(101)));
    let test = Test::OverdueDays { above: 30, small: vec![dkk(100)] };
    assert_eq!(scene(&test, late(101, 31, 0)).outcome(), Outcome::Hold);
    assert_eq!(scene(&test, late(100, 31, 0)).outcome(), Outcome::Approve, "a remainder");
    let without = Test::OverdueDays { above: 30, small: vec![eur(1_000)] };
    assert_eq!(scene(&without, late(1, 31, 0)).outcome(), Outcome::Hold, "no remainder is named in DKK");
    assert_eq!(scene(&test, account(1_000_000, 500)).outcome(), Outcome::Approve, "nothing is overdue");
    let mut credit = scene(&test, account(1_000_000, 0));
    credit.account.buckets.unapplied = 10_000;
    assert_eq!(credit.outcome(), Outcome::Approve, "a credit makes nothing overdue");
}

#[test]
fn what_is_disputed_counts_as_overdue_where_the_policy_says_so() {
    for (test, code) in [
        (Test::OverdueAmount { above: vec![dkk(500)] }, Code::OverdueAmount),
        (Test::OverdueDays { above: 10, small: Vec::new() }, Code::OverdueDays),
        (Test::OverdueShare { above: 5_000 }, Code::OverdueShare),
    ] {
        let mut scene = scene(&test, late(600, 20, 400));
        scene.account.disputed_overdue = 200;
        scene.account.oldest_undisputed = Some(TODAY.plus(-10));
        assert_eq!(scene.codes(), [code]);
        scene.policy.facts.disputed_count_as_overdue = false;
        assert_eq!(scene.codes(), [], "{code:?}");
        assert_eq!(scene.decide().exposure_before, Some(dkk(1_000)), "it is exposure all the same");
        scene.account.disputed_overdue = 90;
        scene.account.oldest_undisputed = Some(TODAY.plus(-11));
        assert_eq!(scene.codes(), [code]);
    }
}

#[test]
fn overdue_share() {
    let share = |share| Some(Quantity::BasisPoints(share));
    let test = Test::OverdueShare { above: 2_500 };
    let (at, above) = (scene(&test, late(250, 1, 750)), scene(&test, late(300, 1, 750)));
    // 300 of 1,050; with 50 paid it is 250 of 1,000.
    fires(&at, &above, Code::OverdueShare, share(2_857), share(2_500), Remedy::Pay(dkk(50)));
    let (at, above) = (scene(&test, late(0, 1, 0)), scene(&test, late(1, 1, 2)));
    fires(&at, &above, Code::OverdueShare, share(3_333), share(2_500), Remedy::Pay(dkk(1)));
    let all = Test::OverdueShare { above: 10_000 };
    assert_eq!(scene(&all, late(1_000, 1, 0)).outcome(), Outcome::Approve, "all of it is not more than all");
    let any = Test::OverdueShare { above: 0 };
    let (at, above) = (scene(&any, late(0, 1, 9)), scene(&any, late(1, 1, 0)));
    fires(&at, &above, Code::OverdueShare, share(10_000), share(0), Remedy::Pay(dkk(1)));
}

#[test]
fn utilisation() {
    let share = |share| Some(Quantity::BasisPoints(share));
    let test = Test::Utilisation { above: 9_000 };
    let used = |limit, open| scene(&test, account(limit, open));
    let (at, above) = (used(1_000, 800), used(1_000, 801));
    fires(&at, &above, Code::Utilisation, share(9_010), share(9_000), Remedy::ReduceBy(dkk(1)));
    fires(&at, &used(1_000, 900), Code::Utilisation, share(10_000), share(9_000), Remedy::Pay(dkk(100)));
    fires(&at, &used(1_000, 950), Code::Utilisation, share(10_500), share(9_000), Remedy::Pay(dkk(150)));
    // 90 % of 1,009 is 908.1: the share told is rounded down, what is compared is not.
    fires(
        &used(1_009, 808),
        &used(1_009, 809),
        Code::Utilisation,
        share(9_008),
        share(9_000),
        Remedy::ReduceBy(dkk(1)),
    );
    fires(&at, &used(0, 0), Code::Utilisation, share(10_000_000), share(9_000), Remedy::Pay(dkk(100)));
    let mut rich = used(0, 0);
    rich.account.buckets.unapplied = 100;
    assert_eq!(rich.outcome(), Outcome::Approve, "with the order nothing is owed");
    rich.account.buckets.unapplied = 99;
    assert_eq!(rich.outcome(), Outcome::Hold);
    let mut without = used(1_000, 5_000);
    without.account.limits = Box::new([Limit::always(LimitKind::Base, None)]);
    assert_eq!(without.outcome(), Outcome::NotChecked, "no limit, no share of it");
    assert_eq!(used(1, i64::MAX / 2).reason(Code::Utilisation).unwrap().measured, share(10_000_000), "told at most");
}

#[test]
fn document_value() {
    let test = Test::DocumentValue { above: vec![dkk(500)] };
    let at = |minor| {
        let mut scene = scene(&test, account(1_000_000, 0));
        scene.order(minor);
        scene
    };
    fires(&at(500), &at(530), Code::DocumentValue, money(530), money(500), Remedy::ReduceBy(dkk(30)));
    let mut secured = at(530);
    (secured.document.secured, secured.document.increase.minor) = (529, 1);
    assert_eq!(secured.outcome(), Outcome::Hold, "the secured part is a part of the document");
    let foreign = Test::DocumentValue { above: vec![eur(1)] };
    assert_eq!(scene(&foreign, account(1, 0)).outcome(), Outcome::NotChecked);
}

#[test]
fn dunning_level() {
    let count = |count| Some(Quantity::Count(count));
    let test = Test::DunningLevel { above: 2 };
    let level = |level| {
        let mut scene = scene(&test, late(700, 40, 100));
        scene.account.dunning_level = level;
        scene
    };
    let (at, above) = (level(2), level(3));
    assert_eq!(at.outcome(), Outcome::Approve);
    let reason = above.reason(Code::DunningLevel).unwrap();
    assert_eq!((reason.measured, reason.threshold), (count(3), count(2)));
    assert_eq!(reason.remedy, Some(Remedy::Pay(dkk(700))));
    assert_eq!(above.outcome(), Outcome::Hold);
}

fn paid(paid: i64, late: i64, invoiced: u32, disputed: u32) -> AccountFacts {
    let mut account = account(1_000_000, 300);
    account.history = Box::new([Month { month: TODAY.month(), paid, late, invoiced, disputed }]);
    account
}

#[test]
fn payment_behaviour() {
    let days = |days| Some(Quantity::Days(days));
    let test = Test::PaymentBehaviour { above: 15 };
    let (at, above) = (scene(&test, paid(100, 1_599, 1, 0)), scene(&test, paid(100, 1_600, 1, 0)));
    fires(&at, &above, Code::PaymentBehaviour, days(16), days(15), Remedy::Release);
    let mut long_ago = above.clone();
    long_ago.account.history[0].month -= 12;
    assert_eq!(long_ago.outcome(), Outcome::NotChecked, "this month and the eleven before it count");
    long_ago.account.history[0].month += 1;
    assert_eq!(long_ago.outcome(), Outcome::Hold);
    long_ago.account.history[0].month = TODAY.month() + 1;
    assert_eq!(long_ago.outcome(), Outcome::NotChecked, "what is still to come does not");
}

#[test]
fn dispute_rate() {
    let share = |share| Some(Quantity::BasisPoints(share));
    let test = Test::DisputeRate { above: 2_000, at_least: 3 };
    let of = |disputed, invoiced| scene(&test, paid(0, 0, invoiced, disputed));
    let (at, above) = (of(3, 15), of(3, 14));
    fires(&at, &above, Code::DisputeRate, share(2_142), share(2_000), Remedy::Pay(dkk(300)));
    assert_eq!(of(2, 2).outcome(), Outcome::Approve, "twice is no habit");
    let mut late = above.clone();
    late.account.buckets = Buckets { overdue: 20, open: 1, delivered: 500, ..Buckets::default() };
    late.account.oldest_overdue = Some(TODAY);
    assert_eq!(late.reason(Code::DisputeRate).unwrap().remedy, Some(Remedy::Pay(dkk(21))));
    late.is_healed_exactly(Code::DisputeRate);
    assert_eq!(of(0, 0).outcome(), Outcome::NotChecked, "nothing was invoiced");
}

#[test]
fn limit_open_ended() {
    let mut scene = scene(&Test::LimitOpenEnded, account(1_000, 0));
    let reason = scene.reason(Code::LimitOpenEnded).unwrap();
    assert_eq!((reason.measured, reason.threshold, reason.remedy), (None, None, Some(Remedy::Review)));
    scene.is_healed_exactly(Code::LimitOpenEnded);
    scene.account.limits[0].to = Some(TODAY);
    assert_eq!(scene.outcome(), Outcome::Approve);
    scene.account.limits[0].to = Some(TODAY.plus(-1));
    assert_eq!(scene.outcome(), Outcome::NotChecked, "there is none in force");
}

#[test]
fn review_due() {
    let test = Test::ReviewDue { buffer_days: 5 };
    let due = |days: i32| {
        let mut scene = scene(&test, account(1_000, 0));
        scene.account.profile.next_review = Some(TODAY.plus(-days));
        scene
    };
    fires(&due(5), &due(6), Code::ReviewDue, Some(Quantity::Day(TODAY.plus(-6))), None, Remedy::Review);
    assert_eq!(due(-10).outcome(), Outcome::Approve, "still to come");
}

#[test]
fn terms_changed() {
    let days = |days| Some(Quantity::Days(days));
    let terms = |agreed: Option<u16>, earlier: Option<u16>, terms: Option<u16>| {
        let mut scene = scene(&Test::TermsChanged, account(1_000, 0));
        scene.account.profile.terms_days = agreed;
        (scene.document.earlier_terms, scene.document.terms_days) = (earlier, terms);
        scene
    };
    let (at, above) = (terms(Some(14), None, Some(14)), terms(Some(14), None, Some(60)));
    fires(&at, &above, Code::TermsChanged, days(60), days(14), Remedy::UseTerms(14));
    let (at, above) = (terms(Some(14), Some(30), Some(30)), terms(Some(90), Some(30), Some(31)));
    fires(&at, &above, Code::TermsChanged, days(31), days(30), Remedy::UseTerms(30));
    assert_eq!(terms(Some(14), None, None).outcome(), Outcome::NotChecked, "the document says nothing");
    assert_eq!(terms(None, None, Some(60)).outcome(), Outcome::NotChecked, "nothing was agreed");
}

#[test]
fn longer_terms_ask_the_rule_about_terms_and_no_other() {
    let rules = || {
        vec![
            named("terms", rule(Test::TermsChanged, Outcome::Hold)),
            named("limit", rule(over_limit(0), Outcome::Refuse)),
            named("all", rule(Test::Always, Outcome::Refuse)),
        ]
    };
    for increase in [0, -50] {
        let mut scene = Scene::new(rules(), account(100, 500), increase);
        (scene.document.earlier_terms, scene.document.terms_days) = (Some(14), Some(60));
        assert_eq!((scene.outcome(), scene.codes()), (Outcome::Approve, vec![Code::NotAnIncrease]));
        scene.document.longer_terms = true;
        assert_eq!((scene.outcome(), scene.codes()), (Outcome::Hold, vec![Code::TermsChanged]), "{increase}");
    }
}

#[test]
fn discount() {
    let share = |share| Some(Quantity::BasisPoints(share));
    let with = |discount| {
        let mut scene = scene(&Test::Discount { above: 1_000 }, account(1_000, 0));
        scene.document.discount = discount;
        scene
    };
    let (at, above) = (with(Some(1_000)), with(Some(1_001)));
    fires(&at, &above, Code::Discount, share(1_001), share(1_000), Remedy::DiscountAtMost(1_000));
    assert_eq!(with(None).outcome(), Outcome::NotChecked);
}

#[test]
fn each_bucket_counts_what_is_in_it_and_what_lands_there() {
    let full =
        Buckets { ordered: 10, later: 20, delivered: 40, drafted: 80, open: 160, overdue: 320, unapplied: 9_999 };
    for (bucket, there, lands) in [
        (Bucket::Ordered, 30, Some(Stage::Ordered)),
        (Bucket::Delivered, 40, Some(Stage::Delivered)),
        (Bucket::Drafted, 80, Some(Stage::Drafted)),
        (Bucket::Open, 480, Some(Stage::Invoiced)),
        (Bucket::Overdue, 320, None),
    ] {
        for stage in [Stage::Ordered, Stage::Delivered, Stage::Drafted, Stage::Invoiced] {
            let amount = there + if lands == Some(stage) { 100 } else { 0 };
            let with = |above| {
                let mut scene = scene(&Test::BucketAmount { bucket, above: vec![dkk(above)] }, account(1, 0));
                scene.account.buckets = full;
                scene.document.lands = stage;
                scene
            };
            assert_eq!(with(amount).outcome(), Outcome::Approve, "{bucket:?} {stage:?}");
            let reason = with(amount - 1).reason(Code::BucketAmount).unwrap();
            assert_eq!((reason.measured, reason.threshold), (money(amount), money(amount - 1)));
            let expected = if lands == Some(stage) { Remedy::ReduceBy(dkk(1)) } else { Remedy::Pay(dkk(1)) };
            assert_eq!(reason.remedy, Some(expected), "{bucket:?} {stage:?}");
            if lands == Some(stage) {
                with(amount - 99).is_healed_exactly(Code::BucketAmount);
                let reason = with(amount - 100).reason(Code::BucketAmount).unwrap();
                assert_eq!(reason.remedy, Some(Remedy::Pay(dkk(100))), "not the whole document");
            }
        }
    }
    let foreign = Test::BucketAmount { bucket: Bucket::Open, above: vec![eur(1)] };
    assert_eq!(scene(&foreign, account(1, 500)).outcome(), Outcome::NotChecked);
}

#[test]
fn score() {
    let count = |count| Some(Quantity::Count(count));
    let with = |score| {
        let mut scene = scene(&Test::Score { below: 40 }, account(1_000, 0));
        scene.account.profile.score = score;
        scene
    };
    fires(&with(Some(40)), &with(Some(39)), Code::Score, count(39), count(40), Remedy::Release);
    let mut counted = with(None);
    assert_eq!(counted.outcome(), Outcome::NotChecked);
    counted.policy.scorecard =
        vec![ScoreLine { measure: Measure::DunningLevel, steps: vec![(0, 39)], beyond: 0, unknown: 0 }];
    assert_eq!(counted.outcome(), Outcome::Hold, "the scorecard says 39");
}

#[test]
fn a_status_is_named_by_the_rule_that_asks_for_it() {
    for (is, code) in
        [(Status::Stop, Code::StatusStop), (Status::Hold, Code::StatusHold), (Status::Watch, Code::StatusWatch)]
    {
        let mut scene = scene(&Test::Status { is }, account(1_000, 0));
        assert_eq!(scene.outcome(), Outcome::Approve);
        scene.account.status = is;
        assert_eq!(scene.codes(), [code]);
        assert_eq!(scene.reason(code).unwrap().remedy, Some(Remedy::LiftStatus));
        scene.is_healed_exactly(code);
        scene.policy.rules[0].test = Test::Status { is: if is == Status::Stop { Status::Hold } else { Status::Stop } };
        assert_eq!(scene.outcome(), Outcome::Approve);
    }
    let mut fine = scene(&Test::Status { is: Status::Ok }, account(1_000, 0));
    assert_eq!(fine.outcome(), Outcome::NotChecked, "nobody is stopped for being fine");
    fine.account.status = Status::NoCheck;
    assert_eq!(fine.codes(), [Code::StatusNoCheck]);
}

#[test]
fn always_is_always() {
    let scene = scene(&Test::Always, account(1_000, 0));
    let reason = scene.reason(Code::Always).unwrap();
    assert_eq!((reason.effect, reason.remedy), (Outcome::Hold, Some(Remedy::Release)));
    scene.is_healed_exactly(Code::Always);
    assert_eq!(Scene::of(Test::Always, Outcome::Approve, account(1, 0), 100).outcome(), Outcome::Approve);
}

#[test]
fn a_fact_nobody_knows_passes_unless_the_rule_says_otherwise() {
    for test in [
        Test::PaymentBehaviour { above: 15 },
        Test::DisputeRate { above: 2_000, at_least: 1 },
        Test::ReviewDue { buffer_days: 0 },
        Test::TermsChanged,
        Test::Score { below: 40 },
    ] {
        let mut scene = Scene::of(test, Outcome::Refuse, account(1_000, 0), 100);
        scene.document.terms_days = Some(30);
        assert_eq!(scene.outcome(), Outcome::NotChecked);
        scene.policy.rules[0].unknown = Some(Unknown { then: Outcome::Hold, up_to: vec![dkk(99)] });
        let reason = scene.reason(Code::FactUnknown).unwrap();
        assert_eq!((reason.effect, reason.remedy, &*reason.rule), (Outcome::Hold, Some(Remedy::FindOut), "rule"));
        assert_eq!((scene.outcome(), reason.release_by.as_deref()), (Outcome::Hold, Some(MANAGER)));
        scene.order(99);
        assert_eq!((scene.outcome(), scene.codes()), (Outcome::Approve, vec![]), "small enough");
        scene.policy.rules[0].unknown = Some(Unknown { then: Outcome::Hold, up_to: vec![eur(1_000)] });
        assert_eq!(scene.outcome(), Outcome::Hold, "small in EUR says nothing of DKK");
        scene.policy.rules[0].unknown = Some(Unknown { then: Outcome::Prepay, up_to: Vec::new() });
        scene.policy.rules[0].prepay_basis_points = 5_000;
        let decision = scene.decide();
        assert_eq!((decision.outcome, decision.prepay), (Outcome::Prepay, Some(dkk(99))), "the whole increase");
    }
}

#[test]
fn a_rule_speaks_of_what_its_scope_names() {
    let asks = |scope: &Scope, edit: &dyn Fn(&mut Scene)| {
        let mut scene = scene(&Test::Always, account(1_000, 0));
        scene.policy.rules[0].scope = scope.clone();
        edit(&mut scene);
        scene.outcome() == Outcome::Hold
    };
    let all = Scope::default();
    assert!(asks(&all, &|_| {}));

    let class = Scope { classes: vec!["B".to_owned(), "C".to_owned()], ..Scope::default() };
    assert!(!asks(&class, &|_| {}), "of no class");
    let is = |class: &str| class.to_owned();
    assert!(asks(&class, &|scene| scene.account.profile.risk_class = Some(is("C"))));
    assert!(!asks(&class, &|scene| scene.account.profile.risk_class = Some(is("A"))));
    let scored = |score| {
        move |scene: &mut Scene| {
            let class = |name: &str, score_from| RiskClass { name: is(name), score_from, proposed_limits: Vec::new() };
            scene.policy.classes = vec![class("A", 70), class("B", 30)];
            scene.account.profile.score = Some(score);
        }
    };
    assert!(!asks(&class, &scored(70)));
    assert!(asks(&class, &scored(69)));
    assert!(asks(&class, &scored(30)));
    assert!(!asks(&class, &scored(29)));

    let company = Scope { companies: vec!["NW02".to_owned(), "NW01".to_owned()], ..Scope::default() };
    assert!(asks(&company, &|_| {}));
    assert!(!asks(&company, &|scene| scene.account.company = "NW03".into()));

    let young = Scope { younger_than_days: Some(30), ..Scope::default() };
    assert!(!asks(&young, &|_| {}), "one whose first day is not known is not new");
    assert!(asks(&young, &|scene| scene.account.profile.customer_since = Some(TODAY.plus(-29))));
    assert!(!asks(&young, &|scene| scene.account.profile.customer_since = Some(TODAY.plus(-30))));

    let used = Scope { utilisation_above: Some(8_000), ..Scope::default() };
    assert!(!asks(&used, &|scene| scene.account.buckets.open = 700));
    assert!(asks(&used, &|scene| scene.account.buckets.open = 701));
    assert!(!asks(&used, &|scene| scene.account.limits = Box::default()), "no limit, no share of it");
    let rich = |unapplied| {
        move |scene: &mut Scene| {
            scene.account.limits = Box::new([base(0)]);
            scene.account.buckets.unapplied = unapplied;
        }
    };
    assert!(!asks(&used, &rich(100)), "of a limit of zero nothing is used");
    assert!(asks(&used, &rich(99)));

    for at in Checkpoint::ALL {
        let early = matches!(at, Checkpoint::Entry | Checkpoint::Confirm);
        assert_eq!(asks(&all, &|scene| scene.document.checkpoint = at), early, "{at:?}");
        for named in Checkpoint::ALL {
            let scope = Scope { at: vec![named], ..Scope::default() };
            assert_eq!(asks(&scope, &|scene| scene.document.checkpoint = at), at == named, "{at:?} {named:?}");
        }
    }
}

#[test]
fn prepayments_are_shares_rounded_up_and_the_largest_counts() {
    let late = || late(10, 1, 900);
    let mut scene = Scene::of(over_limit(0), Outcome::Prepay, late(), 301);
    scene.account.limits[0].amount = Some(1_000);
    let of = |scene: &Scene| scene.decide().prepay.map(|money| money.minor);
    assert_eq!((scene.outcome(), of(&scene)), (Outcome::Prepay, Some(211)), "what is over");
    assert_eq!(scene.reason(Code::OverLimit).unwrap().remedy, Some(Remedy::Prepay(dkk(211))));
    scene.is_healed_exactly(Code::OverLimit);
    scene.policy.rules[0].prepay_basis_points = 5_000;
    assert_eq!(of(&scene), Some(106), "half of 211, rounded up");
    scene.policy.rules.push(rule(Test::OverdueAmount { above: vec![dkk(9)] }, Outcome::Prepay));
    assert_eq!(of(&scene), Some(301), "the whole increase is more");
    scene.policy.rules.push(rule(Test::Always, Outcome::Hold));
    assert_eq!((scene.outcome(), of(&scene)), (Outcome::Hold, None));
    // More is over than the order comes to.
    let mut over = Scene::of(over_limit(0), Outcome::Prepay, account(100, 500), 50);
    assert_eq!(of(&over), Some(50));
    over.policy.rules[0].test = Test::Utilisation { above: 10_000 };
    assert_eq!(of(&over), Some(50));
    over.account.buckets.open = 70;
    assert_eq!(of(&over), Some(20));
}

#[test]
fn every_other_rule_asks_for_the_whole_increase_in_advance() {
    let tests = [
        Test::OverdueAmount { above: vec![dkk(1)] },
        Test::OverdueDays { above: 0, small: Vec::new() },
        Test::OverdueShare { above: 0 },
        Test::DocumentValue { above: vec![dkk(90)] },
        Test::BucketAmount { bucket: Bucket::Ordered, above: vec![dkk(90)] },
        Test::Always,
    ];
    for test in tests {
        let scene = Scene::of(test.clone(), Outcome::Prepay, late(10, 10, 0), 100);
        assert_eq!(scene.decide().prepay, Some(dkk(100)), "{test:?}");
        let mut paid = scene.clone();
        paid.heal(&scene.decide().reasons[0]);
        assert_eq!(paid.outcome(), Outcome::NotChecked, "secured as a whole: {test:?}");
    }
}

#[test]
fn a_prepayment_that_an_exclusion_lifts_is_not_asked_for() {
    let own = Scope { classes: vec!["A".to_owned()], ..Scope::default() };
    let mut scene = Scene::of(Test::Always, Outcome::Prepay, account(1_000, 950), 100);
    let limit = Rule { scope: own.clone(), ..rule(over_limit(0), Outcome::Prepay) };
    scene.policy.rules.push(limit);
    scene.account.profile.risk_class = Some("A".to_owned());
    assert_eq!(scene.decide().prepay, Some(dkk(100)));
    scene.policy.exclusions.push(exclusion("good", own, Outcome::Hold));
    assert_eq!((scene.outcome(), scene.decide().prepay), (Outcome::Prepay, Some(dkk(50))));
}

#[test]
fn a_deposit_comes_back_whatever_the_outcome() {
    let mut scene = Scene::of(over_limit(0), Outcome::ApproveWithAlert, account(10, 0), 101);
    assert_eq!(scene.decide().deposit, None);
    scene.policy.rules[0].deposit_basis_points = Some(3_000);
    assert_eq!((scene.outcome(), scene.decide().deposit), (Outcome::ApproveWithAlert, Some(dkk(31))));
    scene.policy.rules.push(Rule { deposit_basis_points: Some(2_000), ..rule(Test::Always, Outcome::Refuse) });
    assert_eq!((scene.outcome(), scene.decide().deposit), (Outcome::Refuse, Some(dkk(31))), "the largest");
    scene.policy.rules[1].deposit_basis_points = Some(10_000);
    assert_eq!(scene.decide().deposit, Some(dkk(101)));
    scene.order(-5);
    assert_eq!(scene.decide().deposit, None);
}

#[test]
fn all_reasons_come_back_the_one_that_stops_most_first() {
    let mut scene = Scene::new(
        vec![
            named("alert", rule(Test::Always, Outcome::ApproveWithAlert)),
            named("first hold", rule(Test::OverdueDays { above: 0, small: Vec::new() }, Outcome::Hold)),
            named("refuse", rule(over_limit(0), Outcome::Refuse)),
            named("second hold", rule(Test::OverdueAmount { above: vec![dkk(1)] }, Outcome::Hold)),
        ],
        late(600, 3, 0),
        100,
    );
    scene.account.limits[0].amount = Some(650);
    let rules = |scene: &Scene| -> Vec<String> { scene.decide().reasons.into_iter().map(|r| r.rule).collect() };
    assert_eq!(rules(&scene), ["refuse", "first hold", "second hold", "alert"]);
    assert_eq!(scene.outcome(), Outcome::Refuse);
    assert_eq!(scene.decide().exposure_after, Some(dkk(600)));
    scene.account.limits[0].amount = Some(700);
    assert_eq!((scene.outcome(), rules(&scene).len()), (Outcome::Hold, 3));
    scene.pay(599);
    scene.account.oldest_overdue = None;
    assert_eq!((scene.outcome(), scene.decide().exposure_after), (Outcome::ApproveWithAlert, Some(dkk(101))));
}
