//! Two screens that ask for the same last money: threads of one process on a file, two hosts on a server.
//!
//! With `OBLIGOR_PROOF=long` a hundred thousand pairs race on the file; otherwise two thousand. On the server, where every
//! answer takes a way over a wire, a tenth of them.

mod common;

use std::sync::Barrier;

use common::places::{Place, on_both};
use common::{Desk, NOON, open, order};
use obligor::engine::OrderRequest;
use obligor::reason::Outcome;

/// How many pairs race: a long proof races more.
fn pairs(place: Place) -> usize {
    let pairs = if std::env::var("OBLIGOR_PROOF").as_deref() == Ok("long") { 100_000 } else { 2_000 };
    if place == Place::Server { pairs / 10 } else { pairs }
}

on_both!(two_screens_never_spend_the_same_last_crown);
/// Two screens ask for the last money of one customer at once; exactly one gets it, every time.
fn two_screens_never_spend_the_same_last_crown(place: Place) {
    let desk = Desk::new(place);
    desk.customer("hot", "100.00 DKK");
    let other_host = (place == Place::Server).then(|| open(&desk.home, NOON));
    let engines = [&desk.engine, other_host.as_ref().unwrap_or(&desk.engine)];
    let pairs = pairs(place);
    let start = Barrier::new(2);
    let granted: Vec<Vec<bool>> = std::thread::scope(|scope| {
        let screens: Vec<_> = (0..2)
            .map(|screen| {
                let (engine, start) = (engines[screen], &start);
                scope.spawn(move || {
                    let mut granted = Vec::with_capacity(pairs);
                    for pair in 0..pairs {
                        start.wait();
                        let document = format!("SO-{pair}-{screen}");
                        let answer = engine.reserve(&order("hot", &document, &document, "60.00 DKK")).unwrap();
                        let won = answer.decision.outcome == Outcome::Approve;
                        start.wait();
                        if won {
                            let free = OrderRequest {
                                amount: None,
                                ..order("hot", &document, &format!("{document}-free"), "0 DKK")
                            };
                            engine.cancel(&free).unwrap();
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
