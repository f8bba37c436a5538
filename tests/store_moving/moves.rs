//! What arrives, what is left, and what is refused.

use obligor::engine::StorePlace;
use obligor::error::ErrorKind;
use obligor::store::moving::{Became, Doing};
use obligor::store::{Effects, EventKind, LimitRequest, PolicyRecord, Store};

use crate::store_common::*;
use crate::street::*;

#[test]
fn a_moved_state_answers_as_before_and_the_old_store_nothing() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        let moved = house.whole(false).unwrap();
        assert_eq!((moved.became, &moved.verified.faults), (Became::Moved, &Vec::new()));
        assert_eq!(moved.verified.accounts, 4);
        for table in &moved.tables {
            assert!(table.same && table.rows == table.rows_there && table.sums == table.sums_there, "{table:?}");
            assert!(table.rows > 0, "the test has no row in {}", table.table);
        }
        assert_eq!(moved.copied, moved.tables.iter().map(|table| table.rows).sum::<u64>());
        let items = moved.tables.iter().find(|table| table.table == "item").unwrap();
        assert_eq!((items.rows, items.sums["residual"].as_str()), (1701, "1445890"));

        let told = refused(&house.from);
        assert!(told.contains(&format!("moved to {} on {}", house.to, later(5))), "{told}");
        let store = house.arrived();

        // The keys that were used are known there, and the decisions go on behind the old ones.
        let again = run(&*store, keyed(reservation("10", "SO-3", 60), "SO-3", 1)).unwrap();
        assert!(again.repeated);
        let last = events(&*store).last().unwrap().id;
        let next = run(&*store, reservation("10", "SO-new", 60)).unwrap();
        assert!(approved(&next));
        let event = event(EventKind::Held, "new");
        run(&*store, writes("10", Effects { events: vec![event], ..Effects::default() })).unwrap();
        assert!(events(&*store).last().unwrap().id > last);
        assert_sound(&*store);
        drop(store);

        // To run it again says so and does nothing.
        let again = house.whole(false).unwrap();
        assert_eq!((again.became, again.copied, again.tables.len()), (Became::MovedBefore, 0, 0));
        assert!(open_at(&house.to, false).is_ok());
        assert_eq!(refused(&house.from), told);
    }
}

#[test]
fn numbers_that_were_used_are_not_used_again() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        let store = open_at(&house.from, false).unwrap();
        let last = events(&*store).last().unwrap().id;
        drop(store);
        tamper(&house.from, &format!("DELETE FROM event WHERE id > {}", last - 2));
        house.whole(false).unwrap();
        let store = open_at(&house.to, false).unwrap();
        let request = LimitRequest { id: 0, record: limit("12", 98), user: "dora".to_owned(), at: NOW };
        assert!(store.put_limit_request(&request, soon()).unwrap() > 2, "2 was used, and dropped");
        store.queue_once(&[("c".to_owned(), event(EventKind::ReviewDue, "c"))], soon()).unwrap();
        assert!(events(&*store).last().unwrap().id > last);
    }
}

#[test]
fn a_move_that_is_stopped_after_each_piece_goes_on_where_it_was() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        let mut copied = 0;
        let mut tables = Vec::new();
        loop {
            let mut table = "";
            let mut rows = 0;
            let result = house.run(false, &mut |progress| {
                // Each piece between files; elsewhere it is as well to see the first one of each table.
                let each = pair == (Land::Sqlite, Land::Sqlite) || tables.last() != Some(&progress.table);
                if progress.doing != Doing::Copying || !each {
                    return true;
                }
                (table, rows) = (progress.table, progress.done);
                false
            });
            let Err(error) = result else { break };
            assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
            assert!(rows > copied, "it did not go on behind {copied} rows");
            copied = rows;
            if tables.last() != Some(&table) {
                tables.push(table);
            }
            let told = refused(&house.to);
            assert!(told.contains("not finished") && told.contains("obligor migrate"), "{told}");
        }
        assert_eq!(tables.len(), 22, "it was stopped in each table: {tables:?}");
        house.arrived();
        refused(&house.from);
    }
}

#[test]
fn a_move_can_be_stopped_wherever_it_is() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        for (doing, table) in [
            (Doing::Copying, "chain"),
            (Doing::Resuming, "customer"),
            (Doing::Resuming, "item"),
            (Doing::Comparing, "account"),
            (Doing::Comparing, "policy"),
            (Doing::Verifying, ""),
        ] {
            house.stopped(|progress| (progress.doing, progress.table) == (doing, table));
            refused(&house.to);
            assert_same(&picture(&*open_at(&house.from, false).unwrap()), &house.picture);
        }
        let moved = house.whole(false).unwrap();
        assert_eq!((moved.became, moved.copied), (Became::Moved, 0), "all rows had arrived before");
        house.arrived();
    }
}

#[test]
fn what_was_written_to_the_old_store_in_between_is_not_lost() {
    for &pair in PAIRS {
        type Change = fn(&dyn Store);
        let changes: [Change; 3] = [
            |store| drop(run(store, reservation("10", "SO-between", 60)).unwrap()),
            |store| load(store, |load| load.put_limit(&limit("11", 7)).map(drop)),
            |store| store.erase_decision(1, soon()).unwrap(),
        ];
        for change in changes {
            let mut house = Street::new(pair);
            house.stopped(|progress| progress.doing == Doing::Copying && progress.table == "event");
            let store = open_at(&house.from, false).unwrap();
            change(&*store);
            house.picture = picture(&*store);
            drop(store);
            let moved = house.whole(false).unwrap();
            let rows: u64 = moved.tables.iter().map(|table| table.rows).sum();
            assert_eq!((moved.became, moved.copied), (Became::Moved, rows), "it began anew");
            house.arrived();
        }
        // What comes in behind all that had arrived is only added.
        let house = Street::new(pair);
        house.stopped(|progress| progress.doing == Doing::Copying && progress.table == "consumer");
        let store = open_at(&house.from, false).unwrap();
        store.put_lookup(&lookup("between"), None, soon()).unwrap();
        drop(store);
        let moved = house.whole(false).unwrap();
        assert!(moved.became == Became::Moved && moved.copied < 20, "{}", moved.copied);
        assert_eq!(open_at(&house.to, false).unwrap().lookups(10).unwrap()[0].user, "between");
    }
}

#[test]
fn a_crash_before_the_very_last_word_is_mended_by_running_it_again() {
    for &pair in PAIRS {
        for keep in [false, true] {
            let house = Street::new(pair);
            house.whole(false).unwrap();
            // The old store was left, and the new one had not been told yet that all is there.
            tamper(&house.to, "UPDATE store SET came_done = NULL");
            refused(&house.from);
            refused(&house.to);
            let moved = house.whole(keep).unwrap();
            assert_eq!((moved.became, moved.copied), (Became::Moved, 0));
            refused(&house.from);
            house.arrived();
        }
    }
}

#[test]
fn a_copy_leaves_the_old_store_in_use() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        let moved = house.whole(true).unwrap();
        assert_eq!(moved.became, Became::Copied);
        house.arrived();
        let old = open_at(&house.from, false).unwrap();
        assert!(approved(&run(&*old, reservation("10", "SO-old", 60)).unwrap()));
        drop(old);
        // They are two states now: neither goes into the other.
        for keep in [false, true] {
            let error = house.whole(keep).unwrap_err();
            assert!(error.kind() == ErrorKind::State && error.message().contains("in use"), "{error}");
        }
        assert!(open_at(&house.from, false).is_ok() && open_at(&house.to, false).is_ok());
    }
}

#[test]
fn what_was_left_can_only_be_copied() {
    for &pair in PAIRS {
        let mut house = Street::new(pair);
        house.whole(false).unwrap();
        let first = house.to.to_string();
        house.to = pair.1.place(house.folder.path(), "third");
        let error = house.whole(false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State, "{error}");
        assert!(error.message().contains(&first) && error.message().contains("--keep"), "{error}");
        assert_eq!(house.whole(true).unwrap().became, Became::Copied);
        house.arrived();
        refused(&house.from);
    }
}

#[test]
fn a_store_that_holds_something_else_is_refused_and_left_alone() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        let refused_into = |to: &StorePlace, says: &str| {
            let error = move_between(&house.from, to, false, &mut |_| true).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State, "{error}");
            assert!(error.message().contains(says), "{error}");
        };
        let place = |name: &str| pair.1.place(house.folder.path(), name);

        // A policy, as an engine leaves it behind.
        let used = place("used");
        let store = open_at(&used, true).unwrap();
        let policy = PolicyRecord { digest: [1; 32], name: "theirs".to_owned(), text: "x".to_owned() };
        store.put_policy(&policy, soon()).unwrap();
        drop(store);
        refused_into(&used, "rows in the table policy");
        assert_eq!(open_at(&used, false).unwrap().policy(&[1; 32]).unwrap(), Some(policy));

        // Another state.
        let other = Street::new(pair);
        refused_into(&other.from, "not empty");
        assert_same(&picture(&*open_at(&other.from, false).unwrap()), &other.picture);

        // A part of another move, and the whole of one.
        other.stopped(|progress| progress.doing == Doing::Copying && progress.table == "item");
        refused_into(&other.to, &other.from.to_string());
        for keep in [false, true] {
            let error = move_between(&other.to, &place("from a part"), keep, &mut |_| true).unwrap_err();
            assert!(error.kind() == ErrorKind::State && error.message().contains("not finished"), "{error}");
        }
        other.whole(false).unwrap();
        refused_into(&other.to, &other.from.to_string());
        other.arrived();

        // A state that went on.
        refused_into(&other.from, "moved on to");

        // Itself, by another name.
        let again = match &house.from {
            StorePlace::File(path) => {
                let copy = house.folder.path().join("copy");
                std::fs::copy(path, &copy).unwrap();
                StorePlace::File(copy)
            }
            StorePlace::Server(url) => {
                let sign = if url.contains('?') { '&' } else { '?' };
                StorePlace::from(format!("{}{sign}application_name=again", url.as_str()))
            }
        };
        let error = move_between(&house.from, &again, false, &mut |_| true).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument, "{error}");
        assert_same(&picture(&*open_at(&house.from, false).unwrap()), &house.picture);

        // Tables that were only made are an empty store.
        let made = place("made");
        let tables = |place| self::house(place, true).unwrap().made();
        assert_eq!(tables(&made).from, 0);
        let again = tables(&made);
        assert_eq!(again.from, again.to);
        let house = Street { to: made, ..house };
        house.whole(false).unwrap();
        house.arrived();
    }
}

#[test]
fn a_state_moves_on_and_back() {
    for &(one, other) in PAIRS {
        let mut house = Street::new((one, other));
        house.whole(false).unwrap();
        for (land, name) in [(one, "back"), (other, "there again")] {
            house.from = std::mem::replace(&mut house.to, land.place(house.folder.path(), name));
            assert_eq!(house.whole(false).unwrap().became, Became::Moved);
            house.arrived();
            refused(&house.from);
        }
    }
}

#[test]
fn a_state_that_is_not_sound_stays_where_it_is() {
    for &pair in PAIRS {
        for (damage, told) in [
            (
                "UPDATE decision SET body = 'other' WHERE id = (SELECT min(id) FROM decision WHERE body IS NOT NULL)",
                "its body was changed",
            ),
            ("UPDATE account SET open = open + 1 WHERE id = 1", "open is kept as"),
            ("DELETE FROM decision WHERE account = 0", "unknown customers"),
        ] {
            let house = Street::new(pair);
            tamper(&house.from, damage);
            if damage.starts_with("DELETE") {
                tamper(&house.from, "UPDATE request SET decision = NULL WHERE key = 'unknown'");
            }
            let moved = house.whole(false).unwrap();
            assert_eq!(moved.became, Became::NotMoved);
            assert!(moved.tables.iter().all(|table| table.same));
            assert!(moved.verified.faults.iter().any(|fault| fault.contains(told)), "{:?}", moved.verified.faults);
            assert!(open_at(&house.from, false).is_ok());
            refused(&house.to);
        }
    }
}

#[test]
fn what_arrived_otherwise_is_told_and_not_used() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        // Somebody changes a row in the new store while the move goes on.
        let mut meddled = false;
        let moved = house.run(false, &mut |progress| {
            if progress.doing == Doing::Comparing && !meddled {
                meddled = true;
                tamper(&house.to, "UPDATE credit_limit SET amount = 999999 WHERE amount = 1000000 AND account = 1");
                tamper(&house.to, "DELETE FROM consumer WHERE name = 'crm'; UPDATE lookup SET cached = 1 WHERE id = 1");
            }
            true
        });
        let moved = moved.unwrap();
        assert_eq!(moved.became, Became::NotMoved);
        let other: Vec<_> = moved.tables.iter().filter(|table| !table.same).collect();
        assert_eq!(other.iter().map(|table| table.table).collect::<Vec<_>>(), ["credit_limit", "consumer", "lookup"]);
        assert_ne!(other[0].sums["amount"], other[0].sums_there["amount"]);
        assert_eq!((other[1].rows, other[1].rows_there), (7, 6));
        assert_eq!((other[2].rows, &other[2].sums), (other[2].rows_there, &other[2].sums_there));
        assert_same(&picture(&*open_at(&house.from, false).unwrap()), &house.picture);
        refused(&house.to);
        // The next run sees it, and copies everything again.
        assert_eq!(house.whole(false).unwrap().became, Became::Moved);
        house.arrived();
    }
}
