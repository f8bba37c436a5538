//! SQLite as the rows' database.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::fork_gate;
use crate::store::forked;
use crate::store::sql::fault::{Outcome, damaged};
use crate::store::sql::tables::{Numbers, Table};
use crate::store::sql::value::{Value, all_keepable, values};
use crate::store::sql::{Row, Sql};

impl Sql for Connection {
    fn rows(&self, text: &str, values: &[Value<'_>], each: &mut dyn FnMut(&dyn Row) -> Outcome<()>) -> Outcome<()> {
        all_keepable(values)?;
        let mut statement = self.prepare_cached(text)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    fn execute(&self, text: &str, values: &[Value<'_>]) -> Outcome<u64> {
        all_keepable(values)?;
        let rows = self.prepare_cached(text)?.execute(params_from_iter(values))?;
        Ok(u64::try_from(rows).unwrap_or(u64::MAX))
    }

    /// Not by `RETURNING`: for that SQLite makes a table of its own and a journal of the statement, each time.
    fn insert(&self, text: &str, values: &[Value<'_>]) -> Outcome<i64> {
        Sql::execute(self, text, values)?;
        Ok(self.last_insert_rowid())
    }

    fn has_given_up(&self) -> bool {
        self.is_autocommit()
    }

    fn last_number(&self, table: &Table) -> Outcome<i64> {
        let sql: &dyn Sql = self;
        match table.numbers {
            Numbers::None => Ok(0),
            Numbers::Given => {
                let text = format!("SELECT coalesce(max(id), 0) FROM {}", table.name);
                sql.only(&text, values![], |row| row.get(0))
            }
            Numbers::GivenOnce => {
                let text = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
                Ok(sql.first(text, values![table.name], |row| row.get(0))?.unwrap_or(0))
            }
        }
    }

    fn number_behind(&self, table: &Table, last: i64) -> Outcome<()> {
        // Elsewhere SQLite goes by the rows alone.
        if table.numbers == Numbers::GivenOnce {
            Sql::execute(self, "DELETE FROM sqlite_sequence WHERE name = ?1", values![table.name])?;
            let text = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
            Sql::execute(self, text, values![table.name, last])?;
        }
        Ok(())
    }
}

impl Row for rusqlite::Row<'_> {
    fn value(&self, at: usize) -> Outcome<Value<'_>> {
        Ok(match self.get_ref(at)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Text(text) => Value::Text(
                str::from_utf8(text).map_err(|_| damaged(format_args!("column {at} of a row is not UTF-8")))?,
            ),
            ValueRef::Blob(bytes) => Value::Bytes(bytes),
            ValueRef::Real(_) => return Err(damaged(format_args!("column {at} of a row is a fraction"))),
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The connection of a long call, such as a load, which lets forks through between two turns.
pub(super) struct Loading<'a> {
    sql: &'a Connection,
    /// Where the load began.
    process: u32,
}

impl<'a> Loading<'a> {
    pub(super) fn new(sql: &'a Connection) -> Self {
        Self { sql, process: std::process::id() }
    }

    pub(super) fn connection(&self) -> &'a Connection {
        self.sql
    }
}

impl Sql for Loading<'_> {
    fn rows(&self, text: &str, values: &[Value<'_>], each: &mut dyn FnMut(&dyn Row) -> Outcome<()>) -> Outcome<()> {
        self.sql.rows(text, values, each)
    }

    fn execute(&self, text: &str, values: &[Value<'_>]) -> Outcome<u64> {
        Sql::execute(self.sql, text, values)
    }

    fn insert(&self, text: &str, values: &[Value<'_>]) -> Outcome<i64> {
        self.sql.insert(text, values)
    }

    fn has_given_up(&self) -> bool {
        self.sql.has_given_up()
    }

    fn last_number(&self, table: &Table) -> Outcome<i64> {
        self.sql.last_number(table)
    }

    fn number_behind(&self, table: &Table, last: i64) -> Outcome<()> {
        self.sql.number_behind(table, last)
    }

    fn turn(&self, work: &mut dyn FnMut() -> Outcome<()>) -> Outcome<()> {
        if self.process != std::process::id() {
            return Err(forked().into());
        }
        let _pass = fork_gate::enter();
        work()
    }
}
