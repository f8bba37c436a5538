//! The credit state in a PostgreSQL server: one state for many hosts.
//!
//! [`address`] understands the URL, [`pool`] hands out connections, [`connection`] is one of them with a transaction on
//! it, [`session`] and [`socket`] are the wire below it, and [`fault`] says what a server's errors mean.
#![cfg_attr(not(test), allow(dead_code))]

mod address;
mod connection;
mod fault;
mod pool;
mod session;
mod socket;

use super::sqlite::forked;

// They look behind the public interface, and need what is in that folder: servers, and a fork.
#[cfg(all(test, unix))]
#[path = "../../../tests/postgres_connection/mod.rs"]
mod tests;
