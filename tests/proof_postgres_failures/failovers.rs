//! The same hosts, and a primary that is lost to its synchronous standby. They know both from their URL.

use std::time::{Duration, Instant};

use obligor::error::ErrorKind;
use obligor::store::Store;
use obligor::store::postgres::PostgresStore;

use crate::hosts::{Hosts, serve};
use crate::outages::{WELL_AGAIN, report};
use crate::postgres_server::{Options, Server, Speed, Standby, writable_url};
use crate::record::{DEADLINE, assert_in_time, assert_true, now};
use crate::store_common::{ask, keyed, reservation};
use crate::workload::{carry_out, found};
use crate::{alone_on_this_machine, long};

/// A primary, its synchronous standby, hosts at work, and somebody who looks.
struct Pair {
    hosts: Hosts,
    store: PostgresStore,
    primary: Server,
    standby: Standby,
    database: String,
}

/// What the test of this name does to a pair, and again to others when there is time.
fn each_time(test: &str, fail: impl Fn(&mut Pair)) {
    if serve() {
        return;
    }
    let _machine = alone_on_this_machine();
    for round in 0..if long() { 10 } else { 1 } {
        let mut pair = Pair::start(test);
        // Another moment every time.
        std::thread::sleep(Duration::from_millis(500 + round * 61 % 200));
        fail(&mut pair);
        pair.hosts.end();
    }
}

impl Pair {
    fn start(test: &str) -> Self {
        let primary = Server::with(Options { speed: Speed::Durable, own_network: true, ..Options::default() });
        let standby = Standby::of(&primary);
        standby.synchronous(&primary);
        let database = primary.fresh_database_name();
        let url = writable_url(&[primary.address(), standby.address()], &database) + "&sslmode=disable";
        let store = found(&primary, &database, &url);
        let mut hosts = Hosts::start(&format!("failovers::{test}"), &url);
        hosts.work();
        hosts.all_answered_since(now());
        Self { hosts, store, primary, standby, database }
    }

    /// The standby takes over from a primary that is as good as dead since `failed`. Nothing that was answered is lost.
    fn take_over(&mut self, name: &str, failed: Duration) {
        self.standby.promote();
        let mended = now();
        let well = self.hosts.all_answered_since(mended);
        // And it stays so.
        self.hosts.all_answered_since(now());
        self.hosts.settle();
        // Who looks was last connected to the primary; the first question may wait for it in vain.
        let soon = || Instant::now() + Duration::from_millis(500);
        while self.store.facts(&ask("hot-0", ""), soon()).is_err() {}
        let calls = self.hosts.calls();
        let latest = assert_in_time(&calls);
        assert_true(&calls, &self.standby, &self.database, &self.store);
        report(name, &calls, failed, well, latest);
        assert!(well < WELL_AGAIN, "{name}: the last of the callers was answered after {well:?}");
    }
}

#[test]
fn a_primary_that_is_killed_takes_nothing_with_it() {
    each_time("a_primary_that_is_killed_takes_nothing_with_it", |pair| {
        let failed = now();
        pair.primary.kill();
        pair.take_over("primary killed", failed);
    });
}

#[test]
fn a_primary_that_is_cut_off_answers_nothing_that_its_successor_does_not_know() {
    each_time("a_primary_that_is_cut_off_answers_nothing_that_its_successor_does_not_know", |pair| {
        let failed = now();
        pair.primary.cut();
        pair.take_over("primary cut off", failed);
        // It comes back, and believes to be the primary still. The hosts stay where they are …
        let back = now();
        pair.primary.heal();
        pair.hosts.work();
        pair.hosts.all_answered_since(back);
        pair.hosts.settle();
        let calls = pair.hosts.calls();
        assert_in_time(&calls);
        assert_true(&calls, &pair.standby, &pair.database, &pair.store);
        // … and one that comes to the old primary is not answered: nobody else would have what it did.
        let lost = format!("{}?sslmode=disable", pair.primary.url(&pair.database));
        let lost = PostgresStore::open(&lost, Default::default()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(1);
        let step = keyed(reservation("hot-0", "SO-lost", 1), "lost", 1);
        let error = carry_out(&lost, step, deadline).expect_err("a primary without its standby answered");
        assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
    });
}

#[test]
fn nothing_is_answered_while_the_standby_stands_still() {
    each_time("nothing_is_answered_while_the_standby_stands_still", |pair| {
        pair.standby.pause();
        let paused = now();
        // Long enough for a second call of each caller.
        std::thread::sleep(2 * DEADLINE + Duration::from_millis(300));
        pair.primary.cut();
        let cut = now();
        pair.standby.resume();
        pair.take_over("standby silent, then primary cut off", paused);
        let calls = pair.hosts.calls();
        let meanwhile = calls.iter().filter(|call| call.asked >= paused && call.answered() <= cut);
        let mut count = 0;
        for call in meanwhile {
            assert!(!call.is_told(), "only the primary had it, and it was answered: {call:?}");
            count += 1;
        }
        assert!(count > 0, "nobody asked while the standby stood still");
    });
}
