//! The languages of the texts, and how each writes numbers, amounts and days. Whole numbers all the way: no floats.

use crate::calendar::Day;
use crate::money::Money;

/// A language that every text exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Danish.
    Da,
    /// Norwegian, bokmål.
    Nb,
    /// Swedish.
    Sv,
    /// Finnish.
    Fi,
    /// Dutch.
    Nl,
}

/// Keeps the digits of one number on one line.
const NO_BREAK_SPACE: &str = "\u{a0}";

impl Language {
    /// Every language.
    pub const ALL: [Self; 6] = [Self::En, Self::Da, Self::Nb, Self::Sv, Self::Fi, Self::Nl];

    /// The language of a tag such as `da`, `da-DK`, `sv_FI` or `no`, in capitals or not. `None` for languages without
    /// texts: the caller decides what to fall back to.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        // Norwegian hosts send the macrolanguage; what they mean by it is bokmål.
        let primary = if primary.eq_ignore_ascii_case("no") { "nb" } else { primary };
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The tag: `en`, `da`, `nb`, `sv`, `fi` or `nl`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Da => "da",
            Self::Nb => "nb",
            Self::Sv => "sv",
            Self::Fi => "fi",
            Self::Nl => "nl",
        }
    }

    /// What stands between groups of three digits.
    const fn group(self) -> &'static str {
        match self {
            Self::En => ",",
            Self::Da | Self::Nb | Self::Nl => ".",
            Self::Sv | Self::Fi => NO_BREAK_SPACE,
        }
    }

    /// What stands before the decimals.
    const fn decimal_mark(self) -> &'static str {
        match self {
            Self::En => ".",
            Self::Da | Self::Nb | Self::Sv | Self::Fi | Self::Nl => ",",
        }
    }

    /// A whole number: `12,400`, `12.400`, `12 400`.
    pub fn number(self, number: i64) -> String {
        self.decimal(&number.to_string())
    }

    /// An amount with its currency: `12,400.00 DKK`.
    pub fn money(self, money: Money) -> String {
        format!("{} {}", self.decimal(&money.decimal().to_string()), money.currency)
    }

    /// Hundredths of a per cent: 250 is `2.5%` in English and Dutch and `2,5 %` elsewhere, with no-break space.
    pub fn percent(self, basis_points: i64) -> String {
        let sign = if basis_points < 0 { "-" } else { "" };
        let (whole, part) = (basis_points.unsigned_abs() / 100, basis_points.unsigned_abs() % 100);
        let plain = format!("{sign}{whole}.{part:02}");
        let number = self.decimal(plain.trim_end_matches('0').trim_end_matches('.'));
        let space = if matches!(self, Self::En | Self::Nl) { "" } else { NO_BREAK_SPACE };
        format!("{number}{space}%")
    }

    /// A day as it is written in business letters: `2026-11-22`, `22.11.2026`, `22-11-2026`.
    pub fn day(self, day: Day) -> String {
        let iso = day.to_string();
        let mut parts = iso.splitn(3, '-');
        let (Some(year), Some(month), Some(date)) = (parts.next(), parts.next(), parts.next()) else { return iso };
        match self {
            // English is read on both sides of the Atlantic, which disagree about which number is the month.
            Self::En | Self::Sv => iso,
            Self::Da | Self::Nb => format!("{date}.{month}.{year}"),
            Self::Fi => format!("{}.{}.{year}", date.trim_start_matches('0'), month.trim_start_matches('0')),
            Self::Nl => format!("{date}-{month}-{year}"),
        }
    }

    /// A plain decimal such as `-12400.00` with this language's marks.
    fn decimal(self, plain: &str) -> String {
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
        let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let mut text = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push_str(self.group());
            }
            text.push(digit);
        }
        if let Some(part) = part {
            text.push_str(self.decimal_mark());
            text.push_str(part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn in_all(write: impl Fn(Language) -> String) -> Vec<String> {
        Language::ALL.into_iter().map(write).collect()
    }

    #[test]
    fn tags_are_read_as_hosts_send_them() {
        for (tag, language) in [
            ("en", Language::En),
            ("en-GB", Language::En),
            ("da-DK", Language::Da),
            ("DA_dk", Language::Da),
            ("nb", Language::Nb),
            ("no", Language::Nb),
            ("NO-no", Language::Nb),
            ("sv_FI.UTF-8", Language::Sv),
            ("fi", Language::Fi),
            ("nl-BE", Language::Nl),
        ] {
            assert_eq!(Language::parse(tag), Some(language), "{tag}");
        }
        for tag in ["", "-", "de", "english", "d", "nn", "sv FI"] {
            assert_eq!(Language::parse(tag), None, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
            assert_eq!(serde_json::to_string(&language).unwrap(), format!("{:?}", language.tag()));
        }
    }

    #[test]
    fn amounts_are_written_as_in_the_country() {
        let money = |minor, code| Money::new(minor, Currency::parse(code).unwrap());
        assert_eq!(
            in_all(|l| l.money(money(1_240_000, "DKK"))),
            [
                "12,400.00 DKK",
                "12.400,00 DKK",
                "12.400,00 DKK",
                "12\u{a0}400,00 DKK",
                "12\u{a0}400,00 DKK",
                "12.400,00 DKK"
            ]
        );
        assert_eq!(Language::En.money(money(-99_999, "EUR")), "-999.99 EUR");
        assert_eq!(Language::Da.money(money(-100_000, "EUR")), "-1.000,00 EUR");
        assert_eq!(Language::En.money(money(1_000_001, "KWD")), "1,000.001 KWD");
        assert_eq!(Language::Sv.money(money(1_500, "JPY")), "1\u{a0}500 JPY");
        assert_eq!(Language::En.money(money(i64::MIN, "EUR")), "-92,233,720,368,547,758.08 EUR");
        assert_eq!(Language::En.money(money(5, "EUR")), "0.05 EUR");
    }

    #[test]
    fn numbers_shares_and_days_too() {
        assert_eq!(
            in_all(|l| l.number(1_234_567)).join("|"),
            "1,234,567|1.234.567|1.234.567|1\u{a0}234\u{a0}567|1\u{a0}234\u{a0}567|1.234.567"
        );
        assert_eq!(in_all(|l| l.percent(250)).join("|"), "2.5%|2,5\u{a0}%|2,5\u{a0}%|2,5\u{a0}%|2,5\u{a0}%|2,5%");
        for (points, text) in
            [(0, "0%"), (1, "0.01%"), (1000, "10%"), (10_000, "100%"), (-205, "-2.05%"), (123_456_700, "1,234,567%")]
        {
            assert_eq!(Language::En.percent(points), text);
        }
        let day = Day::parse("2026-03-05").unwrap();
        assert_eq!(in_all(|l| l.day(day)).join("|"), "2026-03-05|05.03.2026|05.03.2026|2026-03-05|5.3.2026|05-03-2026");
    }

    proptest! {
        #[test]
        fn taking_the_marks_away_gives_the_number_back(number: i64, at in 0_usize..6) {
            let text = Language::ALL[at].number(number);
            let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
            prop_assert_eq!(digits.parse::<i64>(), Ok(number));
        }

        #[test]
        fn any_value_can_be_written(days: i32, points: i64, tag in "\\PC*") {
            for language in Language::ALL {
                let _ = (language.day(Day(days)), language.percent(points));
            }
            let _ = Language::parse(&tag);
        }
    }
}
