//! A credit account: who is tested, in one company, in one currency.

use serde::{Deserialize, Serialize};

use super::limit::Limit;
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
    /// Reserved by orders that are not delivered.
    pub ordered: i64,
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
        [self.ordered, self.delivered, self.drafted, self.open, self.overdue]
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
    /// When the next reservation of this account expires: from then on the buckets must be read again.
    pub next_expiry: Option<Instant>,
    /// Moves with every change of the account; a copy with a lower number is older.
    pub version: u64,
}

impl AccountFacts {
    /// Whether these facts still describe the account when items due up to `aged_to` count as overdue and it is `now`.
    pub fn holds_at(&self, aged_to: Day, now: Instant) -> bool {
        let aged = aged_to == self.aged_to || (aged_to > self.aged_to && self.next_due.is_none_or(|due| due > aged_to));
        aged && self.next_expiry.is_none_or(|expiry| expiry > now)
    }
}
