//! The queue of events, and how far its readers have come.

use rusqlite::{Connection, OptionalExtension, Row};

use super::code::{Col, counter, from_json, maybe, signed, to_json};
use super::fault::Outcome;
use crate::error::Error;
use crate::store::{Event, MAX_CONSUMER_BYTES};

/// Queues an event.
pub(super) fn queue(sql: &Connection, event: &Event) -> Outcome<()> {
    insert(sql, event, None).map(drop)
}

/// Queues the events whose keys were never used before. Returns how many.
pub(super) fn queue_once(sql: &Connection, events: &[(String, Event)]) -> Outcome<u32> {
    let mut count: u32 = 0;
    for (key, event) in events {
        if insert(sql, event, Some(key))? {
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}

fn insert(sql: &Connection, event: &Event, once: Option<&str>) -> Outcome<bool> {
    let rows = sql
        .prepare_cached(
            "INSERT INTO event (at, kind, account, document, subject, reasons, once) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING",
        )?
        .execute((
            Col(event.at),
            Col(event.kind),
            maybe(event.account),
            &event.document,
            &event.subject,
            to_json(&event.reasons)?,
            once,
        ))?;
    Ok(rows > 0)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Event> {
    let reasons: String = row.get(6)?;
    Ok(Event {
        id: counter(row, 0)?,
        at: row.get::<_, Col<_>>(1)?.0,
        kind: row.get::<_, Col<_>>(2)?.0,
        account: row.get::<_, Option<Col<_>>>(3)?.map(|account| account.0),
        document: row.get(4)?,
        subject: row.get(5)?,
        reasons: from_json(6, &reasons)?,
    })
}

/// Events after this one, the oldest first.
pub(super) fn after(sql: &Connection, after: u64, most: u32) -> Outcome<Vec<Event>> {
    let events = sql
        .prepare_cached(
            "SELECT id, at, kind, account, document, subject, reasons FROM event WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?
        .query_map((signed(after), most), from_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(events)
}

/// Events that this consumer has not acknowledged, the oldest first.
pub(super) fn next(sql: &Connection, consumer: &str, most: u32) -> Outcome<Vec<Event>> {
    after(sql, acknowledged(sql, checked(consumer)?)?, most)
}

/// Notes how far a consumer has come. Returns how far it is.
pub(super) fn acknowledge(sql: &Connection, consumer: &str, up_to: u64) -> Outcome<u64> {
    let consumer = checked(consumer)?;
    let last = sql.query_row("SELECT coalesce(max(id), 0) FROM event", [], |row| counter(row, 0))?;
    if up_to > last {
        return Err(Error::argument(format!("up_to: there is no event {up_to} yet; the last one is {last}")).into());
    }
    let before = acknowledged(sql, consumer)?;
    if up_to > before {
        sql.prepare_cached(
            "INSERT INTO consumer (name, acknowledged) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET acknowledged = excluded.acknowledged",
        )?
        .execute((consumer, signed(up_to)))?;
    }
    Ok(before.max(up_to))
}

fn acknowledged(sql: &Connection, consumer: &str) -> Outcome<u64> {
    let found = sql
        .prepare_cached("SELECT acknowledged FROM consumer WHERE name = ?1")?
        .query_row([consumer], |row| counter(row, 0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

fn checked(consumer: &str) -> Outcome<&str> {
    match consumer.len() {
        0 => Err(Error::argument("a consumer of events needs a name").into()),
        1..=MAX_CONSUMER_BYTES => Ok(consumer),
        length => {
            let message =
                format!("the name of a consumer is {length} bytes long; at most {MAX_CONSUMER_BYTES}");
            Err(Error::argument(message).into())
        }
    }
}
