//! How fast orders are reserved in a PostgreSQL server, beside what else one could do there.
//!
//! Servers on disks that take a millisecond or four for each flush and are memory otherwise. Ours is the whole answer,
//! [`Engine::reserve`] under the standard policy, down to the recorded decision, of hosts that have met every customer.
//!
//! Many customers at once share no wait, so what is compared there is the work of all programs together; where they all
//! run on one machine with few processors, that is the limit, and on a slower disk it is less so.

mod peers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use obligor::calendar::{Clock, Instant};
use obligor::engine::{Engine, Keeper};
use obligor::policy::Policy;
use obligor::store::postgres::{Options, PostgresStore};

use super::FLUSH;
use crate::portfolio::{fill, is_sound, order, reserving};
use crate::postgres_server::{self, DelayProxy, Server, Speed};
use crate::result::{Contest, Made};
use crate::rounds::{Call, Length, Rounds, Side};

const ACCOUNTS: u32 = 1_000;
const SLOW_FLUSH: Duration = Duration::from_millis(4);
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

/// A server with a filled store in it, and its hosts.
struct Site {
    server: Server,
    database: String,
    url: String,
    hosts: Vec<Arc<Engine>>,
    /// Orders that [`SAME_ROWS`] was timed for.
    same: Arc<AtomicU64>,
}

impl Site {
    fn with(flush: Duration) -> Self {
        let server = Server::with(postgres_server::Options {
            speed: Speed::Durable,
            fsync_delay: Some(flush),
            ..postgres_server::Options::default()
        });
        let database = server.fresh_database_name();
        let url = server.url(&database);
        let first = host(&url);
        fill(&first, ACCOUNTS);
        peers::make(&server, &database, ACCOUNTS);
        server.sql(&database, "CREATE TABLE floor (number BIGINT)");
        reserving(&first, "sample", 1)();
        let hosts: Vec<_> = std::iter::once(first).chain((1..HOSTS).map(|_| host(&url))).collect();
        for engine in &hosts {
            for number in 0..ACCOUNTS {
                engine.check(&order(number, "")).expect("an answer");
            }
        }
        Self { server, database, url, hosts, same: Arc::default() }
    }

    /// One customer, whom all callers of one host ask for.
    fn hot(&self, title: &str, length: Length, url: &str, engine: &Arc<Engine>, peer: &Peer) -> Contest {
        let side = |name, call: &dyn Fn(u32) -> Call| Side::callers(name, (0..HOT_CALLERS).map(call).collect());
        Rounds::new(title, length, commits(&self.url))
            .side(side(peer.name, &|caller| (peer.call)(url, caller, 1)))
            .side(side(OURS, &|caller| reserving(engine, &format!("{}-{caller}", peer.orders), 1)))
            .speed(OURS, peer.name, Some(peer.wanted))
            .play()
    }

    /// Many customers, of whom several hosts with several callers each ask for any.
    fn spread(&self, title: &str, length: Length, wanted: Option<f64>) -> Contest {
        let side = |name, call: &dyn Fn(u32) -> Call| Side::callers(name, (0..HOSTS * CALLERS).map(call).collect());
        let body = self.server.sql(&self.database, "SELECT body FROM obligor.decision LIMIT 1");
        Rounds::new(title, length, commits(&self.url))
            .side(side(UPDATE, &|caller| peers::conditional_update(&self.url, caller, ACCOUNTS)))
            .side(side(OURS, &|caller| {
                reserving(&self.hosts[(caller / CALLERS) as usize], &format!("spread-{caller}"), ACCOUNTS)
            }))
            .side(side(SAME_ROWS, &|caller| peers::same_rows(&self.url, caller, ACCOUNTS, &body, &self.same)))
            .speed(OURS, UPDATE, wanted)
            .speed(OURS, SAME_ROWS, wanted)
            .play()
    }

    /// Makes sure that everybody did what they were timed for.
    fn check(&self) {
        peers::check(&self.server, &self.database, self.same.load(Ordering::Relaxed));
        is_sound(&self.hosts[0]);
    }
}

/// What a hot customer is compared with.
struct Peer {
    name: &'static str,
    /// What our orders beside it are called.
    orders: &'static str,
    call: fn(&str, u32, u32) -> Call,
    wanted: f64,
}

pub(super) fn run(length: Length, made: &mut Made) -> Vec<Contest> {
    let (quick, slow) = (Site::with(FLUSH), Site::with(SLOW_FLUSH));
    made.postgresql = Some(quick.server.sql("postgres", "SHOW server_version"));
    let line = DelayProxy::before(quick.server.address(), NETWORK);
    let far = line.url(&quick.database);
    let update = Peer { name: UPDATE, orders: "near", call: peers::conditional_update, wanted: 5.0 };
    let locks = Peer { name: FOR_UPDATE, orders: "far", call: peers::select_for_update, wanted: 8.0 };
    let contests = vec![
        quick.hot("One customer, 8 callers", length, &quick.url, &quick.hosts[0], &update),
        quick.hot("One customer, 8 callers, 0.5 ms of network", length, &far, &host(&far), &locks),
        quick.spread("1,000 customers, 4 hosts with 4 callers each", length, None),
        slow.spread("1,000 customers, 4 hosts with 4 callers each, 4 ms a flush", length, Some(1.0)),
    ];
    quick.check();
    slow.check();
    contests
}

/// The least that is durable: a row by itself.
fn commits(url: &str) -> Side<'static> {
    let mut least = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
    let insert = least.prepare("INSERT INTO floor VALUES (1)").expect("a statement");
    let commit = move || assert_eq!(least.execute(&insert, &[]).expect("a commit"), 1);
    Side::callers("one commit", vec![Box::new(commit)])
}
