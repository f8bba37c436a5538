//! Reasons as sentences.

use super::{Code, Language, Level, Outcome, Quantity, Reason, Remedy};
use super::{texts, titles};

impl Outcome {
    /// What became of the document, in a word or two.
    pub const fn text(self, language: Language) -> &'static str {
        texts::outcome(self).get(language)
    }
}

impl Level {
    /// Whose level it is, in a word or two.
    pub const fn text(self, language: Language) -> &'static str {
        texts::level(self).get(language)
    }
}

impl Code {
    /// What is the matter, in a few words and without numbers: for a column of a table.
    pub const fn title(self, language: Language) -> &'static str {
        titles::title(self).get(language)
    }
}

impl Quantity {
    /// The value with its unit: `12,400.00 DKK`, `31 days`.
    pub fn text(&self, language: Language) -> String {
        match *self {
            Self::Money(money) => language.money(money),
            Self::Days(days) => {
                let text = if days == 1 { texts::ONE_DAY } else { texts::DAYS };
                text.fill(language, |_| Some(language.number(days))).unwrap_or_default()
            }
            Self::Count(count) => language.number(count),
            Self::BasisPoints(points) => language.percent(points),
            Self::Day(day) => language.day(day),
            Self::Currency(currency) => currency.to_string(),
        }
    }
}

impl Remedy {
    /// What is to be done, without capital and full stop: `pay 15,200.00 DKK`.
    pub fn text(&self, language: Language) -> String {
        let value = match *self {
            Self::Pay(money) | Self::ReduceBy(money) | Self::Prepay(money) | Self::Deposit(money) => {
                language.money(money)
            }
            Self::WaitUntil(day) => language.day(day),
            Self::UseCurrency(currency) => currency.to_string(),
            Self::UseTerms(days) => Quantity::Days(days).text(language),
            Self::DiscountAtMost(points) => language.percent(points),
            Self::LiftStatus | Self::SetLimit | Self::CreateCustomer | Self::Release | Self::Review | Self::FindOut => {
                String::new()
            }
        };
        texts::remedy(self).fill(language, |_| Some(value.clone())).unwrap_or_default()
    }
}

impl Reason {
    /// The reason in words: what is the matter and, where it stops the document, what would make the document pass and
    /// who may release it.
    pub fn sentence(&self, language: Language) -> String {
        let matter = texts::sentence(self.code).fill(language, |name| match name {
            "measured" => self.measured.map(|measured| measured.text(language)),
            "threshold" => self.threshold.map(|threshold| threshold.text(language)),
            _ => None,
        });
        // A reason that came without its numbers still says what is the matter.
        let matter = matter.unwrap_or_else(|| format!("{}.", self.code.title(language)));
        let mut text = match self.level {
            Level::Own | Level::Document => matter,
            Level::Group | Level::Segment if self.pool.is_empty() => format!("{}: {matter}", self.level.text(language)),
            // An account may be in several groups or segments, so the word alone does not say which.
            Level::Group | Level::Segment => format!("{} {}: {matter}", self.level.text(language), self.pool),
        };
        if self.effect.grants() {
            return text;
        }
        if let Some(remedy) = &self.remedy {
            let remedy = texts::TO_PASS.fill(language, |_| Some(remedy.text(language)));
            text = format!("{text} {}", remedy.unwrap_or_default());
        }
        if let Some(role) = &self.release_by {
            let release = texts::RELEASE.fill(language, |_| Some(role.clone()));
            text = format!("{text} {}", release.unwrap_or_default());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, Money};

    #[test]
    fn a_pool_is_called_by_its_name() {
        let mut reason = Reason {
            code: Code::StatusWatch,
            level: Level::Group,
            pool: "{NORD}".to_owned(),
            effect: Outcome::ApproveWithAlert,
            measured: None,
            threshold: None,
            remedy: None,
            release_by: None,
            rule: String::new(),
        };
        assert_eq!(reason.sentence(Language::En), "Group {NORD}: The customer is on the watch list.");
        reason.level = Level::Segment;
        assert_eq!(reason.sentence(Language::Da), "Kreditsegment {NORD}: Kunden er på observationslisten.");
        reason.level = Level::Own;
        assert_eq!(reason.sentence(Language::En), "The customer is on the watch list.");
        reason.level = Level::Group;
        reason.pool.clear();
        assert_eq!(reason.sentence(Language::En), "Group: The customer is on the watch list.");
    }

    #[test]
    fn remedies_are_written_with_their_values() {
        let deposit = Remedy::Deposit(Money::new(150_000, Currency::parse("EUR").unwrap()));
        assert_eq!(deposit.text(Language::Nl), "vraag een waarborgsom van 1.500,00 EUR");
        assert_eq!(Remedy::UseTerms(30).text(Language::En), "use payment terms of at most 30 days");
        assert_eq!(Remedy::UseTerms(1).text(Language::Da), "brug en betalingsfrist på højst 1 dag");
        assert_eq!(Remedy::DiscountAtMost(750).text(Language::Sv), "ge högst 7,5\u{a0}% rabatt");
    }
}
