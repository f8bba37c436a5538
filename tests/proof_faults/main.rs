//! What goes wrong under a credit state in a file, and goes away again: a disk that is full, files that are made
//! read-only, pages that are damaged, a clock that jumps back. Every call has an answer or an error that says what to do,
//! nothing that was acknowledged is lost, nobody is granted what is not there, and once the cause is gone the library
//! works as before: with the engine that was open all the time, wherever the cause lets it.
//!
//! The faults are real ones, on small disks of the tests' own: `disk.rs`. What a server does is in `proof_postgres_failures`.
//!
//! With `OBLIGOR_PROOF=long` more of everything.
#![cfg(target_os = "linux")]

mod clock;
#[path = "../common/mod.rs"]
mod common;
mod damaged;
mod disk;
#[path = "../ffi_host/mod.rs"]
mod ffi_host;
mod full;
mod read_only;

use std::path::Path;

use obligor::engine::{Config, Engine};
use obligor::error::Result;
use obligor::reason::Outcome;

/// How often: a tenth where there is little time.
fn times(long: usize) -> usize {
    if std::env::var("OBLIGOR_PROOF").as_deref() == Ok("long") { long } else { long / 10 }
}

/// The engine on a store that is made where there is none.
fn open(store: &Path) -> Result<Engine> {
    Engine::open(&Config { create: true, deadline_ms: 20_000, ..Config::at(store) })
}

/// The number of the decision that lets an order of one crown through, and whether it is the answer to an earlier call.
fn reserve(engine: &Engine, document: &str) -> Result<(u64, bool)> {
    let answer = engine.reserve(&common::order("hot", document, document, "1.00 DKK"))?;
    assert_eq!(answer.decision.outcome, Outcome::Approve, "{document}");
    Ok((answer.decision_id.unwrap(), answer.repeated))
}

/// Makes sure that everything acknowledged is there, once, and that nothing else is.
fn assert_kept(engine: &Engine, acknowledged: &[(String, u64)]) {
    for (document, decision) in acknowledged {
        assert_eq!(reserve(engine, document).unwrap(), (*decision, true), "{document} is lost");
    }
    let id = engine.resolve(&common::key("hot")).unwrap();
    let exposure = engine.position_of(id).unwrap().exposure.minor;
    assert_eq!(exposure, 100 * i64::try_from(acknowledged.len()).unwrap());
    assert_sound(engine);
}

fn assert_sound(engine: &Engine) {
    assert_eq!(engine.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
}
