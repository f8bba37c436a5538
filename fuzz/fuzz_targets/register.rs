//! What a register that the host asks may answer.
//!
//! Whatever comes is an answer or *unknown*: *clear* and *not found* only when it says so, and an error repeats nothing of
//! it. What is an answer goes through a look-up and the validation of a customer.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use obligor::customer::Subject;
use obligor::register::Purpose;
use obligor::register::sources::{HostSource, Source, SourceAsk, Told};
use obligor::store::IdentifierKey;
use obligor_fuzz::{Desk, must_be_clear, text};
use serde_json::Value;

const LOOK_UP: &str = r#"{"country":"DK","orgnr":"13585628","customer":"100","purpose":"credit_sale_control","user":"anna","basis":"legitimate_interest","credit_element":true}"#;
const VALIDATE: &str = r#"{"customer":"300","name":"Fjord AS","country":"NO","identifiers":[{"scheme":"no.orgnr","number":"974760673"}],"currency":"NOK"}"#;

fuzz_target!(|bytes: &[u8]| -> Corpus { text(bytes).map_or_else(|corpus| corpus, run) });

fn run(input: &str) -> Corpus {
    let said = serde_json::from_str::<Value>(input).map_or(Value::Null, |answer| answer["answer"].clone());
    let mut known = false;
    for (country, number, subject) in
        [("DK", "13585628", Subject::Company), ("NO", "974760673", Subject::PrivatePerson)]
    {
        let told = input.to_owned();
        let source = HostSource::new("host", Box::new(move |_| Ok(told.clone())));
        let ask = SourceAsk {
            country,
            subject,
            key: &IdentifierKey { scheme: "orgnr".to_owned(), value: number.to_owned() },
            number: Some(number),
            customer: "",
            purpose: Some(Purpose::CreditSaleControl),
            basis: "",
            user: "anna",
            on_behalf_of: "",
            deadline_ms: 100,
        };
        match source.debtor(&ask).expect("a source that fails says so in its answer") {
            Told::Known { what, .. } => {
                known = true;
                assert_eq!(what.is_empty(), said == "clear", "{what:?}");
                for remark in what {
                    assert!(remark.amount.is_none_or(|amount| amount.minor >= 0), "{remark:?}");
                }
            }
            Told::Unknown { message, .. } => repeats_nothing(&message, input),
        }
        match source.company(&ask).expect("a source that fails says so in its answer") {
            Told::Known { what, .. } => {
                known = true;
                assert_eq!(what.is_none(), said == "not_found", "{what:?}");
            }
            Told::Unknown { message, .. } => repeats_nothing(&message, input),
        }
    }
    if known {
        through(input);
    }
    Corpus::Keep
}

/// A number that may be a person's is in no error, unless the host put it into its own words.
fn repeats_nothing(message: &str, input: &str) {
    let unknown = serde_json::from_str::<Value>(input).is_ok_and(|answer| answer["answer"] == "unknown");
    let mut numbers = input.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() >= 9);
    assert!(unknown || !numbers.any(|number| message.contains(number)), "{message}");
}

fn through(input: &str) {
    let desk = Desk::new();
    let told = input.to_owned();
    desk.engine.set_source("host", Some(Box::new(move |_| Ok(told.clone())))).expect("a name");
    for (operation, request) in
        [("debtor.lookup", LOOK_UP), ("customer.validate", VALIDATE), ("debtor.lookup", LOOK_UP)]
    {
        match desk.engine.call(operation, request) {
            Ok(answer) => drop(serde_json::from_str::<Value>(&answer).expect("an answer is JSON")),
            Err(error) => must_be_clear(&error),
        }
    }
    desk.must_be_sound();
}
