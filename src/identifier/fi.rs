//! Finland: business ids (Y-tunnus) and personal identity codes (henkilötunnus).
//!
//! Between date and individual number a personal code has a sign that tells the century. Since 2023 each century has
//! several, and two people may differ in nothing else: `100190-999P` and `100190Y999P` are not the same person. So the
//! sign is part of the identity and stays in the normal form; a code without it identifies nobody.

use super::check_digit::mod_11;
use super::clean::{Clean, ascii, number};
use super::{Fault, Identifier, Note, Notes, Scheme, birth};

/// Weights of the digits before the check digit (PRH, «Y-tunnuksen tarkistusmerkin laskenta»).
const YTUNNUS: [u8; 7] = [7, 9, 10, 5, 8, 4, 2];

/// The check characters by remainder; letters that look like digits or each other are left out (DVV, «Henkilötunnus»).
const HETU: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// The first individual number given out, and the first temporary one (DVV, «Henkilötunnus»).
const FIRST_INDIVIDUAL: u32 = 2;
const FIRST_TEMPORARY: u32 = 900;

/// A business id. The old form with six digits before the hyphen is written with a zero in front today.
pub(super) fn ytunnus(text: &str) -> Result<Identifier, Fault> {
    let clean = Clean::of(text)?;
    if has_old_form(text) { ytunnus_of(padded(&clean)?) } else { ytunnus_of(clean.digits()?) }
}

/// A business id from its digits.
pub(super) fn ytunnus_of(digits: [u8; 8]) -> Result<Identifier, Fault> {
    if digits == [0; 8] {
        return Err(Fault::NeverIssued);
    }
    mod_11(&digits, &YTUNNUS)?;
    Ok(Identifier::new(Scheme::FiYtunnus, &ascii(digits), Notes::NONE))
}

/// Six characters, a hyphen and one more. Without the hyphen, seven digits are a number with one forgotten.
fn has_old_form(text: &str) -> bool {
    let text = text.trim();
    text.len() == 8 && text.as_bytes().get(6) == Some(&b'-')
}

fn padded(clean: &Clean<'_>) -> Result<[u8; 8], Fault> {
    let mut digits = [0; 8];
    digits[1..].copy_from_slice(&clean.digits::<7>()?);
    Ok(digits)
}

/// A personal identity code.
pub(super) fn hetu(text: &str, today: i32) -> Result<Identifier, Fault> {
    let clean = Clean::signed(text)?;
    let bytes = clean.bytes();
    if bytes.len() == 10 && bytes[..9].iter().all(u8::is_ascii_digit) {
        return Err(Fault::MissingCenturySign);
    }
    clean.length(11)?;
    let date = clean.without_last(5).digits::<6>()?;
    let individual = number(&clean.without_first(7).without_last(1).digits::<3>()?);
    let century = century(bytes[6]).ok_or(clean.bad_character(6))?;
    let place = HETU.iter().position(|c| *c == bytes[10]).ok_or(clean.bad_character(10))?;

    let spelled = number(&date) * 1000 + individual;
    if spelled % 31 != place as u32 {
        return Err(Fault::BadCheckDigit);
    }
    birth::born(century + number(&date[4..]) as i32, number(&date[2..4]), number(&date[..2]), today)?;
    let notes = match individual {
        ..FIRST_INDIVIDUAL => return Err(Fault::NeverIssued),
        FIRST_TEMPORARY.. => Notes::NONE.with(Note::TemporaryNumber),
        _ => Notes::NONE,
    };
    Ok(Identifier::new(Scheme::FiHetu, bytes, notes))
}

/// The century of a sign (asetus väestötietojärjestelmästä, as in force from 1 January 2023).
fn century(sign: u8) -> Option<i32> {
    match sign {
        b'+' => Some(1800),
        b'-' | b'Y' | b'X' | b'W' | b'V' | b'U' => Some(1900),
        b'A'..=b'F' => Some(2000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: i32 = 20_468; // 2026-01-15

    fn normal(text: &str) -> Result<String, Fault> {
        hetu(text, TODAY).map(|id| id.reveal().to_owned())
    }

    #[test]
    fn business_ids() {
        for text in ["2077474-0", "20774740"] {
            let id = ytunnus(text).unwrap();
            assert_eq!((id.reveal(), id.grouped().unwrap().as_str()), ("20774740", "2077474-0"));
        }
        assert_eq!(ytunnus("2077474-1"), Err(Fault::BadCheckDigit));
        assert_eq!(ytunnus("00000000"), Err(Fault::NeverIssued));
        // 2·6 = 12 ≡ 1 (mod 11): the check digit would be ten.
        assert_eq!(ytunnus("0000006-0"), Err(Fault::NeverIssued));
    }

    #[test]
    fn an_old_business_id_gets_its_zero() {
        // 9·1 + 10·1 = 19 ≡ 8 (mod 11), so 3 follows.
        assert_eq!(ytunnus("110000-3").unwrap().reveal(), "01100003");
        assert_eq!(ytunnus("1100003"), Err(Fault::TooShort { needs: 8, has: 7 }));
    }

    #[test]
    fn personal_codes() {
        for text in ["131052-308T", "131052-308t", " 131052–308T "] {
            assert_eq!(normal(text).as_deref(), Ok("131052-308T"));
        }
        assert_eq!(normal("131052-308U"), Err(Fault::BadCheckDigit));
        assert_eq!(normal("131052-308G"), Err(Fault::BadCharacter { at: 11 }));
        assert_eq!(normal("131052308T"), Err(Fault::MissingCenturySign));
        assert_eq!(normal("131052 308T"), Err(Fault::BadCharacter { at: 7 }));
        assert_eq!(normal("131052G308T"), Err(Fault::BadCharacter { at: 7 }));
        assert_eq!(normal("131052A308T"), Err(Fault::FutureDate));
    }

    #[test]
    fn the_sign_is_part_of_the_identity() {
        let (minus, y) = (hetu("131052-308T", TODAY).unwrap(), hetu("131052Y308T", TODAY).unwrap());
        assert_ne!(minus, y);
        for sign in "+-YXWVU".chars() {
            assert!(normal(&format!("131052{sign}308T")).is_ok());
        }
        for sign in "ABCDEF".chars() {
            assert_eq!(normal(&format!("131052{sign}308T")), Err(Fault::FutureDate));
        }
        let temporary = hetu("100190-999P", TODAY).unwrap();
        assert!(temporary.notes().has(Note::TemporaryNumber));
        assert_ne!(Ok(temporary), hetu("100190Y999P", TODAY));
    }

    #[test]
    fn individual_numbers_begin_at_two() {
        let code = |individual: u32| {
            let check = HETU[(10_190_000 + individual) as usize % 31] as char;
            format!("010190-{individual:03}{check}")
        };
        assert_eq!(normal(&code(0)), Err(Fault::NeverIssued));
        assert_eq!(normal(&code(1)), Err(Fault::NeverIssued));
        assert!(normal(&code(2)).is_ok());
        assert!(!hetu(&code(899), TODAY).unwrap().notes().has(Note::TemporaryNumber));
        assert!(hetu(&code(900), TODAY).unwrap().notes().has(Note::TemporaryNumber));
    }
}
