//! Events: a durable queue. Each reader acknowledges what it has dealt with and is given what comes after; what it did not
//! acknowledge it is given again, with the same id.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Engine, MAX_ROWS, ROWS, Settings, checked_name};
use crate::calendar::Instant;
use crate::credit::{AccountFacts, effective_limit, exposure, limit_in_force};
use crate::error::Result;
use crate::policy::Policy;
use crate::reason::Code;
use crate::store::{Event, EventKind, Watch};

/// Asks for the events that a reader has not acknowledged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NextRequest {
    /// The reader's name; each has a place of its own in the queue.
    pub consumer: String,
    /// At most so many; 100 when nothing is said.
    pub most: Option<u32>,
}

/// Says that a reader has dealt with events.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeRequest {
    /// The reader's name.
    pub consumer: String,
    /// The id of the last event it has dealt with.
    pub up_to: u64,
}

/// Where a reader stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Acknowledged {
    /// The id of the last event it has dealt with; never goes back.
    pub acknowledged: u64,
}

impl Engine {
    /// Events after this id, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn events(&self, after: u64, most: u32) -> Result<Vec<Event>> {
        self.store.events(after, most.min(MAX_ROWS))
    }

    /// The events that this reader has not acknowledged, the oldest first. At least once: an event comes again until it is
    /// acknowledged, always with the same id.
    ///
    /// # Errors
    /// `Argument`; those of the store.
    pub fn next_events(&self, request: &NextRequest) -> Result<Vec<Event>> {
        let consumer = checked_name("consumer", &request.consumer)?;
        self.store.next_events(consumer, request.most.unwrap_or(ROWS).min(MAX_ROWS))
    }

    /// The reader has dealt with every event up to this one.
    ///
    /// # Errors
    /// `Argument` for an event there is not; those of the store.
    pub fn acknowledge(&self, request: &AcknowledgeRequest) -> Result<Acknowledged> {
        let consumer = checked_name("consumer", &request.consumer)?;
        let acknowledged = self.store.acknowledge(consumer, request.up_to, self.deadline(None))?;
        Ok(Acknowledged { acknowledged })
    }
}

/// What people are told when an account changes, whatever changed it: an order, a posting, an import, a new limit.
pub(super) fn watch(policy: Arc<Policy>, settings: Settings) -> Watch {
    Arc::new(move |before: &AccountFacts, after: &AccountFacts, at: Instant| {
        let event = |kind, reasons: &[Code]| Event {
            id: 0,
            at,
            kind,
            account: Some(after.id),
            document: String::new(),
            subject: String::new(),
            reasons: reasons.iter().map(|code| code.name().to_owned()).collect(),
        };
        let mut events = Vec::new();
        if is_over(&policy, settings, after, at) && !is_over(&policy, settings, before, at) {
            events.push(event(EventKind::OverLimit, &[Code::AlreadyOverLimit]));
        }
        // An account that is new was nothing before.
        if before.version > 0 && before.status != after.status {
            events.push(event(EventKind::StatusChanged, &[]));
        }
        let today = at.day(settings.utc_offset_minutes);
        let rating = |facts: &'_ AccountFacts| (facts.class(&policy, today).map(str::to_owned), facts.profile.score);
        if before.version > 0 && rating(before) != rating(after) {
            events.push(event(EventKind::RatingChanged, &[]));
        }
        events
    })
}

fn is_over(policy: &Policy, settings: Settings, account: &AccountFacts, at: Instant) -> bool {
    let today = at.day(settings.utc_offset_minutes);
    let in_force = limit_in_force(&account.limits, today, policy.facts.limit_grace_days);
    let limit = effective_limit(in_force, &account.limits, today).ok().flatten();
    let owed = exposure(policy, account).ok();
    limit.zip(owed).is_some_and(|(limit, owed)| owed.minor > limit)
}
