//! Answers that did not fit, kept so that nothing is done twice for want of room.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::Failure;
use super::status::{OBLIGOR_E_NOT_FOUND, OBLIGOR_E_TOO_LARGE};
use super::text::TextOut;
use crate::error::Result;

/// The most answers that are kept for an engine; the oldest goes first.
const MOST: usize = 64;
/// The longest answer that is kept, in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The answers kept for an engine, each for the thread that asked, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<VecDeque<(u64, String)>>);

/// A number of the thread. The system's own would be given again when a thread ends, and with it another's answer.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: Cell<u64> = const { Cell::new(0) };
    }
    if NUMBER.get() == 0 {
        NUMBER.set(NEXT.fetch_add(1, Ordering::Relaxed));
    }
    NUMBER.get()
}

impl Answers {
    fn kept(&self) -> MutexGuard<'_, VecDeque<(u64, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<String> {
        let (thread, mut kept) = (this_thread(), self.kept());
        let at = kept.iter().position(|(whose, _)| *whose == thread)?;
        kept.remove(at).map(|(_, answer)| answer)
    }

    fn keep(&self, answer: String) {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back((this_thread(), answer));
    }

    /// Does something and hands its answer out. One that does not fit is kept.
    pub(super) fn answer(
        &self,
        out: TextOut,
        ask: impl FnOnce() -> Result<String>,
    ) -> std::result::Result<(), Failure> {
        drop(self.take());
        // No lock is held here: what is asked may call the host, and the host may call again.
        let answer = ask()?;
        self.hand_out(out, answer)
    }

    /// Hands out the answer that was kept for this thread.
    pub(super) fn again(&self, out: TextOut) -> std::result::Result<(), Failure> {
        let none = || Failure::new(OBLIGOR_E_NOT_FOUND, "no answer is kept for this thread");
        let answer = self.take().ok_or_else(none)?;
        self.hand_out(out, answer)
    }

    fn hand_out(&self, out: TextOut, answer: String) -> std::result::Result<(), Failure> {
        if out.has_room_for(&answer) {
            return out.fill(&answer);
        }
        if answer.len() > MAX_ANSWER_BYTES {
            return Err(Failure::new(
                OBLIGOR_E_TOO_LARGE,
                format!(
                    "it was done, but its answer has {} bytes, and an answer that does not fit is kept up to \
                     {MAX_ANSWER_BYTES} only: ask for less",
                    answer.len()
                ),
            ));
        }
        let failure = out.fill(&answer);
        self.keep(answer);
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::status::OBLIGOR_E_BUFFER;

    /// What a buffer of this size gets.
    fn got(
        cap: usize,
        ask: impl FnOnce(TextOut) -> std::result::Result<(), Failure>,
    ) -> std::result::Result<String, i32> {
        let mut buf = vec![0_u8; cap];
        let mut needed = 0;
        // SAFETY: as large as it says.
        let out = unsafe { TextOut::new(buf.as_mut_ptr().cast(), cap, &raw mut needed) }.unwrap();
        ask(out).map_err(|failure| failure.status)?;
        buf.truncate(needed - 1);
        Ok(String::from_utf8(buf).unwrap())
    }

    #[test]
    fn an_answer_that_does_not_fit_is_kept_until_it_is_fetched() {
        let answers = Answers::default();
        assert_eq!(got(9, |out| answers.answer(out, || Ok("fits".into()))), Ok("fits".into()));
        assert_eq!(got(9, |out| answers.again(out)), Err(OBLIGOR_E_NOT_FOUND));
        assert_eq!(got(3, |out| answers.answer(out, || Ok("wide".into()))), Err(OBLIGOR_E_BUFFER));
        assert_eq!(got(4, |out| answers.again(out)), Err(OBLIGOR_E_BUFFER));
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(got(9, |out| answers.again(out)), Err(OBLIGOR_E_NOT_FOUND)));
        });
        assert_eq!(got(5, |out| answers.again(out)), Ok("wide".into()));
        assert_eq!(got(5, |out| answers.again(out)), Err(OBLIGOR_E_NOT_FOUND));
    }

    #[test]
    fn the_next_call_drops_it_and_the_oldest_goes_first() {
        let answers = Answers::default();
        assert_eq!(got(0, |out| answers.answer(out, || Ok("first".into()))), Err(OBLIGOR_E_BUFFER));
        assert_eq!(got(9, |out| answers.answer(out, || Ok("second".into()))), Ok("second".into()));
        assert_eq!(got(9, |out| answers.again(out)), Err(OBLIGOR_E_NOT_FOUND));
        assert_eq!(got(0, |out| answers.answer(out, || Ok("mine".into()))), Err(OBLIGOR_E_BUFFER));
        let others = |count: usize| {
            for _ in 0..count {
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        assert_eq!(got(0, |out| answers.answer(out, || Ok("other".into()))), Err(OBLIGOR_E_BUFFER))
                    });
                });
            }
        };
        others(MOST - 1);
        assert_eq!(got(0, |out| answers.again(out)), Err(OBLIGOR_E_BUFFER));
        others(MOST);
        assert_eq!(got(9, |out| answers.again(out)), Err(OBLIGOR_E_NOT_FOUND));
        let long = || Ok("x".repeat(MAX_ANSWER_BYTES + 1));
        assert_eq!(got(0, |out| answers.answer(out, long)), Err(OBLIGOR_E_TOO_LARGE));
    }
}
