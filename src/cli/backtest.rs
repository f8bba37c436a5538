//! `obligor policy try`: what a policy would have done over recorded orders, as a table, as JSON, and as a page.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use comfy_table::{Cell, Table};
use obligor::engine::backtests::{TrialAnswer, TrialRequest, try_policy as try_on};
use obligor::error::{Error, ErrorKind, Result};
use obligor::money::Money;
use obligor::portfolio::backtest::{CurrencyReport, Report, Sum, Totals};
use obligor::reason::{Language, Text};

use crate::args::{Options, Try};
use crate::backtest_text as texts;
use crate::backtest_text::filled;
use crate::session::Session;
use crate::show::{Look, lines, right};
use crate::{Done, backtest_page, exit};

pub(crate) fn try_policy(options: &Options, words: &Try) -> Result<Done> {
    let request = TrialRequest {
        path: Some(words.file.clone()),
        against_path: words.against.clone(),
        orders_path: Some(words.orders.clone()),
        from: words.from,
        largest: words.largest,
        encoding: words.encoding,
        delimiter: words.delimiter,
        decimal: words.decimal,
        thousands: words.thousands,
        date: words.date,
        defaults: words.default.iter().cloned().collect(),
        ..TrialRequest::default()
    };
    // With both policies named, no credit state is needed.
    let answer = match &words.against {
        Some(_) => try_on(&request, None)?,
        None => Session::open(options)?.engine.try_policy(&request)?,
    };
    let look = Look::new(options);
    if let Some(path) = &words.html {
        write(path, &backtest_page::page(&answer, look.language)?)?;
    }
    let code = if answer.file.rejected > 0 { exit::REJECTED } else { exit::OK };
    if options.json {
        let text = serde_json::to_string(&answer)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("the answer cannot be written: {error}")))?;
        return Ok(Done::with(text, code));
    }
    let mut text = told(&answer, look);
    if let Some(path) = &words.html {
        let path = path.display().to_string();
        text.push_str(&format!("\n{}\n", filled(&texts::PAGE_WRITTEN, look.language, &[("path", &path)])));
    }
    Ok(Done::with(text, code))
}

/// Writes a page; one that is there is replaced, as it can be made again.
fn write(path: &Path, page: &str) -> Result<()> {
    File::create(path)
        .and_then(|mut file| file.write_all(page.as_bytes()))
        .map_err(|error| Error::new(ErrorKind::Io, format!("--html: {} cannot be written: {error}", path.display())))
}

/// Which orders of how many accounts, from when to when.
pub(crate) fn span(report: &Report, language: Language) -> String {
    let day = |day: Option<_>| day.map_or_else(|| "–".to_owned(), |day| language.day(day));
    let count = |number: u64| language.number(i64::try_from(number).unwrap_or(i64::MAX));
    let (orders, accounts) = (count(report.orders), count(report.accounts));
    let values =
        [("orders", &*orders), ("accounts", &*accounts), ("from", &*day(report.from)), ("to", &*day(report.to))];
    filled(&texts::SPAN, language, &values)
}

/// An amount without its currency, which stands in the heading.
pub(crate) fn number(money: Money, language: Language) -> String {
    let text = language.money(money);
    text.strip_suffix(money.currency.code()).map(|text| text.trim_end().to_owned()).unwrap_or(text)
}

pub(crate) fn orders(sum: Sum, language: Language) -> String {
    language.number(i64::try_from(sum.orders).unwrap_or(i64::MAX))
}

/// A row of a table: its label, and its sum on each side.
pub(crate) type Line = (Text, fn(&Totals) -> Sum);

/// What became of the orders.
pub(crate) const OUTCOMES: [Line; 6] = [
    (texts::APPROVED, |totals| totals.approved),
    (texts::ALERT, |totals| totals.alert),
    (texts::NOT_CHECKED, |totals| totals.not_checked),
    (texts::PREPAID, |totals| totals.prepaid),
    (texts::HELD, |totals| totals.held),
    (texts::REFUSED, |totals| totals.refused),
];

/// What that is worth.
pub(crate) const WORTH: [Line; 5] = [
    (texts::LOSSES_AVOIDED, |totals| totals.losses_avoided),
    (texts::LOSSES_PREPAID, |totals| totals.losses_prepaid),
    (texts::LOSSES_LEFT, |totals| totals.losses),
    (texts::SALES_LOST, |totals| totals.sales_lost),
    (texts::UNSETTLED, |totals| totals.unsettled),
];

fn told(answer: &TrialAnswer, look: Look) -> String {
    let language = look.language;
    let report = &answer.report;
    let name =
        |name: &str, version: &str| format!("{name}, {}", filled(&texts::VERSION, language, &[("version", version)]));
    let against = name(&report.against.name, &report.against.version);
    let mut text = format!(
        "{}: {} {}\n{}\n",
        texts::TITLE.get(language),
        name(&report.tried.name, &report.tried.version),
        filled(&texts::HELD_AGAINST, language, &[("policy", &against)]),
        span(report, language)
    );
    for one in &report.currencies {
        let part = Part { look, report, one };
        let always = [part.outcomes(), part.classes(), part.months()];
        let tables = always.into_iter().chain([part.rules(), part.changes(), part.largest()].into_iter().flatten());
        for table in tables {
            text.push_str(&format!("\n{}", lines(&table)));
        }
        let differences = &one.differences;
        let differ = match differences.all.orders {
            0 => texts::SAME.get(language).to_owned(),
            _ => differ(one, language),
        };
        text.push_str(&format!("\n{differ}\n"));
    }
    for warning in report.warnings.iter().chain(&answer.file.warnings) {
        text.push_str(&format!("{}: {warning}.\n", texts::MIND.get(language)));
    }
    if answer.file.rejected > 0 {
        let label = |text: &Text| text.get(language);
        let mut faults = look.table(&[label(&texts::LINE), label(&texts::COLUMN), label(&texts::WHAT)]);
        for fault in &answer.file.faults {
            faults.add_row([right(fault.line), Cell::new(&fault.column), Cell::new(&fault.reason)]);
        }
        text.push_str(&format!("\n{}\n{}\n", lines(&faults), rejected(answer, language)));
    }
    text
}

/// How many rows could not be read.
pub(crate) fn rejected(answer: &TrialAnswer, language: Language) -> String {
    let count = |number: u64| language.number(i64::try_from(number).unwrap_or(i64::MAX));
    let (rejected, rows) = (count(answer.file.rejected), count(answer.file.rows));
    filled(&texts::REJECTED, language, &[("rejected", &rejected), ("rows", &rows)])
}

/// How many orders the policies treat differently.
pub(crate) fn differ(one: &CurrencyReport, language: Language) -> String {
    let all = one.differences.all;
    let values = [("orders", &*orders(all, language)), ("amount", &*language.money(all.amount))];
    filled(&texts::DIFFER, language, &values)
}

/// The tables of one currency.
struct Part<'a> {
    look: Look,
    report: &'a Report,
    one: &'a CurrencyReport,
}

impl Part<'_> {
    fn label(&self, text: &Text) -> &'static str {
        text.get(self.look.language)
    }

    fn amount(&self, money: Money) -> Cell {
        right(number(money, self.look.language))
    }

    fn count(&self, sum: Sum) -> Cell {
        right(orders(sum, self.look.language))
    }

    fn outcomes(&self) -> Table {
        let (one, report) = (self.one, self.report);
        let count = |name: &str| format!("{name} #");
        let (tried, against) = (count(&report.tried.name), count(&report.against.name));
        let code = one.currency.code();
        let mut table = self.look.table(&[code, &tried, &report.tried.name, &against, &report.against.name]);
        let mut row = |text: &Text, tried: Sum, against: Sum| {
            let cells =
                [self.count(tried), self.amount(tried.amount), self.count(against), self.amount(against.amount)];
            table.add_row(std::iter::once(Cell::new(self.label(text))).chain(cells));
        };
        for (text, sum) in OUTCOMES.iter().chain(&WORTH) {
            row(text, sum(&one.tried), sum(&one.against));
        }
        row(&texts::ALL, one.recorded.all, one.recorded.all);
        row(&texts::LOST, one.recorded.lost, one.recorded.lost);
        table
    }

    /// A table of splits: what was stopped, avoided and lost on each side.
    fn split<'s>(&self, first: &Text, rows: impl Iterator<Item = (&'s str, &'s Totals, &'s Totals)>) -> Table {
        let (tried, against) = (&self.report.tried.name, &self.report.against.name);
        let heading = |text: &Text, name: &str| format!("{}: {name}", self.label(text));
        let mut headings = vec![self.label(first).to_owned()];
        for text in [&texts::STOPPED, &texts::LOSSES_AVOIDED, &texts::SALES_LOST] {
            headings.extend([heading(text, tried), heading(text, against)]);
        }
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        let mut table = self.look.table(&headings);
        for (name, tried, against) in rows {
            let mut cells = vec![Cell::new(if name.is_empty() { self.label(&texts::NONE) } else { name })];
            for sum in [Totals::stopped, |totals: &Totals| totals.losses_avoided, |totals: &Totals| totals.sales_lost] {
                cells.extend([self.amount(sum(tried).amount), self.amount(sum(against).amount)]);
            }
            table.add_row(cells);
        }
        table
    }

    fn classes(&self) -> Table {
        let rows = self.one.by_class.iter().map(|split| (&*split.class, &split.tried, &split.against));
        self.split(&texts::BY_CLASS, rows)
    }

    fn months(&self) -> Table {
        let rows = self.one.by_month.iter().map(|split| (&*split.month, &split.tried, &split.against));
        self.split(&texts::ENTERED, rows)
    }

    fn rules(&self) -> Option<Table> {
        let headings =
            [&texts::RULE, &texts::OUTCOME, &texts::ORDERS, &texts::AMOUNT, &texts::LOSSES_AVOIDED, &texts::SALES_LOST];
        let mut table = self.look.table(&headings.map(|text| self.label(text)));
        for rule in &self.one.rules_tried {
            table.add_row([
                Cell::new(rule_name(&rule.rule, rule.code.name())),
                self.look.outcome(rule.effect),
                self.count(rule.orders),
                self.amount(rule.orders.amount),
                self.amount(rule.losses_avoided.amount),
                self.amount(rule.sales_lost.amount),
            ]);
        }
        (!self.one.rules_tried.is_empty()).then_some(table)
    }

    fn changes(&self) -> Option<Table> {
        let name = |text: &str| text.to_owned();
        let headings = [
            name(&self.report.against.name),
            name(&self.report.tried.name),
            name(self.label(&texts::ORDERS)),
            name(self.label(&texts::AMOUNT)),
            name(self.label(&texts::LOST)),
        ];
        let mut table = self.look.table(&headings.each_ref().map(String::as_str));
        for change in &self.one.differences.changes {
            table.add_row([
                self.look.outcome(change.against),
                self.look.outcome(change.tried),
                self.count(change.orders),
                self.amount(change.orders.amount),
                self.amount(change.lost.amount),
            ]);
        }
        (!self.one.differences.changes.is_empty()).then_some(table)
    }

    fn largest(&self) -> Option<Table> {
        let language = self.look.language;
        let headings = [
            self.label(&texts::ORDER),
            self.label(&texts::CUSTOMER),
            self.label(&texts::ENTERED),
            self.label(&texts::AMOUNT),
            &self.report.against.name,
            &self.report.tried.name,
            self.label(&texts::FATE),
        ];
        let mut table = self.look.table(&headings);
        for one in &self.one.differences.largest {
            table.add_row([
                Cell::new(&one.document),
                Cell::new(&one.customer),
                Cell::new(language.day(one.entered)),
                self.amount(one.amount),
                self.look.outcome(one.against),
                self.look.outcome(one.tried),
                Cell::new(texts::fate(one.fate, &number(one.lost, language), language)),
            ]);
        }
        (!self.one.differences.largest.is_empty()).then_some(table)
    }
}

/// A rule and what it found, since one rule may find several things.
pub(crate) fn rule_name(rule: &str, code: &str) -> String {
    if rule.is_empty() { code.to_owned() } else { format!("{rule} ({code})") }
}
