//! A clock that jumps back: somebody set it, or a virtual machine was put back.

use std::time::Duration;

use obligor::calendar::{Clock, Instant};
use obligor::credit::ChainState;
use obligor::engine::{Engine, Keeper, OrderRequest, Source};
use obligor::policy::Policy;
use obligor::reason::Outcome;
use obligor::store::EventKind;

use crate::assert_sound;
use crate::common::places::{Home, Place, on_both};
use crate::common::{Hand, customer, key, order};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A host of a credit state, with a clock of its own. What memory holds may be so old.
fn host(home: &Home, clock: &Hand, memory: &str) -> Engine {
    let text =
        Policy::standard().unwrap().text.replace("memory_max_age = \"5 s\"", &format!("memory_max_age = {memory:?}"));
    let (policy, keeper) = (Policy::parse(&text).unwrap(), Keeper::new(&[7; 32]).unwrap());
    Engine::with(home.store(), policy.into(), Box::new(clock.clone()), keeper, 0, Duration::from_secs(20)).unwrap()
}

fn ask(engine: &Engine, document: &str, amount: &str, expires: Option<Instant>) -> Outcome {
    let asked = OrderRequest { expires, ..order("hot", document, document, amount) };
    engine.reserve(&asked).unwrap().decision.outcome
}

fn exposure(engine: &Engine) -> String {
    engine.position_of(engine.resolve(&key("hot")).unwrap()).unwrap().exposure.to_string()
}

on_both!(a_reservation_runs_out_once_and_its_room_is_given_once);
fn a_reservation_runs_out_once_and_its_room_is_given_once(place: Place) {
    let (home, clock) = (Home::new(place), Hand::default());
    let engine = host(&home, &clock, "5 s");
    customer(&engine, "hot", "100.00 DKK");
    let in_an_hour = Instant(clock.now().0 + HOUR);
    assert_eq!(ask(&engine, "SO-1", "60.00 DKK", Some(in_an_hour)), Outcome::Approve);
    // It has run out where nobody wrote that down, and has not when the clock is back.
    clock.set(2 * HOUR);
    assert_eq!(exposure(&engine), "0.00 DKK");
    clock.set(0);
    assert_eq!(exposure(&engine), "60.00 DKK");
    assert_eq!(ask(&engine, "SO-2", "60.00 DKK", None), Outcome::Refuse);
    // Its room goes to another order. From then on it is gone, by any clock.
    clock.set(2 * HOUR);
    assert_eq!(ask(&engine, "SO-3", "60.00 DKK", None), Outcome::Approve);
    for minutes in [0, -120, 59, 61, -1, 180, 0] {
        clock.set(minutes * MINUTE);
        assert_eq!(exposure(&engine), "60.00 DKK", "{minutes}");
        assert_eq!(engine.expire(None).unwrap(), (0, false), "{minutes}");
        let name = format!("SO-{minutes}");
        assert_eq!(ask(&engine, &name, "60.00 DKK", None), Outcome::Refuse, "{minutes}");
        let again =
            engine.reserve(&OrderRequest { expires: Some(in_an_hour), ..order("hot", "SO-1", "SO-1", "60.00 DKK") });
        let again = again.unwrap();
        assert!(again.repeated && again.decision.outcome == Outcome::Approve, "what was said stays said");
        let state = engine.check(&order("hot", "SO-1", "", "60.00 DKK")).unwrap().state;
        assert_eq!(state, Some(ChainState::Expired), "{minutes}");
    }
    let expired = engine.events(0, 100).unwrap().into_iter().filter(|event| event.kind == EventKind::Expired);
    assert_eq!(expired.map(|event| event.document).collect::<Vec<_>>(), ["SO-1"]);
    assert_sound(&engine);
}

on_both!(decisions_and_events_stay_in_the_order_they_were_made);
fn decisions_and_events_stay_in_the_order_they_were_made(place: Place) {
    let (home, clock) = (Home::new(place), Hand::default());
    let engine = host(&home, &clock, "5 s");
    customer(&engine, "hot", "1000000.00 DKK");
    let mut made = Vec::new();
    for (number, hours) in [0, 5, -24, 3, 3, -8760, 0].into_iter().enumerate() {
        clock.set(hours * HOUR);
        let name = format!("SO-{number}");
        made.push(engine.reserve(&order("hot", &name, &name, "1.00 DKK")).unwrap().decision_id.unwrap());
        let hold = OrderRequest {
            user: "eva".into(),
            reason: "called".into(),
            amount: None,
            ..order("hot", &name, &format!("{name}-h"), "1.00 DKK")
        };
        made.push(engine.hold(&hold).unwrap().decision_id.unwrap());
    }
    assert!(made.is_sorted(), "{made:?}");
    let id = engine.resolve(&key("hot")).unwrap();
    let mut kept: Vec<u64> = engine.decisions(id, 100).unwrap().iter().map(|decision| decision.id).collect();
    kept.reverse();
    assert_eq!(kept, made);
    for decision in made {
        assert!(engine.replay(decision).unwrap().same, "{decision}");
    }
    let events = engine.events(0, 100).unwrap();
    let held: Vec<&str> =
        events.iter().filter(|event| event.kind == EventKind::Held).map(|event| event.document.as_str()).collect();
    assert_eq!(held, ["SO-0", "SO-1", "SO-2", "SO-3", "SO-4", "SO-5", "SO-6"]);
    assert_sound(&engine);
}

on_both!(memory_is_no_younger_by_a_clock_that_was_set_back);
fn memory_is_no_younger_by_a_clock_that_was_set_back(place: Place) {
    let (home, clock, right) = (Home::new(place), Hand::default(), Hand::default());
    let engine = host(&home, &clock, "5 s");
    customer(&engine, "hot", "100.00 DKK");
    // On a server somebody else writes, whose clock is right; in a file the same engine does.
    let other = (place == Place::Server).then(|| host(&home, &right, "5 s"));
    let other = other.as_ref().unwrap_or(&engine);
    clock.set(HOUR);
    engine.warm().unwrap();
    let question = order("hot", "", "", "60.00 DKK");
    assert_eq!(engine.check(&question).unwrap().source, Source::Memory);
    clock.set(0);
    assert!(engine.check(&question).unwrap().facts_at <= clock.now(), "nobody knows what is to come");
    assert_eq!(ask(other, "SO-1", "60.00 DKK", None), Outcome::Approve);
    // Later than memory may be old, and long before the moment at which it was last heard of others.
    for minutes in [1, 10, 59] {
        clock.set(minutes * MINUTE);
        let answer = engine.check(&question).unwrap();
        assert_eq!(answer.decision.outcome, Outcome::Refuse, "{minutes}");
        assert_eq!(answer.facts_at, clock.now());
    }
}

/// Set back by just as much as went by, so that by the clock no time has.
#[test]
fn memory_grows_old_though_the_clock_does_not() {
    let _alone = Place::alone();
    let (home, clock, right) = (Home::new(Place::Server), Hand::default(), Hand::default());
    let engine = host(&home, &clock, "200 ms");
    customer(&engine, "hot", "100.00 DKK");
    let other = host(&home, &right, "200 ms");
    engine.warm().unwrap();
    assert_eq!(ask(&other, "SO-1", "60.00 DKK", None), Outcome::Approve);
    std::thread::sleep(Duration::from_millis(250));
    assert_eq!(engine.check(&order("hot", "", "", "60.00 DKK")).unwrap().decision.outcome, Outcome::Refuse);
}
