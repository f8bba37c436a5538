//! What nobody is held against: currencies that a list lacks, classes, companies and checkpoints without a limit.

use super::super::problems::quoted;
use super::super::{Checkpoint, Policy, Rule, Test};
use super::overlap::checkpoints;
use super::{Findings, Place};
use crate::money::{Currency, Money};

pub(super) fn check(policy: &Policy, findings: &mut Findings<'_>) {
    currencies(policy, findings);
    if policy.rules.is_empty() {
        findings.warning(&Place::File, "the policy has no rules: no order is ever checked");
        return;
    }
    limits(policy, findings);
    for point in [Checkpoint::Entry, Checkpoint::Confirm] {
        if !policy.rules.iter().any(|rule| checkpoints(&rule.scope).contains(&point)) {
            let message = format!("no rule is asked at \"{}\": orders are not checked there", point.name());
            findings.warning(&Place::File, message);
        }
    }
}

/// A list of amounts: where it stands, what it is called, and what its silence means.
struct List<'a> {
    place: Place<'a>,
    name: String,
    amounts: &'a [Money],
    silence: &'static str,
}

/// Every list of amounts in the policy.
fn lists(policy: &Policy) -> Vec<List<'_>> {
    let mut lists = Vec::new();
    let mut add = |place, name: String, amounts, silence| lists.push(List { place, name, amounts, silence });
    for (at, rule) in policy.rules.iter().enumerate() {
        let of = |key| format!("`{key}` of rule {}", quoted(&rule.name));
        match &rule.test {
            Test::OverdueAmount { above } | Test::DocumentValue { above } | Test::BucketAmount { above, .. } => {
                add(Place::Rule(at, "above"), of("above"), above, "accounts in it are not asked about");
            }
            Test::OverdueDays { small, .. } => {
                add(Place::Rule(at, "small"), of("small"), small, "no remainder is small in it");
            }
            _ => {}
        }
        if let Some(unknown) = &rule.unknown {
            let silence = "no document is small in it";
            add(Place::Rule(at, "unknown_up_to"), of("unknown_up_to"), &unknown.up_to, silence);
        }
    }
    for (at, exclusion) in policy.exclusions.iter().enumerate() {
        let name = format!("`up_to` of exclusion {}", quoted(&exclusion.name));
        add(Place::Exclusion(at, "up_to"), name, &exclusion.up_to, "nothing is lifted in it");
    }
    for class in &policy.classes {
        let name = format!("`proposed_limits` of class {}", quoted(&class.name));
        let place = Place::Class(&class.name, "proposed_limits");
        add(place, name, &class.proposed_limits, "no limit is proposed in it");
    }
    let two = ("one person is enough in it", "no amount needs approval in it");
    let place = Place::Key("release", "four_eyes_above");
    add(place, "`four_eyes_above` of [release]".to_owned(), &policy.release.four_eyes_above, two.0);
    let place = Place::Key("limits", "approval_above");
    add(place, "`approval_above` of [limits]".to_owned(), &policy.limits.approval_above, two.1);
    let place = Place::Key("customer", "proposed_limits");
    let name = "`proposed_limits` of [customer]".to_owned();
    add(place, name, &policy.customer.proposed_limits, "no limit is proposed in it");
    lists.retain(|list| !list.amounts.is_empty());
    lists
}

/// A currency that one list names and another does not.
fn currencies(policy: &Policy, findings: &mut Findings<'_>) {
    let lists = lists(policy);
    let mut all: Vec<Currency> = Vec::new();
    for amount in lists.iter().flat_map(|list| list.amounts) {
        if !all.contains(&amount.currency) {
            all.push(amount.currency);
        }
    }
    for list in &lists {
        let named = |currency: &Currency| list.amounts.iter().any(|amount| amount.currency == *currency);
        let missing: Vec<String> = all.iter().filter(|one| !named(one)).map(ToString::to_string).collect();
        if !missing.is_empty() {
            let (name, silence, missing) = (&list.name, list.silence, missing.join(", "));
            let message = format!("{name} has no amount in {missing}, which other lists of the policy name: {silence}");
            findings.warning(&list.place, message);
        }
    }
}

/// Whoever no rule holds against a limit may order for any amount.
fn limits(policy: &Policy, findings: &mut Findings<'_>) {
    let limits = || policy.rules.iter().filter(|rule| matches!(rule.test, Test::OverLimit { .. }));
    if limits().next().is_none() {
        let message = "no rule has when = \"over_limit\": nobody is held against a limit";
        findings.warning(&Place::File, message);
        return;
    }
    let speaks = |of: fn(&Rule) -> &[String], name: &str| {
        limits().any(|rule| of(rule).is_empty() || of(rule).iter().any(|one| one == name))
    };
    let classes: fn(&Rule) -> &[String] = |rule| &rule.scope.classes;
    let companies: fn(&Rule) -> &[String] = |rule| &rule.scope.companies;
    for class in policy.classes.iter().filter(|class| !speaks(classes, &class.name)) {
        let message =
            format!("no \"over_limit\" rule speaks of class {}: it is held against no limit", quoted(&class.name));
        findings.warning(&Place::Class(&class.name, "name"), message);
    }
    if limits().all(|rule| !rule.scope.classes.is_empty()) {
        let message = "every \"over_limit\" rule names classes: accounts without a class are held against no limit";
        findings.warning(&Place::File, message);
    }
    let scopes = policy.rules.iter().map(|rule| &rule.scope).chain(policy.exclusions.iter().map(|one| &one.scope));
    let mut named: Vec<&String> = scopes.flat_map(|scope| &scope.companies).collect();
    named.sort();
    named.dedup();
    for company in named.into_iter().filter(|company| !speaks(companies, company)) {
        let message =
            format!("no \"over_limit\" rule speaks of company {}: it is held against no limit", quoted(company));
        findings.warning(&Place::File, message);
    }
    if limits().all(|rule| !rule.scope.companies.is_empty()) {
        let message = "every \"over_limit\" rule names companies: other companies are held against no limit";
        findings.warning(&Place::File, message);
    }
    if !limits().any(|rule| checkpoints(&rule.scope).contains(&Checkpoint::Entry)) {
        let message =
            "no \"over_limit\" rule is asked at \"entry\": orders hold credit before anybody asks for the limit";
        findings.warning(&Place::File, message);
    }
}
