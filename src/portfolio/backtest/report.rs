//! What a trial came to, as data.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::money::{Currency, Money};
use crate::reason::{Code, Outcome};

/// At most this many orders that the policies treat differently are listed in each currency.
pub const MAX_LARGEST: usize = 1_000;

/// What two policies would have made of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The policy that was tried.
    pub tried: PolicyName,
    /// The policy it was held against.
    pub against: PolicyName,
    /// How many orders were asked about.
    pub orders: u64,
    /// How many accounts they are of.
    pub accounts: u64,
    /// The first day on which one was entered.
    pub from: Option<Day>,
    /// The last day on which one was entered.
    pub to: Option<Day>,
    /// What it came to in each currency. Nothing is converted from one to the other.
    pub currencies: Vec<CurrencyReport>,
    /// What a person should know although nothing is wrong.
    pub warnings: Vec<String>,
}

/// A policy's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyName {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What it came to in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurrencyReport {
    /// The currency of all amounts in it.
    pub currency: Currency,
    /// What became of the orders in truth.
    pub recorded: Recorded,
    /// What the policy that was tried makes of them.
    pub tried: Totals,
    /// What the policy it is held against makes of them.
    pub against: Totals,
    /// The same by the risk class of the account when the order was entered.
    pub by_class: Vec<ClassSplit>,
    /// The same by the month in which the order was entered.
    pub by_month: Vec<MonthSplit>,
    /// The rules of the policy that was tried, those that stopped most first.
    pub rules_tried: Vec<RuleSums>,
    /// The rules of the policy it is held against, likewise.
    pub rules_against: Vec<RuleSums>,
    /// What the policies treat differently.
    pub differences: Differences,
}

/// Orders and what they come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sum {
    /// How many orders.
    pub orders: u64,
    /// How much; of what, the field says.
    pub amount: Money,
}

/// What became of orders in truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recorded {
    /// All of them, and their value.
    pub all: Sum,
    /// Those that were invoiced and paid in full, and their value.
    pub paid: Sum,
    /// Those of which something was written off, and how much of it.
    pub lost: Sum,
    /// Those that were cancelled before they were invoiced, and their value.
    pub cancelled: Sum,
    /// The others, and their value: not invoiced, or not yet paid.
    pub open: Sum,
}

/// What a policy makes of orders. The first six are all of them, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Totals {
    /// Approved, and their value.
    pub approved: Sum,
    /// Approved with an alert, and their value.
    pub alert: Sum,
    /// Not checked, and their value.
    pub not_checked: Sum,
    /// Let through against payment in advance, and their value.
    pub prepaid: Sum,
    /// Held for a person, and their value. In this world nobody released them.
    pub held: Sum,
    /// Refused, and their value.
    pub refused: Sum,
    /// What was to be paid in advance for those that were prepaid.
    pub prepayments: Money,
    /// Of those held and refused: what was written off in truth.
    pub losses_avoided: Sum,
    /// Of those prepaid: what of the losses in truth was paid in advance.
    pub losses_prepaid: Sum,
    /// Of those let through: what is still lost.
    pub losses: Sum,
    /// Those held and refused that were paid in full in truth, and their value.
    pub sales_lost: Sum,
    /// Those held and refused that were neither paid in full nor written off, and their value.
    pub unsettled: Sum,
}

impl Totals {
    /// Orders held and refused, and their value.
    pub fn stopped(&self) -> Sum {
        let minor = self.held.amount.minor.saturating_add(self.refused.amount.minor);
        Sum {
            orders: self.held.orders.saturating_add(self.refused.orders),
            amount: Money::new(minor, self.held.amount.currency),
        }
    }
}

/// The orders of one risk class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassSplit {
    /// The class; empty for accounts of none.
    pub class: String,
    /// What became of them in truth.
    pub recorded: Recorded,
    /// What the policy that was tried makes of them.
    pub tried: Totals,
    /// What the policy it is held against makes of them.
    pub against: Totals,
}

/// The orders of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MonthSplit {
    /// The month, such as `2026-11`.
    pub month: String,
    /// What became of them in truth.
    pub recorded: Recorded,
    /// What the policy that was tried makes of them.
    pub tried: Totals,
    /// What the policy it is held against makes of them.
    pub against: Totals,
}

/// What one rule did: it was the first reason of so many orders that were not simply approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleSums {
    /// The rule; empty for reasons no rule made.
    pub rule: String,
    /// What it found.
    pub code: Code,
    /// What it made of the order.
    pub effect: Outcome,
    /// Orders, and their value.
    pub orders: Sum,
    /// Of those it stopped or asked to prepay: losses that would have been avoided.
    pub losses_avoided: Sum,
    /// Of those it stopped: sales that would have been lost.
    pub sales_lost: Sum,
}

/// What two policies treat differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Differences {
    /// Orders with another outcome, and their value.
    pub all: Sum,
    /// From which outcome to which, the most value first.
    pub changes: Vec<Change>,
    /// The orders of the highest value.
    pub largest: Vec<Difference>,
}

/// Orders to which one policy says one thing and the other another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// What the policy it is held against says.
    pub against: Outcome,
    /// What the policy that was tried says.
    pub tried: Outcome,
    /// The orders, and their value.
    pub orders: Sum,
    /// What of them was written off in truth.
    pub lost: Sum,
    /// Those that were paid in full in truth, and their value.
    pub paid: Sum,
}

/// An order to which one policy says one thing and the other another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    /// The company.
    pub company: String,
    /// The customer.
    pub customer: String,
    /// The order.
    pub document: String,
    /// The day it was entered.
    pub entered: Day,
    /// The risk class of its account then; empty for none.
    pub class: String,
    /// Its value.
    pub amount: Money,
    /// What the policy it is held against says.
    pub against: Outcome,
    /// By which rule; empty when none stopped it.
    pub against_rule: String,
    /// What the policy that was tried says.
    pub tried: Outcome,
    /// By which rule; empty when none stopped it.
    pub tried_rule: String,
    /// What became of it in truth.
    pub fate: Fate,
    /// What of it was written off in truth.
    pub lost: Money,
}

/// What became of an order in truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was invoiced and paid in full.
    Paid,
    /// Something of it was written off.
    Lost,
    /// It was cancelled before it was invoiced.
    Cancelled,
    /// Not invoiced, or not yet paid.
    Open,
}
