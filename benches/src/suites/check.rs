//! Orders checked from memory, through Rust and through the C interface of the library that ships; and the library itself.
//!
//! All by the time a thread is on a processor, with the system's clock and the standard policy. The store is in memory, so
//! nothing here waits for a disk; the engines are warm.

use std::hint::black_box;
use std::path::Path;

use obligor::credit::AccountId;
use obligor::engine::{Config, Engine, OrderRequest, Source};
use obligor::money::Money;

use super::library::{self, Desk, Host};
use crate::dice::Dice;
use crate::portfolio::{AMOUNT, currency, fill, key};
use crate::result::{Contest, Made, Ratio};
use crate::rounds::{Length, Rounds, Side, processor};

const FEW: u32 = 1_000;
const PROBE: &str = "Engine::check";
const FAR: &str = "a read of memory that is in no cache";

pub(super) fn run(length: Length, _made: &mut Made) -> Vec<Contest> {
    let mut contests = weight(length);
    let folder = tempfile::tempdir().expect("a folder");
    let few = Portfolio::new(&folder.path().join("few.db"), FEW);
    contests.push(interface(length, &few, &folder.path().join("host.db")));
    let many = Portfolio::new(&folder.path().join("many.db"), length.size(10_000_000, 20_000));
    contests.push(sizes(length, &few, &many));
    // A page more or less is nothing among millions of customers, and much among a few.
    let each = Ratio::figure("bytes of memory for a customer", Some(80.0), many.bytes_each);
    contests.push(Contest::of_figures("A customer in memory", vec![each]));
    contests
}

/// A warm engine, and the numbers of its accounts.
struct Portfolio {
    engine: Engine,
    accounts: Vec<AccountId>,
    /// How much memory a customer takes once the engine is warm.
    bytes_each: f64,
}

impl Portfolio {
    fn new(store: &Path, accounts: u32) -> Self {
        let config = Config { create: true, ..Config::at(store) };
        fill(&Engine::open(&config).expect("an engine"), accounts);
        let engine = Engine::open(&config).expect("an engine");
        let before = resident();
        assert_eq!(engine.warm().expect("a warm engine"), u64::from(accounts));
        let bytes_each = (resident() - before) / f64::from(accounts);
        let accounts = (0..accounts).map(|at| engine.resolve(&key(at)).expect("an account")).collect();
        Self { engine, accounts, bytes_each }
    }

    /// Asks about the first so many customers, in the order of a die.
    fn side<'a>(&'a self, name: &str, among: u32) -> Side<'a> {
        let order = OrderRequest { amount: Some(Money::new(AMOUNT, currency())), ..OrderRequest::default() };
        let mut dice = Dice(7);
        Side::path(name, move |calls| {
            let mut order = order.clone();
            for _ in 0..calls {
                order.account = Some(self.accounts[dice.below(among) as usize]);
                let answer = black_box(self.engine.check(black_box(&order)).expect("an answer"));
                assert!(answer.source == Source::Memory && answer.decision.outcome.grants(), "{answer:?}");
            }
        })
    }
}

/// The bytes of this process that are in memory.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its size");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1024.0
}

/// The C interface beside the same check in Rust, and beside a call that does nothing.
fn interface(length: Length, few: &Portfolio, store: &Path) -> Contest {
    // A store of its own: one process opens a store once.
    fill(&Engine::open(&Config { create: true, ..Config::at(store) }).expect("an engine"), FEW);
    let host = Host::load();
    let engine = host.open(store);
    let accounts = host.accounts(engine, FEW);
    let (_library, nothing) = library::nothing();
    let calling = |name: &str, check| {
        let (mut desk, mut dice, accounts) = (Desk::new(), Dice(7), &accounts);
        Side::path(name, move |calls| {
            for _ in 0..calls {
                black_box(desk.ask(check, engine, accounts[dice.below(FEW) as usize]));
            }
        })
    };
    // What is not in memory yet is read once.
    let mut desk = Desk::new();
    let granted = accounts.iter().filter(|account| desk.ask(host.check(), engine, **account) == 1).count();
    assert_eq!(granted, accounts.len(), "there is room for all");
    Rounds::new("A check from memory, through the C interface", length.of_a_path(), processor())
        .side(few.side(PROBE, FEW))
        .side(calling("obligor_order_check", host.check()))
        .side(calling("a C call that does nothing", nothing))
        .cost("obligor_order_check", PROBE, Some(2.5))
        .cost("obligor_order_check", "a C call that does nothing", None)
        .play()
}

/// A portfolio ten thousand times as large.
fn sizes(length: Length, few: &Portfolio, many: &Portfolio) -> Contest {
    let count = u32::try_from(many.accounts.len()).expect("a count");
    let size = crate::result::number(f64::from(count));
    let (same, any) = (format!("1,000 customers of {size}"), format!("any customer of {size}"));
    Rounds::new("A check from memory, and how many customers there are", length.of_a_path(), processor())
        .side(few.side("1,000 customers", FEW))
        .side(many.side(&same, FEW))
        .side(many.side(&any, count))
        .side(far_memory(many))
        .cost(&same, "1,000 customers", Some(1.1))
        .cost(&any, "1,000 customers", None)
        .cost(&any, FAR, None)
        .play()
}

/// Reads one after the other from a block as large as the portfolio, each where the one before it says: what an answer
/// that lies in no cache costs at least.
fn far_memory(many: &Portfolio) -> Side<'static> {
    const LINE: usize = 16;
    let lines = (many.bytes_each.max(64.0) * many.accounts.len() as f64 / 64.0) as u32;
    // One circle through all of them, shuffled as Sattolo does; a line of the cache has room for 16 numbers.
    let mut circle: Vec<u32> = (0..lines).collect();
    let mut dice = Dice(7);
    for at in (1..lines).rev() {
        circle.swap(at as usize, dice.below(at) as usize);
    }
    let mut block = vec![0_u32; lines as usize * LINE];
    for (line, next) in (0..).step_by(LINE).zip(circle) {
        block[line] = next;
    }
    let mut at = 0_u32;
    Side::path(FAR, move |calls| {
        for _ in 0..calls {
            at = black_box(block[at as usize * LINE]);
        }
    })
}

/// What it weighs.
fn weight(length: Length) -> Vec<Contest> {
    let (ours, empty) = ("loading our library", "loading an empty one");
    let loading = Rounds::new("Loading the library", length.of_a_path(), processor())
        .side(library::loads(empty, library::empty()))
        .side(library::loads(ours, library::ours()))
        .cost(ours, empty, Some(2.5))
        .play();
    let size = Ratio::figure("megabytes of the stripped library", Some(6.0), library::stripped(&library::ours()) / 1e6);
    vec![loading, Contest::of_figures("The size of the library", vec![size])]
}
