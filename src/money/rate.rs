//! Conversion between currencies: one multiplication, one rounding.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{Currency, Money, MoneyError};

/// What happens to the part below one minor unit. The policy names it; [`Rounding::HalfUp`] is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Half a unit and more goes away from zero: the commercial rounding of invoices.
    #[default]
    HalfUp,
    /// Half a unit goes to the even neighbour: the banker's rounding.
    HalfEven,
    /// Anything above goes away from zero: exposure is never understated.
    Up,
}

/// How many units of the target currency one unit of the source currency is worth: major for major, as rates are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(Decimal);

impl Rate {
    /// Reads a plain decimal, such as `7.4605`; at most 28 digits.
    ///
    /// # Errors
    /// [`MoneyError::NotANumber`] or [`MoneyError::BadRate`] when it is zero or less.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let rate = Decimal::from_str_exact(text).map_err(|_| MoneyError::NotANumber)?;
        if rate <= Decimal::ZERO { Err(MoneyError::BadRate) } else { Ok(Self(rate)) }
    }

    /// `money` in `target`, rounded once. The same currency is passed through unchanged and the rate is not used.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn convert(self, money: Money, target: Currency, rounding: Rounding) -> Result<Money, MoneyError> {
        if money.currency == target {
            return Ok(money);
        }
        let strategy = match rounding {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Up => RoundingStrategy::AwayFromZero,
        };
        let shift = i32::from(target.decimals()) - i32::from(money.currency.decimals());
        let factor = Decimal::from(10_u32.pow(shift.unsigned_abs()));
        let product = Decimal::from(money.minor).checked_mul(self.0).ok_or(MoneyError::Overflow)?;
        let scaled = if shift < 0 { product.checked_div(factor) } else { product.checked_mul(factor) };
        let minor = scaled.ok_or(MoneyError::Overflow)?.round_dp_with_strategy(0, strategy);
        let minor = i64::try_from(minor.mantissa()).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(minor: i64, from: &str, rate: &str, to: &str, rounding: Rounding) -> i64 {
        let money = Money::new(minor, Currency::parse(from).unwrap());
        Rate::parse(rate).unwrap().convert(money, Currency::parse(to).unwrap(), rounding).unwrap().minor
    }

    #[test]
    fn one_rounding_at_the_end() {
        assert_eq!(convert(100_00, "USD", "50", "INR", Rounding::HalfUp), 5000_00);
        assert_eq!(convert(1, "EUR", "0.5", "USD", Rounding::HalfUp), 1);
        assert_eq!(convert(-1, "EUR", "0.5", "USD", Rounding::HalfUp), -1);
        assert_eq!(convert(1, "EUR", "0.5", "USD", Rounding::HalfEven), 0);
        assert_eq!(convert(1, "EUR", "0.01", "USD", Rounding::Up), 1);
    }

    #[test]
    fn decimals_of_both_currencies_count() {
        assert_eq!(convert(500, "JPY", "0.0061", "EUR", Rounding::HalfUp), 3_05);
        assert_eq!(convert(3_05, "EUR", "163.9", "JPY", Rounding::HalfUp), 500);
        assert_eq!(convert(1_000, "KWD", "3.25", "USD", Rounding::HalfUp), 3_25);
    }

    #[test]
    fn same_currency_needs_no_rate_and_bad_rates_are_refused() {
        assert_eq!(convert(7, "EUR", "99", "EUR", Rounding::HalfUp), 7);
        assert_eq!(Rate::parse("0"), Err(MoneyError::BadRate));
        assert_eq!(Rate::parse("-1"), Err(MoneyError::BadRate));
        assert_eq!(Rate::parse("one"), Err(MoneyError::NotANumber));
        let most = Money::new(i64::MAX, Currency::parse("EUR").unwrap());
        let dkk = Currency::parse("DKK").unwrap();
        assert_eq!(Rate::parse("7.46").unwrap().convert(most, dkk, Rounding::HalfUp), Err(MoneyError::Overflow));
    }
}
