//! Operations by their names, JSON in and out: what a host can do without a struct.

mod common;

use common::Desk;
use common::places::{Place, on_both};
use obligor::engine::Engine;
use obligor::error::ErrorKind;
use serde_json::{Value, json};

fn call(desk: &Desk, operation: &str, request: Value) -> Value {
    let answer = desk.engine.call(operation, &request.to_string());
    serde_json::from_str(&answer.unwrap_or_else(|error| panic!("{operation}: {error}"))).unwrap()
}

fn refused(desk: &Desk, operation: &str, request: &str, kind: ErrorKind, word: &str) {
    let error = desk.engine.call(operation, request).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.message().contains(word), "{error}");
}

on_both!(a_customer_is_put_given_credit_and_stopped_at_the_limit);
fn a_customer_is_put_given_credit_and_stopped_at_the_limit(place: Place) {
    let desk = Desk::new(place);
    let customer = json!({
        "customer": "200", "name": "Nordly ApS", "country": "DK", "legal_form": "80",
        "identifiers": [{ "scheme": "dk.vat", "number": "DK 13585628" }]
    });
    assert_eq!(call(&desk, "customer.put", customer.clone()), "added");
    assert_eq!(call(&desk, "customer.put", customer), "same");
    let kept = call(&desk, "customer.get", json!({ "customer": "200" }));
    assert_eq!(kept["identifiers"], json!([{ "scheme": "dk.cvr", "value": "13585628" }]));
    assert_eq!(kept["subject"], "organisation");

    let key = json!({ "company": "NW01", "customer": "200" });
    call(&desk, "account.put", json!({ "company": "NW01", "customer": "200", "currency": "DKK" }));
    call(&desk, "limit.put", json!({ "company": "NW01", "customer": "200", "limit": "1000.00 DKK" }));
    let order = json!({
        "company": "NW01", "customer": "200", "document": "SO-1", "key": "1", "amount": "1000.01 DKK", "language": "da"
    });
    let answer = call(&desk, "order.reserve", order);
    assert_eq!(answer["decision"]["outcome"], "refuse");
    assert_eq!(answer["decision"]["granted"], false);
    assert_eq!(answer["decision"]["available_before"], "1000.00 DKK");
    let sentence = answer["decision"]["reasons"][0]["sentence"].as_str().unwrap();
    assert!(sentence.contains("1.000,01 DKK"), "{sentence}");
    let id = &answer["decision_id"];
    assert_eq!(call(&desk, "decision.replay", json!({ "decision_id": id }))["same"], true);
    let told = call(&desk, "decision.explain", json!({ "decision_id": id, "language": "fi" }));
    assert!(told["text"].as_str().unwrap().contains("SO-1"));
    let position = call(&desk, "account.get", json!({ "account": key }));
    assert_eq!((&position["exposure"], &position["available"]), (&json!("0.00 DKK"), &json!("1000.00 DKK")));
    assert_eq!((&position["limit"], &position["no_limit"]), (&json!("1000.00 DKK"), &json!(false)));

    let item = json!({
        "company": "NW01", "customer": "200", "number": "INV-1", "kind": "invoice", "amount": "90.00 DKK",
        "residual": "80.00 DKK", "due": "2026-12-01"
    });
    assert_eq!(call(&desk, "item.put", item), "added");
    let items = call(&desk, "account.items", json!({ "account": key }));
    assert_eq!((&items[0]["residual"], &items[0]["disputed"]), (&json!("80.00 DKK"), &json!(false)));
    call(&desk, "limit.put", json!({ "company": "NW01", "customer": "200", "no_limit_in": "DKK" }));
    let unlimited = call(&desk, "account.get", json!({ "account": key }));
    assert_eq!((&unlimited["limit"], &unlimited["no_limit"]), (&Value::Null, &json!(true)));

    call(&desk, "account.put", json!({ "company": "NW01", "customer": "200", "currency": "DKK", "status": "hold" }));
    let held = json!({ "company": "NW01", "customer": "200", "document": "SO-2", "key": "2", "amount": "5.00 DKK" });
    assert_eq!(call(&desk, "order.reserve", held)["decision"]["outcome"], "hold");
    let waiting = call(&desk, "order.held", json!({ "company": "NW01" }));
    assert_eq!((&waiting[0]["document"], &waiting[0]["amount"]), (&json!("SO-2"), &json!("5.00 DKK")));
}

on_both!(a_persons_number_is_kept_as_a_hash_and_shown_to_nobody);
fn a_persons_number_is_kept_as_a_hash_and_shown_to_nobody(place: Place) {
    let desk = Desk::new(place);
    let number = "10915596784";
    let person = json!({
        "customer": "300", "name": "Kari Nordmann", "country": "NO",
        "identifiers": [{ "scheme": "no.personnr", "number": number }]
    });
    call(&desk, "customer.put", person);
    let kept = call(&desk, "customer.get", json!({ "customer": "300" }));
    assert_eq!(kept["identifiers"], json!([{ "scheme": "no.personnr", "value": "***" }]));
    assert_eq!(kept["subject"], "person");
    let stored = desk.engine.store().customer("300").unwrap().unwrap();
    assert!(stored.identifiers[0].value.starts_with("hmac:") && !format!("{stored:?}").contains(number));
    for (scheme, number, kind) in
        [("nl.bsn", "111222333", ErrorKind::Forbidden), ("no.personnr", "10915596785", ErrorKind::Argument)]
    {
        let identifiers = json!([{ "scheme": scheme, "number": number }]);
        let bad = json!({ "customer": "301", "name": "X", "country": "NO", "identifiers": identifiers });
        let error = desk.engine.call("customer.put", &bad.to_string()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.message().contains(number), "{error}");
    }
}

on_both!(a_number_in_the_wrong_place_is_not_repeated);
fn a_number_in_the_wrong_place_is_not_repeated(place: Place) {
    let desk = Desk::new(place);
    for request in
        [r#"{"personal_number":10915596784}"#, r#"{"10915596784":1}"#, r#"{"credit_element":"109155 96784"}"#]
    {
        let error = desk.engine.call("debtor.lookup", request).unwrap_err();
        assert!(error.message().contains("###") && !error.message().contains("96784"), "{error}");
    }
}

on_both!(mistakes_in_a_request_are_named);
fn mistakes_in_a_request_are_named(place: Place) {
    let desk = Desk::new(place);
    refused(&desk, "order.chek", "{}", ErrorKind::Argument, "did you mean \"order.check\"?");
    refused(&desk, "order.check", "{", ErrorKind::Argument, "line 1 column 1");
    refused(&desk, "order.check", r#"{"amont":"1.00 DKK"}"#, ErrorKind::Argument, "amont");
    refused(&desk, "order.check", r#"{"amount":1.5}"#, ErrorKind::Argument, "request is not as it must be");
    refused(&desk, "order.check", r#"{"amount":"1.005 DKK"}"#, ErrorKind::Argument, "more decimals");
    refused(&desk, "order.check", r#"{"language":"klingon"}"#, ErrorKind::Argument, "language");
    refused(&desk, "decision.get", r#"{"decision_id":7}"#, ErrorKind::NotFound, "no decision 7");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    refused(&desk, "order.check", &deep, ErrorKind::Argument, "");
    let long = " ".repeat(obligor::engine::operations::MAX_REQUEST_BYTES + 1);
    refused(&desk, "order.check", &long, ErrorKind::TooLarge, "at most");
}

on_both!(a_text_with_a_nul_in_it_is_refused_and_leaves_no_trace);
/// PostgreSQL keeps none, so no store does.
fn a_text_with_a_nul_in_it_is_refused_and_leaves_no_trace(place: Place) {
    let desk = Desk::new(place);
    desk.customer("200", "1000.00 DKK");
    let account = json!({ "company": "NW01", "customer": "200" });
    let with = |more: Value| {
        let mut request = account.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let customer = |more: Value| {
        let mut request = json!({ "customer": "201", "name": "Nordly", "country": "DK" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let item = json!({ "number": "F1", "kind": "invoice", "amount": "90.00 DKK", "residual": "80.00 DKK", "due": "2026-01-31" });
    let order = json!({ "document": "SO-1", "key": "k", "amount": "1.00 DKK" });
    let person = json!({ "user": "maja", "role": "credit_manager", "reason": "known" });
    let both = |mut one: Value, other: Value| {
        one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        one
    };
    let before = desk.engine.stats().unwrap();
    let mut tried = 0;
    for (operation, good) in [
        (
            "customer.put",
            customer(
                json!({ "legal_form": "80", "street": "S", "postcode": "1", "city": "C", "phone": "1", "email": "e" }),
            ),
        ),
        ("customer.get", json!({ "customer": "200" })),
        ("account.put", with(json!({ "currency": "DKK", "pools": ["NORD"] }))),
        ("account.get", json!({ "account": account })),
        ("limit.put", with(json!({ "limit": "5.00 DKK" }))),
        ("pool.put", json!({ "pool": "NORD", "kind": "group", "currency": "DKK" })),
        ("pool.get", json!({ "pool": "NORD" })),
        ("item.put", with(both(item, json!({ "document": "SO-0" })))),
        ("order.check", with(json!({ "document": "SO-1", "amount": "1.00 DKK" }))),
        ("order.reserve", with(order.clone())),
        ("order.hold", with(both(order.clone(), person.clone()))),
        ("order.release", with(both(order, person))),
        ("order.held", json!({ "company": "NW01", "customer": "200" })),
        ("work.reevaluate", json!({ "company": "NW01", "customer": "200" })),
        ("event.next", json!({ "consumer": "crm" })),
        (
            "debtor.lookup",
            json!({ "country": "DK", "orgnr": "13585628", "purpose": "credit_application", "user": "anna",
            "on_behalf_of": "b", "basis": "legitimate_interest" }),
        ),
    ] {
        for (field, value) in good.as_object().unwrap() {
            let bad = match value {
                // In its middle: at the end it is taken for the end of a text in C.
                Value::String(text) => json!(format!("{}\0{text}", &text[..1])),
                Value::Array(_) => json!(["NO\0RD"]),
                _ => continue,
            };
            let request = both(good.clone(), json!({ field.clone(): bad }));
            let told = desk.engine.call(operation, &request.to_string());
            let refused = told.as_ref().is_err_and(|error| error.kind() == ErrorKind::Argument);
            if !refused {
                eprintln!("XXX {operation} {field}: {told:?}");
            }
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
    assert_eq!(desk.engine.stats().unwrap(), before);
    assert_eq!(desk.exposure("200"), "0.00 DKK");
}

on_both!(an_import_through_json_is_whole_or_not_at_all);
fn an_import_through_json_is_whole_or_not_at_all(place: Place) {
    let desk = Desk::new(place);
    desk.customer("100", "1000.00 DKK");
    let good = "company,customer,number,kind,currency,amount,residual,due\nNW01,100,INV-1,invoice,DKK,90.00,90.00,2026-12-01\n";
    let bad = format!("{good}NW01,100,INV-2,invoice,DKK,1.00,1.00,2026-02-30\n");
    let request = json!({ "kind": "open_items", "text": bad });
    refused(&desk, "import", &request.to_string(), ErrorKind::Argument, "line 3");
    assert_eq!(desk.exposure("100"), "0.00 DKK");
    let report = call(&desk, "import", json!({ "kind": "open_items", "text": good }));
    assert_eq!((&report["added"], &report["rejected"]), (&json!(1), &json!(0)));
    assert_eq!(desk.exposure("100"), "90.00 DKK");
    let again = call(&desk, "import", json!({ "kind": "open_items", "text": good }));
    assert_eq!((&again["added"], &again["same"]), (&json!(0), &json!(1)));
}

on_both!(every_operation_answers_to_its_name);
fn every_operation_answers_to_its_name(place: Place) {
    let desk = Desk::new(place);
    for name in Engine::operations() {
        if let Err(error) = desk.engine.call(name, "{}") {
            assert!(error.kind() != ErrorKind::Internal && error.message().starts_with(name), "{name}: {error}");
        }
    }
}
