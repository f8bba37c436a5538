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
#[cfg(all(test, unix))]
mod tests;

use super::sqlite::forked;
