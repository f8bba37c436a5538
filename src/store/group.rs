//! Who writes: leader and followers.
//!
//! A durable commit costs one wait for the disk, however much is in it. So callers do not commit one by one: the first
//! that finds nobody writing becomes the **leader**, the others queue and wait. The leader carries out what is queued
//! in one transaction, hands out the answers, and passes the lead to the first that came too late. Everything runs on
//! callers' threads; a single caller loses nothing by it, and no thread is left behind.
//!
//! A caller that needs the store to itself (an import, say) queues for the lead alone: the leader before it stops
//! collecting when it comes to it.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::lock;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Step, Steps};

/// How long beyond its deadline a caller waits for a leader on the same machine.
const OUTCOME_WAIT: Duration = Duration::from_secs(2);

/// How long a leader waits at most for callers to come.
const LONGEST_GATHERING: Duration = Duration::from_millis(5);

/// The steps of one caller.
pub(in crate::store) struct Job {
    pub(in crate::store) steps: Vec<Step>,
    pub(in crate::store) all_or_nothing: bool,
}

/// The error of every caller whose steps were in a transaction with a plan that panicked.
pub(in crate::store) fn panicked(payload: Box<dyn Any + Send>) -> Error {
    // Dropping what the panic carries may panic again.
    std::mem::forget(payload);
    Error::new(
        ErrorKind::Internal,
        "a request panicked in the store; nothing was written, and this is a fault of the library",
    )
}

/// Where a waiting caller stands.
enum Phase {
    /// In the queue, with its job; without one it waits for the lead.
    Queued(Option<Job>),
    /// A leader is carrying its job out.
    Taken,
    /// It has the lead, and its job back.
    Leads(Option<Job>),
    /// Its job is done.
    Done(Result<Steps>),
    /// It gave up waiting.
    Gone,
}

/// A waiting caller.
pub(in crate::store) struct Waiter {
    phase: Mutex<Phase>,
    bell: Condvar,
}

/// What came of queueing.
pub(in crate::store) enum Turn<'a> {
    /// Somebody else did it.
    Done(Result<Steps>),
    /// The caller has the lead, and must do its job itself.
    Lead(Lead<'a>, Option<Job>),
}

/// The lead; passed on when dropped.
pub(in crate::store) struct Lead<'a>(&'a Queue);

/// The callers of one store that write.
pub(in crate::store) struct Queue {
    line: Mutex<Line>,
    /// Rung when as many wait as the leader hoped for.
    gathered: Condvar,
    /// How long beyond its deadline a caller waits for the outcome of a request that a leader has taken up.
    outcome_wait: Duration,
}

impl Default for Queue {
    /// A queue whose leaders are quick: a caller whose request was taken up waits [`OUTCOME_WAIT`] beyond its deadline.
    fn default() -> Self {
        Self { line: Mutex::default(), gathered: Condvar::new(), outcome_wait: OUTCOME_WAIT }
    }
}

#[derive(Default)]
struct Line {
    led: bool,
    waiting: VecDeque<Arc<Waiter>>,
    /// How many the leader waits for.
    hoped_for: usize,
    pace: Pace,
}

/// How the last leader fared.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store) struct Pace {
    /// Callers whose jobs it did, itself among them.
    pub(in crate::store) callers: usize,
    /// How long that took.
    pub(in crate::store) took: Duration,
}

impl Queue {
    /// Whether more than one caller was served the last time.
    pub(in crate::store) fn is_busy(&self) -> bool {
        lock(&self.line).pace.callers > 1
    }

    /// A queue in which nobody waits beyond the deadline: a leader may be waiting for a network.
    pub(in crate::store) fn impatient() -> Self {
        Self { outcome_wait: Duration::ZERO, ..Self::default() }
    }

    /// Waits until the job is done or the caller has the lead; without a job, until it has the lead.
    ///
    /// # Errors
    /// `Undetermined` when the deadline passes first; the message says whether anything may have been done.
    pub(in crate::store) fn enter(&self, job: Option<Job>, deadline: Instant) -> Result<Turn<'_>> {
        let waiter = {
            let mut line = lock(&self.line);
            if !line.led {
                line.led = true;
                return Ok(Turn::Lead(Lead(self), job));
            }
            let waiter = Arc::new(Waiter { phase: Mutex::new(Phase::Queued(job)), bell: Condvar::new() });
            line.waiting.push_back(Arc::clone(&waiter));
            if line.waiting.len() == line.hoped_for {
                self.gathered.notify_one();
            }
            waiter
        };
        self.wait(&waiter, deadline)
    }

    fn wait(&self, waiter: &Arc<Waiter>, deadline: Instant) -> Result<Turn<'_>> {
        let mut phase = lock(&waiter.phase);
        loop {
            let until = match &mut *phase {
                Phase::Queued(_) => deadline,
                Phase::Taken => deadline + self.outcome_wait,
                Phase::Leads(job) => return Ok(Turn::Lead(Lead(self), job.take())),
                Phase::Done(_) | Phase::Gone => {
                    return match std::mem::replace(&mut *phase, Phase::Gone) {
                        Phase::Done(result) => Ok(Turn::Done(result)),
                        _ => Err(Error::new(ErrorKind::Internal, "a request was waited for twice")),
                    };
                }
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let taken = matches!(std::mem::replace(&mut *phase, Phase::Gone), Phase::Taken);
                drop(phase);
                lock(&self.line).waiting.retain(|other| !Arc::ptr_eq(other, waiter));
                return Err(Error::new(
                    ErrorKind::Undetermined,
                    if taken {
                        "the deadline passed while the request was being written; ask again with the same key"
                    } else {
                        "the deadline passed while others were writing; nothing was done: ask again with the same key"
                    },
                ));
            }
            phase = waiter.bell.wait_timeout(phase, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Lead<'_> {
    /// Waits a moment for callers that are likely to come: those that were answered together ask again together. A leader
    /// that did the jobs of several took so long that a quarter of it more is well spent on doing as many again.
    pub(in crate::store) fn gather(&self) {
        let mut line = lock(&self.0.line);
        let until = Instant::now() + (line.pace.took / 4).min(LONGEST_GATHERING);
        line.hoped_for = line.pace.callers.saturating_sub(1);
        while line.waiting.len() < line.hoped_for {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            line = self.0.gathered.wait_timeout(line, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        line.hoped_for = 0;
    }

    /// Notes how it fared, for the next leader.
    pub(in crate::store) fn note(&self, pace: Pace) {
        lock(&self.0.line).pace = pace;
    }

    /// The next job in the queue, to be done in the same transaction; none when nobody waits, or when the next caller
    /// wants the lead for itself.
    pub(in crate::store) fn next_job(&self) -> Option<(Arc<Waiter>, Job)> {
        let mut line = lock(&self.0.line);
        while let Some(waiter) = line.waiting.front() {
            let mut phase = lock(&waiter.phase);
            match &mut *phase {
                Phase::Queued(None) => return None,
                Phase::Queued(job) => {
                    let job = job.take();
                    *phase = Phase::Taken;
                    drop(phase);
                    let waiter = line.waiting.pop_front();
                    return waiter.zip(job);
                }
                _ => {
                    drop(phase);
                    line.waiting.pop_front();
                }
            }
        }
        None
    }
}

impl Waiter {
    /// Tells the caller what came of its job, if it still waits.
    pub(in crate::store) fn tell(&self, result: Result<Steps>) {
        let mut phase = lock(&self.phase);
        if matches!(*phase, Phase::Taken) {
            *phase = Phase::Done(result);
            drop(phase);
            self.bell.notify_one();
        }
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let mut line = lock(&self.0.line);
        while let Some(waiter) = line.waiting.pop_front() {
            let mut phase = lock(&waiter.phase);
            if let Phase::Queued(job) = &mut *phase {
                let job = job.take();
                *phase = Phase::Leads(job);
                drop(phase);
                waiter.bell.notify_one();
                return;
            }
        }
        line.led = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    fn job() -> Option<Job> {
        Some(Job { steps: Vec::new(), all_or_nothing: false })
    }

    fn lead(queue: &Queue) -> Lead<'_> {
        match queue.enter(job(), soon()).unwrap() {
            Turn::Lead(lead, _) => lead,
            Turn::Done(_) => panic!("nobody could have done it"),
        }
    }

    #[test]
    fn the_leader_does_the_followers_job_and_then_passes_the_lead_on() {
        let queue = Queue::default();
        let first = lead(&queue);
        std::thread::scope(|scope| {
            let follower = scope.spawn(|| match queue.enter(job(), soon()).unwrap() {
                Turn::Done(result) => result.unwrap().written,
                Turn::Lead(..) => panic!("its job was taken"),
            });
            let (waiter, _) = loop {
                if let Some(next) = first.next_job() {
                    break next;
                }
            };
            waiter.tell(Ok(Steps { written: true, answers: Vec::new() }));
            assert!(follower.join().unwrap());

            let alone = scope.spawn(|| matches!(queue.enter(None, soon()).unwrap(), Turn::Lead(_, None)));
            while lock(&queue.line).waiting.is_empty() {
                std::thread::yield_now();
            }
            assert!(first.next_job().is_none(), "a caller that wants the lead is not a job");
            drop(first);
            assert!(alone.join().unwrap());
        });
        assert!(!lock(&queue.line).led, "the lead was given back by all");
    }

    #[test]
    fn a_follower_whose_deadline_passes_withdraws_its_job() {
        let queue = Queue::default();
        let first = lead(&queue);
        let error = queue.enter(job(), Instant::now()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Undetermined);
        assert!(first.next_job().is_none());
    }
}
