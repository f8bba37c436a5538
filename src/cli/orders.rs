//! Orders: a request in words, and the decision for a person to read.

use comfy_table::Cell;
use obligor::credit::{ChainState, Decision};
use obligor::engine::{OrderAnswer, OrderRequest, Source};
use obligor::error::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::args::{Check, Convert, Order, Price, Priced, Whose};
use crate::session::Session;
use crate::show::{lines, right};
use crate::{Done, exit};

pub(crate) fn check(session: &Session, check: &Check) -> Result<Done> {
    let document = check.document.clone().unwrap_or_default();
    let request = OrderRequest { document, ..about(&check.whose) };
    ask(session, "order.check", with_price(request, &check.price))
}

/// A request that brings an amount: reserve, change, reopen.
pub(crate) fn priced(session: &Session, operation: &str, priced: &Priced) -> Result<Done> {
    ask(session, operation, with_price(keyed(&priced.order), &priced.price))
}

pub(crate) fn convert(session: &Session, convert: &Convert) -> Result<Done> {
    let request = OrderRequest {
        amount: convert.amount,
        rate: convert.rate.clone(),
        from: convert.from,
        to: Some(convert.to),
        item: convert.item.clone(),
        due: convert.due,
        ..keyed(&convert.order)
    };
    ask(session, "order.convert", request)
}

pub(crate) fn cancel(session: &Session, order: &Order) -> Result<Done> {
    ask(session, "order.cancel", keyed(order))
}

fn about(whose: &Whose) -> OrderRequest {
    OrderRequest { company: whose.company.clone(), customer: whose.customer.clone(), ..OrderRequest::default() }
}

pub(crate) fn keyed(order: &Order) -> OrderRequest {
    OrderRequest {
        document: order.document.clone(),
        key: order.key.clone(),
        user: order.user.clone(),
        ..about(&order.whose)
    }
}

fn with_price(request: OrderRequest, price: &Price) -> OrderRequest {
    OrderRequest { amount: Some(price.amount), rate: price.rate.clone(), expires: price.expires, ..request }
}

pub(crate) fn ask(session: &Session, operation: &str, request: OrderRequest) -> Result<Done> {
    let mut words = serde_json::to_value(&request)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the request cannot be written: {error}")))?;
    if let (Some(language), Some(words)) = (session.asked_language(), words.as_object_mut()) {
        words.insert("language".to_owned(), json!(language));
    }
    session.tell(operation, &Value::Object(words.as_object().cloned().unwrap_or_default()), |answer: &OrderAnswer| {
        Ok(Done::with(shown(session, &request, answer), exit::of_outcome(answer.decision.outcome)))
    })
}

/// The answer as tables: what the order comes to, and why.
fn shown(session: &Session, request: &OrderRequest, answer: &OrderAnswer) -> String {
    let (look, decision) = (session.look, &answer.decision);
    let mut heading = look.bare();
    let order = if request.document.is_empty() { "a new order" } else { &request.document };
    let of = format!("{order} of customer {} in {}", request.customer, request.company);
    heading.add_row([look.outcome(decision.outcome), Cell::new(of), Cell::new(state(answer.state))]);
    let mut facts = look.bare();
    facts.add_row([Cell::new("Increase"), look.money(decision.increase)]);
    facts.add_row([Cell::new("Limit"), look.maybe(decision.limit)]);
    facts.add_row([Cell::new(""), right("before"), right("after")]);
    facts.add_row([Cell::new("Exposure"), look.maybe(decision.exposure_before), look.maybe(decision.exposure_after)]);
    facts.add_row([
        Cell::new("Available"),
        look.maybe(decision.available_before()),
        look.maybe(decision.available_after()),
    ]);
    if let Some(prepay) = decision.prepay {
        facts.add_row([Cell::new("To be prepaid"), look.money(prepay)]);
    }
    let mut text = format!("{}\n{}", lines(&heading), lines(&facts));
    if !decision.reasons.is_empty() {
        text.push('\n');
        text.push_str(&reasons(session, decision));
    }
    text.push('\n');
    text.push_str(&record(answer));
    text
}

/// Every reason, with what was measured and where the threshold lies.
fn reasons(session: &Session, decision: &Decision) -> String {
    let look = session.look;
    let mut table = look.table(&["Effect", "Reason", "Measured", "Threshold"]);
    for reason in &decision.reasons {
        let quantity = |quantity: Option<obligor::reason::Quantity>| {
            right(quantity.map_or_else(String::new, |quantity| quantity.text(look.language)))
        };
        table.add_row([
            look.outcome(reason.effect),
            Cell::new(reason.sentence(look.language)),
            quantity(reason.measured),
            quantity(reason.threshold),
        ]);
    }
    lines(&table)
}

fn state(state: Option<ChainState>) -> &'static str {
    match state {
        None => "",
        Some(ChainState::Held) => "held: waits for a person",
        Some(ChainState::Declined) => "declined: holds no credit",
        Some(ChainState::Active) => "active: holds credit",
        Some(ChainState::Cancelled) => "cancelled",
        Some(ChainState::Expired) => "expired",
    }
}

/// What is on record of it, or how old what it was answered from is.
fn record(answer: &OrderAnswer) -> String {
    match (answer.decision_id, answer.repeated) {
        (Some(id), false) => format!("Decision {id} on record; `obligor explain {id}` says it in a letter's words.\n"),
        (Some(id), true) => format!("Decision {id} on record: the answer that this key got before.\n"),
        (None, _) => {
            let from = match answer.source {
                Source::Memory => "memory",
                Source::Store => "the store",
            };
            format!(
                "A question only: nothing was written. Facts from {from}, read {}.\n",
                crate::show::moment(answer.facts_at)
            )
        }
    }
}
