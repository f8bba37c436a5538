//! The table `[facts]`: what the facts of an account mean.

use super::super::problems::Problems;
use super::super::section::Section;
use super::super::{FactsPolicy, TaxBasis};
use super::MAX_MEMORY_AGE_MS;
use super::words::{days, outcomes};
use crate::money::Rounding;
use crate::reason::Outcome;

pub(super) fn facts(problems: &mut Problems, mut s: Section<'_>) -> Option<FactsPolicy> {
    let grace_days = days(&mut s, problems, "grace_days");
    let credits = [("reduce", true), ("ignore", false)];
    let unapplied_credits_reduce = s.choice(problems, "unapplied_credits", &credits, "");
    let rounding = [("half_up", Rounding::HalfUp), ("half_even", Rounding::HalfEven), ("up", Rounding::Up)];
    let rounding = s.choice(problems, "rounding", &rounding, "");
    let age = "a duration of at most an hour in ms, s or min, such as \"5 s\"; \"0 s\" always reads the store";
    let memory_max_age_ms = s.duration(problems, "memory_max_age", 1, MAX_MEMORY_AGE_MS, age);
    let words = outcomes(&[Outcome::Refuse, Outcome::Hold, Outcome::NotChecked]);
    let unknown_customer = s.choice(problems, "unknown_customer", &words, "nobody unknown gets credit");
    let words =
        outcomes(&[Outcome::Refuse, Outcome::Hold, Outcome::Prepay, Outcome::ApproveWithAlert, Outcome::NotChecked]);
    let limit_missing = s.choice(problems, "limit_missing", &words, "no limit is not an unlimited one");
    let limit_expired = s
        .maybe("limit_expired", |s, key| s.choice(problems, key, &words, "no limit is not an unlimited one"))
        .map(|written| written.or(limit_missing));
    let limit_grace_days = s.or("limit_grace_days", 0, |s, key| days(s, problems, key));
    let horizon_days = s.maybe("horizon_days", |s, key| days(s, problems, key));
    let words = outcomes(&[Outcome::Refuse, Outcome::Hold]);
    let why = "an amount that was not converted cannot be held against a limit";
    let currency_mismatch = s.choice(problems, "currency_mismatch", &words, why);
    let count = [("count", true), ("leave_out", false)];
    let disputed_count_as_overdue = s.or("disputed", true, |s, key| s.choice(problems, key, &count, ""));
    let outside = [("leave_out", true), ("count", false)];
    let secured_part_outside = s.or("secured", true, |s, key| s.choice(problems, key, &outside, ""));
    let internal = [("not_checked", false), ("check", true)];
    let internal_customers_checked = s.or("internal_customers", false, |s, key| s.choice(problems, key, &internal, ""));
    let basis = [("gross", TaxBasis::Gross), ("net", TaxBasis::Net)];
    let tax = s.maybe("tax", |s, key| s.choice(problems, key, &basis, ""));
    s.finish(problems, |_| None);
    Some(FactsPolicy {
        grace_days: grace_days?,
        unapplied_credits_reduce: unapplied_credits_reduce?,
        rounding: rounding?,
        memory_max_age_ms: memory_max_age_ms?,
        unknown_customer: unknown_customer?,
        limit_missing: limit_missing?,
        currency_mismatch: currency_mismatch?,
        limit_expired: limit_expired??,
        limit_grace_days: limit_grace_days?,
        horizon_days: horizon_days?,
        disputed_count_as_overdue: disputed_count_as_overdue?,
        secured_part_outside: secured_part_outside?,
        internal_customers_checked: internal_customers_checked?,
        tax: tax?,
    })
}
