//! The gate before a debtor register: may this user ask about this subject, for this purpose, today?
//!
//! The rules are rows of data. A row speaks of some kinds of subject in one country, from one day to another, and names
//! what it needs. Asking is allowed when at least one row in force speaks of the subject and every such row has what it
//! needs. Where no row speaks the answer is no: a country whose law nobody wrote down is closed.
//!
//! A subject of whom we do not know whether it is a person is treated as one. The rows follow `docs/REGISTERS.md`, which
//! names the source of each and says which could not be verified. None of this is legal advice.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::customer::Subject;

/// What a debtor register may be asked for. These are the purposes of a trade creditor among those of the Finnish
/// Luottotietolaki § 19, which is the strictest list of the five countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To grant credit.
    CreditApplication,
    /// To keep watch over credit that was granted.
    CreditSaleControl,
    /// To collect a debt.
    DebtCollection,
    /// To let something.
    Lease,
    /// To accept a guarantor.
    Guarantee,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: &'static [Self] =
        &[Self::CreditApplication, Self::CreditSaleControl, Self::DebtCollection, Self::Lease, Self::Guarantee];

    /// The stable name, as in JSON and in policy files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreditApplication => "credit_application",
            Self::CreditSaleControl => "credit_sale_control",
            Self::DebtCollection => "debt_collection",
            Self::Lease => "lease",
            Self::Guarantee => "guarantee",
        }
    }

    /// The purpose with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|purpose| purpose.name() == name).copied()
    }

    /// The code under which Finnish bureaus take it.
    pub const fn finnish_code(self) -> char {
        match self {
            Self::CreditApplication => '1',
            Self::CreditSaleControl => '2',
            Self::DebtCollection => '3',
            Self::Lease => '7',
            Self::Guarantee => 'A',
        }
    }
}

/// What a row needs before it lets a look-up through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The user who asks is named.
    User,
    /// The purpose is named.
    Purpose,
    /// The legal basis is named, such as `legitimate_interest`.
    Basis,
    /// There is credit to be given or at risk: an order on account, an invoice, a subscription. Not a sale against
    /// payment in advance.
    CreditElement,
    /// The subject has not barred itself from being looked up.
    NotFrozen,
    /// The number is not a Dutch BSN, nor a btw-id that holds one.
    NoBsn,
}

/// One row of the law.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, such as `NO-2`.
    pub id: &'static str,
    /// The country, ISO 3166 alpha-2.
    pub country: &'static str,
    /// Where it is written.
    pub statute: &'static str,
    /// The first day it is in force.
    pub valid_from: &'static str,
    /// The last day it is in force; `None` while no end is known.
    pub valid_to: Option<&'static str>,
    /// Of whom it speaks.
    pub subjects: &'static [Subject],
    /// What it needs.
    pub needs: &'static [Need],
    /// Whether the subject must be sent a copy of what was told.
    pub copy_letter: bool,
}

impl Rule {
    /// Whether the row is in force on this day; both ends count.
    pub fn is_in_force(&self, today: Day) -> bool {
        let from = Day::parse(self.valid_from).is_some_and(|from| from <= today);
        from && self.valid_to.is_none_or(|to| Day::parse(to).is_some_and(|to| today <= to))
    }
}

/// A look-up before it is made.
#[derive(Debug, Clone, Copy)]
pub struct LookupGate<'a> {
    /// The subject's country, ISO 3166 alpha-2 in capitals.
    pub country: &'a str,
    /// Whom the law sees.
    pub subject: Subject,
    /// What for, if told.
    pub purpose: Option<Purpose>,
    /// On which legal basis; may be empty.
    pub basis: &'a str,
    /// The user who asks; may be empty.
    pub user: &'a str,
    /// Whether there is credit to be given or at risk.
    pub credit_element: bool,
    /// Whether the subject has barred itself from being looked up (Norway: `kredittsperre`).
    pub frozen: bool,
    /// Whether the number is a Dutch BSN, or holds one.
    pub bsn: bool,
    /// The purposes that the policy allows, by name.
    pub allowed_purposes: &'a [String],
}

/// What the gate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// The register may be asked.
    Allow {
        /// Whether the subject must be sent a copy of what was told, and by which rule.
        copy_letter: Option<&'static str>,
        /// The ids of the rows it was allowed by.
        rules: Vec<&'static str>,
    },
    /// It may not.
    Deny {
        /// The id of the row that forbids it; `policy` or `none` when no row of the law does.
        rule: &'static str,
        /// Why.
        because: Denied,
    },
}

/// Why a look-up is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Denied {
    /// A row needs this, and it is missing.
    Missing(Need),
    /// The policy does not list the purpose.
    PurposeNotInPolicy,
    /// No row in force speaks of such a subject in this country.
    NoRule,
}

impl LookupGate<'_> {
    /// Whether the register may be asked, by the rules in force on this day.
    pub fn ask(&self, today: Day) -> Gate {
        let mut rules = RULES
            .iter()
            .filter(|rule| {
                rule.country == self.country && rule.subjects.contains(&self.subject) && rule.is_in_force(today)
            })
            .peekable();
        if rules.peek().is_none() {
            return Gate::Deny { rule: "none", because: Denied::NoRule };
        }
        let (mut ids, mut copy_letter) = (Vec::new(), None);
        for rule in rules {
            if let Some(missing) = rule.needs.iter().find(|need| !self.has(**need)) {
                return Gate::Deny { rule: rule.id, because: Denied::Missing(*missing) };
            }
            ids.push(rule.id);
            if rule.copy_letter {
                copy_letter = Some(rule.id);
            }
        }
        // The law first: a purpose that is missing is told by the row that needs it.
        if self.purpose.is_none_or(|purpose| !self.allowed_purposes.iter().any(|name| name == purpose.name())) {
            return Gate::Deny { rule: "policy", because: Denied::PurposeNotInPolicy };
        }
        Gate::Allow { copy_letter, rules: ids }
    }

    fn has(&self, need: Need) -> bool {
        match need {
            Need::User => !self.user.trim().is_empty(),
            Need::Purpose => self.purpose.is_some(),
            Need::Basis => !self.basis.trim().is_empty(),
            Need::CreditElement => self.credit_element,
            Need::NotFrozen => !self.frozen,
            Need::NoBsn => !self.bsn,
        }
    }
}

const PERSONS: &[Subject] = &[Subject::PrivatePerson, Subject::SoleTrader, Subject::Unknown];
const PRIVATE: &[Subject] = &[Subject::PrivatePerson, Subject::Unknown];
const ORGANISATIONS: &[Subject] = &[Subject::Partnership, Subject::Company];
const LIABLE: &[Subject] = &[Subject::PrivatePerson, Subject::SoleTrader, Subject::Partnership, Subject::Unknown];
const EVERYBODY: &[Subject] =
    &[Subject::PrivatePerson, Subject::SoleTrader, Subject::Partnership, Subject::Company, Subject::Unknown];

const NAMED: &[Need] = &[Need::User, Need::Purpose];
const NAMED_AND_FOUNDED: &[Need] = &[Need::User, Need::Purpose, Need::Basis];

/// A row that only opens a country's register for organisations, who asks and what for being told.
const fn organisations(
    id: &'static str,
    country: &'static str,
    statute: &'static str,
    valid_from: &'static str,
) -> Rule {
    Rule { id, country, statute, valid_from, valid_to: None, subjects: ORGANISATIONS, needs: NAMED, copy_letter: false }
}

/// The general rule about persons' data: purpose and basis are known at each look-up.
const fn persons(id: &'static str, country: &'static str, valid_from: &'static str) -> Rule {
    Rule {
        id,
        country,
        statute: "Regulation (EU) 2016/679 art. 5(1)(b), 5(2) and 6(1)",
        valid_from,
        valid_to: None,
        subjects: PERSONS,
        needs: NAMED_AND_FOUNDED,
        copy_letter: false,
    }
}

/// Every row, by country.
pub const RULES: &[Rule] = &[
    organisations("DK-3", "DK", "databeskyttelsesloven § 20", "2018-05-25"),
    persons("DK-GDPR", "DK", "2018-05-25"),
    organisations("NO-0", "NO", "kredittopplysningsloven (LOV-2019-12-20-109)", "2022-07-01"),
    persons("NO-GDPR", "NO", "2018-07-20"),
    Rule {
        id: "NO-2",
        country: "NO",
        statute: "kredittopplysningsloven (LOV-2019-12-20-109): saklig behov",
        valid_from: "2022-07-01",
        valid_to: None,
        subjects: PERSONS,
        needs: &[Need::User, Need::Purpose, Need::Basis, Need::CreditElement],
        copy_letter: false,
    },
    Rule {
        id: "NO-3",
        country: "NO",
        statute: "kredittopplysningsloven (LOV-2019-12-20-109): gjenpartsbrev",
        valid_from: "2022-07-01",
        valid_to: None,
        subjects: PERSONS,
        needs: &[],
        copy_letter: true,
    },
    Rule {
        id: "NO-6",
        country: "NO",
        statute: "kredittopplysningsloven (LOV-2019-12-20-109): frivillig kredittsperre",
        valid_from: "2022-07-01",
        valid_to: None,
        subjects: EVERYBODY,
        needs: &[Need::NotFrozen],
        copy_letter: false,
    },
    organisations("SE-0", "SE", "kreditupplysningslagen (1973:1173)", "2018-05-25"),
    persons("SE-GDPR", "SE", "2018-05-25"),
    Rule {
        id: "SE-4",
        country: "SE",
        statute: "kreditupplysningslagen (1973:1173) § 9: legitimt behov",
        valid_from: "2018-05-25",
        valid_to: None,
        subjects: PRIVATE,
        needs: &[Need::User, Need::Purpose, Need::CreditElement],
        copy_letter: false,
    },
    Rule {
        id: "SE-5",
        country: "SE",
        statute: "kreditupplysningslagen (1973:1173): omfrågekopia",
        valid_from: "2018-05-25",
        valid_to: None,
        subjects: LIABLE,
        needs: &[],
        copy_letter: true,
    },
    organisations("FI-0", "FI", "luottotietolaki (527/2007)", "2007-11-01"),
    persons("FI-GDPR", "FI", "2018-05-25"),
    Rule {
        id: "FI-1",
        country: "FI",
        statute: "luottotietolaki (527/2007) § 19",
        valid_from: "2007-11-01",
        valid_to: None,
        subjects: PERSONS,
        needs: NAMED_AND_FOUNDED,
        copy_letter: false,
    },
    organisations("NL-0", "NL", "AVG (Regulation (EU) 2016/679) art. 6(1)(f)", "2018-05-25"),
    persons("NL-1", "NL", "2018-05-25"),
    Rule {
        id: "NL-BSN",
        country: "NL",
        statute: "UAVG art. 46",
        valid_from: "2018-05-25",
        valid_to: None,
        subjects: EVERYBODY,
        needs: &[Need::NoBsn],
        copy_letter: false,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn purposes() -> Vec<String> {
        Purpose::ALL.iter().map(|purpose| purpose.name().to_owned()).collect()
    }

    fn good<'a>(country: &'a str, subject: Subject, allowed: &'a [String]) -> LookupGate<'a> {
        LookupGate {
            country,
            subject,
            purpose: Some(Purpose::CreditApplication),
            basis: "legitimate_interest",
            user: "anna",
            credit_element: true,
            frozen: false,
            bsn: false,
            allowed_purposes: allowed,
        }
    }

    fn today() -> Day {
        Day::parse("2026-11-22").unwrap()
    }

    fn denied(gate: Gate) -> Option<(&'static str, Denied)> {
        match gate {
            Gate::Deny { rule, because } => Some((rule, because)),
            Gate::Allow { .. } => None,
        }
    }

    #[test]
    fn who_is_to_be_sent_a_copy() {
        use Subject::{Company, Partnership, PrivatePerson, SoleTrader, Unknown};
        let allowed = purposes();
        for (country, owed) in [
            ("DK", &[][..]),
            ("NO", &[PrivatePerson, SoleTrader, Unknown]),
            ("SE", &[PrivatePerson, SoleTrader, Partnership, Unknown]),
            ("FI", &[]),
            ("NL", &[]),
        ] {
            for subject in [PrivatePerson, SoleTrader, Partnership, Company, Unknown] {
                match good(country, subject, &allowed).ask(today()) {
                    Gate::Allow { copy_letter, rules } => {
                        assert_eq!(copy_letter.is_some(), owed.contains(&subject), "{country} {subject:?}");
                        assert!(!rules.is_empty());
                    }
                    deny => panic!("{country} {subject:?}: {deny:?}"),
                }
            }
        }
    }

    #[test]
    fn persons_are_closed_without_purpose_or_basis_and_companies_without_purpose() {
        let allowed = purposes();
        for country in ["DK", "NO", "SE", "FI", "NL"] {
            for subject in [Subject::PrivatePerson, Subject::SoleTrader, Subject::Unknown] {
                let gate = good(country, subject, &allowed);
                let why = denied(LookupGate { basis: " ", ..gate }.ask(today())).unwrap();
                assert_eq!(why.1, Denied::Missing(Need::Basis), "{country}");
                let why = denied(LookupGate { purpose: None, ..gate }.ask(today())).unwrap();
                assert_eq!(why.1, Denied::Missing(Need::Purpose), "{country}");
            }
            let gate = good(country, Subject::Company, &allowed);
            assert!(denied(LookupGate { basis: "", ..gate }.ask(today())).is_none(), "{country}");
            assert_eq!(
                denied(LookupGate { user: "  ", ..gate }.ask(today())).unwrap().1,
                Denied::Missing(Need::User),
                "{country}"
            );
            let none: &[String] = &[];
            let why = denied(LookupGate { allowed_purposes: none, ..gate }.ask(today())).unwrap();
            assert_eq!(why, ("policy", Denied::PurposeNotInPolicy), "{country}");
        }
    }

    #[test]
    fn what_only_one_country_asks() {
        let allowed = purposes();
        let gate = good("NO", Subject::SoleTrader, &allowed);
        let prepaid = LookupGate { credit_element: false, ..gate };
        assert_eq!(denied(prepaid.ask(today())), Some(("NO-2", Denied::Missing(Need::CreditElement))));
        let barred = LookupGate { frozen: true, ..gate };
        assert_eq!(denied(barred.ask(today())), Some(("NO-6", Denied::Missing(Need::NotFrozen))));
        assert_eq!(denied(LookupGate { country: "DK", ..barred }.ask(today())), None);

        let gate = good("SE", Subject::PrivatePerson, &allowed);
        let prepaid = LookupGate { credit_element: false, ..gate };
        assert_eq!(denied(prepaid.ask(today())), Some(("SE-4", Denied::Missing(Need::CreditElement))));
        assert_eq!(denied(LookupGate { subject: Subject::SoleTrader, ..prepaid }.ask(today())), None);

        let bsn = LookupGate { bsn: true, ..good("NL", Subject::Company, &allowed) };
        assert_eq!(denied(bsn.ask(today())), Some(("NL-BSN", Denied::Missing(Need::NoBsn))));
    }

    #[test]
    fn a_country_without_rules_is_closed() {
        let allowed = purposes();
        for country in ["DE", "", "dk"] {
            let gate = good(country, Subject::Company, &allowed);
            assert_eq!(denied(gate.ask(today())), Some(("none", Denied::NoRule)));
        }
    }

    #[test]
    fn no_row_opens_a_persons_register_without_a_basis() {
        let allowed = purposes();
        for rule in RULES {
            let first = Day::parse(rule.valid_from).unwrap();
            for subject in PERSONS {
                let gate = good(rule.country, *subject, &allowed);
                assert!(denied(LookupGate { basis: "", ..gate }.ask(first)).is_some(), "{} {subject:?}", rule.id);
            }
        }
    }

    #[test]
    fn a_rule_begins_on_its_day() {
        let allowed = purposes();
        let gate = good("NO", Subject::Company, &allowed);
        let day = Day::parse("2022-07-01").unwrap();
        assert!(denied(gate.ask(day)).is_none());
        assert_eq!(denied(gate.ask(day.plus(-1))), Some(("none", Denied::NoRule)));
        let gate = good("DK", Subject::PrivatePerson, &allowed);
        let day = Day::parse("2018-05-25").unwrap();
        assert!(denied(gate.ask(day)).is_none());
        assert_eq!(denied(gate.ask(day.plus(-1))), Some(("none", Denied::NoRule)));
    }

    #[test]
    fn every_row_is_whole() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(Day::parse(rule.valid_from).is_some() && rule.valid_to.is_none_or(|to| Day::parse(to).is_some()));
            assert!(rule.id.starts_with(rule.country) && !rule.subjects.is_empty() && !rule.statute.is_empty());
            assert!(RULES.iter().skip(at + 1).all(|other| other.id != rule.id), "{}", rule.id);
        }
        let ended = Rule { valid_to: Some("2026-12-31"), ..persons("X", "DK", "2026-01-01") };
        for (day, in_force) in
            [("2025-12-31", false), ("2026-01-01", true), ("2026-12-31", true), ("2027-01-01", false)]
        {
            assert_eq!(ended.is_in_force(Day::parse(day).unwrap()), in_force, "{day}");
        }
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.name()), Some(*purpose));
        }
        assert_eq!(Purpose::parse("marketing"), None);
    }

    proptest! {
        #[test]
        fn a_person_is_never_looked_up_without_purpose_user_and_basis(
            country in "(DK|NO|SE|FI|NL|DE|[A-Z]{2})",
            subject in proptest::sample::select(&[Subject::PrivatePerson, Subject::SoleTrader, Subject::Unknown][..]),
            purpose in proptest::option::of(proptest::sample::select(Purpose::ALL)),
            basis in "( |[a-z]{0,3})",
            user in "( |[a-z]{0,3})",
            flags in any::<[bool; 3]>(),
            // From before any row to long after all of them: a wrong clock must not open a register either.
            day in 10_000_i32..40_000,
        ) {
            let allowed = purposes();
            let gate = LookupGate {
                country: &country, subject, purpose, basis: &basis, user: &user,
                credit_element: flags[0], frozen: flags[1], bsn: flags[2], allowed_purposes: &allowed,
            };
            if let Gate::Allow { .. } = gate.ask(Day(day)) {
                prop_assert!(purpose.is_some() && !basis.trim().is_empty() && !user.trim().is_empty());
            }
        }
    }
}
