//! How an account paid and disputed, month by month.

use crate::calendar::Day;
use crate::credit::{MONTHS, Month};

/// Notes something in the month of this day. Of more months than are kept the oldest go, be it this one.
pub(in crate::store) fn note(history: &mut Box<[Month]>, day: Day, change: impl FnOnce(&mut Month)) {
    let month = day.month();
    let mut months = std::mem::take(history).into_vec();
    let at = months.partition_point(|kept| kept.month < month);
    if months.get(at).is_none_or(|kept| kept.month != month) {
        months.insert(at, Month { month, ..Month::default() });
    }
    months.get_mut(at).map(change);
    let surplus = months.len().saturating_sub(MONTHS + 1);
    months.drain(..surplus);
    *history = months.into();
}

/// A part of an invoice was paid on this day.
pub(in crate::store) fn pay(history: &mut Box<[Month]>, day: Day, due: Day, amount: i64) {
    note(history, day, |month| {
        month.paid = month.paid.saturating_add(amount);
        month.late = month.late.saturating_add(amount.saturating_mul(day.since(due).max(0)));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn thirteen_months_are_kept_in_order() {
        let mut history: Box<[Month]> = Box::default();
        for month in [3, 1, 2, 3] {
            note(&mut history, day("2026-01-31").plus_months(month), |month| month.invoiced += 1);
        }
        let months = |history: &[Month]| history.iter().map(|month| (month.month, month.invoiced)).collect::<Vec<_>>();
        let first = day("2026-02-01").month();
        assert_eq!(months(&history), [(first, 1), (first + 1, 1), (first + 2, 2)]);
        for month in 5..40 {
            note(&mut history, day("2026-01-31").plus_months(month), |month| month.invoiced += 1);
        }
        let kept = months(&history);
        assert_eq!((kept.len(), kept.last().copied()), (13, Some((first + 38, 1))));
        note(&mut history, day("2026-02-01"), |month| month.invoiced += 1);
        assert_eq!(months(&history), kept, "what is older than all that is kept is not");
    }

    #[test]
    fn early_is_on_time_and_too_much_is_the_most_there_is() {
        let mut history: Box<[Month]> = Box::default();
        pay(&mut history, day("2026-11-24"), day("2026-11-30"), 100);
        pay(&mut history, day("2026-11-24"), day("2026-11-20"), 10);
        assert_eq!((history[0].paid, history[0].late), (110, 40));
        pay(&mut history, day("2026-11-24"), day("2026-11-20"), i64::MAX);
        assert_eq!((history[0].paid, history[0].late), (i64::MAX, i64::MAX));
    }
}
