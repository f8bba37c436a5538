//! How fast orders are reserved in a PostgreSQL server, beside what else one could do there:
//! `cargo bench --bench postgres`.
//!
//! One server, on a disk that takes a millisecond for each flush and is memory otherwise. Ours is the whole answer,
//! [`Engine::reserve`] under the standard policy, down to the recorded decision.
//!
//! Ends with 1 when a goal is missed, and with 2 when the machine was too busy to tell.

mod dice;
mod peers;
#[path = "../../tests/postgres_server/mod.rs"]
mod postgres_server;
mod rounds;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant as Deadline};

use obligor::calendar::{Clock, Day, Instant};
use obligor::credit::{Limit, LimitKind, Status};
use obligor::engine::{Engine, Keeper, OrderRequest};
use obligor::money::{Currency, Money};
use obligor::policy::Policy;
use obligor::store::postgres::{Options, PostgresStore};
use obligor::store::{AccountKey, AccountRecord, Customer, LimitOwner, LimitRecord};

use dice::Dice;
use postgres_server::{DelayProxy, Server, Speed};
use rounds::{Call, Side, Verdict, compare};

const COMPANY: &str = "NORD";
const ACCOUNTS: u32 = 1_000;
const AMOUNT: i64 = 10_00;
/// Room for all orders of a run.
const LIMIT: i64 = 1_000_000_000_00;
/// How long a flush of the disk takes: a cloud's block device, …
const FSYNC: Duration = Duration::from_millis(1);
/// … and one that had to do more.
const SLOW_FSYNC: Duration = Duration::from_millis(4);
const NETWORK: Duration = Duration::from_micros(500);
const HOT_CALLERS: u32 = 8;
const HOSTS: u32 = 4;
const CALLERS: u32 = 4;

/// A clock that stands still: a day that begins is none of what is compared.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        Instant::parse("2026-11-22T12:00:00Z").expect("a moment")
    }
}

fn customer(number: u32) -> String {
    format!("C{number:05}")
}

/// A host: an engine on a store of its own.
fn host(url: &str) -> Arc<Engine> {
    let store = PostgresStore::open(url, Options { create: true, ..Options::default() }).expect("a store");
    let policy = Arc::new(Policy::standard().expect("the standard policy"));
    let keeper = Keeper::new(&[7; 32]).expect("a keeper");
    let deadline = Duration::from_secs(10);
    Arc::new(Engine::with(Box::new(store), policy, Box::new(Noon), keeper, 0, deadline).expect("an engine"))
}

/// Makes customers with accounts and limits.
fn fill(engine: &Engine) {
    let currency = Currency::parse("DKK").expect("a currency");
    let today = Day::from_ymd(2026, 11, 22).expect("a day");
    let deadline = Deadline::now() + Duration::from_secs(60);
    engine
        .store()
        .load(
            engine.now(),
            today,
            &mut |load| {
                for number in (0..ACCOUNTS).map(customer) {
                    let key = AccountKey { company: COMPANY.to_owned(), customer: number.clone() };
                    load.put_customer(&Customer { number, country: "DK".to_owned(), ..Customer::default() })?;
                    load.put_account(&AccountRecord {
                        key: key.clone(),
                        currency,
                        status: Status::Ok,
                        profile: None,
                        pools: None,
                    })?;
                    let limit = Limit::always(LimitKind::Base, Some(LIMIT));
                    load.put_limit(&LimitRecord { owner: LimitOwner::Account(key), currency, limit })?;
                }
                Ok(())
            },
            deadline,
        )
        .expect("a load");
}

fn order(account: u32, name: &str) -> OrderRequest {
    OrderRequest {
        company: COMPANY.to_owned(),
        customer: customer(account),
        document: format!("SO-{name}"),
        key: format!("key-{name}"),
        amount: Some(Money::new(AMOUNT, Currency::parse("DKK").expect("a currency"))),
        ..OrderRequest::default()
    }
}

/// Reserves an order at one of the first so many customers with each call.
fn reserving(engine: &Arc<Engine>, caller: &str, accounts: u32) -> Call {
    let seed = caller.bytes().fold(1, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let (engine, mut dice, caller, mut number) = (Arc::clone(engine), Dice(seed), caller.to_owned(), 0_u64);
    Box::new(move || {
        number += 1;
        let order = order(dice.below(accounts), &format!("{caller}-{number}"));
        let answer = engine.reserve(&order).expect("an answer");
        assert!(answer.decision.outcome.grants(), "there is room for all");
    })
}

/// A server with a filled store in it, and hosts that have met every customer.
struct Site {
    server: Server,
    database: String,
    url: String,
    hosts: Vec<Arc<Engine>>,
}

impl Site {
    fn with(fsync: Duration) -> Self {
        let server = Server::with(postgres_server::Options {
            speed: Speed::Durable,
            fsync_delay: Some(fsync),
            ..postgres_server::Options::default()
        });
        let database = server.fresh_database_name();
        let url = server.url(&database);
        let first = host(&url);
        fill(&first);
        let hosts: Vec<_> = std::iter::once(first).chain((1..HOSTS).map(|_| host(&url))).collect();
        peers::make(&server, &database, ACCOUNTS);
        for (number, engine) in hosts.iter().enumerate() {
            for account in 0..ACCOUNTS {
                let order = order(account, &format!("first-{number}-{account}"));
                assert!(engine.reserve(&order).expect("an answer").decision.outcome.grants(), "there is room for all");
            }
        }
        Self { server, database, url, hosts }
    }

    /// The least that is durable.
    fn floor(&self) -> impl FnMut() + use<> {
        let mut least = postgres::Client::connect(&self.url, postgres::NoTls).expect("a connection");
        least.batch_execute("CREATE TABLE IF NOT EXISTS floor (number BIGINT)").expect("a table");
        let insert = least.prepare("INSERT INTO floor VALUES (1)").expect("a statement");
        move || assert_eq!(least.execute(&insert, &[]).expect("a commit"), 1)
    }

    /// One customer, asked for by all callers of one host, beside a peer.
    fn hot(&self, what: &str, url: &str, engine: &Arc<Engine>, peer: Hot) -> Verdict {
        let theirs = (0..HOT_CALLERS).map(|caller| (peer.call)(url, caller, 1)).collect();
        let ours = (0..HOT_CALLERS).map(|caller| reserving(engine, &format!("{what}-{caller}"), 1)).collect();
        compare(
            what,
            Side::new("reserve", ours),
            vec![Side::new(peer.name, theirs).at_least(peer.wanted)],
            &mut self.floor(),
        )
    }

    /// Many customers, asked for by several hosts with several callers each.
    fn spread(&self, what: &str, wanted: f64) -> Verdict {
        let body = self.server.sql(&self.database, "SELECT body FROM obligor.decision LIMIT 1");
        let callers = |call: &dyn Fn(u32) -> Call| (0..HOSTS * CALLERS).map(call).collect::<Vec<_>>();
        let ours =
            |number: u32| reserving(&self.hosts[(number / CALLERS) as usize], &format!("{what}-{number}"), ACCOUNTS);
        let same_rows = |number| peers::same_rows(&self.url, number, ACCOUNTS, &body);
        let conditional_update = |number| peers::conditional_update(&self.url, number, ACCOUNTS);
        compare(
            what,
            Side::new("reserve", callers(&ours)),
            vec![
                Side::new("single statement that writes our rows", callers(&same_rows)).at_least(wanted),
                Side::new("single conditional update", callers(&conditional_update)).at_least(wanted),
            ],
            &mut self.floor(),
        )
    }

    /// Makes sure that everybody did what they were paid for.
    fn check(&self) {
        peers::check(&self.server, &self.database);
        let found = self.hosts[0].store().verify(&mut |_, _| true).expect("a verification");
        assert_eq!(found.faults, Vec::<String>::new(), "the store is sound");
    }
}

/// What a hot customer is compared with.
struct Hot {
    name: &'static str,
    call: fn(&str, u32, u32) -> Call,
    wanted: f64,
}

fn main() -> ExitCode {
    if Path::new("/dev/shm").is_dir() {
        // The delay of the disk is the chosen one, and nothing beside it.
        tempfile::env::override_temp_dir(Path::new("/dev/shm")).expect("the first to choose a folder");
    }
    let near = Site::with(FSYNC);
    let line = DelayProxy::before(near.server.address(), NETWORK);
    let far = line.url(&near.database);
    let update = Hot { name: "single conditional update", call: peers::conditional_update, wanted: 5.0 };
    let locks = Hot { name: "SELECT FOR UPDATE", call: peers::select_for_update, wanted: 8.0 };
    let mut verdicts = vec![
        near.hot("one customer, 8 callers", &near.url, &near.hosts[0], update),
        near.hot("one customer, 8 callers, 0.5 ms of network", &far, &host(&far), locks),
    ];
    for (site, wanted) in [(&near, 0.0), (&Site::with(SLOW_FSYNC), 1.0)] {
        verdicts.push(site.spread("1,000 customers, 4 hosts with 4 callers each", wanted));
        site.check();
    }
    match verdicts.into_iter().max() {
        Some(Verdict::Met) | None => ExitCode::SUCCESS,
        Some(Verdict::Missed) => ExitCode::FAILURE,
        Some(Verdict::Noisy) => ExitCode::from(2),
    }
}
