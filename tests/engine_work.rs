//! The credit department's work through the engine, on a real store: hold, release, ask again, another payer, limits for
//! two people, events.

mod common;

use common::places::{Place, on_both};
use common::{Desk, call, order};
use obligor::engine::{OrderRequest, PolicySource};
use obligor::error::ErrorKind;
use obligor::reason::{Code, Outcome};
use serde_json::{Value, json};

/// Over the limit waits for a controller; large releases need two; limits grow by a tenth with one person.
const RULES: &str = r#"
[facts]
grace_days = 0
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "0 s"
unknown_customer = "refuse"
limit_missing = "hold"
currency_mismatch = "hold"
[[rule]]
name = "limit"
when = "over_limit"
tolerance = "0 %"
then = "hold"
release_by = "controller"
[[rule]]
name = "stopped"
when = "status"
is = "stop"
then = "refuse"
release_by = "manager"
[[rule]]
name = "weak"
when = "score"
below = 20
then = "hold"
release_by = "manager"
[release]
ranks = ["manager", "controller"]
valid_days = 5
deviation = "10 %"
four_eyes_above = ["5000.00 DKK"]
[limits]
approval_increase = "10 %"
approval_above = ["20000.00 DKK"]
[collection]
hand_over_days = 14
remind_days = 7
"#;

fn desk(place: Place) -> Desk {
    let desk = Desk::new(place).under(common::NOON, PolicySource::Text(format!("{}{RULES}", common::FRAME)));
    desk.customer("100", "1000.00 DKK");
    desk
}

fn by(user: &str, role: &str, document: &str, key: &str) -> OrderRequest {
    OrderRequest {
        amount: None,
        user: user.to_owned(),
        role: role.to_owned(),
        reason: "known for years".to_owned(),
        ..order("100", document, key, "1.00 DKK")
    }
}

fn held(desk: &Desk) -> Vec<Value> {
    call(&desk.engine, "order.held", json!({ "company": "NW01" })).as_array().unwrap().clone()
}

fn kinds(events: &Value) -> Vec<&str> {
    events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

on_both!(a_held_order_is_listed_with_its_reasons_and_released_by_who_may);
fn a_held_order_is_listed_with_its_reasons_and_released_by_who_may(place: Place) {
    let desk = desk(place);
    let waits = desk.engine.reserve(&order("100", "SO-1", "1", "1500.00 DKK")).unwrap();
    assert_eq!(waits.decision.outcome, Outcome::Hold);
    assert_eq!(desk.exposure("100"), "0.00 DKK", "a held order holds nothing");
    let listed = held(&desk);
    assert_eq!(listed[0]["reasons"][0]["code"], "over_limit");
    assert_eq!(listed[0]["release_by"], json!(["controller"]));
    assert_eq!((listed[0]["age_days"].as_i64(), listed[0]["ready"].as_bool()), (Some(0), Some(false)));

    let clerk = desk.engine.release(&by("carl", "clerk", "SO-1", "2")).unwrap_err();
    assert_eq!(clerk.kind(), ErrorKind::Forbidden);
    assert!(clerk.message().contains("controller"), "{clerk}");
    let manager = desk.engine.release(&by("maja", "manager", "SO-1", "3")).unwrap();
    assert_eq!(manager.decision.outcome, Outcome::Approve);
    assert!(manager.decision.reasons.iter().any(|reason| reason.code == Code::Released));
    assert_eq!(desk.exposure("100"), "1500.00 DKK");
    assert!(held(&desk).is_empty());

    // The release is honoured up to a tenth more, and no further.
    let more =
        |amount: &str, key: &str| desk.engine.change(&order("100", "SO-1", key, amount)).unwrap().decision.outcome;
    assert_eq!(more("1650.00 DKK", "4"), Outcome::Approve);
    assert_eq!(more("1650.01 DKK", "5"), Outcome::Hold);
    assert_eq!(desk.exposure("100"), "1650.00 DKK");
    let replayed = desk.engine.replay(manager.decision_id.unwrap()).unwrap();
    assert!(replayed.same);
}

on_both!(a_large_release_needs_two_people);
fn a_large_release_needs_two_people(place: Place) {
    let desk = desk(place);
    desk.engine.reserve(&order("100", "SO-1", "1", "5000.01 DKK")).unwrap();
    let first = desk.engine.release(&by("maja", "manager", "SO-1", "2")).unwrap();
    assert_eq!(first.decision.outcome, Outcome::Hold);
    assert!(first.decision.reasons.iter().any(|reason| reason.code == Code::SecondPerson));
    assert_eq!(held(&desk)[0]["released_by"], "maja");
    let again = desk.engine.release(&by("maja", "manager", "SO-1", "3")).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Forbidden);
    let second = desk.engine.release(&by("carl", "controller", "SO-1", "4")).unwrap();
    assert_eq!(second.decision.outcome, Outcome::Approve);
    assert_eq!(desk.exposure("100"), "5000.01 DKK");
}

on_both!(a_persons_hold_survives_everything_but_a_person);
fn a_persons_hold_survives_everything_but_a_person(place: Place) {
    let desk = desk(place);
    desk.engine.reserve(&order("100", "SO-1", "1", "400.00 DKK")).unwrap();
    let stopped = desk.engine.hold(&by("carl", "controller", "SO-1", "2")).unwrap();
    assert_eq!(stopped.decision.outcome, Outcome::Hold);
    assert_eq!(desk.exposure("100"), "0.00 DKK");
    let done = call(&desk.engine, "work.reevaluate", json!({ "company": "NW01" }));
    assert_eq!((&done["released"], &done["waiting"]), (&json!([]), &json!(1)));
    assert_eq!(held(&desk)[0]["ready"], true);
    assert_eq!(held(&desk)[0]["forced_hold"], "known for years");
    desk.engine.release(&by("carl", "controller", "SO-1", "3")).unwrap();
    assert_eq!(desk.exposure("100"), "400.00 DKK");
    let rejected = desk.engine.reject(&by("carl", "controller", "SO-1", "4")).unwrap_err();
    assert_eq!(rejected.kind(), ErrorKind::State, "it does not wait");
}

on_both!(asking_again_releases_the_oldest_first_until_the_room_is_used);
fn asking_again_releases_the_oldest_first_until_the_room_is_used(place: Place) {
    let desk = desk(place);
    desk.customer("200", "1000.00 DKK");
    desk.engine.reserve(&order("200", "SO-0", "0", "1000.00 DKK")).unwrap();
    for (document, key, amount) in
        [("SO-1", "1", "600.00 DKK"), ("SO-2", "2", "500.00 DKK"), ("SO-3", "3", "400.00 DKK")]
    {
        let waits = desk.engine.reserve(&order("200", document, key, amount)).unwrap();
        assert_eq!(waits.decision.outcome, Outcome::Hold);
    }
    desk.engine.cancel(&order("200", "SO-0", "c", "1000.00 DKK")).unwrap();
    let recorded = call(&desk.engine, "stats", json!({}))["decisions"].clone();
    let again = || call(&desk.engine, "work.reevaluate", json!({ "company": "NW01", "customer": "200" }));
    assert_eq!(again(), json!({ "asked": 3, "released": ["SO-1", "SO-3"], "held": [], "waiting": 1, "more": false }));
    assert_eq!(desk.exposure("200"), "1000.00 DKK");
    assert_eq!(again()["released"], json!([]));
    let after = call(&desk.engine, "stats", json!({}))["decisions"].as_u64().unwrap();
    assert_eq!(after, recorded.as_u64().unwrap() + 2, "what changes nothing is not recorded");

    // A falling score: what was not shipped waits, what was goes on.
    let score = json!({ "profile": { "score": 10 } });
    desk.engine
        .convert(&OrderRequest {
            to: Some(obligor::credit::Stage::Delivered),
            ..order("200", "SO-1", "9", "100.00 DKK")
        })
        .unwrap();
    common::put_account(&desk.engine, "200", "1.00 DKK", score);
    let weaker = call(&desk.engine, "work.reevaluate", json!({ "company": "NW01", "customer": "200", "active": true }));
    assert_eq!(weaker["held"], json!(["SO-3"]));
    assert_eq!(desk.exposure("200"), "600.00 DKK");
}

on_both!(another_payer_takes_the_order_over_or_nothing_happens);
fn another_payer_takes_the_order_over_or_nothing_happens(place: Place) {
    let desk = desk(place);
    desk.customer("200", "300.00 DKK");
    desk.engine.reserve(&order("100", "SO-1", "1", "400.00 DKK")).unwrap();
    let no = desk.engine.transfer(&order("200", "SO-1", "2", "400.00 DKK")).unwrap();
    assert_eq!((no.decision.outcome, no.decision_id), (Outcome::Hold, None));
    assert_eq!((desk.exposure("100"), desk.exposure("200")), ("400.00 DKK".to_owned(), "0.00 DKK".to_owned()));
    let yes = desk.engine.transfer(&order("200", "SO-1", "3", "300.00 DKK")).unwrap();
    assert_eq!(yes.decision.outcome, Outcome::Approve);
    assert_eq!((desk.exposure("100"), desk.exposure("200")), ("0.00 DKK".to_owned(), "300.00 DKK".to_owned()));
    let again = desk.engine.transfer(&order("200", "SO-1", "3", "300.00 DKK")).unwrap();
    assert_eq!((again.repeated, again.decision_id), (true, yes.decision_id));
    let other = desk.engine.transfer(&order("200", "SO-1", "3", "299.00 DKK")).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::KeyConflict);
    assert!(desk.engine.verify(&mut |_, _| true).unwrap().faults.is_empty());
}

on_both!(a_limit_that_grows_much_waits_for_a_second_person);
fn a_limit_that_grows_much_waits_for_a_second_person(place: Place) {
    let desk = desk(place);
    let put = |limit: &str, user: &str| {
        let request = json!({ "company": "NW01", "customer": "100", "limit": limit, "user": user });
        desk.engine.call("limit.put", &request.to_string())
    };
    assert_eq!(put("1100.00 DKK", "maja").unwrap(), r#""changed""#);
    assert_eq!(put("1210.01 DKK", "").unwrap_err().kind(), ErrorKind::Argument, "nobody is named");
    assert_eq!(put("1210.01 DKK", "maja").unwrap(), r#""waiting""#);
    assert_eq!(put("500.00 DKK", "maja").unwrap(), r#""changed""#, "lower is for one");
    let limit = || {
        call(&desk.engine, "account.get", json!({ "account": { "company": "NW01", "customer": "100" } }))["limit"]
            .clone()
    };
    assert_eq!(limit(), "500.00 DKK");
    let waiting = call(&desk.engine, "limit.waiting", json!({}));
    let id = waiting[0]["id"].clone();
    assert_eq!((&waiting[0]["limit"], &waiting[0]["user"]), (&json!("1210.01 DKK"), &json!("maja")));
    let decide =
        |user: &str| desk.engine.call("limit.decide", &json!({ "id": id, "user": user, "approve": true }).to_string());
    assert_eq!(decide("maja").unwrap_err().kind(), ErrorKind::Forbidden);
    decide("carl").unwrap();
    assert_eq!(limit(), "1210.01 DKK");
    assert_eq!(decide("carl").unwrap_err().kind(), ErrorKind::NotFound);
}

on_both!(people_are_told_once_and_until_they_say_that_they_heard);
fn people_are_told_once_and_until_they_say_that_they_heard(place: Place) {
    let desk = desk(place);
    let next = || call(&desk.engine, "event.next", json!({ "consumer": "crm" }));
    desk.engine.reserve(&order("100", "SO-1", "1", "900.00 DKK")).unwrap();
    desk.limit("100", "500.00 DKK");
    assert_eq!(kinds(&next()), ["over_limit"], "the limit fell below what is owed");
    let posted = json!({ "company": "NW01", "customer": "100", "number": "F1", "kind": "invoice", "amount": "50.00 DKK",
        "residual": "50.00 DKK", "due": "2026-11-08" });
    call(&desk.engine, "item.put", posted.clone());
    common::put_account(
        &desk.engine,
        "100",
        "1.00 DKK",
        json!({ "status": "watch", "profile": { "next_review": "2026-11-29" } }),
    );
    assert_eq!(call(&desk.engine, "work.sweep", json!({})), json!({ "queued": 2 }));
    assert_eq!(call(&desk.engine, "work.sweep", json!({})), json!({ "queued": 0 }), "each once");
    let events = next();
    assert_eq!(kinds(&events), ["over_limit", "status_changed", "review_due", "handed_over"]);
    assert_eq!(events, next(), "until it is acknowledged");
    let up_to = events[1]["id"].clone();
    let told = call(&desk.engine, "event.acknowledge", json!({ "consumer": "crm", "up_to": up_to }));
    assert_eq!(told["acknowledged"], up_to);
    assert_eq!(kinds(&next()), ["review_due", "handed_over"]);
    assert_eq!(next()[1]["subject"], "F1");
    let other = call(&desk.engine, "event.next", json!({ "consumer": "dunning" }));
    assert_eq!(other.as_array().unwrap().len(), 4, "each reader has its own place");
    let beyond = desk.engine.call("event.acknowledge", &json!({ "consumer": "crm", "up_to": 9999 }).to_string());
    assert_eq!(beyond.unwrap_err().kind(), ErrorKind::Argument);
}

on_both!(a_pool_is_shared_and_named);
fn a_pool_is_shared_and_named(place: Place) {
    let desk = desk(place);
    desk.customer("200", "1000.00 DKK");
    call(&desk.engine, "pool.put", json!({ "pool": "NORD", "kind": "group", "currency": "DKK" }));
    call(&desk.engine, "limit.put", json!({ "pool": "NORD", "limit": "1500.00 DKK" }));
    for customer in ["100", "200"] {
        common::put_account(&desk.engine, customer, "1.00 DKK", json!({ "pools": ["NORD"] }));
    }
    desk.engine.reserve(&order("100", "SO-1", "1", "900.00 DKK")).unwrap();
    let over = desk.engine.reserve(&order("200", "SO-2", "2", "700.00 DKK")).unwrap().decision;
    assert_eq!(over.outcome, Outcome::Hold);
    assert_eq!((over.reasons[0].level, over.reasons[0].pool.as_str()), (obligor::reason::Level::Group, "NORD"));
    let fits = desk.engine.reserve(&order("200", "SO-3", "3", "600.00 DKK")).unwrap().decision;
    assert_eq!(fits.outcome, Outcome::Approve);
    let pool = call(&desk.engine, "pool.get", json!({ "pool": "NORD" }));
    assert_eq!((&pool["exposure"], &pool["available"]), (&json!("1500.00 DKK"), &json!("0.00 DKK")));
    assert_eq!(pool["accounts"].as_array().unwrap().len(), 2);
    // A check from memory knows what another account of the pool has taken.
    let check = desk.engine.check(&order("100", "", "", "0.01 DKK")).unwrap();
    assert_eq!(check.decision.outcome, Outcome::Hold);
    assert!(desk.engine.verify(&mut |_, _| true).unwrap().faults.is_empty());
}
