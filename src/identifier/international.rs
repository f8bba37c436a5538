//! Identifiers that no single country owns: bank accounts, legal entities, places.
//!
//! The lengths and layouts of IBANs are a registry with some ninety rows that changes every year, so they come from a
//! crate that follows it. What is added here: where in the text the fault is, the check digits that cannot exist, and
//! the check digit inside Norwegian accounts.

use super::check_digit::{gs1, is_mod_97_pair, mod_97, weighted};
use super::clean::{Clean, ascii};
use super::{Fault, Identifier, Notes, Scheme};
use iban::{Iban, ParseIbanError};

/// Weights of a Norwegian account number before its check digit (Bits AS, «Kontonummer»).
const KONTONUMMER: [u8; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// An IBAN (ISO 13616).
pub(super) fn iban(text: &str) -> Result<Identifier, Fault> {
    let clean = Clean::of(text)?;
    let bytes = clean.bytes();
    for (index, byte) in bytes.iter().take(4).enumerate() {
        let fits = if index < 2 { byte.is_ascii_alphabetic() } else { byte.is_ascii_digit() };
        if !fits {
            return Err(clean.bad_character(index));
        }
    }
    match clean.len() {
        has @ ..5 => return Err(Fault::TooShort { needs: 15, has: has as u8 }),
        35.. => return Err(Fault::TooLong { allows: 34 }),
        _ => {}
    }
    if !is_mod_97_pair([bytes[2], bytes[3]]) {
        return Err(Fault::NeverIssued);
    }
    match clean.text().parse::<Iban>() {
        Ok(_) => {}
        Err(ParseIbanError::InvalidBaseIban { .. }) => return Err(Fault::BadCheckDigit),
        Err(ParseIbanError::InvalidBban(_)) => return Err(Fault::WrongStructure),
        Err(ParseIbanError::UnknownCountry(_)) => return Err(Fault::UnknownCountry),
    }
    if bytes.starts_with(b"NO") {
        let account = clean.without_first(4).digits::<11>()?;
        if !(weighted(&account[..10], &KONTONUMMER) + u32::from(account[10])).is_multiple_of(11) {
            return Err(Fault::BadCheckDigit);
        }
    }
    Ok(Identifier::new(Scheme::Iban, bytes, Notes::NONE))
}

/// A legal entity identifier (ISO 17442): 18 letters or digits and two check digits.
pub(super) fn lei(text: &str) -> Result<Identifier, Fault> {
    let clean = Clean::of(text)?;
    clean.length(20)?;
    let bytes = clean.bytes();
    if let Some(index) = (18..20).find(|index| !bytes[*index].is_ascii_digit()) {
        return Err(clean.bad_character(index));
    }
    if mod_97(bytes) != 1 {
        return Err(Fault::BadCheckDigit);
    }
    if !is_mod_97_pair([bytes[18], bytes[19]]) {
        return Err(Fault::NeverIssued);
    }
    Ok(Identifier::new(Scheme::Lei, bytes, Notes::NONE))
}

/// A global location number (GS1): 13 digits.
pub(super) fn gln(text: &str) -> Result<Identifier, Fault> {
    let digits = Clean::of(text)?.digits::<13>()?;
    if digits == [0; 13] {
        return Err(Fault::NeverIssued);
    }
    if !gs1(&digits) {
        return Err(Fault::BadCheckDigit);
    }
    Ok(Identifier::new(Scheme::Gln, &ascii(digits), Notes::NONE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Personal;

    #[test]
    fn ibans_of_the_five_countries() {
        for text in [
            "DK50 0040 0440 1162 43",
            "NO93 8601 1117 947",
            "SE45 5000 0000 0583 9825 7466",
            "FI21 1234 5600 0007 85",
            "NL91 ABNA 0417 1643 00",
            "GR16 0110 1050 0000 1054 7023 795",
        ] {
            let id = iban(text).unwrap();
            assert_eq!(id.grouped().unwrap().as_str(), text);
            assert_eq!((id.personal(), id.to_string().as_str()), (Personal::May, "***"));
            assert_eq!(iban(&text.to_lowercase()).unwrap(), id);
        }
    }

    #[test]
    fn what_is_wrong_with_an_iban() {
        assert_eq!(iban("DK50 0040 0440 1162 44"), Err(Fault::BadCheckDigit));
        assert_eq!(iban("9K50 0040 0440 1162 43"), Err(Fault::BadCharacter { at: 1 }));
        assert_eq!(iban("DK5O 0040 0440 1162 43"), Err(Fault::BadCharacter { at: 4 }));
        assert_eq!(iban("DK50"), Err(Fault::TooShort { needs: 15, has: 4 }));
        assert_eq!(iban(&"1".repeat(99)), Err(Fault::BadCharacter { at: 1 }));
        assert_eq!(iban(&format!("DK50{}", "1".repeat(31))), Err(Fault::TooLong { allows: 34 }));
        assert_eq!(iban(&with_check_digits("XX", "00400440116243")), Err(Fault::UnknownCountry));
        assert_eq!(iban(&with_check_digits("DK", "0040044011624")), Err(Fault::WrongStructure));
        assert_eq!(iban(&with_check_digits("NO", "86011117948")), Err(Fault::BadCheckDigit));
    }

    #[test]
    fn check_digits_that_cannot_be_computed_are_refused() {
        for (computed, stranger) in [("97", "00"), ("98", "01"), ("02", "99")] {
            let mut accounts = (0u32..).map(|n| format!("{n:014}"));
            let bban = accounts.find(|bban| with_check_digits("DK", bban)[2..].starts_with(computed)).unwrap();
            assert!(iban(&format!("DK{computed}{bban}")).is_ok());
            assert_eq!(mod_97(format!("{bban}DK{stranger}").as_bytes()), 1);
            assert_eq!(iban(&format!("DK{stranger}{bban}")), Err(Fault::NeverIssued));
        }
    }

    fn with_check_digits(country: &str, bban: &str) -> String {
        let check = 98 - mod_97(format!("{bban}{country}00").as_bytes());
        format!("{country}{check:02}{bban}")
    }

    #[test]
    fn leis() {
        assert_eq!(lei("213800kud8lajwsq9d15").unwrap().to_string(), "213800KUD8LAJWSQ9D15");
        assert_eq!(lei("213800KUD8LAJWSQ9D16"), Err(Fault::BadCheckDigit));
        assert_eq!(lei("ABC81"), Err(Fault::TooShort { needs: 20, has: 5 }));
        assert_eq!(lei("213800KUD8LAJWSQ9DA5"), Err(Fault::BadCharacter { at: 19 }));
    }

    #[test]
    fn glns() {
        assert_eq!(gln("5790000435951").unwrap().to_string(), "5790000435951");
        assert_eq!(gln("9780471117094").unwrap().reveal(), "9780471117094");
        assert_eq!(gln("9780471117095"), Err(Fault::BadCheckDigit));
        assert_eq!(gln("73513537"), Err(Fault::TooShort { needs: 13, has: 8 }));
        assert_eq!(gln("0000000000000"), Err(Fault::NeverIssued));
    }
}
