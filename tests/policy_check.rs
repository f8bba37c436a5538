//! What is odd about a policy: contradictions, rules that never fire, what nobody is held against.

use obligor::policy::{Finding, Policy, Severity};

const LARGE: &str = include_str!("policies/large.toml");

const HEAD: &str = r#"format = 1
name = "test"
version = "1"
[facts]
grace_days = 3
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "hold"
currency_mismatch = "hold"
"#;
const REST: &str = r#"[customer]
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
/// Lines 12 to 29: nothing is odd about a policy with these alone.
const SOUND: &str = r#"[[rule]]
name = "limit"
when = "over_limit"
tolerance = "0 %"
then = "refuse"
release_by = "manager"
[[rule]]
name = "stopped"
when = "status"
is = "stop"
then = "refuse"
release_by = "manager"
[[rule]]
name = "on hold"
when = "status"
is = "hold"
then = "hold"
release_by = "manager"
"#;

fn found(text: &str) -> Vec<Finding> {
    Policy::parse(text).unwrap().check()
}

/// What is found in a sound policy with `more` after it, as `line severity message`; the first line of `more` is 30.
fn with(more: &str) -> Vec<String> {
    told(&format!("{HEAD}{SOUND}{more}\n{REST}"))
}

fn told(text: &str) -> Vec<String> {
    let one = |finding: &Finding| format!("{} {} {}", finding.line, finding.severity.name(), finding.message);
    found(text).iter().map(one).collect()
}

#[track_caller]
fn finds(more: &str, expected: &[&str]) {
    assert_eq!(with(more), expected, "{more}");
}

fn rule(name: &str, lines: &str) -> String {
    format!("[[rule]]\nname = \"{name}\"\n{lines}\n")
}

#[test]
fn nothing_is_odd_about_what_is_sound() {
    finds("", &[]);
    assert_eq!(Policy::standard().unwrap().check(), []);
    for (name, _) in Policy::profiles() {
        assert_eq!(Policy::profile(name).unwrap().check(), [], "{name}");
    }
}

#[test]
fn every_finding_has_the_line_it_is_about() {
    let found = found(LARGE);
    for finding in &found {
        let line = LARGE.lines().nth(finding.line as usize - 1).unwrap();
        assert!(!line.is_empty(), "{finding:?}");
    }
    assert!(found.is_sorted());
    let windows = LARGE.replace('\n', "\r\n");
    assert_eq!(Policy::parse(&windows).unwrap().check(), found);
}

#[test]
fn the_milder_of_two_rules_can_never_matter() {
    finds(
        &rule("far over", "when = \"over_limit\"\ntolerance = \"10 %\"\nthen = \"approve_with_alert\""),
        &[
            "32 warning rule \"far over\" can never matter: whenever it fires, rule \"limit\" on line 13 fires too and makes \
           it \"refuse\"",
        ],
    );
    let days = |above: u32, then: &str| {
        rule(&format!("late {above} {then}"), &format!("when = \"overdue_days\"\nabove = {above}\nthen = \"{then}\""))
    };
    finds(
        &(days(30, "refuse") + &days(40, "approve_with_alert")),
        &[
            "37 warning rule \"late 40 approve_with_alert\" can never matter: whenever it fires, rule \"late 30 refuse\" on \
           line 31 fires too and makes it \"refuse\"",
        ],
    );
    // The other way round is a ladder.
    finds(&(days(30, "approve_with_alert") + &days(40, "refuse")), &[]);
    finds(
        &(days(30, "refuse") + &days(40, "refuse")),
        &[
            "37 warning rule \"late 40 refuse\" adds nothing: whenever it fires, rule \"late 30 refuse\" on line 31 fires \
           too and makes it the same",
        ],
    );
    finds(
        &(days(30, "refuse") + &days(30, "refuse").replace("late", "later")),
        &["37 warning rule \"later 30 refuse\" says the same as rule \"late 30 refuse\" on line 31"],
    );
    finds(
        &(rule("all", "when = \"always\"\nthen = \"refuse\"\nrelease_by = \"manager\"")
            + &days(5, "approve_with_alert")),
        &[
            "14 warning rule \"limit\" adds nothing: whenever it fires, rule \"all\" on line 31 fires too and makes it \
             the same",
            "20 warning rule \"stopped\" adds nothing: whenever it fires, rule \"all\" on line 31 fires too and makes it \
             the same",
            "26 warning rule \"on hold\" can never matter: whenever it fires, rule \"all\" on line 31 fires too and makes \
             it \"refuse\"",
            "37 warning rule \"late 5 approve_with_alert\" can never matter: whenever it fires, rule \"all\" on line 31 \
             fires too and makes it \"refuse\"",
        ],
    );
}

#[test]
fn a_rule_that_says_more_matters() {
    let far = |more: &str, then: &str| {
        rule("far", &format!("when = \"over_limit\"\ntolerance = \"20 %\"\nthen = \"{then}\"\n{more}"))
    };
    // A higher role, a deposit, another moment.
    finds(&far("release_by = \"director\"", "refuse"), &[]);
    finds(&far("deposit = \"30 %\"\nrelease_by = \"manager\"", "refuse"), &[]);
    finds(&far("at = [\"ship\"]\nrelease_by = \"manager\"", "hold"), &[]);
    // Whoever may release the first may release the second.
    let ranks = "[release]\nranks = [\"director\", \"manager\", \"clerk\"]\n";
    assert_eq!(with(&(far("release_by = \"director\"", "refuse") + ranks)), Vec::<String>::new());
    assert_eq!(with(&(far("release_by = \"clerk\"", "refuse") + ranks)).len(), 1);
    // An exclusion lifts the wide rule and leaves the narrow one.
    let narrow = far("classes = [\"A\"]\nrelease_by = \"manager\"", "refuse");
    assert_eq!(with(&narrow).len(), 1);
    let exclusion = "[[exclusion]]\nname = \"good\"\nclasses = [\"A\"]\nlifts = \"stop\"\n";
    let odd = with(&(narrow + exclusion));
    assert!(odd.iter().all(|line| !line.contains("\"far\"")), "{odd:?}");
}

#[test]
fn thresholds_are_compared_test_by_test() {
    for (first, second) in [
        (
            "when = \"overdue_amount\"\nabove = [\"10 DKK\", \"5 EUR\"]",
            "when = \"overdue_amount\"\nabove = [\"20 DKK\"]",
        ),
        ("when = \"document_value\"\nabove = [\"10 DKK\"]", "when = \"document_value\"\nabove = [\"10 DKK\"]"),
        ("when = \"overdue_share\"\nabove = \"10 %\"", "when = \"overdue_share\"\nabove = \"20 %\""),
        ("when = \"utilisation\"\nabove = \"80 %\"", "when = \"utilisation\"\nabove = \"90 %\""),
        ("when = \"dunning_level\"\nabove = 1", "when = \"dunning_level\"\nabove = 2"),
        ("when = \"payment_behaviour\"\nabove = 1", "when = \"payment_behaviour\"\nabove = 2"),
        (
            "when = \"dispute_rate\"\nabove = \"1 %\"\nat_least = 2",
            "when = \"dispute_rate\"\nabove = \"1 %\"\nat_least = 3",
        ),
        ("when = \"review_due\"", "when = \"review_due\"\nbuffer_days = 3"),
        ("when = \"limit_open_ended\"", "when = \"limit_open_ended\""),
        ("when = \"terms_changed\"", "when = \"terms_changed\""),
        ("when = \"discount\"\nabove = \"5 %\"", "when = \"discount\"\nabove = \"6 %\""),
        (
            "when = \"bucket\"\nbucket = \"open\"\nabove = [\"1 DKK\"]",
            "when = \"bucket\"\nbucket = \"open\"\nabove = [\"2 DKK\"]",
        ),
        ("when = \"score\"\nbelow = 40", "when = \"score\"\nbelow = 30"),
        (
            "when = \"overdue_days\"\nabove = 1\nsmall = [\"1 DKK\"]",
            "when = \"overdue_days\"\nabove = 2\nsmall = [\"2 DKK\"]",
        ),
    ] {
        let stops = "\nthen = \"refuse\"\nrelease_by = \"manager\"";
        let both = rule("one", &format!("{first}{stops}"))
            + &rule("two", &format!("{second}{stops}").replace("refuse", "approve_with_alert"));
        let odd: Vec<_> = with(&both).into_iter().filter(|line| line.contains("\"two\" can never matter")).collect();
        assert_eq!(odd.len(), 1, "{first} / {second}");
        if first != second {
            let other = rule("one", &format!("{second}{stops}"))
                + &rule("two", &format!("{first}{stops}").replace("refuse", "approve_with_alert"));
            let odd: Vec<_> = with(&other).into_iter().filter(|line| line.contains("never matter")).collect();
            assert_eq!(odd, Vec::<String>::new(), "{second} / {first}");
        }
    }
}

/// Whether the second of two rules, each with these lines, is told never to matter or to add nothing beside the first.
#[track_caller]
fn is_idle(head: &str, first: &str, second: &str, more: &str) -> bool {
    let (first, second) = (rule("wide", first), rule("narrow", second));
    let odd = told(&format!("{head}{SOUND}{first}{second}{more}\n{REST}"));
    odd.iter().any(|line| line.contains("warning rule \"narrow\" ") && line.contains(" rule \"wide\" "))
}

#[test]
fn a_rule_matters_where_the_other_does_not_speak() {
    let late = |lines: &str, then: &str| format!("when = \"overdue_days\"\nabove = 30\nthen = \"{then}\"\n{lines}");
    for (wide, narrow, idle) in [
        ("", "", true),
        ("classes = [\"A\", \"B\"]", "classes = [\"B\"]", true),
        ("classes = [\"A\", \"B\"]", "", false),
        ("classes = [\"A\", \"B\"]", "classes = [\"B\", \"C\"]", false),
        ("companies = [\"10\"]", "companies = [\"10\"]", true),
        ("companies = [\"10\"]", "", false),
        ("companies = [\"10\"]", "classes = [\"A\"]", false),
        ("classes = [\"A\"]", "companies = [\"10\"]", false),
        ("younger_than_days = 30", "younger_than_days = 30", true),
        ("younger_than_days = 30", "younger_than_days = 31", false),
        ("younger_than_days = 30", "", false),
        ("younger_than_days = 30", "classes = [\"A\"]", false),
        ("", "younger_than_days = 30", true),
        ("utilisation_above = \"50 %\"", "utilisation_above = \"50 %\"", true),
        ("utilisation_above = \"50 %\"", "utilisation_above = \"49 %\"", false),
        ("utilisation_above = \"50 %\"", "", false),
        ("utilisation_above = \"50 %\"", "at = [\"entry\"]", false),
        ("", "utilisation_above = \"50 %\"", true),
        ("at = [\"entry\"]", "", false),
        ("at = [\"entry\", \"ship\"]", "at = [\"ship\"]", true),
    ] {
        assert_eq!(is_idle(HEAD, &late(wide, "refuse"), &late(narrow, "prepay"), ""), idle, "{wide} / {narrow}");
    }
}

#[test]
fn a_rule_matters_that_says_something_of_its_own() {
    let slow = |then: &str, lines: &str| {
        format!("when = \"payment_behaviour\"\nabove = 15\nthen = \"{then}\"\n{lines}\nrelease_by = \"manager\"")
    };
    for (wide, narrow, idle) in [
        (slow("refuse", "unknown = \"hold\""), slow("hold", ""), true),
        (slow("refuse", "unknown = \"hold\""), slow("hold", "unknown = \"hold\""), true),
        (slow("refuse", "unknown = \"hold\""), slow("hold", "unknown = \"refuse\""), false),
        (slow("refuse", ""), slow("hold", "unknown = \"hold\""), false),
        (slow("prepay", "prepay = \"30 %\""), slow("prepay", "prepay = \"30 %\""), true),
        (slow("prepay", "prepay = \"50 %\""), slow("prepay", "prepay = \"30 %\""), true),
        (slow("prepay", "prepay = \"30 %\""), slow("prepay", "prepay = \"50 %\""), false),
        (slow("hold", "deposit = \"30 %\""), slow("hold", "deposit = \"30 %\""), true),
        (slow("hold", "deposit = \"30 %\""), slow("hold", "deposit = \"31 %\""), false),
    ] {
        assert_eq!(is_idle(HEAD, &wide, &narrow, ""), idle, "{wide} / {narrow}");
    }
}

#[test]
fn a_rule_matters_that_an_exclusion_leaves_alone() {
    let late = |lines: &str| {
        format!("when = \"overdue_days\"\nabove = 30\nthen = \"refuse\"\nrelease_by = \"manager\"\n{lines}")
    };
    let of = |scope: &str, lifts: &str| format!("[[exclusion]]\nname = \"good\"\n{scope}\nlifts = \"{lifts}\"\n");
    let (class, both) = ("classes = [\"A\"]", "classes = [\"A\"]\ncompanies = [\"10\"]");
    for (wide, narrow, exclusion, idle) in [
        ("", class, of(class, "stop"), false),
        ("", class, of(class, "hold"), true),
        ("", "", of(class, "stop"), true),
        ("", both, of(class, "stop"), false),
        ("", class, of(both, "stop"), true),
        (class, class, of(class, "stop"), true),
        (class, both, of(class, "stop"), true),
        (class, both, of(both, "stop"), false),
    ] {
        assert_eq!(is_idle(HEAD, &late(wide), &late(narrow), &exclusion), idle, "{wide} / {narrow} / {exclusion}");
    }
}

#[test]
fn what_two_tests_have_in_common() {
    let stops = |test: &str| format!("{test}\nthen = \"refuse\"\nrelease_by = \"manager\"");
    let warns = |test: &str| format!("{test}\nthen = \"approve_with_alert\"");
    let limit = |exposure: &str| format!("when = \"over_limit\"\ntolerance = \"0 %\"\nexposure = \"{exposure}\"");
    // Of the sound rules the one about the limit would make the narrow one idle too.
    let idle = |head: &str, wide: &str, narrow: &str| is_idle(head, &stops(wide), &warns(narrow), "");
    let horizon = format!("{HEAD}horizon_days = 30\n");
    for (wide, narrow, with_horizon) in
        [("dynamic", "dynamic", true), ("dynamic", "static", false), ("static", "static", true)]
    {
        let sound = |head: &str| {
            let rules = rule("wide", &stops(&limit(wide))) + &rule("narrow", &warns(&limit(narrow)));
            let odd = told(&format!("{head}{rules}{REST}"));
            odd.iter().any(|line| line.contains("rule \"narrow\" can never matter"))
        };
        assert_eq!(sound(&horizon), with_horizon, "{wide} / {narrow}");
        assert!(sound(HEAD), "without a horizon both count the same: {wide} / {narrow}");
    }
    let rules = rule("wide", &stops(&limit("static"))) + &rule("narrow", &warns(&limit("dynamic")));
    let odd = told(&format!("{horizon}{rules}{REST}"));
    assert!(odd.iter().any(|line| line.contains("rule \"narrow\" can never matter")), "{odd:?}");

    let days = |small: &str| format!("when = \"overdue_days\"\nabove = 3\nsmall = [{small}]");
    for (wide, narrow, expected) in [
        ("\"5 DKK\"", "\"5 DKK\"", true),
        ("\"5 DKK\"", "\"1 DKK\"", false),
        ("\"5 DKK\"", "\"9 EUR\"", false),
        ("\"5 DKK\"", "\"9 EUR\", \"6 DKK\"", true),
    ] {
        assert_eq!(idle(HEAD, &days(wide), &days(narrow)), expected, "{wide} / {narrow}");
    }
    let status = |is: &str| format!("when = \"status\"\nis = \"{is}\"");
    assert!(idle(HEAD, &status("watch"), &status("watch")));
    assert!(!idle(HEAD, &status("watch"), &status("hold")));
}

#[test]
fn rules_that_never_fire() {
    finds(
        &rule("new", "when = \"always\"\nyounger_than_days = 0\nthen = \"prepay\""),
        &["33 error rule \"new\" never speaks: no customer is younger than 0 days"],
    );
    finds(
        &rule("free", "when = \"discount\"\nabove = \"100 %\"\nthen = \"prepay\""),
        &["33 error rule \"free\" can never fire: nothing is above that"],
    );
    finds(
        &rule(
            "nothing",
            "when = \"discount\"\nabove = \"10 %\"\nthen = \"prepay\"\nprepay = \"0 %\"\ndeposit = \"0 %\"",
        ),
        &[
            "35 error rule \"nothing\" asks for nothing in advance, and yet makes orders wait for it",
            "36 warning rule \"nothing\" asks for a deposit of nothing",
        ],
    );
    let class = "[[class]]\nname = \"gold\"\nscore_from = 0\n";
    let scoped = rule("gilded", "when = \"always\"\nclasses = [\"golf\", \"silver\"]\nthen = \"prepay\"");
    finds(
        &(scoped.clone() + class),
        &[
            "33 error rule \"gilded\" speaks of class \"golf\", which no [[class]] defines; did you mean \"gold\"?",
            "33 error rule \"gilded\" speaks of class \"silver\", which no [[class]] defines; define it, also when it \
             is only ever given by hand",
        ],
    );
    // Without classes in the file they are the host's.
    finds(&scoped, &[]);
    // Of names of two letters each is close to every other.
    let short = rule("short", "when = \"always\"\nclasses = [\"go\"]\nthen = \"prepay\"");
    finds(
        &(short + &class.replace("gold", "gi")),
        &[
            "33 error rule \"short\" speaks of class \"go\", which no [[class]] defines; define it, also when it is only \
           ever given by hand",
        ],
    );
    finds(
        &rule("dunned", "when = \"dunning_level\"\nabove = 255\nthen = \"prepay\""),
        &["33 error rule \"dunned\" can never fire: nothing is above that"],
    );
    finds(&rule("dunned", "when = \"dunning_level\"\nabove = 254\nthen = \"prepay\""), &[]);
    finds(
        &rule(
            "far",
            "when = \"over_limit\"\ntolerance = \"0 %\"\nexposure = \"dynamic\"\nthen = \"hold\"\nat = [\"pick\"]\nrelease_by = \"manager\"",
        ),
        &["34 warning rule \"far\" is \"dynamic\", but [facts] has no `horizon_days`: it counts all orders like a \
           static one"],
    );
    let horizon = format!("{HEAD}horizon_days = 30\n{SOUND}{REST}");
    assert_eq!(told(&horizon), ["12 warning `horizon_days` does nothing: no rule has exposure = \"dynamic\""]);
}

#[test]
fn exclusions_that_lift_nothing_or_a_stop() {
    let exclusion = |lines: &str| format!("[[exclusion]]\nname = \"x\"\n{lines}\n");
    finds(
        &exclusion("at = [\"entry\"]\nlifts = \"hold\""),
        &[
            "33 error exclusion \"x\" can lift nothing: it names neither `classes` nor `companies`, and an exclusion lifts \
           only rules that are less specific than it",
        ],
    );
    finds(
        &exclusion("classes = [\"A\"]\nat = [\"ship\"]\nlifts = \"hold\""),
        &["34 error exclusion \"x\" can lift nothing: no rule that is less specific and speaks of the same documents \
           makes them wait, or only such as refuse"],
    );
    finds(
        &exclusion("classes = [\"A\"]\nlifts = \"stop\""),
        &["33 warning exclusion \"x\" also lifts rule \"stopped\": a stop that a person has set by hand then goes \
           without anybody's release; write lifts = \"hold\" if that is not meant"],
    );
    finds(&exclusion("classes = [\"A\"]\nlifts = \"hold\""), &[]);
    let at_ship = |lines: &str| rule("at ship", &format!("when = \"always\"\nat = [\"ship\"]\n{lines}"));
    let ship = exclusion("classes = [\"A\"]\ncompanies = [\"10\"]\nat = [\"ship\"]\nlifts = \"hold\"");
    let lifts_nothing = |lines: &str| {
        let odd = with(&(at_ship(lines) + &ship));
        odd.iter().any(|line| line.contains("error exclusion \"x\" can lift nothing"))
    };
    for (lines, nothing) in [
        ("then = \"hold\"\nrelease_by = \"manager\"", false),
        ("then = \"prepay\"", false),
        ("then = \"refuse\"", true),
        ("then = \"approve_with_alert\"", true),
        ("then = \"prepay\"\nclasses = [\"A\"]\ncompanies = [\"10\"]", true),
        ("then = \"prepay\"\ncompanies = [\"10\"]", false),
        ("then = \"prepay\"\ncompanies = [\"20\"]", true),
        ("then = \"prepay\"\nclasses = [\"B\"]", true),
    ] {
        assert_eq!(lifts_nothing(lines), nothing, "{lines}");
    }
}

#[test]
fn currencies_that_a_list_lacks() {
    let much = "when = \"overdue_amount\"\nthen = \"refuse\"\nrelease_by = \"manager\"\nabove = [\"1 DKK\", \"1 NOK\"]";
    let large = "when = \"document_value\"\nthen = \"refuse\"\nrelease_by = \"manager\"\nabove = [\"1 DKK\"]";
    finds(
        &(rule("much", much) + &rule("large", large) + "[release]\nfour_eyes_above = [\"9 SEK\"]"),
        &[
            "35 warning `above` of rule \"much\" has no amount in SEK, which other lists of the policy name: accounts in \
             it are not asked about",
            "41 warning `above` of rule \"large\" has no amount in NOK, SEK, which other lists of the policy name: \
             accounts in it are not asked about",
            "43 warning `four_eyes_above` of [release] has no amount in DKK, NOK, which other lists of the policy name: \
             one person is enough in it",
        ],
    );
}

#[test]
fn levels_without_a_limit() {
    let without = format!("{HEAD}{REST}");
    assert_eq!(told(&without), ["1 warning the policy has no rules: no order is ever checked"]);
    let sound = SOUND.replace("when = \"over_limit\"\ntolerance = \"0 %\"", "when = \"overdue_days\"\nabove = 3");
    assert_eq!(
        told(&format!("{HEAD}{sound}{REST}")),
        ["1 warning no rule has when = \"over_limit\": nobody is held against a limit"]
    );
    let limit = |lines: &str| SOUND.replacen("tolerance = \"0 %\"", &format!("tolerance = \"0 %\"\n{lines}"), 1);
    let classes = "[[class]]\nname = \"A\"\nscore_from = 50\n[[class]]\nname = \"B\"\nscore_from = 0\n";
    assert_eq!(
        told(&format!("{HEAD}{}{classes}{REST}", limit("classes = [\"A\"]"))),
        [
            "1 warning every \"over_limit\" rule names classes: accounts without a class are held against no limit",
            "35 warning no \"over_limit\" rule speaks of class \"B\": it is held against no limit",
        ]
    );
    let late = rule("late", "when = \"overdue_days\"\nabove = 3\ncompanies = [\"20\"]\nthen = \"refuse\"");
    assert_eq!(
        told(&format!("{HEAD}{}{late}{REST}", limit("companies = [\"10\"]"))),
        [
            "1 warning every \"over_limit\" rule names companies: other companies are held against no limit",
            "1 warning no \"over_limit\" rule speaks of company \"20\": it is held against no limit",
        ]
    );
    assert_eq!(
        told(&format!("{HEAD}{}{REST}", limit("at = [\"confirm\"]"))),
        [
            "1 warning no \"over_limit\" rule is asked at \"entry\": orders hold credit before anybody asks for the limit"
        ]
    );
    let nowhere = SOUND.replace("then =", "at = [\"ship\"]\nthen =");
    let odd = told(&format!("{HEAD}{nowhere}{REST}"));
    assert!(
        odd.contains(&"1 warning no rule is asked at \"confirm\": orders are not checked there".to_owned()),
        "{odd:?}"
    );
}

#[test]
fn statuses_and_facts_that_nobody_asks_about() {
    let half = SOUND.split("[[rule]]\nname = \"stopped\"").next().unwrap();
    assert_eq!(
        told(&format!("{HEAD}{half}{REST}")),
        [
            "1 warning no rule stops orders of accounts with the status \"hold\": whoever sets it by hand sets it in vain",
            "1 warning no rule stops orders of accounts with the status \"stop\": whoever sets it by hand sets it in vain",
        ]
    );
    finds(
        &rule("score", "when = \"score\"\nbelow = 40\nthen = \"refuse\""),
        &["32 warning rule \"score\" lets customers without a score pass: add `unknown` if that is not meant"],
    );
    finds(&rule("score", "when = \"score\"\nbelow = 40\nthen = \"refuse\"\nunknown = \"hold\""), &[]);
    finds(&rule("score", "when = \"score\"\nbelow = 40\nthen = \"approve_with_alert\""), &[]);
    for (test, fact) in
        [("payment_behaviour\"\nabove = 15", "a payment history"), ("terms_changed\"", "agreed payment terms")]
    {
        let odd = with(&rule("x", &format!("when = \"{test}\nthen = \"prepay\"")));
        let told =
            format!("32 warning rule \"x\" lets customers without {fact} pass: add `unknown` if that is not meant");
        assert_eq!(odd, [told]);
    }
}

#[test]
fn a_scorecard_gives_everybody_a_score() {
    let line = "[[score]]\nmeasure = \"days_late\"\nup_to = [10]\npoints = [50]\nbeyond = 0\nunknown = 20\n";
    finds(line, &["31 warning the scorecard does nothing: there are no classes, and no rule asks for a score"]);
    let score = rule("score", "when = \"score\"\nbelow = 40\nthen = \"refuse\"");
    finds(&(score + line), &[]);
    finds(&(line.to_owned() + "[[class]]\nname = \"A\"\nscore_from = 0\n"), &[]);
}

#[test]
fn releases_that_nobody_can_give() {
    let nobody = SOUND.replace("release_by = \"manager\"\n", "");
    let release = "[release]\nvalid_days = 3\ndeviation = \"1 %\"\nfour_eyes_above = [\"1 DKK\"]\n";
    assert_eq!(
        told(&format!("{HEAD}{nobody}{release}{REST}")),
        [
            "26 warning rule \"on hold\" makes orders wait, and nobody may release them: add `release_by`",
            "28 warning `valid_days` of [release] does nothing: no rule has `release_by`",
            "29 warning `deviation` of [release] does nothing: no rule has `release_by`",
            "30 error `four_eyes_above` asks for a second person, but no rule has `release_by`: not even one may release",
        ]
    );
    finds(
        "[release]\nranks = [\"director\"]",
        &["17 warning role \"manager\" is not among the `ranks` of [release]: nobody stands above or below it"],
    );
    finds(
        "[checkpoints]\ngrace_days = 2",
        &["31 warning `grace_days` of [checkpoints] does little: no rule is asked at pick, ship or invoice"],
    );
    finds(
        "[collection]\nhand_over_days = 2",
        &[
            "31 warning `hand_over_days` of [collection] is 2, and [facts] counts an invoice as overdue only after 3 days \
           of grace: it goes to collection before it is overdue",
        ],
    );
}

#[test]
fn invoices_go_to_collection_on_the_day_they_become_overdue_at_the_earliest() {
    finds("[collection]\nhand_over_days = 3", &[]);
}

#[test]
fn a_list_of_small_remainders_is_a_list_like_the_others() {
    let late = "when = \"overdue_days\"\nabove = 3\nsmall = [\"1 DKK\"]\nthen = \"refuse\"";
    let large = "when = \"document_value\"\nthen = \"refuse\"\nabove = [\"1 DKK\", \"1 SEK\"]";
    finds(
        &(rule("late", late) + &rule("large", large)),
        &[
            "34 warning `small` of rule \"late\" has no amount in SEK, which other lists of the policy name: no remainder is \
           small in it",
        ],
    );
}

#[test]
fn a_policy_is_inspected_whether_it_can_be_used_or_not() {
    let odd = format!("{HEAD}{SOUND}[collection]\nhand_over_days = 2\n{REST}");
    let (policy, findings) = Policy::inspect(&odd);
    assert_eq!(policy, Some(Policy::parse(&odd).unwrap()));
    assert_eq!((findings.len(), findings[0].line, findings[0].severity), (1, 31, Severity::Warning));
    let (policy, findings) = Policy::inspect(&odd.replace("hand_over_days = 2", "hand_over_days = true"));
    assert_eq!(policy, None);
    assert_eq!((findings.len(), findings[0].line, findings[0].severity), (1, 31, Severity::Error));
    let (policy, findings) = Policy::inspect("format = 2");
    assert_eq!((policy, findings.len(), findings[0].line), (None, 1, 1));
}

#[test]
fn severities_travel_by_their_names() {
    let finding = Finding { line: 7, severity: Severity::Warning, message: "x".to_owned() };
    assert_eq!(serde_json::to_string(&finding).unwrap(), r#"{"line":7,"severity":"warning","message":"x"}"#);
    assert_eq!(Severity::Error.name(), "error");
}
