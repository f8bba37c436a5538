//! A credit state moves from one store to another.
//!
//! Each test runs for every pair of databases in [`PAIRS`]; what it needs of a database stands in [`Land`].

#[path = "postgres_server/mod.rs"]
mod postgres_server;
mod store_common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant as Deadline};

use obligor::credit::{ChainState, Limit, LimitKind, PoolKind};
use obligor::engine::StorePlace;
use obligor::error::{ErrorKind, Result};
use obligor::money::Currency;
use obligor::store::moving::{Became, Doing, House, Moved, Progress, move_state};
use obligor::store::postgres::PostgresStore;
use obligor::store::sqlite::{Options, SqliteStore};
use obligor::store::{
    AnswerRecord, Counts, Effects, Event, EventKind, ItemKind, LimitOwner, LimitRecord, LimitRequest, PolicyRecord,
    Register, Store,
};
use postgres_server::{psql, shared};
use store_common::*;

/// A database that states can live in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Land {
    Sqlite,
    Postgres,
}

/// From where to where.
const PAIRS: &[(Land, Land)] = &[
    (Land::Sqlite, Land::Sqlite),
    (Land::Sqlite, Land::Postgres),
    (Land::Postgres, Land::Sqlite),
    (Land::Postgres, Land::Postgres),
];

impl Land {
    /// A place for a store that is not there yet.
    fn place(self, folder: &Path, name: &str) -> StorePlace {
        match self {
            Self::Sqlite => StorePlace::File(folder.join(name)),
            Self::Postgres => shared().fresh_database().into(),
        }
    }
}

/// Opens a store as an engine does.
fn open_at(place: &StorePlace, create: bool) -> Result<Box<dyn Store>> {
    Ok(match place {
        StorePlace::File(path) => Box::new(SqliteStore::open(path, Options { create, ..Options::default() })?),
        StorePlace::Server(url) => {
            Box::new(PostgresStore::open(url, obligor::store::postgres::Options { create, ..Default::default() })?)
        }
    })
}

/// Opens a store for a move.
fn house(place: &StorePlace, create: bool) -> Result<House> {
    match place {
        StorePlace::File(path) => House::in_file(path, create),
        StorePlace::Server(url) => House::on_server(url, create),
    }
}

fn move_between(
    from: &StorePlace,
    to: &StorePlace,
    keep: bool,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Moved> {
    move_state(&house(from, false)?, &house(to, true)?, keep, later(5), progress)
}

/// A place as another process can be told of it.
fn told(place: &StorePlace) -> PathBuf {
    match place {
        StorePlace::File(path) => path.clone(),
        StorePlace::Server(url) => url.as_str().into(),
    }
}

/// Runs statements on a store behind the library's back.
fn tamper(place: &StorePlace, statements: &str) {
    match place {
        StorePlace::File(path) => {
            let database = rusqlite::Connection::open(path).unwrap();
            database.execute_batch(&format!("PRAGMA foreign_keys = OFF; {statements}")).unwrap();
        }
        StorePlace::Server(url) => drop(psql(url, &format!("SET search_path = obligor; {statements}")).unwrap()),
    }
}

/// The message of the error that opening a store must bring.
#[track_caller]
fn refused(place: &StorePlace) -> String {
    let error = open_at(place, false).err().expect("it must be refused");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    error.message().to_owned()
}

/// A furnished store, and a place for another.
struct Street {
    from: StorePlace,
    to: StorePlace,
    /// Everything the old store answers.
    picture: BTreeMap<String, String>,
    folder: tempfile::TempDir,
}

impl Street {
    fn new((from, to): (Land, Land)) -> Self {
        // In memory where there is such: it is about what arrives, not about a loss of power.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let furnished = Furnished::of(from);
        let from = furnished.again(folder.path());
        Self { from, to: to.place(folder.path(), "new"), picture: furnished.picture.clone(), folder }
    }

    /// Moves, and lets `go_on` say whether to.
    fn run(&self, keep: bool, go_on: &mut dyn FnMut(&Progress) -> bool) -> Result<Moved> {
        move_between(&self.from, &self.to, keep, go_on)
    }

    fn whole(&self, keep: bool) -> Result<Moved> {
        self.run(keep, &mut |_| true)
    }

    /// Begins to move, or goes on, and is stopped.
    #[track_caller]
    fn stopped(&self, stop: impl Fn(&Progress) -> bool) {
        let error = self.run(false, &mut |progress| !stop(progress)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    }

    /// The new store answers everything as the old one did.
    #[track_caller]
    fn arrived(&self) -> Box<dyn Store> {
        let store = open_at(&self.to, false).unwrap();
        assert_sound(&*store);
        assert_same(&picture(&*store), &self.picture);
        store
    }
}

/// A furnished store, of which each test gets a copy with a card of its own.
struct Furnished {
    store: Template,
    picture: BTreeMap<String, String>,
}

enum Template {
    File(Vec<u8>),
    Database(String),
}

impl Furnished {
    fn of(land: Land) -> &'static Self {
        static MADE: [OnceLock<Furnished>; 2] = [OnceLock::new(), OnceLock::new()];
        MADE[land as usize].get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let place = land.place(folder.path(), "old");
            let store = open_at(&place, true).unwrap();
            furnish(&*store);
            assert_sound(&*store);
            let picture = picture(&*store);
            drop(store);
            let store = match place {
                StorePlace::File(path) => Template::File(std::fs::read(path).unwrap()),
                StorePlace::Server(url) => Template::Database(url.rsplit('/').next().unwrap().to_owned()),
            };
            Self { store, picture }
        })
    }

    fn again(&self, folder: &Path) -> StorePlace {
        let (place, random) = match &self.store {
            Template::File(bytes) => {
                let path = folder.join("old");
                std::fs::write(&path, bytes).unwrap();
                (StorePlace::File(path), "randomblob(16)")
            }
            Template::Database(template) => {
                let server = shared();
                let name = server.fresh_database_name();
                server.sql("postgres", &format!("DROP DATABASE {name}; CREATE DATABASE {name} TEMPLATE {template}"));
                (server.url(&name).into(), "uuid_send(gen_random_uuid())")
            }
        };
        tamper(&place, &format!("UPDATE store SET identity = {random}"));
        place
    }
}

#[track_caller]
fn assert_same(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    for (question, answer) in other {
        assert_eq!(one.get(question), Some(answer), "{question}");
    }
    assert_eq!(one.len(), other.len());
}

/// Something in every table, and in two of them more than a piece holds.
fn furnish(store: &dyn Store) {
    load(store, |load| {
        let mut first = customer("10");
        first.identifiers = vec![identifier("dk.cvr", "13585628"), identifier("lei", "529900T8BM49AURSDO55")];
        first.name = "Nørrebro Smørrebrød ApS \u{1F980}".to_owned();
        load.put_customer(&first)?;
        for number in ["11", "12", "13"] {
            put_debtor(load, number, 1_000_000)?;
        }
        load.put_account(&account("10"))?;
        load.put_limit(&limit("10", 5_000_000_000))?;
        let insured = Limit {
            from: Some(TODAY.plus(-30)),
            to: Some(TODAY.plus(30)),
            ..Limit::always(LimitKind::Insured, Some(70_000))
        };
        load.put_limit(&LimitRecord { limit: insured, ..limit("10", 0) })?;
        let mut group = pool("GROUP");
        group.rates = vec![(Currency::parse("EUR").unwrap(), "7.46".to_owned())];
        load.put_pool(&group)?;
        let mut segment = pool("SEGMENT");
        segment.kind = PoolKind::Segment;
        load.put_pool(&segment)?;
        let shared = Limit::always(LimitKind::Base, Some(9_000_000_000));
        let owner = LimitOwner::Pool("GROUP".to_owned());
        load.put_limit(&LimitRecord { owner, currency: dkk(), limit: shared })?;
        load.put_account(&into_pools("10", &["GROUP", "SEGMENT"]))?;
        load.put_account(&into_pools("11", &["GROUP"]))?;
        for n in 0..1700 {
            let due = TODAY.plus(n % 90 - 45);
            let mut item = item("10", &format!("I-{n}"), ItemKind::Invoice, i64::from(n) + 1, due);
            item.disputed = n % 50 == 0;
            item.dunning_level = u8::try_from(n % 4).unwrap();
            load.put_item(&item)?;
        }
        load.put_item(&item("11", "P-1", ItemKind::Payment, 40, TODAY))?;
        for n in 0..150 {
            load.put_order(&order("11", &format!("B-{n}"), 3))?;
        }
        let mut ships = order("12", "LATER", 77);
        ships.ships = Some(TODAY.plus(40));
        load.put_order(&ships)?;
        load.put_company(&company("cvr", "13585628"))?;
        load.put_remark(&remark("bureau", "R-1", "25313763"))?;
        load.finish_source(Register::Company, "cvr", later(-1000))?;
        load.finish_source(Register::Debtor, "bureau", later(-500))?;
        Ok(())
    });
    for n in 0..130 {
        let document = format!("SO-{n}");
        run(store, keyed(reservation("10", &document, 60), &document, 1)).unwrap();
        let runs_out = expiring_reservation("11", &format!("X-{n}"), 5, Some(later(60_000 + n)));
        run(store, keyed(runs_out, &format!("x{n}"), 2)).unwrap();
    }
    run(store, keyed(reservation("nobody", "SO-?", 1), "unknown", 3)).unwrap();
    run(store, keyed(reservation("12", "TOO-MUCH", 2_000_000), "refused", 4)).unwrap();
    let id = store.resolve(&key("13"), soon()).unwrap().unwrap();
    for state in [ChainState::Held, ChainState::Cancelled] {
        let mut waiting = chain(id, &format!("{state:?}"), state);
        waiting.marks.forced_hold = Some("a word with maja".to_owned());
        put_chain(store, "13", waiting).unwrap();
    }
    run(store, writes("13", Effects { events: vec![event(EventKind::Held, "Held")], ..Effects::default() })).unwrap();
    let id = store.resolve(&key("10"), soon()).unwrap().unwrap();
    for decision in store.decisions(id, 3).unwrap() {
        store.erase_decision(decision.id, soon()).unwrap();
    }
    let once = |name: &str| (name.to_owned(), event(EventKind::ReviewDue, name));
    store.queue_once(&[once("a"), once("b")], soon()).unwrap();
    // Names that dictionaries, bytes and UTF-16 put in different orders.
    for (name, up_to) in
        [("crm", 3), ("desk", 1), ("Desk", 1), ("øre", 2), ("öre", 1), ("\u{ff5e}", 1), ("\u{1F980}", 1)]
    {
        store.acknowledge(name, up_to, soon()).unwrap();
    }
    let request = |user: &str| LimitRequest { id: 0, record: limit("12", 99), user: user.to_owned(), at: NOW };
    let first = store.put_limit_request(&request("anna"), soon()).unwrap();
    let last = store.put_limit_request(&request("bent"), soon()).unwrap();
    assert!(first < last);
    // Its number must not be given again.
    store.decide_limit_request(last, "carl", false, NOW, soon()).unwrap();
    let answer = AnswerRecord {
        source: "bureau".to_owned(),
        subject: identifier("dk.cvr", "12345674"),
        body: "{\"remarks\":[]}".to_owned(),
        as_of: NOW,
        asked: NOW,
        expires: later(1_000_000),
    };
    store.put_lookup(&lookup("anna"), Some(&answer), soon()).unwrap();
    store.put_lookup(&lookup("bent"), None, soon()).unwrap();
    let policy = PolicyRecord { digest: [9; 32], name: "ours".to_owned(), text: "name = \"ours\"\n".repeat(100) };
    store.put_policy(&policy, soon()).unwrap();
}

/// All events. A server tells them once no older transaction is under way, be it in another database.
fn events(store: &dyn Store) -> Vec<Event> {
    let all = usize::try_from(store.counts().unwrap().events).unwrap();
    let until = Deadline::now() + Duration::from_secs(60);
    loop {
        let events = store.events(0, 10_000).unwrap();
        if events.len() == all || Deadline::now() > until {
            return events;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Everything a store answers.
fn picture(store: &dyn Store) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    let mut see = |question: String, answer: String| assert!(seen.insert(question, answer).is_none());
    for number in ["10", "11", "12", "13", "nobody"] {
        see(format!("customer {number}"), format!("{:?}", store.customer(number).unwrap()));
        let Some(id) = store.resolve(&key(number), soon()).unwrap() else { continue };
        for (name, now, days) in [("today", NOW, 0), ("in a month", later(86_400_000), 30)] {
            let mut ask = ask(number, "SO-3");
            (ask.now, ask.overdue_to, ask.horizon_to) = (now, TODAY.plus(days - 1), TODAY.plus(days));
            see(format!("facts {number} {name}"), format!("{:?}", store.facts(&ask, soon()).unwrap()));
        }
        see(format!("account {number}"), format!("{id:?} {:?}", store.account(id).unwrap()));
        see(format!("items {number}"), format!("{:?}", store.items(id, 10_000).unwrap()));
        see(format!("decisions {number}"), format!("{:?}", store.decisions(id, 10_000).unwrap()));
    }
    let named = store.customers_by_identifier(&identifier("dk.cvr", "13585628")).unwrap();
    see("by identifier".to_owned(), format!("{named:?}"));
    see("held".to_owned(), format!("{:?}", store.held_orders(COMPANY, None, None, 10_000).unwrap()));
    see("active".to_owned(), format!("{:?}", store.active_orders(COMPANY, None, None, 10_000).unwrap()));
    for document in ["LATER", "Cancelled", "TOO-MUCH", "X-7"] {
        see(format!("order {document}"), format!("{:?}", store.find_order(COMPANY, document).unwrap()));
    }
    see("overdue".to_owned(), format!("{:?}", store.overdue_items(TODAY, None, 10_000).unwrap()));
    for pool in ["GROUP", "SEGMENT"] {
        see(format!("pool {pool}"), format!("{:?}", store.pool(pool, NOW).unwrap()));
        see(format!("record {pool}"), format!("{:?}", store.pool_record(pool).unwrap()));
        see(format!("accounts {pool}"), format!("{:?}", store.pool_accounts(pool, 100).unwrap()));
    }
    see("requests".to_owned(), format!("{:?}", store.limit_requests(100).unwrap()));
    see("company".to_owned(), format!("{:?}", store.company("cvr", &identifier("dk.cvr", "13585628")).unwrap()));
    see("remarks".to_owned(), format!("{:?}", store.remarks("bureau", &identifier("dk.cvr", "25313763")).unwrap()));
    let subject = identifier("dk.cvr", "12345674");
    see("answer".to_owned(), format!("{:?}", store.register_answer("bureau", &subject).unwrap()));
    see("lookups".to_owned(), format!("{:?}", store.lookups(100).unwrap()));
    see("policy".to_owned(), format!("{:?}", store.policy(&[9; 32]).unwrap()));
    for id in 1..=100 {
        see(format!("decision {id}"), format!("{:?}", store.decision(id).unwrap()));
    }
    see("events".to_owned(), format!("{:?}", events(store)));
    for consumer in ["crm", "desk", "øre", "new"] {
        see(format!("next of {consumer}"), format!("{:?}", store.next_events(consumer, 10_000).unwrap()));
    }
    see("counts".to_owned(), format!("{:?}", store.counts().unwrap()));
    seen
}

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

/// Waits for a file, and for what it says.
fn wait_for(path: &Path) -> String {
    let until = Deadline::now() + Duration::from_secs(60);
    loop {
        match std::fs::read_to_string(path) {
            // Written under another name and renamed, so it is whole.
            Ok(text) => return text,
            Err(_) if Deadline::now() < until => std::thread::sleep(Duration::from_millis(2)),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

fn say(path: &Path, text: &str) {
    let half = path.with_extension("half");
    std::fs::write(&half, text).unwrap();
    std::fs::rename(half, path).unwrap();
}

/// Another process, which has a store open and answers questions: `ask-N` is asked, `told-N` is what it says.
struct Neighbour {
    child: std::process::Child,
    folder: PathBuf,
    asked: u32,
}

impl Neighbour {
    /// `test` is the test that must begin with [`Neighbour::is_it`].
    fn moves_in(test: &str, house: &Street) -> Self {
        let folder = house.folder.path().to_owned();
        let child = child::start(test, folder.to_str().unwrap(), &told(&house.from));
        Self { child, folder, asked: 0 }
    }

    fn ask(&mut self, question: &str) -> String {
        self.asked += 1;
        say(&self.folder.join(format!("ask-{}", self.asked)), question);
        wait_for(&self.folder.join(format!("told-{}", self.asked)))
    }

    fn moves_out(self) {
        say(&self.folder.join(format!("ask-{}", self.asked + 1)), "leave");
        child::finish(self.child);
    }

    /// Whether this process is one; it has answered all questions then.
    fn is_it() -> bool {
        let Some((folder, place)) = child::role() else { return false };
        let store = open_at(&place.into(), false).unwrap();
        let folder = PathBuf::from(folder);
        let soon = |milliseconds| Deadline::now() + Duration::from_millis(milliseconds);
        let id = store.resolve(&key("10"), soon(20_000)).unwrap().unwrap();
        store.heard(NOW, 1000, soon(20_000)).unwrap();
        let mut stamp = store.pulse().stamp(id);
        for n in 1.. {
            let answer = match wait_for(&folder.join(format!("ask-{n}"))).as_str() {
                "read" => store.facts(&ask("10", ""), soon(20_000)).map(drop),
                "list" => store.limit_requests(10).map(drop),
                how @ ("write" | "write at length") => {
                    let deadline = soon(if how == "write" { 300 } else { 20_000 });
                    store
                        .step(vec![reservation("10", &format!("N-{n}"), 1)], false, deadline)
                        .and_then(|steps| steps.answers.into_iter().next().unwrap())
                        .map(drop)
                }
                "record" => store.erase_decision(1, soon(300)),
                "load" => store.load(NOW, TODAY, &mut |load| load.put_limit(&limit("11", 8)).map(drop), soon(300)),
                // An account that nobody has written since it was last remembered.
                "remember" => {
                    stamp = store.pulse().stamp(id);
                    Ok(())
                }
                "memory" => match store.heard(later(60_000 * n), 1000, soon(20_000)) {
                    Some(_) if store.pulse().is_current(id, &stamp, true) => Ok(()),
                    _ => Err(obligor::error::Error::new(ErrorKind::State, "forgotten")),
                },
                _ => break,
            };
            let told = match answer {
                Ok(()) => "done".to_owned(),
                Err(error) => format!("{:?}: {error}", error.kind()),
            };
            say(&folder.join(format!("told-{n}")), &told);
        }
        true
    }
}

#[test]
fn whoever_has_the_old_store_open_can_only_read_meanwhile_and_not_even_that_afterwards() {
    if Neighbour::is_it() {
        return;
    }
    let name = "whoever_has_the_old_store_open_can_only_read_meanwhile_and_not_even_that_afterwards";
    for &pair in PAIRS {
        let house = Street::new(pair);
        let mut neighbour = Neighbour::moves_in(name, &house);
        assert_eq!(neighbour.ask("memory"), "done");
        let mut seen = Vec::new();
        let moved = house.run(false, &mut |progress| {
            if seen.last() != Some(&progress.doing) {
                seen.push(progress.doing);
                for read in ["read", "list", "memory"] {
                    assert_eq!(neighbour.ask(read), "done");
                }
                for write in ["write", "record", "load"] {
                    let told = neighbour.ask(write);
                    assert!(told.starts_with("Undetermined"), "{write}: {told}");
                }
                assert_eq!(neighbour.ask("remember"), "done");
            }
            true
        });
        assert_eq!(moved.unwrap().became, Became::Moved);
        assert_eq!(seen, [Doing::Copying, Doing::Comparing, Doing::Verifying]);
        assert_eq!(neighbour.ask("memory"), "State: forgotten");
        for question in ["write", "record", "load", "read", "list"] {
            let told = neighbour.ask(question);
            assert!(told.starts_with("Config: this credit state moved to"), "{question}: {told}");
        }
        neighbour.moves_out();
        house.arrived();
    }
}

#[test]
fn others_go_on_writing_while_a_copy_is_made_of_one_moment() {
    if Neighbour::is_it() {
        return;
    }
    for &pair in PAIRS {
        let house = Street::new(pair);
        let mut neighbour = Neighbour::moves_in("others_go_on_writing_while_a_copy_is_made_of_one_moment", &house);
        assert_eq!(neighbour.ask("read"), "done");
        let mut seen = Vec::new();
        let moved = house.run(true, &mut |progress| {
            if seen.last() != Some(&progress.table) {
                seen.push(progress.table);
                assert_eq!(neighbour.ask("write at length"), "done");
            }
            true
        });
        assert_eq!(moved.unwrap().became, Became::Copied);
        house.arrived();
        assert_eq!(neighbour.ask("write at length"), "done");
        neighbour.moves_out();
    }
}

#[test]
fn what_was_written_just_before_is_moved_too() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        // Writers that go on as long as they may: each order that was granted must arrive.
        let (mut granted, mut moved) = (Vec::new(), None);
        if pair.0 == Land::Postgres {
            let store = open_at(&house.from, false).unwrap();
            std::thread::scope(|scope| {
                let writers: Vec<_> = ["10", "12", "13"]
                    .into_iter()
                    .map(|customer| {
                        let store = &store;
                        scope.spawn(move || {
                            let mut granted = Vec::new();
                            let began = Deadline::now();
                            for n in 0.. {
                                assert!(began.elapsed() < Duration::from_secs(100), "nobody told the writer");
                                let document = format!("W-{customer}-{n}");
                                match run(&**store, reservation(customer, &document, 1)) {
                                    Ok(written) if approved(&written) => granted.push(document),
                                    Ok(_) => {}
                                    Err(error) => {
                                        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
                                        break;
                                    }
                                }
                            }
                            granted
                        })
                    })
                    .collect();
                std::thread::sleep(Duration::from_millis(200));
                moved = Some(house.whole(false));
                granted = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
            });
            assert_eq!(moved.unwrap().unwrap().became, Became::Moved);
            assert!(granted.len() > 3, "{granted:?}");
            let store = open_at(&house.to, false).unwrap();
            assert_sound(&*store);
            for document in granted {
                assert!(store.find_order(COMPANY, &document).unwrap().is_some(), "{document} is lost");
            }
        }
    }
}

#[test]
fn two_runs_do_not_fill_one_store() {
    let house = Street::new((Land::Postgres, Land::Postgres));
    let mut other = None;
    let first = house.run(true, &mut |progress| {
        if progress.doing == Doing::Comparing && other.is_none() {
            other = Some(house.whole(true));
        }
        true
    });
    assert_eq!(other.unwrap().unwrap().became, Became::Copied);
    let error = first.unwrap_err();
    assert!(error.kind() == ErrorKind::State && error.message().contains("another run"), "{error}");
    house.arrived();
}

#[test]
fn an_engine_in_the_same_process_is_in_the_way_of_a_file() {
    let house = Street::new((Land::Sqlite, Land::Sqlite));
    let store = open_at(&house.from, false).unwrap();
    assert_eq!(house.whole(false).unwrap_err().kind(), ErrorKind::InUse);
    drop(store);
    house.whole(false).unwrap();
}

#[test]
fn a_mover_that_is_killed_loses_nothing() {
    let name = "a_mover_that_is_killed_loses_nothing";
    if let Some((to, from)) = child::role() {
        move_between(&from.into(), &to.into(), false, &mut |_| true).unwrap();
        return;
    }
    for &pair in PAIRS {
        let house = Street::new(pair);
        let mut finished = false;
        for round in 1..=12 {
            let mut child = child::start(name, told(&house.to).to_str().unwrap(), &told(&house.from));
            std::thread::sleep(Duration::from_millis(round * 25));
            child.kill().unwrap();
            let code = child.wait().unwrap();
            let old = open_at(&house.from, false);
            // Tables without rows are a store too, and not this state.
            let new = open_at(&house.to, false).is_ok_and(|store| store.counts().unwrap() != Counts::default());
            assert!(old.is_err() || !new, "a state can be used in two places");
            if code.success() {
                assert!(old.is_err() && new);
                finished = true;
                break;
            }
        }
        if !finished {
            assert!(matches!(house.whole(false).unwrap().became, Became::Moved | Became::MovedBefore));
        }
        refused(&house.from);
        house.arrived();
    }
}

#[test]
fn a_server_is_backed_up_into_a_file() {
    let street = Street::new((Land::Postgres, Land::Sqlite));
    let StorePlace::File(path) = &street.to else { panic!("{:?}", street.to) };
    let store = open_at(&street.from, false).unwrap();
    store.backup(path).unwrap();
    street.arrived();
    assert_eq!(store.backup(path).unwrap_err().kind(), ErrorKind::Io, "what is there is never overwritten");
    drop(store);
    // It can be moved back into a server.
    let back = Street { from: street.to.clone(), to: Land::Postgres.place(street.folder.path(), ""), ..street };
    assert_eq!(back.whole(false).unwrap().became, Became::Moved);
    back.arrived();
}
