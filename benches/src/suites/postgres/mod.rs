//! How fast orders are reserved in a PostgreSQL server, beside what else one could do there.
//!
//! One server, on a disk that takes a millisecond for each flush and is memory otherwise. Ours is the whole answer,
//! [`Engine::reserve`] under the standard policy, down to the recorded decision.

mod peers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use obligor::calendar::{Clock, Instant};
use obligor::engine::{Engine, Keeper};
use obligor::policy::Policy;
use obligor::store::postgres::{Options, PostgresStore};

use super::FLUSH;
use crate::portfolio::{fill, is_sound, reserving};
use crate::postgres_server::{self, DelayProxy, Server, Speed};
use crate::result::{Contest, Made};
use crate::rounds::{Call, Length, Rounds, Side};

const ACCOUNTS: u32 = 1_000;
const NETWORK: Duration = Duration::from_micros(500);
const HOT_CALLERS: u32 = 8;
const HOSTS: u32 = 4;
const CALLERS: u32 = 4;
const OURS: &str = "reserve";
const UPDATE: &str = "a single conditional update";
const FOR_UPDATE: &str = "SELECT FOR UPDATE";
const SAME_ROWS: &str = "a single statement that writes our rows";

/// A clock that stands still: a day that begins is none of what is compared.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        Instant::parse("2026-11-22T12:00:00Z").expect("a moment")
    }
}

/// A host: an engine on a store of its own.
fn host(url: &str) -> Arc<Engine> {
    let store = PostgresStore::open(url, Options { create: true, ..Options::default() }).expect("a store");
    let policy = Arc::new(Policy::standard().expect("the standard policy"));
    let keeper = Keeper::new(&[7; 32]).expect("a keeper");
    let deadline = Duration::from_secs(10);
    Arc::new(Engine::with(Box::new(store), policy, Box::new(Noon), keeper, 0, deadline).expect("an engine"))
}

pub(super) fn run(length: Length, made: &mut Made) -> Vec<Contest> {
    let server = Server::with(postgres_server::Options {
        speed: Speed::Durable,
        fsync_delay: Some(FLUSH),
        ..postgres_server::Options::default()
    });
    made.postgresql = Some(server.sql("postgres", "SHOW server_version"));
    let database = server.fresh_database_name();
    let url = server.url(&database);
    let line = DelayProxy::before(server.address(), NETWORK);
    let far = line.url(&database);

    let first = host(&url);
    fill(&first, ACCOUNTS);
    let hosts: Vec<_> = std::iter::once(first).chain((1..HOSTS).map(|_| host(&url))).collect();
    let distant = host(&far);
    reserving(&distant, "sample", 1)();
    let body = server.sql(&database, "SELECT body FROM obligor.decision LIMIT 1");
    peers::make(&server, &database, ACCOUNTS);
    server.sql(&database, "CREATE TABLE floor (number BIGINT)");

    let hot = |name, call: &dyn Fn(u32) -> Call| Side::callers(name, (0..HOT_CALLERS).map(call).collect());
    let spread = |name, call: &dyn Fn(u32, u32) -> Call| {
        let all = (0..HOSTS).flat_map(|host| (0..CALLERS).map(move |caller| (host, caller)));
        Side::callers(name, all.map(|(host, caller)| call(host, caller)).collect())
    };
    let same = Arc::new(AtomicU64::new(0));
    let of = |host: u32, caller: u32| host * CALLERS + caller;

    let contests = vec![
        Rounds::new("One customer, 8 callers", length, commits(&url))
            .side(hot(UPDATE, &|caller| peers::conditional_update(&url, caller, 1)))
            .side(hot(OURS, &|caller| reserving(&hosts[0], &format!("hot-{caller}"), 1)))
            .speed(OURS, UPDATE, Some(5.0))
            .play(),
        Rounds::new("One customer, 8 callers, 0.5 ms of network", length, commits(&url))
            .side(hot(FOR_UPDATE, &|caller| peers::select_for_update(&far, caller, 1)))
            .side(hot(OURS, &|caller| reserving(&distant, &format!("far-{caller}"), 1)))
            .speed(OURS, FOR_UPDATE, Some(8.0))
            .play(),
        Rounds::new("1,000 customers, 4 hosts with 4 callers each", length, commits(&url))
            .side(spread(UPDATE, &|host, caller| peers::conditional_update(&url, of(host, caller), ACCOUNTS)))
            .side(spread(OURS, &|host, caller| {
                reserving(&hosts[host as usize], &format!("wide-{host}-{caller}"), ACCOUNTS)
            }))
            .side(spread(SAME_ROWS, &|host, caller| peers::same_rows(&url, of(host, caller), ACCOUNTS, &body, &same)))
            .speed(OURS, UPDATE, Some(1.0))
            .speed(OURS, SAME_ROWS, Some(1.0))
            .play(),
    ];
    peers::check(&server, &database, same.load(Ordering::Relaxed));
    is_sound(&hosts[0]);
    contests
}

/// The least that is durable: a row by itself.
fn commits(url: &str) -> Side<'static> {
    let mut least = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
    let insert = least.prepare("INSERT INTO floor VALUES (1)").expect("a statement");
    let commit = move || assert_eq!(least.execute(&insert, &[]).expect("a commit"), 1);
    Side::callers("one commit", vec![Box::new(commit)])
}
