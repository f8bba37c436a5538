//! What a server's errors become, and that none of them shows a secret or a row.

use super::postgres_server::Server;
use super::*;
use crate::store::postgres::fault::Fault;

#[test]
fn a_session_that_is_ended_fails_its_call_and_no_other() {
    let pool = fresh();
    with_table(&pool, &[1]);
    let server = postgres_server::shared();
    let end = |session: i32| server.sql("postgres", &format!("SELECT pg_terminate_backend({session}, 10000)"));
    // In the middle.
    let message = undetermined(LONG, |deadline| {
        write(&pool, deadline, |connection| {
            put(connection, 2)?;
            end(session_of(connection));
            put(connection, 3)
        })
    });
    assert!(message.contains("57P01"), "{message}");
    assert_eq!(numbers(&pool), [1]);
    // At rest: it is noticed before anything is asked.
    let before = session(&pool);
    end(before);
    assert_ne!(session(&pool), before);
}

#[test]
fn a_server_that_restarts_fails_at_most_the_calls_it_interrupts() {
    let mut server = Server::start();
    let pool = pool(&server.fresh_database());
    with_table(&pool, &[1]);
    // Several at rest.
    let two = |first: &Connection| write(&pool, soon(), |second| Ok((session_of(first), session_of(second))));
    write(&pool, soon(), two).unwrap();
    for how in [postgres_server::Stop::Fast, postgres_server::Stop::Immediate] {
        server.stop(how);
        let message = undetermined(LONG, |deadline| write(&pool, deadline, |connection| put(connection, 2)));
        assert!(message.contains("refused"), "{message}");
        server.start_again();
        assert_eq!(numbers(&pool), [1]);
        write(&pool, soon(), two).unwrap();
    }
    server.kill();
    server.start_again();
    assert_eq!(numbers(&pool), [1]);
}

#[test]
fn codes_become_kinds() {
    let pool = fresh();
    let raise = |code: &str| -> Fault {
        // The sentence, the detail and the hint are what a server might quote a row in.
        let raise = format!(
            "DO $$ BEGIN RAISE EXCEPTION 'number 0101701234' USING ERRCODE = '{code}', DETAIL = 'name Jens', \
             HINT = 'hint 42', CONSTRAINT = 'c_name'; END $$"
        );
        write(&pool, soon(), |connection| connection.command(&raise)).unwrap_err()
    };
    for (code, kind, word) in [
        ("08006", ErrorKind::Undetermined, "ask again"),
        ("0A000", ErrorKind::Unsupported, "newer"),
        ("22003", ErrorKind::Store, "verification"),
        ("23505", ErrorKind::Store, "c_name"),
        ("25006", ErrorKind::Undetermined, "read-only"),
        ("25P03", ErrorKind::Undetermined, "ask again"),
        ("28P01", ErrorKind::Config, "password"),
        ("3D000", ErrorKind::Config, "database"),
        ("3F000", ErrorKind::Store, "obligor migrate"),
        ("40001", ErrorKind::Undetermined, "ask again"),
        ("40P01", ErrorKind::Undetermined, "ask again"),
        ("42501", ErrorKind::Io, "obligor migrate"),
        ("42601", ErrorKind::Store, "verification"),
        ("42P01", ErrorKind::Store, "obligor migrate"),
        ("42883", ErrorKind::Store, "obligor migrate"),
        ("53100", ErrorKind::Undetermined, "disk is full"),
        ("53200", ErrorKind::Undetermined, "memory"),
        ("53300", ErrorKind::Undetermined, "connections="),
        ("54000", ErrorKind::TooLarge, "larger"),
        ("55P03", ErrorKind::Undetermined, "deadline"),
        ("57014", ErrorKind::Undetermined, "deadline"),
        ("57P01", ErrorKind::Undetermined, "stopping"),
        ("58030", ErrorKind::Undetermined, "disk"),
        ("XX000", ErrorKind::Undetermined, "log"),
        ("XX001", ErrorKind::Store, "damaged"),
        ("OB001", ErrorKind::Undetermined, "log"),
    ] {
        let fault = raise(code);
        assert_eq!(fault.error.kind(), kind, "{code}: {}", fault.error);
        assert_eq!(fault.code.as_ref().map(|code| code.code()), Some(code));
        assert_eq!(fault.retry, code.starts_with("40"));
        let message = fault.error.message();
        assert!(message.contains(word) && message.contains(code), "{code}: {message}");
        let all = format!("{fault:?}");
        assert!(!["0101701234", "Jens", "hint 42"].iter().any(|secret| all.contains(secret)), "{all}");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_not_quoted() {
    let pool = fresh();
    let fault = write(&pool, soon(), |connection| {
        let rows = connection.query("SELECT 'Jens Jensen'::text", &[])?;
        rows[0].try_get::<_, i64>(0).map_err(Fault::from)
    })
    .unwrap_err();
    assert_eq!(fault.error.kind(), ErrorKind::Store);
    assert!(!format!("{fault:?}").contains("Jens"));
}

#[test]
fn two_that_wait_for_each_other_are_told_to_try_again() {
    let pool = fresh();
    with_table(&pool, &[1, 2]);
    let both = std::sync::Barrier::new(2);
    let lock = |first: i64, second: i64| {
        write(&pool, soon(), |connection| {
            let row = "SELECT 1 FROM t WHERE n = $1 FOR UPDATE";
            connection.query(row, &[(&first, Type::INT8)])?;
            both.wait();
            connection.query(row, &[(&second, Type::INT8)])
        })
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| lock(2, 1).err());
        let faults: Vec<Fault> = lock(1, 2).err().into_iter().chain(other.join().unwrap()).collect();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].retry, "{faults:?}");
    });
}
