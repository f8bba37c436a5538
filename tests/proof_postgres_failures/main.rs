//! A PostgreSQL server that fails while hosts reserve: stopped, killed, standing still, made read-only, cut off, lost to
//! its standby. Nothing that was answered is lost, nothing is above a limit or there twice, every call has an answer or is
//! undetermined by its deadline, and the same key tells afterwards what became of it.
//!
//! - `outages.rs`: eight hosts with four callers each, and servers that fail under them
//! - `failovers.rs`: the same with a synchronous standby that takes over
//! - `alone.rs`: one caller, and a failure at the very moment where it hurts
//! - `refused.rs`: a server that lets nobody in, or not to its tables
//! - `circles.rs`: lists over many accounts and pools that never wait for each other in a circle
//! - `hosts.rs`, `workload.rs`, `record.rs`: the hosts, what their callers do, and who looks at what they were told
//!
//! With `OBLIGOR_PROOF=long` all of it goes on for longer.
#![cfg(target_os = "linux")]

mod alone;
mod circles;
mod failovers;
mod hosts;
mod outages;
#[path = "../postgres_server/mod.rs"]
mod postgres_server;
mod record;
mod refused;
#[path = "../store_common/mod.rs"]
mod store_common;
mod workload;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether there is time for more.
fn long() -> bool {
    std::env::var("OBLIGOR_PROOF").as_deref() == Ok("long")
}

/// Tests with many hosts run one after the other: what is late on a machine that does too much proves nothing.
fn alone_on_this_machine() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}
