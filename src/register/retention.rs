//! How long a payment remark may be used.
//!
//! The shortest of all periods that apply counts, together with the day the register itself names. A remark of a kind
//! we cannot read gets the shortest period of its country, and a subject that may be a person gets a person's. The rows
//! follow `docs/REGISTERS.md`, which says which of them could not be verified.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::customer::Subject;

/// What a remark is about, as far as its period depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemarkKind {
    /// A debt that was not paid, established by a court, an authority or an acknowledgement; also any other remark.
    Default,
    /// A default that the creditor itself reported.
    CreditorReported,
    /// An instalment agreement the debtor entered freely (Denmark: frivilligt forlig).
    Settlement,
    /// A case before an enforcement court (Denmark: fogedsag).
    Enforcement,
    /// An application for an order to pay (Sweden: ansökan om betalningsföreläggande).
    Application,
    /// A debt settlement by law (Sweden: skuldsanering, Norway: gjeldsforhandling).
    DebtRelief,
    /// A kind we do not know.
    Other,
}

impl RemarkKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Default,
        Self::CreditorReported,
        Self::Settlement,
        Self::Enforcement,
        Self::Application,
        Self::DebtRelief,
        Self::Other,
    ];

    /// The stable name, which a file of remarks may use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::CreditorReported => "creditor_reported",
            Self::Settlement => "settlement",
            Self::Enforcement => "enforcement",
            Self::Application => "application",
            Self::DebtRelief => "debt_relief",
            Self::Other => "other",
        }
    }

    /// Reads a register's word for it: a stable name, or the words of the five countries; [`RemarkKind::Other`] when it is
    /// none of them.
    pub fn read(word: &str) -> Self {
        let word = word.trim().to_lowercase();
        match word.as_str() {
            "dom"
            | "judgment"
            | "utslag"
            | "maksuhäiriö"
            | "betalningsanmärkning"
            | "betalingsanmerkning"
            | "vonnis" => Self::Default,
            "frivilligt forlig" | "forlig" => Self::Settlement,
            "fogedsag" | "udlæg" | "utlegg" | "utmätning" | "ulosotto" => Self::Enforcement,
            "betalningsföreläggande" | "ansökan" => Self::Application,
            "skuldsanering" | "gjeldsforhandling" | "gjeldsordning" | "gældssanering" | "velkajärjestely" => {
                Self::DebtRelief
            }
            _ => Self::ALL.iter().find(|kind| kind.name() == word).copied().unwrap_or(Self::Other),
        }
    }
}

/// When a period ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// So many months after the remark was registered.
    Registered(u32),
    /// With so many calendar years after the one in which it was registered.
    Years(u32),
    /// So many months after the debt was paid; it says nothing about one that is not.
    Paid(u32),
}

/// One row.
#[derive(Debug, PartialEq, Eq)]
pub struct RetentionRule {
    /// Its id, such as `NO-4`.
    pub id: &'static str,
    /// The country, ISO 3166 alpha-2.
    pub country: &'static str,
    /// About whom.
    pub subjects: &'static [Subject],
    /// About which kinds of remark.
    pub kinds: &'static [RemarkKind],
    /// When the period ends.
    pub ends: Ends,
}

/// Until when a remark may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Retention {
    /// The first day on which it must not be used any more.
    pub delete_by: Day,
    /// The row that says so.
    pub rule: &'static str,
}

/// Until when a remark about this subject may be used: the earliest of all that apply. In a country without rows it may
/// not be used at all, which is told as the day it was registered and the rule `none`.
pub fn retention(country: &str, subject: Subject, kind: RemarkKind, registered: Day, paid: Option<Day>) -> Retention {
    RETENTION_RULES
        .iter()
        .filter(|rule| rule.country == country && rule.subjects.contains(&subject))
        .filter(|rule| kind == RemarkKind::Other || rule.kinds.contains(&kind))
        .filter_map(|rule| {
            let delete_by = match rule.ends {
                Ends::Registered(months) => registered.plus_months(months),
                Ends::Years(years) => new_year(registered.plus_months(12 * years)),
                Ends::Paid(months) => paid?.plus_months(months),
            };
            Some(Retention { delete_by, rule: rule.id })
        })
        .min_by_key(|end| end.delete_by)
        .unwrap_or(Retention { delete_by: registered, rule: "none" })
}

/// The first day of the year after the one this day is in.
fn new_year(day: Day) -> Day {
    let text = day.to_string();
    let year = text.get(..4).and_then(|year| year.parse::<i32>().ok());
    year.and_then(|year| Day::from_ymd(year + 1, 1, 1)).unwrap_or(Day::MAX)
}

const PERSONS: &[Subject] = &[Subject::PrivatePerson, Subject::SoleTrader, Subject::Unknown];
const ORGANISATIONS: &[Subject] = &[Subject::Partnership, Subject::Company];
const EVERYBODY: &[Subject] =
    &[Subject::PrivatePerson, Subject::SoleTrader, Subject::Partnership, Subject::Company, Subject::Unknown];
/// Those that are kept until the ordinary period of the country ends.
const ORDINARY: &[RemarkKind] =
    &[RemarkKind::Default, RemarkKind::CreditorReported, RemarkKind::Settlement, RemarkKind::Enforcement];

const fn row(
    id: &'static str,
    country: &'static str,
    subjects: &'static [Subject],
    kinds: &'static [RemarkKind],
    ends: Ends,
) -> RetentionRule {
    RetentionRule { id, country, subjects, kinds, ends }
}

/// Every row, by country.
pub const RETENTION_RULES: &[RetentionRule] = &[
    row("DK-3", "DK", EVERYBODY, RemarkKind::ALL, Ends::Registered(60)),
    row("DK-7", "DK", EVERYBODY, &[RemarkKind::Enforcement], Ends::Paid(12)),
    row(
        "DK-7",
        "DK",
        EVERYBODY,
        &[
            RemarkKind::Default,
            RemarkKind::CreditorReported,
            RemarkKind::Settlement,
            RemarkKind::Application,
            RemarkKind::DebtRelief,
        ],
        Ends::Paid(1),
    ),
    row("NO-4", "NO", EVERYBODY, RemarkKind::ALL, Ends::Registered(48)),
    row("NO-4", "NO", EVERYBODY, RemarkKind::ALL, Ends::Paid(0)),
    row("NO-4", "NO", EVERYBODY, &[RemarkKind::DebtRelief], Ends::Registered(6)),
    row("SE-3", "SE", PERSONS, ORDINARY, Ends::Registered(36)),
    row("SE-3", "SE", ORGANISATIONS, ORDINARY, Ends::Registered(60)),
    row("SE-3", "SE", EVERYBODY, &[RemarkKind::Application], Ends::Years(2)),
    row("SE-3", "SE", &[Subject::PrivatePerson], &[RemarkKind::DebtRelief], Ends::Registered(60)),
    row(
        "SE-3",
        "SE",
        &[Subject::SoleTrader, Subject::Partnership, Subject::Company, Subject::Unknown],
        &[RemarkKind::DebtRelief],
        Ends::Registered(36),
    ),
    row("FI-4", "FI", EVERYBODY, RemarkKind::ALL, Ends::Registered(36)),
    row("FI-4", "FI", EVERYBODY, &[RemarkKind::CreditorReported], Ends::Registered(24)),
    row("FI-4", "FI", EVERYBODY, RemarkKind::ALL, Ends::Paid(1)),
    row("NL-2", "NL", EVERYBODY, RemarkKind::ALL, Ends::Registered(60)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// Registered, paid, last day of use, by country, subject and kind.
    #[test]
    fn the_last_day_of_use_and_the_first_of_none() {
        use RemarkKind::*;
        use Subject::{Company, Partnership, PrivatePerson, SoleTrader, Unknown};
        for (country, subject, kind, registered, paid, last, rule) in [
            ("DK", Company, Default, "2021-11-23", None, "2026-11-22", "DK-3"),
            ("DK", PrivatePerson, Default, "2021-11-23", None, "2026-11-22", "DK-3"),
            ("DK", PrivatePerson, Settlement, "2025-01-10", Some("2026-03-15"), "2026-04-14", "DK-7"),
            ("DK", Company, Enforcement, "2025-01-10", Some("2026-03-15"), "2027-03-14", "DK-7"),
            ("DK", Company, Enforcement, "2021-01-10", Some("2025-12-31"), "2026-01-09", "DK-3"),
            ("NO", Company, Default, "2022-11-23", None, "2026-11-22", "NO-4"),
            ("NO", SoleTrader, Default, "2024-02-29", None, "2028-02-28", "NO-4"),
            ("NO", PrivatePerson, Default, "2025-05-01", Some("2025-06-01"), "2025-05-31", "NO-4"),
            ("NO", PrivatePerson, DebtRelief, "2026-01-01", None, "2026-06-30", "NO-4"),
            ("SE", PrivatePerson, Default, "2023-11-23", None, "2026-11-22", "SE-3"),
            ("SE", SoleTrader, Default, "2023-11-23", None, "2026-11-22", "SE-3"),
            ("SE", Unknown, Default, "2023-11-23", None, "2026-11-22", "SE-3"),
            ("SE", Company, Default, "2021-11-23", None, "2026-11-22", "SE-3"),
            ("SE", Partnership, Default, "2024-02-29", None, "2029-02-27", "SE-3"),
            ("SE", Company, Application, "2024-01-01", None, "2026-12-31", "SE-3"),
            ("SE", Company, Application, "2024-12-31", None, "2026-12-31", "SE-3"),
            ("SE", PrivatePerson, DebtRelief, "2021-11-23", None, "2026-11-22", "SE-3"),
            ("FI", PrivatePerson, Default, "2023-11-23", None, "2026-11-22", "FI-4"),
            ("FI", Company, CreditorReported, "2024-11-23", None, "2026-11-22", "FI-4"),
            ("FI", Company, Default, "2025-01-01", Some("2026-01-31"), "2026-02-27", "FI-4"),
            ("NL", Company, Default, "2021-11-23", None, "2026-11-22", "NL-2"),
        ] {
            let end = retention(country, subject, kind, day(registered), paid.map(day));
            assert_eq!(end.delete_by, day(last).plus(1), "{country} {subject:?} {kind:?} {registered}");
            assert_eq!(end.rule, rule);
        }
    }

    #[test]
    fn an_unknown_country_keeps_nothing() {
        let end = retention("DE", Subject::Company, RemarkKind::Default, day("2026-01-01"), None);
        assert_eq!((end.delete_by, end.rule), (day("2026-01-01"), "none"));
    }

    #[test]
    fn words_of_the_registers() {
        assert_eq!(RemarkKind::read(" Frivilligt forlig "), RemarkKind::Settlement);
        assert_eq!(RemarkKind::read("Utlegg"), RemarkKind::Enforcement);
        assert_eq!(RemarkKind::read("Betalningsföreläggande"), RemarkKind::Application);
        assert_eq!(RemarkKind::read("47"), RemarkKind::Other);
        for kind in RemarkKind::ALL {
            assert_eq!(RemarkKind::read(kind.name()), *kind);
        }
    }

    proptest! {
        #[test]
        fn every_remark_ends_and_the_unreadable_and_unknown_end_first(
            country in "(DK|NO|SE|FI|NL)",
            subject in proptest::sample::select(EVERYBODY),
            kind in proptest::sample::select(RemarkKind::ALL),
            registered in 15_000_i32..25_000,
            paid in proptest::option::of(0_i32..3_000),
        ) {
            let registered = Day(registered);
            let paid = paid.map(|days| registered.plus(days));
            let end = retention(&country, subject, kind, registered, paid);
            prop_assert!(end.delete_by <= registered.plus_months(60));
            prop_assert!(end.delete_by >= registered);
            prop_assert_ne!(end.rule, "none");
            prop_assert!(retention(&country, subject, RemarkKind::Other, registered, paid).delete_by <= end.delete_by);
            prop_assert!(retention(&country, Subject::Unknown, kind, registered, paid).delete_by <= end.delete_by);
            prop_assert!(retention(&country, subject, kind, registered, None).delete_by >= end.delete_by);
        }
    }
}
