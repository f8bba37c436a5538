//! Credit accounts: where one stands, what is open, and single facts put by the host as they happen.

use serde::{Deserialize, Serialize};

use super::Engine;
use super::operations::{AccountName, ROWS};
use super::record::MAX_ROWS;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Limit, limit_in_force};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::store::{AccountKey, AccountRecord, AccountRef, Item, LimitRecord, Loader, Put};

/// Asks where an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionRequest {
    /// Which account.
    pub account: AccountName,
}

/// Asks for the open items of an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemsRequest {
    /// Which account.
    pub account: AccountName,
    /// At most so many, the oldest due first; 100 when nothing is said.
    pub most: Option<u32>,
}

/// Where an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountPosition {
    /// Its facts.
    pub facts: AccountFacts,
    /// The limit in force today; `None` when there is none on record.
    pub limit_in_force: Option<Limit>,
    /// What is owed and will be owed, less credits where the policy counts them.
    pub exposure: Money,
    /// Limit less exposure; `None` without a limit.
    pub available: Option<Money>,
    /// What is overdue.
    pub overdue: Money,
    /// The day this is true for.
    pub today: Day,
    /// When it was read.
    pub facts_at: Instant,
}

impl Engine {
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
        let (now, epoch) = (self.now(), self.cache.epoch());
        let today = self.day_of(now);
        let facts = self.read_account(AccountRef::Id(id), now)?;
        self.cache.put(facts.clone(), now, epoch);
        let exposure = crate::credit::exposure(&self.policy, &facts)
            .map_err(|error| Error::new(ErrorKind::Store, format!("account {}: {error}", id.0)))?;
        let limit = limit_in_force(&facts.limits, today).copied();
        let available = limit
            .and_then(|limit| limit.amount)
            .map(|amount| Money::new(amount.saturating_sub(exposure.minor), facts.currency));
        let overdue = Money::new(facts.buckets.overdue, facts.currency);
        Ok(AccountPosition { limit_in_force: limit, exposure, available, overdue, today, facts_at: now, facts })
    }

    /// The open items of an account, the oldest due first.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn items(&self, request: &ItemsRequest) -> Result<Vec<Item>> {
        self.store.items(self.account_of(&request.account)?, request.most.unwrap_or(ROWS).min(MAX_ROWS))
    }

    /// Puts an account of a customer that is there: its currency and status.
    ///
    /// # Errors
    /// `NotFound` when there is no such customer, `State` when the account holds value in another currency; those of
    /// the store.
    pub fn put_account(&self, account: &AccountRecord) -> Result<Put> {
        self.put(&account.key, &mut |loader| loader.put_account(account))
    }

    /// Puts a limit; the one of the same kind and first day is replaced.
    ///
    /// # Errors
    /// `NotFound` when there is no such account; those of the store.
    pub fn put_limit(&self, limit: &LimitRecord) -> Result<Put> {
        self.put(&limit.key, &mut |loader| loader.put_limit(limit))
    }

    /// Puts an open item as it stands in the ERP: posted, partly paid, or paid (residual zero).
    ///
    /// # Errors
    /// `NotFound` when there is no such account; those of the store.
    pub fn put_item(&self, item: &Item) -> Result<Put> {
        self.put(&item.key, &mut |loader| loader.put_item(item))
    }

    /// One put, durable, and what memory knows of the account read again.
    fn put(&self, key: &AccountKey, work: &mut dyn FnMut(&mut dyn Loader) -> Result<Put>) -> Result<Put> {
        let mut put = Put::Same;
        self.store.load(
            &mut |loader| {
                put = work(loader)?;
                Ok(())
            },
            self.deadline(None),
        )?;
        let (now, epoch) = (self.now(), self.cache.epoch());
        match self.read_account(AccountRef::Key(key.clone()), now) {
            Ok(facts) => self.cache.put(facts, now, epoch),
            // The put stands; memory must not go on knowing better.
            Err(_) => self.cache.forget_all(),
        }
        Ok(put)
    }

    fn read_account(&self, account: AccountRef, now: Instant) -> Result<AccountFacts> {
        let facts = self.store.facts(&self.ask(account, "", "", now), self.deadline(None))?;
        facts.account.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such credit account"))
    }
}
