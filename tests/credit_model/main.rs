//! The engine against a reference model, step by step: random histories over several accounts, pools and currencies.
//!
//! The model keeps nothing but the list of what happened. After every step it works everything out anew from the first
//! line of that list, with code of its own ([`judge`], [`life`], [`world`]); the engine, on a real store, must tell the
//! same: the answer, its reasons, where every account and pool stands, every order, and who waits.

mod drive;
mod judge;
mod life;
mod ops;
#[path = "../places/mod.rs"]
mod places;
mod world;

use obligor::policy::Policy;
use places::{Place, on_both};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const STEPS: usize = 250;

/// What must come up in the histories.
const EVERYTHING: [&str; 31] = [
    "WORLDover_limit",
    "NORDICover_limit",
    "RETAILover_limit",
    "WORLDcurrency_mismatch",
    "over_limit",
    "already_over_limit",
    "limit_missing",
    "limit_expired",
    "no_limit",
    "covered_by_credit",
    "not_an_increase",
    "currency_mismatch",
    "status_stop",
    "status_hold",
    "status_no_check",
    "overdue_days",
    "overdue_amount",
    "overdue_share",
    "document_value",
    "utilisation",
    "dunning_level",
    "payment_behaviour",
    "dispute_rate",
    "bucket_amount",
    "score",
    "excluded",
    "released",
    "forced_hold",
    "rejected",
    "second_person",
    "over_delivery",
];

/// What a policy has beside its facts and rules.
const FRAME: &str = include_str!("../conformance/policies/frame.toml");

/// Hard limits, pools and people.
const STATIC: &str = r#"
[facts]
grace_days = 3
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "hold"
limit_expired = "refuse"
limit_grace_days = 2
currency_mismatch = "hold"
disputed = "leave_out"
horizon_days = 30
[checkpoints]
grace_days = 1
[release]
ranks = ["credit_manager", "credit_controller"]
valid_days = 5
deviation = "10 %"
four_eyes_above = ["400.00 DKK", "60.00 EUR"]
[[rule]]
name = "limit"
when = "over_limit"
tolerance = "0 %"
then = "hold"
release_by = "credit_manager"
[[rule]]
name = "stop"
when = "status"
is = "stop"
then = "refuse"
release_by = "credit_manager"
[[rule]]
name = "hold"
when = "status"
is = "hold"
then = "hold"
release_by = "credit_controller"
[[rule]]
name = "old"
when = "overdue_days"
above = 10
small = ["5.00 DKK"]
then = "hold"
release_by = "credit_controller"
[[rule]]
name = "large"
when = "document_value"
above = ["450.00 DKK", "80.00 EUR", "600.00 SEK"]
then = "prepay"
release_by = "credit_controller"
[[rule]]
name = "late at the door"
when = "overdue_amount"
above = ["5.00 DKK", "1.00 EUR", "8.00 SEK"]
at = ["confirm", "pick", "ship", "invoice"]
then = "hold"
release_by = "credit_controller"
"#;

/// A dynamic limit, and what is known of how customers pay; classes and an exclusion.
const DYNAMIC: &str = r#"
[facts]
grace_days = 0
unapplied_credits = "ignore"
rounding = "up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "prepay"
currency_mismatch = "refuse"
horizon_days = 10
[release]
ranks = ["credit_manager", "credit_controller"]
[[class]]
name = "A"
score_from = 70
[[class]]
name = "B"
score_from = 30
[[exclusion]]
name = "good customers"
classes = ["A"]
up_to = ["200.00 DKK", "30.00 EUR"]
lifts = "hold"
[[rule]]
name = "limit"
when = "over_limit"
exposure = "dynamic"
tolerance = "10 %"
then = "hold"
release_by = "credit_controller"
[[rule]]
name = "nearly"
when = "utilisation"
above = "80 %"
then = "approve_with_alert"
[[rule]]
name = "dunned"
when = "dunning_level"
above = 2
then = "hold"
release_by = "credit_controller"
[[rule]]
name = "slow"
when = "payment_behaviour"
above = 8
then = "hold"
release_by = "credit_manager"
[[rule]]
name = "quarrels"
when = "dispute_rate"
above = "30 %"
at_least = 2
then = "refuse"
release_by = "credit_manager"
[[rule]]
name = "share"
when = "overdue_share"
above = "60 %"
classes = ["B"]
then = "hold"
release_by = "credit_controller"
[[rule]]
name = "open"
when = "bucket"
bucket = "open"
above = ["700.00 DKK", "90.00 EUR", "900.00 SEK"]
then = "approve_with_alert"
[[rule]]
name = "score"
when = "score"
below = 20
then = "prepay"
release_by = "credit_controller"
[[rule]]
name = "stop"
when = "status"
is = "stop"
then = "refuse"
release_by = "credit_manager"
"#;

fn policies() -> [Policy; 2] {
    [STATIC, DYNAMIC].map(|text| Policy::parse(&format!("{FRAME}{text}")).unwrap_or_else(|error| panic!("{error}")))
}

on_both!(the_engine_equals_the_model_after_every_step);
/// The same histories every time: 10,000 steps and more on a file.
fn the_engine_equals_the_model_after_every_step(place: Place) {
    let policies = policies();
    let mut seen = drive::Seen::new();
    // A server is asked over a wire.
    let (histories, often) = if place == Place::File { (40_u64, 3) } else { (12, 1) };
    for history in 0..histories {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&history.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let ops = proptest::collection::vec(ops::any_op(), STEPS).new_tree(&mut runner).unwrap().current();
        let policy = &policies[usize::try_from(history % 2).unwrap()];
        if let Err(difference) = drive::run(policy, &ops, &mut seen, place) {
            panic!("history {history}: {difference}");
        }
    }
    // A history in which nothing happens proves nothing.
    let rare = EVERYTHING.iter().filter(|name| seen.get(**name).is_none_or(|times| *times < often));
    assert_eq!(rare.collect::<Vec<_>>(), Vec::<&&str>::new(), "of {seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 36,
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Short histories of their own each time, which shrink to the few steps that differ.
    #[test]
    fn short_histories_equal_the_model(
        place in proptest::sample::select(Place::BOTH.to_vec()),
        which in 0..2_usize,
        ops in proptest::collection::vec(ops::any_op(), 1..40),
    ) {
        if let Err(difference) = drive::run(&policies()[which], &ops, &mut drive::Seen::new(), place) {
            prop_assert!(false, "{}", difference);
        }
    }
}
