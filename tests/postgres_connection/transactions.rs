//! What a transaction promises when all goes well, and when a statement fails.

use super::*;

#[test]
fn what_is_committed_stays_and_what_is_left_is_rolled_back() {
    let pool = fresh();
    with_table(&pool, &[1, 2]);
    let kept: Outcome<()> = pool.with(soon(), |connection| {
        connection.begin(Access::Write, soon(), None)?;
        put(connection, 3)?;
        Ok(())
    });
    kept.unwrap();
    assert_eq!(numbers(&pool), [1, 2]);
    // All of it on one connection.
    assert_eq!(session(&pool), session(&pool));
}

#[test]
fn an_empty_transaction_asks_nothing() {
    let pool = fresh();
    write(&pool, soon(), |_| Ok(())).unwrap();
}

#[test]
fn a_failed_statement_ends_the_transaction_but_not_the_connection() {
    let pool = fresh();
    with_table(&pool, &[1]);
    let before = session(&pool);
    let fault = write(&pool, soon(), |connection| {
        put(connection, 2)?;
        let fault = put(connection, 1).unwrap_err();
        assert_eq!(fault.code.as_ref().unwrap().code(), "23505");
        assert!(fault.error.message().contains("t_pkey"), "{}", fault.error);
        // Whatever comes now is refused, and so is the commit.
        put(connection, 3).unwrap_err();
        Ok(())
    })
    .unwrap_err();
    assert_eq!(fault.error.kind(), ErrorKind::Undetermined);
    assert_eq!(numbers(&pool), [1]);
    assert_eq!(session(&pool), before);
}

#[test]
fn a_savepoint_saves_what_was_before_it() {
    let pool = fresh();
    with_table(&pool, &[1]);
    write(&pool, soon(), |connection| {
        put(connection, 2)?;
        connection.command("SAVEPOINT a")?;
        put(connection, 1).unwrap_err();
        connection.command("ROLLBACK TO a")?;
        put(connection, 3)?;
        Ok(())
    })
    .unwrap();
    assert_eq!(numbers(&pool), [1, 2, 3]);
}

#[test]
fn a_call_in_one_go_commits_or_says_the_statements_error() {
    let pool = fresh();
    with_table(&pool, &[1]);
    let rows: Outcome<i64> = pool.with(soon(), |connection| {
        let rows =
            connection.call_once(soon(), "INSERT INTO t VALUES ($1) RETURNING n * 10", &[(&2_i64, Type::INT8)])?;
        Ok(rows[0].get(0))
    });
    assert_eq!(rows.unwrap(), 20);
    let fault =
        pool.with(soon(), |connection| connection.call_once(soon(), "INSERT INTO t VALUES (1)", &[])).unwrap_err();
    assert_eq!(fault.code.unwrap().code(), "23505");
    assert_eq!(numbers(&pool), [1, 2]);
}

#[test]
fn an_error_of_the_commit_itself_is_no_commit() {
    let pool = fresh();
    with_table(&pool, &[1]);
    write(&pool, soon(), |connection| {
        connection.command("CREATE TABLE u (n bigint REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
    })
    .unwrap();
    let refused = write(&pool, soon(), |connection| connection.execute("INSERT INTO u VALUES (7)", &[])).unwrap_err();
    assert_eq!(refused.code.unwrap().code(), "23503");
    let refused =
        pool.with(soon(), |connection| connection.call_once(soon(), "INSERT INTO u VALUES (7)", &[])).unwrap_err();
    assert_eq!(refused.code.unwrap().code(), "23503");
    let left = write(&pool, soon(), |connection| connection.query("SELECT 1 FROM u", &[])).unwrap();
    assert!(left.is_empty());
}

#[test]
fn a_transaction_that_the_server_does_not_know_is_not_committed() {
    let pool = fresh();
    with_table(&pool, &[]);
    let message = undetermined(LONG, |deadline| {
        write(&pool, deadline, |connection| {
            put(connection, 1)?;
            // Behind our back; what comes after it is no longer in the transaction.
            connection.command("ROLLBACK")?;
            // The way to the tables went with it.
            let fault = put(connection, 2).unwrap_err();
            assert_eq!(fault.code.unwrap().code(), "42P01");
            connection.command("SELECT 1")?;
            Ok(())
        })
    });
    assert!(message.contains("lost track"), "{message}");
    assert_eq!(session(&pool), session(&pool));
}

#[test]
fn reads_see_one_moment_and_cannot_write() {
    let pool = fresh();
    with_table(&pool, &[1]);
    let fault = pool
        .with(soon(), |connection| {
            connection.begin(Access::Read, soon(), None)?;
            let count = |connection: &Connection| connection.query("SELECT n FROM t", &[]).unwrap().len();
            assert_eq!(count(connection), 1);
            write(&pool, soon(), |other| put(other, 2)).unwrap();
            assert_eq!(count(connection), 1);
            put(connection, 3)
        })
        .unwrap_err();
    assert_eq!(fault.code.unwrap().code(), "25006");
}

#[test]
fn kept_statements_are_forgotten_with_the_transaction() {
    let pool = fresh();
    with_table(&pool, &[]);
    for failing in [false, true] {
        let done = write(&pool, soon(), |connection| {
            connection.keep_statements();
            for number in 0..10 {
                put(connection, number)?;
            }
            let kept = connection.query("SELECT statement FROM pg_prepared_statements", &[])?;
            let kept: Vec<&str> = kept.iter().map(|row| row.get(0)).collect();
            assert_eq!(kept.len(), 2, "{kept:?}");
            if failing { put(connection, 1).map(|_| ()) } else { Ok(()) }
        });
        assert_eq!(done.is_err(), failing);
        let left = write(&pool, soon(), |connection| connection.query("SELECT 1 FROM pg_prepared_statements", &[]));
        assert!(left.unwrap().is_empty());
        write(&pool, soon(), |connection| connection.command("DELETE FROM t")).unwrap();
    }
}

#[test]
fn a_transaction_has_its_own_settings_and_leaves_none_behind() {
    let server = postgres_server::shared();
    let settings = |access, lower: &str, each| {
        let pool = pool(&format!("{}?options=-c%20synchronous_commit%3D{lower}", server.fresh_database()));
        let read = |connection: &Connection| {
            let names =
                ["synchronous_commit", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"];
            names.map(|name| {
                let value = connection.query("SELECT current_setting($1)", &[(&name, Type::TEXT)]).unwrap();
                value[0].get::<_, String>(0)
            })
        };
        let inside = pool.with(soon(), |connection| -> Outcome<_> {
            connection.begin(access, Instant::now() + Duration::from_millis(8000), each)?;
            let inside = read(connection);
            connection.commit()?;
            connection.begin(Access::Read, soon(), None)?;
            connection.command("ROLLBACK; BEGIN")?;
            let outside = read(connection);
            assert_eq!(outside, [lower, "0", "0", "0"]);
            Ok(inside)
        });
        inside.unwrap()
    };
    let milliseconds = |text: &str| text.strip_suffix("ms").unwrap_or("0").parse::<u32>().unwrap();
    for lower in ["on", "off", "local", "remote_write", "remote_apply"] {
        let [synchronous, lock, statement, idle] = settings(Access::Write, lower, None);
        assert_eq!(synchronous, if lower == "remote_apply" { lower } else { "on" });
        let (lock, statement, idle) = (milliseconds(&lock), milliseconds(&statement), milliseconds(&idle));
        assert!(4000 < lock && lock < statement && statement < idle && idle <= 8000, "{lock} {statement} {idle}");
    }
    assert_eq!(settings(Access::Read, "off", None)[0], "off");
    let [_, lock, statement, idle] = settings(Access::Write, "on", Some(Duration::from_secs(90)));
    assert!(milliseconds(&lock) < 8000);
    assert_eq!((milliseconds(&statement), idle.as_str()), (89950, "10min"));
}

#[test]
fn a_host_inside_a_runtime_of_its_own_can_call() {
    let url = postgres_server::shared().fresh_database();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let pool = pool(&url);
        with_table(&pool, &[1]);
        assert_eq!(numbers(&pool), [1]);
        drop(pool);
    });
}
