//! Releases that nobody can give, ranks that do not fit, days that contradict each other.

use super::super::problems::quoted;
use super::super::{Checkpoint, Policy, Test};
use super::overlap::checkpoints;
use super::{Findings, Place};

pub(super) fn check(policy: &Policy, findings: &mut Findings<'_>) {
    let release = &policy.release;
    let somebody = policy.rules.iter().any(|rule| rule.release_by.is_some());
    if !somebody && !release.four_eyes_above.is_empty() {
        let message =
            "`four_eyes_above` asks for a second person, but no rule has `release_by`: not even one may release";
        findings.error(&Place::Key("release", "four_eyes_above"), message);
    }
    if !somebody {
        for (set, key) in
            [(release.valid_days.is_some(), "valid_days"), (release.deviation_basis_points > 0, "deviation")]
        {
            if set {
                let message = format!("`{key}` of [release] does nothing: no rule has `release_by`");
                findings.warning(&Place::Key("release", key), message);
            }
        }
    }
    if !release.ranks.is_empty() {
        let mut told = Vec::new();
        for (at, rule) in policy.rules.iter().enumerate() {
            let Some(role) = rule.release_by.as_ref().filter(|role| !release.ranks.contains(role)) else { continue };
            if told.contains(&role) {
                continue;
            }
            told.push(role);
            let role = quoted(role);
            let message = format!("role {role} is not among the `ranks` of [release]: nobody stands above or below it");
            findings.warning(&Place::Rule(at, "release_by"), message);
        }
    }
    let later = [Checkpoint::Pick, Checkpoint::Ship, Checkpoint::Invoice];
    let asked_later =
        policy.rules.iter().any(|rule| checkpoints(&rule.scope).iter().any(|point| later.contains(point)));
    if policy.checkpoint_grace_days > 0 && !asked_later {
        let message = "`grace_days` of [checkpoints] does little: no rule is asked at pick, ship or invoice";
        findings.warning(&Place::Key("checkpoints", "grace_days"), message);
    }
    let score = policy.rules.iter().any(|rule| matches!(rule.test, Test::Score { .. }));
    if !policy.scorecard.is_empty() && policy.classes.is_empty() && !score {
        let message = "the scorecard does nothing: there are no classes, and no rule asks for a score";
        findings.warning(&Place::Scorecard, message);
    }
    if let Some(days) = policy.collection.hand_over_days.filter(|days| *days < policy.facts.grace_days) {
        let grace = policy.facts.grace_days;
        let message = format!(
            "`hand_over_days` of [collection] is {days}, and [facts] counts an invoice as overdue only after {grace} \
             days of grace: it goes to collection before it is overdue"
        );
        findings.warning(&Place::Key("collection", "hand_over_days"), message);
    }
}
