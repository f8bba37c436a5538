//! Threads of one process that ask for the same last money.
//!
//! With `OBLIGOR_PROOF=long` a hundred thousand pairs race; otherwise two thousand.

mod common;

use std::sync::Barrier;

use common::{Desk, order};
use obligor::engine::OrderRequest;
use obligor::reason::Outcome;

/// How many pairs race: a long proof races more.
fn pairs() -> usize {
    if std::env::var("OBLIGOR_PROOF").as_deref() == Ok("long") { 100_000 } else { 2_000 }
}

/// Two screens ask for the last money of one customer at once; exactly one gets it, every time.
#[test]
fn two_screens_never_spend_the_same_last_crown() {
    let desk = Desk::in_memory();
    desk.customer("hot", "100.00 DKK");
    let pairs = pairs();
    let start = Barrier::new(2);
    let granted: Vec<Vec<bool>> = std::thread::scope(|scope| {
        let screens: Vec<_> = (0..2)
            .map(|screen| {
                let (desk, start) = (&desk, &start);
                scope.spawn(move || {
                    let mut granted = Vec::with_capacity(pairs);
                    for pair in 0..pairs {
                        start.wait();
                        let document = format!("SO-{pair}-{screen}");
                        let answer = desk.engine.reserve(&order("hot", &document, &document, "60.00 DKK")).unwrap();
                        let won = answer.decision.outcome == Outcome::Approve;
                        start.wait();
                        if won {
                            let free = OrderRequest {
                                amount: None,
                                ..order("hot", &document, &format!("{document}-free"), "0 DKK")
                            };
                            desk.engine.cancel(&free).unwrap();
                        }
                        granted.push(won);
                    }
                    granted
                })
            })
            .collect();
        screens.into_iter().map(|screen| screen.join().unwrap()).collect()
    });
    assert_eq!(granted[0].len(), pairs);
    for (pair, (one, other)) in granted[0].iter().zip(&granted[1]).enumerate() {
        assert!(one != other, "pair {pair}: {one} and {other}");
    }
    assert_eq!(desk.exposure("hot"), "0.00 DKK");
    assert_eq!(desk.engine.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
}
