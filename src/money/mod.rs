//! Money: whole minor units and the currency they are units of.
//!
//! An amount is an `i64` count of minor units (øre, cents, yen, fils) and never a float, so that adding is exact and
//! comparing with a limit has one answer. Amounts of different currencies do not add or compare; they are converted
//! first, once, at a rate the host gives ([`Rate::convert`]), with one rounding.

mod currency;
mod rate;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use currency::Currency;
pub use rate::{Rate, Rounding};

/// Why an amount could not be read or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// The result does not fit in 63 bits of minor units.
    Overflow,
    /// The two amounts have different currencies.
    CurrencyMismatch,
    /// The text is not an ISO 4217 code of a currency with minor units.
    UnknownCurrency,
    /// The text is not a decimal number.
    NotANumber,
    /// The text has more decimals than the currency has.
    TooManyDecimals,
    /// A conversion rate must be above zero.
    BadRate,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "the amount is too large: at most 9,223,372,036,854,775,807 minor units",
            Self::CurrencyMismatch => "the amounts are in different currencies: convert one first",
            Self::UnknownCurrency => "not an ISO 4217 code of a currency with minor units, such as EUR or DKK",
            Self::NotANumber => "not a decimal number, such as 1250.00",
            Self::TooManyDecimals => "more decimals than the currency has",
            Self::BadRate => "a conversion rate must be above zero",
        })
    }
}

impl std::error::Error for MoneyError {}

/// An amount of one currency, in its minor units.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: 12,400.00 DKK is 1,240,000; 500 JPY is 500.
    pub minor: i64,
    /// The currency whose minor units are counted.
    pub currency: Currency,
}

impl Money {
    /// `minor` minor units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum, exact.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The difference, exact.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }

    /// Reads a plain decimal with a point: `1250`, `-0.50`, `+3.5`. No grouping, no exponent.
    ///
    /// # Errors
    /// [`MoneyError::NotANumber`], [`MoneyError::TooManyDecimals`] (zeros beyond the currency's decimals are allowed)
    /// or [`MoneyError::Overflow`].
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let point = digits.iter().position(|&b| b == b'.');
        let (whole, fraction) = match point {
            Some(at) => (&digits[..at], &digits[at + 1..]),
            None => (digits, &[][..]),
        };
        if whole.is_empty() || (point.is_some() && fraction.is_empty()) {
            return Err(MoneyError::NotANumber);
        }
        let decimals = usize::from(currency.decimals());
        // Accumulated below zero, because i64 has one more negative number than positive ones.
        let mut minor: i64 = 0;
        for at in 0..whole.len() + fraction.len().max(decimals) {
            let digit = match whole.get(at).or_else(|| fraction.get(at.wrapping_sub(whole.len()))) {
                Some(byte @ b'0'..=b'9') => i64::from(byte - b'0'),
                Some(_) => return Err(MoneyError::NotANumber),
                None => 0,
            };
            if at >= whole.len() + decimals {
                if digit != 0 {
                    return Err(MoneyError::TooManyDecimals);
                }
                continue;
            }
            minor = minor.checked_mul(10).and_then(|m| m.checked_sub(digit)).ok_or(MoneyError::Overflow)?;
        }
        if !negative {
            minor = minor.checked_neg().ok_or(MoneyError::Overflow)?;
        }
        Ok(Self { minor, currency })
    }

    /// Reads an amount with its currency: `1250.00 DKK`.
    ///
    /// # Errors
    /// As [`Money::parse_decimal`], and [`MoneyError::UnknownCurrency`].
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let (number, code) = text.trim().rsplit_once(' ').ok_or(MoneyError::UnknownCurrency)?;
        Self::parse_decimal(number.trim_end(), Currency::parse(code)?)
    }

    /// The number alone, with the currency's decimals and a point: `12400.00`, `-0.50`, `500`.
    pub fn decimal(self) -> Decimal {
        Decimal(self)
    }
}

/// Writes the number of an amount without its currency; made by [`Money::decimal`].
#[derive(Clone, Copy)]
pub struct Decimal(Money);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Money { minor, currency } = self.0;
        let sign = if minor < 0 { "-" } else { "" };
        let unit = 10_u64.pow(u32::from(currency.decimals()));
        let (whole, part) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
        match currency.decimals() {
            0 => write!(f, "{sign}{whole}"),
            decimals => write!(f, "{sign}{whole}.{part:0width$}", width = usize::from(decimals)),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An amount travels in JSON as text, `"1250.00 DKK"`, so that no reader can turn it into a float.
impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|e| serde::de::Error::custom(format!("amount {text:?}: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn decimals_follow_the_currency() {
        for (minor, code, text) in [
            (1_240_000, "DKK", "12400.00 DKK"),
            (-50, "EUR", "-0.50 EUR"),
            (500, "JPY", "500 JPY"),
            (1_000_001, "KWD", "1000.001 KWD"),
            (i64::MIN, "EUR", "-92233720368547758.08 EUR"),
            (i64::MAX, "JPY", "9223372036854775807 JPY"),
        ] {
            let money = Money::new(minor, currency(code));
            assert_eq!(money.to_string(), text);
            assert_eq!(Money::parse(text), Ok(money));
        }
    }

    #[test]
    fn every_currency_of_the_standard_is_known_and_no_other() {
        let letters = || b'A'..=b'Z';
        let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        let mut known = 0;
        for code in codes {
            let code = str::from_utf8(&code).unwrap();
            let wanted = iso_currency::Currency::from_code(code).and_then(|currency| currency.exponent());
            assert_eq!(Currency::parse(code).ok().map(|currency| currency.decimals().into()), wanted, "{code}");
            known += usize::from(wanted.is_some());
        }
        assert!(known > 150, "{known}");
        for code in ["", "D", "DK", "dkk", "DKKK", "kr.", "DK\u{178}"] {
            assert_eq!(Currency::parse(code), Err(MoneyError::UnknownCurrency), "{code}");
        }
    }

    #[test]
    fn bad_numbers_are_told_apart() {
        for (text, error) in [
            ("", MoneyError::NotANumber),
            ("-", MoneyError::NotANumber),
            (".5", MoneyError::NotANumber),
            ("5.", MoneyError::NotANumber),
            ("1,5", MoneyError::NotANumber),
            ("1e3", MoneyError::NotANumber),
            ("1.005", MoneyError::TooManyDecimals),
            ("92233720368547758.08", MoneyError::Overflow),
        ] {
            assert_eq!(Money::parse_decimal(text, currency("EUR")), Err(error), "{text:?}");
        }
        assert_eq!(Money::parse_decimal("1.500", currency("EUR")).map(|m| m.minor), Ok(150));
        assert_eq!(Money::parse("5 XAU"), Err(MoneyError::UnknownCurrency));
        assert_eq!(Money::parse("5 eur"), Err(MoneyError::UnknownCurrency));
    }

    #[test]
    fn currencies_do_not_mix() {
        let (one, other) = (Money::new(1, currency("EUR")), Money::new(1, currency("DKK")));
        assert_eq!(one.checked_add(other), Err(MoneyError::CurrencyMismatch));
        assert_eq!(one.checked_sub(Money::new(i64::MIN, one.currency)), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn text_and_back(minor: i64, code in prop::sample::select(vec!["EUR", "JPY", "KWD", "CLF"])) {
            let money = Money::new(minor, currency(code));
            prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = Money::parse(&text);
            let _ = Money::parse_decimal(&text, currency("KWD"));
        }
    }
}
