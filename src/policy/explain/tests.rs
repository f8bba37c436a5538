//! Every text is there, and every placeholder is one that the sentence fills.

use super::super::{Bucket, Checkpoint, Measure, Policy, Status};
use super::*;

#[test]
fn every_text_is_there_and_its_placeholders_are_filled() {
    let texts = [
        (rules::IF, &["condition", "consequence"][..]),
        (rules::HORIZON, &[][..]),
        (rules::SMALL, &["amounts"][..]),
        (rules::ALREADY, &["consequence"]),
        (rules::ONLY_RULES, &["names"]),
        (rules::CLASSES, &["names"][..]),
        (rules::COMPANIES, &["names"][..]),
        (rules::YOUNGER, &["days"][..]),
        (rules::USED, &["share"][..]),
        (rules::AT, &["points"][..]),
        (rules::DEPOSIT, &["share"][..]),
        (rules::UNKNOWN, &["consequence"][..]),
        (rules::UNKNOWN_UP_TO, &["amounts"][..]),
        (rules::RELEASE, &["role"][..]),
        (rules::NOBODY, &[][..]),
        (rules::LIFTS_HOLD, &[][..]),
        (rules::LIFTS_STOP, &[][..]),
        (rules::UP_TO, &["amounts"][..]),
        (rules::PREPAY_SHARE, &["share"][..]),
        (facts::OVERDUE, &[][..]),
        (facts::OVERDUE_AFTER, &["days"][..]),
        (facts::CREDITS_REDUCE, &[][..]),
        (facts::CREDITS_IGNORED, &[][..]),
        (facts::CUSTOMER_UNKNOWN, &[][..]),
        (facts::LIMIT_MISSING, &[][..]),
        (facts::LIMIT_EXPIRED, &[][..]),
        (facts::NO_RATE, &[][..]),
        (facts::LIMIT_GRACE, &["days"][..]),
        (facts::HORIZON, &["days"][..]),
        (facts::DISPUTED_COUNT, &[][..]),
        (facts::DISPUTED_OUT, &[][..]),
        (facts::SECURED_OUT, &[][..]),
        (facts::SECURED_COUNTS, &[][..]),
        (facts::INTERNAL_OUT, &[][..]),
        (facts::INTERNAL_CHECKED, &[][..]),
        (facts::GROSS, &[][..]),
        (facts::NET, &[][..]),
        (facts::CLASS, &["name", "score"][..]),
        (facts::SCORECARD, &[][..]),
        (facts::STEP, &["points", "value"][..]),
        (facts::BEYOND, &["points"][..]),
        (facts::NOT_KNOWN, &["points"][..]),
        (facts::PROPOSED, &["amounts"][..]),
        (facts::RANKS, &["names"][..]),
        (facts::RELEASE_VALID, &["days"][..]),
        (facts::RELEASE_FOR_GOOD, &[][..]),
        (facts::DEVIATION, &["share"][..]),
        (facts::FOUR_EYES, &["amounts"][..]),
        (facts::CHECKPOINT_GRACE, &["days"][..]),
        (facts::APPROVE_INCREASE, &["share"][..]),
        (facts::APPROVE_ABOVE, &["amounts"][..]),
        (facts::HAND_OVER, &["days"][..]),
        (facts::REMIND, &["days"][..]),
        (customers::TITLE, &["name", "version"][..]),
        (customers::VALID_FROM, &["day"][..]),
        (customers::PRINCIPLE, &[][..]),
        (customers::NO_RULES, &[][..]),
        (customers::ORDERS, &[][..]),
        (customers::EXCLUSIONS, &[][..]),
        (customers::FACTS, &[][..]),
        (customers::CLASSES, &[][..]),
        (customers::PEOPLE, &[][..]),
        (customers::CUSTOMERS, &[][..]),
        (customers::REGISTERS, &[][..]),
        (customers::VERDICT, &["matter", "verdict"][..]),
        (customers::INVALID, &[][..]),
        (customers::DUPLICATE, &[][..]),
        (customers::NOT_IN_REGISTER, &[][..]),
        (customers::NOT_ACTIVE, &[][..]),
        (customers::YOUNG, &["days"][..]),
        (customers::REMARKS, &[][..]),
        (customers::UNCHECKED, &[][..]),
        (customers::COMPANY_AGE, &["age"][..]),
        (customers::DEBTOR_AGE, &["age", "source"][..]),
        (customers::PURPOSES, &["names"][..]),
        (customers::HOURS, &["hours"][..]),
    ];
    for (text, known) in texts {
        assert_eq!(text.faults(known), Vec::<String>::new());
    }
    for outcome in Outcome::ALL {
        assert_eq!(rules::consequence(outcome).faults(&[]), Vec::<String>::new());
    }
    for measure in
        [Measure::DaysLate, Measure::DisputeRate, Measure::OverdueShare, Measure::DunningLevel, Measure::CustomerDays]
    {
        assert_eq!(facts::measure(measure).faults(&[]), Vec::<String>::new());
    }
    for checkpoint in Checkpoint::ALL {
        assert_eq!(rules::checkpoint(checkpoint).faults(&[]), Vec::<String>::new());
    }
}

#[test]
fn every_test_is_said_with_its_own_values() {
    let say = Say { language: Language::En };
    let none = Vec::new;
    let mut tests = vec![
        Test::OverLimit { tolerance_basis_points: 0, dynamic: false },
        Test::OverLimit { tolerance_basis_points: 1, dynamic: true },
        Test::OverdueAmount { above: none() },
        Test::OverdueDays { above: 1, small: none() },
        Test::OverdueShare { above: 1 },
        Test::Utilisation { above: 1 },
        Test::DocumentValue { above: none() },
        Test::DunningLevel { above: 1 },
        Test::PaymentBehaviour { above: 1 },
        Test::DisputeRate { above: 1, at_least: 1 },
        Test::LimitOpenEnded,
        Test::ReviewDue { buffer_days: 0 },
        Test::ReviewDue { buffer_days: 1 },
        Test::TermsChanged,
        Test::Discount { above: 1 },
        Test::Score { below: 1 },
        Test::Always,
    ];
    tests.extend(Bucket::ALL.map(|bucket| Test::BucketAmount { bucket, above: none() }));
    tests.extend([Status::Watch, Status::Hold, Status::Stop].map(|is| Test::Status { is }));
    let mut said: Vec<_> = tests
        .iter()
        .map(|test| {
            let values = say.values(test);
            let known: Vec<_> = values.iter().map(|(name, _)| *name).collect();
            assert_eq!(rules::condition(test).faults(&known), Vec::<String>::new(), "{test:?}");
            say.fill(&rules::condition(test), &values)
        })
        .collect();
    assert!(said.iter().all(|text| !text.is_empty()));
    let count = said.len();
    said.sort();
    said.dedup();
    // What is overdue is said in one way, whichever rule asks.
    assert_eq!(said.len(), count - 1);
}

#[test]
fn every_profile_is_said_in_every_language() {
    for (name, _) in Policy::profiles() {
        let policy = Policy::profile(name).unwrap();
        let mut all: Vec<_> = Language::ALL.into_iter().map(|language| policy.explain(language)).collect();
        for text in &all {
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(text.lines().all(|line| line.trim() == line), "{text}");
            for rule in &policy.rules {
                assert!(text.contains(&format!(". {}: ", rule.name)), "{text}");
            }
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), Language::ALL.len());
    }
}
