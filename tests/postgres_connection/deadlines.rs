//! Every wait ends at the deadline, and what could not be found out is said to be so.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Barrier;

use super::postgres_server::{Options, Server, Standby};
use super::*;

#[test]
fn a_server_that_stands_still_is_given_up_at_the_deadline() {
    let mut server = Server::start();
    let pool = pool(&server.fresh_database());
    with_table(&pool, &[1]);
    // Several lie here.
    write(&pool, soon(), |one| write(&pool, soon(), |other| Ok((session_of(one), session_of(other))))).unwrap();
    server.pause();
    let message = undetermined(SHORT, |deadline| write(&pool, deadline, |connection| put(connection, 2)));
    assert!(message.contains("deadline"), "{message}");
    // All were given up, and no new one can be had.
    let message = undetermined(SHORT, |deadline| write(&pool, deadline, |connection| put(connection, 3)));
    assert!(message.contains("did not answer in time"), "{message}");
    server.resume();
    // Whatever became of the second, the store answers again; the one that was never sent is not there.
    write(&pool, soon(), |connection| put(connection, 4)).unwrap();
    let there = numbers(&pool);
    assert!(there == [1, 4] || there == [1, 2, 4], "{there:?}");
}

#[test]
fn a_commit_that_is_not_answered_is_not_done_as_far_as_anybody_knows() {
    let mut server = Server::start();
    let pool = pool(&server.fresh_database());
    with_table(&pool, &[]);
    let message = undetermined(SHORT, |deadline| {
        write(&pool, deadline, |connection| {
            put(connection, 1)?;
            server.pause();
            Ok(())
        })
    });
    assert!(message.contains("deadline"), "{message}");
    let insert = "INSERT INTO t VALUES (2)";
    server.resume();
    // In one go as well.
    let message = undetermined(SHORT, |deadline| {
        pool.with(deadline, |connection| {
            connection.begin(Access::Write, deadline, None)?;
            connection.query("SELECT 1", &[])?;
            server.pause();
            connection.finish(insert, &[])
        })
    });
    assert!(message.contains("deadline"), "{message}");
    server.resume();
    session(&pool);
}

#[test]
fn a_listener_that_says_nothing_is_given_up_at_the_deadline() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let pool = pool(&url(silent.local_addr().unwrap(), "d"));
    let message = undetermined(SHORT, |deadline| write(&pool, deadline, |connection| put(connection, 2)));
    assert!(message.contains("did not answer in time"), "{message}");
}

#[test]
fn a_network_that_is_cut_is_given_up_at_the_deadline() {
    let mut server = Server::with(Options { own_network: true, ..Options::default() });
    // The way leaves this machine as far as the URL tells, so it must be said that plain text will do.
    let pool = pool(&format!("{}?sslmode=disable", server.fresh_database()));
    with_table(&pool, &[]);
    server.cut_answers();
    let insert =
        |deadline| pool.with(deadline, |connection| connection.call_once(deadline, "INSERT INTO t VALUES (1)", &[]));
    undetermined(SHORT, insert);
    server.cut();
    undetermined(SHORT, insert);
    server.heal();
    // The first arrived, and only its answer did not.
    assert_eq!(numbers(&pool), [1]);
}

#[test]
fn a_lock_is_waited_for_until_the_deadline_and_the_connection_is_kept() {
    let pool = fresh();
    with_table(&pool, &[1]);
    let held: Outcome<()> = pool.with(soon(), |holder| {
        holder.begin(Access::Write, soon(), None)?;
        holder.query("SELECT 1 FROM t FOR UPDATE", &[])?;
        let before = session(&pool);
        let message = undetermined(SHORT, |deadline| {
            write(&pool, deadline, |connection| connection.query("SELECT 1 FROM t FOR UPDATE", &[]))
        });
        assert!(message.contains("55P03"), "{message}");
        let message = undetermined(SHORT, |deadline| {
            write(&pool, deadline, |connection| connection.query("SELECT pg_sleep(30)", &[]))
        });
        assert!(message.contains("57014"), "{message}");
        assert_eq!(session(&pool), before);
        holder.commit()
    });
    held.unwrap();
}

#[test]
fn who_dawdles_in_a_transaction_loses_it() {
    let pool = fresh();
    with_table(&pool, &[1]);
    undetermined(LONG, |_| {
        write(&pool, Instant::now() + Duration::from_millis(200), |connection| {
            put(connection, 2)?;
            // The caller's process stands still. Nobody waits for what it holds.
            std::thread::sleep(Duration::from_millis(600));
            Ok(())
        })
    });
    assert_eq!(numbers(&pool), [1]);
}

#[test]
fn a_commit_that_no_standby_has_is_undetermined() {
    let primary = Server::start();
    let mut standby = Standby::of(&primary);
    standby.synchronous(&primary);
    let url = primary.fresh_database();
    let pool = pool(&url);
    with_table(&pool, &[]);
    standby.pause();
    // Cut short by a person: the server says that it committed, and remarks that nobody else has it.
    for once in [false, true] {
        let started = Barrier::new(2);
        std::thread::scope(|scope| {
            let call = scope.spawn(|| {
                undetermined(LONG, |deadline| {
                    pool.with(deadline, |connection| {
                        connection.begin(Access::Write, deadline, None)?;
                        started.wait();
                        if once {
                            return connection.finish("INSERT INTO t VALUES (1)", &[]).map(|_| ());
                        }
                        put(connection, 2)?;
                        connection.commit()
                    })
                })
            });
            started.wait();
            let cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
            postgres_server::machine::wait_until("the commit waits", || primary.sql("postgres", cancel) == "1");
            assert!(call.join().unwrap().contains("standby"));
        });
    }
    // Not cut short by anybody, it is given up at the deadline, and the server is not asked to cancel.
    undetermined(SHORT, |deadline| {
        pool.with(deadline, |connection| connection.call_once(deadline, "INSERT INTO t VALUES (3)", &[]))
    });
    standby.resume();
    assert_eq!(numbers(&pool), [1, 2, 3]);
}

#[test]
fn long_work_has_time_for_each_statement_and_only_locks_have_the_deadline() {
    let pool = fresh();
    with_table(&pool, &[1]);
    let each = Duration::from_secs(3);
    pool.with(soon(), |connection| -> Outcome<()> {
        connection.begin(Access::Write, Instant::now() + SHORT, Some(each))?;
        put(connection, 2)?;
        std::thread::sleep(SHORT);
        connection.query("SELECT pg_sleep(0.3)", &[])?;
        connection.commit()
    })
    .unwrap();
    assert_eq!(numbers(&pool), [1, 2]);
}

#[test]
fn so_many_connections_and_no_more() {
    let server = postgres_server::shared();
    let database = server.fresh_database_name();
    let pool = pool(&format!("{}?connections=2&application_name={database}", server.url(&database)));
    let (held, done) = (Barrier::new(3), Barrier::new(3));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                write(&pool, soon(), |connection| {
                    session_of(connection);
                    held.wait();
                    done.wait();
                    Ok(())
                })
                .unwrap();
            });
        }
        held.wait();
        let message = undetermined(SHORT, |deadline| write(&pool, deadline, |connection| put(connection, 1)));
        assert!(message.contains("all 2 connections"), "{message}");
        // One that waits gets its turn.
        let next = scope.spawn(|| session(&pool));
        done.wait();
        next.join().unwrap();
    });
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{database}'");
    assert_eq!(server.sql("postgres", &count), "2");
    drop(pool);
    postgres_server::machine::wait_until("the sessions have ended", || server.sql("postgres", &count) == "0");
}
