//! Files into a real store: whole or not at all, twice without a trace, mended and brought again.

#[path = "../xtask/src/sample/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the sample's own tests run in xtask")]
mod sample;

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::places::{Home, Place, on_both};
use common::{Desk, NOON, open, order};
use obligor::calendar::Day;
use obligor::credit::{LimitKind, PoolKind, Profile, Stage, Status};
use obligor::engine::{AccountName, Engine, ImportRequest, OrderRequest, PositionRequest};
use obligor::error::{ErrorKind, Result};
use obligor::import::{Control, Kind, Progress, Report};
use obligor::money::Currency;
use obligor::store::{AccountKey, Counts, ItemKind, Loader, PoolRecord};
use tempfile::TempDir;

fn of_file(kind: Kind, path: PathBuf) -> ImportRequest {
    ImportRequest {
        kind: kind.name().to_owned(),
        path: Some(path),
        source: "register".to_owned(),
        as_of: Some("2026-11-22T06:00:00Z".to_owned()),
        ..ImportRequest::default()
    }
}

fn of_text(kind: Kind, text: &str) -> ImportRequest {
    ImportRequest { path: None, text: Some(text.to_owned()), ..of_file(kind, PathBuf::new()) }
}

/// Everything there was at a time of the day.
fn snapshot(kind: Kind, text: &str, time: &str) -> ImportRequest {
    ImportRequest { snapshot: true, as_of: Some(format!("2026-11-22T{time}:00Z")), ..of_text(kind, text) }
}

fn import(engine: &Engine, request: &ImportRequest) -> Result<Report> {
    engine.import(request, &mut |_| Control::Continue)
}

fn done(report: &Report) -> [u64; 6] {
    [report.rows, report.added, report.changed, report.same, report.rejected, report.closed]
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// The files of a folder that are there for import, in the order of import.
fn folder(at: &Path) -> Vec<(Kind, PathBuf)> {
    Kind::ALL
        .into_iter()
        .map(|kind| (kind, at.join(format!("{}.csv", kind.name()))))
        .filter(|(_, path)| path.exists())
        .collect()
}

/// A store with two customers, who have accounts.
fn two_customers(place: Place) -> Desk {
    let desk = Desk::new(place);
    desk.customer("1", "1000.00 DKK");
    desk.customer("2", "1000.00 DKK");
    desk
}

const ITEMS: &str = "company,customer,number,currency,residual,due\n";

on_both!(the_sample_is_taken_whole_and_a_second_time_changes_nothing);
fn the_sample_is_taken_whole_and_a_second_time_changes_nothing(place: Place) {
    let files = TempDir::new().unwrap();
    sample::write(files.path()).unwrap();
    let home = Home::new(place);
    let engine = open(&home, NOON);
    for (kind, path) in folder(files.path()) {
        let source = kind.name().to_owned();
        let snapshot = matches!(kind, Kind::OpenItems | Kind::Orders);
        let request = ImportRequest { source, snapshot, ..of_file(kind, path) };
        let first = import(&engine, &request).unwrap_or_else(|e| panic!("{}: {e}", kind.name()));
        assert_eq!(done(&first), [first.rows, first.rows, 0, 0, 0, 0], "{}", kind.name());
        let second = import(&engine, &request).unwrap();
        assert_eq!(done(&second), [first.rows, 0, 0, first.rows, 0, 0], "{}", kind.name());
        assert_eq!(second.warnings, Vec::<String>::new(), "{}", kind.name());
    }
    let counts = engine.stats().unwrap();
    assert_eq!((counts.customers, counts.accounts), (2_400, 2_400));
    assert!(counts.items >= 20_000 && counts.active_orders > 2_000, "{counts:?}");

    // No personal number is in the store, whatever it is written with.
    let customers = std::fs::read_to_string(files.path().join("customers.csv")).unwrap();
    let people: Vec<&str> =
        customers.lines().skip(1).filter_map(|row| row.split(';').nth(11)).filter(|id| !id.is_empty()).collect();
    assert!(people.len() > 20, "{}", people.len());
    drop(engine);
    let kept = home.everything();
    let kept = String::from_utf8_lossy(&kept);
    for person in people {
        assert!(!kept.contains(person) && !kept.contains(&person.replace('-', "")), "{person}");
    }
    assert!(kept.contains("hmac:"));
}

on_both!(the_telling_cases_get_what_their_page_says);
fn the_telling_cases_get_what_their_page_says(place: Place) {
    let home = Home::new(place);
    let engine = open(&home, NOON);
    for (kind, path) in folder(&samples().join("cases")) {
        import(&engine, &of_file(kind, path)).unwrap_or_else(|e| panic!("{}: {e}", kind.name()));
    }
    let text = std::fs::read_to_string(samples().join("cases/new_orders.csv")).unwrap();
    let page = std::fs::read_to_string(samples().join("cases/README.md")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 24);
    for row in rows {
        let [document, _, customer, currency, amount, outcome, reason] = row[..] else { panic!("{row:?}") };
        let answer = engine.reserve(&order(customer, document, document, &format!("{amount} {currency}"))).unwrap();
        let answer = serde_json::to_value(&answer).unwrap();
        let decision = answer.get("decision").unwrap_or(&answer);
        let first = decision["reasons"].get(0).map_or("", |reason| reason["code"].as_str().unwrap());
        assert_eq!(
            (decision["outcome"].as_str().unwrap(), first),
            (outcome, reason),
            "{document} {customer}: {decision}"
        );
        let line =
            page.lines().find(|line| line.contains(&format!("| {document} |"))).unwrap_or_else(|| panic!("{document}"));
        assert!(line.contains(&format!("| {outcome} |")) && line.contains(reason), "{line}");
    }
}

on_both!(one_bad_row_undoes_all_of_it);
fn one_bad_row_undoes_all_of_it(place: Place) {
    let desk = two_customers(place);
    let before = counts(&desk.engine);
    let text =
        format!("{ITEMS}NW01,1,A,DKK,10.00,2026-12-01\nNW01,2,B,DKK,ten,2026-12-01\nNW01,1,C,DKK,5.00,2026-12-01\n");
    let error = import(&desk.engine, &of_text(Kind::OpenItems, &text)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Argument);
    assert!(error.message().contains("1 of 3 rows") && error.message().contains("line 3, column residual"), "{error}");
    assert_eq!(counts(&desk.engine), before);
    assert_eq!(desk.exposure("1"), "0.00 DKK");
    // A row that only the store can refuse undoes it, too.
    let text = format!("{ITEMS}NW01,1,A,DKK,10.00,2026-12-01\nNW01,3,B,DKK,1.00,2026-12-01\n");
    assert!(import(&desk.engine, &of_text(Kind::OpenItems, &text)).unwrap_err().message().contains("line 3"));
    assert_eq!(counts(&desk.engine), before);
}

fn counts(engine: &Engine) -> Counts {
    engine.stats().unwrap()
}

on_both!(the_good_rows_are_taken_and_the_bad_ones_mended_and_brought_again);
fn the_good_rows_are_taken_and_the_bad_ones_mended_and_brought_again(place: Place) {
    let desk = two_customers(place);
    let rejected = TempDir::new().unwrap();
    let text = "company;customer;number;currency;residual;due;note\r\n\
                NW01;1;A;DKK;10,50;2026-12-01;fine\r\n\
                NW01;2;B;DKK;ti;2026-12-01;\"a; b\r\nand \"\"c\"\"\"\r\n\
                NW01;9;C;DKK;7,25;2026-12-01;Ærø\r\n\
                NW01;1;D;DKK;5,00;2026-12-01;extra;field\r\n\
                NW01;2;E;DKK;2,00;2026-12-01;fine\r\n";
    // The file is Windows-1252; what comes back is UTF-8 and is recognised although the encoding is said.
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let original = rejected.path().join("items.csv");
    std::fs::write(&original, latin).unwrap();
    let path = rejected.path().join("rejected.csv");
    let request = ImportRequest {
        rejected_to: Some(path.clone()),
        encoding: Some(obligor::import::Encoding::Windows1252),
        ..of_file(Kind::OpenItems, original)
    };
    let report = import(&desk.engine, &request).unwrap();
    assert_eq!(done(&report), [5, 2, 0, 0, 3, 0]);
    assert_eq!(report.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 5, 6]);
    let bad = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        bad,
        "\u{feff}obligor_error;company;customer;number;currency;residual;due;note\n\
         \"line 3, column residual: \"\"ti\"\" is not an amount; this file has a decimal comma, as in 1250,00\";NW01;2;B;DKK;ti;2026-12-01;\"a; b\r\nand \"\"c\"\"\"\n\
         \"line 5: company \"\"NW01\"\" has no account for customer \"\"9\"\"; put the account first\";NW01;9;C;DKK;7,25;2026-12-01;Ærø\n\
         line 6: the row has 8 fields, the header has 7: put a text that holds the delimiter or a line break in quotes;NW01;1;D;DKK;5,00;2026-12-01;extra;field\n"
    );
    // Brought back as they are they are rejected again, for the same reasons and without a second error column.
    let again = ImportRequest {
        path: Some(path.clone()),
        rejected_to: Some(rejected.path().join("rejected-2.csv")),
        decimal: Some(obligor::import::DecimalMark::Comma),
        ..request.clone()
    };
    assert_eq!(done(&import(&desk.engine, &again).unwrap()), [3, 0, 0, 0, 3, 0]);
    let header = |text: &str| text.lines().next().unwrap().to_owned();
    assert_eq!(header(&std::fs::read_to_string(again.rejected_to.unwrap()).unwrap()), header(&bad));
    // Mended they are taken.
    std::fs::write(&path, bad.replace(";ti;", ";3,00;").replace(";9;C", ";2;C").replace(";extra;field", ";extra"))
        .unwrap();
    let mended = ImportRequest { path: Some(path), rejected_to: None, ..request };
    assert_eq!(done(&import(&desk.engine, &mended).unwrap()), [3, 3, 0, 0, 0, 0]);
    assert_eq!((desk.exposure("1"), desk.exposure("2")), ("15.50 DKK".to_owned(), "12.25 DKK".to_owned()));
}

on_both!(rows_without_quotes_come_back_without_quotes);
fn rows_without_quotes_come_back_without_quotes(place: Place) {
    let desk = two_customers(place);
    let folder = TempDir::new().unwrap();
    let mapping = folder.path().join("plain.toml");
    let columns =
        ["company", "customer", "number", "currency", "residual", "due"].map(|name| format!("{name} = \"{name}\"\n"));
    std::fs::write(&mapping, format!("kind = \"open_items\"\nquotes = false\n[columns]\n{}", columns.concat()))
        .unwrap();
    let rejected = folder.path().join("rejected.csv");
    let text = "company\tcustomer\tnumber\tcurrency\tresidual\tdue\ttext\nNW01\t1\tA\tDKK\tx\t2026-12-01\t\"3 inch\n";
    let request = ImportRequest {
        mapping: Some(mapping.to_str().unwrap().to_owned()),
        rejected_to: Some(rejected.clone()),
        ..of_text(Kind::OpenItems, text)
    };
    assert_eq!(import(&desk.engine, &request).unwrap().rejected, 1);
    let bad = std::fs::read_to_string(&rejected).unwrap();
    assert!(bad.ends_with("NW01\t1\tA\tDKK\tx\t2026-12-01\t\"3 inch\n"), "{bad}");
    let mended = ImportRequest { rejected_to: None, text: Some(bad.replace("\tx\t", "\t9.00\t")), ..request };
    assert_eq!(done(&import(&desk.engine, &mended).unwrap()), [1, 1, 0, 0, 0, 0]);
}

on_both!(a_snapshot_closes_what_is_not_in_it_unless_rows_were_rejected);
fn a_snapshot_closes_what_is_not_in_it_unless_rows_were_rejected(place: Place) {
    let desk = two_customers(place);
    let row =
        |customer: &str, number: &str, amount: &str| format!("NW01,{customer},{number},DKK,{amount},2026-12-01\n");
    let all = format!("{ITEMS}{}{}{}", row("1", "A", "10.00"), row("1", "B", "20.00"), row("2", "C", "40.00"));
    let snapshot = |text: String| snapshot(Kind::OpenItems, &text, "07:00");
    assert_eq!(done(&import(&desk.engine, &of_text(Kind::OpenItems, &all)).unwrap()), [3, 3, 0, 0, 0, 0]);
    let fewer = format!("{ITEMS}{}{}", row("1", "B", "15.00"), row("2", "C", "40.00"));
    // Not as a snapshot it only changes what it has.
    assert_eq!(done(&import(&desk.engine, &of_text(Kind::OpenItems, &fewer)).unwrap()), [2, 0, 1, 1, 0, 0]);
    assert_eq!(desk.exposure("1"), "25.00 DKK");
    // A bad row may be the very item that would be closed.
    let folder = TempDir::new().unwrap();
    let bad = format!("{ITEMS}{}{}", row("1", "A", "?"), row("2", "C", "40.00"));
    let keep_going = ImportRequest { rejected_to: Some(folder.path().join("bad.csv")), ..snapshot(bad) };
    let report = import(&desk.engine, &keep_going).unwrap();
    assert_eq!(done(&report), [2, 0, 0, 1, 1, 0]);
    assert!(report.warnings.iter().any(|warning| warning.contains("nothing was closed")), "{:?}", report.warnings);
    assert_eq!(desk.exposure("1"), "25.00 DKK");
    assert_eq!(done(&import(&desk.engine, &snapshot(fewer)).unwrap()), [2, 0, 0, 2, 0, 1]);
    assert_eq!((desk.exposure("1"), desk.exposure("2")), ("15.00 DKK".to_owned(), "40.00 DKK".to_owned()));
    // An export that came out empty closes nothing.
    let report = import(&desk.engine, &snapshot(ITEMS.to_owned())).unwrap();
    assert_eq!((report.closed, report.warnings.len()), (0, 1));
    // Orders likewise.
    let orders = "company,customer,document,currency,ordered,since\n";
    let two = format!("{orders}NW01,1,S1,DKK,100.00,2026-11-20\nNW01,1,S2,DKK,200.00,2026-11-20\n");
    let one = format!("{orders}NW01,1,S2,DKK,200.00,2026-11-20\n");
    import(&desk.engine, &of_text(Kind::Orders, &two)).unwrap();
    assert_eq!(desk.exposure("1"), "315.00 DKK");
    assert_eq!(import(&desk.engine, &self::snapshot(Kind::Orders, &one, "07:00")).unwrap().closed, 1);
    assert_eq!(desk.exposure("1"), "215.00 DKK");
}

on_both!(a_snapshot_leaves_alone_what_came_after_it_was_taken);
fn a_snapshot_leaves_alone_what_came_after_it_was_taken(place: Place) {
    let desk = two_customers(place);
    let reserve = |engine: &Engine, document: &str| {
        engine.reserve(&order("1", document, document, "100.00 DKK")).unwrap();
    };
    // At 9 four orders, one of them cancelled at once, and an invoice. At 10 the ERP's export has only one of them: an
    // order was cancelled there, another was invoiced, and the invoice paid.
    let desk = desk.later("2026-11-22T09:00:00Z");
    for document in ["GONE", "DONE", "KEPT", "AGAIN"] {
        reserve(&desk.engine, document);
    }
    let request = |document: &str, key: &str| OrderRequest {
        amount: None,
        ..order("1", document, &format!("{document}/{key}"), "1.00 DKK")
    };
    desk.engine.cancel(&request("AGAIN", "cancel")).unwrap();
    desk.item("1", "PAID", ItemKind::Invoice, "40.00 DKK", "2026-12-01");
    // At 10:05 a new order, an old one that holds credit again, and an invoice.
    let desk = desk.later("2026-11-22T10:05:00Z");
    reserve(&desk.engine, "NEW");
    desk.engine.reopen(&order("1", "AGAIN", "AGAIN/reopen", "100.00 DKK")).unwrap();
    let invoice = OrderRequest {
        to: Some(Stage::Invoiced),
        item: "INVOICE".to_owned(),
        due: Day::parse("2026-12-01"),
        ..request("DONE", "invoice")
    };
    desk.engine.convert(&invoice).unwrap();
    assert_eq!(desk.exposure("1"), "540.00 DKK");

    // The export of 10 comes at noon.
    let desk = desk.later(NOON);
    let items = format!("{ITEMS}NW01,2,OTHER,DKK,1.00,2026-12-01\n");
    let report = import(&desk.engine, &snapshot(Kind::OpenItems, &items, "10:00")).unwrap();
    assert_eq!(report.closed, 1, "what was paid, not the invoice");
    assert_eq!(desk.exposure("1"), "500.00 DKK");
    let orders = "company,customer,document,currency,ordered,since\nNW01,1,KEPT,DKK,100.00,2026-11-22\n";
    let report = import(&desk.engine, &snapshot(Kind::Orders, orders, "10:00")).unwrap();
    assert_eq!(report.closed, 1, "GONE; neither NEW nor AGAIN nor DONE");
    assert_eq!(desk.exposure("1"), "400.00 DKK");
    // An export that was taken after them, and has none of it, closes them.
    assert_eq!(import(&desk.engine, &snapshot(Kind::OpenItems, &items, "11:00")).unwrap().closed, 1);
    assert_eq!(import(&desk.engine, &snapshot(Kind::Orders, orders, "11:00")).unwrap().closed, 3);
    assert_eq!(desk.exposure("1"), "100.00 DKK");
    assert_eq!(desk.engine.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
}

on_both!(an_export_does_not_undo_what_was_done_since_it_was_begun);
fn an_export_does_not_undo_what_was_done_since_it_was_begun(place: Place) {
    let desk = two_customers(place);
    // At 9 an order of 100 and an invoice of 40; the export of 10 has both.
    let desk = desk.later("2026-11-22T09:00:00Z");
    desk.engine.reserve(&order("1", "S1", "S1", "100.00 DKK")).unwrap();
    desk.item("1", "A", ItemKind::Invoice, "40.00 DKK", "2026-12-01");
    let items = format!("{ITEMS}NW01,1,A,DKK,40.00,2026-12-01\nNW01,2,B,DKK,7.00,2026-12-01\n");
    let orders = "company,customer,document,currency,ordered,since\nNW01,1,S1,DKK,100.00,2026-11-22T09:00:00Z\n";
    // At 10:05 the order is raised and the invoice paid.
    let desk = desk.later("2026-11-22T10:05:00Z");
    desk.engine.change(&order("1", "S1", "S1/raise", "500.00 DKK")).unwrap();
    desk.item("1", "A", ItemKind::Invoice, "0.00 DKK", "2026-12-01");
    assert_eq!(desk.exposure("1"), "500.00 DKK");

    // The export comes at noon, as a snapshot and as a file that is none.
    let desk = desk.later(NOON);
    for is_snapshot in [true, false] {
        let of_ten = |kind, text: &str| ImportRequest { snapshot: is_snapshot, ..snapshot(kind, text, "10:00") };
        let report = import(&desk.engine, &of_ten(Kind::OpenItems, &items)).unwrap();
        assert_eq!((report.rows, report.newer, report.added + report.same, report.closed), (2, 1, 1, 0));
        let report = import(&desk.engine, &of_ten(Kind::Orders, orders)).unwrap();
        assert_eq!((report.rows, report.newer, report.closed), (1, 1, 0));
        assert_eq!((desk.exposure("1"), desk.exposure("2")), ("500.00 DKK".to_owned(), "7.00 DKK".to_owned()));
    }
    // What an export of 11 says is newer than both, and so is what comes without its moment.
    let report = import(&desk.engine, &snapshot(Kind::Orders, orders, "11:00")).unwrap();
    assert_eq!((report.changed, report.newer), (1, 0));
    assert_eq!(desk.exposure("1"), "100.00 DKK");
    let of_now = ImportRequest { as_of: None, ..of_text(Kind::OpenItems, &items) };
    let report = import(&desk.engine, &of_now).unwrap();
    assert_eq!((report.changed, report.newer), (1, 0));
    assert_eq!(desk.exposure("1"), "140.00 DKK");
    assert_eq!(desk.engine.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
}

on_both!(an_import_that_does_not_say_its_moment_is_of_now);
fn an_import_that_does_not_say_its_moment_is_of_now(place: Place) {
    let desk = two_customers(place);
    let items = |number: &str| format!("{ITEMS}NW01,1,{number},DKK,1.00,2026-12-01\n");
    let at_noon = ImportRequest { as_of: None, ..of_text(Kind::OpenItems, &items("A")) };
    import(&desk.engine, &at_noon).unwrap();
    // A moment that is still to come is none that data can be of.
    let tomorrow = Some("2026-11-23T12:00:00Z".to_owned());
    import(&desk.engine, &ImportRequest { as_of: tomorrow, ..of_text(Kind::OpenItems, &items("B")) }).unwrap();
    assert_eq!(import(&desk.engine, &snapshot(Kind::OpenItems, &items("C"), "12:00")).unwrap().closed, 0);
    let desk = desk.later("2026-11-22T13:00:00Z");
    assert_eq!(import(&desk.engine, &snapshot(Kind::OpenItems, &items("C"), "12:01")).unwrap().closed, 2);
}

on_both!(a_register_is_replaced_as_a_whole_and_never_in_part);
fn a_register_is_replaced_as_a_whole_and_never_in_part(place: Place) {
    let desk = Desk::new(place);
    let head = "number,country,orgnr,personal_number,kind,registered\n";
    let two = format!("{head}R1,DK,13585628,,judgment,2026-01-01\nR2,DK,,310175-1234,default,2026-01-01\n");
    assert_eq!(done(&import(&desk.engine, &of_text(Kind::Remarks, &two)).unwrap()), [2, 2, 0, 0, 0, 0]);
    let one = format!("{head}R1,DK,13585628,,judgment,2026-01-01\n");
    assert_eq!(done(&import(&desk.engine, &of_text(Kind::Remarks, &one)).unwrap()), [1, 0, 0, 1, 0, 1]);
    assert_eq!(counts(&desk.engine).remarks, 1);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bad.csv");
    let partly =
        ImportRequest { rejected_to: Some(path.clone()), ..of_text(Kind::Remarks, &two.replace("R2,DK", "R2,D")) };
    let error = import(&desk.engine, &partly).unwrap_err();
    assert!(error.message().contains("whole or not at all"), "{error}");
    assert_eq!(counts(&desk.engine).remarks, 1);
    assert!(!path.exists(), "nothing was rejected into a file");
}

on_both!(a_limit_makes_the_account_and_a_status_is_only_set_when_the_file_says_it);
fn a_limit_makes_the_account_and_a_status_is_only_set_when_the_file_says_it(place: Place) {
    let desk = Desk::new(place);
    let customers = |rest: &str| format!("customer,name,country,company,currency{rest}\n");
    let stopped = customers(",status") + "1,Ask ApS,DK,NW01,DKK,stop\n2,Birk ApS,DK,,,\n";
    import(&desk.engine, &of_text(Kind::Customers, &stopped)).unwrap();
    let silent = customers("") + "1,Ask ApS,DK,NW01,DKK\n";
    assert_eq!(done(&import(&desk.engine, &of_text(Kind::Customers, &silent)).unwrap()), [1, 0, 0, 1, 0, 0]);
    let limits = "company,customer,currency,limit,no_limit\nNW01,1,DKK,100.00,\nNW01,2,DKK,,yes\n";
    assert_eq!(done(&import(&desk.engine, &of_text(Kind::Limits, limits)).unwrap()), [2, 2, 0, 0, 0, 0]);
    let outcome = |customer: &str| {
        let answer = desk.engine.check(&order(customer, "S", "", "50.00 DKK")).unwrap();
        let answer = serde_json::to_value(&answer).unwrap();
        answer.get("decision").unwrap_or(&answer)["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!((outcome("1"), outcome("2")), ("refuse".to_owned(), "approve".to_owned()));
    let unknown = "company,customer,currency,limit\nNW01,3,DKK,100.00\n";
    let error = import(&desk.engine, &of_text(Kind::Limits, unknown)).unwrap_err();
    assert!(error.message().contains("line 2: there is no customer"), "{error}");
    let lifted = customers(",status") + "1,Ask ApS,DK,NW01,DKK,ok\n";
    assert_eq!(done(&import(&desk.engine, &of_text(Kind::Customers, &lifted)).unwrap()), [1, 0, 1, 0, 0, 0]);
    assert_eq!(outcome("1"), "approve");
}

on_both!(progress_is_told_and_can_stop_the_import);
fn progress_is_told_and_can_stop_the_import(place: Place) {
    let desk = two_customers(place);
    let rows: String = (0..3_500).map(|at| format!("NW01,1,F{at},DKK,1.00,2026-12-01\n")).collect();
    let request = of_text(Kind::OpenItems, &format!("{ITEMS}{rows}"));
    let mut told: Vec<Progress> = Vec::new();
    let error = desk.engine.import(&request, &mut |at| {
        told.push(at);
        if at.rows >= 2_000 { Control::Stop } else { Control::Continue }
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(told.iter().map(|at| at.rows).collect::<Vec<_>>(), [1_000, 2_000]);
    assert_eq!(counts(&desk.engine).items, 0);
    told.clear();
    desk.engine
        .import(&request, &mut |at| {
            told.push(at);
            Control::Continue
        })
        .unwrap();
    assert_eq!(told.iter().map(|at| at.rows).collect::<Vec<_>>(), [1_000, 2_000, 3_000, 3_500]);
    assert!(told.windows(2).all(|pair| pair[0].bytes < pair[1].bytes));
    assert_eq!(told[3].bytes, told[3].of_bytes);
    assert_eq!(desk.exposure("1"), "3500.00 DKK");
}

on_both!(the_exports_of_four_systems_go_into_one_store);
fn the_exports_of_four_systems_go_into_one_store(place: Place) {
    let home = Home::new(place);
    let engine = open(&home, NOON);
    for (file, mapping, defaults) in [
        ("odoo/contacts.csv", "odoo_customers", &[("company", "Nordvik Handel A/S"), ("currency", "DKK")][..]),
        ("odoo/contacts.csv", "odoo_limits", &[("company", "Nordvik Handel A/S"), ("currency", "DKK")]),
        ("odoo/journal_items.csv", "odoo_open_items", &[]),
        ("odoo/sales_orders.csv", "odoo_orders", &[]),
        (
            "erpnext/customers.csv",
            "erpnext_customers",
            &[("company", "Nordvik Handel"), ("currency", "NOK"), ("country", "NO")],
        ),
        ("erpnext/accounts_receivable.csv", "erpnext_open_items", &[("company", "Nordvik Handel")]),
        ("erpnext/sales_orders.csv", "erpnext_orders", &[]),
        (
            "business_central/customers.csv",
            "business_central_customers",
            &[("company", "BC"), ("currency", "DKK"), ("country", "DK")],
        ),
        (
            "business_central/customer_ledger_entries.csv",
            "business_central_open_items",
            &[("company", "BC"), ("currency", "DKK")],
        ),
    ] {
        let defaults: BTreeMap<String, String> =
            defaults.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let path = Some(samples().join(file));
        let request = ImportRequest { path, mapping: Some(mapping.to_owned()), defaults, ..ImportRequest::default() };
        let first = import(&engine, &request).unwrap_or_else(|e| panic!("{file} {mapping}: {e}"));
        assert_eq!((first.rejected, first.same), (0, 0), "{file} {mapping}");
        let second = import(&engine, &request).unwrap();
        assert_eq!(second.same, first.rows, "{file} {mapping}");
    }
    let verified = engine.verify(&mut |_, _| true).unwrap();
    assert_eq!(verified.faults, Vec::<String>::new());
}

on_both!(what_a_file_says_of_accounts_is_taken_and_the_rest_stays);
fn what_a_file_says_of_accounts_is_taken_and_the_rest_stays(place: Place) {
    let desk = two_customers(place);
    let engine = &desk.engine;
    let pool = |name: &str| PoolRecord {
        name: name.to_owned(),
        kind: PoolKind::Group,
        currency: Currency::parse("DKK").unwrap(),
        rates: Vec::new(),
    };
    let mut work = |load: &mut dyn Loader| {
        load.put_pool(&pool("NORD"))?;
        load.put_pool(&pool("MAIN")).map(drop)
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    engine.store().load(engine.now(), engine.today(), &mut work, deadline).unwrap();

    let head = "customer,name,country,company,currency";
    let first = format!(
        "{head},risk_class,score,customer_since,next_review,terms_days,internal,pools\n\
         1,Eins,DK,NW01,DKK,B,-4,2020-01-31,2026-12-31,30,,MAIN | NORD\n\
         2,Zwei,DK,NW01,DKK,,,,,,yes,\n"
    );
    import(engine, &of_text(Kind::Customers, &first)).unwrap();
    assert_eq!(done(&import(engine, &of_text(Kind::Customers, &first)).unwrap()), [2, 0, 0, 2, 0, 0]);
    let account = |customer: &str| {
        let key = AccountKey { company: "NW01".to_owned(), customer: customer.to_owned() };
        engine.position(&PositionRequest { account: AccountName::Key(key) }).unwrap().facts
    };
    let day = |text: &str| Day::parse(text);
    let profile = Profile {
        risk_class: Some("B".to_owned()),
        score: Some(-4),
        customer_since: day("2020-01-31"),
        next_review: day("2026-12-31"),
        terms_days: Some(30),
        internal: false,
    };
    assert_eq!(account("1").profile, profile);
    let pools: Vec<String> = account("1").pools.iter().map(|pool| pool.name.clone()).collect();
    assert_eq!(pools, ["MAIN", "NORD"]);
    assert_eq!(account("2").profile, Profile { internal: true, ..Profile::default() });

    // A file that says less changes less; what it says nothing in is unknown from now on.
    let second = format!("{head},status,score,terms_days\n1,Eins,DK,NW01,DKK,watch,80,\n");
    import(engine, &of_text(Kind::Customers, &second)).unwrap();
    let one = account("1");
    assert_eq!((one.status, one.pools.len()), (Status::Watch, 2));
    assert_eq!(one.profile, Profile { score: Some(80), terms_days: None, ..profile });
    import(engine, &of_text(Kind::Customers, &format!("{head},pools\n1,Eins,DK,NW01,DKK,\n"))).unwrap();
    assert!(account("1").pools.is_empty());

    let unknown = format!("{head},pools\n1,Eins,DK,NW01,DKK,SYD\n");
    let error = import(engine, &of_text(Kind::Customers, &unknown)).unwrap_err();
    assert!(error.message().contains("line 2: there is no pool \"SYD\"; put the pool first"), "{error}");
    for (terms, expected) in [("-1", "from 0 to 65535"), ("70000", "from 0 to 65535"), ("14 days", "whole number")] {
        let text = format!("{head},terms_days\n1,Eins,DK,NW01,DKK,{terms}\n");
        let error = import(engine, &of_text(Kind::Customers, &text)).unwrap_err();
        assert!(error.message().contains(expected), "{error}");
    }

    import(engine, &of_text(Kind::Limits, "pool,currency,limit\nNORD,DKK,900.00\n")).unwrap();
    let shared = engine.store().pool("NORD", engine.now()).unwrap().unwrap();
    assert_eq!(shared.limits[0].amount, Some(900_00));
    let cover = "company,customer,currency,limit,kind,share,from,to\n\
                 NW01,1,DKK,500.00,insured,90 %,2026-01-01,2026-10-31\n";
    import(engine, &of_text(Kind::Limits, cover)).unwrap();
    let items = "company,customer,number,currency,residual,due,dunning_level,dunning_blocked,delivered\n\
                 NW01,1,F1,DKK,100.00,2026-11-30,3,yes,2026-10-31\n\
                 NW01,1,F2,DKK,20.00,2026-11-30,2,,2026-11-01\n\
                 NW01,1,F3,DKK,3.00,2026-11-30,,,\n";
    import(engine, &of_text(Kind::OpenItems, items)).unwrap();
    let orders = "company,customer,document,currency,ordered,since,ships\n\
                  NW01,1,S1,DKK,7.00,2026-11-20,2027-02-01\n";
    import(engine, &of_text(Kind::Orders, orders)).unwrap();
    let one = account("1");
    let insured = one.limits.iter().find(|limit| limit.kind == LimitKind::Insured).unwrap();
    assert_eq!((insured.share, insured.covering, one.dunning_level), (9_000, 100_00, 2));
    let order = engine.store().find_order("NW01", "S1").unwrap().unwrap();
    assert_eq!(order.ships, day("2027-02-01"));
}
