//! What is known of the customer behind an account beside its money: what people and hosts say of it, and how it paid.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::error::{Error, Result};
use crate::money::Money;

/// The months a customer's behaviour is looked at.
pub const MONTHS: usize = 12;

/// What people and hosts say of an account. Everything may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The risk class a person or the host gave it; it goes before the one that follows from the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_class: Option<String>,
    /// The score; what it means is the host's, the higher the better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<i32>,
    /// The day it became a customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_since: Option<Day>,
    /// The day by which the account is to be reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_review: Option<Day>,
    /// The payment terms agreed, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_days: Option<u16>,
    /// Whether it belongs to the own group of companies.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
}

/// How an account paid and disputed in one month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Month {
    /// Which month, as [`Day::month`] counts them.
    pub month: i32,
    /// What was paid on invoices, in minor units.
    pub paid: i64,
    /// The sum of amount times days after the due day of what was paid; early payment counts as on time.
    pub late: i64,
    /// Invoices posted.
    pub invoiced: u32,
    /// Invoices first disputed.
    pub disputed: u32,
}

/// How an account paid and disputed over the last [`MONTHS`] months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// What was paid, in minor units.
    pub paid: i128,
    /// Amount times days late.
    pub late: i128,
    /// Invoices posted.
    pub invoiced: u64,
    /// Invoices disputed.
    pub disputed: u64,
}

impl Behaviour {
    /// The sums of the months that count today.
    pub fn of(history: &[Month], today: Day) -> Self {
        let now = today.month();
        let months = i32::try_from(MONTHS).unwrap_or(i32::MAX);
        history.iter().filter(|month| month.month > now.saturating_sub(months) && month.month <= now).fold(
            Self::default(),
            |sum, month| Self {
                paid: sum.paid + i128::from(month.paid),
                late: sum.late + i128::from(month.late),
                invoiced: sum.invoiced + u64::from(month.invoiced),
                disputed: sum.disputed + u64::from(month.disputed),
            },
        )
    }

    /// Days late, weighted by amount, rounded down; `None` when nothing was paid.
    pub fn days_late(&self) -> Option<i64> {
        (self.paid > 0).then(|| i64::try_from(self.late / self.paid).unwrap_or(i64::MAX))
    }

    /// The share of the invoices that was disputed, in hundredths of a per cent; `None` when there was none.
    pub fn dispute_rate(&self) -> Option<i64> {
        let share = self.disputed.saturating_mul(10_000).checked_div(self.invoiced)?;
        i64::try_from(share).ok()
    }
}

/// Days sales outstanding: what is owed, over what was sold on credit in a window, times the days of the window; in
/// hundredths of a day, half up.
///
/// # Errors
/// `Argument` when the currencies differ, nothing was sold, an amount is below zero, or the result does not fit.
pub fn dso(balance: Money, credit_sales: Money, days: u32) -> Result<i64> {
    if balance.currency != credit_sales.currency {
        return Err(Error::argument("balance, credit_sales: they are in different currencies"));
    }
    if balance.minor < 0 || credit_sales.minor <= 0 {
        return Err(Error::argument("balance must not be below zero, and credit_sales must be above zero"));
    }
    let (owed, sold) = (i128::from(balance.minor) * i128::from(days) * 100, i128::from(credit_sales.minor));
    i64::try_from((owed + sold / 2) / sold).map_err(|_| Error::argument("the result is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_sales_outstanding() {
        let dkk = |text: &str| Money::parse(text).unwrap();
        let of = |balance, sales, days| dso(dkk(balance), dkk(sales), days).ok();
        assert_eq!(of("50000.00 DKK", "150000.00 DKK", 365), Some(121_67));
        assert_eq!(of("50000.00 DKK", "150000.00 DKK", 183), Some(61_00));
        assert_eq!(of("50000.00 DKK", "0.00 DKK", 183), None);
        assert_eq!(of("0.00 DKK", "1.00 DKK", 183), Some(0));
        assert_eq!(of("-1.00 DKK", "1.00 DKK", 183), None);
        assert_eq!(of("1.00 EUR", "1.00 DKK", 183), None);
        assert_eq!(of("92233720368547758.07 DKK", "0.01 DKK", u32::MAX), None);
    }

    #[test]
    fn only_the_last_twelve_months_count() {
        let today = Day::parse("2026-11-24").unwrap();
        let now = today.month();
        let month = |month, paid, late| Month { month, paid, late, invoiced: 2, disputed: 1 };
        let history = [month(now - 12, 100, 9_000), month(now - 11, 100, 1_000), month(now, 300, 0)];
        let behaviour = Behaviour::of(&history, today);
        assert_eq!((behaviour.paid, behaviour.days_late()), (400, Some(2)));
        assert_eq!(behaviour.dispute_rate(), Some(5_000));
        assert_eq!(Behaviour::default().days_late(), None);
        assert_eq!(Behaviour::default().dispute_rate(), None);
    }
}
