//! Damaged input at every door that takes text: configuration, policy, mapping, the files of an import, the JSON of
//! every operation, and the answers of a register that the host supplies. Each must give an answer or a clear error: no panic, no internal fault, no memory that stays.
//!
//! Inputs are real ones, damaged a little and again: bytes flipped, cut, doubled, spliced with other seeds, or replaced
//! by words that parsers trip over. The seed of a run is printed, and `OBLIGOR_FUZZ_SEED` repeats it. Twenty seconds, or
//! with `OBLIGOR_PROOF=long` twelve minutes. Runs without the test harness, in a folder of its own.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use common::places::Place;
use common::{Desk, order};
use obligor::calendar::Day;
use obligor::customer::Subject;
use obligor::engine::{Config, Engine, Field, PolicySource, read_identifier};
use obligor::error::{Error, ErrorKind};
use obligor::import::{IdentifierKeeper, Kind, Mapping, Options, parse_only};
use obligor::policy::Policy;
use obligor::register::sources::{HostSource, Source, SourceAsk, Told};
use obligor::store::IdentifierKey;
use serde_json::json;

/// The memory that may be gained between a tenth of the run and its end.
const GROWTH: u64 = 64 << 20;
/// The longest message that is still a message, in bytes.
const MAX_MESSAGE: usize = 20_000;

/// Words that parsers trip over.
const WORDS: &[&str] = &[
    "\0",
    "\"",
    "\\",
    "'",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "{",
    "}",
    "[",
    "]",
    ":",
    "=",
    "#",
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1e308",
    "NaN",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "0.1",
    "1.005",
    "1.000,00",
    "1,000.00",
    "999999999999999999999999",
    "2026-02-29",
    "9999-12-31",
    "-0001-01-01",
    "é",
    "\u{feff}",
    "\u{202e}",
    "\u{10ffff}",
    "𝔘",
    "Ø",
    "\\u0000",
    "\\ud800",
    "DKK",
    "XXX",
    "KWD",
    "0 JPY",
    "    ",
    "%s",
    "../..",
];

fn main() {
    let long = std::env::var("OBLIGOR_PROOF").as_deref() == Ok("long");
    let budget = Duration::from_secs(if long { 720 } else { 20 });
    let seed = std::env::var("OBLIGOR_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::try_from(now.as_nanos() & u128::from(u64::MAX)).unwrap()
    });
    println!("fuzzing for {budget:?}; OBLIGOR_FUZZ_SEED={seed} repeats it");
    let folder = tempfile::tempdir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    let policy = format!("{}\n[limits]\napproval_above = [\"900000.00 DKK\"]\n", Policy::standard().unwrap().text);
    let desk = Desk::new(Place::File).under(common::NOON, PolicySource::Text(policy));
    desk.customer("100", "1000.00 DKK");
    let large =
        json!({ "company": "NW01", "customer": "100", "kind": "temporary", "limit": "900000.01 DKK", "user": "maja" });
    assert_eq!(common::call(&desk.engine, "limit.put", large), "waiting");
    for number in ["1", "2", "3", "4", "5"] {
        desk.engine.reserve(&order("100", number, number, "1.00 DKK")).unwrap();
    }
    let seeds = seeds();
    for seed in &seeds {
        if let Err(error) = knock(&desk.engine, seed, seed.text.as_bytes()) {
            let fits = seed.text == "{}" || error.kind() == ErrorKind::State;
            assert!(fits, "{}: what is undamaged is refused: {error}", seed.door);
        }
    }
    let mut random = Random(seed | 1);
    let (start, mut runs, mut early) = (Instant::now(), 0_u64, None);
    let mut tally = BTreeMap::<&str, [u64; 2]>::new();
    while start.elapsed() < budget {
        let seed = &seeds[random.below(seeds.len())];
        let input = damage(seed.text.as_bytes(), &seeds, &mut random);
        let show = || format!("{}: the input was {:?}", seed.door, String::from_utf8_lossy(&input));
        let good = match knock(&desk.engine, seed, &input) {
            Ok(()) => true,
            // It was understood; the order or the key was in another state.
            Err(error) if matches!(error.kind(), ErrorKind::State | ErrorKind::KeyConflict) => true,
            // There is one limit that waits, and it can be decided once.
            Err(error) if seed.door == "limit.decide" && error.kind() == ErrorKind::NotFound => true,
            Err(error) => {
                assert!(error.kind() != ErrorKind::Internal, "{error}; {}", show());
                let length = error.message().len();
                assert!((1..MAX_MESSAGE).contains(&length), "a message of {length} bytes; {}", show());
                false
            }
        };
        tally.entry(seed.door).or_default()[usize::from(good)] += 1;
        runs += 1;
        if early.is_none() && start.elapsed() > budget / 10 {
            early = Some(memory());
        }
    }
    for (door, [errors, answers]) in &tally {
        println!("{door:20} {answers:9} answers {errors:9} errors");
    }
    let blind: Vec<_> = tally.iter().filter(|(_, [errors, answers])| *errors == 0 || *answers == 0).collect();
    assert!(blind.is_empty(), "the damage is too little or too much to prove anything: {blind:?}");
    assert_eq!(tally.len(), seeds.iter().map(|seed| seed.door).collect::<BTreeSet<_>>().len());
    let growth = memory().saturating_sub(early.unwrap_or_default());
    assert!(growth < GROWTH, "memory grew by {growth} bytes");
    assert_eq!(desk.engine.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
    println!("{runs} inputs, memory grew by {growth} bytes");
    println!("1 passed, 0 failed");
}

/// Something real that goes in at a door.
struct Seed {
    door: &'static str,
    text: String,
}

/// Every door, with real input for it.
fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut add = |door: &'static str, text: &str| seeds.push(Seed { door, text: text.to_owned() });
    add(
        "config",
        r#"{"store":"credit.db","create":true,"policy":"p.toml","clock":"2026-11-22T08:00:00Z","deadline_ms":9}"#,
    );
    add("policy", &Policy::standard().unwrap().text);
    for name in Mapping::names() {
        add("mapping", Mapping::text(name).unwrap());
    }
    for (kind, text) in FILES {
        add(kind.name(), text);
    }
    for name in Engine::operations() {
        add(name, "{}");
    }
    let order = json!({
        "company": "NW01", "customer": "100", "document": "SO-1", "key": "k", "amount": "12.50 DKK", "rate": "7.46",
        "expires": 1_795_424_400_000_i64, "user": "anna", "language": "da", "deadline_ms": 900
    });
    for name in ["order.check", "order.reserve", "order.change", "order.cancel", "order.reopen"] {
        let mut order = order.clone();
        order["key"] = json!(name);
        add(name, &order.to_string());
    }
    let mut convert = order.clone();
    for (field, value) in [("from", "ordered"), ("to", "invoiced"), ("item", "INV-1"), ("due", "2026-12-22")] {
        convert[field] = json!(value);
    }
    add("order.convert", &convert.to_string());
    let mut bare = order;
    bare.as_object_mut().unwrap().remove("language");
    for name in ["order.check_list", "order.reserve_list"] {
        let list = json!({ "orders": [bare, bare], "all_or_nothing": true, "language": "fi" });
        add(name, &if name == "order.check_list" { json!({ "orders": [bare, bare] }) } else { list }.to_string());
    }
    // What the department does with orders; on an order that is closed, or is not theirs, it is refused with its state.
    let person = json!({
        "company": "NW01", "customer": "100", "document": "1", "user": "maja", "role": "credit_manager", "reason": "known",
        "lifts_stop": true, "deviation_basis_points": 500, "valid_days": 5, "overrule": false
    });
    let turns = ["order.hold", "order.release", "order.hold", "order.reject", "order.reevaluate"];
    for (turn, name) in turns.into_iter().enumerate() {
        let mut person = person.clone();
        person["key"] = json!(format!("turn {turn}"));
        add(name, &person.to_string());
    }
    let rich = json!({
        "company": "NW01", "customer": "100", "document": "2", "key": "pass", "checkpoint": "ship", "ships": "2026-12-01",
        "terms_days": 30, "discount_basis_points": 250, "tax": "gross"
    });
    add("order.pass", &rich.to_string());
    let lines = json!({ "company": "NW01", "customer": "100", "document": "7", "key": "lines", "secured": "1.00 DKK",
        "lines": ["1.00 DKK", "2.50 DKK"], "to": "delivered" });
    add("order.reserve", &lines.to_string());
    let instalments = json!({ "company": "NW01", "customer": "100", "document": "7", "key": "instalments", "to": "invoiced",
        "item": "F7", "instalments": [{ "due": "2026-12-01", "amount": "1.00 DKK" }, { "due": "2027-01-01", "amount": "1.50 DKK" }] });
    add("order.convert", &instalments.to_string());
    add("pool.put", r#"{"pool":"NORD","kind":"group","currency":"EUR","rates":{"DKK":"0.134","SEK":"0.09"}}"#);
    add("pool.get", r#"{"pool":"NORD"}"#);
    add(
        "limit.put",
        r#"{"pool":"NORD","kind":"insured","limit":"100.00 EUR","share_basis_points":9000,"user":"maja"}"#,
    );
    add("order.held", r#"{"company":"NW01","customer":"100","most":9,"language":"nl"}"#);
    add("work.reevaluate", r#"{"company":"NW01","active":true,"user":"maja","most":9,"deadline_ms":900}"#);
    add("event.next", r#"{"consumer":"crm","most":9}"#);
    add("event.acknowledge", r#"{"consumer":"crm","up_to":1}"#);
    add("policy.profile", r#"{"name":"sap_dynamic"}"#);
    add("policy.explain", r#"{"profile":"tryton","language":"sv"}"#);
    let record = "company,customer,order,entered,amount,currency,invoiced,due,paid,limit\n\
                  NW01,9,SO-1,2025-01-02,10.00,DKK,2025-01-03,2025-02-02,2025-02-01,6.00\n";
    let text = Policy::standard().unwrap().text;
    add("policy.try", &json!({ "text": text, "orders": record, "largest": 5 }).to_string());
    // Asked for by the account that has it already: a state, and so understood.
    let payer = json!({ "company": "NW01", "customer": "100", "document": "3", "key": "payer", "amount": "1.00 DKK" });
    add("order.transfer", &payer.to_string());
    add("limit.decide", r#"{"id":1,"user":"carl","approve":true}"#);
    add("portfolio.dso", r#"{"balance":"50000.00 DKK","credit_sales":"150000.00 DKK","days":365}"#);
    let account = json!({ "company": "NW01", "customer": "100" });
    for name in ["account.get", "account.items", "decision.list"] {
        add(name, &json!({ "account": account }).to_string());
    }
    add("account.put", &json!({ "company": "NW01", "customer": "100", "currency": "DKK", "status": "ok" }).to_string());
    let limit =
        json!({ "company": "NW01", "customer": "100", "kind": "base", "limit": "1000.00 DKK", "from": "2026-01-01" });
    add("limit.put", &limit.to_string());
    let item = json!({
        "company": "NW01", "customer": "100", "number": "INV-9", "kind": "invoice", "amount": "5.00 DKK",
        "residual": "4.00 DKK", "due": "2026-12-01", "disputed": false, "dunning_level": 0, "document": ""
    });
    add("item.put", &item.to_string());
    for name in ["decision.get", "decision.explain", "decision.replay"] {
        add(name, r#"{"decision_id":4}"#);
    }
    // Far from the others in digits and bits: damage seldom makes one of the other.
    add("decision.erase", r#"{"decision_id":3}"#);
    let lookup = json!({ "purpose": "credit_sale_control", "user": "anna", "basis": "legitimate_interest", "credit_element": true });
    let customer = json!({
        "customer": "200", "name": "Nordly ApS", "country": "DK", "legal_form": "80", "postcode": "8000",
        "identifiers": [{ "scheme": "dk.cvr", "number": "13585628" }], "currency": "DKK", "lookup": lookup
    });
    add("customer.validate", &customer.to_string());
    let numbers =
        json!([{ "scheme": "dk.cvr", "number": "13585628" }, { "scheme": "no.personnr", "number": "10915596784" }]);
    let put =
        json!({ "customer": "200", "name": "Nordly ApS", "country": "DK", "city": "Aarhus", "identifiers": numbers });
    add("customer.put", &put.to_string());
    add("customer.get", r#"{"customer":"100"}"#);
    let mut subject = lookup;
    subject["country"] = json!("NO");
    subject["personal_number"] = json!("10915596784");
    add("debtor.lookup", &subject.to_string());
    for answer in [
        json!({ "answer": "clear", "as_of": 1_795_327_200_000_i64 }),
        json!({ "answer": "remarks", "as_of": 1_795_327_200_000_i64, "remarks": [
            { "number": "1", "kind": "dom", "amount": "1200.00 DKK", "registered": "2026-01-05" }
        ] }),
        json!({ "answer": "company", "as_of": 1_795_327_200_000_i64, "company": {
            "name": "Nordfisk A/S", "legal_form": "60", "state": "NORMAL", "registered": "2001-05-01"
        } }),
        json!({ "answer": "not_found", "as_of": 1_795_327_200_000_i64 }),
    ] {
        add("source", &answer.to_string());
    }
    add("order.held", r#"{"company":"NW01","most":5}"#);
    add("policy.check", &json!({ "text": Policy::standard().unwrap().text }).to_string());
    add("import", &json!({ "kind": "limits", "text": FILES[1].1, "delimiter": ";", "dry_run": true }).to_string());
    seeds
}

/// A few rows of each kind of file.
const FILES: [(Kind, &str); 6] = [
    (
        Kind::Customers,
        "customer;name;country;orgnr;vat;company;currency;status\n100;Nordly ApS;DK;13585628;DK13585628;NW01;DKK;ok\n",
    ),
    (Kind::Limits, "company;customer;currency;limit;no_limit\nNW01;100;DKK;1000,50;\nNW01;101;DKK;;yes\n"),
    (
        Kind::OpenItems,
        "company,customer,number,kind,currency,amount,residual,due\nNW01,100,INV-1,invoice,DKK,100.50,99.00,2026-12-01\n",
    ),
    (Kind::Orders, "company,customer,document,currency,ordered,since\nNW01,100,SO-7,DKK,12.00,2026-11-01\n"),
    (Kind::Companies, "country;orgnr;name;legal_form;state\nDK;13585628;Nordly ApS;80;NORMAL\n"),
    (
        Kind::Remarks,
        "country;orgnr;number;kind;amount;currency;registered\nDK;13585628;R1;judgment;1000,00;DKK;2026-01-02\n",
    ),
];

/// Takes the input in at its door.
fn knock(engine: &Engine, seed: &Seed, input: &[u8]) -> Result<(), Error> {
    let text = String::from_utf8_lossy(input);
    match seed.door {
        // Only documents: a path would be opened, and what lies there is not ours.
        "config" if !text.trim_start().starts_with('{') => Err(Error::argument("not a document")),
        "config" => Config::read(&text).map(drop),
        "policy" => Policy::parse(&text).map(drop),
        "mapping" => Mapping::parse(&text).map(drop),
        "source" => host_source(&text),
        door => match Kind::parse(door) {
            Some(kind) => {
                let options = Options {
                    source: "fuzz".to_owned(),
                    as_of: obligor::calendar::Instant::parse("2026-11-22T08:00:00Z"),
                    ..Options::default()
                };
                let report = parse_only(input, kind, &options, &Names)?;
                if report.rejected > 0 { Err(Error::argument(format!("{:?}", report.faults[0]))) } else { Ok(()) }
            }
            None => engine.call(door, &text).map(drop),
        },
    }
}

/// What a register of the host's may answer; it is asked for remarks and for a company, and one of the two must make
/// sense.
fn host_source(answer: &str) -> Result<(), Error> {
    let told = answer.to_owned();
    let source = HostSource::new("fuzz", Box::new(move |_| Ok(told.clone())));
    let ask = SourceAsk {
        country: "DK",
        subject: Subject::Company,
        key: &IdentifierKey { scheme: "dk.cvr".to_owned(), value: "13585628".to_owned() },
        number: Some("13585628"),
        customer: "",
        purpose: None,
        basis: "",
        user: "anna",
        on_behalf_of: "",
        deadline_ms: 100,
    };
    match (source.debtor(&ask)?, source.company(&ask)?) {
        (Told::Unknown { message, .. }, Told::Unknown { .. }) => Err(Error::argument(message)),
        _ => Ok(()),
    }
}

/// Keeps identifiers as they are; what the engine makes of them is fuzzed through its operations.
struct Names;

impl IdentifierKeeper for Names {
    fn key(&self, country: &str, column: &str, text: &str) -> Result<IdentifierKey, Error> {
        let today = Day::parse("2026-11-22").unwrap_or(Day::EPOCH);
        let field = Field::parse(column).ok_or_else(|| Error::argument("no such field"))?;
        let identifier = read_identifier(country, field, text, today)?;
        Ok(IdentifierKey { scheme: identifier.scheme().name().to_owned(), value: identifier.reveal().to_owned() })
    }

    fn name_key(&self, name: &str) -> String {
        obligor::customer::name_key(name)
    }

    fn subject(&self, _: &str, _: &str, _: &[IdentifierKey]) -> String {
        "unknown".to_owned()
    }
}

/// The input, damaged at one to four places, or now and then not at all.
fn damage(seed: &[u8], seeds: &[Seed], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.below(5) {
        let (at, to) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
        let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 40));
        match random.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => drop(bytes.drain(from..to)),
            2 => {
                let twice = bytes[from..to].to_vec();
                bytes.splice(at..at, twice);
            }
            3 => {
                let other = seeds[random.below(seeds.len())].text.as_bytes();
                let start = random.below(other.len() + 1);
                let piece = &other[start..(start + random.below(60)).min(other.len())];
                bytes.splice(from..to, piece.iter().copied());
            }
            4 => {
                let word = WORDS[random.below(WORDS.len())].as_bytes();
                bytes.splice(at..at, word.iter().copied());
            }
            5 => bytes.truncate(at),
            _ => {
                let word = WORDS[random.below(WORDS.len())].as_bytes();
                bytes.splice(from..to, word.iter().copied());
            }
        }
    }
    bytes
}

/// Xorshift: good enough to damage text with, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(most.max(1)).unwrap()).unwrap()
    }
}

/// The memory this process holds, in bytes.
fn memory() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap() * 4096
}
