//! The customer's rules as data.
//!
//! A policy is a TOML file that a credit manager can read. Nothing in it is implied: a rule that nobody wrote does not
//! exist, and a decision that no rule was asked about is *not checked*, never approved.
//!
//! [`Policy::parse`] reads the file and reports everything that is wrong with it at once, each error with its line.
//! [`Policy::standard`] is the profile that comes with the library; its text is the best description of the format.

mod check;
mod explain;
mod parse;
mod problems;
mod profiles;
mod section;
mod units;
mod verdict;

use crate::calendar::Day;
use crate::money::{Money, Rounding};
use crate::reason::Outcome;

pub use check::{Finding, Severity};
pub use parse::{
    FORMAT, MAX_AMOUNTS, MAX_CLASSES, MAX_DAYS, MAX_EXCLUSIONS, MAX_INLINE_TABLES, MAX_MEMORY_AGE_MS, MAX_NAMES,
    MAX_POLICY_BYTES, MAX_PURPOSES, MAX_REGISTER_AGE_HOURS, MAX_RULES, MAX_SCORE_LINES, MAX_SHARE_BASIS_POINTS,
    MAX_TEXT_CHARS, MAX_TOLERANCE_BASIS_POINTS, MAX_UTILISATION_BASIS_POINTS,
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
    /// What takes documents out of the rules again.
    pub exclusions: Vec<Exclusion>,
    /// Risk classes that follow from a score, the highest score first.
    pub classes: Vec<RiskClass>,
    /// How an account without a score of the host's gets one: the points of all lines, added. Empty for not at all.
    pub scorecard: Vec<ScoreLine>,
    /// How long an order that was let through is not asked about again, in days after it was.
    pub checkpoint_grace_days: u16,
    /// What a release by a person is good for.
    pub release: ReleasePolicy,
    /// Which changes of limits need a second person.
    pub limits: LimitsPolicy,
    /// When open items go over to collection, and which events are told ahead of time.
    pub collection: CollectionPolicy,
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
    /// What an order gets whose account has only limits that ran out; as `limit_missing` when the file does not say.
    pub limit_expired: Outcome,
    /// A limit counts this many days longer than its last day.
    pub limit_grace_days: u16,
    /// Orders that ship later than this many days from today are beyond the horizon; `None` when there is no horizon.
    pub horizon_days: Option<u16>,
    /// Whether disputed items count when a rule asks what is overdue; they always count in the exposure.
    pub disputed_count_as_overdue: bool,
    /// Whether the part of an order that is prepaid, paid in cash or secured stays outside the check.
    pub secured_part_outside: bool,
    /// Whether customers of the own group of companies are asked about like others.
    pub internal_customers_checked: bool,
    /// Whether all amounts are with tax; a request may say which basis it has, and another one is an error.
    pub tax: Option<TaxBasis>,
}

/// Which tax basis amounts have, the same through all stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    /// With tax.
    Gross,
    /// Without tax.
    Net,
}

/// What a release by a person is good for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleasePolicy {
    /// Roles, the highest first: one may release what those after it may.
    pub ranks: Vec<String>,
    /// How many days it is honoured; `None` until the order is done.
    pub valid_days: Option<u16>,
    /// How far above the released amount the order may go, in hundredths of a per cent of it, rounded down.
    pub deviation_basis_points: u32,
    /// A release of more than this needs a second person; one amount for each currency, empty when it never does.
    pub four_eyes_above: Vec<Money>,
}

impl ReleasePolicy {
    /// Whether a person in `role` may release what is to be released by `wanted`.
    pub fn may(&self, role: &str, wanted: &str) -> bool {
        let rank = |role: &str| self.ranks.iter().position(|ranked| ranked == role);
        role == wanted || rank(role).zip(rank(wanted)).is_some_and(|(role, wanted)| role < wanted)
    }
}

/// Which changes of limits need a second person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitsPolicy {
    /// A limit that grows by more than this, in hundredths of a per cent of what it was, waits for approval.
    pub approval_increase_basis_points: Option<u32>,
    /// A limit above this waits for approval; one amount for each currency.
    pub approval_above: Vec<Money>,
}

/// When open items go over to collection, and what is told ahead of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionPolicy {
    /// An open invoice that is not disputed goes over to collection this many days after its due day.
    pub hand_over_days: Option<u16>,
    /// People are told so many days before a limit ends or a review is due.
    pub remind_days: u16,
}

impl Policy {
    /// The name of the risk class that follows from what is said of an account alone: the class given, or that of the
    /// score given.
    pub fn class_said<'a>(&'a self, class: Option<&'a str>, score: Option<i32>) -> Option<&'a str> {
        class.or_else(|| self.class_of(score?))
    }

    /// The name of the risk class that a score belongs to.
    pub fn class_of(&self, score: i32) -> Option<&str> {
        self.classes.iter().find(|class| score >= class.score_from).map(|class| class.name.as_str())
    }
}

/// What a line of the scorecard measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Days late, weighted by amount, over the last twelve months.
    DaysLate,
    /// The share of the invoices of the last twelve months that was disputed, in whole per cent rounded down.
    DisputeRate,
    /// The share of the open debit items that is overdue, in whole per cent rounded down.
    OverdueShare,
    /// The highest dunning level of an open item.
    DunningLevel,
    /// Days since it became a customer.
    CustomerDays,
}

/// One line of the scorecard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreLine {
    /// What it measures.
    pub measure: Measure,
    /// Up to which value, counting it, and the points for that; the values rise.
    pub steps: Vec<(i64, i32)>,
    /// The points for what is beyond the last step.
    pub beyond: i32,
    /// The points when it is not known.
    pub unknown: i32,
}

/// A risk class that follows from a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskClass {
    /// Its name, such as `A`.
    pub name: String,
    /// Scores from this on belong to it.
    pub score_from: i32,
    /// The limit proposed for an account of the class, one for each currency.
    pub proposed_limits: Vec<Money>,
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
    /// A rule about the limit: what a document gets when the account was over it already; `None` is `then`.
    pub if_already_over: Option<Outcome>,
    /// Which documents it speaks of.
    pub scope: Scope,
    /// What a document gets when the fact that the test needs is not known; `None` lets it pass.
    pub unknown: Option<Unknown>,
    /// The rule also asks for a deposit of this share of the increase, in hundredths of a per cent, rounded up.
    pub deposit_basis_points: Option<u32>,
    /// A prepayment asked for by the rule is this share of what would be asked for, in hundredths of a per cent, rounded
    /// up; all of it is 10,000.
    pub prepay_basis_points: u32,
}

/// What a document gets when a fact is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What it gets.
    pub then: Outcome,
    /// Documents of up to this value pass all the same; one amount for each currency.
    pub up_to: Vec<Money>,
}

/// Which documents a rule or an exclusion speaks of. An empty list speaks of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Accounts of these risk classes.
    pub classes: Vec<String>,
    /// Accounts in these companies.
    pub companies: Vec<String>,
    /// Customers that became customers less than this many days ago. One whose first day is not known is not new.
    pub younger_than_days: Option<u32>,
    /// Documents at these checkpoints; empty is entry and confirmation.
    pub at: Vec<Checkpoint>,
    /// Documents with which more of the limit is used than this, in hundredths of a per cent.
    pub utilisation_above: Option<u32>,
}

impl Scope {
    /// How specific it is: a class is more so than a company, and both more than neither. The more specific level wins
    /// where an exclusion meets a block.
    pub fn specificity(&self) -> u8 {
        u8::from(!self.companies.is_empty()) + 2 * u8::from(!self.classes.is_empty())
    }
}

/// A moment in the life of an order at which it can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Checkpoint {
    /// It is entered, changed or reopened.
    #[default]
    Entry,
    /// It is confirmed to the customer.
    Confirm,
    /// Its goods are picked.
    Pick,
    /// Its goods leave.
    Ship,
    /// It is invoiced. Goods that were shipped are invoiced whatever the answer.
    Invoice,
}

/// Takes documents out of the rules that are less specific than it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Its name, unique among rules and exclusions.
    pub name: String,
    /// Which documents it speaks of.
    pub scope: Scope,
    /// Documents of at most this value; one amount for each currency, empty for any value.
    pub up_to: Vec<Money>,
    /// The names of the rules it takes them out of; empty for all that are less specific.
    pub rules: Vec<String>,
    /// The most it lifts: [`Outcome::Hold`], or [`Outcome::Refuse`] if it says that it lifts a stop.
    pub lifts: Outcome,
}

/// What a rule asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Exposure with the order is above the effective limit.
    OverLimit {
        /// The limit is taken this much higher, in hundredths of a per cent of it, rounded down.
        tolerance_basis_points: u32,
        /// Whether orders beyond the horizon are left out: the dynamic check.
        dynamic: bool,
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
        /// While no more than this is overdue in all, it is a remainder and not asked about; one for each currency.
        small: Vec<Money>,
    },
    /// More than this share of the open debit items is overdue.
    OverdueShare {
        /// Hundredths of a per cent.
        above: u32,
    },
    /// More than this share of the effective limit is used, counting the document.
    Utilisation {
        /// Hundredths of a per cent.
        above: u32,
    },
    /// The document alone is above this. Speaks only of accounts in one of the currencies given.
    DocumentValue {
        /// One threshold for each currency.
        above: Vec<Money>,
    },
    /// An open debit item that is not blocked for dunning has a higher dunning level.
    DunningLevel {
        /// The level.
        above: u8,
    },
    /// The customer has paid more than this many days late, weighted by amount, over the last twelve months.
    PaymentBehaviour {
        /// Days.
        above: u32,
    },
    /// The customer has disputed more than this share of the invoices of the last twelve months, and still owes.
    DisputeRate {
        /// Hundredths of a per cent.
        above: u32,
        /// Fewer disputed invoices than this are no habit.
        at_least: u32,
    },
    /// The limit in force has no last day.
    LimitOpenEnded,
    /// The account was to be reviewed more than this many days ago.
    ReviewDue {
        /// Days after the day of the review.
        buffer_days: u32,
    },
    /// The document's terms are longer than the account's, or than those it was let through with.
    TermsChanged,
    /// The document's discount is above this.
    Discount {
        /// Hundredths of a per cent.
        above: u32,
    },
    /// More than this is in one bucket; what is ordered counts the document.
    BucketAmount {
        /// Which.
        bucket: Bucket,
        /// One threshold for each currency.
        above: Vec<Money>,
    },
    /// The customer's score is below this.
    Score {
        /// The score.
        below: i32,
    },
    /// Every document in the rule's scope.
    Always,
    /// The account has this status.
    Status {
        /// Which.
        is: Status,
    },
}

/// A stage of the way from order to payment, as rules name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Reserved by orders that are not delivered, beyond the horizon or not.
    Ordered,
    /// Delivered and not invoiced.
    Delivered,
    /// On invoices that are drafts.
    Drafted,
    /// Open debit items, overdue or not.
    Open,
    /// Open debit items past their due day and the days of grace.
    Overdue,
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
