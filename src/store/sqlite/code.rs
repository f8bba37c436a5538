//! How words are written as small numbers in the tables, and money and days as whole ones.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, ChainState, LimitKind, PoolKind, Status};
use crate::error::{Error, ErrorKind};
use crate::money::Currency;
use crate::store::{EventKind, ItemKind};

/// A value on its way into or out of a column.
pub(super) struct Col<T>(pub(super) T);

/// The numbers are part of the file format: never change one, never use one again. Partial indexes name two of them.
macro_rules! codes {
    ($type:ty { $($variant:ident = $code:literal),+ $(,)? }) => {
        impl ToSql for Col<$type> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(match self.0 { $(<$type>::$variant => $code,)+ }))
            }
        }

        impl FromSql for Col<$type> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_i64()? {
                    $($code => Ok(Self(<$type>::$variant)),)+
                    other => Err(FromSqlError::OutOfRange(other)),
                }
            }
        }
    };
}

codes!(Status { Ok = 0, Watch = 1, Hold = 2, Stop = 3, NoCheck = 4 });
codes!(LimitKind { Base = 0, Temporary = 1, Insured = 2 });
codes!(PoolKind { Group = 0, Segment = 1 });
codes!(ItemKind { Invoice = 0, CreditNote = 1, Payment = 2 });
codes!(ChainState { Held = 0, Declined = 1, Active = 2, Cancelled = 3, Expired = 4 });
codes!(EventKind {
    Held = 0,
    Alert = 1,
    Refused = 2,
    PrepayAsked = 3,
    Expired = 4,
    Released = 5,
    Rejected = 6,
    OverLimit = 7,
    StatusChanged = 8,
    RatingChanged = 9,
    LimitExpiring = 10,
    ReviewDue = 11,
    HandedOver = 12,
    LimitRequested = 13,
});

macro_rules! number {
    ($type:ident) => {
        impl ToSql for Col<$type> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0.0))
            }
        }

        impl FromSql for Col<$type> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                FromSql::column_result(value).map(|number| Self($type(number)))
            }
        }
    };
}

number!(Day);
number!(Instant);
number!(AccountId);

impl ToSql for Col<Currency> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.code()))
    }
}

impl FromSql for Col<Currency> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Currency::parse(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// A value that may be missing, on its way into a column.
pub(super) fn maybe<T>(value: Option<T>) -> Option<Col<T>> {
    value.map(Col)
}

/// A counter, which SQLite keeps as a signed number.
pub(super) fn counter(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}

/// A counter on its way into a column.
pub(super) fn signed(counter: u64) -> i64 {
    i64::try_from(counter).unwrap_or(i64::MAX)
}

/// Reads the JSON text of a column.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(at: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(e)))
}

/// Reads the JSON text of a column that is empty where there is nothing to say.
pub(super) fn from_json_or_default<T: serde::de::DeserializeOwned + Default>(
    row: &rusqlite::Row<'_>,
    at: usize,
) -> rusqlite::Result<T> {
    let text = row.get_ref(at)?.as_str()?;
    if text.is_empty() { Ok(T::default()) } else { from_json(at, text) }
}

/// JSON on its way into a column.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|e| Error::new(ErrorKind::Internal, format!("a row of the store could not be written: {e}")))
}

/// The same, empty where there is nothing to say.
pub(super) fn to_json_unless_default<T: serde::Serialize + Default + PartialEq>(value: &T) -> Result<String, Error> {
    if *value == T::default() { Ok(String::new()) } else { to_json(value) }
}
