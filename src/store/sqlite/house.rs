//! A SQLite store that a state moves into or out of, and a file that is made of a state kept elsewhere.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::batch::command;
use super::connection::Loading;
use super::connections::connect;
use super::guard::{beside, io_error};
use super::{SqliteStore, backup, check, fork_gate, schema};
use crate::error::Result;
use crate::store::Verification;
use crate::store::moving::{House, Open, Rooms, copy_all};
use crate::store::sql::Sql;
use crate::store::sql::fault::Outcome;

/// How long a move waits for those who are writing.
const WAIT: Duration = Duration::from_secs(10);

impl House for SqliteStore {
    fn leave(&self, alone: bool, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Result<()> {
        if !alone {
            return self.aside(|sql| work(sql));
        }
        self.alone(Instant::now() + WAIT, |sql| {
            // SQLite's own lock keeps out those who know nothing of ours.
            sql.turn(&mut || command(sql.connection(), "BEGIN IMMEDIATE"))?;
            work(sql)?;
            sql.turn(&mut || self.commit(sql.connection()))
        })
    }

    fn fill(&self, work: &mut dyn FnMut(&dyn Rooms) -> Outcome<()>) -> Result<()> {
        self.alone(Instant::now() + WAIT, |sql| work(&Filling { store: self, sql }))
    }
}

/// A store that is being filled.
struct Filling<'a> {
    store: &'a SqliteStore,
    sql: &'a Loading<'a>,
}

impl Rooms for Filling<'_> {
    fn turn(&self, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Outcome<()> {
        let sql = self.sql.connection();
        self.sql.turn(&mut || {
            command(sql, "BEGIN IMMEDIATE")?;
            let result = work(sql).and_then(|()| self.store.commit(sql));
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
#[cfg_attr(not(test), expect(dead_code, reason = "it is what a backup of a database server is made of"))]
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
