//! The one gate: [`decide`].
//!
//! Order of evaluation:
//! 1. no account: the policy's answer for unknown customers;
//! 2. a document that increases nothing always goes through;
//! 3. the account's *no check* status: not checked;
//! 4. an amount in another currency that could not be converted cannot be compared: the policy's answer for that;
//! 5. every rule of the policy is asked, and all reasons come back;
//! 6. the outcome that stops most wins. If no rule had anything to ask, the document is not checked.

use serde::{Deserialize, Serialize};

use super::account::AccountFacts;
use super::limit::{Limit, limit_in_force};
use crate::calendar::Day;
use crate::error::{Error, Result};
use crate::money::{Money, MoneyError};
use crate::policy::{Policy, Rule, Status, Test};
use crate::reason::{Code, Level, Outcome, Quantity, Reason, Remedy};

/// What is asked: by how much the account's exposure would grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The increase, in the account's currency if it could be converted. Zero and below always goes through.
    pub increase: Money,
}

/// What was decided, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// What the document may do.
    pub outcome: Outcome,
    /// Every reason, the one that stops most first.
    pub reasons: Vec<Reason>,
    /// The increase that was asked for.
    pub increase: Money,
    /// The exposure before the document; `None` when there is no account.
    pub exposure_before: Option<Money>,
    /// The exposure after it: with the increase if the document was granted, as before if not.
    pub exposure_after: Option<Money>,
    /// The limit in force; `None` when there is none on record, or the account is marked as having none.
    pub limit: Option<Money>,
    /// What must be paid in advance for the document to go through; set when the outcome is `prepay`.
    pub prepay: Option<Money>,
}

impl Decision {
    /// Limit less exposure before the document; `None` without a limit.
    pub fn available_before(&self) -> Option<Money> {
        available(self.limit, self.exposure_before)
    }

    /// Limit less exposure after the document; `None` without a limit.
    pub fn available_after(&self) -> Option<Money> {
        available(self.limit, self.exposure_after)
    }
}

fn available(limit: Option<Money>, exposure: Option<Money>) -> Option<Money> {
    let (limit, exposure) = (limit?, exposure?);
    Some(Money::new(limit.minor.saturating_sub(exposure.minor), limit.currency))
}

/// Decides. The same arguments give the same decision, bit for bit, on every machine.
///
/// # Errors
/// `Argument` when the amounts are too large to add.
pub fn decide(policy: &Policy, account: Option<&AccountFacts>, document: &Document, today: Day) -> Result<Decision> {
    let increase = document.increase;
    let Some(account) = account else {
        return Ok(without_account(policy, increase));
    };
    let owed = exposure(policy, account).map_err(too_large)?;
    let comparable = increase.currency == account.currency;
    let limit = limit_in_force(&account.limits, today);
    let mut decision = Decision {
        outcome: Outcome::Approve,
        reasons: Vec::new(),
        increase,
        exposure_before: Some(owed),
        exposure_after: Some(owed),
        limit: limit.and_then(|l| l.amount).map(|minor| Money::new(minor, account.currency)),
        prepay: None,
    };
    if increase.minor <= 0 {
        decision.reasons.push(plain(Code::NotAnIncrease, Level::Document, Outcome::Approve));
        if comparable {
            decision.exposure_after = Some(owed.checked_add(increase).map_err(too_large)?);
        }
        return Ok(decision);
    }
    if account.status == Status::NoCheck {
        decision.reasons.push(plain(Code::StatusNoCheck, Level::Own, Outcome::NotChecked));
        decision.outcome = Outcome::NotChecked;
    } else if !comparable {
        decision.reasons.push(Reason {
            measured: Some(Quantity::Currency(increase.currency)),
            threshold: Some(Quantity::Currency(account.currency)),
            remedy: Some(Remedy::UseCurrency(account.currency)),
            ..plain(Code::CurrencyMismatch, Level::Document, policy.facts.currency_mismatch)
        });
        decision.outcome = policy.facts.currency_mismatch;
    } else {
        let after = owed.checked_add(increase).map_err(too_large)?;
        let question = Question { policy, account, increase, owed, after, limit, today };
        question.ask_every_rule(&mut decision).map_err(too_large)?;
    }
    if decision.outcome.grants() && comparable {
        decision.exposure_after = Some(owed.checked_add(increase).map_err(too_large)?);
    }
    Ok(decision)
}

/// Exposure: what is owed and will be owed, less unapplied credits where the policy says that they count.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn exposure(policy: &Policy, account: &AccountFacts) -> std::result::Result<Money, MoneyError> {
    let debit = account.buckets.debit()?;
    let credit = if policy.facts.unapplied_credits_reduce { account.buckets.unapplied } else { 0 };
    Ok(Money::new(debit.checked_sub(credit).ok_or(MoneyError::Overflow)?, account.currency))
}

fn without_account(policy: &Policy, increase: Money) -> Decision {
    let outcome = policy.facts.unknown_customer;
    Decision {
        outcome,
        reasons: vec![Reason {
            remedy: Some(Remedy::CreateCustomer),
            ..plain(Code::UnknownCustomer, Level::Own, outcome)
        }],
        increase,
        exposure_before: None,
        exposure_after: None,
        limit: None,
        prepay: None,
    }
}

/// A reason that needs no numbers.
fn plain(code: Code, level: Level, effect: Outcome) -> Reason {
    Reason { code, level, effect, measured: None, threshold: None, remedy: None, release_by: None, rule: String::new() }
}

fn too_large(error: MoneyError) -> Error {
    Error::argument(format!("the document cannot be added to the account: {error}"))
}

/// An increase held against the rules.
struct Question<'a> {
    policy: &'a Policy,
    account: &'a AccountFacts,
    increase: Money,
    owed: Money,
    after: Money,
    limit: Option<&'a Limit>,
    today: Day,
}

impl Question<'_> {
    fn ask_every_rule(&self, decision: &mut Decision) -> std::result::Result<(), MoneyError> {
        let mut asked = false;
        let mut prepay = 0;
        for rule in &self.policy.rules {
            asked |= match &rule.test {
                Test::OverLimit { tolerance_basis_points } => {
                    self.over_limit(rule, *tolerance_basis_points, decision, &mut prepay)?
                }
                Test::OverdueAmount { above } => self.overdue_amount(rule, above, decision, &mut prepay),
                Test::OverdueDays { above } => self.overdue_days(rule, *above, decision, &mut prepay),
                Test::Status { is } => self.status(rule, *is, decision, &mut prepay),
            };
        }
        // The sort is stable: of reasons that stop alike, the rule that stands first in the policy comes first.
        decision.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.effect));
        decision.outcome = match decision.reasons.first() {
            _ if !asked => Outcome::NotChecked,
            Some(reason) => reason.effect,
            None => Outcome::Approve,
        };
        if decision.outcome == Outcome::Prepay {
            decision.prepay = Some(Money::new(prepay, self.account.currency));
        }
        Ok(())
    }

    /// Whether the limit could be asked about, which it always can: an account without one is told apart.
    fn over_limit(
        &self,
        rule: &Rule,
        tolerance: u32,
        decision: &mut Decision,
        prepay: &mut i64,
    ) -> std::result::Result<bool, MoneyError> {
        let Some(limit) = self.limit else {
            let effect = self.policy.facts.limit_missing;
            let remedy = self.remedy(effect, Remedy::SetLimit, self.increase.minor, prepay);
            // Several rules may ask about the limit; that there is none is said once.
            if !decision.reasons.iter().any(|reason| reason.code == Code::LimitMissing) {
                decision.reasons.push(Reason { remedy, ..self.reason(rule, Code::LimitMissing, effect) });
            }
            return Ok(true);
        };
        let Some(amount) = limit.amount else {
            if !decision.reasons.iter().any(|reason| reason.code == Code::NoLimit) {
                decision.reasons.push(plain(Code::NoLimit, Level::Own, Outcome::Approve));
            }
            return Ok(true);
        };
        let allowed = with_tolerance(amount, tolerance)?;
        if self.after.minor > allowed {
            let over = self.after.minor.checked_sub(allowed).ok_or(MoneyError::Overflow)?;
            let wanted = over.min(self.increase.minor);
            let way_out = if over < self.increase.minor {
                Remedy::ReduceBy(self.money(over))
            } else {
                Remedy::Pay(self.money(over))
            };
            decision.reasons.push(Reason {
                measured: Some(Quantity::Money(self.after)),
                threshold: Some(Quantity::Money(self.money(allowed))),
                remedy: self.remedy(rule.then, way_out, wanted, prepay),
                ..self.reason(rule, Code::OverLimit, rule.then)
            });
            if self.owed.minor > allowed {
                let excess = self.owed.minor.checked_sub(allowed).ok_or(MoneyError::Overflow)?;
                decision.reasons.push(Reason {
                    measured: Some(Quantity::Money(self.owed)),
                    threshold: Some(Quantity::Money(self.money(allowed))),
                    remedy: Some(Remedy::Pay(self.money(excess))),
                    ..self.reason(rule, Code::AlreadyOverLimit, rule.then)
                });
            }
        } else if self.policy.facts.unapplied_credits_reduce
            && self.after.minor.saturating_add(self.account.buckets.unapplied) > allowed
        {
            decision.reasons.push(Reason {
                measured: Some(Quantity::Money(self.money(self.account.buckets.unapplied))),
                threshold: Some(Quantity::Money(self.money(allowed))),
                rule: rule.name.clone(),
                ..plain(Code::CoveredByCredit, Level::Own, Outcome::Approve)
            });
        }
        Ok(true)
    }

    fn overdue_amount(&self, rule: &Rule, above: &[Money], decision: &mut Decision, prepay: &mut i64) -> bool {
        let Some(threshold) = above.iter().find(|money| money.currency == self.account.currency) else {
            return false;
        };
        let overdue = self.account.buckets.overdue;
        if overdue > threshold.minor {
            let way_out = Remedy::Pay(self.money(overdue.saturating_sub(threshold.minor)));
            decision.reasons.push(Reason {
                measured: Some(Quantity::Money(self.money(overdue))),
                threshold: Some(Quantity::Money(*threshold)),
                remedy: self.remedy(rule.then, way_out, self.increase.minor, prepay),
                ..self.reason(rule, Code::OverdueAmount, rule.then)
            });
        }
        true
    }

    fn overdue_days(&self, rule: &Rule, above: u32, decision: &mut Decision, prepay: &mut i64) -> bool {
        let days = self.account.oldest_overdue.map_or(0, |due| self.today.since(due));
        if days > i64::from(above) {
            let way_out = Remedy::Pay(self.money(self.account.buckets.overdue));
            decision.reasons.push(Reason {
                measured: Some(Quantity::Days(days)),
                threshold: Some(Quantity::Days(i64::from(above))),
                remedy: self.remedy(rule.then, way_out, self.increase.minor, prepay),
                ..self.reason(rule, Code::OverdueDays, rule.then)
            });
        }
        true
    }

    fn status(&self, rule: &Rule, is: Status, decision: &mut Decision, prepay: &mut i64) -> bool {
        if self.account.status == is {
            let code = match is {
                Status::Stop => Code::StatusStop,
                Status::Hold => Code::StatusHold,
                Status::Watch => Code::StatusWatch,
                // Accounts that are fine or excluded are never the reason for anything; the policy cannot ask.
                Status::Ok | Status::NoCheck => return false,
            };
            decision.reasons.push(Reason {
                remedy: self.remedy(rule.then, Remedy::LiftStatus, self.increase.minor, prepay),
                ..self.reason(rule, code, rule.then)
            });
        }
        true
    }

    fn reason(&self, rule: &Rule, code: Code, effect: Outcome) -> Reason {
        Reason { release_by: rule.release_by.clone(), rule: rule.name.clone(), ..plain(code, Level::Own, effect) }
    }

    /// The way out; where the rule asks for a prepayment, that is the way out, and the largest one asked for counts.
    fn remedy(&self, effect: Outcome, otherwise: Remedy, in_advance: i64, prepay: &mut i64) -> Option<Remedy> {
        if effect != Outcome::Prepay {
            return Some(otherwise);
        }
        *prepay = (*prepay).max(in_advance);
        Some(Remedy::Prepay(self.money(in_advance)))
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.account.currency)
    }
}

/// The limit taken higher by hundredths of a per cent of it, rounded down.
fn with_tolerance(limit: i64, basis_points: u32) -> std::result::Result<i64, MoneyError> {
    if basis_points == 0 {
        return Ok(limit);
    }
    let more = i128::from(limit) * i128::from(basis_points) / 10_000;
    i64::try_from(i128::from(limit) + more).map_err(|_| MoneyError::Overflow)
}
