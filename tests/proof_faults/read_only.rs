//! Files that are made read-only under an engine: by their mode, which is looked at when a file is opened; by their
//! file system, which is asked at every write.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use obligor::engine::Engine;
use obligor::error::{Error, ErrorKind};

use crate::common::{customer, order};
use crate::disk::{Disk, as_an_ordinary_user, unchangeable};
use crate::{assert_kept, open, reserve};

/// The store and all that lies beside it.
fn files(disk: &Disk) -> Vec<PathBuf> {
    ["", ".key", ".pulse", ".queue", ".writer", "-wal", "-shm"]
        .map(|end| disk.join(&format!("credit.db{end}")))
        .into_iter()
        .filter(|path| path.exists())
        .collect()
}

fn set_mode(paths: &[PathBuf], mode: u32) {
    for path in paths {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// A person must give the right back, and is told so.
fn assert_rights(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(error.message().contains("give this user the right to write"), "{error}");
}

/// An engine with one customer on a store with one order.
fn desk(store: &Path) -> (Engine, Vec<(String, u64)>) {
    let engine = open(store).unwrap();
    customer(&engine, "hot", "1000000.00 DKK");
    let first = reserve(&engine, "SO-0").unwrap().0;
    (engine, vec![("SO-0".to_owned(), first)])
}

/// Reserves until it fails.
fn until_it_fails(engine: &Engine, name: &str, acknowledged: &mut Vec<(String, u64)>) -> (String, Error) {
    for number in 0.. {
        let document = format!("{name}-{number}");
        match reserve(engine, &document) {
            Ok((decision, _)) => acknowledged.push((document, decision)),
            Err(error) => return (document, error),
        }
    }
    unreachable!()
}

#[test]
fn what_may_not_be_written_is_told_at_opening_and_opens_when_it_may() {
    let disk = Disk::in_memory(8 << 10);
    let store = disk.join("credit.db");
    let (engine, mut acknowledged) = as_an_ordinary_user(|| desk(&store));
    // Who has the files open goes on: the right was looked at then.
    let all = [files(&disk), vec![disk.path()]].concat();
    set_mode(&all, 0o555);
    as_an_ordinary_user(|| {
        assert_eq!(reserve(&engine, "SO-0").unwrap(), (acknowledged[0].1, true));
        acknowledged.push(("SO-1".to_owned(), reserve(&engine, "SO-1").unwrap().0));
    });
    set_mode(&all, 0o777);
    as_an_ordinary_user(|| drop(engine));
    for what in [vec![store.clone()], vec![disk.path()], vec![disk.join("credit.db.pulse")], files(&disk)] {
        set_mode(&what, 0o555);
        assert_rights(&as_an_ordinary_user(|| open(&store)).err().expect("it must be refused"));
        set_mode(&what, 0o777);
        as_an_ordinary_user(|| assert_kept(&open(&store).unwrap(), &acknowledged));
    }
}

/// A backup that root puts in the place of a store that is in use. What opened it for reading only, since there was no right
/// to more, must not hold on to that.
#[test]
fn a_store_that_comes_back_read_only_is_written_by_the_same_engine_once_it_may() {
    let disk = Disk::in_memory(8 << 10);
    let (store, copy) = (disk.join("credit.db"), disk.join("copy.db"));
    let (engine, mut acknowledged) = as_an_ordinary_user(|| desk(&store));
    as_an_ordinary_user(|| engine.backup(&copy)).unwrap();
    for end in ["-wal", "-shm"] {
        std::fs::remove_file(disk.join(&format!("credit.db{end}"))).unwrap();
    }
    set_mode(std::slice::from_ref(&copy), 0o444);
    std::fs::rename(&copy, &store).unwrap();
    as_an_ordinary_user(|| {
        for _ in 0..2 {
            assert_rights(&reserve(&engine, "SO-1").unwrap_err());
            assert_rights(&engine.expire(None).unwrap_err());
            assert_rights(&engine.check(&order("hot", "SO-0", "", "3.00 DKK")).unwrap_err());
        }
    });
    set_mode(&[store], 0o666);
    as_an_ordinary_user(|| {
        engine.expire(None).unwrap();
        acknowledged.push(("SO-1".to_owned(), reserve(&engine, "SO-1").unwrap().0));
        assert_kept(&engine, &acknowledged);
    });
}

/// A file system that meets an error lets nobody write any more, whatever is open.
#[test]
fn a_file_system_that_turns_read_only_loses_nothing() {
    let disk = Disk::ext4();
    let store = disk.join("credit.db");
    let (engine, mut acknowledged) = desk(&store);
    disk.abort();
    let (in_doubt, error) = until_it_fails(&engine, "SO-more", &mut acknowledged);
    assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
    assert!(error.message().contains("was made read-only; see the system's log"), "{error}");
    for _ in 0..3 {
        let error = reserve(&engine, &in_doubt).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Undetermined | ErrorKind::Io), "{error}");
        assert_eq!(engine.check(&order("hot", "SO-0", "", "3.00 DKK")).unwrap().decision.increase.minor, 2_00);
    }
    drop(engine);
    disk.mend();
    let engine = open(&store).unwrap();
    acknowledged.push((in_doubt.clone(), reserve(&engine, &in_doubt).unwrap().0));
    assert_kept(&engine, &acknowledged);
}

/// Files that cannot be changed any more while they are open.
#[test]
fn files_that_turn_unchangeable_while_they_are_open_lose_nothing() {
    let disk = Disk::ext4();
    let store = disk.join("credit.db");
    let (engine, mut acknowledged) = desk(&store);
    for round in 0..3 {
        // What is written goes into the log.
        unchangeable(&disk.join("credit.db-wal"), true);
        let (in_doubt, error) = until_it_fails(&engine, &format!("SO-{round}"), &mut acknowledged);
        assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
        assert!(error.message().contains("was made read-only; see the system's log"), "{error}");
        for _ in 0..2 {
            let error = reserve(&engine, &in_doubt).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Undetermined | ErrorKind::Io), "{error}");
        }
        unchangeable(&disk.join("credit.db-wal"), false);
        acknowledged.push((in_doubt.clone(), reserve(&engine, &in_doubt).unwrap().0));
        assert_kept(&engine, &acknowledged);
        // As long as there is room, it stays there when it cannot be copied into the file.
        unchangeable(&store, true);
        for number in 0..50 {
            let document = format!("SO-{round}-log-{number}");
            acknowledged.push((document.clone(), reserve(&engine, &document).unwrap().0));
        }
        assert_kept(&engine, &acknowledged);
        unchangeable(&store, false);
    }
    drop(engine);
    assert_kept(&open(&store).unwrap(), &acknowledged);
}
