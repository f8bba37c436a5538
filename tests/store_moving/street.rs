//! What the tests move: a store with something in every table, a place for another, and a picture of all that it answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant as Deadline};

use obligor::credit::{ChainState, Limit, LimitKind, PoolKind};
use obligor::engine::StorePlace;
use obligor::error::{ErrorKind, Result};
use obligor::money::Currency;
use obligor::store::moving::{House, Moved, Progress, move_state};
use obligor::store::postgres::PostgresStore;
use obligor::store::sqlite::{Options, SqliteStore};
use obligor::store::{
    AnswerRecord, Effects, Event, EventKind, ItemKind, LimitOwner, LimitRecord, LimitRequest, PolicyRecord, Register,
    Store,
};

use crate::postgres_server::{psql, shared};
use crate::store_common::*;

/// A database that states can live in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Land {
    Sqlite,
    Postgres,
}

/// From where to where.
pub(crate) const PAIRS: &[(Land, Land)] = &[
    (Land::Sqlite, Land::Sqlite),
    (Land::Sqlite, Land::Postgres),
    (Land::Postgres, Land::Sqlite),
    (Land::Postgres, Land::Postgres),
];

impl Land {
    /// A place for a store that is not there yet.
    pub(crate) fn place(self, folder: &Path, name: &str) -> StorePlace {
        match self {
            Self::Sqlite => StorePlace::File(folder.join(name)),
            Self::Postgres => shared().fresh_database().into(),
        }
    }
}

/// Opens a store as an engine does.
pub(crate) fn open_at(place: &StorePlace, create: bool) -> Result<Box<dyn Store>> {
    Ok(match place {
        StorePlace::File(path) => Box::new(SqliteStore::open(path, Options { create, ..Options::default() })?),
        StorePlace::Server(url) => {
            Box::new(PostgresStore::open(url, obligor::store::postgres::Options { create, ..Default::default() })?)
        }
    })
}

/// Opens a store for a move.
pub(crate) fn house(place: &StorePlace, create: bool) -> Result<House> {
    match place {
        StorePlace::File(path) => House::in_file(path, create),
        StorePlace::Server(url) => House::on_server(url, create),
    }
}

pub(crate) fn move_between(
    from: &StorePlace,
    to: &StorePlace,
    keep: bool,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Moved> {
    move_state(&house(from, false)?, &house(to, true)?, keep, later(5), progress)
}

/// A place as another process can be told of it.
pub(crate) fn told(place: &StorePlace) -> PathBuf {
    match place {
        StorePlace::File(path) => path.clone(),
        StorePlace::Server(url) => url.as_str().into(),
    }
}

/// Runs statements on a store behind the library's back.
pub(crate) fn tamper(place: &StorePlace, statements: &str) {
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
pub(crate) fn refused(place: &StorePlace) -> String {
    let error = open_at(place, false).err().expect("it must be refused");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    error.message().to_owned()
}

/// A furnished store, and a place for another.
pub(crate) struct Street {
    pub(crate) from: StorePlace,
    pub(crate) to: StorePlace,
    /// Everything the old store answers.
    pub(crate) picture: BTreeMap<String, String>,
    pub(crate) folder: tempfile::TempDir,
}

impl Street {
    pub(crate) fn new((from, to): (Land, Land)) -> Self {
        // In memory where there is such: it is about what arrives, not about a loss of power.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let furnished = Furnished::of(from);
        let from = furnished.again(folder.path());
        Self { from, to: to.place(folder.path(), "new"), picture: furnished.picture.clone(), folder }
    }

    /// Moves, and lets `go_on` say whether to.
    pub(crate) fn run(&self, keep: bool, go_on: &mut dyn FnMut(&Progress) -> bool) -> Result<Moved> {
        move_between(&self.from, &self.to, keep, go_on)
    }

    pub(crate) fn whole(&self, keep: bool) -> Result<Moved> {
        self.run(keep, &mut |_| true)
    }

    /// Begins to move, or goes on, and is stopped.
    #[track_caller]
    pub(crate) fn stopped(&self, stop: impl Fn(&Progress) -> bool) {
        let error = self.run(false, &mut |progress| !stop(progress)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    }

    /// The new store answers everything as the old one did.
    #[track_caller]
    pub(crate) fn arrived(&self) -> Box<dyn Store> {
        let store = open_at(&self.to, false).unwrap();
        assert_sound(&*store);
        assert_same(&picture(&*store), &self.picture);
        store
    }
}

/// A furnished store, of which each test gets a copy with a card of its own.
pub(crate) struct Furnished {
    pub(crate) store: Template,
    pub(crate) picture: BTreeMap<String, String>,
}

pub(crate) enum Template {
    File(Vec<u8>),
    Database(String),
}

impl Furnished {
    pub(crate) fn of(land: Land) -> &'static Self {
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

    pub(crate) fn again(&self, folder: &Path) -> StorePlace {
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
pub(crate) fn assert_same(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    for (question, answer) in other {
        assert_eq!(one.get(question), Some(answer), "{question}");
    }
    assert_eq!(one.len(), other.len());
}

/// Something in every table, and in two of them more than a piece holds.
pub(crate) fn furnish(store: &dyn Store) {
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
pub(crate) fn events(store: &dyn Store) -> Vec<Event> {
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
pub(crate) fn picture(store: &dyn Store) -> BTreeMap<String, String> {
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
