//! Sweden: organisation numbers and personal numbers, which meet in one number space.
//!
//! Both are ten digits with Luhn's check digit. The third digit keeps them apart: in an organisation number it is 2 or
//! more, in a personal number it begins the month. A sole trader has no number of its own; the owner's personal number
//! *is* the organisation number, which makes it personal data ([`Note::SoleTrader`], [`Note::Personal`]).
//!
//! Of a personal number, ten digits leave the century open. A `-` before the last four means under a hundred years old
//! this year, a `+` a hundred or more (Skatteverket, «Personnummer»; folkbokföringslagen 1991:481, 18 §). So the sign is
//! part of the number. A space in its place is refused: it is what becomes of a `+` on its way through a web form.
//! The normal form is the twelve digits that leave nothing open.
//!
//! A samordningsnummer adds 60 to the day. Interim numbers, which hold a letter, are bodies' own and are not accepted.

use super::check_digit::luhn;
use super::clean::{Clean, ascii, number};
use super::{Fault, Identifier, Note, Notes, Scheme, birth};

/// What a samordningsnummer adds to the day.
const COORDINATION: u32 = 60;

/// What authorities put in front of an organisation number where a personal number has its century.
const NO_CENTURY: u32 = 16;

/// The first year a personal number can tell of; older people were dead when numbers began in 1947.
const EARLIEST: i32 = 1800;

/// An organisation number: ten digits, or twelve with `16` (a company) or the century of birth (a sole trader) in front.
pub(super) fn orgnr(text: &str, today: i32) -> Result<Identifier, Fault> {
    orgnr_of(Clean::of(text)?, today)
}

/// An organisation number from which the VAT number's letters and ending have been taken.
pub(super) fn orgnr_of(clean: Clean<'_>, today: i32) -> Result<Identifier, Fault> {
    let long = clean.len() == 12;
    let century = if long { number(&clean.without_last(10).digits::<2>()?) } else { NO_CENTURY };
    let digits = if long { clean.without_first(2) } else { clean }.digits::<10>()?;
    let of_company = digits[2] >= 2;
    if long && of_company != (century == NO_CENTURY) {
        return Err(Fault::ForbiddenPrefix);
    }
    if !luhn(&digits) {
        return Err(Fault::BadCheckDigit);
    }
    if of_company {
        return Ok(Identifier::new(Scheme::SeOrgnr, &ascii(digits), Notes::NONE));
    }
    let century = (century != NO_CENTURY).then_some(century as i32 * 100);
    let (_, notes) = birth_of(&digits, century, Sign::None, today)?;
    Ok(Identifier::new(Scheme::SeOrgnr, &ascii(digits), notes.with(Note::SoleTrader).with(Note::Personal)))
}

/// The sign before the last four digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Minus,
    Plus,
}

/// A personnummer or samordningsnummer, ten or twelve digits, with or without its sign.
pub(super) fn personnr(text: &str, today: i32) -> Result<Identifier, Fault> {
    let clean = Clean::signed(text)?;
    let mut digits = [0; 12];
    let mut count: usize = 0;
    let mut sign = Sign::None;
    let mut sign_at = (0, 0);
    for (index, byte) in clean.bytes().iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(count).ok_or(Fault::TooLong { allows: 12 })? = byte - b'0';
                count += 1;
            }
            b'+' | b'-' if sign == Sign::None => {
                sign = if *byte == b'+' { Sign::Plus } else { Sign::Minus };
                sign_at = (index, count);
            }
            _ => return Err(clean.bad_character(index)),
        }
    }
    if count != 10 && count != 12 {
        return Err(Fault::TooShort { needs: if count < 10 { 10 } else { 12 }, has: count as u8 });
    }
    if sign != Sign::None && sign_at.1 != count - 4 {
        return Err(clean.bad_character(sign_at.0));
    }

    let (century, short) = if count == 12 {
        let (century, short) = digits.split_at(2);
        (Some(number(century) as i32 * 100), short)
    } else {
        (None, &digits[..10])
    };
    let short: [u8; 10] = short.try_into().map_err(|_| Fault::Empty)?;
    if !luhn(&short) {
        return Err(Fault::BadCheckDigit);
    }
    let (year, notes) = birth_of(&short, century, sign, today)?;

    let mut normal = [b'0'; 12];
    let century = (year / 100) as u8;
    normal[0] += century / 10;
    normal[1] += century % 10;
    normal[2..].copy_from_slice(&ascii(short));
    Ok(Identifier::new(Scheme::SePersonnr, &normal, notes))
}

/// The year of birth, if the date exists and is past, and whether it is a samordningsnummer's.
fn birth_of(short: &[u8; 10], century: Option<i32>, sign: Sign, today: i32) -> Result<(i32, Notes), Fault> {
    let of_century = number(&short[..2]) as i32;
    let month = number(&short[2..4]);
    let day = number(&short[4..6]);
    let (day, notes) = match day.checked_sub(COORDINATION) {
        Some(day) if day > 0 => (day, Notes::NONE.with(Note::CoordinationNumber)),
        _ => (day, Notes::NONE),
    };

    let this_year = birth::year_of(today);
    // The last year with these two digits that is not after this one.
    let latest = this_year - (this_year - of_century).rem_euclid(100);
    let year = match (century, sign) {
        (Some(century), _) => century + of_century,
        (None, Sign::Plus) => latest - 100,
        (None, Sign::Minus) => latest,
        // Without a sign nobody said "under a hundred", so a day still to come this year was one a hundred years ago.
        (None, Sign::None) => match birth::day(latest, month, day) {
            Some(birth) if birth > today => latest - 100,
            _ => latest,
        },
    };
    birth::born(year, month, day, today)?;
    // Birth numbers begin at 001 (the vectors of personnummer/meta refuse 000).
    if year < EARLIEST || short[6..9] == [0; 3] {
        return Err(Fault::NeverIssued);
    }
    Ok((year, notes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Personal;

    const TODAY: i32 = 20_468; // 2026-01-15

    fn normal(text: &str) -> Result<String, Fault> {
        personnr(text, TODAY).map(|id| id.reveal().to_owned())
    }

    #[test]
    fn organisation_numbers() {
        for text in ["556036-0793", "5560360793", "165560360793", "16556036-0793"] {
            let id = orgnr(text, TODAY).unwrap();
            assert_eq!((id.reveal(), id.personal()), ("5560360793", Personal::Never));
            assert_eq!((id.to_string().as_str(), id.grouped().unwrap().as_str()), ("5560360793", "556036-0793"));
        }
        // AP funds: organisation numbers that are no personal numbers.
        for text in ["857209-0606", "802005-1952"] {
            assert!(orgnr(text, TODAY).is_ok() && personnr(text, TODAY).is_err());
        }
        assert_eq!(orgnr("556036-0794", TODAY), Err(Fault::BadCheckDigit));
        assert_eq!(orgnr("195560360793", TODAY), Err(Fault::ForbiddenPrefix));
        assert_eq!(orgnr("168803200016", TODAY), Err(Fault::ForbiddenPrefix));
    }

    #[test]
    fn a_sole_traders_number_is_the_owners() {
        for text in ["880320-0016", "198803200016"] {
            let id = orgnr(text, TODAY).unwrap();
            assert_eq!((id.reveal(), id.personal()), ("8803200016", Personal::Always));
            assert!(id.notes().has(Note::SoleTrader));
            assert_eq!(id.to_string(), "***");
            assert!(id.grouped().is_none());
        }
        let of_coordination = orgnr("730288-9931", TODAY).unwrap();
        assert!(of_coordination.notes().has(Note::CoordinationNumber));
        assert_eq!(orgnr("000000-0000", TODAY), Err(Fault::ImpossibleDate));
    }

    /// The vectors of <https://github.com/personnummer/meta> (`testdata/list.json`), in their long separated form.
    #[test]
    fn the_vectors_of_personnummer_meta() {
        for (long, valid) in [
            ("20150916-0006", false),
            ("19090527+1474", true),
            ("20000229-2399", true),
            ("19700428-9895", false),
            ("19570428-9999", true),
            ("19420566-9899", false),
            ("19730288-9931", true),
            ("19600430-9886", false),
            ("19460823-9986", true),
            ("19721086-9924", false),
            ("20210791-9967", true),
            ("19090121+9931", true),
            ("20000405-9937", true),
            ("19090527 1474", false),
        ] {
            let digits: String = long.chars().filter(char::is_ascii_digit).collect();
            assert_eq!(normal(long).is_ok(), valid, "{long}");
            assert_eq!(normal(&long[2..]).is_ok(), valid, "{long}");
            if valid {
                // Long, long separated and short separated lead to the same normal form.
                assert_eq!(normal(long), Ok(digits.clone()));
                assert_eq!(normal(&digits), Ok(digits.clone()));
                assert_eq!(normal(&long[2..]), Ok(digits.clone()));
                // Ten bare digits do too, for whoever is under a hundred.
                let bare = normal(&digits[2..]).unwrap();
                assert_eq!(bare == digits, !long.contains('+'), "{long}");
            }
        }
    }

    #[test]
    fn the_sign_tells_the_century() {
        assert_eq!(normal("880320-0016").as_deref(), Ok("198803200016"));
        assert_eq!(normal("880320+0016").as_deref(), Ok("188803200016"));
        assert_eq!(normal("880320–0016").as_deref(), Ok("198803200016"));
        assert_eq!(normal("880320 0016"), Err(Fault::BadCharacter { at: 7 }));
        assert_eq!(normal("88032-00016"), Err(Fault::BadCharacter { at: 6 }));
        assert_eq!(normal("880320--0016"), Err(Fault::BadCharacter { at: 8 }));
        assert_eq!(normal("88032000160"), Err(Fault::TooShort { needs: 12, has: 11 }));
    }

    #[test]
    fn whoever_turns_a_hundred_this_year_has_a_plus() {
        // 260320 on 15 January 2026: with `-` not yet born, with `+` or without a sign born in 1926.
        let text = |sign: &str| {
            let check = (0..10).find(|d| luhn(&[2, 6, 0, 3, 2, 0, 0, 0, 1, *d])).unwrap();
            format!("260320{sign}001{check}")
        };
        assert_eq!(normal(&text("-")), Err(Fault::FutureDate));
        assert!(normal(&text("+")).unwrap().starts_with("1926"));
        assert!(normal(&text("")).unwrap().starts_with("1926"));
    }

    #[test]
    fn coordination_numbers_are_told() {
        let id = personnr("19730288-9931", TODAY).unwrap();
        assert!(id.notes().has(Note::CoordinationNumber));
        assert!(!personnr("880320-0016", TODAY).unwrap().notes().has(Note::CoordinationNumber));
    }
}
