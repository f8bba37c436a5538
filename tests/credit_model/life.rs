//! What becomes of an order, written down a second time.

use obligor::calendar::{Day, Instant};
use obligor::credit::ChainState;
use obligor::error::ErrorKind;
use obligor::policy::{Checkpoint, Policy};
use obligor::reason::{Code, Outcome};

use super::judge::{Ask, Line, converted, judge};
use super::world::{Item, Order, Token, World, stops};

/// What is asked of an order.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Reserve { amount: i64, foreign: Option<Option<&'static str>>, expires: Option<i64>, ships: Option<i32>, to: usize },
    Change { amount: i64, expires: Option<i64>, ships: Option<i32> },
    Convert { from: Option<usize>, to: usize, amount: Option<i64>, item: u8, due: Option<i32> },
    Cancel,
    Reopen { amount: i64 },
    Pass { at: Checkpoint },
    Hold,
    Release { user: u8, role: u8, lifts_stop: bool },
    Reject,
    Reevaluate,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    pub(crate) lines: Vec<Line>,
    pub(crate) before: i64,
    pub(crate) after: i64,
    pub(crate) state: ChainState,
}

pub(crate) type Answer = Result<Told, ErrorKind>;

pub(crate) const ROLES: [&str; 3] = ["seller", "credit_controller", "credit_manager"];
pub(crate) const USERS: [&str; 2] = ["ann", "bo"];

/// One asking: everything that is decided is decided with these.
pub(crate) struct Life<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) world: &'a mut World,
    pub(crate) account: &'a str,
    pub(crate) document: &'a str,
    /// When the host wrote the request; a repeated one says the same days and moments.
    pub(crate) said: Instant,
}

fn role_may(policy: &Policy, role: &str, line: &Line) -> bool {
    let rank = |role: &str| policy.release.ranks.iter().position(|one| one == role);
    if line.code == Code::ForcedHold {
        return rank(role).is_some() || policy.rules.iter().any(|rule| rule.release_by.as_deref() == Some(role));
    }
    let Some(by) = &line.by else { return false };
    by == role || rank(role).is_some_and(|mine| rank(by).is_some_and(|theirs| mine < theirs))
}

impl Life<'_> {
    fn today(&self) -> Day {
        self.world.today()
    }

    fn owed(&self) -> i64 {
        self.world.sums(self.policy, self.account, None).exposure(self.policy)
    }

    fn order(&self) -> Option<Order> {
        self.world.orders.get(self.document).cloned()
    }

    fn write(&mut self, order: Order) {
        self.world.orders.insert(self.document.to_owned(), order);
    }

    fn unasked(&self, increase: i64, state: ChainState) -> Told {
        let before = self.owed();
        let lines = vec![Line::of(Code::NotAnIncrease, Outcome::Approve)];
        Told { outcome: Outcome::Approve, lines, before, after: before + increase, state }
    }

    pub(crate) fn act(&mut self, what: &What) -> Answer {
        use ChainState::{Active, Cancelled, Expired, Held};
        let reserves = matches!(what, What::Reserve { .. });
        let Some(order) = self.order().filter(|order| {
            let empty = order.at[..4].iter().all(|part| *part == 0) && order.state != Active;
            order.account == self.account || !reserves || !empty
        }) else {
            let What::Reserve { .. } = what else { return Err(ErrorKind::NotFound) };
            let fresh = Order {
                account: self.account.to_owned(),
                state: ChainState::Declined,
                amount: 0,
                at: [0; 5],
                ahead: 0,
                expires: None,
                since: self.world.now,
                ships: None,
                passed: None,
                forced_hold: false,
                begins: 0,
                stopped_at: None,
                without_rate: false,
                release: None,
                awaiting: None,
                lines: Vec::new(),
            };
            return self.reserve(fresh, what);
        };
        if order.account != self.account {
            return Err(ErrorKind::State);
        }
        let (active, closed) = (order.state == Active, matches!(order.state, Cancelled | Expired));
        match what {
            What::Reserve { .. } if active || closed => Err(ErrorKind::State),
            What::Reserve { .. } => self.reserve(order, what),
            What::Change { .. } if closed => Err(ErrorKind::State),
            What::Change { .. } if active => self.change(order, what),
            What::Change { .. } => self.reserve(order, what),
            What::Convert { from, to, amount, item, due } => self.convert(order, *from, *to, *amount, *item, *due),
            What::Cancel if closed => Err(ErrorKind::State),
            What::Cancel => {
                // A draft that belongs to no order is given up as an order is.
                let mut order = order;
                let drafted = if order.begins == 2 { std::mem::take(&mut order.at[2]) } else { 0 };
                let given_up = order.at[0] + drafted;
                let told = self.unasked(-drafted, Cancelled);
                let told = Told { after: told.before - given_up, ..told };
                self.write(closed_order(order, Cancelled));
                Ok(told)
            }
            What::Reopen { amount } if closed => {
                let before = order.clone();
                let state = order.state;
                let moved = order.moved();
                let fresh = closed_order(order, state);
                let mut told = self.hold(fresh, amount + moved, true, what)?;
                if told.state == ChainState::Declined {
                    told.state = before.state;
                    self.write(before);
                }
                Ok(told)
            }
            What::Reopen { .. } => Err(ErrorKind::State),
            What::Pass { at } => {
                if !active {
                    return Err(ErrorKind::State);
                }
                let grace = i64::from(self.policy.checkpoint_grace_days);
                let fresh = order.passed.is_some_and(|day| grace > 0 && self.today().since(day) <= grace);
                if order.at[0] == 0 || fresh { Ok(self.unasked(0, Active)) } else { self.ask_again(order, *at, what) }
            }
            _ if closed => Err(ErrorKind::State),
            What::Hold => {
                let mut told = self.unasked(-order.at[0], Held);
                told.outcome = Outcome::Hold;
                told.lines = vec![Line::of(Code::ForcedHold, Outcome::Hold)];
                let mut order = Order { state: Held, forced_hold: true, release: None, awaiting: None, ..order };
                order.at[0] = 0;
                order.lines.clone_from(&told.lines);
                self.write(order);
                Ok(told)
            }
            What::Release { user, role, lifts_stop } => {
                self.release(order, USERS[usize::from(*user)], ROLES[usize::from(*role)], *lifts_stop)
            }
            What::Reject if order.state != Held => Err(ErrorKind::State),
            What::Reject => {
                let mut told = self.unasked(0, ChainState::Declined);
                told.outcome = Outcome::Refuse;
                told.lines = vec![Line::of(Code::Rejected, Outcome::Refuse)];
                let lines = told.lines.clone();
                let state = ChainState::Declined;
                self.write(Order { state, forced_hold: false, release: None, awaiting: None, lines, ..order });
                Ok(told)
            }
            What::Reevaluate if active && order.at[0] > 0 => self.ask_again(order, Checkpoint::Entry, what),
            What::Reevaluate if active => Ok(self.unasked(0, Active)),
            What::Reevaluate if order.without_rate => {
                let mut told = self.unasked(0, order.state);
                told.outcome = order.lines[0].effect;
                told.lines = order.lines;
                Ok(told)
            }
            // What ran out while it waited does not wait any longer.
            What::Reevaluate if order.expires.is_some_and(|expires| expires <= self.world.now) => {
                let mut told = self.unasked(0, Expired);
                told.outcome = order.lines.first().map_or(Outcome::Hold, |line| line.effect);
                told.lines.clone_from(&order.lines);
                self.write(Order { state: Expired, ..order });
                Ok(told)
            }
            What::Reevaluate => {
                let amount = order.amount;
                self.hold(order, amount, true, what)
            }
        }
    }

    fn moment(&self, after: Option<i64>) -> Option<Instant> {
        after.map(|after| Instant(self.said.0 + after))
    }

    fn day(&self, after: Option<i32>) -> Option<Day> {
        after.map(|after| Day(self.said.day(0).0 + after))
    }

    /// A request to hold credit that names an amount.
    fn reserve(&mut self, mut order: Order, what: &What) -> Answer {
        let (amount, foreign, expires, ships, to) = match what {
            What::Reserve { amount, foreign, expires, ships, to } => (*amount, *foreign, *expires, *ships, *to),
            What::Change { amount, expires, ships } => (*amount, None, *expires, *ships, 0),
            _ => unreachable!(),
        };
        order.expires = self.moment(expires).or(order.expires);
        order.ships = self.day(ships).or(order.ships);
        let (amount, comparable) = match foreign {
            None => (amount, true),
            Some(Some(rate)) => (converted(amount, rate, self.policy.facts.rounding), true),
            Some(None) => (amount, false),
        };
        if to != 0 {
            order.begins = to;
        }
        self.hold(order, amount, comparable, what)
    }

    fn hold(&mut self, mut order: Order, amount: i64, comparable: bool, what: &What) -> Answer {
        if order.expires.is_some_and(|expires| expires <= self.world.now) {
            return Err(ErrorKind::State);
        }
        let (to, waited) = (order.begins, order.state == ChainState::Held);
        let wanted = amount - order.moved();
        if comparable && order.moved() > 0 && wanted < 0 {
            return Err(ErrorKind::State);
        }
        let verdict = judge(
            self.policy,
            self.world,
            &Ask {
                account: self.account,
                increase: wanted,
                value: amount,
                comparable,
                lands: order.begins,
                ships: order.ships,
                checkpoint: Checkpoint::Entry,
                stopped_at: order.stopped_at,
                without: None,
                forced_hold: order.forced_hold,
                release: order.release.as_ref(),
            },
        );
        let before = verdict.owed;
        order.at[0] = 0;
        order.amount = if comparable { amount } else { 0 };
        order.without_rate = !comparable;
        order.state = match verdict.outcome {
            Outcome::Hold => ChainState::Held,
            // Who waits goes on waiting, whatever the rules say when they are asked again.
            outcome if stops(outcome) && comparable && waited && matches!(what, What::Reevaluate) => ChainState::Held,
            outcome if stops(outcome) || !comparable => ChainState::Declined,
            _ => ChainState::Active,
        };
        let mut held = 0;
        let mut items = Ok(());
        if order.state == ChainState::Active {
            held = wanted.max(0);
            order.at[to] += held;
            self.let_through(&mut order);
            if to == 3 && held > 0 {
                // Only a request to reserve says which open item it becomes, and when it is due.
                let named = matches!(what, What::Reserve { .. });
                items = if named { self.grow_item(0, held, self.day(Some(0)), true) } else { Err(ErrorKind::Argument) };
            }
        } else {
            order.lines.clone_from(&verdict.lines);
        }
        items?;
        let state = order.state;
        self.write(order);
        Ok(Told { outcome: verdict.outcome, lines: verdict.lines, before, after: before + held, state })
    }

    fn let_through(&self, order: &mut Order) {
        order.passed = Some(self.today());
        order.lines.clear();
        order.awaiting = None;
        order.forced_hold = false;
        order.stopped_at = None;
        if order.release.as_ref().is_some_and(|token| !token.covers(order.amount, self.today())) {
            order.release = None;
        }
    }

    fn change(&mut self, order: Order, what: &What) -> Answer {
        let What::Change { amount, expires, ships } = what else { unreachable!() };
        let difference = amount - order.amount;
        let to = order.begins;
        if to == 3 && difference != 0 {
            return Err(ErrorKind::State);
        }
        if difference < 0 && order.at[to] + difference < 0 && order.amount > 0 {
            return Err(ErrorKind::State);
        }
        let verdict = judge(
            self.policy,
            self.world,
            &Ask {
                account: self.account,
                increase: difference,
                value: *amount,
                comparable: true,
                lands: order.begins,
                ships: self.day(*ships).or(order.ships),
                checkpoint: Checkpoint::Entry,
                stopped_at: order.stopped_at,
                without: None,
                forced_hold: order.forced_hold,
                release: order.release.as_ref(),
            },
        );
        let before = verdict.owed;
        let mut told =
            Told { outcome: verdict.outcome, lines: verdict.lines, before, after: before, state: ChainState::Active };
        if stops(verdict.outcome) {
            return Ok(told);
        }
        let mut changed = Order {
            amount: *amount,
            expires: self.moment(*expires),
            ships: self.day(*ships).or(order.ships),
            ..order.clone()
        };
        changed.at[to] = (order.at[to] + difference).max(0);
        told.after += changed.at[to] - order.at[to];
        if difference > 0 {
            self.let_through(&mut changed);
        }
        self.write(changed);
        Ok(told)
    }

    fn ask_again(&mut self, mut order: Order, at: Checkpoint, what: &What) -> Answer {
        let ordered = order.at[0];
        let verdict = judge(
            self.policy,
            self.world,
            &Ask {
                account: self.account,
                increase: ordered,
                value: order.amount,
                comparable: true,
                lands: order.begins,
                ships: order.ships,
                checkpoint: at,
                stopped_at: order.stopped_at,
                without: Some(self.document),
                forced_hold: order.forced_hold,
                release: order.release.as_ref(),
            },
        );
        let before = verdict.owed + ordered;
        let mut after = before;
        if stops(verdict.outcome) {
            order.state = ChainState::Held;
            order.at[0] = 0;
            order.lines.clone_from(&verdict.lines);
            if matches!(what, What::Pass { .. }) {
                order.stopped_at = Some(at);
            }
            after -= ordered;
        } else {
            self.let_through(&mut order);
        }
        let state = order.state;
        self.write(order);
        Ok(Told { outcome: verdict.outcome, lines: verdict.lines, before, after, state })
    }

    fn release(&mut self, mut order: Order, user: &str, role: &str, lifts_stop: bool) -> Answer {
        if order.without_rate {
            return Err(ErrorKind::State);
        }
        let active = order.state == ChainState::Active;
        let verdict = judge(
            self.policy,
            self.world,
            &Ask {
                account: self.account,
                increase: order.amount - order.moved(),
                value: order.amount,
                comparable: true,
                lands: order.begins,
                ships: order.ships,
                checkpoint: Checkpoint::Entry,
                stopped_at: order.stopped_at,
                // Of an order that holds credit, as if it did not.
                without: None,
                forced_hold: order.forced_hold,
                release: None,
            },
        );
        let verdict = if active { self.as_if_not_there(&order) } else { verdict };
        let stopping: Vec<&Line> = verdict.lines.iter().filter(|line| stops(line.effect)).collect();
        if stopping.iter().any(|line| !role_may(self.policy, role, line)) {
            return Err(ErrorKind::Forbidden);
        }
        if !lifts_stop && stopping.iter().any(|line| line.code == Code::StatusStop) {
            return Err(ErrorKind::Forbidden);
        }
        let token = Token {
            amount: order.amount,
            deviation: i64::from(self.policy.release.deviation_basis_points),
            to: self.policy.release.valid_days.map(|days| Day(self.today().0 + i32::from(days) - 1)),
            user: user.to_owned(),
            lifts_stop,
        };
        let currency = self.world.account(self.account).currency;
        let two = self.policy.release.four_eyes_above.iter().find(|money| money.currency == currency);
        if two.is_some_and(|most| order.amount > most.minor) {
            match order.awaiting.as_ref().filter(|first| first.covers(order.amount, self.today())) {
                Some(first) if first.user == user => return Err(ErrorKind::Forbidden),
                Some(_) => {}
                None => {
                    let mut lines = verdict.lines;
                    lines.push(Line::of(Code::SecondPerson, Outcome::Hold));
                    let outcome = lines.iter().map(|line| line.effect).max().unwrap();
                    let before = self.owed();
                    order.awaiting = Some(token);
                    if !active {
                        order.state = ChainState::Held;
                        order.lines.clone_from(&lines);
                    }
                    let state = order.state;
                    self.write(order);
                    return Ok(Told { outcome, lines, before, after: before, state });
                }
            }
        }
        order.forced_hold = false;
        order.awaiting = None;
        order.release = Some(token);
        if active {
            order.passed = Some(self.today());
            self.write(order);
            return Ok(self.unasked(0, ChainState::Active));
        }
        let amount = order.amount;
        self.hold(order, amount, true, &What::Release { user: 0, role: 0, lifts_stop })
    }

    /// What the order would get if nothing of it were ordered yet.
    fn as_if_not_there(&self, order: &Order) -> super::judge::Verdict {
        let mut world = self.world.clone();
        world.orders.get_mut(self.document).unwrap().at[0] = 0;
        judge(
            self.policy,
            &world,
            &Ask {
                account: self.account,
                increase: order.amount - order.moved(),
                value: order.amount,
                comparable: true,
                lands: order.begins,
                ships: order.ships,
                checkpoint: Checkpoint::Entry,
                stopped_at: order.stopped_at,
                without: None,
                forced_hold: order.forced_hold,
                release: None,
            },
        )
    }

    fn convert(
        &mut self,
        mut order: Order,
        from: Option<usize>,
        to: usize,
        amount: Option<i64>,
        item: u8,
        due: Option<i32>,
    ) -> Answer {
        let active = order.state == ChainState::Active;
        let way: &[usize] = [&[][..], &[0], &[1, 0], &[2, 1, 0], &[3]][to];
        let sources: Vec<usize> = match from {
            Some(from) => {
                let back = from > to && !(from == 4 && to != 3) || to == 4 && (from == 1 || from == 2);
                if !way.contains(&from) && !back {
                    return Err(ErrorKind::Argument);
                }
                vec![from]
            }
            None if to == 0 => return Err(ErrorKind::Argument),
            None => way.to_vec(),
        };
        if to == 0 && !active {
            return Err(ErrorKind::State);
        }
        let first = *sources.iter().find(|at| order.at[**at] > 0).unwrap_or(&sources[0]);
        let wanted = amount.unwrap_or(order.at[first]);
        if wanted <= 0 {
            return Err(ErrorKind::State);
        }
        let before = order.clone();
        let mut missing = wanted;
        for from in sources {
            let part = missing.min(before.at[from]);
            if part <= 0 {
                continue;
            }
            order.at[from] -= part;
            order.at[to] += part;
            missing -= part;
            if from == 0 && (to == 2 || to == 3) {
                order.ahead += part;
            }
            if to == 0 && (from == 2 || from == 3) {
                order.ahead -= part.min(order.ahead);
            }
        }
        if missing > 0 {
            let on = way.contains(&0) && from.is_none_or(|from| from < to);
            let nothing_left = way.iter().all(|at| order.at[*at] == 0);
            if !on || !active || !nothing_left {
                return Err(ErrorKind::State);
            }
            if to == 1 {
                let known = missing.min(order.ahead);
                order.ahead -= known;
                missing -= known;
            }
            order.at[to] += missing;
            order.amount += missing;
        }
        let invoiced = order.at[3] - before.at[3];
        let settled = order.at[4] - before.at[4];
        let state = order.state;
        let mut told = self.unasked(missing - settled, state);
        if missing > 0 {
            told.outcome = Outcome::ApproveWithAlert;
            told.lines = vec![Line::of(Code::OverDelivery, Outcome::ApproveWithAlert)];
        }
        if invoiced != 0 {
            self.grow_item(item, invoiced, self.day(due), from != Some(4) && to != 4)?;
        }
        self.write(order);
        Ok(told)
    }

    /// The open item of a conversion grows or shrinks.
    fn grow_item(&mut self, number: u8, by: i64, due: Option<Day>, posts: bool) -> Result<(), ErrorKind> {
        let number = item_name(number);
        let today = self.today();
        let item = match self.world.account(self.account).items.get(&number) {
            Some(item) if !item.debit => return Err(ErrorKind::State),
            Some(item) if item.residual + by < 0 => return Err(ErrorKind::State),
            Some(item) => Item {
                residual: item.residual + by,
                amount: (item.amount + if posts { by } else { 0 }).max(item.residual + by),
                due: due.unwrap_or(item.due),
                ..item.clone()
            },
            None if by < 0 => return Err(ErrorKind::NotFound),
            None => Item {
                debit: true,
                amount: by,
                residual: by,
                due: due.ok_or(ErrorKind::Argument)?,
                disputed: false,
                ever_disputed: false,
                level: 0,
                blocked: false,
                delivered: today,
            },
        };
        let delivered = Some(item.delivered);
        self.world.put_item(self.account, &number, item, delivered);
        Ok(())
    }
}

pub(crate) fn item_name(number: u8) -> String {
    format!("I-{number}")
}

/// A closed order carries nothing along but what was invoiced ahead of its delivery.
fn closed_order(order: Order, state: ChainState) -> Order {
    let mut order = Order {
        state,
        expires: None,
        passed: None,
        forced_hold: false,
        stopped_at: None,
        without_rate: false,
        release: None,
        awaiting: None,
        lines: Vec::new(),
        ..order
    };
    order.at[0] = 0;
    order
}
