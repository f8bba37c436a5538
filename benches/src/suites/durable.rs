//! Orders reserved in a file: [`Engine::reserve`] as it is shipped, with the standard policy, down to the recorded decision.
//!
//! The floor is one flush of the disk, which is what a durable answer costs at least; callers that wait together share
//! one. The peer does what one would do without us: a connection for each caller, the update that holds only if there is
//! room and the reservation in one transaction, and SQLite's own waiting. It keeps no decision, no order and no key.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use obligor::engine::{Config, Engine};
use rusqlite::Connection;

use crate::dice::Dice;
use crate::portfolio::{AMOUNT, LIMIT, fill, is_sound, reserving};
use crate::result::{Contest, Made};
use crate::rounds::{Call, Length, Rounds, Side};

const ACCOUNTS: u32 = 1_000;
const MANY: u32 = 8;
/// A flush is one call of its side.
const FLOOR: &str = "one flush";

pub(super) fn run(length: Length, _made: &mut Made) -> Vec<Contest> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("credit.db");
    let config = Config { create: true, deadline_ms: 30_000, ..Config::at(store.as_path()) };
    let engine = Arc::new(Engine::open(&config).expect("an engine"));
    fill(&engine, ACCOUNTS);
    let peer = folder.path().join("peer.db");
    make_peer(&peer);

    let ours = |name: &str, callers: u32, accounts: u32| {
        let place = name.replace(' ', "-");
        let call = |caller| reserving(&engine, &format!("{place}-{caller}"), accounts);
        Side::callers(name, (0..callers).map(call).collect())
    };
    let peers = |name: &str, accounts: u32| {
        Side::callers(name, (0..MANY).map(|caller| conditional_update(&peer, caller, accounts)).collect())
    };
    let contest = Rounds::new("Orders reserved, in flushes of the disk", length, flushes(folder.path()))
        .side(ours("1 caller", 1, ACCOUNTS))
        .side(ours("8 callers", 8, ACCOUNTS))
        .side(ours("32 callers", 32, ACCOUNTS))
        .side(ours("64 callers", 64, ACCOUNTS))
        .side(ours("8 callers for one customer", MANY, 1))
        .side(peers("8 callers with a connection each", ACCOUNTS))
        .side(peers("8 callers with a connection each, for one customer", 1))
        .speed("1 caller", FLOOR, Some(0.90))
        .speed("8 callers", FLOOR, Some(5.0))
        .speed("32 callers", FLOOR, Some(15.0))
        .speed("64 callers", FLOOR, Some(22.0))
        .longest("1 caller", FLOOR, Some(12.0))
        .longest("8 callers", FLOOR, Some(12.0))
        .longest("32 callers", FLOOR, Some(12.0))
        .longest("64 callers", FLOOR, Some(12.0))
        .speed("8 callers for one customer", "8 callers", Some(0.9))
        .speed("8 callers", "8 callers with a connection each", None)
        .longest_of_both("8 callers", "8 callers with a connection each", Some(100.0))
        .speed("8 callers for one customer", "8 callers with a connection each, for one customer", None)
        .play();
    is_sound(&engine);
    check_peer(&peer);
    vec![contest]
}

/// A page written and flushed.
fn flushes(folder: &Path) -> Side<'static> {
    let file = RefCell::new(File::create(folder.join("floor")).expect("a file"));
    let page = [7_u8; 4096];
    let flush = move || {
        let mut file = file.borrow_mut();
        file.rewind().and_then(|()| file.write_all(&page)).and_then(|()| file.sync_data()).expect("a flush");
    };
    Side::callers(FLOOR, vec![Box::new(flush)])
}

fn make_peer(path: &Path) {
    let tables = format!(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE account (id INTEGER PRIMARY KEY, credit_limit INTEGER NOT NULL, reserved INTEGER NOT NULL) STRICT;
         CREATE TABLE reservation (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, document TEXT NOT NULL,
             amount INTEGER NOT NULL) STRICT;
         WITH RECURSIVE n (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < {ACCOUNTS} - 1)
         INSERT INTO account SELECT id, {LIMIT}, 0 FROM n;"
    );
    Connection::open(path).and_then(|peer| peer.execute_batch(&tables)).expect("the peer's tables");
}

fn conditional_update(path: &Path, caller: u32, accounts: u32) -> Call {
    let peer = Connection::open(path).expect("a connection");
    peer.execute_batch("PRAGMA synchronous = FULL").expect("a setting");
    peer.busy_timeout(Duration::from_secs(30)).expect("a setting");
    let mut dice = Dice(caller.into());
    let mut number = 0_u64;
    Box::new(move || {
        number += 1;
        let (account, document) = (dice.below(accounts), format!("SO-{caller}-{number}"));
        let run = |text: &str, values: &[&dyn rusqlite::ToSql]| {
            peer.prepare_cached(text).and_then(|mut statement| statement.execute(values)).expect("a statement")
        };
        run("BEGIN IMMEDIATE", &[]);
        let held = run(
            "UPDATE account SET reserved = reserved + ?2 WHERE id = ?1 AND reserved + ?2 <= credit_limit",
            &[&account, &AMOUNT],
        );
        assert_eq!(held, 1, "there is room for all");
        run("INSERT INTO reservation (account, document, amount) VALUES (?1, ?2, ?3)", &[&account, &document, &AMOUNT]);
        run("COMMIT", &[]);
    })
}

/// Makes sure that the peer did what it was timed for.
fn check_peer(path: &Path) {
    let sums = "SELECT (SELECT sum(reserved) FROM account) = (SELECT sum(amount) FROM reservation)";
    let agree = Connection::open(path).and_then(|peer| peer.query_row(sums, [], |row| row.get::<_, bool>(0)));
    assert_eq!(agree, Ok(true), "the peer's sums do not agree");
}
