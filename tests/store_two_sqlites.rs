//! Two SQLite libraries in one process lose committed rows on Unix, and what the store does about it.
//!
//! When a process closes any descriptor of a file, all its POSIX locks on that file are gone, and SQLite's locks are
//! POSIX locks. A second SQLite in the process (the host's own, say) that opens and closes the store does just that;
//! here it is done by opening and closing the files, which is all that matters of it. Each scenario is run twice: with
//! SQLite alone, where a row is lost, and through the store, where none is.
#![cfg(unix)]

mod store_common;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Deadline};

use obligor::error::ErrorKind;
use obligor::store::{ItemKind, Store};
use rusqlite::Connection;
use store_common::*;

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What a second SQLite in this process does to the locks of the first.
fn another_sqlite_comes_and_goes(path: &Path) {
    for file in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        drop(File::open(file).unwrap());
    }
}

fn log_number(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(beside(path, "-wal")).ok().map(|file| file.ino())
}

/// A process that uses the file with SQLite alone.
fn bare(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::ZERO).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").unwrap();
    connection
}

fn rows(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

/// What the children of these tests do.
fn child_work(role: &str, path: &Path) {
    match role {
        "bare writer" => {
            let connection = bare(path);
            connection.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES ('b'); COMMIT;").unwrap();
            child::answer("committed");
            // Not closed: closing would be a scenario of its own.
            std::mem::forget(connection);
        }
        "bare reader" => child::answer(rows(&bare(path))),
        // Any program that looks into the file and closes it, such as SQLite's own shell.
        "bare visitor" => {
            let connection = Connection::open(path).unwrap();
            let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
            child::answer(tables);
        }
        "writer" => {
            let store = open(path).unwrap();
            let late = Deadline::now() + Duration::from_millis(200);
            match store.step(vec![reservation("10", "SO-b", 1)], false, late) {
                Ok(_) => child::answer("written"),
                Err(error) => child::answer(format!("{:?}", error.kind())),
            }
        }
        "reader" => child::answer(buckets(&open(path).unwrap(), "10").ordered),
        other => panic!("no such role: {other}"),
    }
}

fn in_child(test: &str, role: &str, path: &Path) -> String {
    child::finish(child::start(test, role, path)).remove(0)
}

#[test]
fn a_writer_loses_its_lock_in_the_middle() {
    const NAME: &str = "a_writer_loses_its_lock_in_the_middle";
    if let Some((role, path)) = child::role() {
        return child_work(&role, &path);
    }
    // SQLite alone: both are told that they committed, and one row is gone.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bare");
    let connection = bare(&path);
    connection.execute_batch("CREATE TABLE t (name TEXT); BEGIN IMMEDIATE; INSERT INTO t VALUES ('a');").unwrap();
    another_sqlite_comes_and_goes(&path);
    assert_eq!(in_child(NAME, "bare writer", &path), "committed");
    connection.execute_batch("COMMIT").unwrap();
    drop(connection);
    assert_eq!(rows(&bare(&path)), 1, "two were committed: if this is 2, the trap is gone and so may the guard be");

    // The store: the other process waits, in vain, until the first is done.
    let fresh = fresh();
    let path = fresh.path();
    debtor(&fresh.store, "10", 1000);
    fresh
        .store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                load.put_order(&order("10", "SO-a", 1))?;
                another_sqlite_comes_and_goes(&path);
                assert_eq!(in_child(NAME, "writer", &path), "Undetermined");
                Ok(())
            },
            soon(),
        )
        .unwrap();
    assert_eq!(in_child(NAME, "writer", &path), "written");
    assert_eq!(buckets(&fresh.store, "10").ordered, 2, "nothing was lost");
    assert_sound(&fresh.store);
}

#[test]
fn the_log_is_deleted_while_nothing_happens() {
    const NAME: &str = "the_log_is_deleted_while_nothing_happens";
    if let Some((role, path)) = child::role() {
        return child_work(&role, &path);
    }
    // SQLite alone: the visitor takes itself for the last user and deletes the log; what is committed after that goes
    // into a file without a name.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bare");
    let connection = bare(&path);
    connection.execute_batch("CREATE TABLE t (name TEXT)").unwrap();
    another_sqlite_comes_and_goes(&path);
    in_child(NAME, "bare visitor", &path);
    connection.execute_batch("INSERT INTO t VALUES ('a')").unwrap();
    assert_eq!(in_child(NAME, "bare reader", &path), "0", "committed, and nobody else can see it");
    std::mem::forget(connection);

    // The store notices before it writes.
    let fresh = fresh();
    let path = fresh.path();
    debtor(&fresh.store, "10", 1000);
    assert_eq!(buckets(&fresh.store, "10").ordered, 0, "a reader has the old log open too");
    let log = log_number(&path);
    another_sqlite_comes_and_goes(&path);
    in_child(NAME, "bare visitor", &path);
    assert_ne!(log_number(&path), log, "the scenario: the log is gone");
    assert!(approved(&run(&fresh.store, reservation("10", "SO-a", 5)).unwrap()));
    assert_eq!(in_child(NAME, "reader", &path), "5");
    assert_eq!(buckets(&fresh.store, "10").ordered, 5);
    assert_sound(&fresh.store);
}

#[test]
fn the_log_is_deleted_in_the_middle_of_a_write() {
    const NAME: &str = "the_log_is_deleted_in_the_middle_of_a_write";
    if let Some((role, path)) = child::role() {
        return child_work(&role, &path);
    }
    let fresh = fresh();
    let path = fresh.path();
    debtor(&fresh.store, "10", 1000);
    run(&fresh.store, reservation("10", "SO-1", 7)).unwrap();
    let log = log_number(&path);
    let error = fresh
        .store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                load.put_item(&item("10", "I-1", ItemKind::Invoice, 3, TODAY))?;
                another_sqlite_comes_and_goes(&path);
                in_child(NAME, "bare visitor", &path);
                assert_ne!(log_number(&path), log, "the scenario: the log is gone");
                Ok(())
            },
            soon(),
        )
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
    // Nothing was reported as written that was not, and the same request can be made again.
    fresh
        .store
        .load(NOW, TODAY, &mut |load| load.put_item(&item("10", "I-1", ItemKind::Invoice, 3, TODAY)).map(drop), soon())
        .unwrap();
    assert_eq!(in_child(NAME, "reader", &path), "7");
    assert_eq!(buckets(&fresh.store, "10").open, 3);
    assert_sound(&fresh.store);
}

#[test]
fn a_second_copy_of_the_library_is_kept_out() {
    let fresh = fresh();
    // Another copy has its own statics, so all it can go by is the file.
    let error = open(&fresh.path()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InUse);
    assert!(error.message().contains("share that engine"), "{error}");
}
