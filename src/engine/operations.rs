//! Every operation by its name, JSON in and JSON out: the door for everything that is rich rather than hot.
//!
//! One table names the operations; what a request may hold is the type it is read into, and an unknown field is an
//! error that names it. Amounts travel as text with their currency, `"1250.00 DKK"`, days as `"2026-11-22"`, instants as
//! milliseconds. The published schemas under `include/schema` are made from the same types.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::accounts::{AccountName, ItemsRequest};
use super::order_request::OrderRequest;
use super::orders::OrderAnswer;
use super::policies::{self, CompareRequest};
use super::wire::{AccountWire, ItemWire, PositionWire};
use super::{Engine, LogLevel, ROWS};
use crate::credit::dso;
use crate::error::{Error, ErrorKind, Result, hide_numbers};
use crate::import::Control;
use crate::money::Money;
use crate::reason::{Language, Reason};

/// The longest request that is read, in bytes.
pub const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

/// An operation: reads its request, does it, writes its answer.
type Operation = fn(&Engine, &str) -> Result<String>;

/// Every operation, in the order of the alphabet. Their schemas are listed in `schemas.rs`, in the same order.
const OPERATIONS: &[(&str, Operation)] = &[
    ("account.get", |engine, text| done(engine.position(&read(text)?).map(PositionWire::from))),
    ("account.items", |engine, text| {
        let items = engine.items(&read::<ItemsRequest>(text)?)?;
        done(Ok(items.into_iter().map(ItemWire::from).collect::<Vec<_>>()))
    }),
    ("account.put", |engine, text| done(engine.put_account(&read::<AccountWire>(text)?.into()))),
    ("customer.get", |engine, text| done(engine.customer(&read(text)?))),
    ("customer.put", |engine, text| done(engine.put_customer(&read(text)?))),
    ("customer.validate", |engine, text| done(engine.validate_customer(&read(text)?))),
    ("debtor.lookup", |engine, text| done(engine.lookup_debtor(&read(text)?))),
    ("decision.erase", |engine, text| done(engine.erase_decision(read::<DecisionRequest>(text)?.decision_id))),
    ("decision.explain", |engine, text| {
        let request: DecisionRequest = read(text)?;
        let language = request.language.unwrap_or(Language::En);
        done(engine.explain(request.decision_id, language).map(|text| json!({ "text": text })))
    }),
    ("decision.get", |engine, text| done(engine.decision(read::<DecisionRequest>(text)?.decision_id))),
    ("decision.list", |engine, text| {
        let request: ListRequest = read(text)?;
        done(engine.decisions(engine.account_of(&request.account)?, request.most))
    }),
    ("decision.replay", |engine, text| done(engine.replay(read::<DecisionRequest>(text)?.decision_id))),
    ("event.acknowledge", |engine, text| done(engine.acknowledge(&read(text)?))),
    ("event.list", |engine, text| {
        let request: EventsRequest = read(text)?;
        done(engine.events(request.after, request.most))
    }),
    ("event.next", |engine, text| done(engine.next_events(&read(text)?))),
    ("import", |engine, text| done(engine.import(&read(text)?, &mut |_| Control::Continue))),
    ("item.put", |engine, text| done(engine.put_item(&read::<ItemWire>(text)?.try_into()?))),
    ("limit.decide", |engine, text| done(engine.decide_limit(&read(text)?))),
    ("limit.put", |engine, text| done(engine.put_limit(read(text)?))),
    ("limit.waiting", |engine, text| done(engine.waiting_limits(&read(text)?))),
    ("lookup.list", |engine, text| done(engine.store().lookups(read::<RowsRequest>(text)?.most))),
    ("order.cancel", |engine, text| order(text, |request| engine.cancel(request))),
    ("order.change", |engine, text| order(text, |request| engine.change(request))),
    ("order.check", |engine, text| order(text, |request| engine.check(request))),
    ("order.check_list", |engine, text| {
        let list: OrderList = read(text)?;
        let answers = engine.check_list(&list.orders)?;
        done(Ok(json!({ "answers": each(answers, list.language) })))
    }),
    ("order.convert", |engine, text| order(text, |request| engine.convert(request))),
    ("order.expire", |engine, text| {
        let (count, more) = engine.expire(read::<ExpireRequest>(text)?.deadline_ms)?;
        done(Ok(json!({ "count": count, "more": more })))
    }),
    ("order.held", |engine, text| done(engine.held_orders(&read(text)?))),
    ("order.hold", |engine, text| order(text, |request| engine.hold(request))),
    ("order.pass", |engine, text| order(text, |request| engine.pass(request))),
    ("order.reevaluate", |engine, text| order(text, |request| engine.reevaluate(request))),
    ("order.reject", |engine, text| order(text, |request| engine.reject(request))),
    ("order.release", |engine, text| order(text, |request| engine.release(request))),
    ("order.reopen", |engine, text| order(text, |request| engine.reopen(request))),
    ("order.reserve", |engine, text| order(text, |request| engine.reserve(request))),
    ("order.reserve_list", |engine, text| {
        let list: OrderList = read(text)?;
        let answer = engine.reserve_list(&list.orders, list.all_or_nothing)?;
        done(Ok(json!({ "taken": answer.taken, "answers": each(answer.answers, list.language) })))
    }),
    ("order.transfer", |engine, text| order(text, |request| engine.transfer(request))),
    ("policy.check", |engine, text| done(policies::check(&read(text)?, Some(engine.policy())))),
    ("policy.compare", |engine, text| {
        let request: CompareRequest = read(text)?;
        let answer = policies::compared(&request, Some(engine.policy()), engine.today())?;
        done(Ok(spoken(json!(answer), request.language)))
    }),
    ("policy.explain", |engine, text| done(policies::explain(&read(text)?, Some(engine.policy())))),
    ("policy.get", |engine, text| {
        read::<Nothing>(text)?;
        let policy = engine.policy();
        done(Ok(json!({ "name": policy.name, "version": policy.version, "text": policy.text })))
    }),
    ("policy.profile", |_, text| done(policies::profile(&read(text)?))),
    ("policy.profiles", |_, text| {
        read::<Nothing>(text)?;
        done(Ok(policies::profiles()))
    }),
    ("policy.try", |engine, text| done(engine.try_policy(&read(text)?))),
    ("pool.get", |engine, text| done(engine.pool(&read(text)?))),
    ("pool.put", |engine, text| done(engine.put_pool(&read(text)?))),
    ("portfolio.dso", |_, text| {
        let request: DsoRequest = read(text)?;
        done(
            dso(request.balance, request.credit_sales, request.days)
                .map(|hundredths| json!({ "hundredths": hundredths })),
        )
    }),
    ("stats", |engine, text| {
        read::<Nothing>(text)?;
        done(engine.stats())
    }),
    ("verify", |engine, text| {
        read::<Nothing>(text)?;
        done(engine.verify(&mut |_, _| true))
    }),
    ("warm", |engine, text| {
        read::<Nothing>(text)?;
        done(engine.warm().map(|accounts| json!({ "accounts": accounts })))
    }),
    ("work.reevaluate", |engine, text| done(engine.reevaluate_all(&read(text)?))),
    ("work.sweep", |engine, text| done(engine.sweep(read::<ExpireRequest>(text)?.deadline_ms))),
];

/// A request that asks for nothing in particular: `{}` or nothing at all.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Names a decision.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// Its number on record.
    pub decision_id: u64,
    /// The language of the sentences; English when nothing is said.
    pub language: Option<Language>,
}

/// Asks for rows about an account.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListRequest {
    /// Which account.
    pub account: AccountName,
    /// At most so many rows.
    #[serde(default = "rows")]
    pub most: u32,
}

/// Asks for rows.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RowsRequest {
    /// At most so many rows.
    #[serde(default = "rows")]
    pub most: u32,
}

/// Asks for events.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventsRequest {
    /// Only events after this one.
    #[serde(default)]
    pub after: u64,
    /// At most so many rows.
    #[serde(default = "rows")]
    pub most: u32,
}

/// Asks to take out reservations that ran out.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExpireRequest {
    /// How long it may take.
    pub deadline_ms: Option<u32>,
}

/// A list of orders.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderList {
    /// The orders, in the order they are asked about.
    pub orders: Vec<OrderRequest>,
    /// Reserve: all of them or none.
    #[serde(default)]
    pub all_or_nothing: bool,
    /// The language of the sentences; none are given when nothing is said.
    #[serde(default)]
    pub language: Option<Language>,
}

/// Asks for days sales outstanding.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DsoRequest {
    /// What is owed now.
    pub balance: Money,
    /// What was sold on credit in the window.
    pub credit_sales: Money,
    /// How many days the window has; for a younger customer those since its first day.
    pub days: u32,
}

fn rows() -> u32 {
    ROWS
}

impl Engine {
    /// Does the operation of this name. Request and answer are JSON; an empty request is `{}`.
    ///
    /// # Errors
    /// `Argument` when there is no such operation, or the request is not as it must be; those of the operation.
    pub fn call(&self, operation: &str, request: &str) -> Result<String> {
        if request.len() > MAX_REQUEST_BYTES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("the request has {} bytes; at most {MAX_REQUEST_BYTES}", request.len()),
            ));
        }
        let found = OPERATIONS.binary_search_by(|(name, _)| (*name).cmp(operation));
        let Some((name, operation)) = found.ok().and_then(|at| OPERATIONS.get(at)) else {
            let near = nearest(operation).map_or(String::new(), |name| format!("; did you mean {name:?}?"));
            return Err(Error::argument(format!("there is no operation {:?}{near}", shortened(operation))));
        };
        operation(self, request).map_err(|error| error.at(name)).inspect_err(|error| {
            if error.kind() == ErrorKind::Store {
                self.tell(LogLevel::Error, error.message());
            }
        })
    }

    /// The names of all operations.
    pub fn operations() -> impl Iterator<Item = &'static str> {
        OPERATIONS.iter().map(|(name, _)| *name)
    }
}

/// Reads a request.
fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    serde_json::from_str(text).map_err(unreadable)
}

/// What is wrong with a request. The sentence quotes the request, and what stands there may be a person's number.
fn unreadable(error: serde_json::Error) -> Error {
    Error::argument(format!("the request is not as it must be: {}", hide_numbers(&error.to_string())))
}

fn done<T: Serialize>(answer: Result<T>) -> Result<String> {
    serde_json::to_string(&answer?)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the answer cannot be written: {error}")))
}

/// A request about one order, and the language its reasons are wanted in.
fn order(text: &str, ask: impl FnOnce(&OrderRequest) -> Result<OrderAnswer>) -> Result<String> {
    let mut fields: serde_json::Map<String, Value> = read(text)?;
    let language = match fields.remove("language") {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            serde_json::from_value::<Language>(value).map_err(|error| Error::argument(format!("language: {error}")))?,
        ),
    };
    let request = serde_json::from_value(Value::Object(fields)).map_err(unreadable)?;
    done(Ok(told(&ask(&request)?, language)))
}

/// An answer with what follows from it, and with sentences where a language is asked for.
fn told(answer: &OrderAnswer, language: Option<Language>) -> Value {
    let mut value = json!(answer);
    if let Some(decision) = value.get_mut("decision").and_then(Value::as_object_mut) {
        decision.insert("available_before".to_owned(), json!(answer.decision.available_before()));
        decision.insert("available_after".to_owned(), json!(answer.decision.available_after()));
        decision.insert("granted".to_owned(), json!(answer.decision.outcome.grants()));
        if let (Some(language), Some(reasons)) = (language, decision.get_mut("reasons").and_then(Value::as_array_mut)) {
            for (reason, told) in answer.decision.reasons.iter().zip(reasons) {
                if let Some(told) = told.as_object_mut() {
                    told.insert("sentence".to_owned(), json!(reason.sentence(language)));
                }
            }
        }
    }
    value
}

/// An answer with a sentence in each of its reasons, wherever they stand, where a language is asked for.
pub fn spoken(mut answer: Value, language: Option<Language>) -> Value {
    let Some(language) = language else { return answer };
    match &mut answer {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                *value = if name == "reasons" {
                    sentences(value.take(), language)
                } else {
                    spoken(value.take(), Some(language))
                };
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| *item = spoken(item.take(), Some(language)));
        }
        _ => {}
    }
    answer
}

fn sentences(mut reasons: Value, language: Language) -> Value {
    for reason in reasons.as_array_mut().into_iter().flatten() {
        let sentence = Reason::deserialize(&*reason).ok().map(|reason| reason.sentence(language));
        if let (Some(told), Some(sentence)) = (reason.as_object_mut(), sentence) {
            told.insert("sentence".to_owned(), json!(sentence));
        }
    }
    reasons
}

/// The answers of a list: each an answer, or an error with its kind.
fn each(answers: Vec<Result<OrderAnswer>>, language: Option<Language>) -> Vec<Value> {
    let one = |answer: Result<OrderAnswer>| match answer {
        Ok(answer) => told(&answer, language),
        Err(error) => json!({ "error": { "kind": error.kind().name(), "message": error.message() } }),
    };
    answers.into_iter().map(one).collect()
}

fn nearest(operation: &str) -> Option<&'static str> {
    let operation = shortened(operation);
    let distance = |name: &&str| strsim::damerau_levenshtein(name, operation);
    Engine::operations().min_by_key(distance).filter(|name| distance(name) <= 4)
}

/// At most the first 64 characters, so that a long mistake does not become a long error.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(64).map_or(text, |(at, _)| text.get(..at).unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_in_the_order_of_the_alphabet() {
        assert!(OPERATIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(nearest("order.chek"), Some("order.check"));
        assert_eq!(nearest("make coffee, please"), None);
    }
}
