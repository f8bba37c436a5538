//! A mapping: what the export of a certain system calls our columns, and how it writes them. A TOML file.
//!
//! ```
//! use obligor::import::{Kind, Mapping};
//!
//! let mapping = Mapping::parse(r#"
//! kind = "open_items"
//! decimal = ","
//! date = "dd.mm.yyyy"
//! sign = "ledger"
//!
//! [columns]
//! customer = "Kundennr."
//! number = { join = ["Beleg", "Zeile"], with = "-" }
//! residual = ["Offen", "Restbetrag"]
//! due = "Fällig"
//!
//! [defaults]
//! company = "01"
//! currency = "EUR"
//!
//! [values.kind]
//! "ZA" = "payment"
//! "#)?;
//! assert_eq!(mapping.kind(), Kind::OpenItems);
//! # Ok::<(), obligor::error::Error>(())
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::date::DateFormat;
use super::decode::Encoding;
use super::number::{DecimalMark, Thousands};
use super::{Format, Kind};
use crate::error::{Error, ErrorKind, Result};

/// What says on which side of the account an amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// The sign, and the kind must agree with it: a credit note with a positive amount is an error.
    #[default]
    Strict,
    /// The sign alone, as in a ledger: what is positive is owed, whatever the document was.
    Ledger,
    /// The kind alone: amounts have no sign, and a minus turns a document into its opposite.
    Kind,
    /// The column `debit_credit`: amounts have no sign.
    Indicator,
}

/// Whether the amounts of a file have tax in them. Limits are tested against amounts with tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// With tax.
    #[default]
    Gross,
    /// Without tax: exposure will be understated, and the report says so.
    Net,
}

/// What a limit of zero means in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroLimit {
    /// Zero: no credit.
    #[default]
    Zero,
    /// No limit, as in systems that do not check a limit of zero.
    NoLimit,
}

/// Where a column's text comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a header, a list of headers, or { join = [\"…\"], with = \"-\" }")]
pub(super) enum Wanted {
    /// One column.
    Field(Names),
    /// Several columns, joined.
    Joined(Joined),
}

impl Wanted {
    /// The columns it is made of.
    pub(super) fn parts(&self) -> &[Names] {
        match self {
            Self::Field(names) => std::slice::from_ref(names),
            Self::Joined(joined) => &joined.join,
        }
    }
}

/// What a column of the file can be called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    /// This.
    One(String),
    /// The first of these that the header has.
    FirstOf(Vec<String>),
}

impl Names {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::FirstOf(names) => names,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Joined {
    pub(super) join: Vec<Names>,
    #[serde(default)]
    pub(super) with: String,
}

/// A mapping that was read and found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub(super) kind: Kind,
    pub(super) about: String,
    pub(super) format: Format,
    pub(super) sign: Sign,
    pub(super) basis: Basis,
    pub(super) zero_limit: ZeroLimit,
    pub(super) skip_when_empty: Vec<String>,
    pub(super) columns: BTreeMap<String, Wanted>,
    pub(super) defaults: BTreeMap<String, String>,
    /// By column: the file's words in lower case, and ours.
    pub(super) values: BTreeMap<String, BTreeMap<String, String>>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: Kind,
    #[serde(default)]
    about: String,
    encoding: Option<Encoding>,
    delimiter: Option<Spanned<String>>,
    decimal: Option<DecimalMark>,
    thousands: Option<Spanned<Thousands>>,
    date: Option<DateFormat>,
    quotes: Option<bool>,
    preamble: Option<bool>,
    #[serde(default)]
    sign: Sign,
    #[serde(default)]
    basis: Basis,
    #[serde(default)]
    zero_limit: ZeroLimit,
    #[serde(default)]
    skip_when_empty: Vec<Spanned<String>>,
    columns: BTreeMap<Spanned<String>, Spanned<Wanted>>,
    #[serde(default)]
    defaults: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    values: BTreeMap<Spanned<String>, BTreeMap<String, String>>,
}

/// The largest mapping that is read, in bytes.
pub const MAX_MAPPING_BYTES: usize = 64 << 10;

const READY: &[(&str, &str)] = &[
    ("business_central_customers", include_str!("mappings/business_central_customers.toml")),
    ("business_central_limits", include_str!("mappings/business_central_limits.toml")),
    ("business_central_open_items", include_str!("mappings/business_central_open_items.toml")),
    ("erpnext_customers", include_str!("mappings/erpnext_customers.toml")),
    ("erpnext_open_items", include_str!("mappings/erpnext_open_items.toml")),
    ("erpnext_orders", include_str!("mappings/erpnext_orders.toml")),
    ("odoo_customers", include_str!("mappings/odoo_customers.toml")),
    ("odoo_limits", include_str!("mappings/odoo_limits.toml")),
    ("odoo_open_items", include_str!("mappings/odoo_open_items.toml")),
    ("odoo_orders", include_str!("mappings/odoo_orders.toml")),
    ("sap_line_items", include_str!("mappings/sap_line_items.toml")),
    ("sap_table_bsid", include_str!("mappings/sap_table_bsid.toml")),
];

impl Mapping {
    /// The names of the ready mappings.
    pub fn names() -> impl Iterator<Item = &'static str> {
        READY.iter().map(|(name, _)| *name)
    }

    /// The text of a ready mapping, to be copied and changed.
    pub fn text(name: &str) -> Option<&'static str> {
        READY.iter().find(|(ready, _)| *ready == name).map(|(_, text)| *text)
    }

    /// A ready mapping.
    ///
    /// # Errors
    /// `NotFound` when there is none with this name; the message lists those there are.
    pub fn named(name: &str) -> Result<Self> {
        let text = Self::text(name).ok_or_else(|| {
            let names = Self::names().collect::<Vec<_>>().join(", ");
            Error::new(ErrorKind::NotFound, format!("no mapping has this name; there are {names}"))
        })?;
        Self::parse(text)
    }

    /// Reads a mapping.
    ///
    /// # Errors
    /// `Config`: the message names the line and what is expected there.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_MAPPING_BYTES {
            return Err(wrong(format!("mapping: {} bytes are too many, at most {MAX_MAPPING_BYTES}", text.len())));
        }
        let at = |span: Range<usize>, message: String| wrong(format!("mapping, line {}: {message}", line(text, span)));
        let written: Written = toml::from_str(text).map_err(|error| match error.span() {
            Some(span) => at(span, error.message().to_owned()),
            None => wrong(format!("mapping: {}", error.message())),
        })?;
        let kind = written.kind;
        let known = |name: &Spanned<String>| match kind.column(name.get_ref()) {
            Some(_) => Ok(name.get_ref().clone()),
            None => {
                let names = kind.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
                let message = format!("{:?} is no column of {}; there are {names}", name.get_ref(), kind.name());
                Err(at(name.span(), message))
            }
        };
        let delimiter = match &written.delimiter {
            None => None,
            Some(text) => match text.get_ref().as_bytes() {
                [byte @ (b',' | b';' | b'\t' | b'|')] => Some(*byte),
                _ => return Err(at(text.span(), "delimiter is \",\", \";\", \"\\t\" or \"|\"".to_owned())),
            },
        };
        if let (Some(mark), Some(thousands)) = (written.decimal, &written.thousands) {
            let same = matches!(
                (mark, thousands.get_ref()),
                (DecimalMark::Point, Thousands::Point) | (DecimalMark::Comma, Thousands::Comma)
            );
            if same {
                return Err(at(thousands.span(), "thousands and decimal cannot be the same character".to_owned()));
            }
        }
        let mut columns = BTreeMap::new();
        for (name, wanted) in &written.columns {
            let parts = wanted.get_ref().parts();
            let blank =
                |names: &Names| names.as_slice().is_empty() || names.as_slice().iter().any(|n| n.trim().is_empty());
            let empty = parts.is_empty() || parts.iter().any(blank);
            if empty {
                return Err(at(wanted.span(), format!("{} has an empty header", name.get_ref())));
            }
            columns.insert(known(name)?, wanted.get_ref().clone());
        }
        let mut defaults = BTreeMap::new();
        for (name, value) in &written.defaults {
            defaults.insert(known(name)?, value.clone());
        }
        let mut values = BTreeMap::new();
        for (name, words) in &written.values {
            let words = words.iter().map(|(from, to)| (from.trim().to_lowercase(), to.clone())).collect();
            values.insert(known(name)?, words);
        }
        let skip_when_empty = written.skip_when_empty.iter().map(known).collect::<Result<_>>()?;
        let format = Format {
            encoding: written.encoding,
            delimiter,
            decimal: written.decimal,
            thousands: written.thousands.map(Spanned::into_inner),
            date: written.date,
            quotes: written.quotes,
            preamble: written.preamble,
        };
        let (about, sign, basis, zero_limit) = (written.about, written.sign, written.basis, written.zero_limit);
        Ok(Self { kind, about, format, sign, basis, zero_limit, skip_when_empty, columns, defaults, values })
    }

    /// The kind of file it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How to make the export it is for.
    pub fn about(&self) -> &str {
        &self.about
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

fn line(text: &str, span: Range<usize>) -> usize {
    1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ready_mapping_is_right_and_named_after_its_kind() {
        for (name, text) in READY {
            let mapping = Mapping::parse(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(!mapping.about().is_empty(), "{name} does not say how to make the export");
            let items = mapping.kind() == Kind::OpenItems;
            assert!(name.ends_with(mapping.kind().name()) || (items && name.starts_with("sap_")), "{name}");
        }
        assert!(Mapping::named("sap").unwrap_err().message().contains("sap_line_items"));
    }

    #[test]
    fn errors_name_the_line() {
        for (text, expected) in [
            ("kind = \"items\"\n[columns]\n", "mapping, line 1: unknown variant `items`"),
            (
                "kind = \"limits\"\n\n[columns]\nlimit = \"L\"\nlmit = \"L\"\n",
                "mapping, line 5: \"lmit\" is no column of limits; there are company, customer",
            ),
            ("kind = \"limits\"\ndelimiter = \"tab\"\n[columns]\n", "mapping, line 2: delimiter is"),
            (
                "kind = \"limits\"\ndecimal = \",\"\nthousands = \",\"\n[columns]\n",
                "mapping, line 3: thousands and decimal",
            ),
            ("kind = \"limits\"\ndate = \"ddmm\"\n[columns]\n", "mapping, line 2: unknown variant `ddmm`"),
            ("kind = \"limits\"\n[columns]\nlimit = 5\n", "mapping, line 3: expected a header"),
            ("kind = \"limits\"\n[columns]\nlimit = \"\"\n", "mapping, line 3: limit has an empty header"),
            (
                "kind = \"limits\"\n[columns]\n[defaults]\ncurency = \"EUR\"\n",
                "mapping, line 4: \"curency\" is no column",
            ),
            ("kind = \"limits\"\n[columns]\n[values.knd]\na = \"b\"\n", "mapping, line 3: \"knd\" is no column"),
            ("kind = \"limits\"\nskip_when_empty = [\"no\"]\n[columns]\n", "mapping, line 2: \"no\" is no column"),
            ("kind = \"limits\"\ncolour = 1\n[columns]\n", "mapping, line 2: unknown field `colour`"),
            ("kind = \"limits\"\n", "missing field `columns`"),
            ("kind = \n", "mapping, line 1:"),
        ] {
            let error = Mapping::parse(text).unwrap_err();
            assert!(error.message().contains(expected), "{text:?}\n{error}");
            assert_eq!(error.kind(), ErrorKind::Config);
        }
    }
}
