//! The one gate: [`decide`].
//!
//! Order of evaluation:
//! 1. no account: the policy's answer for unknown customers;
//! 2. a document that increases nothing always goes through, unless its payment terms become longer: then the rules about
//!    terms are asked; one that is prepaid or secured as a whole is not checked;
//! 3. an account with the *no check* status, or of the own group of companies where the policy leaves those out, is not
//!    checked; only a person's hold on this very order stops it;
//! 4. an amount in another currency that could not be converted cannot be compared: the policy's answer for that;
//! 5. a person's hold on this very order, then every rule of the policy that speaks of the document (`rules.rs`), pools
//!    before the account itself; all reasons come back;
//! 6. exclusions lift the reasons of less specific rules; of the same level the block wins;
//! 7. a person's release that covers the document, or an override in the same call, lifts what its role may. Neither
//!    lifts a stop unless it says so;
//! 8. the outcome that stops most wins. If no rule had anything to ask, the document is not checked.

use serde::{Deserialize, Serialize};

use super::account::AccountFacts;
use super::chain::{Release, Stage};
use super::limit::{Limit, insured, limit_in_force};
use super::rules::Question;
use crate::calendar::Day;
use crate::error::{Error, Result};
use crate::money::{Money, MoneyError};
use crate::policy::{Checkpoint, Policy, Status};
use crate::reason::{Code, Level, Outcome, Quantity, Reason, Remedy};

/// What is asked: a document and by how much the account's exposure would grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<'a> {
    /// The increase, in the account's currency if it could be converted. Zero and below always goes through.
    pub increase: Money,
    /// The whole value of the document, in the same currency, what is secured included.
    pub value: i64,
    /// The part of it that is prepaid, paid in cash or secured.
    pub secured: i64,
    /// Where the increase lands; orders land in [`Stage::Ordered`].
    pub lands: Stage,
    /// The day the goods ship; `None` is soon.
    pub ships: Option<Day>,
    /// The payment terms, in days.
    pub terms_days: Option<u16>,
    /// The terms it was let through with before.
    pub earlier_terms: Option<u16>,
    /// The discount, in hundredths of a per cent.
    pub discount: Option<u32>,
    /// At which moment of its life it is asked about.
    pub checkpoint: Checkpoint,
    /// Another moment whose rules are asked too: the checkpoint that it could not pass before.
    pub stopped_at: Option<Checkpoint>,
    /// Its payment terms become longer than they were: the rules about terms are asked even if nothing increases.
    pub longer_terms: bool,
    /// A person has put it on hold.
    pub forced_hold: bool,
    /// A person has released it before.
    pub release: Option<&'a Release>,
    /// A person who asks in a role that may let it through, and says so.
    pub overriding: Option<&'a Person>,
}

impl Document<'_> {
    /// A new order of this amount and nothing else known about it.
    pub fn of(increase: Money) -> Self {
        Self {
            increase,
            value: increase.minor,
            secured: 0,
            lands: Stage::Ordered,
            ships: None,
            terms_days: None,
            earlier_terms: None,
            discount: None,
            checkpoint: Checkpoint::Entry,
            stopped_at: None,
            longer_terms: false,
            forced_hold: false,
            release: None,
            overriding: None,
        }
    }
}

/// A person who puts an order on hold, releases it, turns it down, or overrides the rules. The host vouches for the role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who.
    pub user: String,
    /// In which role, as the policy names it.
    pub role: String,
    /// Why.
    pub reason: String,
    /// Whether a stop is lifted too.
    #[serde(default)]
    pub lifts_stop: bool,
    /// Release: how far above its amount the order may go, in hundredths of a per cent; the policy's when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<u32>,
    /// Release: how many days it is honoured; the policy's when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<u16>,
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
    /// The account's own effective limit: the one in force and what insurers cover; `None` when there is none on record,
    /// or the account is marked as having none.
    pub limit: Option<Money>,
    /// What must be paid in advance for the document to go through; set when the outcome is `prepay`.
    pub prepay: Option<Money>,
    /// The deposit or other security that the rules recommend for the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit: Option<Money>,
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
pub fn decide(
    policy: &Policy,
    account: Option<&AccountFacts>,
    document: &Document<'_>,
    today: Day,
) -> Result<Decision> {
    let increase = document.increase;
    let Some(account) = account else {
        return Ok(without_account(policy, increase));
    };
    let owed = exposure(policy, account).map_err(too_large)?;
    let comparable = increase.currency == account.currency;
    let limit = limit_in_force(&account.limits, today, policy.facts.limit_grace_days);
    let effective = effective_limit(limit, &account.limits, today).map_err(too_large)?;
    let mut decision = Decision {
        outcome: Outcome::Approve,
        reasons: Vec::new(),
        increase,
        exposure_before: Some(owed),
        exposure_after: Some(owed),
        limit: effective.map(|minor| Money::new(minor, account.currency)),
        prepay: None,
        deposit: None,
    };
    if document.secured > 0 && comparable {
        let measured = Some(Quantity::Money(Money::new(document.secured, account.currency)));
        decision.reasons.push(Reason { measured, ..plain(Code::Secured, Level::Document, Outcome::Approve) });
    }
    if increase.minor <= 0 && !document.longer_terms && !document.forced_hold {
        if document.secured > 0 && document.secured >= document.value && increase.minor == 0 {
            decision.outcome = Outcome::NotChecked;
        } else {
            decision.reasons.push(plain(Code::NotAnIncrease, Level::Document, Outcome::Approve));
        }
        if comparable {
            decision.exposure_after = Some(owed.checked_add(increase).map_err(too_large)?);
        }
        return Ok(decision);
    }
    let exempt = exempt(policy, account);
    if let Some(code) = exempt {
        decision.reasons.push(plain(code, Level::Own, Outcome::NotChecked));
    }
    if exempt.is_some() && !document.forced_hold {
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
        let question = Question { policy, account, document, owed, after, limit, effective, today };
        question.answer(&mut decision).map_err(too_large)?;
    }
    if decision.outcome.grants() && comparable {
        decision.exposure_after = Some(owed.checked_add(increase).map_err(too_large)?);
    }
    Ok(decision)
}

/// Why no rule is asked about this account, if that is so.
pub(super) fn exempt(policy: &Policy, account: &AccountFacts) -> Option<Code> {
    if account.profile.internal && !policy.facts.internal_customers_checked {
        Some(Code::InternalCustomer)
    } else {
        (account.status == Status::NoCheck).then_some(Code::StatusNoCheck)
    }
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

/// The limit in force with what insurers cover on top; `None` when there is none, or it is none.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn effective_limit(
    in_force: Option<&Limit>,
    limits: &[Limit],
    today: Day,
) -> std::result::Result<Option<i64>, MoneyError> {
    let Some(amount) = in_force.and_then(|limit| limit.amount) else { return Ok(None) };
    let effective = i128::from(amount).checked_add(insured(limits, today)).ok_or(MoneyError::Overflow)?;
    i64::try_from(effective).map(Some).map_err(|_| MoneyError::Overflow)
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
        deposit: None,
    }
}

/// A reason that needs no numbers.
pub(super) fn plain(code: Code, level: Level, effect: Outcome) -> Reason {
    Reason {
        code,
        level,
        pool: String::new(),
        effect,
        measured: None,
        threshold: None,
        remedy: None,
        release_by: None,
        rule: String::new(),
    }
}

fn too_large(error: MoneyError) -> Error {
    Error::argument(format!("the document cannot be added to the account: {error}"))
}
