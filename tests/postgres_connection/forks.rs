//! Forks: a child is refused, and whatever it does leaves the parent's sessions alone.
#![allow(unsafe_code)]

use super::*;

/// A child that takes longer hangs.
const CHILD_SECONDS: u32 = 20;

/// Runs the work in a forked child, which must return `true`.
fn in_child(work: impl FnOnce() -> bool) {
    // SAFETY: the child runs only the work and leaves with `_exit`; allocating is safe after fork in the C libraries that
    // are tested here.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        // SAFETY: `alarm` and `_exit` may be called at any time.
        unsafe { libc::alarm(CHILD_SECONDS) };
        let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(false);
        // SAFETY: as above.
        unsafe { libc::_exit(if well { 0 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: the child is ours and is waited for once.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child ended with {status}");
}

fn is_forked<T>(outcome: Outcome<T>) -> bool {
    outcome.err().is_some_and(|fault| fault.error.kind() == ErrorKind::Forked)
}

#[test]
fn a_child_does_not_disturb_its_parents_sessions() {
    let mut pool = Some(fresh());
    with_table(pool.as_ref().unwrap(), &[1]);
    let before = session(pool.as_ref().unwrap());
    // Once it only asks, once it throws all away as well.
    in_child(|| is_forked(write(pool.as_ref().unwrap(), soon(), |connection| put(connection, 2))));
    in_child(|| {
        drop(pool.take());
        true
    });
    let pool = pool.unwrap();
    assert_eq!(session(&pool), before);
    // And in the middle of a transaction.
    let (session, there) = write(&pool, soon(), |connection| {
        put(connection, 2)?;
        in_child(|| {
            connection.rollback();
            is_forked(put(connection, 3))
                && is_forked(connection.commit())
                && is_forked(connection.finish("SELECT 1", &[]))
                && is_forked(connection.begin(Access::Read, soon(), None))
        });
        put(connection, 4)?;
        let rows = connection.query("SELECT n FROM t ORDER BY n", &[])?;
        Ok((session_of(connection), rows.iter().map(|row| row.get(0)).collect::<Vec<i64>>()))
    })
    .unwrap();
    assert_eq!((session, there), (before, vec![1, 2, 4]));
}

#[test]
fn a_child_that_comes_back_out_of_a_call_is_told() {
    let pool = fresh();
    with_table(&pool, &[1]);
    let before = session(&pool);
    let outcome = write(&pool, soon(), |connection| {
        put(connection, 2)?;
        // SAFETY: as above; the child leaves below.
        let child = unsafe { libc::fork() };
        assert!(child >= 0);
        Ok(child)
    });
    if !matches!(outcome, Ok(child) if child > 0) {
        let code = if is_forked(outcome) { 0 } else { 1 };
        drop(pool);
        // SAFETY: `_exit` may be called at any time.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: the child is ours and is waited for once.
    unsafe { libc::waitpid(outcome.unwrap(), &mut status, 0) };
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child ended with {status}");
    assert_eq!((session(&pool), numbers(&pool)), (before, vec![1, 2]));
}

#[test]
fn a_child_opens_its_own() {
    let url = postgres_server::shared().fresh_database();
    let parents = pool(&url);
    with_table(&parents, &[1]);
    in_child(|| {
        let own = pool(&url);
        write(&own, soon(), |connection| put(connection, 2)).is_ok()
    });
    assert_eq!(numbers(&parents), [1, 2]);
}

#[test]
fn what_the_parent_gives_up_ends_although_a_child_holds_a_copy() {
    let server = postgres_server::shared();
    let pool = fresh();
    with_table(&pool, &[1]);
    let holder = session(&pool);
    let mut pipe = [0; 2];
    // SAFETY: the array has room for two descriptors.
    assert_eq!(unsafe { libc::pipe(pipe.as_mut_ptr()) }, 0);
    // SAFETY: the child waits for the end of the pipe and leaves.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: plain calls on descriptors that are open; the array has room for one byte.
        unsafe {
            libc::alarm(CHILD_SECONDS);
            libc::close(pipe[1]);
            let mut byte = 0_u8;
            libc::read(pipe[0], std::ptr::from_mut(&mut byte).cast(), 1);
            libc::_exit(0);
        }
    }
    // Thrown away in the middle of a transaction, as when a caller panics: without a word.
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        write(&pool, soon(), |connection| {
            assert_eq!(session_of(connection), holder);
            panic!("as asked")
        })
        .unwrap_or(())
    }));
    assert!(panicked.is_err());
    let (gone, began) = (format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {holder}"), Instant::now());
    postgres_server::machine::wait_until("the session has ended", || server.sql("postgres", &gone) == "0");
    // Not by the transaction's own timeout.
    assert!(began.elapsed() < LONG / 2);
    let mut status = 0;
    // SAFETY: the descriptor is ours; the child is ours and is waited for once.
    unsafe {
        libc::close(pipe[1]);
        libc::close(pipe[0]);
        assert_eq!(libc::waitpid(child, &mut status, 0), child);
    }
}
