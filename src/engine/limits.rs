//! Limits: put at once, or, where the policy asks for it, once a second person has agreed.

use serde::{Deserialize, Serialize};

use super::wire::LimitWire;
use super::{Engine, MAX_ROWS, ROWS, checked_name};
use crate::calendar::{Day, Instant};
use crate::credit::{Limit, LimitKind};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Currency, Money};
use crate::store::{AccountRef, Event, EventKind, LimitOwner, LimitRecord, LimitRequest, Put};

/// What became of a limit that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PutLimit {
    /// It was not there before.
    Added,
    /// It was there, and other.
    Changed,
    /// It was there already, the same.
    Same,
    /// It waits for a second person; until then what holds goes on.
    Waiting,
}

/// Asks for the limits that wait for a second person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct WaitingRequest {
    /// At most so many, the oldest first; 100 when nothing is said.
    pub most: Option<u32>,
}

/// A limit that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingLimit {
    /// Its number, to decide it by.
    pub id: u64,
    /// The company and the customer; empty when it is a pool's.
    pub company: String,
    /// The customer.
    pub customer: String,
    /// The pool; empty when it is an account's.
    pub pool: String,
    /// What kind it is.
    pub kind: LimitKind,
    /// Its amount; none means no limit.
    pub limit: Option<Money>,
    /// The first day it would be in force.
    pub from: Option<Day>,
    /// The last day it would be in force.
    pub to: Option<Day>,
    /// Who asked for it.
    pub user: String,
    /// When.
    pub at: Instant,
}

/// A second person decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DecideLimit {
    /// The number of the limit that waits.
    pub id: u64,
    /// Who decides; not who asked for it.
    pub user: String,
    /// Whether it is to be; if not, it is dropped.
    pub approve: bool,
}

impl Engine {
    /// Puts a limit; the one of the same kind and first day is replaced. A limit that the policy wants two people for
    /// waits for the second.
    ///
    /// # Errors
    /// `NotFound` when there is no such account or pool, `Argument` when a limit that waits names no user; those of the
    /// store.
    pub fn put_limit(&self, request: LimitWire) -> Result<PutLimit> {
        let user = request.user.clone();
        let record = LimitRecord::try_from(request)?;
        if self.needs_a_second_person(&record)? {
            let user = checked_name("user", &user)
                .map_err(|error| error.at("the policy wants a second person for this limit"))?;
            let at = self.now();
            let asked = LimitRequest { id: 0, record, user: user.to_owned(), at };
            let id = self.store.put_limit_request(&asked, self.deadline(None))?;
            let event = Event {
                id: 0,
                at,
                kind: EventKind::LimitRequested,
                account: None,
                document: String::new(),
                subject: id.to_string(),
                reasons: Vec::new(),
            };
            self.store.queue_once(&[(format!("limit requested {id}"), event)], self.deadline(None))?;
            return Ok(PutLimit::Waiting);
        }
        Ok(match self.put(&mut |loader| loader.put_limit(&record))? {
            Put::Added => PutLimit::Added,
            Put::Changed => PutLimit::Changed,
            Put::Same | Put::Newer => PutLimit::Same,
        })
    }

    /// The limits that wait for a second person, the oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn waiting_limits(&self, request: &WaitingRequest) -> Result<Vec<WaitingLimit>> {
        let waiting = self.store.limit_requests(request.most.unwrap_or(ROWS).min(MAX_ROWS))?;
        Ok(waiting.into_iter().map(told).collect())
    }

    /// A second person lets a limit be, or drops it.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` when it is the person who asked for it; those of the store.
    pub fn decide_limit(&self, request: &DecideLimit) -> Result<WaitingLimit> {
        let user = checked_name("user", &request.user)?;
        let (now, deadline) = (self.now(), self.deadline(None));
        let decided = self.store.decide_limit_request(request.id, user, request.approve, now, deadline)?;
        Ok(told(decided))
    }

    /// Whether this limit is above what one person may give, or grows by more.
    fn needs_a_second_person(&self, record: &LimitRecord) -> Result<bool> {
        let policy = &self.policy.limits;
        if policy.approval_above.is_empty() && policy.approval_increase_basis_points.is_none() {
            return Ok(false);
        }
        let (limits, currency) = self.limits_of(&record.owner)?;
        if currency != record.currency {
            // Refused when it is put; nobody need agree to it first.
            return Ok(false);
        }
        let today = self.today();
        let in_force = limits
            .iter()
            .filter(|limit| limit.kind == record.limit.kind && limit.is_in_force(today))
            .max_by_key(|limit| limit.from);
        let Some(new) = record.limit.amount else {
            return Ok(in_force.is_none_or(|limit| limit.amount.is_some()));
        };
        let above = policy.approval_above.iter().find(|most| most.currency == currency);
        let grows = |old: i64| new > old;
        let old = match in_force.map(|limit| limit.amount) {
            // What has no limit cannot get a higher one.
            Some(None) => return Ok(false),
            Some(Some(old)) => Some(old),
            None => None,
        };
        if above.is_some_and(|most| new > most.minor) && old.is_none_or(grows) {
            return Ok(true);
        }
        Ok(policy.approval_increase_basis_points.zip(old).is_some_and(|(share, old)| {
            grows(old) && (i128::from(new) - i128::from(old)) * 10_000 > i128::from(old) * i128::from(share)
        }))
    }

    fn limits_of(&self, owner: &LimitOwner) -> Result<(Box<[Limit]>, Currency)> {
        match owner {
            LimitOwner::Account(key) => {
                let facts = self.read_account(AccountRef::Key(key.clone()), self.now())?;
                Ok((facts.limits, facts.currency))
            }
            LimitOwner::Pool(name) => {
                let pool = self.store.pool(name, self.now())?.ok_or_else(|| no_such_pool(name))?;
                Ok((pool.limits, pool.currency))
            }
        }
    }
}

/// There is no pool of this name.
pub(super) fn no_such_pool(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no pool {name:?}; put the pool first"))
}

fn told(request: LimitRequest) -> WaitingLimit {
    let LimitRequest { id, record, user, at } = request;
    let (company, customer, pool) = match record.owner {
        LimitOwner::Account(key) => (key.company, key.customer, String::new()),
        LimitOwner::Pool(pool) => (String::new(), String::new(), pool),
    };
    WaitingLimit {
        id,
        company,
        customer,
        pool,
        kind: record.limit.kind,
        limit: record.limit.amount.map(|minor| Money::new(minor, record.currency)),
        from: record.limit.from,
        to: record.limit.to,
        user,
        at,
    }
}
