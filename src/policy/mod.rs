//! The customer's rules as data.
//!
//! A policy is a TOML file that a credit manager can read. Nothing in it is implied: a rule that nobody wrote does not
//! exist, and a decision that no rule was asked about is *not checked*, never approved.
//!
//! [`Policy::parse`] reads the file and reports everything that is wrong with it at once, each error with its line.
//! [`Policy::standard`] is the profile that comes with the library; its text is the best description of the format.

mod parse;
mod problems;
mod section;
mod units;
mod verdict;

use crate::calendar::Day;
use crate::money::{Money, Rounding};
use crate::reason::Outcome;

pub use parse::{
    FORMAT, MAX_AMOUNTS, MAX_DAYS, MAX_INLINE_TABLES, MAX_MEMORY_AGE_MS, MAX_POLICY_BYTES, MAX_PURPOSES,
    MAX_REGISTER_AGE_HOURS, MAX_RULES, MAX_TEXT_CHARS, MAX_TOLERANCE_BASIS_POINTS,
};
pub use problems::MAX_ERRORS_SHOWN;

/// A policy in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name, such as `nordic-wholesale`.
    pub name: String,
    /// Its version, as its author counts.
    pub version: String,
    /// The first day it may be used; `None` is any day.
    pub valid_from: Option<Day>,
    /// What the facts mean.
    pub facts: FactsPolicy,
    /// What orders are held against. All rules are asked; the outcome that stops most wins.
    pub rules: Vec<Rule>,
    /// How new customers are judged.
    pub customer: CustomerPolicy,
    /// How registers are asked.
    pub register: RegisterPolicy,
    /// SHA-256 over the text.
    pub digest: [u8; 32],
    /// The text it was read from.
    pub text: String,
}

/// What the facts of an account mean, and what happens where one is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsPolicy {
    /// An item is overdue when it is more than this many days past its due day.
    pub grace_days: u16,
    /// Whether credits that are not applied reduce the exposure.
    pub unapplied_credits_reduce: bool,
    /// How amounts in another currency are rounded.
    pub rounding: Rounding,
    /// A check may be answered from facts in memory that are at most this old, in milliseconds; 0 always reads the
    /// store.
    pub memory_max_age_ms: u32,
    /// What an order of an unknown customer gets; [`Outcome::Refuse`], [`Outcome::Hold`] or [`Outcome::NotChecked`].
    pub unknown_customer: Outcome,
    /// What an order gets whose account has no limit in force; not [`Outcome::Approve`].
    pub limit_missing: Outcome,
    /// What an order in another currency gets when no rate was given; [`Outcome::Refuse`] or [`Outcome::Hold`].
    pub currency_mismatch: Outcome,
}

/// One rule about orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique in the policy.
    pub name: String,
    /// What it asks.
    pub test: Test,
    /// What an order gets when the test fires.
    pub then: Outcome,
    /// The role that may release it.
    pub release_by: Option<String>,
}

/// What a rule asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Exposure with the order is above the effective limit.
    OverLimit {
        /// The limit is taken this much higher, in hundredths of a per cent of it, rounded down.
        tolerance_basis_points: u32,
    },
    /// More than this is overdue. Speaks only of accounts in one of the currencies given.
    OverdueAmount {
        /// One threshold for each currency.
        above: Vec<Money>,
    },
    /// The oldest overdue item is more than this many days past its due day.
    OverdueDays {
        /// Days past the due day.
        above: u32,
    },
    /// The account has this status.
    Status {
        /// Which.
        is: Status,
    },
}

/// The status a person gives an account. Only a person sets and lifts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The rules alone decide.
    #[default]
    Ok,
    /// The rules decide; people look at it more often.
    Watch,
    /// New documents wait for a person.
    Hold,
    /// No new document goes through.
    Stop,
    /// The account is excluded from checks.
    NoCheck,
}

/// How a new customer is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPolicy {
    /// What an identifier that is wrong leads to.
    pub invalid_identifier: Verdict,
    /// What a customer that is in the books already leads to.
    pub duplicate: Verdict,
    /// What a company that its register does not know leads to.
    pub not_in_register: Verdict,
    /// What a company that is dissolved, bankrupt or being wound up leads to.
    pub not_active: Verdict,
    /// What a company younger than `young_days` leads to.
    pub young: Verdict,
    /// How many days after its registration a company is no longer young.
    pub young_days: u32,
    /// What payment remarks lead to.
    pub remarks: Verdict,
    /// What it leads to when a check could not be made.
    pub unknown: Verdict,
    /// Terms and limits proposed for a customer that is accepted, one for each currency; the first fitting wins.
    pub proposed_limits: Vec<Money>,
}

/// What is to become of a new customer. Ordered by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Take it, on credit.
    Accept,
    /// Take it, against payment in advance.
    Prepay,
    /// A person decides.
    Review,
    /// Do not take it.
    Reject,
}

/// How registers are asked and how long their answers may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterPolicy {
    /// An answer of a company register may be used this long, in hours.
    pub company_max_age_hours: u32,
    /// An answer of a debtor register may be used this long, in hours.
    pub debtor_max_age_hours: u32,
    /// A debtor register's data may be this old, in hours, before "no remarks" becomes "unknown".
    pub debtor_source_max_age_hours: u32,
    /// The purposes for which a debtor register may be asked.
    pub purposes: Vec<String>,
}
