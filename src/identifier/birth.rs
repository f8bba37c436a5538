//! The date of birth that a personal number begins with.
//!
//! A day is counted as days since 1970-01-01. The year always comes with its century here; how each country encodes the
//! century is that country's business.

use super::Fault;
use chrono::{Datelike, NaiveDate};

/// The day of a date that exists.
pub(super) fn day(year: i32, month: u32, day: u32) -> Option<i32> {
    NaiveDate::from_ymd_opt(year, month, day).map(|date| date.to_epoch_days())
}

/// The calendar year of a day, kept to four digits: a number has no room for more.
pub(super) fn year_of(today: i32) -> i32 {
    let beyond = if today < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    NaiveDate::from_epoch_days(today).unwrap_or(beyond).year().clamp(0, 9999)
}

/// Whether somebody can have been born then: the date exists and is not in the future.
pub(super) fn born(year: i32, month: u32, of_month: u32, today: i32) -> Result<(), Fault> {
    match day(year, month, of_month) {
        None => Err(Fault::ImpossibleDate),
        Some(birth) if birth > today => Err(Fault::FutureDate),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_years_agree() {
        assert_eq!(day(1970, 1, 1), Some(0));
        assert_eq!(day(2026, 1, 15), Some(20_468));
        assert_eq!(day(1900, 2, 29), None);
        assert_eq!(year_of(20_468), 2026);
        assert_eq!(year_of(-1), 1969);
        assert_eq!((year_of(i32::MIN), year_of(i32::MAX)), (0, 9999));
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        assert_eq!(born(2026, 1, 15, 20_468), Ok(()));
        assert_eq!(born(2026, 1, 16, 20_468), Err(Fault::FutureDate));
        assert_eq!(born(2026, 2, 30, 20_468), Err(Fault::ImpossibleDate));
    }
}
