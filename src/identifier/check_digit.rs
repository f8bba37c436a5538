//! The check-digit procedures, each written once.
//!
//! All of them are sums that a correct number brings to a fixed remainder, so checking is adding up the whole number,
//! check digit included. That also shows which numbers cannot exist: where the remainder asks for a check "digit" of
//! ten, no digit fits and the number is never given out.

use super::Fault;

/// Σ digit × weight. Both are small, so nothing overflows.
pub(super) fn weighted(digits: &[u8], weights: &[u8]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| u32::from(*d) * u32::from(*w)).sum()
}

/// A number whose last digit has weight 1 and whose weighted sum must be divisible by 11.
///
/// `weights` are those of the digits before the last. CVR, Norwegian organisation numbers and Y-tunnus work so.
pub(super) fn mod_11(digits: &[u8], weights: &[u8]) -> Result<(), Fault> {
    let Some((check, body)) = digits.split_last() else { return Err(Fault::Empty) };
    let sum = weighted(body, weights);
    if sum % 11 == 1 {
        // The check digit would have to be ten.
        return Err(Fault::NeverIssued);
    }
    if (sum + u32::from(*check)).is_multiple_of(11) { Ok(()) } else { Err(Fault::BadCheckDigit) }
}

/// Luhn's formula (ISO/IEC 7812-1, annex B): from the right, every second digit doubled, its digits added up.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, d)| {
            let value = u32::from(*d) << (place % 2);
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The GS1 check digit: weights 1 and 3 in turn from the right, a sum divisible by 10 (GS1 General Specifications, 7.9).
pub(super) fn gs1(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(place, d)| u32::from(*d) * [1, 3][place % 2]).sum();
    sum.is_multiple_of(10)
}

/// The remainder by 97 of a text read as one long number, `A` as 10 up to `Z` as 35 (ISO/IEC 7064, MOD 97-10, which
/// asks for 1). Other characters than digits and upper-case letters are not counted.
pub(super) fn mod_97(text: &[u8]) -> u32 {
    text.iter().fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => rest,
    })
}

/// Whether two digits can be MOD 97-10 check digits.
///
/// They are computed as 98 minus a remainder by 97, which is never 00, 01 or 99; those three pass the test as strangers
/// (00 in the place of 97, 01 of 98, 99 of 02), so a number that ends in them was never computed by anybody.
pub(super) fn is_mod_97_pair(pair: [u8; 2]) -> bool {
    !matches!(&pair, b"00" | b"01" | b"99")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_by_the_textbook() {
        assert!(luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]));
        for last in [0, 1, 2, 4, 5, 6, 7, 8, 9] {
            assert!(!luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, last]));
        }
    }

    #[test]
    fn mod_11_knows_the_check_digit_ten() {
        // 1·1 ≡ 1: a ten would be needed.
        assert_eq!(mod_11(&[1, 0], &[1]), Err(Fault::NeverIssued));
        assert_eq!(mod_11(&[2, 9], &[1]), Ok(()));
        assert_eq!(mod_11(&[2, 8], &[1]), Err(Fault::BadCheckDigit));
        assert_eq!(mod_11(&[], &[]), Err(Fault::Empty));
    }

    #[test]
    fn mod_97_reads_letters_as_two_digits() {
        assert_eq!(mod_97(b"3214282912345698765432161182"), 1);
        assert_eq!(mod_97(b"WEST12345698765432GB82"), 1);
        assert_eq!(mod_97(b"WEST12345698765432GB83"), 2);
    }
}
