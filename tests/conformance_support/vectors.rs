//! The vectors and policies as they lie in `tests/conformance`.

use std::path::PathBuf;

use obligor::reason::Code;
use serde::Deserialize;
use serde_json::Value;

/// What the clock says when a vector does not.
const NOON: &str = "2026-11-20T12:00:00Z";

/// One vector.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(default, rename = "seen_in")]
    _seen_in: Option<String>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
    #[serde(default)]
    pub(crate) policy: Value,
    #[serde(default = "noon")]
    pub(crate) clock: String,
    #[serde(default)]
    pub(crate) given: Vec<Value>,
    pub(crate) when: Vec<Value>,
}

fn noon() -> String {
    NOON.to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    format: u32,
    files: Vec<String>,
    cases: Vec<String>,
}

/// All of it.
pub(crate) struct Suite {
    pub(crate) files: Vec<String>,
    pub(crate) cases: Vec<String>,
    pub(crate) vectors: Vec<Vector>,
}

/// Where the suite lies.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("tests/conformance/{name}: {error}"))
}

impl Suite {
    pub(crate) fn read() -> Self {
        let index: Index = serde_json::from_str(&text("index.json")).unwrap();
        assert_eq!(index.format, 1, "index.json has a format that this runner does not read");
        let mut vectors = Vec::new();
        for name in &index.files {
            let read: Vec<Vector> =
                serde_json::from_str(&text(name)).unwrap_or_else(|error| panic!("tests/conformance/{name}: {error}"));
            vectors.extend(read);
        }
        Self { files: index.files, cases: index.cases, vectors }
    }

    /// The text of a vector's policy: the frame, the facts with those the vector has for its own, and the tables.
    pub(crate) fn policy(&self, policy: &Value) -> Result<String, String> {
        let (mut facts, mut with, mut tables) = ("", vec!["plain"], "");
        match policy {
            Value::Null => {}
            Value::String(name) => with = vec![name],
            Value::Object(parts) => {
                for (key, value) in parts {
                    match (key.as_str(), value) {
                        ("facts", Value::String(text)) => facts = text,
                        ("tables", Value::String(text)) => tables = text,
                        ("with", Value::Array(names)) => with = names.iter().filter_map(Value::as_str).collect(),
                        _ => return Err(format!("policy: {key:?} is not understood")),
                    }
                }
            }
            _ => return Err("policy: give a name or an object".to_owned()),
        }
        let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
        let own: Vec<String> = facts.lines().map(key).collect();
        let mut policy = text("policies/frame.toml");
        policy.push_str("\n[facts]\n");
        for line in text("policies/facts.toml").lines().filter(|line| !own.contains(&key(line))).chain(facts.lines()) {
            policy.push_str(line);
            policy.push('\n');
        }
        for name in with {
            policy.push('\n');
            policy.push_str(&text(&format!("policies/{name}.toml")));
        }
        policy.push('\n');
        policy.push_str(tables);
        Ok(policy)
    }
}

/// The case a vector belongs to: its id without the number behind the point.
pub(crate) fn case_of(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

/// What a reason of this code carries beside code, level and effect, when there is something to carry.
pub(crate) fn carries(code: Code) -> &'static [&'static str] {
    const ALL: &[&str] = &["measured", "threshold", "remedy", "release_by", "rule"];
    const NO_NUMBERS: &[&str] = &["remedy", "release_by", "rule"];
    match code {
        Code::OverLimit
        | Code::OverdueAmount
        | Code::OverdueDays
        | Code::OverdueShare
        | Code::Utilisation
        | Code::DocumentValue
        | Code::DunningLevel
        | Code::PaymentBehaviour
        | Code::DisputeRate
        | Code::TermsChanged
        | Code::Discount
        | Code::BucketAmount
        | Code::Score => ALL,
        Code::AlreadyOverLimit => &["measured", "threshold", "remedy"],
        Code::CurrencyMismatch => &["measured", "threshold", "remedy"],
        Code::CoveredByCredit => &["measured", "threshold"],
        Code::LimitExpired | Code::ReviewDue => &["measured", "remedy", "release_by", "rule"],
        Code::LimitMissing
        | Code::LimitOpenEnded
        | Code::StatusStop
        | Code::StatusHold
        | Code::Always
        | Code::FactUnknown => NO_NUMBERS,
        Code::StatusWatch => &["remedy", "rule"],
        Code::UnknownCustomer | Code::ForcedHold | Code::SecondPerson => &["remedy"],
        Code::Secured | Code::OverDelivery => &["measured"],
        Code::Excluded => &["rule"],
        Code::StatusNoCheck
        | Code::NotAnIncrease
        | Code::NoLimit
        | Code::Released
        | Code::Overridden
        | Code::InternalCustomer
        | Code::Rejected => &["effect"],
    }
}
