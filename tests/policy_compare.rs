//! Two policies held against the same orders: made cases and a file.

mod common;

use std::collections::BTreeSet;

use common::Desk;
use common::places::Place;
use obligor::calendar::Day;
use obligor::credit::decide;
use obligor::engine::policy_cases::{COLUMNS, read_cases};
use obligor::error::ErrorKind;
use obligor::policy::Policy;
use obligor::portfolio::compare::{Case, Comparison, MAX_CASES, MAX_EXAMPLES, compare, grid, sample};
use obligor::reason::Outcome;
use serde_json::{Value, json};

const LARGE: &str = include_str!("policies/large.toml");
const TODAY: Day = Day(20_779);

fn profiles() -> Vec<Policy> {
    Policy::profiles().map(|(name, _)| Policy::profile(name).unwrap()).chain([Policy::parse(LARGE).unwrap()]).collect()
}

fn compared(a: &Policy, b: &Policy) -> Comparison {
    compare(a, b, &grid(a, b, TODAY), TODAY, 3).unwrap()
}

#[test]
fn a_policy_does_not_differ_from_itself() {
    for policy in profiles() {
        for cases in [grid(&policy, &policy, TODAY), sample(&policy, &policy, TODAY, 500)] {
            let comparison = compare(&policy, &policy, &cases, TODAY, 3).unwrap();
            assert_eq!(comparison.different, 0, "{}", policy.name);
            assert_eq!(comparison.cases, u64::try_from(cases.len()).unwrap());
            assert!(comparison.pairs.iter().all(|pair| pair.a == pair.b && pair.examples.is_empty()));
        }
    }
}

#[test]
fn the_grid_makes_every_rule_fire_and_stay_silent() {
    for policy in profiles() {
        let cases = grid(&policy, &policy, TODAY);
        let fired = |case: &Case| -> BTreeSet<String> {
            let account = case.account(&policy, TODAY).unwrap();
            let decision = decide(&policy, account.as_ref(), &case.document(&policy), TODAY).unwrap();
            decision.reasons.into_iter().map(|reason| reason.rule).collect()
        };
        let all: Vec<_> = cases.iter().map(fired).collect();
        let rules = policy.rules.iter().map(|rule| &rule.name);
        for name in rules.chain(policy.exclusions.iter().map(|exclusion| &exclusion.name)) {
            assert!(all.iter().any(|fired| fired.contains(name)), "{}: {name:?} never fires", policy.name);
            assert!(all.iter().any(|fired| !fired.contains(name)), "{}: {name:?} always fires", policy.name);
        }
        assert!(cases.iter().all(|case| !case.name.is_empty()));
    }
}

/// Changing one threshold by its smallest step is seen.
#[test]
fn the_grid_stands_at_every_threshold() {
    // Its limit rule speaks only of limits that are in use, and so never of one that is missing.
    let text = LARGE.replace("utilisation_above = \"80 %\"\n", "");
    let large = Policy::parse(&text).unwrap();
    for (from, to) in [
        ("tolerance = \"10 %\"", "tolerance = \"10.01 %\""),
        ("exposure = \"dynamic\"", "exposure = \"static\""),
        ("above = 3\nsmall", "above = 4\nsmall"),
        ("small = [\"1.00 DKK\"]", "small = [\"1.01 DKK\"]"),
        ("above = \"25 %\"", "above = \"25.01 %\""),
        ("above = \"90 %\"", "above = \"90.01 %\""),
        ("above = [\"5000.00 DKK\"]", "above = [\"5000.01 DKK\"]"),
        ("above = 2\nthen", "above = 3\nthen"),
        ("above = 15\n", "above = 16\n"),
        ("above = \"20 %\"\nat_least", "above = \"20.01 %\"\nat_least"),
        ("at_least = 3", "at_least = 4"),
        ("buffer_days = 5", "buffer_days = 6"),
        ("above = \"10 %\"\nthen", "above = \"10.01 %\"\nthen"),
        ("above = [\"300.00 DKK\"]", "above = [\"300.01 DKK\"]"),
        ("below = -5", "below = -4"),
        ("unknown_up_to = [\"1000.00 DKK\"]", "unknown_up_to = [\"1000.01 DKK\"]"),
        ("up_to = [\"500.00 DKK\"]\nlifts", "up_to = [\"500.01 DKK\"]\nlifts"),
        ("horizon_days = 30", "horizon_days = 31"),
        ("limit_grace_days = 5", "limit_grace_days = 6"),
        ("[facts]\ngrace_days = 0", "[facts]\ngrace_days = 1"),
        ("disputed = \"leave_out\"", "disputed = \"count\""),
        ("secured = \"count\"", "secured = \"leave_out\""),
        ("internal_customers = \"check\"", "internal_customers = \"not_checked\""),
        ("unapplied_credits = \"reduce\"", "unapplied_credits = \"ignore\""),
        ("unknown_customer = \"refuse\"", "unknown_customer = \"hold\""),
        ("currency_mismatch = \"hold\"", "currency_mismatch = \"refuse\""),
        ("limit_expired = \"approve_with_alert\"", "limit_expired = \"hold\""),
        ("limit_missing = \"hold\"", "limit_missing = \"refuse\""),
        ("younger_than_days = 30", "younger_than_days = 31"),
        ("prepay = \"50 %\"", "prepay = \"50.01 %\""),
        ("deposit = \"30 %\"", "deposit = \"30.01 %\""),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let other = Policy::parse(&text.replace(from, to)).unwrap();
        // Rules that stop everything, and those that stop more often, hide the one that is looked at.
        let alone = |policy: &Policy, keep: &str| {
            let mut policy = policy.clone();
            let kept: Vec<_> = policy.rules.iter().filter(|rule| rule.name == keep).cloned().collect();
            if !kept.is_empty() {
                policy.rules = kept;
            }
            policy
        };
        let seen = large.rules.iter().any(|rule| {
            let (one, two) = (alone(&large, &rule.name), alone(&other, &rule.name));
            compared(&one, &two).different > 0
        });
        assert!(seen || compared(&large, &other).different > 0, "{to}");
    }
}

#[test]
fn the_same_policies_give_the_same_cases() {
    let [a, b] = ["sap_static", "erpnext"].map(|name| Policy::profile(name).unwrap());
    assert_eq!(grid(&a, &b, TODAY), grid(&a, &b, TODAY));
    assert_eq!(sample(&a, &b, TODAY, 200), sample(&a, &b, TODAY, 200));
    assert_eq!(sample(&a, &b, TODAY, 200)[..50], sample(&a, &b, TODAY, 50)[..]);
    assert_eq!(sample(&a, &b, TODAY, 50).len(), 50);
    assert_eq!(sample(&a, &b, TODAY, 0), []);
}

#[test]
fn thresholds_as_large_as_there_are_can_be_compared() {
    let huge =
        LARGE.replace("5000.00 DKK", "92233720368547758.07 DKK").replace("300.00 DKK", "92233720368547758.07 DKK");
    let (huge, large) = (Policy::parse(&huge).unwrap(), Policy::parse(LARGE).unwrap());
    for cases in [grid(&huge, &large, TODAY), sample(&huge, &large, TODAY, 5_000)] {
        assert!(cases.len() > 100);
        assert!(compare(&huge, &large, &cases, TODAY, 3).unwrap().different > 0);
    }
    for (a, b) in profiles().iter().zip(profiles().iter().skip(1)) {
        let cases = sample(a, b, TODAY, 2_000);
        assert_eq!(cases.len(), 2_000, "{} {}", a.name, b.name);
        compare(a, b, &cases, TODAY, 0).unwrap();
    }
}

#[test]
fn systems_differ_where_they_are_known_to() {
    let [fixed, dynamic] = ["sap_static", "sap_dynamic"].map(|name| Policy::profile(name).unwrap());
    let comparison = compared(&fixed, &dynamic);
    assert_eq!((comparison.a.name.as_str(), comparison.b.name.as_str()), ("sap_static", "sap_dynamic"));
    assert!(comparison.different > 0);
    let far = comparison.pairs.iter().find(|pair| pair.a == Outcome::Hold && pair.b == Outcome::Approve).unwrap();
    assert_eq!(far.rules_a[0].rule, "static check");
    assert!(far.examples[0].case.contains("the limit ships in 31 days"), "{}", far.examples[0].case);
    let other = comparison.pairs.iter().find(|pair| pair.a == Outcome::Approve && pair.b == Outcome::Hold).unwrap();
    let names: Vec<_> = other.rules_b.iter().map(|count| count.rule.as_str()).collect();
    for name in ["maximum document value", "oldest open item", "highest dunning level", "critical fields"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(!other.value.is_empty() && other.examples.len() == 3);

    let [warns, refuses] = ["business_central", "erpnext"].map(|name| Policy::profile(name).unwrap());
    let comparison = compared(&warns, &refuses);
    let pair = comparison.pairs.iter().find(|pair| (pair.a, pair.b) == (Outcome::ApproveWithAlert, Outcome::Refuse));
    assert_eq!(pair.unwrap().rules_b[0].rule, "credit limit crossed");
    // What stops most comes first, and what differs before what does not.
    assert!(comparison.pairs.is_sorted_by_key(|pair| pair.different == 0));
}

const ORDERS: &str = "\
customer,company,currency,amount,limit,ordered,later,later_ships,open,overdue,oldest_due,checkpoint
K1,10,EUR,100.00,1000.00,400.00,500.01,2027-06-01,,,,
K2,10,EUR,6000.00,none,,,,,,,
K3,10,EUR,1.00,1000.00,,,,10.00,5.00,2026-11-18,confirm

K4,10,EUR,1.00,1000.00,,,,10.00,5.00,2026-11-19,
";

#[test]
fn orders_of_a_file_are_compared() {
    let day = Day::parse("2026-11-22").unwrap();
    let cases = read_cases(ORDERS, day).unwrap();
    assert_eq!(cases.iter().map(|case| case.customer.as_str()).collect::<Vec<_>>(), ["K1", "K2", "K3", "K4"]);
    assert_eq!(cases[3].name, "line 6");
    let [fixed, dynamic] = ["sap_static", "sap_dynamic"].map(|name| Policy::profile(name).unwrap());
    let comparison = compare(&fixed, &dynamic, &cases, day, 9).unwrap();
    assert_eq!((comparison.cases, comparison.different), (4, 3));
    let told: Vec<_> = comparison
        .pairs
        .iter()
        .flat_map(|pair| pair.examples.iter().map(|example| (example.customer.as_str(), pair.a, pair.b)))
        .collect();
    for expected in [
        ("K1", Outcome::Hold, Outcome::Approve),
        ("K2", Outcome::Approve, Outcome::Hold),
        ("K3", Outcome::Approve, Outcome::Hold),
    ] {
        assert!(told.contains(&expected), "{told:?}");
    }
    let pair = comparison.pairs.iter().find(|pair| pair.a == Outcome::Hold).unwrap();
    let example = &pair.examples[0];
    assert_eq!(example.a.exposure.map(|money| money.to_string()).as_deref(), Some("900.01 EUR"));
    assert_eq!(example.a.limit.map(|money| money.to_string()).as_deref(), Some("1000.00 EUR"));
}

#[test]
fn every_column_is_read() {
    let day = Day::parse("2026-11-22").unwrap();
    let values = [
        "K1",
        "yes",
        "10",
        "DKK",
        "500.00",
        "100.00",
        "2026-12-01",
        "45",
        "2.5 %",
        "ship",
        "1000.00",
        "2026-12-31",
        "10.00",
        "20.00",
        "2027-01-01",
        "30.00",
        "40.00",
        "50.00",
        "60.00",
        "2026-10-01",
        "25.00",
        "5.00",
        "watch",
        "A",
        "-7",
        "2020-01-01",
        "30",
        "2",
        "2026-11-01",
        "12",
        "20",
        "3",
        "yes",
    ];
    let names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), values.len());
    for delimiter in [",", ";", "\t"] {
        let text = format!("\u{feff}{}\r\n{}\r\n", names.join(delimiter), values.join(delimiter));
        let case = &read_cases(&text, day).unwrap()[0];
        let policy = Policy::parse(LARGE).unwrap();
        let account = case.account(&policy, day).unwrap().unwrap();
        let buckets = account.buckets;
        assert_eq!((buckets.ordered, buckets.later, buckets.delivered, buckets.drafted), (1_000, 2_000, 3_000, 4_000));
        assert_eq!((buckets.open, buckets.overdue, buckets.unapplied), (5_000, 6_000, 500));
        assert_eq!((account.disputed_overdue, account.disputed, account.dunning_level), (2_500, 2_500, 2));
        assert_eq!(account.oldest_undisputed, Day::parse("2026-10-01"));
        assert_eq!((account.limits[0].amount, account.limits[0].to), (Some(100_000), Day::parse("2026-12-31")));
        assert_eq!((account.profile.risk_class.as_deref(), account.profile.score), (Some("A"), Some(-7)));
        assert_eq!((account.profile.terms_days, account.profile.internal), (Some(30), true));
        assert_eq!(account.profile.next_review, Day::parse("2026-11-01"));
        let month = account.history[0];
        assert_eq!((month.late / month.paid, month.invoiced, month.disputed), (12, 20, 3));
        let document = case.document(&Policy::standard().unwrap());
        assert_eq!((document.value, document.secured, document.increase.minor), (50_000, 10_000, 40_000));
        assert_eq!((document.terms_days, document.discount), (Some(45), Some(250)));
        assert_eq!(document.checkpoint.name(), "ship");
        // That policy counts what is secured.
        assert_eq!(case.document(&policy).increase.minor, 50_000);
    }
}

#[test]
fn wrong_files_are_told_all_their_lines() {
    let fault = |text: &str| read_cases(text, TODAY).unwrap_err().message().to_owned();
    assert_eq!(fault("currency,amout\n"), "there is no column \"amout\"; did you mean \"amount\"?");
    assert!(fault("currency,zebra\n").starts_with("there is no column \"zebra\"; there are customer, known,"));
    assert_eq!(fault("currency,customer\n"), "there is no column \"amount\", which must be there");
    assert_eq!(fault("currency,amount,amount\n"), "the column \"amount\" is there twice");
    let header = "currency,amount,limit,overdue,oldest_due,discount,checkpoint,status,known,later,disputed,disputes\n";
    for (row, expected) in [
        ("XX,1.00", "currency: not an ISO 4217 code of a currency with minor units, such as EUR or DKK"),
        ("EUR,", "amount: it is empty"),
        ("EUR,\"1,5\"", "amount: not a decimal number, such as 1250.00"),
        ("EUR,1.005", "amount: more decimals than the currency has"),
        ("EUR,1,-1", "limit: it may not be below zero"),
        ("EUR,1,,5", "oldest_due: it is needed with overdue"),
        ("EUR,1,,5,22.11.2026", "oldest_due: it is not a day; write it as 2026-11-22"),
        ("EUR,1,,,,2.555", "discount: it is not a share such as 2.5 or 2.5 %"),
        ("EUR,1,,,,,,,maybe", "known: it must be yes or no"),
        ("EUR,1,,,,,,,,5", "later_ships: it is needed with later"),
        ("EUR,1,,5,2026-01-01,,,,,,6", "disputed: it is more than what is overdue"),
        ("EUR,1,,,,,,,,,,1", "disputes: it is more than invoices"),
    ] {
        assert_eq!(fault(&format!("{header}{row}\n")), format!("line 2: {expected}"), "{row}");
    }
    assert!(fault(&format!("{header}EUR,1,,,,,sea\n")).contains("checkpoint: unknown variant `sea`"));
    let many = format!("{header}{}", "EUR,\n".repeat(25));
    assert_eq!(fault(&many).lines().count(), 21);
    assert!(fault(&many).ends_with("line 21: amount: it is empty\nand 5 more"));
}

fn call(desk: &Desk, operation: &str, request: Value) -> Value {
    serde_json::from_str(&desk.engine.call(operation, &request.to_string()).unwrap()).unwrap()
}

#[test]
fn the_engine_compares_by_name_and_text_and_with_sentences() {
    let desk = Desk::new(Place::File);
    let request = json!({ "a": "sap_static", "b": Policy::profile_text("erpnext").unwrap(), "examples": 1 });
    let plain = call(&desk, "policy.compare", request.clone());
    assert_eq!((&plain["a"]["name"], &plain["b"]["name"]), (&json!("sap_static"), &json!("erpnext")));
    assert!(plain["pairs"][0]["examples"].as_array().unwrap().len() <= 1);
    let mut spoken = request;
    spoken["language"] = json!("da");
    let spoken = call(&desk, "policy.compare", spoken);
    let sentences = spoken.to_string().matches("\"sentence\"").count();
    assert!(sentences > 0 && plain.to_string().matches("\"sentence\"").count() == 0);
    let in_force = call(&desk, "policy.compare", json!({ "b": "standard", "random": 100 }));
    assert_eq!((&in_force["cases"], &in_force["different"]), (&json!(100), &json!(0)));
    let file = call(&desk, "policy.compare", json!({ "b": "erpnext", "orders": ORDERS, "day": "2026-11-22" }));
    assert_eq!(file["cases"], 4);
    let error = |request: Value| desk.engine.call("policy.compare", &request.to_string()).unwrap_err();
    for (request, words) in [
        (json!({ "a": "sap" }), "a: there is no profile \"sap\""),
        (json!({ "b": "x = 1" }), "b: the policy cannot be used"),
        (json!({ "random": MAX_CASES + 1 }), "random: 100001 is more than 100000"),
        (json!({ "examples": MAX_EXAMPLES + 1 }), "examples: 101 is more than 100"),
        (json!({ "random": 1, "orders": "" }), "give one of them at most"),
        (json!({ "orders": "currency,amount\nEUR,x\n" }), "orders: line 2: amount"),
        (json!({ "orders_path": "no-such-file.csv" }), "cannot be read"),
        (
            json!({ "orders": "currency,amount,open\nEUR,92233720368547758.07,92233720368547758.07\n" }),
            "line 2: the document cannot be added to the account",
        ),
    ] {
        let error = error(request);
        assert!(error.message().contains(words), "{error}");
    }
}

#[test]
fn the_engine_checks_explains_and_lists_policies() {
    let desk = Desk::new(Place::File);
    let sound = call(&desk, "policy.check", json!({}));
    assert_eq!((&sound["name"], &sound["findings"]), (&json!("standard"), &json!([])));
    let odd = call(&desk, "policy.check", json!({ "text": LARGE }));
    assert_eq!((&odd["name"], odd["rules"].as_u64()), (&json!("large"), Some(15)));
    let wrong = call(&desk, "policy.check", json!({ "text": "format = 1\nname = 3\n" }));
    assert_eq!(
        (&wrong["name"], &wrong["rules"], &wrong["findings"][0]["severity"]),
        (&json!(""), &json!(0), &json!("error"))
    );
    let messages = wrong["findings"].to_string();
    assert!(messages.contains("`name` of the policy is 3") && messages.contains("has no `facts`"), "{messages}");
    let long = call(&desk, "policy.check", json!({ "text": " ".repeat(70_000) }));
    assert!(long["findings"][0]["message"].as_str().unwrap().contains("at most 65536"));

    let text = |request: Value| call(&desk, "policy.explain", request)["text"].as_str().unwrap().to_owned();
    let english = text(json!({}));
    assert!(english.starts_with("Credit policy standard, version 1\n\n"), "{english}");
    assert_eq!(english, text(json!({ "profile": "standard", "language": "en" })));
    assert_eq!(english, text(json!({ "text": Policy::standard().unwrap().text })));
    assert!(text(json!({ "language": "fi" })).starts_with("Luottopolitiikka standard, versio 1\n"));
    let two = desk.engine.call("policy.explain", r#"{"profile":"erpnext","text":""}"#).unwrap_err();
    assert_eq!(two.message(), "policy.explain: profile, text, path: give one of them");

    let profiles = call(&desk, "policy.profiles", json!({}));
    assert_eq!(profiles.as_array().unwrap().len(), 8);
    for profile in profiles.as_array().unwrap() {
        let text = call(&desk, "policy.profile", json!({ "name": profile["name"] }));
        assert_eq!(call(&desk, "policy.check", text)["name"], profile["name"]);
    }
    let none = desk.engine.call("policy.profile", r#"{"name":"navision"}"#).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::NotFound);
}
