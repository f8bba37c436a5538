//! A credit account: who is tested, in one company, in one currency.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::chain::Chain;
use super::limit::Limit;
use super::pool::PoolFacts;
use super::profile::{Month, Profile};
use crate::calendar::{Day, Instant};
use crate::money::{Currency, MoneyError};
use crate::policy::Status;

/// The number the store gives an account; small and dense, so that it can be an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct AccountId(pub u32);

/// Where each unit of value of an account is. A unit sits in exactly one bucket and moves along its document chain.
///
/// Minor units of the account's currency. `unapplied` is the customer's own money (payments on account, credit notes
/// not yet applied), counted as a positive number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Buckets {
    /// Reserved by orders that are not delivered and ship within the horizon.
    pub ordered: i64,
    /// Reserved by orders that ship beyond the horizon; only the static check counts them.
    pub later: i64,
    /// Delivered and not invoiced.
    pub delivered: i64,
    /// On invoices that are drafts.
    pub drafted: i64,
    /// Open debit items that are not overdue.
    pub open: i64,
    /// Open debit items past their due day and the grace days.
    pub overdue: i64,
    /// Credits not yet applied to items; they reduce the exposure.
    pub unapplied: i64,
}

impl Buckets {
    /// What the customer owes or will owe: everything but the unapplied credits.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn debit(&self) -> Result<i64, MoneyError> {
        [self.ordered, self.later, self.delivered, self.drafted, self.open, self.overdue]
            .into_iter()
            .try_fold(0_i64, i64::checked_add)
            .ok_or(MoneyError::Overflow)
    }

    /// Both added, bucket by bucket.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        let add = |a: i64, b: i64| a.checked_add(b).ok_or(MoneyError::Overflow);
        Ok(Self {
            ordered: add(self.ordered, other.ordered)?,
            later: add(self.later, other.later)?,
            delivered: add(self.delivered, other.delivered)?,
            drafted: add(self.drafted, other.drafted)?,
            open: add(self.open, other.open)?,
            overdue: add(self.overdue, other.overdue)?,
            unapplied: add(self.unapplied, other.unapplied)?,
        })
    }
}

/// What the decision knows of an account. The store keeps it; the cache holds copies of it; decisions record it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFacts {
    /// The account.
    pub id: AccountId,
    /// The company that sells, as the ERP codes it.
    pub company: Box<str>,
    /// Its currency; every amount below is in its minor units.
    pub currency: Currency,
    /// The status a person gave it.
    pub status: Status,
    /// Where its value is.
    pub buckets: Buckets,
    /// Every limit on record, in force or not; [`super::limit_in_force`] chooses.
    pub limits: Box<[Limit]>,
    /// The last due day that `buckets.overdue` counts: items due later are still `open`.
    pub aged_to: Day,
    /// The earliest due day of the overdue debit items.
    pub oldest_overdue: Option<Day>,
    /// The earliest due day of the debit items that are not overdue: when it passes, the buckets must be aged again.
    pub next_due: Option<Day>,
    /// The earliest due day of the overdue debit items that are not disputed.
    pub oldest_undisputed: Option<Day>,
    /// The part of `buckets.overdue` that is disputed.
    pub disputed_overdue: i64,
    /// All open debit items that are disputed.
    pub disputed: i64,
    /// The highest dunning level of an open debit item that is not blocked for dunning.
    pub dunning_level: u8,
    /// The last day that `buckets.ordered` counts: orders that ship after it are in `buckets.later`.
    pub horizon_to: Day,
    /// The earliest day on which an order of `buckets.later` ships: from then on the buckets must be looked at again.
    pub next_ship: Option<Day>,
    /// When the next reservation of this account expires: from then on the buckets must be read again.
    pub next_expiry: Option<Instant>,
    /// What people and hosts say of the customer.
    pub profile: Profile,
    /// How it paid and disputed, month by month, the oldest first; at most [`super::profile::MONTHS`] and one.
    pub history: Box<[Month]>,
    /// The pools it belongs to, the widest first.
    pub pools: Box<[PoolFacts]>,
    /// Moves with every change of the account; a copy with a lower number is older.
    pub version: u64,
}

impl AccountFacts {
    /// An account of which nothing is known yet.
    pub fn new(id: AccountId, company: &str, currency: Currency) -> Self {
        Self {
            id,
            company: company.into(),
            currency,
            status: Status::Ok,
            buckets: Buckets::default(),
            limits: Box::default(),
            aged_to: Day::MIN,
            oldest_overdue: None,
            next_due: None,
            oldest_undisputed: None,
            disputed_overdue: 0,
            disputed: 0,
            dunning_level: 0,
            horizon_to: Day::MAX,
            next_ship: None,
            next_expiry: None,
            profile: Profile::default(),
            history: Box::default(),
            pools: Box::default(),
            version: 0,
        }
    }

    /// Whether these facts still describe the account when items due up to `aged_to` count as overdue, orders that ship
    /// up to `horizon_to` are within the horizon, and it is `now`.
    pub fn holds_at(&self, aged_to: Day, horizon_to: Day, now: Instant) -> bool {
        // Whether nothing moves between the day that was counted to and this one.
        let same = |to: Day, counted_to: Day, next: Option<Day>| match to.cmp(&counted_to) {
            Ordering::Less => false,
            Ordering::Equal => true,
            Ordering::Greater => next.is_none_or(|next| next > to),
        };
        same(aged_to, self.aged_to, self.next_due)
            && same(horizon_to, self.horizon_to, self.next_ship)
            && self.next_expiry.is_none_or(|expiry| expiry > now)
    }

    /// What a chain holds of the buckets of this account.
    pub fn held_by(&self, chain: &Chain) -> Buckets {
        chain.held(self.horizon_to)
    }
}
