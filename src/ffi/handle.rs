//! Handles: what a host holds of an engine is a number.
//!
//! A number is a slot and the generation of what stands in it, so a stale, doubled or invented one is told from a live
//! one. Everything about a slot is in one atomic word: its phase, its generation and how many calls are inside. A call
//! gets in by adding itself to the word of an open slot, closing turns the phase, and whoever sees a closing slot
//! empty, the closer or the last call, takes the content down. Nobody waits and there is no lock, so a forked child
//! cannot inherit a held one; it tells its parent's slots by the process they belong to and leaves them alone.

use std::ops::Deref;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::guard::contain;

/// The most things that can be open at once.
pub(super) const SLOTS: usize = 64;

const SLOT_BITS: u32 = 8;
/// After as many lives a slot is not used any more: a number is never given twice.
const LAST_GENERATION: u32 = u32::MAX >> SLOT_BITS;

/// Why there is nothing behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Never was, or was closed.
    NotOpen,
    /// It belongs to the process this one was forked from.
    Forked,
    /// A call panicked in it.
    Failed,
}

/// A table of open things.
pub(super) struct Table<T> {
    slots: [Slot<T>; SLOTS],
}

/// A cache line of its own, so that calls on one engine do not slow down those on another.
#[repr(align(64))]
struct Slot<T> {
    word: AtomicU64,
    content: AtomicPtr<T>,
    process: AtomicU32,
    failed: AtomicBool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
enum Phase {
    Free = 0,
    Opening = 1,
    Open = 2,
    Closing = 3,
}

/// A slot's word, taken apart: users in the lower half, then the generation, then the phase.
#[derive(Debug, Clone, Copy)]
struct Word(u64);

impl Word {
    const fn new(phase: Phase, generation: u32) -> Self {
        Self((phase as u64) << 56 | (generation as u64) << 32)
    }

    fn is(self, phase: Phase) -> bool {
        self.0 >> 56 == phase as u64
    }

    fn generation(self) -> u32 {
        ((self.0 >> 32) & u64::from(LAST_GENERATION)) as u32
    }

    fn users(self) -> u32 {
        self.0 as u32
    }
}

impl<T> Slot<T> {
    const fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
            content: AtomicPtr::new(null_mut()),
            process: AtomicU32::new(0),
            failed: AtomicBool::new(false),
        }
    }

    /// Changes the word of an open slot of this generation and process, and gives what it was before.
    fn change(&self, handle: u32, process: u32, change: impl Fn(u64) -> u64) -> Result<Word, Refusal> {
        let mut word = self.word.load(Ordering::Acquire);
        loop {
            let seen = Word(word);
            if !seen.is(Phase::Open) || seen.generation() != handle >> SLOT_BITS {
                return Err(Refusal::NotOpen);
            }
            if self.process.load(Ordering::Relaxed) != process {
                return Err(Refusal::Forked);
            }
            match self.word.compare_exchange_weak(word, change(word), Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(seen),
                Err(changed) => word = changed,
            }
        }
    }

    /// Ends the content of a closing slot that nobody uses.
    fn take_down(&self) {
        let content = self.content.swap(null_mut(), Ordering::AcqRel);
        if !content.is_null() {
            // SAFETY: it came from a box, and swapping it out makes us the only one that has it: the slot is closing,
            // so nobody gets in, and the last call has left.
            let content = unsafe { Box::from_raw(content) };
            contain(|| drop(content));
        }
        let generation = Word(self.word.load(Ordering::Relaxed)).generation();
        self.word.store(Word::new(Phase::Free, generation).0, Ordering::Release);
    }
}

impl<T> Table<T> {
    pub(super) const fn new() -> Self {
        Self { slots: [const { Slot::new() }; SLOTS] }
    }

    /// Makes a thing and gives its number; `None` when every slot is taken. `process` is whose it is.
    pub(super) fn open<E>(&self, process: u32, make: impl FnOnce() -> Result<T, E>) -> Result<Option<u32>, E> {
        let Some((index, slot, generation)) = self.claim() else { return Ok(None) };
        /// Gives the slot back when the thing cannot be made, also when making it panics.
        struct Claim<'a, T>(&'a Slot<T>, u32);
        impl<T> Drop for Claim<'_, T> {
            fn drop(&mut self) {
                self.0.word.store(Word::new(Phase::Free, self.1).0, Ordering::Release);
            }
        }
        let claim = Claim(slot, generation);
        let content = Box::new(make()?);
        std::mem::forget(claim);
        slot.content.store(Box::into_raw(content), Ordering::Relaxed);
        slot.process.store(process, Ordering::Relaxed);
        slot.failed.store(false, Ordering::Relaxed);
        slot.word.store(Word::new(Phase::Open, generation).0, Ordering::Release);
        Ok(Some(generation << SLOT_BITS | index))
    }

    fn claim(&self) -> Option<(u32, &Slot<T>, u32)> {
        (0_u32..).zip(&self.slots).find_map(|(index, slot)| {
            let word = Word(slot.word.load(Ordering::Acquire));
            let generation = word.generation() + 1;
            if !word.is(Phase::Free) || generation > LAST_GENERATION {
                return None;
            }
            let claimed = Word::new(Phase::Opening, generation).0;
            slot.word.compare_exchange(word.0, claimed, Ordering::AcqRel, Ordering::Relaxed).ok()?;
            Some((index, slot, generation))
        })
    }

    /// Lets a call in; it is inside until what this gives is dropped.
    pub(super) fn enter(&self, handle: u32, process: u32) -> Result<Use<'_, T>, Refusal> {
        let slot = self.slot(handle).ok_or(Refusal::NotOpen)?;
        slot.change(handle, process, |word| word + 1)?;
        let used = Use { slot, process, panicking: std::thread::panicking() };
        if slot.failed.load(Ordering::Relaxed) { Err(Refusal::Failed) } else { Ok(used) }
    }

    /// Lets nobody in any more. The content ends with the last call that is inside.
    pub(super) fn close(&self, handle: u32, process: u32) -> Result<(), Refusal> {
        let slot = self.slot(handle).ok_or(Refusal::NotOpen)?;
        let closing = Word::new(Phase::Closing, handle >> SLOT_BITS).0;
        let before = slot.change(handle, process, |word| closing | u64::from(Word(word).users()))?;
        if before.users() == 0 {
            slot.take_down();
        }
        Ok(())
    }

    fn slot(&self, handle: u32) -> Option<&Slot<T>> {
        let index = handle & ((1 << SLOT_BITS) - 1);
        self.slots.get(usize::try_from(index).ok()?)
    }
}

/// A call inside an open thing.
pub(super) struct Use<'a, T> {
    slot: &'a Slot<T>,
    process: u32,
    /// Whether the thread was unwinding already when it came in: then a panic is not ours.
    panicking: bool,
}

impl<T> Deref for Use<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the content is taken down only when nobody is inside, and we are. It was stored before the slot was
        // opened, and we saw it open.
        unsafe { &*self.slot.content.load(Ordering::Relaxed) }
    }
}

impl<T> Drop for Use<'_, T> {
    fn drop(&mut self) {
        if !self.panicking && std::thread::panicking() {
            self.slot.failed.store(true, Ordering::Relaxed);
        }
        // In a child that was forked inside the call the content is the parent's.
        let ours = super::fork::process() == self.process;
        let before = Word(self.slot.word.fetch_sub(1, Ordering::AcqRel));
        if ours && before.is(Phase::Closing) && before.users() == 1 {
            self.slot.take_down();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Arc, Barrier};

    use super::*;
    use crate::ffi::fork::process;

    struct Counted(Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn open(table: &Table<Counted>, ended: &Arc<AtomicUsize>) -> u32 {
        table.open(process(), || Ok::<_, ()>(Counted(Arc::clone(ended)))).unwrap().unwrap()
    }

    #[test]
    fn numbers_are_never_given_twice_and_stale_ones_are_told() {
        let (table, ended) = (Table::new(), Arc::default());
        let mut given = Vec::new();
        for round in 1..=100 {
            let handle = open(&table, &ended);
            assert!(handle != 0 && !given.contains(&handle));
            given.push(handle);
            assert!(table.enter(handle, process()).is_ok());
            assert_eq!(table.close(handle, process()), Ok(()));
            assert_eq!(ended.load(Ordering::SeqCst), round);
        }
        given.extend([0, 1, 63, 64, 255, 256, u32::MAX, 1 << 31]);
        for handle in given {
            assert_eq!(table.enter(handle, process()).err(), Some(Refusal::NotOpen));
            assert_eq!(table.close(handle, process()), Err(Refusal::NotOpen));
        }
    }

    #[test]
    fn the_last_call_takes_a_closed_one_down() {
        let (table, ended) = (Table::new(), Arc::default());
        let handle = open(&table, &ended);
        let inside = [table.enter(handle, process()).ok().unwrap(), table.enter(handle, process()).ok().unwrap()];
        assert_eq!(table.close(handle, process()), Ok(()));
        assert_eq!(table.close(handle, process()), Err(Refusal::NotOpen));
        assert_eq!(table.enter(handle, process()).err(), Some(Refusal::NotOpen));
        // A slot that is still closing is not given to anybody.
        let another = open(&table, &ended);
        assert_ne!(another & 0xFF, handle & 0xFF);
        assert_eq!(inside[0].0.load(Ordering::SeqCst), 0);
        drop(inside);
        assert_eq!(ended.load(Ordering::SeqCst), 1);
        assert_eq!(table.close(another, process()), Ok(()));
    }

    #[test]
    fn there_are_only_so_many_and_a_failed_opening_takes_none() {
        let (table, ended) = (Table::new(), Arc::default());
        for _ in 0..2 * SLOTS {
            assert_eq!(table.open(process(), || Err::<Counted, _>(7)).unwrap_err(), 7);
        }
        let all: Vec<u32> = (0..SLOTS).map(|_| open(&table, &ended)).collect();
        assert_eq!(table.open(process(), || Ok::<_, ()>(Counted(Arc::clone(&ended)))), Ok(None));
        for handle in all {
            assert_eq!(table.close(handle, process()), Ok(()));
        }
    }

    #[test]
    fn a_worn_out_slot_is_left_alone() {
        let (table, ended) = (Table::new(), Arc::default());
        table.slots[0].word.store(Word::new(Phase::Free, LAST_GENERATION - 1).0, Ordering::Relaxed);
        let last = open(&table, &ended);
        assert_eq!(last, LAST_GENERATION << SLOT_BITS);
        assert_eq!(table.close(last, process()), Ok(()));
        let next = open(&table, &ended);
        assert_eq!(next & 0xFF, 1);
        assert_eq!(table.close(next, process()), Ok(()));
    }

    #[test]
    fn another_process_is_told_and_changes_nothing() {
        let (table, ended) = (Table::new(), Arc::default());
        let handle = open(&table, &ended);
        assert_eq!(table.enter(handle, process() + 1).err(), Some(Refusal::Forked));
        assert_eq!(table.close(handle, process() + 1), Err(Refusal::Forked));
        assert_eq!(ended.load(Ordering::SeqCst), 0);
        assert_eq!(table.close(handle, process()), Ok(()));
    }

    #[test]
    fn a_panic_fails_the_one_it_happened_in() {
        super::super::guard::keep_panics_quiet();
        let (table, ended) = (Table::new(), Arc::default());
        let (hurt, well) = (open(&table, &ended), open(&table, &ended));
        super::super::guard::guard(|| {
            let _inside = table.enter(hurt, process());
            panic!("in a call");
        });
        assert_eq!(table.enter(hurt, process()).err(), Some(Refusal::Failed));
        assert!(table.enter(well, process()).is_ok());
        assert_eq!(table.close(hurt, process()), Ok(()));
        assert_eq!(ended.load(Ordering::SeqCst), 1);
        assert_eq!(table.close(well, process()), Ok(()));
    }

    #[test]
    fn threads_that_call_open_and_close_never_meet_a_dead_one() {
        const THREADS: usize = 4;
        let rounds = if cfg!(miri) { 30 } else { 20_000 };
        let (table, ended) = (Arc::new(Table::new()), Arc::<AtomicUsize>::default());
        let shared = Arc::new(AtomicU32::new(open(&table, &ended)));
        let start = Arc::new(Barrier::new(THREADS));
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (table, ended, shared, start) =
                    (Arc::clone(&table), Arc::clone(&ended), Arc::clone(&shared), Arc::clone(&start));
                std::thread::spawn(move || {
                    start.wait();
                    let mut closed = 0;
                    for round in 0..rounds {
                        let handle = shared.load(Ordering::Relaxed);
                        if let Ok(inside) = table.enter(handle, process()) {
                            assert!(Arc::ptr_eq(&inside.0, &ended));
                        }
                        if round % THREADS == number && table.close(handle, process()).is_ok() {
                            closed += 1;
                            shared.store(open(&table, &ended), Ordering::Relaxed);
                        }
                    }
                    closed
                })
            })
            .collect();
        let closed: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert!(closed > 0);
        assert_eq!(table.close(shared.load(Ordering::Relaxed), process()), Ok(()));
        assert_eq!(ended.load(Ordering::SeqCst), closed + 1);
    }
}
