//! What the tables mean, for every database that keeps them: one room of SQL that all of them understand.
//!
//! A database brings a connection with an open transaction ([`Sql`]) and its own ways of getting one: locks, deadlines,
//! who may write when. What a row is, what a step does to it and what must add up stands here, once.
//!
//! The SQL keeps to what SQLite and PostgreSQL share: every number is a 64-bit integer, truth is 0 or 1, sums are cast to
//! integers again, parameters are written `?1`, and a new row's number comes from [`Sql::insert`].

pub(super) mod account;
pub(super) mod card;
pub(super) mod chain;
pub(super) mod copy;
pub(super) mod customer;
pub(super) mod database;
pub(super) mod decision;
pub(super) mod event;
pub(super) mod fault;
pub(super) mod history;
pub(super) mod item;
pub(super) mod limit;
pub(super) mod load;
pub(super) mod pool;
pub(super) mod query;
pub(super) mod register;
pub(super) mod step;
pub(super) mod tables;
pub(super) mod value;
pub(super) mod verify;

use std::cell::RefCell;

use fault::Outcome;
use tables::Table;
use value::{FromValue, Value};

use super::Watch;
use super::pulse::Beat;
use crate::credit::AccountId;
use crate::error::{Error, ErrorKind};

/// A connection to a database, inside a transaction.
pub(super) trait Sql {
    /// Runs a statement and hands each row that comes of it to `each`.
    fn rows(&self, text: &str, values: &[Value<'_>], each: &mut dyn FnMut(&dyn Row) -> Outcome<()>) -> Outcome<()>;

    /// Runs a statement. Returns how many rows it changed.
    fn execute(&self, text: &str, values: &[Value<'_>]) -> Outcome<u64>;

    /// Inserts one row into a numbered table. Returns its number.
    fn insert(&self, text: &str, values: &[Value<'_>]) -> Outcome<i64>;

    /// Whether the database has given the whole transaction up by itself, so that there is nothing to go back to.
    fn has_given_up(&self) -> bool;

    /// What stands at the end of a query for rows that are going to be written, so that nobody else writes them first,
    /// where others can.
    fn lock_rows(&self) -> &'static str {
        ""
    }

    /// What stands at the end of a query for rows that an answer rests on, so that the answer waits until they cannot be
    /// lost, where others may see what can be.
    fn secure_rows(&self) -> &'static str {
        ""
    }

    /// What stands in the condition of a query for events, so that it goes no further than the oldest write under way,
    /// where several can be.
    fn settled_events(&self) -> &'static str {
        ""
    }

    /// The greatest number that the database has given to a row of this table, as far as it remembers; 0 for none.
    fn last_number(&self, table: &Table) -> Outcome<i64>;

    /// Has the rows of this table that are still to come numbered behind this number, which no row is above.
    fn number_behind(&self, table: &Table, last: i64) -> Outcome<()>;

    /// Runs one call of a load. Between two calls a database may let others in.
    fn turn(&self, work: &mut dyn FnMut() -> Outcome<()>) -> Outcome<()> {
        work()
    }
}

/// A row that a statement brought.
pub(super) trait Row {
    /// The value of a column, from 0.
    fn value(&self, at: usize) -> Outcome<Value<'_>>;
}

impl dyn Row + '_ {
    /// The value of a column, from 0, as what it is here.
    pub(super) fn get<T: FromValue>(&self, at: usize) -> Outcome<T> {
        T::from_value(self.value(at)?)
            .ok_or_else(|| fault::damaged(format_args!("column {at} of a row is not what it must be")))
    }
}

impl<'a> dyn Sql + 'a {
    /// All rows of a query.
    pub(super) fn all<T, C: FromIterator<T>>(
        &self,
        text: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&dyn Row) -> Outcome<T>,
    ) -> Outcome<C> {
        let mut found = Vec::new();
        self.rows(text, values, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found.into_iter().collect())
    }

    /// The first row of a query, if it has any.
    pub(super) fn first<T>(
        &self,
        text: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&dyn Row) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        let mut found = None;
        self.rows(text, values, &mut |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The row of a query that always has one.
    pub(super) fn only<T>(
        &self,
        text: &str,
        values: &[Value<'_>],
        read: impl FnMut(&dyn Row) -> Outcome<T>,
    ) -> Outcome<T> {
        let row = self.first(text, values, read)?;
        row.ok_or_else(|| fault::damaged(format_args!("a row that is always there was not")))
    }

    /// Writes a row: over the one with this number, or as a new one. Returns its number.
    pub(super) fn put(&self, table: &str, row: Option<i64>, columns: &[(&str, Value<'_>)]) -> Outcome<i64> {
        let mut values: Vec<Value<'_>> = columns.iter().map(|(_, value)| *value).collect();
        let named = |part: &dyn Fn(usize, &str) -> String| {
            columns.iter().enumerate().map(|(at, (name, _))| part(at + 1, name)).collect::<Vec<_>>().join(", ")
        };
        if let Some(row) = row {
            let set = named(&|at, name| format!("{name} = ?{at}"));
            values.push(Value::Int(row));
            self.execute(&format!("UPDATE {table} SET {set} WHERE id = ?{}", values.len()), &values)?;
            return Ok(row);
        }
        let (names, places) = (named(&|_, name| name.to_owned()), named(&|at, _| format!("?{at}")));
        self.insert(&format!("INSERT INTO {table} ({names}) VALUES ({places})"), &values)
    }

    /// Runs a statement without parameters and rows.
    pub(super) fn command(&self, text: &str) -> Outcome<()> {
        self.execute(text, &[]).map(drop)
    }

    /// Does several writes, all of them or none.
    pub(super) fn together<T>(&self, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.command("SAVEPOINT together")?;
        let result = work();
        if !self.has_given_up() {
            if result.is_err() {
                self.command("ROLLBACK TO together")?;
            }
            self.command("RELEASE together")?;
        }
        result
    }
}

/// What a write needs: the connection with its open transaction, and who looks at the accounts it changes.
#[derive(Clone, Copy)]
pub(super) struct Writing<'a> {
    pub(super) sql: &'a dyn Sql,
    pub(super) watch: Option<&'a Watch>,
    pub(super) touched: &'a Touched<'a>,
}

/// The accounts that a transaction has written, and whether each shares limits with others.
#[derive(Default)]
pub(super) struct Touched<'a> {
    /// Where they go, if the database's writers take turns.
    beat: Option<&'a Beat<'a>>,
    /// Where they go if not.
    noted: RefCell<Vec<(AccountId, bool)>>,
}

impl<'a> Touched<'a> {
    /// What is written goes into this beat.
    pub(super) fn by(beat: &'a Beat<'a>) -> Self {
        Self { beat: Some(beat), ..Self::default() }
    }

    pub(super) fn note(&self, account: AccountId, pooled: bool) {
        match self.beat {
            Some(beat) => beat.note(account, pooled),
            None => self.noted.borrow_mut().push((account, pooled)),
        }
    }

    pub(super) fn take(&self) -> Vec<(AccountId, bool)> {
        self.noted.take()
    }
}

/// Carries out the steps of one caller, in an open transaction.
///
/// # Errors
/// Only those after which the whole transaction must be given up.
pub(super) fn carry_out(to: Writing<'_>, steps: &[super::Step], all_or_nothing: bool) -> Outcome<super::Steps> {
    let sql = to.sql;
    let mut answers = Vec::with_capacity(steps.len());
    if !all_or_nothing {
        for step in steps {
            answers.push(one(to, step)?.map(|answer| answer.written));
        }
        return Ok(super::Steps { written: true, answers });
    }
    sql.command("SAVEPOINT list")?;
    let mut written = true;
    for step in steps {
        let answer = one(to, step)?;
        written &= answer.as_ref().is_ok_and(|answer| answer.granted);
        answers.push(answer.map(|answer| answer.written));
    }
    if !written {
        sql.command("ROLLBACK TO list")?;
        answers.iter_mut().flatten().for_each(|answer| answer.stamp = None);
        for answer in answers.iter_mut().flatten().filter(|answer| !answer.repeated) {
            // It is not on record, so it has no number there.
            if let Some(decision) = &mut answer.decision {
                decision.id = 0;
            }
        }
    }
    sql.command("RELEASE list")?;
    Ok(super::Steps { written, answers })
}

/// Runs one step so that it leaves no trace if it fails.
///
/// # Errors
/// The outer error: the transaction is gone, or what the step left cannot be taken back.
fn one(to: Writing<'_>, step: &super::Step) -> Outcome<crate::error::Result<step::Answer>> {
    let sql = to.sql;
    sql.command("SAVEPOINT one")?;
    match step::run(to, step) {
        Ok(mut answer) => {
            sql.command("RELEASE one")?;
            answer.written.stamp =
                to.touched.beat.zip(answer.written.account.as_ref()).map(|(beat, a)| beat.stamp(a.id));
            Ok(Ok(answer))
        }
        // The database gave the whole transaction up, as when the disk is full or the file damaged: nothing was written.
        Err(fault::Fault(error)) if sql.has_given_up() => {
            let kind = if error.kind() == ErrorKind::Store { ErrorKind::Store } else { ErrorKind::Undetermined };
            Err(Error::new(kind, format!("the store had to give up a write, and nothing was done: {error}")).into())
        }
        Err(fault::Fault(error)) => {
            sql.command("ROLLBACK TO one")?;
            sql.command("RELEASE one")?;
            Ok(Err(error))
        }
    }
}
