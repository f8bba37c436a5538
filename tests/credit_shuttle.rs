//! Reservations from several threads at once, under every order of events that a checker thinks of. A lock plays the
//! store's step: facts are read, the order is decided, what it came to is written once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use obligor::calendar::{Day, Instant};
use obligor::credit::{
    AccountFacts, AccountId, Action, Buckets, Chain, ChainState, Limit, LimitKind, Request, Stage, act,
};
use obligor::error::Result;
use obligor::money::{Currency, Money};
use obligor::policy::Policy;
use obligor::reason::Outcome;
use shuttle::sync::{Arc, Mutex};
use shuttle::thread;

const TODAY: Day = Day(20_779);
const LIMIT: i64 = 100;
const EXPIRES: Instant = Instant(50);

fn dkk(minor: i64) -> Money {
    Money::new(minor, Currency::parse("DKK").unwrap())
}

fn request(action: Action, minor: i64) -> Request {
    Request { amount: Some(dkk(minor)), ..Request::of(action) }
}

fn moving(to: Stage, minor: i64) -> Request {
    Request { to: Some(to), ..request(Action::Convert, minor) }
}

fn expiring(minor: i64) -> Request {
    Request { expires: Some(EXPIRES), ..request(Action::Reserve, minor) }
}

/// What the store keeps.
#[derive(Clone)]
struct Kept {
    account: AccountFacts,
    chains: BTreeMap<&'static str, Chain>,
    /// How often each order began to hold credit, and how often it stopped for good.
    began: BTreeMap<&'static str, u32>,
    resolved: BTreeMap<&'static str, u32>,
    now: Instant,
}

impl Kept {
    fn new() -> Self {
        let account = AccountFacts {
            limits: Box::new([Limit::always(LimitKind::Base, Some(LIMIT))]),
            ..AccountFacts::new(AccountId(1), "NW01", Currency::parse("DKK").unwrap())
        };
        let (began, resolved) = (BTreeMap::new(), BTreeMap::new());
        Self { account, chains: BTreeMap::new(), began, resolved, now: Instant(0) }
    }

    fn owed(&self) -> i64 {
        self.account.buckets.debit().unwrap()
    }

    /// Decides on these facts, which may be old.
    fn decide(&self, policy: &Policy, document: &'static str, request: &Request) -> Result<(Outcome, Chain, i64)> {
        let before = self.chains.get(document);
        let act = act(policy, Some(&self.account), before, document, request, self.now, TODAY)?;
        let chain = act.chain.or_else(|| before.cloned());
        let chain = chain.expect("an order that is answered is written down");
        Ok((act.decision.outcome, chain, act.item_change))
    }

    /// Writes a chain: what it holds more than the one that the decision was made on goes into the buckets.
    fn write(&mut self, document: &'static str, on: Option<&Chain>, chain: Chain, item_change: i64) {
        let was = on.map(|chain| chain.held(Day::MAX)).unwrap_or_default();
        let is = chain.held(Day::MAX);
        let buckets = &mut self.account.buckets;
        buckets.ordered += is.ordered - was.ordered;
        buckets.delivered += is.delivered - was.delivered;
        buckets.drafted += is.drafted - was.drafted;
        buckets.open += item_change;
        let holds = |chain: Option<&Chain>| chain.is_some_and(|chain| chain.state == ChainState::Active);
        let closed = matches!(chain.state, ChainState::Cancelled | ChainState::Expired);
        if !holds(on) && holds(Some(&chain)) {
            *self.began.entry(document).or_default() += 1;
        }
        if holds(on) && closed {
            *self.resolved.entry(document).or_default() += 1;
        }
        self.chains.insert(document, chain);
    }

    /// What the store does by itself with an order that ran out.
    fn run_out(&mut self, document: &'static str) {
        let Some(before) = self.chains.get(document).cloned() else { return };
        let due = before.expires.is_some_and(|expires| expires <= self.now);
        if before.state == ChainState::Active && due {
            let chain = Chain { state: ChainState::Expired, ordered: 0, expires: None, ..before.clone() };
            self.write(document, Some(&before), chain, 0);
        }
    }

    /// What holds at every moment that somebody can see.
    fn holds_together(&self) {
        let mut expected = Buckets::default();
        for (document, chain) in &self.chains {
            expected = expected.checked_add(&chain.held(Day::MAX)).unwrap();
            expected.open += chain.invoiced;
            let parts = chain.ordered + chain.moved().unwrap();
            assert!(parts <= chain.amount.max(0), "{document}: {chain:?} has more than it is");
            assert!(chain.state == ChainState::Active || chain.ordered == 0, "{document}: {chain:?} holds");
            let [began, resolved] = [&self.began, &self.resolved].map(|of| of.get(document).copied().unwrap_or(0));
            let open = u32::from(chain.state == ChainState::Active);
            assert!(resolved + open <= began, "{document} resolved {resolved} times and began {began} times");
        }
        assert_eq!(self.account.buckets, expected, "the buckets are what the chains come to");
        assert!(self.owed() <= LIMIT, "{} is owed, and the limit is {LIMIT}", self.owed());
    }
}

/// One durable step.
fn step(kept: &Mutex<Kept>, policy: &Policy, document: &'static str, request: &Request) -> Option<Outcome> {
    let mut kept = kept.lock().unwrap();
    kept.run_out(document);
    let before = kept.chains.get(document).cloned();
    let answer = kept.decide(policy, document, request);
    let outcome = answer.ok().map(|(outcome, chain, item_change)| {
        kept.write(document, before.as_ref(), chain, item_change);
        outcome
    });
    kept.holds_together();
    outcome
}

fn standard() -> Arc<Policy> {
    Arc::new(Policy::standard().unwrap())
}

type Work = Vec<(&'static str, Request)>;

/// Each list by a thread of its own, under many schedules, half of them made to find rare ones; `moved` is when the clock
/// jumps past the expiry, as one more thread. `look` sees what was kept in the end.
fn under_many_schedules(threads: Vec<Work>, clock: bool, look: fn(&Kept)) {
    let run = move || {
        let (kept, policy) = (Arc::new(Mutex::new(Kept::new())), standard());
        let mut handles: Vec<_> = threads
            .iter()
            .cloned()
            .map(|work| {
                let (kept, policy) = (Arc::clone(&kept), Arc::clone(&policy));
                thread::spawn(move || {
                    for (document, request) in &work {
                        let _ = step(&kept, &policy, document, request);
                    }
                })
            })
            .collect();
        if clock {
            let kept = Arc::clone(&kept);
            handles.push(thread::spawn(move || {
                kept.lock().unwrap().now = EXPIRES;
                // The store's own clearing, twice: as two callers might.
                for _ in 0..2 {
                    let mut kept = kept.lock().unwrap();
                    let documents: Vec<&'static str> = kept.chains.keys().copied().collect();
                    documents.into_iter().for_each(|document| kept.run_out(document));
                    kept.holds_together();
                }
            }));
        }
        for handle in handles {
            handle.join().unwrap();
        }
        look(&kept.lock().unwrap());
    };
    shuttle::check_random(run.clone(), 1_500);
    shuttle::check_pct(run, 1_500, 4);
}

#[test]
fn one_order_is_reserved_changed_moved_and_given_up_by_several_at_once() {
    under_many_schedules(
        vec![
            vec![("SO-1", request(Action::Reserve, 60)), ("SO-1", moving(Stage::Delivered, 30))],
            vec![("SO-1", request(Action::Change, 90)), ("SO-1", moving(Stage::Invoiced, 20))],
            vec![("SO-1", request(Action::Reserve, 70)), ("SO-1", Request::of(Action::Cancel))],
            vec![("SO-1", Request::of(Action::Cancel)), ("SO-1", request(Action::Reopen, 40))],
        ],
        false,
        |kept| {
            let began = kept.began.get("SO-1").copied().unwrap_or(0);
            assert!((1..=2).contains(&began), "it began to hold credit {began} times");
        },
    );
}

#[test]
fn of_several_orders_only_those_that_fit_are_taken() {
    under_many_schedules(
        vec![
            vec![("SO-1", request(Action::Reserve, 60))],
            vec![("SO-2", request(Action::Reserve, 60))],
            vec![("SO-3", request(Action::Reserve, 60))],
        ],
        false,
        |kept| {
            let taken = kept.chains.values().filter(|chain| chain.state == ChainState::Active).count();
            assert_eq!((taken, kept.owed()), (1, 60), "exactly one of them");
        },
    );
    under_many_schedules(
        (0..5).map(|at| vec![(["A", "B", "C", "D", "E"][at], request(Action::Reserve, 34))]).collect(),
        false,
        |kept| assert_eq!(kept.owed(), 68, "two of five"),
    );
}

#[test]
fn an_order_runs_out_or_is_delivered_and_never_both() {
    under_many_schedules(
        vec![
            vec![("SO-1", expiring(80)), ("SO-1", moving(Stage::Delivered, 80))],
            vec![("SO-1", Request::of(Action::Cancel))],
            vec![("SO-2", request(Action::Reserve, 80)), ("SO-2", request(Action::Reserve, 80))],
        ],
        true,
        |kept| {
            let delivered = |document| kept.chains.get(document).map_or(0, |chain: &Chain| chain.delivered);
            assert!(delivered("SO-1") == 0 || delivered("SO-1") == 80);
            if kept.chains.get("SO-1").is_some_and(|chain| chain.state == ChainState::Expired) {
                assert_eq!(kept.chains["SO-1"].ordered, 0);
            }
        },
    );
}

/// What happens when facts are read before the step begins: the checker finds the limit spent twice. So the tests above
/// can fail.
#[test]
fn facts_that_are_read_outside_the_step_spend_the_limit_twice() {
    static DOUBLE: AtomicUsize = AtomicUsize::new(0);
    static FINE: AtomicUsize = AtomicUsize::new(0);
    shuttle::check_random(
        || {
            let (kept, policy) = (Arc::new(Mutex::new(Kept::new())), standard());
            let handles = ["SO-1", "SO-2"].map(|document| {
                let (kept, policy) = (Arc::clone(&kept), Arc::clone(&policy));
                thread::spawn(move || {
                    let facts = kept.lock().unwrap().clone();
                    let done = facts.decide(&policy, document, &request(Action::Reserve, 60));
                    let (_, chain, item_change) = done.unwrap();
                    kept.lock().unwrap().write(document, facts.chains.get(document), chain, item_change);
                })
            });
            handles.into_iter().for_each(|handle| handle.join().unwrap());
            let spent = kept.lock().unwrap().owed() > LIMIT;
            (if spent { &DOUBLE } else { &FINE }).fetch_add(1, Ordering::Relaxed);
        },
        200,
    );
    assert!(DOUBLE.load(Ordering::Relaxed) > 0, "the checker finds it");
    assert!(FINE.load(Ordering::Relaxed) > 0, "and not in every schedule: it is a race");
}
