//! A document chain: one order on its way from entry to payment, and where its value is.

use serde::{Deserialize, Serialize};

use super::account::{AccountId, Buckets};
use crate::calendar::{Day, Instant};
use crate::money::Money;
use crate::policy::Checkpoint;
use crate::reason::Reason;

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
    /// The day its goods ship, as promised; `None` is soon.
    pub ships: Option<Day>,
    /// What people did to it, and what it carries along.
    #[serde(default, skip_serializing_if = "Marks::are_none")]
    pub marks: Marks,
}

/// What an order carries along beside its amounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Marks {
    /// The part of the order's amount that is prepaid, paid in cash or secured: it holds no credit.
    #[serde(skip_serializing_if = "is_zero")]
    pub secured: i64,
    /// What of the secured part has been delivered already, drafted, and invoiced: it moves on as the rest does.
    #[serde(skip_serializing_if = "is_none_moved")]
    pub secured_moved: [i64; 3],
    /// What was invoiced or drafted ahead of its delivery: when it is delivered, nothing moves.
    #[serde(skip_serializing_if = "is_zero")]
    pub ahead: i64,
    /// Where the document begins, when it is not an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins: Option<Stage>,
    /// The payment terms it was let through with, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_days: Option<u16>,
    /// Its amount, while that is in another currency and nobody gave a rate: what it would hold is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_rate: Option<Money>,
    /// While it waits: what it was asked for with, so that it is asked about again as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<Wanted>,
    /// The day on which the rules, or a person, last let it through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<Day>,
    /// Why a person put it on hold; no rule lifts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced_hold: Option<String>,
    /// The release of a person that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// A release that waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub awaiting: Option<Release>,
    /// Why it is held or declined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

fn is_none_moved(moved: &[i64; 3]) -> bool {
    *moved == [0; 3]
}

impl Marks {
    fn are_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What an order that waits was asked for with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// The payment terms, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_days: Option<u16>,
    /// The discount, in hundredths of a per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<u32>,
    /// The checkpoint that it could not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Checkpoint>,
}

/// A person let an order through. Honoured at every later stage while the order's value is at most the amount and the
/// deviation on top of it, and the release is not older than it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The order's whole amount when it was released, in minor units of the account's currency.
    pub amount: i64,
    /// How far above it the order may go, in hundredths of a per cent, rounded down.
    pub deviation: u32,
    /// The last day it is honoured; `None` until the order is done.
    pub to: Option<Day>,
    /// Who released it.
    pub user: String,
    /// In which role.
    pub role: String,
    /// Why.
    pub reason: String,
    /// Whether it lifts a stop too.
    pub lifts_stop: bool,
    /// When.
    pub at: Instant,
}

impl Release {
    /// Whether it covers an order of this whole amount on this day.
    pub fn covers(&self, amount: i64, today: Day) -> bool {
        let allowed = i128::from(self.amount) + i128::from(self.amount) * i128::from(self.deviation) / 10_000;
        i128::from(amount) <= allowed && self.to.is_none_or(|to| today <= to)
    }
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

    /// What the chain itself holds of its account's buckets, when orders that ship up to `horizon_to` are within the
    /// horizon. Posted invoices are open items and counted there.
    pub fn held(&self, horizon_to: Day) -> Buckets {
        let later = self.ships.is_some_and(|ships| ships > horizon_to);
        let (ordered, later) = if later { (0, self.ordered) } else { (self.ordered, 0) };
        Buckets { ordered, later, delivered: self.delivered, drafted: self.drafted, ..Buckets::default() }
    }

    /// Whether it holds nothing and never will by itself, so that another account may take the order over.
    pub fn is_free_to_move(&self) -> bool {
        let nothing = self.ordered == 0 && self.delivered == 0 && self.drafted == 0 && self.invoiced == 0;
        nothing && self.state != ChainState::Active
    }

    /// What has left the order: everything but what is still ordered.
    pub fn moved(&self) -> Option<i64> {
        [self.delivered, self.drafted, self.invoiced, self.settled].into_iter().try_fold(0_i64, i64::checked_add)
    }
}
