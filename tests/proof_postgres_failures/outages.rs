//! Eight hosts with four callers each reserve and cancel, and the server fails under them in one way after the other.

use std::time::Duration;

use crate::hosts::{CALLERS, HOSTS, Hosts, serve};
use crate::postgres_server::{Options, Server, Speed, Stop};
use crate::record::{Call, assert_in_time, assert_true, now};
use crate::workload::found;
use crate::{alone_on_this_machine, long};

/// How long after a failure everybody may have to wait for the first answer: for the end of a call that was made to the
/// dead server, for that of another which lost half its time there, and as long again for a machine that does too much.
pub(crate) const WELL_AGAIN: Duration = Duration::from_secs(8);

/// A way to fail, how long it lasts, and what mends it.
type Outage = (&'static str, fn(&mut Server), Duration, fn(&mut Server));

/// Longer than any call may take.
const LONG: Duration = Duration::from_millis(2500);
const BRIEF: Duration = Duration::from_millis(500);

const OUTAGES: [Outage; 7] = [
    ("stopped in good order", |server| server.stop(Stop::Fast), BRIEF, Server::start_again),
    ("stopped in haste", |server| server.stop(Stop::Immediate), BRIEF, Server::start_again),
    ("killed", Server::kill, BRIEF, Server::start_again),
    ("standing still", Server::pause, LONG, Server::resume),
    ("read-only", |server| server.read_only(true), BRIEF, |server| server.read_only(false)),
    ("cut off", Server::cut, LONG, Server::heal),
    ("unheard", Server::cut_answers, LONG, Server::heal),
];

#[test]
fn a_server_that_fails_in_any_way_loses_nothing_and_doubles_nothing() {
    if serve() {
        return;
    }
    let _machine = alone_on_this_machine();
    let options = Options { speed: Speed::Durable, own_network: true, ..Options::default() };
    let mut server = Server::with(options);
    let database = server.fresh_database_name();
    let url = format!("{}?sslmode=disable", server.url(&database));
    let store = found(&server, &database, &url);
    let mut hosts = Hosts::start("outages::a_server_that_fails_in_any_way_loses_nothing_and_doubles_nothing", &url);
    for round in 0..if long() { 10 } else { 1 } {
        for (name, fail, lasts, mend) in OUTAGES {
            hosts.work();
            hosts.all_answered_since(now());
            // Another moment every time.
            std::thread::sleep(Duration::from_millis(200 + round * 61 % 200));
            let began = now();
            fail(&mut server);
            std::thread::sleep(lasts);
            mend(&mut server);
            let mended = now();
            let well = hosts.all_answered_since(mended);
            hosts.settle();
            let calls = hosts.calls();
            let latest = assert_in_time(&calls);
            assert_true(&calls, &server, &database, &store);
            report(name, &calls, began, well, latest);
            assert!(well < WELL_AGAIN, "{name}: the last of the callers was answered after {well:?}");
        }
    }
    let trips = hosts.end();
    assert!(trips > 0, "no request went in one round trip");
}

/// Prints what became of the calls since a moment; some of them must have been hit.
pub(crate) fn report(name: &str, calls: &[Call], since: Duration, well: Duration, latest: Duration) {
    let of_it: Vec<&Call> = calls.iter().filter(|call| call.answered() >= since).collect();
    let mut doubtful: Vec<&str> =
        of_it.iter().filter(|call| !call.is_told()).map(|call| call.request.key.as_str()).collect();
    doubtful.sort_unstable();
    doubtful.dedup();
    println!(
        "{name}: {} callers made {} calls, {} of {} requests were undetermined for a time; all answered {} ms after it \
         ended; at most {} ms late",
        HOSTS * CALLERS,
        calls.len(),
        doubtful.len(),
        of_it.len(),
        well.as_millis(),
        latest.as_millis()
    );
    assert!(!doubtful.is_empty(), "{name}: nobody noticed it");
}
