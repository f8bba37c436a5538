//! One policy's world: what is there of accounts and orders when it decides.
//!
//! The facts are kept here as a store keeps them: each unit of value in one bucket, items aged by their due days and the
//! days of grace, orders beyond the horizon apart, payments summed by month. What an order may do is asked of
//! [`act()`].

use std::collections::BTreeSet;

use super::record::{AccountState, Order, Record, What};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Action, Chain, ChainState, MONTHS, Marks, Month, Request, act};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::policy::{Checkpoint, Policy};
use crate::reason::{Code, Outcome, Reason};

/// Months that payments are kept of: the present one and those before it.
const KEPT: usize = MONTHS + 1;

/// Where an order's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nowhere: it was not entered yet, did not go through, or is done.
    Nowhere,
    Ordered,
    Delivered,
    /// On an invoice that is open, overdue or not.
    Item,
    /// On a credit note that is not applied.
    Credit,
}

/// What a policy made of an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deal {
    pub(super) outcome: Outcome,
    /// Whether it was asked about at all.
    pub(super) asked: bool,
    place: Place,
    disputed: bool,
    /// Which of the world's reasons decided; `u16::MAX` when none had to.
    pub(super) why: u16,
    due: Day,
    /// The day it was last let through.
    passed: Day,
    /// What is there of it, in minor units.
    held: i64,
    /// The part of it that is no credit: secured, or paid in advance.
    secured: i64,
    /// How much of what was paid in truth has been paid in advance here.
    ahead: i64,
    /// What its policy asked to be paid in advance.
    pub(super) prepay: i64,
}

const NEW: Deal = Deal {
    outcome: Outcome::NotChecked,
    asked: false,
    place: Place::Nowhere,
    disputed: false,
    why: u16::MAX,
    due: Day::MIN,
    passed: Day::MIN,
    held: 0,
    secured: 0,
    ahead: 0,
    prepay: 0,
};

/// Why orders were stopped or told of: the first reason of their decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) rule: String,
    pub(super) code: Code,
    pub(super) effect: Outcome,
}

/// An account as this world has it.
struct Book {
    facts: AccountFacts,
    /// Open items by their due days. Those due up to `facts.aged_to` are overdue.
    items: BTreeSet<(Day, u32)>,
    /// Orders beyond the horizon, by the days they ship.
    later: BTreeSet<(Day, u32)>,
}

/// What is there of accounts and orders under one policy.
pub(super) struct World<'a> {
    policy: &'a Policy,
    books: Vec<Book>,
    deals: Vec<Deal>,
    pub(super) whys: Vec<Why>,
    /// The checkpoints between entry and shipping, and at shipping, that some rule speaks of.
    on_entry: Vec<Checkpoint>,
    on_shipping: Vec<Checkpoint>,
    request: Request,
    month: (Day, i32),
}

impl<'a> World<'a> {
    pub(super) fn new(record: &Record, policy: &'a Policy) -> Self {
        let books = record.accounts.iter().enumerate().map(|(at, account)| {
            let id = AccountId(u32::try_from(at).unwrap_or(u32::MAX));
            let mut facts = AccountFacts::new(id, &account.company, account.currency);
            facts.history = vec![Month { month: i32::MIN, ..Month::default() }; KEPT].into_boxed_slice();
            Book { facts, items: BTreeSet::new(), later: BTreeSet::new() }
        });
        let named = |point: Checkpoint| policy.rules.iter().any(|rule| rule.scope.at.contains(&point));
        // A rule that names no checkpoint is asked at entry, and would say the same at a confirmation of the same day.
        let apart = |rule: &crate::policy::Rule| {
            rule.scope.at.contains(&Checkpoint::Confirm) && !rule.scope.at.contains(&Checkpoint::Entry)
        };
        Self {
            policy,
            books: books.collect(),
            deals: vec![NEW; record.orders.len()],
            whys: Vec::new(),
            on_entry: [Checkpoint::Confirm].into_iter().filter(|_| policy.rules.iter().any(apart)).collect(),
            on_shipping: [Checkpoint::Pick, Checkpoint::Ship].into_iter().filter(|point| named(*point)).collect(),
            request: Request::of(Action::Reserve),
            month: (Day::MIN, 0),
        }
    }

    /// What became of the order of this number.
    pub(super) fn deal(&self, at: usize) -> Deal {
        self.deals.get(at).copied().unwrap_or(NEW)
    }

    pub(super) fn account_is(&mut self, at: usize, state: &AccountState) {
        if let Some(Book { facts, .. }) = self.books.get_mut(at) {
            facts.limits.clone_from(&state.limits);
            facts.status = state.status;
            facts.profile.clone_from(&state.profile);
        }
    }

    pub(super) fn happens(&mut self, at: usize, order: &Order, what: What, day: Day, asked: bool) -> Result<()> {
        match what {
            What::Account(_) => Ok(()),
            What::Entered => self.entered(at, order, day, asked),
            What::Delivered => self.delivered(at, order, day, asked),
            What::Invoiced { amount, due } => self.invoiced(at, order, day, amount, due, asked),
            What::Disputed => self.disputed(at, order, day),
            What::Paid { amount } => self.less(at, order, day, amount, true),
            What::WrittenOff { amount } => self.less(at, order, day, amount, false),
            What::Cancelled => self.cancelled(at, order),
        }
    }

    fn entered(&mut self, at: usize, order: &Order, day: Day, asked: bool) -> Result<()> {
        let Some(book) = self.books.get_mut(order.payer.at()) else { return Ok(()) };
        age(book, &self.deals, self.policy, day)?;
        let Some(deal) = self.deals.get_mut(at) else { return Ok(()) };
        deal.passed = day;
        if !asked {
            // It went through as it did.
            if order.amount.currency == book.facts.currency {
                deal.secured = order.secured;
                deal.ahead = order.secured;
                place_order(book, deal, at, order, order.amount.minor.saturating_sub(order.secured).max(0))?;
            }
            deal.outcome = Outcome::Approve;
            return Ok(());
        }
        deal.asked = true;
        self.request.action = Action::Reserve;
        self.request.amount = Some(order.amount);
        self.request.secured = (order.secured > 0).then(|| Money::new(order.secured, order.amount.currency));
        self.request.checkpoint = Some(Checkpoint::Entry);
        self.request.ships = order.ships;
        self.request.terms_days = order.terms_days;
        self.request.discount = order.discount;
        let act = act(self.policy, Some(&book.facts), None, "", &self.request, noon(day), day)?;
        deal.outcome = act.decision.outcome;
        if let Some(chain) = &act.chain {
            deal.secured = chain.marks.secured;
            deal.ahead = chain.marks.secured;
        }
        match (deal.outcome, &act.chain) {
            (outcome, Some(chain)) if outcome.grants() && chain.state == ChainState::Active => {
                place_order(book, deal, at, order, chain.ordered)?;
            }
            (Outcome::Prepay, Some(chain)) if order.amount.currency == book.facts.currency => {
                // What is paid in advance is no credit; the rest is.
                let wanted = chain.amount.saturating_sub(deal.secured).max(0);
                deal.prepay = act.decision.prepay.map_or(wanted, |money| money.minor).clamp(0, wanted);
                deal.secured = deal.secured.saturating_add(deal.prepay);
                deal.ahead = deal.secured;
                place_order(book, deal, at, order, wanted.saturating_sub(deal.prepay))?;
            }
            _ => {}
        }
        deal.why = why(&mut self.whys, deal.outcome, &act.decision.reasons);
        if !self.on_entry.is_empty() {
            self.pass(at, order, day, false)?;
        }
        Ok(())
    }

    /// The order comes to checkpoints that some rule speaks of.
    fn pass(&mut self, at: usize, order: &Order, day: Day, shipping: bool) -> Result<()> {
        let points = if shipping { &self.on_shipping } else { &self.on_entry };
        for point in points {
            let Some(book) = self.books.get_mut(order.payer.at()) else { return Ok(()) };
            age(book, &self.deals, self.policy, day)?;
            let Some(deal) = self.deals.get_mut(at).filter(|deal| deal.place == Place::Ordered) else { return Ok(()) };
            let chain = Chain {
                account: book.facts.id,
                document: String::new(),
                state: ChainState::Active,
                amount: order.amount.minor,
                ordered: deal.held,
                delivered: 0,
                drafted: 0,
                invoiced: 0,
                settled: 0,
                expires: None,
                since: noon(order.entered),
                ships: order.ships,
                marks: Marks {
                    secured: deal.secured,
                    terms_days: order.terms_days,
                    passed: Some(deal.passed),
                    ..Marks::default()
                },
            };
            self.request.action = Action::Pass;
            self.request.checkpoint = Some(*point);
            self.request.amount = None;
            self.request.secured = None;
            self.request.ships = order.ships;
            self.request.terms_days = order.terms_days;
            self.request.discount = order.discount;
            let act = act(self.policy, Some(&book.facts), Some(&chain), "", &self.request, noon(day), day)?;
            let outcome = act.decision.outcome;
            if outcome.grants() {
                deal.passed = act.chain.and_then(|chain| chain.marks.passed).unwrap_or(deal.passed);
                if outcome > deal.outcome {
                    deal.outcome = outcome;
                    deal.why = why(&mut self.whys, outcome, &act.decision.reasons);
                }
                continue;
            }
            let held = deal.held;
            take_order(book, deal, at, order)?;
            if outcome == Outcome::Prepay {
                let wanted = act.decision.prepay.map_or(held, |money| money.minor).clamp(0, held);
                deal.prepay = deal.prepay.saturating_add(wanted);
                deal.secured = deal.secured.saturating_add(wanted);
                deal.ahead = deal.ahead.saturating_add(wanted);
                deal.passed = day;
                place_order(book, deal, at, order, held.saturating_sub(wanted))?;
            }
            deal.outcome = outcome;
            deal.why = why(&mut self.whys, outcome, &act.decision.reasons);
        }
        Ok(())
    }

    fn delivered(&mut self, at: usize, order: &Order, day: Day, asked: bool) -> Result<()> {
        if asked && !self.on_shipping.is_empty() {
            self.pass(at, order, day, true)?;
        }
        let (Some(book), Some(deal)) = (self.books.get_mut(order.payer.at()), self.deals.get_mut(at)) else {
            return Ok(());
        };
        if deal.place == Place::Ordered {
            let held = deal.held;
            take_order(book, deal, at, order)?;
            add(&mut book.facts.buckets.delivered, held)?;
            (deal.place, deal.held) = (Place::Delivered, held);
        }
        Ok(())
    }

    fn invoiced(&mut self, at: usize, order: &Order, day: Day, amount: i64, due: Day, asked: bool) -> Result<()> {
        // What is invoiced without a word of its delivery leaves on that day.
        self.delivered(at, order, day, asked)?;
        let month = self.month_of(day);
        let (Some(book), Some(deal)) = (self.books.get_mut(order.payer.at()), self.deals.get_mut(at)) else {
            return Ok(());
        };
        if deal.place != Place::Delivered {
            return Ok(());
        }
        let Book { facts, items, .. } = book;
        add(&mut facts.buckets.delivered, -deal.held)?;
        deal.held = 0;
        if amount < 0 {
            add(&mut facts.buckets.unapplied, amount.saturating_neg())?;
            (deal.place, deal.held) = (Place::Credit, amount.saturating_neg());
            return Ok(());
        }
        let open = amount.saturating_sub(deal.secured).max(0);
        if open == 0 {
            deal.place = Place::Nowhere;
            return Ok(());
        }
        (deal.place, deal.held, deal.due) = (Place::Item, open, due);
        add(if due <= facts.aged_to { &mut facts.buckets.overdue } else { &mut facts.buckets.open }, open)?;
        items.insert((due, subject(at)));
        if let Some(month) = month_in(&mut facts.history, month) {
            month.invoiced = month.invoiced.saturating_add(1);
        }
        Ok(())
    }

    fn disputed(&mut self, at: usize, order: &Order, day: Day) -> Result<()> {
        let month = self.month_of(day);
        let (Some(book), Some(deal)) = (self.books.get_mut(order.payer.at()), self.deals.get_mut(at)) else {
            return Ok(());
        };
        if deal.place != Place::Item || deal.disputed {
            return Ok(());
        }
        deal.disputed = true;
        let facts = &mut book.facts;
        add(&mut facts.disputed, deal.held)?;
        if deal.due <= facts.aged_to {
            add(&mut facts.disputed_overdue, deal.held)?;
        }
        if let Some(month) = month_in(&mut facts.history, month) {
            month.disputed = month.disputed.saturating_add(1);
        }
        Ok(())
    }

    /// An item shrinks: it was paid, or given up.
    fn less(&mut self, at: usize, order: &Order, day: Day, amount: i64, paid: bool) -> Result<()> {
        let month = self.month_of(day);
        let (Some(book), Some(deal)) = (self.books.get_mut(order.payer.at()), self.deals.get_mut(at)) else {
            return Ok(());
        };
        let Book { facts, items, .. } = book;
        if deal.place == Place::Credit {
            let used = amount.saturating_neg().clamp(0, deal.held);
            deal.held -= used;
            return add(&mut facts.buckets.unapplied, -used);
        }
        if deal.place != Place::Item || amount <= 0 {
            return Ok(());
        }
        let mut amount = amount;
        if paid {
            let ahead = amount.min(deal.ahead);
            deal.ahead -= ahead;
            amount -= ahead;
        }
        let less = amount.min(deal.held);
        deal.held -= less;
        let overdue = deal.due <= facts.aged_to;
        add(if overdue { &mut facts.buckets.overdue } else { &mut facts.buckets.open }, -less)?;
        if deal.disputed {
            add(&mut facts.disputed, -less)?;
            if overdue {
                add(&mut facts.disputed_overdue, -less)?;
            }
        }
        if paid && let Some(month) = month_in(&mut facts.history, month) {
            month.paid = month.paid.saturating_add(less);
            month.late = month.late.saturating_add(less.saturating_mul(day.since(deal.due).max(0)));
        }
        if deal.held == 0 {
            items.remove(&(deal.due, subject(at)));
            deal.place = Place::Nowhere;
        }
        Ok(())
    }

    fn cancelled(&mut self, at: usize, order: &Order) -> Result<()> {
        let (Some(book), Some(deal)) = (self.books.get_mut(order.payer.at()), self.deals.get_mut(at)) else {
            return Ok(());
        };
        match deal.place {
            Place::Ordered => take_order(book, deal, at, order),
            Place::Delivered => {
                add(&mut book.facts.buckets.delivered, -deal.held)?;
                (deal.place, deal.held) = (Place::Nowhere, 0);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn month_of(&mut self, day: Day) -> i32 {
        if self.month.0 != day {
            self.month = (day, day.month());
        }
        self.month.1
    }

    /// The facts of an account, for tests of how they are kept.
    #[cfg(test)]
    pub(super) fn facts(&self, at: usize) -> &AccountFacts {
        &self.books[at].facts
    }
}

fn subject(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The moment of a day at which everything of it is taken to happen.
fn noon(day: Day) -> Instant {
    Instant(i64::from(day.0) * 86_400_000 + 43_200_000)
}

fn add(to: &mut i64, amount: i64) -> Result<()> {
    *to = to.checked_add(amount).ok_or_else(|| Error::argument("the amounts of its account are too large to add"))?;
    Ok(())
}

/// The value of an order becomes exposure.
fn place_order(book: &mut Book, deal: &mut Deal, at: usize, order: &Order, held: i64) -> Result<()> {
    (deal.place, deal.held) = (Place::Ordered, held);
    let facts = &mut book.facts;
    match order.ships.filter(|ships| *ships > facts.horizon_to) {
        None => add(&mut facts.buckets.ordered, held),
        Some(ships) => {
            book.later.insert((ships, subject(at)));
            add(&mut facts.buckets.later, held)
        }
    }
}

/// What is ordered is exposure no more.
fn take_order(book: &mut Book, deal: &mut Deal, at: usize, order: &Order) -> Result<()> {
    let held = std::mem::take(&mut deal.held);
    deal.place = Place::Nowhere;
    let was_later = order.ships.is_some_and(|ships| book.later.remove(&(ships, subject(at))));
    let buckets = &mut book.facts.buckets;
    add(if was_later { &mut buckets.later } else { &mut buckets.ordered }, -held)
}

/// Moves what fell due, and what came within the horizon, as a store does before it reads the facts.
fn age(book: &mut Book, deals: &[Deal], policy: &Policy, today: Day) -> Result<()> {
    let Book { facts, items, later } = book;
    let overdue_to = today.plus(-1 - i32::from(policy.facts.grace_days));
    if overdue_to > facts.aged_to {
        for (_, at) in items.range((facts.aged_to.plus(1), 0)..=(overdue_to, u32::MAX)) {
            let Some(deal) = deals.get(*at as usize) else { continue };
            add(&mut facts.buckets.open, -deal.held)?;
            add(&mut facts.buckets.overdue, deal.held)?;
            if deal.disputed {
                add(&mut facts.disputed_overdue, deal.held)?;
            }
        }
        facts.aged_to = overdue_to;
    }
    let overdue = || items.iter().take_while(|(due, _)| *due <= facts.aged_to);
    let oldest = overdue().next().map(|(due, _)| *due);
    let undisputed = |at: &u32| deals.get(*at as usize).is_some_and(|deal| !deal.disputed);
    let oldest_undisputed = if facts.disputed_overdue == 0 {
        oldest
    } else {
        overdue().find(|(_, at)| undisputed(at)).map(|(due, _)| *due)
    };
    (facts.oldest_overdue, facts.oldest_undisputed) = (oldest, oldest_undisputed);
    let horizon_to = policy.facts.horizon_days.map_or(Day::MAX, |days| today.plus(i32::from(days)));
    facts.horizon_to = horizon_to;
    while let Some((ships, at)) = later.first().copied().filter(|(ships, _)| *ships <= horizon_to) {
        later.remove(&(ships, at));
        let held = deals.get(at as usize).map_or(0, |deal| deal.held);
        add(&mut facts.buckets.later, -held)?;
        add(&mut facts.buckets.ordered, held)?;
    }
    Ok(())
}

/// The month at the end of a history, which is made when it is new. Time does not go back in a record.
fn month_in(history: &mut [Month], month: i32) -> Option<&mut Month> {
    if history.last()?.month != month {
        history.rotate_left(1);
        *history.last_mut()? = Month { month, ..Month::default() };
    }
    history.last_mut()
}

/// The number of the reason that decided.
fn why(whys: &mut Vec<Why>, outcome: Outcome, reasons: &[Reason]) -> u16 {
    if matches!(outcome, Outcome::Approve | Outcome::NotChecked) {
        return u16::MAX;
    }
    let Some(first) = reasons.first() else { return u16::MAX };
    let same = |why: &Why| why.code == first.code && why.effect == first.effect && why.rule == first.rule;
    let at = whys.iter().position(same).unwrap_or_else(|| {
        whys.push(Why { rule: first.rule.clone(), code: first.code, effect: first.effect });
        whys.len() - 1
    });
    u16::try_from(at).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::Buckets;
    use crate::money::Currency;
    use crate::portfolio::backtest::{History, NewOrder, OrderRef, Payer};

    const FIRST: Day = Day(20_000);

    fn order(history: &mut History, payer: Payer, day: i32, amount: i64, ships: Option<i32>) -> OrderRef {
        let currency = history.currency(payer).unwrap();
        let number = history.orders().to_string();
        let order = NewOrder {
            payer,
            number,
            entered: FIRST.plus(day),
            amount: Money::new(amount, currency),
            secured: 0,
            ships: ships.map(|day| FIRST.plus(day)),
            terms_days: None,
            discount: None,
        };
        history.order(order).unwrap()
    }

    /// Lets everything happen up to a day, and tells the facts of the one account on that day.
    fn facts_on(record: &Record, policy: &Policy, day: i32) -> AccountFacts {
        let mut world = World::new(record, policy);
        let day = FIRST.plus(day);
        for happening in record.happenings.iter().filter(|one| one.day <= day) {
            let at = happening.at();
            world.happens(at, &record.orders[at], happening.what, happening.day, false).unwrap();
        }
        age(&mut world.books[0], &world.deals, policy, day).unwrap();
        world.facts(0).clone()
    }

    #[test]
    fn the_facts_are_kept_as_a_store_keeps_them() {
        let mut policy = Policy::standard().unwrap();
        policy.facts.horizon_days = Some(30);
        let mut history = History::default();
        let payer = history.account("10", "C1", Currency::parse("DKK").unwrap()).unwrap();
        let day = |day: i32| FIRST.plus(day);
        let first = order(&mut history, payer, 0, 1_000, None);
        history.delivered(first, day(2));
        history.invoiced(first, day(3), 900, day(10));
        history.disputed(first, day(12));
        history.paid(first, day(20), 300);
        history.written_off(first, Some(day(40)), 600);
        let far = order(&mut history, payer, 1, 500, Some(50));
        history.cancelled(far, day(30));
        let second = order(&mut history, payer, 1, 70, None);
        history.invoiced(second, day(4), 70, day(11));
        let returned = order(&mut history, payer, 5, -40, None);
        history.invoiced(returned, day(6), -40, day(6));
        history.paid(returned, day(8), -40);
        let record = history.finish();
        let buckets = |at: i32| facts_on(&record, &policy, at).buckets;
        let none = Buckets::default();
        assert_eq!(buckets(0), Buckets { ordered: 1_000, ..none });
        assert_eq!(buckets(1), Buckets { ordered: 1_070, later: 500, ..none });
        assert_eq!(buckets(2), Buckets { ordered: 70, delivered: 1_000, later: 500, ..none });
        assert_eq!(buckets(3), Buckets { ordered: 70, open: 900, later: 500, ..none });
        assert_eq!(buckets(6), Buckets { open: 970, later: 500, unapplied: 40, ..none });
        // Due on day 10, and three days of grace: overdue from day 14.
        assert_eq!(buckets(13), Buckets { open: 970, later: 500, ..none });
        assert_eq!(buckets(14), Buckets { open: 70, overdue: 900, later: 500, ..none });
        assert_eq!(buckets(15), Buckets { overdue: 970, later: 500, ..none });
        // It ships on day 50, which is 30 days from day 20.
        assert_eq!(buckets(20), Buckets { overdue: 670, ordered: 500, ..none });
        assert_eq!(buckets(30), Buckets { overdue: 670, ..none });
        assert_eq!(buckets(40), Buckets { overdue: 70, ..none });
        let facts = facts_on(&record, &policy, 20);
        assert_eq!((facts.oldest_overdue, facts.oldest_undisputed), (Some(day(10)), Some(day(11))));
        assert_eq!((facts.disputed, facts.disputed_overdue), (600, 600));
        let facts = facts_on(&record, &policy, 40);
        assert_eq!((facts.disputed, facts.oldest_overdue), (0, Some(day(11))));
        let sum = |of: fn(&Month) -> i64| facts.history.iter().map(of).sum::<i64>();
        assert_eq!((sum(|m| m.paid), sum(|m| m.late), sum(|m| m.invoiced.into())), (300, 3_000, 2));
        assert_eq!(sum(|m| m.disputed.into()), 1);
    }

    #[test]
    fn what_a_rule_at_the_gate_stops_does_not_leave() {
        let mut policy = Policy::standard().unwrap();
        policy.rules.truncate(1);
        policy.rules[0].scope.at = vec![Checkpoint::Ship];
        policy.checkpoint_grace_days = 0;
        let mut history = History::default();
        let payer = history.account("10", "C1", Currency::parse("DKK").unwrap()).unwrap();
        for at in 0..2 {
            let order = order(&mut history, payer, at, 600, None);
            history.delivered(order, FIRST.plus(2 + at));
            history.invoiced(order, FIRST.plus(4), 600, FIRST.plus(34));
        }
        let limits = [crate::credit::Limit::always(crate::credit::LimitKind::Base, Some(1_000))];
        history.account_is(payer, FIRST.plus(-1), AccountState { limits: limits.into(), ..AccountState::default() });
        let record = history.finish();
        let mut world = World::new(&record, &policy);
        for happening in &record.happenings {
            let at = happening.at();
            match happening.what {
                What::Account(state) => world.account_is(at, &record.states[state as usize]),
                what => world.happens(at, &record.orders[at], what, happening.day, true).unwrap(),
            }
        }
        // Both are in the exposure when the first is to leave, so it is stopped; then there is room for the second.
        assert_eq!((world.deal(0).outcome, world.deal(1).outcome), (Outcome::Refuse, Outcome::Approve));
        assert_eq!(world.facts(0).buckets, crate::credit::Buckets { open: 600, ..Default::default() });
        assert_eq!(world.whys[usize::from(world.deal(0).why)].code, Code::OverLimit);
    }
}
