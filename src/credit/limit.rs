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
    /// What a credit insurer covers; comes on top of the base or temporary limit.
    Insured,
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
    /// Insured: how much of the amount counts, in hundredths of a per cent; [`Limit::WHOLE`] for other kinds.
    pub share: u32,
    /// Insured, and past its last day: what of the amount still covers goods that were delivered while it was in force.
    /// The store keeps it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub covering: i64,
}

fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

impl Limit {
    /// The share of a limit that counts whole.
    pub const WHOLE: u32 = 10_000;

    /// A limit of a kind that is always in force; `None` is no limit.
    pub const fn always(kind: LimitKind, amount: Option<i64>) -> Self {
        Self { kind, amount, from: None, to: None, share: Self::WHOLE, covering: 0 }
    }

    /// Whether it is in force on this day; both ends count.
    pub fn is_in_force(&self, today: Day) -> bool {
        self.from.is_none_or(|from| from <= today) && self.to.is_none_or(|to| today <= to)
    }
}

/// The limit that holds on this day: a temporary one before the base one, and of several the one that began last. A base
/// limit that ended counts `grace` days longer, as long as no other is in force.
pub fn limit_in_force(limits: &[Limit], today: Day, grace: u16) -> Option<&Limit> {
    let of_account = || limits.iter().filter(|limit| limit.kind != LimitKind::Insured);
    let begun_last = |limit: &&Limit| (limit.kind, limit.from);
    of_account().filter(|limit| limit.is_in_force(today)).max_by_key(begun_last).or_else(|| {
        let earlier = today.plus(-i32::from(grace));
        last_to_end(limits, today).filter(|limit| limit.to.is_some_and(|to| to >= earlier))
    })
}

/// The base limit that ended last, of those that ended before this day.
pub fn last_to_end(limits: &[Limit], today: Day) -> Option<&Limit> {
    let ended = |limit: &&Limit| limit.kind == LimitKind::Base && limit.to.is_some_and(|to| to < today);
    limits.iter().filter(ended).max_by_key(|limit| limit.to)
}

/// What insurers cover on this day, in minor units: the cover in force, and what of earlier covers still covers goods
/// that were delivered under them. Each is its amount times its share, rounded down.
pub fn insured(limits: &[Limit], today: Day) -> i128 {
    let covers = limits.iter().filter(|limit| limit.kind == LimitKind::Insured);
    covers
        .map(|cover| {
            let amount = cover.amount.unwrap_or(0);
            let counts = if cover.is_in_force(today) {
                amount
            } else if cover.to.is_some_and(|to| to < today) {
                cover.covering.min(amount)
            } else {
                0
            };
            i128::from(counts) * i128::from(cover.share) / i128::from(Limit::WHOLE)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(kind: LimitKind, amount: Option<i64>, from: Option<i32>, to: Option<i32>) -> Limit {
        Limit { from: from.map(Day), to: to.map(Day), ..Limit::always(kind, amount) }
    }

    #[test]
    fn the_temporary_limit_replaces_the_base_while_it_lasts() {
        let limits =
            [limit(LimitKind::Base, Some(100), None, None), limit(LimitKind::Temporary, Some(300), Some(10), Some(12))];
        for (day, amount) in [(9, 100), (10, 300), (12, 300), (13, 100)] {
            assert_eq!(limit_in_force(&limits, Day(day), 0).unwrap().amount, Some(amount), "day {day}");
        }
    }

    #[test]
    fn the_limit_that_began_last_wins_and_none_may_be_in_force() {
        let limits = [
            limit(LimitKind::Base, Some(100), Some(1), Some(20)),
            limit(LimitKind::Base, Some(200), Some(5), Some(20)),
        ];
        assert_eq!(limit_in_force(&limits, Day(0), 0), None);
        assert_eq!(limit_in_force(&limits, Day(1), 0).unwrap().amount, Some(100));
        assert_eq!(limit_in_force(&limits, Day(5), 0).unwrap().amount, Some(200));
        assert_eq!(limit_in_force(&limits, Day(21), 0), None);
        assert_eq!(limit_in_force(&limits, Day(25), 5).map(|limit| limit.to), Some(Some(Day(20))));
        assert_eq!(limit_in_force(&limits, Day(26), 5), None);
    }

    #[test]
    fn an_insurer_covers_what_was_delivered_while_it_covered() {
        let cover = |amount, from, to, covering| Limit {
            share: 5_000,
            covering,
            ..limit(LimitKind::Insured, Some(amount), Some(from), Some(to))
        };
        let covers = [cover(100_000, 1, 10, 70_000), cover(40_000, 11, 20, 0)];
        assert_eq!(limit_in_force(&covers, Day(5), 0), None, "a cover is no limit of its own");
        assert_eq!(insured(&covers, Day(5)), 50_000);
        assert_eq!(insured(&covers, Day(15)), 35_000 + 20_000);
        assert_eq!(insured(&covers, Day(0)), 0);
    }
}
