//! A request about one order, as the host puts it, and what becomes of it on its way to the decision.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::checked_name;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, Action, Person, Request, Stage};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::policy::{Checkpoint, Policy, TaxBasis};
use crate::store::{AccountKey, AccountRef};

/// An order has at most this many lines, an invoice this many instalments.
pub const MAX_LINES: usize = 1_000;

/// The longest reason a person gives, in bytes.
pub const MAX_REASON_BYTES: usize = 500;

/// A part of an invoice that is due by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// The day it is due.
    pub due: Day,
    /// Its amount, in the account's currency.
    pub amount: Money,
}

/// A request about one order, as the host puts it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OrderRequest {
    /// The account by its number; or else by `company` and `customer`.
    pub account: Option<AccountId>,
    /// The company that sells.
    pub company: String,
    /// The customer that pays.
    pub customer: String,
    /// The order, as the host numbers it. A check may leave it empty: then it is asked about as a new order.
    pub document: String,
    /// The host's key for this very request: the same key and content get the same answer, however often they come.
    /// Needed by everything that writes.
    pub key: String,
    /// Reserve and change: the order's whole amount. Reopen: what is ordered again. Convert: the part that moves; all of
    /// `from` when nothing is said. Cancel: not used.
    pub amount: Option<Money>,
    /// Units of the account's currency for one unit of the amount's, as text so that it is exact.
    pub rate: Option<String>,
    /// When what is ordered stops holding credit; never when nothing is said.
    pub expires: Option<Instant>,
    /// Convert: where the part is; the last stage before `to` that holds anything when nothing is said.
    pub from: Option<Stage>,
    /// Convert: where the part goes.
    pub to: Option<Stage>,
    /// Convert to invoiced or settled: the open item, as the host numbers it.
    pub item: String,
    /// Convert to invoiced: the day the item is due.
    pub due: Option<Day>,
    /// Instead of `amount`: the amounts of the order's lines, in one currency; their sum is what counts.
    pub lines: Vec<Money>,
    /// The part of the amount that is prepaid, paid in cash or secured, and holds no credit. Not for what the customer
    /// has to their credit in the books: that counts already.
    pub secured: Option<Money>,
    /// The day the goods ship; soon when nothing is said.
    pub ships: Option<Day>,
    /// The payment terms of the order, in days.
    pub terms_days: Option<u16>,
    /// The discount, in hundredths of a per cent.
    pub discount_basis_points: Option<u32>,
    /// At which moment of its life the order is asked about; needed by `pass`, and entry when nothing is said elsewhere.
    pub checkpoint: Option<Checkpoint>,
    /// Convert to invoiced: the parts of a new invoice and when each is due; their sum is the part that moves. They become
    /// open items with the number `item/1`, `item/2` and so on.
    pub instalments: Vec<Instalment>,
    /// Which tax basis the amounts have; the policy's when nothing is said, and an error when it is the other.
    pub tax: Option<TaxBasis>,
    /// Who asks; recorded.
    pub user: String,
    /// The role in which they ask, as the policy names it; the host vouches for it. Needed to release and to overrule.
    pub role: String,
    /// Why; needed to hold, release, reject and overrule, and recorded.
    pub reason: String,
    /// The user lets the order through whatever the rules say, as far as the role may; always recorded.
    pub overrule: bool,
    /// Release and overrule: a stop of the customer is lifted too.
    pub lifts_stop: bool,
    /// Release: how far above its amount the order may go later, in hundredths of a per cent; the policy's when nothing is
    /// said.
    pub deviation_basis_points: Option<u32>,
    /// Release: how many days it is honoured, today the first; the policy's when nothing is said.
    pub valid_days: Option<u16>,
    /// How long the call may take; as configured when nothing is said.
    pub deadline_ms: Option<u32>,
}

impl OrderRequest {
    /// What is asked of the decision, checked as far as it can be without facts.
    pub(super) fn request(&self, action: Action, policy: &Policy) -> Result<Request> {
        if let (Some(given), Some(basis)) = (self.tax, policy.facts.tax)
            && given != basis
        {
            return Err(Error::argument(format!("tax: the amounts are {given:?}, and the policy counts {basis:?}")));
        }
        let person = match action {
            Action::Hold | Action::Release | Action::Reject => Some(self.person()?),
            _ if self.overrule => Some(self.person()?),
            _ => None,
        };
        Ok(Request {
            amount: self.whole_amount()?,
            rate: self.rate.clone(),
            expires: self.expires,
            from: self.from,
            to: self.to,
            secured: self.secured,
            ships: self.ships,
            terms_days: self.terms_days,
            discount: self.discount_basis_points,
            checkpoint: self.checkpoint,
            person,
            ..Request::of(action)
        })
    }

    /// The amount, or what the lines or instalments come to: the sum is what is converted, once.
    fn whole_amount(&self) -> Result<Option<Money>> {
        let instalments = self.instalments.iter().map(|part| part.amount);
        let (field, parts): (_, Vec<Money>) = match (self.lines.is_empty(), self.instalments.is_empty()) {
            (true, true) => return Ok(self.amount),
            (false, true) => ("lines", self.lines.clone()),
            (true, false) => ("instalments", instalments.collect()),
            (false, false) => return Err(Error::argument("lines, instalments: give one of the two")),
        };
        if parts.len() > MAX_LINES {
            let message = format!("{field}: {} are too many, at most {MAX_LINES}", parts.len());
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let mut parts = parts.into_iter();
        let first = parts.next().ok_or_else(|| Error::argument(format!("{field} is empty")))?;
        let sum =
            parts.try_fold(first, Money::checked_add).map_err(|error| Error::argument(format!("{field}: {error}")))?;
        match self.amount {
            Some(amount) if amount != sum => {
                Err(Error::argument(format!("amount: it is {amount}, and the {field} come to {sum}")))
            }
            _ => Ok(Some(sum)),
        }
    }

    fn person(&self) -> Result<Person> {
        if self.reason.len() > MAX_REASON_BYTES {
            let length = self.reason.len();
            return Err(Error::argument(format!("reason is {length} bytes long; at most {MAX_REASON_BYTES}")));
        }
        if let Some(at) = self.reason.find(char::is_control) {
            return Err(Error::argument(format!("reason has a control character at byte {at}")));
        }
        if self.reason.trim().is_empty() {
            return Err(Error::argument("reason is empty: say why; it is recorded"));
        }
        let role = if self.role.is_empty() { "" } else { checked_name("role", &self.role)? };
        Ok(Person {
            user: checked_name("user", &self.user)?.to_owned(),
            role: role.to_owned(),
            reason: self.reason.trim().to_owned(),
            lifts_stop: self.lifts_stop,
            deviation: self.deviation_basis_points,
            valid_days: self.valid_days,
        })
    }

    /// The open item the request is about; of an invoice in instalments the first of them.
    pub(super) fn item_number(&self) -> Result<String> {
        let of_item = self.from == Some(Stage::Invoiced) || self.to == Some(Stage::Invoiced);
        let settles = self.to == Some(Stage::Settled) && matches!(self.from, None | Some(Stage::Invoiced));
        // An invoice that waited is still one when it is asked for again, or released.
        let may_begin_invoiced = self.to.is_none() && !self.item.is_empty();
        if !of_item && !settles && !may_begin_invoiced {
            return Ok(String::new());
        }
        let item = checked_name("item", &self.item)?;
        if self.instalments.is_empty() { Ok(item.to_owned()) } else { Ok(instalment(item, 1)) }
    }

    /// How the request names its account.
    pub(super) fn account_ref(&self) -> Result<AccountRef> {
        match self.account {
            Some(id) => Ok(AccountRef::Id(id)),
            None => Ok(AccountRef::Key(AccountKey {
                company: checked_name("company", &self.company)?.to_owned(),
                customer: checked_name("customer", &self.customer)?.to_owned(),
            })),
        }
    }

    /// SHA-256 over everything in the request that means something.
    pub(super) fn content(&self, document: &str, item: &str, request: &Request) -> Result<[u8; 32]> {
        let (company, customer) =
            if self.account.is_some() { ("", "") } else { (self.company.trim_end(), self.customer.trim_end()) };
        let content = (self.account, company, customer, document, item, self.due, &self.instalments, request);
        let text = serde_json::to_vec(&content)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the request cannot be written: {error}")))?;
        Ok(Sha256::digest(&text).into())
    }
}

/// The number of an instalment's open item.
pub(super) fn instalment(item: &str, number: usize) -> String {
    format!("{item}/{number}")
}
