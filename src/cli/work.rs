//! The credit department's work from a shell: the hold list, releases, asking again, limits for two people.

use comfy_table::Cell;
use obligor::engine::{HeldOrder, OrderRequest};
use obligor::error::Result;
use obligor::reason::Outcome;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::args::{DecideLimit, Held, Limits, LimitsCommand, Pass, Person, Reevaluate};
use crate::orders::{ask, keyed};
use crate::session::Session;
use crate::show::{count, lines, moment, right};
use crate::{Done, exit};

pub(crate) fn held(session: &Session, held: &Held) -> Result<Done> {
    let language = session.asked_language();
    let request =
        json!({ "company": held.company, "customer": held.customer, "most": held.most, "language": language });
    session.tell("order.held", &request, |orders: &Vec<HeldOrder>| {
        if orders.is_empty() {
            return Ok(Done::well(format!("No order of {} waits for a person.", held.company)));
        }
        let look = session.look;
        let mut table = look.table(&["Order", "Customer", "Amount", "Waits since", "Days", "Why", "For"]);
        for order in orders {
            let mut why = order.sentences.join("\n");
            if let Some(reason) = &order.forced_hold {
                why = format!("{why}\n{reason}");
            }
            if let Some(user) = &order.released_by {
                why = format!("{why}\nreleased by {user}; waits for a second person");
            }
            table.add_row([
                Cell::new(&order.document),
                Cell::new(&order.customer),
                look.money(order.amount),
                Cell::new(moment(order.since)),
                right(order.age_days),
                Cell::new(why),
                Cell::new(order.release_by.join(", ")),
            ]);
        }
        let waiting = u64::try_from(orders.len()).unwrap_or(u64::MAX);
        let verb = if waiting == 1 { "waits" } else { "wait" };
        let heading = format!(
            "{}: {} {verb} for a person.",
            Outcome::Hold.text(look.language),
            count(waiting, "order", "orders")
        );
        Ok(Done::well(format!("{}\n{heading}\n", lines(&table))))
    })
}

pub(crate) fn pass(session: &Session, pass: &Pass) -> Result<Done> {
    ask(session, "order.pass", OrderRequest { checkpoint: Some(pass.checkpoint), ..keyed(&pass.order) })
}

/// What a person does to an order: hold, release, reject.
pub(crate) fn person(session: &Session, operation: &str, person: &Person) -> Result<Done> {
    let request = OrderRequest {
        role: person.role.clone(),
        reason: person.reason.clone(),
        lifts_stop: person.lifts_stop,
        valid_days: person.valid_days,
        ..keyed(&person.order)
    };
    ask(session, operation, request)
}

#[derive(Deserialize)]
struct Reevaluated {
    asked: u64,
    released: Vec<String>,
    held: Vec<String>,
    more: bool,
}

pub(crate) fn reevaluate(session: &Session, words: &Reevaluate) -> Result<Done> {
    let request = json!({
        "company": words.company,
        "customer": words.customer,
        "active": words.active,
        "user": words.user,
    });
    session.tell("work.reevaluate", &request, |done: &Reevaluated| {
        let listed = |orders: &[String]| {
            if orders.is_empty() { "none".to_owned() } else { orders.join(", ") }
        };
        let more = if done.more { "\nThere are more: ask again." } else { "" };
        Ok(Done::well(format!(
            "Asked about {}. Released: {}. Put on hold: {}.{more}",
            count(done.asked, "order", "orders"),
            listed(&done.released),
            listed(&done.held)
        )))
    })
}

pub(crate) fn sweep(session: &Session) -> Result<Done> {
    session.tell("work.sweep", &json!({}), |done: &Map<String, Value>| {
        let queued = done.get("queued").and_then(Value::as_u64).unwrap_or_default();
        Ok(Done::well(format!("Queued {}.", count(queued, "event", "events"))))
    })
}

#[derive(Deserialize)]
struct Waiting {
    id: u64,
    company: String,
    customer: String,
    pool: String,
    kind: obligor::credit::LimitKind,
    limit: Option<obligor::money::Money>,
    user: String,
    at: obligor::calendar::Instant,
}

pub(crate) fn limits(session: &Session, limits: &Limits) -> Result<Done> {
    let (decided, approve) = match &limits.command {
        LimitsCommand::Waiting => return waiting(session),
        LimitsCommand::Approve(decided) => (decided, true),
        LimitsCommand::Drop(decided) => (decided, false),
    };
    let DecideLimit { id, user } = decided;
    session.tell("limit.decide", &json!({ "id": id, "user": user, "approve": approve }), |limit: &Waiting| {
        let what = if approve { "is in the books now" } else { "was dropped" };
        Ok(Done::well(format!("Limit {} of {} {what}.", limit.id, owner(limit))))
    })
}

fn waiting(session: &Session) -> Result<Done> {
    session.tell("limit.waiting", &json!({}), |limits: &Vec<Waiting>| {
        if limits.is_empty() {
            return Ok(Done::with("No limit waits for a second person.", exit::OK));
        }
        let mut table = session.look.table(&["Limit", "Whose", "Kind", "Amount", "Asked for by", "At"]);
        for limit in limits {
            let amount = limit.limit.map_or_else(|| right("no limit"), |amount| session.look.money(amount));
            table.add_row([
                right(limit.id),
                Cell::new(owner(limit)),
                Cell::new(crate::account::limit_kind(limit.kind)),
                amount,
                Cell::new(&limit.user),
                Cell::new(moment(limit.at)),
            ]);
        }
        Ok(Done::well(lines(&table)))
    })
}

fn owner(limit: &Waiting) -> String {
    if limit.pool.is_empty() {
        format!("{} in {}", limit.customer, limit.company)
    } else {
        format!("pool {}", limit.pool)
    }
}
