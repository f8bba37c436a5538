//! How many recorded orders a second a policy is tried on, on one core.
//!
//! The record is made here, the same every time. Beside the trial the same orders are summed by account in a plain map,
//! which is the least that anybody could do with them, so that a number says something on any machine.

use std::collections::HashMap;
use std::hint::black_box;

use obligor::calendar::Day;
use obligor::credit::{Limit, LimitKind, Profile};
use obligor::money::{Currency, Money};
use obligor::policy::Policy;
use obligor::portfolio::backtest::{AccountState, History, NewOrder, Record, Trial, grants, run as run_trial};

use crate::dice::Dice;
use crate::result::{Contest, Made};
use crate::rounds::{Length, Rounds, Side, processor};

const ORDERS: u32 = 240_000;
const ACCOUNTS: u32 = 2_400;
const DAYS: u32 = 365;
/// What one order may take: 200,000 of them in a second.
const MOST_NANOSECONDS: f64 = 5_000.0;

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

pub(super) fn run(length: Length, _made: &mut Made) -> Vec<Contest> {
    let standard = Policy::standard().expect("the standard policy");
    let strict =
        standard.text.replace("tolerance = \"0 %\"", "tolerance = \"10 %\"").replace("above = 30", "above = 10");
    let strict = Policy::parse(&strict).expect("a policy");
    let record = record();
    let trial = Trial { tried: &strict, against: &standard, from: None, largest: 100 };
    let one = || {
        black_box(grants(&record, &standard).expect("a trial"));
        u64::from(ORDERS)
    };
    let both = || {
        black_box(run_trial(&record, &trial).expect("a trial"));
        u64::from(ORDERS)
    };
    let peer = || {
        let mut sums = HashMap::new();
        for (payer, amount) in record.amounts() {
            *sums.entry(payer).or_insert(0_i64) += amount.minor;
        }
        black_box(sums.len());
        u64::from(ORDERS)
    };
    let (map, whole) = ("a map of accounts, and their sums", "two policies, and the whole report");
    let contest = Rounds::new("Recorded orders tried, 240,000 of 2,400 accounts", length, processor())
        .side(Side::job(map, peer))
        .side(Side::job("one policy", one))
        .side(Side::job(whole, both))
        .cost("one policy", map, None)
        .nanoseconds("one policy", None)
        .nanoseconds(whole, Some(MOST_NANOSECONDS))
        .play();
    vec![contest]
}
