//! Numbers of companies and people that pass their checks. The companies' may by chance be somebody's; the people's
//! are all from ranges in which nobody real has a number.

use super::chance::Chance;

/// Appends the check digit that makes the weighted sum divisible by 11; `None` when it would be 10.
fn mod11(stem: &str, weights: &[i64]) -> Option<String> {
    let sum: i64 = stem.bytes().zip(weights).map(|(digit, weight)| i64::from(digit - b'0') * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => None,
        check => Some(format!("{stem}{check}")),
    }
}

/// Appends the Luhn check digit.
fn luhn(stem: &str) -> String {
    let sum: i64 = stem
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = i64::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{stem}{}", (10 - sum % 10) % 10)
}

fn until_some(mut make: impl FnMut() -> Option<String>) -> String {
    loop {
        if let Some(number) = make() {
            return number;
        }
    }
}

/// The number of a company in its country's register.
pub(super) fn company(country: &str, chance: &mut Chance) -> String {
    match country {
        "DK" => until_some(|| mod11(&chance.range(1_000_000, 4_599_999).to_string(), &[2, 7, 6, 5, 4, 3, 2])),
        "NO" => until_some(|| mod11(&chance.range(91_000_000, 99_999_999).to_string(), &[3, 2, 7, 6, 5, 4, 3, 2])),
        // The third digit is 2 or more: no personal number looks so.
        "SE" => luhn(&format!("55{}", chance.range(6_000_000, 9_999_999))),
        "FI" => until_some(|| {
            let number = mod11(&chance.range(1_000_000, 3_299_999).to_string(), &[7, 9, 10, 5, 8, 4, 2])?;
            Some(format!("{}-{}", &number[..7], &number[7..]))
        }),
        _ => chance.range(10_000_000, 89_999_999).to_string(),
    }
}

/// The VAT number a company number makes; the Dutch one is a number of its own.
pub(super) fn vat(country: &str, company: &str, chance: &mut Chance) -> String {
    match country {
        "DK" => format!("DK{company}"),
        "NO" => format!("{company}MVA"),
        "SE" => format!("SE{company}01"),
        "FI" => format!("FI{}", company.replace('-', "")),
        _ => {
            let rsin = until_some(|| {
                let stem = chance.range(80_000_000, 85_999_999).to_string();
                let sum: i64 =
                    stem.bytes().zip((2..=9).rev()).map(|(digit, weight)| i64::from(digit - b'0') * weight).sum();
                (sum % 11 != 10).then(|| format!("{stem}{}", sum % 11))
            });
            format!("NL{rsin}B{:02}", chance.range(1, 3))
        }
    }
}

/// A number of a person, synthetic.
///
/// * DK: fails modulus 11, and the birthday is not 1 January; no such number has been given out.
/// * NO: the month is raised by 80, as in the test population Tenor.
/// * SE: the serial number is 980 or above, the range that Skatteverket's test numbers have.
/// * FI: the individual number is 900 or above: temporary, never kept in the population register.
pub(super) fn person(country: &str, chance: &mut Chance) -> String {
    let (year, month, day) = (chance.range(50, 99), chance.range(1, 12), chance.range(2, 28));
    match country {
        "DK" => until_some(|| {
            let number = format!("{day:02}{month:02}{year:02}{}", chance.range(1000, 3999));
            let weights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
            let sum: i64 = number.bytes().zip(weights).map(|(digit, weight)| i64::from(digit - b'0') * weight).sum();
            (sum % 11 != 0).then(|| format!("{}-{}", &number[..6], &number[6..]))
        }),
        "NO" => until_some(|| {
            let stem = format!("{day:02}{:02}{year:02}{:03}", month + 80, chance.range(0, 499));
            let first = mod11(&stem, &[3, 7, 6, 1, 8, 9, 4, 5, 2])?;
            mod11(&first, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
        }),
        "SE" => {
            let number = luhn(&format!("{year:02}{month:02}{day:02}{}", chance.range(980, 999)));
            format!("{}-{}", &number[..6], &number[6..])
        }
        "FI" => {
            let individual = chance.range(900, 999);
            let digits = (day * 10_000 + month * 100 + year) * 1_000 + individual;
            let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[usize::try_from(digits % 31).expect("a remainder")];
            format!("{day:02}{month:02}{year:02}-{individual}{}", char::from(check))
        }
        other => unreachable!("no personal numbers are made for {other}"),
    }
}
