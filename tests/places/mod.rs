//! Where tests keep a credit state: in a file, or in a database of a real PostgreSQL server.
//!
//! A test that goes through a store runs in both. `on_both!(name);` stands above `fn name(place: Place)`, where
//! `#[test]` would stand, and makes the tests `name::file` and `name::server`.

// Each test program uses its part, and none uses it from outside.
#![allow(dead_code, unused_imports, unused_macros)]

#[path = "../postgres_server/mod.rs"]
pub(crate) mod postgres_server;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obligor::engine::{ClockChoice, Config, Engine, Secret};
use obligor::store::postgres::PostgresStore;
use obligor::store::sqlite::SqliteStore;
use obligor::store::{Store, postgres, sqlite};
use tempfile::TempDir;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    File,
    Server,
}

impl Place {
    pub(crate) const BOTH: [Self; 2] = [Self::File, Self::Server];

    /// What [`on_both`] calls the test in this place.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Server => "server",
        }
    }

    /// While it is held, no other test of this program that holds it runs. A server tells events only when whatever was
    /// being written on it before them is done, in other databases too.
    pub(crate) fn alone() -> MutexGuard<'static, ()> {
        static ALONE: Mutex<()> = Mutex::new(());
        ALONE.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

macro_rules! on_both {
    ($test:ident) => {
        mod $test {
            #[test]
            fn file() {
                super::$test(super::Place::File);
            }

            #[test]
            fn server() {
                let _alone = super::Place::alone();
                super::$test(super::Place::Server);
            }
        }
    };
}
pub(crate) use on_both;

/// A credit state of a test's own: with tables and nothing in them at first, and gone with the value.
pub(crate) struct Home {
    /// Where the file is; the key, and whatever else the test writes. In memory where the machine has such.
    pub(crate) folder: TempDir,
    database: Option<Database>,
}

impl Home {
    pub(crate) fn new(place: Place) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        std::fs::write(folder.path().join("key"), [7; 32]).unwrap();
        Self { folder, database: (place == Place::Server).then(Database::lend) }
    }

    pub(crate) fn place(&self) -> Place {
        if self.database.is_some() { Place::Server } else { Place::File }
    }

    /// What a configuration says to have this state: a path or a URL.
    pub(crate) fn name(&self) -> String {
        match &self.database {
            None => self.file().to_str().unwrap().to_owned(),
            Some(database) => database.url(),
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("credit.db")
    }

    /// Where the configuration finds the key for personal numbers.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    /// A store that has the state open; each is a host of its own.
    pub(crate) fn store(&self) -> Box<dyn Store> {
        open(&self.name())
    }

    pub(crate) fn in_file(&self) -> SqliteStore {
        in_file(&self.name())
    }

    pub(crate) fn in_server(&self) -> PostgresStore {
        in_server(&self.name())
    }

    /// What an engine is opened with, at a moment that stands still.
    pub(crate) fn config(&self, now: &str) -> Config {
        let clock = ClockChoice::Fixed(obligor::calendar::Instant::parse(now).unwrap());
        Config { create: true, clock, secret: Secret::File(self.key()), deadline_ms: 20_000, ..Config::at(self.name()) }
    }

    /// Runs SQL in the database as an intruder would. What it answers is rows as lines.
    pub(crate) fn sql(&self, text: &str) -> String {
        let database = self.database.as_ref().expect("the state is in a file");
        database.sql(&format!("SET search_path = obligor; {text}"))
    }

    /// Lets nobody write until it is dropped, as a long import by somebody else would. Everybody may read.
    pub(crate) fn busy(&self) -> Busy {
        match &self.database {
            None => Busy::file(&self.file()),
            Some(database) => Busy::server(&database.url()),
        }
    }

    /// Every byte that is kept, of whatever is beside the state in its folder too.
    pub(crate) fn everything(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut bytes: Vec<u8> =
            files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect();
        if let Some(database) = &self.database {
            bytes.extend(database.sql("SELECT schema_to_xml('obligor', false, false, '')").into_bytes());
        }
        bytes
    }
}

/// The numbers of all decisions on record. A server leaves some out, where what it had begun was undone.
pub(crate) fn decisions(engine: &Engine) -> Vec<u64> {
    let count = engine.stats().unwrap().decisions;
    let recorded = |id: &u64| engine.store().decision(*id).unwrap().is_some();
    let found: Vec<u64> = (1..=3 * count + 10).filter(recorded).collect();
    assert_eq!(found.len() as u64, count, "the other numbers are too far away");
    found
}

/// Another process that holds the state for writing until its standard input ends.
pub(crate) struct Busy(Child);

impl Busy {
    fn file(path: &Path) -> Self {
        let python = std::env::var("OBLIGOR_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        Self::when_held(Command::new(python).args(["-c", include_str!("hold.py")]).arg(path), "")
    }

    fn server(url: &str) -> Self {
        let psql = postgres_server::machine::program("psql", "postgresql-client");
        Self::when_held(postgres_server::machine::command(psql).args(["-X", "-q", "-d", url]), include_str!("hold.sql"))
    }

    /// Starts it, and waits until it says that it holds the state.
    fn when_held(command: &mut Command, input: &str) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child =
            child.unwrap_or_else(|error| panic!("{command:?}, which holds the store, does not start: {error}"));
        child.stdin.as_mut().unwrap().write_all(input.as_bytes()).unwrap();
        let mut said = [0; 5];
        child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        assert_eq!(&said, b"held\n");
        Self(child)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// The store that a path or a URL names.
pub(crate) fn open(name: &str) -> Box<dyn Store> {
    if postgres::is_url(name) { Box::new(in_server(name)) } else { Box::new(in_file(name)) }
}

fn in_file(path: &str) -> SqliteStore {
    SqliteStore::open(path.as_ref(), sqlite::Options { create: true, ..Default::default() }).unwrap()
}

fn in_server(url: &str) -> PostgresStore {
    PostgresStore::open(url, postgres::Options { create: true, wait: Duration::from_secs(60) }).unwrap()
}

/// A database of the shared server, given back when it is dropped. To empty one costs a tenth of making one.
struct Database(String);

static AT_REST: Mutex<Vec<String>> = Mutex::new(Vec::new());

const EMPTY: &str = include_str!("empty.sql");

impl Database {
    fn lend() -> Self {
        let at_rest = AT_REST.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(name) = at_rest {
            let database = Self(name);
            database.sql(EMPTY);
            return database;
        }
        let database = Self(postgres_server::shared().fresh_database_name());
        drop(in_server(&database.url()));
        database
    }

    fn url(&self) -> String {
        postgres_server::shared().url(&self.0)
    }

    fn sql(&self, text: &str) -> String {
        postgres_server::shared().sql(&self.0, text)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        AT_REST.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.0));
    }
}
