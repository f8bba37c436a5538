//! The kinds of identifier, each with a name that never changes once released.

use core::fmt;
use core::str::FromStr;

/// One kind of identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Danish company number (CVR-nummer).
    DkCvr,
    /// Danish personal number (CPR-nummer).
    DkCpr,
    /// Norwegian organisation number.
    NoOrgnr,
    /// Norwegian personal number: fødselsnummer, D-number, H-number or FH-number.
    NoPersonnr,
    /// Swedish organisation number; a sole trader's is the owner's personal number.
    SeOrgnr,
    /// Swedish personal number: personnummer or samordningsnummer.
    SePersonnr,
    /// Finnish business id (Y-tunnus).
    FiYtunnus,
    /// Finnish personal identity code (henkilötunnus).
    FiHetu,
    /// Dutch trade register number (KvK-nummer); it has no check digit.
    NlKvk,
    /// Dutch number of legal persons and partnerships (RSIN).
    NlRsin,
    /// Dutch citizen service number (BSN): recognised so that it can be refused, not so that it can be stored.
    NlBsn,
    /// Dutch VAT identification number (btw-id), of entities and of sole proprietors.
    NlBtw,
    /// Danish VAT number.
    DkVat,
    /// Norwegian VAT number: an organisation number with `MVA` behind it.
    NoVat,
    /// Swedish VAT number.
    SeVat,
    /// Finnish VAT number.
    FiVat,
    /// International bank account number (ISO 13616).
    Iban,
    /// Legal entity identifier (ISO 17442).
    Lei,
    /// Global location number (GS1), as used to address e-invoices.
    Gln,
}

/// Whether numbers of a scheme are a person's number.
///
/// This is about the *number*, not about whom it belongs to: a sole trader's CVR number is published as a company's,
/// while a Swedish sole trader's organisation number is that person's personnummer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal {
    /// Never a person's number.
    Never,
    /// It depends on the number, or cannot be told from it.
    May,
    /// Always a person's number.
    Always,
}

/// A text that names no scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownScheme;

impl fmt::Display for UnknownScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such identifier scheme; the names look like dk.cvr, no.orgnr or iban")
    }
}

impl core::error::Error for UnknownScheme {}

impl Scheme {
    /// Every scheme, by country.
    pub const ALL: [Scheme; 19] = [
        Scheme::DkCvr,
        Scheme::DkCpr,
        Scheme::NoOrgnr,
        Scheme::NoPersonnr,
        Scheme::SeOrgnr,
        Scheme::SePersonnr,
        Scheme::FiYtunnus,
        Scheme::FiHetu,
        Scheme::NlKvk,
        Scheme::NlRsin,
        Scheme::NlBsn,
        Scheme::NlBtw,
        Scheme::DkVat,
        Scheme::NoVat,
        Scheme::SeVat,
        Scheme::FiVat,
        Scheme::Iban,
        Scheme::Lei,
        Scheme::Gln,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Scheme::DkCvr => "dk.cvr",
            Scheme::DkCpr => "dk.cpr",
            Scheme::NoOrgnr => "no.orgnr",
            Scheme::NoPersonnr => "no.personnr",
            Scheme::SeOrgnr => "se.orgnr",
            Scheme::SePersonnr => "se.personnr",
            Scheme::FiYtunnus => "fi.ytunnus",
            Scheme::FiHetu => "fi.hetu",
            Scheme::NlKvk => "nl.kvk",
            Scheme::NlRsin => "nl.rsin",
            Scheme::NlBsn => "nl.bsn",
            Scheme::NlBtw => "nl.btw",
            Scheme::DkVat => "dk.vat",
            Scheme::NoVat => "no.vat",
            Scheme::SeVat => "se.vat",
            Scheme::FiVat => "fi.vat",
            Scheme::Iban => "iban",
            Scheme::Lei => "lei",
            Scheme::Gln => "gln",
        }
    }

    /// The country that issues it, as two upper-case letters (ISO 3166-1); none for international schemes.
    pub fn country(self) -> Option<&'static str> {
        match self {
            Scheme::DkCvr | Scheme::DkCpr | Scheme::DkVat => Some("DK"),
            Scheme::NoOrgnr | Scheme::NoPersonnr | Scheme::NoVat => Some("NO"),
            Scheme::SeOrgnr | Scheme::SePersonnr | Scheme::SeVat => Some("SE"),
            Scheme::FiYtunnus | Scheme::FiHetu | Scheme::FiVat => Some("FI"),
            Scheme::NlKvk | Scheme::NlRsin | Scheme::NlBsn | Scheme::NlBtw => Some("NL"),
            Scheme::Iban | Scheme::Lei | Scheme::Gln => None,
        }
    }

    /// Whether its numbers are persons' numbers.
    pub const fn personal(self) -> Personal {
        match self {
            Scheme::DkCpr | Scheme::NoPersonnr | Scheme::SePersonnr | Scheme::FiHetu | Scheme::NlBsn => {
                Personal::Always
            }
            // SE: a sole trader's number. RSIN: passes the same test as a BSN. Btw: before 2020 a sole proprietor's held
            // the BSN. IBAN: an account may be anybody's.
            Scheme::SeOrgnr | Scheme::SeVat | Scheme::NlRsin | Scheme::NlBtw | Scheme::Iban => Personal::May,
            Scheme::DkCvr
            | Scheme::NoOrgnr
            | Scheme::FiYtunnus
            | Scheme::NlKvk
            | Scheme::DkVat
            | Scheme::NoVat
            | Scheme::FiVat
            | Scheme::Lei
            | Scheme::Gln => Personal::Never,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Scheme::ALL.into_iter().find(|scheme| scheme.name() == name).ok_or(UnknownScheme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_scheme() {
        for scheme in Scheme::ALL {
            assert_eq!(scheme.name().parse(), Ok(scheme));
            if let Some(country) = scheme.country() {
                assert!(scheme.name().starts_with(&country.to_lowercase()), "{scheme}");
            }
        }
        assert_eq!("dk.se".parse::<Scheme>(), Err(UnknownScheme));
    }

    #[test]
    fn the_list_of_all_is_complete_and_in_order() {
        for (place, scheme) in Scheme::ALL.into_iter().enumerate() {
            assert_eq!(scheme as usize, place);
        }
        assert_eq!(Scheme::Gln as usize + 1, Scheme::ALL.len());
    }
}
