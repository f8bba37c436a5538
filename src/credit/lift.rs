//! What lifts a reason again: exclusions of the policy, a release by a person, an override in the same call.
//!
//! A reason that is lifted stays in the decision with a smaller effect, so that everybody sees what was lifted.

use super::decide::plain;
use super::rules::{Found, Question};
use crate::policy::Policy;
use crate::reason::{Code, Level, Outcome, Reason};

/// Lifts what may be lifted, in this order: exclusions, a release that covers the document, an override.
pub(super) fn lift(question: &Question<'_>, found: &mut Found) {
    exclusions(question, found);
    let document = question.document;
    let stopped = |found: &Found| found.reasons.iter().any(|(reason, _)| !reason.effect.grants());
    if let Some(release) = document.release.filter(|release| release.covers(document.value, question.today)) {
        if !stopped(found) {
            return;
        }
        for (reason, _) in &mut found.reasons {
            if !reason.effect.grants() && (release.lifts_stop || !is_stop(reason)) {
                reason.effect = Outcome::Approve;
            }
        }
        found.reasons.push((plain(Code::Released, Level::Document, Outcome::Approve), u8::MAX));
    }
    // What two people are wanted for, one cannot override.
    let two = super::rules::in_currency(&question.policy.release.four_eyes_above, question.account.currency);
    let for_two = two.is_some_and(|most| document.value > most);
    if let Some(person) = document.overriding.filter(|_| stopped(found) && !for_two) {
        let may = |reason: &Reason| {
            reason.effect.grants()
                || (may_release(question.policy, &person.role, reason) && (person.lifts_stop || !is_stop(reason)))
        };
        if found.reasons.iter().all(|(reason, _)| may(reason)) {
            for (reason, _) in &mut found.reasons {
                reason.effect = reason.effect.min(Outcome::ApproveWithAlert);
            }
            found.reasons.push((plain(Code::Overridden, Level::Document, Outcome::ApproveWithAlert), u8::MAX));
        }
    }
}

/// An exclusion lifts the reasons of rules that are less specific than it. A person's hold on the order, and a stop that
/// it does not say it lifts, stay.
fn exclusions(question: &Question<'_>, found: &mut Found) {
    let mut used = Vec::new();
    for exclusion in &question.policy.exclusions {
        let small = exclusion.up_to.is_empty()
            || question.in_currency(&exclusion.up_to).is_some_and(|most| question.document.value <= most);
        if !small || !question.speaks_of(&exclusion.scope) {
            continue;
        }
        let mut lifted = false;
        for (reason, specificity) in &mut found.reasons {
            if !reason.effect.grants()
                && reason.effect <= exclusion.lifts
                && (exclusion.rules.is_empty() || exclusion.rules.contains(&reason.rule))
                && *specificity < exclusion.scope.specificity()
                && (exclusion.lifts == Outcome::Refuse || !is_stop(reason))
            {
                reason.effect = Outcome::Approve;
                lifted = true;
            }
        }
        if lifted {
            used.push(exclusion.name.clone());
        }
    }
    for name in used {
        let reason = Reason { rule: name, ..plain(Code::Excluded, Level::Document, Outcome::Approve) };
        found.reasons.push((reason, u8::MAX));
    }
}

/// A stop set by hand: the one thing that beats a release.
fn is_stop(reason: &Reason) -> bool {
    reason.code == Code::StatusStop
}

/// Whether a person in this role may release what this reason stops. What no rule gives to anybody, nobody may release;
/// a person's hold on the order, every role that the policy ranks.
pub(super) fn may_release(policy: &Policy, role: &str, reason: &Reason) -> bool {
    if reason.code == Code::ForcedHold {
        let named = |by: &Option<String>| by.as_deref() == Some(role);
        return policy.release.ranks.iter().any(|rank| rank == role)
            || policy.rules.iter().any(|rule| named(&rule.release_by));
    }
    reason.release_by.as_deref().is_some_and(|wanted| policy.release.may(role, wanted))
}
