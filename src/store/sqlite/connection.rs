//! SQLite as the rows' database.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::fork_gate;
use crate::store::forked;
use crate::store::sql::fault::{Outcome, damaged};
use crate::store::sql::value::{Value, all_keepable};
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

    fn has_given_up(&self) -> bool {
        self.is_autocommit()
    }

    fn table_only(&self) -> &'static str {
        "NOT INDEXED"
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

/// The connection of a load, which lets forks through between two calls.
pub(super) struct Loading<'a> {
    sql: &'a Connection,
    /// Where the load began.
    process: u32,
}

impl<'a> Loading<'a> {
    pub(super) fn new(sql: &'a Connection) -> Self {
        Self { sql, process: std::process::id() }
    }
}

impl Sql for Loading<'_> {
    fn rows(&self, text: &str, values: &[Value<'_>], each: &mut dyn FnMut(&dyn Row) -> Outcome<()>) -> Outcome<()> {
        self.sql.rows(text, values, each)
    }

    fn execute(&self, text: &str, values: &[Value<'_>]) -> Outcome<u64> {
        Sql::execute(self.sql, text, values)
    }

    fn has_given_up(&self) -> bool {
        self.sql.has_given_up()
    }

    fn table_only(&self) -> &'static str {
        self.sql.table_only()
    }

    fn turn(&self, work: &mut dyn FnMut() -> Outcome<()>) -> Outcome<()> {
        if self.process != std::process::id() {
            return Err(forked().into());
        }
        let _pass = fork_gate::enter();
        work()
    }
}
