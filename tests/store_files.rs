//! The file: what is opened and what is refused, upgrades aside (those are tested with the schema), copies, damage.

mod store_common;

use std::os::unix::fs::symlink;
use std::path::Path;

use obligor::error::ErrorKind;
use obligor::store::sqlite::{Options, SqliteStore};
use obligor::store::{ItemKind, Store};
use rusqlite::Connection;
use store_common::*;

/// A store with a little of everything, closed again.
fn portfolio(path: &Path) {
    let store = open(path).unwrap();
    for customer in ["10", "11"] {
        debtor(&store, customer, 1000);
        for n in 0..20 {
            let document = format!("SO-{customer}-{n}");
            run(&store, keyed(reservation(customer, &document, 60), &document, 1)).unwrap();
        }
    }
    run(&store, reservation("?", "SO-?", 1)).unwrap();
    load(&store, |load| {
        load.put_pool(&pool("GROUP"))?;
        load.put_account(&into_pools("10", &["GROUP"]))?;
        load.put_item(&item("10", "I-1", ItemKind::Invoice, 5, TODAY)).map(drop)
    });
}

fn kind(path: &Path, create: bool) -> ErrorKind {
    SqliteStore::open(path, Options { create, ..Options::default() }).err().expect("it must be refused").kind()
}

fn faults(path: &Path) -> Vec<String> {
    open(path).unwrap().verify(&mut |_, _| true).unwrap().faults
}

/// Changes a closed store behind the library's back.
fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
}

#[test]
fn a_store_is_only_made_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    assert_eq!(kind(&path, false), ErrorKind::NotFound);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "asking left nothing behind");
    assert_eq!(kind(&folder.path().join("no/such/folder/store"), true), ErrorKind::Io);
    drop(open(&path).unwrap());
    drop(SqliteStore::open(&path, Options::default()).unwrap());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("owner")), "{left:?}");
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("-wal")), "{left:?}");
}

#[test]
fn the_settings_are_those_we_promise() {
    let fresh = fresh();
    let file = Connection::open(fresh.path()).unwrap();
    let get = |pragma: &str| file.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(get("application_id"), 0x6f62_6c67);
    assert_eq!(get("user_version"), 1);
    let mode: String = file.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn one_engine_for_each_process() {
    let fresh = fresh();
    assert_eq!(kind(&fresh.path(), true), ErrorKind::InUse);
    // By another name it is the same store.
    let link = fresh.folder.path().join("link");
    symlink(fresh.path(), &link).unwrap();
    assert_eq!(kind(&link, true), ErrorKind::InUse);
    // The refused one took nothing away from the other.
    debtor(&fresh.store, "10", 1000);
    let Fresh { store, folder } = fresh;
    drop(store);
    drop(open(&folder.path().join("link")).unwrap());
}

#[test]
fn what_dead_processes_left_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let stale = folder.path().join("store.owner-999999-1");
    std::fs::write(&stale, "").unwrap();
    let held = folder.path().join("store.owner-999998-1");
    let holder = std::fs::File::create(&held).unwrap();
    holder.lock().unwrap();
    drop(open(&path).unwrap());
    assert!(!stale.exists());
    assert!(held.exists(), "somebody lives who holds it");
}

#[test]
fn files_that_are_not_ours_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1);").unwrap();
    let before = std::fs::read(&path).unwrap();
    for create in [false, true] {
        assert_eq!(kind(&path, create), ErrorKind::Store);
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, but long enough to be taken for one at first sight".repeat(20)).unwrap();
    assert_eq!(kind(&text, true), ErrorKind::Store);

    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    assert_eq!(kind(&empty, false), ErrorKind::Store);
    drop(open(&empty).unwrap());
    assert_eq!(kind(folder.path(), true), ErrorKind::Io);
}

#[test]
fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    portfolio(&path);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert_eq!(kind(&path, true), ErrorKind::TooNew);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 1).unwrap();
    assert_eq!(faults(&path), Vec::<String>::new());
}

#[test]
fn a_damaged_file_is_told_and_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    portfolio(&path);
    let sound = std::fs::read(&path).unwrap();
    let page = 4096;
    let roots: Vec<u32> = {
        let connection = Connection::open(&path).unwrap();
        let mut roots = connection.prepare("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'account'").unwrap();
        roots.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let mut damaged = sound.clone();
    for root in roots {
        let root = root as usize;
        damaged[(root - 1) * page..root * page].fill(0x5a);
    }
    std::fs::write(&path, &damaged).unwrap();
    {
        let store = open(&path).unwrap();
        let error = run(&store, reservation("10", "SO-9", 1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{error}");
        assert!(error.message().contains("restore a backup"), "{error}");
        let error = store.facts(&ask("10", ""), soon()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{error}");
        assert!(!store.verify(&mut |_, _| true).unwrap().faults.is_empty());
    }
    damaged[page..].fill(0x5a);
    std::fs::write(&path, &damaged).unwrap();
    assert_eq!(kind(&path, true), ErrorKind::Store, "not even the schema can be read");
    std::fs::write(&path, &sound[..page / 2]).unwrap();
    assert_eq!(kind(&path, true), ErrorKind::Store);
    std::fs::write(&path, &sound).unwrap();
    assert_eq!(faults(&path), Vec::<String>::new());
}

#[test]
fn a_copy_made_in_use_opens_and_is_sound() {
    let fresh = fresh();
    debtor(&fresh.store, "10", 1_000_000);
    let to = fresh.folder.path().join("copy");
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for n in 0..400 {
                run(&fresh.store, reservation("10", &format!("SO-{n}"), 1)).unwrap();
            }
        });
        while facts(&fresh.store, "10").buckets.ordered < 50 {
            std::thread::yield_now();
        }
        fresh.store.backup(&to).unwrap();
        writing.join().unwrap();
    });
    let copy = open(&to).unwrap();
    assert_sound(&copy);
    let kept = buckets(&copy, "10").ordered;
    assert!((50..=400).contains(&kept), "{kept}");
    assert!(approved(&run(&copy, reservation("10", "SO-copy", 1)).unwrap()));
    assert_eq!(buckets(&fresh.store, "10").ordered, 400, "the copy is another store");

    let again = fresh.store.backup(&to).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Io, "what is there is never overwritten");
    assert_eq!(fresh.store.backup(&fresh.path()).unwrap_err().kind(), ErrorKind::Io);
    run(&fresh.store, reservation("10", "SO-last", 1)).unwrap();
}

#[test]
fn tampering_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    for (sql, told) in [
        ("UPDATE decision SET body = replace(body, 'approve', 'refuse') WHERE id = 3", "decision 3"),
        ("UPDATE decision SET salt = zeroblob(16) WHERE id = 4", "decision 4"),
        ("UPDATE decision SET body = NULL WHERE id = 5", "decision 5"),
        ("UPDATE decision SET digest = zeroblob(32) WHERE id = 6", "decision 6"),
        ("DELETE FROM decision WHERE id = 7 AND NOT EXISTS (SELECT 1 FROM request WHERE key = 'x')", "decision 8"),
        ("DELETE FROM decision WHERE account = 0", "unknown customers"),
        ("UPDATE account SET open = open + 1 WHERE id = 1", "open"),
        ("UPDATE account SET ordered = 0 WHERE id = 2", "ordered"),
        ("UPDATE account SET next_due = NULL WHERE id = 1", "next due day"),
        ("UPDATE account SET later = 5 WHERE id = 1", "later"),
        ("UPDATE account SET disputed = 5 WHERE id = 1", "what is disputed"),
        ("UPDATE account SET disputed_overdue = 5 WHERE id = 1", "disputed and overdue"),
        ("UPDATE account SET oldest_undisputed = 5 WHERE id = 1", "undisputed"),
        ("UPDATE account SET dunning_level = 1 WHERE id = 1", "dunning level"),
        ("UPDATE account SET next_ship = 9 WHERE id = 1", "day of shipping"),
        ("UPDATE account SET history = '[{' WHERE id = 1", "damaged"),
        ("UPDATE credit_limit SET covering = 5 WHERE account = 1", "covers"),
        ("UPDATE pool_sum SET debit = debit + 1", "pool \"GROUP\": its sums"),
        ("UPDATE pool_sum SET currency = 'EUR'", "pool \"GROUP\": its sums"),
        ("DELETE FROM pool_member", "pool \"GROUP\": its sums"),
        ("UPDATE pool_member SET next_expiry = 9", "next expiry of account 1"),
        ("UPDATE account SET decisions = 19 WHERE id = 2", "account 2"),
        ("UPDATE item SET residual = 6", "open"),
        ("UPDATE chain SET expires = 7 WHERE id = 1", "next expiry"),
        ("DELETE FROM customer WHERE number = '11'", "account"),
        ("UPDATE account SET ordered = 9223372036854775807, drafted = 9223372036854775807", "drafted"),
    ] {
        let _ = std::fs::remove_file(&path);
        portfolio(&path);
        {
            let connection = Connection::open(&path).unwrap();
            connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
        }
        let faults = faults(&path);
        assert!(faults.iter().any(|fault| fault.contains(told)), "{sql}: {faults:?}");
    }
    // Cut short at the end, every link that is left is right: the end that is kept apart tells.
    let _ = std::fs::remove_file(&path);
    portfolio(&path);
    tamper(&path, "UPDATE request SET decision = NULL WHERE decision = 20");
    tamper(&path, "DELETE FROM decision WHERE id = 20");
    assert!(faults(&path).iter().any(|fault| fault.contains("account 1")), "{:?}", faults(&path));
}

#[test]
fn erasing_is_not_tampering() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    portfolio(&path);
    let store = open(&path).unwrap();
    for id in 1..=40 {
        store.erase_decision(id, soon()).unwrap();
    }
    assert_sound(&store);
    assert_eq!(store.verify(&mut |_, _| true).unwrap().erased, 40);
}
