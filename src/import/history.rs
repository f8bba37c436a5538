//! Recorded orders and payments, one row for each order, read for trying policies on. Nothing of it is stored.

use std::collections::{BTreeMap, HashMap};

use csv::StringRecord;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::columns::{Column, Holds, list, may, must};
use super::decode::decode;
use super::fault::{Fault, Problem, Trouble};
use super::load::style;
use super::row::{Reading, Row, missing};
use super::table::{Table, slots};
use super::{Encoding, Format, MAX_REPORTED, ReadAs};
use crate::calendar::Day;
use crate::credit::{Limit, LimitKind, Profile, Status};
use crate::error::{Error, Result};
use crate::money::{Currency, Money, Rate, Rounding};
use crate::portfolio::backtest::{AccountState, History, NewOrder, Payer};

/// The columns of a file of recorded orders.
pub const HISTORY_COLUMNS: &[Column] = &[
    must("company", Holds::Code, "The company that sold, as the ERP codes it."),
    must("customer", Holds::Code, "The number of the customer that paid (bill-to, not sold-to)."),
    must("order", Holds::Code, "The order's number; unique in the company."),
    must("entered", Holds::Day, "The day it was entered: the day on which the policy is asked."),
    must("amount", Holds::Amount, "Its whole amount, tax included. Below zero it is a return."),
    must("currency", Holds::Currency, "The currency of the amounts of the order."),
    may("ships", Holds::Day, "The day its goods were promised for. Empty is soon."),
    may("shipped", Holds::Day, "The day its goods left. Empty: with the invoice, or not yet."),
    may("invoiced", Holds::Day, "The day it was invoiced. Empty: not yet, or never."),
    may("invoice_amount", Holds::Amount, "What was invoiced. Empty is `amount`."),
    may(
        "due",
        Holds::Day,
        "The day the invoice was due. Empty is `invoiced` and `terms_days`, one of which must be there.",
    ),
    may("paid", Holds::Day, "The day it was paid, the last one if there were several. Empty: not paid."),
    may("paid_amount", Holds::Amount, "How much was paid. Empty is the invoice without `written_off`."),
    may("written_off", Holds::Amount, "How much of the invoice was lost."),
    may("written_off_on", Holds::Day, "The day it was given up. Empty: it stays open, and overdue, to the end."),
    may("cancelled", Holds::Day, "The day it was cancelled."),
    may("disputed", Holds::Day, "The day the customer disputed the invoice."),
    may("secured", Holds::Amount, "The part that was prepaid, paid in cash or secured when it was entered."),
    may("terms_days", Holds::Number, "The payment terms of the order, in days."),
    may("discount", Holds::Percent, "The discount of the order."),
    may(
        "account_currency",
        Holds::Currency,
        "The account's currency. Empty is that of its other orders, or of this one.",
    ),
    may(
        "rate",
        Holds::Rate,
        "Units of the account's currency for one of the order's. Without it nothing is converted.",
    ),
    may("limit", Holds::Amount, "The account's limit that day, in its currency. 0 is zero: no credit."),
    may("no_limit", Holds::Flag, "Yes: the account has no limit, and `limit` is empty."),
    may("limit_to", Holds::Day, "The last day of the limit. Empty is for ever."),
    may("risk_class", Holds::Code, "The account's risk class that day."),
    may("score", Holds::Number, "The account's score that day."),
    may(
        "status",
        Holds::Choice(&["ok", "watch", "hold", "stop", "no_check"]),
        "The status a person had given the account.",
    ),
    may("customer_since", Holds::Day, "The day it became a customer."),
    may("next_review", Holds::Day, "The day by which the account was to be reviewed."),
    may("agreed_terms", Holds::Number, "The payment terms agreed with the account, in days."),
    may("internal", Holds::Flag, "Whether the customer belongs to the own group of companies."),
];

const STATUSES: [Status; 5] = [Status::Ok, Status::Watch, Status::Hold, Status::Stop, Status::NoCheck];

/// The columns as rows of a table in Markdown, for the manual.
pub fn history_documentation() -> String {
    let mut text = "| column | | holds | meaning |\n|---|---|---|---|\n".to_owned();
    list(HISTORY_COLUMNS, &mut text);
    text
}

/// How a file of recorded orders is written.
#[derive(Debug, Clone, Default)]
pub struct HistoryOptions {
    /// Its encoding, delimiter, decimal mark and days; found out where nothing is said, or refused.
    pub format: Format,
    /// What stands in for columns that are missing or empty.
    pub defaults: BTreeMap<String, String>,
    /// How amounts with a rate are rounded, once each.
    pub rounding: Rounding,
}

/// How a file of recorded orders was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryReport {
    /// Rows of the file, without empty ones.
    pub rows: u64,
    /// Bad rows, which are not in the record.
    pub rejected: u64,
    /// The first bad rows, at most [`MAX_REPORTED`].
    pub faults: Vec<Fault>,
    /// What a person should know although nothing is wrong.
    pub warnings: Vec<String>,
    /// How the file was read.
    pub read_as: ReadAs,
}

/// Reads recorded orders. Bad rows are left out, counted and listed.
///
/// # Errors
/// `Argument` when the file is empty, lacks a column, has no good row, or is written in a way that could be read in two;
/// `TooLarge`.
pub fn read_history(bytes: &[u8], options: &HistoryOptions) -> Result<(History, HistoryReport)> {
    if let Some(name) = options.defaults.keys().find(|name| !HISTORY_COLUMNS.iter().any(|one| one.name == **name)) {
        return Err(Error::argument(format!("default for {name:?}: there is no such column")));
    }
    let format = options.format;
    let (text, encoding) = decode(bytes, format.encoding)?;
    let wanted: Vec<String> = HISTORY_COLUMNS.iter().map(|column| column.name.to_owned()).collect();
    let table = Table::open(&text, &wanted, &format)?;
    let (slots, unused) = slots(&table, HISTORY_COLUMNS, None, &options.defaults)?;
    let style = style(&table, &slots, &format)?;
    let mut warnings = Vec::new();
    if encoding == Encoding::Windows1252 && format.encoding.is_none() {
        warnings.push("the file is not UTF-8 and was read as Windows-1252".to_owned());
    }
    if !unused.is_empty() {
        warnings.push(format!("these columns were not read: {}", unused.join(", ")));
    }
    let reading = Reading {
        slots,
        fields: table.header.len(),
        delimiter: table.delimiter,
        style,
        date: format.date.unwrap_or_default(),
        sign: Default::default(),
        zero_limit: Default::default(),
        utc_offset_minutes: 0,
    };
    let read_as = ReadAs { encoding, delimiter: char::from(table.delimiter), decimal: style.mark };
    let mut report = HistoryReport { rows: 0, rejected: 0, faults: Vec::new(), warnings, read_as };
    let mut reader = Reader { options, history: History::default(), seen: HashMap::new(), told: Vec::new() };
    let mut rows = table.rows()?;
    let mut record = StringRecord::new();
    while let Some(byte) = rows.next(&mut record)? {
        let row = Row { reading: &reading, record: &record };
        let told = match row.check_shape() {
            Ok(()) if row.is_skipped() => continue,
            Ok(()) => reader.read(row, byte, &mut |byte| rows.line(byte))?,
            Err(trouble) => Err(trouble),
        };
        report.rows += 1;
        let Err(trouble) = told else { continue };
        report.rejected += 1;
        if report.faults.len() < MAX_REPORTED {
            let slot = reading.slots.iter().find(|slot| slot.column.name == trouble.column);
            report.faults.push(Fault {
                line: rows.line(byte),
                column: trouble.column.to_owned(),
                header: slot.map_or_else(String::new, |slot| slot.header.clone()),
                problem: trouble.problem,
                reason: trouble.reason,
            });
        }
    }
    if reader.told.is_empty() {
        let why = match report.faults.first() {
            Some(fault) => format!("the file has no good row; the first bad one: {fault}"),
            None => "the file has no rows after its header".to_owned(),
        };
        return Err(Error::argument(why));
    }
    let history = reader.finish()?;
    Ok((history, report))
}

/// A row as it was read.
struct Told {
    order: NewOrder,
    /// What it says of the account that earlier orders did not.
    said: Said,
    after: After,
}

/// What became of the order.
#[derive(Default)]
struct After {
    shipped: Option<Day>,
    invoiced: Option<(Day, i64, Day)>,
    disputed: Option<Day>,
    paid: Option<(Day, i64)>,
    written_off: Option<(Option<Day>, i64)>,
    cancelled: Option<Day>,
}

/// What a row says of its account. What it leaves out stays as it was.
#[derive(Default)]
struct Said {
    limit: Option<Limit>,
    status: Option<Status>,
    risk_class: Option<String>,
    score: Option<i32>,
    customer_since: Option<Day>,
    next_review: Option<Day>,
    terms_days: Option<u16>,
    internal: Option<bool>,
}

struct Reader<'a> {
    options: &'a HistoryOptions,
    history: History,
    /// The orders seen, by company and number, and where.
    seen: HashMap<(String, String), usize>,
    told: Vec<Told>,
}

type Found<T> = std::result::Result<T, Trouble>;

impl Reader<'_> {
    /// One row: `Ok(Err(…))` when it is bad, `Err(…)` when the file cannot be read on.
    fn read(&mut self, row: Row<'_>, byte: usize, line: &mut dyn FnMut(usize) -> u64) -> Result<Found<()>> {
        let (company, customer, number) = match names(row) {
            Ok(names) => names,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let key = (company, number);
        if let Some(first) = self.seen.get(&key) {
            let reason = format!("the same order is in line {} already: write one row for each order", line(*first));
            return Ok(Err(Trouble::new("order", Problem::Duplicate, reason)));
        }
        let (currency, account) = match currencies(row) {
            Ok(currencies) => currencies,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let payer = self.history.account(&key.0, &customer, account.unwrap_or(currency))?;
        let of_account = self.history.currency(payer).unwrap_or(currency);
        if let Some(other) = account.filter(|account| *account != of_account) {
            let reason =
                format!("is {other}, and earlier rows have the account in {of_account}: an account has one currency");
            return Ok(Err(Trouble::new("account_currency", Problem::Currency, reason)));
        }
        let told = order(row, payer, key.1.clone(), currency, of_account, self.options.rounding);
        Ok(told.map(|told| {
            self.seen.insert(key, byte);
            self.told.push(told);
        }))
    }

    /// Tells the history everything, in the order of the days on which orders were entered.
    fn finish(mut self) -> Result<History> {
        self.told.sort_by_key(|told| told.order.entered);
        let mut states: HashMap<Payer, AccountState> = HashMap::new();
        for Told { order, said, after } in self.told {
            let (payer, day) = (order.payer, order.entered);
            let before = states.get(&payer);
            let now = said.on(before.cloned().unwrap_or_default());
            if before != Some(&now) {
                self.history.account_is(payer, day, now.clone());
                states.insert(payer, now);
            }
            let order = self.history.order(order)?;
            if let Some(day) = after.shipped {
                self.history.delivered(order, day);
            }
            if let Some((day, amount, due)) = after.invoiced {
                self.history.invoiced(order, day, amount, due);
            }
            if let Some(day) = after.disputed {
                self.history.disputed(order, day);
            }
            if let Some((day, amount)) = after.paid {
                self.history.paid(order, day, amount);
            }
            if let Some((day, amount)) = after.written_off {
                self.history.written_off(order, day, amount);
            }
            if let Some(day) = after.cancelled {
                self.history.cancelled(order, day);
            }
        }
        Ok(self.history)
    }
}

impl Said {
    fn on(self, mut state: AccountState) -> AccountState {
        if let Some(limit) = self.limit {
            state.limits = Box::new([limit]);
        }
        state.status = self.status.unwrap_or(state.status);
        let was = state.profile;
        state.profile = Profile {
            risk_class: self.risk_class.or(was.risk_class),
            score: self.score.or(was.score),
            customer_since: self.customer_since.or(was.customer_since),
            next_review: self.next_review.or(was.next_review),
            terms_days: self.terms_days.or(was.terms_days),
            internal: self.internal.unwrap_or(was.internal),
        };
        state
    }
}

fn names(row: Row<'_>) -> Found<(String, String, String)> {
    Ok((row.code("company")?, row.code("customer")?, row.code("order")?))
}

fn currencies(row: Row<'_>) -> Found<(Currency, Option<Currency>)> {
    let account = if row.is_empty("account_currency") { None } else { Some(row.currency("account_currency")?) };
    Ok((row.currency("currency")?, account))
}

fn order(
    row: Row<'_>,
    payer: Payer,
    number: String,
    currency: Currency,
    account: Currency,
    rounding: Rounding,
) -> Found<Told> {
    let entered = row.day_filled("entered")?;
    let rate = row.rate("rate")?.filter(|_| currency != account);
    let converted = |name: &'static str, minor: i64| in_account(name, minor, currency, account, rate, rounding);
    let amount = converted("amount", row.amount_filled("amount", currency)?)?;
    let secured = converted("secured", row.amount_not_negative("secured", currency)?)?.minor;
    let terms = |name| Ok(row.number(name, (0, i32::from(u16::MAX)))?.and_then(|days| u16::try_from(days).ok()));
    let terms_days = terms("terms_days")?;
    let order = NewOrder {
        payer,
        number,
        entered,
        amount,
        secured,
        ships: row.day("ships")?,
        terms_days,
        discount: discount(row)?,
    };
    let said = Said {
        limit: limit(row, account)?,
        status: row.choice("status")?.and_then(|at| STATUSES.get(at).copied()),
        risk_class: Some(row.code_or_empty("risk_class")?).filter(|class| !class.is_empty()),
        score: row.number("score", (i32::MIN, i32::MAX))?,
        customer_since: row.day("customer_since")?,
        next_review: row.day("next_review")?,
        terms_days: terms("agreed_terms")?,
        internal: if row.is_empty("internal") { None } else { Some(row.flag("internal")?) },
    };
    let after = after(row, entered, currency, amount.minor, terms_days, &converted)?;
    Ok(Told { order, said, after })
}

fn in_account(
    name: &'static str,
    minor: i64,
    currency: Currency,
    account: Currency,
    rate: Option<Rate>,
    rounding: Rounding,
) -> Found<Money> {
    let money = Money::new(minor, currency);
    let Some(rate) = rate else { return Ok(money) };
    rate.convert(money, account, rounding).map_err(|error| {
        Trouble::new(name, Problem::AmountTooLarge, format!("cannot be converted with the rate: {error}"))
    })
}

fn discount(row: Row<'_>) -> Found<Option<u32>> {
    Ok(row.percent("discount")?.and_then(|discount| (discount * Decimal::ONE_HUNDRED).trunc().to_u32()))
}

fn limit(row: Row<'_>, currency: Currency) -> Found<Option<Limit>> {
    let (amount, none) = (row.amount("limit", currency)?, row.flag("no_limit")?);
    let to = row.day("limit_to")?;
    let amount = match (amount, none) {
        (Some(_), true) => {
            let reason = "there is a limit, and no_limit says that there is none: empty one of them";
            return Err(Trouble::new("no_limit", Problem::Limit, reason));
        }
        (Some(minor), _) if minor < 0 => {
            return Err(Trouble::new("limit", Problem::Negative, "is negative, and this amount cannot be"));
        }
        (None, false) => return Ok(None),
        (amount, _) => amount,
    };
    Ok(Some(Limit { to, ..Limit::always(LimitKind::Base, amount) }))
}

/// What became of the order, and whether that can be.
fn after(
    row: Row<'_>,
    entered: Day,
    currency: Currency,
    amount: i64,
    terms_days: Option<u16>,
    converted: &dyn Fn(&'static str, i64) -> Found<Money>,
) -> Found<After> {
    let not_before = |name: &'static str, first: Day, what: &str| -> Found<Option<Day>> {
        match row.day(name)? {
            Some(day) if day < first => {
                let reason = format!("{day} is before the order was {what}, {first}: one of the two days is wrong");
                Err(Trouble::new(name, Problem::Period, reason))
            }
            day => Ok(day),
        }
    };
    let mut after = After {
        shipped: not_before("shipped", entered, "entered")?,
        cancelled: not_before("cancelled", entered, "entered")?,
        ..After::default()
    };
    let written_off = converted("written_off", row.amount_not_negative("written_off", currency)?)?.minor;
    let paid_amount = row.amount("paid_amount", currency)?;
    let Some(invoiced) = not_before("invoiced", entered, "entered")? else {
        let needs = ["invoice_amount", "paid", "paid_amount", "written_off", "disputed"];
        return match needs.into_iter().find(|name| !row.is_empty(name)) {
            Some(name) if name != "written_off" || written_off > 0 => {
                let reason = format!("is empty and must be filled, since {name} is: say when it was invoiced");
                Err(Trouble::new("invoiced", Problem::Missing, reason))
            }
            _ => Ok(after),
        };
    };
    let whole = match row.amount("invoice_amount", currency)? {
        None => amount,
        Some(minor) => converted("invoice_amount", minor)?.minor,
    };
    if (whole < 0) != (amount < 0) && whole != 0 && amount != 0 {
        let reason = "has another sign than the order's amount: write a credit note as an order of its own";
        return Err(Trouble::new("invoice_amount", Problem::Sign, reason));
    }
    let due = match (row.day("due")?, terms_days) {
        (Some(due), _) => due,
        (None, Some(days)) => invoiced.plus(i32::from(days)),
        (None, None) => {
            let reason = "is empty and must be filled, since the order was invoiced and terms_days does not tell it";
            return Err(Trouble::new("due", Problem::Missing, reason));
        }
    };
    after.invoiced = Some((invoiced, whole, due));
    after.disputed = not_before("disputed", invoiced, "invoiced")?;
    let rest = whole.saturating_sub(written_off);
    match (row.day("paid")?, paid_amount) {
        (None, Some(minor)) if minor != 0 => return Err(missing("paid")),
        (None, _) => {}
        (Some(day), minor) => {
            let paid = minor.map_or(Ok(rest), |minor| converted("paid_amount", minor).map(|money| money.minor))?;
            if whole >= 0 && paid > rest {
                let reason = "with what was written off it is more than was invoiced: say in invoice_amount what was";
                return Err(Trouble::new("paid_amount", Problem::Residual, reason));
            }
            // What was paid before there was an invoice waits for it.
            after.paid = Some((day.max(invoiced), paid));
        }
    }
    if written_off > whole.max(0) {
        let reason = "is more than was invoiced";
        return Err(Trouble::new("written_off", Problem::Residual, reason));
    }
    if written_off > 0 {
        after.written_off = Some((not_before("written_off_on", invoiced, "invoiced")?, written_off));
    }
    Ok(after)
}
