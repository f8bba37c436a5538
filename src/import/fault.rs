//! What is wrong with a row, told so that it can be mended, without telling what must not be told.

use std::fmt;

use serde::Serialize;

use super::columns::Holds;
use crate::error::PERSONAL_DIGITS;

/// The longest part of a value that an error shows, in characters.
pub const MAX_SHOWN_CHARS: usize = 40;

/// Declares the problems once: variant and stable name.
macro_rules! problems {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// What kind of problem a row has. The names are stable: programs may go by them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Problem {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Problem {
            /// Every problem there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

problems! {
    /// The row has more or fewer fields than the header.
    FieldCount = "field_count";
    /// A quote was opened and not closed, and swallows the rows after it.
    Quote = "quote";
    /// The row is longer than any row may be.
    RowTooLong = "row_too_long";
    /// A field is longer than any field may be.
    FieldTooLong = "field_too_long";
    /// A field holds a line break or another control character where none can be.
    ControlCharacter = "control_character";
    /// A number that a spreadsheet has shortened to powers of ten.
    Shortened = "shortened";
    /// A field that must be filled is empty.
    Missing = "missing";
    /// Not a decimal number.
    Amount = "amount";
    /// A thousands separator where none was announced, or at the wrong place.
    Grouping = "grouping";
    /// More decimals than the currency has.
    Decimals = "decimals";
    /// The amount does not fit.
    AmountTooLarge = "amount_too_large";
    /// A negative amount where there can be none.
    Negative = "negative";
    /// Not a percentage from 0 to 100.
    Percent = "percent";
    /// Not a day in the file's format.
    Day = "day";
    /// Not a moment.
    Moment = "moment";
    /// Neither yes nor no.
    Flag = "flag";
    /// Not a whole number from 0 to 255.
    Level = "level";
    /// Not a whole number, or none that can be there.
    Number = "number";
    /// Not one of the words that can be there.
    Choice = "choice";
    /// Not an ISO 4217 currency.
    Currency = "currency";
    /// Not a two-letter country code.
    Country = "country";
    /// Not an identifier of that country and kind.
    Identifier = "identifier";
    /// The sign and the kind contradict each other.
    Sign = "sign";
    /// More is open than was posted.
    Residual = "residual";
    /// Neither a limit nor the word that there is none, or both.
    Limit = "limit";
    /// It ends before it begins.
    Period = "period";
    /// The row is about nobody, or about two.
    Subject = "subject";
    /// The same row was in the file before.
    Duplicate = "duplicate";
    /// The store does not take it, for example because the customer is unknown.
    Refused = "refused";
}

/// A bad row: where, what, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fault {
    /// The line of the file in which the row begins; the first line is 1.
    pub line: u64,
    /// The column, as it is documented; empty when it is the row as a whole.
    pub column: String,
    /// The column as the file's header has it; empty when the file does not have it.
    pub header: String,
    /// What kind of problem it is.
    pub problem: Problem,
    /// What is wrong and what is expected.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column {}", self.column)?;
            if !self.header.is_empty() && !self.header.eq_ignore_ascii_case(&self.column) {
                write!(f, " (\"{}\")", self.header)?;
            }
        }
        write!(f, ": {}", self.reason)
    }
}

/// A fault before its line is known.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) column: &'static str,
    pub(super) problem: Problem,
    pub(super) reason: String,
}

impl Trouble {
    pub(super) fn new(column: &'static str, problem: Problem, reason: impl Into<String>) -> Self {
        Self { column, problem, reason: reason.into() }
    }
}

/// A value as an error may show it, quoted: shortened, and with its digits hidden when it may be a personal number.
pub(super) fn shown(value: &str, holds: Holds) -> String {
    if matches!(holds, Holds::Identifier | Holds::Text) {
        return "the value".to_owned();
    }
    let hide = value.chars().filter(char::is_ascii_digit).count() >= PERSONAL_DIGITS;
    let mut text = String::with_capacity(MAX_SHOWN_CHARS + 5);
    text.push('"');
    for (at, c) in value.chars().enumerate() {
        if at == MAX_SHOWN_CHARS {
            text.push('…');
            break;
        }
        text.push(match c {
            '0'..='9' if hide => '#',
            c if c.is_control() => '�',
            c => c,
        });
    }
    text.push('"');
    text
}

/// A header's name as an error may show it: a file without a header has people's data in its place.
pub(super) fn shown_header(name: &str) -> String {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let hide = digits >= 4;
    let text: String = name
        .chars()
        .take(MAX_SHOWN_CHARS)
        .map(|c| match c {
            '0'..='9' if hide => '#',
            c if c.is_control() => '�',
            c => c,
        })
        .collect();
    format!("\"{text}\"")
}
