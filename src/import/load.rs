//! The import itself: row by row into the store, whole or not at all.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;

use csv::{QuoteStyle, StringRecord, Writer, WriterBuilder};

use super::columns::Holds;
use super::decode::decode;
use super::fault::{Fault, Problem, Trouble};
use super::number::{DecimalMark, Evidence, Style, Thousands, evidence};
use super::record::{Account, Making, Record};
use super::row::{Reading, Row};
use super::table::{ERROR_COLUMN, From, Rows, Slot, Table, fold, slots, wanted};
use super::{
    Basis, Control, Encoding, IdentifierKeeper, Kind, MAX_FILE_ROWS, MAX_LISTED, MAX_REPORTED, Options, PROGRESS_ROWS,
    Progress, ReadAs, Report,
};
use crate::error::{Error, ErrorKind, Result, hide_numbers};
use crate::store::{Customer, LimitOwner, Loader, Put};

/// A file whose encoding, header and number format are known. Nothing of the store is needed so far.
pub struct Source<'a> {
    text: Cow<'a, str>,
    kind: Kind,
    options: &'a Options,
    reading: Reading,
    read_as: ReadAs,
    start: Start,
    warnings: Vec<String>,
}

/// What is needed to open the table again; the table borrows the text, which lies beside it.
struct Start {
    format: super::Format,
    wanted: Vec<String>,
}

/// Reads a file and checks every row, without a store. The report says how many rows there are and which are bad.
///
/// # Errors
/// As [`Source::open`].
pub fn parse_only(bytes: &[u8], kind: Kind, options: &Options, keeper: &dyn IdentifierKeeper) -> Result<Report> {
    Source::open(bytes, kind, options)?.check(keeper)
}

impl<'a> Source<'a> {
    /// Reads the header of a file and finds out how it is written.
    ///
    /// # Errors
    /// `Argument` when the file is empty, has no header, misses a column, or is written in a way that could be read
    /// in two; `Config` when the mapping is for another kind or a default for an unknown column; `TooLarge`.
    pub fn open(bytes: &'a [u8], kind: Kind, options: &'a Options) -> Result<Self> {
        let mapping = options.mapping.as_ref();
        if let Some(mapping) = mapping.filter(|mapping| mapping.kind != kind) {
            let message =
                format!("the mapping is for {}, and the file is to be read as {}", mapping.kind.name(), kind.name());
            return Err(Error::new(ErrorKind::Config, message));
        }
        if let Some(name) = options.defaults.keys().find(|name| kind.column(name).is_none()) {
            let names = kind.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
            let message = format!("default for {name:?}: {} has no such column; there are {names}", kind.name());
            return Err(Error::new(ErrorKind::Config, message));
        }
        if kind.register().is_some() && (options.source.is_empty() || options.as_of.is_none()) {
            let message = format!("{}: say which source the file is from, and as of when it is true", kind.name());
            return Err(Error::argument(message));
        }
        if options.snapshot && matches!(kind, Kind::Customers | Kind::Limits) {
            let message =
                format!("snapshot: it is for open items and orders; {} that are not in a file stay", kind.name());
            return Err(Error::argument(message));
        }
        if options.snapshot && options.as_of.is_none() {
            let message = "snapshot: say as of when the export was taken (as_of), since what came later is not in it and must \
                           not be closed";
            return Err(Error::argument(message));
        }
        let format = mapping.map_or(options.format, |mapping| options.format.or(mapping.format));
        let (text, encoding) = decode(bytes, format.encoding)?;
        let start = Start { format, wanted: wanted(kind, mapping) };
        let table = Table::open(&text, &start.wanted, &start.format)?;
        let (slots, unused) = slots(&table, kind.columns(), mapping, &options.defaults)?;
        let style = style(&table, &slots, &start.format)?;
        let mut warnings = Vec::new();
        if encoding == Encoding::Windows1252 && format.encoding.is_none() {
            warnings.push("the file is not UTF-8 and was read as Windows-1252".to_owned());
        }
        if !unused.is_empty() && mapping.is_none() {
            warnings.push(format!("these columns were not read: {}", unused.join(", ")));
        }
        if mapping.is_some_and(|mapping| mapping.basis == Basis::Net) {
            let warning = "the amounts are without tax: what customers owe is understated against their limits";
            warnings.push(warning.to_owned());
        }
        let reading = Reading {
            slots,
            fields: table.header.len(),
            delimiter: table.delimiter,
            style,
            date: format.date.unwrap_or_default(),
            sign: mapping.map_or_else(Default::default, |mapping| mapping.sign),
            zero_limit: mapping.map_or_else(Default::default, |mapping| mapping.zero_limit),
            utc_offset_minutes: options.utc_offset_minutes,
        };
        let read_as = ReadAs { encoding, delimiter: char::from(table.delimiter), decimal: style.mark };
        drop(table);
        Ok(Self { text, kind, options, reading, read_as, start, warnings })
    }

    /// How the file is read.
    pub fn read_as(&self) -> ReadAs {
        self.read_as
    }

    /// Checks every row and puts none.
    ///
    /// # Errors
    /// `TooLarge` when the file has too many rows.
    pub fn check(&self, keeper: &dyn IdentifierKeeper) -> Result<Report> {
        let mut go_on = |_: Progress| Control::Continue;
        let mut run = Run::new(self, None)?;
        run.rows(keeper, &mut |_| Ok(Put::Same), &mut go_on)?;
        Ok(run.report)
    }

    /// Puts every row. To be called inside [`crate::store::Store::load`], which writes nothing when this fails.
    ///
    /// With `rejected`, bad rows are written there, as CSV with the file's own columns and one more that says what is
    /// wrong, and the good rows are taken. Registers are never taken without their bad rows: a remark that is missing
    /// would read as *clear*.
    ///
    /// `progress` is called every [`PROGRESS_ROWS`] rows and at the end.
    ///
    /// # Errors
    /// `Argument` when rows are bad and there is no `rejected`: the message lists the first of them. `Cancelled` when
    /// `progress` stopped it. `Io` when `rejected` cannot be written. Those of the store.
    pub fn load(
        &self,
        keeper: &dyn IdentifierKeeper,
        loader: &mut dyn Loader,
        rejected: Option<&mut dyn Write>,
        progress: &mut dyn FnMut(Progress) -> Control,
    ) -> Result<Report> {
        if rejected.is_some() && self.kind.register().is_some() {
            let message = "a register is taken whole or not at all, since what is missing in it would read as clear: mend \
                           the bad rows and import the whole file";
            return Err(Error::argument(message));
        }
        let keep_going = rejected.is_some();
        let mut run = Run::new(self, rejected)?;
        run.rows(keeper, &mut |record| put(loader, record), progress)?;
        let mut report = run.report;
        if report.rejected > 0 && !keep_going {
            return Err(Error::argument(refusal(&report)));
        }
        // Opening the source has made sure that there is a moment wherever something is closed.
        let Some(as_of) = self.options.as_of else { return Ok(report) };
        if let Some(register) = self.kind.register() {
            report.closed = loader.finish_source(register, &self.options.source, as_of)?;
        } else if self.options.snapshot && report.rejected > 0 {
            // A rejected row is in the file: what it stands for must not be closed.
            let warning = "nothing was closed, because rows were rejected: mend them, and import the whole file again";
            report.warnings.push(warning.to_owned());
        } else if self.options.snapshot {
            for company in &run.companies {
                report.closed += match self.kind {
                    Kind::OpenItems => loader.close_items_not_put(company, as_of)?,
                    Kind::Orders => loader.cancel_orders_not_put(company, as_of)?,
                    _ => 0,
                };
            }
            if run.companies.is_empty() {
                report.warnings.push("the file has no rows, so nothing was closed".to_owned());
            }
        }
        Ok(report)
    }
}

/// Puts what a row says.
fn put(loader: &mut dyn Loader, record: &Record) -> Result<Put> {
    match record {
        Record::Customer(customer, account) => {
            let first = loader.put_customer(customer)?;
            let Some(account) = account else { return Ok(first) };
            let second = put_account(loader, account)?;
            // A new account changes a customer that was there.
            Ok(if first == Put::Same && second != Put::Same { Put::Changed } else { first })
        }
        Record::Limit(limit) => {
            if let LimitOwner::Account(key) = &limit.owner {
                loader.ensure_account(key, limit.currency)?;
            }
            loader.put_limit(limit)
        }
        Record::Item(item) => loader.put_item(item),
        Record::Order(order) => loader.put_order(order),
        Record::Company(company) => loader.put_company(company),
        Record::Remark(remark) => loader.put_remark(remark),
    }
}

/// Puts the account of a customer's row. What the row does not say stays as it was.
fn put_account(loader: &mut dyn Loader, account: &Account) -> Result<Put> {
    let Account { key, currency, status, said } = account;
    // A file that does not say the status must not change the currency either.
    let ensured = if status.is_none() { loader.ensure_account(key, *currency)? } else { Put::Same };
    if status.is_none() && said.is_nothing() {
        return Ok(ensured);
    }
    let amended = loader.amend_account(key, *currency, &|record| {
        record.status = status.unwrap_or(record.status);
        said.amend(record);
    })?;
    Ok(if ensured == Put::Added { ensured } else { amended })
}

/// Whether it is about the row, so that the load can go on.
fn is_about_the_row(error: &Error) -> bool {
    use ErrorKind::{Argument, Forbidden, KeyConflict, NotFound, State, TooLarge};
    matches!(error.kind(), Argument | NotFound | KeyConflict | State | TooLarge | Forbidden)
}

fn refusal(report: &Report) -> String {
    let mut text = format!("{} of {} rows cannot be taken, so nothing was imported:", report.rejected, report.rows);
    for fault in report.faults.iter().take(MAX_LISTED) {
        text.push_str("\n  ");
        text.push_str(&fault.to_string());
    }
    let more = report.rejected.saturating_sub(MAX_LISTED as u64);
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}

/// One way through the rows of a file.
struct Run<'s, 'w> {
    source: &'s Source<'s>,
    report: Report,
    rejects: Option<Rejects<'w>>,
    /// What was in the file so far, and at which byte.
    seen: HashMap<String, usize>,
    companies: BTreeSet<String>,
    customers: Customers,
}

/// What a file says of customers that have a row for each company.
#[derive(Default)]
struct Customers {
    /// A digest of what was said last, by number.
    said: HashMap<String, u64>,
    /// Rows that say something else than the one before, and the byte of the first of them.
    otherwise: u64,
    first: usize,
}

impl Customers {
    fn note(&mut self, customer: &Customer, byte: usize) {
        let mut hasher = DefaultHasher::new();
        customer.hash(&mut hasher);
        let says = hasher.finish();
        let before = self.said.insert(customer.number.clone(), says);
        if before.is_some_and(|before| before != says) {
            self.first = if self.otherwise == 0 { byte } else { self.first };
            self.otherwise += 1;
        }
    }
}

impl<'s, 'w> Run<'s, 'w> {
    fn new(source: &'s Source<'_>, rejected: Option<&'w mut dyn Write>) -> Result<Self> {
        let report = Report {
            rows: 0,
            added: 0,
            changed: 0,
            same: 0,
            newer: 0,
            rejected: 0,
            skipped: 0,
            closed: 0,
            faults: Vec::new(),
            warnings: source.warnings.clone(),
            read_as: source.read_as,
        };
        let table = source.table()?;
        let rejects = rejected.map(|to| Rejects::new(to, &table));
        Ok(Self {
            source,
            report,
            rejects,
            seen: HashMap::new(),
            companies: BTreeSet::new(),
            customers: Customers::default(),
        })
    }

    fn rows(
        &mut self,
        keeper: &dyn IdentifierKeeper,
        take: &mut dyn FnMut(&Record) -> Result<Put>,
        progress: &mut dyn FnMut(Progress) -> Control,
    ) -> Result<()> {
        let Source { kind, options, ref reading, .. } = *self.source;
        let mut rows = self.source.table()?.rows()?;
        let of_bytes = self.source.text.len() as u64;
        let drop_bad_identifiers = options.drop_bad_identifiers;
        let mut making =
            Making { keeper, source: &options.source, drop_bad_identifiers, dropped: 0, dropped_foreign: 0 };
        let mut record = StringRecord::new();
        while let Some(byte) = rows.next(&mut record)? {
            let row = Row { reading, record: &record };
            if let Err(trouble) = self.row(kind, row, byte, &mut rows, &mut making, take)? {
                self.reject(trouble, byte, &mut rows, &record)?;
            }
            let looked_at = self.report.rows + self.report.skipped;
            if looked_at > 0 && looked_at.is_multiple_of(PROGRESS_ROWS) {
                let bytes = rows.position() as u64;
                self.tell(progress, Progress { rows: looked_at, bytes, of_bytes })?;
            }
            if looked_at > MAX_FILE_ROWS {
                let message = format!("the file has more than {MAX_FILE_ROWS} rows: split it into parts");
                return Err(Error::new(ErrorKind::TooLarge, message));
            }
        }
        let looked_at = self.report.rows + self.report.skipped;
        self.tell(progress, Progress { rows: looked_at, bytes: of_bytes, of_bytes })?;
        if let Some(rejects) = &mut self.rejects {
            rejects.finish()?;
        }
        if self.customers.otherwise > 0 {
            let Customers { otherwise, first, .. } = self.customers;
            let warning = format!(
                "{otherwise} rows say something else of a customer than the row before about the same one, the first in line \
                 {}; the last row counts",
                rows.line(first)
            );
            self.report.warnings.push(warning);
        }
        if making.dropped > 0 {
            let warning = format!("{} identifiers are not valid and were left out", making.dropped);
            self.report.warnings.push(warning);
        }
        if making.dropped_foreign > 0 {
            let foreign = making.dropped_foreign;
            let warning = format!("{foreign} numbers of countries other than DK, NO, SE, FI and NL were left out");
            self.report.warnings.push(warning);
        }
        Ok(())
    }

    /// One row: `Ok(Err(…))` when it is bad, `Err(…)` when the import cannot go on.
    fn row(
        &mut self,
        kind: Kind,
        row: Row<'_>,
        byte: usize,
        rows: &mut Rows<'_>,
        making: &mut Making<'_>,
        take: &mut dyn FnMut(&Record) -> Result<Put>,
    ) -> Result<std::result::Result<(), Trouble>> {
        if let Err(trouble) = row.check_shape() {
            self.report.rows += 1;
            return Ok(Err(trouble));
        }
        if row.is_skipped() {
            self.report.skipped += 1;
            return Ok(Ok(()));
        }
        self.report.rows += 1;
        let record = match Record::make(kind, row, making) {
            Ok(record) => record,
            Err(trouble) => return Ok(Err(trouble)),
        };
        match self.seen.entry(record.unique()) {
            Entry::Vacant(place) => {
                place.insert(byte);
            }
            Entry::Occupied(first) => {
                let line = rows.line(*first.get());
                let reason = format!(
                    "the same {} is in line {line} already; a number made of several columns is joined in a mapping",
                    one(kind)
                );
                return Ok(Err(Trouble::new("", Problem::Duplicate, reason)));
            }
        }
        if let Record::Customer(customer, Some(_)) = &record {
            self.customers.note(customer, byte);
        }
        if let Some(company) = record.selling_company().filter(|company| !self.companies.contains(*company)) {
            self.companies.insert(company.to_owned());
        }
        if self.rejects.is_none() && self.report.faults.len() >= MAX_REPORTED {
            // It will be undone anyway; the rest is only counted.
            return Ok(Ok(()));
        }
        match take(&record) {
            Ok(Put::Added) => self.report.added += 1,
            Ok(Put::Changed) => self.report.changed += 1,
            Ok(Put::Same) => self.report.same += 1,
            Ok(Put::Newer) => self.report.newer += 1,
            Err(error) if is_about_the_row(&error) => {
                return Ok(Err(Trouble::new("", Problem::Refused, hide_numbers(error.message()))));
            }
            Err(error) => {
                let message = hide_numbers(error.message());
                return Err(Error::new(error.kind(), message).at(format!("line {}", rows.line(byte))));
            }
        }
        Ok(Ok(()))
    }

    fn reject(&mut self, trouble: Trouble, byte: usize, rows: &mut Rows<'_>, record: &StringRecord) -> Result<()> {
        self.report.rejected += 1;
        let kept = self.report.faults.len() < MAX_REPORTED;
        if !kept && self.rejects.is_none() {
            return Ok(());
        }
        let slot = self.source.reading.slots.iter().find(|slot| slot.column.name == trouble.column);
        let fault = Fault {
            line: rows.line(byte),
            column: trouble.column.to_owned(),
            header: slot.map_or_else(String::new, |slot| slot.header.clone()),
            problem: trouble.problem,
            reason: trouble.reason,
        };
        if let Some(rejects) = &mut self.rejects {
            rejects.row(&fault, record)?;
        }
        if kept {
            self.report.faults.push(fault);
        }
        Ok(())
    }

    fn tell(&self, progress: &mut dyn FnMut(Progress) -> Control, at: Progress) -> Result<()> {
        match progress(at) {
            Control::Continue => Ok(()),
            Control::Stop => {
                let message = format!("the import was stopped after {} rows; nothing was imported", at.rows);
                Err(Error::new(ErrorKind::Cancelled, message))
            }
        }
    }
}

impl Source<'_> {
    /// What the rows say, for tests of the reading alone.
    #[cfg(test)]
    pub(super) fn records(&self, keeper: &dyn IdentifierKeeper) -> Result<(Vec<Record>, Report)> {
        let mut records = Vec::new();
        let mut take = |record: &Record| {
            records.push(record.clone());
            Ok(Put::Added)
        };
        let mut run = Run::new(self, None)?;
        run.rows(keeper, &mut take, &mut |_| Control::Continue)?;
        let report = run.report;
        Ok((records, report))
    }

    fn table(&self) -> Result<Table<'_>> {
        Table::open(&self.text, &self.start.wanted, &self.start.format)
    }
}

const fn one(kind: Kind) -> &'static str {
    match kind {
        Kind::Customers => "customer",
        Kind::Limits => "limit",
        Kind::OpenItems => "item",
        Kind::Orders => "order",
        Kind::Companies => "company",
        Kind::Remarks => "remark",
    }
}

/// How the numbers of this file are written: as the caller or the mapping says, else as its amounts prove.
pub(super) fn style(table: &Table<'_>, slots: &[Slot], format: &super::Format) -> Result<Style> {
    let thousands = format.thousands;
    let known = format.decimal.or(match thousands {
        Some(Thousands::Point) => Some(DecimalMark::Comma),
        Some(Thousands::Comma) => Some(DecimalMark::Point),
        _ => None,
    });
    if let Some(mark) = known {
        return Ok(Style { mark, thousands });
    }
    let numbers: Vec<usize> = slots
        .iter()
        .filter(|slot| matches!(slot.column.holds, Holds::Amount | Holds::Percent | Holds::Rate))
        .filter_map(|slot| if let From::Field(at) = slot.from { Some(at) } else { None })
        .collect();
    let mut rows = table.rows()?;
    let mut record = StringRecord::new();
    let mut unclear = None;
    let mut proven: Option<(DecimalMark, usize)> = None;
    while let Some(byte) = rows.next(&mut record)? {
        // In a row with too few or too many fields the amounts are somewhere else.
        if record.len() != table.header.len() {
            continue;
        }
        for at in &numbers {
            match (evidence(record.get(*at).unwrap_or_default()), proven) {
                (Evidence::Silent, _) => {}
                (Evidence::Unclear, _) => unclear = unclear.or(Some((byte, *at))),
                (Evidence::Proves(mark), None) => proven = Some((mark, byte)),
                (Evidence::Proves(mark), Some((other, first))) if mark != other => {
                    return Err(Error::argument(format!(
                        "line {} has an amount with a decimal mark {:?}, and line {} one with {:?}: say which of them is right, \
                         decimal = \"{}\" or decimal = \"{}\", and the others are listed",
                        rows.line(first),
                        other.char(),
                        rows.line(byte),
                        mark.char(),
                        other.char(),
                        mark.char()
                    )));
                }
                (Evidence::Proves(_), Some(_)) => {}
            }
        }
    }
    match (proven, unclear) {
        (Some((mark, _)), _) => Ok(Style { mark, thousands }),
        (None, None) => Ok(Style { mark: DecimalMark::Point, thousands }),
        (None, Some((byte, at))) => {
            let header = table.header.get(at).unwrap_or_default();
            Err(Error::argument(format!(
                "line {}, column {}: it cannot be told whether this amount has a decimal mark or a thousands separator, \
                 and no other amount of the file tells: say decimal = \".\" or decimal = \",\"",
                rows.line(byte),
                super::fault::shown_header(header)
            )))
        }
    }
}

/// The rows that were not taken, in a file that can be mended and imported again.
struct Rejects<'w> {
    to: Writer<&'w mut dyn Write>,
    header: StringRecord,
    /// Where the rows that come back a second time say what was wrong the first time.
    drop: Option<usize>,
    delimiter: char,
    quotes: bool,
    begun: bool,
}

impl<'w> Rejects<'w> {
    fn new(to: &'w mut dyn Write, table: &Table<'_>) -> Self {
        // What was read without quotes is read without quotes again.
        let style = if table.quotes { QuoteStyle::Necessary } else { QuoteStyle::Never };
        let to = WriterBuilder::new().delimiter(table.delimiter).quote_style(style).flexible(true).from_writer(to);
        let drop = table.header.iter().position(|name| fold(name) == ERROR_COLUMN);
        Self {
            to,
            header: table.header.clone(),
            drop,
            delimiter: char::from(table.delimiter),
            quotes: table.quotes,
            begun: false,
        }
    }

    fn row(&mut self, fault: &Fault, record: &StringRecord) -> Result<()> {
        if !self.begun {
            self.begun = true;
            let header = self.header.clone();
            // The byte order mark lets spreadsheets read the file as UTF-8.
            self.write(&format!("\u{feff}{ERROR_COLUMN}"), &header)?;
        }
        let mut reason = fault.to_string();
        if !self.quotes {
            // Nothing can be put in quotes, so nothing may need them.
            reason = reason.replace([self.delimiter, '"', '\n'], " ");
        }
        self.write(&reason, record)
    }

    /// The reason comes first, so that it is in its place even when the row has too few fields or too many.
    fn write(&mut self, first: &str, record: &StringRecord) -> Result<()> {
        let drop = self.drop;
        let rest = record.iter().enumerate().filter(|(at, _)| Some(*at) != drop).map(|(_, field)| field);
        self.to.write_record(std::iter::once(first).chain(rest)).map_err(unwritten)
    }

    fn finish(&mut self) -> Result<()> {
        self.to.flush().map_err(|error| unwritten(error.into()))
    }
}

fn unwritten(error: csv::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the rejected rows could not be written: {error}"))
}
