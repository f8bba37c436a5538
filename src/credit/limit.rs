//! Limits: how much a customer may owe, and when.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;

/// What kind of limit a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// The account's ordinary limit.
    Base,
    /// Replaces the base limit while it is in force.
    Temporary,
}

/// One limit on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// What kind it is.
    pub kind: LimitKind,
    /// Minor units of the account's currency. `Some(0)` is zero; only `None` means *no limit*.
    pub amount: Option<i64>,
    /// The first day it is in force; `None` is always.
    pub from: Option<Day>,
    /// The last day it is in force; `None` is for ever.
    pub to: Option<Day>,
}

impl Limit {
    /// Whether it is in force on this day; both ends count.
    pub fn is_in_force(&self, today: Day) -> bool {
        self.from.is_none_or(|from| from <= today) && self.to.is_none_or(|to| today <= to)
    }
}

/// The limit that holds on this day: a temporary one before the base one, and of several the one that began last.
pub fn limit_in_force(limits: &[Limit], today: Day) -> Option<&Limit> {
    limits.iter().filter(|limit| limit.is_in_force(today)).max_by_key(|limit| (limit.kind, limit.from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(kind: LimitKind, amount: Option<i64>, from: Option<i32>, to: Option<i32>) -> Limit {
        Limit { kind, amount, from: from.map(Day), to: to.map(Day) }
    }

    #[test]
    fn the_temporary_limit_replaces_the_base_while_it_lasts() {
        let limits =
            [limit(LimitKind::Base, Some(100), None, None), limit(LimitKind::Temporary, Some(300), Some(10), Some(12))];
        for (day, amount) in [(9, 100), (10, 300), (12, 300), (13, 100)] {
            assert_eq!(limit_in_force(&limits, Day(day)).unwrap().amount, Some(amount), "day {day}");
        }
    }

    #[test]
    fn the_limit_that_began_last_wins_and_none_may_be_in_force() {
        let limits = [
            limit(LimitKind::Base, Some(100), Some(1), Some(20)),
            limit(LimitKind::Base, Some(200), Some(5), Some(20)),
        ];
        assert_eq!(limit_in_force(&limits, Day(0)), None);
        assert_eq!(limit_in_force(&limits, Day(1)).unwrap().amount, Some(100));
        assert_eq!(limit_in_force(&limits, Day(5)).unwrap().amount, Some(200));
        assert_eq!(limit_in_force(&limits, Day(21)), None);
    }
}
