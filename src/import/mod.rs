//! Importing what an ERP exports: customers, limits, open items, orders, and the files of registers.
//!
//! An export is somebody else's file. It comes in an old encoding, with decimal commas, with days in an order nobody
//! wrote down, and with a total at the end. Reading it wrong is worse than not reading it: an amount that is off by a
//! thousand, or a minus that was lost, lets orders through for months. So nothing that matters is guessed. What the
//! file proves is taken from the file; what a mapping says is taken from the mapping; what neither says is an error
//! that tells how to say it.
//!
//! A file is taken whole or not at all. The rows are put inside one transaction of the store ([`Source::load`] is
//! called from [`crate::store::Store::load`]), and a single bad row undoes all of it, unless the caller goes on
//! without the bad rows and gets them in a file of their own, to be mended and imported again. Importing the same
//! file twice changes nothing.
//!
//! The columns are listed in one table ([`Kind::columns`]); a [`Mapping`] says where an export keeps them.

mod columns;
mod date;
mod decode;
mod fault;
mod history;
mod load;
mod mapping;
mod number;
mod record;
mod row;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use columns::{Column, Holds, Need, documentation};
pub use date::DateFormat;
pub use decode::{Encoding, MAX_FILE_BYTES};
pub use fault::{Fault, MAX_SHOWN_CHARS, Problem};
pub use history::{HISTORY_COLUMNS, HistoryOptions, HistoryReport, history_documentation, read_history};
pub use load::{Source, parse_only};
pub use mapping::{Basis, MAX_MAPPING_BYTES, Mapping, Sign, ZeroLimit};
pub use number::{DecimalMark, Thousands};
pub use table::{ERROR_COLUMN, MAX_COLUMNS, MAX_PREAMBLE_LINES, MAX_SHOWN_COLUMNS};

use crate::calendar::Instant;
use crate::error::Result;
use crate::store::{IdentifierKey, Register};

/// The most rows a file may have.
pub const MAX_FILE_ROWS: u64 = 20_000_000;
/// The longest row, in bytes; columns that are not read count too.
pub const MAX_ROW_BYTES: usize = 64 << 10;
/// The longest field that is taken, in bytes.
pub const MAX_FIELD_BYTES: usize = 1_000;
/// The longest number or code, in bytes: what the C interface has room for.
pub const MAX_CODE_BYTES: usize = 64;
/// The longest code of a company that sells, in bytes: what the C interface has room for.
pub const MAX_COMPANY_BYTES: usize = 32;
/// How many bad rows a report keeps; it counts all of them.
pub const MAX_REPORTED: usize = 100;
/// How many bad rows the message of an error lists.
pub const MAX_LISTED: usize = 20;
/// After how many rows the caller is told about the progress, and may stop.
pub const PROGRESS_ROWS: u64 = 1_000;

/// What a file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Customers, and their accounts if the file names the company.
    Customers,
    /// Limits; makes the account if there is none.
    Limits,
    /// Open items.
    OpenItems,
    /// Orders as the ERP has them.
    Orders,
    /// A company register.
    Companies,
    /// A debtor register.
    Remarks,
}

impl Kind {
    /// Every kind, in the order in which files of them are imported.
    pub const ALL: [Self; 6] =
        [Self::Customers, Self::Limits, Self::OpenItems, Self::Orders, Self::Companies, Self::Remarks];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Limits => "limits",
            Self::OpenItems => "open_items",
            Self::Orders => "orders",
            Self::Companies => "companies",
            Self::Remarks => "remarks",
        }
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Customers => {
                "One row for each customer, or for each customer and company. With `company` and `currency` a row also \
                 makes the credit account. Rows of one customer should say the same of it: where they do not, the last one \
                 counts, and the report warns."
            }
            Self::Limits => {
                "One row for each limit of an account or a pool. The customer must be there; its account is made if it is \
                 not."
            }
            Self::OpenItems => {
                "One row for each open item: invoices, credit notes, payments on account. The account must be there."
            }
            Self::Orders => "One row for each open order. They are facts, not questions: nothing is checked.",
            Self::Companies => {
                "A company register. The file is the whole of its source: companies that are not in it are dropped."
            }
            Self::Remarks => {
                "A debtor register. The file is the whole of its source: remarks that are not in it are dropped."
            }
        }
    }

    /// The register whose source such a file is the whole of, so that a part of it would be a lie.
    const fn register(self) -> Option<Register> {
        match self {
            Self::Companies => Some(Register::Company),
            Self::Remarks => Some(Register::Debtor),
            _ => None,
        }
    }
}

/// How the characters of a file are to be read. `None` is found out from the file, and refused where it is unclear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Format {
    /// The encoding.
    pub encoding: Option<Encoding>,
    /// The delimiter: `,`, `;`, tab or `|`.
    pub delimiter: Option<u8>,
    /// The decimal mark. Without one, the amounts that can be read in one way only decide.
    pub decimal: Option<DecimalMark>,
    /// What separates thousands. `None` is nothing: such an amount is an error.
    pub thousands: Option<Thousands>,
    /// How days are written. `None` is `2026-11-22`.
    pub date: Option<DateFormat>,
    /// Whether quotes mean something. `None` is yes.
    pub quotes: Option<bool>,
    /// Whether there are lines before the header. `None` is no.
    pub preamble: Option<bool>,
}

impl Format {
    /// This format, and the other where this says nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            encoding: self.encoding.or(other.encoding),
            delimiter: self.delimiter.or(other.delimiter),
            decimal: self.decimal.or(other.decimal),
            thousands: self.thousands.or(other.thousands),
            date: self.date.or(other.date),
            quotes: self.quotes.or(other.quotes),
            preamble: self.preamble.or(other.preamble),
        }
    }
}

/// What the caller says about a file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the file calls our columns; `None` is our own names.
    pub mapping: Option<Mapping>,
    /// How it is written; goes before what the mapping says.
    pub format: Format,
    /// What stands in for columns that are missing or empty, by our names; goes before what the mapping says.
    pub defaults: BTreeMap<String, String>,
    /// Open items and orders: the file is everything its companies had at `as_of`, which is needed then. Items that are
    /// not in it are closed, orders that are not in it cancelled, unless they changed at that moment or later.
    pub snapshot: bool,
    /// Customers: leave out an identifier that is not valid, instead of the row.
    pub drop_bad_identifiers: bool,
    /// Registers: the name of the source.
    pub source: String,
    /// The moment for which the file is true: when the export was begun. Registers and snapshots need it. Open items and
    /// orders that changed after it are left alone.
    pub as_of: Option<Instant>,
    /// How far clocks stand ahead of UTC where moments have no zone, in minutes.
    pub utc_offset_minutes: i32,
}

/// Makes what is kept of identifiers and names. The engine has the rules and the key.
pub trait IdentifierKeeper {
    /// The identifier as it is kept: a person's only as a keyed hash.
    ///
    /// `column` is one of `orgnr`, `vat`, `personal_number`, `rsin`, `lei`, `gln`; with `country` it names the scheme.
    ///
    /// # Errors
    /// When the text is no such identifier. The message says why and never holds the text.
    fn key(&self, country: &str, column: &str, text: &str) -> Result<IdentifierKey>;

    /// The name folded for comparing, see [`crate::store::Customer::name_key`].
    fn name_key(&self, name: &str) -> String;

    /// `organisation`, `person` or `unknown`, see [`crate::store::Customer::subject`].
    fn subject(&self, country: &str, legal_form: &str, identifiers: &[IdentifierKey]) -> String;
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows looked at.
    pub rows: u64,
    /// Bytes of the text looked at.
    pub bytes: u64,
    /// Bytes of the text.
    pub of_bytes: u64,
}

/// Whether an import goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// It goes on.
    Continue,
    /// It stops, and nothing is taken.
    Stop,
}

/// How a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadAs {
    /// Its encoding.
    pub encoding: Encoding,
    /// Its delimiter.
    pub delimiter: char,
    /// Its decimal mark.
    pub decimal: DecimalMark,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Rows of the file, without empty ones.
    pub rows: u64,
    /// Rows that were new.
    pub added: u64,
    /// Rows that were there, and other.
    pub changed: u64,
    /// Rows that were there, the same.
    pub same: u64,
    /// Open items and orders that were left alone, because what stands there changed after the moment of the file.
    pub newer: u64,
    /// Bad rows.
    pub rejected: u64,
    /// Rows the mapping leaves out.
    pub skipped: u64,
    /// Items closed, orders cancelled or register rows dropped because they are not in the file.
    pub closed: u64,
    /// The first bad rows, at most [`MAX_REPORTED`].
    pub faults: Vec<Fault>,
    /// What a person should know although nothing is wrong.
    pub warnings: Vec<String>,
    /// How the file was read.
    pub read_as: ReadAs,
}
