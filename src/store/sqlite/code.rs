//! How words are written as small numbers in the tables, and money and days as whole ones.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, ChainState, LimitKind, Status};
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
codes!(ItemKind { Invoice = 0, CreditNote = 1, Payment = 2 });
codes!(ChainState { Held = 0, Declined = 1, Active = 2, Cancelled = 3, Expired = 4 });
codes!(EventKind { Held = 0, Alert = 1, Refused = 2, PrepayAsked = 3, Expired = 4, Released = 5, Rejected = 6, OverLimit = 7,
    StatusChanged = 8, RatingChanged = 9, LimitExpiring = 10, ReviewDue = 11, HandedOver = 12, LimitRequested = 13 });

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
