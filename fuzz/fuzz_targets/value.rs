//! The small texts: amounts, rates, days, moments, currencies, names, languages. An input is lines of them.
//!
//! What is read is written and read back the same; a conversion is what exact arithmetic says; a name's key is its own.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use obligor::calendar::{Day, Instant};
use obligor::customer::{Likeness, compare_names, name_key};
use obligor::engine::checked_name;
use obligor::money::{Currency, Money, Rate, Rounding};
use obligor::reason::Language;
use obligor_fuzz::{must_be_clear, text};

fuzz_target!(|bytes: &[u8]| -> Corpus { text(bytes).map_or_else(|corpus| corpus, run) });

fn run(input: &str) -> Corpus {
    let (mut amounts, mut rates) = (Vec::new(), Vec::new());
    for line in input.lines().take(8) {
        if let Ok(amount) = Money::parse(line) {
            assert_eq!(Money::parse(&amount.to_string()), Ok(amount));
            let code = amount.currency.to_string();
            assert_eq!(Money::parse_decimal(&amount.decimal().to_string(), amount.currency), Ok(amount));
            assert_eq!(Currency::parse(&code), Ok(amount.currency));
            for language in Language::ALL {
                assert!(!language.money(amount).is_empty());
            }
            amounts.push(amount);
        }
        if let Ok(rate) = Rate::parse(line) {
            rates.push((rate, line));
        }
        if let Some(day) = Day::parse(line) {
            assert_eq!(day.to_string(), line);
            assert!(day.plus_months(1) > day || day.plus_months(1) == Day::MAX);
            assert_eq!(day.plus(1).plus(-1).min(Day(Day::MAX.0 - 1)), day.min(Day(Day::MAX.0 - 1)));
        }
        if let Some(at) = Instant::parse(line) {
            assert_eq!(Instant::parse(&at.to_string()), Some(at), "{line}");
            assert_eq!(at.day(0).to_string(), at.to_string().get(..10).unwrap_or_default(), "{line}");
        }
        if let Some(language) = Language::parse(line) {
            assert!(Language::ALL.contains(&language));
        }
        match checked_name("name", line) {
            Ok(name) => assert_eq!(checked_name("name", name).ok(), Some(name)),
            Err(error) => must_be_clear(&error),
        }
        let key = name_key(line);
        assert_eq!(compare_names(line, line), if key.is_empty() { Likeness::Different } else { Likeness::Same });
    }
    for amount in &amounts {
        for other in &amounts {
            if let Ok(sum) = amount.checked_add(*other) {
                assert_eq!(sum.checked_sub(*other), Ok(*amount));
            }
            for (rate, text) in &rates {
                for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up] {
                    converted(*amount, *rate, text, other.currency, rounding);
                }
            }
        }
    }
    Corpus::Keep
}

/// The conversion, beside the same in whole numbers.
fn converted(amount: Money, rate: Rate, text: &str, target: Currency, rounding: Rounding) {
    let got = rate.convert(amount, target, rounding).map(|money| money.minor).ok();
    if amount.currency == target {
        assert_eq!(got, Some(amount.minor));
        return;
    }
    if let Some(expected) = exactly(amount, text, target, rounding) {
        assert_eq!(got, i64::try_from(expected).ok(), "{amount} at {text} in {target}, {rounding:?}");
    }
}

/// `None` where 128 bits are not enough.
fn exactly(amount: Money, rate: &str, target: Currency, rounding: Rounding) -> Option<i128> {
    let (whole, fraction) = rate.trim_start_matches('+').split_once('.').unwrap_or((rate.trim_start_matches('+'), ""));
    let digits = format!("{whole}{fraction}").replace('_', "");
    let decimals = fraction.replace('_', "").len();
    let shift = i64::from(target.decimals()) - i64::from(amount.currency.decimals()) - i64::try_from(decimals).ok()?;
    let power = |of: u64| 10_i128.checked_pow(u32::try_from(of).ok()?);
    let product = i128::from(amount.minor).checked_mul(digits.parse().ok()?)?;
    if shift >= 0 {
        return product.checked_mul(power(shift.unsigned_abs())?);
    }
    let unit = power(shift.unsigned_abs())?;
    let (quotient, rest) = (product / unit, (product % unit).unsigned_abs());
    let half = unit.unsigned_abs() / 2;
    let away = match rounding {
        Rounding::Up => rest > 0,
        Rounding::HalfUp => rest >= half && unit > 1,
        Rounding::HalfEven => rest > half || (rest == half && unit > 1 && quotient % 2 != 0),
    };
    Some(if away { quotient + product.signum() } else { quotient })
}
