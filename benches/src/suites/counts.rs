//! How many instructions a call takes, by gungraun over callgrind: the same to the last digits whatever else the machine
//! does, so this is what guards the paths that wait for nobody.
//!
//! `benches/counts.rs` has this program run once more for each path under valgrind, which counts what happens inside
//! [`counted`]. A count is then a figure like any other, with one baseline, one gate and one page. Another compiler, SQLite
//! or processor makes other numbers: write the baseline anew in the change that brings it.

use std::hint::black_box;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use obligor::credit::AccountId;
use obligor::engine::{ClockChoice, Config, Engine, OrderRequest};
use obligor::identifier::{Scheme, check};
use obligor::money::Money;
use serde_json::Value;

use super::library::{Desk, Host};
use crate::portfolio::{AMOUNT, currency, fill, reserving};
use crate::result::{Contest, Made, Ratio, root};
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

pub(super) fn run(_: Length, made: &mut Made) -> Vec<Contest> {
    let version = Command::new("valgrind").arg("--version").output().expect("valgrind");
    made.valgrind = Some(String::from_utf8_lossy(&version.stdout).trim().to_owned());
    let counts = counts();
    let ratios = PATHS.map(|(path, what)| {
        let all = counts.iter().find_map(|(of, all)| (of == path).then_some(*all));
        let all = all.filter(|all| *all > 0.0).unwrap_or_else(|| panic!("nothing of {path} was counted"));
        Ratio { may_lose: MAY_GROW, ..Ratio::figure(what, None, all / f64::from(CALLS)) }
    });
    vec![Contest::of_figures("Instructions", ratios.into())]
}

/// The paths, and the instructions of all their calls.
fn counts() -> Vec<(String, f64)> {
    // Without what was counted before, which gungraun would compare with: the baseline is ours.
    let folder = tempfile::tempdir().expect("a folder");
    let mut bench = Command::new("cargo");
    bench.args(["bench", "--quiet", "--locked", "--package", "obligor-bench", "--bench", "counts"]);
    bench.args(["--", "--output-format=json"]).current_dir(root()).env("GUNGRAUN_HOME", folder.path());
    let output = bench.stderr(Stdio::inherit()).output().expect("cargo");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "gungraun ended with {}: {said}", output.status);
    let summaries = serde_json::Deserializer::from_str(&said).into_iter::<Value>();
    summaries.map(|summary| count(&summary.expect("gungraun's JSON"))).collect()
}

/// A path, and the instructions of all its calls, from what gungraun says of it.
fn count(summary: &Value) -> (String, f64) {
    let path = summary["id"].as_str().expect("the path's name");
    let counted = &summary["profiles"][0]["data"]["total"]["metrics"]["Ir"]["values"]["new"];
    (path.to_owned(), counted.as_f64().unwrap_or_else(|| panic!("a count of {path} in {summary}")))
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
