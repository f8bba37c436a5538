//! The policy file: what is read, and what a wrong file is told.

use obligor::calendar::Day;
use obligor::credit::Status;
use obligor::error::ErrorKind;
use obligor::money::{Money, Rounding};
use obligor::policy::{
    MAX_ERRORS_SHOWN, MAX_INLINE_TABLES, MAX_POLICY_BYTES, MAX_RULES, Policy, Rule, Scope, Test, Verdict,
};
use obligor::reason::Outcome;
use proptest::prelude::*;

const LARGE: &str = include_str!("policies/large.toml");
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
        if_already_over: None,
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
        "valid_from = 2026-01-01T00:00:00",
        &["line 4: `valid_from` of the policy is 2026-01-01T00:00:00; \
             allowed is a day without quotes, such as 2026-11-22"],
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
fn a_class_is_said_or_follows_from_the_score() {
    let policy = Policy::parse(LARGE).unwrap();
    assert_eq!(policy.class_said(Some("B"), Some(80)), Some("B"));
    assert_eq!(policy.class_said(None, Some(80)), Some("A"));
    assert_eq!(policy.class_said(None, Some(79)), Some("C"));
    assert_eq!(policy.class_said(None, Some(-11)), None);
    assert_eq!(policy.class_said(None, None), None);
}

#[test]
fn answers_of_registers_can_be_used_for_a_leap_year() {
    let age = |age: &str| changed("company_max_age = \"7 d\"", &format!("company_max_age = \"{age}\""));
    assert_eq!(Policy::parse(&age("366 d")).unwrap().register.company_max_age_hours, 8_784);
    assert_eq!(errors(&age("8785 h")).len(), 1);
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
