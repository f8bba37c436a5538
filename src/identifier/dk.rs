//! Denmark: CVR numbers of companies, CPR numbers of persons.
//!
//! The check digit of a CVR number is proof. That of a CPR number is not: since October 2007 the register gives out
//! numbers that fail it, so a failing one is reported as a note and never refused.

use super::check_digit::{mod_11, weighted};
use super::clean::{Clean, ascii, number};
use super::{Answer, Fault, Identifier, Note, Notes, Scheme, birth};

/// Weights of the digits before the check digit (Erhvervsstyrelsen; 2,7,6,5,4,3,2,1 with it).
const CVR: [u8; 7] = [2, 7, 6, 5, 4, 3, 2];

/// Weights of all ten digits (CPR-kontoret, «Personnummeret i CPR»).
const CPR: [u8; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// A CVR number; `DK` in front, as on invoices, is allowed.
pub(super) fn cvr(text: &str) -> Result<Identifier, Fault> {
    let digits = cvr_digits(text)?;
    Ok(Identifier::new(Scheme::DkCvr, &ascii(digits), Notes::NONE))
}

/// The digits of a CVR number, which are also those of the VAT number.
pub(super) fn cvr_digits(text: &str) -> Result<[u8; 8], Fault> {
    let digits = Clean::of(text)?.without_country(b"DK")?.digits::<8>()?;
    if digits[0] == 0 {
        return Err(Fault::ForbiddenPrefix);
    }
    mod_11(&digits, &CVR)?;
    Ok(digits)
}

/// A CPR number.
///
/// Modulus 11: numbers that fail it «are fully valid», and so far all have 1 January as birthday, a list that is not
/// exhaustive (CPR-kontoret, «Personnumre uden kontrolciffer (modulus 11 kontrol)», 10 May 2023). Any other birthday is
/// noted too, so that the caller may look twice.
pub(super) fn cpr(text: &str, today: i32) -> Result<Answer, Fault> {
    let digits = Clean::of(text)?.digits::<10>()?;
    let (day, month) = (number(&digits[..2]), number(&digits[2..4]));
    birth::born(cpr_year(digits[6], number(&digits[4..6])), month, day, today)?;

    let normal = ascii(digits);
    if weighted(&digits, &CPR).is_multiple_of(11) {
        return Ok(Answer::Valid(Identifier::new(Scheme::DkCpr, &normal, Notes::NONE)));
    }
    let notes = Notes::NONE.with(Note::NotMod11);
    let notes = if (day, month) == (1, 1) { notes } else { notes.with(Note::NotMod11Unlisted) };
    Ok(Answer::FormatOnly(Identifier::new(Scheme::DkCpr, &normal, notes)))
}

/// The year of birth: the seventh digit tells the century (CPR-kontoret, «Personnummeret i CPR»).
fn cpr_year(seventh: u8, of_century: u32) -> i32 {
    let century = match (seventh, of_century) {
        (0..=3, _) => 1900,
        (4 | 9, 0..=36) => 2000,
        (4 | 9, _) => 1900,
        (_, 0..=57) => 2000,
        _ => 1800,
    };
    century + of_century as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::check;

    const TODAY: i32 = 20_468; // 2026-01-15

    #[test]
    fn cvr_numbers() {
        for text in ["13585628", "DK13585628", "dk 13 58 56 28", "1358-56-28"] {
            assert_eq!(cvr(text).unwrap().reveal(), "13585628");
        }
        assert_eq!(cvr("13585627"), Err(Fault::BadCheckDigit));
        assert_eq!(cvr("03585628"), Err(Fault::ForbiddenPrefix));
        assert_eq!(cvr("SE13585628"), Err(Fault::WrongCountryPrefix));
        assert_eq!(cvr("1358562"), Err(Fault::TooShort { needs: 8, has: 7 }));
        assert_eq!(cvr("1358562O"), Err(Fault::BadCharacter { at: 8 }));
        assert_eq!(cvr("13585628").unwrap().to_string(), "13585628");
        assert_eq!(cvr("13585628").unwrap().grouped().unwrap().as_str(), "13 58 56 28");
    }

    #[test]
    fn a_cpr_number_that_passes_is_valid() {
        let Ok(Answer::Valid(id)) = cpr("211062-5629", TODAY) else { panic!() };
        assert_eq!(id.reveal(), "2110625629");
        assert!(!id.notes().has(Note::NotMod11));
    }

    #[test]
    fn a_cpr_number_that_fails_modulus_11_is_never_refused() {
        let Ok(Answer::FormatOnly(id)) = cpr("010165-0000", TODAY) else { panic!() };
        assert!(id.notes().has(Note::NotMod11) && !id.notes().has(Note::NotMod11Unlisted));
        let Ok(Answer::FormatOnly(id)) = cpr("211062-5620", TODAY) else { panic!() };
        assert!(id.notes().has(Note::NotMod11Unlisted));
    }

    #[test]
    fn a_cpr_number_needs_a_real_birthday_in_the_past() {
        assert_eq!(cpr("511062-5629", TODAY), Err(Fault::ImpossibleDate));
        assert_eq!(cpr("290201-0000", TODAY), Err(Fault::ImpossibleDate));
        assert_eq!(cpr("160126-4000", TODAY), Err(Fault::FutureDate));
        assert!(cpr("150126-4000", TODAY).is_ok());
    }

    #[test]
    fn the_seventh_digit_tells_the_century() {
        assert_eq!(cpr_year(3, 99), 1999);
        assert_eq!((cpr_year(4, 36), cpr_year(4, 37)), (2036, 1937));
        assert_eq!((cpr_year(9, 36), cpr_year(9, 37)), (2036, 1937));
        assert_eq!((cpr_year(5, 57), cpr_year(8, 58)), (2057, 1858));
    }

    #[test]
    fn a_cpr_number_is_never_printed() {
        let answer = check(Scheme::DkCpr, "211062-5629", TODAY);
        let id = answer.identifier().unwrap();
        for printed in [format!("{id}"), format!("{id:?}"), format!("{id:#?}"), format!("{answer:?}")] {
            assert!(!printed.contains("211062") && !printed.contains("5629"), "{printed}");
        }
        assert!(id.grouped().is_none());
    }
}
