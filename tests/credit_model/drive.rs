//! One history: each step done to the engine, written into the list, and everything compared.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Deadline};

use obligor::calendar::{Clock, Day, Instant};
use obligor::credit::{Chain, ChainState, Limit, PoolKind, Profile, Stage};
use obligor::engine::wire::LimitWire;
use obligor::engine::{
    Engine, HeldRequest, Keeper, OrderAnswer, OrderRequest, PoolRequest, PoolWire, ReevaluateRequest,
};
use obligor::error::{Error, ErrorKind};
use obligor::money::{Currency, Money};
use obligor::policy::{Policy, Status};
use obligor::store::{AccountKey, AccountRecord, AccountRef, Ask, Customer, Item, ItemKind};

use super::judge::Line;
use super::life::{Answer, Life, ROLES, Told, USERS, What, item_name};
use super::ops::{ACCOUNTS, Op, POOLS};
use super::places::{Home, Place};
use super::world::{self, Account, Pool, World, stops};

const COMPANY: &str = "NW01";
/// 2026-11-22, noon.
const START: i64 = 20_779 * 86_400_000 + 43_200_000;

/// What items were posted with that the host puts.
const POSTED: i64 = 200_00;

struct Watch(Arc<AtomicI64>);

impl Clock for Watch {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::Relaxed))
    }
}

/// Something that happened, as the model keeps it: the host's call and when.
#[derive(Debug, Clone)]
struct Happened {
    at: Instant,
    op: Op,
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn account_name(account: u8) -> &'static str {
    ACCOUNTS[usize::from(account)].0
}

fn document_name(document: u8) -> String {
    format!("SO-{document}")
}

/// The account an order belongs to when nothing else is said.
fn home(document: u8) -> u8 {
    document % 5
}

const STAGES: [Stage; 5] = [Stage::Ordered, Stage::Delivered, Stage::Drafted, Stage::Invoiced, Stage::Settled];

/// Which rates a pool has, by bits; its own currency needs none.
fn rates(pool: u8, bits: u8) -> BTreeMap<String, String> {
    let all = if POOLS[usize::from(pool)].1 == "EUR" {
        [("DKK", "0.13405"), ("SEK", "0.0911"), ("NOK", "0.09")]
    } else {
        [("EUR", "7.4605"), ("SEK", "0.681"), ("NOK", "0.65")]
    };
    let named = all.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0 || *at == 0);
    named.map(|(_, (code, rate))| ((*code).to_owned(), (*rate).to_owned())).collect()
}

fn pools(bits: u8) -> Vec<String> {
    POOLS.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0).map(|(_, (name, _))| (*name).to_owned()).collect()
}

// --- The model: from the list ------------------------------------------------------------------------------------------

/// What there was before anything happened.
fn beginning() -> World {
    let accounts = ACCOUNTS.iter().enumerate().map(|(at, (name, code))| {
        let account = Account {
            currency: currency(code),
            status: Status::Ok,
            score: None,
            pools: pools(u8::try_from(at).unwrap() & 3),
            limits: Vec::new(),
            items: BTreeMap::new(),
            history: Vec::new(),
        };
        ((*name).to_owned(), account)
    });
    let pools = (0..).zip(POOLS).map(|(at, (name, code))| {
        let rates = rates(at, 3).into_iter().map(|(code, rate)| (currency(&code), rate)).collect();
        (name.to_owned(), Pool { currency: currency(code), rates, limits: Vec::new() })
    });
    World { now: Instant(START), accounts: accounts.collect(), pools: pools.collect(), orders: BTreeMap::new() }
}

/// What a step told: nothing but whether it was taken, or an answer for each order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed(ErrorKind),
    Orders(Vec<Answer>),
    Taken(bool, Vec<Answer>),
    Again { asked: u32, released: Vec<String>, held: Vec<String>, waiting: u32 },
}

fn act(policy: &Policy, world: &mut World, said: Instant, account: &str, document: &str, what: &What) -> Answer {
    Life { policy, world, account, document, said }.act(what)
}

/// Plays the list from its beginning, and returns what there is after it and what its last line told.
fn recompute(policy: &Policy, list: &[Happened]) -> (World, Outcome) {
    let mut world = beginning();
    let mut told: Vec<Outcome> = Vec::new();
    for happened in list {
        world.now = happened.at;
        world.run_out();
        let outcome = match &happened.op {
            Op::Retry { back } => retry(policy, &mut world, list, &mut told, *back),
            op => play(policy, &mut world, op),
        };
        world.run_out();
        told.push(outcome);
    }
    (world, told.pop().unwrap_or(Outcome::Done))
}

/// The same request once more: what was answered is answered again; what was an error is asked anew.
fn retry(policy: &Policy, world: &mut World, list: &[Happened], told: &mut [Outcome], back: usize) -> Outcome {
    let orders =
        list[..told.len()].iter().enumerate().rev().filter(|(_, happened)| matches!(happened.op, Op::Order { .. }));
    let Some((at, happened)) = orders.into_iter().nth(back) else { return Outcome::Done };
    let Op::Order { account, document, what } = &happened.op else { return Outcome::Done };
    if matches!(&told[at], Outcome::Orders(one) if one[0].is_err()) {
        let account = account_name(account.unwrap_or(home(*document)));
        told[at] = Outcome::Orders(vec![act(policy, world, happened.at, account, &document_name(*document), what)]);
    }
    told[at].clone()
}

fn play(policy: &Policy, world: &mut World, op: &Op) -> Outcome {
    let now = world.now;
    let today = world.today();
    match op {
        Op::Wait { .. } | Op::Expire => {}
        Op::Account { account, status, score, pools: bits } => {
            let account = world.accounts.get_mut(account_name(*account)).unwrap();
            (account.status, account.score, account.pools) = (*status, *score, pools(*bits));
        }
        Op::Rates { pool, rates: bits } => {
            let rates = rates(*pool, *bits).into_iter().map(|(code, rate)| (currency(&code), rate)).collect();
            world.pools.get_mut(POOLS[usize::from(*pool)].0).unwrap().rates = rates;
        }
        Op::Limit { owner, kind, amount, from, to, share } => {
            let day = |after: Option<i32>| after.map(|after| Day(today.0 + after));
            let limit =
                Limit { kind: *kind, amount: *amount, from: day(*from), to: day(*to), share: *share, covering: 0 };
            let limits = match usize::from(*owner).checked_sub(ACCOUNTS.len()) {
                None => &mut world.accounts.get_mut(account_name(*owner)).unwrap().limits,
                Some(pool) => &mut world.pools.get_mut(POOLS[pool].0).unwrap().limits,
            };
            World::put_limit(limits, limit);
        }
        Op::Item { account, item, debit, residual, due, disputed, level, blocked, delivered } => {
            let put = world::Item {
                debit: *debit,
                amount: POSTED,
                residual: *residual,
                due: Day(today.0 + due),
                disputed: *disputed,
                ever_disputed: false,
                level: *level,
                blocked: *blocked,
                delivered: today,
            };
            let delivered = delivered.map(|after| Day(today.0 + after));
            world.put_item(account_name(*account), &item_name(*item), put, delivered);
        }
        Op::Order { account, document, what } => {
            let account = account_name(account.unwrap_or(home(*document)));
            return Outcome::Orders(vec![act(policy, world, now, account, &document_name(*document), what)]);
        }
        Op::List { orders, all } => {
            let before = world.clone();
            let answers: Vec<Answer> = orders
                .iter()
                .map(|(account, document, amount)| {
                    let what = What::Reserve { amount: *amount, foreign: None, expires: None, ships: None, to: 0 };
                    act(policy, world, now, account_name(*account), &document_name(*document), &what)
                })
                .collect();
            let granted = |answer: &Answer| answer.as_ref().is_ok_and(|told| !stops(told.outcome));
            let taken = !all || answers.iter().all(granted);
            if !taken {
                *world = before;
            }
            return Outcome::Taken(taken, answers);
        }
        Op::Again { account, active } => return again(policy, world, account.map(account_name), *active),
        Op::Retry { .. } => {}
    }
    Outcome::Done
}

/// Orders asked about again, the oldest first: those that hold credit and of which nothing has left, then those that wait.
fn again(policy: &Policy, world: &mut World, account: Option<&str>, active: bool) -> Outcome {
    let of = |state: ChainState| {
        let mut found: Vec<(Instant, String)> = world
            .orders
            .iter()
            .filter(|(_, order)| order.state == state && account.is_none_or(|account| account == order.account))
            .filter(|(_, order)| state == ChainState::Held || order.at[0] > 0 && order.moved() == 0)
            .map(|(document, order)| (order.since, document.clone()))
            .collect();
        found.sort();
        found
    };
    let mut orders = if active { of(ChainState::Active) } else { Vec::new() };
    orders.extend(of(ChainState::Held));
    let (mut asked, mut released, mut held, mut waiting) = (0, Vec::new(), Vec::new(), 0);
    for (_, document) in orders {
        let before = world.orders[&document].clone();
        let told = act(policy, world, world.now, &before.account, &document, &What::Reevaluate);
        asked += u32::from(told.is_ok());
        let state = told.map(|told| told.state);
        match (before.state, state) {
            (ChainState::Active, Ok(ChainState::Held)) => held.push(document),
            (ChainState::Active, _) | (_, Err(_) | Ok(ChainState::Expired)) => {}
            (_, Ok(ChainState::Active)) => released.push(document),
            (_, Ok(_)) => waiting += 1,
        }
        world.run_out();
    }
    Outcome::Again { asked, released, held, waiting }
}

// --- The engine --------------------------------------------------------------------------------------------------------

struct Desk {
    engine: Engine,
    clock: Arc<AtomicI64>,
    asked: Vec<(What, OrderRequest)>,
    keys: usize,
    _home: Home,
}

fn soon() -> Deadline {
    Deadline::now() + Duration::from_secs(20)
}

fn key(name: &str) -> AccountKey {
    AccountKey { company: COMPANY.to_owned(), customer: name.to_owned() }
}

impl Desk {
    fn new(policy: &Policy, place: Place) -> Self {
        let home = Home::new(place);
        let clock = Arc::new(AtomicI64::new(START));
        let watch = Box::new(Watch(Arc::clone(&clock)));
        let keeper = Keeper::new(&[7; 32]).unwrap();
        let policy = Arc::new(policy.clone());
        let engine = Engine::with(home.store(), policy, watch, keeper, 0, Duration::from_secs(20)).unwrap();
        let desk = Self { engine, clock, asked: Vec::new(), keys: 0, _home: home };
        for (at, (name, code)) in (0..).zip(POOLS) {
            let rates = rates(at, 3);
            let pool = PoolWire { pool: name.to_owned(), kind: PoolKind::Group, currency: currency(code), rates };
            desk.engine.put_pool(&pool).unwrap();
        }
        desk.engine
            .store()
            .load(
                desk.engine.now(),
                desk.engine.today(),
                &mut |load| {
                    for (name, _) in ACCOUNTS {
                        load.put_customer(&Customer {
                            number: name.to_owned(),
                            name: name.to_owned(),
                            ..Customer::default()
                        })?;
                    }
                    Ok(())
                },
                soon(),
            )
            .unwrap();
        for (at, account) in (0..).zip(beginning().accounts.values()) {
            desk.put_account(at, account.status, None, at & 3).unwrap();
        }
        desk
    }

    fn put_account(&self, account: u8, status: Status, score: Option<i32>, bits: u8) -> Result<(), Error> {
        let (name, code) = ACCOUNTS[usize::from(account)];
        let record = AccountRecord {
            key: key(name),
            currency: currency(code),
            status,
            profile: Some(Profile { score, ..Profile::default() }),
            pools: Some(pools(bits)),
        };
        self.engine.put_account(&record).map(drop)
    }

    fn request(&mut self, account: &str, document: &str, what: &What) -> OrderRequest {
        self.keys += 1;
        let of = currency(ACCOUNTS.iter().find(|(name, _)| *name == account).unwrap().1);
        let money = |minor| Some(Money::new(minor, of));
        let day = |after: Option<i32>| after.map(|after| Day(self.engine.today().0 + after));
        let moment = |after: Option<i64>| after.map(|after| Instant(self.engine.now().0 + after));
        let mut order = OrderRequest {
            company: COMPANY.to_owned(),
            customer: account.to_owned(),
            document: document.to_owned(),
            key: format!("K-{}", self.keys),
            ..OrderRequest::default()
        };
        match what {
            What::Reserve { amount, foreign, expires, ships, to } => {
                order.amount = match foreign {
                    None => money(*amount),
                    Some(_) => Some(Money::new(*amount, currency("USD"))),
                };
                order.rate = foreign.flatten().map(str::to_owned);
                (order.expires, order.ships) = (moment(*expires), day(*ships));
                order.to = Some(STAGES[*to]).filter(|stage| *stage != Stage::Ordered);
                (order.item, order.due) = (item_name(0), day(Some(0)));
            }
            What::Change { amount, expires, ships } => {
                (order.amount, order.expires, order.ships) = (money(*amount), moment(*expires), day(*ships));
            }
            What::Convert { from, to, amount, item, due } => {
                order.amount = amount.and_then(money);
                (order.from, order.to) = (from.map(|from| STAGES[from]), Some(STAGES[*to]));
                (order.item, order.due) = (item_name(*item), day(*due));
            }
            What::Reopen { amount } => order.amount = money(*amount),
            What::Pass { at } => order.checkpoint = Some(*at),
            What::Hold | What::Reject => (order.user, order.reason) = ("cy".to_owned(), "said so".to_owned()),
            What::Release { user, role, lifts_stop } => {
                (order.user, order.reason) = (USERS[usize::from(*user)].to_owned(), "said so".to_owned());
                (order.role, order.lifts_stop) = (ROLES[usize::from(*role)].to_owned(), *lifts_stop);
            }
            What::Cancel | What::Reevaluate => {}
        }
        order
    }

    fn ask(&self, what: &What, order: &OrderRequest) -> Answer {
        let engine = &self.engine;
        let answer = match what {
            What::Reserve { .. } => engine.reserve(order),
            What::Change { .. } => engine.change(order),
            What::Convert { .. } => engine.convert(order),
            What::Cancel => engine.cancel(order),
            What::Reopen { .. } => engine.reopen(order),
            What::Pass { .. } => engine.pass(order),
            What::Hold => engine.hold(order),
            What::Release { .. } => engine.release(order),
            What::Reject => engine.reject(order),
            What::Reevaluate => engine.reevaluate(order),
        };
        answer_of(answer)
    }

    fn play(&mut self, op: &Op) -> Outcome {
        let done = |result: Result<(), Error>| match result {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Failed(error.kind()),
        };
        let today = self.engine.today();
        let day = |after: Option<i32>| after.map(|after| Day(today.0 + after));
        match op {
            Op::Wait { .. } => Outcome::Done,
            Op::Expire => done(self.engine.expire(None).map(drop)),
            Op::Account { account, status, score, pools } => done(self.put_account(*account, *status, *score, *pools)),
            Op::Rates { pool, rates: bits } => {
                let (name, code) = POOLS[usize::from(*pool)];
                let rates = rates(*pool, *bits);
                let pool = PoolWire { pool: name.to_owned(), kind: PoolKind::Group, currency: currency(code), rates };
                done(self.engine.put_pool(&pool).map(drop))
            }
            Op::Limit { owner, kind, amount, from, to, share } => {
                let pool = usize::from(*owner).checked_sub(ACCOUNTS.len());
                let (name, code) = pool.map_or_else(|| ACCOUNTS[usize::from(*owner)], |pool| POOLS[pool]);
                let of_account = |text: &str| if pool.is_none() { text.to_owned() } else { String::new() };
                done(
                    self.engine
                        .put_limit(LimitWire {
                            company: of_account(COMPANY),
                            customer: of_account(name),
                            pool: pool.map(|_| name.to_owned()),
                            kind: *kind,
                            limit: amount.map(|amount| Money::new(amount, currency(code))),
                            no_limit_in: if amount.is_none() { Some(currency(code)) } else { None },
                            from: day(*from),
                            to: day(*to),
                            share_basis_points: Some(*share).filter(|share| *share != 10_000),
                            user: String::new(),
                        })
                        .map(drop),
                )
            }
            Op::Item { account, item, debit, residual, due, disputed, level, blocked, delivered } => {
                let (name, code) = ACCOUNTS[usize::from(*account)];
                let item = Item {
                    key: key(name),
                    number: item_name(*item),
                    kind: if *debit { ItemKind::Invoice } else { ItemKind::Payment },
                    currency: currency(code),
                    amount: POSTED,
                    residual: *residual,
                    due: Day(today.0 + due),
                    disputed: *disputed,
                    dunning_level: *level,
                    dunning_blocked: *blocked,
                    delivered: day(*delivered),
                    document: String::new(),
                };
                done(self.engine.put_item(&item).map(drop))
            }
            Op::Order { account, document, what } => {
                let account = account_name(account.unwrap_or(home(*document)));
                let order = self.request(account, &document_name(*document), what);
                let answer = self.ask(what, &order);
                self.asked.push((what.clone(), order));
                Outcome::Orders(vec![answer])
            }
            Op::List { orders, all } => {
                let requests: Vec<OrderRequest> = orders
                    .iter()
                    .map(|(account, document, amount)| {
                        let what = What::Reserve { amount: *amount, foreign: None, expires: None, ships: None, to: 0 };
                        self.request(account_name(*account), &document_name(*document), &what)
                    })
                    .collect();
                match self.engine.reserve_list(&requests, *all) {
                    Ok(list) => Outcome::Taken(list.taken, list.answers.into_iter().map(answer_of).collect()),
                    Err(error) => Outcome::Failed(error.kind()),
                }
            }
            Op::Again { account, active } => {
                let request = ReevaluateRequest {
                    company: COMPANY.to_owned(),
                    customer: account.map(|account| account_name(account).to_owned()),
                    active: *active,
                    ..ReevaluateRequest::default()
                };
                match self.engine.reevaluate_all(&request) {
                    Ok(done) => Outcome::Again {
                        asked: done.asked,
                        released: done.released,
                        held: done.held,
                        waiting: done.waiting,
                    },
                    Err(error) => Outcome::Failed(error.kind()),
                }
            }
            Op::Retry { back } => match self.asked.iter().rev().nth(*back) {
                Some((what, order)) => Outcome::Orders(vec![self.ask(what, order)]),
                None => Outcome::Done,
            },
        }
    }

    fn chain(&self, name: &str, document: &str, policy: &Policy) -> Option<Chain> {
        let today = self.engine.today();
        let ask = Ask {
            account: AccountRef::Key(key(name)),
            document: document.to_owned(),
            item: String::new(),
            key: None,
            overdue_to: today.plus(-1 - i32::from(policy.facts.grace_days)),
            horizon_to: policy.facts.horizon_days.map_or(Day::MAX, |days| today.plus(i32::from(days))),
            today,
            now: self.engine.now(),
        };
        self.engine.store().facts(&ask, soon()).unwrap().chain
    }
}

fn answer_of(answer: Result<OrderAnswer, Error>) -> Answer {
    let answer = answer.map_err(|error| error.kind())?;
    let decision = answer.decision;
    let lines = decision.reasons.iter().map(|reason| {
        let line = Line::of(reason.code, reason.effect);
        Line { pool: reason.pool.clone(), by: reason.release_by.clone(), ..line }
    });
    Ok(Told {
        outcome: decision.outcome,
        lines: lines.collect(),
        before: decision.exposure_before.unwrap().minor,
        after: decision.exposure_after.unwrap().minor,
        state: answer.state.unwrap(),
    })
}

// --- Both --------------------------------------------------------------------------------------------------------------

/// What is compared of an answer: the order of reasons that stop alike is the policy's, and tested elsewhere.
fn comparable(outcome: Outcome) -> Outcome {
    let sorted = |answers: Vec<Answer>| -> Vec<Answer> {
        answers
            .into_iter()
            .map(|answer| {
                answer.map(|mut told| {
                    told.lines = told.lines.iter().map(|line| line.without_level()).collect();
                    told.lines.sort();
                    told
                })
            })
            .collect()
    };
    match outcome {
        Outcome::Orders(answers) => Outcome::Orders(sorted(answers)),
        Outcome::Taken(taken, answers) => Outcome::Taken(taken, sorted(answers)),
        other => other,
    }
}

fn same<T: PartialEq + Debug>(what: &str, engine: &T, model: &T) -> Result<(), String> {
    if engine == model {
        Ok(())
    } else {
        Err(format!("{what}: the engine says\n  {engine:?}\nand the model\n  {model:?}"))
    }
}

/// How often each reason was told, with the pool's name before it where it speaks of one.
pub(crate) type Seen = BTreeMap<String, u32>;

/// Plays a history, and notes what was told in it. What differs first is the error.
pub(crate) fn run(policy: &Policy, ops: &[Op], seen: &mut Seen, place: Place) -> Result<(), String> {
    let mut desk = Desk::new(policy, place);
    let mut list: Vec<Happened> = Vec::new();
    for (at, op) in ops.iter().enumerate() {
        let wait = if let Op::Wait { milliseconds } = op { *milliseconds } else { 7 };
        let now = desk.clock.fetch_add(wait, Ordering::Relaxed) + wait;
        list.push(Happened { at: Instant(now), op: op.clone() });
        let told = desk.play(op);
        let (world, expected) = recompute(policy, &list);
        let all = at % 16 == 0 || at + 1 == ops.len();
        if let Outcome::Orders(answers) | Outcome::Taken(_, answers) = &told {
            for line in answers.iter().flatten().flat_map(|told| &told.lines) {
                *seen.entry(format!("{}{}", line.pool, line.code.name())).or_default() += 1;
            }
        }
        same("the answer", &comparable(told), &comparable(expected))
            .and_then(|()| compare(policy, &desk, &world, op, all))
            .map_err(|difference| format!("step {at}, {op:?}: {difference}"))?;
    }
    let verified = desk.engine.verify(&mut |_, _| true).unwrap();
    same("what verifying finds", &verified.faults, &Vec::new())
}

fn compare(policy: &Policy, desk: &Desk, world: &World, op: &Op, all: bool) -> Result<(), String> {
    let touched = |at: usize| match op {
        Op::Order { account, document, .. } => usize::from(account.unwrap_or(home(*document))) == at,
        Op::Account { account, .. } | Op::Item { account, .. } => usize::from(*account) == at,
        Op::Limit { owner, .. } => usize::from(*owner) == at,
        _ => true,
    };
    for (_, (name, _)) in ACCOUNTS.iter().enumerate().filter(|(at, _)| all || touched(*at)) {
        account(policy, desk, world, name)?;
    }
    for (name, code) in POOLS {
        let position = desk.engine.pool(&PoolRequest { pool: name.to_owned() }).map_err(|error| error.to_string())?;
        let expected = world.pool_exposure(policy, name, None, (0, currency(code)));
        same(&format!("exposure of {name}"), &position.exposure.map(|money| money.minor), &expected)?;
        let limit =
            super::judge::effective(&world.pools[name].limits, |_| 0, world.today(), policy.facts.limit_grace_days);
        same(&format!("limit of {name}"), &position.limit.map(|money| money.minor), &limit.flatten())?;
        same(&format!("no limit of {name}"), &position.no_limit, &(limit == Some(None)))?;
    }
    for (document, order) in &world.orders {
        let touched = matches!(op, Op::Order { document: one, .. } if document_name(*one) == *document);
        if all || touched || !matches!(op, Op::Order { .. }) {
            let chain = desk.chain(&order.account, document, policy).ok_or(format!("{document} is not there"))?;
            let at = [chain.ordered, chain.delivered, chain.drafted, chain.invoiced, chain.settled];
            let is = (chain.state, chain.amount, at, chain.expires, chain.ships, chain.since);
            let expected = (order.state, order.amount, order.at, order.expires, order.ships, order.since);
            same(document, &is, &expected)?;
            let marks = (chain.marks.ahead, chain.marks.passed, chain.marks.forced_hold.is_some());
            same(document, &marks, &(order.ahead, order.passed, order.forced_hold))?;
            let release = chain.marks.release.map(|release| (release.amount, release.to, release.user));
            let token = order.release.as_ref().map(|token| (token.amount, token.to, token.user.clone()));
            same(document, &release, &token)?;
        }
    }
    let request = HeldRequest { company: COMPANY.to_owned(), ..HeldRequest::default() };
    let held = desk.engine.held_orders(&request).map_err(|error| error.to_string())?;
    let mut expected: Vec<(Instant, &str)> = world
        .orders
        .iter()
        .filter(|(_, order)| order.state == ChainState::Held)
        .map(|(document, order)| (order.since, document.as_str()))
        .collect();
    expected.sort_unstable();
    let held: Vec<(Instant, &str)> = held.iter().map(|order| (order.since, order.document.as_str())).collect();
    same("who waits", &held, &expected)
}

fn account(policy: &Policy, desk: &Desk, world: &World, name: &str) -> Result<(), String> {
    let id = desk.engine.resolve(&key(name)).map_err(|error| error.to_string())?;
    let position = desk.engine.position_of(id).map_err(|error| error.to_string())?;
    let (facts, sums) = (&position.facts, world.sums(policy, name, None));
    let buckets = facts.buckets;
    let is = world::Sums {
        ordered: buckets.ordered,
        later: buckets.later,
        delivered: buckets.delivered,
        drafted: buckets.drafted,
        open: buckets.open,
        overdue: buckets.overdue,
        unapplied: buckets.unapplied,
        disputed: facts.disputed,
        disputed_overdue: facts.disputed_overdue,
    };
    same(&format!("buckets of {name}"), &is, &sums)?;
    let oldest = if policy.facts.disputed_count_as_overdue { facts.oldest_overdue } else { facts.oldest_undisputed };
    same(&format!("oldest overdue of {name}"), &oldest, &world.oldest_overdue(policy, name))?;
    let limit = world.effective(policy, name).flatten();
    same(&format!("limit of {name}"), &position.effective, &limit)?;
    let exposure = sums.exposure(policy);
    same(&format!("exposure of {name}"), &position.exposure.minor, &exposure)?;
    let available = limit.map(|limit| limit - exposure);
    same(&format!("available of {name}"), &position.available.map(|money| money.minor), &available)?;
    same(&format!("dunning level of {name}"), &facts.dunning_level, &world.account(name).dunning_level())?;
    let months = world.behaviour(name);
    let days_late = (months.paid > 0).then(|| months.late / months.paid);
    same(&format!("days late of {name}"), &position.days_late, &days_late)?;
    let rate = (months.invoiced > 0).then(|| months.disputed * 10_000 / months.invoiced);
    same(&format!("dispute rate of {name}"), &position.dispute_rate, &rate)
}
