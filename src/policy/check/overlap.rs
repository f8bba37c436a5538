//! Two rules of which one can never matter: whenever it fires, the other fires too and stops at least as much.

use super::super::problems::quoted;
use super::super::{Checkpoint, Policy, Rule, Scope, Test};
use super::{Findings, Place};
use crate::money::Money;

pub(super) fn check(policy: &Policy, findings: &mut Findings<'_>) {
    for (at, rule) in policy.rules.iter().enumerate() {
        let mut others = policy.rules.iter().enumerate().filter(|(other, _)| *other != at);
        let Some((other_at, other)) = others.find(|(other_at, other)| {
            // Of two that say the same, the later one is told.
            covers(policy, other, rule) && (*other_at < at || !covers(policy, rule, other))
        }) else {
            continue;
        };
        let (name, other_name) = (quoted(&rule.name), quoted(&other.name));
        let other_line = findings.places.line(&Place::Rule(other_at, "name"));
        let same = rule.test == other.test && rule.scope == other.scope && rule.then == other.then;
        let place = Place::Rule(at, "when");
        if same {
            let message = format!("rule {name} says the same as rule {other_name} on line {other_line}");
            findings.warning(&place, message);
        } else if other.then > rule.then {
            let message = format!(
                "rule {name} can never matter: whenever it fires, rule {other_name} on line {other_line} fires too \
                 and makes it \"{}\"",
                other.then.name()
            );
            findings.warning(&place, message);
        } else {
            let message = format!(
                "rule {name} adds nothing: whenever it fires, rule {other_name} on line {other_line} fires too and \
                 makes it the same"
            );
            findings.warning(&place, message);
        }
    }
}

/// Whether `wide` leaves nothing for `narrow` to do.
fn covers(policy: &Policy, wide: &Rule, narrow: &Rule) -> bool {
    wide.then >= narrow.then
        && within(&narrow.scope, &wide.scope)
        && fires_with(&narrow.test, &wide.test, policy.facts.horizon_days.is_some())
        && (narrow.unknown.is_none() || narrow.unknown == wide.unknown)
        && narrow.deposit_basis_points.unwrap_or(0) <= wide.deposit_basis_points.unwrap_or(0)
        && (narrow.then != wide.then || narrow.prepay_basis_points <= wide.prepay_basis_points)
        && releases_with(policy, narrow, wide)
        && !survives(policy, narrow, wide)
}

/// Whether everybody who may release what `wide` stops may release what `narrow` stops: if not, `narrow` asks for a
/// higher role, and matters.
fn releases_with(policy: &Policy, narrow: &Rule, wide: &Rule) -> bool {
    narrow.then.grants()
        || match (&wide.release_by, &narrow.release_by) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => policy.release.may(wide, narrow),
        }
}

/// Whether an exclusion can lift `wide` and not `narrow`, which then stands alone.
fn survives(policy: &Policy, narrow: &Rule, wide: &Rule) -> bool {
    policy.exclusions.iter().any(|exclusion| {
        let level = exclusion.scope.specificity();
        level > wide.scope.specificity() && exclusion.lifts >= wide.then && level <= narrow.scope.specificity()
    })
}

/// Whether every document in `narrow` is in `wide`.
fn within(narrow: &Scope, wide: &Scope) -> bool {
    let listed = |narrow: &[String], wide: &[String]| {
        wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|name| wide.contains(name)))
    };
    let younger = match (narrow.younger_than_days, wide.younger_than_days) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow <= wide,
    };
    let used = match (narrow.utilisation_above, wide.utilisation_above) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow >= wide,
    };
    let points = checkpoints(wide);
    listed(&narrow.classes, &wide.classes)
        && listed(&narrow.companies, &wide.companies)
        && younger
        && used
        && checkpoints(narrow).iter().all(|point| points.contains(point))
}

/// The checkpoints a scope speaks at.
pub(super) fn checkpoints(scope: &Scope) -> &[Checkpoint] {
    if scope.at.is_empty() { &[Checkpoint::Entry, Checkpoint::Confirm] } else { &scope.at }
}

/// Whether `wide` fires whenever `narrow` does, of all documents in both scopes.
fn fires_with(narrow: &Test, wide: &Test, horizon: bool) -> bool {
    match (narrow, wide) {
        (_, Test::Always) => true,
        (
            Test::OverLimit { tolerance_basis_points: high, dynamic: within },
            Test::OverLimit { tolerance_basis_points: low, dynamic },
        ) => low <= high && (!horizon || !dynamic || *within),
        (Test::OverdueAmount { above: high }, Test::OverdueAmount { above: low })
        | (Test::DocumentValue { above: high }, Test::DocumentValue { above: low }) => at_most(low, high),
        (Test::OverdueDays { above: high, small: more }, Test::OverdueDays { above: low, small: less }) => {
            low <= high && at_most_where_named(less, more)
        }
        (Test::OverdueShare { above: high }, Test::OverdueShare { above: low })
        | (Test::Utilisation { above: high }, Test::Utilisation { above: low })
        | (Test::Discount { above: high }, Test::Discount { above: low })
        | (Test::PaymentBehaviour { above: high }, Test::PaymentBehaviour { above: low }) => low <= high,
        (Test::DunningLevel { above: high }, Test::DunningLevel { above: low }) => low <= high,
        (Test::DisputeRate { above: high, at_least: more }, Test::DisputeRate { above: low, at_least: less }) => {
            low <= high && less <= more
        }
        (Test::ReviewDue { buffer_days: high }, Test::ReviewDue { buffer_days: low }) => low <= high,
        (Test::BucketAmount { bucket, above: high }, Test::BucketAmount { bucket: other, above: low }) => {
            bucket == other && at_most(low, high)
        }
        (Test::Score { below: low }, Test::Score { below: high }) => low <= high,
        (Test::Status { is }, Test::Status { is: other }) => is == other,
        (Test::LimitOpenEnded, Test::LimitOpenEnded) | (Test::TermsChanged, Test::TermsChanged) => true,
        _ => false,
    }
}

/// Whether `low` names every currency of `high`, with at most as much.
fn at_most(low: &[Money], high: &[Money]) -> bool {
    high.iter().all(|high| low.iter().any(|low| low.currency == high.currency && low.minor <= high.minor))
}

/// Whether each amount of `less` stands in `more` too, with at least as much.
fn at_most_where_named(less: &[Money], more: &[Money]) -> bool {
    less.iter().all(|less| more.iter().any(|more| more.currency == less.currency && less.minor <= more.minor))
}
