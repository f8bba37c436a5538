//! The pulse: counters that say how often a store was written, so that facts in memory are known to be old.
//!
//! Who keeps facts takes a [`Stamp`] *before* reading them. While the pulse still shows what the stamp says, nobody has
//! written them since. One counter is of everything, one of the accounts that share limits with others, and one of each
//! account; accounts whose numbers lie [`SLOTS`] apart share one, and are at worst thought old when they are not.
//!
//! The counters are this process's own, or lie in memory that all processes of a machine share: then a look at them is
//! a look at what everybody did. Where writers take turns ([`Beat`]), a counter is **odd** while a write is on its way
//! into the store: nobody can say then on which side of it facts were read, so no stamp with an odd counter is ever
//! current. A writer that dies in the middle leaves them odd, and nothing of these accounts is taken from memory until
//! the next writer has mended them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::Ordering::{Acquire, SeqCst};
use std::sync::atomic::{AtomicU64, fence};

use crate::credit::AccountId;

/// Accounts that have a counter of their own.
const SLOTS: usize = 65_536;
/// The counter of everything.
const ALL: usize = 0;
/// The counter of the accounts that share limits.
const POOLS: usize = 1;
/// Not a counter: 1 while a writer is between making counters odd and making them even.
const OPEN: usize = 2;
/// The counter of writes, whatever they wrote; it moves before the others do.
const WRITES: usize = 3;
/// The first counter of an account; behind a line of the processor's cache that is read at every look.
const FIRST: usize = 8;

/// How often a store was written. Any thread may look at it; nobody waits.
pub struct Pulse {
    words: Box<dyn AsRef<[AtomicU64]> + Send + Sync>,
}

/// What the pulse showed of an account before its facts were read, or what it shows once they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    all: u64,
    pools: u64,
    account: u64,
}

impl Stamp {
    /// What the pulse shows after one write of the account, if it is the only one since; `pooled` says whether it shares
    /// limits with others.
    pub(in crate::store) fn after_a_write(self, pooled: bool) -> Self {
        let pools = if pooled { self.pools.wrapping_add(2) } else { self.pools };
        Self { account: self.account.wrapping_add(2), pools, ..self }
    }
}

impl Default for Pulse {
    fn default() -> Self {
        Self::new()
    }
}

impl Pulse {
    /// How many words a pulse has.
    pub const WORDS: usize = FIRST + SLOTS;

    /// A pulse of this process alone.
    pub fn new() -> Self {
        Self::over(Box::new(Box::from_iter((0..Self::WORDS).map(|_| AtomicU64::new(0)))))
    }

    /// A pulse over words that others may see too, [`Pulse::WORDS`] of them. Words that are missing are never current.
    pub fn over(words: Box<dyn AsRef<[AtomicU64]> + Send + Sync>) -> Self {
        Self { words }
    }

    /// What the pulse shows of an account now, for facts that are read after this.
    pub fn stamp(&self, id: AccountId) -> Stamp {
        Stamp { all: self.look(ALL), pools: self.look(POOLS), account: self.look(slot(id)) }
    }

    /// How often anything was written, for [`Pulse::stamp_since`].
    pub fn writes(&self) -> u64 {
        self.look(WRITES)
    }

    /// What the pulse showed of an account when it showed this many writes, for facts that were read after that; `None`
    /// when anything was written since. For an account whose number is known only once its facts are.
    pub fn stamp_since(&self, id: AccountId, writes: u64) -> Option<Stamp> {
        let stamp = self.stamp(id);
        (writes.is_multiple_of(2) && self.writes() == writes).then_some(stamp)
    }

    /// Whether nobody has written the facts of an account since this stamp of it was taken; `pooled` says whether it
    /// shares limits with others.
    pub fn is_current(&self, id: AccountId, stamp: &Stamp, pooled: bool) -> bool {
        let still = |at: usize, seen: u64| seen.is_multiple_of(2) && self.look(at) == seen;
        still(slot(id), stamp.account) && still(ALL, stamp.all) && (!pooled || still(POOLS, stamp.pools))
    }

    /// A pulse of this process alone that shows what this one shows now: for stamps of accounts that are found later.
    pub fn copy(&self) -> Self {
        Self::over(Box::new(Box::from_iter((0..Self::WORDS).map(|at| AtomicU64::new(self.look(at))))))
    }

    /// Notes a write of an account that is in the store.
    pub fn moved(&self, id: AccountId, pooled: bool) {
        self.add(WRITES, 2);
        self.add(slot(id), 2);
        if pooled {
            self.add(POOLS, 2);
        }
    }

    /// Notes that anything may have been written.
    pub fn all_moved(&self) {
        self.add(WRITES, 2);
        self.add(ALL, 2);
    }

    /// Makes every counter even that a writer left odd, and other than it was before that. Only for one whose turn it
    /// is to write.
    pub(in crate::store) fn mend(&self) {
        for (at, word) in (*self.words).as_ref().iter().enumerate() {
            if at != OPEN && !word.load(Acquire).is_multiple_of(2) {
                word.fetch_add(1, SeqCst);
            }
        }
        self.set_open(0);
    }

    fn word(&self, at: usize) -> Option<&AtomicU64> {
        (*self.words).as_ref().get(at)
    }

    fn look(&self, at: usize) -> u64 {
        self.word(at).map_or(1, |word| word.load(Acquire))
    }

    fn add(&self, at: usize, more: u64) {
        if let Some(word) = self.word(at) {
            word.fetch_add(more, SeqCst);
        }
    }

    fn set_open(&self, to: u64) {
        if let Some(word) = self.word(OPEN) {
            word.store(to, SeqCst);
        }
    }
}

fn slot(id: AccountId) -> usize {
    FIRST + usize::try_from(id.0).unwrap_or(0) % SLOTS
}

/// One transaction of a store whose writers take turns: what it has written so far. While there is one on a pulse there
/// is no other on it, in any process.
pub(in crate::store) struct Beat<'a> {
    pulse: &'a Pulse,
    /// How often it wrote what each counter counts.
    moves: RefCell<HashMap<usize, u64>>,
}

impl<'a> Beat<'a> {
    /// Begins. What a writer that died left behind is mended first.
    pub(in crate::store) fn begin(pulse: &'a Pulse) -> Self {
        if pulse.look(OPEN) != 0 {
            pulse.mend();
        }
        Self { pulse, moves: RefCell::default() }
    }

    /// Notes a write of an account.
    pub(in crate::store) fn note(&self, id: AccountId, pooled: bool) {
        self.move_once(slot(id));
        if pooled {
            self.note_pools();
        }
    }

    /// Notes that a pool may have been written, or who belongs to it.
    pub(in crate::store) fn note_pools(&self) {
        self.move_once(POOLS);
    }

    /// Notes that everything is to be read anew.
    pub(in crate::store) fn note_all(&self) {
        self.move_once(ALL);
    }

    fn move_once(&self, at: usize) {
        *self.moves.borrow_mut().entry(at).or_default() += 1;
    }

    /// The stamp of an account as it stands in this transaction now: current once that is committed, unless the
    /// transaction goes on and writes it again. It must not be used when the transaction fails.
    pub(in crate::store) fn stamp(&self, id: AccountId) -> Stamp {
        let moves = self.moves.borrow();
        let then = |at: usize| {
            let now = self.pulse.look(at);
            moves.get(&at).map_or(now, |count| (now | 1).wrapping_add(2 * count - 1))
        };
        Stamp { all: then(ALL), pools: then(POOLS), account: then(slot(id)) }
    }

    /// Commits by `work`: the counters of what was written are odd while it runs and have moved when it is done,
    /// whatever came of it. Once, at the end.
    pub(in crate::store) fn commit<T>(&self, work: impl FnOnce() -> T) -> T {
        let moves = self.moves.take();
        if moves.is_empty() {
            return work();
        }
        self.pulse.set_open(1);
        let mut open = Open { pulse: self.pulse, moves };
        if let Some(word) = self.pulse.word(WRITES) {
            word.fetch_or(1, SeqCst);
        }
        open.moves.insert(WRITES, 1);
        for at in open.moves.keys() {
            if let Some(word) = self.pulse.word(*at) {
                word.fetch_or(1, SeqCst);
            }
        }
        // Whoever sees anything of the commit sees the counters odd.
        fence(SeqCst);
        let done = work();
        drop(open);
        done
    }
}

/// Counters that are odd. They are even again when this is dropped, also where committing panics.
struct Open<'a> {
    pulse: &'a Pulse,
    moves: HashMap<usize, u64>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        for (at, count) in &self.moves {
            self.pulse.add(*at, 2 * count - 1);
        }
        self.pulse.set_open(0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;

    use super::*;

    const A: AccountId = AccountId(7);
    const B: AccountId = AccountId(8);

    fn current(pulse: &Pulse, id: AccountId, stamp: Stamp) -> (bool, bool) {
        (pulse.is_current(id, &stamp, false), pulse.is_current(id, &stamp, true))
    }

    #[test]
    fn a_write_makes_old_what_it_wrote_and_nothing_else() {
        let pulse = Pulse::new();
        let (a, b) = (pulse.stamp(A), pulse.stamp(B));
        assert_eq!((current(&pulse, A, a), current(&pulse, B, b)), ((true, true), (true, true)));
        let writes = pulse.writes();
        assert_eq!(pulse.stamp_since(A, writes), Some(a));
        pulse.moved(B, false);
        assert_eq!(pulse.stamp_since(A, writes), None, "it may have been A");
        let b = pulse.stamp(B);
        pulse.moved(A, false);
        assert_eq!((current(&pulse, A, a), current(&pulse, B, b)), ((false, false), (true, true)));
        pulse.moved(A, true);
        assert_eq!(current(&pulse, B, b), (true, false), "it shares a limit with the account that was written");
        let (copy, b) = (pulse.copy(), pulse.stamp(B));
        assert_eq!(copy.stamp(B), b);
        pulse.all_moved();
        assert_eq!(current(&pulse, B, b), (false, false));
        assert_eq!(current(&pulse, B, copy.stamp(B)), (false, false), "the copy stays as it was");
        // One that shares its counter is thought old too.
        let far = AccountId(A.0 + u32::try_from(SLOTS).unwrap());
        let stamp = pulse.stamp(far);
        pulse.moved(A, false);
        assert_eq!(current(&pulse, far, stamp), (false, false));
    }

    #[test]
    fn words_that_are_missing_are_never_current() {
        let pulse = Pulse::over(Box::new(Box::from([])));
        pulse.moved(A, true);
        Beat::begin(&pulse).commit(|| pulse.mend());
        assert_eq!(current(&pulse, A, pulse.stamp(A)), (false, false));
    }

    #[test]
    fn what_a_transaction_wrote_is_current_once_it_is_committed() {
        let pulse = Pulse::new();
        let before = pulse.stamp(A);
        let beat = Beat::begin(&pulse);
        beat.note(A, true);
        let first = beat.stamp(A);
        beat.note(A, true);
        let (second, other) = (beat.stamp(A), beat.stamp(B));
        beat.note_pools();
        assert_eq!(current(&pulse, A, before), (true, true), "nothing is in the store yet");
        beat.commit(|| {
            assert_eq!(current(&pulse, A, before), (false, false));
            assert_eq!(current(&pulse, A, pulse.stamp(A)), (false, false), "nobody knows what was read now");
            assert_eq!(current(&pulse, B, pulse.stamp(B)), (true, false));
        });
        assert_eq!(current(&pulse, A, first), (false, false), "it was written again in the same transaction");
        assert_eq!(current(&pulse, A, second), (true, false), "a pool was, behind it");
        assert_eq!(current(&pulse, B, other), (true, false));
        assert_eq!(current(&pulse, A, pulse.stamp(A)), (true, true));
        // A transaction that writes no account moves nothing.
        let stamp = pulse.stamp(A);
        Beat::begin(&pulse).commit(|| assert_eq!(current(&pulse, A, stamp), (true, true)));
    }

    #[test]
    fn a_commit_that_panics_leaves_nothing_odd() {
        let pulse = Pulse::new();
        let before = pulse.stamp(A);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let beat = Beat::begin(&pulse);
            beat.note(A, false);
            beat.commit(|| std::panic::resume_unwind(Box::new(())))
        }));
        assert!(panicked.is_err());
        assert_eq!((current(&pulse, A, before), pulse.look(OPEN)), ((false, false), 0));
        assert_eq!(current(&pulse, A, pulse.stamp(A)), (true, true));
    }

    #[test]
    fn what_a_dead_writer_left_is_mended_by_the_next() {
        let pulse = Pulse::new();
        let before = pulse.stamp(A);
        let dead = Beat::begin(&pulse);
        dead.note(A, true);
        dead.note(A, true);
        dead.commit(|| {
            let odd = pulse.stamp(A);
            assert_eq!(current(&pulse, A, odd), (false, false));
            // The writer's process ends here, and the next one begins. What the dead one does after this stands for
            // nothing: it only shows that counters never come back to what they were.
            Beat::begin(&pulse);
            let mended = pulse.stamp(A);
            assert_eq!((current(&pulse, A, mended), current(&pulse, B, pulse.stamp(B))), ((true, true), (true, true)));
            assert_eq!((current(&pulse, A, before), current(&pulse, A, odd)), ((false, false), (false, false)));
        });
        // Left odd, as a power loss may leave one without the mark: a write of it is noticed all the same.
        pulse.mend();
        pulse.add(slot(A), 1);
        let beat = Beat::begin(&pulse);
        beat.note(A, false);
        let written = beat.stamp(A);
        beat.commit(|| ());
        assert_eq!(current(&pulse, A, written), (true, true));
    }

    /// A number that is written by turns, looked at by threads that keep it with a stamp: what is kept is never taken
    /// for current once a later write was acknowledged.
    #[test]
    fn nobody_believes_what_was_written_over() {
        let (pulse, line) = (Pulse::new(), Mutex::new(()));
        let (stored, acknowledged, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        let kept = Mutex::new((0_u64, pulse.stamp(A)));
        let believed = AtomicU64::new(0);
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        for _ in 0..20_000 {
                            let mine = line.lock().unwrap();
                            let beat = Beat::begin(&pulse);
                            let next = stored.load(SeqCst) + 1;
                            beat.note(A, false);
                            let stamp = beat.stamp(A);
                            beat.commit(|| stored.store(next, SeqCst));
                            drop(mine);
                            acknowledged.fetch_max(next, SeqCst);
                            *kept.lock().unwrap() = (next, stamp);
                        }
                    })
                })
                .collect();
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(SeqCst) {
                        let (value, stamp) = *kept.lock().unwrap();
                        let known = acknowledged.load(SeqCst);
                        if pulse.is_current(A, &stamp, false) {
                            assert!(value >= known, "{value} was believed after {known} was acknowledged");
                            believed.fetch_add(1, SeqCst);
                            continue;
                        }
                        let stamp = pulse.stamp(A);
                        let value = stored.load(SeqCst);
                        *kept.lock().unwrap() = (value, stamp);
                    }
                });
            }
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            done.store(true, SeqCst);
        });
        assert!(believed.load(SeqCst) > 0, "what is kept is of some use");
    }
}
