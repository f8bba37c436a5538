//! What a fork does to us.
//!
//! An engine works in the process that opened it. After a fork the child has copies of its parent's engines, with locks
//! that vanished threads may have held; it answers `OBLIGOR_E_FORKED` for them, touches nothing of them, and opens its
//! own.

use std::sync::atomic::{AtomicU32, Ordering};

/// The process as far as engines are concerned: 0 until it matters, then its id. Kept, because asking the system at
/// every call would cost more than the call.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Which process this is.
pub(super) fn process() -> u32 {
    PROCESS.load(Ordering::Relaxed)
}

/// Called before the first engine is opened: from here on forks are noticed.
#[cfg(all(unix, not(miri)))]
pub(super) fn watch() {
    use crate::store::sqlite::fork_gate::{close_for_fork, reopen_in_child, reopen_in_parent};
    use std::sync::atomic::AtomicBool;

    extern "C" fn before() {
        close_for_fork();
    }
    extern "C" fn in_parent() {
        reopen_in_parent();
    }
    extern "C" fn in_child() {
        PROCESS.store(std::process::id(), Ordering::Relaxed);
        reopen_in_child();
    }
    static DONE: AtomicBool = AtomicBool::new(false);
    PROCESS.store(std::process::id(), Ordering::Relaxed);
    if DONE.swap(true, Ordering::AcqRel) {
        return;
    }
    // SAFETY: the three functions stay where they are, since the library is never unloaded. It fails only without
    // memory, and then the store still notices a fork by the process's id.
    unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
}

/// Called before the first engine is opened. There is no fork here.
#[cfg(not(all(unix, not(miri))))]
pub(super) fn watch() {
    PROCESS.store(std::process::id(), Ordering::Relaxed);
}
