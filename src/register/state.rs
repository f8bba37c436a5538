//! What a company register's word for a company's state means.
//!
//! Registers have several words for one state, and each has its trap; where a word does not prove that a company is
//! active, it is not read as active. A Finnish bankrupt company is still *rekisterissä*, so that word says nothing here.

use serde::{Deserialize, Serialize};

/// The state of a company, as far as a creditor cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyState {
    /// It trades.
    Active,
    /// It is in bankruptcy.
    Bankrupt,
    /// It is being wound up, of its own will or by force.
    Liquidating,
    /// It is being restructured under a court's protection.
    Restructuring,
    /// It is no more.
    Dissolved,
}

impl CompanyState {
    /// Reads a state: our own names, and the words and codes of CVR, Brønnøysund, Bolagsverket, PRH and KvK, whatever their case
    /// and spacing. `None` when the word does not tell.
    pub fn read(country: &str, word: &str) -> Option<Self> {
        let word: String = word
            .chars()
            .flat_map(char::to_lowercase)
            .filter(|c| c.is_alphanumeric())
            .map(|c| match c {
                'ø' | 'ö' => 'o',
                'ä' | 'å' => 'a',
                other => other,
            })
            .collect();
        match word.as_str() {
            "active" => return Some(Self::Active),
            "bankrupt" => return Some(Self::Bankrupt),
            "liquidating" => return Some(Self::Liquidating),
            "restructuring" => return Some(Self::Restructuring),
            "dissolved" => return Some(Self::Dissolved),
            _ => {}
        }
        match country {
            "DK" => danish(&word),
            "NO" => norwegian(&word),
            "SE" => swedish(&word),
            "FI" => finnish(&word),
            "NL" => dutch(&word),
            _ => None,
        }
    }
}

/// `sammensatStatus` of CVR. AKTIV is said of sole traders and partnerships, NORMAL of companies.
fn danish(word: &str) -> Option<CompanyState> {
    Some(match word {
        "aktiv" | "normal" => CompanyState::Active,
        "underkonkurs" => CompanyState::Bankrupt,
        "underlikvidation" | "underfrivilliglikvidation" | "undertvangsoplosning" => CompanyState::Liquidating,
        "underrekonstruktion" => CompanyState::Restructuring,
        "tvangsoplost" | "ophort" | "slettet" => CompanyState::Dissolved,
        word if word.starts_with("oplost") => CompanyState::Dissolved,
        // FREMTID, UDEN RETSVIRKNING, UNDER REASSUMERING: not active, and not gone either.
        _ => return None,
    })
}

/// The names of Brønnøysund's flags.
fn norwegian(word: &str) -> Option<CompanyState> {
    Some(match word {
        "aktiv" => CompanyState::Active,
        "konkurs" | "underkonkursbehandling" => CompanyState::Bankrupt,
        "underavvikling" | "undertvangsavvikling" | "undertvangsavviklingellertvangsopplosning" => {
            CompanyState::Liquidating
        }
        "slettet" => CompanyState::Dissolved,
        _ => return None,
    })
}

/// Codes and words of Bolagsverket's procedures. An organisation that is not struck off and in no procedure has no word.
fn swedish(word: &str) -> Option<CompanyState> {
    Some(match word {
        "aktiv" => CompanyState::Active,
        "kk" | "konkurs" => CompanyState::Bankrupt,
        "li" | "likvidation" => CompanyState::Liquidating,
        "foretagsrekonstruktion" => CompanyState::Restructuring,
        "avregistrerad" => CompanyState::Dissolved,
        _ => return None,
    })
}

/// Codes of PRH's `companySituations`.
fn finnish(word: &str) -> Option<CompanyState> {
    Some(match word {
        "lakannut" => CompanyState::Dissolved,
        "sane" | "ysan" | "yrsa" => CompanyState::Restructuring,
        word if word.starts_with("konk") => CompanyState::Bankrupt,
        word if word.starts_with("selv") || word == "seltila" => CompanyState::Liquidating,
        _ => return None,
    })
}

/// `insolventieCode` of KvK's open data, and the words of the trade register.
fn dutch(word: &str) -> Option<CompanyState> {
    Some(match word {
        "actief" => CompanyState::Active,
        "fail" | "faillissement" | "failliet" => CompanyState::Bankrupt,
        "ontbonden" | "inliquidatie" => CompanyState::Liquidating,
        "surs" | "surseance" | "surseancevanbetaling" | "ssan" | "schuldsanering" => CompanyState::Restructuring,
        "uitgeschreven" | "opgeheven" => CompanyState::Dissolved,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_register_has_its_words() {
        use CompanyState::*;
        for (country, word, state) in [
            ("DK", "NORMAL", Some(Active)),
            ("DK", "Normal", Some(Active)),
            ("DK", "UNDERKONKURS", Some(Bankrupt)),
            ("DK", "Under konkurs", Some(Bankrupt)),
            ("DK", "UNDERTVANGSOPLØSNING", Some(Liquidating)),
            ("DK", "UNDERREKONSTRUKTION", Some(Restructuring)),
            ("DK", "OPLØSTEFTERGRÆNSEOVERSKRIDENDEFUSION", Some(Dissolved)),
            ("DK", "OPHØRT", Some(Dissolved)),
            ("DK", "FREMTID", None),
            ("DK", "UDENRETSVIRKNING", None),
            ("NO", "konkurs", Some(Bankrupt)),
            ("NO", "underTvangsavviklingEllerTvangsopplosning", Some(Liquidating)),
            ("SE", "KK", Some(Bankrupt)),
            ("SE", "LI", Some(Liquidating)),
            ("FI", "KONK", Some(Bankrupt)),
            ("FI", "SELTILA", Some(Liquidating)),
            ("FI", "YSAN", Some(Restructuring)),
            ("FI", "Rekisterissä", None),
            ("NL", "FAIL", Some(Bankrupt)),
            ("NL", "SURS", Some(Restructuring)),
            ("NO", "KK", None),
            ("DE", "active", Some(Active)),
            ("DE", "aktiv", None),
            ("DK", "", None),
        ] {
            assert_eq!(CompanyState::read(country, word), state, "{country} {word}");
        }
    }

    proptest! {
        #[test]
        fn our_own_names_are_read_everywhere(country in "\\PC{0,3}", junk in "\\PC{0,20}") {
            for state in [CompanyState::Active, CompanyState::Bankrupt, CompanyState::Dissolved] {
                let name = serde_json::to_value(state).unwrap();
                prop_assert_eq!(CompanyState::read(&country, name.as_str().unwrap()), Some(state));
            }
            CompanyState::read(&country, &junk);
        }
    }
}
