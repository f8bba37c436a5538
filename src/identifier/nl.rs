//! The Netherlands: KvK number, RSIN, BSN and btw-id, four numbers that must not be taken for each other.
//!
//! - A **KvK number** (trade register) is eight digits without a check digit: nothing can prove it.
//! - An **RSIN** (legal persons, partnerships) and a **BSN** (citizens) are nine digits under the same test. No formula
//!   tells them apart, so an RSIN is printed with the care due to a BSN. A BSN may be processed only where a statute says
//!   so (UAVG art. 46): it is recognised here so that it can be refused.
//! - A **btw-id** is `NL`, nine digits, `B`, two digits. An entity's nine digits are its RSIN. A sole proprietor's were
//!   the owner's BSN until, on 1 January 2020, meaningless ones replaced them, with check digits (ISO 7064 MOD 97-10 over
//!   the whole) chosen so that both kinds can be told apart. (Belastingdienst, «Btw-identificatienummer».)
//!
//! None of the other three contains a KvK number, so none ever equals one.

use super::check_digit::{mod_97, weighted};
use super::clean::{Clean, ascii};
use super::{Fault, Identifier, Note, Notes, Scheme};

/// Weights of the first eight digits; the ninth is subtracted (the elfproef of RSIN and BSN).
const ELEVEN_TEST: [u8; 8] = [9, 8, 7, 6, 5, 4, 3, 2];

/// A KvK number. Its leading zeros count.
pub(super) fn kvk(text: &str) -> Result<Identifier, Fault> {
    let digits = Clean::of(text)?.digits::<8>()?;
    if digits == [0; 8] {
        return Err(Fault::NeverIssued);
    }
    Ok(Identifier::new(Scheme::NlKvk, &ascii(digits), Notes::NONE))
}

/// An RSIN.
pub(super) fn rsin(text: &str) -> Result<Identifier, Fault> {
    let digits = Clean::of(text)?.digits::<9>()?;
    eleven_test(&digits)?;
    Ok(Identifier::new(Scheme::NlRsin, &ascii(digits), Notes::NONE.with(Note::BsnShaped)))
}

/// A BSN; older ones have eight digits and get a zero in front.
pub(super) fn bsn(text: &str) -> Result<Identifier, Fault> {
    let clean = Clean::of(text)?;
    let mut digits = [0; 9];
    if clean.len() == 8 {
        digits[1..].copy_from_slice(&clean.digits::<8>()?);
    } else {
        digits = clean.digits()?;
    }
    eleven_test(&digits)?;
    Ok(Identifier::new(Scheme::NlBsn, &ascii(digits), Notes::NONE))
}

/// A btw-id; the `NL` in front may be missing. The notes tell which of the two tests it passed (rarely, both).
pub(super) fn btw(text: &str) -> Result<Identifier, Fault> {
    let clean = Clean::of(text)?.without_country(b"NL")?;
    let bytes = clean.bytes();
    // Nine digits, B, two digits.
    for (index, byte) in bytes.iter().take(12).enumerate() {
        let fits = if index == 9 { *byte == b'B' } else { byte.is_ascii_digit() };
        if !fits {
            return Err(clean.bad_character(index));
        }
    }
    if clean.len() == 9 {
        return Err(Fault::WrongSuffix);
    }
    clean.length(12)?;
    if bytes.ends_with(b"00") {
        return Err(Fault::WrongSuffix);
    }

    let mut normal = *b"NL000000000B00";
    normal[2..].copy_from_slice(bytes);
    let of_entity = eleven_test(&clean.without_last(3).digits()?);
    let of_proprietor = mod_97(&normal) == 1;
    let notes = match (of_entity, of_proprietor) {
        (Ok(()), false) => Notes::NONE.with(Note::EntityBtw),
        (Ok(()), true) => Notes::NONE.with(Note::EntityBtw).with(Note::SoleProprietorBtw),
        (Err(_), true) => Notes::NONE.with(Note::SoleProprietorBtw),
        (Err(fault), false) => return Err(fault),
    };
    Ok(Identifier::new(Scheme::NlBtw, &normal, notes))
}

fn eleven_test(digits: &[u8; 9]) -> Result<(), Fault> {
    if *digits == [0; 9] {
        return Err(Fault::NeverIssued);
    }
    match weighted(&digits[..8], &ELEVEN_TEST) % 11 {
        remainder if remainder == u32::from(digits[8]) => Ok(()),
        // The ninth digit would have to be ten.
        10 => Err(Fault::NeverIssued),
        _ => Err(Fault::BadCheckDigit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{Answer, Personal, check};

    fn notes(text: &str) -> Result<Vec<&'static str>, Fault> {
        Ok(btw(text)?.notes().iter().map(Note::name).collect())
    }

    #[test]
    fn a_kvk_number_is_never_proven() {
        let Answer::FormatOnly(id) = check(Scheme::NlKvk, "01234567", 0) else { panic!() };
        assert_eq!(id.reveal(), "01234567");
        assert_eq!(kvk("1234567"), Err(Fault::TooShort { needs: 8, has: 7 }));
        assert_eq!(kvk("000012345678"), Err(Fault::TooLong { allows: 8 }));
        assert_eq!(kvk("00000000"), Err(Fault::NeverIssued));
    }

    #[test]
    fn rsin_and_bsn_share_their_test_and_are_not_printed() {
        let id = rsin("1112.22.333").unwrap();
        assert_eq!((id.reveal(), id.personal(), id.to_string().as_str()), ("111222333", Personal::May, "***"));
        assert_eq!(bsn("111222333").unwrap().personal(), Personal::Always);
        assert_eq!(bsn("111252333"), Err(Fault::BadCheckDigit));
        assert_eq!(bsn("000000000"), Err(Fault::NeverIssued));
        // 8·8 = 64 ≡ 9 (mod 11), so 9 follows 08000000.
        assert_eq!(bsn("80000009").unwrap().reveal(), "080000009");
        assert_eq!(rsin("80000009"), Err(Fault::TooShort { needs: 9, has: 8 }));
    }

    #[test]
    fn the_two_kinds_of_btw_are_told_apart() {
        assert_eq!(notes("NL004495445B01"), Ok(vec!["entity_btw"]));
        assert_eq!(notes("NL002455799B11"), Ok(vec!["sole_proprietor_btw"]));
        assert_eq!(notes("NL000099998B57"), Ok(vec!["sole_proprietor_btw"]));
        assert_eq!(notes("NL111234567B01"), Err(Fault::BadCheckDigit));
        assert_eq!(btw("0044.95.445.B.01").unwrap().reveal(), "NL004495445B01");
        assert_eq!(btw("NL004495445B01").unwrap().to_string(), "NL004495445B01");
    }

    #[test]
    fn what_is_wrong_with_a_btw() {
        assert_eq!(btw("BE004495445B01"), Err(Fault::WrongCountryPrefix));
        assert_eq!(btw("NL004495445"), Err(Fault::WrongSuffix));
        assert_eq!(btw("NL004495445B00"), Err(Fault::WrongSuffix));
        assert_eq!(btw("NL004495445A01"), Err(Fault::BadCharacter { at: 12 }));
        assert_eq!(btw("NL4495445B01"), Err(Fault::BadCharacter { at: 10 }));
        assert_eq!(btw("NL004495445B011"), Err(Fault::TooLong { allows: 12 }));
    }

    #[test]
    fn an_old_number_of_a_sole_proprietor_holds_a_bsn() {
        let entity = btw("NL004495445B01").unwrap();
        assert_eq!(entity.personal(), Personal::Never);
        let old = entity.of_sole_proprietor();
        assert!(old.notes().has(Note::OldBsnBearingBtw));
        assert_eq!((old.personal(), old.to_string().as_str()), (Personal::Always, "***"));
        assert!(old.grouped().is_none());
        let new = btw("NL002455799B11").unwrap().of_sole_proprietor();
        assert_eq!(new.personal(), Personal::Never);
    }

    #[test]
    fn a_btw_never_equals_a_kvk_number() {
        assert_ne!(btw("NL004495445B01").unwrap(), kvk("00449544").unwrap());
        assert_eq!(crate::identifier::vat::organisation_number(&btw("NL004495445B01").unwrap()), None);
    }
}
