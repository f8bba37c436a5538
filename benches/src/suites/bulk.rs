//! Much at once: a file of open items imported, and all kept sums reckoned anew.
//!
//! An import reads, checks and keeps every row, and keeps the sums of its accounts; the peer takes the same file into a
//! table with COPY, unread. Reckoning anew is `verify`, which makes every sum that is kept of an account from its items and
//! orders (what is overdue, disputed, dunned, covered by insurance) and compares; the peers make one sum, of the amounts.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use obligor::engine::{Config, Engine, ImportRequest};
use obligor::import::Control;
use rusqlite::Connection;

use crate::portfolio::{COMPANY, customer, fill};
use crate::postgres_server::{Options, Server, Speed};
use crate::result::{Contest, Made, number};
use crate::rounds::{Length, Rounds, Side, processor};

const COPY: &str = "COPY into PostgreSQL";
const IMPORT: &str = "an import of open items";
const VERIFY: &str = "Engine::store().verify";
const GROUP_BY: &str = "GROUP BY and an update, in SQLite";
const COVERED: &str = "the same with an index that covers it";

pub(super) fn run(length: Length, made: &mut Made) -> Vec<Contest> {
    vec![import(length, made), recompute(length)]
}

/// A file of open items, so many of so many customers, those of a customer together.
fn file(items: u32, customers: u32) -> String {
    let mut text = "company,customer,number,currency,residual,due\n".to_owned();
    for at in 0..items {
        let (who, amount, day) = (customer(at / (items / customers)), 100 + at % 90_000, 1 + at % 28);
        writeln!(text, "{COMPANY},{who},INV-{at},DKK,{amount}.50,2099-03-{day:02}").expect("a line");
    }
    text
}

fn take(engine: &Engine, path: &Path, items: u32) {
    let request =
        ImportRequest { kind: "open_items".to_owned(), path: Some(path.to_owned()), ..ImportRequest::default() };
    let report = engine.import(&request, &mut |_| Control::Continue).expect("an import");
    assert_eq!((report.added, report.rejected), (items.into(), 0), "every row is new");
}

fn import(length: Length, made: &mut Made) -> Contest {
    let (items, customers) = (length.size(200_000, 4_000), length.size(10_000, 100));
    let folder = tempfile::tempdir().expect("a folder");
    let text = file(items, customers);
    let csv = folder.path().join("open_items.csv");
    std::fs::write(&csv, &text).expect("a file");
    // As a server is sold, on a disk as fast as memory: neither side waits for it more than once.
    let server = Server::with(Options { speed: Speed::Durable, ..Options::default() });
    made.postgresql = Some(server.sql("postgres", "SHOW server_version"));
    let mut client = postgres::Client::connect(&server.fresh_database(), postgres::NoTls).expect("a connection");
    let table = "CREATE TABLE item (company TEXT NOT NULL, customer TEXT NOT NULL, number TEXT NOT NULL,
        currency TEXT NOT NULL, residual NUMERIC(18, 2) NOT NULL, due DATE NOT NULL)";
    client.batch_execute(table).expect("a table");
    let copy = move || {
        client.batch_execute("TRUNCATE item").expect("an empty table");
        let begun = Instant::now();
        let mut rows = client.copy_in("COPY item FROM STDIN (FORMAT csv, HEADER)").expect("a copy");
        rows.write_all(text.as_bytes()).expect("the file");
        assert_eq!(rows.finish().expect("a copy"), u64::from(items), "every row is new");
        (items.into(), begun.elapsed())
    };
    let import = || {
        // Importing a file again changes nothing, so it goes into a new store each time.
        let place = tempfile::tempdir_in(folder.path()).expect("a folder");
        let config = Config { create: true, ..Config::at(place.path().join("credit.db")) };
        let engine = Engine::open(&config).expect("an engine");
        fill(&engine, customers);
        let begun = Instant::now();
        take(&engine, &csv, items);
        (items.into(), begun.elapsed())
    };
    let title = format!("An import of {} open items", number(items.into()));
    Rounds::new(title, length, processor())
        .side(Side::timed_job(COPY, copy))
        .side(Side::timed_job(IMPORT, import))
        .speed(IMPORT, COPY, Some(0.8))
        .play()
}

fn recompute(length: Length) -> Contest {
    let (items, customers) = (length.size(5_000_000, 20_000), length.size(100_000, 500));
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("credit.db");
    let engine = Engine::open(&Config { create: true, ..Config::at(store.as_path()) }).expect("an engine");
    fill(&engine, customers);
    let csv = folder.path().join("open_items.csv");
    std::fs::write(&csv, file(items, customers)).expect("a file");
    take(&engine, &csv, items);
    std::fs::remove_file(&csv).expect("our file");
    let verify = || {
        let found = engine.store().verify(&mut |_, _| true).expect("a verification");
        assert_eq!((found.accounts, found.faults), (u64::from(customers), Vec::new()), "the store is sound");
        items.into()
    };
    let peer = |name, index| {
        let file = folder.path().join(format!("{index}.db"));
        let peer = Connection::open(&file).expect("a connection");
        peer.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE account (id INTEGER PRIMARY KEY, open INTEGER NOT NULL) STRICT;
             CREATE TABLE item (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, residual INTEGER NOT NULL) STRICT;
             WITH RECURSIVE n (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < {customers} - 1)
             INSERT INTO account SELECT id, 0 FROM n;
             WITH RECURSIVE n (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < {items} - 1)
             INSERT INTO item SELECT id, id / ({items} / {customers}), 100 + id % 90000 FROM n;"
        ))
        .expect("the peer's tables");
        if index {
            peer.execute_batch("CREATE INDEX item_account ON item (account, residual)").expect("an index");
        }
        Side::job(name, move || {
            let sums = "UPDATE account SET open = s.total
                FROM (SELECT account, sum(residual) AS total FROM item GROUP BY account) s WHERE s.account = account.id";
            assert_eq!(peer.execute(sums, []).expect("an update"), customers as usize, "every account has items");
            items.into()
        })
    };
    let title = format!("All sums reckoned anew, from {} open items", number(items.into()));
    Rounds::new(title, length, processor())
        .side(peer(COVERED, true))
        .side(peer(GROUP_BY, false))
        .side(Side::job(VERIFY, verify))
        .speed(VERIFY, GROUP_BY, Some(10.0))
        .speed(VERIFY, COVERED, None)
        .play()
}
