//! VAT numbers of Denmark, Norway, Sweden and Finland, and the way between them and organisation numbers.
//!
//! In these four countries a VAT number is the organisation number with letters or digits around it. One customer known
//! by the one and again by the other is found by leading both to the organisation number. (The Dutch btw-id is no such
//! thing: it contains no KvK number.)
//!
//! | country | VAT number | source |
//! |---|---|---|
//! | DK | `DK` + CVR | Skattestyrelsen; a unit registered under its own SE-nummer has that instead, which looks the same |
//! | NO | organisation number + `MVA` | merverdiavgiftsforskriften § 15-10-1; `NO` in front is written, too |
//! | SE | `SE` + organisation number + `01` | Skatteverket, «Momsregistreringsnummer» |
//! | FI | `FI` + Y-tunnus without its hyphen | Verohallinto, «Arvonlisäverotunniste» |

use super::clean::Clean;
use super::{Fault, Identifier, Scheme, dk as denmark, fi as finland, no as norway, se as sweden};

/// The organisation number that a VAT number is made of; an organisation number is its own.
///
/// None for schemes that have none, among them the Dutch btw-id.
///
/// ```
/// use obligor::identifier::{Scheme, check, vat};
///
/// let vat_number = check(Scheme::NoVat, "NO 974 760 673 MVA", 20_468);
/// let number = check(Scheme::NoOrgnr, "974760673", 20_468);
/// assert_eq!(vat::organisation_number(&vat_number.identifier().unwrap()), number.identifier());
/// ```
pub fn organisation_number(id: &Identifier) -> Option<Identifier> {
    let text = id.reveal();
    let (scheme, range) = match id.scheme() {
        Scheme::DkCvr | Scheme::NoOrgnr | Scheme::SeOrgnr | Scheme::FiYtunnus => return Some(*id),
        Scheme::DkVat => (Scheme::DkCvr, 2..10),
        Scheme::NoVat => (Scheme::NoOrgnr, 0..9),
        Scheme::SeVat => (Scheme::SeOrgnr, 2..12),
        Scheme::FiVat => (Scheme::FiYtunnus, 2..10),
        _ => return None,
    };
    Some(Identifier::new(scheme, text.get(range)?.as_bytes(), id.notes()))
}

/// The VAT number that an organisation number makes; a VAT number is its own.
///
/// It says how the number would read, not that the company is registered for VAT: VIES or the register knows that.
pub fn vat_number(id: &Identifier) -> Option<Identifier> {
    let (scheme, before, after) = match id.scheme() {
        Scheme::DkVat | Scheme::NoVat | Scheme::SeVat | Scheme::FiVat => return Some(*id),
        Scheme::DkCvr => (Scheme::DkVat, "DK", ""),
        Scheme::NoOrgnr => (Scheme::NoVat, "", "MVA"),
        Scheme::SeOrgnr => (Scheme::SeVat, "SE", "01"),
        Scheme::FiYtunnus => (Scheme::FiVat, "FI", ""),
        _ => return None,
    };
    Some(joined(scheme, [before, id.reveal(), after], id))
}

/// A Danish VAT number; the `DK` in front may be missing, since the scheme says it.
pub(super) fn dk(text: &str) -> Result<Identifier, Fault> {
    denmark::cvr(text).map(|cvr| joined(Scheme::DkVat, ["DK", cvr.reveal(), ""], &cvr))
}

/// A Norwegian VAT number. Without `MVA` it is an organisation number, which every association has.
pub(super) fn no(text: &str) -> Result<Identifier, Fault> {
    let clean = Clean::of(text)?.without_country(b"NO")?;
    if !clean.bytes().ends_with(b"MVA") {
        return Err(Fault::WrongSuffix);
    }
    norway::orgnr_of(clean.without_last(3)).map(|orgnr| joined(Scheme::NoVat, ["", orgnr.reveal(), "MVA"], &orgnr))
}

/// A Swedish VAT number; the `SE` in front may be missing.
pub(super) fn se(text: &str, today: i32) -> Result<Identifier, Fault> {
    let clean = Clean::of(text)?.without_country(b"SE")?;
    let digits = clean.digits::<12>()?;
    if digits[10..] != [0, 1] {
        return Err(Fault::WrongSuffix);
    }
    let orgnr = sweden::orgnr_of(clean.without_last(2), today)?;
    Ok(joined(Scheme::SeVat, ["SE", orgnr.reveal(), "01"], &orgnr))
}

/// A Finnish VAT number; the `FI` in front may be missing.
pub(super) fn fi(text: &str) -> Result<Identifier, Fault> {
    let digits = Clean::of(text)?.without_country(b"FI")?.digits()?;
    finland::ytunnus_of(digits).map(|id| joined(Scheme::FiVat, ["FI", id.reveal(), ""], &id))
}

/// The parts, one behind the other, with the notes of the number inside.
fn joined(scheme: Scheme, parts: [&str; 3], inside: &Identifier) -> Identifier {
    // The longest is Sweden's with 14.
    let mut text = [0; 16];
    let mut len = 0;
    for (to, from) in text.iter_mut().zip(parts.iter().flat_map(|part| part.bytes())) {
        *to = from;
        len += 1;
    }
    Identifier::new(scheme, &text[..len], inside.notes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{Answer, Note, check};

    const TODAY: i32 = 20_468; // 2026-01-15

    fn valid(scheme: Scheme, text: &str) -> Identifier {
        match check(scheme, text, TODAY) {
            Answer::Valid(id) => id,
            other => panic!("{scheme} {text}: {other:?}"),
        }
    }

    #[test]
    fn both_numbers_of_a_company_lead_to_each_other() {
        for (org, text, vat, vat_text) in [
            (Scheme::DkCvr, "13 58 56 28", Scheme::DkVat, "DK13585628"),
            (Scheme::NoOrgnr, "974 760 673", Scheme::NoVat, "974760673MVA"),
            (Scheme::SeOrgnr, "556036-0793", Scheme::SeVat, "SE556036079301"),
            (Scheme::FiYtunnus, "2077474-0", Scheme::FiVat, "FI20774740"),
        ] {
            let (org, vat) = (valid(org, text), valid(vat, vat_text));
            assert_eq!(vat.reveal(), vat_text);
            assert_eq!(organisation_number(&vat), Some(org));
            assert_eq!(vat_number(&org), Some(vat));
            assert_eq!(organisation_number(&org), Some(org));
            assert_eq!(vat_number(&vat), Some(vat));
        }
        let lei = valid(Scheme::Lei, "213800KUD8LAJWSQ9D15");
        assert_eq!((organisation_number(&lei), vat_number(&lei)), (None, None));
    }

    #[test]
    fn the_ways_people_write_them() {
        assert_eq!(valid(Scheme::NoVat, "no 974 760 673 mva"), valid(Scheme::NoVat, "974760673MVA"));
        assert_eq!(valid(Scheme::NoVat, "974760673MVA").grouped().unwrap().as_str(), "974 760 673 MVA");
        assert_eq!(valid(Scheme::DkVat, "13585628").reveal(), "DK13585628");
        assert_eq!(valid(Scheme::FiVat, "FI 2077474-0").reveal(), "FI20774740");
        assert_eq!(valid(Scheme::SeVat, "556036-0793 01").reveal(), "SE556036079301");
    }

    #[test]
    fn what_is_wrong_with_them() {
        let fault = |scheme, text| check(scheme, text, TODAY).fault();
        assert_eq!(fault(Scheme::NoVat, "974760673"), Some(Fault::WrongSuffix));
        assert_eq!(fault(Scheme::NoVat, "SE974760673MVA"), Some(Fault::WrongCountryPrefix));
        assert_eq!(fault(Scheme::SeVat, "SE556036079302"), Some(Fault::WrongSuffix));
        assert_eq!(fault(Scheme::DkVat, "FI20774740"), Some(Fault::WrongCountryPrefix));
        assert_eq!(fault(Scheme::FiVat, "FI20774741"), Some(Fault::BadCheckDigit));
        assert_eq!(fault(Scheme::FiVat, "FI2077474"), Some(Fault::TooShort { needs: 8, has: 7 }));
    }

    #[test]
    fn a_sole_traders_vat_number_stays_personal_both_ways() {
        let vat = valid(Scheme::SeVat, "SE880320001601");
        assert!(vat.notes().has(Note::Personal));
        assert_eq!(vat.to_string(), "***");
        let org = organisation_number(&vat).unwrap();
        assert!(org.notes().has(Note::SoleTrader) && org.to_string() == "***");
        assert_eq!(vat_number(&org).unwrap().to_string(), "***");
    }
}
