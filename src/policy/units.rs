//! How a person writes a share and a duration in a policy.

/// Reads a share of a hundred as hundredths of a per cent: `10 %` is 1000, `2.5 %` is 250.
pub(super) fn basis_points(text: &str) -> Option<u32> {
    let number = text.strip_suffix('%')?.trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if fraction.len() > 2 {
        return None;
    }
    let hundredths = natural(fraction)? * if fraction.len() == 1 { 10 } else { 1 };
    natural(whole)?.checked_mul(100)?.checked_add(hundredths).and_then(|b| u32::try_from(b).ok())
}

/// Reads a duration with its unit (ms, s, min, h or d) as milliseconds: `250 ms`, `5 s`, `7 d`.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(end)?;
    let factor = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    natural(number)?.checked_mul(factor)
}

/// Digits and nothing else: `u64::from_str` alone would take a leading plus.
fn natural(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_become_basis_points() {
        for (text, points) in [
            ("0 %", 0),
            ("10 %", 1000),
            ("10%", 1000),
            ("2.5 %", 250),
            ("2.05 %", 205),
            ("0.01 %", 1),
            ("100 %", 10_000),
        ] {
            assert_eq!(basis_points(text), Some(points), "{text}");
        }
        for text in ["10", "", "%", " %", "-1 %", "+1 %", "2,5 %", "2. %", ".5 %", "2.555 %", "2.5.5 %", "99999999 %"] {
            assert_eq!(basis_points(text), None, "{text}");
        }
        assert_eq!(basis_points("18446744073709551615 %"), None);
    }

    #[test]
    fn durations_carry_their_unit() {
        for (text, ms) in
            [("0 s", 0), ("250 ms", 250), ("5 s", 5_000), ("5s", 5_000), ("2 min", 120_000), ("24 h", 86_400_000)]
        {
            assert_eq!(milliseconds(text), Some(ms), "{text}");
        }
        for text in ["", "5", "s", "-5 s", "+5 s", "1.5 h", "5 S", "5 seconds", "5 s ", "٣ s", "99999999999999999999 s"]
        {
            assert_eq!(milliseconds(text), None, "{text}");
        }
        assert_eq!(milliseconds("18446744073709551615 d"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = basis_points(&text);
            let _ = milliseconds(&text);
        }

        #[test]
        fn every_share_can_be_written(points in 0_u32..1_000_000) {
            prop_assert_eq!(basis_points(&format!("{}.{:02} %", points / 100, points % 100)), Some(points));
        }
    }
}
