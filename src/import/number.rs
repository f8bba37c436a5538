//! Amounts as exports write them: decimal point or comma, grouped or not, and five ways to write a minus.
//!
//! `1.234` is a thousand in Copenhagen and a bit more than one in London. So a single amount is never guessed: the
//! decimal mark is said by the mapping or the caller, or proven by another amount of the same file.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DecimalMark {
    /// `1250.00`
    #[serde(rename = ".")]
    Point,
    /// `1250,00`
    #[serde(rename = ",")]
    Comma,
}

impl DecimalMark {
    /// The character.
    pub const fn char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// What stands between groups of three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Thousands {
    /// `1.250,00`
    #[serde(rename = ".")]
    Point,
    /// `1,250.00`
    #[serde(rename = ",")]
    Comma,
    /// `1 250,00`, also with a no-break space.
    #[serde(rename = " ")]
    Space,
    /// `1'250.00`
    #[serde(rename = "'")]
    Apostrophe,
}

impl Thousands {
    fn is(self, c: char) -> bool {
        match self {
            Self::Point => c == '.',
            Self::Comma => c == ',',
            Self::Space => matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
            Self::Apostrophe => matches!(c, '\'' | '’'),
        }
    }
}

/// How the numbers of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) mark: DecimalMark,
    pub(super) thousands: Option<Thousands>,
}

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadNumber {
    NotANumber,
    /// A separator that was not announced, or that does not separate groups of three.
    Grouping,
}

/// What a text says about the decimal mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Nothing: there is no mark in it.
    Silent,
    /// It can only be read with this mark.
    Proves(DecimalMark),
    /// It can be read in two ways that differ by a factor of a thousand.
    Unclear,
}

/// What this amount says about the decimal mark of its file.
pub(super) fn evidence(text: &str) -> Evidence {
    let count = |mark: char| text.chars().filter(|c| *c == mark).count();
    let (points, commas) = (count('.'), count(','));
    let (mark, other, times) = match (points, commas) {
        (0, 0) => return Evidence::Silent,
        (_, 0) => (DecimalMark::Point, DecimalMark::Comma, points),
        (0, _) => (DecimalMark::Comma, DecimalMark::Point, commas),
        // Both: the one that comes last is before the decimals.
        _ if text.rfind('.') > text.rfind(',') => return Evidence::Proves(DecimalMark::Point),
        _ => return Evidence::Proves(DecimalMark::Comma),
    };
    if times > 1 {
        return Evidence::Proves(other);
    }
    let (before, after) = text.split_once(mark.char()).unwrap_or((text, ""));
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).count();
    let whole: String = before.chars().filter(char::is_ascii_digit).collect();
    // Groups have three digits, and the first neither more nor a leading zero.
    if digits(after) != 3 || whole.is_empty() || whole.len() > 3 || whole.starts_with('0') {
        Evidence::Proves(mark)
    } else {
        Evidence::Unclear
    }
}

/// The number as [`crate::money::Money::parse_decimal`] reads it: a leading minus, digits, a point.
pub(super) fn plain(text: &str, style: Style) -> Result<Cow<'_, str>, BadNumber> {
    let (negative, body) = sign(text)?;
    let simple = body.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if simple && !negative && style.mark == DecimalMark::Point && body.starts_with(|c: char| c.is_ascii_digit()) {
        return if body.bytes().filter(|b| *b == b'.').count() > 1 {
            Err(BadNumber::Grouping)
        } else {
            Ok(body.into())
        };
    }
    let (whole, fraction) = match body.rsplit_once(style.mark.char()) {
        Some((_, "")) => return Err(BadNumber::NotANumber),
        Some((whole, fraction)) => (whole, fraction),
        None => (body, ""),
    };
    let mut number = String::with_capacity(body.len() + 2);
    if negative {
        number.push('-');
    }
    ungroup(whole, style, &mut number)?;
    if !fraction.is_empty() {
        if let Some(c) = fraction.chars().find(|c| !c.is_ascii_digit()) {
            return Err(if separates(c) { BadNumber::Grouping } else { BadNumber::NotANumber });
        }
        number.push('.');
        number.push_str(fraction);
    }
    Ok(number.into())
}

/// Takes the sign off: leading or trailing minus or plus, a typographic minus, or parentheses. At most one of them.
fn sign(text: &str) -> Result<(bool, &str), BadNumber> {
    let text = text.trim();
    let minus = |c: char| matches!(c, '-' | '\u{2212}');
    let (negative, body) = if let Some(inner) = text.strip_prefix('(') {
        (true, inner.strip_suffix(')').ok_or(BadNumber::NotANumber)?)
    } else if let Some(rest) = text.strip_prefix(minus) {
        (true, rest)
    } else if let Some(rest) = text.strip_suffix(minus) {
        (true, rest)
    } else {
        (false, text.strip_prefix('+').unwrap_or(text))
    };
    let body = body.trim();
    if body.is_empty() { Err(BadNumber::NotANumber) } else { Ok((negative, body)) }
}

/// Whether somebody, somewhere, separates thousands with it.
fn separates(c: char) -> bool {
    [Thousands::Point, Thousands::Comma, Thousands::Space, Thousands::Apostrophe].iter().any(|t| t.is(c))
}

fn ungroup(whole: &str, style: Style, number: &mut String) -> Result<(), BadNumber> {
    if whole.is_empty() {
        // ",50", as some exports write it.
        number.push('0');
        return Ok(());
    }
    let mut in_group = 0;
    let mut groups = 1;
    for c in whole.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            in_group += 1;
        } else if style.thousands.is_some_and(|thousands| thousands.is(c)) {
            if in_group == 0 || in_group > 3 || (groups > 1 && in_group != 3) {
                return Err(BadNumber::Grouping);
            }
            groups += 1;
            in_group = 0;
        } else if separates(c) {
            return Err(BadNumber::Grouping);
        } else {
            return Err(BadNumber::NotANumber);
        }
    }
    if groups > 1 && in_group != 3 { Err(BadNumber::Grouping) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMA: Style = Style { mark: DecimalMark::Comma, thousands: None };
    const POINT: Style = Style { mark: DecimalMark::Point, thousands: None };
    const GERMAN: Style = Style { mark: DecimalMark::Comma, thousands: Some(Thousands::Point) };
    const FINNISH: Style = Style { mark: DecimalMark::Comma, thousands: Some(Thousands::Space) };

    #[test]
    fn every_minus_is_a_minus() {
        for text in ["-12.50", "12.50-", "(12.50)", "\u{2212}12.50", " - 12.50 ", "12.50 -"] {
            assert_eq!(plain(text, POINT).as_deref(), Ok("-12.50"), "{text}");
        }
        assert_eq!(plain("+12.50", POINT).as_deref(), Ok("12.50"));
        for text in ["--1", "-1-", "(-1)", "(1", "1)", "-", "()", "", "+"] {
            assert!(plain(text, POINT).is_err(), "{text}");
        }
    }

    #[test]
    fn groups_are_three_digits_and_must_be_announced() {
        for (text, style, number) in [
            ("1.234.567,80", GERMAN, Ok("1234567.80")),
            ("234,5", GERMAN, Ok("234.5")),
            ("1234,5", GERMAN, Ok("1234.5")),
            ("1 234 567,8", FINNISH, Ok("1234567.8")),
            ("1\u{a0}234\u{202f}567", FINNISH, Ok("1234567")),
            (",50", COMMA, Ok("0.50")),
            (".50", POINT, Ok("0.50")),
            ("1.234", COMMA, Err(BadNumber::Grouping)),
            ("1.23,5", GERMAN, Err(BadNumber::Grouping)),
            ("1.2345,6", GERMAN, Err(BadNumber::Grouping)),
            ("12345.678,9", GERMAN, Err(BadNumber::Grouping)),
            (".234,5", GERMAN, Err(BadNumber::Grouping)),
            ("1..234", GERMAN, Err(BadNumber::Grouping)),
            ("1.234.567", POINT, Err(BadNumber::Grouping)),
            ("1,234.50", POINT, Err(BadNumber::Grouping)),
            ("1,2,3", COMMA, Err(BadNumber::Grouping)),
            ("5.", POINT, Ok("5.")),
            ("5,", COMMA, Err(BadNumber::NotANumber)),
            ("5 EUR", POINT, Err(BadNumber::Grouping)),
            ("EUR 5", POINT, Err(BadNumber::NotANumber)),
            ("1e3", POINT, Err(BadNumber::NotANumber)),
        ] {
            assert_eq!(plain(text, style).as_deref().map_err(|e| *e), number, "{text}");
        }
    }

    #[test]
    fn what_an_amount_proves() {
        use DecimalMark::{Comma, Point};
        for (text, expected) in [
            ("1234", Evidence::Silent),
            ("1.234", Evidence::Unclear),
            ("-1,234", Evidence::Unclear),
            ("(12,345)", Evidence::Unclear),
            ("1.23", Evidence::Proves(Point)),
            ("1,5", Evidence::Proves(Comma)),
            ("1234.567", Evidence::Proves(Point)),
            ("0.125", Evidence::Proves(Point)),
            (",125", Evidence::Proves(Comma)),
            ("1.234.567", Evidence::Proves(Comma)),
            ("1,234,567", Evidence::Proves(Point)),
            ("1.234,56", Evidence::Proves(Comma)),
            ("1,234.567", Evidence::Proves(Point)),
        ] {
            assert_eq!(evidence(text), expected, "{text}");
        }
    }

    proptest! {
        /// Whatever is proven reads as the same number: no amount is ever off by a factor of a thousand.
        #[test]
        fn a_proven_mark_reads_back(minor in 0..i64::MAX, decimals in 0..4_usize, german: bool, grouped: bool) {
            let digits = format!("{minor:0>width$}", width = decimals + 1);
            let (whole, fraction) = digits.split_at(digits.len() - decimals);
            let (mark, separator) = if german { (',', '.') } else { ('.', ',') };
            let mut text = String::new();
            for (at, c) in whole.chars().enumerate() {
                if grouped && at > 0 && (whole.len() - at) % 3 == 0 {
                    text.push(separator);
                }
                text.push(c);
            }
            let mut expected = whole.to_owned();
            if decimals > 0 {
                text.push(mark);
                text.push_str(fraction);
                expected = format!("{whole}.{fraction}");
            }
            if let Evidence::Proves(proven) = evidence(&text) {
                prop_assert_eq!(proven.char(), mark);
                let thousands = grouped.then_some(if german { Thousands::Point } else { Thousands::Comma });
                let read = plain(&text, Style { mark: proven, thousands });
                prop_assert_eq!(read.as_deref(), Ok(expected.as_str()));
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = evidence(&text);
            for style in [COMMA, POINT, GERMAN, FINNISH] {
                let _ = plain(&text, style);
            }
        }
    }
}
