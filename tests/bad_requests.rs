//! What bad requests, policies and configurations get: a table of real errors, kept in `tests/golden/bad-requests.md` and
//! shown in the README. `OBLIGOR_BLESS=1` writes it.

mod common;

use std::fmt::Write as _;
use std::path::Path;

use common::places::{Place, on_both};
use common::{Desk, money, order};
use obligor::credit::Stage;
use obligor::engine::{Config, Engine, OrderRequest};
use obligor::error::{Error, Result};
use obligor::policy::Policy;

on_both!(every_kind_of_bad_request_gets_a_clear_error);
fn every_kind_of_bad_request_gets_a_clear_error(place: Place) {
    let desk = Desk::new(place);
    desk.customer("10007", "1000.00 DKK");
    let engine = &desk.engine;
    engine.reserve(&order("10007", "SO-1", "SO-1/1", "600.00 DKK")).unwrap();
    engine.cancel(&OrderRequest { amount: None, ..order("10007", "SO-2", "x", "0 DKK") }).unwrap_err();
    let invoice = OrderRequest {
        from: Some(Stage::Delivered),
        to: Some(Stage::Invoiced),
        item: "F1".to_owned(),
        ..order("10007", "SO-1", "SO-1/2", "600.00 DKK")
    };
    let call = |name: &str, request: &str| engine.call(name, request).map(drop);
    let put = |scheme: &str, number: &str| {
        let identifiers = format!(r#"[{{"scheme":"{scheme}","number":"{number}"}}]"#);
        let request = format!(r#"{{"customer":"1","name":"X","country":"NL","identifiers":{identifiers}}}"#);
        engine.call("customer.put", &request).map(drop)
    };
    let standard = Policy::standard().unwrap().text;
    let policy = |from: &str, to: &str| Policy::parse(&standard.replacen(from, to, 1)).map(drop);
    let reserve = |request: &OrderRequest| engine.reserve(request).map(drop);
    let rows: Vec<(&str, Result<()>)> = vec![
        ("an operation there is not: `order.chek`", call("order.chek", "{}")),
        ("no JSON: `{\"key\":`", call("order.check", "{\"key\":")),
        ("an unknown field: `{\"amont\":\"1.00 DKK\"}`", call("order.check", r#"{"amont":"1.00 DKK"}"#)),
        ("an amount as a number: `{\"amount\":1.5}`", call("order.check", r#"{"amount":1.5}"#)),
        ("too many decimals: `1.005 DKK`", call("order.check", r#"{"amount":"1.005 DKK"}"#)),
        ("a currency without minor units: `5 XAU`", call("order.check", r#"{"amount":"5 XAU"}"#)),
        ("no day: `2026-02-30`", call("order.convert", r#"{"due":"2026-02-30"}"#)),
        ("no amount", reserve(&OrderRequest { amount: None, ..order("10007", "SO-3", "k", "0 DKK") })),
        ("no key", reserve(&order("10007", "SO-3", "", "1.00 DKK"))),
        ("a name of 65 bytes", reserve(&order("10007", &"S".repeat(65), "k", "1.00 DKK"))),
        ("a line break in a name", reserve(&order("100\n07", "SO-3", "k", "1.00 DKK"))),
        (
            "a rate of zero",
            reserve(&OrderRequest { rate: Some("0".to_owned()), ..order("10007", "SO-3", "k", "1.00 EUR") }),
        ),
        ("the same key for another amount", reserve(&order("10007", "SO-1", "SO-1/1", "601.00 DKK"))),
        ("an order reserved twice", reserve(&order("10007", "SO-1", "SO-1/9", "600.00 DKK"))),
        ("more invoiced than was delivered", engine.convert(&invoice).map(drop)),
        ("an order nobody knows, changed", engine.change(&order("10007", "SO-9", "k", "1.00 DKK")).map(drop)),
        (
            "an amount that cannot be added",
            reserve(&OrderRequest {
                amount: Some(obligor::money::Money::new(i64::MAX, money("0 DKK").currency)),
                ..order("10007", "SO-3", "k", "0 DKK")
            }),
        ),
        ("a list of 10,001 orders", engine.check_list(&vec![OrderRequest::default(); 10_001]).map(drop)),
        ("a decision there is not", engine.explain(4_711, obligor::reason::Language::En).map(drop)),
        ("a number with a wrong check digit", put("nl.rsin", "123456789")),
        ("a number that may not be kept", put("nl.bsn", "111222333")),
        ("a look-up without a purpose", call("debtor.lookup", r#"{"customer":"10007","user":"anna"}"#)),
        ("a policy that misspells a rule: `tolerence`", policy("tolerance", "tolerence")),
        ("a policy that approves what it stops", policy("then = \"refuse\"", "then = \"approve\"")),
        ("a configuration with a secret in it", Config::read(r#"{"store":"a.db","secret":"hunter2"}"#).map(drop)),
        (
            "a store that is not there",
            Engine::open(&Config::at(Path::new("no-such-folder/credit.db"))).map(drop).map_err(portable),
        ),
    ];
    let mut table = "| bad input | what comes back |\n|---|---|\n".to_owned();
    for (input, outcome) in rows {
        let error = outcome.expect_err(input);
        let message = error.message().replace('\n', " ⏎ ").replace('|', "\\|");
        assert!(!message.contains("hunter2") && !message.contains("111222333"), "{message}");
        writeln!(table, "| {input} | `{}`: {message} |", error.kind().name()).unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bad-requests.md");
    if std::env::var_os("OBLIGOR_BLESS").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(golden == table, "the errors are not those of {}: look at\n{table}", file.display());
}

/// The error without the folder the test happens to run in.
fn portable(error: Error) -> Error {
    let here = std::env::current_dir().unwrap();
    Error::new(error.kind(), error.message().replace(&format!("{}/", here.display()), ""))
}
