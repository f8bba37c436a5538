//! Two policies held against the same orders: where they differ, how often, for how much, and which rules make it so.
//!
//! A [`Case`] is a customer as it stands and an order of it, before any policy has said what is overdue or beyond the
//! horizon: that is part of what two policies may see differently. [`compare`] asks both about every case; [`grid()`] makes
//! cases that stand at the thresholds of both, and just above them; [`sample`] mixes those.

mod case;
mod grid;

use std::collections::BTreeMap;

use serde::Serialize;

pub use case::{Case, Item, Order};
pub use grid::{MAX_CASES, grid, sample};

use crate::calendar::Day;
use crate::credit::{Decision, decide};
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::policy::Policy;
use crate::reason::{Code, Outcome, Reason};

/// At most this many examples are kept of each pair of outcomes.
pub const MAX_EXAMPLES: usize = 100;

/// Where two policies differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The first policy.
    pub a: Compared,
    /// The second policy.
    pub b: Compared,
    /// How many cases both were asked about.
    pub cases: u64,
    /// How many of them they answer differently: another outcome, prepayment or deposit.
    pub different: u64,
    /// What they make of the cases, one row for each pair of outcomes; those that differ come first.
    pub pairs: Vec<Pair>,
}

/// A policy that is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The cases of which the first policy makes one outcome and the second another, or the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pair {
    /// What the first makes of them.
    pub a: Outcome,
    /// What the second makes of them.
    pub b: Outcome,
    /// How many cases.
    pub cases: u64,
    /// How many of them are answered differently: all, or where the outcome is the same those with another prepayment or
    /// deposit.
    pub different: u64,
    /// The sum of the orders, one for each currency. A sum that does not fit is the largest amount there is.
    pub value: Vec<Money>,
    /// The rules that lead to the first outcome, the most frequent first.
    pub rules_a: Vec<RuleCount>,
    /// The rules that lead to the second outcome.
    pub rules_b: Vec<RuleCount>,
    /// The first cases that are answered differently.
    pub examples: Vec<Example>,
}

/// How often a rule leads to an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleCount {
    /// The policy's name for it; empty for what no rule says.
    pub rule: String,
    /// What is the matter: the first thing it says of a case.
    pub code: Code,
    /// In how many cases.
    pub cases: u64,
}

/// A case that two policies answer differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// What it is, or the line of the file it came from.
    pub case: String,
    /// The customer, where it has a number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub customer: String,
    /// The order.
    pub amount: Money,
    /// What the first makes of it.
    pub a: Answer,
    /// What the second makes of it.
    pub b: Answer,
}

/// What a policy makes of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answer {
    /// What the order may do.
    pub outcome: Outcome,
    /// The exposure before the order, as the policy counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Money>,
    /// The limit in force, as the policy counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Money>,
    /// What is to be paid in advance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepay: Option<Money>,
    /// The deposit that is recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit: Option<Money>,
    /// Every reason, the one that stops most first.
    pub reasons: Vec<Reason>,
}

impl From<Decision> for Answer {
    fn from(decision: Decision) -> Self {
        Self {
            outcome: decision.outcome,
            exposure: decision.exposure_before,
            limit: decision.limit,
            prepay: decision.prepay,
            deposit: decision.deposit,
            reasons: decision.reasons,
        }
    }
}

/// The rows while they grow.
#[derive(Default)]
struct Row {
    cases: u64,
    different: u64,
    value: BTreeMap<Currency, i128>,
    rules: [BTreeMap<(String, Code), u64>; 2],
    examples: Vec<Example>,
}

/// Asks both policies about every case, and keeps up to `examples` of each pair of outcomes that differ.
///
/// # Errors
/// `Argument`, naming the case, when its amounts are too large to add.
pub fn compare(a: &Policy, b: &Policy, cases: &[Case], today: Day, examples: usize) -> Result<Comparison> {
    let mut rows: BTreeMap<(Outcome, Outcome), Row> = BTreeMap::new();
    for case in cases {
        let [first, second] = [a, b].map(|policy| answer(policy, case, today));
        let (first, second) = (first?, second?);
        let row = rows.entry((first.outcome, second.outcome)).or_default();
        row.cases += 1;
        let amount = case.order.amount;
        *row.value.entry(amount.currency).or_default() += i128::from(amount.minor);
        for (counts, answer) in row.rules.iter_mut().zip([&first, &second]) {
            let mut told: Vec<&str> = Vec::new();
            for reason in answer.reasons.iter().filter(|reason| reason.effect == answer.outcome) {
                // A rule that has two things to say of a case leads to its outcome once.
                if reason.rule.is_empty() || !told.contains(&reason.rule.as_str()) {
                    told.push(&reason.rule);
                    *counts.entry((reason.rule.clone(), reason.code)).or_default() += 1;
                }
            }
        }
        let same = first.outcome == second.outcome && first.prepay == second.prepay && first.deposit == second.deposit;
        if !same {
            row.different += 1;
            if row.examples.len() < examples.min(MAX_EXAMPLES) {
                let (name, customer) = (case.name.clone(), case.customer.clone());
                row.examples.push(Example { case: name, customer, amount, a: first, b: second });
            }
        }
    }
    let mut pairs: Vec<Pair> = rows.into_iter().map(|((a, b), row)| row.pair(a, b)).collect();
    // What stops most comes first, of what differs and then of what is the same.
    pairs.sort_by_key(|pair| {
        (pair.different == 0, std::cmp::Reverse(pair.a.max(pair.b)), std::cmp::Reverse(pair.cases))
    });
    let compared = |policy: &Policy| Compared { name: policy.name.clone(), version: policy.version.clone() };
    Ok(Comparison {
        a: compared(a),
        b: compared(b),
        cases: pairs.iter().map(|pair| pair.cases).sum(),
        different: pairs.iter().map(|pair| pair.different).sum(),
        pairs,
    })
}

fn answer(policy: &Policy, case: &Case, today: Day) -> Result<Answer> {
    let account = case.account(policy, today).map_err(|error| error.at(&case.name))?;
    let document = case.document(policy);
    let decision = decide(policy, account.as_ref(), &document, today).map_err(|error| error.at(&case.name))?;
    Ok(decision.into())
}

impl Row {
    fn pair(self, a: Outcome, b: Outcome) -> Pair {
        let value =
            |(currency, minor): (Currency, i128)| Money::new(i64::try_from(minor).unwrap_or(i64::MAX), currency);
        let [rules_a, rules_b] = self.rules.map(|counts| {
            let count = |((rule, code), cases)| RuleCount { rule, code, cases };
            let mut counts: Vec<_> = counts.into_iter().map(count).collect();
            counts.sort_by_key(|count| std::cmp::Reverse(count.cases));
            counts
        });
        Pair {
            a,
            b,
            cases: self.cases,
            different: self.different,
            value: self.value.into_iter().map(value).collect(),
            rules_a,
            rules_b,
            examples: self.examples,
        }
    }
}
