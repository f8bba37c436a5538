//! One transaction with the jobs of many callers in it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::fault::{Fault, Outcome};
use super::group::{Job, Lead, Waiter};
use super::step;
use super::{SqliteStore, Writing};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Step, Steps};

/// Callers whose jobs share one transaction, at most.
const BATCH_JOBS: usize = 256;
/// How long a leader goes on taking up jobs, at most.
const BATCH_TIME: Duration = Duration::from_millis(2);

/// What a batch came to: the answer to each job, of which all that were taken up are here.
type Answers = Vec<(Option<Arc<Waiter>>, Result<Steps>)>;

impl SqliteStore {
    /// Carries out the leader's own job and those of the callers behind it. Returns the answer to its own.
    pub(super) fn lead_batch(&self, lead: Lead<'_>, own: Job, deadline: Instant) -> Result<Steps> {
        let held = self.connections.writer_lock.acquire(deadline)?;
        let lent = self.connections.writer(&held, deadline)?;
        // Whoever is taken up is listed before its job runs, so that a panic leaves nobody waiting.
        let mut answers: Answers = Vec::new();
        let result = catch_unwind(AssertUnwindSafe(|| run(self.writing(&lent.sql), &lead, own, &mut answers)));
        let failed = match result {
            Ok(Ok(())) => self.commit(&lent.sql).err().map(Error::from),
            Ok(Err(fault)) => Some(fault.0),
            Err(payload) => {
                // Dropping what the panic carries may panic again.
                std::mem::forget(payload);
                Some(Error::new(
                    ErrorKind::Internal,
                    "a request panicked in the store; nothing was written, and this is a fault of the library",
                ))
            }
        };
        if failed.is_none() {
            lent.put_back();
        } else {
            drop(lent);
        }
        drop(held);
        let mut own = Err(Error::new(ErrorKind::Internal, "a request was not carried out"));
        for (waiter, answer) in answers {
            let answer = failed.clone().map_or(answer, Err);
            match waiter {
                Some(waiter) => waiter.tell(answer),
                None => own = answer,
            }
        }
        own
    }

    /// Commits the transaction that is open on the connection.
    ///
    /// # Errors
    /// `Undetermined`: it may or may not have happened.
    pub(super) fn commit(&self, sql: &Connection) -> Outcome<()> {
        command(sql, "COMMIT").map_err(|Fault(error)| match error.kind() {
            ErrorKind::Store => error,
            _ => Error::new(
                ErrorKind::Undetermined,
                format!("the store could not confirm the write, which may or may not have happened: {error}"),
            ),
        })?;
        if !self.connections.files_are_current() {
            return Err(Error::new(
                ErrorKind::Undetermined,
                "another program in this process opened and closed the store's file while it was being written; keep \
                 other programs out of it, and ask again with the same key",
            )
            .into());
        }
        self.commits.fetch_add(1, Relaxed);
        Ok(())
    }
}

fn run(to: Writing<'_>, lead: &Lead<'_>, own: Job, answers: &mut Answers) -> Outcome<()> {
    let began = Instant::now();
    let mut next = Some((None, own));
    while let Some((waiter, job)) = next {
        answers.push((waiter, Err(Error::new(ErrorKind::Internal, "a request was not carried out"))));
        if answers.len() == 1 {
            command(to.sql, "BEGIN IMMEDIATE")?;
        }
        let answer = carry_out(to, job)?;
        if let Some((_, last)) = answers.last_mut() {
            *last = Ok(answer);
        }
        next = if answers.len() < BATCH_JOBS && began.elapsed() < BATCH_TIME {
            lead.next_job().map(|(waiter, job)| (Some(waiter), job))
        } else {
            None
        };
    }
    Ok(())
}

/// Carries out the steps of one caller.
///
/// # Errors
/// Only those after which the whole transaction must be given up.
fn carry_out(to: Writing<'_>, job: Job) -> Outcome<Steps> {
    let sql = to.sql;
    let mut answers = Vec::with_capacity(job.steps.len());
    if !job.all_or_nothing {
        for step in &job.steps {
            answers.push(one(to, step)?.map(|answer| answer.written));
        }
        return Ok(Steps { written: true, answers });
    }
    command(sql, "SAVEPOINT list")?;
    let mut written = true;
    for step in &job.steps {
        let answer = one(to, step)?;
        written &= answer.as_ref().is_ok_and(|answer| answer.granted);
        answers.push(answer.map(|answer| answer.written));
    }
    if !written {
        command(sql, "ROLLBACK TO list")?;
        for answer in answers.iter_mut().flatten().filter(|answer| !answer.repeated) {
            // It is not on record, so it has no number there.
            if let Some(decision) = &mut answer.decision {
                decision.id = 0;
            }
        }
    }
    command(sql, "RELEASE list")?;
    Ok(Steps { written, answers })
}

/// Runs one step so that it leaves no trace if it fails.
///
/// # Errors
/// The outer error: the transaction is gone, or what the step left cannot be taken back.
fn one(to: Writing<'_>, step: &Step) -> Outcome<Result<step::Answer>> {
    let sql = to.sql;
    command(sql, "SAVEPOINT one")?;
    match step::run(to, step) {
        Ok(answer) => {
            command(sql, "RELEASE one")?;
            Ok(Ok(answer))
        }
        // SQLite gave the whole transaction up, as when the disk is full or the file damaged: nothing of it was written.
        Err(Fault(error)) if sql.is_autocommit() => {
            let kind = if error.kind() == ErrorKind::Store { ErrorKind::Store } else { ErrorKind::Undetermined };
            Err(Error::new(kind, format!("the store had to give up a write, and nothing was done: {error}")).into())
        }
        Err(Fault(error)) => {
            command(sql, "ROLLBACK TO one")?;
            command(sql, "RELEASE one")?;
            Ok(Err(error))
        }
    }
}

/// Does several writes of one row of a load, all of them or none.
pub(super) fn together<T>(sql: &Connection, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    command(sql, "SAVEPOINT together")?;
    let result = work();
    // Where SQLite has given up the whole transaction there is nothing to go back to.
    if !sql.is_autocommit() {
        if result.is_err() {
            command(sql, "ROLLBACK TO together")?;
        }
        command(sql, "RELEASE together")?;
    }
    result
}

/// Runs a statement without parameters and rows.
pub(super) fn command(sql: &Connection, statement: &str) -> Outcome<()> {
    sql.prepare_cached(statement)?.execute([])?;
    Ok(())
}
