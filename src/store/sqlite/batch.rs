//! One transaction with the jobs of many callers in it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::SqliteStore;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Steps;
use crate::store::group::{Job, Lead, Waiter, panicked};
use crate::store::pulse::Beat;
use crate::store::sql::fault::{Fault, Outcome};
use crate::store::sql::{Touched, Writing, card, carry_out};

/// Callers whose jobs share one transaction, at most.
const BATCH_JOBS: usize = 256;
/// How long a leader goes on taking up jobs, at most: several flushes of a usual disk, so that most of the time of many callers
/// goes into their jobs and not into waiting.
const BATCH_TIME: Duration = Duration::from_millis(6);

/// What a batch came to: the answer to each job, of which all that were taken up are here.
type Answers = Vec<(Option<Arc<Waiter>>, Result<Steps>)>;

impl SqliteStore {
    /// Carries out the leader's own job and those of the callers behind it. Returns the answer to its own.
    pub(super) fn lead_batch(&self, lead: Lead<'_>, own: Job, deadline: Instant) -> Result<Steps> {
        let held = self.connections.writer_lock.acquire(deadline)?;
        let lent = self.connections.writer(&held, deadline)?;
        let beat = self.beat(&held);
        // Whoever is taken up is listed before its job runs, so that a panic leaves nobody waiting.
        let mut answers: Answers = Vec::new();
        let result = catch_unwind(AssertUnwindSafe(|| {
            run(self.writing(&lent.sql, &Touched::by(&beat)), &lead, own, &mut answers)
        }));
        let failed = match result {
            Ok(Ok(())) => self.commit(&lent.sql, &beat).err().map(Error::from),
            Ok(Err(fault)) => Some(fault.0),
            Err(payload) => Some(panicked(payload)),
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

    /// Commits the transaction that is open on the connection, and has the pulse show what it wrote.
    ///
    /// # Errors
    /// `Undetermined`: it may or may not have happened.
    pub(super) fn commit(&self, sql: &Connection, beat: &Beat<'_>) -> Outcome<()> {
        beat.commit(|| command(sql, "COMMIT")).map_err(|Fault(error)| match error.kind() {
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
            to.sql.command("BEGIN IMMEDIATE")?;
            card::usable(to.sql)?;
        }
        let answer = carry_out(to, &job.steps, job.all_or_nothing)?;
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

/// Begins a transaction, of a store that can be used.
pub(super) fn begin(sql: &Connection, how: &str) -> Outcome<()> {
    command(sql, how)?;
    card::usable(sql)
}

/// Runs a statement without parameters and rows.
pub(super) fn command(sql: &Connection, statement: &str) -> Outcome<()> {
    sql.prepare_cached(statement)?.execute([])?;
    Ok(())
}
