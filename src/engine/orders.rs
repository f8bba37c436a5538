//! Orders: check, reserve, change, convert, cancel, reopen, expire.
//!
//! A *check* is a question: it is answered from memory while the facts there are young enough, and what memory would
//! not let through is asked again at the store, since a payment may have come in. Everything else is one durable step
//! in the store: facts, decision and what follows from it, in one transaction. Both go through [`crate::credit::act`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::body::{Asked, BODY_FORMAT, Body, Told};
use super::order_request::OrderRequest;
use super::{Engine, LogLevel, checked_name};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Act, Action, Chain, ChainState, Decision, act, action_of_a_check};
use crate::error::{Error, ErrorKind, Result};
use crate::hex::hex;
use crate::money::Currency;
use crate::policy::Checkpoint;
use crate::store::pulse::Stamp;
use crate::store::{AccountRef, Effects, Facts, NewDecision, RequestKey, Step, Written};

/// The most orders that one list may hold.
pub const MAX_LIST: usize = 10_000;

/// Where the facts of an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From memory.
    Memory,
    /// From the store.
    Store,
}

/// The answer to a request about one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderAnswer {
    /// The decision's number on record; `None` for a check, and in a list that was not taken.
    pub decision_id: Option<u64>,
    /// Whether this is the recorded answer to an earlier use of the same key.
    pub repeated: bool,
    /// What was decided.
    pub decision: Decision,
    /// What has become of the order; `None` when nothing is known of it.
    pub state: Option<ChainState>,
    /// Where the facts came from.
    pub source: Source,
    /// As of when the facts are those of the store: when they were read, or, from memory, when it was last known that
    /// nobody had written them since.
    pub facts_at: Instant,
}

/// The answers to a list of orders.
#[derive(Debug)]
pub struct ListAnswer {
    /// Whether the list was taken. `false` only when it was all or nothing and an order was not granted.
    pub taken: bool,
    /// One for each order, in order.
    pub answers: Vec<Result<OrderAnswer>>,
}

impl Engine {
    /// Would this order go through? Nothing is written and nothing is held.
    ///
    /// With a `document` the order is asked about as it stands in the store: an order that holds credit by its
    /// difference, a closed one as reopened. Without one it is asked about as new, and answered from memory where the
    /// facts are young enough.
    ///
    /// # Errors
    /// `Argument`; `Undetermined` when the store had to be asked and could not be.
    pub fn check(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.check_beside(order, None)
    }

    /// Would these orders go through, one after the other, each granted one counting for those after it?
    ///
    /// # Errors
    /// `TooLarge` for more than [`MAX_LIST`] orders. The answers have errors of their own.
    pub fn check_list(&self, orders: &[OrderRequest]) -> Result<Vec<Result<OrderAnswer>>> {
        list_size(orders.len())?;
        let mut granted = Granted::default();
        Ok(orders.iter().map(|order| self.check_beside(order, Some(&mut granted))).collect())
    }

    /// A check, in a list beside what was granted to the orders before it.
    fn check_beside(&self, order: &OrderRequest, mut granted: Option<&mut Granted>) -> Result<OrderAnswer> {
        let now = self.now();
        let today = self.day_of(now);
        let id = match order.account {
            Some(id) => Some(id),
            None => self.cache.id_of(&order.company, &order.customer),
        };
        let oldest = i64::from(self.policy.facts.memory_max_age_ms);
        if let Some(id) = id.filter(|_| order.document.is_empty() && oldest > 0) {
            let heard = self.store.heard(now, oldest, self.deadline(order.deadline_ms));
            let (overdue_to, horizon_to) = (self.overdue_to(today), self.horizon_to(today));
            let from_memory = self.cache.with(self.store.pulse(), id, |entry| {
                let facts_at = heard.map_or(entry.read_at, |heard| heard.max(entry.read_at));
                let young = now.since(facts_at) <= oldest && entry.read_at <= now;
                (young && entry.facts.holds_at(overdue_to, horizon_to, now)).then(|| {
                    let beside = granted.as_deref_mut();
                    let decision = self.question(order, Some(&entry.facts), None, beside, now, today)?.decision;
                    Ok::<_, Error>((decision, facts_at))
                })
            });
            if let Some(Some(answered)) = from_memory {
                let (decision, facts_at) = answered?;
                if decision.outcome.grants() {
                    return Ok(OrderAnswer {
                        decision_id: None,
                        repeated: false,
                        decision,
                        state: None,
                        source: Source::Memory,
                        facts_at,
                    });
                }
            }
        }
        self.check_at_the_store(order, granted, now, today)
    }

    fn check_at_the_store(
        &self,
        order: &OrderRequest,
        granted: Option<&mut Granted>,
        now: Instant,
        today: Day,
    ) -> Result<OrderAnswer> {
        let account = order.account_ref()?;
        let document = if order.document.is_empty() { "" } else { checked_name("document", &order.document)? };
        let deadline = self.deadline(order.deadline_ms);
        let known = match &account {
            AccountRef::Id(id) => Some(*id),
            AccountRef::Key(_) => self.cache.id_of(&order.company, &order.customer),
        };
        let pulse = self.store.pulse();
        let (stamp, writes) = (known.map(|id| pulse.stamp(id)), pulse.writes());
        let facts = self.store.facts(&self.ask(account, document, "", now), deadline)?;
        let id = facts.account.as_ref().map(|account| account.id);
        let stamp = stamp.or_else(|| pulse.stamp_since(id?, writes));
        if let Some(id) = id {
            self.name(order, id);
        }
        let act = self.question(order, facts.account.as_ref(), facts.chain.as_ref(), granted, now, today)?;
        self.keep(facts.account, stamp, now);
        Ok(OrderAnswer {
            decision_id: None,
            repeated: false,
            decision: act.decision,
            state: facts.chain.map(|chain| chain.state),
            source: Source::Store,
            facts_at: now,
        })
    }

    /// What the order would come to on these facts, in a list beside what was granted to the orders before it. What it is
    /// granted itself is noted there.
    fn question(
        &self,
        order: &OrderRequest,
        account: Option<&AccountFacts>,
        chain: Option<&Chain>,
        granted: Option<&mut Granted>,
        now: Instant,
        today: Day,
    ) -> Result<Act> {
        let action = match (order.checkpoint, action_of_a_check(chain)) {
            (Some(checkpoint), Action::Change) if checkpoint != Checkpoint::Entry => Action::Pass,
            (_, action) => action,
        };
        let request = order.request(action, &self.policy)?;
        let (Some(granted), Some(account)) = (granted, account) else {
            return act(&self.policy, account, chain, &order.document, &request, now, today);
        };
        let beside = granted.beside(account);
        let act = act(&self.policy, Some(&beside), chain, &order.document, &request, now, today)?;
        if act.decision.outcome.grants() {
            granted.note(account, held_by(&act.decision));
        }
        Ok(act)
    }

    /// Asks to hold credit for an order, and holds it if the answer grants it: one atomic, durable step.
    ///
    /// # Errors
    /// `Argument`, `KeyConflict`, `State`; `Undetermined` when it is not known whether it happened: ask again with the
    /// same key.
    pub fn reserve(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Reserve, order)
    }

    /// Asks for another amount for an order that holds credit; only the difference is asked about.
    ///
    /// # Errors
    /// As [`Engine::reserve`]; `NotFound` when the order is not known.
    pub fn change(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Change, order)
    }

    /// Moves a part of an order on: delivered, drafted, invoiced, settled. Never refused for credit reasons.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn convert(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Convert, order)
    }

    /// Gives up what is still ordered.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn cancel(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Cancel, order)
    }

    /// Takes a closed order up again, as a new question.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn reopen(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Reopen, order)
    }

    /// The order comes to a checkpoint: may what is still ordered go on? If not it waits, and holds no credit meanwhile.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn pass(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Pass, order)
    }

    /// A person puts the order on hold, whatever the rules say.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn hold(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Hold, order)
    }

    /// A person lets the order through, as far as their role may.
    ///
    /// # Errors
    /// As [`Engine::change`]; `Forbidden` when the role may not, or a second person is needed and it is the same one.
    pub fn release(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Release, order)
    }

    /// A person turns a waiting order down.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn reject(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Reject, order)
    }

    /// Asks about an order again, as it stands, since something has changed.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn reevaluate(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        self.act(Action::Reevaluate, order)
    }

    /// Another customer pays for the order: it is given up at its account and asked for anew at the account that the
    /// request names, both or neither, in one durable step. An order that is not granted there stays where it is, and
    /// nothing is recorded.
    ///
    /// # Errors
    /// As [`Engine::change`]; `State` when a part of the order has been delivered or invoiced.
    pub fn transfer(&self, order: &OrderRequest) -> Result<OrderAnswer> {
        let now = self.now();
        let document = checked_name("document", &order.document)?;
        let key = checked_name("key", &order.key)?;
        let account = order.account_ref()?;
        let company = match &account {
            AccountRef::Key(key) => key.company.clone(),
            AccountRef::Id(id) => self.store.account(*id)?.map(|account| account.key.company).ok_or_else(|| {
                Error::new(ErrorKind::NotFound, format!("there is no account with the number {}", id.0))
            })?,
        };
        let chain = self.store.find_order(&company, document)?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("order {document:?} is not known: reserve it first"))
        })?;
        // A name that no host can give, so that a repeated transfer finds both its answers.
        let gives_up = format!("{key}\u{1f}given up");
        let steps = vec![
            self.step_at(AccountRef::Id(chain.account), Action::Cancel, order, Some(&gives_up), now)?,
            self.step_at(account, Action::Reserve, order, Some(key), now)?,
        ];
        let done = self.store.step(steps, true, self.deadline(order.deadline_ms))?;
        let mut answers = done.answers.into_iter();
        let (Some(given_up), Some(taken_over)) = (answers.next(), answers.next()) else {
            return Err(Error::new(ErrorKind::Internal, "the store gave fewer answers than it was asked for"));
        };
        let given_up = given_up?;
        self.keep(given_up.account, given_up.stamp, now);
        self.answer(order, taken_over?, now, done.written)
    }

    /// Reserves a list in order, each order seeing what those before it took, in one durable step. With
    /// `all_or_nothing` either every order is granted or none is taken and nothing is recorded.
    ///
    /// # Errors
    /// `TooLarge` for more than [`MAX_LIST`] orders; `Undetermined` for the whole list. The answers have errors of
    /// their own.
    pub fn reserve_list(&self, orders: &[OrderRequest], all_or_nothing: bool) -> Result<ListAnswer> {
        list_size(orders.len())?;
        let now = self.now();
        let prepared: Vec<Result<Step>> = orders.iter().map(|order| self.step(Action::Reserve, order, now)).collect();
        if all_or_nothing && prepared.iter().any(Result::is_err) {
            // A list with an order that cannot even be asked about is not taken; each such order says why.
            let answers = prepared.into_iter().map(|step| {
                step.and_then(|_| Err(Error::new(ErrorKind::State, "not asked: another order of the list is wrong")))
            });
            return Ok(ListAnswer { taken: false, answers: answers.collect() });
        }
        let mut wrong = Vec::new();
        let mut steps = Vec::new();
        for (at, step) in prepared.into_iter().enumerate() {
            match step {
                Ok(step) => steps.push(step),
                Err(error) => wrong.push((at, error)),
            }
        }
        let deadline = self.deadline(orders.iter().filter_map(|order| order.deadline_ms).min());
        let done = self.store.step(steps, all_or_nothing, deadline)?;
        let mut done_answers = done.answers.into_iter();
        let mut wrong = wrong.into_iter().peekable();
        let answers = orders
            .iter()
            .enumerate()
            .map(|(at, order)| match wrong.next_if(|(wrong_at, _)| *wrong_at == at) {
                Some((_, error)) => Err(error),
                None => match done_answers.next() {
                    Some(written) => self.answer(order, written?, now, done.written),
                    None => Err(Error::new(ErrorKind::Internal, "the store gave fewer answers than it was asked for")),
                },
            })
            .collect();
        Ok(ListAnswer { taken: done.written, answers })
    }

    /// Takes reservations that ran out off their accounts, for as long as the deadline allows. Call again while it
    /// answers that there may be more.
    ///
    /// # Errors
    /// Those of the store.
    pub fn expire(&self, deadline_ms: Option<u32>) -> Result<(u32, bool)> {
        const AT_ONCE: u32 = 500;
        let (now, deadline) = (self.now(), self.deadline(deadline_ms));
        let mut total: u32 = 0;
        loop {
            let count = self.store.expire(now, AT_ONCE, deadline)?;
            total = total.saturating_add(count);
            if count < AT_ONCE {
                return Ok((total, false));
            }
            if std::time::Instant::now() >= deadline {
                return Ok((total, true));
            }
        }
    }

    fn act(&self, action: Action, order: &OrderRequest) -> Result<OrderAnswer> {
        let now = self.now();
        let step = self.step(action, order, now)?;
        let done = self.store.step(vec![step], false, self.deadline(order.deadline_ms)).inspect_err(|error| {
            self.tell(LogLevel::Warning, &format!("an order could not be answered: {error}"));
        })?;
        match done.answers.into_iter().next() {
            Some(written) => self.answer(order, written?, now, true),
            None => Err(Error::new(ErrorKind::Internal, "the store gave no answer")),
        }
    }

    /// The durable step of a host's request.
    fn step(&self, action: Action, order: &OrderRequest, now: Instant) -> Result<Step> {
        let key = checked_name("key", &order.key)?;
        self.step_at(order.account_ref()?, action, order, Some(key), now)
    }

    /// One durable step: what the store needs to know, and what the order comes to on what it finds. Without a key, the
    /// engine asks by itself: then only what changes something is recorded.
    pub(super) fn step_at(
        &self,
        account: AccountRef,
        action: Action,
        order: &OrderRequest,
        key: Option<&str>,
        now: Instant,
    ) -> Result<Step> {
        let document = checked_name("document", &order.document)?.to_owned();
        let user = if order.user.is_empty() { "" } else { checked_name("user", &order.user)? }.to_owned();
        let item = order.item_number()?;
        let request = order.request(action, &self.policy)?;
        let today = self.day_of(now);
        let mut ask = self.ask(account, &document, &item, now);
        if let Some(key) = key {
            let content = order.content(&document, &item, &request)?;
            ask.key = Some(RequestKey { key: key.to_owned(), content });
        }
        let request_key = key.unwrap_or_default().to_owned();
        let mut salt = [0_u8; 16];
        getrandom::fill(&mut salt)
            .map_err(|error| Error::new(ErrorKind::Io, format!("the machine gives no random numbers: {error}")))?;
        let policy = Arc::clone(&self.policy);
        let (due, instalments) = (order.due, order.instalments.clone());
        let plan = move |facts: &Facts| {
            let asked = Asked {
                format: BODY_FORMAT,
                at: now,
                today,
                key: facts.key.clone(),
                user: user.clone(),
                request_key: request_key.clone(),
                document: document.clone(),
                item: item.clone(),
                due,
                instalments: instalments.clone(),
                request: request.clone(),
                policy: hex(&policy.digest),
                account: facts.account.clone(),
                chain: facts.chain.clone(),
                open_item: facts.item.clone(),
            };
            let body = Body { came_to: asked.come_to(&policy)?, asked };
            let granted = body.came_to.decision.outcome.grants();
            if request_key.is_empty() && !body.changes() {
                return Ok(Effects { granted, chain: body.came_to.chain, ..Effects::default() });
            }
            Ok(Effects {
                granted,
                events: body.event().into_iter().collect(),
                record: Some(NewDecision { body: body.write()?, salt }),
                chain: body.came_to.chain,
                items: body.came_to.open_items,
            })
        };
        Ok(Step { ask, plan: Box::new(plan) })
    }

    fn answer(&self, order: &OrderRequest, written: Written, now: Instant, taken: bool) -> Result<OrderAnswer> {
        if let Some(account) = &written.account {
            self.name(order, account.id);
        }
        self.keep(written.account, written.stamp, now);
        let record = written
            .decision
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the store recorded no decision for an order"))?;
        let Some(body) = record.body else {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("decision {} was erased as the law demands; ask with a new key", record.id),
            ));
        };
        let told = Told::read(&body)?;
        Ok(OrderAnswer {
            decision_id: taken.then_some(record.id),
            repeated: written.repeated,
            state: told.state(),
            facts_at: told.at(),
            decision: told.decision(),
            source: Source::Store,
        })
    }

    /// Keeps in memory which account an order names.
    fn name(&self, order: &OrderRequest, id: AccountId) {
        if order.account.is_none() && self.cache.id_of(&order.company, &order.customer).is_none() {
            self.cache.name(&order.company, &order.customer, id);
        }
    }

    /// Keeps facts in memory, if there is what tells when they are old.
    pub(super) fn keep(&self, account: Option<AccountFacts>, stamp: Option<Stamp>, read_at: Instant) {
        if let Some((account, stamp)) = account.zip(stamp) {
            self.cache.put(self.store.pulse(), account, read_at, stamp);
        }
    }
}

/// What was granted to the orders of a list that only asks, in minor units of their accounts' currencies.
#[derive(Default)]
struct Granted {
    accounts: HashMap<AccountId, i64>,
    /// By pool and currency.
    pools: HashMap<(String, Currency), i64>,
}

impl Granted {
    fn note(&mut self, account: &AccountFacts, more: i64) {
        let add = |held: &mut i64| *held = held.saturating_add(more);
        add(self.accounts.entry(account.id).or_default());
        for pool in &account.pools {
            add(self.pools.entry((pool.name.clone(), account.currency)).or_default());
        }
    }

    /// The account as it would be if what was granted were reserved.
    fn beside<'a>(&self, account: &'a AccountFacts) -> Cow<'a, AccountFacts> {
        let held = self.accounts.get(&account.id).copied().unwrap_or(0);
        if held == 0 && (account.pools.is_empty() || self.pools.is_empty()) {
            return Cow::Borrowed(account);
        }
        let mut account = account.clone();
        account.buckets.ordered = account.buckets.ordered.saturating_add(held);
        for pool in &mut account.pools {
            for sum in &mut pool.sums {
                let held = self.pools.get(&(pool.name.clone(), sum.currency)).copied().unwrap_or(0);
                sum.debit = sum.debit.saturating_add(held);
            }
        }
        Cow::Owned(account)
    }
}

/// By how much a granted decision made the account's orders grow.
fn held_by(decision: &Decision) -> i64 {
    match (decision.exposure_before, decision.exposure_after) {
        (Some(before), Some(after)) => after.minor.saturating_sub(before.minor),
        _ => 0,
    }
}

fn list_size(count: usize) -> Result<()> {
    if count > MAX_LIST {
        return Err(Error::new(ErrorKind::TooLarge, format!("the list has {count} orders; at most {MAX_LIST}")));
    }
    Ok(())
}
