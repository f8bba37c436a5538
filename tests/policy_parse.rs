//! The keys of the policy file that may be left out: what they mean, and what a wrong one is told.

use obligor::error::ErrorKind;
use obligor::money::Money;
use obligor::policy::{
    Bucket, Checkpoint, CollectionPolicy, LimitsPolicy, Policy, ReleasePolicy, Scope, TaxBasis, Test, Unknown,
};
use obligor::reason::Outcome;

/// Everything that a file may leave out. The tests below name its lines.
const LARGE: &str = include_str!("policies/large.toml");

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

/// The lines of the error after its first sentence, or the sentence when there is one error only.
fn errors(text: &str) -> Vec<String> {
    let error = Policy::parse(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    let message = error.message().replace("the policy cannot be used: ", "");
    let lines = message.lines().filter(|line| !line.starts_with("the policy cannot be used, "));
    lines.map(str::to_owned).collect()
}

#[test]
fn everything_that_may_be_left_out_is_read() {
    let policy = Policy::parse(LARGE).unwrap();
    let facts = &policy.facts;
    assert_eq!((facts.limit_expired, facts.limit_grace_days), (Outcome::ApproveWithAlert, 5));
    assert_eq!((facts.horizon_days, facts.tax), (Some(30), Some(TaxBasis::Net)));
    assert!(!facts.disputed_count_as_overdue && !facts.secured_part_outside && facts.internal_customers_checked);
    assert_eq!(policy.checkpoint_grace_days, 2);
    assert_eq!(
        policy.release,
        ReleasePolicy {
            ranks: vec!["credit_manager".to_owned(), "credit_controller".to_owned()],
            valid_days: Some(5),
            deviation_basis_points: 1_000,
            four_eyes_above: vec![money("100000.00 DKK")],
        }
    );
    assert_eq!(
        policy.limits,
        LimitsPolicy { approval_increase_basis_points: Some(5_000), approval_above: vec![money("250000.00 DKK")] }
    );
    assert_eq!(policy.collection, CollectionPolicy { hand_over_days: Some(14), remind_days: 7 });
    let classes: Vec<_> =
        policy.classes.iter().map(|c| (c.name.as_str(), c.score_from, c.proposed_limits.len())).collect();
    assert_eq!(classes, [("A", 80, 1), ("C", -10, 0)], "the highest score comes first");
    let exclusion = &policy.exclusions[0];
    assert_eq!(
        exclusion.scope,
        Scope {
            classes: vec!["A".to_owned()],
            companies: vec!["10".to_owned(), "20".to_owned()],
            younger_than_days: Some(90),
            at: vec![Checkpoint::Entry],
            utilisation_above: Some(15_000),
        }
    );
    assert_eq!((exclusion.lifts, &exclusion.up_to), (Outcome::Refuse, &vec![money("500.00 DKK")]));
    let limit = &policy.rules[0];
    assert_eq!(limit.test, Test::OverLimit { tolerance_basis_points: 1_000, dynamic: true });
    assert_eq!((limit.deposit_basis_points, limit.prepay_basis_points), (Some(3_000), 10_000));
    assert_eq!(limit.scope.at, [Checkpoint::Confirm, Checkpoint::Ship]);
    assert_eq!((limit.scope.younger_than_days, limit.scope.utilisation_above), (Some(30), Some(8_000)));
    let tests: Vec<_> = policy.rules[1..].iter().map(|rule| rule.test.clone()).collect();
    assert_eq!(
        tests,
        [
            Test::OverdueDays { above: 3, small: vec![money("1.00 DKK")] },
            Test::OverdueShare { above: 2_500 },
            Test::Utilisation { above: 9_000 },
            Test::DocumentValue { above: vec![money("5000.00 DKK")] },
            Test::DunningLevel { above: 2 },
            Test::PaymentBehaviour { above: 15 },
            Test::DisputeRate { above: 2_000, at_least: 3 },
            Test::LimitOpenEnded,
            Test::ReviewDue { buffer_days: 5 },
            Test::TermsChanged,
            Test::Discount { above: 1_000 },
            Test::BucketAmount { bucket: Bucket::Delivered, above: vec![money("300.00 DKK")] },
            Test::Score { below: -5 },
            Test::Always,
        ]
    );
    assert_eq!(policy.rules[4].prepay_basis_points, 5_000);
    let unknown = |then, up_to| Some(Unknown { then, up_to });
    assert_eq!(policy.rules[6].unknown, unknown(Outcome::Prepay, vec![money("1000.00 DKK")]));
    assert_eq!(policy.rules[9].unknown, unknown(Outcome::Hold, vec![]));
    for rule in &policy.rules {
        assert!(LARGE.contains(&format!("when = \"{}\"", rule.test.word())));
    }
}

#[test]
fn what_is_left_out_has_its_plain_meaning() {
    let old = &LARGE[..LARGE.find("limit_expired").unwrap()];
    let rest = &LARGE[LARGE.find("[customer]").unwrap()..];
    let policy = Policy::parse(&format!("{old}{rest}")).unwrap();
    let facts = &policy.facts;
    assert_eq!((facts.limit_expired, facts.limit_grace_days), (facts.limit_missing, 0));
    assert_eq!((facts.horizon_days, facts.tax), (None, None));
    assert!(facts.disputed_count_as_overdue && facts.secured_part_outside && !facts.internal_customers_checked);
    assert_eq!((policy.checkpoint_grace_days, policy.exclusions.len(), policy.classes.len()), (0, 0, 0));
    assert_eq!(policy.release, ReleasePolicy::default());
    assert_eq!(policy.limits, LimitsPolicy::default());
    assert_eq!(policy.collection, CollectionPolicy::default());
    let text = LARGE
        .replace("at_least = 3\n", "")
        .replace("buffer_days = 5\n", "")
        .replace("exposure = \"dynamic\"\n", "")
        .replace("small = [\"1.00 DKK\"]\n", "")
        .replace("prepay = \"50 %\"\n", "");
    let rules = Policy::parse(&text).unwrap().rules;
    assert_eq!(rules[0].test, Test::OverLimit { tolerance_basis_points: 1_000, dynamic: false });
    assert_eq!(rules[1].test, Test::OverdueDays { above: 3, small: vec![] });
    assert_eq!(rules[4].prepay_basis_points, 10_000);
    assert_eq!(rules[7].test, Test::DisputeRate { above: 2_000, at_least: 1 });
    assert_eq!(rules[9].test, Test::ReviewDue { buffer_days: 0 });
}

/// LARGE with `from` replaced once leads to exactly these errors.
#[track_caller]
fn wrong_large(from: &str, to: &str, expected: &[&str]) {
    assert_eq!(LARGE.matches(from).count(), 1, "{from:?} must be in the file once");
    assert_eq!(errors(&LARGE.replace(from, to)), expected);
}

#[test]
fn keys_belong_to_some_rules_only() {
    wrong_large(
        "above = \"90 %\"\n",
        "above = \"90 %\"\nunknown = \"hold\"\n",
        &["line 75: rule \"used\" has no key \"unknown\"; it belongs to rules with when = \"payment_behaviour\" or \
             \"dispute_rate\" or \"review_due\" or \"terms_changed\" or \"score\""],
    );
    wrong_large(
        "above = 2\nthen = \"hold\"\n",
        "above = 2\nthen = \"hold\"\nprepay = \"20 %\"\n",
        &["line 87: rule \"dunned\" has no key \"prepay\"; it belongs to rules with then = \"prepay\""],
    );
    wrong_large(
        "unknown = \"prepay\"\n",
        "",
        &["line 92: `unknown_up_to` of rule \"slow\" needs `unknown`: what larger documents get"],
    );
    wrong_large(
        "unknown = \"prepay\"\n",
        "unknown = \"approve\"\n",
        &["line 92: `unknown` of rule \"slow\" is \"approve\"; allowed is \"refuse\", \"hold\", \"prepay\", \
             \"approve_with_alert\"; left out, the document passes"],
    );
}

#[test]
fn lists_name_something_and_nothing_twice() {
    wrong_large(
        "at = [\"confirm\", \"ship\"]",
        "at = []",
        &["line 57: `at` of rule \"limit\" is empty: name at least one, or leave the line out"],
    );
    wrong_large(
        "at = [\"confirm\", \"ship\"]",
        "at = [\"conform\", \"ship\", \"ship\"]",
        &[
            "line 57: `at` of rule \"limit\" is \"conform\"; allowed is \"entry\", \"confirm\", \"pick\", \"ship\", \
             \"invoice\"; did you mean \"confirm\"?",
            "line 57: `at` of rule \"limit\" names \"ship\" twice",
        ],
    );
    wrong_large(
        "companies = [\"10\", \"20\"]",
        "companies = [\"10\", \"10\", 3]",
        &[
            "line 42: `companies` of exclusion \"small orders of good customers\" names \"10\" twice",
            "line 42: `companies` of exclusion \"small orders of good customers\" is 3; \
             allowed is a text in quotes of 1 to 100 characters on one line",
        ],
    );
    wrong_large(
        "ranks = [\"credit_manager\", \"credit_controller\"]",
        "ranks = []",
        &["line 22: `ranks` of [release] is empty: name at least one, or leave the line out"],
    );
    wrong_large(
        "up_to = [\"500.00 DKK\"]",
        "up_to = []",
        &["line 46: `up_to` of exclusion \"small orders of good customers\" is empty: \
             name an amount for each currency"],
    );
}

#[test]
fn new_tables_are_told_what_is_wrong_with_them() {
    wrong_large(
        "lifts = \"stop\"",
        "lifts = \"refuse\"",
        &["line 47: `lifts` of exclusion \"small orders of good customers\" is \"refuse\"; allowed is \"hold\", \
             \"stop\"; \"hold\" lifts what waits, \"stop\" what is refused too"],
    );
    wrong_large("name = \"days\"", "name = \"limit\"", &["line 61: an earlier rule has the name \"limit\" too"]);
    wrong_large(
        "name = \"small orders of good customers\"",
        "name = \"limit\"",
        &["line 40: a rule or exclusion has the name \"limit\" too"],
    );
    wrong_large(
        "name = \"A\"\nscore_from = 80",
        "name = \"C\"\nscore_from = -10",
        &["line 36: an earlier class has the name \"C\" too", "line 37: an earlier class begins at the score -10 too"],
    );
    wrong_large(
        "score_from = 80",
        "score_from = 8.0",
        &["line 37: `score_from` of class \"A\" is a number with a fraction; \
             allowed is a whole number, such as 40 or -5"],
    );
    wrong_large(
        "valid_days = 5",
        "valid_days = 0",
        &["line 23: `valid_days` of [release] is 0; allowed is a whole number of days from 1 to 3650"],
    );
    wrong_large(
        "[checkpoints]",
        "[checkpoint]",
        &["line 19: the policy has no key \"checkpoint\"; did you mean `checkpoints`?"],
    );
    wrong_large(
        "hand_over_days",
        "handover_days",
        &["line 30: [collection] has no key \"handover_days\"; did you mean `hand_over_days`?"],
    );
    wrong_large(
        "[[exclusion]]",
        "[exclusion]",
        &["line 39: an exclusion begins with the line [[exclusion]], in double brackets"],
    );
    wrong_large(
        "above = 2\n",
        "above = 256\n",
        &["line 85: `above` of rule \"dunned\" is 256; allowed is a whole number of dunning levels from 0 to 255"],
    );
    wrong_large(
        "above = \"25 %\"",
        "above = \"101 %\"",
        &[
            "line 69: `above` of rule \"share\" is \"101 %\"; allowed is a share from \"0 %\" to \"100 %\", such as \"2.5 %\"",
        ],
    );
    wrong_large(
        "[limits]",
        "limits = 3\n[x]",
        &[
            "line 26: [release] has no key \"limits\"; known here: ranks, valid_days, deviation, four_eyes_above",
            "line 27: the policy has no key \"x\"; known here: format, name, version, valid_from, facts, rule, \
             exclusion, class, score, checkpoints, release, limits, collection, customer, register",
        ],
    );
}

#[test]
fn each_step_of_a_scorecard_has_its_points_and_steps_rise() {
    let read = |up_to: &str, points: &str| {
        let line = format!(
            "[[score]]\nmeasure = \"days_late\"\nup_to = [{up_to}]\npoints = [{points}]\nbeyond = 0\nunknown = 1\n"
        );
        Policy::parse(&format!("{LARGE}{line}")).map_err(|error| error.message().to_owned())
    };
    assert_eq!(read("-5, 10", "50, 20").unwrap().scorecard[0].steps, [(-5, 50), (10, 20)]);
    for (up_to, points, numbers) in
        [("1, 2", "50", "has 2 numbers and `points` 1"), ("", "", "has 0 numbers and `points` 0")]
    {
        let error = read(up_to, points).unwrap_err();
        assert!(error.contains(&format!("`up_to` of score 1 {numbers}: each has its points")), "{error}");
    }
    for up_to in ["10, 10", "10, 9"] {
        let error = read(up_to, "50, 20").unwrap_err();
        assert!(error.contains("the numbers of `up_to` of score 1 must rise"), "{error}");
    }
}

#[test]
fn an_exclusion_can_name_the_rules_it_lifts() {
    let naming = |names: &str| {
        let text = LARGE.replace("lifts = \"stop\"", &format!("rules = [{names}]\nlifts = \"stop\""));
        Policy::parse(&text).map_err(|error| error.message().to_owned())
    };
    let policy = naming("\"limit\", \"days\"").unwrap();
    assert_eq!(policy.exclusions[0].rules, ["limit", "days"]);
    let said = policy.explain(obligor::reason::Language::En);
    let all = Policy::parse(LARGE).unwrap().explain(obligor::reason::Language::En);
    assert!(said.contains("limit, days") && said.len() > all.len(), "{said}");
    let new: Vec<_> = said.lines().filter(|line| !all.contains(line)).collect();
    assert_eq!(new.len(), 1, "only that exclusion says more: {new:?}");
    let error = naming("\"limits\"").unwrap_err();
    assert!(error.contains("there is no rule \"limits\""), "{error}");
}

#[test]
fn only_a_rule_about_the_limit_says_what_happens_above_it() {
    let policy = LARGE.replace("exposure = \"dynamic\"", "exposure = \"dynamic\"\nif_already_over = \"hold\"");
    assert_ne!(policy, LARGE);
    assert_eq!(Policy::parse(&policy).unwrap().rules[0].if_already_over, Some(Outcome::Hold));
    let other = LARGE.replace("small = [\"1.00 DKK\"]", "if_already_over = \"hold\"");
    assert!(Policy::parse(&other).is_err());
}

#[test]
fn the_manual_tells_every_key_and_word() {
    let manual = include_str!("../docs/POLICY.md");
    let standard = Policy::standard().unwrap().text;
    for line in LARGE.lines().chain(standard.lines()) {
        let key = line.trim_start_matches(['#', ' ']).split(" = ").next().unwrap_or_default();
        let is_key = line.contains(" = ") && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(!is_key || manual.contains(&format!("`{key}`")), "docs/POLICY.md lacks {key}");
        let table = line.trim_matches(['[', ']']);
        assert!(!line.starts_with('[') || manual.contains(&format!("{table}]")), "docs/POLICY.md lacks {line}");
    }
    for rule in Policy::parse(LARGE).unwrap().rules {
        assert!(manual.contains(&format!("\n| `{}` | ", rule.test.word())), "{:?}", rule.test);
    }
    for (name, _) in Policy::profiles() {
        assert!(manual.contains(&format!("\n| `{name}` | ")), "{name}");
    }
    for (name, meaning) in obligor::engine::policy_cases::COLUMNS {
        assert!(manual.contains(&format!("\n| `{name}` | {meaning} |\n")), "{name}");
    }
}
