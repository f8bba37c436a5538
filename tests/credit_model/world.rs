//! Everything there is, worked out anew from the list of what happened.

use std::collections::BTreeMap;

use obligor::calendar::{Day, Instant};
use obligor::credit::{ChainState, Limit};
use obligor::money::Currency;
use obligor::policy::{Checkpoint, Policy, Status};
use obligor::reason::Outcome;

use super::judge::{Line, converted, effective};

#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) currency: Currency,
    pub(crate) status: Status,
    pub(crate) score: Option<i32>,
    pub(crate) pools: Vec<String>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) items: BTreeMap<String, Item>,
    /// What is remembered of its invoices, each with its day.
    pub(crate) history: Vec<(Day, Remembered)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Remembered {
    Posted,
    Disputed,
    Paid { amount: i64, days_late: i64 },
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) debit: bool,
    pub(crate) amount: i64,
    pub(crate) residual: i64,
    pub(crate) due: Day,
    pub(crate) disputed: bool,
    pub(crate) ever_disputed: bool,
    pub(crate) level: u8,
    pub(crate) blocked: bool,
    pub(crate) delivered: Day,
}

impl Account {
    pub(crate) fn dunning_level(&self) -> u8 {
        let counts = |item: &&Item| item.debit && item.residual > 0 && !item.blocked;
        self.items.values().filter(counts).map(|item| item.level).max().unwrap_or(0)
    }

    /// What of a cover that has ended still covers goods that were delivered while it was valid.
    pub(crate) fn covering(&self, cover: &Limit) -> i64 {
        let under = |item: &&Item| {
            let begun = cover.from.is_none_or(|from| from <= item.delivered);
            item.debit && begun && cover.to.is_some_and(|to| item.delivered <= to)
        };
        self.items.values().filter(under).map(|item| item.residual).sum()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub(crate) currency: Currency,
    pub(crate) rates: BTreeMap<Currency, String>,
    pub(crate) limits: Vec<Limit>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) amount: i64,
    pub(crate) deviation: i64,
    pub(crate) to: Option<Day>,
    pub(crate) user: String,
    pub(crate) lifts_stop: bool,
}

impl Token {
    pub(crate) fn covers(&self, value: i64, today: Day) -> bool {
        value <= self.amount + self.amount * self.deviation / 10_000 && self.to.is_none_or(|to| today <= to)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) account: String,
    pub(crate) state: ChainState,
    pub(crate) amount: i64,
    /// Ordered, delivered, drafted, invoiced, settled.
    pub(crate) at: [i64; 5],
    pub(crate) ahead: i64,
    pub(crate) expires: Option<Instant>,
    pub(crate) since: Instant,
    pub(crate) ships: Option<Day>,
    pub(crate) passed: Option<Day>,
    pub(crate) forced_hold: bool,
    /// Where the document begins.
    pub(crate) begins: usize,
    /// The checkpoint it could not pass, while it waits.
    pub(crate) stopped_at: Option<Checkpoint>,
    /// It is in another currency, and nobody gave a rate.
    pub(crate) without_rate: bool,
    pub(crate) release: Option<Token>,
    pub(crate) awaiting: Option<Token>,
    pub(crate) lines: Vec<Line>,
}

impl Order {
    pub(crate) fn moved(&self) -> i64 {
        self.at[1..].iter().sum()
    }
}

/// Where the value of an account is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) ordered: i64,
    pub(crate) later: i64,
    pub(crate) delivered: i64,
    pub(crate) drafted: i64,
    pub(crate) open: i64,
    pub(crate) overdue: i64,
    pub(crate) unapplied: i64,
    pub(crate) disputed: i64,
    pub(crate) disputed_overdue: i64,
}

impl Sums {
    pub(crate) fn debit(&self) -> i64 {
        self.ordered + self.later + self.delivered + self.drafted + self.open + self.overdue
    }

    pub(crate) fn exposure(&self, policy: &Policy) -> i64 {
        self.debit() - if policy.facts.unapplied_credits_reduce { self.unapplied } else { 0 }
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Months {
    pub(crate) paid: i64,
    pub(crate) late: i64,
    pub(crate) invoiced: i64,
    pub(crate) disputed: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) pools: BTreeMap<String, Pool>,
    pub(crate) orders: BTreeMap<String, Order>,
}

pub(crate) fn stops(effect: Outcome) -> bool {
    effect > Outcome::ApproveWithAlert
}

impl World {
    pub(crate) fn today(&self) -> Day {
        Day(i32::try_from(self.now.0.div_euclid(86_400_000)).unwrap())
    }

    pub(crate) fn account(&self, name: &str) -> &Account {
        &self.accounts[name]
    }

    /// The last day within the horizon.
    pub(crate) fn horizon(&self, policy: &Policy) -> Option<Day> {
        policy.facts.horizon_days.map(|days| Day(self.today().0 + i32::from(days)))
    }

    fn is_overdue(&self, policy: &Policy, item: &Item) -> bool {
        item.debit && item.residual > 0 && self.today().0 - item.due.0 > i32::from(policy.facts.grace_days)
    }

    /// Every item and every order of the account, added up; of the order `without`, not what is still ordered.
    pub(crate) fn sums(&self, policy: &Policy, name: &str, without: Option<&str>) -> Sums {
        let mut sums = Sums::default();
        for item in self.account(name).items.values() {
            let overdue = self.is_overdue(policy, item);
            match (item.debit, overdue) {
                (false, _) => sums.unapplied += item.residual,
                (true, true) => sums.overdue += item.residual,
                (true, false) => sums.open += item.residual,
            }
            if item.debit && item.disputed {
                sums.disputed += item.residual;
                sums.disputed_overdue += if overdue { item.residual } else { 0 };
            }
        }
        for (document, order) in self.orders.iter().filter(|(_, order)| order.account == name) {
            let later = self.horizon(policy).zip(order.ships).is_some_and(|(horizon, ships)| ships > horizon);
            if without != Some(document.as_str()) {
                *(if later { &mut sums.later } else { &mut sums.ordered }) += order.at[0];
            }
            sums.delivered += order.at[1];
            sums.drafted += order.at[2];
        }
        sums
    }

    /// The due day of the oldest overdue invoice, without those that the policy leaves out.
    pub(crate) fn oldest_overdue(&self, policy: &Policy, name: &str) -> Option<Day> {
        let counts =
            |item: &&Item| self.is_overdue(policy, item) && (policy.facts.disputed_count_as_overdue || !item.disputed);
        self.account(name).items.values().filter(counts).map(|item| item.due).min()
    }

    /// This month and the eleven before.
    pub(crate) fn behaviour(&self, name: &str) -> Months {
        let mut months = Months::default();
        let now = self.today().month();
        for (day, what) in &self.account(name).history {
            if day.month() > now - 12 {
                match what {
                    Remembered::Posted => months.invoiced += 1,
                    Remembered::Disputed => months.disputed += 1,
                    Remembered::Paid { amount, days_late } => {
                        months.paid += amount;
                        months.late += amount * days_late;
                    }
                }
            }
        }
        months
    }

    pub(crate) fn effective(&self, policy: &Policy, name: &str) -> Option<Option<i64>> {
        let account = self.account(name);
        let covering = |cover: &Limit| account.covering(cover);
        effective(&account.limits, covering, self.today(), policy.facts.limit_grace_days)
    }

    /// The sums of the pool's accounts by currency, with `more` of one added, each converted once. `None` without a rate.
    pub(crate) fn pool_exposure(
        &self,
        policy: &Policy,
        pool: &str,
        without: Option<&str>,
        (more, of): (i64, Currency),
    ) -> Option<i64> {
        let mut sums: BTreeMap<Currency, i64> = BTreeMap::from([(of, more)]);
        for (name, account) in self.accounts.iter().filter(|(_, account)| account.pools.iter().any(|one| one == pool)) {
            *sums.entry(account.currency).or_default() += self.sums(policy, name, without).exposure(policy);
        }
        let pool = &self.pools[pool];
        let mut total = 0;
        for (currency, sum) in sums {
            total += match pool.rates.get(&currency) {
                _ if currency == pool.currency || sum == 0 => sum,
                None => return None,
                Some(rate) => converted(sum, rate, policy.facts.rounding),
            };
        }
        Some(total)
    }

    /// What ran out by now holds nothing any more.
    pub(crate) fn run_out(&mut self) {
        for order in self.orders.values_mut() {
            let due = order.expires.is_some_and(|expires| expires <= self.now);
            if order.state == ChainState::Active && order.at[0] > 0 && due {
                order.state = ChainState::Expired;
                order.at[0] = 0;
            }
        }
    }

    pub(crate) fn put_limit(limits: &mut Vec<Limit>, limit: Limit) {
        limits.retain(|kept| (kept.kind, kept.from) != (limit.kind, limit.from));
        limits.push(limit);
    }

    /// An item as the host puts it, and what is remembered of that.
    pub(crate) fn put_item(&mut self, name: &str, number: &str, item: Item, delivered: Option<Day>) {
        let today = self.today();
        let account = self.accounts.get_mut(name).unwrap();
        let before = account.items.get(number).cloned();
        let mut item = item;
        item.delivered = delivered.or(before.as_ref().map(|before| before.delivered)).unwrap_or(today);
        let ever = before.as_ref().is_some_and(|before| before.ever_disputed);
        item.ever_disputed = ever || item.debit && item.disputed;
        if item.debit {
            let debit_before = before.as_ref().filter(|before| before.debit);
            if debit_before.is_none() {
                account.history.push((today, Remembered::Posted));
            }
            if item.disputed && !ever {
                account.history.push((today, Remembered::Disputed));
            }
            // What is no longer invoiced was not paid.
            let undone = before.as_ref().map_or(0, |before| (before.amount - item.amount).max(0));
            let paid = debit_before.map_or(0, |before| before.residual - item.residual - undone);
            if paid > 0 {
                let days_late = today.since(item.due).max(0);
                account.history.push((today, Remembered::Paid { amount: paid, days_late }));
            }
        }
        account.items.insert(number.to_owned(), item);
    }
}
