//! The tables, and how a server's database gets from one version of them to the next.
//!
//! Everything of ours stands in one schema, `obligor`. A version is a numbered file of SQL that is never changed once
//! released; the table `version` says how many of them the database has. The functions are made anew each time, since a
//! new library may have changed them without changing tables; hosts with an older library call theirs by older names.

use super::connection::Connection;
use super::fault::{Fault, Outcome};
use crate::error::ErrorKind;
use crate::store::Made;

/// The steps, the first one first.
const STEPS: &[&str] = &[include_str!("migrations/0001_the_credit_state.sql")];

const FUNCTIONS: &str = include_str!("functions.sql");

/// The key of the lock that lets one host at a time make tables.
const MAKING: i64 = 0x6f62_6c67_0000_0000;

/// The version the database has; 0 when it has no tables of ours.
///
/// # Errors
/// `TooNew` when a newer library made it.
pub(super) fn version(connection: &Connection) -> Outcome<usize> {
    let there = connection.query("SELECT to_regclass('obligor.version') IS NOT NULL", &[])?;
    if !there.first().is_some_and(|row| row.try_get(0).unwrap_or(false)) {
        return Ok(0);
    }
    let rows = connection.query("SELECT version FROM obligor.version", &[])?;
    let version: i64 = rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or(0);
    let version = usize::try_from(version).unwrap_or(0);
    if version > STEPS.len() {
        return Err(Fault::new(
            ErrorKind::TooNew,
            format!(
                "the tables on the server have version {version}, and this library knows {}; use a newer library",
                STEPS.len()
            ),
        ));
    }
    Ok(version)
}

/// Whether the tables are as this library needs them.
///
/// # Errors
/// `NotFound` when there are none, `Unsupported` when they are older, `TooNew` when they are newer.
pub(super) fn check(connection: &Connection) -> Outcome<()> {
    match version(connection)? {
        0 => Err(Fault::new(
            ErrorKind::NotFound,
            "the database has no credit state; make one with `obligor migrate --to URL`, or open with create = true",
        )),
        version if version < STEPS.len() => Err(Fault::new(
            ErrorKind::Unsupported,
            format!(
                "the tables on the server have version {version}, and this library needs {}; bring them up with \
                 `obligor migrate --to URL`",
                STEPS.len()
            ),
        )),
        _ => Ok(()),
    }
}

/// Makes the tables, or brings them up, in the transaction that is open.
///
/// # Errors
/// As [`version`]; `Io` when the user may not make tables.
pub(super) fn bring_up(connection: &Connection) -> Outcome<Made> {
    connection.command(&format!("SELECT pg_advisory_xact_lock({MAKING})"))?;
    let from = version(connection)?;
    if from == 0 {
        connection.command("CREATE SCHEMA IF NOT EXISTS obligor")?;
    }
    for step in STEPS.iter().skip(from) {
        connection.command(step)?;
    }
    connection.command(FUNCTIONS)?;
    connection.command(&format!("UPDATE version SET version = {}", STEPS.len()))?;
    Ok(Made { from, to: STEPS.len() })
}
