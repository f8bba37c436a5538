//! Which register is asked for which country, and how a company register's answer is had.
//!
//! A register has a name. If the host has set a source of that name it is asked; otherwise the name is that of a register
//! which was imported from a file.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant as Deadline};

use serde::Deserialize;

use super::flights::Flights;
use super::{Engine, LogLevel, checked_name};
use crate::calendar::Instant;
use crate::error::Result;
use crate::hex::digest;
use crate::register::sources::{FileSource, HostCallback, HostSource, Source, SourceAsk, Told};
use crate::register::{DebtorRemark, WhyUnknown};
use crate::store::{AnswerRecord, Company, IdentifierKey, LookupRecord};

/// The company register that is asked where the configuration names none.
pub const DEFAULT_COMPANY_REGISTER: &str = "companies";
/// The debtor register that is asked where the configuration names none.
pub const DEFAULT_DEBTOR_REGISTER: &str = "remarks";

/// How much of a call's time is kept back, at most, to log what a source said.
const LONGEST_LOGGING: Duration = Duration::from_millis(500);

/// What goes behind a source's name where its answers about companies are kept, since one source may answer both.
const COMPANY_ANSWERS: &str = "#company";

/// The registers of one country. `None` is the default name, an empty name is none at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterChoice {
    /// The company register.
    #[serde(default)]
    pub company: Option<String>,
    /// The debtor register.
    #[serde(default)]
    pub debtor: Option<String>,
}

/// An answer about remarks on its way to those who wait for it, with the moment it was asked for.
pub(super) type Brought = (Instant, Told<Vec<DebtorRemark>>);

/// The registers an engine can ask.
#[derive(Default)]
pub(super) struct Registers {
    choices: BTreeMap<String, RegisterChoice>,
    hosts: RwLock<BTreeMap<String, Arc<HostSource>>>,
    pub(super) flights: Flights<Brought>,
}

impl Registers {
    pub(super) fn new(choices: BTreeMap<String, RegisterChoice>) -> Self {
        Self { choices, ..Self::default() }
    }

    /// The name of the company register of this country.
    pub(super) fn company(&self, country: &str) -> Option<&str> {
        let choice = self.choices.get(country).and_then(|choice| choice.company.as_deref());
        Some(choice.unwrap_or(DEFAULT_COMPANY_REGISTER)).filter(|name| !name.is_empty())
    }

    /// The name of the debtor register of this country.
    pub(super) fn debtor(&self, country: &str) -> Option<&str> {
        let choice = self.choices.get(country).and_then(|choice| choice.debtor.as_deref());
        Some(choice.unwrap_or(DEFAULT_DEBTOR_REGISTER)).filter(|name| !name.is_empty())
    }

    pub(super) fn host(&self, name: &str) -> Option<Arc<HostSource>> {
        self.hosts.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

/// What a company register told, or why it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CompanyTold {
    /// The register's name; empty when there is none.
    pub(super) source: String,
    pub(super) told: Told<Option<Company>>,
}

impl Engine {
    /// Sets the source that the host supplies under this name, or takes it away. It is asked on the thread of the request,
    /// with no lock held, and may call the engine again. See [`crate::register::sources::HostRequest`] and
    /// [`crate::register::sources::HostAnswer`] for what it is asked and how it answers.
    ///
    /// # Errors
    /// `Argument` when the name is not one.
    pub fn set_source(&self, name: &str, callback: Option<HostCallback>) -> Result<()> {
        let name = checked_name("source", name)?;
        let source = callback.map(|callback| Arc::new(HostSource::new(name, callback)));
        let mut hosts = self.registers.hosts.write().unwrap_or_else(PoisonError::into_inner);
        let old = match source {
            Some(source) => hosts.insert(name.to_owned(), source),
            None => hosts.remove(name),
        };
        // Dropping a callback may run the host's code, which must find no lock held.
        drop(hosts);
        drop(old);
        Ok(())
    }

    /// What the company register of the country says: from the cache while that is young enough, else from the source.
    pub(super) fn ask_company(&self, ask: &SourceAsk<'_>, now: Instant, deadline: Deadline) -> Result<CompanyTold> {
        let Some(name) = self.registers.company(ask.country) else {
            let message = String::new();
            return Ok(CompanyTold {
                source: String::new(),
                told: Told::Unknown { because: WhyUnknown::NoSource, message },
            });
        };
        let told = match self.registers.host(name) {
            Some(host) => self.ask_host_for_company(&host, ask, now, deadline)?,
            None => FileSource::new(name, &*self.store).company(ask)?,
        };
        let most = hours(self.policy.register.company_max_age_hours);
        let told = match told {
            Told::Known { as_of, .. } if now.since(as_of) > most => {
                Told::Unknown { because: WhyUnknown::SourceTooOld, message: String::new() }
            }
            Told::Known { as_of, what } => Told::Known { as_of: as_of.min(now), what },
            unknown => unknown,
        };
        Ok(CompanyTold { source: name.to_owned(), told })
    }

    fn ask_host_for_company(
        &self,
        host: &HostSource,
        ask: &SourceAsk<'_>,
        now: Instant,
        deadline: Deadline,
    ) -> Result<Told<Option<Company>>> {
        let kept_as = format!("{}{COMPANY_ANSWERS}", host.name());
        let most = hours(self.policy.register.company_max_age_hours);
        let kept = self.kept_answer(&kept_as, ask.key, now, most)?;
        // What cannot be read was written by another version: as if it were not there.
        if let Some((as_of, Ok(what))) = kept.map(|kept| (kept.as_of, serde_json::from_str(&kept.body))) {
            return Ok(Told::Known { as_of, what });
        }
        let told = host.company(ask)?;
        let (name, answer) = match &told {
            Told::Known { as_of, what } => {
                let body = serde_json::to_string(what).unwrap_or_default();
                let answer = AnswerRecord {
                    source: kept_as.clone(),
                    subject: ask.key.clone(),
                    body,
                    as_of: *as_of,
                    asked: now,
                    expires: later(now, most),
                };
                (if what.is_some() { "found" } else { "not_found" }, Some(answer))
            }
            Told::Unknown { message, .. } => {
                self.tell(LogLevel::Warning, message);
                ("unknown", None)
            }
        };
        let log = LookupRecord {
            at: now,
            user: ask.user.to_owned(),
            on_behalf_of: ask.on_behalf_of.to_owned(),
            purpose: "company_register".to_owned(),
            basis: String::new(),
            source: kept_as,
            subject: ask.key.clone(),
            answer: name.to_owned(),
            cached: false,
            digest: digest(answer.as_ref().map_or("", |answer| &answer.body)),
            copy_letter: false,
            rule: String::new(),
        };
        self.store.put_lookup(&log, answer.as_ref(), deadline)?;
        Ok(told)
    }

    /// An answer that was kept and may still be used: asked for at most `most` milliseconds ago.
    pub(super) fn kept_answer(
        &self,
        source: &str,
        subject: &IdentifierKey,
        now: Instant,
        most: i64,
    ) -> Result<Option<AnswerRecord>> {
        let kept = self.store.register_answer(source, subject)?;
        // One from the future was kept by a clock that has been set back since; how old it is nobody knows.
        Ok(kept.filter(|kept| kept.asked <= now && now < kept.expires && now.since(kept.asked) <= most))
    }
}

/// Hours as milliseconds.
pub(super) fn hours(hours: u32) -> i64 {
    i64::from(hours) * 3_600_000
}

/// A moment so many milliseconds later.
pub(super) fn later(moment: Instant, milliseconds: i64) -> Instant {
    Instant(moment.0.saturating_add(milliseconds))
}

/// Until when a source may be waited for: what is left then is for the log, without which no answer is given.
pub(super) fn for_the_source(deadline: Deadline) -> Deadline {
    let left = deadline.saturating_duration_since(Deadline::now());
    deadline.checked_sub((left / 4).min(LONGEST_LOGGING)).unwrap_or(deadline)
}

/// Milliseconds that are left.
pub(super) fn left(deadline: Deadline) -> u64 {
    u64::try_from(deadline.saturating_duration_since(Deadline::now()).as_millis()).unwrap_or(u64::MAX)
}
