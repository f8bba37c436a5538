//! Hosts: processes with a store of their own each, and four callers that use it.
//!
//! A host is this very program, told to run the same test again ([`serve`]). It does what it is told on its standard
//! input and prints a line for every call.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use obligor::store::Store;
use obligor::store::postgres::{Options, PostgresStore};

use crate::record::{Answer, Call, DEADLINE, Request, Verb, now};
use crate::store_common::child;
use crate::workload::{HOT, POOLED, carry_out, step};

/// How many hosts there are.
pub(crate) const HOSTS: usize = 8;
/// How many callers each of them has.
pub(crate) const CALLERS: usize = 4;

/// How long a caller waits after a call that came to nothing.
const PAUSE: Duration = Duration::from_millis(100);
/// Answers that a caller asks for again when it settles.
const ASKED_AGAIN: usize = 10;

/// What the callers of a host are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Buy and cancel.
    Work,
    /// Ask again for what is undetermined until it is answered, and for some of what was answered; then wait.
    Settle,
    End,
}

/// What a host does if this process is one; otherwise returns `false`.
pub(crate) fn serve() -> bool {
    let Some((name, url)) = child::role() else { return false };
    let store = PostgresStore::open(url.to_str().unwrap(), Options::default()).unwrap();
    say("ready");
    let (gauge, orders) = (Gauge::start(), Orders::default());
    std::thread::scope(|scope| {
        for number in 0..CALLERS {
            let (store, gauge, orders) = (&store, &gauge, &orders);
            let name = format!("{name}-{number}");
            scope.spawn(move || Caller::new(store, gauge, name).work(orders));
        }
        for line in std::io::stdin().lines().map_while(Result::ok) {
            orders.give(match line.as_str() {
                "work" => Mode::Work,
                "settle" => Mode::Settle,
                _ => break,
            });
        }
        orders.give(Mode::End);
    });
    say(format_args!("trips\t{}", store.single_trips()));
    true
}

fn say(text: impl std::fmt::Display) {
    child::answer(text);
}

/// What the callers are told.
#[derive(Default)]
struct Orders {
    state: Mutex<Given>,
    changed: Condvar,
}

#[derive(Default)]
struct Given {
    mode: Option<Mode>,
    settled: usize,
}

impl Orders {
    fn give(&self, mode: Mode) {
        *self.state.lock().unwrap() = Given { mode: Some(mode), settled: 0 };
        self.changed.notify_all();
    }

    fn mode(&self) -> Mode {
        let state = self.changed.wait_while(self.state.lock().unwrap(), |state| state.mode.is_none()).unwrap();
        state.mode.unwrap()
    }

    /// Notes that a caller has settled, and waits until there is something else to do.
    fn settled(&self) {
        let mut state = self.state.lock().unwrap();
        state.settled += 1;
        if state.settled == CALLERS {
            say("settled");
        }
        drop(self.changed.wait_while(state, |state| state.mode == Some(Mode::Settle)).unwrap());
    }
}

/// Measures when this process does not get to run.
struct Gauge(Arc<Mutex<VecDeque<(Instant, Duration)>>>);

impl Gauge {
    fn start() -> Self {
        const EVERY: Duration = Duration::from_millis(10);
        let stalls = Arc::new(Mutex::new(VecDeque::new()));
        let shared = Arc::clone(&stalls);
        std::thread::spawn(move || {
            loop {
                let before = Instant::now();
                std::thread::sleep(EVERY);
                let stalled = before.elapsed().saturating_sub(EVERY);
                if stalled > EVERY {
                    let mut stalls = shared.lock().unwrap();
                    stalls.push_back((Instant::now(), stalled));
                    if stalls.len() > 1000 {
                        stalls.pop_front();
                    }
                }
            }
        });
        Self(stalls)
    }

    /// For how long it stood still since a moment.
    fn since(&self, moment: Instant) -> Duration {
        let stalls = self.0.lock().unwrap();
        stalls.iter().filter(|(end, _)| *end > moment).map(|(end, stalled)| (*stalled).min(*end - moment)).sum()
    }
}

/// Numbers that look random and are the same each time.
pub(crate) struct Chance(u64);

impl Chance {
    /// Another row of numbers for each name.
    pub(crate) fn of(name: &str) -> Self {
        Self(name.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte)))
    }

    /// A number below this one (splitmix64).
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(most).unwrap()).unwrap()
    }
}

struct Caller<'a> {
    store: &'a dyn Store,
    gauge: &'a Gauge,
    name: String,
    chance: Chance,
    /// How many requests there were.
    count: usize,
    /// Orders that hold something, and of which nothing is undetermined: customer and document.
    held: Vec<(String, String)>,
    undetermined: VecDeque<Request>,
    answered: VecDeque<Request>,
}

impl<'a> Caller<'a> {
    fn new(store: &'a dyn Store, gauge: &'a Gauge, name: String) -> Self {
        let chance = Chance::of(&name);
        let (held, undetermined, answered) = Default::default();
        Self { store, gauge, name, chance, count: 0, held, undetermined, answered }
    }

    fn work(mut self, orders: &Orders) {
        loop {
            match orders.mode() {
                Mode::End => return,
                Mode::Work => {
                    // Some ask again at once, some go on with other things first.
                    let again = if self.chance.below(2) == 0 { self.undetermined.pop_front() } else { None };
                    let request = again.unwrap_or_else(|| self.another());
                    if !self.ask(request) {
                        std::thread::sleep(PAUSE);
                    }
                }
                Mode::Settle => {
                    self.settle();
                    orders.settled();
                }
            }
        }
    }

    fn settle(&mut self) {
        while let Some(request) = self.undetermined.pop_front() {
            if !self.ask(request) {
                std::thread::sleep(PAUSE);
            }
        }
        for request in std::mem::take(&mut self.answered) {
            while !self.call(&request).is_told() {
                std::thread::sleep(PAUSE);
            }
        }
    }

    /// Something new: an order, more of one, or the end of one.
    fn another(&mut self) -> Request {
        self.count += 1;
        let key = format!("{}-{}", self.name, self.count);
        let amount = i64::try_from(self.chance.below(97) + 1).unwrap();
        let verb = match self.chance.below(20) {
            0..12 => Verb::Reserve,
            12..14 => Verb::More,
            _ => Verb::Cancel,
        };
        if verb != Verb::Reserve && !self.held.is_empty() {
            let (customer, document) = self.held.swap_remove(self.chance.below(self.held.len()));
            return Request { key, customer, document, verb, amount };
        }
        let customers: Vec<&str> = HOT.into_iter().chain(POOLED).collect();
        let customer = customers[self.chance.below(customers.len())].to_owned();
        let document = format!("SO-{key}");
        Request { key, customer, document, verb: Verb::Reserve, amount }
    }

    /// Asks, and keeps in mind what came of it. Returns whether there is an answer.
    fn ask(&mut self, request: Request) -> bool {
        let Answer::Told { granted, .. } = self.call(&request).answer else {
            self.undetermined.push_back(request);
            return false;
        };
        let holds = match request.verb {
            Verb::Reserve => granted,
            Verb::More => true,
            Verb::Cancel => false,
        };
        if holds {
            self.held.push((request.customer.clone(), request.document.clone()));
        }
        self.answered.push_back(request);
        if self.answered.len() > ASKED_AGAIN {
            self.answered.pop_front();
        }
        true
    }

    /// One call.
    fn call(&self, request: &Request) -> Call {
        let (asked, began) = (now(), Instant::now());
        let result = carry_out(self.store, step(request), began + DEADLINE);
        let took = began.elapsed();
        let stalled = self.gauge.since(began + DEADLINE);
        let call = Call { request: request.clone(), asked, took, stalled, answer: Answer::of(&result) };
        say(format_args!("call\t{}", call.to_line()));
        call
    }
}

/// The hosts, from outside.
pub(crate) struct Hosts {
    hosts: Vec<Host>,
    calls: Arc<Mutex<Vec<Call>>>,
}

struct Host {
    child: Child,
    input: ChildStdin,
    /// What it says beside its calls.
    words: Receiver<String>,
    listening: Option<JoinHandle<()>>,
}

impl Hosts {
    /// Starts them. They run the test of this name, which must begin with [`serve`].
    pub(crate) fn start(test: &str, url: &str) -> Self {
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let hosts = (0..HOSTS).map(|number| Host::start(test, &format!("h{number}"), url, &calls)).collect();
        let mut hosts = Self { hosts, calls };
        hosts.hear("ready");
        hosts
    }

    pub(crate) fn work(&mut self) {
        self.tell("work");
    }

    /// Waits until everything is answered and nobody asks for anything.
    pub(crate) fn settle(&mut self) {
        self.tell("settle");
        self.hear("settled");
    }

    /// Waits until each caller was told something that it asked for after a moment. Returns how long after that moment
    /// the last of them was.
    pub(crate) fn all_answered_since(&self, moment: Duration) -> Duration {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let mut first = std::collections::BTreeMap::new();
            for call in self.calls.lock().unwrap().iter().filter(|call| call.is_told() && call.asked >= moment) {
                first.entry(call.caller().to_owned()).or_insert(call.answered());
            }
            if first.len() == HOSTS * CALLERS {
                return first.into_values().max().unwrap() - moment;
            }
            assert!(Instant::now() < deadline, "{} of {} callers were answered", first.len(), HOSTS * CALLERS);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The calls up to now.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Ends them. Returns how many requests went in one round trip.
    pub(crate) fn end(mut self) -> u64 {
        self.tell("end");
        let mut trips = 0;
        for host in &mut self.hosts {
            let word = host.words.recv_timeout(Duration::from_secs(30)).expect("a host says how it went");
            trips += word.strip_prefix("trips\t").unwrap().parse::<u64>().unwrap();
            assert!(host.child.wait().unwrap().success());
        }
        trips
    }

    fn tell(&mut self, what: &str) {
        for host in &mut self.hosts {
            writeln!(host.input, "{what}").and_then(|()| host.input.flush()).expect("a host listens");
        }
    }

    fn hear(&mut self, what: &str) {
        for host in &self.hosts {
            let word = host.words.recv_timeout(Duration::from_secs(60));
            assert_eq!(word.as_deref(), Ok(what), "a host did not do what it was told");
        }
    }
}

impl Host {
    fn start(test: &str, name: &str, url: &str, calls: &Arc<Mutex<Vec<Call>>>) -> Self {
        let mut child = child::start_listening(test, name, Path::new(url));
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let (words_in, words) = channel();
        let calls = Arc::clone(calls);
        let listening = std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                match line.strip_prefix('=') {
                    None => {}
                    Some(said) => match said.strip_prefix("call\t") {
                        Some(call) => calls.lock().unwrap().push(Call::from_line(call)),
                        None => drop(words_in.send(said.to_owned())),
                    },
                }
            }
        });
        Self { child, input, words, listening: Some(listening) }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.listening.take().map(JoinHandle::join);
    }
}
