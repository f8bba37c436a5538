//! Real PostgreSQL servers for tests: started in a folder of their own, broken in every way a server breaks, and gone
//! when the test is over.
//!
//! A test program says `#[path = "postgres_server/mod.rs"] mod postgres_server;`. Where many tests need a database and
//! none harms the server, [`shared`] is one server for the whole program; each test takes a [`Server::fresh_database`].
//! Whatever is missing on the machine makes the test fail with a sentence that says what to install.
//!
//! - `server.rs`: a [`Server`] and how it fails: [`Server::stop`], [`Server::kill`], [`Server::pause`],
//!   [`Server::read_only`], [`Server::cut`]
//! - `standby.rs`: a [`Standby`] that takes over, and [`writable_url`] for clients that know both
//! - `network.rs`: the network of a server that can be cut off ([`Options::own_network`])
//! - `pooler.rs`: a [`Pooler`] before a server
//! - `tls.rs`: certificates ([`Server::start_with_tls`])
//! - `delay.rs`: a slow disk ([`Options::fsync_delay`], `slow_sync.c`) and a long line ([`DelayProxy`])
//! - `machine.rs`: programs, users, ports, and folders that go
//!
//! Nothing is left behind: a [`machine::Keeper`], a shell that outlives us, clears away in whatever way this process
//! ends. (A child that was forked and runs no other program keeps it waiting.)

// Each test program uses its part, and none uses it from outside.
#![allow(dead_code, unused_imports)]

mod delay;
pub(crate) mod machine;
mod network;
mod pooler;
mod server;
mod standby;
mod tls;

pub(crate) use delay::{DelayProxy, slow_sync};
pub(crate) use pooler::Pooler;
pub(crate) use server::{Options, Server, Speed, Stop, psql, shared};
pub(crate) use standby::{Standby, writable_url};
