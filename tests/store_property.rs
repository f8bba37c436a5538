//! Random histories: whatever happens in whatever order, the kept buckets are those that items and chains come to.

mod store_common;

use obligor::calendar::{Day, Instant};
use obligor::credit::{Chain, ChainState};
use obligor::store::{AccountKey, Ask, Effects, Item, ItemKind, OrderRecord, Step, Store};
use proptest::prelude::*;
use store_common::*;

/// Something that happens to the store.
#[derive(Debug, Clone)]
enum Act {
    Reserve { customer: u8, document: u8, amount: i64, expires: Option<i64> },
    Deliver { customer: u8, document: u8, amount: i64 },
    Invoice { customer: u8, document: u8, due: i32 },
    Pay { customer: u8, number: u8, residual: i64 },
    Fail { customer: u8 },
    Import { items: Vec<(u8, u8, u8, i64, i32)>, orders: Vec<(u8, u8, i64, i64)>, complete: bool, keep: bool },
    Expire { most: u32 },
    Retry,
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..3_u8;
    let document = 0..6_u8;
    let amount = prop_oneof![0..500_i64, Just(i64::MAX / 3)];
    prop_oneof![
        4 => (who.clone(), document.clone(), amount.clone(), proptest::option::of(0..40_i64)).prop_map(
            |(customer, document, amount, expires)| Act::Reserve { customer, document, amount, expires }
        ),
        3 => (who.clone(), document.clone(), 0..300_i64)
            .prop_map(|(customer, document, amount)| Act::Deliver { customer, document, amount }),
        3 => (who.clone(), document.clone(), -40..40_i32)
            .prop_map(|(customer, document, due)| Act::Invoice { customer, document, due }),
        2 => (who.clone(), document.clone(), 0..400_i64)
            .prop_map(|(customer, number, residual)| Act::Pay { customer, number, residual }),
        1 => who.clone().prop_map(|customer| Act::Fail { customer }),
        2 => (
            proptest::collection::vec((0..4_u8, 0..6_u8, 0..3_u8, amount.clone(), -40..40_i32), 0..6),
            proptest::collection::vec((0..4_u8, 0..6_u8, amount, 0..90_i64), 0..4),
            any::<bool>(),
            proptest::bool::weighted(0.8),
        )
            .prop_map(|(items, orders, complete, keep)| Act::Import { items, orders, complete, keep }),
        1 => (0..4_u32).prop_map(|most| Act::Expire { most }),
        1 => Just(Act::Retry),
    ]
}

fn name(customer: u8) -> String {
    format!("C{customer}")
}

fn document(number: u8) -> String {
    format!("SO-{number}")
}

fn kind(number: u8) -> ItemKind {
    [ItemKind::Invoice, ItemKind::CreditNote, ItemKind::Payment][usize::from(number % 3)]
}

/// An ask at a moment and on a day that both move on, and sometimes back.
fn when(customer: u8, about: &str, round: usize) -> Ask {
    let round = i32::try_from(round).unwrap();
    let grace = if round % 7 == 3 { -15 } else { 0 };
    Ask { overdue_to: TODAY.plus(round + grace), now: Instant(NOW.0 + i64::from(round)), ..ask(&name(customer), about) }
}

/// Moves what an order holds by a rule.
fn change(ask: Ask, rule: impl Fn(&mut Chain) -> Option<Item> + Send + Sync + 'static) -> Step {
    Step {
        ask,
        plan: Box::new(move |facts| {
            let Some(mut chain) = facts.chain.clone() else { return Ok(Effects::default()) };
            if facts.account.as_ref().is_none_or(|account| account.id != chain.account) {
                return Ok(Effects::default());
            }
            let items = rule(&mut chain).into_iter().collect();
            Ok(Effects { granted: true, chain: Some(chain), items, ..Effects::default() })
        }),
    }
}

fn step(act: &Act, round: usize) -> Option<Step> {
    Some(match act {
        Act::Reserve { customer, document: number, amount, expires } => {
            let round_time = i64::try_from(round).unwrap();
            let expires = expires.map(|after| Instant(NOW.0 + round_time + 1 + after));
            let made = expiring_reservation(&name(*customer), &document(*number), *amount, expires);
            Step { ask: when(*customer, &document(*number), round), plan: made.plan }
        }
        Act::Deliver { customer, document: number, amount } => {
            let amount = *amount;
            change(when(*customer, &document(*number), round), move |chain| {
                let moved = amount.min(chain.ordered);
                chain.ordered -= moved;
                chain.delivered += moved;
                None
            })
        }
        Act::Invoice { customer, document: number, due } => {
            let invoice = item(&name(*customer), &document(*number), ItemKind::Invoice, 0, TODAY.plus(*due));
            change(when(*customer, &document(*number), round), move |chain| {
                let amount = std::mem::take(&mut chain.delivered);
                chain.invoiced = chain.invoiced.saturating_add(amount);
                Some(Item { amount, residual: amount, ..invoice.clone() })
            })
        }
        Act::Pay { customer, number, residual } => {
            let paid = item(&name(*customer), &document(*number), ItemKind::Invoice, *residual, TODAY);
            Step {
                ask: when(*customer, "", round),
                plan: Box::new(move |_| Ok(Effects { granted: true, items: vec![paid.clone()], ..Effects::default() })),
            }
        }
        Act::Fail { customer } => Step { ask: when(*customer, "", round), ..failing("") },
        Act::Import { .. } | Act::Expire { .. } | Act::Retry => return None,
    })
}

fn import(store: &dyn Store, act: &Act) {
    let Act::Import { items, orders, complete, keep } = act else { return };
    let result = store.load(
        &mut |load| {
            for (customer, number, which, residual, due) in items {
                // Refused rows, of customers that are not there or too large, leave no trace.
                let put = item(&name(*customer), &document(*number), kind(*which), *residual, TODAY.plus(*due));
                let _ = load.put_item(&put);
            }
            for (customer, number, ordered, delivered) in orders {
                let delivered =
                    OrderRecord { delivered: *delivered, ..order(&name(*customer), &document(*number), *ordered) };
                let _ = load.put_order(&delivered);
            }
            if *complete {
                load.close_items_not_put(COMPANY)?;
                load.cancel_orders_not_put(COMPANY)?;
            }
            if *keep { Ok(()) } else { Err(obligor::error::Error::argument("no")) }
        },
        soon(),
    );
    assert_eq!(result.is_ok(), *keep, "{result:?}");
}

fn histories(acts: &[Act]) {
    let fresh = fresh();
    let store = &fresh.store;
    for customer in 0..3 {
        debtor(store, &name(customer), 4_000_000_000_000_000_000);
    }
    let mut last: Option<(Act, usize)> = None;
    for (round, act) in acts.iter().enumerate() {
        match act {
            Act::Import { .. } => import(store, act),
            Act::Expire { most } => {
                store.expire(Instant(NOW.0 + i64::try_from(round).unwrap()), *most, soon()).unwrap();
            }
            Act::Retry => {
                if let Some((act, round)) = &last {
                    let key = format!("k{round}");
                    let again = run(store, keyed(step(act, *round).unwrap(), &key, 1)).unwrap();
                    assert!(again.repeated);
                }
            }
            _ => {
                let seen = match act {
                    Act::Reserve { customer, document: number, .. } => {
                        Some(store.facts(&when(*customer, &document(*number), round), soon()).unwrap())
                    }
                    _ => None,
                };
                let key = format!("k{round}");
                let written = run(store, keyed(step(act, round).unwrap(), &key, 1));
                if let Ok(written) = &written {
                    last = Some((act.clone(), round));
                    let Act::Reserve { customer, amount, .. } = act else { continue };
                    // Reading before and writing after agree.
                    let (before, after) = (seen.unwrap().account.unwrap(), written.account.clone().unwrap());
                    let granted = if approved(written) { *amount } else { 0 };
                    assert_eq!(before.buckets.ordered + granted, after.buckets.ordered);
                    assert_eq!(before.buckets.overdue, after.buckets.overdue);
                    assert_eq!(store.facts(&when(*customer, "", round), soon()).unwrap().account.unwrap(), after);
                }
            }
        }
    }
    assert_sound(store);
    // What everything comes to, read as of any day, is what a fresh sum over the open items comes to.
    for customer in 0..3 {
        for days in [-50, -10, 0, 10, 50] {
            let overdue_to = TODAY.plus(days);
            let account = store.facts(&Ask { overdue_to, ..when(customer, "", 0) }, soon()).unwrap().account.unwrap();
            let items = store.items(account.id, 1000).unwrap();
            let sum = |wanted: &dyn Fn(&Item) -> bool| -> i64 {
                items.iter().filter(|item| wanted(item)).map(|item| item.residual).sum()
            };
            let overdue = |item: &Item| item.kind == ItemKind::Invoice && item.due <= overdue_to;
            assert_eq!(account.buckets.overdue, sum(&overdue));
            assert_eq!(account.buckets.open, sum(&|item| item.kind == ItemKind::Invoice && !overdue(item)));
            assert_eq!(account.buckets.unapplied, sum(&|item| item.kind != ItemKind::Invoice));
            let earliest = items.iter().filter(|item| overdue(item)).map(|item| item.due).min();
            assert_eq!(account.oldest_overdue, earliest);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn kept_buckets_are_what_items_and_chains_come_to(acts in proptest::collection::vec(act(), 1..40)) {
        histories(&acts);
    }
}

#[test]
fn the_number_of_items_does_not_change_what_a_step_reads() {
    // Not a benchmark: the same history over few and many items answers the same.
    let fresh = fresh();
    let store = &fresh.store;
    debtor(store, "10", 1_000_000);
    debtor(store, "11", 1_000_000);
    store
        .load(
            &mut |load| {
                for n in 0..5000 {
                    load.put_item(&item("11", &format!("I-{n}"), ItemKind::Invoice, 1, Day(n)))?;
                }
                load.put_item(&item("10", "I", ItemKind::Invoice, 5000, Day(0))).map(drop)
            },
            soon(),
        )
        .unwrap();
    let answers = ["10", "11"].map(|customer| {
        let written = run(store, reservation(customer, &format!("SO-{customer}"), 400)).unwrap();
        let account = written.account.unwrap();
        (account.buckets, account.oldest_overdue, account.next_due)
    });
    assert_eq!(answers[0], answers[1]);
    let key = AccountKey { company: COMPANY.to_owned(), customer: "11".to_owned() };
    assert_eq!(store.items(store.resolve(&key, soon()).unwrap().unwrap(), 3).unwrap().len(), 3);
    let chain = store.facts(&ask("11", "SO-11"), soon()).unwrap().chain.unwrap();
    assert_eq!((chain.state, chain.ordered), (ChainState::Active, 400));
}
