//! The published JSON Schemas of the operations, made from the types that requests are read into and answers written
//! from. Feature `schema`; the test of the same name keeps `include/schema` as they are.
#![allow(dead_code, reason = "what the engine writes field by field has its shape described here, and never made")]

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::accounts::{CustomerName, ItemsRequest, PositionRequest, PutCustomer};
use super::backtests::{TrialAnswer, TrialRequest};
use super::customers::{CustomerAnswer, CustomerRequest};
use super::debtors::{LookupAnswer, LookupRequest};
use super::events::{AcknowledgeRequest, Acknowledged, NextRequest};
use super::identify::TypedNumber;
use super::imports::ImportRequest;
use super::limits::{DecideLimit, PutLimit, WaitingLimit, WaitingRequest};
use super::operations::{
    DecisionRequest, DsoRequest, EventsRequest, ExpireRequest, ListRequest, Nothing, OrderList, RowsRequest,
};
use super::order_request::OrderRequest;
use super::orders::OrderAnswer;
use super::policies::{
    CheckedPolicy, CompareRequest, ExplainRequest, PolicyChoice, PolicyText, ProfileRequest, ProfileTitle,
};
use super::pools::{PoolPosition, PoolRequest, PoolWire};
use super::record::Replay;
use super::wire::{AccountWire, ItemWire, LimitWire, PositionWire};
use super::work::{HeldOrder, HeldRequest, ReevaluateRequest, Reevaluated, Swept};
use crate::calendar::{Day, Instant};
use crate::import::Report;
use crate::money::{Currency, Money};
use crate::portfolio::compare::Comparison;
use crate::reason::Language;
use crate::register::sources::{HostAnswer, HostRequest};
use crate::store::{Counts, Customer, DecisionRecord, Event, LookupRecord, Put, Verification};

/// What an operation reads and what it writes.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationSchemas {
    /// The operation's name.
    pub operation: &'static str,
    /// What a request may hold.
    pub request: Value,
    /// What an answer holds. Newer versions may add to it.
    pub answer: Value,
}

/// The schemas of every operation, in the order of [`super::Engine::operations`].
pub fn all() -> Vec<OperationSchemas> {
    vec![
        of::<PositionRequest, PositionWire>("account.get"),
        of::<ItemsRequest, Vec<ItemWire>>("account.items"),
        of::<AccountWire, Put>("account.put"),
        of::<CustomerName, Customer>("customer.get"),
        of::<PutCustomer, Put>("customer.put"),
        of::<CustomerRequest, CustomerAnswer>("customer.validate"),
        of::<LookupRequest, LookupAnswer>("debtor.lookup"),
        of::<DecisionRequest, ()>("decision.erase"),
        of::<DecisionRequest, Explained>("decision.explain"),
        of::<DecisionRequest, DecisionRecord>("decision.get"),
        of::<ListRequest, Vec<DecisionRecord>>("decision.list"),
        of::<DecisionRequest, Replay>("decision.replay"),
        of::<AcknowledgeRequest, Acknowledged>("event.acknowledge"),
        of::<EventsRequest, Vec<Event>>("event.list"),
        of::<NextRequest, Vec<Event>>("event.next"),
        of::<ImportRequest, Report>("import"),
        of::<ItemWire, Put>("item.put"),
        of::<DecideLimit, WaitingLimit>("limit.decide"),
        of::<LimitWire, PutLimit>("limit.put"),
        of::<WaitingRequest, Vec<WaitingLimit>>("limit.waiting"),
        of::<RowsRequest, Vec<LookupRecord>>("lookup.list"),
        order("order.cancel"),
        order("order.change"),
        order("order.check"),
        told(of::<OrderList, Checked>("order.check_list")),
        order("order.convert"),
        of::<ExpireRequest, Expired>("order.expire"),
        of::<HeldRequest, Vec<HeldOrder>>("order.held"),
        order("order.hold"),
        order("order.pass"),
        order("order.reevaluate"),
        order("order.reject"),
        order("order.release"),
        order("order.reopen"),
        order("order.reserve"),
        told(of::<OrderList, Reserved>("order.reserve_list")),
        order("order.transfer"),
        of::<PolicyChoice, CheckedPolicy>("policy.check"),
        told(of::<CompareRequest, Comparison>("policy.compare")),
        of::<ExplainRequest, PolicyText>("policy.explain"),
        of::<Nothing, PolicyInForce>("policy.get"),
        of::<ProfileRequest, PolicyText>("policy.profile"),
        of::<Nothing, Vec<ProfileTitle>>("policy.profiles"),
        of::<TrialRequest, TrialAnswer>("policy.try"),
        of::<PoolRequest, PoolPosition>("pool.get"),
        of::<PoolWire, Put>("pool.put"),
        of::<DsoRequest, Dso>("portfolio.dso"),
        of::<Nothing, Counts>("stats"),
        of::<Nothing, Verification>("verify"),
        of::<Nothing, Warmed>("warm"),
        of::<ReevaluateRequest, Reevaluated>("work.reevaluate"),
        of::<ExpireRequest, Swept>("work.sweep"),
    ]
}

/// The schemas of what a source of the host's is asked and how it answers, under the name `source`. Here it is the engine
/// that asks: it writes the request and reads the answer, so their shapes are made the other way round.
pub fn source() -> OperationSchemas {
    let told = of::<HostAnswer, HostRequest<'static>>("source");
    OperationSchemas { request: told.answer, answer: told.request, ..told }
}

/// The answer of `decision.explain`.
#[derive(JsonSchema)]
struct Explained {
    /// The decision in sentences, one on a line.
    text: String,
}

/// The answer of `order.check_list`.
#[derive(JsonSchema)]
struct Checked {
    /// One for each order, in order.
    answers: Vec<Answered>,
}

/// The answer of `order.reserve_list`.
#[derive(JsonSchema)]
struct Reserved {
    /// Whether the list was taken: false only when it was all or nothing and an order was not granted.
    taken: bool,
    /// One for each order, in order.
    answers: Vec<Answered>,
}

/// The answer to an order of a list, or why there is none.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Answered {
    /// The answer.
    Answer(OrderAnswer),
    /// Why there is none.
    Error {
        /// What is wrong with this order.
        error: ErrorTold,
    },
}

/// An error of one order of a list.
#[derive(JsonSchema)]
struct ErrorTold {
    /// The name of its kind, such as `argument` or `undetermined`.
    kind: String,
    /// What was wrong, where, what to do.
    message: String,
}

/// The answer of `order.expire`.
#[derive(JsonSchema)]
struct Expired {
    /// How many reservations were taken out.
    count: u64,
    /// Whether there are more: ask again.
    more: bool,
}

/// The answer of `policy.get`.
#[derive(JsonSchema)]
struct PolicyInForce {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// TOML.
    text: String,
}

/// The answer of `warm`.
#[derive(JsonSchema)]
struct Warmed {
    /// How many accounts are in memory.
    accounts: u64,
}

/// The answer of `portfolio.dso`.
#[derive(JsonSchema)]
struct Dso {
    /// Hundredths of a day.
    hundredths: i64,
}

/// What is told of a decision beside what is on record.
#[derive(JsonSchema)]
struct Told {
    /// Limit less exposure before the order; none without a limit.
    available_before: Option<Money>,
    /// Limit less exposure after the order; none without a limit.
    available_after: Option<Money>,
    /// Whether the order may go through now.
    granted: bool,
}

/// What is told of a reason when a language was asked for.
#[derive(JsonSchema)]
struct Sentence {
    /// The reason in words, in the language that was asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    sentence: String,
}

/// What a request about an order may hold beside the order.
#[derive(JsonSchema)]
struct Wanted {
    /// The language of the sentences; none are given when nothing is said.
    #[serde(default)]
    language: Option<Language>,
}

fn of<Request: JsonSchema, Answer: JsonSchema>(operation: &'static str) -> OperationSchemas {
    let plain = || SchemaSettings::draft2020_12().with_transform(PlainWords);
    let mut request = plain().for_deserialize().into_generator().into_root_schema_for::<Request>();
    let mut answer = plain().for_serialize().into_generator().into_root_schema_for::<Answer>();
    request.insert("title".to_owned(), json!(format!("{operation}: request")));
    answer.insert("title".to_owned(), json!(format!("{operation}: answer")));
    OperationSchemas { operation, request: request.to_value(), answer: answer.to_value() }
}

/// An operation about one order.
fn order(operation: &'static str) -> OperationSchemas {
    let mut schemas = told(of::<OrderRequest, OrderAnswer>(operation));
    add::<Wanted>(&mut schemas.request, "", SchemaSettings::draft2020_12().for_deserialize());
    schemas
}

/// Adds to the answer what the engine tells beside what it records.
fn told(mut schemas: OperationSchemas) -> OperationSchemas {
    let settings = || SchemaSettings::draft2020_12().for_serialize();
    add::<Told>(&mut schemas.answer, "/$defs/Decision", settings());
    add::<Sentence>(&mut schemas.answer, "/$defs/Reason", settings());
    schemas
}

/// Adds the fields of `More` to the object at this place of a schema.
fn add<More: JsonSchema>(schema: &mut Value, place: &str, settings: SchemaSettings) {
    let mut more = settings.with_transform(PlainWords).into_generator().into_root_schema_for::<More>().to_value();
    let mut part = |name: &str| more.get_mut(name).map(Value::take);
    let (properties, required, definitions) = (part("properties"), part("required"), part("$defs"));
    if let Some(object) = schema.pointer_mut(place).and_then(Value::as_object_mut) {
        extend(object, "properties", properties);
        if let (Some(Value::Array(names)), Some(Value::Array(more))) = (object.get_mut("required"), required) {
            names.extend(more);
        }
    }
    if let (Some(root), true) = (schema.as_object_mut(), definitions.is_some()) {
        extend(root, "$defs", definitions);
    }
}

fn extend(object: &mut Map<String, Value>, name: &str, more: Option<Value>) {
    if let (Value::Object(fields), Some(Value::Object(more))) = (object.entry(name).or_insert(json!({})), more) {
        fields.extend(more);
    }
}

/// Takes the marks of Rust's documentation links out of descriptions, and joins their lines.
#[derive(Debug, Clone)]
struct PlainWords;

impl Transform for PlainWords {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.replace("[`", "`").replace("`]", "`").replace('\n', " ");
        }
        transform_subschemas(self, schema);
    }
}

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An amount with its ISO 4217 currency, as text so that no reader can make a float of it.",
            "pattern": "^[+-]?[0-9]+(\\.[0-9]+)? [A-Z]{3}$",
            "examples": ["1250.00 DKK"]
        })
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "An ISO 4217 code.", "pattern": "^[A-Z]{3}$" })
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A civil day.",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "examples": ["2026-11-22"]
        })
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "description": "A moment: milliseconds since 1970-01-01T00:00:00Z.",
            "format": "int64"
        })
    }
}

impl JsonSchema for TypedNumber {
    fn schema_name() -> Cow<'static, str> {
        "TypedNumber".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A number as it was typed in, with or without separators." })
    }
}
