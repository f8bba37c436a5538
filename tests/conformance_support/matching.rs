//! How what a vector expects is held against what came back.

use std::collections::{BTreeMap, BTreeSet};

use obligor::calendar::Instant;
use obligor::money::Money;
use serde_json::{Map, Value};

/// An answer as vectors speak of it: an object, with the fields of a `decision` beside its own. An answer that is no object
/// stands under `answer`.
pub(crate) fn flattened(answer: Value) -> Value {
    match answer {
        Value::Object(mut fields) => {
            if let Some(Value::Object(decision)) = fields.remove("decision") {
                for (name, value) in decision {
                    fields.entry(name).or_insert(value);
                }
            }
            Value::Object(fields.into_iter().map(|(name, value)| (name, inside(value))).collect())
        }
        other => Value::Object(Map::from_iter([("answer".to_owned(), inside(other))])),
    }
}

/// The answers of a list are answers too.
fn inside(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(
            items.into_iter().map(|item| if item.get("decision").is_some() { flattened(item) } else { item }).collect(),
        ),
        other => other,
    }
}

/// What is at a path such as `answer.0.id`.
pub(crate) fn lookup<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    })
}

/// `"$name"` is what was kept under that name; `"@2026-11-20T12:00:00Z"` is a moment, in milliseconds.
pub(crate) fn filled(value: &Value, kept: &Map<String, Value>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => match (text.strip_prefix('$'), text.strip_prefix('@')) {
            (Some(name), _) => kept.get(name).cloned().ok_or_else(|| format!("nothing was kept as {name:?}"))?,
            (_, Some(moment)) => {
                Instant::parse(moment).ok_or_else(|| format!("{moment:?} is no moment")).map(|at| at.0)?.into()
            }
            _ => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, kept)).collect::<Result<_, _>>()?),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| Ok((name.clone(), filled(value, kept)?)))
                .collect::<Result<Map<_, _>, String>>()?,
        ),
        other => other.clone(),
    })
}

/// Everything in which an answer is other than expected; empty when it is as expected.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut all = Vec::new();
    compare("", expected, Some(found), &mut all);
    all
}

fn compare(place: &str, expected: &Value, found: Option<&Value>, all: &mut Vec<String>) {
    let shown = found.unwrap_or(&Value::Null);
    match expected {
        Value::Null if shown.is_null() => {}
        Value::Object(fields) => {
            if let Some(least) = fields.get("at_least").and_then(Value::as_str) {
                if !money(least)
                    .zip(shown.as_str().and_then(money))
                    .is_some_and(|(least, there)| least.currency == there.currency && there.minor >= least.minor)
                {
                    all.push(format!("{place}: expected at least {least}, found {shown}"));
                }
                return;
            }
            if let Some(unwanted) = fields.get("none").and_then(Value::as_array) {
                for unwanted in unwanted {
                    let items = shown.as_array().into_iter().flatten();
                    for item in items.filter(|item| differences(unwanted, item).is_empty()) {
                        all.push(format!("{place}: there should be no {unwanted}, found {item}"));
                    }
                }
                return;
            }
            let Value::Object(there) = shown else {
                all.push(format!("{place}: expected {expected}, found {shown}"));
                return;
            };
            let exactly = fields.get("exactly") == Some(&Value::Bool(true));
            for (name, value) in fields.iter().filter(|(name, _)| *name != "exactly") {
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                if let (Value::Array(expected), Some(Value::Array(found))) = (value, there.get(name)) {
                    listed(&place, expected, found, exactly, all);
                } else {
                    compare(&place, value, there.get(name), all);
                }
            }
        }
        Value::Array(items) => match shown {
            Value::Array(found) => listed(place, items, found, false, all),
            _ => all.push(format!("{place}: expected {expected}, found {shown}")),
        },
        Value::String(text) => {
            let same = match (money(text), shown.as_str().and_then(money)) {
                (Some(expected), Some(found)) => expected == found,
                _ => shown == expected,
            };
            if !same {
                all.push(format!("{place}: expected {expected}, found {shown}"));
            }
        }
        _ if expected == shown => {}
        _ => all.push(format!("{place}: expected {expected}, found {shown}")),
    }
}

/// Each expected element is there, in this order; `exactly` when there are no others.
fn listed(place: &str, expected: &[Value], found: &[Value], exactly: bool, all: &mut Vec<String>) {
    if exactly && expected.len() != found.len() {
        all.push(format!("{place}: expected {} elements, found {}", expected.len(), found.len()));
    }
    let mut rest = found.iter();
    for (at, wanted) in expected.iter().enumerate() {
        if rest.any(|item| differences(wanted, item).is_empty()) {
            continue;
        }
        let near = expected.get(at).and_then(|wanted| {
            let code = wanted.get("code")?;
            found.iter().find(|item| item.get("code") == Some(code))
        });
        match near {
            Some(item) => all.push(format!("{place}[{at}]: {}", differences(wanted, item).join(", "))),
            None => all.push(format!("{place}[{at}]: expected {wanted}, not found (in this order)")),
        }
        return;
    }
}

fn money(text: &str) -> Option<Money> {
    Money::parse(text).ok()
}

/// Which fields of which reasons a step asserts.
pub(crate) fn reasons_in(value: &Value, all: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Object(fields) => {
            for reason in fields.get("reasons").and_then(Value::as_array).into_iter().flatten() {
                if let (Some(code), Some(fields)) = (reason.get("code").and_then(Value::as_str), reason.as_object()) {
                    all.entry(code.to_owned()).or_default().extend(fields.keys().cloned());
                }
            }
            fields.values().for_each(|value| reasons_in(value, all));
        }
        Value::Array(items) => items.iter().for_each(|item| reasons_in(item, all)),
        _ => {}
    }
}
