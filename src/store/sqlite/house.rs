//! A SQLite store that a state moves into or out of, and a file that is made of a state kept elsewhere.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::batch::command;
use super::connection::Loading;
use super::connections::connect;
use super::guard::{Held, beside, io_error};
use super::{SqliteStore, backup, check, fork_gate, schema};
use crate::error::Result;
use crate::store::Verification;
use crate::store::moving::{Doors, Open, Rooms, copy_all};
use crate::store::sql::Sql;
use crate::store::sql::fault::Outcome;

/// How long a move waits for those who are writing.
const WAIT: Duration = Duration::from_secs(10);

impl Doors for SqliteStore {
    fn leave(&self, alone: bool, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Result<()> {
        if !alone {
            return self.aside(|sql| work(sql));
        }
        self.alone(Instant::now() + WAIT, |sql, held| {
            // SQLite's own lock keeps out those who know nothing of ours.
            sql.turn(&mut || command(sql.connection(), "BEGIN IMMEDIATE"))?;
            work(sql)?;
            let beat = self.beat(held);
            beat.note_all();
            sql.turn(&mut || self.commit(sql.connection(), &beat))
        })
    }

    fn fill(&self, work: &mut dyn FnMut(&dyn Rooms) -> Outcome<()>) -> Result<()> {
        self.alone(Instant::now() + WAIT, |sql, held| work(&Filling { store: self, sql, held }))
    }
}

/// A store that is being filled.
struct Filling<'a> {
    store: &'a SqliteStore,
    sql: &'a Loading<'a>,
    held: &'a Held<'a>,
}

impl Rooms for Filling<'_> {
    fn turn(&self, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Outcome<()> {
        let sql = self.sql.connection();
        self.sql.turn(&mut || {
            command(sql, "BEGIN IMMEDIATE")?;
            let beat = self.store.beat(self.held);
            beat.note_all();
            let result = work(sql).and_then(|()| self.store.commit(sql, &beat));
            if result.is_err() && !sql.is_autocommit() {
                command(sql, "ROLLBACK")?;
            }
            result
        })
    }

    fn check(&self, found: &mut Verification) -> Outcome<()> {
        self.sql.turn(&mut || check::file(self.sql.connection(), found))
    }
}

/// Makes a store of a state that stands still elsewhere, in a file that must not be there yet. It is a store of its own:
/// complete, ready to be opened, and with another identity.
///
/// # Errors
/// `Io` when the file is there or cannot be written; those of reading `here`. No file is left then.
pub(in crate::store) fn make(here: &dyn Rooms, to: &Path) -> Outcome<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(to)
        .map_err(|e| io_error("cannot make the copy (it must be a new file)", to, &e))?;
    let result = fill_new(here, to);
    if result.is_err() {
        for file in [to.to_owned(), beside(to, "-journal")] {
            let _ = std::fs::remove_file(file);
        }
    }
    result
}

fn fill_new(here: &dyn Rooms, to: &Path) -> Outcome<()> {
    let sql = {
        let _pass = fork_gate::enter();
        let sql = connect(to, OpenFlags::SQLITE_OPEN_READ_WRITE, Duration::ZERO)?;
        // One transaction for everything: a file that is not whole is no store.
        command(&sql, "BEGIN IMMEDIATE")?;
        schema::make(&sql)?;
        sql
    };
    let copied = copy_all(here, &Open(&Loading::new(&sql)));
    finish(sql, to, copied)?;
    File::options()
        .write(true)
        .open(to)
        .and_then(|file| file.sync_all())
        .map_err(|e| io_error("cannot write the copy to disk", to, &e))?;
    backup::sync_folder(to)?;
    Ok(())
}

/// Commits and closes.
fn finish(sql: Connection, to: &Path, copied: Outcome<()>) -> Outcome<()> {
    let _pass = fork_gate::enter();
    let sql = sql;
    copied?;
    command(&sql, "COMMIT")?;
    schema::write_ahead(&sql, to)?;
    // The last to close it leaves no log behind.
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Instant as Moment};
    use crate::error::{Error, ErrorKind};
    use crate::store::sql::card;
    use crate::store::sqlite::Options;
    use crate::store::{Customer, Event, EventKind, Store};

    fn open(path: &Path, create: bool) -> SqliteStore {
        SqliteStore::open(path, Options { create, ..Options::default() }).unwrap()
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    /// A store with more customers than a piece has, and events of which the last is gone.
    fn furnished(path: &Path) -> SqliteStore {
        let store = open(path, true);
        let put = |n: u32| Customer { number: n.to_string(), name: "x".repeat(5000), ..Customer::default() };
        let all =
            |load: &mut dyn crate::store::Loader| (0..2000).try_for_each(|n| load.put_customer(&put(n)).map(drop));
        store.load(Moment(0), Day(0), &mut { all }, soon()).unwrap();
        store.queue_once(&[event("a"), event("b")], soon()).unwrap();
        store.alone(soon(), |sql, _| command(sql.connection(), "DELETE FROM event WHERE id = 2")).unwrap();
        store
    }

    fn event(key: &str) -> (String, Event) {
        let (kind, document, subject) = (EventKind::ReviewDue, String::new(), String::new());
        let event = Event { id: 0, at: Moment(0), kind, account: None, document, subject, reasons: Vec::new() };
        (key.to_owned(), event)
    }

    #[test]
    fn a_file_made_of_another_state_is_a_store_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("old"), folder.path().join("copy"));
        let store = furnished(&from);
        store.leave(false, &mut |sql| make(&Open(sql), &to)).unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == "copy" || !name.to_string_lossy().starts_with("copy")), "{left:?}");

        let copy = open(&to, false);
        assert_eq!(copy.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
        assert_eq!(copy.counts().unwrap(), store.counts().unwrap());
        for number in ["0", "1999"] {
            assert_eq!(copy.customer(number).unwrap(), store.customer(number).unwrap());
        }
        copy.queue_once(&[event("c")], soon()).unwrap();
        assert_eq!(copy.events(1, 10).unwrap()[0].id, 3, "2 was used");
        let card = |store: &SqliteStore| store.reading(WAIT, |sql| card::read(sql)).unwrap();
        assert_ne!(card(&copy).identity, card(&store).identity);
        assert_eq!((card(&copy).came, card(&copy).went), (None, None));

        let again = store.leave(false, &mut |sql| make(&Open(sql), &to)).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Io, "what is there is never overwritten");
        assert_eq!(copy.counts().unwrap().events, 2);
    }

    #[test]
    fn a_copy_that_fails_leaves_no_file() {
        /// A state that cannot be read to its end.
        struct Broken<'a>(Open<'a>, std::cell::Cell<u32>);
        impl Rooms for Broken<'_> {
            fn turn(&self, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Outcome<()> {
                self.1.set(self.1.get() + 1);
                if self.1.get() > 26 {
                    return Err(Error::new(ErrorKind::Undetermined, "the server is gone").into());
                }
                self.0.turn(work)
            }

            fn check(&self, _found: &mut Verification) -> Outcome<()> {
                Ok(())
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("copy");
        let store = furnished(&folder.path().join("old"));
        let error = store.leave(false, &mut |sql| make(&Broken(Open(sql), std::cell::Cell::new(0)), &to)).unwrap_err();
        assert_eq!(error.message(), "the server is gone");
        assert!(!to.exists() && !beside(&to, "-journal").exists());
    }

    #[test]
    fn a_piece_of_work_that_fails_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"), true);
        let result = store.fill(&mut |rooms| {
            let half = rooms.turn(&mut |sql| {
                sql.command("INSERT INTO consumer VALUES ('a', 1)")?;
                Err(Error::new(ErrorKind::State, "no").into())
            });
            assert!(half.is_err());
            rooms.turn(&mut |sql| sql.command("INSERT INTO consumer VALUES ('b', 1)"))
        });
        result.unwrap();
        let names: Vec<String> = store
            .reading(WAIT, |sql| {
                let sql: &dyn Sql = sql;
                sql.all("SELECT name FROM consumer", &[], |row| row.get(0))
            })
            .unwrap();
        assert_eq!(names, ["b"]);
    }
}
