//! The policy file: what is read, and what a wrong file is told.

use obligor::calendar::Day;
use obligor::credit::Status;
use obligor::error::ErrorKind;
use obligor::money::{Money, Rounding};
use obligor::policy::{
    Bucket, Checkpoint, CollectionPolicy, LimitsPolicy, MAX_ERRORS_SHOWN, MAX_INLINE_TABLES, MAX_POLICY_BYTES,
    MAX_RULES, Policy, ReleasePolicy, Rule, Scope, TaxBasis, Test, Unknown, Verdict,
};
use obligor::reason::Outcome;
use proptest::prelude::*;

const STANDARD: &str = include_str!("../src/policy/profiles/standard.toml");

/// Every line has a number that the tests below name.
const SMALL: &str = r#"format = 1
name = "small"
version = "7"
valid_from = 2026-01-01
[facts]
grace_days = 3
unapplied_credits = "ignore"
rounding = "half_even"
memory_max_age = "250 ms"
unknown_customer = "not_checked"
limit_missing = "approve_with_alert"
currency_mismatch = "refuse"
[[rule]]
name = "own limit"
when = "over_limit"
tolerance = "2.5 %"
then = "prepay"
release_by = "credit_manager"
[[rule]]
name = "late"
when = "overdue_days"
above = 14
then = "approve_with_alert"
[[rule]]
name = "much"
when = "overdue_amount"
above = ["1000.00 DKK", "500 JPY"]
then = "hold"
[[rule]]
name = "watched"
when = "status"
is = "watch"
then = "approve_with_alert"
[customer]
invalid_identifier = "reject"
duplicate = "review"
not_in_register = "accept"
not_active = "reject"
young = "prepay"
young_days = 365
remarks = "prepay"
unknown = "review"
proposed_limits = []
[register]
company_max_age = "7 d"
debtor_max_age = "24 h"
debtor_source_max_age = "0 h"
purposes = ["credit_application"]
"#;

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

/// SMALL with `from` replaced; the replacement must have taken place.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(SMALL.matches(from).count(), 1, "{from:?} must be in the file once");
    SMALL.replace(from, to)
}

/// The lines of the error after its first sentence, or the sentence when there is one error only.
fn errors(text: &str) -> Vec<String> {
    let error = Policy::parse(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    let message = error.message().replace("the policy cannot be used: ", "");
    let lines = message.lines().filter(|line| !line.starts_with("the policy cannot be used, "));
    lines.map(str::to_owned).collect()
}

/// Changing `from` to `to` leads to exactly these errors.
#[track_caller]
fn wrong(from: &str, to: &str, expected: &[&str]) {
    assert_eq!(errors(&changed(from, to)), expected);
}

#[test]
fn a_file_becomes_a_policy() {
    let policy = Policy::parse(SMALL).unwrap();
    assert_eq!((policy.name.as_str(), policy.version.as_str()), ("small", "7"));
    assert_eq!(policy.valid_from, Day::parse("2026-01-01"));
    assert_eq!(policy.text, SMALL);
    assert_eq!(policy.facts.grace_days, 3);
    assert!(!policy.facts.unapplied_credits_reduce);
    assert_eq!(policy.facts.rounding, Rounding::HalfEven);
    assert_eq!(policy.facts.memory_max_age_ms, 250);
    assert_eq!(policy.facts.unknown_customer, Outcome::NotChecked);
    assert_eq!(policy.facts.limit_missing, Outcome::ApproveWithAlert);
    assert_eq!(policy.facts.currency_mismatch, Outcome::Refuse);
    let rule = |name: &str, test, then, release_by: Option<&str>| Rule {
        name: name.to_owned(),
        test,
        then,
        release_by: release_by.map(str::to_owned),
        scope: Scope::default(),
        unknown: None,
        deposit_basis_points: None,
        prepay_basis_points: 10_000,
    };
    let much = Test::OverdueAmount { above: vec![money("1000.00 DKK"), money("500 JPY")] };
    let expected = [
        rule(
            "own limit",
            Test::OverLimit { tolerance_basis_points: 250, dynamic: false },
            Outcome::Prepay,
            Some("credit_manager"),
        ),
        rule("late", Test::OverdueDays { above: 14, small: vec![] }, Outcome::ApproveWithAlert, None),
        rule("much", much, Outcome::Hold, None),
        rule("watched", Test::Status { is: Status::Watch }, Outcome::ApproveWithAlert, None),
    ];
    assert_eq!(policy.rules, expected);
    assert_eq!(policy.customer.not_in_register, Verdict::Accept);
    assert_eq!(policy.customer.unknown, Verdict::Review);
    assert_eq!(policy.customer.young_days, 365);
    assert_eq!(policy.customer.proposed_limits, []);
    let register = &policy.register;
    let hours = (register.company_max_age_hours, register.debtor_max_age_hours, register.debtor_source_max_age_hours);
    assert_eq!(hours, (168, 24, 0));
    assert_eq!(register.purposes, ["credit_application"]);
}

#[test]
fn the_standard_profile_blocks_what_is_over_the_limit() {
    let policy = Policy::standard().unwrap();
    assert_eq!(policy.name, "standard");
    assert_eq!(policy.valid_from, None);
    let then = |wanted: &dyn Fn(&Test) -> bool| policy.rules.iter().find(|r| wanted(&r.test)).map(|r| r.then);
    assert_eq!(
        then(&|t| matches!(t, Test::OverLimit { tolerance_basis_points: 0, dynamic: false })),
        Some(Outcome::Refuse)
    );
    assert_eq!(then(&|t| matches!(t, Test::Status { is: Status::Stop })), Some(Outcome::Refuse));
    assert_eq!(then(&|t| matches!(t, Test::Status { is: Status::Hold })), Some(Outcome::Hold));
    assert_eq!(then(&|t| matches!(t, Test::OverdueDays { above: 30, .. })), Some(Outcome::Hold));
    assert_eq!(then(&|t| matches!(t, Test::OverdueAmount { .. })), Some(Outcome::Hold));
    assert_eq!(policy.facts.unknown_customer, Outcome::Refuse);
    assert_eq!(policy.customer.invalid_identifier, Verdict::Reject);
}

#[test]
fn the_digest_is_sha_256_of_the_text() {
    let policy = Policy::parse(SMALL).unwrap();
    let hex: String = policy.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    // sha256sum of the text above.
    assert_eq!(hex, "68e98cc9e1ff4a82b7a77e729b8de2cb595eb36dfefed104a2e37880ef4b438d");
    let other = Policy::parse(&changed("grace_days = 3", "grace_days = 3 ")).unwrap();
    assert_ne!(other.digest, policy.digest);
    assert_eq!(other.facts, policy.facts);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let windows = format!("\u{feff}{}", SMALL.replace('\n', "\r\n"));
    assert_eq!(Policy::parse(&windows).unwrap().rules, Policy::parse(SMALL).unwrap().rules);
    let wrong = windows.replace("grace_days = 3", "grace_days = -3");
    let expected = "line 6: `grace_days` of [facts] is -3; allowed is a whole number of days from 0 to 3650";
    assert_eq!(errors(&wrong), [expected]);
}

#[test]
fn a_policy_without_rules_says_so_by_having_none() {
    let (start, end) = (SMALL.find("[[rule]]").unwrap(), SMALL.find("[customer]").unwrap());
    let without = format!("{}{}", &SMALL[..start], &SMALL[end..]);
    assert_eq!(Policy::parse(&without).unwrap().rules, []);
}

#[test]
fn another_format_is_refused_with_what_is_read() {
    wrong("format = 1", "format = 2", &["line 1: format 2 is not read by this version of the library, which reads 1"]);
    wrong("format = 1\n", "", &["line 1: the policy has no `format`, which must be written"]);
}

#[test]
fn unknown_keys_name_the_line_and_what_was_meant() {
    wrong("grace_days = 3", "grace_day = 3", &["line 6: [facts] has no key \"grace_day\"; did you mean `grace_days`?"]);
    wrong(
        "is = \"watch\"",
        "is = \"watch\"\ntolerance = \"1 %\"",
        &["line 33: rule \"watched\" has no key \"tolerance\"; it belongs to rules with when = \"over_limit\""],
    );
    wrong(
        "tolerance = \"2.5 %\"",
        "tolerance = \"2.5 %\"\nabove = 3",
        &["line 17: rule \"own limit\" has no key \"above\"; \
             it belongs to rules with when = \"overdue_amount\" or \"overdue_days\" or \"overdue_share\" or \
             \"utilisation\" or \"document_value\" or \"dunning_level\" or \"payment_behaviour\" or \
             \"dispute_rate\" or \"discount\" or \"bucket\""],
    );
    wrong(
        "purposes = [",
        "zebra = 1\npurposes = [",
        &["line 48: [register] has no key \"zebra\"; \
             known here: company_max_age, debtor_max_age, debtor_source_max_age, purposes"],
    );
    wrong("[register]", "[registers]", &["line 44: the policy has no key \"registers\"; did you mean `register`?"]);
}

#[test]
fn a_missing_key_names_its_table_and_line() {
    wrong("rounding = \"half_even\"\n", "", &["line 5: [facts] has no `rounding`, which must be written"]);
    wrong("above = 14\n", "", &["line 19: rule \"late\" has no `above`, which must be written"]);
    wrong("name = \"late\"\n", "", &["line 19: rule 2 has no `name`, which must be written"]);
    wrong("unknown = \"review\"\n", "", &["line 34: [customer] has no `unknown`, which must be written"]);
}

#[test]
fn a_wrong_word_is_told_the_right_ones() {
    wrong(
        "when = \"over_limit\"",
        "when = \"over_limt\"",
        &["line 15: `when` of rule \"own limit\" is \"over_limt\"; allowed is \
             \"over_limit\", \"overdue_amount\", \"overdue_days\", \"overdue_share\", \"utilisation\", \
             \"document_value\", \"dunning_level\", \"payment_behaviour\", \"dispute_rate\", \
             \"limit_open_ended\", \"review_due\", \"terms_changed\", \"discount\", \"bucket\", \"score\", \
             \"status\", \"always\"; did you mean \"over_limit\"?"],
    );
    wrong(
        "then = \"hold\"",
        "then = \"approve\"",
        &["line 28: `then` of rule \"much\" is \"approve\"; allowed is \"refuse\", \"hold\", \"prepay\", \
             \"approve_with_alert\"; a document that no rule stops is approved already"],
    );
    wrong(
        "limit_missing = \"approve_with_alert\"",
        "limit_missing = \"approve\"",
        &["line 11: `limit_missing` of [facts] is \"approve\"; allowed is \"refuse\", \"hold\", \"prepay\", \
             \"approve_with_alert\", \"not_checked\"; no limit is not an unlimited one"],
    );
    for word in ["prepay", "approve", "approve_with_alert"] {
        let text = changed("unknown_customer = \"not_checked\"", &format!("unknown_customer = \"{word}\""));
        assert_eq!(errors(&text).len(), 1, "{word}");
    }
    for word in ["prepay", "approve", "not_checked", "approve_with_alert"] {
        let text = changed("currency_mismatch = \"refuse\"", &format!("currency_mismatch = \"{word}\""));
        assert_eq!(errors(&text).len(), 1, "{word}");
    }
    for word in ["ok", "no_check"] {
        assert_eq!(errors(&changed("is = \"watch\"", &format!("is = \"{word}\""))).len(), 1, "{word}");
    }
}

#[test]
fn wrong_values_name_what_was_found() {
    wrong(
        "tolerance = \"2.5 %\"",
        "tolerance = 2.5",
        &["line 16: `tolerance` of rule \"own limit\" is a number with a fraction; \
             allowed is a share from \"0 %\" to \"100 %\", such as \"2.5 %\""],
    );
    wrong(
        "\"500 JPY\"",
        "\n  \"500.5 JPY\",\n  \"-1 EUR\", 3, \"5 kr\", \"2 DKK\"",
        &[
            "line 28: `above` of rule \"much\" holds \"500.5 JPY\": more decimals than the currency has; \
             allowed are amounts such as \"1000.00 DKK\"",
            "line 29: `above` of rule \"much\" holds \"-1 EUR\": it may not be below zero; \
             allowed are amounts such as \"1000.00 DKK\"",
            "line 29: `above` of rule \"much\" holds 3; allowed are amounts such as \"1000.00 DKK\"",
            "line 29: `above` of rule \"much\" holds \"5 kr\": not an ISO 4217 code of a currency with minor units, \
             such as EUR or DKK; allowed are amounts such as \"1000.00 DKK\"",
            "line 29: `above` of rule \"much\" names DKK twice",
        ],
    );
    wrong(
        "above = [\"1000.00 DKK\", \"500 JPY\"]",
        "above = []",
        &["line 27: `above` of rule \"much\" is empty: name an amount for each currency"],
    );
    wrong(
        "company_max_age = \"7 d\"",
        "company_max_age = \"90 min\"",
        &["line 45: `company_max_age` of [register] is \"90 min\"; \
             allowed is whole hours or days of at most 366 days, such as \"24 h\" or \"7 d\""],
    );
    wrong(
        "memory_max_age = \"250 ms\"",
        "memory_max_age = \"2 h\"",
        &["line 9: `memory_max_age` of [facts] is \"2 h\"; allowed is a duration of at most an hour in ms, s or min, \
             such as \"5 s\"; \"0 s\" always reads the store"],
    );
    wrong(
        "version = \"7\"",
        "version = 7",
        &["line 3: `version` of the policy is 7; allowed is a text in quotes of 1 to 100 characters on one line"],
    );
    wrong(
        "valid_from = 2026-01-01",
        "valid_from = 2026-01-01T00:00:00Z",
        &["line 4: `valid_from` of the policy is 2026-01-01T00:00:00Z; \
             allowed is a day without quotes, such as 2026-11-22"],
    );
    wrong(
        "purposes = [\"credit_application\"]",
        "purposes = [\"credit_application\", \"Marketing\", \"credit_application\"]",
        &[
            "line 48: `purposes` of [register] is \"Marketing\"; \
             allowed is a name in small letters, digits and _, such as \"credit_application\"",
            "line 48: the purpose \"credit_application\" is named twice",
        ],
    );
    wrong(
        "release_by = \"credit_manager\"",
        "release_by = \"\"",
        &["line 18: `release_by` of rule \"own limit\" is \"\"; \
             allowed is a text in quotes of 1 to 100 characters on one line"],
    );
}

#[test]
fn rules_are_told_apart_by_their_names() {
    wrong("name = \"much\"", "name = \"late\"", &["line 25: an earlier rule has the name \"late\" too"]);
}

#[test]
fn single_brackets_are_not_a_rule() {
    let one = SMALL.replacen("[[rule]]", "[rule]", 1);
    assert!(errors(&one)[0].starts_with("line "), "{:?}", errors(&one));
    let start = SMALL.find("[[rule]]\nname = \"late\"").unwrap();
    let end = SMALL.find("[customer]").unwrap();
    let text = format!("{}{}", &SMALL[..start], &SMALL[end..]).replace("[[rule]]", "[rule]");
    assert_eq!(errors(&text), ["line 13: a rule begins with the line [[rule]], in double brackets"]);
    let text = changed("format = 1", "format = 1\nfacts = 5").replace("[facts]", "[x]");
    assert!(
        errors(&text)
            .contains(&"line 2: `facts` of the policy is 5; allowed is a table, opened by a line [facts]".to_owned())
    );
}

#[test]
fn all_errors_of_a_file_come_together_in_order() {
    let text = SMALL
        .replace("rounding = \"half_even\"", "rounding = \"down\"")
        .replace("above = 14", "above = -1")
        .replace("young = \"prepay\"", "yuong = \"prepay\"")
        .replace("debtor_max_age = \"24 h\"", "debtor_max_age = 24");
    let found = errors(&text);
    let lines: Vec<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(lines, ["line 8", "line 22", "line 39", "line 46"]);
    assert!(Policy::parse(&text).unwrap_err().message().starts_with("the policy cannot be used, 4 errors:\n"));
}

#[test]
fn text_that_is_not_toml_is_told_its_lines() {
    let found = errors(&SMALL.replace("grace_days = 3", "grace_days 3").replace("above = 14", "above = = 14"));
    let lines: Vec<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
    assert!(lines.contains(&"line 6") && lines.contains(&"line 22"), "{found:?}");
    wrong("rounding = \"half_even\"", "rounding = \"half_even\"\nrounding = \"up\"", &["line 9: duplicate key"]);
}

#[test]
fn every_limit_holds() {
    let long = format!("{SMALL}#{}", " ".repeat(MAX_POLICY_BYTES - SMALL.len() - 1));
    assert_eq!(long.len(), MAX_POLICY_BYTES);
    assert!(Policy::parse(&long).is_ok());
    assert!(errors(&format!("{long} "))[0].contains("at most 65536 are read"));

    let rule = |n: usize| format!("[[rule]]\nname = \"{n}\"\nwhen = \"status\"\nis = \"stop\"\nthen = \"hold\"\n");
    let rules = |count: usize| (0..count).map(rule).collect::<String>();
    let own = SMALL.matches("[[rule]]").count();
    assert!(Policy::parse(&format!("{SMALL}{}", rules(MAX_RULES - own))).is_ok());
    let found = errors(&format!("{SMALL}{}", rules(MAX_RULES - own + 1)));
    assert!(found[0].ends_with("the policy has 201 rules; at most 200 are read"), "{found:?}");

    let many: String = (0..MAX_ERRORS_SHOWN + 5).map(|n| format!("key{n} = 1\n")).collect();
    let found = errors(&format!("{SMALL}{many}"));
    assert_eq!(found.len(), MAX_ERRORS_SHOWN + 1);
    assert_eq!(found.last().map(String::as_str), Some("and 5 more"));

    assert!(errors(&changed("\"small\"", &format!("{:?}", "é".repeat(101))))[0].contains("…"));
    assert!(Policy::parse(&changed("\"small\"", &format!("{:?}", "é".repeat(100)))).is_ok());
    assert_eq!(errors(&changed("\"small\"", "\"a\\nb\"")).len(), 1);
    let amounts = vec!["\"1 DKK\""; 51].join(", ");
    let found = errors(&changed("proposed_limits = []", &format!("proposed_limits = [{amounts}]")));
    assert_eq!(found, ["line 43: `proposed_limits` of [customer] has 51 items; at most 50"]);
}

#[test]
fn the_deepest_nesting_fits_a_small_stack() {
    let key = "a.".repeat(79);
    let deep = move |braces: usize| format!("{}a = 1{}", format!("{key}a = {{").repeat(braces), "}".repeat(braces));
    assert!(errors(&deep(MAX_INLINE_TABLES + 1))[0].contains("opening braces"));
    let small = std::thread::Builder::new().stack_size(128 * 1024);
    let done = small.spawn(move || Policy::parse(&deep(MAX_INLINE_TABLES)).is_err()).unwrap();
    assert!(done.join().unwrap());
}

/// Everything that a file may leave out.
const LARGE: &str = r#"format = 1
name = "large"
version = "1"
[facts]
grace_days = 0
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "hold"
currency_mismatch = "hold"
limit_expired = "approve_with_alert"
limit_grace_days = 5
horizon_days = 30
disputed = "leave_out"
secured = "count"
internal_customers = "check"
tax = "net"
[checkpoints]
grace_days = 2
[release]
ranks = ["credit_manager", "credit_controller"]
valid_days = 5
deviation = "10 %"
four_eyes_above = ["100000.00 DKK"]
[limits]
approval_increase = "50 %"
approval_above = ["250000.00 DKK"]
[collection]
hand_over_days = 14
remind_days = 7
[[class]]
name = "C"
score_from = -10
[[class]]
name = "A"
score_from = 80
proposed_limits = ["50000.00 DKK"]
[[exclusion]]
name = "small orders of good customers"
classes = ["A"]
companies = ["10", "20"]
younger_than_days = 90
at = ["entry"]
utilisation_above = "150 %"
up_to = ["500.00 DKK"]
lifts = "stop"
[[rule]]
name = "limit"
when = "over_limit"
tolerance = "10 %"
exposure = "dynamic"
then = "refuse"
classes = ["A"]
companies = ["10"]
younger_than_days = 30
at = ["confirm", "ship"]
utilisation_above = "80 %"
deposit = "30 %"
[[rule]]
name = "days"
when = "overdue_days"
above = 3
small = ["1.00 DKK"]
then = "hold"
[[rule]]
name = "share"
when = "overdue_share"
above = "25 %"
then = "hold"
[[rule]]
name = "used"
when = "utilisation"
above = "90 %"
then = "approve_with_alert"
[[rule]]
name = "value"
when = "document_value"
above = ["5000.00 DKK"]
then = "prepay"
prepay = "50 %"
[[rule]]
name = "dunned"
when = "dunning_level"
above = 2
then = "hold"
[[rule]]
name = "slow"
when = "payment_behaviour"
above = 15
then = "hold"
unknown = "prepay"
unknown_up_to = ["1000.00 DKK"]
[[rule]]
name = "disputes"
when = "dispute_rate"
above = "20 %"
at_least = 3
then = "hold"
[[rule]]
name = "no end"
when = "limit_open_ended"
then = "hold"
[[rule]]
name = "review"
when = "review_due"
buffer_days = 5
then = "hold"
unknown = "hold"
[[rule]]
name = "terms"
when = "terms_changed"
then = "hold"
[[rule]]
name = "discount"
when = "discount"
above = "10 %"
then = "hold"
[[rule]]
name = "delivered"
when = "bucket"
bucket = "delivered"
above = ["300.00 DKK"]
then = "hold"
[[rule]]
name = "score"
when = "score"
below = -5
then = "refuse"
[[rule]]
name = "everything"
when = "always"
then = "approve_with_alert"
[customer]
invalid_identifier = "reject"
duplicate = "review"
not_in_register = "accept"
not_active = "reject"
young = "prepay"
young_days = 365
remarks = "prepay"
unknown = "review"
proposed_limits = []
[register]
company_max_age = "7 d"
debtor_max_age = "24 h"
debtor_source_max_age = "0 h"
purposes = ["credit_application"]
"#;

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
    let policy = Policy::parse(SMALL).unwrap();
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
        &["line 77: rule \"used\" has no key \"unknown\"; it belongs to rules with when = \"payment_behaviour\" or \
             \"dispute_rate\" or \"review_due\" or \"terms_changed\" or \"score\""],
    );
    wrong_large(
        "above = 2\nthen = \"hold\"\n",
        "above = 2\nthen = \"hold\"\nprepay = \"20 %\"\n",
        &["line 90: rule \"dunned\" has no key \"prepay\"; it belongs to rules with then = \"prepay\""],
    );
    wrong_large(
        "unknown = \"prepay\"\n",
        "",
        &["line 96: `unknown_up_to` of rule \"slow\" needs `unknown`: what larger documents get"],
    );
    wrong_large(
        "unknown = \"prepay\"\n",
        "unknown = \"approve\"\n",
        &["line 96: `unknown` of rule \"slow\" is \"approve\"; allowed is \"refuse\", \"hold\", \"prepay\", \
             \"approve_with_alert\"; left out, the document passes"],
    );
}

#[test]
fn lists_name_something_and_nothing_twice() {
    wrong_large(
        "at = [\"confirm\", \"ship\"]",
        "at = []",
        &["line 58: `at` of rule \"limit\" is empty: name at least one, or leave the line out"],
    );
    wrong_large(
        "at = [\"confirm\", \"ship\"]",
        "at = [\"conform\", \"ship\", \"ship\"]",
        &[
            "line 58: `at` of rule \"limit\" is \"conform\"; allowed is \"entry\", \"confirm\", \"pick\", \"ship\", \
             \"invoice\"; did you mean \"confirm\"?",
            "line 58: `at` of rule \"limit\" names \"ship\" twice",
        ],
    );
    wrong_large(
        "companies = [\"10\", \"20\"]",
        "companies = [\"10\", \"10\", 3]",
        &[
            "line 42: `companies` of exclusion \"small orders of good customers\" is 3; \
             allowed is a text in quotes of 1 to 100 characters on one line",
            "line 42: `companies` of exclusion \"small orders of good customers\" names \"10\" twice",
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
    wrong_large("name = \"days\"", "name = \"limit\"", &["line 62: an earlier rule has the name \"limit\" too"]);
    wrong_large(
        "name = \"small orders of good customers\"",
        "name = \"limit\"",
        &["line 40: an earlier rule has the name \"limit\" too"],
    );
    wrong_large(
        "name = \"A\"\nscore_from = 80",
        "name = \"C\"\nscore_from = -10",
        &["line 35: an earlier class has the name \"C\" too", "line 36: an earlier class begins at the score -10 too"],
    );
    wrong_large(
        "score_from = 80",
        "score_from = 8.0",
        &["line 36: `score_from` of class \"A\" is a number with a fraction; \
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
        &["line 88: `above` of rule \"dunned\" is 256; allowed is a whole number of dunning levels from 0 to 255"],
    );
    wrong_large(
        "above = \"25 %\"",
        "above = \"101 %\"",
        &[
            "line 71: `above` of rule \"share\" is \"101 %\"; allowed is a share from \"0 %\" to \"100 %\", such as \"2.5 %\"",
        ],
    );
    wrong_large(
        "[limits]",
        "limits = 3\n[x]",
        &[
            "line 26: [release] has no key \"limits\"; known here: ranks, valid_days, deviation, four_eyes_above",
            "line 27: the policy has no key \"x\"; known here: format, name, version, valid_from, facts, rule, \
             exclusion, class, checkpoints, release, limits, collection, customer, register",
        ],
    );
}

/// A policy that a person or a program has damaged somewhere.
fn damaged() -> impl Strategy<Value = String> {
    let bytes = prop::sample::select(b"\"'[]{}=.,#\n\r\t 0-9az\xC3\xA9\\%_\0".to_vec());
    let edit = (any::<prop::sample::Index>(), 0_usize..40, prop::collection::vec(bytes, 0..6));
    (prop::sample::select(vec![SMALL, LARGE, STANDARD]), prop::collection::vec(edit, 1..6)).prop_map(|(text, edits)| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, cut, put) in edits {
            let start = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (start + cut).min(bytes.len());
            bytes.splice(start..end, put);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(?s).{0,300}") {
        let answer = Policy::parse(&text);
        prop_assert!(answer.is_err());
    }

    #[test]
    fn a_damaged_policy_is_answered(text in damaged()) {
        match Policy::parse(&text) {
            Ok(policy) => prop_assert_eq!(policy.text, text),
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Policy);
                prop_assert!(error.message().contains("line "), "{}", error);
                prop_assert!(error.message().lines().count() <= MAX_ERRORS_SHOWN + 2);
            }
        }
    }
}
