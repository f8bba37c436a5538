//! Real PostgreSQL servers for tests: started in a folder of their own, broken in every way a server breaks, and gone
//! when the test is over.
//!
//! A test program says `#[path = "postgres_server/mod.rs"] mod postgres_server;`. Where many tests need a database and
//! none harms the server, [`shared`] is one server for the whole program; each test takes a [`Server::fresh_database`].
//! Whatever is missing on the machine makes the test fail with a sentence that says what to install.
//!
//! Nothing is left behind: a [`machine::Folder`] has a keeper, a shell that outlives us and clears away whatever way
//! this process ends.

// Each test program uses its part, and none uses it from outside.
#![allow(dead_code, unused_imports)]

mod delay;
pub(crate) mod machine;
mod network;
mod pooler;
mod server;
mod standby;
mod tls;

pub(crate) use delay::DelayProxy;
pub(crate) use pooler::Pooler;
pub(crate) use server::{Options, Server, Speed, Stop, psql, shared};
pub(crate) use standby::{Standby, writable_url};
