//! The sums of a trial: what each policy said of each order, and what became of the order in truth.

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::Trial;
use super::record::{Order, Record};
use super::report::{
    Change, ClassSplit, CurrencyReport, Difference, Differences, Fate, MAX_LARGEST, MonthSplit, PolicyName, Recorded,
    Report, RuleSums, Sum, Totals,
};
use super::world::{Deal, World};
use crate::calendar::Day;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::policy::Policy;
use crate::reason::Outcome;

/// A count and an amount in minor units that cannot overflow.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    orders: u64,
    minor: i128,
}

impl Count {
    fn more(&mut self, minor: i64) {
        self.orders += 1;
        self.minor += i128::from(minor);
    }

    fn add(&mut self, other: Self) {
        self.orders += other.orders;
        self.minor += other.minor;
    }

    fn sum(self, currency: Currency) -> Result<Sum> {
        Ok(Sum { orders: self.orders, amount: money(self.minor, currency)? })
    }
}

fn money(minor: i128, currency: Currency) -> Result<Money> {
    let minor = i64::try_from(minor).map_err(|_| Error::argument("the amounts of the record are too large to add"))?;
    Ok(Money::new(minor, currency))
}

/// What a policy makes of orders: one count for each outcome, and what it was worth.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    by_outcome: [Count; 6],
    prepayments: i128,
    avoided: Count,
    prepaid: Count,
    lost: Count,
    sales_lost: Count,
    unsettled: Count,
}

/// Orders by what became of them.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    by_fate: [Count; 4],
    written_off: Count,
    sides: [Side; 2],
}

const fn fate_number(fate: Fate) -> usize {
    match fate {
        Fate::Paid => 0,
        Fate::Lost => 1,
        Fate::Cancelled => 2,
        Fate::Open => 3,
    }
}

fn outcome_number(outcome: Outcome) -> usize {
    usize::try_from(outcome.number()).unwrap_or(0)
}

/// What became of an order in truth.
fn fate(order: &Order) -> Fate {
    if order.written_off > 0 {
        Fate::Lost
    } else if order.is_invoiced && order.invoiced > 0 && order.paid >= order.invoiced {
        Fate::Paid
    } else if order.is_cancelled && !order.is_invoiced {
        Fate::Cancelled
    } else {
        Fate::Open
    }
}

/// What of an order's loss is lost in a world, too.
fn still_lost(order: &Order, deal: &Deal) -> i64 {
    match deal.outcome {
        Outcome::Hold | Outcome::Refuse => 0,
        Outcome::Prepay => {
            let prepaid = deal.prepay.saturating_add(order.secured);
            order.written_off.min(order.invoiced.max(order.amount.minor).saturating_sub(prepaid).max(0))
        }
        _ => order.written_off,
    }
}

impl Side {
    fn take(&mut self, order: &Order, fate: Fate, deal: &Deal) {
        let value = order.amount.minor;
        if let Some(count) = self.by_outcome.get_mut(outcome_number(deal.outcome)) {
            count.more(value);
        }
        let lost = still_lost(order, deal);
        let saved = order.written_off.saturating_sub(lost);
        if lost > 0 {
            self.lost.more(lost);
        }
        match deal.outcome {
            Outcome::Hold | Outcome::Refuse => match fate {
                Fate::Lost => self.avoided.more(saved),
                Fate::Paid => self.sales_lost.more(value),
                Fate::Cancelled | Fate::Open => self.unsettled.more(value),
            },
            Outcome::Prepay => {
                self.prepayments += i128::from(deal.prepay);
                if saved > 0 {
                    self.prepaid.more(saved);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, other: &Self) {
        self.by_outcome.iter_mut().zip(other.by_outcome).for_each(|(count, more)| count.add(more));
        self.prepayments += other.prepayments;
        self.avoided.add(other.avoided);
        self.prepaid.add(other.prepaid);
        self.lost.add(other.lost);
        self.sales_lost.add(other.sales_lost);
        self.unsettled.add(other.unsettled);
    }

    fn totals(&self, currency: Currency) -> Result<Totals> {
        let of = |outcome| self.by_outcome.get(outcome_number(outcome)).copied().unwrap_or_default().sum(currency);
        Ok(Totals {
            approved: of(Outcome::Approve)?,
            alert: of(Outcome::ApproveWithAlert)?,
            not_checked: of(Outcome::NotChecked)?,
            prepaid: of(Outcome::Prepay)?,
            held: of(Outcome::Hold)?,
            refused: of(Outcome::Refuse)?,
            prepayments: money(self.prepayments, currency)?,
            losses_avoided: self.avoided.sum(currency)?,
            losses_prepaid: self.prepaid.sum(currency)?,
            losses: self.lost.sum(currency)?,
            sales_lost: self.sales_lost.sum(currency)?,
            unsettled: self.unsettled.sum(currency)?,
        })
    }
}

impl Cell {
    fn add(&mut self, other: &Self) {
        self.by_fate.iter_mut().zip(other.by_fate).for_each(|(count, more)| count.add(more));
        self.written_off.add(other.written_off);
        self.sides.iter_mut().zip(&other.sides).for_each(|(side, more)| side.add(more));
    }

    fn recorded(&self, currency: Currency) -> Result<Recorded> {
        let of = |fate| self.by_fate.get(fate_number(fate)).copied().unwrap_or_default();
        let mut all = Count::default();
        self.by_fate.iter().for_each(|count| all.add(*count));
        Ok(Recorded {
            all: all.sum(currency)?,
            paid: of(Fate::Paid).sum(currency)?,
            lost: self.written_off.sum(currency)?,
            cancelled: of(Fate::Cancelled).sum(currency)?,
            open: of(Fate::Open).sum(currency)?,
        })
    }
}

/// What one rule did.
#[derive(Debug, Clone, Copy, Default)]
struct RuleCount {
    orders: Count,
    avoided: Count,
    sales_lost: Count,
}

/// The sums of one currency.
#[derive(Default)]
struct Currencies {
    cells: BTreeMap<(u16, i32), Cell>,
    rules: [BTreeMap<u16, RuleCount>; 2],
    changes: BTreeMap<(Outcome, Outcome), [Count; 3]>,
    /// The orders of the highest value: the smallest of them on top, of equal ones the last.
    largest: BinaryHeap<std::cmp::Reverse<(i64, std::cmp::Reverse<usize>)>>,
}

pub(super) fn report(
    record: &Record,
    trial: &Trial<'_>,
    classes: &[u16],
    [tried, against]: [&World<'_>; 2],
) -> Result<Report> {
    let most = trial.largest.min(MAX_LARGEST);
    let mut currencies: HashMap<Currency, Currencies> = HashMap::new();
    let mut accounts = vec![false; record.accounts.len()];
    let (mut orders, mut from, mut to) = (0_u64, None, None);
    let mut month = (Day::MIN, Day::MIN.month());
    for (at, order) in record.orders.iter().enumerate() {
        let deals = [tried.deal(at), against.deal(at)];
        let [first, second] = &deals;
        if !first.asked {
            continue;
        }
        orders += 1;
        from = Some(from.map_or(order.entered, |from: Day| from.min(order.entered)));
        to = to.max(Some(order.entered));
        if let Some(seen) = accounts.get_mut(order.payer.at()) {
            *seen = true;
        }
        if month.0 != order.entered {
            month = (order.entered, order.entered.month());
        }
        let fate = fate(order);
        let value = order.amount.minor;
        let sums = currencies.entry(order.amount.currency).or_default();
        let cell = sums.cells.entry((classes.get(at).copied().unwrap_or(0), month.1)).or_default();
        if let Some(count) = cell.by_fate.get_mut(fate_number(fate)) {
            count.more(value);
        }
        if order.written_off > 0 {
            cell.written_off.more(order.written_off);
        }
        for ((deal, side), rules) in deals.iter().zip(&mut cell.sides).zip(&mut sums.rules) {
            side.take(order, fate, deal);
            if deal.why != u16::MAX {
                let rule = rules.entry(deal.why).or_default();
                rule.orders.more(value);
                let saved = order.written_off.saturating_sub(still_lost(order, deal));
                if saved > 0 {
                    rule.avoided.more(saved);
                }
                if fate == Fate::Paid && matches!(deal.outcome, Outcome::Hold | Outcome::Refuse) {
                    rule.sales_lost.more(value);
                }
            }
        }
        if first.outcome != second.outcome {
            let [all, lost, paid] = sums.changes.entry((second.outcome, first.outcome)).or_default();
            all.more(value);
            match fate {
                Fate::Lost => lost.more(order.written_off),
                Fate::Paid => paid.more(value),
                Fate::Cancelled | Fate::Open => {}
            }
            sums.largest.push(std::cmp::Reverse((value, std::cmp::Reverse(at))));
            if sums.largest.len() > most {
                sums.largest.pop();
            }
        }
    }
    let names = record.class_names(trial.tried).names;
    let mut told = Vec::with_capacity(currencies.len());
    for (currency, sums) in currencies {
        told.push(sums.told(currency, record, classes, &names, [tried, against])?);
    }
    // Most orders first.
    told.sort_by_key(|one: &CurrencyReport| (std::cmp::Reverse(one.recorded.all.orders), one.currency));
    Ok(Report {
        tried: name(trial.tried),
        against: name(trial.against),
        orders,
        accounts: accounts.iter().map(|seen| u64::from(*seen)).sum(),
        from,
        to,
        currencies: told,
        warnings: Vec::new(),
    })
}

fn name(policy: &Policy) -> PolicyName {
    PolicyName { name: policy.name.clone(), version: policy.version.clone() }
}

impl Currencies {
    fn told(
        self,
        currency: Currency,
        record: &Record,
        classes: &[u16],
        names: &[Box<str>],
        worlds: [&World<'_>; 2],
    ) -> Result<CurrencyReport> {
        let mut all = Cell::default();
        let mut by_class: BTreeMap<&str, Cell> = BTreeMap::new();
        let mut by_month: BTreeMap<i32, Cell> = BTreeMap::new();
        let class_name = |class: u16| names.get(usize::from(class)).map_or("", |name| &**name);
        for ((class, month), cell) in &self.cells {
            all.add(cell);
            by_class.entry(class_name(*class)).or_default().add(cell);
            by_month.entry(*month).or_default().add(cell);
        }
        let split = |cell: &Cell| -> Result<(Recorded, Totals, Totals)> {
            let [tried, against] = &cell.sides;
            Ok((cell.recorded(currency)?, tried.totals(currency)?, against.totals(currency)?))
        };
        let classes_told = by_class.iter().map(|(class, cell)| {
            let (recorded, tried, against) = split(cell)?;
            Ok(ClassSplit { class: (*class).to_owned(), recorded, tried, against })
        });
        let months_told = by_month.iter().map(|(month, cell)| {
            let (recorded, tried, against) = split(cell)?;
            Ok(MonthSplit { month: month_name(*month), recorded, tried, against })
        });
        let (by_class, by_month) = (classes_told.collect::<Result<_>>()?, months_told.collect::<Result<_>>()?);
        let (recorded, tried, against) = split(&all)?;
        let [rules_tried, rules_against] = &self.rules;
        let [world_tried, world_against] = worlds;
        Ok(CurrencyReport {
            currency,
            recorded,
            tried,
            against,
            by_class,
            by_month,
            rules_tried: rules(rules_tried, world_tried, currency)?,
            rules_against: rules(rules_against, world_against, currency)?,
            differences: differences(
                &self,
                currency,
                record,
                &|at| class_name(classes.get(at).copied().unwrap_or(0)),
                worlds,
            )?,
        })
    }
}

/// `2026-11`, of a month as [`Day::month`] counts them.
fn month_name(month: i32) -> String {
    let (year, of_year) = (1970 + month.div_euclid(12), month.rem_euclid(12) + 1);
    format!("{year:04}-{of_year:02}")
}

fn rules(counts: &BTreeMap<u16, RuleCount>, world: &World<'_>, currency: Currency) -> Result<Vec<RuleSums>> {
    let mut told = Vec::with_capacity(counts.len());
    for (at, count) in counts {
        let Some(why) = world.whys.get(usize::from(*at)) else { continue };
        told.push(RuleSums {
            rule: why.rule.clone(),
            code: why.code,
            effect: why.effect,
            orders: count.orders.sum(currency)?,
            losses_avoided: count.avoided.sum(currency)?,
            sales_lost: count.sales_lost.sum(currency)?,
        });
    }
    told.sort_by(|a, b| (b.orders.amount.minor, &a.rule, a.code).cmp(&(a.orders.amount.minor, &b.rule, b.code)));
    Ok(told)
}

fn differences<'r>(
    sums: &Currencies,
    currency: Currency,
    record: &'r Record,
    class: &dyn Fn(usize) -> &'r str,
    [tried, against]: [&World<'_>; 2],
) -> Result<Differences> {
    let mut all = Count::default();
    let mut changes = Vec::with_capacity(sums.changes.len());
    for ((from, to), [orders, lost, paid]) in &sums.changes {
        all.add(*orders);
        changes.push(Change {
            against: *from,
            tried: *to,
            orders: orders.sum(currency)?,
            lost: lost.sum(currency)?,
            paid: paid.sum(currency)?,
        });
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.orders.amount.minor));
    let mut places: Vec<_> = sums.largest.iter().map(|std::cmp::Reverse((value, at))| (*value, at.0)).collect();
    places.sort_by_key(|(value, at)| (std::cmp::Reverse(*value), *at));
    let rule = |world: &World<'_>, deal: &Deal| {
        world.whys.get(usize::from(deal.why)).map_or_else(String::new, |why| why.rule.clone())
    };
    let one = |at: usize| -> Option<Difference> {
        let order = record.orders.get(at)?;
        let account = record.accounts.get(order.payer.at())?;
        let (first, second) = (tried.deal(at), against.deal(at));
        Some(Difference {
            company: account.company.to_string(),
            customer: account.customer.to_string(),
            document: order.number.to_string(),
            entered: order.entered,
            class: class(at).to_owned(),
            amount: order.amount,
            against: second.outcome,
            against_rule: rule(against, &second),
            tried: first.outcome,
            tried_rule: rule(tried, &first),
            fate: fate(order),
            lost: Money::new(order.written_off, currency),
        })
    };
    Ok(Differences {
        all: all.sum(currency)?,
        changes,
        largest: places.into_iter().filter_map(|(_, at)| one(at)).collect(),
    })
}
