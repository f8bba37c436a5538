//! A document chain: one order on its way from entry to payment, and where its value is.

use serde::{Deserialize, Serialize};

use super::account::{AccountId, Buckets};
use crate::calendar::Instant;

/// Where a part of a chain's value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Ordered, not delivered.
    Ordered,
    /// Delivered, not invoiced.
    Delivered,
    /// On an invoice that is a draft.
    Drafted,
    /// On a posted invoice that is not paid.
    Invoiced,
    /// Paid or credited: no longer exposure.
    Settled,
}

/// What has become of the reservation at the head of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChainState {
    /// It waits for a person and holds nothing.
    Held,
    /// It was refused, or waits for a prepayment, and holds nothing.
    Declined,
    /// It holds what is in the chain.
    Active,
    /// It was cancelled: what was ordered holds nothing any more; what was delivered goes on.
    Cancelled,
    /// It ran out: as cancelled.
    Expired,
}

/// One document chain and the value in each of its stages, in minor units of the account's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The account it counts against.
    pub account: AccountId,
    /// The host's number of the order; unique in its company.
    pub document: String,
    /// What has become of the reservation.
    pub state: ChainState,
    /// The amount of the order as last asked for.
    pub amount: i64,
    /// Ordered, not delivered.
    pub ordered: i64,
    /// Delivered, not invoiced.
    pub delivered: i64,
    /// On draft invoices.
    pub drafted: i64,
    /// On posted invoices, not settled.
    pub invoiced: i64,
    /// Paid or credited.
    pub settled: i64,
    /// When what is still ordered stops holding credit; `None` is never.
    pub expires: Option<Instant>,
    /// When it was first asked for.
    pub since: Instant,
}

impl Chain {
    /// The value in this stage.
    pub fn at(&self, stage: Stage) -> i64 {
        match stage {
            Stage::Ordered => self.ordered,
            Stage::Delivered => self.delivered,
            Stage::Drafted => self.drafted,
            Stage::Invoiced => self.invoiced,
            Stage::Settled => self.settled,
        }
    }

    /// The value in this stage, to be changed.
    pub fn at_mut(&mut self, stage: Stage) -> &mut i64 {
        match stage {
            Stage::Ordered => &mut self.ordered,
            Stage::Delivered => &mut self.delivered,
            Stage::Drafted => &mut self.drafted,
            Stage::Invoiced => &mut self.invoiced,
            Stage::Settled => &mut self.settled,
        }
    }

    /// What the chain itself holds of its account's buckets. Posted invoices are open items and counted there.
    pub fn held(&self) -> Buckets {
        Buckets { ordered: self.ordered, delivered: self.delivered, drafted: self.drafted, ..Buckets::default() }
    }
}
