//! Civil days, instants, and the clock that is handed in.
//!
//! Due dates and limits are about days, reservations about instants. Decisions never ask the machine for the time: the
//! engine reads its [`Clock`] once per call and passes the answer down, so that the same call can be made again.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A civil day, counted from 1970-01-01 (day 0) in the calendar of the company that sells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(pub i32);

impl Day {
    /// 1970-01-01.
    pub const EPOCH: Self = Self(0);
    /// The first day that can be written, 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// The last day that can be written, 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day of a Gregorian date, if there is one.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_date).filter(|d| *d >= Self::MIN && *d <= Self::MAX)
    }

    /// Reads `2026-11-22`.
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !shape {
            return None;
        }
        Self::from_ymd(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
    }

    /// This day moved by `days`, kept within [`Day::MIN`] and [`Day::MAX`].
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The same day of the month `months` later, or the last day of that month when it is shorter; at most [`Day::MAX`].
    pub fn plus_months(self, months: u32) -> Self {
        self.date().checked_add_months(chrono::Months::new(months)).map_or(Self::MAX, Self::from_date).min(Self::MAX)
    }

    /// Days from `earlier` to this day; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    /// Months from January 1970 to the month this day is in.
    pub fn month(self) -> i32 {
        use chrono::Datelike;
        let date = self.date();
        (date.year() - 1970) * 12 + i32::try_from(date.month0()).unwrap_or(0)
    }

    fn from_date(date: NaiveDate) -> Self {
        let days = date.signed_duration_since(NaiveDate::default()).num_days();
        Self(i32::try_from(days).unwrap_or(i32::MAX))
    }

    fn date(self) -> NaiveDate {
        let days = chrono::Duration::days(i64::from(self.0.clamp(Self::MIN.0, Self::MAX.0)));
        NaiveDate::default().checked_add_signed(days).unwrap_or_default()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.date(), f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a day; write it as 2026-11-22")))
    }
}

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Instant {
    /// The civil day of this moment where clocks stand `utc_offset_minutes` ahead of UTC.
    pub fn day(self, utc_offset_minutes: i32) -> Day {
        let local = self.0.saturating_add(i64::from(utc_offset_minutes) * 60_000);
        let days = local.div_euclid(86_400_000).clamp(i64::from(Day::MIN.0), i64::from(Day::MAX.0));
        Day(i32::try_from(days).unwrap_or(Day::MAX.0))
    }

    /// Reads `2026-11-22T08:30:00Z` or with an offset, `2026-11-22T09:30:00+01:00`.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|t| Self(t.timestamp_millis()))
    }

    /// Milliseconds from `earlier` to this moment, never below zero: a clock that jumped back makes nothing younger.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{} ms", self.0),
        }
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Travels as milliseconds, which is what the C ABI uses too.
impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

/// Where the engine gets the time from; handed in, so that tests and replays decide what time it is.
pub trait Clock: Send + Sync {
    /// The moment it is now.
    fn now(&self) -> Instant;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(Day::parse("1970-01-01"), Some(Day::EPOCH));
        assert_eq!(Day::parse("2026-11-22"), Some(Day(20_779)));
        assert_eq!(Day::parse("0001-01-01"), Some(Day::MIN));
        assert_eq!(Day::parse("9999-12-31"), Some(Day::MAX));
        for text in ["2026-02-29", "2026-1-01", "2026/01/01", "20260101", "", "２０26-01-1", "0000-01-01"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day(i32::MAX).to_string(), "9999-12-31");
        assert_eq!(Day(i32::MIN).to_string(), "0001-01-01");
        assert_eq!(Day(i32::MAX).plus(i32::MAX), Day::MAX);
    }

    #[test]
    fn months_end_where_the_month_ends() {
        let leap = Day::parse("2024-02-29").unwrap();
        assert_eq!(leap.plus_months(36).to_string(), "2027-02-28");
        assert_eq!(leap.plus_months(48).to_string(), "2028-02-29");
        assert_eq!(Day::parse("2026-01-31").unwrap().plus_months(1).to_string(), "2026-02-28");
        assert_eq!(leap.plus_months(u32::MAX), Day::MAX);
        assert_eq!(Day::MAX.plus_months(1), Day::MAX);
    }

    #[test]
    fn the_day_turns_at_local_midnight() {
        let late = Instant::parse("2026-11-22T23:30:00Z").unwrap();
        assert_eq!(late.day(0).to_string(), "2026-11-22");
        assert_eq!(late.day(60).to_string(), "2026-11-23");
        assert_eq!(Instant(-1).day(0), Day(-1));
        assert_eq!(Instant(i64::MAX).day(i32::MAX), Day::MAX);
        assert_eq!(Instant(5).since(Instant(9)), 0);
    }

    proptest! {
        #[test]
        fn text_and_back(day in Day::MIN.0..=Day::MAX.0) {
            prop_assert_eq!(Day::parse(&Day(day).to_string()), Some(Day(day)));
        }
    }
}
