//! Files of an ERP and of registers, taken into the credit state whole or not at all.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::keeper::{Field, Keeper, derive_kind, read_identifier};
use super::{Engine, LogLevel};
use crate::calendar::{Day, Instant};
use crate::customer::name_key;
use crate::error::{Error, ErrorKind, Result};
use crate::import::{
    Control, DateFormat, DecimalMark, Encoding, Format, IdentifierKeeper, Kind, MAX_FILE_BYTES, MAX_MAPPING_BYTES,
    Mapping, Options, Progress, Report, Source, Thousands,
};
use crate::store::IdentifierKey;

/// What is to be imported, and how it is written.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ImportRequest {
    /// `customers`, `limits`, `open_items`, `orders`, `companies` or `remarks`; may be left out with a mapping, which
    /// knows.
    pub kind: String,
    /// The file; or else `text`.
    pub path: Option<PathBuf>,
    /// The content itself.
    pub text: Option<String>,
    /// The name of a ready mapping, or the path of a mapping file (which ends in `.toml`).
    pub mapping: Option<String>,
    /// `utf-8`, `utf-16` or `windows-1252`; found out when nothing is said.
    pub encoding: Option<Encoding>,
    /// `,`, `;`, `\t` or `|`; found out when nothing is said.
    pub delimiter: Option<char>,
    /// The decimal mark; found out when nothing is said.
    pub decimal: Option<DecimalMark>,
    /// What separates thousands.
    pub thousands: Option<Thousands>,
    /// How days are written.
    pub date: Option<DateFormat>,
    /// What stands in for columns that are missing or empty.
    pub defaults: BTreeMap<String, String>,
    /// Open items and orders: the file is everything its companies had at `as_of`. What is not in it is closed, unless
    /// it changed at that moment or later.
    pub snapshot: bool,
    /// Customers: leave out an identifier that is not valid, instead of the row.
    pub drop_bad_identifiers: bool,
    /// Registers: the name of the source.
    pub source: String,
    /// The moment for which the file is true, which is when the export was begun, as `2026-11-22T06:00:00Z`. Registers
    /// and snapshots need it. Open items and orders that changed after it are left alone; without it the file is of now.
    pub as_of: Option<String>,
    /// Take the good rows and write the bad ones to this file, which must not exist yet.
    pub rejected_to: Option<PathBuf>,
    /// Only read and check the file.
    pub dry_run: bool,
}

impl Engine {
    /// Imports a file. `progress` is called on this thread every so many rows, and stops the import by answering
    /// [`Control::Stop`].
    ///
    /// # Errors
    /// `Argument` when rows are bad and nobody said where to write them: the message lists the first of them and
    /// nothing was taken. `Config`, `TooLarge`, `Io`, `Cancelled`; those of the store.
    pub fn import(&self, request: &ImportRequest, progress: &mut dyn FnMut(Progress) -> Control) -> Result<Report> {
        let mapping = request.mapping.as_deref().map(mapping).transpose()?;
        let kind = match (request.kind.as_str(), &mapping) {
            ("", Some(mapping)) => mapping.kind(),
            (name, _) => Kind::parse(name).ok_or_else(|| {
                let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
                Error::argument(format!("kind: {name:?} is none of {}", names.join(", ")))
            })?,
        };
        let options = options(request, mapping, self.settings.utc_offset_minutes)?;
        let bytes = match (&request.path, &request.text) {
            (Some(path), None) => read_file(path, MAX_FILE_BYTES)?,
            (None, Some(text)) => text.as_bytes().to_vec(),
            _ => return Err(Error::argument("path, text: give one of the two")),
        };
        let source = Source::open(&bytes, kind, &options)?;
        let now = self.now();
        if let Some(as_of) = options.as_of.filter(|as_of| options.snapshot && *as_of > now) {
            return Err(Error::argument(format!(
                "as_of: {as_of} is later than now, {now}; say in UTC when the export was begun"
            )));
        }
        let keeper = DayKeeper { keeper: &self.keeper, today: self.today() };
        if request.dry_run {
            return source.check(&keeper);
        }
        let mut rejected = request.rejected_to.as_deref().map(Rejected::create).transpose()?;
        let mut report = None;
        let at = options.as_of.map_or(now, |as_of| as_of.min(now));
        let loaded = self.store.load(
            at,
            self.day_of(at),
            &mut |loader| {
                let writer = rejected.as_mut().map(|rejected| &mut rejected.file as &mut dyn Write);
                report = Some(source.load(&keeper, loader, writer, progress)?);
                Ok(())
            },
            self.deadline(None),
        );
        let report = loaded
            .and_then(|()| report.ok_or_else(|| Error::new(ErrorKind::Internal, "the store did not run the import")));
        if let Some(rejected) = rejected {
            rejected.keep_if(report.as_ref().is_ok_and(|report| report.rejected > 0))?;
        }
        let report = report?;
        let line = format!(
            "imported {}: {} rows, {} added, {} changed, {} left alone, {} rejected",
            kind.name(),
            report.rows,
            report.added,
            report.changed,
            report.newer,
            report.rejected
        );
        self.tell(LogLevel::Info, &line);
        Ok(report)
    }
}

fn options(request: &ImportRequest, mapping: Option<Mapping>, utc_offset_minutes: i32) -> Result<Options> {
    let delimiter = delimiter(request.delimiter)?;
    let as_of = match &request.as_of {
        None => None,
        Some(text) => Some(Instant::parse(text).ok_or_else(|| {
            Error::argument(format!("as_of: {text:?} is not a moment such as \"2026-11-22T06:00:00Z\""))
        })?),
    };
    Ok(Options {
        mapping,
        format: Format {
            encoding: request.encoding,
            delimiter,
            decimal: request.decimal,
            thousands: request.thousands,
            date: request.date,
            ..Format::default()
        },
        defaults: request.defaults.clone(),
        snapshot: request.snapshot,
        drop_bad_identifiers: request.drop_bad_identifiers,
        source: request.source.clone(),
        as_of,
        utc_offset_minutes,
    })
}

/// The delimiter of a request, as a byte.
pub(super) fn delimiter(mark: Option<char>) -> Result<Option<u8>> {
    match mark {
        None => Ok(None),
        Some(mark @ (',' | ';' | '\t' | '|')) => Ok(u8::try_from(mark).ok()),
        Some(mark) => Err(Error::argument(format!("delimiter: {mark:?} is none of , ; | and tab"))),
    }
}

/// A ready mapping by its name, or a file's by its path.
fn mapping(name: &str) -> Result<Mapping> {
    if !name.ends_with(".toml") {
        return Mapping::named(name);
    }
    let bytes = read_file(Path::new(name), MAX_MAPPING_BYTES)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Error::new(ErrorKind::Config, format!("{name}: not UTF-8: {error}")))?;
    Mapping::parse(text).map_err(|error| error.at(name))
}

/// Reads a file, and refuses one that is too large before it is in memory.
pub(super) fn read_file(path: &Path, most: usize) -> Result<Vec<u8>> {
    let io = |error: std::io::Error| Error::new(ErrorKind::Io, format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() > most {
        return Err(Error::new(ErrorKind::TooLarge, format!("{} has more than {most} bytes", path.display())));
    }
    Ok(bytes)
}

/// The file that rejected rows are written to.
struct Rejected<'a> {
    path: &'a Path,
    file: File,
}

impl<'a> Rejected<'a> {
    fn create(path: &'a Path) -> Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        Ok(Self { path, file: file.map_err(|error| Self::io(path, &error))? })
    }

    /// Makes the file durable, or takes it away when it is of no use.
    fn keep_if(self, useful: bool) -> Result<()> {
        if useful {
            return self.file.sync_all().map_err(|error| Self::io(self.path, &error));
        }
        drop(self.file);
        std::fs::remove_file(self.path).map_err(|error| Self::io(self.path, &error))
    }

    fn io(path: &Path, error: &std::io::Error) -> Error {
        Error::new(ErrorKind::Io, format!("rejected_to: {} cannot be written: {error}", path.display()))
    }
}

/// The engine's rules for what is kept of identifiers and names, on a day.
struct DayKeeper<'a> {
    keeper: &'a Keeper,
    today: Day,
}

impl IdentifierKeeper for DayKeeper<'_> {
    fn key(&self, country: &str, column: &str, text: &str) -> Result<IdentifierKey> {
        let field = Field::parse(column)
            .ok_or_else(|| Error::new(ErrorKind::Internal, format!("{column:?} is no kind of identifier")))?;
        read_identifier(country, field, text, self.today).map(|identifier| self.keeper.keep(&identifier, self.today))
    }

    fn name_key(&self, name: &str) -> String {
        name_key(name)
    }

    fn subject(&self, country: &str, legal_form: &str, identifiers: &[IdentifierKey]) -> String {
        derive_kind(country, legal_form, identifiers).name().to_owned()
    }
}
