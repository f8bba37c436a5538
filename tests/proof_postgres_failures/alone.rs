//! One caller, and a failure at the very moment where it hurts.

use std::process::{Child, Stdio};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use obligor::credit::AccountId;
use obligor::error::{Error, ErrorKind, Result};
use obligor::store::postgres::{Options as Opening, PostgresStore};
use obligor::store::{Step, Store, Written};

use crate::long;
use crate::postgres_server::machine::{command, program, wait_until};
use crate::postgres_server::{Options, Server, Standby, Stop, psql, writable_url};
use crate::store_common::*;
use crate::workload::{carry_out, found, purchase};

/// A deadline that is meant to pass, …
const SHORT: Duration = Duration::from_millis(800);
/// … one that is not, …
const LONG: Duration = Duration::from_secs(20);
/// … and how late an answer may come on a busy machine.
const LATE: Duration = Duration::from_millis(1500);

/// The ways a request is written, each with a customer of its own: in one round trip, without pools and with, statement
/// by statement, and on record only, since nobody knows the customer.
const WAYS: [&str; 4] = ["hot-0", "pooled-0", LONG_WAY, "nobody"];
const LONG_WAY: &str = "pooled-1";

fn reserve(customer: &str, key: &str) -> Step {
    let mut step = keyed(purchase(customer, &format!("SO-{key}"), 5), key, 1);
    if customer == LONG_WAY {
        // Whoever asks about an item as well is not served in one.
        "I-1".clone_into(&mut step.ask.item);
    }
    step
}

/// What the customers of all ways have ordered.
fn ordered(store: &PostgresStore) -> [i64; 3] {
    ["hot-0", "pooled-0", LONG_WAY].map(|customer| buckets(store, customer).ordered)
}

/// A call that must end undetermined, and at the latest when it may.
fn undetermined<T: std::fmt::Debug>(wait: Duration, call: impl FnOnce(Instant) -> Result<T>) -> Error {
    let began = Instant::now();
    let error = call(began + wait).expect_err("nobody can know");
    assert!(began.elapsed() < wait + LATE, "it took {:?}: {error}", began.elapsed());
    assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
    error
}

/// Asks again: what is on record must be told, and it must be the only record of this key.
fn resolved(store: &PostgresStore, server: &Server, database: &str, customer: &str, key: &str) -> Written {
    let written = carry_out(store, reserve(customer, key), Instant::now() + LONG).unwrap();
    let recorded = server.sql(database, &format!("SELECT decision FROM obligor.request WHERE key = '{key}'"));
    assert_eq!(written.decision.as_ref().unwrap().id.to_string(), recorded);
    written
}

/// A primary with a synchronous standby, and a store that has been used before.
struct Pair {
    primary: Server,
    standby: Standby,
    database: String,
    store: PostgresStore,
}

impl Pair {
    fn start(own_network: bool) -> Self {
        let primary = Server::with(Options { own_network, ..Options::default() });
        let standby = Standby::of(&primary);
        standby.synchronous(&primary);
        let database = primary.fresh_database_name();
        let url = writable_url(&[primary.address(), standby.address()], &database) + "&sslmode=disable";
        let store = found(&primary, &database, &url);
        for customer in WAYS {
            run(&store, purchase(customer, &format!("SO-first-{customer}"), 1)).unwrap();
        }
        Self { primary, standby, database, store }
    }

    /// How many commits wait for the standby.
    fn waiting(&self) -> String {
        self.primary.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    }

    /// Begins a call that gets as far as its commit.
    fn commit_waits<'scope>(
        &'scope self,
        scope: &'scope std::thread::Scope<'scope, '_>,
        wait: Duration,
        customer: &'static str,
        key: &str,
    ) -> ScopedJoinHandle<'scope, Error> {
        let step = reserve(customer, key);
        let call = scope.spawn(move || undetermined(wait, |by| carry_out(&self.store, step, by)));
        wait_until("the commit waits for the standby", || self.waiting() == "1");
        call
    }
}

#[test]
fn a_commit_whose_answer_is_lost_is_told_by_its_key() {
    let mut pair = Pair::start(true);
    for customer in WAYS {
        let key = format!("lost-{customer}");
        pair.standby.pause();
        // `pair` is lent to the call, and the network belongs to the primary in it.
        let Pair { primary, standby, database, store } = &mut pair;
        std::thread::scope(|scope| {
            let step = reserve(customer, &key);
            let call = scope.spawn(|| undetermined(Duration::from_secs(3), |by| carry_out(store, step, by)));
            let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
            wait_until("the commit waits for the standby", || primary.sql("postgres", waiting) == "1");
            primary.cut_answers();
            standby.resume();
            wait_until("the commit is done", || primary.sql("postgres", waiting) == "0");
            assert!(call.join().unwrap().message().contains("deadline"));
        });
        primary.heal();
        let written = resolved(store, primary, database, customer, &key);
        assert!(written.repeated, "{customer}: it was done, and is done again");
        assert_eq!(approved(&written), customer != "nobody");
    }
    assert_eq!(ordered(&pair.store), [6; 3]);
    assert_sound(&pair.store);
}

#[test]
fn a_question_that_does_not_arrive_is_not_done_and_its_answer_is_not_invented() {
    let mut server = Server::with(Options { own_network: true, ..Options::default() });
    let database = server.fresh_database_name();
    let store = found(&server, &database, &format!("{}?sslmode=disable", server.url(&database)));
    for customer in WAYS {
        let key = format!("cut-{customer}");
        run(&store, purchase(customer, &format!("SO-first-{customer}"), 1)).unwrap();
        server.cut();
        undetermined(SHORT, |by| carry_out(&store, reserve(customer, &key), by));
        // Whatever else is asked for ends in time too.
        undetermined(SHORT, |by| store.facts(&ask(customer, ""), by));
        undetermined(SHORT, |by| store.load(NOW, TODAY, &mut |load| put_debtor(load, "new", 1), by));
        undetermined(SHORT, |by| store.expire(NOW, 10, by));
        undetermined(Duration::from_secs(2), |_| store.customer("hot-0"));
        assert_eq!(server.sql(&database, "SELECT count(*) FROM obligor.request WHERE key LIKE 'cut-%'"), "0");
        server.heal();
        let written = resolved(&store, &server, &database, customer, &key);
        assert!(!written.repeated);
        server.sql(&database, "DELETE FROM obligor.request");
    }
    assert_eq!(store.customer("new").unwrap(), None);
    assert_sound(&store);
}

#[test]
fn a_commit_that_a_person_cuts_short_is_undetermined_until_the_standby_has_it() {
    let mut pair = Pair::start(false);
    for customer in WAYS {
        for how in ["pg_cancel_backend", "pg_terminate_backend"] {
            let key = format!("{how}-{customer}");
            pair.standby.pause();
            std::thread::scope(|scope| {
                let call = pair.commit_waits(scope, LONG, customer, &key);
                let cut_short = format!("SELECT {how}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
                assert_eq!(pair.primary.sql("postgres", &cut_short), "t");
                call.join().unwrap();
            });
            // It is done on the primary, and for all to see.
            let done = format!("SELECT count(*) FROM obligor.request WHERE key = '{key}'");
            wait_until("the primary shows it", || pair.primary.sql(&pair.database, &done) == "1");
            // But nobody else has it, so nobody is told.
            undetermined(SHORT, |by| carry_out(&pair.store, reserve(customer, &key), by));
            pair.standby.resume();
            wait_until("the standby is heard of", || pair.waiting() == "0");
            let written = resolved(&pair.store, &pair.primary, &pair.database, customer, &key);
            assert!(written.repeated, "{customer}: {how}");
            assert_eq!(approved(&written), customer != "nobody");
        }
    }
    assert_eq!(ordered(&pair.store), [11; 3]);
    assert_sound(&pair.store);
}

#[test]
fn what_only_a_lost_primary_had_is_decided_anew_by_its_successor() {
    let mut pair = Pair::start(false);
    // The standby gets nothing from here on, so it cannot have what is committed now.
    pair.standby.kill();
    for customer in WAYS {
        std::thread::scope(|scope| {
            let key = format!("tail-{customer}");
            let call = pair.commit_waits(scope, LONG, customer, &key);
            let cut_short = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
            assert_eq!(pair.primary.sql("postgres", cut_short), "t");
            call.join().unwrap();
        });
        // What the primary shows of it is known to the store from here on.
        if customer != "nobody" {
            assert_eq!(buckets(&pair.store, customer).ordered, 6);
        }
    }
    pair.primary.kill();
    pair.standby.start_again();
    pair.standby.promote();
    for customer in WAYS {
        let written = resolved(&pair.store, &pair.standby, &pair.database, customer, &format!("tail-{customer}"));
        assert!(!written.repeated, "{customer}: the standby cannot have it");
        assert_eq!(approved(&written), customer != "nobody");
    }
    assert_eq!(ordered(&pair.store), [6; 3]);
    assert_sound(&pair.store);
}

/// The advisory locks of loads (`store/postgres/locked.rs`) and of a state that moves (`store/postgres/house.rs`).
const LOADS: i64 = 0x6f62_6c67_0000_0001;
const HOUSE: i64 = 0x6f62_6c67_0000_0002;

#[test]
fn what_somebody_holds_is_waited_for_until_the_deadline_and_nobody_stays_behind_it() {
    let server = Server::start();
    let database = server.fresh_database_name();
    let store = found(&server, &database, &server.url(&database));
    let id = |customer| store.resolve(&key(customer), soon()).unwrap().unwrap();
    let [hot, pooled, long_way]: [AccountId; 3] = ["hot-0", "pooled-0", LONG_WAY].map(id);
    for customer in ["hot-0", "pooled-0", LONG_WAY] {
        run(&store, purchase(customer, &format!("SO-first-{customer}"), 1)).unwrap();
    }
    let row = |table: &str, id: u32| format!("SELECT 1 FROM obligor.{table} WHERE id = {id} FOR UPDATE");
    let held = [
        ("hot-0", row("account", hot.0)),
        ("pooled-0", row("account", pooled.0)),
        ("pooled-0", "SELECT 1 FROM obligor.pool WHERE name = 'GROUP' FOR UPDATE".to_owned()),
        ("pooled-0", format!("SELECT pg_advisory_xact_lock({LOADS})")),
        ("pooled-0", format!("SELECT pg_advisory_xact_lock({HOUSE})")),
        (LONG_WAY, row("account", long_way.0)),
        (LONG_WAY, "SELECT 1 FROM obligor.pool WHERE name = 'GROUP' FOR UPDATE".to_owned()),
        (LONG_WAY, format!("SELECT pg_advisory_xact_lock({LOADS})")),
        (LONG_WAY, format!("SELECT pg_advisory_xact_lock({HOUSE})")),
        ("hot-0", format!("SELECT pg_advisory_xact_lock({HOUSE})")),
        ("nobody", "SELECT 1 FROM obligor.unknown_chain FOR UPDATE".to_owned()),
        ("hot-0", "LOCK TABLE obligor.request".to_owned()),
        ("hot-0", "LOCK TABLE obligor.account IN ACCESS EXCLUSIVE MODE".to_owned()),
    ];
    for (number, (customer, lock)) in held.into_iter().enumerate() {
        let key = format!("behind-{number}");
        std::thread::scope(|scope| {
            let (url, text) = (server.url(&database), format!("BEGIN; {lock}; SELECT pg_sleep(60); COMMIT"));
            let holder = scope.spawn(move || psql(&url, &text));
            let asleep = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
            wait_until("it is held", || !server.sql("postgres", asleep).is_empty());
            let error = undetermined(SHORT, |by| carry_out(&store, reserve(customer, &key), by));
            assert!(error.message().contains("55P03"), "{lock}: {error}");
            let ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'obligor' AND state <> 'idle'";
            assert_eq!(server.sql("postgres", ours), "0", "{lock}: a session of ours is still at it");
            // Nobody's patience is tried but the holder's.
            let end = format!("SELECT pg_terminate_backend(pid) FROM ({asleep}) AS holder");
            assert_eq!(server.sql("postgres", &end), "t");
            assert!(holder.join().unwrap().is_err(), "the holder was ended");
        });
        assert!(!resolved(&store, &server, &database, customer, &key).repeated, "{lock}");
    }
    assert_sound(&store);
}

#[test]
fn who_waited_for_one_lock_waits_less_for_the_next() {
    let server = Server::start();
    let database = server.fresh_database_name();
    let store = found(&server, &database, &server.url(&database));
    run(&store, purchase("hot-0", "SO-first", 1)).unwrap();
    let wait = Duration::from_secs(3);
    let (account, requests) =
        ("SELECT 1 FROM obligor.account WHERE customer = 'hot-0' FOR UPDATE", "LOCK TABLE obligor.request");
    std::thread::scope(|scope| {
        for (lock, seconds) in [(account, 2), (requests, 6)] {
            let text = format!("BEGIN; {lock}; SELECT pg_sleep({seconds}); COMMIT");
            scope.spawn(|| server.sql(&database, &{ text }));
        }
        let asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        wait_until("both are held", || server.sql("postgres", asleep) == "2");
        let error = undetermined(wait, |by| carry_out(&store, reserve("hot-0", "two-locks"), by));
        assert!(error.message().contains("55P03"), "{error}");
        let ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'obligor' AND state <> 'idle'";
        assert_eq!(server.sql("postgres", ours), "0", "a session of ours is still at it");
    });
    assert!(!resolved(&store, &server, &database, "hot-0", "two-locks").repeated);
}

#[test]
fn a_write_that_the_server_has_no_room_for_leaves_nothing() {
    let server = Server::start();
    let database = server.fresh_database_name();
    let store = found(&server, &database, &server.url(&database));
    // The error of a full disk, at the last table that a request is written to, and at its end.
    server.sql(
        &database,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
             $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END$$;
         CREATE TRIGGER row_does_not_fit AFTER INSERT ON obligor.request FOR EACH ROW EXECUTE FUNCTION full_disk();
         CREATE CONSTRAINT TRIGGER commit_does_not_fit AFTER INSERT ON obligor.request
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION full_disk()",
    );
    for still in ["row_does_not_fit", "commit_does_not_fit"] {
        for customer in WAYS {
            let error = undetermined(LONG, |by| carry_out(&store, reserve(customer, "full"), by));
            assert!(error.message().contains("disk is full"), "{still}, {customer}: {error}");
        }
        server.sql(&database, &format!("DROP TRIGGER {still} ON obligor.request"));
    }
    let left = "SELECT (SELECT count(*) FROM obligor.request), (SELECT count(*) FROM obligor.decision),
        (SELECT count(*) FROM obligor.chain), (SELECT sum(ordered) FROM obligor.account)";
    assert_eq!(server.sql(&database, left), "0|0|0|0");
    for customer in WAYS {
        let written = carry_out(&store, reserve(customer, &format!("room-{customer}")), Instant::now() + LONG).unwrap();
        assert!(!written.repeated);
    }
    assert_sound(&store);
}

#[test]
fn a_load_that_is_cut_short_leaves_nothing() {
    let mut server = Server::start();
    let database = server.fresh_database_name();
    let store = found(&server, &database, &server.url(&database));
    let mut work = |load: &mut dyn obligor::store::Loader| {
        put_debtor(load, "new-1", 1)?;
        server.kill();
        put_debtor(load, "new-2", 1)
    };
    let error = store.load(NOW, TODAY, &mut work, soon()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
    server.start_again();
    assert_eq!(store.customer("new-1").unwrap(), None);
    load(&store, |load| put_debtor(load, "new-1", 1));
    assert_sound(&store);
    if long() {
        a_load_whose_host_vanishes_is_over_a_minute_later();
    }
}

/// Nobody tells the server: it has to ask.
fn a_load_whose_host_vanishes_is_over_a_minute_later() {
    let mut server = Server::with(Options { own_network: true, ..Options::default() });
    let database = server.fresh_database_name();
    let store = found(&server, &database, &format!("{}?sslmode=disable", server.url(&database)));
    let held = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'obligor' AND state <> 'idle'";
    let mut work = |load: &mut dyn obligor::store::Loader| {
        put_debtor(load, "new-1", 1)?;
        server.cut();
        assert_eq!(server.sql("postgres", held), "1");
        let began = Instant::now();
        while server.sql("postgres", held) != "0" {
            assert!(began.elapsed() < Duration::from_secs(90), "it holds its locks still");
            std::thread::sleep(Duration::from_secs(1));
        }
        server.heal();
        put_debtor(load, "new-2", 1)
    };
    let error = store.load(NOW, TODAY, &mut work, soon()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
    assert_eq!(store.customer("new-1").unwrap(), None);
    assert_sound(&store);
}

#[test]
fn a_server_without_a_connection_to_spare_says_so() {
    let mut server = Server::with(Options { max_connections: 6, ..Options::default() });
    let database = server.fresh_database_name();
    let url = server.url(&database);
    let store = found(&server, &database, &url);
    // All of ours end; then others take what there is.
    server.stop(Stop::Fast);
    server.start_again();
    let mut others: Vec<Child> = Vec::new();
    let full = || psql(&url, "SELECT 1").is_err_and(|why| why.contains("too many clients"));
    wait_until("the server is full", || {
        let mut other = command(program("psql", "postgresql-client"));
        other.args(["-X", "-d", &url]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        others.push(other.spawn().unwrap());
        full()
    });
    let error = undetermined(LONG, |by| carry_out(&store, reserve("hot-0", "full"), by));
    assert!(error.message().contains("max_connections") && error.message().contains("53300"), "{error}");
    let opening = undetermined(LONG, |_| PostgresStore::open(&url, Opening::default()).map(drop));
    assert!(opening.message().contains("max_connections"), "{opening}");
    for other in &mut others {
        other.kill().unwrap();
        other.wait().unwrap();
    }
    wait_until("the server has room again", || !full());
    assert!(!resolved(&store, &server, &database, "hot-0", "full").repeated);
}

#[test]
fn a_host_believes_nothing_that_only_a_lost_primary_knew() {
    let primary = Server::start();
    // Not synchronous: what is answered can be lost. What must not be lost is the limit.
    let mut standby = Standby::of(&primary);
    let database = primary.fresh_database_name();
    let url = writable_url(&[primary.address(), standby.address()], &database);
    let store = found(&primary, &database, &url);
    primary.sql(&database, "ALTER TABLE obligor.account DROP CONSTRAINT within_limit");
    run(&store, purchase("hot-0", "SO-1", 1)).unwrap();
    standby.caught_up(&primary);
    standby.kill();
    // A limit is raised, an order reserved, and a customer comes, all of which is lost.
    load(&store, |load| {
        load.put_limit(&limit("hot-0", 1_000_000))?;
        put_debtor(load, "lost", 1_000_000)
    });
    assert!(approved(&run(&store, purchase("hot-0", "SO-2", 5)).unwrap()));
    assert!(approved(&run(&store, purchase("lost", "SO-3", 5)).unwrap()));
    let mut primary = primary;
    primary.kill();
    standby.start_again();
    standby.promote();
    // Meanwhile the limit was lowered, as much was ordered, and another customer came.
    let other = PostgresStore::open(&url, Opening::default()).unwrap();
    load(&other, |load| {
        load.put_limit(&limit("hot-0", 10))?;
        put_debtor(load, "stranger", 1_000_000)
    });
    assert!(approved(&run(&other, purchase("hot-0", "SO-4", 5)).unwrap()));
    assert_eq!(buckets(&other, "hot-0").ordered, 6);
    let ask = |customer, document| loop {
        // The connection to the lost primary is noticed by the first call.
        match carry_out(&store, purchase(customer, document, 100), Instant::now() + LONG) {
            Err(error) if error.kind() == ErrorKind::Undetermined => {}
            answer => break answer.unwrap(),
        }
    };
    assert!(!approved(&ask("hot-0", "SO-5")), "a limit that was lost is still believed");
    assert!(!approved(&ask("lost", "SO-6")), "a customer that was lost is taken for another one");
    assert_eq!(buckets(&other, "stranger").ordered, 0);
    assert_sound(&store);
}
