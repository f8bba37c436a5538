//! The record: what was decided, why, whether it would be decided again, and whether anyone touched it.

use std::path::Path;

use serde::Serialize;

use super::body::Body;
use super::{Engine, LogLevel, MAX_ROWS};
use crate::credit::{AccountId, explain};
use crate::error::{Error, ErrorKind, Result};
use crate::hex::from_hex;
use crate::policy::Policy;
use crate::reason::Language;
use crate::store::{Counts, DecisionRecord, Verification};

/// A recorded decision made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replay {
    /// Whether it came out the same, byte for byte.
    pub same: bool,
    /// What was recorded, as JSON.
    pub recorded: String,
    /// What came out now, as JSON.
    pub made: String,
}

impl Engine {
    /// A decision on record.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn decision(&self, id: u64) -> Result<DecisionRecord> {
        self.store
            .decision(id)?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no decision {id} on record")))
    }

    /// The decisions of an account, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn decisions(&self, account: AccountId, most: u32) -> Result<Vec<DecisionRecord>> {
        self.store.decisions(account, most.min(MAX_ROWS))
    }

    /// A recorded decision as sentences that a customer can be answered with.
    ///
    /// # Errors
    /// `NotFound`, also when its content was erased; those of the store.
    pub fn explain(&self, id: u64, language: Language) -> Result<String> {
        let body = self.body(id)?;
        let subject = explain::Subject {
            decision_id: Some(id),
            at: body.asked.at,
            document: &body.asked.document,
            customer: body.asked.key.as_ref().map_or("", |key| &key.customer),
            company: body.asked.key.as_ref().map_or("", |key| &key.company),
            user: &body.asked.user,
        };
        Ok(explain::sentences(&body.came_to.decision, &subject, language).join("\n"))
    }

    /// Makes a recorded decision again from what it was made from, under the policy of that day.
    ///
    /// # Errors
    /// `NotFound`, also when its content was erased; those of the store.
    pub fn replay(&self, id: u64) -> Result<Replay> {
        let body = self.body(id)?;
        let policy = self.policy_of(&body)?;
        let made = Body { came_to: body.asked.come_to(&policy)?, asked: body.asked.clone() };
        let (recorded, made) = (body.write()?, made.write()?);
        Ok(Replay { same: recorded == made, recorded, made })
    }

    /// Checks the database, recomputes every kept bucket and every link of the record. `progress` is told how much of
    /// how much is done, and stops the check by answering `false`.
    ///
    /// # Errors
    /// Those of the store, when the check could not be made. What it finds is in the answer.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Verification> {
        let found = self.store.verify(progress)?;
        if !found.faults.is_empty() {
            self.tell(LogLevel::Error, &format!("the credit state has {} faults", found.faults.len()));
        }
        Ok(found)
    }

    /// Copies the credit state to a new file while it is in use. The key beside the store is not copied: keep it
    /// apart.
    ///
    /// # Errors
    /// `Io` when the file exists; those of the store.
    pub fn backup(&self, to: &Path) -> Result<()> {
        self.store.backup(to)
    }

    /// How much of everything there is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn stats(&self) -> Result<Counts> {
        self.store.counts()
    }

    /// Erases what a decision was made from and what it was, as the law may demand; that it was made, and that nothing
    /// else was touched, stays proven.
    ///
    /// # Errors
    /// `NotFound`; those of the store.
    pub fn erase_decision(&self, id: u64) -> Result<()> {
        self.store.erase_decision(id, self.deadline(None))
    }

    fn body(&self, id: u64) -> Result<Body> {
        match self.decision(id)?.body {
            Some(text) => Body::read(&text),
            None => Err(Error::new(
                ErrorKind::NotFound,
                format!("the content of decision {id} was erased, as the law demands"),
            )),
        }
    }

    /// The policy a decision was made with: the one in force, or the text that was kept.
    fn policy_of(&self, body: &Body) -> Result<Policy> {
        let digest = from_hex(&body.asked.policy)
            .ok_or_else(|| Error::new(ErrorKind::Store, "a recorded decision names no policy"))?;
        if digest == self.policy.digest {
            return Ok(Policy::clone(&self.policy));
        }
        let record = self.store.policy(&digest)?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("the policy {} is not in the store", body.asked.policy))
        })?;
        Policy::parse(&record.text)
    }
}
