//! One table of a policy file, read key by key.
//!
//! A [`Section`] remembers which keys were asked for. What is left over at the end is unknown, and the keys that were
//! asked for are the ones an unknown key may have been meant to be.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problems::{Problems, meant, quoted};
use super::units;
use crate::calendar::Day;
use crate::money::Money;

/// A table that is being read. Every reader returns `None` when the key is missing or wrong; both have then been noted.
pub(super) struct Section<'t> {
    /// What it is called in errors: `[facts]`, `rule "own limit"`.
    pub(super) name: String,
    span: Range<usize>,
    table: &'t DeTable<'t>,
    asked: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'t> Section<'t> {
    /// `span` is where errors about the table as a whole point to.
    pub(super) fn new(name: impl Into<String>, span: Range<usize>, table: &'t DeTable<'t>) -> Self {
        Self { name: name.into(), span, table, asked: Vec::new(), missing: Vec::new() }
    }

    /// The value of a key that may be left out.
    pub(super) fn optional(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.table.get(key)
    }

    /// A key that may be left out: what `read` makes of it, or `otherwise`.
    pub(super) fn or<T>(
        &mut self,
        key: &'static str,
        otherwise: T,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        if self.optional(key).is_some() { read(self, key) } else { Some(otherwise) }
    }

    /// As [`Section::or`], where leaving it out means none.
    pub(super) fn maybe<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<Option<T>> {
        self.or(key, None, |section, key| read(section, key).map(Some))
    }

    /// The value of a key that must be there.
    fn required(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        let value = self.optional(key);
        if value.is_none() {
            self.missing.push(key);
        }
        value
    }

    /// Where a key that was read is; the table itself when it is not there.
    pub(super) fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Notes the keys nobody asked for and those that are missing. `others` explains keys that belong elsewhere.
    pub(super) fn finish(mut self, problems: &mut Problems, others: impl Fn(&str) -> Option<String>) {
        for key in self.table.keys() {
            let (found, span) = (key.get_ref().as_ref(), key.span());
            if self.asked.contains(&found) {
                continue;
            }
            let free = self.asked.iter().copied().filter(|name| !self.table.contains_key(*name));
            let hint = if let Some(hint) = others(found) {
                hint
            } else if let Some(name) = meant(found, free) {
                self.missing.retain(|missing| *missing != name);
                format!("did you mean `{name}`?")
            } else {
                format!("known here: {}", self.asked.join(", "))
            };
            problems.add(&span, format!("{} has no key {}; {hint}", self.name, quoted(found)));
        }
        for key in self.missing {
            problems.add(&self.span, format!("{} has no `{key}`, which must be written", self.name));
        }
    }

    /// Notes that the value of `key` is wrong.
    fn wrong(&self, problems: &mut Problems, key: &str, value: &Spanned<DeValue<'_>>, allowed: &str) {
        let found = found(value.get_ref());
        problems.add(&value.span(), format!("`{key}` of {} is {found}; allowed is {allowed}", self.name));
    }

    /// Tables in double brackets, at most `most`, each called `what` in errors; none when there are none.
    pub(super) fn entries<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        (what, plural): (&str, &str),
        most: usize,
        mut read: impl FnMut(&mut Problems, Section<'t>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(value) = self.optional(key) else { return Some(Vec::new()) };
        let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let brackets = format!("{article} {what} begins with the line [[{key}]], in double brackets");
        let Some(items) = value.get_ref().as_array() else {
            problems.add(&value.span(), brackets);
            return None;
        };
        if items.len() > most {
            let count = items.len();
            problems.add(&value.span(), format!("the policy has {count} {plural}; at most {most} are read"));
            return None;
        }
        let mut entries = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let table = item.get_ref().as_table();
            if table.is_none() {
                problems.add(&item.span(), brackets.clone());
            }
            let section = table.map(|table| Section::new(format!("{what} {}", at + 1), item.span(), table));
            entries.push(section.and_then(|section| read(problems, section)));
        }
        entries.into_iter().collect()
    }

    /// A required sub-table.
    pub(super) fn table(&mut self, problems: &mut Problems, key: &'static str) -> Option<Section<'t>> {
        let value = self.required(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(problems, key, value, &format!("a table, opened by a line [{key}]"));
        }
        Some(Section::new(format!("[{key}]"), value.span(), table?))
    }

    /// A sub-table that may be left out; the inner `None` is a wrong one.
    pub(super) fn optional_table(&mut self, problems: &mut Problems, key: &'static str) -> Option<Option<Section<'t>>> {
        self.optional(key)?;
        Some(self.table(problems, key))
    }

    /// A required number between `least` and `most`.
    pub(super) fn number(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        unit: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Option<u32> {
        let value = self.required(key)?;
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok()).filter(|n| range.contains(n));
        if number.is_none() {
            let allowed = format!("a whole number of {unit} from {} to {}", range.start(), range.end());
            self.wrong(problems, key, value, &allowed);
        }
        number
    }

    /// A required whole number that may be below zero.
    pub(super) fn signed(&mut self, problems: &mut Problems, key: &'static str) -> Option<i32> {
        let value = self.required(key)?;
        self.read_signed(problems, key, value)
    }

    /// A required list of whole numbers that may be below zero.
    pub(super) fn signed_list(&mut self, problems: &mut Problems, key: &'static str, most: usize) -> Option<Vec<i32>> {
        self.list(problems, key, most, |section, problems, item| section.read_signed(problems, key, item))
    }

    fn read_signed(&self, problems: &mut Problems, key: &str, value: &Spanned<DeValue<'_>>) -> Option<i32> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| i32::from_str_radix(n.as_str(), n.radix()).ok());
        if number.is_none() {
            self.wrong(problems, key, value, "a whole number, such as 40 or -5");
        }
        number
    }

    /// A required text that `read` understands.
    pub(super) fn text<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        allowed: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.required(key)?;
        self.read_text(problems, key, value, allowed, read)
    }

    /// As [`Section::text`], for a value that is at hand.
    pub(super) fn read_text<T>(
        &self,
        problems: &mut Problems,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        allowed: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let result = value.get_ref().as_str().and_then(read);
        if result.is_none() {
            self.wrong(problems, key, value, allowed);
        }
        result
    }

    /// A required word out of a list; `why` says why other words that exist are not allowed here.
    pub(super) fn choice<T: Copy>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        words: &[(&str, T)],
        why: &str,
    ) -> Option<T> {
        let value = self.required(key)?;
        self.read_choice(problems, key, value, words, why)
    }

    /// As [`Section::choice`], for a value that is at hand.
    pub(super) fn read_choice<T: Copy>(
        &self,
        problems: &mut Problems,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        words: &[(&str, T)],
        why: &str,
    ) -> Option<T> {
        let found = value.get_ref().as_str();
        let chosen = found.and_then(|found| words.iter().find(|(word, _)| *word == found));
        if chosen.is_none() {
            let list: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let mut allowed = list.join(", ");
            if let Some(word) = found.and_then(|found| meant(found, words.iter().map(|(word, _)| *word))) {
                allowed = format!("{allowed}; did you mean \"{word}\"?");
            } else if !why.is_empty() {
                allowed = format!("{allowed}; {why}");
            }
            self.wrong(problems, key, value, &allowed);
        }
        chosen.map(|(_, choice)| *choice)
    }

    /// A required share of a hundred, in basis points.
    pub(super) fn share(&mut self, problems: &mut Problems, key: &'static str, most: u32) -> Option<u32> {
        let allowed = format!("a share from \"0 %\" to \"{} %\", such as \"2.5 %\"", most / 100);
        self.text(problems, key, &allowed, |text| units::basis_points(text).filter(|points| *points <= most))
    }

    /// A required duration in steps of `step_ms`, counted in those steps.
    pub(super) fn duration(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        step_ms: u64,
        most: u32,
        allowed: &str,
    ) -> Option<u32> {
        self.text(problems, key, allowed, |text| {
            let ms = units::milliseconds(text)?;
            u32::try_from(ms / step_ms).ok().filter(|steps| ms % step_ms == 0 && *steps <= most)
        })
    }

    /// A day that may be left out; the outer `None` is a wrong one.
    pub(super) fn optional_day(&mut self, problems: &mut Problems, key: &'static str) -> Option<Option<Day>> {
        let Some(value) = self.optional(key) else { return Some(None) };
        let day = value.get_ref().as_datetime().filter(|d| d.time.is_none() && d.offset.is_none());
        let day = day.and_then(|d| d.date);
        let day = day.and_then(|d| Day::from_ymd(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
        if day.is_none() {
            self.wrong(problems, key, value, "a day without quotes, such as 2026-11-22");
        }
        day.map(Some)
    }

    /// A required list of at most `most` items, each read on its own so that each error has its line.
    pub(super) fn list<T>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        most: usize,
        mut read: impl FnMut(&Self, &mut Problems, &Spanned<DeValue<'t>>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.required(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(problems, key, value, "a list in square brackets");
            return None;
        };
        if items.len() > most {
            problems.add(&value.span(), format!("`{key}` of {} has {} items; at most {most}", self.name, items.len()));
            return None;
        }
        let mut result = Vec::with_capacity(items.len());
        for item in items.iter() {
            result.push(read(self, problems, item));
        }
        result.into_iter().collect()
    }

    /// A required list that names at least one thing, each once.
    pub(super) fn names<T: PartialEq>(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        most: usize,
        mut read: impl FnMut(&Self, &mut Problems, &Spanned<DeValue<'t>>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut listed: Vec<T> = Vec::new();
        let mut whole = true;
        self.list(problems, key, most, |section, problems, item| {
            let Some(name) = read(section, problems, item) else {
                whole = false;
                return None;
            };
            if listed.contains(&name) {
                let found = found(item.get_ref());
                problems.add(&item.span(), format!("`{key}` of {} names {found} twice", section.name));
                whole = false;
            } else {
                listed.push(name);
            }
            Some(())
        })?;
        if listed.is_empty() && whole {
            let why = format!("`{key}` of {} is empty: name at least one, or leave the line out", self.name);
            problems.add(&self.span_of(key), why);
            return None;
        }
        whole.then_some(listed)
    }

    /// A required list of amounts, one at least: whoever names no currency speaks of none.
    pub(super) fn some_amounts(
        &mut self,
        problems: &mut Problems,
        key: &'static str,
        most: usize,
    ) -> Option<Vec<Money>> {
        let amounts = self.amounts(problems, key, most)?;
        if amounts.is_empty() {
            let why = format!("`{key}` of {} is empty: name an amount for each currency", self.name);
            problems.add(&self.span_of(key), why);
            return None;
        }
        Some(amounts)
    }

    /// A required list of amounts of zero or more, at most one for each currency.
    pub(super) fn amounts(&mut self, problems: &mut Problems, key: &'static str, most: usize) -> Option<Vec<Money>> {
        let mut seen = Vec::new();
        self.list(problems, key, most, |section, problems, item| {
            let text = item.get_ref().as_str();
            let reason = match text.map(Money::parse) {
                Some(Ok(amount)) if amount.minor >= 0 => {
                    if seen.contains(&amount.currency) {
                        let twice = format!("`{key}` of {} names {} twice", section.name, amount.currency);
                        problems.add(&item.span(), twice);
                        return None;
                    }
                    seen.push(amount.currency);
                    return Some(amount);
                }
                Some(Ok(_)) => ": it may not be below zero".to_owned(),
                Some(Err(error)) => format!(": {error}"),
                None => String::new(),
            };
            let (found, name) = (found(item.get_ref()), &section.name);
            problems.add(
                &item.span(),
                format!("`{key}` of {name} holds {found}{reason}; allowed are amounts such as \"1000.00 DKK\""),
            );
            None
        })
    }
}

/// What was found, as it may stand in an error.
fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => match number.radix() {
            10 => quoted(number.as_str()).replace('"', ""),
            _ => "a number that is not decimal".to_owned(),
        },
        DeValue::Float(_) => "a number with a fraction".to_owned(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
