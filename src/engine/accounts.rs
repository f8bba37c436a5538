//! Customers and their credit accounts: where one stands, what is open, and single facts put by the host as they happen.

use serde::Deserialize;

use super::customers::{MAX_IDENTIFIERS, MAX_TEXT_BYTES, TypedIdentifier};
use super::debtors::checked_country;
use super::identify::{holds_bsn, is_hashed};
use super::keeper::derive_kind;
use super::{Engine, MAX_ROWS, ROWS, checked_name};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Behaviour, Limit, effective_limit, insured, limit_in_force};
use crate::customer::name_key;
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::{Answer, Identifier, Scheme, check};
use crate::money::Money;
use crate::store::{AccountKey, AccountRecord, AccountRef, Customer, Item, Loader, Put};

/// Names an account, by its number or by company and customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum AccountName {
    /// By its number.
    Id(AccountId),
    /// By company and customer.
    Key(AccountKey),
}

/// Asks where an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PositionRequest {
    /// Which account.
    pub account: AccountName,
}

/// A customer as the host puts it. What is kept of a person's number is its keyed hash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PutCustomer {
    /// The host's number of the customer. Required.
    pub customer: String,
    /// Its name. Required.
    pub name: String,
    /// The country it is registered in, ISO 3166 alpha-2. Required.
    pub country: String,
    /// The legal form, as the register of the country codes or names it.
    pub legal_form: String,
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
    /// Its identifiers: those it has, in full; what is not named is forgotten.
    pub identifiers: Vec<TypedIdentifier>,
}

/// Asks for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomerName {
    /// The host's number of the customer.
    pub customer: String,
}

/// Asks for the open items of an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemsRequest {
    /// Which account.
    pub account: AccountName,
    /// At most so many, the oldest due first; 100 when nothing is said.
    pub most: Option<u32>,
}

/// Where an account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPosition {
    /// Its facts.
    pub facts: AccountFacts,
    /// The limit in force today; `None` when there is none on record.
    pub limit_in_force: Option<Limit>,
    /// The limit in force and what insurers cover on top, in minor units; `None` without one.
    pub effective: Option<i64>,
    /// What insurers cover, in minor units.
    pub insured: i64,
    /// How much of the effective limit is used, in hundredths of a per cent; `None` without one above zero.
    pub utilisation: Option<i64>,
    /// What is owed and will be owed, less credits where the policy counts them.
    pub exposure: Money,
    /// Limit less exposure; `None` without a limit.
    pub available: Option<Money>,
    /// What is overdue.
    pub overdue: Money,
    /// Days late, weighted by amount, over the last twelve months.
    pub days_late: Option<i64>,
    /// The share of invoices disputed over the last twelve months, in hundredths of a per cent.
    pub dispute_rate: Option<i64>,
    /// The score that rules go by.
    pub score: Option<i32>,
    /// The risk class that rules go by.
    pub risk_class: Option<String>,
    /// The limit the policy proposes for the class.
    pub proposed_limit: Option<Money>,
    /// The day this is true for.
    pub today: Day,
    /// When it was read.
    pub facts_at: Instant,
}

impl Engine {
    /// The number of an account that is named either way.
    pub(super) fn account_of(&self, name: &AccountName) -> Result<AccountId> {
        match name {
            AccountName::Id(id) => Ok(*id),
            AccountName::Key(key) => self.resolve(key),
        }
    }

    /// Where an account stands, read from the store.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn position(&self, request: &PositionRequest) -> Result<AccountPosition> {
        self.position_of(self.account_of(&request.account)?)
    }

    /// Where the account of this number stands, read from the store.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn position_of(&self, id: AccountId) -> Result<AccountPosition> {
        let (now, stamp) = (self.now(), self.store.pulse().stamp(id));
        let today = self.day_of(now);
        let facts = self.read_account(AccountRef::Id(id), now)?;
        self.cache.put(self.store.pulse(), facts.clone(), now, stamp);
        let exposure = crate::credit::exposure(&self.policy, &facts)
            .map_err(|error| Error::new(ErrorKind::Store, format!("account {}: {error}", id.0)))?;
        let limit = limit_in_force(&facts.limits, today, self.policy.facts.limit_grace_days).copied();
        let effective = effective_limit(limit.as_ref(), &facts.limits, today)
            .map_err(|error| Error::new(ErrorKind::Store, format!("account {}: {error}", id.0)))?;
        let money = |minor| Money::new(minor, facts.currency);
        let behaviour = Behaviour::of(&facts.history, today);
        let class = facts.class(&self.policy, today);
        let proposed = self.policy.classes.iter().find(|one| Some(one.name.as_str()) == class);
        let used = |limit: i64| i128::from(exposure.minor.max(0)) * 10_000 / i128::from(limit);
        Ok(AccountPosition {
            limit_in_force: limit,
            effective,
            insured: i64::try_from(insured(&facts.limits, today)).unwrap_or(i64::MAX),
            utilisation: effective
                .filter(|limit| *limit > 0)
                .map(|limit| i64::try_from(used(limit)).unwrap_or(i64::MAX)),
            available: effective.map(|limit| money(limit.saturating_sub(exposure.minor))),
            overdue: money(facts.buckets.overdue),
            days_late: behaviour.days_late(),
            dispute_rate: behaviour.dispute_rate(),
            score: facts.score(&self.policy, today),
            risk_class: class.map(str::to_owned),
            proposed_limit: proposed
                .and_then(|class| class.proposed_limits.iter().find(|limit| limit.currency == facts.currency))
                .copied(),
            exposure,
            today,
            facts_at: now,
            facts,
        })
    }

    /// The open items of an account, the oldest due first.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn items(&self, request: &ItemsRequest) -> Result<Vec<Item>> {
        self.store.items(self.account_of(&request.account)?, request.most.unwrap_or(ROWS).min(MAX_ROWS))
    }

    /// Puts a customer, all of it: what was known of it before is replaced.
    ///
    /// # Errors
    /// `Argument` naming the field, `Forbidden` for a number that may not be kept; those of the store.
    pub fn put_customer(&self, request: &PutCustomer) -> Result<Put> {
        let today = self.today();
        if request.identifiers.len() > MAX_IDENTIFIERS {
            let count = request.identifiers.len();
            return Err(Error::argument(format!("identifiers: {count} are too many, at most {MAX_IDENTIFIERS}")));
        }
        let mut identifiers = Vec::new();
        for (at, typed) in request.identifiers.iter().enumerate() {
            let identifier = read_typed(typed, today).map_err(|error| error.at(format!("identifiers[{at}]")))?;
            identifiers.push(self.keeper.keep(&identifier, today));
        }
        identifiers.sort();
        identifiers.dedup();
        let text = |field: &str, text: &str| match text.len() {
            _ if text.contains('\0') => Err(Error::argument(format!("{field} has the character U+0000 in it"))),
            0..=MAX_TEXT_BYTES => Ok(text.trim().to_owned()),
            length => Err(Error::argument(format!("{field} is {length} bytes long; at most {MAX_TEXT_BYTES}"))),
        };
        let customer = Customer {
            number: checked_name("customer", &request.customer)?.to_owned(),
            name: text("name", &request.name)?,
            name_key: name_key(&request.name),
            country: checked_country(&request.country)?,
            legal_form: text("legal_form", &request.legal_form)?,
            subject: derive_kind(&request.country, &request.legal_form, &identifiers).name().to_owned(),
            street: text("street", &request.street)?,
            postcode: text("postcode", &request.postcode)?,
            city: text("city", &request.city)?,
            phone: text("phone", &request.phone)?,
            email: text("email", &request.email)?,
            identifiers,
        };
        if customer.name.is_empty() {
            return Err(Error::argument("name is empty"));
        }
        let mut put = Put::Same;
        let mut work = |loader: &mut dyn Loader| loader.put_customer(&customer).map(|done| put = done);
        self.store.load(self.now(), today, &mut work, self.deadline(None))?;
        Ok(put)
    }

    /// A customer as it is kept. Numbers of persons are not shown, not even as their hash.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn customer(&self, request: &CustomerName) -> Result<Customer> {
        let number = checked_name("customer", &request.customer)?;
        let mut customer = self
            .store
            .customer(number)?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no customer {number:?}")))?;
        for identifier in customer.identifiers.iter_mut().filter(|identifier| is_hashed(identifier)) {
            identifier.value = "***".to_owned();
        }
        Ok(customer)
    }

    /// Puts an account of a customer that is there: its currency and status.
    ///
    /// # Errors
    /// `NotFound` when there is no such customer, `State` when the account holds value in another currency; those of
    /// the store.
    pub fn put_account(&self, account: &AccountRecord) -> Result<Put> {
        self.put(&mut |loader| loader.put_account(account))
    }

    /// Puts an open item as it stands in the ERP: posted, partly paid, or paid (residual zero).
    ///
    /// # Errors
    /// `NotFound` when there is no such account; those of the store.
    pub fn put_item(&self, item: &Item) -> Result<Put> {
        self.put(&mut |loader| loader.put_item(item))
    }

    /// One put, durable.
    pub(super) fn put(&self, work: &mut dyn FnMut(&mut dyn Loader) -> Result<Put>) -> Result<Put> {
        let mut put = Put::Same;
        let at = self.now();
        self.store.load(
            at,
            self.day_of(at),
            &mut |loader| {
                put = work(loader)?;
                Ok(())
            },
            self.deadline(None),
        )?;
        Ok(put)
    }

    pub(super) fn read_account(&self, account: AccountRef, now: Instant) -> Result<AccountFacts> {
        let facts = self.store.facts(&self.ask(account, "", "", now), self.deadline(None))?;
        facts.account.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such credit account"))
    }
}

/// Reads an identifier that is to be kept. The error never holds its text.
fn read_typed(typed: &TypedIdentifier, today: Day) -> Result<Identifier> {
    let scheme: Scheme = typed.scheme.parse().map_err(|error| Error::argument(format!("scheme: {error}")))?;
    let identifier = match check(scheme, typed.number.reveal(), today.0) {
        Answer::Valid(identifier) | Answer::FormatOnly(identifier) => identifier,
        Answer::Invalid(fault) => return Err(Error::argument(format!("number: not a valid {scheme}: {fault}"))),
    };
    if holds_bsn(&identifier) {
        let message = "number: a BSN may not be kept without a statutory basis (UAVG article 46)";
        return Err(Error::new(ErrorKind::Forbidden, message));
    }
    Ok(identifier)
}
