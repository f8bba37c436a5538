//! Pools: limits that several accounts share, and where they stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::limits::no_such_pool;
use super::wire::LimitTold;
use super::{Engine, MAX_ROWS, checked_name};
use crate::credit::{PoolKind, effective_limit, limit_in_force};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Currency, Money, Rate};
use crate::store::{AccountKey, PoolRecord, Put};

/// A pool to be put.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolWire {
    /// The host's name of it.
    pub pool: String,
    /// What it stands for.
    pub kind: PoolKind,
    /// The currency of its limits.
    pub currency: Currency,
    /// Units of the pool's currency for one unit of each other currency its accounts have, as text so that it is exact.
    /// All of them: one that is not named is forgotten.
    #[serde(default)]
    pub rates: BTreeMap<String, String>,
}

/// Asks where a pool stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolRequest {
    /// The host's name of it.
    pub pool: String,
}

/// Where a pool stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolPosition {
    /// The host's name of it.
    pub pool: String,
    /// What it stands for.
    pub kind: PoolKind,
    /// The currency of its limits.
    pub currency: Currency,
    /// The rates its accounts' sums are converted with.
    pub rates: BTreeMap<String, String>,
    /// Every limit on record.
    pub limits: Vec<LimitTold>,
    /// The effective limit, if one is in force and the pool is not marked as having none.
    pub limit: Option<Money>,
    /// Whether the pool is marked as having no limit.
    pub no_limit: bool,
    /// What its accounts owe and will owe, as the policy counts it; none when a rate is missing.
    pub exposure: Option<Money>,
    /// Limit less exposure.
    pub available: Option<Money>,
    /// Its accounts, at most 10,000.
    pub accounts: Vec<AccountKey>,
}

impl Engine {
    /// Puts a pool.
    ///
    /// # Errors
    /// `Argument`, `State` when its currency would change while it has accounts or limits; those of the store.
    pub fn put_pool(&self, request: &PoolWire) -> Result<Put> {
        let mut rates = Vec::with_capacity(request.rates.len());
        for (code, rate) in &request.rates {
            let currency =
                Currency::parse(code).map_err(|error| Error::argument(format!("rates: {code:?}: {error}")))?;
            Rate::parse(rate).map_err(|error| Error::argument(format!("rates: {code}: {rate:?}: {error}")))?;
            if currency == request.currency {
                return Err(Error::argument(format!("rates: {code} is the pool's own currency")));
            }
            rates.push((currency, rate.clone()));
        }
        let name = checked_name("pool", &request.pool)?.to_owned();
        let record = PoolRecord { name, kind: request.kind, currency: request.currency, rates };
        self.put(&mut |loader| loader.put_pool(&record))
    }

    /// Where a pool stands, read from the store.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn pool(&self, request: &PoolRequest) -> Result<PoolPosition> {
        let name = checked_name("pool", &request.pool)?;
        let now = self.now();
        let facts = self.store.pool(name, now)?.ok_or_else(|| no_such_pool(name))?;
        let rates = self.store.pool_record(name)?.map(|record| record.rates).unwrap_or_default();
        let (policy, today) = (&self.policy.facts, self.day_of(now));
        let large = |error| Error::new(ErrorKind::Store, format!("pool {name:?}: {error}"));
        let exposure =
            facts.exposure(policy.unapplied_credits_reduce, policy.rounding, (0, facts.currency)).map_err(large)?;
        let in_force = limit_in_force(&facts.limits, today, policy.limit_grace_days).copied();
        let limit = effective_limit(in_force.as_ref(), &facts.limits, today).map_err(large)?;
        let available = limit.zip(exposure).map(|(limit, owed)| limit.saturating_sub(owed.minor));
        let money = |minor| Money::new(minor, facts.currency);
        Ok(PoolPosition {
            limits: facts.limits.iter().map(|limit| LimitTold::of(limit, in_force, facts.currency, today)).collect(),
            limit: limit.map(money),
            no_limit: in_force.is_some_and(|limit| limit.amount.is_none()),
            exposure,
            available: available.map(money),
            accounts: self.store.pool_accounts(name, MAX_ROWS)?,
            rates: rates.into_iter().map(|(currency, rate)| (currency.code().to_owned(), rate)).collect(),
            kind: facts.kind,
            currency: facts.currency,
            pool: facts.name,
        })
    }
}
