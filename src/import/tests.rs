//! What files say, without a store.

use std::path::Path;

use proptest::prelude::*;

use super::record::Record;
use super::*;
use crate::calendar::Day;
use crate::credit::{Limit, LimitKind};
use crate::customer::{Number, derive_subject, name_key};
use crate::error::Error;
use crate::identifier::{Answer, Personal, Scheme, check, vat};
use crate::store::{Item, ItemKind, LimitOwner, LimitRecord};

/// Reads identifiers by the real rules and keeps them bare: nothing here is stored.
struct Bare;

impl IdentifierKeeper for Bare {
    fn key(&self, country: &str, column: &str, text: &str) -> Result<IdentifierKey> {
        let scheme = match (country, column) {
            ("DK", "orgnr") => Scheme::DkCvr,
            ("DK", "vat") => Scheme::DkVat,
            ("DK", "personal_number") => Scheme::DkCpr,
            ("NO", "vat") => Scheme::NoVat,
            ("SE", "vat") => Scheme::SeVat,
            (_, "lei") => Scheme::Lei,
            _ => return Err(Error::argument(format!("{column}: not known for {country}"))),
        };
        match check(scheme, text, 20_779) {
            Answer::Invalid(fault) => Err(Error::argument(format!("{column}: not a valid {scheme}: {fault}"))),
            Answer::Valid(id) | Answer::FormatOnly(id) => {
                let id = vat::organisation_number(&id).unwrap_or(id);
                let value = if id.personal() == Personal::Never { id.reveal().to_owned() } else { "hmac:".to_owned() };
                Ok(IdentifierKey { scheme: id.scheme().name().to_owned(), value })
            }
        }
    }

    fn name_key(&self, name: &str) -> String {
        name_key(name)
    }

    fn subject(&self, country: &str, legal_form: &str, identifiers: &[IdentifierKey]) -> String {
        let kept = |id: &IdentifierKey| Number::kept(&id.scheme, id.value.starts_with("hmac:"));
        let numbers: Vec<Number> = identifiers.iter().map(kept).collect();
        derive_subject(country, legal_form, &numbers).0.kind().name().to_owned()
    }
}

/// The customer or the pool that a limit is of.
fn owner(limit: &LimitRecord) -> &str {
    match &limit.owner {
        LimitOwner::Account(key) => &key.customer,
        LimitOwner::Pool(name) => name,
    }
}

fn sample(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(path);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn mapped(name: &str, defaults: &[(&str, &str)]) -> Options {
    let defaults = defaults.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Options { mapping: Some(Mapping::named(name).unwrap()), defaults, ..Options::default() }
}

fn read(bytes: &[u8], kind: Kind, options: &Options) -> (Vec<Record>, Report) {
    let (records, report) = Source::open(bytes, kind, options).unwrap().records(&Bare).unwrap();
    assert_eq!(report.faults, []);
    (records, report)
}

/// Items as lines: customer, number, kind, residual of amount, due, marks.
fn items(bytes: &[u8], options: &Options) -> (Vec<String>, Report) {
    let (records, report) = read(bytes, Kind::OpenItems, options);
    let line = |item: &Item| {
        let kind = match item.kind {
            ItemKind::Invoice => "invoice",
            ItemKind::CreditNote => "credit note",
            ItemKind::Payment => "payment",
        };
        let disputed = if item.disputed { " disputed" } else { "" };
        format!(
            "{}/{} {} {kind} {} of {} {} due {} level {}{disputed}",
            item.key.company,
            item.key.customer,
            item.number,
            item.residual,
            item.amount,
            item.currency,
            item.due,
            item.dunning_level
        )
    };
    let lines = records.iter().map(|record| match record {
        Record::Item(item) => line(item),
        other => panic!("{other:?}"),
    });
    (lines.collect(), report)
}

#[test]
fn odoo_open_items() {
    let (lines, report) = items(&sample("odoo/journal_items.csv"), &mapped("odoo_open_items", &[]));
    assert_eq!(
        lines,
        [
            "Nordvik Handel A/S/C1001 INV/2026/00118/2026-10-30 invoice 6250000 of 6250000 DKK due 2026-10-30 level 0",
            "Nordvik Handel A/S/C1001 INV/2026/00131/2026-12-02 invoice 875050 of 1875050 DKK due 2026-12-02 level 0",
            "Nordvik Handel A/S/C1002 INV/2026/00140/2026-11-24 invoice 3000000 of 3000000 DKK due 2026-11-24 level 0",
            "Nordvik Handel A/S/C1002 INV/2026/00140/2026-12-24 invoice 7000000 of 7000000 DKK due 2026-12-24 level 0",
            "Nordvik Handel A/S/C1001 RINV/2026/00009/2026-11-12 credit note 120000 of 120000 DKK due 2026-11-12 level 0",
            "Nordvik Handel A/S/C1002 PBNK1/2026/00077 payment 2500000 of 2500000 DKK due 2026-11-15 level 0",
        ]
    );
    assert_eq!((report.rows, report.skipped, report.added), (6, 0, 6));
    // The import-compatible export has field names in its header.
    let technical = "move_name,partner_id/ref,company_id,move_type,date,date_maturity,currency_id,amount_currency,\
                     amount_residual_currency\nINV/1,C1,N,out_invoice,2026-11-02,2026-12-02,DKK,100.0,50.0\n";
    let (lines, _) = items(technical.as_bytes(), &mapped("odoo_open_items", &[]));
    assert_eq!(lines, ["N/C1 INV/1/2026-12-02 invoice 5000 of 10000 DKK due 2026-12-02 level 0"]);
}

#[test]
fn erpnext_open_items() {
    let options = mapped("erpnext_open_items", &[("company", "NW")]);
    let (lines, report) = items(&sample("erpnext/accounts_receivable.csv"), &options);
    assert_eq!(
        lines,
        [
            "NW/CUST-00017 ACC-SINV-2026-00201 invoice 5000000 of 5000000 NOK due 2026-11-04 level 0",
            "NW/CUST-00017 ACC-SINV-RET-2026-00012 credit note 250000 of 250000 NOK due 2026-11-09 level 0",
            "NW/CUST-00023 ACC-PAY-2026-00088 payment 730000 of 730000 NOK due 2026-11-16 level 0",
        ]
    );
    assert_eq!((report.rows, report.skipped), (3, 1), "the total is no item");
}

#[test]
fn business_central_open_items() {
    let options = mapped("business_central_open_items", &[("company", "NW"), ("currency", "DKK")]);
    let (lines, report) = items(&sample("business_central/customer_ledger_entries.csv"), &options);
    assert_eq!(
        lines,
        [
            "NW/10000 103241/2841 invoice 12500000 of 12500000 DKK due 2026-10-31 level 1",
            "NW/10000 103260/2877 invoice 875025 of 4875025 DKK due 2026-11-11 level 0 disputed",
            "NW/10000 104031/2910 credit note 125000 of 125000 DKK due 2026-11-02 level 0",
            "NW/20000 2596-017/2951 payment 1200000 of 6000000 DKK due 2026-11-10 level 0",
            "NW/20000 2596-020/2960 invoice 200000 of 200000 DKK due 2026-11-15 level 0",
            "NW/30000 103301/2966 invoice 98000 of 98000 SEK due 2026-12-16 level 0",
        ]
    );
    assert_eq!(report.read_as.delimiter, ';');
    assert_eq!(report.read_as.encoding, Encoding::Utf8);
}

#[test]
fn sap_line_items() {
    let (lines, report) = items(&sample("sap/fbl5n.txt"), &mapped("sap_line_items", &[]));
    assert_eq!(
        lines,
        [
            "NW01/100234 1800004711-1 invoice 125000000 of 125000000 DKK due 2026-11-04 level 2",
            "NW01/100234 1800004711-2 invoice 25000000 of 25000000 DKK due 2026-12-04 level 0",
            "NW01/100234 1600000088-1 credit note 1250050 of 1250050 DKK due 2026-11-02 level 0 disputed",
            "NW01/100301 1400000512-1 payment 8000000 of 8000000 DKK due 2026-11-16 level 0",
            "NW01/100301 1400000498-2 invoice 100000 of 100000 DKK due 2026-11-12 level 0",
        ]
    );
    assert_eq!((report.rows, report.skipped), (5, 2), "totals are no items");
    assert_eq!(report.read_as.delimiter, '\t');
}

#[test]
fn sap_table() {
    let (lines, _) = items(&sample("sap/bsid.txt"), &mapped("sap_table_bsid", &[]));
    assert_eq!(
        lines,
        [
            "NW01/0000100234 2026-1800004711-001 invoice 125000000 of 125000000 DKK due 2026-11-04 level 2",
            "NW01/0000100234 2026-1600000088-001 credit note 1250050 of 1250050 DKK due 2026-11-02 level 0 disputed",
            "NW01/0000100301 2026-1400000512-001 payment 8000000 of 8000000 DKK due 2026-11-16 level 0",
        ]
    );
}

#[test]
fn customers_of_three_systems() {
    for (file, mapping, defaults, expected) in [
        (
            "odoo/contacts.csv",
            "odoo_customers",
            &[("company", "NW"), ("currency", "DKK")][..],
            [
                "C1001 Nordhavn Byg ApS DK dk.cvr=13585628 NW DKK None",
                "C1002 Ærø Træ & Stål DK  NW DKK None",
                "C1003 Stadtholz GmbH DE  NW DKK None",
            ]
            .as_slice(),
        ),
        (
            "erpnext/customers.csv",
            "erpnext_customers",
            &[("company", "NW"), ("currency", "NOK"), ("country", "NO")],
            &[
                "CUST-00017 Fjordheim Anlegg AS NO no.orgnr=974760673 NW NOK None",
                "CUST-00023 Kystmat AS NO  NW NOK Some(Stop)",
            ],
        ),
        (
            "business_central/customers.csv",
            "business_central_customers",
            &[("company", "NW"), ("currency", "DKK"), ("country", "DK")],
            &[
                "10000 Kontorcentralen A/S DK dk.cvr=13585628 NW DKK None",
                "20000 Sønderjysk Møbelfabrik DK  NW DKK Some(Hold)",
                "30000 Gotland Möbler AB SE se.orgnr=5560360793 NW SEK Some(Stop)",
            ],
        ),
    ] {
        let (records, report) = read(&sample(file), Kind::Customers, &mapped(mapping, defaults));
        let lines: Vec<String> = records
            .iter()
            .map(|record| match record {
                Record::Customer(customer, Some(account)) => {
                    let ids: Vec<String> =
                        customer.identifiers.iter().map(|id| format!("{}={}", id.scheme, id.value)).collect();
                    format!(
                        "{} {} {} {} {} {} {:?}",
                        customer.number,
                        customer.name,
                        customer.country,
                        ids.join(","),
                        account.key.company,
                        account.currency,
                        account.status
                    )
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(lines, expected, "{file}");
        let foreign = report.warnings.iter().any(|w| w.contains("1 numbers of countries other than"));
        assert_eq!(foreign, file.starts_with("odoo"), "{file}: {:?}", report.warnings);
    }
}

#[test]
fn limits_of_two_systems() {
    for (file, mapping, expected, skipped) in [
        ("odoo/contacts.csv", "odoo_limits", &[("C1001", Some(10_000_000)), ("C1003", Some(0))][..], 1),
        (
            "business_central/customers.csv",
            "business_central_limits",
            &[("10000", Some(25_000_000)), ("20000", None), ("30000", Some(10_000_000))],
            0,
        ),
    ] {
        let options = mapped(mapping, &[("company", "NW"), ("currency", "DKK")]);
        let (records, report) = read(&sample(file), Kind::Limits, &options);
        let limits: Vec<_> = records
            .iter()
            .map(|record| match record {
                Record::Limit(limit) => (owner(limit), limit.limit.amount),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(limits, expected, "{file}");
        assert_eq!(report.skipped, skipped, "{file}");
    }
}

#[test]
fn orders_of_two_systems() {
    let zone = |mapping| Options { utc_offset_minutes: 60, ..mapped(mapping, &[]) };
    for (file, mapping, expected) in [
        (
            "odoo/sales_orders.csv",
            "odoo_orders",
            ["C1001 S00412 4500000 2026-11-18T08:12:44.000Z", "C1002 S00419 400000 2026-11-20T13:03:10.000Z"],
        ),
        (
            "erpnext/sales_orders.csv",
            "erpnext_orders",
            [
                "CUST-00017 SAL-ORD-2026-00301 60000 2026-11-11T23:00:00.000Z",
                "CUST-00023 SAL-ORD-2026-00305 6666666 2026-11-18T23:00:00.000Z",
            ],
        ),
    ] {
        let (records, _) = read(&sample(file), Kind::Orders, &zone(mapping));
        let lines: Vec<String> = records
            .iter()
            .map(|record| match record {
                Record::Order(order) => {
                    format!("{} {} {} {}", order.key.customer, order.document, order.ordered, order.since)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(lines, expected, "{file}");
    }
}

const HEADER: &str = "company;customer;number;currency;residual;due";

fn own(rows: &str) -> Vec<u8> {
    format!("{HEADER}\n{rows}").into_bytes()
}

#[test]
fn encodings_delimiters_and_line_ends_give_the_same_rows() {
    let text =
        "company,customer,number,currency,residual,due\nÅs,Ærø,1,DKK,12.50,2026-11-30\nÅs,Øst,2,DKK,-3,2026-11-30\n";
    let expected = items(text.as_bytes(), &Options::default()).0;
    assert_eq!(expected.len(), 2);
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let variants: Vec<Vec<u8>> = vec![
        format!("\u{feff}{text}").into_bytes(),
        utf16,
        latin,
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        text.replace('\n', "\n\n\n").into_bytes(),
        text.replace(',', "\t").into_bytes(),
        text.replace(',', "|").into_bytes(),
        text.replace(',', ";").replace("12.50", "12,50").into_bytes(),
        format!("sep=;\r\n{}", text.replace(',', ";")).into_bytes(),
        text.replace("2026-11-30\n", "2026-11-30,,\n").into_bytes(),
        format!("{text},,,,,\n").into_bytes(),
        text.replace("company,", " Company ,").into_bytes(),
    ];
    for variant in variants {
        assert_eq!(items(&variant, &Options::default()).0, expected, "{}", String::from_utf8_lossy(&variant));
    }
}

#[test]
fn the_decimal_mark_is_proven_or_said() {
    let residuals = |rows: &str, options: &Options| -> Result<Vec<i64>> {
        let bytes = own(rows);
        let (records, report) = Source::open(&bytes, Kind::OpenItems, options)?.records(&Bare)?;
        assert_eq!(report.faults, []);
        Ok(records
            .iter()
            .map(|record| match record {
                Record::Item(item) => item.residual,
                other => panic!("{other:?}"),
            })
            .collect())
    };
    let row = |amount: &str| format!("A;C;{amount};EUR;{amount};2026-11-30\n");
    let plain = Options::default();
    assert_eq!(residuals(&(row("1500") + &row("99,50")), &plain), Ok(vec![150_000, 9_950]));
    assert_eq!(residuals(&(row("1500") + &row("99.5")), &plain), Ok(vec![150_000, 9_950]));
    assert_eq!(residuals(&row("1500"), &plain), Ok(vec![150_000]));
    // 1.234 is a thousand or one: the file must say it, or prove it.
    let error = residuals(&(row("7") + &row("1.234")), &plain).unwrap_err();
    assert!(error.message().contains("line 3, column \"residual\""), "{error}");
    let comma = Format { decimal: Some(DecimalMark::Comma), thousands: Some(Thousands::Point), ..Format::default() };
    let options = Options { format: comma, ..Options::default() };
    assert_eq!(residuals(&(row("1.234") + &row("1.234,56-")), &options), Ok(vec![123_400, 123_456]));
    // Thousands with a comma imply the decimal point.
    let format = Format { thousands: Some(Thousands::Comma), ..Format::default() };
    assert_eq!(residuals(&row("1,234"), &Options { format, ..Options::default() }), Ok(vec![123_400]));
}

#[test]
fn signs_say_who_owes() {
    let with = |sign: &str, rows: &str| -> Vec<String> {
        let columns =
            "company = \"a\"\ncustomer = \"b\"\nnumber = \"c\"\nkind = \"d\"\nresidual = \"e\"\ndebit_credit = \"f\"\n";
        let text = format!(
            "kind = \"open_items\"\nsign = \"{sign}\"\n[columns]\n{columns}[defaults]\ncurrency = \"EUR\"\ndue = \"2026-12-01\"\n"
        );
        let options = Options { mapping: Some(Mapping::parse(&text).unwrap()), ..Options::default() };
        let bytes = format!("a,b,c,d,e,f\n{rows}");
        let (records, report) =
            Source::open(bytes.as_bytes(), Kind::OpenItems, &options).unwrap().records(&Bare).unwrap();
        let faults = report.faults.iter().map(|fault| format!("{}: {}", fault.line, fault.problem.name()));
        let items = records.iter().map(|record| match record {
            Record::Item(item) => format!("{} {:?}", item.number, item.kind),
            other => panic!("{other:?}"),
        });
        items.chain(faults).collect()
    };
    let rows = "A,C,1,invoice,5,\nA,C,2,invoice,-5,\nA,C,3,credit note,5,\nA,C,4,credit_note,-5,\nA,C,5,payment,5,\n\
                A,C,6,payment,-5,\nA,C,7,,5,\nA,C,8,,-5,\nA,C,9,payment,0,\n";
    assert_eq!(
        with("strict", rows),
        [
            "1 Invoice",
            "4 CreditNote",
            "6 Payment",
            "7 Invoice",
            "8 CreditNote",
            "9 Payment",
            "3: sign",
            "4: sign",
            "6: sign"
        ]
    );
    assert_eq!(
        with("ledger", rows),
        [
            "1 Invoice",
            "2 CreditNote",
            "3 Invoice",
            "4 CreditNote",
            "5 Invoice",
            "6 Payment",
            "7 Invoice",
            "8 CreditNote",
            "9 Invoice"
        ]
    );
    assert_eq!(
        with("kind", rows),
        [
            "1 Invoice",
            "2 CreditNote",
            "3 CreditNote",
            "4 Invoice",
            "5 Payment",
            "6 Invoice",
            "7 Invoice",
            "8 CreditNote",
            "9 Payment"
        ]
    );
    let rows = "A,C,1,,5,debit\nA,C,2,,5,credit\nA,C,3,payment,5,Credit\nA,C,4,,-5,credit\nA,C,5,,5,\nA,C,6,,5,K\n";
    assert_eq!(
        with("indicator", rows),
        ["1 Invoice", "2 CreditNote", "3 Payment", "4 Invoice", "6: missing", "7: choice"]
    );
}

#[test]
fn lines_are_those_of_the_file_also_behind_quoted_line_breaks() {
    let bytes =
        "customer,name,country\n\n1,\"Two\nlines\",DK\n\n2,Bad,Denmark\r\n3,\"Three\r\n\r\nlines\",DK\n4,Bad,D\n";
    let source_options = Options::default();
    let (records, report) =
        Source::open(bytes.as_bytes(), Kind::Customers, &source_options).unwrap().records(&Bare).unwrap();
    let faults: Vec<u64> = report.faults.iter().map(|fault| fault.line).collect();
    assert_eq!(faults, [6, 10]);
    let names: Vec<&str> = records
        .iter()
        .map(|record| match record {
            Record::Customer(customer, None) => customer.name.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["Two lines", "Three lines"]);
}

#[test]
fn an_open_quote_does_not_swallow_rows() {
    let text = "company,customer,number,currency,residual,due,note\n\
                A,C,1,EUR,5,2026-12-01,\"3 inch bolts\n\
                A,C,2,EUR,6,2026-12-01,plain\n\
                A,C,3,EUR,7,2026-12-01,\"4 inch bolts\n\
                A,C,4,EUR,8,2026-12-01,plain\n";
    let options = Options::default();
    let (_, report) = Source::open(text.as_bytes(), Kind::OpenItems, &options).unwrap().records(&Bare).unwrap();
    assert_eq!(report.faults.iter().map(|f| (f.line, f.problem)).collect::<Vec<_>>()[0], (2, Problem::Quote));
    // Said to be without quotes, every row is there.
    let format = Format { quotes: Some(false), ..Format::default() };
    assert_eq!(items(text.as_bytes(), &Options { format, ..Options::default() }).0.len(), 4);
}

#[test]
fn vat_and_organisation_number_are_one_identifier_and_bad_ones_can_be_left_out() {
    let text = "customer,name,country,orgnr,vat\n1,A ApS,DK,13 58 56 28,DK13585628\n2,B ApS,DK,13585629,\n";
    let options = Options { drop_bad_identifiers: true, ..Options::default() };
    let (records, report) = read(text.as_bytes(), Kind::Customers, &options);
    let counts: Vec<usize> = records
        .iter()
        .map(|record| match record {
            Record::Customer(customer, _) => customer.identifiers.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(counts, [1, 0]);
    assert_eq!(report.warnings, ["1 identifiers are not valid and were left out"]);
}

#[test]
fn a_file_that_says_two_things_of_one_customer_is_told() {
    let rows =
        "company,customer,name,country,currency\nA,1,Fjord ApS,DK,DKK\nB,1,Fjord ApS,DK,EUR\nC,2,Sund ApS,DK,DKK\n";
    assert_eq!(read(rows.as_bytes(), Kind::Customers, &Options::default()).1.warnings, [""; 0]);
    let text = format!("{rows}D,1,Fjord A/S,DK,DKK\nE,1,Fjord ApS,DK,DKK\nF,2,Sund ApS,SE,SEK\n");
    let (records, report) = read(text.as_bytes(), Kind::Customers, &Options::default());
    assert_eq!((records.len(), report.rejected), (6, 0));
    assert_eq!(
        report.warnings,
        [
            "3 rows say something else of a customer than the row before about the same one, the first in line 5; the last \
          row counts"
        ]
    );
}

#[test]
fn a_day_of_expiry_counts_to_its_end() {
    let text = "company,customer,document,currency,ordered,since,expires\nA,C,1,EUR,5,2026-11-20,2026-11-30\n";
    let (records, _) = read(text.as_bytes(), Kind::Orders, &Options { utc_offset_minutes: 60, ..Options::default() });
    match &records[0] {
        Record::Order(order) => assert_eq!(order.expires, Instant::parse("2026-11-30T23:00:00Z")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_limit_is_a_customers_or_a_pools() {
    let limits = |text: &str| {
        let options = Options::default();
        let source = Source::open(text.as_bytes(), Kind::Limits, &options).unwrap();
        let (records, report) = source.records(&Bare).unwrap();
        let limits: Vec<LimitRecord> = records
            .into_iter()
            .map(|record| match record {
                Record::Limit(limit) => limit,
                other => panic!("{other:?}"),
            })
            .collect();
        let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
        (limits, faults)
    };
    let (of_pools, faults) = limits("pool,currency,limit\nGROUP,EUR,5.00\n,EUR,6.00\n");
    assert_eq!(of_pools.iter().map(owner).collect::<Vec<_>>(), ["GROUP"]);
    assert_eq!(faults, ["line 3, column company: is empty and must be filled"]);

    let text = "company,customer,pool,currency,limit,kind,share,from,to\n\
                NW,10,,EUR,100.00,insured,87.5,2026-01-01,2026-12-31\n\
                NW,10,,EUR,100.00,insured,,2027-01-01,\n\
                ,,GROUP,EUR,900.00,,,,\n\
                NW,10,GROUP,EUR,1.00,,,,\n\
                NW,10,,EUR,1.00,base,50,,\n\
                NW,10,,EUR,1.00,insured,0,,\n\
                NW,10,,EUR,1.00,insured,33.333,,\n\
                NW,10,,EUR,,insured,,,\n";
    let (told, faults) = limits(text);
    let shares: Vec<(&str, LimitKind, u32)> =
        told.iter().map(|limit| (owner(limit), limit.limit.kind, limit.limit.share)).collect();
    let (insured, base) = (LimitKind::Insured, LimitKind::Base);
    assert_eq!(shares, [("10", insured, 8_750), ("10", insured, Limit::WHOLE), ("GROUP", base, Limit::WHOLE)]);
    assert_eq!(
        faults,
        [
            "line 5, column pool: a limit is a customer's or a pool's, and both are filled",
            "line 6, column share: only an insured limit has a share",
            "line 7, column share: 0 % is not a share: it is above 0, with at most two decimals",
            "line 8, column share: 33.333 % is not a share: it is above 0, with at most two decimals",
            "line 9, column limit: is empty: write 0 for no credit, or yes in no_limit for an account without a limit",
        ]
    );
    for (header, lacking) in [("currency,limit", "company"), ("company,currency,limit", "customer")] {
        let error = Source::open(header.as_bytes(), Kind::Limits, &Options::default()).err().unwrap();
        let expected = format!("line 1: the header has no column for {lacking} (looked for");
        assert!(error.message().starts_with(&expected), "{error}");
    }
}

/// Every column of every kind is read: a name that is misspelt in the code would read as empty for ever.
#[test]
fn every_documented_column_changes_what_a_row_says() {
    let value = |column: &Column| match column.holds {
        Holds::Code => "X1",
        Holds::Text => "some text",
        Holds::Amount => "12.34",
        Holds::Percent => "50.5",
        Holds::Day => "2026-01-05",
        Holds::Moment => "2026-01-05T10:00:00Z",
        Holds::Flag => "yes",
        Holds::Level => "3",
        Holds::Number => "14",
        Holds::Rate => "7.46",
        Holds::Codes => "P1|P2",
        Holds::Currency => "SEK",
        Holds::Country => "DK",
        Holds::Identifier => match column.name {
            "orgnr" => "13585628",
            "vat" => "DK13585628",
            "personal_number" => "010180-1234",
            "lei" => "529900T8BM49AURSDO55",
            _ => "",
        },
        Holds::Choice(words) => words[words.len() - 1],
    };
    for kind in Kind::ALL {
        let all = kind.columns();
        for dropped in all.iter().filter(|column| column.need == Need::Optional) {
            // What excludes another column, or needs a mapping, is tested elsewhere.
            let excluded = |name: &str| match (kind, name) {
                (Kind::Limits, "no_limit") | (Kind::Remarks, "personal_number") => dropped.name != name,
                (Kind::Limits, "limit" | "kind" | "share") => dropped.name == "no_limit",
                (Kind::Limits, "pool") => true,
                (Kind::Remarks, "orgnr") => dropped.name == "personal_number",
                (Kind::OpenItems, "kind") => dropped.name != "kind",
                (_, "rsin" | "gln" | "vat" | "debit_credit" | "posted") => true,
                _ => false,
            };
            if excluded(dropped.name) {
                continue;
            }
            let text = |without: &str| {
                let columns: Vec<&Column> = all.iter().filter(|c| c.name != without && !excluded(c.name)).collect();
                let negative = |c: &Column| (kind, c.name) == (Kind::OpenItems, "residual") && dropped.name == "kind";
                let row: Vec<String> =
                    columns.iter().map(|c| format!("{}{}", if negative(c) { "-" } else { "" }, value(c))).collect();
                format!("{}\n{}\n", columns.iter().map(|c| c.name).collect::<Vec<_>>().join(","), row.join(","))
            };
            let options = Options { source: "S".to_owned(), as_of: Some(Instant(0)), ..Options::default() };
            let said = |text: &str| {
                let source = Source::open(text.as_bytes(), kind, &options).unwrap();
                let (records, report) = source.records(&Bare).unwrap();
                format!("{records:?} {:?}", report.faults)
            };
            // An amount equal to its default says nothing new: make it differ.
            let with = text("").replace("12.34,12.34,", "12.34,56.78,");
            let without = text(dropped.name);
            assert_ne!(said(&with), said(&without), "{} {}", kind.name(), dropped.name);
        }
    }
}

fn any_options() -> impl Strategy<Value = (Kind, Options)> {
    let kinds = prop::sample::select(Kind::ALL.to_vec());
    let mappings = prop::option::of(prop::sample::select(Mapping::names().collect::<Vec<_>>()));
    (kinds, mappings, any::<bool>()).prop_map(|(kind, name, quotes)| {
        let mapping = name.map(|name| Mapping::named(name).unwrap());
        let kind = mapping.as_ref().map_or(kind, Mapping::kind);
        let format = Format { quotes: Some(quotes), ..Format::default() };
        let mut options =
            Options { mapping, format, source: "S".to_owned(), as_of: Some(Instant(0)), ..Options::default() };
        for column in kind.columns().iter().filter(|column| column.need != Need::Optional) {
            options.defaults.insert(column.name.to_owned(), "7".to_owned());
        }
        (kind, options)
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>, (kind, options) in any_options()) {
        let _ = parse_only(&bytes, kind, &options, &Bare);
    }

    /// Closer to a file: our own columns, and cells that are nearly right.
    #[test]
    fn any_cells_are_answered(
        cells in prop::collection::vec(prop::collection::vec(
            "[0-9.,+()x -]{0,12}|\"?[a-zø;\n]{0,6}\"?|DK|DKK|EUR|KWD|2026-11-[0-3][0-9]|13585628", 0..14), 0..8),
        (kind, mut options) in any_options(),
    ) {
        options.mapping = None;
        let names: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
        let rows: Vec<String> = cells.iter().map(|row| row.join(",")).collect();
        let text = format!("{}\n{}", names.join(","), rows.join("\n"));
        if let Ok(report) = parse_only(text.as_bytes(), kind, &options, &Bare) {
            prop_assert!(report.rejected <= report.rows);
            for fault in &report.faults {
                prop_assert!(fault.line >= 2 && fault.line <= text.lines().count() as u64, "{fault}");
            }
        }
    }

    #[test]
    fn any_mapping_is_answered(text in "\\PC*") {
        let _ = Mapping::parse(&text);
        let _ = Mapping::parse(&format!("kind = \"limits\"\n[columns]\n{text}"));
    }
}

#[test]
fn an_order_before_day_one_is_no_panic() {
    let text = "company,customer,document,currency,ordered,since\nA,C,1,EUR,92233720368547758.07,0001-01-01\n";
    let options = Options { utc_offset_minutes: i32::MAX, ..Options::default() };
    let (records, _) = read(text.as_bytes(), Kind::Orders, &options);
    assert_eq!(records.len(), 1);
    assert_eq!(Day::MIN.to_string(), "0001-01-01");
}
