//! Orders checked from Python, beside a call that does nothing, beside what an ERP asks its database, and identifiers
//! beside python-stdnum.
//!
//! The sides are in `benches/python/sides.py`, in a process that says how many calls it made and how long they took.
//! What a package of Python does for its caller (exact amounts, a decision with reasons) is told beside the bare call.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant as Deadline};

use obligor::calendar::Day;
use obligor::customer::name_key;
use obligor::engine::{Config, Engine};
use obligor::identifier::{Scheme, check};
use obligor::store::{Customer, Item, ItemKind};

use super::library::{empty, named, ours};
use crate::dice::Dice;
use crate::portfolio::{currency, fill, key};
use crate::postgres_server::{Options, Server};
use crate::result::{Contest, Made, root};
use crate::rounds::{Length, Rounds, Side, Slice, processor};

const CUSTOMERS: u32 = 400;
/// Customers in the books beside them, whose names are looked for.
const NAMES: u32 = 100_000;
/// What the customer with a long history has open, and what the others have.
const LARGE: u32 = 2_000;
const TYPICAL: u32 = 50;

const NOTHING: &str = "a ctypes call that does nothing";
const STRUCT: &str = "obligor_order_check by ctypes";
const LONG_HISTORY: &str = "the same for a customer with a long history";
const LIST: &str = "obligor_order_check_list by ctypes";
const PACKAGE: &str = "Engine.check";
const STDNUM: &str = "python-stdnum, a CVR number";
const VALIDATE: &str = "Engine.validate_customer";
const FIND: &str = "Engine.validate_customer, a name";
const RAPIDFUZZ: &str = "rapidfuzz, fuzz.ratio";
const PG_TRGM: &str = "pg_trgm, a GIN index";
const IN_RUST: &str = "identifier::check in Rust";

pub(super) fn run(length: Length, made: &mut Made) -> Vec<Contest> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("credit.db");
    let engine = Engine::open(&Config { create: true, ..Config::at(store.as_path()) }).expect("an engine");
    fill(&engine, CUSTOMERS);
    open_items(&engine);
    let books = folder.path().join("names.txt");
    std::fs::write(&books, customers(&engine, length.size(NAMES, NAMES / 100)).join("\n")).expect("a file");
    drop(engine);
    // What is asked of it is only read, so it needs no slow disk.
    let server = Server::with(Options::default());
    made.postgresql = Some(server.sql("postgres", "SHOW server_version"));
    let database = server.fresh_database_name();
    let python = RefCell::new(Python::start(&store, &server.socket_url(&database), &books));
    made.python = Some(python.borrow().version.clone());
    let side = |name: &str| {
        let (python, side) = (&python, name.to_owned());
        Side::new(name, move |turn| python.borrow_mut().turn(&side, turn))
    };

    let mut contests = vec![
        Rounds::new("A check from Python", length.of_a_path(), processor())
            .side(side(NOTHING))
            .side(side(STRUCT))
            .side(side(LONG_HISTORY))
            .side(side(LIST))
            .side(side(PACKAGE))
            .cost(STRUCT, NOTHING, Some(3.0))
            .cost(PACKAGE, NOTHING, Some(3.0))
            .cost(LONG_HISTORY, STRUCT, Some(1.1))
            .nanoseconds(LIST, Some(40.0))
            .play(),
        Rounds::new("Identifiers", length.of_a_path(), processor())
            .side(side(STDNUM))
            .side(side(VALIDATE))
            .side(identifiers())
            .speed(IN_RUST, STDNUM, Some(100.0))
            .speed(VALIDATE, STDNUM, None)
            .play(),
        Rounds::new("Is a new customer in the books, among 100,000", length.of_a_path(), processor())
            .side(side(FIND))
            .side(side(RAPIDFUZZ))
            .side(side(PG_TRGM))
            .speed(FIND, RAPIDFUZZ, Some(10.0))
            .speed(FIND, PG_TRGM, Some(50.0))
            .play(),
    ];
    for database in ["PostgreSQL", "SQLite"] {
        let title = format!("A check from Python, beside ERPNext's queries in {database}, for 50 and 2,000 entries");
        let mut rounds = Rounds::new(title, length.of_a_path(), processor());
        for (customer, goal) in [("typical customer", 200.0), ("large customer", 3_000.0)] {
            let peer = format!("four queries in {database}, {customer}");
            let (bare, package) = (format!("a check by ctypes, {customer}"), format!("Engine.check, {customer}"));
            for name in [&peer, &bare, &package] {
                rounds = rounds.side(side(name));
            }
            rounds = rounds.speed(&bare, &peer, Some(goal)).speed(&package, &peer, Some(goal));
        }
        contests.push(rounds.play());
    }
    contests
}

/// Gives every customer open items; the first one many.
fn open_items(engine: &Engine) {
    let due = Day::from_ymd(2099, 1, 1).expect("a day");
    let deadline = Deadline::now() + Duration::from_secs(60);
    let loaded = engine.store().load(
        engine.now(),
        engine.today(),
        &mut |load| {
            for at in 0..CUSTOMERS {
                for number in 0..if at == 0 { LARGE } else { TYPICAL } {
                    load.put_item(&Item {
                        key: key(at),
                        number: format!("I-{number}"),
                        kind: ItemKind::Invoice,
                        currency: currency(),
                        amount: 50_00,
                        residual: 50_00,
                        due,
                        disputed: false,
                        dunning_level: 0,
                        dunning_blocked: false,
                        delivered: None,
                        document: String::new(),
                    })?;
                }
            }
            Ok(())
        },
        deadline,
    );
    loaded.expect("a load");
}

/// Puts so many customers with names into the books. Returns the names.
fn customers(engine: &Engine, count: u32) -> Vec<String> {
    const SYLLABLES: [&str; 20] = [
        "an", "ber", "dal", "fjor", "gran", "hol", "jens", "kvi", "lund", "mar", "nor", "peder", "rosen", "sky",
        "sten", "strand", "thor", "ul", "ves", "øst",
    ];
    const TRADES: [&str; 8] = ["Byg", "Handel", "Transport", "Teknik", "Service", "Invest", "Foods", "Textil"];
    let mut dice = Dice(7);
    let mut names = BTreeSet::new();
    while names.len() < count as usize {
        let mut word = |syllables| (0..syllables).map(|_| SYLLABLES[dice.below(20) as usize]).collect::<String>();
        let (one, other) = (word(3), word(2));
        names.insert(format!("{one} {other} {} A/S", TRADES[dice.below(8) as usize]));
    }
    let names: Vec<String> = names.into_iter().collect();
    let put = engine.store().load(
        engine.now(),
        engine.today(),
        &mut |load| {
            for (at, name) in names.iter().enumerate() {
                let (number, country) = (format!("N{at}"), "DK".to_owned());
                let name_key = name_key(name);
                load.put_customer(&Customer { number, name: name.clone(), name_key, country, ..Customer::default() })?;
            }
            Ok(())
        },
        Deadline::now() + Duration::from_secs(60),
    );
    put.expect("a load");
    names
}

/// CVR numbers, as many as the peer has.
fn identifiers() -> Side<'static> {
    let valid = |number: &String| check(Scheme::DkCvr, number, 20_000).is_accepted();
    let numbers: Vec<String> =
        (10_000_000..99_999_999_u32).step_by(37).map(|number| number.to_string()).filter(valid).take(1_000).collect();
    Side::path(IN_RUST, move |calls| {
        for number in numbers.iter().cycle().take(calls as usize) {
            assert!(black_box(check(Scheme::DkCvr, black_box(number), 20_000)).is_accepted(), "{number}");
        }
    })
}

/// The process with the sides in Python.
struct Python {
    process: Child,
    version: String,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Python {
    fn start(store: &Path, url: &str, names: &Path) -> Self {
        let mut process = Command::new(named("OBLIGOR_PYTHON"));
        process
            .arg(root().join("benches/python/sides.py"))
            .args([LARGE.to_string(), TYPICAL.to_string()])
            .arg(url)
            .arg(names);
        process.env("PYTHONPATH", root().join("bindings/python")).env("PYTHONDONTWRITEBYTECODE", "1");
        process.env("OBLIGOR_LIBRARY", ours()).env("OBLIGOR_EMPTY_LIBRARY", empty()).env("OBLIGOR_STORE", store);
        let mut process = process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python");
        let (to, from) = (process.stdin.take(), process.stdout.take().expect("a pipe"));
        let mut python = Self { process, version: String::new(), to, from: BufReader::new(from) };
        let said = python.line();
        python.version = said.strip_prefix("ready ").unwrap_or_else(|| panic!("it said {said:?}")).to_owned();
        python
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.from.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "Python has ended: see what it said above");
        line.trim_end().to_owned()
    }

    fn turn(&mut self, side: &str, turn: Duration) -> Slice {
        let to = self.to.as_mut().expect("it is open");
        writeln!(to, "{side}\t{}", turn.as_secs_f64()).and_then(|()| to.flush()).expect("Python listens");
        let said = self.line();
        let (calls, nanoseconds) = said.split_once(' ').expect("two numbers");
        let number = |text: &str| text.parse::<f64>().expect("a number");
        Slice::of_rate(number(calls) * 1e9 / number(nanoseconds))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.to.take());
        let _ = self.process.wait();
    }
}
