//! The queue of events, and how far its readers have come.

use super::fault::Outcome;
use super::value::{Col, counter, from_json, maybe, signed, to_json, values};
use super::{Row, Sql};
use crate::error::Error;
use crate::store::{Event, MAX_CONSUMER_BYTES};

/// Queues an event.
pub(in crate::store) fn queue(sql: &dyn Sql, event: &Event) -> Outcome<()> {
    insert(sql, event, None).map(drop)
}

/// Queues the events whose keys were never used before. Returns how many.
pub(in crate::store) fn queue_once(sql: &dyn Sql, events: &[(String, Event)]) -> Outcome<u32> {
    let mut count: u32 = 0;
    for (key, event) in events {
        if insert(sql, event, Some(key))? {
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}

fn insert(sql: &dyn Sql, event: &Event, once: Option<&str>) -> Outcome<bool> {
    let rows = sql.execute(
        "INSERT INTO event (at, kind, account, document, subject, reasons, once) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING",
        values![
            Col(event.at),
            Col(event.kind),
            maybe(event.account),
            &event.document,
            &event.subject,
            to_json(&event.reasons)?,
            once
        ],
    )?;
    Ok(rows > 0)
}

fn from_row(row: &dyn Row) -> Outcome<Event> {
    Ok(Event {
        id: counter(row, 0)?,
        at: row.get::<Col<_>>(1)?.0,
        kind: row.get::<Col<_>>(2)?.0,
        account: row.get::<Option<Col<_>>>(3)?.map(|account| account.0),
        document: row.get(4)?,
        subject: row.get(5)?,
        reasons: from_json(row, 6)?,
    })
}

/// Events after this one, the oldest first.
pub(in crate::store) fn after(sql: &dyn Sql, after: u64, most: u32) -> Outcome<Vec<Event>> {
    let text = format!(
        "SELECT id, at, kind, account, document, subject, reasons FROM event WHERE id > ?1{} ORDER BY id LIMIT ?2",
        sql.settled_events()
    );
    sql.all(&text, values![signed(after), most], from_row)
}

/// Events that this consumer has not acknowledged, the oldest first.
pub(in crate::store) fn next(sql: &dyn Sql, consumer: &str, most: u32) -> Outcome<Vec<Event>> {
    after(sql, acknowledged(sql, checked(consumer)?)?, most)
}

/// Notes how far a consumer has come. Returns how far it is.
pub(in crate::store) fn acknowledge(sql: &dyn Sql, consumer: &str, up_to: u64) -> Outcome<u64> {
    let consumer = checked(consumer)?;
    let last = sql.only("SELECT coalesce(max(id), 0) FROM event", values![], |row| counter(row, 0))?;
    if up_to > last {
        return Err(Error::argument(format!("up_to: there is no event {up_to} yet; the last one is {last}")).into());
    }
    let before = acknowledged(sql, consumer)?;
    if up_to > before {
        sql.execute(
            "INSERT INTO consumer (name, acknowledged) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET acknowledged = CASE
                 WHEN consumer.acknowledged > excluded.acknowledged THEN consumer.acknowledged
                 ELSE excluded.acknowledged END",
            values![consumer, signed(up_to)],
        )?;
    }
    Ok(before.max(up_to))
}

fn acknowledged(sql: &dyn Sql, consumer: &str) -> Outcome<u64> {
    let found =
        sql.first("SELECT acknowledged FROM consumer WHERE name = ?1", values![consumer], |row| counter(row, 0))?;
    Ok(found.unwrap_or(0))
}

fn checked(consumer: &str) -> Outcome<&str> {
    match consumer.len() {
        0 => Err(Error::argument("a consumer of events needs a name").into()),
        1..=MAX_CONSUMER_BYTES => Ok(consumer),
        length => {
            let message = format!("the name of a consumer is {length} bytes long; at most {MAX_CONSUMER_BYTES}");
            Err(Error::argument(message).into())
        }
    }
}
