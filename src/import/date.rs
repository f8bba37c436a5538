//! Days and moments as exports write them.

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, Instant};

/// How the days of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DateFormat {
    /// `2026-11-22`
    #[default]
    #[serde(rename = "yyyy-mm-dd")]
    Iso,
    /// `20261122`
    #[serde(rename = "yyyymmdd")]
    Compact,
    /// `22.11.2026`
    #[serde(rename = "dd.mm.yyyy")]
    DayDots,
    /// `22/11/2026`
    #[serde(rename = "dd/mm/yyyy")]
    DaySlashes,
    /// `22-11-2026`
    #[serde(rename = "dd-mm-yyyy")]
    DayDashes,
    /// `11/22/2026`
    #[serde(rename = "mm/dd/yyyy")]
    MonthSlashes,
}

impl DateFormat {
    /// Every format.
    pub const ALL: [Self; 6] =
        [Self::Iso, Self::Compact, Self::DayDots, Self::DaySlashes, Self::DayDashes, Self::MonthSlashes];

    /// The name, as a mapping writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iso => "yyyy-mm-dd",
            Self::Compact => "yyyymmdd",
            Self::DayDots => "dd.mm.yyyy",
            Self::DaySlashes => "dd/mm/yyyy",
            Self::DayDashes => "dd-mm-yyyy",
            Self::MonthSlashes => "mm/dd/yyyy",
        }
    }

    /// 22 November 2026 in this format.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Iso => "2026-11-22",
            Self::Compact => "20261122",
            Self::DayDots => "22.11.2026",
            Self::DaySlashes => "22/11/2026",
            Self::DayDashes => "22-11-2026",
            Self::MonthSlashes => "11/22/2026",
        }
    }

    /// Reads a day. A time of day after it, as some exports add, is not looked at.
    pub(super) fn read(self, text: &str) -> Option<Day> {
        let date = match text.split_once([' ', 'T']) {
            Some((date, time)) if is_time(time) => date,
            Some(_) => return None,
            None => text,
        };
        let (year, month, day) = match self {
            Self::Iso => return Day::parse(date),
            Self::Compact => (date.get(..4)?, date.get(4..6)?, date.get(6..)?),
            Self::DayDots => split(date, '.')?,
            Self::DaySlashes => split(date, '/')?,
            Self::DayDashes => split(date, '-')?,
            Self::MonthSlashes => split(date, '/').map(|(year, day, month)| (year, month, day))?,
        };
        if year.len() != 4 || month.len() > 2 || day.len() > 2 {
            return None;
        }
        Day::from_ymd(i32::try_from(digits(year)?).ok()?, digits(month)?, digits(day)?)
    }

    /// The other format in which this text is a day, if it is the only one: what the mapping should have said.
    pub(super) fn instead(self, text: &str) -> Option<Self> {
        let mut fits = Self::ALL.into_iter().filter(|format| format.read(text).is_some());
        match (fits.next(), fits.next()) {
            (Some(format), None) if format != self => Some(format),
            _ => None,
        }
    }
}

/// Splits `22.11.2026` into year, month, day.
fn split(text: &str, at: char) -> Option<(&str, &str, &str)> {
    let (day, rest) = text.split_once(at)?;
    let (month, year) = rest.split_once(at)?;
    Some((year, month, day))
}

fn digits(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn is_time(text: &str) -> bool {
    text.len() >= 4
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains(':')
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'Z' | b'+' | b'-' | b' ' | b'A' | b'P' | b'M'))
}

/// A moment, or a day whose hours count from local midnight.
pub(super) enum Moment {
    At(Instant),
    On(Day),
}

/// Reads `2026-11-22T08:30:00Z`, `2026-11-22 08:30:00` (local), or a day in the file's format.
pub(super) fn moment(text: &str, format: DateFormat, utc_offset_minutes: i32) -> Option<Moment> {
    if let Some(at) = Instant::parse(text) {
        return Some(Moment::At(at));
    }
    let Some((date, time)) = text.split_once([' ', 'T']) else {
        return format.read(text).map(Moment::On);
    };
    let day = format.read(date)?;
    let mut parts = time.split(':');
    let hour = part(parts.next()?, 23)?;
    let minute = part(parts.next()?, 59)?;
    let (second, milli) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (second, fraction) = text.split_once('.').unwrap_or((text, "0"));
            let milli: String = fraction.chars().chain("000".chars()).take(3).collect();
            digits(fraction)?;
            (part(second, 59)?, digits(&milli)?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let of_day = i64::from(((hour * 60 + minute) * 60 + second) * 1000 + milli);
    Some(Moment::At(Instant(midnight(day, utc_offset_minutes).0.saturating_add(of_day))))
}

fn part(text: &str, most: u32) -> Option<u32> {
    if text.len() > 2 || text.is_empty() {
        return None;
    }
    digits(text).filter(|value| *value <= most)
}

/// The moment a day begins where clocks stand `utc_offset_minutes` ahead of UTC.
pub(super) fn midnight(day: Day, utc_offset_minutes: i32) -> Instant {
    Instant(i64::from(day.0) * 86_400_000 - i64::from(utc_offset_minutes) * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_format_reads_its_own_example_and_finds_the_right_one() {
        let day = Day::parse("2026-11-22");
        for format in DateFormat::ALL {
            assert_eq!(format.read(format.example()), day, "{}", format.name());
            assert_eq!(format.read(&format!("{} 00:00:00", format.example())), day);
            for other in DateFormat::ALL.into_iter().filter(|other| *other != format) {
                assert_eq!(format.read(other.example()), None, "{} in {}", other.name(), format.name());
                assert_eq!(format.instead(other.example()), Some(other));
            }
            // Serde's name is the one that is documented.
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("\"{}\"", format.name()));
        }
        assert_eq!(DateFormat::MonthSlashes.read("1/5/2026"), Day::parse("2026-01-05"));
        assert_eq!(DateFormat::DayDots.read("1.5.2026"), Day::parse("2026-05-01"));
        // 4 May or 5 April: nothing to suggest.
        assert_eq!(DateFormat::Iso.instead("04/05/2026"), None);
        for text in ["22.11.26", "31.11.2026", "22.11.2026.", "22.11.2026 noon", "+1.11.2026", "22..2026", ""] {
            assert_eq!(DateFormat::DayDots.read(text), None, "{text}");
        }
    }

    #[test]
    fn moments_without_a_zone_are_local() {
        let at = |text: &str, offset| match moment(text, DateFormat::Iso, offset) {
            Some(Moment::At(at)) => at.to_string(),
            Some(Moment::On(day)) => day.to_string(),
            None => "-".to_owned(),
        };
        assert_eq!(at("2026-11-22T08:30:00Z", 60), "2026-11-22T08:30:00.000Z");
        assert_eq!(at("2026-11-22T08:30:00+02:00", 60), "2026-11-22T06:30:00.000Z");
        assert_eq!(at("2026-11-22 08:30:00", 60), "2026-11-22T07:30:00.000Z");
        assert_eq!(at("2026-11-22 08:30", 0), "2026-11-22T08:30:00.000Z");
        assert_eq!(at("2026-11-22 08:30:15.25", 0), "2026-11-22T08:30:15.250Z");
        assert_eq!(at("2026-11-22", 60), "2026-11-22");
        for text in ["2026-11-22 24:00", "2026-11-22 8", "2026-11-22 08:60", "2026-11-22 08:30:00:00", "soon", ""] {
            assert_eq!(at(text, 0), "-", "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            for format in DateFormat::ALL {
                let _ = format.read(&text);
                let _ = moment(&text, format, 60);
            }
        }
    }
}
