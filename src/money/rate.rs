//! Conversion between currencies: one multiplication, one rounding.

use rust_decimal::Decimal;
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
        let shift = u32::from(target.decimals()).abs_diff(u32::from(money.currency.decimals()));
        let places = self.0.scale();
        let (rate, places) = if target.decimals() > money.currency.decimals() {
            (self.0.mantissa().unsigned_abs() * 10_u128.pow(shift.saturating_sub(places)), places.saturating_sub(shift))
        } else {
            (self.0.mantissa().unsigned_abs(), places + shift)
        };
        let unit = 10_u128.pow(places);
        let (whole, rest) = product_by(money.minor.unsigned_abs(), rate, unit).ok_or(MoneyError::Overflow)?;
        let away = match rounding {
            Rounding::HalfUp => rest >= unit - rest,
            Rounding::HalfEven => rest > unit - rest || (rest == unit - rest && whole % 2 == 1),
            Rounding::Up => rest > 0,
        };
        let size = i128::from(u64::try_from(whole).map_err(|_| MoneyError::Overflow)?) + i128::from(away);
        let minor = i64::try_from(if money.minor < 0 { -size } else { size }).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, target))
    }
}

/// `amount * rate / unit` and its remainder, exactly, by long division in digits of 16 bits: the product may need 174 bits, more than
/// any whole number here has. `rate` is below 2^110 and `unit` at most 10^32, so no step needs more than 127. `None` when the
/// quotient is too large.
fn product_by(amount: u64, rate: u128, unit: u128) -> Option<(u128, u128)> {
    let (mut whole, mut rest) = (0_u128, 0_u128);
    for digit in [48, 32, 16, 0].map(|shift| u128::from(amount >> shift & 0xffff)) {
        let part = (rest << 16) + digit * rate;
        whole = whole.checked_mul(1 << 16)?.checked_add(part / unit)?;
        rest = part % unit;
    }
    Some((whole, rest))
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

    /// Twenty-eight decimals times an amount is more than a `Decimal` holds: rounding it to fit and then to a unit would be two.
    #[test]
    fn no_digit_of_a_long_rate_is_lost() {
        let just_over = "1.0000000000000000000000000001";
        assert_eq!(convert(-5000, "CLF", just_over, "JPY", Rounding::HalfEven), -1);
        assert_eq!(convert(5000, "CLF", "1", "JPY", Rounding::HalfEven), 0);
        assert_eq!(convert(4999, "CLF", just_over, "JPY", Rounding::HalfUp), 0);
        assert_eq!(convert(i64::MAX - 1, "EUR", just_over, "USD", Rounding::Up), i64::MAX);
        assert_eq!(convert(i64::MIN, "EUR", "1", "USD", Rounding::Up), i64::MIN);
        assert_eq!(convert(922_337_203_685_477, "JPY", "1", "CLF", Rounding::Up), 9_223_372_036_854_770_000);
    }

    #[test]
    fn same_currency_needs_no_rate_and_bad_rates_are_refused() {
        assert_eq!(convert(7, "EUR", "99", "EUR", Rounding::HalfUp), 7);
        assert_eq!(Rate::parse("0"), Err(MoneyError::BadRate));
        assert_eq!(Rate::parse("-1"), Err(MoneyError::BadRate));
        assert_eq!(Rate::parse("one"), Err(MoneyError::NotANumber));
        let most = Money::new(i64::MAX, Currency::parse("EUR").unwrap());
        let dkk = Currency::parse("DKK").unwrap();
        for too_much in ["7.46", "79228162514264337593543950335"] {
            assert_eq!(Rate::parse(too_much).unwrap().convert(most, dkk, Rounding::HalfUp), Err(MoneyError::Overflow));
        }
    }
}
