//! Moving a credit state from one store to another: every row as it is, checked there, and only then is the old store left.
//!
//! The old store is held while the move lasts: others go on reading, and their writes wait until their deadlines. The rows
//! go table by table, a piece in each transaction of the new store; so a move that is broken off goes on where it was, if
//! nobody wrote to the old store meanwhile, and begins anew otherwise. At every moment at most one of the two can be
//! used: the new one says that it is not complete until all is done, and the old one says that it was left before that.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use serde::Serialize;

use super::postgres::{self, PostgresStore};
use super::sql::Sql;
use super::sql::card::{self, Card, Identity};
use super::sql::copy::{self, Pieces, Tally};
use super::sql::fault::{Fault, Outcome};
use super::sql::tables::{Numbers, TABLES, Table, names};
use super::sql::verify::{self, Stage};
use super::sqlite::{self, SqliteStore};
use super::{Made, Verification};
use crate::calendar::Instant;
use crate::error::{Error, ErrorKind, Result};

/// How long the old store is left alone at most while the new one is worked on.
const LONGEST_SILENCE: Duration = Duration::from_secs(20);

/// A store that a state can leave and come to.
pub(in crate::store) trait Doors {
    /// Runs `work` in one transaction that sees one moment, and commits it if `work` succeeds. When `alone` is set nobody
    /// else can write from before that moment until the commit; otherwise others go on, and `work` must only read.
    fn leave(&self, alone: bool, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Result<()>;

    /// Runs `work`, which fills the store. In its turns nobody else writes.
    fn fill(&self, work: &mut dyn FnMut(&dyn Rooms) -> Outcome<()>) -> Result<()>;
}

/// A store, opened for a move: be its state elsewhere or not all there. Nobody else of this process may have it open.
pub struct House {
    doors: Box<dyn Doors>,
    name: String,
    made: Made,
}

impl House {
    /// The store in a SQLite file, with its tables brought up; they are made if `create` is set.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], without `Config`.
    pub fn in_file(path: &Path, create: bool) -> Result<Self> {
        let options = sqlite::Options { create, ..sqlite::Options::default() };
        let (store, made) = SqliteStore::open_house(path, options)?;
        Ok(Self { doors: Box::new(store), name: path.display().to_string(), made })
    }

    /// The store in the server that a URL names. When `create` is set its tables are made or brought up, for which the
    /// user must own them.
    ///
    /// # Errors
    /// As [`PostgresStore::open`], without `Config` for what became of the state.
    pub fn on_server(url: &str, create: bool) -> Result<Self> {
        let (store, made) = PostgresStore::open_house(url, postgres::Options { create, ..Default::default() })?;
        Ok(Self { doors: Box::new(store), name: postgres::shown(url), made })
    }

    /// What opening it did to its tables.
    pub fn made(&self) -> Made {
        self.made
    }
}

/// A store that is being worked on, a piece of work at a time.
pub(in crate::store) trait Rooms {
    /// Does a piece of work in a transaction, and commits it if `work` succeeds.
    fn turn(&self, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Outcome<()>;

    /// Lets the database check itself.
    fn check(&self, found: &mut Verification) -> Outcome<()>;
}

impl<'a> dyn Rooms + 'a {
    /// A piece of work that has an answer.
    fn get<T>(&self, mut work: impl FnMut(&dyn Sql) -> Outcome<T>) -> Outcome<T> {
        let mut answer = None;
        self.turn(&mut |sql| {
            answer = Some(work(sql)?);
            Ok(())
        })?;
        answer.ok_or_else(|| Error::new(ErrorKind::Internal, "a store did not do a piece of its work").into())
    }
}

/// A store inside one transaction that lasts for all pieces of the work.
pub(in crate::store) struct Open<'a>(pub(in crate::store) &'a dyn Sql);

impl Rooms for Open<'_> {
    fn turn(&self, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Outcome<()> {
        self.0.turn(&mut || work(self.0))
    }

    fn check(&self, _found: &mut Verification) -> Outcome<()> {
        Ok(())
    }
}

/// A store that one run of a move fills.
struct Filled<'a> {
    rooms: &'a dyn Rooms,
    run: Identity,
}

impl Rooms for Filled<'_> {
    fn turn(&self, work: &mut dyn FnMut(&dyn Sql) -> Outcome<()>) -> Outcome<()> {
        self.rooms.turn(&mut |sql| {
            card::is_run(sql, &self.run)?;
            work(sql)
        })
    }

    fn check(&self, found: &mut Verification) -> Outcome<()> {
        self.rooms.check(found)
    }
}

/// What a move is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Comparing what arrived in an earlier run.
    Resuming,
    /// Copying rows.
    Copying,
    /// Comparing all rows of both stores.
    Comparing,
    /// Recomputing every balance and every link of the record in the new store.
    Verifying,
}

/// How far a move has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub doing: Doing,
    /// The table it is at; empty where it is not at one.
    pub table: &'static str,
    /// How much of that is done, in rows.
    pub done: u64,
    /// How much there is of it.
    pub of: u64,
}

/// What became of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// The state is in the new store, and the old one cannot be used any more.
    Moved,
    /// The state is in the new store, and in the old one as before.
    Copied,
    /// An earlier run moved it already; nothing was done.
    MovedBefore,
    /// What arrived is not the same, or not sound. The new store cannot be used, the old one as before.
    NotMoved,
}

/// What a move did, and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// What became of it.
    pub became: Became,
    /// The old store, without a password.
    pub from: String,
    /// The new store, likewise.
    pub to: String,
    /// Rows that this run copied. Those that an earlier run had copied are not among them.
    pub copied: u64,
    /// Every table in both stores; empty when an earlier run had moved it.
    pub tables: Vec<Compared>,
    /// The check of the new store: see [`Store::verify`](super::Store::verify).
    pub verified: Verification,
}

impl Moved {
    /// A move of which there was nothing left to do.
    fn nothing(from: &str, to: &str) -> Self {
        Self {
            became: Became::MovedBefore,
            from: from.to_owned(),
            to: to.to_owned(),
            copied: 0,
            tables: Vec::new(),
            verified: Verification::default(),
        }
    }
}

/// A table in both stores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its name.
    pub table: &'static str,
    /// Rows in the old store.
    pub rows: u64,
    /// Rows in the new store.
    pub rows_there: u64,
    /// The sum of each column that holds money, in the old store: minor units of whatever currency, as text, since it can
    /// be longer than any number of JSON.
    pub sums: BTreeMap<&'static str, String>,
    /// The same in the new store.
    pub sums_there: BTreeMap<&'static str, String>,
    /// Whether every column of every row is the same.
    pub same: bool,
}

/// Moves the state, or copies it when `keep` is set: then the old store stays in use, and is not held either.
///
/// `at` is the moment it is. `progress` is told how far it is, and stops the move by answering `false`. What is found to be
/// not the same is in the answer.
///
/// # Errors
/// - `Argument`: the two are the same store.
/// - `State`: the new store holds something else, or the state of the old one went elsewhere already.
/// - `Cancelled`: `progress` stopped it. It can be gone on with, as after every other error.
/// - `Undetermined`, also when others do not stop writing to the old store; `Store`.
pub fn move_state(
    from: &House,
    to: &House,
    keep: bool,
    at: Instant,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Moved> {
    if identity(from)? == identity(to)? {
        return Err(Error::argument("the two are one store, or one is a copy of the other's file; name another"));
    }
    let mut run = Identity::default();
    getrandom::fill(&mut run)
        .map_err(|error| Error::new(ErrorKind::Io, format!("the machine gives no random numbers: {error}")))?;
    let mut result = None;
    to.doors.fill(&mut |rooms| {
        let there = Filled { rooms, run };
        from.doors.leave(!keep, &mut |sql| {
            let here = Open(sql);
            let (card, found) = begin(&here, &there, &from.name, keep, at)?;
            let mut work =
                Work { here: &here, there: &there, progress: &mut *progress, copied: 0, asked: Clock::now() };
            let mut moved = Moved::nothing(&from.name, &to.name);
            if !matches!(found, Found::All) {
                work.run(&card, found, keep, at, &mut moved)?;
            }
            result = Some(moved);
            Ok(())
        })?;
        // The old store is left by now, for good. Only then may the new one be used.
        if matches!(&result, Some(Moved { became: Became::Moved | Became::Copied, .. })) {
            there.turn(&mut |sql| card::came(sql, at))?;
        }
        Ok(())
    })?;
    result.ok_or_else(|| Error::new(ErrorKind::Internal, "a move came to no result"))
}

/// What the new store was found to be.
enum Found {
    /// Empty.
    Empty,
    /// A part of this state, from an earlier run.
    Part,
    /// All of it; the old store was left, and the new one is in use.
    All,
}

fn identity(house: &House) -> Result<Option<Identity>> {
    let mut identity = None;
    house.doors.leave(false, &mut |sql| {
        let rooms: &dyn Rooms = &Open(sql);
        identity = Some(rooms.get(card::read)?.identity);
        Ok(())
    })?;
    Ok(identity)
}

/// Looks at the two stores, and takes the new one for this run.
fn begin(here: &dyn Rooms, there: &Filled<'_>, name: &str, keep: bool, at: Instant) -> Outcome<(Card, Found)> {
    let card = here.get(card::read)?;
    let found = there.rooms.get(|sql| {
        let found = look_at(sql, &card, &card::read(sql)?, keep)?;
        if matches!(found, Found::Empty) {
            // The one row that every store has from its beginning goes; it comes with the others.
            sql.command("DELETE FROM unknown_chain")?;
        }
        if !matches!(found, Found::All) {
            card::comes(sql, &card.identity, name, at, &there.run)?;
        }
        Ok(found)
    })?;
    Ok((card, found))
}

/// A move under way.
struct Work<'a, 'b> {
    here: &'a dyn Rooms,
    there: &'a dyn Rooms,
    progress: &'b mut dyn FnMut(&Progress) -> bool,
    copied: u64,
    /// When the old store was last asked anything.
    asked: Clock,
}

impl Work<'_, '_> {
    fn run(&mut self, card: &Card, found: Found, keep: bool, at: Instant, moved: &mut Moved) -> Outcome<()> {
        if matches!(found, Found::Part) && !self.is_beginning_of_it()? {
            for table in TABLES.iter().rev() {
                self.there.turn(&mut |sql| copy::empty(sql, table))?;
                self.tell(Doing::Resuming, table.name, 0, 0)?;
            }
        }
        self.copy()?;
        self.compare(moved)?;
        self.verify(&mut moved.verified)?;
        moved.copied = self.copied;
        let identity = self.there.get(|sql| Ok(card::read(sql)?.identity))?;
        // An earlier run may have come as far as this, and no further.
        let left = card.went.as_ref().is_some_and(|went| went.identity == identity);
        moved.became = if moved.tables.iter().any(|table| !table.same) || !moved.verified.faults.is_empty() {
            Became::NotMoved
        } else if keep && !left {
            Became::Copied
        } else {
            if !left {
                self.here.turn(&mut |sql| card::goes(sql, &identity, &moved.to, at))?;
            }
            Became::Moved
        };
        Ok(())
    }

    fn tell(&mut self, doing: Doing, table: &'static str, done: u64, of: u64) -> Outcome<()> {
        if self.asked.elapsed() > LONGEST_SILENCE {
            // A server ends a transaction that stands idle for too long.
            self.here.get(card::read)?;
            self.asked = Clock::now();
        }
        if (self.progress)(&Progress { doing, table, done, of: of.max(done) }) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Cancelled,
            "the move was stopped before it was done; the old store is as it was: run it again to go on",
        )
        .into())
    }

    /// Whether the rows that are there are the first rows of each table here, so that the others can be put behind them.
    fn is_beginning_of_it(&mut self) -> Outcome<bool> {
        let of = total(self.there)?.saturating_mul(2);
        let mut done = 0;
        for table in TABLES {
            let Some(last) = self.there.get(|sql| copy::last(sql, table))? else { continue };
            let there =
                self.tally(Doing::Resuming, table, self.there, Pieces::new(table, None, None), &mut done, of)?;
            let beginning = Pieces::new(table, None, Some(last));
            let here = self.tally(Doing::Resuming, table, self.here, beginning, &mut done, of)?;
            if !here.same(&there) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn tally(
        &mut self,
        doing: Doing,
        table: &'static Table,
        rooms: &dyn Rooms,
        mut pieces: Pieces,
        done: &mut u64,
        of: u64,
    ) -> Outcome<Tally> {
        let mut tally = Tally::new(table);
        while let Some(piece) = rooms.get(|sql| pieces.next(sql))? {
            tally.add(table, &piece);
            *done = done.saturating_add(piece.rows());
            self.tell(doing, table.name, *done, of)?;
        }
        Ok(tally)
    }

    /// Copies the rows that are not there yet.
    fn copy(&mut self) -> Outcome<()> {
        let (mut done, of) = (total(self.there)?, total(self.here)?);
        for table in TABLES {
            let last = self.there.get(|sql| copy::last(sql, table))?;
            let mut pieces = Pieces::new(table, last, None);
            while let Some(piece) = self.here.get(|sql| pieces.next(sql))? {
                self.there.turn(&mut |sql| copy::write(sql, table, &piece)).map_err(|Fault(e)| e.at(table.name))?;
                done = done.saturating_add(piece.rows());
                self.copied = self.copied.saturating_add(piece.rows());
                self.tell(Doing::Copying, table.name, done, of)?;
            }
            copy_numbers(self.here, self.there, table)?;
        }
        Ok(())
    }

    fn compare(&mut self, moved: &mut Moved) -> Outcome<()> {
        let of = total(self.here)?.saturating_add(total(self.there)?);
        let mut done = 0;
        for table in TABLES {
            let all = || Pieces::new(table, None, None);
            let here = self.tally(Doing::Comparing, table, self.here, all(), &mut done, of)?;
            let there = self.tally(Doing::Comparing, table, self.there, all(), &mut done, of)?;
            let sums = |tally: &Tally| names(table.money).zip(tally.sums().iter().map(i128::to_string)).collect();
            moved.tables.push(Compared {
                table: table.name,
                rows: here.rows(),
                rows_there: there.rows(),
                sums: sums(&here),
                sums_there: sums(&there),
                same: here.same(&there),
            });
        }
        Ok(())
    }

    /// Checks the new store, as [`Store::verify`](super::Store::verify) would if it could be used.
    fn verify(&mut self, found: &mut Verification) -> Outcome<()> {
        let of = self.there.get(verify::total)?;
        self.tell(Doing::Verifying, "", 0, of)?;
        self.there.check(found)?;
        let mut stage = Some(Stage::FIRST);
        while let Some(from) = stage {
            stage = self.there.get(|sql| verify::piece(sql, from, found))?;
            self.tell(Doing::Verifying, "", found.accounts.saturating_add(found.decisions), of)?;
        }
        for table in TABLES.iter().filter(|table| table.numbers == Numbers::GivenOnce) {
            let last = |rooms: &dyn Rooms| rooms.get(|sql| sql.last_number(table));
            if last(self.there)? < last(self.here)? {
                found.faults.push(format!("{}: numbers that were used would be used again", table.name));
            }
        }
        Ok(())
    }
}

/// Sees what the new store holds.
///
/// # Errors
/// When it is not one that this state may come to.
fn look_at(sql: &dyn Sql, here: &Card, there: &Card, keep: bool) -> Outcome<Found> {
    let refuse = |message: String| Err(Error::new(ErrorKind::State, message).into());
    if let Some(went) = here.went.as_ref().filter(|went| went.identity != there.identity && !keep) {
        return refuse(format!(
            "the state of this store moved to {} on {}; what is left here can only be copied (--keep)",
            went.to, went.at
        ));
    }
    if let Some(came) = here.came.as_ref().filter(|came| came.done.is_none()) {
        return refuse(format!(
            "the store to move from does not hold all of its state: the move from {} into it was not finished",
            came.from
        ));
    }
    match (&there.came, &there.went) {
        (_, Some(went)) => {
            refuse(format!("the state of the store to move into moved on to {} on {}; name another", went.to, went.at))
        }
        (Some(came), None) if came.identity == here.identity => match came.done {
            None => Ok(Found::Part),
            Some(_) if here.went.as_ref().is_some_and(|went| went.identity == there.identity) => Ok(Found::All),
            Some(done) => refuse(format!(
                "a copy of this state has been in use in the store to move into since {done}; move into an empty one"
            )),
        },
        (Some(came), None) => refuse(format!(
            "the store to move into holds a state, or a part of one, from {}; move into an empty one",
            came.from
        )),
        (None, None) => {
            for table in TABLES.iter().filter(|table| table.name != "unknown_chain") {
                if copy::last(sql, table)?.is_some() {
                    return refuse(format!(
                        "the store to move into is not empty: it has rows in the table {}; move into an empty one",
                        table.name
                    ));
                }
            }
            Ok(Found::Empty)
        }
    }
}

/// How many rows there are in all tables.
fn total(rooms: &dyn Rooms) -> Outcome<u64> {
    let mut total = 0_u64;
    for table in TABLES {
        total = total.saturating_add(rooms.get(|sql| copy::count(sql, table))?);
    }
    Ok(total)
}

/// Has the new store go on numbering where the old one stopped.
fn copy_numbers(here: &dyn Rooms, there: &dyn Rooms, table: &Table) -> Outcome<()> {
    if table.numbers == Numbers::None {
        return Ok(());
    }
    let last = here.get(|sql| sql.last_number(table))?;
    there.turn(&mut |sql| sql.number_behind(table, last))
}

/// Copies a state that stands still into a new store, which knows nothing of it: a backup.
pub(in crate::store) fn copy_all(here: &dyn Rooms, there: &dyn Rooms) -> Outcome<()> {
    there.turn(&mut |sql| sql.command("DELETE FROM unknown_chain"))?;
    Work { here, there, progress: &mut |_| true, copied: 0, asked: Clock::now() }.copy()
}
