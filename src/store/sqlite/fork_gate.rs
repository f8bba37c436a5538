//! Keeps `fork` out of SQLite.
//!
//! A fork copies one thread and every lock as it stood. If another thread was inside SQLite at that moment, the child
//! inherits mutexes that nobody will ever release, and hangs in its first call. So every stretch of SQLite calls runs
//! inside a [`Pass`], and a fork closes the gate, waits until nobody is inside, forks, and opens the gate again.
//!
//! The three hooks are for `pthread_atfork`, in this order: [`close_for_fork`] before, [`reopen_in_parent`] and
//! [`reopen_in_child`] after. They touch atomics and the calling thread's own cells, and in the child close two files.
//! The wait has an end ([`FORK_WAIT`]): a fork is late at worst, never stuck. A child forked past somebody inside is
//! *spoiled*: it may do anything but open a store, and opening one says so.
//!
//! Nobody sleeps, waits for a lock of ours or calls the host inside a pass.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// How long a fork waits for those inside before it goes on without them.
pub const FORK_WAIT: Duration = Duration::from_secs(2);

/// How often those who wait look again.
const LOOK_AGAIN: Duration = Duration::from_micros(50);

/// Threads inside, or about to find the gate closed.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// Forks under way.
static CLOSED: AtomicUsize = AtomicUsize::new(0);
/// The process whose threads last used SQLite, 0 before the first.
static INHABITANT: AtomicU32 = AtomicU32::new(0);
/// The process that a clean fork made, 0 if this process was not made by one.
static CLEAN_CHILD: AtomicU32 = AtomicU32::new(0);
/// Whether a fork on the way to this process went past somebody inside.
static SPOILED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// How many passes this thread holds.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// Whether the fork this thread is making found nobody inside.
    static CLEAN: Cell<bool> = const { Cell::new(false) };
}

/// The right to call SQLite; given back when dropped. It stays on its thread.
pub(super) struct Pass {
    stays_on_its_thread: PhantomData<*const ()>,
}

/// Waits while a fork is under way, then lets the thread in. A thread that is inside may enter again.
pub(super) fn enter() -> Pass {
    if DEPTH.get() == 0 {
        loop {
            INSIDE.fetch_add(1, SeqCst);
            if CLOSED.load(SeqCst) == 0 {
                break;
            }
            INSIDE.fetch_sub(1, SeqCst);
            std::thread::sleep(LOOK_AGAIN);
        }
    }
    DEPTH.set(DEPTH.get() + 1);
    Pass { stays_on_its_thread: PhantomData }
}

impl Drop for Pass {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
        if DEPTH.get() == 0 {
            INSIDE.fetch_sub(1, SeqCst);
        }
    }
}

/// Before a fork, on the forking thread: lets nobody in any more and waits until everybody is out, at most
/// [`FORK_WAIT`]. A thread that forks inside its own pass does not wait for itself, but its child is spoiled.
pub fn close_for_fork() {
    let this = std::process::id();
    let inhabitant = INHABITANT.load(SeqCst);
    if inhabitant != 0 && inhabitant != this && CLEAN_CHILD.load(SeqCst) != this {
        SPOILED.store(true, SeqCst);
    }
    CLOSED.fetch_add(1, SeqCst);
    let own = usize::from(DEPTH.get() > 0);
    let until = Instant::now() + FORK_WAIT;
    while INSIDE.load(SeqCst) > own && Instant::now() < until {
        std::thread::sleep(LOOK_AGAIN);
    }
    CLEAN.set(INSIDE.load(SeqCst) == 0);
}

/// After a fork, in the parent, on the forking thread: lets threads in again.
pub fn reopen_in_parent() {
    CLOSED.fetch_sub(1, SeqCst);
}

/// After a fork, in the child: only the forking thread is left, so the count starts anew.
pub fn reopen_in_child() {
    if !CLEAN.get() {
        SPOILED.store(true, SeqCst);
    }
    let clean = !SPOILED.load(SeqCst);
    CLEAN_CHILD.store(if clean { std::process::id() } else { 0 }, SeqCst);
    INSIDE.store(usize::from(DEPTH.get() > 0), SeqCst);
    CLOSED.store(0, SeqCst);
    if clean {
        super::inherited::drop_lock_files();
    }
}

/// Whether this process may use SQLite, as far as forks are concerned. Counts it as the one that does, if so.
pub(super) fn admit() -> bool {
    let this = std::process::id();
    let inhabitant = INHABITANT.load(SeqCst);
    let admitted = inhabitant == 0 || inhabitant == this || CLEAN_CHILD.load(SeqCst) == this;
    if admitted {
        INHABITANT.store(this, SeqCst);
    }
    admitted
}
