//! Norway: organisation numbers, and the family of personal numbers.
//!
//! A personal number is `DDMMYY III KK`. Its relatives shift a part of the date so that they cannot collide with it: a
//! D-number adds 40 to the day, an H-number 40 to the month, a number of the Tenor test population 80 to the month, and
//! an FH-number begins with 8 or 9 and holds no date at all. Day and month may be shifted both.
//!
//! **2032.** Numbers given out from 1 January 2032 have a first check digit with one of four remainders instead of one,
//! which makes four numbers of each old one; the second check digit stays, and neither sex nor century may be read from
//! the number any more. Until that day the three new remainders can only be typing errors, and the older, stricter test
//! catches more of those. So the day of the check decides. Source: Skatteetaten, «Change in national identity numbers
//! from 2032», <https://www.skatteetaten.no/en/deling/opplysninger/folkeregisteropplysninger/pid/>; the test vectors are
//! those of <https://github.com/navikt/fnrvalidator>.

use super::check_digit::{mod_11, weighted};
use super::clean::{Clean, ascii, number};
use super::{Fault, Identifier, Note, Notes, Scheme, birth};

/// Weights of the digits before the check digit (Brønnøysundregistrene, «Om organisasjonsnummeret»).
const ORGNR: [u8; 8] = [3, 2, 7, 6, 5, 4, 3, 2];

/// Weights for the first check digit of a personal number, before that digit (weight 1).
const FIRST: [u8; 9] = [3, 7, 6, 1, 8, 9, 4, 5, 2];

/// Weights for the second one, before that digit (weight 1).
const SECOND: [u8; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// The highest remainder the first check digit may leave under the rule of 2032; before, only 0.
const HIGHEST_REMAINDER_2032: u32 = 3;

/// 1 January 2032, in days since 1970-01-01.
const RULE_2032_FROM: i32 = 22_645;

/// An organisation number.
pub(super) fn orgnr(text: &str) -> Result<Identifier, Fault> {
    orgnr_of(Clean::of(text)?)
}

/// An organisation number from which the VAT number's letters have been taken.
pub(super) fn orgnr_of(clean: Clean<'_>) -> Result<Identifier, Fault> {
    let digits = clean.digits::<9>()?;
    if digits == [0; 9] {
        return Err(Fault::NeverIssued);
    }
    mod_11(&digits, &ORGNR)?;
    // Series outside 8 and 9 are not in use, but no source rules them out for ever.
    let notes = if matches!(digits[0], 8 | 9) { Notes::NONE } else { Notes::NONE.with(Note::UnusualPrefix) };
    Ok(Identifier::new(Scheme::NoOrgnr, &ascii(digits), notes))
}

/// A fødselsnummer, D-number, H-number or FH-number, real or synthetic.
pub(super) fn personnr(text: &str, today: i32) -> Result<Identifier, Fault> {
    let digits = Clean::of(text)?.digits::<11>()?;
    let shift = Shift::of(&digits);
    let mut notes = shift.notes();

    let remainder = (weighted(&digits[..9], &FIRST) + u32::from(digits[9])) % 11;
    let second = weighted(&digits[..10], &SECOND) + u32::from(digits[10]);
    // The rule of 2032 is for fødselsnumre and D-numbers; what others give out by themselves stays as it was.
    let new_rule = today >= RULE_2032_FROM && !shift.help_number;
    match remainder {
        0 => {}
        1..=HIGHEST_REMAINDER_2032 if new_rule => notes = notes.with(Note::Rule2032),
        _ => return Err(Fault::BadCheckDigit),
    }
    if !second.is_multiple_of(11) {
        return Err(Fault::BadCheckDigit);
    }
    if !shift.without_date {
        born(&digits, shift, today)?;
    }
    Ok(Identifier::new(Scheme::NoPersonnr, &ascii(digits), notes))
}

/// What was added to the date.
#[derive(Clone, Copy)]
struct Shift {
    day: u32,
    month: u32,
    help_number: bool,
    without_date: bool,
}

impl Shift {
    fn of(digits: &[u8; 11]) -> Shift {
        let without_date = digits[0] >= 8;
        let day = if digits[0] >= 4 { 40 } else { 0 };
        let month = match digits[2] {
            8.. => 80,
            4.. => 40,
            _ => 0,
        };
        Shift { day, month, help_number: without_date || month == 40, without_date }
    }

    fn notes(self) -> Notes {
        if self.without_date {
            return Notes::NONE.with(Note::FhNumber);
        }
        let notes = if self.day == 40 { Notes::NONE.with(Note::DNumber) } else { Notes::NONE };
        match self.month {
            80 => notes.with(Note::Synthetic),
            40 => notes.with(Note::HNumber),
            _ => notes,
        }
    }
}

/// Whether the date of birth can be one.
///
/// Up to 2031 the individual number tells the century. From 2032 on a new number may have any, so the date need only be
/// real, and past, in one of the centuries of people alive.
fn born(digits: &[u8; 11], shift: Shift, today: i32) -> Result<(), Fault> {
    // `Shift::of` chose what fits, so nothing is subtracted from less.
    let day = number(&digits[..2]) - shift.day;
    let month = number(&digits[2..4]) - shift.month;
    let of_century = number(&digits[4..6]);
    let told = year(number(&digits[6..9]), of_century);
    let any = [1900, 2000].map(|century| (today >= RULE_2032_FROM).then_some(century + of_century as i32));

    let mut answer = Err(Fault::ImpossibleDate);
    for year in [told, any[0], any[1]].into_iter().flatten() {
        match birth::born(year, month, day, today) {
            Ok(()) => return Ok(()),
            Err(Fault::FutureDate) => answer = Err(Fault::FutureDate),
            Err(_) => {}
        }
    }
    answer
}

/// The year of birth by the individual number, as numbers are given out until 2031 (Skatteetaten, «Fødselsnummer»).
fn year(individual: u32, of_century: u32) -> Option<i32> {
    let century = match (individual, of_century) {
        (0..=499, _) => 1900,
        (500..=999, 0..=39) => 2000,
        (500..=749, 54..) => 1800,
        (900..=999, 40..) => 1900,
        _ => return None,
    };
    Some(century + of_century as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: i32 = 20_468; // 2026-01-15
    const IN_2032: i32 = RULE_2032_FROM + 150;

    fn notes(text: &str, today: i32) -> Result<Vec<&'static str>, Fault> {
        Ok(personnr(text, today)?.notes().iter().map(Note::name).filter(|name| *name != "personal").collect())
    }

    #[test]
    fn organisation_numbers() {
        for text in ["974760673", "974 760 673", "974.760.673"] {
            assert_eq!(orgnr(text).unwrap().reveal(), "974760673");
        }
        assert!(orgnr("988077917").unwrap().notes().is_empty());
        assert_eq!(orgnr("988077918"), Err(Fault::BadCheckDigit));
        assert_eq!(orgnr("000000000"), Err(Fault::NeverIssued));
        // 3·9 + 2·9 + 7·1 + 2·2 = 56 ≡ 1 (mod 11): the check digit would be ten.
        assert_eq!(orgnr("991000020"), Err(Fault::NeverIssued));
        assert_eq!(orgnr("974760673").unwrap().grouped().unwrap().as_str(), "974 760 673");
    }

    #[test]
    fn each_kind_of_personal_number_is_told() {
        assert_eq!(notes("13097248022", TODAY), Ok(vec![]));
        assert_eq!(notes("15108695088", TODAY), Ok(vec![]));
        assert_eq!(notes("29029648784", TODAY), Ok(vec![]));
        assert_eq!(notes("29020075838", TODAY), Ok(vec![]));
        assert_eq!(notes("15021951940", TODAY), Ok(vec![]));
        assert_eq!(notes("53097248016", TODAY), Ok(vec!["d_number"]));
        assert_eq!(notes("13527248013", TODAY), Ok(vec!["h_number"]));
        assert_eq!(notes("68467038838", TODAY), Ok(vec!["d_number", "h_number"]));
        assert_eq!(notes("10915596784", TODAY), Ok(vec!["synthetic"]));
        assert_eq!(notes("50846202355", TODAY), Ok(vec!["synthetic", "d_number"]));
    }

    #[test]
    fn wrong_personal_numbers() {
        assert_eq!(notes("13097248032", TODAY), Err(Fault::BadCheckDigit));
        assert_eq!(notes("13097248023", TODAY), Err(Fault::BadCheckDigit));
        assert_eq!(notes("1234567890", TODAY), Err(Fault::TooShort { needs: 11, has: 10 }));
        assert_eq!(notes("1234567891A", TODAY), Err(Fault::BadCharacter { at: 11 }));
    }

    #[test]
    fn new_numbers_are_valid_from_2032_and_typing_errors_before() {
        assert_eq!(birth::day(2032, 1, 1), Some(RULE_2032_FROM));
        assert_eq!(notes("30108299939", RULE_2032_FROM - 1), Err(Fault::BadCheckDigit));
        assert_eq!(notes("30108299939", RULE_2032_FROM), Ok(vec!["rule_2032"]));
        // The other vectors leave remainder 0, which is good today. One is of somebody born on 2 January 2032 by the old
        // reading, and by the new one perhaps a hundred years before.
        assert_eq!(notes("30108299920", TODAY), Ok(vec![]));
        assert_eq!(notes("70108299914", TODAY), Ok(vec!["d_number"]));
        assert_eq!(notes("02013299997", RULE_2032_FROM - 1), Err(Fault::FutureDate));
        assert_eq!(notes("02013299997", RULE_2032_FROM), Ok(vec![]));
        for today in [TODAY, IN_2032] {
            assert_eq!(notes("02013299987", today), Err(Fault::BadCheckDigit));
            assert_eq!(notes("02013299996", today), Err(Fault::BadCheckDigit));
        }
    }

    #[test]
    fn from_2032_one_number_becomes_up_to_four() {
        let endings =
            |body: u32, today| (0..100).filter(|end| notes(&format!("301082{body:03}{end:02}"), today).is_ok()).count();
        let (mut before, mut after) = (0, 0);
        for body in 0..500 {
            assert!(endings(body, TODAY) <= 1 && endings(body, IN_2032) <= 4);
            before += endings(body, TODAY);
            after += endings(body, IN_2032);
        }
        // A digit of ten takes some away on either side.
        assert!(before > 350 && after > 4 * before - 100, "{before} {after}");
        // A century that the individual number does not tell: until 2031 there is no such date.
        let untold: Vec<_> = (0..100).map(|end| format!("301050800{end:02}")).collect();
        assert!(untold.iter().all(|text| personnr(text, TODAY).is_err()));
        assert!(untold.iter().any(|text| personnr(text, IN_2032).is_ok()));
    }

    #[test]
    fn the_individual_number_tells_the_century_until_2031() {
        assert_eq!(year(499, 99), Some(1999));
        assert_eq!((year(500, 39), year(500, 54), year(500, 40)), (Some(2039), Some(1854), None));
        assert_eq!((year(750, 39), year(750, 60)), (Some(2039), None));
        assert_eq!((year(900, 39), year(900, 40)), (Some(2039), Some(1940)));
    }

    #[test]
    fn a_help_number_has_no_date_and_keeps_the_old_rule() {
        let numbers = |remainder| {
            (0u32..200_000).filter_map(move |body| {
                let mut digits = [8, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0];
                for (place, digit) in digits[4..9].iter_mut().rev().enumerate() {
                    *digit = (body / 10u32.pow(place as u32) % 10) as u8;
                }
                digits[9] = (0..10).find(|k| (weighted(&digits[..9], &FIRST) + u32::from(*k)) % 11 == remainder)?;
                digits[10] = (0..10).find(|k| (weighted(&digits[..10], &SECOND) + u32::from(*k)).is_multiple_of(11))?;
                String::from_utf8(ascii(digits).to_vec()).ok()
            })
        };
        for text in numbers(0).take(50) {
            assert_eq!(notes(&text, TODAY), Ok(vec!["fh_number"]));
        }
        for text in numbers(2).take(50) {
            assert_eq!(notes(&text, IN_2032), Err(Fault::BadCheckDigit));
        }
    }
}
