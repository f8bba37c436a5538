//! Accounts, items, limits and orders as they travel in JSON: amounts with their currency, `"1250.00 DKK"`, where the
//! library itself counts minor units.

use serde::{Deserialize, Serialize};

use super::accounts::AccountPosition;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, Limit, LimitKind, Profile, Status};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::store::{AccountKey, AccountRecord, Item, ItemKind, LimitOwner, LimitRecord};

/// An account to be put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountWire {
    /// The company that sells.
    pub company: String,
    /// The customer that pays; it must be there.
    pub customer: String,
    /// The account's currency.
    pub currency: Currency,
    /// The status a person gives it; `ok` when nothing is said.
    #[serde(default)]
    pub status: Status,
    /// What people and the host say of it, all of it; what was said before stays when nothing is said.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// The names of the pools it belongs to, the widest first; it stays where it is when nothing is said.
    #[serde(default)]
    pub pools: Option<Vec<String>>,
}

impl From<AccountWire> for AccountRecord {
    fn from(wire: AccountWire) -> Self {
        let key = AccountKey { company: wire.company, customer: wire.customer };
        Self { key, currency: wire.currency, status: wire.status, profile: wire.profile, pools: wire.pools }
    }
}

/// A limit to be put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitWire {
    /// The company that sells; or else `pool`.
    #[serde(default)]
    pub company: String,
    /// The customer that pays.
    #[serde(default)]
    pub customer: String,
    /// Instead of company and customer: the pool whose limit it is.
    #[serde(default)]
    pub pool: Option<String>,
    /// `base` when nothing is said.
    #[serde(default = "base")]
    pub kind: LimitKind,
    /// The limit; zero is zero. Left out only together with `no_limit_in`.
    #[serde(default)]
    pub limit: Option<Money>,
    /// Instead of a limit: the account has none, and this is its currency.
    #[serde(default)]
    pub no_limit_in: Option<Currency>,
    /// The first day it is in force; always when nothing is said.
    #[serde(default)]
    pub from: Option<Day>,
    /// The last day it is in force; for ever when nothing is said.
    #[serde(default)]
    pub to: Option<Day>,
    /// Insured: how much of the limit counts, in hundredths of a per cent; all of it when nothing is said.
    #[serde(default)]
    pub share_basis_points: Option<u32>,
    /// Who asks for it. Needed where the policy wants a second person for some limits.
    #[serde(default)]
    pub user: String,
}

fn base() -> LimitKind {
    LimitKind::Base
}

impl TryFrom<LimitWire> for LimitRecord {
    type Error = Error;

    fn try_from(wire: LimitWire) -> Result<Self> {
        let (amount, currency) = match (wire.limit, wire.no_limit_in) {
            (Some(limit), None) => (Some(limit.minor), limit.currency),
            (None, Some(currency)) => (None, currency),
            _ => return Err(Error::argument("limit, no_limit_in: give one of the two")),
        };
        let owner = match wire.pool {
            None => LimitOwner::Account(AccountKey { company: wire.company, customer: wire.customer }),
            Some(pool) if wire.company.is_empty() && wire.customer.is_empty() => LimitOwner::Pool(pool),
            Some(_) => return Err(Error::argument("pool: name a pool, or else a company and a customer")),
        };
        let share = match wire.share_basis_points {
            None => Limit::WHOLE,
            Some(share @ 1..=Limit::WHOLE) if wire.kind == LimitKind::Insured => share,
            Some(_) => {
                return Err(Error::argument("share_basis_points: from 1 to 10000, and for insured limits only"));
            }
        };
        let limit = Limit { from: wire.from, to: wire.to, share, ..Limit::always(wire.kind, amount) };
        Ok(Self { owner, currency, limit })
    }
}

/// An open item, to be put or as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemWire {
    /// The company that sells.
    pub company: String,
    /// The customer that pays.
    pub customer: String,
    /// The host's number of the item; unique in the account.
    pub number: String,
    /// What it is.
    pub kind: ItemKind,
    /// The amount it was posted with, not below zero, whatever the kind.
    pub amount: Money,
    /// What is still open of it, not below zero; zero closes it.
    pub residual: Money,
    /// The day it is due; for a credit, the day it was posted.
    pub due: Day,
    /// Whether the customer disputes it.
    #[serde(default)]
    pub disputed: bool,
    /// The dunning level it has reached.
    #[serde(default)]
    pub dunning_level: u8,
    /// Whether it is blocked for dunning: then its level counts for nothing.
    #[serde(default)]
    pub dunning_blocked: bool,
    /// The day its goods were delivered; matters where a credit insurer covers them.
    #[serde(default)]
    pub delivered: Option<Day>,
    /// The order it belongs to; may be empty.
    #[serde(default)]
    pub document: String,
}

impl TryFrom<ItemWire> for Item {
    type Error = Error;

    fn try_from(wire: ItemWire) -> Result<Self> {
        if wire.amount.currency != wire.residual.currency {
            return Err(Error::argument("amount, residual: they are in different currencies"));
        }
        Ok(Self {
            key: AccountKey { company: wire.company, customer: wire.customer },
            number: wire.number,
            kind: wire.kind,
            currency: wire.amount.currency,
            amount: wire.amount.minor,
            residual: wire.residual.minor,
            due: wire.due,
            disputed: wire.disputed,
            dunning_level: wire.dunning_level,
            dunning_blocked: wire.dunning_blocked,
            delivered: wire.delivered,
            document: wire.document,
        })
    }
}

impl From<Item> for ItemWire {
    fn from(item: Item) -> Self {
        Self {
            company: item.key.company,
            customer: item.key.customer,
            number: item.number,
            kind: item.kind,
            amount: Money::new(item.amount, item.currency),
            residual: Money::new(item.residual, item.currency),
            due: item.due,
            disputed: item.disputed,
            dunning_level: item.dunning_level,
            dunning_blocked: item.dunning_blocked,
            delivered: item.delivered,
            document: item.document,
        }
    }
}

/// Where an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PositionWire {
    /// The account's number.
    pub account: AccountId,
    /// The status a person gave it.
    pub status: Status,
    /// Reserved by orders that are not delivered.
    pub ordered: Money,
    /// Reserved by orders that ship beyond the policy's horizon.
    pub later: Money,
    /// Delivered and not invoiced.
    pub delivered: Money,
    /// On invoices that are drafts.
    pub drafted: Money,
    /// Open debit items that are not overdue.
    pub open: Money,
    /// Open debit items past their due day and the grace days.
    pub overdue: Money,
    /// Credits not applied, as a positive amount.
    pub unapplied: Money,
    /// What is owed and will be owed, less credits where the policy counts them.
    pub exposure: Money,
    /// The effective limit, with what insurers cover, if one is in force and the account is not marked as having none.
    pub limit: Option<Money>,
    /// What insurers cover of it.
    pub insured: Money,
    /// How much of the limit is used, in hundredths of a per cent, rounded down; `None` without a limit above zero.
    pub utilisation_basis_points: Option<i64>,
    /// Whether the account is marked as having no limit.
    pub no_limit: bool,
    /// Limit less exposure; `None` without a limit.
    pub available: Option<Money>,
    /// Every limit on record.
    pub limits: Vec<LimitTold>,
    /// The earliest due day of the overdue items.
    pub oldest_overdue: Option<Day>,
    /// What is open and disputed.
    pub disputed: Money,
    /// The highest dunning level of an open item that is not blocked for dunning.
    pub dunning_level: u8,
    /// How many days late it pays, weighted by amount, over the last twelve months; `None` when it paid nothing.
    pub days_late: Option<i64>,
    /// The share of its invoices it disputed over the last twelve months, in hundredths of a per cent.
    pub dispute_rate_basis_points: Option<i64>,
    /// What people and the host say of it.
    pub profile: Profile,
    /// The score that rules go by: the one given, or what the policy's scorecard comes to.
    pub score: Option<i32>,
    /// The risk class that rules go by: the one given, or the one its score belongs to.
    pub risk_class: Option<String>,
    /// The limit the policy proposes for its risk class.
    pub proposed_limit: Option<Money>,
    /// The pools it belongs to, the widest first.
    pub pools: Vec<String>,
    /// The day this is true for.
    pub today: Day,
    /// When it was read.
    pub facts_at: Instant,
}

/// A limit on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitTold {
    /// What kind it is.
    pub kind: LimitKind,
    /// Insured: how much of the amount counts, in hundredths of a per cent.
    pub share_basis_points: u32,
    /// Its amount; `None` means no limit.
    pub limit: Option<Money>,
    /// The first day it is in force.
    pub from: Option<Day>,
    /// The last day it is in force.
    pub to: Option<Day>,
    /// Whether it counts today: the one in force, or a cover that is valid.
    pub in_force: bool,
}

impl LimitTold {
    /// A limit of somebody whose limit in force is `in_force`, in this currency.
    pub(super) fn of(limit: &Limit, in_force: Option<Limit>, currency: Currency, today: Day) -> Self {
        Self {
            kind: limit.kind,
            share_basis_points: limit.share,
            limit: limit.amount.map(|minor| Money::new(minor, currency)),
            from: limit.from,
            to: limit.to,
            in_force: match limit.kind {
                LimitKind::Insured => limit.is_in_force(today),
                LimitKind::Base | LimitKind::Temporary => Some(*limit) == in_force,
            },
        }
    }
}

impl From<AccountPosition> for PositionWire {
    fn from(position: AccountPosition) -> Self {
        let AccountPosition { facts, limit_in_force, .. } = position;
        let money = |minor| Money::new(minor, facts.currency);
        Self {
            account: facts.id,
            status: facts.status,
            ordered: money(facts.buckets.ordered),
            later: money(facts.buckets.later),
            delivered: money(facts.buckets.delivered),
            drafted: money(facts.buckets.drafted),
            open: money(facts.buckets.open),
            overdue: money(facts.buckets.overdue),
            unapplied: money(facts.buckets.unapplied),
            exposure: position.exposure,
            limit: position.effective.map(money),
            insured: money(position.insured),
            utilisation_basis_points: position.utilisation,
            no_limit: limit_in_force.is_some_and(|limit| limit.amount.is_none()),
            available: position.available,
            limits: facts
                .limits
                .iter()
                .map(|limit| LimitTold::of(limit, limit_in_force, facts.currency, position.today))
                .collect(),
            oldest_overdue: facts.oldest_overdue,
            disputed: money(facts.disputed),
            dunning_level: facts.dunning_level,
            days_late: position.days_late,
            dispute_rate_basis_points: position.dispute_rate,
            score: position.score,
            risk_class: position.risk_class,
            proposed_limit: position.proposed_limit,
            pools: facts.pools.iter().map(|pool| pool.name.clone()).collect(),
            profile: facts.profile,
            today: position.today,
            facts_at: position.facts_at,
        }
    }
}
