//! The JSON of every operation. An input is a few calls, one a line: the operation, a blank, its request.
//!
//! Whatever is called in whatever order: an answer or a clear error, the same answer to a key that comes again, a check
//! that says what the reservation then does, and a credit state that adds up.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use obligor::engine::Engine;
use obligor_fuzz::{Desk, must_be_clear, names_a_file, text};
use serde_json::Value;

/// The most calls of an input.
const CALLS: usize = 12;

fuzz_target!(|bytes: &[u8]| -> Corpus { text(bytes).map_or_else(|corpus| corpus, run) });

fn run(input: &str) -> Corpus {
    let calls: Vec<(&str, &str)> =
        input.lines().take(CALLS).map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
    if calls.iter().any(|(_, request)| names_a_file(request)) {
        return Corpus::Reject;
    }
    let desk = Desk::new();
    for (operation, request) in calls {
        let before = (operation == "order.reserve").then(|| call(&desk.engine, "order.check", request)).flatten();
        let Some(answer) = call(&desk.engine, operation, request) else { continue };
        if let Some(before) = before.filter(|_| answer["repeated"] == false) {
            assert_eq!(before["decision"]["outcome"], answer["decision"]["outcome"], "{request}");
            assert_eq!(before["decision"]["reasons"], answer["decision"]["reasons"], "{request}");
        }
        if !answer["decision_id"].is_null() {
            let again = call(&desk.engine, operation, request).expect("a key that comes again gets its answer");
            assert_eq!(again["repeated"], true, "{operation} {request}");
            for field in ["decision_id", "decision"] {
                assert_eq!(again[field], answer[field], "{operation} {request}");
            }
        }
    }
    desk.must_be_sound();
    Corpus::Keep
}

fn call(engine: &Engine, operation: &str, request: &str) -> Option<Value> {
    match engine.call(operation, request) {
        Ok(answer) => Some(serde_json::from_str(&answer).expect("an answer is JSON")),
        Err(error) => {
            must_be_clear(&error);
            None
        }
    }
}
