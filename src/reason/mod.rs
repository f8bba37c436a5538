//! Reasons: why a decision is what it is, as data first and as sentences second.
//!
//! A [`Reason`] carries everything a person or a program needs to act: which rule, on which level, what was measured,
//! where the threshold lies, who may release it, and what would make it pass. [`Reason::sentence`] says it in a
//! [`Language`]; the words are [`Text`]s, which other rooms use for theirs.

mod code;
mod language;
mod sentence;
mod text;
mod texts;
mod titles;

use serde::{Deserialize, Serialize};

pub use code::Code;
pub use language::Language;
pub use text::Text;

use crate::calendar::Day;
use crate::money::{Currency, Money};

/// What a document may do next. Ordered by how much it stops: of several reasons the one that stops most wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nobody asked: no rule of the policy applies. Not an approval.
    NotChecked,
    /// The document may go through.
    Approve,
    /// The document may go through, and credit control is told.
    ApproveWithAlert,
    /// The document may go through once the amount named has been paid in advance.
    Prepay,
    /// The document waits for a person; it holds no credit meanwhile.
    Hold,
    /// The document may not go through.
    Refuse,
}

impl Outcome {
    /// Every outcome, in order of how much it stops.
    pub const ALL: [Self; 6] =
        [Self::NotChecked, Self::Approve, Self::ApproveWithAlert, Self::Prepay, Self::Hold, Self::Refuse];

    /// The number, as in the C header. Part of the ABI: never changed, never reused.
    pub const fn number(self) -> i32 {
        match self {
            Self::NotChecked => 0,
            Self::Approve => 1,
            Self::ApproveWithAlert => 2,
            Self::Prepay => 3,
            Self::Hold => 4,
            Self::Refuse => 5,
        }
    }

    /// The stable name, as in JSON and in policy files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotChecked => "not_checked",
            Self::Approve => "approve",
            Self::ApproveWithAlert => "approve_with_alert",
            Self::Prepay => "prepay",
            Self::Hold => "hold",
            Self::Refuse => "refuse",
        }
    }

    /// Whether the document may go through now, and so holds credit when it is a reservation.
    pub fn grants(self) -> bool {
        matches!(self, Self::NotChecked | Self::Approve | Self::ApproveWithAlert)
    }
}

/// Whose limit or status a reason speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The credit account itself.
    Own,
    /// The group the account belongs to.
    Group,
    /// The credit segment.
    Segment,
    /// The document alone, whatever the account.
    Document,
}

impl Level {
    /// Every level, in order of its number.
    pub const ALL: [Self; 4] = [Self::Own, Self::Group, Self::Segment, Self::Document];

    /// The number, as in the C header. Part of the ABI: never changed, never reused.
    pub const fn number(self) -> i32 {
        match self {
            Self::Own => 1,
            Self::Group => 2,
            Self::Segment => 3,
            Self::Document => 4,
        }
    }

    /// The stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Group => "group",
            Self::Segment => "segment",
            Self::Document => "document",
        }
    }
}

/// A value with its unit, as measured or as the threshold it was held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// An amount.
    Money(Money),
    /// A number of days.
    Days(i64),
    /// A number of things.
    Count(i64),
    /// Hundredths of a per cent.
    BasisPoints(i64),
    /// A civil day.
    Day(Day),
    /// A currency.
    Currency(Currency),
}

impl Quantity {
    /// The number of its unit, as in the C header. Part of the ABI: never changed, never reused.
    pub const fn unit_number(&self) -> i32 {
        match self {
            Self::Money(_) => 1,
            Self::Days(_) => 2,
            Self::Count(_) => 3,
            Self::BasisPoints(_) => 4,
            Self::Day(_) => 5,
            Self::Currency(_) => 6,
        }
    }

    /// The stable name of its unit, as in JSON.
    pub const fn unit_name(&self) -> &'static str {
        match self {
            Self::Money(_) => "money",
            Self::Days(_) => "days",
            Self::Count(_) => "count",
            Self::BasisPoints(_) => "basis_points",
            Self::Day(_) => "day",
            Self::Currency(_) => "currency",
        }
    }
}

/// What would make the document pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The customer pays this much of what is owed.
    Pay(Money),
    /// The document is made smaller by this much.
    ReduceBy(Money),
    /// The document waits until this day.
    WaitUntil(Day),
    /// The document is made out in this currency.
    UseCurrency(Currency),
    /// A person lifts the hold or stop.
    LiftStatus,
    /// A person sets a limit, or marks the account as having none.
    SetLimit,
    /// The customer is created first.
    CreateCustomer,
    /// The amount is paid in advance.
    Prepay(Money),
    /// The customer gives this much as a deposit or another security.
    Deposit(Money),
    /// A person who may do so releases the order.
    Release,
    /// The order is made out with these payment terms, in days, or shorter ones.
    UseTerms(i64),
    /// The discount is at most this, in hundredths of a per cent.
    DiscountAtMost(i64),
    /// The limit is renewed, or the account reviewed.
    Review,
    /// Somebody finds out what is not known.
    FindOut,
}

impl Remedy {
    /// The number, as in the C header; 0 there is no remedy. Part of the ABI: never changed, never reused.
    pub const fn number(&self) -> i32 {
        match self {
            Self::Pay(_) => 1,
            Self::ReduceBy(_) => 2,
            Self::WaitUntil(_) => 3,
            Self::UseCurrency(_) => 4,
            Self::LiftStatus => 5,
            Self::SetLimit => 6,
            Self::CreateCustomer => 7,
            Self::Prepay(_) => 8,
            Self::Deposit(_) => 9,
            Self::Release => 10,
            Self::UseTerms(_) => 11,
            Self::DiscountAtMost(_) => 12,
            Self::Review => 13,
            Self::FindOut => 14,
        }
    }

    /// The stable name, as in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pay(_) => "pay",
            Self::ReduceBy(_) => "reduce_by",
            Self::WaitUntil(_) => "wait_until",
            Self::UseCurrency(_) => "use_currency",
            Self::LiftStatus => "lift_status",
            Self::SetLimit => "set_limit",
            Self::CreateCustomer => "create_customer",
            Self::Prepay(_) => "prepay",
            Self::Deposit(_) => "deposit",
            Self::Release => "release",
            Self::UseTerms(_) => "use_terms",
            Self::DiscountAtMost(_) => "discount_at_most",
            Self::Review => "review",
            Self::FindOut => "find_out",
        }
    }
}

/// One reason of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reason {
    /// What is the matter.
    pub code: Code,
    /// On whose level.
    pub level: Level,
    /// The name of the pool whose limit or exposure it speaks of; empty on other levels.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pool: String,
    /// What this reason alone would make of the document.
    pub effect: Outcome,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Quantity>,
    /// What it was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Quantity>,
    /// What would make it pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// The role that may release it, as the policy names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_by: Option<String>,
    /// The policy's name for the rule that fired; empty for reasons no rule made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
}
