//! A credit state moves from one store to another.
//!
//! Each test runs for every pair of databases in [`street::PAIRS`]; what it needs of a database stands in [`street::Land`].

mod moves;
mod others;
#[path = "../postgres_server/mod.rs"]
mod postgres_server;
#[path = "../store_common/mod.rs"]
mod store_common;
mod street;
