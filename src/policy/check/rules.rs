//! What is odd about one rule alone.

use super::super::parse::MAX_SHARE_BASIS_POINTS;
use super::super::problems::{meant, quoted};
use super::super::{Policy, Rule, Scope, Status, Test};
use super::{Findings, Place};
use crate::reason::Outcome;

pub(super) fn check(policy: &Policy, findings: &mut Findings<'_>) {
    for (at, rule) in policy.rules.iter().enumerate() {
        let name = format!("rule {}", quoted(&rule.name));
        scope(policy, &rule.scope, &name, |key| Place::Rule(at, key), findings);
        whole(rule, at, findings);
        shares(rule, at, findings);
        unknown(policy, rule, at, findings);
        if rule.then == Outcome::Hold && rule.release_by.is_none() {
            let message = format!("{name} makes orders wait, and nobody may release them: add `release_by`");
            findings.warning(&Place::Rule(at, "then"), message);
        }
    }
    horizon(policy, findings);
    statuses(policy, findings);
}

/// A scope that no document is in. Shared with exclusions.
pub(super) fn scope<'p>(
    policy: &Policy,
    scope: &Scope,
    name: &str,
    place: impl Fn(&'p str) -> Place<'p>,
    findings: &mut Findings<'_>,
) {
    if !policy.classes.is_empty() {
        for class in scope.classes.iter().filter(|class| policy.classes.iter().all(|known| known.name != **class)) {
            let known = policy.classes.iter().map(|class| class.name.as_str());
            // Of names as short as A and B each is close to every other.
            let hint = match meant(class, known).filter(|near| near.chars().count() > 2) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "define it, also when it is only ever given by hand".to_owned(),
            };
            let message = format!("{name} speaks of class {}, which no [[class]] defines; {hint}", quoted(class));
            findings.error(&place("classes"), message);
        }
    }
    if scope.younger_than_days == Some(0) {
        let message = format!("{name} never speaks: no customer is younger than 0 days");
        findings.error(&place("younger_than_days"), message);
    }
}

/// Shares of a whole are never above all of it.
fn whole(rule: &Rule, at: usize, findings: &mut Findings<'_>) {
    let above = match rule.test {
        Test::OverdueShare { above } | Test::DisputeRate { above, .. } | Test::Discount { above } => above,
        Test::DunningLevel { above: u8::MAX } => MAX_SHARE_BASIS_POINTS,
        _ => return,
    };
    if above >= MAX_SHARE_BASIS_POINTS {
        let message = format!("rule {} can never fire: nothing is above that", quoted(&rule.name));
        findings.error(&Place::Rule(at, "above"), message);
    }
}

fn shares(rule: &Rule, at: usize, findings: &mut Findings<'_>) {
    let name = quoted(&rule.name);
    if rule.then == Outcome::Prepay && rule.prepay_basis_points == 0 {
        let message = format!("rule {name} asks for nothing in advance, and yet makes orders wait for it");
        findings.error(&Place::Rule(at, "prepay"), message);
    }
    if rule.deposit_basis_points == Some(0) {
        findings.warning(&Place::Rule(at, "deposit"), format!("rule {name} asks for a deposit of nothing"));
    }
}

/// A rule that stops on a fact should say what happens where the fact is not known. Who was sent no invoices cannot have
/// disputed them, and who has no day of review is not late for it, so those need not.
fn unknown(policy: &Policy, rule: &Rule, at: usize, findings: &mut Findings<'_>) {
    let fact = match rule.test {
        Test::PaymentBehaviour { .. } => "a payment history",
        // A scorecard gives everybody a score.
        Test::Score { .. } if policy.scorecard.is_empty() => "a score",
        Test::TermsChanged => "agreed payment terms",
        _ => return,
    };
    if rule.unknown.is_none() && !rule.then.grants() {
        let name = quoted(&rule.name);
        let message = format!("rule {name} lets customers without {fact} pass: add `unknown` if that is not meant");
        findings.warning(&Place::Rule(at, "when"), message);
    }
}

fn horizon(policy: &Policy, findings: &mut Findings<'_>) {
    let dynamic = |rule: &&Rule| matches!(rule.test, Test::OverLimit { dynamic: true, .. });
    let mut asked = false;
    for (at, rule) in policy.rules.iter().enumerate().filter(|(_, rule)| dynamic(rule)) {
        asked = true;
        if policy.facts.horizon_days.is_none() {
            let name = quoted(&rule.name);
            let message = format!(
                "rule {name} is \"dynamic\", but [facts] has no `horizon_days`: it counts all orders like a static one"
            );
            findings.warning(&Place::Rule(at, "exposure"), message);
        }
    }
    if policy.facts.horizon_days.is_some() && !asked {
        let message = "`horizon_days` does nothing: no rule has exposure = \"dynamic\"";
        findings.warning(&Place::Key("facts", "horizon_days"), message);
    }
}

/// A status that nobody asks about is a switch without a wire.
fn statuses(policy: &Policy, findings: &mut Findings<'_>) {
    for (status, word) in [(Status::Hold, "hold"), (Status::Stop, "stop")] {
        let asked = policy.rules.iter().any(|rule| rule.test == Test::Status { is: status } && !rule.then.grants());
        if !asked && !policy.rules.is_empty() {
            let message = format!(
                "no rule stops orders of accounts with the status \"{word}\": whoever sets it by hand sets it in vain"
            );
            findings.warning(&Place::File, message);
        }
    }
}
