//! A server's store that a state moves into or out of.
//!
//! Every write of the library begins as the function `enter_1` does: it takes the lock of the house together with others
//! and looks at the card. Who moves a state takes it alone: the writes under way end first, and those that come wait, and
//! learn from the card what became of the state. Nothing is held but inside a transaction, so a pooler may stand between.

use std::time::{Duration, Instant as Deadline};

use tokio_postgres::types::Type;

use super::connection::{Access, Connection};
use super::rows::Rows;
use super::{EVERY_ACCOUNT, Options, PostgresStore, migrate, schema};
use crate::error::Result;
use crate::store::moving::{Doors, Rooms};
use crate::store::sql::Sql;
use crate::store::sql::fault::{Fault, Outcome};
use crate::store::{Made, Verification};

/// The key of the lock of the house; `functions.sql` has the same.
const HOUSE: i64 = 0x6f62_6c67_0000_0002;
/// How long a move waits for those who are writing.
const WAIT: Duration = Duration::from_secs(10);
/// How long each statement of a move may take once it has begun.
const STATEMENT: Duration = Duration::from_secs(600);

impl PostgresStore {
    /// Opens it for a move, be its state elsewhere or not all here. With `create` its tables are made or brought up.
    ///
    /// # Errors
    /// As [`PostgresStore::open`], without `Config` for what became of the state.
    pub(in crate::store) fn open_house(url: &str, options: Options) -> Result<(Self, Made)> {
        let store = Self::at(url)?;
        if options.create {
            return Ok((store, migrate(url, options.wait)?));
        }
        let deadline = Deadline::now() + options.wait;
        let version = store.pool.with(deadline, |connection| {
            connection.begin(Access::Read, deadline, None)?;
            schema::check(connection)?;
            schema::version(connection)
        })?;
        Ok((store, Made { from: version, to: version }))
    }
}

/// Keeps out everybody who writes.
fn alone(rows: &Rows<'_>) -> Outcome<()> {
    let lock = rows.connection.query("SELECT pg_advisory_xact_lock($1)", &[(&HOUSE, Type::INT8)]);
    lock.map(drop).map_err(|refused| rows.refused(refused))
}

impl Doors for PostgresStore {
    fn leave(&self, only: bool, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Result<()> {
        self.same_process()?;
        let deadline = Deadline::now() + WAIT;
        let result = self.pool.with(deadline, |connection: &Connection| {
            // While nobody else writes, READ COMMITTED sees one moment too; and unlike the other it sees what the lock
            // was waited for.
            connection.begin(if only { Access::Write } else { Access::Read }, deadline, Some(STATEMENT))?;
            let rows = Rows::reading(connection);
            if only {
                alone(&rows)?;
            }
            connection.keep_statements();
            work(&rows)?;
            self.same_process()?;
            if only {
                self.note(&rows, &[(EVERY_ACCOUNT, true)])?;
                connection.commit()?;
            }
            Ok::<_, Fault>(())
        });
        self.changes.pulse.all_moved();
        Ok(result?)
    }

    fn fill(&self, work: &mut dyn FnMut(&dyn Rooms) -> Outcome<()>) -> Result<()> {
        self.same_process()?;
        Ok(work(&Filling(self))?)
    }
}

/// A store that is being filled.
struct Filling<'a>(&'a PostgresStore);

impl Rooms for Filling<'_> {
    fn turn(&self, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Outcome<()> {
        let Self(store) = self;
        store.same_process()?;
        let deadline = Deadline::now() + WAIT;
        store.pool.with(deadline, |connection: &Connection| {
            connection.begin(Access::Write, deadline, Some(STATEMENT))?;
            let rows = Rows::reading(connection);
            alone(&rows)?;
            work(&rows)?;
            Ok(connection.commit()?)
        })
    }

    /// The server checks its own pages and keeps its own constraints.
    fn check(&self, _found: &mut Verification) -> Outcome<()> {
        Ok(())
    }
}
