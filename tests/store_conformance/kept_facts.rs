//! What is kept of an account beside its buckets: the horizon, disputes, dunning, how it paid, what insurers still cover.

use obligor::calendar::{Day, Instant};
use obligor::credit::{ChainState, Limit, LimitKind, Marks, Profile, Release};
use obligor::error::ErrorKind;
use obligor::money::Currency;
use obligor::store::{
    AccountRecord, Ask, Item, ItemKind, LimitOwner, LimitRecord, Loader, OrderRecord, Put, Step, Store,
};

use crate::store_common::*;

fn invoice(number: &str, residual: i64, due: i32) -> Item {
    item("10", number, ItemKind::Invoice, residual, TODAY.plus(due))
}

pub(crate) fn orders_come_within_the_horizon_and_leave_it(store: &dyn Store) {
    let id = debtor(store, "10", 10_000);
    for (document, amount, ships, expires) in [
        ("SO-1", 1, None, None),
        ("SO-2", 20, Some(5), None),
        ("SO-3", 300, Some(30), Some(later(50))),
        ("SO-4", 4000, Some(40), None),
    ] {
        let mut order = chain(id, document, ChainState::Active);
        (order.ordered, order.ships, order.expires) = (amount, ships.map(|days| TODAY.plus(days)), expires);
        put_chain(store, "10", order).unwrap();
    }
    let at = |days: i32, now: Instant| {
        let ask = Ask { horizon_to: TODAY.plus(days), now, ..ask("10", "") };
        store.facts(&ask, soon()).unwrap().account.unwrap()
    };
    let check = || {
        for (days, ordered, next) in
            [(4, 1, Some(5)), (5, 21, Some(30)), (30, 321, Some(40)), (40, 4321, None), (400, 4321, None)]
        {
            let facts = at(days, NOW);
            assert_eq!((facts.buckets.ordered, facts.buckets.later), (ordered, 4321 - ordered), "{days} days");
            assert_eq!((facts.horizon_to, facts.next_ship), (TODAY.plus(days), next.map(|next| TODAY.plus(next))));
        }
        let run_out = at(4, later(50));
        assert_eq!((run_out.buckets.ordered, run_out.buckets.later), (1, 4020));
        assert_eq!((run_out.next_ship, run_out.next_expiry), (Some(TODAY.plus(5)), None));
    };
    check();
    // A step writes the horizon down; reading from there, forth and back, comes to the same.
    for days in [10, 35, 2, 90, 0] {
        let mut step = reservation("10", "SO-1", 0);
        step.ask.horizon_to = TODAY.plus(days);
        run(store, step).unwrap();
        check();
        assert_sound(store);
    }
    // What is put or moved when the horizon is near lands on its side of it.
    let near = |mut step: Step| {
        step.ask.horizon_to = TODAY.plus(10);
        run(store, step).unwrap().account.unwrap()
    };
    let mut order = chain(id, "SO-4", ChainState::Active);
    (order.ordered, order.delivered, order.ships) = (3000, 1000, Some(TODAY.plus(40)));
    let facts = near(writes(
        "10",
        obligor::store::Effects { chain: Some(order.clone()), ..obligor::store::Effects::default() },
    ));
    assert_eq!((facts.buckets.ordered, facts.buckets.later, facts.buckets.delivered), (21, 3300, 1000));
    order.ships = Some(TODAY.plus(3));
    let facts =
        near(writes("10", obligor::store::Effects { chain: Some(order), ..obligor::store::Effects::default() }));
    assert_eq!((facts.buckets.ordered, facts.buckets.later), (3021, 300));
    assert_eq!(facts.next_ship, Some(TODAY.plus(30)));
    load(store, |load| {
        load.put_order(&OrderRecord { ships: Some(TODAY.plus(11)), ..order_of("SO-5", 5) })?;
        load.put_order(&OrderRecord { ships: Some(TODAY.plus(10)), ..order_of("SO-6", 6) }).map(drop)
    });
    let facts = at(10, NOW);
    assert_eq!((facts.buckets.ordered, facts.buckets.later), (3027, 305));
    assert_eq!(facts.next_ship, Some(TODAY.plus(11)));
    // One that ran out beyond the horizon holds nothing there.
    assert_eq!(store.expire(later(50), 9, soon()).unwrap(), 1);
    assert_eq!(at(10, NOW).buckets.later, 5);
    assert_eq!(at(0, NOW).buckets.debit(), Ok(4032));
    assert_eq!(store.find_order(COMPANY, "SO-5").unwrap().unwrap().ships, Some(TODAY.plus(11)));
}

fn order_of(document: &str, ordered: i64) -> OrderRecord {
    order("10", document, ordered)
}

pub(crate) fn disputes_are_kept_apart(store: &dyn Store) {
    debtor(store, "10", 10_000);
    load(store, |load| {
        load.put_item(&Item { disputed: true, ..invoice("I-1", 1, -20) })?;
        load.put_item(&invoice("I-2", 20, -10))?;
        load.put_item(&Item { disputed: true, ..invoice("I-3", 300, -5) })?;
        load.put_item(&Item { disputed: true, ..invoice("I-4", 4000, 5) })?;
        let credit = item("10", "C-1", ItemKind::CreditNote, 50_000, TODAY.plus(-30));
        load.put_item(&Item { disputed: true, ..credit }).map(drop)
    });
    let as_of = |days: i32| {
        let ask = Ask { overdue_to: TODAY.plus(days), ..ask("10", "") };
        store.facts(&ask, soon()).unwrap().account.unwrap()
    };
    let day = |days: i32| Some(TODAY.plus(days));
    let check = || {
        for (days, overdue, disputed_overdue, oldest, undisputed) in [
            (-21, 0, 0, None, None),
            (-20, 1, 1, day(-20), None),
            (-10, 21, 1, day(-20), day(-10)),
            (-1, 321, 301, day(-20), day(-10)),
            (5, 4321, 4301, day(-20), day(-10)),
        ] {
            let facts = as_of(days);
            assert_eq!(
                (facts.buckets.overdue, facts.disputed_overdue, facts.disputed),
                (overdue, disputed_overdue, 4301)
            );
            assert_eq!((facts.oldest_overdue, facts.oldest_undisputed), (oldest, undisputed), "{days}");
        }
    };
    check();
    for days in [-1, 9, -15] {
        let mut step = reservation("10", "SO-1", 0);
        step.ask.overdue_to = TODAY.plus(days);
        run(store, step).unwrap();
        check();
        assert_sound(store);
    }
    let facts = put_item_on(store, TODAY, Item { disputed: true, ..invoice("I-2", 20, -10) });
    assert_eq!((facts.disputed, facts.disputed_overdue, facts.oldest_undisputed), (4321, 321, None));
    let facts = put_item_on(store, TODAY, invoice("I-1", 1, -20));
    assert_eq!((facts.disputed, facts.disputed_overdue, facts.oldest_undisputed), (4320, 320, day(-20)));
    let facts = put_item_on(store, TODAY, Item { disputed: true, ..invoice("I-3", 100, 6) });
    assert_eq!((facts.disputed, facts.disputed_overdue, facts.buckets.overdue), (4120, 20, 21));
}

pub(crate) fn the_dunning_level_is_the_highest_that_counts(store: &dyn Store) {
    debtor(store, "10", 10_000);
    let dunned = |number: &str, level: u8| Item { dunning_level: level, ..invoice(number, 100, -9) };
    load(store, |load| {
        load.put_item(&dunned("I-1", 1))?;
        load.put_item(&dunned("I-2", 3))?;
        load.put_item(&Item { dunning_blocked: true, ..dunned("I-3", 4) })?;
        let credit = item("10", "C-1", ItemKind::CreditNote, 1, TODAY);
        load.put_item(&Item { dunning_level: 9, ..credit }).map(drop)
    });
    assert_eq!(facts(store, "10").dunning_level, 3);
    let level = |item: Item| put_item_on(store, TODAY, item).dunning_level;
    assert_eq!(level(Item { residual: 0, ..dunned("I-2", 3) }), 1);
    assert_eq!(level(dunned("I-3", 4)), 4);
    assert_eq!(level(Item { dunning_blocked: true, ..dunned("I-3", 4) }), 1);
    assert_eq!(level(dunned("I-1", 0)), 0);
    let kept = store.items(facts(store, "10").id, 9).unwrap();
    let blocked: Vec<&str> = kept.iter().filter(|item| item.dunning_blocked).map(|item| item.number.as_str()).collect();
    assert_eq!(blocked, ["I-3"]);
}

pub(crate) fn how_it_paid_and_disputed_is_remembered(store: &dyn Store) {
    let id = debtor(store, "10", 10_000);
    let day = |text: &str| Day::parse(text).unwrap();
    let (january, march) = (day("2026-01-15"), day("2026-03-31"));
    let open = |residual: i64, disputed: bool| Item {
        amount: 1000,
        residual,
        disputed,
        due: january,
        ..item("10", "I-1", ItemKind::Invoice, 0, january)
    };
    put_item_on(store, january, open(1000, false));
    put_item_on(store, january, item("10", "P-1", ItemKind::Payment, 500, january));
    put_item_on(store, january, open(1000, true));
    put_item_on(store, march, open(1000, false));
    put_item_on(store, march, open(1000, true));
    // Paid early in part, opened again, paid late.
    put_item_on(store, day("2026-01-10"), open(700, true));
    put_item_on(store, march, open(900, true));
    let facts = put_item_on(store, march, open(100, true));
    let history: Vec<_> = facts.history.iter().map(|m| (m.month, m.paid, m.late, m.invoiced, m.disputed)).collect();
    assert_eq!(history, [(january.month(), 300, 0, 1, 1), (march.month(), 800, 800 * 75, 0, 0)]);
    // A list that does not name an invoice any more says that it was paid.
    let closed = store.load(
        later(10),
        day("2026-04-01"),
        &mut |load| {
            assert_eq!(load.close_items_not_put(COMPANY, later(10))?, 2);
            Ok(())
        },
        soon(),
    );
    closed.unwrap();
    let facts = crate::store_common::facts(store, "10");
    let last = facts.history.last().unwrap();
    assert_eq!((last.month, last.paid, last.late), (march.month() + 1, 100, 100 * 76));
    assert_eq!((facts.disputed, facts.buckets), (0, obligor::credit::Buckets::default()));
    // Thirteen months stay, and what is too much stands at the most there is.
    for month in 0..20 {
        put_item_on(store, january.plus_months(month), item("10", &format!("N-{month}"), ItemKind::Invoice, 0, TODAY));
    }
    let facts = crate::store_common::facts(store, "10");
    assert_eq!(facts.history.len(), 13);
    assert!(facts.history.windows(2).all(|pair| pair[0].month < pair[1].month));
    let far = Day::MAX;
    let large = Item { due: Day::MIN, ..item("10", "L", ItemKind::Invoice, i64::MAX / 2, TODAY) };
    put_item_on(store, far, large.clone());
    let facts = put_item_on(store, far, Item { residual: 0, ..large });
    let last = facts.history.last().unwrap();
    assert_eq!((last.paid, last.late, last.invoiced), (i64::MAX / 2, i64::MAX, 1));
    // In another currency the amounts weigh nothing; what was counted stays counted.
    let euro = AccountRecord { currency: Currency::parse("EUR").unwrap(), ..account("10") };
    load(store, |load| load.put_account(&euro).map(drop));
    let facts = crate::store_common::facts(store, "10");
    assert!(facts.id == id && facts.history.iter().all(|month| (month.paid, month.late) == (0, 0)));
    assert_eq!(facts.history.last().unwrap().invoiced, 1);
}

pub(crate) fn what_insurers_cover_is_kept_per_day_of_delivery(store: &dyn Store) {
    debtor(store, "10", 10_000);
    let cover = |from: i32, to: Option<i32>, amount: Option<i64>| LimitRecord {
        owner: LimitOwner::Account(key("10")),
        currency: dkk(),
        limit: Limit {
            from: Some(TODAY.plus(from)),
            to: to.map(|to| TODAY.plus(to)),
            share: 9_000,
            // What it covers is not the host's to say.
            covering: 77,
            ..Limit::always(LimitKind::Insured, amount)
        },
    };
    let delivered = |number: &str, residual: i64, on: i32| Item {
        delivered: Some(TODAY.plus(on)),
        ..invoice(number, residual, 30)
    };
    let covering = || -> Vec<i64> { facts(store, "10").limits.iter().map(|limit| limit.covering).collect() };
    load(store, |load| {
        load.put_item(&delivered("I-1", 1, -20))?;
        load.put_item(&delivered("I-2", 20, -10))?;
        assert_eq!(load.put_limit(&cover(-20, Some(-10), Some(500)))?, Put::Added);
        assert_eq!(load.put_limit(&cover(-20, Some(-10), Some(500)))?, Put::Same);
        load.put_limit(&cover(-9, None, Some(400)))?;
        load.put_item(&delivered("I-3", 300, -15))?;
        load.put_item(&delivered("I-4", 4000, -9))?;
        // Nobody said when: the day it is known first.
        load.put_item(&invoice("I-5", 50_000, 30))?;
        let credit = item("10", "C-1", ItemKind::CreditNote, 7, TODAY.plus(-12));
        load.put_item(&Item { delivered: Some(TODAY.plus(-12)), ..credit })?;

        let wrong = |record: LimitRecord, load: &mut dyn Loader| load.put_limit(&record).unwrap_err().kind();
        assert_eq!(wrong(cover(1, Some(2), None), load), ErrorKind::Argument);
        let mut shares = cover(1, Some(2), Some(5));
        for share in [0, Limit::WHOLE + 1] {
            shares.limit.share = share;
            assert_eq!(wrong(shares.clone(), load), ErrorKind::Argument);
        }
        let mut part_of_a_base = limit("10", 5);
        part_of_a_base.limit.share = 5_000;
        assert_eq!(wrong(part_of_a_base, load), ErrorKind::Argument);
        Ok(())
    });
    assert_eq!(covering(), [0, 321, 0], "the base limit, the cover that ended, the one that has no end");
    assert_sound(store);
    load(store, |load| {
        assert_eq!(load.put_item(&invoice("I-5", 50_000, 30))?, Put::Same, "the day it was first known stays");
        assert_eq!(load.put_limit(&cover(-9, Some(0), Some(400)))?, Put::Changed);
        Ok(())
    });
    assert_eq!(covering(), [0, 321, 54_000]);
    // Paid in part; the goods were delivered on another day; the item becomes a credit.
    put_item_on(store, TODAY, Item { residual: 100, ..delivered("I-3", 300, -15) });
    assert_eq!(covering(), [0, 121, 54_000]);
    put_item_on(store, TODAY, delivered("I-2", 20, -9));
    assert_eq!(covering(), [0, 101, 54_020]);
    put_item_on(store, TODAY, Item { kind: ItemKind::CreditNote, ..delivered("I-1", 1, -20) });
    assert_eq!(covering(), [0, 100, 54_020]);
    assert_sound(store);
    let said = store.items(facts(store, "10").id, 99).unwrap();
    let on = |number: &str| said.iter().find(|item| item.number == number).unwrap().delivered;
    assert_eq!((on("I-5"), on("I-2")), (Some(TODAY), Some(TODAY.plus(-9))));
}

pub(crate) fn what_is_said_of_an_account_stays_until_more_is_said(store: &dyn Store) {
    let id = debtor(store, "10", 1000);
    let profile = Profile {
        risk_class: Some("B".to_owned()),
        score: Some(-3),
        customer_since: Some(TODAY.plus(-900)),
        next_review: Some(TODAY.plus(90)),
        terms_days: Some(30),
        internal: true,
    };
    let said = AccountRecord { profile: Some(profile.clone()), ..account("10") };
    let put = |record: &AccountRecord| {
        let mut put = Put::Newer;
        load(store, |load| load.put_account(record).map(|done| put = done));
        put
    };
    assert_eq!((put(&said), put(&said), put(&account("10"))), (Put::Changed, Put::Same, Put::Same));
    assert_eq!(facts(store, "10").profile, profile);
    assert_eq!(store.account(id).unwrap().unwrap().profile, Some(profile.clone()));
    load(store, |load| {
        let amended = load.amend_account(&key("10"), dkk(), &|record| {
            if let Some(profile) = &mut record.profile {
                profile.score = Some(40);
            }
        })?;
        assert_eq!(amended, Put::Changed);
        assert_eq!(load.amend_account(&key("10"), dkk(), &|_| ())?, Put::Same);
        load.put_customer(&customer("11"))?;
        let made = load.amend_account(&key("11"), dkk(), &|record| {
            record.profile = Some(Profile { terms_days: Some(8), ..Profile::default() });
        })?;
        assert_eq!(made, Put::Added);
        Ok(())
    });
    assert_eq!(facts(store, "10").profile, Profile { score: Some(40), ..profile });
    assert_eq!(facts(store, "11").profile.terms_days, Some(8));
    assert_eq!(put(&AccountRecord { profile: Some(Profile::default()), ..account("10") }), Put::Changed);
    assert_eq!(facts(store, "10").profile, Profile::default());
}

pub(crate) fn what_people_did_to_an_order_outlives_an_import(store: &dyn Store) {
    let id = debtor(store, "10", 1000);
    let release = Release {
        amount: 500,
        deviation: 1_000,
        to: Some(TODAY.plus(5)),
        user: "anna".to_owned(),
        role: "credit_manager".to_owned(),
        reason: "paid by phone".to_owned(),
        lifts_stop: false,
        at: NOW,
    };
    let mut order = chain(id, "SO-1", ChainState::Active);
    order.ordered = 400;
    order.marks = Marks {
        secured: 100,
        terms_days: Some(30),
        passed: Some(TODAY),
        release: Some(release.clone()),
        forced_hold: Some("wait for the bank".to_owned()),
        ..Marks::default()
    };
    put_chain(store, "10", order.clone()).unwrap();
    assert_eq!(store.find_order(COMPANY, "SO-1").unwrap(), Some(order.clone()));
    load(store, |load| load.put_order(&order_of("SO-1", 450)).map(drop));
    let kept = store.find_order(COMPANY, "SO-1").unwrap().unwrap();
    assert_eq!((kept.ordered, &kept.marks), (450, &Marks { secured: 0, ..order.marks }));
    load(store, |load| {
        assert_eq!(load.put_order(&order_of("SO-1", 450))?, Put::Same);
        Ok(())
    });
}
