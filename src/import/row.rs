//! One row: its fields as our types, or what is wrong with them.

use std::borrow::Cow;

use csv::StringRecord;

use super::columns::Holds;
use super::date::{DateFormat, Moment, midnight, moment};
use super::fault::{Problem, Trouble, shown};
use super::mapping::{Sign, ZeroLimit};
use super::number::{BadNumber, Style, plain};
use super::table::{From, SKIP, Slot};
use super::{MAX_CODE_BYTES, MAX_COMPANY_BYTES, MAX_FIELD_BYTES, MAX_ROW_BYTES};
use crate::calendar::{Day, Instant};
use crate::money::{Currency, Money, MoneyError, Rate};

/// How the rows of a file are read.
pub(super) struct Reading {
    pub(super) slots: Vec<Slot>,
    pub(super) fields: usize,
    pub(super) delimiter: u8,
    pub(super) style: Style,
    pub(super) date: DateFormat,
    pub(super) sign: Sign,
    pub(super) zero_limit: ZeroLimit,
    pub(super) utc_offset_minutes: i32,
}

/// One row of a file.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) reading: &'a Reading,
    pub(super) record: &'a StringRecord,
}

type Found<T> = Result<T, Trouble>;

const CONTROL: &str = "there is a line break or another control character in it";

impl<'a> Row<'a> {
    /// Whether the row is to be left out: empty, a total, or of a kind the mapping leaves out.
    pub(super) fn is_skipped(self) -> bool {
        self.record.iter().all(|field| field.trim().is_empty())
            || self.reading.slots.iter().any(|slot| {
                (slot.skip_when_empty && self.raw(slot).trim().is_empty()) || (slot.skips && self.text_of(slot) == SKIP)
            })
    }

    /// What can be wrong with a row before anybody looks at its fields.
    pub(super) fn check_shape(self) -> Found<()> {
        let bad = |problem, reason: String| Err(Trouble::new("", problem, reason));
        let (fields, expected) = (self.record.len(), self.reading.fields);
        let mut bytes = fields;
        for field in self.record {
            bytes = bytes.saturating_add(field.len());
            if field.contains('\n') {
                let looks_like_a_row =
                    |line: &str| line.bytes().filter(|b| *b == self.reading.delimiter).count() + 1 >= expected;
                if expected > 1 && field.lines().any(looks_like_a_row) {
                    let reason = "a quote is opened in this row and not closed in it, so that the rows after it would be \
                                  lost: close it, double a quote that is part of the text, or say quotes = false";
                    return bad(Problem::Quote, reason.to_owned());
                }
            }
        }
        if bytes > MAX_ROW_BYTES {
            let reason = format!("the row has {bytes} bytes, at most {MAX_ROW_BYTES} are read: is a quote not closed?");
            return bad(Problem::RowTooLong, reason);
        }
        let surplus = self.record.iter().skip(expected).any(|field| !field.trim().is_empty());
        if fields < expected || surplus {
            let reason = format!(
                "the row has {fields} fields, the header has {expected}: put a text that holds the delimiter or a line \
                 break in quotes"
            );
            return bad(Problem::FieldCount, reason);
        }
        Ok(())
    }

    fn slot(self, name: &'static str) -> Option<&'a Slot> {
        self.reading.slots.iter().find(|slot| slot.column.name == name)
    }

    /// The field as the file has it.
    fn raw(self, slot: &'a Slot) -> Cow<'a, str> {
        match &slot.from {
            From::Nowhere => Cow::Borrowed(""),
            From::Field(at) => Cow::Borrowed(self.record.get(*at).unwrap_or_default()),
            From::Joined(places, with) => {
                let parts = places.iter().filter_map(|at| self.record.get(*at)).map(str::trim);
                // A row of which every part is empty is empty, not a row of separators.
                let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
                Cow::Owned(parts.join(with))
            }
        }
    }

    /// The field in our words: trimmed, translated, and with the default in the place of nothing.
    fn text_of(self, slot: &'a Slot) -> Cow<'a, str> {
        let raw = self.raw(slot);
        if let Some(words) = &slot.words {
            let word = words.get(&raw.trim().to_lowercase()).or_else(|| words.get("*"));
            if let Some(word) = word.filter(|_| !raw.trim().is_empty() || words.contains_key("")) {
                return Cow::Borrowed(word);
            }
        }
        let text = match raw {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if text.is_empty() { Cow::Borrowed(slot.default.as_str()) } else { text }
    }

    fn field(self, name: &'static str) -> Found<Cow<'a, str>> {
        let Some(slot) = self.slot(name) else { return Ok(Cow::Borrowed("")) };
        let text = self.text_of(slot);
        let most = match slot.column.holds {
            Holds::Code if name == "company" => MAX_COMPANY_BYTES,
            Holds::Code => MAX_CODE_BYTES,
            _ => MAX_FIELD_BYTES,
        };
        if text.len() > most {
            let reason = format!("the field has {} bytes; at most {most} are taken", text.len());
            return Err(Trouble::new(name, Problem::FieldTooLong, reason));
        }
        Ok(text)
    }

    fn holds(self, name: &'static str) -> Holds {
        self.slot(name).map_or(Holds::Text, |slot| slot.column.holds)
    }

    /// `"value" is not …`, with the value as far as it may be shown.
    fn bad<T>(self, name: &'static str, problem: Problem, value: &str, what: &str) -> Found<T> {
        Err(Trouble::new(name, problem, format!("{} {what}", shown(value, self.holds(name)))))
    }

    fn filled(self, name: &'static str) -> Found<Cow<'a, str>> {
        let text = self.field(name)?;
        if text.is_empty() { Err(missing(name)) } else { Ok(text) }
    }

    /// A code on one line; may be empty.
    pub(super) fn code_or_empty(self, name: &'static str) -> Found<String> {
        let text = self.field(name)?;
        if text.chars().any(char::is_control) {
            return Err(Trouble::new(name, Problem::ControlCharacter, CONTROL));
        }
        if is_shortened(&text) {
            let what = "is a number that a spreadsheet has shortened: make the column text there, and export again";
            return self.bad(name, Problem::Shortened, &text, what);
        }
        Ok(text.into_owned())
    }

    /// A code on one line.
    pub(super) fn code(self, name: &'static str) -> Found<String> {
        let code = self.code_or_empty(name)?;
        if code.is_empty() { Err(missing(name)) } else { Ok(code) }
    }

    /// Free text; may be empty.
    pub(super) fn text(self, name: &'static str) -> Found<String> {
        let text = self.field(name)?;
        if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
            return Err(Trouble::new(name, Problem::ControlCharacter, "there is a control character in it"));
        }
        if text.contains(|c: char| c.is_whitespace() && c != ' ') || text.contains("  ") {
            return Ok(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        Ok(text.into_owned())
    }

    /// An identifier as it is written; never shown.
    pub(super) fn identifier(self, name: &'static str) -> Found<Cow<'a, str>> {
        self.field(name)
    }

    pub(super) fn country(self, name: &'static str) -> Found<String> {
        let text = self.filled(name)?;
        if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_alphabetic()) {
            return self.bad(name, Problem::Country, &text, "is not a country code of two letters, such as DK");
        }
        Ok(text.to_ascii_uppercase())
    }

    pub(super) fn currency(self, name: &'static str) -> Found<Currency> {
        let text = self.filled(name)?;
        match Currency::parse(&text).or_else(|_| Currency::parse(&text.to_ascii_uppercase())) {
            Ok(currency) => Ok(currency),
            Err(error) => self.bad(name, Problem::Currency, &text, &format!("is {error}")),
        }
    }

    /// An amount in minor units; `None` when the field is empty.
    pub(super) fn amount(self, name: &'static str, currency: Currency) -> Found<Option<i64>> {
        let text = self.field(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        let style = self.reading.style;
        let mark = match style.mark.char() {
            '.' => "a decimal point",
            _ => "a decimal comma",
        };
        let plain = match plain(&text, style) {
            Ok(plain) => plain,
            Err(BadNumber::NotANumber) => {
                let what = format!("is not an amount; this file has {mark}, as in 1250{}00", style.mark.char());
                return self.bad(name, Problem::Amount, &text, &what);
            }
            Err(BadNumber::Grouping) => {
                let what = match style.thousands {
                    None => format!(
                        "has a thousands separator or another decimal mark than the rest of the file ({mark}); \
                                     if it separates thousands, name it: thousands = \".\", \",\", \" \" or \"'\""
                    ),
                    Some(_) => format!(
                        "has a separator at the wrong place; thousands are groups of three digits, and \
                                        this file has {mark}"
                    ),
                };
                return self.bad(name, Problem::Grouping, &text, &what);
            }
        };
        match Money::parse_decimal(&plain, currency) {
            Ok(money) => Ok(Some(money.minor)),
            Err(MoneyError::TooManyDecimals) => {
                let what = match currency.decimals() {
                    0 => format!("has decimals, and {currency} has none"),
                    most => format!("has more decimals than the {most} of {currency}"),
                };
                self.bad(name, Problem::Decimals, &text, &what)
            }
            Err(MoneyError::Overflow) => self.bad(name, Problem::AmountTooLarge, &text, "is too large an amount"),
            Err(_) => {
                let what = format!("is not an amount; this file has {mark}, as in 1250{}00", style.mark.char());
                self.bad(name, Problem::Amount, &text, &what)
            }
        }
    }

    /// An amount that must be there.
    pub(super) fn amount_filled(self, name: &'static str, currency: Currency) -> Found<i64> {
        self.amount(name, currency)?.ok_or_else(|| missing(name))
    }

    /// An amount that cannot be below zero; nothing is zero.
    pub(super) fn amount_not_negative(self, name: &'static str, currency: Currency) -> Found<i64> {
        match self.amount(name, currency)? {
            Some(minor) if minor < 0 => {
                self.bad(name, Problem::Negative, &self.field(name)?, "is negative, and this amount cannot be")
            }
            minor => Ok(minor.unwrap_or(0)),
        }
    }

    /// Whether the file says anything in this column.
    pub(super) fn has(self, name: &'static str) -> bool {
        self.slot(name).is_some_and(Slot::is_there)
    }

    /// A percentage; `None` when the field is empty.
    pub(super) fn percent(self, name: &'static str) -> Found<Option<rust_decimal::Decimal>> {
        use rust_decimal::Decimal;
        let text = self.field(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        let body = text.strip_suffix('%').unwrap_or(&text);
        let percent = plain(body, self.reading.style).ok().and_then(|plain| Decimal::from_str_exact(&plain).ok());
        match percent.filter(|percent| *percent >= Decimal::ZERO && *percent <= Decimal::ONE_HUNDRED) {
            Some(percent) => Ok(Some(percent)),
            None => self.bad(name, Problem::Percent, &text, "is not a percentage from 0 to 100"),
        }
    }

    /// A day; `None` when the field is empty, or all zeros as some exports write an empty day.
    pub(super) fn day(self, name: &'static str) -> Found<Option<Day>> {
        let text = self.field(name)?;
        if text.bytes().all(|b| matches!(b, b'0' | b'.' | b'/' | b'-')) {
            return Ok(None);
        }
        let format = self.reading.date;
        match format.read(&text) {
            Some(day) => Ok(Some(day)),
            None => self.bad(name, Problem::Day, &text, &expected_day(format, &text)),
        }
    }

    pub(super) fn day_filled(self, name: &'static str) -> Found<Day> {
        self.day(name)?.ok_or_else(|| missing(name))
    }

    /// A moment; a day alone is its beginning, or its end.
    pub(super) fn moment(self, name: &'static str, end_of_day: bool) -> Found<Option<Instant>> {
        let text = self.field(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        let (format, offset) = (self.reading.date, self.reading.utc_offset_minutes);
        match moment(&text, format, offset) {
            Some(Moment::At(at)) => Ok(Some(at)),
            Some(Moment::On(day)) => Ok(Some(midnight(if end_of_day { day.plus(1) } else { day }, offset))),
            None => {
                let what = format!("{}, or a moment such as 2026-11-22T08:30:00Z", expected_day(format, &text));
                self.bad(name, Problem::Moment, &text, &what)
            }
        }
    }

    pub(super) fn moment_filled(self, name: &'static str) -> Found<Instant> {
        self.moment(name, false)?.ok_or_else(|| missing(name))
    }

    /// Yes or no; nothing is no.
    pub(super) fn flag(self, name: &'static str) -> Found<bool> {
        let text = self.field(name)?;
        match text.to_ascii_lowercase().as_str() {
            "" | "no" | "n" | "false" | "0" => Ok(false),
            "yes" | "y" | "true" | "1" | "x" => Ok(true),
            _ => self.bad(name, Problem::Flag, &text, "is neither yes nor no"),
        }
    }

    /// A whole number from 0 to 255; nothing is zero.
    pub(super) fn level(self, name: &'static str) -> Found<u8> {
        let text = self.field(name)?;
        if text.is_empty() {
            return Ok(0);
        }
        match text.parse() {
            Ok(level) => Ok(level),
            Err(_) => self.bad(name, Problem::Level, &text, "is not a whole number from 0 to 255"),
        }
    }

    /// A whole number between these two; `None` when the field is empty.
    pub(super) fn number(self, name: &'static str, (least, most): (i32, i32)) -> Found<Option<i32>> {
        let text = self.field(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<i32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => self.bad(name, Problem::Number, &text, &format!("is not a whole number from {least} to {most}")),
        }
    }

    /// Codes with `|` between them.
    pub(super) fn codes(self, name: &'static str) -> Found<Vec<String>> {
        let text = self.field(name)?;
        let codes: Vec<&str> = text.split('|').map(str::trim).filter(|code| !code.is_empty()).collect();
        if let Some(long) = codes.iter().find(|code| code.len() > MAX_CODE_BYTES) {
            let reason = format!("a code in it has {} bytes; at most {MAX_CODE_BYTES} are taken", long.len());
            return Err(Trouble::new(name, Problem::FieldTooLong, reason));
        }
        if text.chars().any(char::is_control) {
            return Err(Trouble::new(name, Problem::ControlCharacter, CONTROL));
        }
        Ok(codes.into_iter().map(str::to_owned).collect())
    }

    /// How many units of the account's currency one of the amount's is worth; `None` when the field is empty.
    pub(super) fn rate(self, name: &'static str) -> Found<Option<Rate>> {
        let text = self.field(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        match plain(&text, self.reading.style).ok().and_then(|plain| Rate::parse(&plain).ok()) {
            Some(rate) => Ok(Some(rate)),
            None => self.bad(name, Problem::Amount, &text, "is not a rate above zero, such as 7.4605"),
        }
    }

    /// Whether the field is empty.
    pub(super) fn is_empty(self, name: &'static str) -> bool {
        self.slot(name).is_none_or(|slot| self.text_of(slot).is_empty())
    }

    /// The number of the word in the column's list; `None` when the field is empty.
    pub(super) fn choice(self, name: &'static str) -> Found<Option<usize>> {
        let text = self.field(name)?;
        let Holds::Choice(words) = self.holds(name) else { return Ok(None) };
        if text.is_empty() {
            return Ok(None);
        }
        let word = text.to_lowercase().replace([' ', '-'], "_");
        match words.iter().position(|known| *known == word) {
            Some(at) => Ok(Some(at)),
            None => {
                let what = format!("is not one of {}; translate other words with [values.{name}]", words.join(", "));
                self.bad(name, Problem::Choice, &text, &what)
            }
        }
    }
}

/// Whether it is `1.8E+09` or `1,8E+09`, as spreadsheets write long document numbers: several of them become one.
fn is_shortened(code: &str) -> bool {
    let Some((number, power)) = code.split_once("E+") else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    digits(whole) && digits(fraction) && digits(power)
}

pub(super) fn missing(name: &'static str) -> Trouble {
    Trouble::new(name, Problem::Missing, "is empty and must be filled")
}

fn expected_day(format: DateFormat, text: &str) -> String {
    let hint = match format.instead(text) {
        Some(other) => format!("; if all days are written so, say date = \"{}\"", other.name()),
        None => String::new(),
    };
    format!("is not a day as in {}{hint}", format.example())
}
