//! Verdicts in words.

use super::Verdict;
use crate::reason::{Language, Text};

impl Verdict {
    /// Every verdict, the mildest first.
    pub const ALL: [Self; 4] = [Self::Accept, Self::Prepay, Self::Review, Self::Reject];

    /// The stable name, as in JSON and in policy files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Prepay => "prepay",
            Self::Review => "review",
            Self::Reject => "reject",
        }
    }

    /// What is to become of the customer, in a word or two.
    pub const fn text(self, language: Language) -> &'static str {
        words(self).get(language)
    }
}

/// The words.
const fn words(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Accept => Text {
            en: "Accepted",
            da: "Accepteret",
            nb: "Akseptert",
            sv: "Accepterad",
            fi: "Hyväksytty",
            nl: "Geaccepteerd",
        },
        Verdict::Prepay => Text {
            en: "Against prepayment",
            da: "Mod forudbetaling",
            nb: "Mot forskuddsbetaling",
            sv: "Mot förskottsbetalning",
            fi: "Ennakkomaksua vastaan",
            nl: "Tegen vooruitbetaling",
        },
        Verdict::Review => Text {
            en: "Manual review",
            da: "Manuel vurdering",
            nb: "Manuell vurdering",
            sv: "Manuell bedömning",
            fi: "Manuaalinen arviointi",
            nl: "Handmatige beoordeling",
        },
        Verdict::Reject => {
            Text { en: "Rejected", da: "Afvist", nb: "Avvist", sv: "Avvisad", fi: "Hylätty", nl: "Afgewezen" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_its_words_and_its_name() {
        for verdict in Verdict::ALL {
            assert_eq!(words(verdict).faults(&[]), Vec::<String>::new());
            assert_eq!(serde_json::to_string(&verdict).unwrap(), format!("{:?}", verdict.name()));
        }
        assert_eq!(Verdict::Review.text(Language::Nl), "Handmatige beoordeling");
    }
}
