//! A pool: a limit that several accounts share. A group's, a parent's, or the main segment's.
//!
//! The exposure of a pool is kept as the sums of its accounts, one for each currency, so that it costs the same for two
//! accounts and for a thousand. Only the sums are converted, each once.

use serde::{Deserialize, Serialize};

use super::limit::Limit;
use crate::money::{Currency, Money, MoneyError, Rate, Rounding};
use crate::reason::Level;

/// An account belongs to at most this many pools.
pub const MAX_POOLS: usize = 8;

/// What a pool stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// A group of companies, or a parent with its subsidiaries.
    Group,
    /// A credit segment, or the main segment over several.
    Segment,
}

impl PoolKind {
    /// The level its reasons speak of.
    pub const fn level(self) -> Level {
        match self {
            Self::Group => Level::Group,
            Self::Segment => Level::Segment,
        }
    }
}

/// What the accounts of one currency in a pool come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSum {
    /// The currency of the amounts.
    pub currency: Currency,
    /// Units of the pool's currency for one of this, as text so that it is exact; `None` when nobody gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// All debit buckets of its accounts, those beyond the horizon too.
    pub debit: i64,
    /// Their unapplied credits, as a positive number.
    pub unapplied: i64,
}

/// What the decision knows of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolFacts {
    /// The host's name of it.
    pub name: String,
    /// What it stands for.
    pub kind: PoolKind,
    /// The currency of its limits.
    pub currency: Currency,
    /// Every limit on record, in force or not.
    pub limits: Box<[Limit]>,
    /// What its accounts come to, this account among them.
    pub sums: Box<[PoolSum]>,
}

impl PoolFacts {
    /// The exposure of the pool, with `more` in the minor units of `of` added to its sum before it is converted.
    /// `None` when a sum has no rate.
    ///
    /// # Errors
    /// [`MoneyError`] when the amounts are too large or a rate is none.
    pub fn exposure(
        &self,
        credits_reduce: bool,
        rounding: Rounding,
        (more, of): (i64, Currency),
    ) -> Result<Option<Money>, MoneyError> {
        let mut total = Money::new(0, self.currency);
        let mut added = false;
        for sum in &self.sums {
            let mut minor = if credits_reduce { sum.debit.checked_sub(sum.unapplied) } else { Some(sum.debit) };
            if sum.currency == of {
                minor = minor.and_then(|minor| minor.checked_add(more));
                added = true;
            }
            let amount = Money::new(minor.ok_or(MoneyError::Overflow)?, sum.currency);
            let Some(amount) = self.converted(amount, sum.rate.as_deref(), rounding)? else { return Ok(None) };
            total = total.checked_add(amount)?;
        }
        if !added && more != 0 {
            let Some(amount) = self.converted(Money::new(more, of), None, rounding)? else { return Ok(None) };
            total = total.checked_add(amount)?;
        }
        Ok(Some(total))
    }

    fn converted(&self, amount: Money, rate: Option<&str>, rounding: Rounding) -> Result<Option<Money>, MoneyError> {
        if amount.currency == self.currency || amount.minor == 0 {
            return Ok(Some(Money::new(amount.minor, self.currency)));
        }
        let Some(rate) = rate else { return Ok(None) };
        Rate::parse(rate)?.convert(amount, self.currency, rounding).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn sums_are_converted_and_not_their_parts() {
        let pool = PoolFacts {
            name: "NORD".to_owned(),
            kind: PoolKind::Group,
            currency: currency("EUR"),
            limits: Box::default(),
            sums: Box::new([
                PoolSum { currency: currency("EUR"), rate: None, debit: 500, unapplied: 100 },
                PoolSum { currency: currency("DKK"), rate: Some("0.134".to_owned()), debit: 1_000, unapplied: 0 },
            ]),
        };
        let exposure = |credits, more| pool.exposure(credits, Rounding::HalfUp, more).unwrap().map(|money| money.minor);
        assert_eq!(exposure(true, (0, currency("EUR"))), Some(400 + 134));
        assert_eq!(exposure(false, (3, currency("DKK"))), Some(500 + 134));
        assert_eq!(exposure(false, (4, currency("DKK"))), Some(500 + 135));
        assert_eq!(exposure(false, (4, currency("SEK"))), None, "there is no rate for it");
        assert_eq!(exposure(false, (0, currency("SEK"))), Some(634));
    }
}
