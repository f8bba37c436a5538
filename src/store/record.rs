//! The rows a store keeps.

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, Limit, PoolKind, Profile, Status};
use crate::money::Currency;

/// How the host names a credit account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountKey {
    /// The company that sells, as the ERP codes it.
    pub company: String,
    /// The customer that pays, as the ERP numbers it.
    pub customer: String,
}

/// An identifier as it is kept: a company's as it is, a person's only as a keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IdentifierKey {
    /// The scheme's name, such as `dk.cvr`.
    pub scheme: String,
    /// The normalised number, or `hmac:` and 64 hexadecimal digits.
    pub value: String,
}

/// A customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Customer {
    /// The ERP's number of the customer.
    pub number: String,
    /// The name, as the ERP has it.
    pub name: String,
    /// The name folded for comparing: lower case, no legal form, no punctuation, Nordic letters as one spelling.
    pub name_key: String,
    /// ISO 3166 alpha-2 code of the country it is registered in.
    pub country: String,
    /// The legal form, as the register of the country codes it; may be empty.
    pub legal_form: String,
    /// `organisation`, `person` or `unknown`; derived, never typed in.
    pub subject: String,
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub city: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Its identifiers.
    pub identifiers: Vec<IdentifierKey>,
}

/// A credit account as it is put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// Its name.
    pub key: AccountKey,
    /// Its currency.
    pub currency: Currency,
    /// Its status.
    pub status: Status,
    /// What is said of it; `None` leaves what was said before.
    pub profile: Option<Profile>,
    /// The names of the pools it belongs to, the widest first; `None` leaves it where it is.
    pub pools: Option<Vec<String>>,
}

/// A pool as it is put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolRecord {
    /// The host's name of it; unique in the store.
    pub name: String,
    /// What it stands for.
    pub kind: PoolKind,
    /// The currency of its limits; it cannot be changed while it has accounts or limits.
    pub currency: Currency,
    /// Units of the pool's currency for one unit of another, as text so that it is exact. Those not named are forgotten.
    pub rates: Vec<(Currency, String)>,
}

/// Whose a limit is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitOwner {
    /// An account's.
    Account(AccountKey),
    /// A pool's, by its name.
    Pool(String),
}

/// A limit as it is put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRecord {
    /// Whose.
    pub owner: LimitOwner,
    /// The currency of `limit.amount`.
    pub currency: Currency,
    /// The limit; what it still covers is the store's to keep, and not taken from here.
    pub limit: Limit,
}

/// A limit that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRequest {
    /// Its number, from 1; 0 before it is kept.
    pub id: u64,
    /// The limit as it would be.
    pub record: LimitRecord,
    /// Who asked for it.
    pub user: String,
    /// When.
    pub at: Instant,
}

/// What an open item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// The customer owes it.
    Invoice,
    /// The customer has it to their credit; not yet applied.
    CreditNote,
    /// The customer paid it; not yet applied.
    Payment,
}

/// An open item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Whose.
    pub key: AccountKey,
    /// The host's number of the item; unique in the account.
    pub number: String,
    /// What it is.
    pub kind: ItemKind,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The amount it was posted with, not below zero, whatever the kind.
    pub amount: i64,
    /// What is still open of it, not below zero; zero closes it.
    pub residual: i64,
    /// The day it is due; for a credit, the day it was posted.
    pub due: Day,
    /// Whether the customer disputes it.
    pub disputed: bool,
    /// The dunning level it has reached.
    pub dunning_level: u8,
    /// Whether it is blocked for dunning: then its level counts for nothing.
    #[serde(default)]
    pub dunning_blocked: bool,
    /// The day its goods were delivered, which says whose cover an insured item has; the day it was first known here when
    /// nobody said.
    #[serde(default)]
    pub delivered: Option<Day>,
    /// The order it belongs to; may be empty.
    pub document: String,
}

/// An open invoice that is due, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueItem {
    /// The number of the account.
    pub account: AccountId,
    /// The invoice.
    pub item: Item,
}

/// An order as the ERP has it: amounts by stage, in minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// Whose.
    pub key: AccountKey,
    /// The host's number of the order; unique in the company.
    pub document: String,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Ordered and not delivered.
    pub ordered: i64,
    /// Delivered and not invoiced.
    pub delivered: i64,
    /// On invoices that are drafts.
    pub drafted: i64,
    /// When what is ordered stops holding credit.
    pub expires: Option<Instant>,
    /// The day its goods ship.
    pub ships: Option<Day>,
    /// When the order was entered.
    pub since: Instant,
}

/// A decision on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionRecord {
    /// Its number in the store, from 1.
    pub id: u64,
    /// The account in whose chain it stands; `None` for those about unknown customers, which have a chain of their own.
    pub account: Option<AccountId>,
    /// Its place in that chain, from 1.
    pub sequence: u64,
    /// Everything it was made from and what it was, as canonical JSON; `None` when it was erased.
    pub body: Option<String>,
    /// SHA-256 over salt and body, in hexadecimal.
    pub digest: String,
    /// SHA-256 over the previous chain value and the digest, in hexadecimal.
    pub chained: String,
}

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// An order was put on hold.
    Held,
    /// An order was let through although a limit was passed.
    Alert,
    /// An order was refused.
    Refused,
    /// An order waits for a prepayment.
    PrepayAsked,
    /// A reservation ran out.
    Expired,
    /// An order that waited went through.
    Released,
    /// A person turned an order down.
    Rejected,
    /// An account's exposure is above its limit, and was not before.
    OverLimit,
    /// An account was given another status.
    StatusChanged,
    /// An account was given another risk class or score.
    RatingChanged,
    /// A limit ends soon, or ended.
    LimitExpiring,
    /// An account is to be reviewed soon, or was.
    ReviewDue,
    /// An open item goes over to collection.
    HandedOver,
    /// A limit waits for a second person.
    LimitRequested,
}

impl EventKind {
    /// The stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Alert => "alert",
            Self::Refused => "refused",
            Self::PrepayAsked => "prepay_asked",
            Self::Expired => "expired",
            Self::Released => "released",
            Self::Rejected => "rejected",
            Self::OverLimit => "over_limit",
            Self::StatusChanged => "status_changed",
            Self::RatingChanged => "rating_changed",
            Self::LimitExpiring => "limit_expiring",
            Self::ReviewDue => "review_due",
            Self::HandedOver => "handed_over",
            Self::LimitRequested => "limit_requested",
        }
    }
}

/// Something people or programs want to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Its number, from 1; 0 before it is queued.
    pub id: u64,
    /// When it happened.
    pub at: Instant,
    /// What happened.
    pub kind: EventKind,
    /// To whom.
    pub account: Option<AccountId>,
    /// To which order; may be empty.
    pub document: String,
    /// To which other thing: an open item, a pool, the day of a limit; may be empty.
    pub subject: String,
    /// The codes of the reasons, as their names.
    pub reasons: Vec<String>,
}

/// A company as a company register has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Company {
    /// Which register.
    pub source: String,
    /// Its number there.
    pub identifier: Option<IdentifierKey>,
    /// Its name.
    pub name: String,
    /// ISO 3166 alpha-2 code.
    pub country: String,
    /// The legal form, as the register codes it.
    pub legal_form: String,
    /// `active`, `bankrupt`, `liquidating`, `restructuring`, `dissolved`, or as the register says.
    pub state: String,
    /// The day it was registered.
    pub registered: Option<Day>,
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub city: String,
    /// Telephone.
    pub phone: String,
    /// Industry code.
    pub industry: String,
    /// Whether it must not be used for marketing.
    pub no_marketing: bool,
}

/// A payment remark as a debtor register has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Which register.
    pub source: String,
    /// The remark's number there.
    pub number: String,
    /// Whom it is about.
    pub subject: IdentifierKey,
    /// What it is, as the register codes it.
    pub kind: String,
    /// The amount, minor units of `currency`, if the register tells it.
    pub amount: Option<i64>,
    /// The currency of the amount.
    pub currency: Option<Currency>,
    /// The day it was registered.
    pub registered: Day,
    /// The day from which it must not be used any more, if the register tells it.
    pub expires: Option<Day>,
}

/// An answer of a register, kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// Which register.
    pub source: String,
    /// Whom it is about.
    pub subject: IdentifierKey,
    /// The answer, as JSON.
    pub body: String,
    /// How old what the register told was when it told it: the moment its data is true for.
    pub as_of: Instant,
    /// When it was asked.
    pub asked: Instant,
    /// From when on it must not be used.
    pub expires: Instant,
}

/// A look-up, as it is logged. It names the asker; the subject only as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LookupRecord {
    /// When.
    pub at: Instant,
    /// The user who asked.
    pub user: String,
    /// On whose behalf; may be empty.
    pub on_behalf_of: String,
    /// What for.
    pub purpose: String,
    /// On which legal basis; may be empty.
    pub basis: String,
    /// Which register; empty when the law forbade to ask.
    pub source: String,
    /// Whom it was about.
    pub subject: IdentifierKey,
    /// What kind of answer it was: `clear`, `remarks` or `unknown`.
    pub answer: String,
    /// Whether it came from the cache.
    pub cached: bool,
    /// SHA-256 over the answer, in hexadecimal.
    pub digest: String,
    /// Whether the subject must be sent a copy of the answer.
    pub copy_letter: bool,
    /// The rule the legal gate went by.
    pub rule: String,
}

/// The text of a policy that decisions were made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRecord {
    /// SHA-256 over the text.
    pub digest: [u8; 32],
    /// The policy's own name.
    pub name: String,
    /// The TOML text.
    pub text: String,
}
