//! What is known of an account and an order: for how long it stays true, how it is added up, and how it is written down.

use super::*;
use obligor::calendar::Instant;
use obligor::credit::Marks;

#[test]
fn facts_hold_until_something_moves() {
    let mut facts = account(1_000, 0);
    (facts.aged_to, facts.horizon_to) = (Day(100), Day(200));
    let holds =
        |facts: &AccountFacts, aged_to, horizon_to, now| facts.holds_at(Day(aged_to), Day(horizon_to), Instant(now));
    for (aged_to, expected) in [(99, false), (100, true), (101, true), (900, true)] {
        assert_eq!(holds(&facts, aged_to, 200, 7), expected, "nothing falls due, {aged_to}");
    }
    for (horizon_to, expected) in [(199, false), (200, true), (201, true), (900, true)] {
        assert_eq!(holds(&facts, 100, horizon_to, 7), expected, "nothing ships, {horizon_to}");
    }
    facts.next_due = Some(Day(105));
    for (aged_to, expected) in [(99, false), (100, true), (104, true), (105, false), (106, false)] {
        assert_eq!(holds(&facts, aged_to, 200, 7), expected, "due on 105, {aged_to}");
    }
    facts.next_ship = Some(Day(205));
    for (horizon_to, expected) in [(199, false), (200, true), (204, true), (205, false), (206, false)] {
        assert_eq!(holds(&facts, 100, horizon_to, 7), expected, "ships on 205, {horizon_to}");
    }
    facts.next_expiry = Some(Instant(50));
    for (now, expected) in [(7, true), (49, true), (50, false), (51, false)] {
        assert_eq!(holds(&facts, 104, 204, now), expected, "runs out at 50, {now}");
    }
    assert!(!holds(&facts, 105, 204, 7) && !holds(&facts, 104, 205, 7), "each of them is enough");
    // What was counted to the day itself holds on it, whatever comes next.
    (facts.next_due, facts.next_ship) = (Some(Day(100)), Some(Day(200)));
    assert!(holds(&facts, 100, 200, 7));
}

#[test]
fn buckets_are_added_one_by_one() {
    let one = Buckets { ordered: 1, later: 2, delivered: 4, drafted: 8, open: 16, overdue: 32, unapplied: 64 };
    let two = Buckets { ordered: 2, later: 4, delivered: 8, drafted: 16, open: 32, overdue: 64, unapplied: 128 };
    let three = Buckets { ordered: 3, later: 6, delivered: 12, drafted: 24, open: 48, overdue: 96, unapplied: 192 };
    assert_eq!(one.checked_add(&two), Ok(three));
    assert!(one.checked_add(&Buckets { unapplied: i64::MAX, ..Buckets::default() }).is_err());
    assert_eq!((three.debit(), one.debit()), (Ok(189), Ok(63)));
}

#[test]
fn an_order_is_written_down_without_what_it_does_not_carry() {
    let chain = super::chains::Desk::reserved(5).chain.unwrap();
    let plain = Marks { passed: None, ..chain.marks.clone() };
    assert_eq!(plain, Marks::default());
    let written = |marks: Marks| {
        let text = serde_json::to_string(&marks).unwrap();
        assert_eq!(serde_json::from_str::<Marks>(&text).unwrap(), marks);
        text
    };
    assert_eq!(written(plain.clone()), "{}");
    for (marks, text) in [
        (Marks { secured: 7, ..plain.clone() }, r#"{"secured":7}"#),
        (Marks { secured_moved: [0, 0, 7], ..plain.clone() }, r#"{"secured_moved":[0,0,7]}"#),
        (Marks { ahead: 7, ..plain.clone() }, r#"{"ahead":7}"#),
    ] {
        assert_eq!(written(marks.clone()), text);
        let marked = serde_json::to_value(obligor::credit::Chain { marks, ..chain.clone() }).unwrap();
        assert_eq!(marked["marks"].to_string(), text);
    }
    let unmarked = serde_json::to_value(obligor::credit::Chain { marks: plain, ..chain }).unwrap();
    assert_eq!(unmarked.get("marks"), None);
}

#[test]
fn a_limit_is_written_down_with_what_it_covers_only_if_it_covers() {
    let limit = Limit { covering: 5, ..Limit::always(LimitKind::Insured, Some(9)) };
    let text = serde_json::to_value(limit).unwrap();
    assert_eq!(text["covering"], 5);
    assert_eq!(serde_json::from_value::<Limit>(text).unwrap(), limit);
    let text = serde_json::to_value(base(9)).unwrap();
    assert_eq!(text.get("covering"), None);
    assert_eq!(serde_json::from_value::<Limit>(text).unwrap(), base(9));
}
