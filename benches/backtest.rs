//! How many recorded orders a second a policy is tried on, on one core: `cargo bench --bench backtest`.
//!
//! The record is made here, the same every time. Beside the trial the same orders are summed by account in a plain map,
//! which is the least that anybody could do with them, so that a number says something on any machine.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use obligor::calendar::Day;
use obligor::credit::{Limit, LimitKind, Profile};
use obligor::money::{Currency, Money};
use obligor::policy::Policy;
use obligor::portfolio::backtest::{AccountState, History, NewOrder, Record, Trial, grants, run};

const ORDERS: u32 = 240_000;
const ACCOUNTS: u32 = 2_400;
const DAYS: u32 = 365;
const ROUNDS: usize = 7;
/// What the policy is to be tried on in a second, at least.
const WANTED: u64 = 200_000;

/// Numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = (self.0 >> 32) as u32;
        ((u64::from(high) * u64::from(most)) >> 32) as u32
    }
}

fn record() -> Record {
    let mut dice = Dice(20_261_122);
    let currency = Currency::parse("DKK").expect("a currency");
    let first = Day::from_ymd(2025, 1, 1).expect("a day");
    let day = |at: u32| first.plus(at as i32);
    let mut history = History::default();
    let mut payers = Vec::new();
    for at in 0..ACCOUNTS {
        let payer = history.account("10", &format!("C{at:05}"), currency).expect("room");
        let limit = i64::from(20 + dice.below(400)) * 1_000_00;
        let state = AccountState {
            limits: Box::new([Limit::always(LimitKind::Base, Some(limit))]),
            profile: Profile { risk_class: Some(["A", "B", "C"][dice.below(3) as usize].into()), ..Profile::default() },
            ..AccountState::default()
        };
        history.account_is(payer, day(0), state);
        payers.push((payer, dice.below(100)));
    }
    for at in 0..ORDERS {
        let (payer, habit) = payers[dice.below(ACCOUNTS) as usize];
        let entered = u32::try_from(u64::from(at) * u64::from(DAYS) / u64::from(ORDERS)).expect("a day");
        let amount = i64::from(50_00 + dice.below(12_000_00));
        let order = history
            .order(NewOrder {
                payer,
                number: format!("SO-{at}"),
                entered: day(entered),
                amount: Money::new(amount, currency),
                secured: 0,
                ships: None,
                terms_days: Some(30),
                discount: None,
            })
            .expect("room");
        let shipped = entered + 1 + dice.below(10);
        history.delivered(order, day(shipped));
        history.invoiced(order, day(shipped + 1), amount, day(shipped + 31));
        if habit < 3 && dice.below(4) == 0 {
            history.written_off(order, Some(day(shipped + 150)), amount);
        } else {
            let late = if habit < 20 { dice.below(60) } else { dice.below(5) };
            history.paid(order, day(shipped + 28 + late), amount);
        }
    }
    history.finish()
}

/// The shortest of several times: what the machine does besides only makes it longer.
fn shortest(mut work: impl FnMut() -> u64) -> (Duration, u64) {
    let mut best = (Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let came_to = black_box(work());
        best = best.min((begun.elapsed(), came_to));
    }
    best
}

fn per_second(time: Duration) -> u64 {
    u64::try_from(u128::from(ORDERS) * 1_000_000_000 / time.as_nanos().max(1)).unwrap_or(u64::MAX)
}

fn main() {
    let standard = Policy::standard().expect("the standard policy");
    let strict =
        standard.text.replace("tolerance = \"0 %\"", "tolerance = \"10 %\"").replace("above = 30", "above = 10");
    let strict = Policy::parse(&strict).expect("a policy");
    let begun = Instant::now();
    let record = record();
    println!("{ORDERS} orders of {ACCOUNTS} accounts over {DAYS} days, made and sorted in {:?}", begun.elapsed());
    let line = |what: &str, (time, came_to): (Duration, u64)| {
        println!("{what:<44} {:>9} orders/s   {time:>10.1?}   ({came_to})", per_second(time));
        per_second(time)
    };
    let one = line("one policy over the record", shortest(|| grants(&record, &standard).expect("a trial")));
    let trial = Trial { tried: &strict, against: &standard, from: None, largest: 100 };
    let both = line(
        "two policies, and the whole report",
        shortest(|| {
            let report = run(&record, &trial).expect("a trial");
            report.currencies.iter().map(|one| one.differences.all.orders).sum()
        }),
    );
    let peer = line(
        "peer: a map of accounts, and their sums",
        shortest(|| {
            let mut sums = HashMap::new();
            for (payer, amount) in record.amounts() {
                *sums.entry(payer).or_insert(0_i64) += amount.minor;
            }
            sums.len() as u64
        }),
    );
    println!("the trial of one policy takes {} times as long as the peer", peer / one.max(1));
    if both < WANTED {
        println!("TOO SLOW: at least {WANTED} orders/s are wanted");
        std::process::exit(1);
    }
}
