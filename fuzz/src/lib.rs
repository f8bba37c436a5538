//! What the fuzzers share: a credit state that is the same for every input, and what must hold of every answer.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use libfuzzer_sys::Corpus;
use obligor::engine::{Config, Engine};
use obligor::error::{Error, ErrorKind};
use serde_json::{Value, json};

/// The moment it is.
pub const NOW: &str = "2026-11-22T12:00:00Z";

/// The longest message that is still a message, in bytes.
const MAX_MESSAGE: usize = 20_000;

/// A short one: it is read anew for every input.
const POLICY: &str = include_str!("policy.toml");

/// What is known before an input comes: operations and their requests.
const BEFORE: &[(&str, &str)] = &[
    (
        "import",
        r#"{"kind":"customers","text":"customer,name,country,orgnr,company,currency\n100,Nordly ApS,DK,13585628,NW01,DKK\n200,Havn AS,NO,974760673,NW01,NOK\n"}"#,
    ),
    ("limit.put", r#"{"company":"NW01","customer":"100","limit":"1000.00 DKK"}"#),
    ("limit.put", r#"{"company":"NW01","customer":"100","kind":"temporary","limit":"900000.01 DKK","user":"maja"}"#),
    ("pool.put", r#"{"pool":"NORD","kind":"group","currency":"EUR","rates":{"DKK":"0.134","NOK":"0.09"}}"#),
    ("limit.put", r#"{"pool":"NORD","kind":"base","limit":"500.00 EUR"}"#),
    ("account.put", r#"{"company":"NW01","customer":"200","currency":"NOK","pools":["NORD"]}"#),
    (
        "import",
        r#"{"kind":"companies","source":"companies","as_of":"2026-11-22T06:00:00Z","text":"country,orgnr,name,legal_form,state\nDK,13585628,Nordly ApS,80,NORMAL\n"}"#,
    ),
    (
        "import",
        r#"{"kind":"remarks","source":"remarks","as_of":"2026-11-22T06:00:00Z","text":"country,orgnr,number,kind,amount,currency,registered\nNO,974760673,R1,judgment,1000.00,NOK,2026-01-02\n"}"#,
    ),
    ("order.reserve", r#"{"company":"NW01","customer":"100","document":"1","key":"1","amount":"10.00 DKK"}"#),
    ("order.reserve", r#"{"company":"NW01","customer":"100","document":"2","key":"2","amount":"1000.00 DKK"}"#),
    (
        "item.put",
        r#"{"company":"NW01","customer":"100","number":"INV-1","kind":"invoice","amount":"5.00 DKK","residual":"4.00 DKK","due":"2026-11-01","disputed":false,"dunning_level":0,"document":""}"#,
    ),
];

/// A credit state of an input's own, which ends with the value.
pub struct Desk {
    /// An engine that has it open.
    pub engine: Engine,
}

impl Desk {
    /// The state that every input begins with.
    pub fn new() -> Self {
        Self { engine: open(&fresh()) }
    }

    /// What must hold whatever was done: every kept sum is right, and the record is whole.
    pub fn must_be_sound(&self) {
        let found = self.engine.verify(&mut |_, _| true).expect("the state can be read");
        assert_eq!(found.faults, Vec::<String>::new());
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

/// The configuration of a fresh copy of the state, as a document.
pub fn fresh() -> String {
    static PRISTINE: OnceLock<Vec<(OsString, Vec<u8>)>> = OnceLock::new();
    let folder = scratch();
    empty(&folder);
    let pristine = PRISTINE.get_or_init(|| {
        let engine = open(&config(&folder, true));
        for (operation, request) in BEFORE {
            let done = engine.call(operation, request);
            done.unwrap_or_else(|error| panic!("{operation} {request}: {error}"));
        }
        drop(engine);
        let files = fs::read_dir(&folder).expect("it was made").flatten();
        files.map(|file| (file.file_name(), fs::read(file.path()).expect("it was made"))).collect()
    });
    empty(&folder);
    for (name, content) in pristine {
        // Not copied: the fuzzer's alarm interrupts that, and here it goes on.
        fs::write(folder.join(name), content).expect("there is room");
    }
    config(&folder, false)
}

/// A folder of this process. Whoever runs the fuzzer says where with `TMPDIR`, and takes it away.
pub fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("obligor-fuzz-{}", std::process::id()))
}

fn empty(folder: &Path) {
    // It may not be there.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("there is room");
}

fn config(folder: &Path, create: bool) -> String {
    json!({
        "store": folder.join("credit.db"), "create": create, "clock": NOW, "policy_text": POLICY,
        "registers": { "DK": { "company": "companies", "debtor": "host" }, "NO": { "company": "host", "debtor": "remarks" } }
    })
    .to_string()
}

fn open(config: &str) -> Engine {
    Engine::open(&Config::read(config).expect("it is a configuration")).expect("the state can be opened")
}

/// An error tells somebody what to do: it has words, not too many, and is never a fault of the library.
pub fn must_be_clear(error: &Error) {
    assert!(error.kind() != ErrorKind::Internal, "{error}");
    let length = error.message().len();
    assert!((1..MAX_MESSAGE).contains(&length), "a message of {length} bytes: {error}");
}

/// Whether a request names a file anywhere. Such inputs are left out: what lies there is not ours to read or to write.
pub fn names_a_file(request: &str) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::Object(fields) => fields.iter().any(|(name, value)| {
                let file = match name.as_str() {
                    name if name.ends_with("path") || name == "rejected_to" => !value.is_null(),
                    "mapping" => value.as_str().is_some_and(|name| name.ends_with(".toml")),
                    _ => false,
                };
                file || within(value)
            }),
            Value::Array(items) => items.iter().any(within),
            _ => false,
        }
    }
    serde_json::from_str(request).is_ok_and(|request| within(&request))
}

/// The input as text, or nothing to learn from it.
pub fn text(bytes: &[u8]) -> Result<&str, Corpus> {
    std::str::from_utf8(bytes).map_err(|_| Corpus::Reject)
}
