//! The published JSON Schemas: they are those of the code, every operation has both, and what really travels fits them.
//!
//! `OBLIGOR_BLESS=1 cargo test --features schema --test schemas` writes the files.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use common::Desk;
use common::places::{Place, on_both};
use jsonschema::Validator;
use obligor::engine::{Engine, schemas};
use obligor::register::sources::HostCallback;
use serde_json::{Value, json};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("include/schema")
}

/// The files as they must be, by their names.
fn files() -> BTreeMap<String, String> {
    let pretty = |schema: &Value| format!("{}\n", serde_json::to_string_pretty(schema).unwrap());
    schemas::all()
        .into_iter()
        .chain([schemas::source()])
        .flat_map(|one| {
            [
                (format!("{}.request.json", one.operation), pretty(&one.request)),
                (format!("{}.answer.json", one.operation), pretty(&one.answer)),
            ]
        })
        .collect()
}

#[test]
fn the_published_schemas_are_those_of_the_code() {
    let made = files();
    let found: BTreeSet<String> = std::fs::read_dir(folder())
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    if std::env::var_os("OBLIGOR_BLESS").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        for name in found.iter().filter(|name| !made.contains_key(*name)) {
            std::fs::remove_file(folder().join(name)).unwrap();
        }
        for (name, text) in &made {
            std::fs::write(folder().join(name), text).unwrap();
        }
        return;
    }
    let how = "write them with: OBLIGOR_BLESS=1 cargo test --features schema --test schemas";
    assert_eq!(found, made.keys().cloned().collect(), "include/schema has other files; {how}");
    for (name, text) in made {
        let published = std::fs::read_to_string(folder().join(&name)).unwrap();
        assert!(published == text, "include/schema/{name} is not the schema of the code; {how}");
    }
}

#[test]
fn every_operation_has_both() {
    let all = schemas::all();
    let described: Vec<_> = all.iter().map(|one| one.operation).collect();
    assert_eq!(described, Engine::operations().collect::<Vec<_>>());
    for one in all {
        for (what, schema) in [("request", &one.request), ("answer", &one.answer)] {
            assert!(jsonschema::meta::is_valid(schema), "{} {what} is no JSON Schema", one.operation);
            assert_eq!(schema["title"], format!("{}: {what}", one.operation));
            let text = schema.to_string();
            assert!(
                !text.contains("See `") && !text.contains("::"),
                "{} {what} sends its reader to Rust",
                one.operation
            );
        }
    }
}

/// The schema with every object closed: published answers may grow, but what is written today must be described today.
fn strict(schema: &Value) -> Value {
    fn close(value: &mut Value, part_of_an_object: bool) {
        let Some(object) = value.as_object_mut() else {
            value.as_array_mut().into_iter().flatten().for_each(|item| close(item, part_of_an_object));
            return;
        };
        let is_object = object.contains_key("properties");
        for (key, inner) in object.iter_mut() {
            match key.as_str() {
                "oneOf" | "anyOf" | "allOf" => close(inner, is_object || part_of_an_object),
                "properties" | "$defs" => inner.as_object_mut().unwrap().values_mut().for_each(|one| close(one, false)),
                "items" => close(inner, false),
                _ => {}
            }
        }
        if is_object && !part_of_an_object && !object.contains_key("additionalProperties") {
            object.insert("unevaluatedProperties".to_owned(), json!(false));
        }
    }
    let mut schema = schema.clone();
    close(&mut schema, false);
    schema
}

/// Runs operations and holds both sides of each against the schemas.
struct Recorder {
    desk: Desk,
    schemas: BTreeMap<&'static str, (Validator, Validator)>,
    seen: BTreeSet<&'static str>,
}

/// The same with a field that nobody described, or with another type where it has no fields.
fn with_nonsense(answer: &Value) -> Value {
    match answer {
        Value::Object(fields) => {
            fields.iter().map(|(k, v)| (k.clone(), v.clone())).chain([("nonsense".into(), json!(1))]).collect()
        }
        Value::Array(items) => items.iter().map(with_nonsense).chain([json!("nonsense")]).collect(),
        _ => json!(["nonsense"]),
    }
}

#[track_caller]
fn fits(schema: &Validator, what: &str, value: &Value) {
    let faults: Vec<_> =
        schema.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(faults.is_empty(), "{what} does not fit its schema: {}\n{value:#}", faults.join("; "));
}

impl Recorder {
    fn new(place: Place) -> Self {
        let schemas = schemas::all().into_iter().map(|one| {
            let of = |schema: &Value| jsonschema::validator_for(schema).unwrap();
            (one.operation, (of(&one.request), of(&strict(&one.answer))))
        });
        let two_people = "[limits]\napproval_above = [\"900000.00 DKK\"]\n";
        Self { desk: Desk::with_policy(place, two_people), schemas: schemas.collect(), seen: BTreeSet::new() }
    }

    #[track_caller]
    fn call(&mut self, operation: &str, request: Value) -> Value {
        let (name, (asks, answers)) = self.schemas.get_key_value(operation).unwrap();
        fits(asks, &format!("the request of {operation}"), &request);
        let answer = self.desk.engine.call(operation, &request.to_string()).unwrap();
        let answer = serde_json::from_str(&answer).unwrap();
        fits(answers, &format!("the answer of {operation}"), &answer);
        assert!(!answers.is_valid(&with_nonsense(&answer)), "the schema of the answer of {operation} is not strict");
        self.seen.insert(name);
        answer
    }
}

const REMARKS: &str =
    "number,country,orgnr,kind,amount,currency,registered\nR1,DK,25313763,default,900.00,DKK,2026-05-01\n";
const COMPANIES: &str = "\
country,orgnr,name,legal_form,state,registered
DK,13585628,Nordly ApS,80,active,2001-01-01
DK,25313763,Skovby Handel A/S,60,bankrupt,2026-09-01
";

on_both!(what_really_travels_fits);
fn what_really_travels_fits(place: Place) {
    let mut desk = Recorder::new(place);
    let account = json!({ "company": "NW01", "customer": "200" });
    let with = |more: Value| {
        let mut request = account.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let identifiers = json!([{ "scheme": "dk.cvr", "number": "13585628" }]);
    let customer = json!({ "customer": "200", "name": "Nordly ApS", "country": "DK", "identifiers": identifiers });
    desk.call("customer.put", customer);
    desk.call("customer.get", json!({ "customer": "200" }));
    desk.call("account.put", with(json!({ "currency": "DKK" })));
    desk.call("account.put", with(json!({ "currency": "DKK", "status": "watch" })));
    desk.call("limit.put", with(json!({ "limit": "1000.00 DKK", "from": "2026-01-01" })));
    let item = json!({
        "number": "F1", "kind": "invoice", "amount": "90.00 DKK", "residual": "80.00 DKK", "due": "2026-01-31",
        "disputed": true, "dunning_level": 1, "document": "SO-0"
    });
    desk.call("item.put", with(item));
    let position = desk.call("account.get", json!({ "account": account }));
    desk.call("account.get", json!({ "account": position["account"] }));
    desk.call("account.items", json!({ "account": account, "most": 5 }));

    desk.call("order.check", with(json!({ "amount": "10.00 DKK", "language": "fi" })));
    desk.call("order.check", json!({ "company": "NW01", "customer": "nobody", "amount": "10.00 DKK" }));
    desk.call("order.check", with(json!({ "amount": "10.00 EUR", "rate": "7.46" })));
    desk.call("order.check", with(json!({ "amount": "10.00 EUR", "language": "da" })));
    let refused =
        with(json!({ "document": "SO-1", "key": "1", "amount": "2000.00 DKK", "language": "sv", "user": "a" }));
    let refused = desk.call("order.reserve", refused);
    assert!(refused["decision"]["reasons"][0]["sentence"].is_string());
    // What is long overdue is held; once it is paid, orders go through.
    let paid = json!({
        "number": "F1", "kind": "invoice", "amount": "90.00 DKK", "residual": "0.00 DKK", "due": "2026-01-31"
    });
    let held = desk.call("order.reserve", with(json!({ "document": "SO-H", "key": "h", "amount": "1.00 DKK" })));
    assert_eq!(held["decision"]["outcome"], "hold");
    desk.call("order.held", json!({ "company": "NW01" }));
    desk.call("item.put", with(paid));
    let order = json!({ "document": "SO-2", "key": "2", "amount": "100.00 DKK", "expires": 1_999_999_999_000_i64 });
    let granted = desk.call("order.reserve", with(order));
    assert_eq!(granted["decision"]["outcome"], "approve");
    desk.call("order.change", with(json!({ "document": "SO-2", "key": "3", "amount": "90.00 DKK" })));
    let moved = json!({ "document": "SO-2", "key": "4", "amount": "40.00 DKK", "to": "invoiced", "item": "F2", "due": "2026-12-24" });
    desk.call("order.convert", with(moved));
    desk.call("order.cancel", with(json!({ "document": "SO-2", "key": "5" })));
    desk.call("order.reopen", with(json!({ "document": "SO-2", "key": "6", "amount": "10.00 DKK" })));
    let list = json!([
        with(json!({ "document": "L1", "key": "l1", "amount": "1.00 DKK" })),
        with(json!({ "document": "L2", "key": "", "amount": "1.00 DKK" })),
    ]);
    let answer = desk.call("order.reserve_list", json!({ "orders": list, "language": "nl" }));
    assert!(answer["answers"][0]["decision"].is_object() && answer["answers"][1]["error"].is_object(), "{answer}");
    desk.call("order.check_list", json!({ "orders": list }));
    desk.call("order.expire", json!({}));

    let decision = refused["decision_id"].clone();
    desk.call("decision.get", json!({ "decision_id": decision }));
    desk.call("decision.explain", json!({ "decision_id": decision, "language": "nb" }));
    desk.call("decision.replay", json!({ "decision_id": decision }));
    desk.call("decision.erase", json!({ "decision_id": decision }));
    desk.call("decision.list", json!({ "account": account, "most": 10 }));
    desk.call("event.list", json!({ "after": 0 }));

    let as_of = "2026-11-22T06:00:00Z";
    for (kind, text) in [("companies", COMPANIES), ("remarks", REMARKS)] {
        desk.call("import", json!({ "kind": kind, "text": text, "source": kind, "as_of": as_of, "decimal": "." }));
    }
    let bad = json!({
        "kind": "limits", "text": "company;customer;currency;limit\nNW01;200;DKK;many\n", "dry_run": true,
        "encoding": "utf-8", "delimiter": ";", "thousands": ".", "decimal": ",", "date": "dd.mm.yyyy"
    });
    let report = desk.call("import", bad);
    assert_eq!(report["faults"].as_array().unwrap().len(), 1);
    let why = json!({ "purpose": "credit_application", "user": "anna", "credit_element": true });
    for (number, verdict) in [("13585628", "accept"), ("25313763", "reject"), ("13585629", "reject")] {
        let identifiers = json!([{ "scheme": "dk.cvr", "number": number }]);
        let request = json!({
            "customer": "200", "country": "DK", "name": "Nordly ApS", "legal_form": "80", "identifiers": identifiers,
            "currency": "DKK", "lookup": why
        });
        assert_eq!(desk.call("customer.validate", request)["verdict"], verdict, "{number}");
    }
    let ask = |orgnr: &str, user: &str| json!({ "country": "DK", "orgnr": orgnr, "purpose": "credit_application", "user": user, "credit_element": true });
    assert_eq!(desk.call("debtor.lookup", ask("13585628", "anna"))["answer"], "clear");
    assert_eq!(desk.call("debtor.lookup", ask("25313763", "anna"))["answer"], "remarks");
    let forbidden = json!({ "customer": "200", "purpose": "lease", "user": "anna" });
    let forbidden = desk.call("debtor.lookup", forbidden);
    assert_eq!((&forbidden["answer"], forbidden["denied"].is_null()), (&json!("unknown"), false));
    desk.call("lookup.list", json!({ "most": 3 }));

    let policy = desk.call("policy.get", json!({}));
    desk.call("policy.check", json!({ "text": policy["text"] }));
    let orders = "company,customer,order,entered,amount,currency,invoiced,due,paid,limit\n\
                  NW01,200,SO-1,2025-01-02,10.00,DKK,2025-01-03,2025-02-02,2025-02-01,6.00\n\
                  NW01,200,SO-2,2025-01-02,much,DKK,,,,\n";
    let lenient = policy["text"].as_str().unwrap().replace("tolerance = \"0 %\"", "tolerance = \"100 %\"");
    let tried = desk.call("policy.try", json!({ "text": lenient, "orders": orders, "largest": 5 }));
    assert_eq!(tried["report"]["currencies"][0]["differences"]["largest"][0]["against"], "refuse");
    assert_eq!(tried["file"]["faults"][0]["column"], "amount");
    let odd = desk.call("policy.check", json!({ "text": "format = 1\nname = 3\n" }));
    assert_eq!(odd["findings"][0]["severity"], "error");
    desk.call("policy.explain", json!({ "profile": "standard", "language": "da" }));
    for profile in desk.call("policy.profiles", json!({})).as_array().unwrap() {
        desk.call("policy.profile", json!({ "name": profile["name"] }));
    }
    let compared = json!({ "a": "sap_static", "b": "erpnext", "examples": 2, "language": "fi" });
    assert!(desk.call("policy.compare", compared)["different"].as_u64() > Some(0));
    the_work_of_the_department_fits(&mut desk);
    desk.call("stats", json!({}));
    desk.call("verify", json!({}));
    desk.call("warm", json!({}));
    assert_eq!(desk.seen, Engine::operations().collect(), "an operation was not tried");
}

/// Held orders, pools, limits for two people, events.
fn the_work_of_the_department_fits(desk: &mut Recorder) {
    let whose = json!({ "company": "NW01", "customer": "200" });
    let with = |more: Value| {
        let mut request = whose.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    desk.call("pool.put", json!({ "pool": "NORD", "kind": "group", "currency": "EUR", "rates": { "DKK": "0.134" } }));
    desk.call("limit.put", json!({ "pool": "NORD", "limit": "1000.00 EUR", "user": "maja" }));
    let said = json!({ "risk_class": "B", "score": 50, "customer_since": "2020-01-01", "next_review": "2026-11-01",
        "terms_days": 30, "internal": false });
    desk.call("account.put", with(json!({ "currency": "DKK", "status": "hold", "profile": said, "pools": ["NORD"] })));
    desk.call("pool.get", json!({ "pool": "NORD" }));
    desk.call("account.get", json!({ "account": whose }));
    let insured = json!({ "kind": "insured", "limit": "500.00 DKK", "share_basis_points": 9000, "user": "maja" });
    desk.call("limit.put", with(insured));
    desk.call(
        "order.reserve",
        with(json!({ "document": "W-1", "key": "W-1", "amount": "1.00 DKK", "language": "en" })),
    );
    let held = desk.call("order.held", json!({ "company": "NW01", "language": "sv" }));
    assert!(held.as_array().unwrap().iter().any(|order| order["document"] == "W-1"), "{held}");
    let person = |key: &str| {
        with(json!({ "document": "W-1", "key": key, "user": "maja", "role": "credit_manager",
        "reason": "they always pay" }))
    };
    desk.call("order.reevaluate", with(json!({ "document": "W-1", "key": "W-2" })));
    desk.call("order.reject", person("W-3"));
    desk.call("order.release", person("W-4"));
    desk.call("order.pass", with(json!({ "document": "W-1", "key": "W-5", "checkpoint": "ship" })));
    desk.call("order.hold", person("W-6"));
    desk.call(
        "order.transfer",
        with(json!({ "document": "W-1", "key": "W-7", "customer": "10007", "amount": "1.00 DKK" })),
    );
    desk.call("work.reevaluate", json!({ "company": "NW01", "active": true }));
    desk.call("work.sweep", json!({}));
    let events = desk.call("event.next", json!({ "consumer": "crm", "most": 3 }));
    desk.call("event.acknowledge", json!({ "consumer": "crm", "up_to": events[0]["id"] }));
    desk.call("portfolio.dso", json!({ "balance": "50000.00 DKK", "credit_sales": "150000.00 DKK", "days": 365 }));
    desk.call("limit.put", with(json!({ "limit": "900000.01 DKK", "user": "maja" })));
    let waiting = desk.call("limit.waiting", json!({}));
    desk.call("limit.decide", json!({ "id": waiting[0]["id"], "user": "carl", "approve": true }));
}

#[test]
fn what_the_engine_does_not_understand_does_not_fit() {
    let desk = Recorder::new(Place::File);
    for (operation, (asks, _)) in &desk.schemas {
        let request = json!({ "nonsense": 1 });
        assert!(!asks.is_valid(&request), "the schema of {operation} takes a field that is none");
        let error = desk.desk.engine.call(operation, &request.to_string()).unwrap_err();
        assert!(error.message().contains("nonsense"), "{operation}: {error}");
    }
    let check = &desk.schemas["order.check"].0;
    for bad in [
        json!({ "amount": 12.5 }),
        json!({ "amount": "12,50 DKK" }),
        json!({ "amount": "12.50" }),
        json!({ "expires": "2026-11-22" }),
        json!({ "language": "klingon" }),
        json!({ "to": "lost" }),
    ] {
        assert!(!check.is_valid(&bad), "{bad}");
        assert!(desk.desk.engine.call("order.check", &bad.to_string()).is_err(), "{bad}");
    }
}

#[test]
fn what_a_source_of_the_hosts_is_asked_and_answers_fits() {
    let source = schemas::source();
    let (asks, answers) = (Validator::new(&source.request).unwrap(), Validator::new(&source.answer).unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let desk = Desk::new(Place::File);
    let answer = json!({ "answer": "remarks", "as_of": 1_795_338_000_000_i64, "remarks": [
        { "number": "R1", "kind": "judgment", "amount": "1200.00 DKK", "registered": "2026-01-02" }
    ] });
    assert!(answers.is_valid(&answer), "{:?}", answers.iter_errors(&answer).map(|e| e.to_string()).collect::<Vec<_>>());
    assert!(!answers.is_valid(&json!({ "answer": "perhaps" })));
    let (told, ears) = (answer.to_string(), Arc::clone(&heard));
    let callback: HostCallback = Box::new(move |request: &str| {
        ears.lock().unwrap().push(serde_json::from_str::<Value>(request).unwrap());
        Ok(told.clone())
    });
    desk.engine.set_source("remarks", Some(callback)).unwrap();
    let ask = json!({
        "country": "DK", "orgnr": "13585628", "purpose": "credit_application", "user": "anna", "credit_element": true,
        "basis": "legitimate_interest"
    });
    let answered: Value = serde_json::from_str(&desk.engine.call("debtor.lookup", &ask.to_string()).unwrap()).unwrap();
    assert_eq!(answered["answer"], "remarks", "{answered}");
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 1);
    assert!(asks.is_valid(&heard[0]), "{:?}", asks.iter_errors(&heard[0]).map(|e| e.to_string()).collect::<Vec<_>>());
}
