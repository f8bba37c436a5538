//! The PostgreSQL servers that other tests use are what they say.
#![cfg(target_os = "linux")]

#[path = "postgres_server/mod.rs"]
mod postgres_server;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postgres_server::machine::{children, command, parent_of, program, run, wait_until};
use postgres_server::*;

/// A `psql` that stays connected and answers one statement after the other.
struct Session {
    child: Child,
    answers: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Session {
    fn open(url: &str) -> Self {
        let mut psql = Command::new(program("psql", "postgresql-client"));
        psql.args(["-X", "-q", "-A", "-t", "-d", url]);
        let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, answers }
    }

    /// Sends a statement.
    fn say(&mut self, text: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{text};").unwrap();
    }

    /// The next line of an answer; none when the session was ended.
    fn line(&mut self) -> Option<String> {
        self.answers.next().map(Result::unwrap)
    }

    fn ask(&mut self, text: &str) -> String {
        self.say(text);
        self.line().unwrap()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn durable() -> Server {
    Server::with(Options { speed: Speed::Durable, ..Options::default() })
}

fn refused(result: Result<String, String>, why: &str) {
    let said = result.expect_err("it was let through");
    assert!(said.contains(why), "{said}");
}

#[test]
fn the_shared_server_gives_each_test_a_database_of_its_own() {
    let (one, two) = (shared().fresh_database(), shared().fresh_database());
    assert_ne!(one, two);
    psql(&one, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)").unwrap();
    assert_eq!(psql(&one, "SELECT n FROM t").unwrap(), "1");
    refused(psql(&two, "SELECT n FROM t"), "\"t\" does not exist");
    assert_eq!(psql(&one, "SHOW max_connections").unwrap(), "200");
    assert!(shared().log().contains("\"t\" does not exist"), "the log tells what was refused");
}

#[test]
fn both_addresses_lead_to_the_server_and_its_settings_are_the_callers() {
    let fast = Server::with(Options { max_connections: 17, ..Options::default() });
    let durable = durable();
    assert_ne!(fast.address(), durable.address());
    let settings = "SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings \
        WHERE name IN ('fsync', 'full_page_writes', 'max_connections', 'synchronous_commit', 'wal_level')";
    for (server, expected) in [(&fast, "off off 17 on replica"), (&durable, "on on 100 on replica")] {
        assert_eq!(psql(&server.url("postgres"), settings).unwrap(), expected);
        assert_eq!(psql(&server.socket_url("postgres"), settings).unwrap(), expected);
    }
    assert_eq!(fast.sql("postgres", "SELECT 'a' < 'B', 'a' < 'B' COLLATE \"C\""), "t|f", "sorted as in a dictionary");
    fast.sql("postgres", "CREATE ROLE guarded LOGIN PASSWORD 'key'");
    let guarded = fast.url("postgres").replace("postgres@", "guarded:key@");
    assert_eq!(psql(&guarded, "SELECT current_user").unwrap(), "guarded");
    refused(psql(&guarded.replace(":key", ":no"), "SELECT 1"), "password authentication failed");
}

#[test]
fn a_killed_server_keeps_what_was_committed_and_nothing_else() {
    let mut server = durable();
    let url = server.fresh_database();
    psql(&url, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)").unwrap();
    let mut open = Session::open(&url);
    assert_eq!(open.ask("BEGIN; INSERT INTO t VALUES (2) RETURNING n"), "2");
    server.kill();
    open.say("COMMIT");
    assert_eq!(open.line(), None, "a server that is dead answered");
    refused(psql(&url, "SELECT 1"), "Connection refused");
    server.start_again();
    assert_eq!(psql(&url, "SELECT n FROM t").unwrap(), "1");
    assert!(server.log().contains("not properly shut down"));
}

#[test]
fn a_stopped_server_ends_its_sessions_fast_or_at_once() {
    let mut server = durable();
    for (how, recovers) in [(Stop::Fast, false), (Stop::Immediate, true)] {
        let mut session = Session::open(&server.url("postgres"));
        assert_eq!(session.ask("SELECT 1"), "1");
        server.stop(how);
        session.say("SELECT 2");
        assert_eq!(session.line(), None);
        refused(psql(&server.url("postgres"), "SELECT 1"), "Connection refused");
        server.start_again();
        assert_eq!(server.sql("postgres", "SELECT 1"), "1");
        assert_eq!(server.log().contains("not properly shut down"), recovers, "{how:?}");
    }
}

#[test]
fn a_read_only_server_refuses_open_sessions_too() {
    let mut server = Server::start();
    let url = server.fresh_database();
    psql(&url, "CREATE TABLE t (n int)").unwrap();
    let mut open = Session::open(&url);
    assert_eq!(open.ask("INSERT INTO t VALUES (1) RETURNING n"), "1");
    server.read_only(true);
    refused(psql(&url, "INSERT INTO t VALUES (2)"), "cannot execute INSERT in a read-only transaction");
    open.say("INSERT INTO t VALUES (3)");
    assert_eq!(open.ask("SELECT count(*) FROM t"), "1");
    server.read_only(false);
    psql(&url, "INSERT INTO t VALUES (4)").unwrap();
    assert_eq!(open.ask("SELECT count(*) FROM t"), "2");
}

#[test]
fn a_paused_server_is_silent_until_it_is_resumed() {
    let mut server = Server::start();
    let url = server.url("postgres");
    let mut open = Session::open(&url);
    assert_eq!(open.ask("SELECT 1"), "1");
    server.pause();
    let begun = Instant::now();
    refused(psql(&format!("{url}?connect_timeout=2"), "SELECT 1"), "timeout expired");
    assert!(begun.elapsed() >= Duration::from_millis(1900));
    TcpStream::connect(server.address()).expect("the kernel still takes connections");
    open.say("SELECT 2");
    server.resume();
    assert_eq!(open.line().as_deref(), Some("2"));
    assert_eq!(psql(&url, "SELECT 3").unwrap(), "3");
}

#[test]
fn a_standby_follows_and_takes_over() {
    let mut primary = durable();
    let database = primary.fresh_database_name();
    primary.sql(&database, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
    let mut standby = Standby::of(&primary);
    primary.sql(&database, "INSERT INTO t VALUES (2)");
    standby.caught_up(&primary);
    assert_eq!(psql(&standby.url(&database), "SELECT sum(n) FROM t").unwrap(), "3");
    refused(psql(&standby.url(&database), "INSERT INTO t VALUES (9)"), "in a read-only transaction");

    // Synchronous: while the standby is silent a commit is done on the primary and not answered.
    standby.synchronous(&primary);
    standby.pause();
    let mut waiting = Session::open(&primary.url(&database));
    waiting.say("INSERT INTO t VALUES (3) RETURNING n");
    wait_until("the commit waits for the standby", || {
        primary.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1"
    });
    standby.resume();
    assert_eq!(waiting.line().as_deref(), Some("3"));
    primary.sql(&database, "INSERT INTO t VALUES (4)");

    // What was answered is on the standby, which takes over for clients that know both.
    let both = writable_url(&[standby.address(), primary.address()], &database);
    assert_eq!(psql(&both, "SHOW port").unwrap(), primary.address().port().to_string());
    primary.kill();
    standby.promote();
    assert_eq!(psql(&both, "INSERT INTO t VALUES (5); SELECT sum(n) FROM t").unwrap(), "15");
    assert_eq!(psql(&both, "SHOW port").unwrap(), standby.address().port().to_string());
    // The old primary comes back and knows nothing of it: two servers that take writes.
    primary.start_again();
    assert_eq!(primary.sql(&database, "SELECT sum(n), pg_is_in_recovery() FROM t"), "10|f");
}

fn apart() -> Server {
    Server::with(Options { own_network: true, ..Options::default() })
}

#[test]
fn a_cut_is_silent_on_open_and_on_new_connections_until_it_is_healed() {
    let (mut server, other) = (apart(), apart());
    assert_ne!(server.address().ip(), other.address().ip());
    let url = server.url("postgres");
    assert_eq!(psql(&url, "SELECT 1").unwrap(), "1");
    let mut open = TcpStream::connect(server.address()).unwrap();
    server.cut();
    // The question whether the server speaks TLS; the answer is one byte.
    open.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
    open.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let begun = Instant::now();
    refused(psql(&format!("{url}?connect_timeout=3"), "SELECT 1"), "timeout expired");
    assert!(begun.elapsed() >= Duration::from_millis(2900), "something told the client: {:?}", begun.elapsed());
    let mut answer = [0];
    let error = open.read(&mut answer).expect_err("an answer came through the cut");
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(open.take_error().unwrap().map(|error| error.to_string()), None);
    assert_eq!(server.sql("postgres", "SELECT 1"), "1", "the server itself is well");
    assert_eq!(psql(&other.url("postgres"), "SELECT 2").unwrap(), "2", "another server was cut off too");
    server.heal();
    open.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    open.read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"N");
    assert_eq!(psql(&url, "SELECT 3").unwrap(), "3");
}

#[test]
fn a_cut_of_the_answers_lets_the_work_be_done() {
    let mut server = apart();
    let database = server.fresh_database_name();
    server.sql(&database, "CREATE TABLE t (n int)");
    let mut open = Session::open(&server.url(&database));
    assert_eq!(open.ask("SELECT 1"), "1");
    server.cut_answers();
    open.say("INSERT INTO t VALUES (7) RETURNING n");
    wait_until("the row is there", || server.sql(&database, "SELECT n FROM t") == "7");
    // It is new connections that show it: the first packet of the server's side is what they wait for.
    refused(psql(&format!("{}?connect_timeout=2", server.url(&database)), "SELECT 1"), "timeout expired");
    server.heal();
    assert_eq!(open.line().as_deref(), Some("7"));
    assert_eq!(open.ask("SELECT count(*) FROM t"), "1");
}

#[test]
fn a_primary_that_is_cut_off_does_not_know_of_its_successor() {
    let mut primary = apart();
    let database = primary.fresh_database_name();
    primary.sql(&database, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
    let mut standby = Standby::of(&primary);
    standby.caught_up(&primary);
    primary.cut();
    primary.sql(&database, "INSERT INTO t VALUES (2)");
    standby.promote();
    let successor = writable_url(&[primary.address(), standby.address()], &database) + "&connect_timeout=2";
    assert_eq!(psql(&successor, "INSERT INTO t VALUES (4); SELECT sum(n) FROM t").unwrap(), "5");
    primary.heal();
    assert_eq!(psql(&primary.url(&database), "SELECT sum(n) FROM t").unwrap(), "3");
}

#[test]
fn a_pooler_lends_one_connection_to_many_sessions() {
    let server = Server::start();
    let database = server.fresh_database_name();
    let pooler = Pooler::before(server.address(), 1);
    let (mut one, mut two) = (Session::open(&pooler.url(&database)), Session::open(&pooler.url(&database)));
    let backend = one.ask("SELECT pg_backend_pid()");
    assert_eq!(two.ask("SELECT pg_backend_pid()"), backend);
    // What a session keeps is the next one's.
    one.say("PREPARE mine AS SELECT 7");
    assert_eq!(one.ask("SELECT 1"), "1");
    assert_eq!(two.ask("EXECUTE mine"), "7");
    // And in a transaction the connection is its own.
    assert_eq!(one.ask("BEGIN; SELECT 2"), "2");
    two.say("SELECT 3");
    wait_until("the other session waits", || {
        psql(&pooler.url("pgbouncer"), "SHOW POOLS").unwrap().contains(&format!("{database}|postgres|1|1|"))
    });
    assert_eq!(one.ask("COMMIT; SELECT 4"), "4");
    assert_eq!(two.line().as_deref(), Some("3"));
}

#[test]
fn tls_is_required_and_the_certificate_is_of_its_authority() {
    let server = Server::start_with_tls();
    let (authority, stranger) = server.authorities();
    let url = server.url("postgres");
    refused(psql(&format!("{url}?sslmode=disable"), "SELECT 1"), "no encryption");
    let mine = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    for url in [&url, &url.replace("127.0.0.1", "localhost")] {
        let verified = format!("{url}?sslmode=verify-full&sslrootcert=");
        assert_eq!(psql(&format!("{verified}{}", authority.display()), mine).unwrap(), "t");
        refused(psql(&format!("{verified}{}", stranger.display()), mine), "certificate verify failed");
    }
}

/// Ten statements in one session, and how long they took.
fn ten(url: &str, statement: &str) -> Duration {
    let mut session = Session::open(url);
    assert_eq!(session.ask("SELECT 'ready'"), "ready");
    let begun = Instant::now();
    (0..10).for_each(|_| assert_eq!(session.ask(statement), "1"));
    begun.elapsed()
}

#[test]
fn a_slow_disk_makes_commits_slow_and_nothing_else() {
    let delay = Duration::from_millis(50);
    let server = Server::with(Options { speed: Speed::Durable, fsync_delay: Some(delay), ..Options::default() });
    let url = server.url("postgres");
    server.sql("postgres", "CREATE TABLE t (n int)");
    let commits = ten(&url, "INSERT INTO t VALUES (1) RETURNING n");
    assert!(commits >= 10 * delay, "{commits:?}");
    let reads = ten(&url, "SELECT 1");
    assert!(reads < 10 * delay, "{reads:?}");
}

#[test]
fn a_delay_is_paid_for_each_round_trip_and_not_for_each_byte() {
    let server = Server::start();
    let delay = Duration::from_millis(100);
    let relay = DelayProxy::before(server.address(), delay);
    let trips = ten(&relay.url("postgres"), "SELECT 1");
    assert!(trips >= 10 * delay, "{trips:?}");
    assert!(ten(&server.url("postgres"), "SELECT 1") < 10 * delay, "without the relay it takes as long");
    // More than 300 pieces of at most 64 KiB: a relay that sleeps for each takes more than 15 seconds.
    let begun = Instant::now();
    let answer = psql(&relay.url("postgres"), "SELECT repeat('x', 20000000)").unwrap();
    assert_eq!(answer.len(), 20_000_000);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let mut session = Session::open(&relay.url("postgres"));
    assert_eq!(session.ask("SELECT 1"), "1");
    drop(relay);
    session.say("SELECT 2");
    assert_eq!(session.line(), None);
}

/// Set in the child of the next test.
const ABANDONED: &str = "OBLIGOR_ABANDONED_SERVER";

#[test]
fn nothing_is_left_of_a_server_whose_process_is_killed() {
    if std::env::var_os(ABANDONED).is_some() {
        let mut paused = Server::start();
        paused.pause();
        // A thread that starts the shared server may end long before the process does.
        let shared = std::thread::spawn(|| shared().folder().to_owned()).join().unwrap();
        let apart = apart();
        println!("\n={}\n={}", paused.folder().display(), shared.display());
        println!("={}\n={}", apart.folder().display(), apart.address().ip());
        std::thread::sleep(Duration::from_secs(60));
        unreachable!("nobody killed the child");
    }
    let mut me = Command::new(std::env::current_exe().unwrap());
    me.args(["--exact", "nothing_is_left_of_a_server_whose_process_is_killed", "--nocapture"]).env(ABANDONED, "yes");
    let mut child = me.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut told: Vec<String> = lines.filter_map(|line| Some(line.strip_prefix('=')?.to_owned())).take(4).collect();
    let neighbours = format!("{}/30", told.pop().expect("the child has started its servers"));
    let folders: Vec<PathBuf> = told.iter().map(PathBuf::from).collect();
    let interface = || run(command(program("ip", "iproute2")).args(["-o", "addr", "show", "to", &neighbours]));
    let name = interface().split_whitespace().nth(1).expect("the network of the third server").to_owned();
    let namespace = Path::new("/run/netns").join(name);
    assert!(namespace.exists());
    let postmaster = |folder: &PathBuf| {
        let state = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        state.lines().next().unwrap().parse::<u32>().unwrap()
    };
    let mut processes: Vec<u32> = folders.iter().map(postmaster).collect();
    processes.extend(processes.clone().into_iter().flat_map(children));
    assert!(processes.len() > 6 && processes.iter().all(|process| parent_of(*process).is_some()), "{processes:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("the processes have ended", || processes.iter().all(|process| parent_of(*process).is_none()));
    wait_until("the folders are gone", || folders.iter().all(|folder| !folder.exists()));
    wait_until("the network is gone", || interface().is_empty() && !namespace.exists());
}
