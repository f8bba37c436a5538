//! Structs that have grown since the first version, from hosts that were compiled before and after; and that what is new in
//! them means the same as in JSON.
#![allow(unsafe_code, reason = "the exports are called as C calls them")]

mod ffi_host;

use std::ptr::null_mut;

use ffi_host::{Host, ask, call, decision, last_error, order, put, reason, resolve};
use obligor::ffi::account::*;
use obligor::ffi::decision::*;
use obligor::ffi::order::*;
use obligor::ffi::reason::*;
use obligor::ffi::status::*;
use serde_json::{Value, json};

/// What the structs were in the first version, and still are for a host that was compiled then.
const FIRST: [(&str, usize, u32); 4] = [
    ("obligor_order", size_of::<obligor_order>(), 432),
    ("obligor_decision", size_of::<obligor_decision>(), 120),
    ("obligor_reason", size_of::<obligor_reason>(), 152),
    ("obligor_account", size_of::<obligor_account>(), 104),
];

/// Bytes as wide as a host has them, with guards behind.
fn room<T>(struct_size: u32) -> Vec<u8> {
    let mut bytes = vec![0xA5; size_of::<T>() + 32];
    bytes[..4].copy_from_slice(&struct_size.to_ne_bytes());
    bytes
}

fn number(bytes: &[u8], at: usize) -> i64 {
    i64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap())
}

#[test]
fn a_host_of_the_first_version_gets_what_it_had() {
    let host = Host::new();
    for (name, now, first) in FIRST {
        assert!(now > usize::try_from(first).unwrap(), "{name}");
    }
    // What is behind its struct is its own, and is not read: here it would be wrong.
    let mut asked = order("1001", "A", "a", 1200_00);
    asked.struct_size = FIRST[0].2;
    (asked.secured, asked.checkpoint, asked.terms_days, asked.ships_day) = (-1, -1, -1, i32::MAX);
    let (mut decided, mut why) = (room::<obligor_decision>(FIRST[1].2), room::<obligor_reason>(FIRST[2].2));
    // SAFETY: the rooms are larger than they say.
    let status = unsafe {
        let (decision, reasons) = (decided.as_mut_ptr().cast(), why.as_mut_ptr().cast());
        obligor_order_check(host.engine, &raw const asked, decision, reasons, 1)
    };
    assert_eq!(status, OBLIGOR_OK, "{}", last_error());
    assert_eq!(number(&decided, 16), 1200_00, "increase");
    assert!(decided[120..].iter().chain(&why[152..]).all(|byte| *byte == 0xA5));
    // The reason it got becomes a sentence, in the currency it says.
    let mut text = [0_u8; 512];
    let mut needed = 0;
    // SAFETY: as above.
    let status = unsafe {
        let said = why.as_ptr().cast();
        obligor_reason_text(
            said,
            c"DKK".as_ptr(),
            -1,
            c"en".as_ptr(),
            -1,
            text.as_mut_ptr().cast(),
            512,
            &raw mut needed,
        )
    };
    assert_eq!(status, OBLIGOR_OK, "{}", last_error());
    assert!(String::from_utf8_lossy(&text[..needed]).contains("1,200.00 DKK"));
    let account = resolve(host.engine, "NW01", "1001").unwrap();
    let mut position = room::<obligor_account>(FIRST[3].2);
    // SAFETY: as above.
    assert_eq!(unsafe { obligor_account_read(host.engine, account, position.as_mut_ptr().cast()) }, OBLIGOR_OK);
    assert!(position[104..].iter().all(|byte| *byte == 0xA5));
    // One byte less was never a struct of ours.
    for size in [431, 0] {
        asked.struct_size = size;
        assert_eq!(ask(obligor_order_check, host.engine, &asked).err(), Some(OBLIGOR_E_ARGUMENT));
    }
}

#[test]
fn a_list_of_the_first_version_s_structs_is_read_at_their_width() {
    let host = Host::new();
    let (wide, narrow) = (order("1001", "", "", 600_00), 432);
    let mut bytes: Vec<u8> = Vec::new();
    for amount in [600_00_i64, 600_00, 1] {
        let mut row = obligor_order { struct_size: 432, amount, ..wide };
        row.secured = -1;
        // SAFETY: integers and characters without padding.
        bytes.extend(unsafe { std::slice::from_raw_parts((&raw const row).cast::<u8>(), narrow) });
    }
    let mut decisions = [decision(); 3];
    // SAFETY: three rows of 432 bytes, and three decisions.
    let status = unsafe {
        obligor_order_check_list(host.engine, bytes.as_ptr().cast(), 3, decisions.as_mut_ptr(), null_mut(), 0)
    };
    assert_eq!(status, OBLIGOR_OK, "{}", last_error());
    let outcomes = decisions.map(|it| it.outcome);
    assert_eq!(outcomes, [OBLIGOR_OUTCOME_APPROVE, OBLIGOR_OUTCOME_REFUSE, OBLIGOR_OUTCOME_APPROVE]);
}

/// A request with everything that has come since, and the same in JSON.
fn both() -> (obligor_order, Value) {
    let mut typed = order("1003", "SO-1", "k-1", 10_000_00);
    (typed.secured, typed.ships_day, typed.terms_days, typed.discount_basis_points) = (2_500_00, 20_800, 45, 1_250);
    typed.checkpoint = OBLIGOR_CHECKPOINT_CONFIRM;
    typed.flags = OBLIGOR_ORDER_OVERRULE | OBLIGOR_ORDER_LIFTS_STOP;
    put(&mut typed.user, "eva");
    put(&mut typed.role, "credit_manager");
    put(&mut typed.reason, "her bank has confirmed");
    let told = json!({
        "company": "NW01", "customer": "1003", "document": "SO-1", "key": "k-1", "amount": "10000.00 DKK",
        "secured": "2500.00 DKK", "ships": "2026-12-13", "terms_days": 45, "discount_basis_points": 1250,
        "checkpoint": "confirm", "overrule": true, "lifts_stop": true,
        "user": "eva", "role": "credit_manager", "reason": "her bank has confirmed",
    });
    (typed, told)
}

fn reserve(host: &Host, request: &Value) -> Result<Value, i32> {
    call(host.engine, "order.reserve", &request.to_string(), 65536).map(|text| serde_json::from_str(&text).unwrap())
}

/// The key of a request keeps a digest of all its content: only the very same request gets the recorded answer again.
#[test]
fn the_new_fields_say_what_json_says() {
    let host = Host::new();
    let (typed, told) = both();
    let (decided, reasons) = ask(obligor_order_reserve, host.engine, &typed).unwrap();
    assert_eq!((decided.increase, decided.exposure_after), (7_500_00, 7_500_00), "what is secured holds no credit");
    let again = reserve(&host, &told).unwrap();
    assert_eq!((&again["repeated"], &again["decision_id"]), (&json!(true), &json!(decided.decision_id)));
    assert_eq!(again["decision"]["increase"], "7500.00 DKK");
    let codes: Vec<&str> =
        again["decision"]["reasons"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!((codes, reasons.len(), reasons[0].code), (vec!["secured"], 1, OBLIGOR_REASON_SECURED));
    for (field, other) in [
        ("secured", json!("2500.01 DKK")),
        ("ships", json!("2026-12-14")),
        ("terms_days", json!(46)),
        ("discount_basis_points", json!(1251)),
        ("checkpoint", json!("pick")),
        ("overrule", json!(false)),
        ("lifts_stop", json!(false)),
        ("role", json!("credit_controller")),
        ("reason", json!("her bank has not")),
    ] {
        let mut changed = told.clone();
        changed[field] = other;
        assert_eq!(reserve(&host, &changed).err(), Some(OBLIGOR_E_KEY_CONFLICT), "{field}");
    }
    // And the other way round: every field of the struct is part of the content.
    type Edit = fn(&mut obligor_order);
    let edits: [(&str, Edit); 9] = [
        ("secured", |it| it.secured -= 1),
        ("ships_day", |it| it.ships_day += 1),
        ("terms_days", |it| it.terms_days = 0),
        ("discount", |it| it.discount_basis_points = 0),
        ("checkpoint", |it| it.checkpoint = 0),
        ("flags", |it| it.flags = OBLIGOR_ORDER_OVERRULE),
        ("overrule", |it| it.flags = 0),
        ("role", |it| put(&mut it.role, "clerk")),
        ("reason", |it| put(&mut it.reason, "no")),
    ];
    for (field, edit) in edits {
        let mut changed = typed;
        edit(&mut changed);
        let answer = ask(obligor_order_reserve, host.engine, &changed).err();
        assert_eq!(answer, Some(OBLIGOR_E_KEY_CONFLICT), "{field}");
    }
}

#[test]
fn zero_is_said_with_a_flag_and_else_not() {
    let host = Host::new();
    let nothing = json!({ "company": "NW01", "customer": "1003", "document": "Z", "key": "z", "amount": "1.00 DKK" });
    ask(obligor_order_reserve, host.engine, &order("1003", "Z", "z", 1_00)).unwrap();
    assert_eq!(reserve(&host, &nothing).unwrap()["repeated"], true);
    let mut typed = order("1003", "Y", "y", 1_00);
    typed.flags = OBLIGOR_ORDER_SECURED | OBLIGOR_ORDER_TERMS | OBLIGOR_ORDER_DISCOUNT;
    ask(obligor_order_reserve, host.engine, &typed).unwrap();
    let zeros = json!({
        "company": "NW01", "customer": "1003", "document": "Y", "key": "y", "amount": "1.00 DKK",
        "secured": "0.00 DKK", "terms_days": 0, "discount_basis_points": 0,
    });
    assert_eq!(reserve(&host, &zeros).unwrap()["repeated"], true);
    // A change leaves what was secured, and takes it away only when told.
    let mut secured = order("1003", "X", "x1", 100_00);
    secured.secured = 60_00;
    assert_eq!(ask(obligor_order_reserve, host.engine, &secured).unwrap().0.increase, 40_00);
    assert_eq!(ask(obligor_order_change, host.engine, &order("1003", "X", "x2", 120_00)).unwrap().0.increase, 20_00);
    let mut none = order("1003", "X", "x3", 120_00);
    none.flags = OBLIGOR_ORDER_SECURED;
    assert_eq!(ask(obligor_order_change, host.engine, &none).unwrap().0.increase, 60_00);
}

#[test]
fn what_cannot_be_is_refused_by_its_name() {
    let host = Host::new();
    type Edit = fn(&mut obligor_order);
    let wrong: [(&str, Edit); 9] = [
        ("ships_day", |it| it.ships_day = i32::MAX),
        ("terms_days", |it| it.terms_days = -1),
        ("terms_days", |it| it.terms_days = 65_536),
        ("discount_basis_points", |it| it.discount_basis_points = -1),
        ("checkpoint", |it| it.checkpoint = 6),
        ("secured", |it| it.secured = -1),
        ("secured", |it| (it.amount, it.currency, it.secured) = (0, [0; 4], 1)),
        ("flags", |it| it.flags = OBLIGOR_ORDER_LIFTS_STOP),
        ("reason", |it| it.flags = OBLIGOR_ORDER_OVERRULE),
    ];
    for (field, edit) in wrong {
        let mut asked = order("1003", "W", "w", 1_00);
        edit(&mut asked);
        assert_eq!(ask(obligor_order_reserve, host.engine, &asked).err(), Some(OBLIGOR_E_ARGUMENT), "{field}");
        assert!(last_error().contains(field), "{field}: {}", last_error());
    }
    for no_day in [0, OBLIGOR_NO_DAY] {
        let asked = obligor_order { ships_day: no_day, ..order("1003", "", "", 1_00) };
        assert!(ask(obligor_order_check, host.engine, &asked).is_ok());
    }
}

const RULES: &str = r#"
format = 1
name = "growth"
version = "1"
[facts]
grace_days = 0
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "hold"
currency_mismatch = "hold"
horizon_days = 30
[release]
ranks = ["credit_manager", "credit_controller"]
[[rule]]
name = "over the limit"
when = "over_limit"
exposure = "dynamic"
tolerance = "0 %"
then = "refuse"
release_by = "credit_controller"
deposit = "30 %"
[[rule]]
name = "stopped"
when = "status"
is = "stop"
then = "refuse"
at = ["entry", "confirm", "ship"]
release_by = "credit_manager"
[[rule]]
name = "longer terms"
when = "terms_changed"
then = "hold"
unknown = "approve_with_alert"
[[rule]]
name = "too cheap"
when = "discount"
above = "10 %"
then = "hold"
release_by = "credit_manager"
[[rule]]
name = "large, at the warehouse"
when = "document_value"
above = ["400.00 DKK"]
then = "approve_with_alert"
at = ["pick"]
[customer]
invalid_identifier = "reject"
duplicate = "review"
not_in_register = "review"
not_active = "reject"
young = "prepay"
young_days = 365
remarks = "prepay"
unknown = "review"
proposed_limits = ["25000.00 DKK"]
[register]
company_max_age = "7 d"
debtor_max_age = "24 h"
debtor_source_max_age = "48 h"
purposes = ["credit_application"]
"#;

/// Every combination of what an order may say: the struct and JSON come to the same verdict, and the rules see each field.
#[test]
fn both_doors_come_to_the_same_verdict() {
    let host = Host::under(RULES);
    let account = json!({
        "company": "NW01", "customer": "1001", "currency": "DKK", "profile": { "terms_days": 30 },
    });
    call(host.engine, "account.put", &account.to_string(), 4096).unwrap();
    type Say = (&'static str, fn(&mut obligor_order), fn(&mut Value));
    let say: [Say; 6] = [
        ("secured", |it| it.secured = 500_00, |it| it["secured"] = json!("500.00 DKK")),
        ("ships", |it| it.ships_day = 20_900, |it| it["ships"] = json!("2027-03-23")),
        ("terms", |it| it.terms_days = 60, |it| it["terms_days"] = json!(60)),
        ("discount", |it| it.discount_basis_points = 1_001, |it| it["discount_basis_points"] = json!(1_001)),
        ("checkpoint", |it| it.checkpoint = OBLIGOR_CHECKPOINT_PICK, |it| it["checkpoint"] = json!("pick")),
        (
            "overrule",
            |it| {
                it.flags = OBLIGOR_ORDER_OVERRULE;
                put(&mut it.user, "eva");
                put(&mut it.role, "credit_manager");
                put(&mut it.reason, "why");
            },
            |it| {
                it["overrule"] = json!(true);
                (it["user"], it["role"], it["reason"]) = (json!("eva"), json!("credit_manager"), json!("why"));
            },
        ),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for combination in 0..1_u32 << say.len() {
        let mut typed = order("1001", "", "", 1200_00);
        let mut told = json!({ "company": "NW01", "customer": "1001", "amount": "1200.00 DKK" });
        for (at, (_, edit, say)) in say.iter().enumerate() {
            if combination & 1 << at != 0 {
                edit(&mut typed);
                say(&mut told);
            }
        }
        let (decided, reasons) = ask(obligor_order_check, host.engine, &typed).unwrap();
        let told: Value =
            serde_json::from_str(&call(host.engine, "order.check", &told.to_string(), 65536).unwrap()).unwrap();
        let told = &told["decision"];
        let amount = |name: &str| told[name].as_str().map_or(0, |text| text[..text.len() - 7].parse::<i64>().unwrap());
        let outcomes = ["not_checked", "approve", "approve_with_alert", "prepay", "hold", "refuse"];
        assert_eq!(told["outcome"], outcomes[usize::try_from(decided.outcome).unwrap()], "{told}");
        assert_eq!((decided.increase / 100, decided.deposit / 100), (amount("increase"), amount("deposit")), "{told}");
        assert_eq!(decided.exposure_after / 100, amount("exposure_after"), "{told}");
        let codes: Vec<&str> =
            told["reasons"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
        let numbers: Vec<i32> = reasons.iter().map(|it| it.code).collect();
        let named = |code: &str| match code {
            "over_limit" => OBLIGOR_REASON_OVER_LIMIT,
            "terms_changed" => OBLIGOR_REASON_TERMS_CHANGED,
            "discount" => OBLIGOR_REASON_DISCOUNT,
            "secured" => OBLIGOR_REASON_SECURED,
            "overridden" => OBLIGOR_REASON_OVERRIDDEN,
            "document_value" => OBLIGOR_REASON_DOCUMENT_VALUE,
            other => panic!("{other}"),
        };
        assert_eq!(codes.iter().map(|code| named(code)).collect::<Vec<_>>(), numbers);
        seen.extend(numbers);
    }
    assert_eq!(seen.len(), 6, "every field was seen by a rule: {seen:?}");
}

#[test]
fn an_order_passes_a_checkpoint() {
    let host = Host::under(RULES);
    ask(obligor_order_reserve, host.engine, &order("1001", "P", "p1", 600_00)).unwrap();
    let mut there = order("1001", "P", "p2", 0);
    assert_eq!(ask(obligor_order_pass, host.engine, &there).err(), Some(OBLIGOR_E_ARGUMENT));
    assert!(last_error().contains("checkpoint"), "{}", last_error());
    there.checkpoint = OBLIGOR_CHECKPOINT_PICK;
    let (passed, _) = ask(obligor_order_pass, host.engine, &there).unwrap();
    assert_eq!((passed.order_state, passed.increase, passed.exposure_after), (OBLIGOR_STATE_ACTIVE, 0, 600_00));
    assert!(ask(obligor_order_pass, host.engine, &there).unwrap().0.repeated == 1);
    put(&mut there.document, "Q");
    put(&mut there.key, "p3");
    assert_eq!(ask(obligor_order_pass, host.engine, &there).err(), Some(OBLIGOR_E_NOT_FOUND));
    // A stopped customer's goods stay where they are, and hold no credit.
    let account = json!({ "company": "NW01", "customer": "1001", "currency": "DKK", "status": "stop" }).to_string();
    call(host.engine, "account.put", &account, 4096).unwrap();
    let mut ship = order("1001", "P", "p4", 0);
    ship.checkpoint = OBLIGOR_CHECKPOINT_CONFIRM;
    let (stopped, reasons) = ask(obligor_order_pass, host.engine, &ship).unwrap();
    assert_eq!((stopped.outcome, stopped.order_state), (OBLIGOR_OUTCOME_REFUSE, OBLIGOR_STATE_HELD));
    assert_eq!((stopped.increase, stopped.exposure_after), (-600_00, 0));
    assert_eq!(reasons[0].code, OBLIGOR_REASON_STATUS_STOP);
    assert_eq!((reason().currency, reasons[0].currency), ([0; 4], [0; 4]), "no amount, no currency");
}

#[test]
fn a_delivery_without_an_order_begins_as_one() {
    let host = Host::new();
    let mut note = order("1001", "DN-1", "d1", 600_00);
    note.stage_to = OBLIGOR_STAGE_DELIVERED;
    assert_eq!(ask(obligor_order_check, host.engine, &note).unwrap().0.exposure_after, 600_00);
    assert_eq!(ask(obligor_order_reserve, host.engine, &note).unwrap().0.order_state, OBLIGOR_STATE_ACTIVE);
    let account = resolve(host.engine, "NW01", "1001").unwrap();
    // SAFETY: a struct of integers and characters.
    let mut position: obligor_account = unsafe { std::mem::zeroed() };
    position.struct_size = u32::try_from(size_of::<obligor_account>()).unwrap();
    // SAFETY: the pointer is to a local.
    assert_eq!(unsafe { obligor_account_read(host.engine, account, &raw mut position) }, OBLIGOR_OK);
    assert_eq!((position.ordered, position.delivered, position.later), (0, 600_00, 0));
    note.stage_to = OBLIGOR_STAGE_SETTLED;
    put(&mut note.document, "DN-2");
    put(&mut note.key, "d2");
    put(&mut note.item, "I");
    assert_eq!(ask(obligor_order_reserve, host.engine, &note).err(), Some(OBLIGOR_E_ARGUMENT));
}
