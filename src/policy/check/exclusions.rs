//! Exclusions that lift nothing, and those that lift more than people may expect.

use super::super::problems::quoted;
use super::super::{Exclusion, Policy, Rule, Scope, Status, Test};
use super::overlap::checkpoints;
use super::{Findings, Place, rules};
use crate::reason::Outcome;

pub(super) fn check(policy: &Policy, findings: &mut Findings<'_>) {
    for (at, exclusion) in policy.exclusions.iter().enumerate() {
        let name = format!("exclusion {}", quoted(&exclusion.name));
        rules::scope(policy, &exclusion.scope, &name, |key| Place::Exclusion(at, key), findings);
        let (place, scope) = (Place::Exclusion(at, "lifts"), &exclusion.scope);
        if scope.specificity() == 0 {
            let message = format!(
                "{name} can lift nothing: it names neither `classes` nor `companies`, and an exclusion lifts only \
                 rules that are less specific than it"
            );
            findings.error(&place, message);
            continue;
        }
        let meets = |rule: &&Rule| {
            rule.scope.specificity() < scope.specificity() && meet(&rule.scope, scope) && lifts(policy, exclusion, rule)
        };
        if !policy.rules.iter().any(|rule| meets(&rule)) {
            let message = format!(
                "{name} can lift nothing: no rule that is less specific and speaks of the same documents makes them \
                 wait{}",
                if exclusion.lifts == Outcome::Hold { ", or only such as refuse" } else { "" }
            );
            findings.error(&place, message);
        }
        let stop = policy.rules.iter().filter(meets).find(|rule| rule.test == Test::Status { is: Status::Stop });
        if let Some(stop) = stop.filter(|_| exclusion.lifts == Outcome::Refuse) {
            let message = format!(
                "{name} also lifts rule {}: a stop that a person has set by hand then goes without anybody's release; \
                 write lifts = \"hold\" if that is not meant",
                quoted(&stop.name)
            );
            findings.warning(&place, message);
        }
    }
}

/// Whether there is anything that a rule makes of a document which the exclusion may lift.
fn lifts(policy: &Policy, exclusion: &Exclusion, rule: &Rule) -> bool {
    let mut effects = vec![rule.then];
    effects.extend(rule.unknown.as_ref().map(|unknown| unknown.then));
    if matches!(rule.test, Test::OverLimit { .. }) {
        effects.extend([policy.facts.limit_missing, policy.facts.limit_expired, policy.facts.currency_mismatch]);
    }
    effects.into_iter().any(|effect| !effect.grants() && effect <= exclusion.lifts)
}

/// Whether a document can be in both.
fn meet(one: &Scope, other: &Scope) -> bool {
    let lists = |one: &[String], other: &[String]| {
        one.is_empty() || other.is_empty() || one.iter().any(|name| other.contains(name))
    };
    let points = checkpoints(other);
    lists(&one.classes, &other.classes)
        && lists(&one.companies, &other.companies)
        && checkpoints(one).iter().any(|point| points.contains(point))
}
