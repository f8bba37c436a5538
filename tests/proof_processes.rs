//! Several processes on one credit state, and processes that die. Runs without the test harness, because it starts
//! itself again as the processes that race and are killed.
//!
//! With `OBLIGOR_PROOF=long` it races and kills as often as the promises say; otherwise a tenth of that.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use obligor::engine::{Config, Engine, OrderRequest};
use obligor::money::Money;
use obligor::reason::Outcome;

const ROLE: &str = "OBLIGOR_TEST_ROLE";
const STORE: &str = "OBLIGOR_TEST_STORE";

fn main() {
    match std::env::var(ROLE).as_deref() {
        Ok("racer") => racer(),
        Ok("worker") => worker(),
        _ => {
            two_processes_never_spend_the_same_last_crown();
            nothing_acknowledged_is_lost_and_nothing_is_doubled();
            println!("2 passed, 0 failed");
        }
    }
}

fn times(long: usize) -> usize {
    if std::env::var("OBLIGOR_PROOF").as_deref() == Ok("long") { long } else { long / 10 }
}

fn open(store: &Path, create: bool) -> Engine {
    let config = Config { create, deadline_ms: 20_000, ..Config::at(store) };
    Engine::open(&config).expect("the store opens")
}

/// A store with one customer, whose limit is `limit`.
fn found(store: &Path, limit: &str) {
    common::customer(&open(store, true), "hot", limit);
}

fn order(document: &str, request_key: &str, amount: &str) -> OrderRequest {
    common::order("hot", document, request_key, amount)
}

fn exposure(engine: &Engine) -> String {
    engine.position_of(engine.resolve(&common::key("hot")).unwrap()).unwrap().exposure.to_string()
}

/// This program again, as a process with a role.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(role: &str, store: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(ROLE, role)
            .env(STORE, store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").and_then(|()| self.input.flush()).unwrap();
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

fn store_from_environment() -> PathBuf {
    PathBuf::from(std::env::var_os(STORE).expect("a child is told its store"))
}

/// Reserves 60 of 100 when told to, and says whether it got them.
fn racer() {
    let engine = open(&store_from_environment(), false);
    println!("ready");
    for line in std::io::stdin().lines() {
        let document = line.unwrap();
        let (verb, document) = document.split_once(' ').unwrap();
        if verb == "free" {
            let free = OrderRequest { amount: None, ..order(document, &format!("{document}-free"), "0 DKK") };
            engine.cancel(&free).unwrap();
            println!("freed");
        } else {
            let answer = engine.reserve(&order(document, document, "60.00 DKK")).unwrap();
            println!("{}", if answer.decision.outcome == Outcome::Approve { "won" } else { "lost" });
        }
    }
}

fn two_processes_never_spend_the_same_last_crown() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("credit.db");
    found(&store, "100.00 DKK");
    let mut racers = [Process::start("racer", &store), Process::start("racer", &store)];
    for racer in &mut racers {
        assert_eq!(racer.hear(), "ready");
    }
    let pairs = times(2_000);
    for pair in 0..pairs {
        for (at, racer) in racers.iter_mut().enumerate() {
            racer.say(&format!("reserve SO-{pair}-{at}"));
        }
        let heard: Vec<String> = racers.iter_mut().map(Process::hear).collect();
        let winner = heard.iter().position(|word| word == "won").expect("one wins");
        assert_eq!(heard[1 - winner], "lost", "pair {pair}: both were granted");
        racers[winner].say(&format!("free SO-{pair}-{winner}"));
        assert_eq!(racers[winner].hear(), "freed");
    }
    for racer in racers {
        drop(racer.input);
        assert!({ racer.child }.wait().unwrap().success());
    }
    let engine = open(&store, false);
    assert_eq!(exposure(&engine), "0.00 DKK");
    assert_eq!(engine.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
    println!("two processes raced {pairs} times: exactly one won each");
}

const THREADS: usize = 4;

/// Reserves one by one on several threads until it is killed, and says what was acknowledged.
fn worker() {
    let engine = open(&store_from_environment(), false);
    let mut name = String::new();
    std::io::stdin().read_line(&mut name).unwrap();
    let name = name.trim_end();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let engine = &engine;
            scope.spawn(move || {
                for n in 0.. {
                    let document = format!("{name}-{thread}-{n}");
                    let answer = engine.reserve(&order(&document, &document, "1.00 DKK")).unwrap();
                    assert_eq!(answer.decision.outcome, Outcome::Approve);
                    // One write call, so that a line is whole or not there.
                    let mut out = std::io::stdout().lock();
                    out.write_all(format!("{document}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
                }
            });
        }
    });
}

fn nothing_acknowledged_is_lost_and_nothing_is_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("credit.db");
    found(&store, "1000000000.00 DKK");
    let kills = times(200);
    let mut expected: i64 = 0;
    let mut in_doubt: usize = 0;
    for kill in 0..kills {
        let mut worker = Process::start("worker", &store);
        worker.say(&format!("W{kill}"));
        let first = worker.hear();
        // Another moment every time, without a random number: the fractional parts of multiples of the golden ratio.
        std::thread::sleep(Duration::from_micros((u64::try_from(kill).unwrap() * 61_803) % 20_000));
        worker.child.kill().unwrap();
        let acknowledged: Vec<String> =
            std::iter::once(first).chain((&mut worker.output).lines().map_while(Result::ok)).collect();
        worker.child.wait().unwrap();

        let engine = open(&store, false);
        for document in &acknowledged {
            let again = engine.reserve(&order(document, document, "1.00 DKK")).unwrap();
            assert!(again.repeated, "{document} was acknowledged and is lost");
        }
        // Of each thread the next one may or may not have been committed; the same key resolves it, once.
        for thread in 0..THREADS {
            let done = acknowledged.iter().filter(|d| d.starts_with(&format!("W{kill}-{thread}-"))).count();
            let next = format!("W{kill}-{thread}-{done}");
            in_doubt += usize::from(engine.reserve(&order(&next, &next, "1.00 DKK")).unwrap().repeated);
        }
        expected += i64::try_from(acknowledged.len() + THREADS).unwrap() * 100;
        let total = Money::new(expected, Money::parse("0 DKK").unwrap().currency).to_string();
        assert_eq!(exposure(&engine), total, "kill {kill}: something was lost or doubled");
    }
    let engine = open(&store, false);
    assert_eq!(engine.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
    println!("killed {kills} times: nothing lost, nothing doubled; {in_doubt} were committed and not acknowledged");
}
