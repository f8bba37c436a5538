//! The score of an account: the host's, or the points of the policy's scorecard, added up. Whole numbers all the way.

use super::account::AccountFacts;
use super::profile::Behaviour;
use crate::calendar::Day;
use crate::policy::{Measure, Policy, ScoreLine};

impl AccountFacts {
    /// The score: the one the host gave, else what the scorecard comes to; `None` when there is neither.
    pub fn score(&self, policy: &Policy, today: Day) -> Option<i32> {
        if self.profile.score.is_some() || policy.scorecard.is_empty() {
            return self.profile.score;
        }
        let behaviour = Behaviour::of(&self.history, today);
        let points = policy.scorecard.iter().map(|line| line.points_of(self.measured(line.measure, &behaviour, today)));
        Some(points.fold(0, i32::saturating_add))
    }

    /// The risk class: the one given, else the one of the policy that the score belongs to.
    pub fn class<'a>(&'a self, policy: &'a Policy, today: Day) -> Option<&'a str> {
        let given = self.profile.risk_class.as_deref();
        given.or_else(|| policy.class_of(self.score(policy, today)?))
    }

    fn measured(&self, measure: Measure, behaviour: &Behaviour, today: Day) -> Option<i64> {
        match measure {
            Measure::DaysLate => behaviour.days_late(),
            Measure::DisputeRate => behaviour.dispute_rate().map(|rate| rate / 100),
            Measure::OverdueShare => {
                let all = i128::from(self.buckets.open) + i128::from(self.buckets.overdue);
                let share = i128::from(self.buckets.overdue) * 100;
                share.checked_div(all).and_then(|share| i64::try_from(share).ok())
            }
            Measure::DunningLevel => Some(i64::from(self.dunning_level)),
            Measure::CustomerDays => self.profile.customer_since.map(|since| today.since(since)),
        }
    }
}

impl ScoreLine {
    /// The points for what was measured: those of the first step that it does not pass.
    fn points_of(&self, measured: Option<i64>) -> i32 {
        let Some(measured) = measured else { return self.unknown };
        self.steps.iter().find(|(up_to, _)| measured <= *up_to).map_or(self.beyond, |(_, points)| *points)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::{AccountId, Month};
    use crate::money::Currency;
    use crate::policy::RiskClass;

    const TODAY: Day = Day(20_000);

    fn line(measure: Measure, steps: &[(i64, i32)], beyond: i32, unknown: i32) -> ScoreLine {
        ScoreLine { measure, steps: steps.to_vec(), beyond, unknown }
    }

    fn policy(scorecard: Vec<ScoreLine>) -> Policy {
        let class =
            |name: &str, score_from| RiskClass { name: name.to_owned(), score_from, proposed_limits: Vec::new() };
        Policy { scorecard, classes: vec![class("A", 50), class("B", 20)], ..Policy::standard().unwrap() }
    }

    fn account() -> AccountFacts {
        AccountFacts::new(AccountId(1), "NW01", Currency::parse("DKK").unwrap())
    }

    #[test]
    fn points_are_added_and_what_is_not_known_has_its_own() {
        let policy = policy(vec![
            line(Measure::DaysLate, &[(0, 30), (10, 20)], 5, 11),
            line(Measure::OverdueShare, &[(0, 40), (25, 10)], 0, 7),
            line(Measure::DunningLevel, &[(0, 3)], -50, 0),
            line(Measure::CustomerDays, &[(365, 0)], 20, 1),
            line(Measure::DisputeRate, &[(19, 2)], 0, 0),
        ]);
        let mut account = account();
        assert_eq!(account.score(&policy, TODAY), Some(11 + 7 + 3 + 1), "nothing is known but the dunning level");
        assert_eq!(account.class(&policy, TODAY), Some("B"));

        let month = Month { month: TODAY.month(), paid: 100, late: 1_000, invoiced: 5, disputed: 1 };
        account.history = Box::new([month]);
        (account.buckets.open, account.buckets.overdue) = (75, 25);
        account.profile.customer_since = Some(TODAY.plus(-366));
        assert_eq!(account.score(&policy, TODAY), Some(20 + 10 + 3 + 20), "20 % disputed is above 19");
        account.history[0].invoiced = 6;
        (account.buckets.open, account.buckets.overdue) = (50, 50);
        assert_eq!(account.score(&policy, TODAY), Some(20 + 3 + 20 + 2), "half is overdue, 16.66 % disputed");
        account.history[0].invoiced = 5;
        account.buckets.open = 75;
        account.buckets.overdue = 26;
        account.dunning_level = 1;
        account.history[0].late = 1_100;
        assert_eq!(account.score(&policy, TODAY), Some(5 + 10 - 50 + 20), "of 101 a quarter and more is 25 %");
        assert_eq!(account.class(&policy, TODAY), None);
    }

    #[test]
    fn what_the_host_says_goes_first() {
        let policy = policy(vec![line(Measure::DunningLevel, &[(0, 60)], 0, 0)]);
        let mut account = account();
        assert_eq!((account.score(&policy, TODAY), account.class(&policy, TODAY)), (Some(60), Some("A")));
        account.profile.score = Some(49);
        assert_eq!((account.score(&policy, TODAY), account.class(&policy, TODAY)), (Some(49), Some("B")));
        account.profile.risk_class = Some("C".to_owned());
        assert_eq!(account.class(&policy, TODAY), Some("C"));
        let without = Policy { scorecard: Vec::new(), ..policy };
        account.profile = crate::credit::Profile::default();
        assert_eq!((account.score(&without, TODAY), account.class(&without, TODAY)), (None, None));
    }
}
