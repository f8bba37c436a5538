//! What bad input gets: one example of each kind, and the very words that come back.
//!
//! `tests/golden/bad-input.md` holds them; the README shows them. `OBLIGOR_BLESS=1` writes the file anew.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use common::Desk;
use common::places::{Place, on_both};
use obligor::engine::ImportRequest;
use obligor::import::{Control, Kind, Mapping, Problem, documentation};

fn request(kind: Kind, text: &str) -> ImportRequest {
    ImportRequest {
        kind: kind.name().to_owned(),
        text: Some(text.to_owned()),
        dry_run: true,
        source: "register".to_owned(),
        as_of: Some("2026-11-22T06:00:00Z".to_owned()),
        ..ImportRequest::default()
    }
}

/// The one fault of a file.
fn fault(desk: &Desk, request: &ImportRequest) -> (Problem, String) {
    let report = desk.engine.import(request, &mut |_| Control::Continue).unwrap();
    let [fault] = report.faults.as_slice() else { panic!("{:?}: {:?}", request.text, report.faults) };
    (fault.problem, fault.to_string())
}

const ITEMS: &str = "company,customer,number,currency,residual,due";

/// One bad row of each kind, in its file.
fn bad_rows() -> Vec<(Problem, Kind, String)> {
    let item = |row: &str| format!("{ITEMS}\n{row}\n");
    let long = "x".repeat(1_001);
    let row = "y".repeat(66_000);
    let quoted =
        format!("{ITEMS},text\nNW01,10007,F1,DKK,5.00,2026-11-30,\"3 inch\nNW01,10007,F2,DKK,6.00,2026-11-30,bolt");
    let customer = |columns: &str, row: &str| format!("customer,name,country{columns}\n10007,Ask Byg ApS,DK{row}\n");
    let limit = |row: &str| format!("company,customer,currency,limit,no_limit,from,to\nNW01,10007,DKK,{row}\n");
    let order = |row: &str| {
        format!("company,customer,document,currency,ordered,invoiced_percent,since\nNW01,10007,S1,DKK,{row}\n")
    };
    let remark = |row: &str| format!("number,country,orgnr,personal_number,kind,registered\nR1,DK,{row}\n");
    vec![
        (Problem::FieldCount, Kind::OpenItems, item("NW01,10007,F1,DKK,1,250.00,2026-11-30")),
        (Problem::Quote, Kind::OpenItems, quoted),
        (Problem::RowTooLong, Kind::OpenItems, format!("{ITEMS},text\nNW01,10007,F1,DKK,5.00,2026-11-30,{row}\n")),
        (Problem::FieldTooLong, Kind::Customers, customer(",street", &format!(",{long}"))),
        (Problem::ControlCharacter, Kind::OpenItems, item("NW01,\"10\n007\",F1,DKK,5.00,2026-11-30")),
        (Problem::Shortened, Kind::OpenItems, item("NW01,10007,\"1,8E+09\",DKK,5.00,2026-11-30")),
        (Problem::Missing, Kind::OpenItems, item("NW01,,F1,DKK,5.00,2026-11-30")),
        (Problem::Amount, Kind::OpenItems, item("NW01,10007,F1,DKK,five,2026-11-30")),
        (Problem::Grouping, Kind::OpenItems, item("NW01,10007,F1,DKK,\"1,250.00\",2026-11-30")),
        (
            Problem::Decimals,
            Kind::OpenItems,
            item("NW01,10007,F1,DKK,12.505,2026-11-30\nNW01,10007,F2,DKK,7.50,2026-11-30"),
        ),
        (Problem::AmountTooLarge, Kind::OpenItems, item("NW01,10007,F1,JPY,99999999999999999999,2026-11-30")),
        (Problem::Negative, Kind::Orders, order("-5.00,,2026-11-20")),
        (Problem::Percent, Kind::Orders, order("5.00,140,2026-11-20")),
        (Problem::Day, Kind::OpenItems, item("NW01,10007,F1,DKK,5.00,30.11.2026")),
        (Problem::Moment, Kind::Orders, order("5.00,,yesterday")),
        (Problem::Flag, Kind::Limits, limit(",perhaps,,")),
        (Problem::Level, Kind::OpenItems, format!("{ITEMS},dunning_level\nNW01,10007,F1,DKK,5.00,2026-11-30,high\n")),
        (Problem::Number, Kind::Customers, customer(",company,currency,score", ",NW01,DKK,AAA")),
        (Problem::Choice, Kind::Customers, customer(",company,currency,status", ",NW01,DKK,blocked")),
        (Problem::Currency, Kind::OpenItems, item("NW01,10007,F1,kr.,5.00,2026-11-30")),
        (Problem::Country, Kind::Customers, "customer,name,country\n10007,Ask Byg ApS,Danmark\n".to_owned()),
        (Problem::Identifier, Kind::Customers, customer(",orgnr", ",25657404")),
        (Problem::Identifier, Kind::Customers, customer(",personal_number", ",310275-1234")),
        (Problem::Sign, Kind::OpenItems, format!("{ITEMS},kind\nNW01,10007,K1,DKK,5.00,2026-11-30,credit_note\n")),
        (Problem::Residual, Kind::OpenItems, format!("{ITEMS},amount\nNW01,10007,F1,DKK,50.00,2026-11-30,5.00\n")),
        (Problem::Limit, Kind::Limits, limit(",,,")),
        (Problem::Period, Kind::Limits, limit("5.00,,2026-12-01,2026-11-01")),
        (Problem::Subject, Kind::Remarks, remark(",,judgment,2026-11-01")),
        (
            Problem::Duplicate,
            Kind::OpenItems,
            item("NW01,10007,F1,DKK,5.00,2026-11-30\nNW01,10007,F1,DKK,7.50,2026-12-30"),
        ),
        (Problem::Refused, Kind::OpenItems, item("NW01,99999,F1,DKK,5.00,2026-11-30")),
    ]
}

/// A file that cannot be read at all: what is wrong, its kind, its text, what the request says beside.
fn bad_files() -> Vec<(&'static str, ImportRequest)> {
    let with = |kind, text: &str, change: &dyn Fn(&mut ImportRequest)| {
        let mut request = request(kind, text);
        change(&mut request);
        request
    };
    let plain = |kind, text| with(kind, text, &|_| {});
    let row = "NW01,10007,F1,DKK,5.00,2026-11-30";
    vec![
        ("empty file", plain(Kind::OpenItems, "")),
        ("no header", plain(Kind::OpenItems, &format!("{row}\n"))),
        ("a column is missing", plain(Kind::OpenItems, "company,customer,number,currency,residual\n")),
        ("a column is there twice", plain(Kind::Customers, "customer,name,name,country\n")),
        ("decimal mark unclear", plain(Kind::OpenItems, &format!("{ITEMS}\nNW01,10007,F1,DKK,1.250,2026-11-30\n"))),
        (
            "two decimal marks",
            plain(
                Kind::OpenItems,
                &format!("{ITEMS}\nNW01,10007,F1,DKK,1.25,2026-11-30\nNW01,10007,F2,DKK,\"1,5\",2026-11-30\n"),
            ),
        ),
        ("a spreadsheet", plain(Kind::OpenItems, "PK\u{3}\u{4}…")),
        ("zero bytes", plain(Kind::OpenItems, "c\0o\0m\0p\0a\0n\0y\0")),
        (
            "default for no column",
            with(Kind::Customers, "customer\n", &|r| drop(r.defaults.insert("land".into(), "DK".into()))),
        ),
        ("mapping for another kind", with(Kind::Customers, "customer\n", &|r| r.mapping = Some("odoo_orders".into()))),
        ("no such mapping", with(Kind::Customers, "customer\n", &|r| r.mapping = Some("odoo".into()))),
        ("a snapshot of customers", with(Kind::Customers, "customer\n", &|r| r.snapshot = true)),
        ("a snapshot without its moment", with(Kind::Orders, "document\n", &|r| (r.snapshot, r.as_of) = (true, None))),
        (
            "a snapshot of tomorrow",
            with(Kind::OpenItems, &format!("{ITEMS}\n"), &|r| {
                (r.snapshot, r.as_of) = (true, Some("2026-11-23T06:00:00Z".into()));
            }),
        ),
        ("a register without its day", with(Kind::Remarks, "number\n", &|r| r.as_of = None)),
    ]
}

/// As a cell of a Markdown table: short, and on one line.
fn cell(text: &str) -> String {
    let text =
        text.trim_end().replace('|', "\\|").replace('\n', " ⏎ ").replace('\0', "␀").replace(['\u{3}', '\u{4}'], "␃");
    match text.char_indices().nth(110) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text,
    }
}

on_both!(one_example_of_each_kind);
fn one_example_of_each_kind(place: Place) {
    let desk = Desk::new(place);
    desk.customer("10007", "1000.00 DKK");
    let mut table = "| bad input | what comes back |\n|---|---|\n".to_owned();
    let mut seen = BTreeSet::new();
    let rejected = tempfile::tempdir().unwrap();
    for (problem, kind, text) in bad_rows() {
        let mut request = request(kind, &text);
        if problem == Problem::Refused {
            request.dry_run = false;
            request.rejected_to = Some(rejected.path().join("refused.csv"));
        }
        let (found, message) = fault(&desk, &request);
        assert_eq!(found, problem, "{message}");
        seen.insert(problem);
        let (_, rows) = text.split_once('\n').unwrap();
        assert!(!message.contains(rows.trim_end()), "the row is not repeated: {message}");
        let _ = writeln!(
            table,
            "| {} | `{}`: {} |",
            cell(rows).replace('`', "'"),
            problem.name(),
            message.replace('|', "\\|")
        );
    }
    let all: BTreeSet<Problem> = Problem::ALL.iter().copied().collect();
    assert_eq!(seen, all, "every kind of problem has an example");
    for (what, request) in bad_files() {
        let error = desk.engine.import(&request, &mut |_| Control::Continue).unwrap_err();
        let text = request.text.unwrap_or_default();
        let shown = if text.is_empty() { what.to_owned() } else { format!("{what}: {}", cell(&text)) };
        let _ = writeln!(table, "| {shown} | `{}`: {} |", error.kind().name(), error.message().replace('|', "\\|"));
    }
    compare("tests/golden/bad-input.md", &table);
}

#[test]
fn the_manual_has_the_columns_and_the_mappings_of_the_code() {
    let mut mappings = "| mapping | reads | made from |\n|---|---|---|\n".to_owned();
    for name in Mapping::names() {
        let mapping = Mapping::named(name).unwrap();
        let _ = writeln!(mappings, "| `{name}` | {} | {} |", mapping.kind().name(), mapping.about());
    }
    let mut manual = read("docs/IMPORT.md");
    for (name, generated) in [("columns", documentation()), ("mappings", mappings)] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let from = manual.find(&begin).unwrap_or_else(|| panic!("docs/IMPORT.md has no {begin}")) + begin.len();
        let to = manual.find(&end).unwrap_or_else(|| panic!("docs/IMPORT.md has no {end}"));
        manual.replace_range(from..to, &format!("\n{}\n", generated.trim_end()));
    }
    compare("docs/IMPORT.md", &manual);
}

on_both!(a_personal_number_is_in_no_error_wherever_it_stands);
fn a_personal_number_is_in_no_error_wherever_it_stands(place: Place) {
    let desk = Desk::new(place);
    for number in ["310275-1234", "01819012345", "900101-9802", "131052-308T", "3102751234"] {
        for kind in Kind::ALL {
            for wrong in kind.columns() {
                let header: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
                let row: Vec<&str> = header.iter().map(|name| if *name == wrong.name { number } else { "%" }).collect();
                let text = format!("{}\n{}\n", header.join(","), row.join(","));
                let report = desk.engine.import(&request(kind, &text), &mut |_| Control::Continue);
                let said = format!("{report:?}");
                assert!(!said.contains(number), "{} {}: {said}", kind.name(), wrong.name);
            }
        }
        // A file without a header has people where the names of columns should be.
        let text = format!("{number},Åse Nygård\n310275-1234,Søren Bæk\n");
        let error = desk.engine.import(&request(Kind::Customers, &text), &mut |_| Control::Continue).unwrap_err();
        assert!(!error.message().contains(number), "{error}");
    }
}

on_both!(an_error_lists_the_first_bad_rows_and_counts_all);
fn an_error_lists_the_first_bad_rows_and_counts_all(place: Place) {
    let desk = Desk::new(place);
    let mut text = format!("{ITEMS}\n");
    for at in 0..150 {
        let _ = writeln!(text, "NW01,99999,F{at},DKK,five,2026-11-30");
    }
    let report = desk.engine.import(&request(Kind::OpenItems, &text), &mut |_| Control::Continue).unwrap();
    assert_eq!((report.rows, report.rejected, report.faults.len()), (150, 150, 100));
    let taken = ImportRequest { dry_run: false, ..request(Kind::OpenItems, &text) };
    let error = desk.engine.import(&taken, &mut |_| Control::Continue).unwrap_err();
    let lines: Vec<&str> = error.message().lines().collect();
    assert_eq!(lines[0], "150 of 150 rows cannot be taken, so nothing was imported:");
    assert_eq!((lines.len(), lines[21]), (22, "  and 130 more"));
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn compare(path: &str, text: &str) {
    if std::env::var_os("OBLIGOR_BLESS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), text).unwrap();
    }
    let kept = read(path);
    let differs = kept.lines().zip(text.lines()).position(|(kept, made)| kept != made);
    let line = differs.unwrap_or(kept.lines().count().min(text.lines().count()));
    let (was, is) = (kept.lines().nth(line), text.lines().nth(line));
    assert!(kept == text, "{path}, line {}; OBLIGOR_BLESS=1 writes it anew\n was {was:?}\n  is {is:?}", line + 1);
}
