//! The one gate: [`decide`].
//!
//! Order of evaluation:
//! 1. no account → the policy's answer for unknown customers;
//! 2. a document that increases nothing always goes through;
//! 3. the account's *no check* status → not checked;
//! 4. currency: an amount that could not be converted cannot be compared;
//! 5. every rule of the policy is asked, and all reasons come back;
//! 6. the outcome that stops most wins. No rule asked means not checked.

use serde::{Deserialize, Serialize};

use super::account::{AccountFacts, Status};
use super::limit::limit_in_force;
use crate::calendar::Day;
use crate::error::{Error, Result};
use crate::money::{Money, MoneyError};
use crate::policy::{Policy, Rule, Test};
use crate::reason::{Code, Level, Outcome, Quantity, Reason, Remedy};

/// What is asked: by how much the account's exposure would grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The increase, in the account's currency if it could be converted. Zero and below always goes through.
    pub increase: Money,
}

/// What was decided, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The limit in force; `None` when there is none on record or the account has no limit.
    pub limit: Option<Money>,
    /// What must be paid in advance for the document to go through; set when the outcome is [`Outcome::Prepay`].
    pub prepay: Option<Money>,
}

impl Decision {
    /// Limit less exposure before the document; `None` without a limit.
    pub fn available_before(&self) -> Option<Money> {
        Some(Money::new(self.limit?.minor.saturating_sub(self.exposure_before?.minor), self.limit?.currency))
    }

    /// Limit less exposure after the document; `None` without a limit.
    pub fn available_after(&self) -> Option<Money> {
        Some(Money::new(self.limit?.minor.saturating_sub(self.exposure_after?.minor), self.limit?.currency))
    }
}
