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
const FSYNC: Duration = Duration::from_millis(1);
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

/// Reserves an order at one of the first so many customers with each call.
fn reserving(engine: &Arc<Engine>, caller: &str, accounts: u32) -> Call {
    let amount = Money::new(AMOUNT, Currency::parse("DKK").expect("a currency"));
    let seed = caller.bytes().fold(1, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let (engine, mut dice, caller, mut number) = (Arc::clone(engine), Dice(seed), caller.to_owned(), 0_u64);
    Box::new(move || {
        number += 1;
        let order = OrderRequest {
            company: COMPANY.to_owned(),
            customer: customer(dice.below(accounts)),
            document: format!("SO-{caller}-{number}"),
            key: format!("key-{caller}-{number}"),
            amount: Some(amount),
            ..OrderRequest::default()
        };
        let answer = engine.reserve(&order).expect("an answer");
        assert!(answer.decision.outcome.grants(), "there is room for all");
    })
}

fn main() -> ExitCode {
    if Path::new("/dev/shm").is_dir() {
        // The delay of the disk is the chosen one, and nothing beside it.
        tempfile::env::override_temp_dir(Path::new("/dev/shm")).expect("the first to choose a folder");
    }
    let server = Server::with(postgres_server::Options {
        speed: Speed::Durable,
        fsync_delay: Some(FSYNC),
        ..postgres_server::Options::default()
    });
    let database = server.fresh_database_name();
    let url = server.url(&database);
    let line = DelayProxy::before(server.address(), NETWORK);
    let far = line.url(&database);

    let first = host(&url);
    fill(&first);
    let hosts: Vec<_> = std::iter::once(first).chain((1..HOSTS).map(|_| host(&url))).collect();
    let distant = host(&far);
    reserving(&distant, "sample", 1)();
    let body = server.sql(&database, "SELECT body FROM obligor.decision LIMIT 1");
    peers::make(&server, &database, ACCOUNTS);

    let mut least = postgres::Client::connect(&url, postgres::NoTls).expect("a connection");
    least.batch_execute("CREATE TABLE floor (number BIGINT)").expect("a table");
    let insert = least.prepare("INSERT INTO floor VALUES (1)").expect("a statement");
    let mut floor = || assert_eq!(least.execute(&insert, &[]).expect("a commit"), 1);

    let hot =
        |url: &str, call: fn(&str, u32, u32) -> Call| (0..HOT_CALLERS).map(|caller| call(url, caller, 1)).collect();
    let ours = |engine: &Arc<Engine>, place: &str| {
        (0..HOT_CALLERS).map(|caller| reserving(engine, &format!("{place}-{caller}"), 1)).collect()
    };
    let spread = |call: &dyn Fn(u32, u32) -> Call| {
        (0..HOSTS)
            .flat_map(|host| (0..CALLERS).map(move |caller| (host, caller)))
            .map(|(host, caller)| call(host, caller))
            .collect::<Vec<_>>()
    };
    let of = |host: u32, caller: u32| host * CALLERS + caller;

    let verdicts = [
        compare(
            "one customer, 8 callers",
            Side::new("reserve", ours(&hosts[0], "hot")),
            vec![Side::new("single conditional update", hot(&url, peers::conditional_update)).at_least(5.0)],
            &mut floor,
        ),
        compare(
            "one customer, 8 callers, 0.5 ms of network",
            Side::new("reserve", ours(&distant, "far")),
            vec![Side::new("SELECT FOR UPDATE", hot(&far, peers::select_for_update)).at_least(8.0)],
            &mut floor,
        ),
        compare(
            "1,000 customers, 4 hosts with 4 callers each",
            Side::new(
                "reserve",
                spread(&|host, caller| reserving(&hosts[host as usize], &format!("wide-{host}-{caller}"), ACCOUNTS)),
            ),
            vec![
                Side::new(
                    "single conditional update",
                    spread(&|host, caller| peers::conditional_update(&url, of(host, caller), ACCOUNTS)),
                )
                .at_least(1.0),
                Side::new(
                    "single statement that writes our rows",
                    spread(&|host, caller| peers::same_rows(&url, of(host, caller), ACCOUNTS, &body)),
                )
                .at_least(1.0),
            ],
            &mut floor,
        ),
    ];
    peers::check(&server, &database);
    let found = hosts[0].store().verify(&mut |_, _| true).expect("a verification");
    assert_eq!(found.faults, Vec::<String>::new(), "the store is sound");
    match verdicts.into_iter().max() {
        Some(Verdict::Met) | None => ExitCode::SUCCESS,
        Some(Verdict::Missed) => ExitCode::FAILURE,
        Some(Verdict::Noisy) => ExitCode::from(2),
    }
}
