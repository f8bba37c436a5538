//! The connections of `src/store/postgres` against real servers. These are tests of the library's own, so they run with
//! `cargo test --lib store::postgres`.

mod deadlines;
mod faults;
mod forks;
mod hosts;
mod orders;
#[allow(unsafe_code)]
#[path = "../postgres_server/mod.rs"]
mod postgres_server;
mod transactions;
mod wire;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio_postgres::types::Type;

use super::address::Address;
use super::connection::{Access, Connection};
use super::fault::Outcome;
use super::pool::Pool;
use crate::error::ErrorKind;

/// Long enough for anything that works.
const LONG: Duration = Duration::from_secs(20);
/// A deadline that is meant to pass, …
const SHORT: Duration = Duration::from_millis(500);
/// … and how late an answer may come on a busy machine.
const LATE: Duration = Duration::from_millis(1500);

fn soon() -> Instant {
    Instant::now() + LONG
}

fn pool(url: &str) -> Pool {
    Pool::new(Address::parse(url).unwrap())
}

/// A pool on an empty database of the shared server.
fn fresh() -> Pool {
    pool(&postgres_server::shared().fresh_database())
}

/// The server's number of the session: tells whether a connection was kept.
fn session_of(connection: &Connection) -> i32 {
    connection.query("SELECT pg_backend_pid()", &[]).unwrap()[0].get(0)
}

/// One transaction.
fn write<T>(pool: &Pool, deadline: Instant, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    pool.with(deadline, |connection| {
        connection.begin(Access::Write, deadline, None)?;
        let done = work(connection)?;
        connection.commit()?;
        Ok(done)
    })
}

fn session(pool: &Pool) -> i32 {
    write(pool, soon(), |connection| Ok(session_of(connection))).unwrap()
}

/// A table `t (n bigint primary key)` with these numbers.
fn with_table(pool: &Pool, numbers: &[i64]) {
    write(pool, soon(), |connection| {
        connection.command("CREATE SCHEMA obligor; CREATE TABLE obligor.t (n bigint PRIMARY KEY)")?;
        for number in numbers {
            put(connection, *number)?;
        }
        Ok(())
    })
    .unwrap();
}

fn put(connection: &Connection, number: i64) -> Outcome<u64> {
    connection.execute("INSERT INTO t VALUES ($1)", &[(&number, Type::INT8)])
}

/// The numbers in the table, asked on a connection of their own.
fn numbers(pool: &Pool) -> Vec<i64> {
    write(pool, soon(), |connection| {
        let rows = connection.query("SELECT n FROM t ORDER BY n", &[])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    })
    .unwrap()
}

/// A call that must end undetermined, in about this time; returns what it said.
fn undetermined<T>(wait: Duration, call: impl FnOnce(Instant) -> Outcome<T>) -> String {
    let began = Instant::now();
    let fault = call(began + wait).err().expect("an error");
    assert!(began.elapsed() < wait + LATE, "it took {:?} and not {wait:?}: {}", began.elapsed(), fault.error);
    assert_eq!(fault.error.kind(), ErrorKind::Undetermined, "{}", fault.error);
    fault.error.message().to_owned()
}

fn url(address: SocketAddr, database: &str) -> String {
    format!("postgresql://postgres@{address}/{database}")
}
