//! PostgreSQL as the rows' database.

use std::cell::Cell;
use std::error::Error as StdError;

use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::connection::Connection;
use super::fault::Fault as Refused;
use crate::store::sql::fault::{Fault, Outcome, damaged};
use crate::store::sql::tables::{Numbers, Table};
use crate::store::sql::value::{Value, all_keepable, values};
use crate::store::sql::{Row, Sql, card};

/// A transaction on a connection.
pub(super) struct Rows<'a> {
    pub(super) connection: &'a Connection,
    writes: bool,
    /// Whether nobody else can write the pools that it writes.
    pools: Cell<bool>,
    /// Whether the transaction failed only because of what others did at the same time.
    again: Cell<bool>,
    /// Whether others and it waited for each other.
    circle: Cell<bool>,
}

impl<'a> Rows<'a> {
    pub(super) fn reading(connection: &'a Connection) -> Self {
        let (pools, again, circle) = Default::default();
        Self { connection, writes: false, pools, again, circle }
    }

    pub(super) fn writing(connection: &'a Connection) -> Self {
        Self { writes: true, ..Self::reading(connection) }
    }

    /// Whether it holds the locks without which no pool may be written.
    pub(super) fn holds_pools(&self) -> bool {
        self.pools.get()
    }

    /// Notes that it holds them.
    pub(super) fn hold_pools(&self) {
        self.pools.set(true);
    }

    /// Whether the same transaction may be tried again at once.
    pub(super) fn may_be_tried_again(&self) -> bool {
        self.again.get()
    }

    /// Whether it failed since others and it waited for each other.
    pub(super) fn was_in_a_circle(&self) -> bool {
        self.circle.get()
    }

    /// Notes that the transaction must begin anew.
    pub(super) fn begin_anew(&self) {
        self.again.set(true);
    }

    /// Begins a write: makes sure that the state is here, and stays here until the transaction ends.
    ///
    /// # Errors
    /// `Config` when it is not.
    pub(super) fn enter(&self) -> Outcome<()> {
        let sql: &dyn Sql = self;
        if sql.only("SELECT enter_1()", values![], |row| row.get(0))? { Ok(()) } else { card::usable(sql) }
    }

    /// What a refusal is to the rows.
    pub(super) fn refused(&self, refused: Refused) -> Fault {
        self.again.set(self.again.get() || refused.retry);
        self.circle.set(self.circle.get() || refused.code == Some(SqlState::T_R_DEADLOCK_DETECTED));
        Fault(refused.error)
    }
}

impl Sql for Rows<'_> {
    fn rows(&self, text: &str, values: &[Value<'_>], each: &mut dyn FnMut(&dyn Row) -> Outcome<()>) -> Outcome<()> {
        all_keepable(values)?;
        let parameters: Vec<Parameter<'_>> = values.iter().map(|value| Parameter(*value)).collect();
        let rows =
            self.connection.query(&numbered(text), &typed(&parameters)).map_err(|refused| self.refused(refused))?;
        rows.iter().try_for_each(|row| each(row))
    }

    fn execute(&self, text: &str, values: &[Value<'_>]) -> Outcome<u64> {
        if values.is_empty() {
            // Nobody asks how many rows a command changed.
            self.connection.command(text).map_err(|refused| self.refused(refused))?;
            return Ok(0);
        }
        all_keepable(values)?;
        let parameters: Vec<Parameter<'_>> = values.iter().map(|value| Parameter(*value)).collect();
        self.connection.execute(&numbered(text), &typed(&parameters)).map_err(|refused| self.refused(refused))
    }

    fn insert(&self, text: &str, values: &[Value<'_>]) -> Outcome<i64> {
        let sql: &dyn Sql = self;
        sql.only(&format!("{text} RETURNING id"), values, |row| row.get(0))
    }

    fn has_given_up(&self) -> bool {
        self.again.get() || self.connection.is_broken()
    }

    fn lock_rows(&self) -> &'static str {
        if self.writes { " FOR NO KEY UPDATE" } else { "" }
    }

    /// A commit that a person cut short while it waited for the standby is seen by others, and the standby may not have it.
    /// To lock a row is to write, and the commit of that waits for all that was written before it.
    fn secure_rows(&self) -> &'static str {
        if self.writes { " FOR KEY SHARE" } else { "" }
    }

    fn settled_events(&self) -> &'static str {
        " AND event.xid < pg_snapshot_xmin(pg_current_snapshot())"
    }

    fn last_number(&self, table: &Table) -> Outcome<i64> {
        if table.numbers == Numbers::None {
            return Ok(0);
        }
        let sql: &dyn Sql = self;
        let text = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(?1, 'id')::regclass), 0)";
        sql.only(text, values![table.name], |row| row.get(0))
    }

    fn number_behind(&self, table: &Table, last: i64) -> Outcome<()> {
        if table.numbers == Numbers::None {
            return Ok(());
        }
        let sql: &dyn Sql = self;
        // A number that is not used yet is the next one itself.
        let text = "SELECT setval(pg_get_serial_sequence(?1, 'id')::regclass, greatest(?2, 1), ?2 > 0)";
        sql.only(text, values![table.name, last], |_| Ok(()))
    }
}

/// PostgreSQL writes `$1` where the rows write `?1`.
fn numbered(text: &str) -> String {
    text.replace('?', "$")
}

fn typed<'a>(parameters: &'a [Parameter<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    parameters.iter().map(|parameter| (parameter as &(dyn ToSql + Sync), parameter.kind())).collect()
}

/// A value on its way into a statement.
#[derive(Debug)]
struct Parameter<'a>(Value<'a>);

impl Parameter<'_> {
    fn kind(&self) -> Type {
        match self.0 {
            // The server takes the type from where it stands.
            Value::Null => Type::UNKNOWN,
            Value::Int(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Bytes(_) => Type::BYTEA,
        }
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) => number.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT | Type::BYTEA | Type::UNKNOWN)
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A value on its way out of a row.
struct Found<'a>(Value<'a>);

impl<'a> FromSql<'a> for Found<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(match *kind {
            Type::BOOL => Value::Int(i64::from(bool::from_sql(kind, raw)?)),
            Type::INT2 => Value::Int(i64::from(i16::from_sql(kind, raw)?)),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(kind, raw)?)),
            Type::INT8 => Value::Int(i64::from_sql(kind, raw)?),
            Type::BYTEA => Value::Bytes(raw),
            _ => Value::Text(<&str>::from_sql(kind, raw)?),
        }))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::BOOL
                | Type::INT2
                | Type::INT4
                | Type::INT8
                | Type::TEXT
                | Type::VARCHAR
                | Type::BYTEA
                | Type::UNKNOWN
        )
    }
}

impl Row for tokio_postgres::Row {
    fn value(&self, at: usize) -> Outcome<Value<'_>> {
        match self.try_get::<_, Option<Found<'_>>>(at) {
            Ok(found) => Ok(found.map_or(Value::Null, |found| found.0)),
            Err(_) => Err(damaged(format_args!("column {at} of a row is of a kind that no table has"))),
        }
    }
}
