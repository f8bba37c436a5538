//! The files of an import: customers, limits, open items, orders, companies, remarks, and recorded orders of a backtest.
//!
//! An input is four bytes that choose the kind, the mapping and the format, then the file; or a mapping of its own, a NUL
//! and the file. Every row is counted once, the same file reads the same, and one without a bad row is taken and changes
//! nothing the second time.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use obligor::calendar::{Day, Instant};
use obligor::engine::policy_cases::read_cases;
use obligor::engine::{Field, ImportRequest, read_identifier};
use obligor::error::Error;
use obligor::import::{
    Control, DateFormat, DecimalMark, Encoding, Format, IdentifierKeeper, Kind, Mapping, Options, Thousands, parse_only,
};
use obligor::store::IdentifierKey;
use obligor_fuzz::{Desk, NOW, must_be_clear};

/// The first byte of a file that brings its own mapping.
const OWN: u8 = 255;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let [kind, mapping, format, more, file @ ..] = bytes else { return Corpus::Reject };
    run(*kind, *mapping, *format, *more, file)
});

fn run(kind: u8, mapping: u8, format: u8, more: u8, file: &[u8]) -> Corpus {
    let (mapping, file) = match mapping {
        OWN => match file.iter().position(|byte| *byte == 0).and_then(|at| file.split_at_checked(at)) {
            Some((mapping, file)) => match Mapping::parse(&String::from_utf8_lossy(mapping)) {
                Ok(mapping) => (Some(mapping), file.get(1..).unwrap_or_default()),
                Err(error) => {
                    must_be_clear(&error);
                    return Corpus::Keep;
                }
            },
            None => return Corpus::Reject,
        },
        chosen => (ready(chosen), file),
    };
    if kind == OWN {
        recorded(file);
        return Corpus::Keep;
    }
    let kind = match &mapping {
        Some(mapping) => mapping.kind(),
        None => Kind::ALL[usize::from(kind) % Kind::ALL.len()],
    };
    let format = if mapping.is_some() && format == 0 { Format::default() } else { said(format, more) };
    let options = Options {
        mapping,
        format,
        source: "fuzz".to_owned(),
        as_of: Instant::parse(NOW),
        drop_bad_identifiers: more & 64 != 0,
        snapshot: more & 128 != 0 && matches!(kind, Kind::OpenItems | Kind::Orders),
        utc_offset_minutes: 60,
        ..Options::default()
    };
    let read = parse_only(file, kind, &options, &Names);
    match (&read, parse_only(file, kind, &options, &Names)) {
        (Ok(report), Ok(again)) => {
            assert_eq!(*report, again);
            assert_eq!(report.added + report.changed + report.newer + report.closed, 0, "nothing was put");
            assert_eq!(report.same + report.rejected, report.rows, "{report:?}");
            assert!(u64::try_from(report.faults.len()).is_ok_and(|shown| shown <= report.rejected));
            assert!(report.rejected == 0 || !report.faults.is_empty());
        }
        (Err(error), Err(again)) => {
            must_be_clear(error);
            assert_eq!(*error, again);
        }
        (one, other) => panic!("{one:?}, and then {other:?}"),
    }
    if let (Ok(report), Ok(text), None) = (&read, std::str::from_utf8(file), &options.mapping)
        && (report.rejected, report.rows) == (0, report.rows.clamp(1, 8))
    {
        twice(kind, text, &options);
    }
    Corpus::Keep
}

/// Takes the file into a credit state, and takes it in again.
fn twice(kind: Kind, text: &str, options: &Options) {
    let request = ImportRequest {
        kind: kind.name().to_owned(),
        text: Some(text.to_owned()),
        encoding: options.format.encoding,
        delimiter: options.format.delimiter.map(char::from),
        decimal: options.format.decimal,
        thousands: options.format.thousands,
        date: options.format.date,
        snapshot: options.snapshot,
        drop_bad_identifiers: options.drop_bad_identifiers,
        source: options.source.clone(),
        as_of: Some(NOW.to_owned()),
        ..ImportRequest::default()
    };
    let desk = Desk::new();
    let import = || desk.engine.import(&request, &mut |_| Control::Continue);
    // A row that reads well can still be of an account there is not, or in another currency.
    match import() {
        Ok(first) => {
            let second = import().expect("what was taken is taken again");
            assert_eq!(second.rows, first.rows);
            assert_eq!((second.added, second.closed), (0, 0), "{first:?}, and then {second:?}");
            if second.changed > 0 {
                // Only rows that say different things of one customer change it each time, and the report says so.
                let told = |warning: &String| warning.contains("say something else of a customer");
                assert!(second.warnings.iter().any(told), "{first:?}, and then {second:?}");
                assert_eq!(import().expect("what was taken is taken again"), second);
            }
        }
        Err(error) => must_be_clear(&error),
    }
    desk.must_be_sound();
}

/// A record of orders, for a backtest, and cases for comparing policies.
fn recorded(file: &[u8]) {
    let text = String::from_utf8_lossy(file);
    if let Err(error) = read_cases(&text, Day(20_779)) {
        must_be_clear(&error);
    }
    let options = obligor::import::HistoryOptions::default();
    if let Err(error) = obligor::import::read_history(file, &options) {
        must_be_clear(&error);
    }
}

/// A mapping that comes with the library; none for 0.
fn ready(chosen: u8) -> Option<Mapping> {
    let at = usize::from(chosen).checked_sub(1)?;
    let name = Mapping::names().cycle_to(at)?;
    Some(Mapping::named(name).expect("it comes with the library"))
}

trait CycleTo: Iterator + Sized {
    /// The element at a place, counted around.
    fn cycle_to(self, at: usize) -> Option<Self::Item> {
        let mut all: Vec<Self::Item> = self.collect();
        if all.is_empty() { None } else { Some(all.swap_remove(at % all.len())) }
    }
}

impl<I: Iterator> CycleTo for I {}

fn said(format: u8, more: u8) -> Format {
    Format {
        encoding: [None, Some(Encoding::Utf8), Some(Encoding::Windows1252), Some(Encoding::Utf16)]
            [usize::from(format & 3)],
        delimiter: [None, Some(b','), Some(b';'), Some(b'\t'), Some(b'|'), None, None, None]
            [usize::from(format >> 2 & 7)],
        decimal: [None, Some(DecimalMark::Point), Some(DecimalMark::Comma), None][usize::from(format >> 5 & 3)],
        thousands: [None, Some(Thousands::Point), Some(Thousands::Comma), Some(Thousands::Space)]
            [usize::from(more & 3)],
        date: DateFormat::ALL.get(usize::from(more >> 2 & 7)).copied(),
        quotes: (format & 128 != 0).then_some(false),
        preamble: (more & 32 != 0).then_some(true),
    }
}

/// Reads identifiers as the engine does, and keeps them as they are.
struct Names;

impl IdentifierKeeper for Names {
    fn key(&self, country: &str, column: &str, text: &str) -> Result<IdentifierKey, Error> {
        let field = Field::parse(column).expect("a column of identifiers");
        let identifier = read_identifier(country, field, text, Day(20_779))?;
        Ok(IdentifierKey { scheme: identifier.scheme().name().to_owned(), value: identifier.reveal().to_owned() })
    }

    fn name_key(&self, name: &str) -> String {
        obligor::customer::name_key(name)
    }

    fn subject(&self, _: &str, _: &str, _: &[IdentifierKey]) -> String {
        "unknown".to_owned()
    }
}
