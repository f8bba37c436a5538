//! The file as a table: where its header is, what separates its fields, and which field is which column.

use std::collections::BTreeMap;

use csv::StringRecord;

use super::columns::{Column, Need};
use super::fault::shown_header;
use super::mapping::{Mapping, Names, Wanted};
use super::{Format, Kind, MAX_ROW_BYTES};
use crate::error::{Error, ErrorKind, Result};

/// The most columns a file may have.
pub const MAX_COLUMNS: usize = 1_000;
/// The most columns that an error about the header lists.
pub const MAX_SHOWN_COLUMNS: usize = 40;
/// With `preamble`: how many lines may stand before the header.
pub const MAX_PREAMBLE_LINES: usize = 50;
/// The column in which a rejected row says what is wrong with it; not read when the row comes back.
pub const ERROR_COLUMN: &str = "obligor_error";

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file with its header read.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// The whole text.
    pub(super) text: &'a str,
    /// Where the header begins in it.
    start: usize,
    pub(super) header: StringRecord,
    pub(super) delimiter: u8,
    pub(super) quotes: bool,
}

impl<'a> Table<'a> {
    /// Finds the header and the delimiter: those that give most of the columns that are wanted.
    pub(super) fn open(text: &'a str, wanted: &[String], format: &Format) -> Result<Self> {
        let quotes = format.quotes.unwrap_or(true);
        let mut start = 0;
        let mut forced = format.delimiter;
        // Excel's way to say the delimiter.
        if let Some(sep) = text.get(..4).filter(|sep| sep.eq_ignore_ascii_case("sep=")) {
            let line = text.find('\n').map_or(text.len(), |at| at + 1);
            let delimiter = text.get(sep.len()..line).unwrap_or_default().trim_end_matches(['\r', '\n']).as_bytes();
            if let ([delimiter], None) = (delimiter, forced) {
                forced = Some(*delimiter).filter(|byte| byte.is_ascii());
            }
            start = line;
        }
        let candidates: &[u8] = forced.as_ref().map_or(&DELIMITERS, std::slice::from_ref);
        let lines = if format.preamble.unwrap_or(false) { MAX_PREAMBLE_LINES } else { 1 };
        let mut best: Option<(usize, usize, usize, u8, StringRecord)> = None;
        for _ in 0..lines {
            for delimiter in candidates {
                let header = first_record(text, start, *delimiter, quotes)?;
                let found = header.iter().filter(|name| wanted.contains(&fold(name))).count();
                if best.as_ref().is_none_or(|(most, fields, ..)| (found, header.len()) > (*most, *fields)) {
                    best = Some((found, header.len(), start, *delimiter, header));
                }
            }
            match text.get(start..).and_then(|rest| rest.find('\n')) {
                Some(end) => start += end + 1,
                None => break,
            }
        }
        match best {
            Some((.., 0, _, _, _)) | None => Err(Error::argument("the file is empty: the first line must be a header")),
            Some((_, fields, ..)) if fields > MAX_COLUMNS => {
                let message = format!("the header has {fields} columns; at most {MAX_COLUMNS} are read");
                Err(Error::new(ErrorKind::TooLarge, message))
            }
            Some((_, _, start, delimiter, header)) => Ok(Self { text, start, header, delimiter, quotes }),
        }
    }

    /// Reads the rows after the header.
    pub(super) fn rows(&self) -> Result<Rows<'a>> {
        let mut rows = Rows {
            reader: reader(self.text.get(self.start..).unwrap_or_default(), self.delimiter, self.quotes),
            text: self.text,
            start: self.start,
            counted: (0, 1),
        };
        rows.next(&mut StringRecord::new())?;
        Ok(rows)
    }

    /// The line of the header.
    pub(super) fn header_line(&self) -> u64 {
        let rest = self.text.get(self.start..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        1 + newlines(self.text.get(..self.start + blank).unwrap_or_default())
    }

    /// The header as an error lists it.
    fn listed(&self) -> String {
        let mut text: Vec<String> = self.header.iter().take(MAX_SHOWN_COLUMNS).map(shown_header).collect();
        if self.header.len() > MAX_SHOWN_COLUMNS {
            text.push(format!("and {} more", self.header.len() - MAX_SHOWN_COLUMNS));
        }
        text.join(", ")
    }
}

fn reader(text: &str, delimiter: u8, quotes: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quotes)
        .from_reader(text.as_bytes())
}

fn first_record(text: &str, start: usize, delimiter: u8, quotes: bool) -> Result<StringRecord> {
    // A quote that is not closed must not make the whole file a header.
    let end = text.floor_char_boundary(start.saturating_add(MAX_ROW_BYTES));
    let mut record = StringRecord::new();
    reader(text.get(start..end).unwrap_or_default(), delimiter, quotes).read_record(&mut record).map_err(unread)?;
    Ok(record)
}

/// Text in memory can neither fail to be read nor fail to be text.
fn unread(error: csv::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("the file could not be read as CSV: {:?}", error.kind()))
}

/// The rows of a file, and their lines.
pub(super) struct Rows<'a> {
    reader: csv::Reader<&'a [u8]>,
    text: &'a str,
    start: usize,
    /// Up to which byte lines were counted, and the line there: most rows are good and nobody asks for their line.
    counted: (usize, u64),
}

impl Rows<'_> {
    /// The next row, and the byte at which it begins; `None` at the end.
    pub(super) fn next(&mut self, record: &mut StringRecord) -> Result<Option<usize>> {
        if !self.reader.read_record(record).map_err(unread)? {
            return Ok(None);
        }
        let from = record.position().map_or(0, csv::Position::byte);
        let from = self.start + usize::try_from(from).unwrap_or(0);
        // The reader starts a row where the one before ended: blank lines and the line feed of CR LF come first.
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        Ok(Some(from + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count()))
    }

    /// How far the file was read, in bytes of its text.
    pub(super) fn position(&self) -> usize {
        self.start + usize::try_from(self.reader.position().byte()).unwrap_or(0)
    }

    /// The line of this byte.
    pub(super) fn line(&mut self, byte: usize) -> u64 {
        let (mut from, mut line) = self.counted;
        if byte < from {
            (from, line) = (0, 1);
        }
        line += newlines(self.text.get(from..byte).unwrap_or_default());
        self.counted = (byte, line);
        line
    }
}

fn newlines(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let feeds = bytes.iter().filter(|b| **b == b'\n').count();
    // Old Macintosh files end their lines with CR alone.
    let count = if feeds > 0 { feeds } else { bytes.iter().filter(|b| **b == b'\r').count() };
    count as u64
}

/// Where one column of ours is in the rows of a file.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) column: &'static Column,
    pub(super) from: From,
    /// The file's name of it, for errors.
    pub(super) header: String,
    /// What stands in for an empty field.
    pub(super) default: String,
    /// The file's words in lower case, and ours.
    pub(super) words: Option<BTreeMap<String, String>>,
    /// Whether one of our words there is [`SKIP`].
    pub(super) skips: bool,
    pub(super) skip_when_empty: bool,
}

/// The word of a mapping that leaves a row out.
pub(super) const SKIP: &str = "skip";

#[derive(Debug)]
pub(super) enum From {
    Nowhere,
    Field(usize),
    Joined(Vec<usize>, String),
}

/// What the header is searched for, folded.
pub(super) fn wanted(kind: Kind, mapping: Option<&Mapping>) -> Vec<String> {
    let Some(mapping) = mapping else {
        return kind.columns().iter().map(|column| column.name.to_owned()).collect();
    };
    let parts = mapping.columns.values().flat_map(Wanted::parts);
    parts.flat_map(Names::as_slice).map(|name| fold(name)).collect()
}

/// Header names are compared without case and without the spaces around them.
pub(super) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Finds each of our columns in the header. Returns the slots and the headers that nothing asked for.
pub(super) fn slots(
    table: &Table<'_>,
    columns: &'static [Column],
    mapping: Option<&Mapping>,
    defaults: &BTreeMap<String, String>,
) -> Result<(Vec<Slot>, Vec<String>)> {
    let folded: Vec<String> = table.header.iter().map(fold).collect();
    let line = table.header_line();
    let mut used = vec![false; folded.len()];
    let mut find = |name: &str| -> Result<Option<usize>> {
        let name = fold(name);
        let mut places = folded.iter().enumerate().filter(|(_, header)| **header == name).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(_), Some(_)) => {
                let message = format!("line {line}: the header has the column {} twice", shown_header(&name));
                Err(Error::argument(message))
            }
            (place, _) => {
                if let Some(seen) = place.and_then(|at| used.get_mut(at)) {
                    *seen = true;
                }
                Ok(place)
            }
        }
    };
    let mut first = |names: &Names| -> Result<Option<usize>> {
        for name in names.as_slice() {
            if let Some(at) = find(name)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    };
    let mut slots: Vec<Slot> = Vec::new();
    let mut lacking: Vec<(&Column, Option<Wanted>)> = Vec::new();
    for column in columns {
        let own = Wanted::Field(Names::One(column.name.to_owned()));
        let source = match mapping {
            None => Some(&own),
            Some(mapping) => mapping.columns.get(column.name),
        };
        let from = match source {
            None => From::Nowhere,
            Some(Wanted::Field(names)) => first(names)?.map_or(From::Nowhere, From::Field),
            Some(Wanted::Joined(joined)) => {
                let places = joined.join.iter().map(&mut first).collect::<Result<Option<Vec<_>>>>()?;
                places.map_or(From::Nowhere, |places| From::Joined(places, joined.with.clone()))
            }
        };
        let default = defaults
            .get(column.name)
            .or_else(|| mapping.and_then(|mapping| mapping.defaults.get(column.name)))
            .map_or_else(String::new, |text| text.trim().to_owned());
        if matches!(from, From::Nowhere) && default.is_empty() && column.need != Need::Optional {
            lacking.push((column, source.cloned()));
        }
        let name = |at: &usize| table.header.get(*at).unwrap_or_default().trim().to_owned();
        let header = match &from {
            From::Nowhere => String::new(),
            From::Field(at) => name(at),
            From::Joined(places, _) => places.iter().map(name).collect::<Vec<_>>().join("\" and \""),
        };
        let words = mapping.and_then(|mapping| mapping.values.get(column.name)).cloned();
        let skip_when_empty = mapping.is_some_and(|mapping| mapping.skip_when_empty.iter().any(|n| n == column.name));
        let skips =
            words.as_ref().is_some_and(|words: &BTreeMap<String, String>| words.values().any(|word| word == SKIP));
        slots.push(Slot { column, from, header, default, words, skips, skip_when_empty });
    }
    let has = |name: &str| slots.iter().any(|slot| slot.column.name == name && slot.is_there());
    if let Some((column, wanted)) =
        lacking.into_iter().find(|(column, _)| !matches!(column.need, Need::Unless(other) if has(other)))
    {
        return Err(no_column(table, column, wanted.as_ref()));
    }
    let unused = table
        .header
        .iter()
        .zip(used)
        .filter(|(name, used)| !used && !name.trim().is_empty() && fold(name) != ERROR_COLUMN)
        .map(|(name, _)| shown_header(name.trim()))
        .collect();
    Ok((slots, unused))
}

impl Slot {
    /// Whether the file, or a default, says anything in this column.
    pub(super) fn is_there(&self) -> bool {
        !matches!(self.from, From::Nowhere) || !self.default.is_empty()
    }
}

fn no_column(table: &Table<'_>, column: &Column, wanted: Option<&Wanted>) -> Error {
    let looked = match wanted {
        None => "the mapping names none".to_owned(),
        Some(wanted) => {
            let part = |names: &Names| format!("\"{}\"", names.as_slice().join("\" or \""));
            format!("looked for {}", wanted.parts().iter().map(part).collect::<Vec<_>>().join(" and "))
        }
    };
    Error::argument(format!(
        "line {}: the header has no column for {} ({looked}); it has {}. Name it in a mapping, or give a default for it \
         if it is the same in every row",
        table.header_line(),
        column.name,
        table.listed()
    ))
}
