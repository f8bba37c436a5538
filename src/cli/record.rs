//! The record: explain, replay, verify, back up, count, tell.

use std::collections::HashMap;
use std::path::Path;

use comfy_table::{Cell, Color};
use obligor::error::{Error, ErrorKind, Result};
use obligor::store::{Event, EventKind, Verification};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::args::Events;
use crate::session::{Session, progress};
use crate::show::{count, lines, marked, moment, right};
use crate::{Done, exit};

#[derive(Deserialize)]
struct Explained {
    text: String,
}

pub(crate) fn explain(session: &Session, decision: u64) -> Result<Done> {
    let request = json!({ "decision_id": decision, "language": session.language() });
    session.tell("decision.explain", &request, |answer: &Explained| Ok(Done::well(answer.text.as_str())))
}

#[derive(Deserialize)]
struct Replayed {
    same: bool,
    recorded: String,
    made: String,
}

pub(crate) fn replay(session: &Session, decision: u64) -> Result<Done> {
    session.tell("decision.replay", &json!({ "decision_id": decision }), |answer: &Replayed| {
        Ok(if answer.same {
            Done::well(format!("Decision {decision} comes out the same, byte for byte."))
        } else {
            let text = format!(
                "Decision {decision} comes out otherwise.\n\non record:\n{}\n\nmade again:\n{}",
                answer.recorded, answer.made
            );
            Done::with(text, exit::FAULTS)
        })
    })
}

pub(crate) fn verify(session: &Session) -> Result<Done> {
    let bar = progress(0, "{bar:40} {pos} of {len} checked, {eta} left");
    let found = session.engine.verify(&mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
        true
    });
    bar.finish_and_clear();
    let found = found?;
    session.told(&found, verified(session, &found))
}

fn verified(session: &Session, found: &Verification) -> Done {
    let looked_at = format!(
        "{}, {} ({} erased)",
        count(found.accounts, "account", "accounts"),
        count(found.decisions, "decision", "decisions"),
        found.erased
    );
    if found.faults.is_empty() {
        return Done::well(format!("Sound: {looked_at}."));
    }
    let faults = u64::try_from(found.faults.len()).unwrap_or(u64::MAX);
    let mut table = session.look.bare();
    for fault in &found.faults {
        table.add_row([marked("fault", Color::Red), Cell::new(fault)]);
    }
    let text = format!("{}\nNot sound: {}. {looked_at}.", lines(&table), count(faults, "fault", "faults"));
    Done::with(text, exit::FAULTS)
}

pub(crate) fn backup(session: &Session, to: &Path) -> Result<Done> {
    session.engine.backup(to)?;
    let shown = format!("Copied to {}. The key is not in the copy: keep it apart, and keep it.", to.display());
    session.told(&json!({ "to": to.display().to_string() }), Done::well(shown))
}

pub(crate) fn stats(session: &Session) -> Result<Done> {
    session.tell("stats", &json!({}), |counts: &Map<String, Value>| {
        let mut table = session.look.bare();
        for (name, number) in counts {
            let number = number.as_i64().map_or_else(|| number.to_string(), |n| session.look.language.number(n));
            table.add_row([Cell::new(name.replace('_', " ")), right(number)]);
        }
        Ok(Done::well(lines(&table)))
    })
}

pub(crate) fn events(session: &Session, events: &Events) -> Result<Done> {
    let (operation, request) = match &events.consumer {
        None => ("event.list", json!({ "after": events.after, "most": events.most })),
        Some(consumer) => {
            if let Some(up_to) = events.acknowledge {
                let request = json!({ "consumer": consumer, "up_to": up_to });
                session.call_text("event.acknowledge", &request.to_string())?;
            }
            ("event.next", json!({ "consumer": consumer, "most": events.most }))
        }
    };
    session.tell(operation, &request, |events: &Vec<Event>| {
        if events.is_empty() {
            return Ok(Done::well("No events."));
        }
        let mut names = HashMap::new();
        let mut table = session.look.table(&["Event", "At", "What", "Account", "Order", "Reasons"]);
        for event in events {
            let words = event.kind.name().replace('_', " ");
            let what = match event.kind {
                EventKind::Held | EventKind::PrepayAsked | EventKind::LimitRequested => marked(&words, Color::Magenta),
                EventKind::Alert | EventKind::OverLimit | EventKind::LimitExpiring | EventKind::ReviewDue => {
                    marked(&words, Color::Yellow)
                }
                EventKind::Refused | EventKind::Rejected | EventKind::HandedOver => marked(&words, Color::Red),
                EventKind::Expired | EventKind::Released | EventKind::StatusChanged | EventKind::RatingChanged => {
                    Cell::new(words)
                }
            };
            if let Some(id) = event.account.filter(|id| !names.contains_key(id)) {
                let name = crate::account::named(session, id)?.map_or_else(
                    || id.0.to_string(),
                    |account| format!("{} in {}", account.key.customer, account.key.company),
                );
                names.insert(id, name);
            }
            let account = event.account.and_then(|id| names.get(&id)).map_or("", String::as_str);
            table.add_row([
                right(event.id),
                Cell::new(moment(event.at)),
                what,
                Cell::new(account),
                Cell::new(&event.document),
                Cell::new(event.reasons.join(", ")),
            ]);
        }
        Ok(Done::well(lines(&table)))
    })
}

/// Reads one line from standard input: a number that other users of the machine must not see among the arguments.
pub(crate) fn secret_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| {
        Error::new(ErrorKind::Io, format!("--personal-number-stdin: standard input cannot be read: {error}"))
    })?;
    if line.trim().is_empty() {
        return Err(Error::argument(
            "--personal-number-stdin: standard input is empty; write the number on its first line",
        ));
    }
    Ok(line.trim().to_owned())
}
