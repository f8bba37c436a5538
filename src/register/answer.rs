//! What a debtor register answered.

use serde::{Deserialize, Serialize};

use super::{RemarkKind, retention};
use crate::calendar::Day;
use crate::customer::Subject;
use crate::money::Money;

/// The answer to "does this subject have payment remarks?". *Clear* is only ever said by a source that was asked, could
/// answer, and was fresh enough; everything else is *unknown*, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum DebtorAnswer {
    /// The source was asked and holds no remark that may be used.
    Clear,
    /// The source holds remarks that may be used.
    Remarks {
        /// They, in the order the source told them.
        remarks: Vec<DebtorRemark>,
    },
    /// Nobody knows.
    Unknown {
        /// Why.
        because: WhyUnknown,
    },
}

impl DebtorAnswer {
    /// `clear`, `remarks` or `unknown`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Remarks { .. } => "remarks",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// What is left of a list of remarks on this day.
    pub fn of(remarks: Vec<DebtorRemark>, today: Day) -> Self {
        Self::Remarks { remarks }.on(today)
    }

    /// The answer without the remarks that must not be used on this day any more; without any it is clear.
    #[must_use]
    pub fn on(self, today: Day) -> Self {
        match self {
            Self::Remarks { mut remarks } => {
                remarks.retain(|remark| today < remark.delete_by);
                if remarks.is_empty() { Self::Clear } else { Self::Remarks { remarks } }
            }
            other => other,
        }
    }

    /// The first day on which a remark in it must not be used any more.
    pub fn delete_by(&self) -> Option<Day> {
        match self {
            Self::Remarks { remarks } => remarks.iter().map(|remark| remark.delete_by).min(),
            Self::Clear | Self::Unknown { .. } => None,
        }
    }
}

/// A payment remark as it is told: whom it is about is known to the one who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DebtorRemark {
    /// The remark's number in the register.
    pub number: String,
    /// What it is, as the register codes it.
    pub kind: String,
    /// The amount, if the register tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The day it was registered.
    pub registered: Day,
    /// The first day on which it must not be used any more, by the law or by the register, whichever comes first.
    pub delete_by: Day,
    /// The rule that names that day; `register` when the register does.
    pub rule: String,
}

impl DebtorRemark {
    /// Works out until when a remark may be used. `expires` is what the register says, `paid` the day the debt was paid.
    #[must_use]
    pub fn bounded(mut self, country: &str, subject: Subject, expires: Option<Day>, paid: Option<Day>) -> Self {
        let end = retention(country, subject, RemarkKind::read(&self.kind), self.registered, paid);
        (self.delete_by, self.rule) = match expires {
            Some(expires) if expires < end.delete_by => (expires, "register".to_owned()),
            _ => (end.delete_by, end.rule.to_owned()),
        };
        self
    }
}

impl DebtorRemark {
    /// The same for a subject of whom more may have become known since: a remark may become usable for less long, never
    /// for longer.
    #[must_use]
    pub fn tightened(mut self, country: &str, subject: Subject) -> Self {
        let end = retention(country, subject, RemarkKind::read(&self.kind), self.registered, None);
        if end.delete_by < self.delete_by {
            (self.delete_by, self.rule) = (end.delete_by, end.rule.to_owned());
        }
        self
    }
}

/// Why nobody knows whether there are remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhyUnknown {
    /// No debtor register is configured.
    NoSource,
    /// The register was never imported.
    NeverImported,
    /// What the register holds is older than the policy allows.
    SourceTooOld,
    /// The law or the policy does not allow to ask; the answer names the rule.
    NotLawful,
    /// The subject carries no number under which the register could be asked.
    SubjectNotIdentified,
    /// The register was asked and could not answer.
    SourceFailed,
}

impl WhyUnknown {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::NoSource,
        Self::NeverImported,
        Self::SourceTooOld,
        Self::NotLawful,
        Self::SubjectNotIdentified,
        Self::SourceFailed,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn remark(registered: &str, expires: Option<&str>) -> DebtorRemark {
        DebtorRemark {
            number: "1".into(),
            kind: "dom".into(),
            amount: Some(Money::new(120_000, Currency::parse("NOK").unwrap())),
            registered: day(registered),
            delete_by: day(registered),
            rule: String::new(),
        }
        .bounded("NO", Subject::Company, expires.map(day), None)
    }

    #[test]
    fn a_remark_is_gone_on_the_day_it_must_not_be_used() {
        let answer = DebtorAnswer::of(vec![remark("2022-11-23", None), remark("2024-01-01", None)], day("2026-11-22"));
        assert_eq!(answer.name(), "remarks");
        assert_eq!(answer.delete_by(), Some(day("2026-11-23")));
        let DebtorAnswer::Remarks { remarks } = answer.clone().on(day("2026-11-23")) else { panic!() };
        assert_eq!(remarks.len(), 1);
        assert_eq!(answer.on(day("2028-01-01")), DebtorAnswer::Clear);
    }

    #[test]
    fn the_register_may_end_it_earlier_but_not_later() {
        let sooner = remark("2024-01-01", Some("2025-06-01"));
        assert_eq!((sooner.delete_by, sooner.rule.as_str()), (day("2025-06-01"), "register"));
        let later = remark("2024-01-01", Some("2030-01-01"));
        assert_eq!((later.delete_by, later.rule.as_str()), (day("2028-01-01"), "NO-4"));
    }

    #[test]
    fn a_kept_remark_only_gets_shorter() {
        let company = |subject| {
            let remark = DebtorRemark { amount: None, ..remark("2024-01-01", None) };
            remark.bounded("SE", Subject::Company, None, None).tightened("SE", subject).delete_by
        };
        assert_eq!(company(Subject::Company), day("2029-01-01"));
        assert_eq!(company(Subject::PrivatePerson), day("2027-01-01"));
        let person = remark("2024-01-01", None).bounded("SE", Subject::SoleTrader, None, None);
        assert_eq!(person.clone().tightened("SE", Subject::Company), person);
    }

    #[test]
    fn it_travels_as_json_and_back() {
        let unknown = DebtorAnswer::Unknown { because: WhyUnknown::SourceFailed };
        assert_eq!(serde_json::to_string(&unknown).unwrap(), r#"{"answer":"unknown","because":"source_failed"}"#);
        let answer = DebtorAnswer::of(vec![remark("2024-01-01", None)], day("2026-11-22"));
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(
            text,
            r#"{"answer":"remarks","remarks":[{"number":"1","kind":"dom","amount":"1200.00 NOK","registered":"2024-01-01","delete_by":"2028-01-01","rule":"NO-4"}]}"#
        );
        assert_eq!(serde_json::from_str::<DebtorAnswer>(&text).unwrap(), answer);
    }
}
