//! Values on their way into and out of the tables: words as small numbers, money and days as whole ones.

use super::Row;
use super::fault::{Outcome, damaged};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, ChainState, LimitKind, PoolKind, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Currency;
use crate::store::{EventKind, ItemKind};

/// A value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Value<'a> {
    /// Nothing.
    Null,
    /// A number; truth is 0 or 1.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// Refuses what cannot be kept: a text with the character U+0000 in it, which PostgreSQL does not take.
///
/// # Errors
/// `Argument`.
pub(in crate::store) fn keepable(text: &str) -> Result<()> {
    match text.find('\0') {
        None => Ok(()),
        Some(at) => Err(Error::argument(format!("a text has the character U+0000 at byte {at}, which cannot be kept"))),
    }
}

/// Refuses parameters with such a text.
///
/// # Errors
/// `Argument`.
pub(in crate::store) fn all_keepable(values: &[Value<'_>]) -> Result<()> {
    values.iter().try_for_each(|value| if let Value::Text(text) = value { keepable(text) } else { Ok(()) })
}

/// What can go into a column.
pub(in crate::store) trait ToValue {
    fn value(&self) -> Value<'_>;
}

/// What can come out of a column; `None` when it is something else.
pub(in crate::store) trait FromValue: Sized {
    fn from_value(value: Value<'_>) -> Option<Self>;
}

/// The parameters of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::sql::value::ToValue::value(&$value)),*]
    };
}
pub(in crate::store) use values;

impl<T: ToValue + ?Sized> ToValue for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {
        $(
            impl ToValue for $type {
                fn value(&self) -> Value<'_> {
                    Value::Int(i64::from(*self))
                }
            }

            impl FromValue for $type {
                fn from_value(value: Value<'_>) -> Option<Self> {
                    match value {
                        Value::Int(number) => number.try_into().ok(),
                        _ => None,
                    }
                }
            }
        )+
    };
}
numbers!(i64, i32, u32, u16, u8);

impl ToValue for bool {
    fn value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl ToValue for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

/// A value of ours on its way into or out of a column.
pub(in crate::store) struct Col<T>(pub(in crate::store) T);

/// The numbers are part of the format: never change one, never use one again. Partial indexes name two of them.
macro_rules! codes {
    ($type:ty { $($variant:ident = $code:literal),+ $(,)? }) => {
        impl ToValue for Col<$type> {
            fn value(&self) -> Value<'_> {
                Value::Int(match self.0 { $(<$type>::$variant => $code,)+ })
            }
        }

        impl FromValue for Col<$type> {
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    $(Value::Int($code) => Some(Self(<$type>::$variant)),)+
                    _ => None,
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

macro_rules! wrapped {
    ($($type:ident),+) => {
        $(
            impl ToValue for Col<$type> {
                fn value(&self) -> Value<'_> {
                    Value::Int(i64::from(self.0.0))
                }
            }

            impl FromValue for Col<$type> {
                fn from_value(value: Value<'_>) -> Option<Self> {
                    FromValue::from_value(value).map(|number| Self($type(number)))
                }
            }
        )+
    };
}
wrapped!(Day, Instant, AccountId);

impl ToValue for Col<Currency> {
    fn value(&self) -> Value<'_> {
        Value::Text(self.0.code())
    }
}

impl FromValue for Col<Currency> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(code) => Currency::parse(code).ok().map(Self),
            _ => None,
        }
    }
}

/// A value that may be missing, on its way into a column.
pub(in crate::store) fn maybe<T>(value: Option<T>) -> Option<Col<T>> {
    value.map(Col)
}

/// A counter, which is kept as a signed number.
pub(in crate::store) fn counter(row: &dyn Row, at: usize) -> Outcome<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| damaged(format_args!("a counter in column {at} of a row is below zero")))
}

/// A number that a row was given, as a counter.
pub(in crate::store) fn given(number: i64) -> Outcome<u64> {
    u64::try_from(number).map_err(|_| damaged(format_args!("a row was given a number below zero")))
}

/// A counter on its way into a column.
pub(in crate::store) fn signed(counter: u64) -> i64 {
    i64::try_from(counter).unwrap_or(i64::MAX)
}

/// Reads the JSON text of a column.
pub(in crate::store) fn from_json<T: serde::de::DeserializeOwned>(row: &dyn Row, at: usize) -> Outcome<T> {
    match row.value(at)? {
        Value::Text(text) => serde_json::from_str(text)
            .map_err(|_| damaged(format_args!("column {at} of a row holds no JSON as it must"))),
        _ => Err(damaged(format_args!("column {at} of a row is not text"))),
    }
}

/// Reads the JSON text of a column that is empty where there is nothing to say.
pub(in crate::store) fn from_json_or_default<T>(row: &dyn Row, at: usize) -> Outcome<T>
where
    T: serde::de::DeserializeOwned + Default,
{
    if row.value(at)? == Value::Text("") { Ok(T::default()) } else { from_json(row, at) }
}

/// JSON on its way into a column.
pub(in crate::store) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::new(ErrorKind::Internal, format!("a row of the store could not be written: {e}")))
}

/// The same, empty where there is nothing to say.
pub(in crate::store) fn to_json_unless_default<T>(value: &T) -> Result<String>
where
    T: serde::Serialize + Default + PartialEq,
{
    if *value == T::default() { Ok(String::new()) } else { to_json(value) }
}
