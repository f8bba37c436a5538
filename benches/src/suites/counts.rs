//! How many instructions a call takes, by callgrind: the same to the last digits whatever else the machine does, so this is
//! what guards the paths that wait for nobody.
//!
//! Valgrind runs this program once more for each path and counts what happens inside [`counted`]. It is asked directly:
//! a count is then a figure like any other, with one baseline, one gate and one page, and no runner has to be installed
//! that must be of the version of a crate. Another compiler, SQLite or processor makes other numbers: write the baseline
//! anew in the change that brings it.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use obligor::credit::AccountId;
use obligor::engine::{ClockChoice, Config, Engine, OrderRequest};
use obligor::identifier::{Scheme, check};
use obligor::money::Money;

use super::library::{Desk, Host};
use crate::portfolio::{AMOUNT, currency, fill, reserving};
use crate::result::{Contest, Made, Ratio};
use crate::rounds::Length;

/// Has this program do one path under valgrind.
pub(super) const COUNT: &str = "--count";

/// The paths, and what they are called.
const PATHS: [(&str, &str); 5] = [
    ("check", "instructions of Engine::check"),
    ("interface", "instructions of obligor_order_check"),
    ("cvr", "instructions of a CVR number"),
    ("iban", "instructions of an IBAN"),
    ("reserve", "instructions of Engine::reserve in a file"),
];
const CALLS: u32 = 500;
const ACCOUNTS: u32 = 50;
/// What a count may grow by.
const MAY_GROW: f64 = 0.02;

pub(super) fn run(length: Length, made: &mut Made) -> Vec<Contest> {
    let version = Command::new("valgrind").arg("--version").output().expect("valgrind");
    made.valgrind = Some(String::from_utf8_lossy(&version.stdout).trim().to_owned());
    let folder = tempfile::tempdir().expect("a folder");
    let ratios = PATHS.map(|(path, what)| {
        let times = length.size(2, 1);
        let counts = (0..times).map(|time| count(path, &folder.path().join(format!("{path}-{time}")))).collect();
        let mut ratio = Ratio::of(what.to_owned(), crate::result::Better::Less, None, counts);
        ratio.may_lose = MAY_GROW;
        ratio
    });
    vec![Contest::of_figures("Instructions", ratios.into())]
}

/// The instructions of one call of a path.
fn count(path: &str, out: &Path) -> f64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["-q", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=counted"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    valgrind.arg(std::env::current_exe().expect("this program has a path")).args([COUNT, path]);
    // What is kept in memory and what is read on the way is then the same each time.
    valgrind.env("MALLOC_ARENA_MAX", "1").stdout(Stdio::null());
    assert!(valgrind.status().expect("valgrind").success(), "callgrind failed on {path}");
    let said = std::fs::read_to_string(out).expect("callgrind's file");
    let total = said.lines().find_map(|line| line.strip_prefix("totals: ")).expect("callgrind's total");
    let total: f64 = total.trim().parse().expect("a number");
    assert!(total > 0.0, "nothing of {path} was counted");
    total / f64::from(CALLS)
}

/// What is counted, with a name that callgrind finds.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn counted(calls: &mut Calls<'_>) {
    for _ in 0..CALLS {
        (calls.0)();
    }
}

struct Calls<'a>(&'a mut dyn FnMut());

/// Does one path, in a process of its own under valgrind.
pub(super) fn alone(path: &str) -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = ClockChoice::Fixed(obligor::calendar::Instant::parse("2026-11-22T12:00:00Z").expect("a moment"));
    let config =
        |name: &str| Config { create: true, clock, deadline_ms: 60_000, ..Config::at(folder.path().join(name)) };
    let open = |name: &str| {
        let engine = Arc::new(Engine::open(&config(name)).expect("an engine"));
        fill(&engine, ACCOUNTS);
        engine
    };
    let mut at = 0;
    let mut next = || {
        at = at % ACCOUNTS + 1;
        at
    };
    let number = |scheme, text| assert!(black_box(check(scheme, black_box(text), 20_000)).is_accepted(), "{text}");
    match path {
        "check" => {
            let engine = open("check.db");
            assert_eq!(engine.warm().expect("a warm engine"), u64::from(ACCOUNTS));
            let mut order = OrderRequest { amount: Some(Money::new(AMOUNT, currency())), ..OrderRequest::default() };
            counted(&mut Calls(&mut || {
                order.account = Some(AccountId(next()));
                black_box(engine.check(black_box(&order)).expect("an answer"));
            }));
        }
        "interface" => {
            drop(open("interface.db"));
            let host = Host::load();
            let engine = host.open(&folder.path().join("interface.db"));
            let (ask, mut desk) = (host.check(), Desk::new());
            // The first time each is read from the store.
            host.accounts(engine, ACCOUNTS).into_iter().for_each(|account| {
                desk.ask(ask, engine, account);
            });
            counted(&mut Calls(&mut || {
                black_box(desk.ask(ask, engine, next()));
            }));
        }
        "cvr" => counted(&mut Calls(&mut || number(Scheme::DkCvr, "13585628"))),
        "iban" => counted(&mut Calls(&mut || number(Scheme::Iban, "DK5000400440116243"))),
        "reserve" => {
            let mut reserve = reserving(&open("reserve.db"), "counted", ACCOUNTS);
            (0..ACCOUNTS).for_each(|_| reserve());
            counted(&mut Calls(&mut reserve));
        }
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}
