//! Orders for the comparison of two policies, read from CSV.
//!
//! One row is a customer as it stands and an order of it. Amounts are plain decimals with a point in the row's currency,
//! days are written as 2026-11-22. What a column means is told beside its name in [`COLUMNS`].

use csv::{ReaderBuilder, StringRecord};
use serde::de::DeserializeOwned;

use crate::calendar::Day;
use crate::credit::{Limit, LimitKind, Month};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Currency, Money};
use crate::policy::Checkpoint;
use crate::portfolio::compare::{Case, Item};

/// A file of orders has at most this many bytes.
pub const MAX_CASES_BYTES: usize = 64 * 1024 * 1024;
/// A file of orders has at most this many rows.
pub const MAX_CASE_ROWS: usize = 200_000;
/// At most this many wrong rows are told.
pub const MAX_FAULTS_TOLD: usize = 20;
/// The longest number of days that a column may name.
const MAX_DAYS: i64 = 36_500;

/// The columns, each with what it means when it is left out or empty. Only `currency` and `amount` must be there.
pub const COLUMNS: [(&str, &str); 33] = [
    ("customer", "the customer's number; none"),
    ("known", "`no` for a customer there is not; yes"),
    ("company", "the company that sells; none in particular"),
    ("currency", "the currency of the account and of all amounts"),
    ("amount", "the order"),
    ("secured", "the part of it that is prepaid or secured; nothing"),
    ("ships", "the day it ships; soon"),
    ("terms", "its payment terms in days; not known"),
    ("discount", "its discount in per cent, such as 2.5; not known"),
    ("checkpoint", "entry, confirm, pick, ship or invoice; entry"),
    ("limit", "the credit limit, or `none` for unlimited; none on record"),
    ("limit_until", "the last day of the limit; no last day"),
    ("ordered", "what other orders hold; nothing"),
    ("later", "what orders that ship on `later_ships` hold; nothing"),
    ("later_ships", "the day they ship; needed with `later`"),
    ("delivered", "delivered and not invoiced; nothing"),
    ("drafted", "on draft invoices; nothing"),
    ("open", "invoices that are not due yet; nothing"),
    ("overdue", "invoices past their due day; nothing"),
    ("oldest_due", "the due day of the oldest of them; needed with `overdue`"),
    ("disputed", "the part of what is overdue that is disputed; nothing"),
    ("credits", "payments and credit notes not yet applied; nothing"),
    ("status", "ok, watch, hold, stop or no_check; ok"),
    ("class", "the risk class; the one of the score"),
    ("score", "the score; not known"),
    ("customer_since", "the first day as a customer; not known"),
    ("agreed_terms", "the payment terms agreed, in days; not known"),
    ("dunning_level", "the highest dunning level of an open item; 0"),
    ("next_review", "the day by which the account is to be reviewed; not known"),
    ("days_late", "how many days late it has paid over the last twelve months; not known"),
    ("invoices", "invoices of the last twelve months; not known"),
    ("disputes", "how many of them were disputed; none"),
    ("internal", "`yes` for a company of the own group; no"),
];

/// Reads orders, as they stand on the day `today`.
///
/// # Errors
/// `Argument`, with every wrong row and its line, at most [`MAX_FAULTS_TOLD`]; `TooLarge`.
pub fn read_cases(text: &str, today: Day) -> Result<Vec<Case>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let unread = |error: csv::Error| Error::argument(format!("the orders cannot be read as CSV: {error}"));
    let header = Header::read(reader.headers().map_err(unread)?)?;
    let (mut cases, mut faults, mut wrong) = (Vec::new(), Vec::new(), 0_usize);
    let mut record = StringRecord::new();
    let mut lines = Lines { text, at: 0, line: 1 };
    while reader.read_record(&mut record).map_err(unread)? {
        lines.advance(record.position().map_or(0, csv::Position::byte));
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if cases.len() + wrong >= MAX_CASE_ROWS {
            let message = format!("there are more than {MAX_CASE_ROWS} rows");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        match (Row { header: &header, record: &record }).case(lines.line, today) {
            Ok(case) => cases.push(case),
            Err(why) => {
                wrong += 1;
                if faults.len() < MAX_FAULTS_TOLD {
                    faults.push(format!("line {}: {why}", lines.line));
                }
            }
        }
    }
    if wrong == 0 {
        return Ok(cases);
    }
    let rest = wrong.saturating_sub(faults.len());
    let more = if rest > 0 { format!("\nand {rest} more") } else { String::new() };
    Err(Error::argument(format!("{}{more}", faults.join("\n"))))
}

/// Counts lines: the reader's own position of a record is before the empty lines that it skips.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn advance(&mut self, byte: u64) {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let blank = |rest: &str| rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let to = byte.saturating_add(self.text.get(byte..).map_or(0, blank));
        let passed = self.text.get(self.at..to).unwrap_or_default();
        let newlines = passed.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(newlines).unwrap_or(0));
        self.at = to.max(self.at);
    }
}

/// Where each column stands.
struct Header {
    at: [Option<usize>; COLUMNS.len()],
}

impl Header {
    fn read(names: &StringRecord) -> Result<Self> {
        let mut at = [None; COLUMNS.len()];
        for (field, name) in names.iter().enumerate() {
            let name = name.trim().to_ascii_lowercase();
            let known = COLUMNS.iter().position(|(column, _)| *column == name);
            let place = known.and_then(|column| at.get_mut(column)).ok_or_else(|| unknown(&name))?;
            if place.replace(field).is_some() {
                return Err(Error::argument(format!("the column {name:?} is there twice")));
            }
        }
        let header = Self { at };
        for needed in ["currency", "amount"] {
            if header.of(needed).is_none() {
                return Err(Error::argument(format!("there is no column {needed:?}, which must be there")));
            }
        }
        Ok(header)
    }

    fn of(&self, name: &str) -> Option<usize> {
        let column = COLUMNS.iter().position(|(column, _)| *column == name)?;
        self.at.get(column).copied().flatten()
    }
}

fn unknown(name: &str) -> Error {
    let name: String = name.chars().take(40).collect();
    let names = || COLUMNS.iter().map(|(column, _)| *column);
    let near = names().min_by_key(|column| strsim::damerau_levenshtein(column, &name));
    let hint = match near.filter(|column| strsim::damerau_levenshtein(column, &name) <= 2) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Error::argument(format!("there is no column {name:?}; {hint}"))
}

/// Why a row is wrong.
type Fault = String;

struct Row<'a> {
    header: &'a Header,
    record: &'a StringRecord,
}

impl Row<'_> {
    fn case(&self, line: u64, today: Day) -> std::result::Result<Case, Fault> {
        let currency = self.text("currency").ok_or("currency: it is empty")?;
        let currency = Currency::parse(currency).map_err(|error| format!("currency: {error}"))?;
        let amount = self.money("amount", currency)?.ok_or("amount: it is empty")?;
        let mut case = Case::new(format!("line {line}"), Money::new(amount, currency));
        case.known = self.one_of("known", &[("yes", true), ("no", false)])?.unwrap_or(true);
        case.customer = self.text("customer").unwrap_or_default().to_owned();
        case.company = self.text("company").unwrap_or_default().to_owned();
        case.status = self.word("status")?.unwrap_or_default();
        case.limits.extend(self.limit(currency)?);
        case.delivered = self.positive("delivered", currency)?;
        case.drafted = self.positive("drafted", currency)?;
        case.unapplied = self.positive("credits", currency)?;
        let ordered = self.positive("ordered", currency)?;
        if ordered > 0 {
            case.ordered.push((ordered, None));
        }
        let later = self.positive("later", currency)?;
        if later > 0 {
            let ships = self.day("later_ships")?.ok_or("later_ships: it is needed with later")?;
            case.ordered.push((later, Some(ships)));
        }
        self.items(currency, &mut case.items)?;
        case.profile.risk_class = self.text("class").map(str::to_owned);
        case.profile.score = self.number("score", i64::from(i32::MAX))?.and_then(|score| i32::try_from(score).ok());
        case.profile.customer_since = self.day("customer_since")?;
        case.profile.terms_days = self.days("agreed_terms")?;
        let level = self.number("dunning_level", i64::from(u8::MAX))?.unwrap_or(0);
        case.dunning_level = u8::try_from(level).map_err(|_| "dunning_level: it may not be below zero")?;
        case.profile.next_review = self.day("next_review")?;
        case.profile.internal = self.one_of("internal", &[("yes", true), ("no", false)])?.unwrap_or(false);
        case.history.extend(self.history(today)?);
        case.order.secured = self.positive("secured", currency)?;
        case.order.ships = self.day("ships")?;
        case.order.terms_days = self.days("terms")?;
        case.order.discount = self.share("discount")?;
        case.order.checkpoint = self.word::<Checkpoint>("checkpoint")?.unwrap_or_default();
        Ok(case)
    }

    fn limit(&self, currency: Currency) -> std::result::Result<Option<Limit>, Fault> {
        let Some(text) = self.text("limit") else { return Ok(None) };
        let amount = if text.eq_ignore_ascii_case("none") {
            None
        } else {
            let amount = self.money("limit", currency)?.unwrap_or(0);
            if amount < 0 {
                return Err("limit: it may not be below zero".to_owned());
            }
            Some(amount)
        };
        Ok(Some(Limit { to: self.day("limit_until")?, ..Limit::always(LimitKind::Base, amount) }))
    }

    /// What is not due yet is due on the last day there is; what is overdue is one item, and its disputed part another.
    fn items(&self, currency: Currency, items: &mut Vec<Item>) -> std::result::Result<(), Fault> {
        let (open, overdue) = (self.positive("open", currency)?, self.positive("overdue", currency)?);
        let disputed = self.positive("disputed", currency)?;
        if open > 0 {
            items.push(Item { residual: open, due: Day::MAX, disputed: false });
        }
        if disputed > overdue {
            return Err("disputed: it is more than what is overdue".to_owned());
        }
        if overdue > 0 {
            let due = self.day("oldest_due")?.ok_or("oldest_due: it is needed with overdue")?;
            for (residual, disputed) in [(overdue - disputed, false), (disputed, true)] {
                if residual > 0 {
                    items.push(Item { residual, due, disputed });
                }
            }
        }
        Ok(())
    }

    /// One month that says it all: rules look at the sums of a year.
    fn history(&self, today: Day) -> std::result::Result<Option<Month>, Fault> {
        let (late, invoices) = (self.number("days_late", MAX_DAYS)?, self.count("invoices")?);
        let disputed = self.count("disputes")?;
        if disputed.unwrap_or(0) > invoices.unwrap_or(0) {
            return Err("disputes: it is more than invoices".to_owned());
        }
        if late.is_none() && invoices.is_none() {
            return Ok(None);
        }
        Ok(Some(Month {
            month: today.month(),
            paid: i64::from(late.is_some()),
            late: late.unwrap_or(0).max(0),
            invoiced: invoices.unwrap_or(0),
            disputed: disputed.unwrap_or(0),
        }))
    }

    fn count(&self, column: &str) -> std::result::Result<Option<u32>, Fault> {
        let count = self.number(column, i64::from(u32::MAX))?;
        let read = |count: i64| u32::try_from(count).map_err(|_| format!("{column}: it may not be below zero"));
        count.map(read).transpose()
    }

    fn text(&self, column: &str) -> Option<&str> {
        let field = self.record.get(self.header.of(column)?)?.trim();
        (!field.is_empty()).then_some(field)
    }

    fn money(&self, column: &str, currency: Currency) -> std::result::Result<Option<i64>, Fault> {
        let read = |text| Money::parse_decimal(text, currency).map_err(|error| format!("{column}: {error}"));
        self.text(column).map(read).transpose().map(|money| money.map(|money| money.minor))
    }

    fn positive(&self, column: &str, currency: Currency) -> std::result::Result<i64, Fault> {
        let amount = self.money(column, currency)?.unwrap_or(0);
        if amount < 0 { Err(format!("{column}: it may not be below zero")) } else { Ok(amount) }
    }

    fn number(&self, column: &str, most: i64) -> std::result::Result<Option<i64>, Fault> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let number = text.parse::<i64>().ok().filter(|number| (-most..=most).contains(number));
        number.map(Some).ok_or_else(|| format!("{column}: it is not a whole number of at most {most}"))
    }

    fn days(&self, column: &str) -> std::result::Result<Option<u16>, Fault> {
        let days = self.number(column, MAX_DAYS)?;
        let read = |days: i64| u16::try_from(days).map_err(|_| format!("{column}: it may not be below zero"));
        days.map(read).transpose()
    }

    fn day(&self, column: &str) -> std::result::Result<Option<Day>, Fault> {
        let read = |text| Day::parse(text).ok_or_else(|| format!("{column}: it is not a day; write it as 2026-11-22"));
        self.text(column).map(read).transpose()
    }

    /// Per cent with at most two decimals, as hundredths of one.
    fn share(&self, column: &str) -> std::result::Result<Option<u32>, Fault> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let wrong = || format!("{column}: it is not a share such as 2.5 or 2.5 %");
        let (whole, part) = text.trim_end_matches('%').trim_end().split_once('.').unwrap_or((text, ""));
        let whole = whole.trim_end_matches('%').trim_end();
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
            return Err(wrong());
        }
        format!("{whole}{part:0<2}").parse().map(Some).map_err(|_| wrong())
    }

    fn word<T: DeserializeOwned>(&self, column: &str) -> std::result::Result<Option<T>, Fault> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let word = serde_json::Value::String(text.to_ascii_lowercase());
        serde_json::from_value(word).map(Some).map_err(|error| format!("{column}: {error}"))
    }

    fn one_of<T: Copy>(&self, column: &str, words: &[(&str, T)]) -> std::result::Result<Option<T>, Fault> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
        let allowed = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
        found.map(Some).ok_or_else(|| format!("{column}: it must be {}", allowed()))
    }
}
