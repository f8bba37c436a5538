//! What happened: accounts, orders and payments, in the order of their days.

use std::collections::HashMap;

use crate::calendar::Day;
use crate::credit::{Limit, Profile, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Currency, Money};
use crate::policy::Policy;

/// A record has at most this many orders.
pub const MAX_ORDERS: usize = 4_000_000;
/// A record has at most this many accounts.
pub const MAX_ACCOUNTS: usize = 1_000_000;
/// A record has at most this many risk classes; more are a column that holds something else.
pub const MAX_CLASSES: usize = 100;

/// An account of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Payer(pub(super) u32);

impl Payer {
    pub(super) const fn at(self) -> usize {
        self.0 as usize
    }
}

/// An order of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderRef(pub(super) u32);

/// What people say of an account from a day on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountState {
    /// Every limit on record, in the account's currency; empty when there is none.
    pub limits: Box<[Limit]>,
    /// The status a person gave it.
    pub status: Status,
    /// Risk class, score, terms and the days that count.
    pub profile: Profile,
}

/// An order as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// Whose.
    pub payer: Payer,
    /// The host's number of it.
    pub number: String,
    /// The day it was entered.
    pub entered: Day,
    /// Its whole amount, in the account's currency; in its own when there was no rate to convert it with.
    pub amount: Money,
    /// The part that was prepaid, paid in cash or secured when it was entered, in minor units of the same currency.
    pub secured: i64,
    /// The day its goods were to ship; `None` is soon.
    pub ships: Option<Day>,
    /// The payment terms, in days.
    pub terms_days: Option<u16>,
    /// The discount, in hundredths of a per cent.
    pub discount: Option<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) company: Box<str>,
    pub(super) customer: Box<str>,
    pub(super) currency: Currency,
}

/// An order, and what became of it in truth.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) payer: Payer,
    pub(super) number: Box<str>,
    pub(super) entered: Day,
    pub(super) amount: Money,
    pub(super) secured: i64,
    pub(super) ships: Option<Day>,
    pub(super) terms_days: Option<u16>,
    pub(super) discount: Option<u32>,
    pub(super) invoiced: i64,
    pub(super) paid: i64,
    pub(super) written_off: i64,
    pub(super) is_invoiced: bool,
    pub(super) is_cancelled: bool,
}

/// What happens to an account or an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Something else is said of the account: which of the states.
    Account(u32),
    Entered,
    Delivered,
    Invoiced {
        amount: i64,
        due: Day,
    },
    Disputed,
    Paid {
        amount: i64,
    },
    WrittenOff {
        amount: i64,
    },
    Cancelled,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Happening {
    pub(super) day: Day,
    /// Its place in the day: what was paid comes before the orders of the day, and each order before what follows of it.
    place: u8,
    /// Of the same place, what was told first happens first.
    told: u32,
    subject: u32,
    pub(super) what: What,
}

impl Happening {
    /// The number of the account or the order.
    pub(super) const fn at(&self) -> usize {
        self.subject as usize
    }
}

/// Which facts the record tells of at all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tells {
    pub(super) score: bool,
    pub(super) status: bool,
    pub(super) next_review: bool,
    pub(super) disputes: bool,
    pub(super) discounts: bool,
    pub(super) terms: bool,
}

/// A record in the making. What is told of an account on a day comes before the orders told after it.
#[derive(Debug, Default)]
pub struct History {
    accounts: Vec<Account>,
    names: HashMap<Box<str>, HashMap<Box<str>, Payer>>,
    orders: Vec<Order>,
    states: Vec<AccountState>,
    happenings: Vec<Happening>,
    /// The days on which each order was entered, and invoiced: what comes after them on the same day happens after them.
    days: Vec<(Day, Option<Day>)>,
    tells: Tells,
}

/// What happened, in the order in which it did.
#[derive(Debug)]
pub struct Record {
    pub(super) accounts: Vec<Account>,
    pub(super) orders: Vec<Order>,
    pub(super) states: Vec<AccountState>,
    pub(super) happenings: Vec<Happening>,
    pub(super) tells: Tells,
}

impl History {
    /// The account of a customer in a company; it is made with this currency when it is new.
    ///
    /// # Errors
    /// `TooLarge` when there are more than [`MAX_ACCOUNTS`].
    pub fn account(&mut self, company: &str, customer: &str, currency: Currency) -> Result<Payer> {
        if let Some(payer) = self.names.get(company).and_then(|customers| customers.get(customer)) {
            return Ok(*payer);
        }
        let payer = Payer(number(self.accounts.len(), MAX_ACCOUNTS, "accounts")?);
        self.accounts.push(Account { company: company.into(), customer: customer.into(), currency });
        self.names.entry(company.into()).or_default().insert(customer.into(), payer);
        Ok(payer)
    }

    /// The account's currency.
    pub fn currency(&self, payer: Payer) -> Option<Currency> {
        self.accounts.get(payer.at()).map(|account| account.currency)
    }

    /// How many orders were told of.
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// From this day on, before its orders, this is said of the account.
    pub fn account_is(&mut self, payer: Payer, day: Day, state: AccountState) {
        self.tells.score |= state.profile.score.is_some();
        self.tells.status |= state.status != Status::Ok;
        self.tells.next_review |= state.profile.next_review.is_some();
        let at = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        self.states.push(state);
        self.push(day, place::ENTERED, payer.0, What::Account(at));
    }

    /// An order was entered.
    ///
    /// # Errors
    /// `TooLarge` when there are more than [`MAX_ORDERS`].
    pub fn order(&mut self, order: NewOrder) -> Result<OrderRef> {
        let at = number(self.orders.len(), MAX_ORDERS, "orders")?;
        self.tells.discounts |= order.discount.is_some();
        self.tells.terms |= order.terms_days.is_some();
        let entered = order.entered;
        self.orders.push(Order {
            payer: order.payer,
            number: order.number.into(),
            entered,
            amount: order.amount,
            secured: order.secured,
            ships: order.ships,
            terms_days: order.terms_days,
            discount: order.discount,
            invoiced: 0,
            paid: 0,
            written_off: 0,
            is_invoiced: false,
            is_cancelled: false,
        });
        self.days.push((entered, None));
        self.push(entered, place::ENTERED, at, What::Entered);
        Ok(OrderRef(at))
    }

    /// Its goods left.
    pub fn delivered(&mut self, order: OrderRef, day: Day) {
        self.push(day, place::DELIVERED, order.0, What::Delivered);
    }

    /// It was invoiced, whole: what was ordered and is not on the invoice is no longer wanted. `amount` is in the
    /// currency of the order's amount, tax included.
    pub fn invoiced(&mut self, order: OrderRef, day: Day, amount: i64, due: Day) {
        self.with(order, |order| {
            order.invoiced = amount;
            order.is_invoiced = true;
        });
        if let Some((_, invoiced)) = self.days.get_mut(order.0 as usize) {
            *invoiced = Some(day);
        }
        self.push(day, place::INVOICED, order.0, What::Invoiced { amount, due });
    }

    /// The customer disputed its invoice.
    pub fn disputed(&mut self, order: OrderRef, day: Day) {
        self.tells.disputes = true;
        let place = self.place_after(order, day);
        self.push(day, place, order.0, What::Disputed);
    }

    /// So much of its invoice was paid. What is paid beyond the invoice counts nowhere.
    pub fn paid(&mut self, order: OrderRef, day: Day, amount: i64) {
        self.with(order, |order| order.paid = order.paid.saturating_add(amount));
        let place = self.place_after(order, day);
        self.push(day, place, order.0, What::Paid { amount });
    }

    /// So much of its invoice was given up as lost; without a day it stayed open to the end of the record.
    pub fn written_off(&mut self, order: OrderRef, day: Option<Day>, amount: i64) {
        self.with(order, |order| order.written_off = order.written_off.saturating_add(amount));
        if let Some(day) = day {
            let place = self.place_after(order, day);
            self.push(day, place, order.0, What::WrittenOff { amount });
        }
    }

    /// What was not invoiced of it was given up.
    pub fn cancelled(&mut self, order: OrderRef, day: Day) {
        self.with(order, |order| order.is_cancelled = true);
        let entered = self.days.get(order.0 as usize).map(|(entered, _)| *entered);
        let place = if entered.is_some_and(|entered| entered < day) { place::BEFORE } else { place::AFTER };
        self.push(day, place, order.0, What::Cancelled);
    }

    /// The record, sorted.
    pub fn finish(mut self) -> Record {
        self.happenings.sort_unstable_by_key(|one| (one.day, one.place, one.told));
        Record {
            accounts: self.accounts,
            orders: self.orders,
            states: self.states,
            happenings: self.happenings,
            tells: self.tells,
        }
    }

    fn place_after(&self, order: OrderRef, day: Day) -> u8 {
        let invoiced = self.days.get(order.0 as usize).and_then(|(_, invoiced)| *invoiced);
        if invoiced.is_some_and(|invoiced| invoiced < day) { place::BEFORE } else { place::AFTER }
    }

    fn with(&mut self, order: OrderRef, change: impl FnOnce(&mut Order)) {
        if let Some(order) = self.orders.get_mut(order.0 as usize) {
            change(order);
        }
    }

    fn push(&mut self, day: Day, place: u8, subject: u32, what: What) {
        let told = u32::try_from(self.happenings.len()).unwrap_or(u32::MAX);
        self.happenings.push(Happening { day, place, told, subject, what });
    }
}

/// The places in a day.
mod place {
    pub(super) const BEFORE: u8 = 0;
    pub(super) const ENTERED: u8 = 1;
    pub(super) const DELIVERED: u8 = 2;
    pub(super) const INVOICED: u8 = 3;
    pub(super) const AFTER: u8 = 4;
}

fn number(at: usize, most: usize, what: &str) -> Result<u32> {
    u32::try_from(at).ok().filter(|_| at < most).ok_or_else(|| {
        Error::new(
            ErrorKind::TooLarge,
            format!("the record has more than {most} {what}: try the policy on a part of it"),
        )
    })
}

impl Record {
    /// How many orders it tells of.
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// How many accounts it tells of.
    pub fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// The accounts and amounts of the orders, in the order in which they were told, for measuring against.
    pub fn amounts(&self) -> impl Iterator<Item = (Payer, Money)> {
        self.orders.iter().map(|order| (order.payer, order.amount))
    }

    /// The names of the risk classes; number 0 is none.
    pub(super) fn class_names(&self, policy: &Policy) -> Classes {
        let mut classes = Classes { names: vec![Box::default()], numbers: HashMap::from([(Box::default(), 0)]) };
        for state in &self.states {
            let _ = classes.number(state.profile.class(policy).unwrap_or_default());
        }
        classes
    }
}

/// Risk classes by their numbers.
pub(super) struct Classes {
    pub(super) names: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u16>,
}

impl Classes {
    pub(super) fn number(&mut self, name: &str) -> Result<u16> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let next = number(self.names.len(), MAX_CLASSES, "risk classes").ok().and_then(|next| u16::try_from(next).ok());
        let next = next.ok_or_else(|| {
            let message =
                format!("the record has more than {MAX_CLASSES} risk classes: is something else in that column?");
            Error::new(ErrorKind::TooLarge, message)
        })?;
        self.names.push(name.into());
        self.numbers.insert(name.into(), next);
        Ok(next)
    }
}
