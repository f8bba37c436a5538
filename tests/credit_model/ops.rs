//! What can happen, with small numbers so that things meet.

use obligor::credit::LimitKind;
use obligor::policy::{Checkpoint, Status};
use proptest::prelude::*;

use super::life::What;

pub(crate) const ACCOUNTS: [(&str, &str); 5] =
    [("C0", "DKK"), ("C1", "DKK"), ("C2", "EUR"), ("C3", "SEK"), ("C4", "EUR")];
pub(crate) const POOLS: [(&str, &str); 3] = [("WORLD", "EUR"), ("NORDIC", "DKK"), ("RETAIL", "EUR")];

#[derive(Debug, Clone)]
pub(crate) enum Op {
    Wait {
        milliseconds: i64,
    },
    Account {
        account: u8,
        status: Status,
        score: Option<i32>,
        pools: u8,
    },
    Rates {
        pool: u8,
        rates: u8,
    },
    Limit {
        owner: u8,
        kind: LimitKind,
        amount: Option<i64>,
        from: Option<i32>,
        to: Option<i32>,
        share: u32,
    },
    Item {
        account: u8,
        item: u8,
        debit: bool,
        residual: i64,
        due: i32,
        disputed: bool,
        level: u8,
        blocked: bool,
        delivered: Option<i32>,
    },
    Order {
        account: Option<u8>,
        document: u8,
        what: What,
    },
    List {
        orders: Vec<(u8, u8, i64)>,
        all: bool,
    },
    Expire,
    Again {
        account: Option<u8>,
        active: bool,
    },
    Retry {
        back: usize,
    },
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 1..500_00_i64, 1 => 1..60_00_i64, 1 => Just(0), 1 => (1..9_i64).prop_map(|n| n * 50_00)]
}

fn what() -> impl Strategy<Value = What> {
    let expires = || proptest::option::weighted(0.3, 1..6 * 86_400_000_i64);
    let ships = || proptest::option::weighted(0.4, 0..50_i32);
    let foreign = prop_oneof![
        8 => Just(None),
        1 => Just(Some(None)),
        1 => prop_oneof![Just("7.4605"), Just("0.5"), Just("0.134")].prop_map(|rate| Some(Some(rate))),
    ];
    let to = prop_oneof![8 => Just(0_usize), 1 => 1..4_usize];
    let at = proptest::sample::select(Checkpoint::ALL.to_vec());
    prop_oneof![
        8 => (amount(), foreign, expires(), ships(), to)
            .prop_map(|(amount, foreign, expires, ships, to)| What::Reserve { amount, foreign, expires, ships, to }),
        3 => (amount(), expires(), ships()).prop_map(|(amount, expires, ships)| What::Change { amount, expires, ships }),
        8 => (
            proptest::option::weighted(0.25, 0..5_usize),
            prop_oneof![1 => Just(0_usize), 3 => Just(1), 2 => Just(2), 4 => Just(3), 4 => Just(4)],
            proptest::option::weighted(0.5, 1..300_00_i64),
            0..6_u8,
            proptest::option::weighted(0.9, -20..40_i32),
        )
            .prop_map(|(from, to, amount, item, due)| What::Convert { from, to, amount, item, due }),
        2 => Just(What::Cancel),
        2 => amount().prop_map(|amount| What::Reopen { amount }),
        5 => at.prop_map(|at| What::Pass { at }),
        1 => Just(What::Hold),
        4 => (0..2_u8, 0..3_u8, any::<bool>())
            .prop_map(|(user, role, lifts_stop)| What::Release { user, role, lifts_stop }),
        1 => Just(What::Reject),
        2 => Just(What::Reevaluate),
    ]
}

fn limit() -> impl Strategy<Value = Op> {
    let kind = prop_oneof![4 => Just(LimitKind::Base), 1 => Just(LimitKind::Temporary), 2 => Just(LimitKind::Insured)];
    let amount = prop_oneof![6 => (0..30_i64).prop_map(|n| Some(n * 40_00)), 1 => Just(Some(0)), 1 => Just(None)];
    let from = proptest::option::weighted(0.5, -10..20_i32);
    let days = proptest::option::weighted(0.5, 0..25_i32);
    let share = prop_oneof![Just(10_000_u32), 1..10_000_u32];
    (0..8_u8, kind, amount, from, days, share).prop_map(|(owner, kind, amount, from, days, share)| {
        let insured = kind == LimitKind::Insured;
        Op::Limit {
            owner,
            kind,
            amount: if insured { amount.or(Some(90_00)) } else { amount },
            from,
            to: days.map(|days| from.unwrap_or(0) + days),
            share: if insured { share } else { 10_000 },
        }
    })
}

pub(crate) fn any_op() -> impl Strategy<Value = Op> {
    let account = || 0..5_u8;
    let status = prop_oneof![
        6 => Just(Status::Ok),
        1 => Just(Status::Watch),
        1 => Just(Status::Hold),
        1 => Just(Status::Stop),
        1 => Just(Status::NoCheck),
    ];
    let wait = prop_oneof![3 => 1..3_600_000_i64, 2 => 1..4 * 86_400_000_i64, 1 => Just(20 * 86_400_000)];
    prop_oneof![
        3 => wait.prop_map(|milliseconds| Op::Wait { milliseconds }),
        2 => (account(), status, proptest::option::of(0..100_i32), 0..8_u8)
            .prop_map(|(account, status, score, pools)| Op::Account { account, status, score, pools }),
        1 => (0..3_u8, 0..8_u8).prop_map(|(pool, rates)| Op::Rates { pool, rates }),
        4 => limit(),
        4 => (
            (account(), 0..6_u8, proptest::bool::weighted(0.75)),
            (prop_oneof![2 => 0..200_00_i64, 1 => Just(0)], -40..30_i32, proptest::bool::weighted(0.2)),
            (0..4_u8, proptest::bool::weighted(0.2), proptest::option::weighted(0.3, -15..1_i32)),
        )
            .prop_map(|((account, item, debit), (residual, due, disputed), (level, blocked, delivered))| Op::Item {
                account, item, debit, residual, due, disputed, level, blocked, delivered,
            }),
        26 => (proptest::option::weighted(0.05, account()), 0..12_u8, what())
            .prop_map(|(account, document, what)| Op::Order { account, document, what }),
        1 => (proptest::collection::vec((account(), 0..12_u8, amount()), 1..5), any::<bool>())
            .prop_map(|(orders, all)| Op::List { orders, all }),
        1 => Just(Op::Expire),
        2 => (proptest::option::of(account()), any::<bool>()).prop_map(|(account, active)| Op::Again { account, active }),
        1 => (0..20_usize).prop_map(|back| Op::Retry { back }),
    ]
}
