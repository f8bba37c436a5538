//! What needs a process of its own: forks, and handles that nobody gave out.
#![cfg(unix)]
#![allow(unsafe_code, reason = "the exports are called as C calls them, and the process is forked")]

mod ffi_host;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ffi_host::{CUSTOMERS, Host, LIMITS, ask, call, close, import, open, order};
use obligor::ffi::decision::*;
use obligor::ffi::order::*;
use obligor::ffi::status::*;

/// One test at a time: forged handles would meet the other's engines.
static ALONE: Mutex<()> = Mutex::new(());

fn check(engine: u32) -> Result<i32, i32> {
    ask(obligor_order_check, engine, &order("1001", "", "", 100)).map(|(decision, _)| decision.outcome)
}

#[test]
fn stale_doubled_and_invented_handles_are_answered() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let host = Host::new();
    assert_eq!(check(host.engine), Ok(OBLIGOR_OUTCOME_APPROVE));
    assert_eq!(close(host.engine), OBLIGOR_OK);
    assert_eq!(close(host.engine), OBLIGOR_E_ENGINE);
    assert_eq!(check(host.engine), Err(OBLIGOR_E_ENGINE));
    // The slot is used again, and the old number still is not its number.
    let again = open(host.folder.path()).unwrap();
    assert_ne!(again, host.engine);
    assert_eq!(check(host.engine), Err(OBLIGOR_E_ENGINE));
    let one_bit_off = (0..32).map(|bit| again ^ (1 << bit));
    for forged in (0..2000).chain(one_bit_off).chain([u32::MAX, 1 << 31, (1 << 31) - 1]) {
        if forged != again {
            assert_eq!(check(forged), Err(OBLIGOR_E_ENGINE), "{forged:#x}");
            assert_eq!(close(forged), OBLIGOR_E_ENGINE, "{forged:#x}");
        }
    }
    assert_eq!(check(again), Ok(OBLIGOR_OUTCOME_APPROVE));
    assert_eq!(close(again), OBLIGOR_OK);
}

/// What a forked child does; the answer is its exit code.
fn child(inherited: u32, same: &Path, other: &Path) -> i32 {
    if check(inherited) != Err(OBLIGOR_E_FORKED) {
        return 1;
    }
    if close(inherited) != OBLIGOR_E_FORKED || call(inherited, "stats", "{}", 4096) != Err(OBLIGOR_E_FORKED) {
        return 2;
    }
    // For another process the parent's store is a store as any other.
    for (at, folder) in [other, same].into_iter().enumerate() {
        let first = 10 * (i32::try_from(at).unwrap_or(0) + 1);
        let Ok(engine) = open(folder) else { return first };
        if check(engine) != Ok(OBLIGOR_OUTCOME_APPROVE) {
            return first + 1;
        }
        if close(engine) != OBLIGOR_OK {
            return first + 2;
        }
    }
    0
}

#[test]
fn a_forked_child_opens_an_engine_of_its_own() {
    const FORKS: usize = 40;
    const THREADS: usize = 8;
    const MOST: Duration = Duration::from_secs(4);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let host = Host::new();
    let other = Host::new();
    assert_eq!(close(other.engine), OBLIGOR_OK);
    let (stop, reserved) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut slowest = Duration::ZERO;
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let (engine, stop, reserved) = (host.engine, &stop, &reserved);
            scope.spawn(move || {
                for round in 0_u64.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    assert_eq!(check(engine), Ok(OBLIGOR_OUTCOME_APPROVE));
                    let document = format!("{number}-{round}");
                    let asked = order("1003", &document, &document, 1);
                    let (decision, _) = ask(obligor_order_reserve, engine, &asked).unwrap();
                    assert_eq!(decision.outcome, OBLIGOR_OUTCOME_APPROVE);
                    reserved.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for fork in 0..FORKS {
                let began = Instant::now();
                // SAFETY: the child calls the library and ends with `_exit`; that this works is what is tested.
                let process = unsafe { libc::fork() };
                if process == 0 {
                    let answer =
                        std::panic::catch_unwind(|| child(host.engine, host.folder.path(), other.folder.path()));
                    // SAFETY: no destructor and no test harness of the parent may run here.
                    unsafe { libc::_exit(answer.unwrap_or(99)) };
                }
                assert!(process > 0);
                let mut status = -1;
                // SAFETY: the pointer is to a local, and the process is our child.
                while unsafe { libc::waitpid(process, &raw mut status, libc::WNOHANG) } == 0 {
                    if began.elapsed() > MOST {
                        // SAFETY: the process is our child.
                        unsafe { libc::kill(process, libc::SIGKILL) };
                        panic!("child {fork} was not done after {MOST:?}");
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "child {fork} said {status:#x}");
                slowest = slowest.max(began.elapsed());
            }
        }));
        stop.store(true, Ordering::Relaxed);
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
    println!(
        "{} reservations beside {FORKS} forks, the slowest child took {slowest:?}",
        reserved.load(Ordering::Relaxed)
    );
    assert!(reserved.load(Ordering::Relaxed) > 0);
    // The parent's engine went on as if nothing had happened.
    assert_eq!(check(host.engine), Ok(OBLIGOR_OUTCOME_APPROVE));
    for (kind, content) in [("customers", CUSTOMERS), ("limits", LIMITS)] {
        import(host.engine, kind, content, None, std::ptr::null_mut()).unwrap();
    }
}
