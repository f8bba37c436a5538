//! What a policy would have done: small records reckoned by hand, and what must hold of any record.

use obligor::calendar::Day;
use obligor::credit::{Limit, LimitKind, Profile};
use obligor::engine::backtests::{TrialAnswer, TrialRequest, try_policy};
use obligor::error::ErrorKind;
use obligor::import::{HistoryOptions, Problem, history_documentation, read_history};
use obligor::money::{Currency, Money};
use obligor::policy::Policy;
use obligor::portfolio::backtest::{
    AccountState, CurrencyReport, Fate, History, NewOrder, Record, Report, Sum, Totals, Trial, run,
};
use obligor::reason::{Code, Outcome};
use proptest::prelude::*;

/// The standard policy with other rules in the place of its own.
fn policy(name: &str, rules: &str) -> String {
    let text = Policy::standard().unwrap().text;
    let (head, rest) = text.split_once("[[rule]]").unwrap();
    let (_, tail) = rest.split_once("# --- New customers").unwrap();
    let head =
        head.replace("name = \"standard\"", &format!("name = \"{name}\"")).replace("grace_days = 3", "grace_days = 0");
    format!("{head}{rules}\n# --- New customers{tail}")
}

fn rule(name: &str, test: &str, then: &str) -> String {
    format!("[[rule]]\nname = \"{name}\"\n{test}\nthen = \"{then}\"\nrelease_by = \"credit_manager\"\n")
}

fn limit(then: &str) -> String {
    rule("limit", "when = \"over_limit\"\ntolerance = \"0 %\"", then)
}

fn overdue(then: &str) -> String {
    rule("overdue", "when = \"overdue_days\"\nabove = 30", then)
}

/// A policy that lets everything through that the tests have.
fn lenient() -> String {
    policy("lenient", &rule("stopped", "when = \"status\"\nis = \"stop\"", "refuse"))
}

const HEADER: &str = "company,customer,order,entered,amount,currency,invoiced,due,paid,written_off,written_off_on,cancelled,limit,risk_class";

fn tried(tried: &str, against: &str, rows: &str) -> TrialAnswer {
    let request = TrialRequest {
        text: Some(tried.to_owned()),
        against_text: Some(against.to_owned()),
        orders: Some(format!("{HEADER}\n{rows}")),
        ..TrialRequest::default()
    };
    try_policy(&request, None).unwrap()
}

fn only(answer: &TrialAnswer) -> &CurrencyReport {
    assert_eq!((answer.file.rejected, answer.report.currencies.len()), (0, 1), "{:?}", answer.file.faults);
    &answer.report.currencies[0]
}

#[track_caller]
fn is(sum: Sum, orders: u64, amount: &str) {
    assert_eq!((sum.orders, sum.amount.to_string()), (orders, format!("{amount} DKK")));
}

const SMALL: &str = "\
10,C1,SO-1,2025-01-02,800.00,DKK,2025-01-05,2025-02-04,,800.00,,,1000.00,B
10,C1,SO-2,2025-01-15,300.00,DKK,2025-01-20,2025-02-19,,300.00,2025-03-20,,,
10,C1,SO-3,2025-04-01,100.00,DKK,2025-04-03,2025-05-03,2025-05-01,,,,,
10,C2,SO-4,2025-01-20,400.00,DKK,2025-01-22,2025-02-21,2025-02-20,,,,500.00,A
10,C2,SO-5,2025-02-10,200.00,DKK,2025-02-12,2025-03-14,2025-03-10,,,,,
10,C2,SO-6,2025-02-21,500.00,DKK,2025-02-24,2025-03-26,2025-03-20,,,,,
";

#[test]
fn losses_avoided_and_sales_lost_as_reckoned_by_hand() {
    let answer = tried(&policy("strict", &(limit("refuse") + &overdue("hold"))), &lenient(), SMALL);
    let one = only(&answer);
    // SO-1 goes through and is lost. SO-2 would make 1,100 of 1,000: refused, and its loss does not happen. SO-3 comes
    // when SO-1 is 56 days late: held, and it would have been paid. SO-5 would make 600 of 500: refused, and it would
    // have been paid; so nothing is owed when SO-6 comes, which in truth came on top of SO-5.
    is(one.tried.approved, 3, "1700.00");
    is(one.tried.refused, 2, "500.00");
    is(one.tried.held, 1, "100.00");
    is(one.tried.losses_avoided, 1, "300.00");
    is(one.tried.losses, 1, "800.00");
    is(one.tried.sales_lost, 2, "300.00");
    is(one.tried.unsettled, 0, "0.00");
    is(one.against.approved, 6, "2300.00");
    is(one.against.losses, 2, "1100.00");
    is(one.recorded.all, 6, "2300.00");
    is(one.recorded.paid, 4, "1200.00");
    is(one.recorded.lost, 2, "1100.00");

    let classes: Vec<_> = one.by_class.iter().map(|split| (&*split.class, split.tried.stopped().orders)).collect();
    assert_eq!(classes, [("A", 1), ("B", 2)]);
    is(one.by_class[0].tried.sales_lost, 1, "200.00");
    is(one.by_class[1].tried.losses_avoided, 1, "300.00");
    let months: Vec<_> = one.by_month.iter().map(|split| (&*split.month, split.recorded.all.orders)).collect();
    assert_eq!(months, [("2025-01", 3), ("2025-02", 2), ("2025-04", 1)]);
    is(one.by_month[1].tried.refused, 1, "200.00");
    is(one.by_month[2].tried.held, 1, "100.00");

    let rules: Vec<_> = one.rules_tried.iter().map(|rule| (&*rule.rule, rule.code, rule.effect)).collect();
    assert_eq!(rules, [("limit", Code::OverLimit, Outcome::Refuse), ("overdue", Code::OverdueDays, Outcome::Hold)]);
    is(one.rules_tried[0].orders, 2, "500.00");
    is(one.rules_tried[0].losses_avoided, 1, "300.00");
    is(one.rules_tried[0].sales_lost, 1, "200.00");
    is(one.rules_tried[1].sales_lost, 1, "100.00");
    assert!(one.rules_against.is_empty());

    is(one.differences.all, 3, "600.00");
    let largest: Vec<_> = one.differences.largest.iter().map(|one| (&*one.document, one.tried, one.fate)).collect();
    assert_eq!(
        largest,
        [
            ("SO-2", Outcome::Refuse, Fate::Lost),
            ("SO-5", Outcome::Refuse, Fate::Paid),
            ("SO-3", Outcome::Hold, Fate::Paid)
        ]
    );
    assert_eq!(one.differences.largest[0].tried_rule, "limit");
    assert_eq!(one.differences.largest[0].lost.to_string(), "300.00 DKK");
    let report = &answer.report;
    assert_eq!((report.orders, report.accounts), (6, 2));
    assert_eq!((report.from, report.to), (Day::parse("2025-01-02"), Day::parse("2025-04-01")));
}

#[test]
fn what_is_paid_in_advance_is_neither_exposure_nor_lost() {
    let answer = tried(&policy("prepay", &limit("prepay")), &policy("strict", &limit("refuse")), SMALL);
    let one = only(&answer);
    // SO-2 is 100 above the limit and SO-5 too: so much is paid in advance, and the rest is credit.
    let prepaid: Vec<_> = one.differences.largest.iter().filter(|one| one.tried == Outcome::Prepay).collect();
    assert!(prepaid.iter().any(|one| one.document == "SO-2") && prepaid.iter().any(|one| one.document == "SO-5"));
    // When SO-6 comes, SO-4 is paid and 100 of SO-5 is owed: 600 of 500.
    assert_eq!(one.rules_tried[0].orders.orders, 3);
    assert_eq!(one.tried.prepayments.to_string(), "300.00 DKK");
    // Of the 300 lost on SO-2 a hundred was paid in advance.
    is(one.tried.losses_prepaid, 1, "100.00");
    is(one.tried.losses, 2, "1000.00");
    is(one.tried.sales_lost, 0, "0.00");
    is(one.tried.prepaid, 3, "1000.00");
    // Paid in advance as a whole, nothing is lost.
    let all = rule("new", "when = \"overdue_days\"\nabove = 30", "prepay");
    let answer = tried(&policy("prepay", &all), &lenient(), &SMALL.replace("2025-05-01,,,", ",100.00,,"));
    let one = only(&answer);
    is(one.tried.prepaid, 1, "100.00");
    is(one.tried.losses_prepaid, 1, "100.00");
    is(one.tried.losses, 2, "1100.00");
}

#[test]
fn cancelled_and_open_orders_are_neither_lost_nor_avoided() {
    let rows = "\
10,C1,SO-1,2025-01-02,800.00,DKK,,,,,,2025-01-10,1000.00,B
10,C1,SO-2,2025-01-05,300.00,DKK,2025-01-20,2025-02-19,,,,,,
10,C1,SO-3,2025-01-11,900.00,DKK,2025-01-20,2025-02-19,2025-02-01,,,,,
";
    let answer = tried(&policy("strict", &limit("refuse")), &lenient(), rows);
    let one = only(&answer);
    // SO-2 comes while SO-1 is there, SO-3 after it was cancelled.
    is(one.tried.refused, 1, "300.00");
    is(one.tried.unsettled, 1, "300.00");
    is(one.tried.sales_lost, 0, "0.00");
    is(one.recorded.cancelled, 1, "800.00");
    is(one.recorded.open, 1, "300.00");
}

#[test]
fn orders_before_the_first_day_are_exposure_and_not_counted() {
    let request = TrialRequest {
        text: Some(policy("strict", &limit("refuse"))),
        against_text: Some(lenient()),
        orders: Some(format!("{HEADER}\n{SMALL}")),
        from: Day::parse("2025-01-10"),
        ..TrialRequest::default()
    };
    let answer = try_policy(&request, None).unwrap();
    assert_eq!(answer.report.orders, 5);
    let one = &answer.report.currencies[0];
    is(one.tried.losses, 0, "0.00");
    is(one.tried.losses_avoided, 1, "300.00");
    is(one.recorded.all, 5, "1500.00");
}

#[test]
fn currencies_are_kept_apart_and_converted_only_with_a_rate() {
    let rows = "\
company;customer;order;entered;amount;currency;account_currency;rate;invoiced;due;paid;limit\r
10;C1;SO-1;02.01.2025;1.000,00;EUR;DKK;7,46;05.01.2025;04.02.2025;01.02.2025;10.000,00\r
10;C1;SO-2;03.01.2025;400,00;EUR;DKK;7,46;05.01.2025;04.02.2025;01.02.2025;\r
10;C1;SO-3;04.01.2025;5,00;EUR;DKK;;05.01.2025;04.02.2025;01.02.2025;\r
10;C2;SO-4;04.01.2025;5,00;NOK;;;05.01.2025;04.02.2025;01.02.2025;100,00\r
";
    let request = TrialRequest {
        text: Some(policy("strict", &limit("refuse"))),
        against_text: Some(lenient()),
        orders: Some(rows.to_owned()),
        thousands: Some(obligor::import::Thousands::Point),
        date: Some(obligor::import::DateFormat::DayDots),
        ..TrialRequest::default()
    };
    let answer = try_policy(&request, None).unwrap();
    let currencies: Vec<_> = answer.report.currencies.iter().map(|one| one.currency.to_string()).collect();
    assert_eq!(currencies, ["DKK", "EUR", "NOK"]);
    let [dkk, eur, nok] = &answer.report.currencies[..] else { panic!() };
    is(dkk.tried.approved, 1, "7460.00");
    is(dkk.tried.refused, 1, "2984.00");
    assert_eq!((eur.tried.held.orders, eur.rules_tried[0].code), (1, Code::CurrencyMismatch));
    assert_eq!(nok.tried.approved.amount.to_string(), "5.00 NOK");
}

#[test]
fn bad_rows_are_counted_listed_and_said_how_to_mend() {
    let rows = "\
10,C1,SO-1,2025-01-02,800.00,DKK,2025-01-05,2025-02-04,2025-02-01,,,,1000.00,B
10,C1,SO-1,2025-01-02,800.00,DKK,,,,,,,,
10,C1,SO-2,2025-13-02,800.00,DKK,,,,,,,,
10,C1,SO-3,2025-01-02,,DKK,,,,,,,,
10,C1,SO-4,2025-01-02,5.00,DKK,2025-01-01,2025-02-01,,,,,,
10,C1,SO-5,2025-01-02,5.00,DKK,,,2025-03-01,,,,,
10,C1,SO-6,2025-01-02,5.00,DKK,2025-01-03,,,,,,,
10,C1,SO-7,2025-01-02,5.00,DKK,2025-01-03,2025-02-01,,6.00,,,,
10,C1,SO-8,2025-01-02,5.00,DKK,2025-01-03,2025-02-01,,,,,-1.00,
10,C1,SO-9,2025-01-02,5.00
";
    let answer = tried(&lenient(), &lenient(), rows);
    let file = &answer.file;
    assert_eq!((file.rows, file.rejected, answer.report.orders), (10, 9, 1));
    let faults: Vec<_> = file.faults.iter().map(|one| (one.line, &*one.column, one.problem)).collect();
    assert_eq!(
        faults,
        [
            (3, "order", Problem::Duplicate),
            (4, "entered", Problem::Day),
            (5, "amount", Problem::Missing),
            (6, "invoiced", Problem::Period),
            (7, "invoiced", Problem::Missing),
            (8, "due", Problem::Missing),
            (9, "written_off", Problem::Residual),
            (10, "limit", Problem::Negative),
            (11, "", Problem::FieldCount),
        ]
    );
    assert!(file.faults.iter().all(|fault| fault.reason.len() > 15), "{:?}", file.faults);
    assert!(file.faults[0].reason.contains("line 2"));
}

#[test]
fn requests_and_files_that_cannot_be_tried_say_why() {
    let base = TrialRequest {
        text: Some(lenient()),
        against_text: Some(lenient()),
        orders: Some(format!("{HEADER}\n{SMALL}")),
        ..TrialRequest::default()
    };
    let refused = |request: TrialRequest, kind: ErrorKind, word: &str| {
        let error = try_policy(&request, None).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(word), "{error}");
    };
    refused(TrialRequest { text: None, ..base.clone() }, ErrorKind::Argument, "text, path");
    refused(TrialRequest { against_text: None, ..base.clone() }, ErrorKind::Argument, "against");
    refused(TrialRequest { path: Some("x.toml".into()), ..base.clone() }, ErrorKind::Argument, "one of the two");
    refused(TrialRequest { text: Some("format = 1".into()), ..base.clone() }, ErrorKind::Policy, "name");
    refused(TrialRequest { orders: None, ..base.clone() }, ErrorKind::Argument, "orders");
    refused(TrialRequest { orders: Some(String::new()), ..base.clone() }, ErrorKind::Argument, "empty");
    refused(TrialRequest { orders: Some(HEADER.into()), ..base.clone() }, ErrorKind::Argument, "no rows");
    refused(TrialRequest { orders: Some("a,b\n1,2\n".into()), ..base.clone() }, ErrorKind::Argument, "company");
    refused(
        TrialRequest { orders: Some(format!("{HEADER}\n,,,,,,,,,,,,,x\n")), ..base.clone() },
        ErrorKind::Argument,
        "line 2",
    );
    refused(TrialRequest { largest: 1_001, ..base.clone() }, ErrorKind::Argument, "largest");
    refused(
        TrialRequest { orders: None, orders_path: Some("no/such.csv".into()), ..base },
        ErrorKind::Io,
        "no/such.csv",
    );
    let classes: String = (0..101).map(|n| format!("10,C{n},SO-{n},2025-01-02,1.00,DKK,,,,,,,,K{n}\n")).collect();
    let (history, _) = read_history(format!("{HEADER}\n{classes}").as_bytes(), &HistoryOptions::default()).unwrap();
    let policy = Policy::parse(&lenient()).unwrap();
    let trial = Trial { tried: &policy, against: &policy, from: None, largest: 0 };
    let error = run(&history.finish(), &trial).unwrap_err();
    assert!(error.message().contains("risk classes"), "{error}");
}

#[test]
fn rules_that_lack_their_facts_are_named() {
    let answer = tried(&lenient(), &lenient(), SMALL);
    let warning = "the record does not tell statuses of accounts; rules that ask: stopped";
    assert_eq!(answer.report.warnings, [warning]);
}

#[test]
fn the_sample_is_read_whole_and_the_manual_lists_its_columns() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let request = TrialRequest {
        path: Some(root.join("samples/backtest/cautious.toml")),
        against_path: Some("standard".into()),
        orders_path: Some(root.join("samples/backtest/last-year.csv")),
        ..TrialRequest::default()
    };
    let answer = try_policy(&request, None).unwrap();
    assert_eq!((answer.report.orders, answer.file.rejected), (205, 0), "{:?}", answer.file.faults);
    let one = only(&answer);
    assert!(one.tried.prepaid.orders > 0 && one.tried.held.orders > 0 && one.against.refused.orders > 0);
    let path = root.join("docs/BACKTEST.md");
    let manual = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = manual.split_once("<!-- columns -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- end of the columns -->").unwrap();
    let made = format!("{head}<!-- columns -->\n\n{}\n<!-- end of the columns -->{tail}", history_documentation());
    if std::env::var_os("OBLIGOR_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    } else {
        assert!(made == manual, "docs/BACKTEST.md has other columns: OBLIGOR_BLESS=1 cargo test --test backtest");
    }
}

/// An order of a made-up record: account, day, amount, days to the invoice, days past due when paid; never is lost.
type Made = (u8, u16, u32, u8, Option<u8>);

fn record(orders: &[Made]) -> Record {
    let currency = Currency::parse("DKK").unwrap();
    let first = Day::parse("2025-01-01").unwrap();
    let mut history = History::default();
    let payers: Vec<_> = (0..4_i64)
        .map(|at| {
            let payer = history.account("10", &format!("C{at}"), currency).unwrap();
            let class = ["A", "B"][usize::from(at > 1)];
            let state = AccountState {
                limits: Box::new([Limit::always(LimitKind::Base, Some(at * 2_000_00))]),
                profile: Profile { risk_class: Some(class.into()), ..Profile::default() },
                ..AccountState::default()
            };
            history.account_is(payer, first, state);
            payer
        })
        .collect();
    for (number, (payer, day, amount, to_invoice, paid)) in orders.iter().enumerate() {
        let (entered, amount) = (first.plus(i32::from(*day)), i64::from(*amount));
        let order = NewOrder {
            payer: payers[usize::from(payer % 4)],
            number: number.to_string(),
            entered,
            amount: Money::new(amount, currency),
            secured: 0,
            ships: None,
            terms_days: None,
            discount: None,
        };
        let order = history.order(order).unwrap();
        let invoiced = entered.plus(i32::from(*to_invoice));
        history.invoiced(order, invoiced, amount, invoiced.plus(14));
        match paid {
            Some(late) => history.paid(order, invoiced.plus(i32::from(*late)), amount),
            None => history.written_off(order, Some(invoiced.plus(120)), amount),
        }
    }
    history.finish()
}

fn add(into: &mut [(u64, i64); 12], totals: &Totals) {
    let prepayments = Sum { orders: 0, amount: totals.prepayments };
    let sums = [
        totals.approved,
        totals.alert,
        totals.not_checked,
        totals.prepaid,
        totals.held,
        totals.refused,
        prepayments,
        totals.losses_avoided,
        totals.losses_prepaid,
        totals.losses,
        totals.sales_lost,
        totals.unsettled,
    ];
    for (to, sum) in into.iter_mut().zip(sums) {
        *to = (to.0 + sum.orders, to.1 + sum.amount.minor);
    }
}

fn of(totals: &Totals) -> [(u64, i64); 12] {
    let mut sums = [(0, 0); 12];
    add(&mut sums, totals);
    sums
}

fn tried_on(record: &Record, tried: &str, against: &str) -> Report {
    let (tried, against) = (Policy::parse(tried).unwrap(), Policy::parse(against).unwrap());
    run(record, &Trial { tried: &tried, against: &against, from: None, largest: 5 }).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_record_adds_up(orders in prop::collection::vec((0..4_u8, 0..300_u16, 1..3_000_00_u32, 0..20_u8, prop::option::weighted(0.8, 0..90_u8)), 1..80)) {
        let record = record(&orders);
        for rules in [limit("refuse") + &overdue("hold"), limit("prepay"), limit("hold") + &overdue("approve_with_alert")] {
            let strict = policy("strict", &rules);
            let report = tried_on(&record, &strict, &lenient());
            let one = &report.currencies[0];
            let (mut months, mut classes) = ([(0, 0); 12], [(0, 0); 12]);
            one.by_month.iter().for_each(|split| add(&mut months, &split.tried));
            one.by_class.iter().for_each(|split| add(&mut classes, &split.tried));
            prop_assert_eq!(months, of(&one.tried));
            prop_assert_eq!(classes, of(&one.tried));
            // Each order has one outcome, and each that was stopped one fate.
            let sums = of(&one.tried);
            prop_assert_eq!(sums[..6].iter().map(|sum| sum.0).sum::<u64>(), orders.len() as u64);
            prop_assert_eq!(sums[..6].iter().map(|sum| sum.1).sum::<i64>(), one.recorded.all.amount.minor);
            let stopped = one.tried.stopped();
            let fates = [one.tried.losses_avoided, one.tried.sales_lost, one.tried.unsettled];
            prop_assert_eq!(stopped.orders, fates.iter().map(|sum| sum.orders).sum::<u64>());
            prop_assert_eq!(stopped.amount.minor, fates.iter().map(|sum| sum.amount.minor).sum::<i64>());
            // No loss is forgotten.
            let losses = [one.tried.losses_avoided, one.tried.losses_prepaid, one.tried.losses];
            prop_assert_eq!(losses.iter().map(|sum| sum.amount.minor).sum::<i64>(), one.recorded.lost.amount.minor);
            let changed: u64 = one.differences.changes.iter().map(|change| change.orders.orders).sum();
            prop_assert_eq!(changed, one.differences.all.orders);
            prop_assert_eq!(one.differences.largest.len() as u64, one.differences.all.orders.min(5));
            // A policy that lets everything through is the record.
            prop_assert_eq!(one.against.approved, one.recorded.all);
            prop_assert_eq!(one.against.losses, one.recorded.lost);
            // A policy held against itself.
            let same = tried_on(&record, &strict, &strict);
            let one = &same.currencies[0];
            prop_assert_eq!(of(&one.tried), of(&one.against));
            prop_assert_eq!(one.differences.all.orders, 0);
            prop_assert!(one.differences.changes.is_empty() && one.differences.largest.is_empty());
            prop_assert_eq!(&one.rules_tried, &one.rules_against);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(rows in prop::collection::vec("[-0-9a-z.,\" ]{0,40}", 0..8)) {
        let text = format!("{HEADER}\n{}", rows.join("\n"));
        let _ = read_history(text.as_bytes(), &HistoryOptions::default());
    }
}
