//! ISO 4217 currencies.

use std::fmt;

use once_cell::race::OnceBox;
use serde::{Deserialize, Serialize};

use super::MoneyError;

/// An ISO 4217 currency that has minor units (metals, funds and test codes have none and are refused).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    decimals: u8,
}

/// All of them, by their letters. Every amount that comes in names its currency, and the package that knows them compares it with
/// one after the other; by their numbers it hands out all.
static KNOWN: OnceBox<Vec<Currency>> = OnceBox::new();

fn known() -> Vec<Currency> {
    let mut known: Vec<_> =
        (0..1000).filter_map(iso_currency::Currency::from_numeric).filter_map(Currency::of).collect();
    known.sort_unstable();
    known
}

impl Currency {
    /// The currency with this code, three capital letters.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`].
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let known = KNOWN.get_or_init(|| Box::new(known()));
        let letters = code.as_bytes().try_into().map_err(|_| MoneyError::UnknownCurrency)?;
        let at = known.binary_search_by_key(&letters, |one| one.code).map_err(|_| MoneyError::UnknownCurrency)?;
        known.get(at).copied().ok_or(MoneyError::UnknownCurrency)
    }

    fn of(known: iso_currency::Currency) -> Option<Self> {
        let decimals = known.exponent().and_then(|exponent| u8::try_from(exponent).ok())?;
        Some(Self { code: known.code().as_bytes().try_into().ok()?, decimals })
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// The three letters as bytes, for comparing without parsing.
    pub const fn code_bytes(&self) -> &[u8; 3] {
        &self.code
    }

    /// How many decimals an amount has: 2 for EUR, 0 for JPY, 3 for KWD, at most 4.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|e| serde::de::Error::custom(format!("currency {text:?}: {e}")))
    }
}
