//! Forks. The three hooks are registered as the C interface registers them.
#![cfg(unix)]

mod store_common;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant as Deadline};

use obligor::error::ErrorKind;
use obligor::store::Store;
use obligor::store::sqlite::{SqliteStore, fork_gate};
use store_common::*;

/// A child that takes longer hangs. The promise is 4 seconds on a machine of its own.
const CHILD_SECONDS: u32 = 20;

/// Registers the hooks, and keeps the other tests of this program out meanwhile: what they have inside SQLite would be
/// forked past.
fn register() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    extern "C" fn before() {
        fork_gate::close_for_fork();
    }
    extern "C" fn parent() {
        fork_gate::reopen_in_parent();
    }
    extern "C" fn child() {
        fork_gate::reopen_in_child();
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the three functions live as long as the program.
        assert_eq!(unsafe { libc::pthread_atfork(Some(before), Some(parent), Some(child)) }, 0);
    });
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forks, runs the work in the child, and returns the child's number. The work says by a word what went wrong.
fn fork(work: impl FnOnce() -> Result<(), String>) -> libc::pid_t {
    // SAFETY: the child runs only the work and leaves with `_exit`; allocating is safe after fork in the C libraries
    // that are tested here, and the store's own locks are what the test is about.
    let id = unsafe { libc::fork() };
    assert!(id >= 0);
    if id == 0 {
        // SAFETY: `alarm` and `_exit` may be called at any time.
        unsafe { libc::alarm(CHILD_SECONDS) };
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        let code = match result {
            Ok(Ok(())) => 0,
            Ok(Err(why)) => {
                let _ = writeln!(std::io::stderr(), "in the child: {why}");
                1
            }
            Err(_) => 2,
        };
        // SAFETY: as above.
        unsafe { libc::_exit(code) };
    }
    id
}

/// Waits for a child that must succeed.
fn join(id: libc::pid_t) {
    let mut status = 0;
    // SAFETY: `status` is valid for the call.
    assert_eq!(unsafe { libc::waitpid(id, &raw mut status, 0) }, id);
    assert!(libc::WIFEXITED(status), "the child was killed by signal {}: it hung", libc::WTERMSIG(status));
    assert_eq!(libc::WEXITSTATUS(status), 0);
}

fn expect(what: &str, is: bool) -> Result<(), String> {
    if is { Ok(()) } else { Err(what.to_owned()) }
}

fn is_forked<T>(result: obligor::error::Result<T>) -> bool {
    result.is_err_and(|error| error.kind() == ErrorKind::Forked)
}

/// Every door of a store that was opened in the parent.
fn all_doors_are_closed(store: &SqliteStore) -> Result<(), String> {
    expect("step", is_forked(store.step(vec![reservation("10", "x", 1)], false, soon())))?;
    expect("facts", is_forked(store.facts(&ask("10", ""), soon())))?;
    expect("load", is_forked(store.load(NOW, TODAY, &mut |_| Ok(()), soon())))?;
    expect("acknowledge", is_forked(store.acknowledge("reader", 0, soon())))?;
    expect("next events", is_forked(store.next_events("reader", 1)))?;
    expect("decide", is_forked(store.decide_limit_request(1, "anna", true, NOW, soon())))?;
    expect("pool", is_forked(store.pool("GROUP", NOW)))?;
    expect("expire", is_forked(store.expire(NOW, 1, soon())))?;
    expect("verify", is_forked(store.verify(&mut |_, _| true)))?;
    expect("backup", is_forked(store.backup(Path::new("/nowhere/at/all"))))?;
    expect("all accounts", is_forked(store.all_accounts(TODAY, TODAY, NOW, &mut |_, _| ())))
}

fn reserve_in_new_store(path: &Path, document: &str) -> Result<(), String> {
    let store = open(path).map_err(|e| format!("open: {e}"))?;
    let written = run(&store, keyed(reservation("10", document, 1), document, 1)).map_err(|e| format!("step: {e}"))?;
    expect("approved", approved(&written))
}

#[test]
fn forty_forks_while_eight_threads_hammer() {
    let _alone = register();
    let fresh = fresh();
    let path = fresh.path();
    debtor(&fresh.store, "10", i64::MAX);
    let done = AtomicBool::new(false);
    let written: i64 = std::thread::scope(|scope| {
        let (store, done) = (&fresh.store, &done);
        let callers: Vec<_> = (0..8)
            .map(|caller| {
                scope.spawn(move || {
                    let mut written = 0;
                    while !done.load(Ordering::Relaxed) {
                        if caller % 2 == 0 {
                            run(store, reservation("10", &format!("SO-{caller}-{written}"), 1)).unwrap();
                            written += 1;
                        } else {
                            facts(store, "10");
                        }
                    }
                    written
                })
            })
            .collect();
        let began = Deadline::now();
        for n in 0..40 {
            let child = fork(|| {
                all_doors_are_closed(store)?;
                reserve_in_new_store(&path, &format!("SO-child-{n}"))
            });
            join(child);
        }
        assert!(began.elapsed() < Duration::from_secs(120));
        done.store(true, Ordering::Relaxed);
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    assert_eq!(buckets(&fresh.store, "10").ordered, written + 40, "nothing lost, nothing doubled");
    assert_sound(&fresh.store);
}

#[test]
fn the_child_keeps_its_locks_when_the_parent_closes() {
    let _alone = register();
    let fresh = fresh();
    let path = fresh.path();
    debtor(&fresh.store, "10", 1000);
    let (mut from_child, to_parent) = std::io::pipe().unwrap();
    let (from_parent, mut to_child) = std::io::pipe().unwrap();
    let inherited = &fresh.store;
    let child = fork(|| {
        let (mut to_parent, mut from_parent) = (to_parent.try_clone().unwrap(), from_parent.try_clone().unwrap());
        let store = open(&path).map_err(|e| e.to_string())?;
        run(&store, reservation("10", "SO-1", 1)).map_err(|e| e.to_string())?;
        to_parent.write_all(b"1").unwrap();
        from_parent.read_exact(&mut [0]).unwrap();
        run(&store, reservation("10", "SO-2", 1)).map_err(|e| e.to_string())?;
        expect("both are there", buckets(&store, "10").ordered == 2)?;
        // A child of the child: the same once more.
        let grandchild = fork(|| {
            all_doors_are_closed(&store)?;
            all_doors_are_closed(inherited)?;
            reserve_in_new_store(&path, "SO-3")
        });
        join(grandchild);
        Ok(())
    });
    from_child.read_exact(&mut [0]).unwrap();
    let Fresh { store, folder } = fresh;
    drop(store);
    to_child.write_all(b"1").unwrap();
    join(child);
    let store = open(&folder.path().join("store.obligor")).unwrap();
    assert_eq!(buckets(&store, "10").ordered, 3);
    assert_sound(&store);
}

#[test]
fn dropping_an_inherited_store_leaves_the_parents_alone() {
    let _alone = register();
    let fresh = fresh();
    debtor(&fresh.store, "10", 1000);
    let mut owned = Some(fresh.store);
    let child = fork(|| {
        drop(owned.take());
        Ok(())
    });
    join(child);
    let store = owned.unwrap();
    let path = fresh.folder.path().join("store.obligor");
    assert_eq!(open(&path).err().unwrap().kind(), ErrorKind::InUse, "the owner file is still there and locked");
    assert!(approved(&run(&store, reservation("10", "SO-1", 1)).unwrap()));
    drop(store);
    drop(open(&path).unwrap());
}

#[test]
fn a_fork_in_the_middle_of_a_load_closes_that_store_to_the_child() {
    let _alone = register();
    let fresh = fresh();
    let path = fresh.path();
    let elsewhere = fresh.folder.path().join("other");
    debtor(&fresh.store, "10", 1000);
    fresh
        .store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                load.put_order(&order("10", "SO-1", 5))?;
                let child = fork(|| {
                    expect("a call of the load", is_forked(load.put_order(&order("10", "SO-2", 5))))?;
                    expect("the same store", is_forked(open(&path)))?;
                    let other = open(&elsewhere).map_err(|e| format!("another store: {e}"))?;
                    debtor(&other, "10", 1);
                    Ok(())
                });
                join(child);
                Ok(())
            },
            soon(),
        )
        .unwrap();
    assert_eq!(buckets(&fresh.store, "10").ordered, 5);
    // The child's end released no lock of the parent, and the parent's is released.
    run(&fresh.store, reservation("10", "SO-3", 5)).unwrap();
    assert_sound(&fresh.store);
}

#[test]
fn a_load_that_comes_back_in_the_child_writes_nothing() {
    let _alone = register();
    let fresh = fresh();
    debtor(&fresh.store, "10", 1000);
    let mut child = None;
    let store = &fresh.store;
    let result = store.load(
        NOW,
        TODAY,
        &mut |load| {
            load.put_order(&order("10", "SO-1", 5))?;
            // The host's callback forks, and both processes go back into the library.
            // SAFETY: the child leaves below, with `_exit`.
            match unsafe { libc::fork() } {
                0 => child = Some(0),
                id => child = Some(id),
            }
            Ok(())
        },
        soon(),
    );
    if child == Some(0) {
        // SAFETY: `_exit` may be called at any time.
        unsafe { libc::_exit(i32::from(!is_forked(result))) };
    }
    result.unwrap();
    join(child.unwrap());
    assert_eq!(buckets(store, "10").ordered, 5);
    assert_sound(store);
}

#[test]
fn a_fork_past_somebody_inside_spoils_the_child() {
    let _alone = register();
    let fresh = fresh();
    let path = fresh.path();
    debtor(&fresh.store, "10", 1000);
    let inside = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        let (store, told) = (&fresh.store, Arc::clone(&inside));
        let slow = scope.spawn(move || {
            let mut step = reservation("10", "SO-1", 5);
            let plan = std::mem::replace(&mut step.plan, failing("10").plan);
            // No plan takes so long; it stands for a disk that hangs.
            step.plan = Box::new(move |facts| {
                told.store(true, Ordering::SeqCst);
                std::thread::sleep(fork_gate::FORK_WAIT + Duration::from_secs(1));
                plan(facts)
            });
            run(store, step)
        });
        while !inside.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        let child = fork(|| {
            all_doors_are_closed(&fresh.store)?;
            expect("no store at all", is_forked(open(&path)))?;
            expect("not even another", is_forked(open(&path.with_extension("other"))))?;
            let grandchild = fork(|| expect("nor in its children", is_forked(open(&path))));
            join(grandchild);
            Ok(())
        });
        join(child);
        slow.join().unwrap().unwrap();
    });
    assert_eq!(buckets(&fresh.store, "10").ordered, 5);
}

#[test]
fn without_the_hooks_the_child_is_refused() {
    const NAME: &str = "without_the_hooks_the_child_is_refused";
    if let Some((_, path)) = child::role() {
        let store = open(&path).unwrap();
        let child = fork(|| {
            all_doors_are_closed(&store)?;
            expect("open", is_forked(open(&path)))
        });
        return join(child);
    }
    // In a process of its own, where nobody registers the hooks.
    let folder = tempfile::tempdir().unwrap();
    child::finish(child::start(NAME, "bare", &folder.path().join("store")));
}
