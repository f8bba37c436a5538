//! The work of the credit department: the hold list, asking again, and what is to be told ahead of time.

use std::collections::HashMap;
use std::time::Instant as Deadline;

use serde::{Deserialize, Serialize};

use super::body::Told;
use super::order_request::OrderRequest;
use super::{Engine, LogLevel, MAX_ROWS, ROWS};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Action, Chain, ChainState};
use crate::error::Result;
use crate::money::Money;
use crate::reason::{Code, Language, Reason};
use crate::store::{AccountRef, Event, EventKind, Step};

/// Events that are queued at once.
const EVENTS_AT_ONCE: usize = 1_000;

/// Asks for the orders that wait for a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct HeldRequest {
    /// The company that sells.
    pub company: String,
    /// Only those of this customer.
    pub customer: Option<String>,
    /// At most so many, the oldest first; 100 when nothing is said.
    pub most: Option<u32>,
    /// The language of the sentences; none are given when nothing is said.
    pub language: Option<Language>,
}

/// An order that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldOrder {
    /// The company that sells.
    pub company: String,
    /// The customer that pays.
    pub customer: String,
    /// The account's number.
    pub account: AccountId,
    /// The host's number of the order.
    pub document: String,
    /// Its state; `held`.
    pub state: ChainState,
    /// What it asked for.
    pub amount: Money,
    /// When it was first asked for.
    pub since: Instant,
    /// How many days ago that was.
    pub age_days: i64,
    /// Why it waits, as of when it was last asked about.
    pub reasons: Vec<Reason>,
    /// The reasons in sentences, when a language was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<String>,
    /// Why a person put it on hold, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced_hold: Option<String>,
    /// Whether nothing but a person's hold stops it.
    pub ready: bool,
    /// Who has released it already, where a second person is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<String>,
    /// The roles that may release it, as its reasons name them.
    pub release_by: Vec<String>,
}

/// Asks about orders again, since something has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ReevaluateRequest {
    /// The company that sells.
    pub company: String,
    /// Only those of this customer.
    pub customer: Option<String>,
    /// Also orders that hold credit and of which nothing has left yet: a rating, a limit or the policy has changed.
    pub active: bool,
    /// At most so many of each; 1,000 when nothing is said.
    pub most: Option<u32>,
    /// Who asks; recorded.
    pub user: String,
    /// How long it may take; as configured when nothing is said.
    pub deadline_ms: Option<u32>,
}

/// What came of asking again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reevaluated {
    /// How many orders were asked about.
    pub asked: u32,
    /// Orders that went through.
    pub released: Vec<String>,
    /// Orders that held credit and wait now.
    pub held: Vec<String>,
    /// How many wait as before.
    pub waiting: u32,
    /// Whether time ran out before all were asked about: ask again.
    pub more: bool,
}

/// What a sweep came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Swept {
    /// How many events were queued; what was told before is not told again.
    pub queued: u64,
}

impl Engine {
    /// Orders of a company that wait for a person, the oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn held_orders(&self, request: &HeldRequest) -> Result<Vec<HeldOrder>> {
        let most = request.most.unwrap_or(ROWS).min(MAX_ROWS);
        let chains = self.store.held_orders(&request.company, request.customer.as_deref(), None, most)?;
        let today = self.today();
        let mut held = Vec::with_capacity(chains.len());
        for chain in chains {
            if let Some(account) = self.store.account(chain.account)? {
                let age_days = today.since(self.day_of(chain.since));
                let mut order = held_order(chain, account.currency, age_days);
                (order.company, order.customer) = (account.key.company, account.key.customer);
                if let Some(language) = request.language {
                    order.sentences = order.reasons.iter().map(|reason| reason.sentence(language)).collect();
                }
                held.push(order);
            }
        }
        Ok(held)
    }

    /// Asks about the waiting orders of a company again, the oldest first, each in a durable step of its own that sees
    /// what those before it took: so the room that came free is used in the order of age. An order that does not fit does
    /// not keep a younger, smaller one waiting.
    ///
    /// # Errors
    /// Those of the store; what was done until then stands.
    pub fn reevaluate_all(&self, request: &ReevaluateRequest) -> Result<Reevaluated> {
        let deadline = self.deadline(request.deadline_ms);
        let most = request.most.unwrap_or(1_000).min(MAX_ROWS);
        let customer = request.customer.as_deref();
        let mut done = Reevaluated::default();
        let mut orders = Vec::new();
        if request.active {
            // First, so that what must wait now makes room for what waited before.
            orders = self.store.active_orders(&request.company, customer, None, most)?;
        }
        orders.extend(self.store.held_orders(&request.company, customer, None, most)?);
        for chain in orders {
            if Deadline::now() >= deadline {
                done.more = true;
                return Ok(done);
            }
            self.reevaluate_one(&chain, &request.user, deadline, &mut done)?;
        }
        Ok(done)
    }

    fn reevaluate_one(&self, chain: &Chain, user: &str, deadline: Deadline, done: &mut Reevaluated) -> Result<()> {
        let now = self.now();
        let order = OrderRequest { document: chain.document.clone(), user: user.to_owned(), ..OrderRequest::default() };
        let step: Step = self.step_at(AccountRef::Id(chain.account), Action::Reevaluate, &order, None, now)?;
        let written = self.store.step(vec![step], false, deadline)?.answers.into_iter().next();
        // An order that ran out, or was changed or closed by somebody else meanwhile, is no longer ours to ask about.
        let Some(Ok(written)) = written else { return Ok(()) };
        done.asked = done.asked.saturating_add(1);
        self.keep(written.account, written.stamp, now);
        let body = written.decision.and_then(|record| record.body);
        let state = body.map(|body| Told::read(&body)).transpose()?.and_then(|told| told.state());
        match (chain.state, state) {
            (ChainState::Active, Some(ChainState::Held)) => done.held.push(chain.document.clone()),
            (ChainState::Active, _) | (_, Some(ChainState::Expired)) => {}
            (_, Some(ChainState::Active)) => done.released.push(chain.document.clone()),
            (_, _) => done.waiting = done.waiting.saturating_add(1),
        }
        Ok(())
    }

    /// Queues what people are to be told ahead of time, each thing once: limits that end and reviews that are due within
    /// the policy's days of notice, and open items that go over to collection. Disputed items do not, nor those that the
    /// customer's own unapplied credits cover: returns and complaints are settled first.
    ///
    /// # Errors
    /// Those of the store; what was queued until then stands.
    pub fn sweep(&self, deadline_ms: Option<u32>) -> Result<Swept> {
        let (now, deadline) = (self.now(), self.deadline(deadline_ms));
        let today = self.day_of(now);
        let collection = &self.policy.collection;
        let until = today.plus(i32::from(collection.remind_days));
        let mut queue = Vec::new();
        let mut credits: HashMap<AccountId, i64> = HashMap::new();
        let (overdue_to, horizon_to) = (self.overdue_to(today), self.horizon_to(today));
        self.store.all_accounts(overdue_to, horizon_to, now, &mut |_, facts| {
            notices(&facts, until, now, &mut queue);
            if facts.buckets.unapplied > 0 {
                credits.insert(facts.id, facts.buckets.unapplied);
            }
        })?;
        let mut swept = Swept::default();
        if let Some(days) = collection.hand_over_days {
            let due_to = today.plus(-i32::from(days));
            let mut after = None;
            loop {
                let items = self.store.overdue_items(due_to, after.as_ref(), MAX_ROWS)?;
                let Some(last) = items.last() else { break };
                after = Some(last.clone());
                for found in items {
                    let left = credits.entry(found.account).or_default();
                    if *left >= found.item.residual {
                        *left -= found.item.residual;
                        continue;
                    }
                    let key = format!("hand over {} {}", found.account.0, found.item.number);
                    let event = Event {
                        document: found.item.document,
                        subject: found.item.number,
                        ..notice(EventKind::HandedOver, found.account, now)
                    };
                    queue.push((key, event));
                }
            }
        }
        for part in queue.chunks(EVENTS_AT_ONCE) {
            swept.queued = swept.queued.saturating_add(self.store.queue_once(part, deadline)?.into());
        }
        if swept.queued > 0 {
            self.tell(LogLevel::Info, &format!("a sweep queued {} events", swept.queued));
        }
        Ok(swept)
    }
}

fn held_order(chain: Chain, currency: crate::money::Currency, age_days: i64) -> HeldOrder {
    let stops = |reason: &&Reason| !reason.effect.grants();
    let forced = chain.marks.forced_hold;
    let ready =
        forced.is_some() && chain.marks.reasons.iter().filter(stops).all(|reason| reason.code == Code::ForcedHold);
    let mut release_by: Vec<String> =
        chain.marks.reasons.iter().filter(stops).filter_map(|reason| reason.release_by.clone()).collect();
    release_by.sort();
    release_by.dedup();
    HeldOrder {
        company: String::new(),
        customer: String::new(),
        account: chain.account,
        document: chain.document,
        state: chain.state,
        amount: chain.marks.without_rate.unwrap_or(Money::new(chain.amount, currency)),
        since: chain.since,
        age_days,
        reasons: chain.marks.reasons,
        sentences: Vec::new(),
        forced_hold: forced,
        ready,
        released_by: chain.marks.awaiting.map(|release| release.user),
        release_by,
    }
}

/// The limits of an account that end, and the review that is due, up to this day.
fn notices(facts: &AccountFacts, until: Day, now: Instant, queue: &mut Vec<(String, Event)>) {
    for limit in &facts.limits {
        let Some(to) = limit.to.filter(|to| *to <= until) else { continue };
        let from = limit.from.map_or_else(String::new, |day| day.to_string());
        let key = format!("limit {} {:?} {from} {to}", facts.id.0, limit.kind);
        queue.push((key, Event { subject: to.to_string(), ..notice(EventKind::LimitExpiring, facts.id, now) }));
    }
    if let Some(due) = facts.profile.next_review.filter(|due| *due <= until) {
        let key = format!("review {} {due}", facts.id.0);
        queue.push((key, Event { subject: due.to_string(), ..notice(EventKind::ReviewDue, facts.id, now) }));
    }
}

fn notice(kind: EventKind, account: AccountId, at: Instant) -> Event {
    Event {
        id: 0,
        at,
        kind,
        account: Some(account),
        document: String::new(),
        subject: String::new(),
        reasons: Vec::new(),
    }
}
