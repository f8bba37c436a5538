//! A whole policy in sentences, for people who do not read TOML: [`Policy::explain`].
//!
//! The words stand beside it, all languages side by side; their terms are those of `src/reason/texts.rs`.

mod customers_texts;
mod facts_texts;
mod rules_texts;

use self::{customers_texts as customers, facts_texts as facts, rules_texts as rules};
use super::{Policy, Rule, Scope, ScoreLine, TaxBasis, Test, Verdict};
use crate::money::Money;
use crate::reason::{Language, Outcome, Quantity, Text};

/// A value for a placeholder of a text.
type Value<'a> = (&'a str, String);

impl Policy {
    /// The policy in sentences: a heading and its sentences, block by block, in the order in which an order meets them.
    pub fn explain(&self, language: Language) -> String {
        let say = Say { language };
        let title = [("name", self.name.clone()), ("version", self.version.clone())];
        let mut first = vec![say.fill(&customers::TITLE, &title)];
        first.extend(self.valid_from.map(|day| say.fill(&customers::VALID_FROM, &[("day", language.day(day))])));
        let principle = if self.rules.is_empty() { customers::NO_RULES } else { customers::PRINCIPLE };
        let mut blocks = vec![first.join("\n"), say.fill(&principle, &[])];
        let mut block = |heading: &Text, lines: Vec<String>| {
            if !lines.is_empty() {
                blocks.push(format!("{}\n{}", heading.get(language), lines.join("\n")));
            }
        };
        block(&customers::ORDERS, numbered(self.rules.iter().map(|rule| (rule.name.as_str(), say.rule(rule)))));
        let exclusions = self.exclusions.iter().map(|exclusion| {
            let lifts = if exclusion.lifts == Outcome::Hold { rules::LIFTS_HOLD } else { rules::LIFTS_STOP };
            let mut said = vec![say.fill(&lifts, &[])];
            if !exclusion.up_to.is_empty() {
                said.push(say.fill(&rules::UP_TO, &[("amounts", say.amounts(&exclusion.up_to))]));
            }
            if !exclusion.rules.is_empty() {
                said.push(say.fill(&rules::ONLY_RULES, &[("names", exclusion.rules.join(", "))]));
            }
            said.extend(say.scope(&exclusion.scope));
            (exclusion.name.as_str(), said.join(" "))
        });
        block(&customers::EXCLUSIONS, numbered(exclusions));
        block(&customers::FACTS, say.facts(self));
        block(&customers::CLASSES, say.classes(self));
        block(&customers::PEOPLE, say.people(self));
        block(&customers::CUSTOMERS, say.customers(self));
        block(&customers::REGISTERS, say.registers(self));
        blocks.join("\n\n") + "\n"
    }
}

fn numbered<'a>(lines: impl Iterator<Item = (&'a str, String)>) -> Vec<String> {
    lines.enumerate().map(|(at, (name, said))| format!("{}. {name}: {said}", at + 1)).collect()
}

/// Says things in one language.
struct Say {
    language: Language,
}

impl Say {
    fn fill(&self, text: &Text, values: &[Value<'_>]) -> String {
        let value = |name: &str| values.iter().find(|(of, _)| *of == name).map(|(_, value)| value.clone());
        text.fill(self.language, value).unwrap_or_default()
    }

    fn days(&self, days: impl Into<i64>) -> String {
        Quantity::Days(days.into()).text(self.language)
    }

    fn share(&self, basis_points: u32) -> String {
        self.language.percent(i64::from(basis_points))
    }

    fn amounts(&self, amounts: &[Money]) -> String {
        let written: Vec<_> = amounts.iter().map(|amount| self.language.money(*amount)).collect();
        written.join(", ")
    }

    /// Whole days where they are, else hours.
    fn hours(&self, hours: u32) -> String {
        if hours > 0 && hours.is_multiple_of(24) {
            return self.days(hours / 24);
        }
        self.fill(&customers::HOURS, &[("hours", self.language.number(i64::from(hours)))])
    }

    fn if_so(&self, condition: String, consequence: String) -> String {
        self.fill(&rules::IF, &[("condition", condition), ("consequence", consequence)])
    }

    fn consequence(&self, outcome: Outcome, prepay_basis_points: u32) -> String {
        if outcome == Outcome::Prepay && prepay_basis_points < 10_000 {
            return self.fill(&rules::PREPAY_SHARE, &[("share", self.share(prepay_basis_points))]);
        }
        self.fill(&rules::consequence(outcome), &[])
    }

    fn rule(&self, rule: &Rule) -> String {
        let condition = self.fill(&rules::condition(&rule.test), &self.values(&rule.test));
        let mut said = vec![self.if_so(condition, self.consequence(rule.then, rule.prepay_basis_points))];
        match &rule.test {
            Test::OverLimit { dynamic: true, .. } => said.push(self.fill(&rules::HORIZON, &[])),
            Test::OverdueDays { small, .. } if !small.is_empty() => {
                said.push(self.fill(&rules::SMALL, &[("amounts", self.amounts(small))]));
            }
            _ => {}
        }
        if let Some(outcome) = rule.if_already_over {
            said.push(self.fill(&rules::ALREADY, &[("consequence", self.consequence(outcome, 10_000))]));
        }
        if let Some(unknown) = &rule.unknown {
            let consequence = self.consequence(unknown.then, 10_000);
            said.push(self.fill(&rules::UNKNOWN, &[("consequence", consequence)]));
            if !unknown.up_to.is_empty() {
                said.push(self.fill(&rules::UNKNOWN_UP_TO, &[("amounts", self.amounts(&unknown.up_to))]));
            }
        }
        if let Some(share) = rule.deposit_basis_points {
            said.push(self.fill(&rules::DEPOSIT, &[("share", self.share(share))]));
        }
        said.extend(self.scope(&rule.scope));
        match &rule.release_by {
            Some(role) => said.push(self.fill(&rules::RELEASE, &[("role", role.clone())])),
            None if rule.then.grants() => {}
            None => said.push(self.fill(&rules::NOBODY, &[])),
        }
        said.join(" ")
    }

    fn values(&self, test: &Test) -> Vec<Value<'static>> {
        let number = |number: i64| self.language.number(number);
        match test {
            Test::OverLimit { tolerance_basis_points: share, .. }
            | Test::OverdueShare { above: share }
            | Test::Utilisation { above: share }
            | Test::Discount { above: share } => vec![("share", self.share(*share))],
            Test::OverdueAmount { above } | Test::DocumentValue { above } | Test::BucketAmount { above, .. } => {
                vec![("amounts", self.amounts(above))]
            }
            Test::OverdueDays { above: days, .. }
            | Test::PaymentBehaviour { above: days }
            | Test::ReviewDue { buffer_days: days } => vec![("days", self.days(*days))],
            Test::DunningLevel { above } => vec![("level", number(i64::from(*above)))],
            Test::DisputeRate { above, at_least } => {
                vec![("share", self.share(*above)), ("count", number(i64::from(*at_least)))]
            }
            Test::Score { below } => vec![("score", number(i64::from(*below)))],
            Test::LimitOpenEnded | Test::TermsChanged | Test::Always | Test::Status { .. } => Vec::new(),
        }
    }

    fn scope(&self, scope: &Scope) -> Vec<String> {
        let mut said = Vec::new();
        for (names, text) in [(&scope.classes, rules::CLASSES), (&scope.companies, rules::COMPANIES)] {
            if !names.is_empty() {
                said.push(self.fill(&text, &[("names", names.join(", "))]));
            }
        }
        if let Some(days) = scope.younger_than_days {
            said.push(self.fill(&rules::YOUNGER, &[("days", self.days(days))]));
        }
        if let Some(share) = scope.utilisation_above {
            said.push(self.fill(&rules::USED, &[("share", self.share(share))]));
        }
        if !scope.at.is_empty() {
            let points: Vec<_> = scope.at.iter().map(|at| rules::checkpoint(*at).get(self.language)).collect();
            said.push(self.fill(&rules::AT, &[("points", points.join(", "))]));
        }
        said
    }

    fn facts(&self, policy: &Policy) -> Vec<String> {
        let of = &policy.facts;
        let either = |yes: bool, text: Text, otherwise: Text| self.fill(if yes { &text } else { &otherwise }, &[]);
        let becomes =
            |condition: &Text, outcome| self.if_so(self.fill(condition, &[]), self.consequence(outcome, 10_000));
        let mut said = vec![match of.grace_days {
            0 => self.fill(&facts::OVERDUE, &[]),
            days => self.fill(&facts::OVERDUE_AFTER, &[("days", self.days(days))]),
        }];
        said.push(either(of.disputed_count_as_overdue, facts::DISPUTED_COUNT, facts::DISPUTED_OUT));
        said.push(either(of.unapplied_credits_reduce, facts::CREDITS_REDUCE, facts::CREDITS_IGNORED));
        said.push(either(of.secured_part_outside, facts::SECURED_OUT, facts::SECURED_COUNTS));
        said.push(either(of.internal_customers_checked, facts::INTERNAL_CHECKED, facts::INTERNAL_OUT));
        said.push(becomes(&facts::CUSTOMER_UNKNOWN, of.unknown_customer));
        said.push(becomes(&facts::LIMIT_MISSING, of.limit_missing));
        said.push(becomes(&facts::LIMIT_EXPIRED, of.limit_expired));
        said.push(becomes(&facts::NO_RATE, of.currency_mismatch));
        if of.limit_grace_days > 0 {
            said.push(self.fill(&facts::LIMIT_GRACE, &[("days", self.days(of.limit_grace_days))]));
        }
        said.extend(of.horizon_days.map(|days| self.fill(&facts::HORIZON, &[("days", self.days(days))])));
        said.extend(of.tax.map(|tax| either(tax == TaxBasis::Gross, facts::GROSS, facts::NET)));
        said
    }

    fn classes(&self, policy: &Policy) -> Vec<String> {
        let class = |class: &super::RiskClass| {
            let score = self.language.number(i64::from(class.score_from));
            let mut said = self.fill(&facts::CLASS, &[("name", class.name.clone()), ("score", score)]);
            if !class.proposed_limits.is_empty() {
                said.push(' ');
                said += &self.proposed(&class.proposed_limits);
            }
            said
        };
        let mut said: Vec<_> = policy.classes.iter().map(class).collect();
        if !policy.scorecard.is_empty() {
            said.push(self.fill(&facts::SCORECARD, &[]));
        }
        said.extend(policy.scorecard.iter().map(|line| self.score_line(line)));
        said
    }

    fn score_line(&self, line: &ScoreLine) -> String {
        let number = |number: i64| self.language.number(number);
        let points = |points: i32| ("points", number(i64::from(points)));
        let step = |(value, of): &(i64, i32)| self.fill(&facts::STEP, &[("value", number(*value)), points(*of)]);
        let mut steps: Vec<_> = line.steps.iter().map(step).collect();
        steps.push(self.fill(&facts::BEYOND, &[points(line.beyond)]));
        steps.push(self.fill(&facts::NOT_KNOWN, &[points(line.unknown)]));
        format!("{}: {}.", facts::measure(line.measure).get(self.language), steps.join("; "))
    }

    fn proposed(&self, limits: &[Money]) -> String {
        self.fill(&facts::PROPOSED, &[("amounts", self.amounts(limits))])
    }

    fn people(&self, policy: &Policy) -> Vec<String> {
        let (release, limits, collection) = (&policy.release, &policy.limits, &policy.collection);
        let mut said = Vec::new();
        let mut say = |set: bool, text: &Text, value: Value<'_>| {
            if set {
                said.push(self.fill(text, &[value]));
            }
        };
        let share = |share| ("share", self.share(share));
        let amounts = |amounts| ("amounts", self.amounts(amounts));
        say(!release.ranks.is_empty(), &facts::RANKS, ("names", release.ranks.join(", ")));
        if policy.rules.iter().any(|rule| rule.release_by.is_some()) {
            match release.valid_days {
                Some(days) => say(true, &facts::RELEASE_VALID, ("days", self.days(days))),
                None => say(true, &facts::RELEASE_FOR_GOOD, ("", String::new())),
            }
        }
        let deviation = release.deviation_basis_points;
        say(deviation > 0, &facts::DEVIATION, share(deviation));
        say(!release.four_eyes_above.is_empty(), &facts::FOUR_EYES, amounts(&release.four_eyes_above));
        let grace = policy.checkpoint_grace_days;
        say(grace > 0, &facts::CHECKPOINT_GRACE, ("days", self.days(grace)));
        let increase = limits.approval_increase_basis_points;
        say(increase.is_some(), &facts::APPROVE_INCREASE, share(increase.unwrap_or(0)));
        say(!limits.approval_above.is_empty(), &facts::APPROVE_ABOVE, amounts(&limits.approval_above));
        let hand_over = collection.hand_over_days;
        say(hand_over.is_some(), &facts::HAND_OVER, ("days", self.days(hand_over.unwrap_or(0))));
        let remind = collection.remind_days;
        say(remind > 0, &facts::REMIND, ("days", self.days(remind)));
        said
    }

    fn customers(&self, policy: &Policy) -> Vec<String> {
        let of = &policy.customer;
        let leads = |matter: &Text, verdict: Verdict| {
            let matter = self.fill(matter, &[("days", self.days(of.young_days))]);
            let verdict = verdict.text(self.language).to_owned();
            self.fill(&customers::VERDICT, &[("matter", matter), ("verdict", verdict)])
        };
        let mut said = vec![
            leads(&customers::INVALID, of.invalid_identifier),
            leads(&customers::DUPLICATE, of.duplicate),
            leads(&customers::NOT_IN_REGISTER, of.not_in_register),
            leads(&customers::NOT_ACTIVE, of.not_active),
            leads(&customers::YOUNG, of.young),
            leads(&customers::REMARKS, of.remarks),
            leads(&customers::UNCHECKED, of.unknown),
        ];
        if !of.proposed_limits.is_empty() {
            said.push(self.proposed(&of.proposed_limits));
        }
        said
    }

    fn registers(&self, policy: &Policy) -> Vec<String> {
        let of = &policy.register;
        let debtor =
            [("age", self.hours(of.debtor_max_age_hours)), ("source", self.hours(of.debtor_source_max_age_hours))];
        let mut said = vec![
            self.fill(&customers::COMPANY_AGE, &[("age", self.hours(of.company_max_age_hours))]),
            self.fill(&customers::DEBTOR_AGE, &debtor),
        ];
        if !of.purposes.is_empty() {
            said.push(self.fill(&customers::PURPOSES, &[("names", of.purposes.join(", "))]));
        }
        said
    }
}

#[cfg(test)]
mod tests;
