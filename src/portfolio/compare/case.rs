//! A case: a customer as it stands and an order of it, before a policy says what is overdue or beyond the horizon.

use crate::calendar::Day;
use crate::credit::{AccountFacts, AccountId, Buckets, Document, Limit, Month, Profile};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::policy::{Checkpoint, Policy, Status};

/// An open debit item, in minor units of the account's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is still owed of it.
    pub residual: i64,
    /// The day it is due.
    pub due: Day,
    /// Whether the customer disputes it.
    pub disputed: bool,
}

/// The order that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its amount. In another currency than the account's it is one that nobody gave a rate for.
    pub amount: Money,
    /// The part that is prepaid, paid in cash or secured, in minor units.
    pub secured: i64,
    /// The day its goods ship; `None` is soon.
    pub ships: Option<Day>,
    /// The payment terms, in days.
    pub terms_days: Option<u16>,
    /// The discount, in hundredths of a per cent.
    pub discount: Option<u32>,
    /// Where it is asked about.
    pub checkpoint: Checkpoint,
}

/// A customer and an order. Amounts are minor units of the account's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it is, for whoever reads the result.
    pub name: String,
    /// The customer's number; empty when it has none.
    pub customer: String,
    /// Whether there is such a customer.
    pub known: bool,
    /// The company that sells.
    pub company: String,
    /// The currency of the account.
    pub currency: Currency,
    /// The status a person gave the account.
    pub status: Status,
    /// Every limit on record.
    pub limits: Vec<Limit>,
    /// Open debit items.
    pub items: Vec<Item>,
    /// What other orders hold: amount and the day they ship.
    pub ordered: Vec<(i64, Option<Day>)>,
    /// Delivered and not invoiced.
    pub delivered: i64,
    /// On invoices that are drafts.
    pub drafted: i64,
    /// Credits not yet applied, as a positive number.
    pub unapplied: i64,
    /// The highest dunning level of an open item.
    pub dunning_level: u8,
    /// What people say of the customer.
    pub profile: Profile,
    /// How it paid and disputed.
    pub history: Vec<Month>,
    /// What is asked.
    pub order: Order,
}

impl Case {
    /// A known customer of which nothing else is known, and an order of this amount in its currency.
    pub fn new(name: impl Into<String>, amount: Money) -> Self {
        Self {
            name: name.into(),
            customer: String::new(),
            known: true,
            company: String::new(),
            currency: amount.currency,
            status: Status::Ok,
            limits: Vec::new(),
            items: Vec::new(),
            ordered: Vec::new(),
            delivered: 0,
            drafted: 0,
            unapplied: 0,
            dunning_level: 0,
            profile: Profile::default(),
            history: Vec::new(),
            order: Order {
                amount,
                secured: 0,
                ships: None,
                terms_days: None,
                discount: None,
                checkpoint: Checkpoint::Entry,
            },
        }
    }

    /// The account as it stands under a policy; `None` for a customer there is not.
    ///
    /// # Errors
    /// `Argument` when its amounts are too large to add.
    pub fn account(&self, policy: &Policy, today: Day) -> Result<Option<AccountFacts>> {
        if !self.known {
            return Ok(None);
        }
        let aged_to = today.plus(-1 - i32::from(policy.facts.grace_days));
        let horizon_to = policy.facts.horizon_days.map_or(Day::MAX, |days| today.plus(i32::from(days)));
        let mut buckets = Buckets {
            delivered: self.delivered,
            drafted: self.drafted,
            unapplied: self.unapplied,
            ..Buckets::default()
        };
        let mut account = AccountFacts {
            status: self.status,
            limits: self.limits.clone().into(),
            aged_to,
            horizon_to,
            dunning_level: self.dunning_level,
            profile: self.profile.clone(),
            history: self.history.clone().into(),
            ..AccountFacts::new(AccountId(0), &self.company, self.currency)
        };
        let earlier = |day: Option<Day>, other: Day| Some(day.map_or(other, |day| day.min(other)));
        for item in &self.items {
            let bucket = if item.due <= aged_to { &mut buckets.overdue } else { &mut buckets.open };
            add(bucket, item.residual)?;
            if item.disputed {
                add(&mut account.disputed, item.residual)?;
            }
            if item.due > aged_to {
                account.next_due = earlier(account.next_due, item.due);
                continue;
            }
            account.oldest_overdue = earlier(account.oldest_overdue, item.due);
            if item.disputed {
                add(&mut account.disputed_overdue, item.residual)?;
            } else {
                account.oldest_undisputed = earlier(account.oldest_undisputed, item.due);
            }
        }
        for (amount, ships) in &self.ordered {
            match ships.filter(|ships| *ships > horizon_to) {
                Some(ships) => {
                    add(&mut buckets.later, *amount)?;
                    account.next_ship = earlier(account.next_ship, ships);
                }
                None => add(&mut buckets.ordered, *amount)?,
            }
        }
        account.buckets = buckets;
        Ok(Some(account))
    }

    /// The order as a document under a policy.
    pub fn document(&self, policy: &Policy) -> Document<'static> {
        let amount = self.order.amount;
        let secured = if policy.facts.secured_part_outside { self.order.secured.min(amount.minor).max(0) } else { 0 };
        Document {
            value: amount.minor,
            secured,
            ships: self.order.ships,
            terms_days: self.order.terms_days,
            discount: self.order.discount,
            checkpoint: self.order.checkpoint,
            ..Document::of(Money::new(amount.minor.saturating_sub(secured), amount.currency))
        }
    }
}

fn add(to: &mut i64, amount: i64) -> Result<()> {
    *to = to.checked_add(amount).ok_or_else(|| Error::argument("the amounts are too large to add"))?;
    Ok(())
}
