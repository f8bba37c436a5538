//! The tables, and how a store gets from one version of them to the next.
//!
//! A version is a numbered file of SQL that is never changed once released; the store's `user_version` says how many
//! of them it has. An upgrade first copies the store to `<store>.before-v<N>`, then runs in one transaction.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, OptionalExtension};

use super::backup;
use super::guard::{WriterLock, beside};
use crate::error::{Error, ErrorKind};
use crate::store::sql::fault::Outcome;

/// The steps, the first one first.
pub(super) const STEPS: &[&str] = &[include_str!("migrations/0001_the_credit_state.sql")];

/// "oblg": marks a SQLite file as one of ours.
pub(super) const APPLICATION_ID: i64 = 0x6f62_6c67;

/// Brings the tables of the store up to the last of `steps`, making them if the file is empty. Returns how many of them
/// the store had before.
///
/// # Errors
/// `Store` when the file is not one of ours, `TooNew` when a newer library wrote it.
pub(super) fn bring_up(
    sql: &mut Connection,
    store: &Path,
    writer_lock: &WriterLock,
    steps: &[&str],
    create: bool,
    deadline: Instant,
) -> Outcome<usize> {
    if version(sql, store, steps.len(), create)? == steps.len() {
        return Ok(steps.len());
    }
    let held = writer_lock.acquire(deadline)?;
    let from = version(sql, store, steps.len(), create)?;
    if from == 0 {
        write_ahead(sql, store)?;
    } else if from < steps.len() {
        backup::replace(sql, &beside(store, &format!(".before-v{}", steps.len())))?;
    }
    let work = sql.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let missing = steps.get(from..).unwrap_or_default();
    run(&work, missing, steps.len())?;
    if let Some(broken) = work.query_row("PRAGMA foreign_key_check", [], |row| row.get::<_, String>(0)).optional()? {
        return Err(Error::new(
            ErrorKind::Store,
            format!("{}: rows of {broken} point nowhere, so it cannot be upgraded; restore a backup", store.display()),
        )
        .into());
    }
    work.commit()?;
    drop(held);
    Ok(from)
}

/// Makes the tables in an empty file, in the transaction that is open.
pub(super) fn make(sql: &Connection) -> Outcome<()> {
    run(sql, STEPS, STEPS.len())
}

fn run(sql: &Connection, steps: &[&str], version: usize) -> Outcome<()> {
    for step in steps {
        sql.execute_batch(step)?;
    }
    sql.pragma_update(None, "application_id", APPLICATION_ID)?;
    sql.pragma_update(None, "user_version", i64::try_from(version).unwrap_or(i64::MAX))?;
    Ok(())
}

/// Has the file keep a write-ahead log, from now on and for good.
pub(super) fn write_ahead(sql: &Connection, store: &Path) -> Outcome<()> {
    let mode: String = sql.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        format!("{} cannot have a write-ahead log here; move it to a local disk", store.display()),
    )
    .into())
}

/// The version the file has, after making sure that it is ours; 0 is an empty file.
fn version(sql: &Connection, store: &Path, newest: usize, create: bool) -> Outcome<usize> {
    let (id, version, tables): (i64, i64, i64) = sql.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
                (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    if (id, version, tables) == (0, 0, 0) && create {
        return Ok(0);
    }
    if id != APPLICATION_ID || tables == 0 {
        return Err(Error::new(
            ErrorKind::Store,
            format!(
                "{} is not an obligor store (its application id is {id}, not {APPLICATION_ID}); check the path",
                store.display()
            ),
        )
        .into());
    }
    match usize::try_from(version) {
        Ok(known @ 1..) if known <= newest => Ok(known),
        _ => Err(Error::new(
            ErrorKind::TooNew,
            format!(
                "{} has schema version {version}, and this library knows versions 1 to {newest}; use the newer \
                 library that wrote it",
                store.display()
            ),
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rusqlite::OpenFlags;

    use super::super::connections::connect;
    use super::*;

    const TWO_STEPS: &[&str] = &[STEPS[0], "ALTER TABLE customer ADD COLUMN note TEXT NOT NULL DEFAULT 'old';"];

    struct Upgrade {
        folder: tempfile::TempDir,
        lock: WriterLock,
    }

    impl Upgrade {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let lock = WriterLock::open(&folder.path().join("store")).unwrap();
            Self { folder, lock }
        }

        fn run(&self, steps: &[&str]) -> Outcome<Connection> {
            let store = self.folder.path().join("store");
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            let mut sql = connect(&store, flags, Duration::ZERO)?;
            let deadline = Instant::now() + Duration::from_secs(10);
            bring_up(&mut sql, &store, &self.lock, steps, true, deadline)?;
            Ok(sql)
        }

        fn copy(&self) -> std::path::PathBuf {
            self.folder.path().join("store.before-v2")
        }
    }

    fn number(sql: &Connection, query: &str) -> i64 {
        sql.query_row(query, [], |row| row.get(0)).unwrap()
    }

    const A_CUSTOMER: &str = "INSERT INTO customer VALUES (1, '10', '', '', '', '', '', '', '', '', '', '')";

    #[test]
    fn an_upgrade_keeps_the_rows_and_a_copy_of_what_was() {
        let upgrade = Upgrade::new();
        upgrade.run(STEPS).unwrap().execute_batch(A_CUSTOMER).unwrap();
        assert!(!upgrade.copy().exists());

        let sql = upgrade.run(TWO_STEPS).unwrap();
        assert_eq!(number(&sql, "SELECT user_version FROM pragma_user_version"), 2);
        assert_eq!(number(&sql, "SELECT count(*) FROM customer WHERE note = 'old'"), 1);
        let copy = Connection::open(upgrade.copy()).unwrap();
        assert_eq!(number(&copy, "SELECT user_version FROM pragma_user_version"), 1);
        assert_eq!(number(&copy, "SELECT count(*) FROM customer"), 1);

        // Not again, and not back.
        upgrade.run(TWO_STEPS).unwrap();
        assert_eq!(upgrade.run(STEPS).err().unwrap().0.kind(), ErrorKind::TooNew);
    }

    #[test]
    fn every_column_is_listed_once_where_tables_are_copied() {
        use crate::store::sql::tables::{Numbers, TABLES, names};

        let sql = Upgrade::new().run(STEPS).unwrap();
        let strings = |query: &str, of: &str| -> Vec<String> {
            let mut query = sql.prepare(query).unwrap();
            query.query_map([of], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let mut kept = strings("SELECT name FROM sqlite_schema WHERE type = ?1 AND name NOT GLOB 'sqlite_*'", "table");
        kept.retain(|name| name != "store");
        kept.sort();
        let mut listed: Vec<_> = TABLES.iter().map(|table| table.name.to_owned()).collect();
        listed.sort();
        assert_eq!(listed, kept, "a table that holds a part of the state must be listed in src/store/sql/tables.rs");

        let mut before = Vec::new();
        for table in TABLES {
            let name = table.name;
            let list = |list| names(list).map(str::to_owned).collect::<Vec<_>>();
            let columns = strings("SELECT name FROM pragma_table_info(?1)", name);
            assert_eq!(list(table.columns), columns, "the columns of {name}");
            let key = strings("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", name);
            assert_eq!(list(table.key), key, "the primary key of {name}");

            let [text] = &strings("SELECT sql FROM sqlite_schema WHERE name = ?1", name)[..] else { panic!("{name}") };
            let numbers = match text {
                text if text.contains("AUTOINCREMENT") => Numbers::GivenOnce,
                text if text.contains("INTEGER PRIMARY KEY") && name != "unknown_chain" => Numbers::Given,
                _ => Numbers::None,
            };
            assert_eq!(table.numbers, numbers, "who numbers {name}");

            // In the order of the columns: sums are made in one pass.
            let is_money = |column: &&String| list(table.money).contains(column);
            assert_eq!(list(table.money), columns.iter().filter(is_money).cloned().collect::<Vec<_>>(), "{name}");
            for column in &list(table.money) {
                let kind = "SELECT type FROM pragma_table_info('remark') WHERE name = ?1".replace("remark", name);
                assert_eq!(strings(&kind, column), ["INTEGER"], "{name}.{column}");
            }

            before.push(name.to_owned());
            for other in strings("SELECT \"table\" FROM pragma_foreign_key_list(?1)", name) {
                assert!(before.contains(&other), "{name} points to {other}, which must stand before it");
            }
            // What one statement may have at most in SQLite; in PostgreSQL it is twice as much.
            assert!(
                columns.len() * crate::store::sql::copy::PIECE <= 32_766,
                "{name} has too many columns for a piece"
            );
        }
    }

    #[test]
    fn an_upgrade_that_fails_changes_nothing() {
        let upgrade = Upgrade::new();
        upgrade.run(STEPS).unwrap().execute_batch(A_CUSTOMER).unwrap();
        let broken = [STEPS[0], "ALTER TABLE customer ADD COLUMN note TEXT; DROP TABLE no_such_table;"];
        upgrade.run(&broken).err().unwrap();
        let sql = upgrade.run(STEPS).unwrap();
        assert_eq!(number(&sql, "SELECT count(*) FROM pragma_table_info('customer') WHERE name = 'note'"), 0);
        // The next attempt makes the copy anew.
        upgrade.run(TWO_STEPS).unwrap();
        assert!(upgrade.copy().exists());
    }
}
