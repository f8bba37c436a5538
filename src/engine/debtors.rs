//! A look-up in a debtor register.
//!
//! The legal gate comes first; then an answer that was kept and is fresh; then the source, once for all who wait for the
//! same answer. Every look-up is logged, also one that was not allowed, and the log is durable before the answer is
//! given out: nobody learns anything that is not on record.

use std::time::Instant as Deadline;

use serde::{Deserialize, Serialize};

use super::flights::Boarding;
use super::identify::{TypedNumber, holds_bsn, is_hashed};
use super::keeper::{Field, lead_back, read_identifier};
use super::registers::{Brought, for_the_source, hours, later, left};
use super::{Engine, LogLevel, checked_name};
use crate::calendar::{Day, Instant};
use crate::customer::{Number, Subject, SubjectKind, SubjectSource, derive_subject};
use crate::error::{Error, ErrorKind, Result};
use crate::hex::digest;
use crate::identifier::{Identifier, Scheme, check};
use crate::register::sources::{FileSource, Source, SourceAsk, Told};
use crate::register::{DebtorAnswer, Denied, Gate, LookupGate, Purpose, WhyUnknown};
use crate::store::{AnswerRecord, Customer, IdentifierKey, LookupRecord};

/// Why and for whom a debtor register is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LookupFor {
    /// What for: `credit_application`, `credit_sale_control`, `debt_collection`, `lease` or `guarantee`, and one that
    /// the policy lists. Required.
    pub purpose: String,
    /// The user who asks. Required.
    pub user: String,
    /// On which legal basis, such as `legitimate_interest`. Required for persons.
    pub basis: String,
    /// On whose behalf; may be empty.
    pub on_behalf_of: String,
    /// Whether there is credit to be given or at risk; a sale against payment in advance has none.
    pub credit_element: bool,
    /// Whether the subject is known to have barred itself from being looked up (Norway: `kredittsperre`).
    pub frozen: bool,
}

/// A request for a look-up: about a customer, or about a number and its country.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LookupRequest {
    /// The customer, as the host numbers it; or else one of the two numbers that follow.
    pub customer: String,
    /// The country of the number, ISO 3166 alpha-2.
    pub country: String,
    /// An organisation's number, or its VAT number.
    pub orgnr: TypedNumber,
    /// A person's number.
    pub personal_number: TypedNumber,
    /// What for: `credit_application`, `credit_sale_control`, `debt_collection`, `lease` or `guarantee`, and one that
    /// the policy lists. Required.
    pub purpose: String,
    /// The user who asks. Required.
    pub user: String,
    /// On which legal basis, such as `legitimate_interest`. Required for persons.
    pub basis: String,
    /// On whose behalf; may be empty.
    pub on_behalf_of: String,
    /// Whether there is credit to be given or at risk; a sale against payment in advance has none.
    pub credit_element: bool,
    /// Whether the subject is known to have barred itself from being looked up (Norway: `kredittsperre`).
    pub frozen: bool,
    /// How long the call may take; as configured when nothing is said.
    pub deadline_ms: Option<u32>,
}

/// Whom an answer is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubjectAnswer {
    /// Person, organisation or unknown.
    pub kind: SubjectKind,
    /// In detail.
    #[serde(rename = "is")]
    pub subject: Subject,
    /// What told so.
    pub by: SubjectSource,
}

/// The answer to a look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LookupAnswer {
    /// Clear, remarks, or unknown because.
    #[serde(flatten)]
    pub answer: DebtorAnswer,
    /// Why the look-up was not allowed, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Denied>,
    /// The ids of the rules it was allowed by, or the one that forbade it.
    pub rules: Vec<String>,
    /// Whether the subject must be sent a copy of the answer. Owed once for each time the source was asked.
    pub copy_letter: bool,
    /// The rule that demands the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_letter_rule: Option<String>,
    /// Whom it is about.
    pub subject: SubjectAnswer,
    /// Which register; empty when none was asked.
    pub source: String,
    /// When the register was asked; none when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Instant>,
    /// The moment the register's data is true for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// How old the register's data is, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_seconds: Option<i64>,
    /// Whether the answer had been fetched before, or by somebody else who asked at the same time.
    pub cached: bool,
}

/// Whom a look-up is about, as far as that could be found out.
pub(super) struct Whom<'a> {
    pub(super) country: &'a str,
    pub(super) subject: SubjectAnswer,
    /// The key the register is asked under; `None` when the subject carries no number that can be used.
    pub(super) key: Option<IdentifierKey>,
    /// The number in clear, if the request brought it.
    pub(super) number: Option<&'a str>,
    /// The host's number of the customer; may be empty.
    pub(super) customer: &'a str,
    /// Whether the number is a Dutch BSN or holds one.
    pub(super) bsn: bool,
}

/// Why and for whom, checked.
pub(super) struct Asker<'a> {
    pub(super) purpose: Purpose,
    pub(super) user: &'a str,
    pub(super) basis: &'a str,
    pub(super) on_behalf_of: &'a str,
    credit_element: bool,
    frozen: bool,
}

/// What the source told, and how it was had.
struct Had {
    source: String,
    asked: Option<Instant>,
    as_of: Option<Instant>,
    cached: bool,
    answer: DebtorAnswer,
    /// What is to be kept of it.
    keep: Option<AnswerRecord>,
}

impl Had {
    fn unknown(source: &str, because: WhyUnknown) -> Self {
        Self {
            source: source.to_owned(),
            asked: None,
            as_of: None,
            cached: false,
            answer: DebtorAnswer::Unknown { because },
            keep: None,
        }
    }
}

impl LookupFor {
    /// Checks that purpose and user are named.
    pub(super) fn checked(&self) -> Result<Asker<'_>> {
        let purpose = Purpose::parse(&self.purpose).ok_or_else(|| {
            let known: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
            Error::argument(format!("purpose: say what the debtor register is asked for: {}", known.join(", ")))
        })?;
        let user = checked_name("user", &self.user)
            .map_err(|error| error.at("a look-up in a debtor register names who asks"))?;
        let optional = |field, text| if str::is_empty(text) { Ok("") } else { checked_name(field, text) };
        Ok(Asker {
            purpose,
            user,
            basis: optional("basis", &self.basis)?,
            on_behalf_of: optional("on_behalf_of", &self.on_behalf_of)?,
            credit_element: self.credit_element,
            frozen: self.frozen,
        })
    }
}

impl Engine {
    /// Asks a debtor register about a subject. The answer may be *unknown*, and says why; that the law forbids to ask is
    /// an answer of that kind, too, and is logged.
    ///
    /// # Errors
    /// `Argument` when purpose or user are missing, or not exactly one subject is named, or its number is wrong;
    /// `NotFound` for an unknown customer; `Undetermined` when the look-up could not be logged: no answer is given then.
    pub fn lookup_debtor(&self, request: &LookupRequest) -> Result<LookupAnswer> {
        let (now, deadline) = (self.now(), self.deadline(request.deadline_ms));
        let today = self.day_of(now);
        let why = LookupFor {
            purpose: request.purpose.clone(),
            user: request.user.clone(),
            basis: request.basis.clone(),
            on_behalf_of: request.on_behalf_of.clone(),
            credit_element: request.credit_element,
            frozen: request.frozen,
        };
        let asker = why.checked()?;
        let given =
            [!request.customer.trim().is_empty(), !request.orgnr.is_empty(), !request.personal_number.is_empty()];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(Error::argument("give one of customer, orgnr and personal_number"));
        }
        if given[0] {
            let number = checked_name("customer", &request.customer)?;
            let customer = self
                .store
                .customer(number)?
                .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no customer {number:?}")))?;
            let whom = whom_of_customer(&customer);
            return self.inquire(&whom, &asker, now, deadline);
        }
        let country = checked_country(&request.country)?;
        let Some(number) = number_of(request, &country, today)? else {
            // A country whose numbers we cannot read has no rules either; the look-up is refused, and logged.
            let whom = nobody(&country);
            return self.inquire(&whom, &asker, now, deadline);
        };
        let (bsn, tells) = (holds_bsn(&number), [Number::of(&number)]);
        let key = (!bsn).then(|| self.keeper.keep(&number, today));
        let number = lead_back(&number, today);
        let mut whom = Whom {
            country: &country,
            subject: subject(derive_subject(&country, "", &tells)),
            key,
            number: Some(number.reveal()).filter(|_| !bsn),
            customer: "",
            bsn,
        };
        if given[1] {
            whom.subject = self.subject_of_organisation(&whom, &tells, &asker, now, deadline)?;
        }
        self.inquire(&whom, &asker, now, deadline)
    }

    /// Logged look-ups, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn lookups(&self, most: u32) -> Result<Vec<LookupRecord>> {
        self.store.lookups(most.min(super::MAX_ROWS))
    }

    /// Who carries an organisation number: as the books have it, else as the company register has it.
    fn subject_of_organisation(
        &self,
        whom: &Whom<'_>,
        numbers: &[Number],
        asker: &Asker<'_>,
        now: Instant,
        deadline: Deadline,
    ) -> Result<SubjectAnswer> {
        let Some(key) = &whom.key else { return Ok(whom.subject.clone()) };
        let mut forms: Vec<String> =
            self.store.customers_by_identifier(key)?.into_iter().map(|customer| customer.legal_form).collect();
        if forms.iter().all(String::is_empty) && whom.subject.kind == SubjectKind::Unknown {
            let told = self.ask_company(&source_ask(whom, key, Some(asker), deadline), now, deadline)?.told;
            if let Told::Known { what: Some(company), .. } = told {
                forms.push(company.legal_form);
            }
        }
        Ok(forms.iter().fold(whom.subject.clone(), |known, form| {
            more_careful(known, subject(derive_subject(whom.country, form, numbers)))
        }))
    }

    /// The look-up itself, once it is known whom it is about: gate, cache, source, log, answer.
    pub(super) fn inquire(
        &self,
        whom: &Whom<'_>,
        asker: &Asker<'_>,
        now: Instant,
        deadline: Deadline,
    ) -> Result<LookupAnswer> {
        let today = self.day_of(now);
        let gate = LookupGate {
            country: whom.country,
            subject: whom.subject.subject,
            purpose: Some(asker.purpose),
            basis: asker.basis,
            user: asker.user,
            credit_element: asker.credit_element,
            frozen: asker.frozen,
            bsn: whom.bsn,
            allowed_purposes: &self.policy.register.purposes,
        };
        let (denied, rules, copy_rule) = match gate.ask(today) {
            Gate::Allow { copy_letter, rules } => (None, rules, copy_letter),
            Gate::Deny { rule, because } => (Some(because), vec![rule], None),
        };
        // The pilot's ticket is held until the answer is kept, so that whoever comes later finds it there.
        let mut ticket = None;
        let had = match (denied, &whom.key, self.registers.debtor(whom.country)) {
            (Some(_), _, _) => Had::unknown("", WhyUnknown::NotLawful),
            (None, None, _) => Had::unknown("", WhyUnknown::SubjectNotIdentified),
            (None, _, None) => Had::unknown("", WhyUnknown::NoSource),
            (None, Some(key), Some(source)) => match self.kept_remarks(source, key, whom, now, today)? {
                Some(had) => had,
                None => match self.registers.flights.board(&(source.to_owned(), key.clone()), for_the_source(deadline))
                {
                    Boarding::Nobody => Had::unknown(source, WhyUnknown::SourceFailed),
                    Boarding::Passenger(brought) => self.had(source, key, whom, brought, true, now),
                    Boarding::Pilot(pilot) => match self.kept_remarks(source, key, whom, now, today)? {
                        // It came in between the first look and the boarding.
                        Some(had) => had,
                        None => {
                            let ask = source_ask(whom, key, Some(asker), deadline);
                            let told = match self.registers.host(source) {
                                Some(host) => host.debtor(&ask)?,
                                None => FileSource::new(source, &*self.store).debtor(&ask)?,
                            };
                            if let Told::Unknown { message, .. } = &told {
                                self.tell(LogLevel::Warning, message);
                            }
                            pilot.land((now, told.clone()));
                            ticket = Some(pilot);
                            self.had(source, key, whom, (now, told), false, now)
                        }
                    },
                },
            },
        };
        let disclosed = !had.cached && !matches!(had.answer, DebtorAnswer::Unknown { .. });
        let copy_rule = copy_rule.filter(|_| disclosed);
        let body = serde_json::to_string(&had.answer).unwrap_or_default();
        let log = LookupRecord {
            at: now,
            user: asker.user.to_owned(),
            on_behalf_of: asker.on_behalf_of.to_owned(),
            purpose: asker.purpose.name().to_owned(),
            basis: asker.basis.to_owned(),
            source: had.source.clone(),
            subject: logged_subject(whom),
            answer: had.answer.name().to_owned(),
            cached: had.cached,
            digest: digest(&body),
            copy_letter: copy_rule.is_some(),
            rule: rules.join(", "),
        };
        self.store.put_lookup(&log, had.keep.as_ref(), deadline)?;
        drop(ticket);
        Ok(LookupAnswer {
            answer: had.answer,
            denied,
            rules: rules.into_iter().map(str::to_owned).collect(),
            copy_letter: copy_rule.is_some(),
            copy_letter_rule: copy_rule.map(str::to_owned),
            subject: whom.subject.clone(),
            source: had.source,
            asked: had.asked,
            as_of: had.as_of,
            age_seconds: had.as_of.map(|as_of| now.since(as_of) / 1_000),
            cached: had.cached,
        })
    }

    /// An answer of the debtor register that was kept, if it may still be used, without what must not be used any more.
    fn kept_remarks(
        &self,
        source: &str,
        key: &IdentifierKey,
        whom: &Whom<'_>,
        now: Instant,
        today: Day,
    ) -> Result<Option<Had>> {
        let most = hours(self.policy.register.debtor_max_age_hours);
        let Some(kept) = self.kept_answer(source, key, now, most)? else { return Ok(None) };
        if now.since(kept.as_of) > hours(self.policy.register.debtor_source_max_age_hours) {
            return Ok(None);
        }
        // What cannot be read was written by another version: as if it were not there.
        let Ok(answer) = serde_json::from_str::<DebtorAnswer>(&kept.body) else { return Ok(None) };
        Ok(Some(Had {
            source: source.to_owned(),
            asked: Some(kept.asked),
            as_of: Some(kept.as_of),
            cached: true,
            answer: tightened(answer, whom).on(today),
            keep: None,
        }))
    }

    /// Makes an answer of what a source told.
    fn had(
        &self,
        source: &str,
        key: &IdentifierKey,
        whom: &Whom<'_>,
        (asked, told): Brought,
        cached: bool,
        now: Instant,
    ) -> Had {
        let (as_of, remarks) = match told {
            Told::Known { as_of, what } => (as_of.min(now), what),
            Told::Unknown { because, .. } => {
                return Had { asked: Some(asked), cached, ..Had::unknown(source, because) };
            }
        };
        let most = hours(self.policy.register.debtor_source_max_age_hours);
        if now.since(as_of) > most {
            let had = Had::unknown(source, WhyUnknown::SourceTooOld);
            return Had { asked: Some(asked), as_of: Some(as_of), cached, ..had };
        }
        let answer = tightened(DebtorAnswer::of(remarks, self.day_of(now)), whom).on(self.day_of(now));
        let expires =
            later(asked, hours(self.policy.register.debtor_max_age_hours)).min(later(as_of, most.saturating_add(1)));
        let keep = AnswerRecord {
            source: source.to_owned(),
            subject: key.clone(),
            body: serde_json::to_string(&answer).unwrap_or_default(),
            as_of,
            asked,
            expires,
        };
        Had { source: source.to_owned(), asked: Some(asked), as_of: Some(as_of), cached, answer, keep: Some(keep) }
    }
}

/// The answer with its remarks held against what is known of the subject by now.
fn tightened(answer: DebtorAnswer, whom: &Whom<'_>) -> DebtorAnswer {
    match answer {
        DebtorAnswer::Remarks { remarks } => DebtorAnswer::Remarks {
            remarks: remarks.into_iter().map(|r| r.tightened(whom.country, whom.subject.subject)).collect(),
        },
        other => other,
    }
}

/// What is asked of a source about this subject.
pub(super) fn source_ask<'a>(
    whom: &'a Whom<'_>,
    key: &'a IdentifierKey,
    asker: Option<&'a Asker<'_>>,
    deadline: Deadline,
) -> SourceAsk<'a> {
    SourceAsk {
        country: whom.country,
        subject: whom.subject.subject,
        key,
        number: whom.number,
        customer: whom.customer,
        purpose: asker.map(|asker| asker.purpose),
        basis: asker.map_or("", |asker| asker.basis),
        user: asker.map_or("", |asker| asker.user),
        on_behalf_of: asker.map_or("", |asker| asker.on_behalf_of),
        deadline_ms: left(for_the_source(deadline)),
    }
}

/// How a look-up names its subject in the log, also where no register could be asked about it.
fn logged_subject(whom: &Whom<'_>) -> IdentifierKey {
    match &whom.key {
        Some(key) => key.clone(),
        // A BSN leaves nothing but that it was one.
        None if whom.bsn => IdentifierKey { scheme: Scheme::NlBsn.name().to_owned(), value: String::new() },
        None => IdentifierKey { scheme: "customer".to_owned(), value: whom.customer.to_owned() },
    }
}

/// A customer of the books as the subject of a look-up: a person under its personal number, others under their
/// organisation number.
fn whom_of_customer(customer: &Customer) -> Whom<'_> {
    let numbers: Vec<Number> =
        customer.identifiers.iter().map(|key| Number::kept(&key.scheme, is_hashed(key))).collect();
    let subject = subject(derive_subject(&customer.country, &customer.legal_form, &numbers));
    let named = |field: Field| {
        let name = field.scheme(&customer.country)?.name();
        customer.identifiers.iter().find(|key| key.scheme == name)
    };
    let (person, organisation) = (named(Field::PersonalNumber), named(Field::Orgnr));
    let key = if subject.kind == SubjectKind::Person { person.or(organisation) } else { organisation.or(person) };
    Whom {
        country: &customer.country,
        subject,
        number: key.filter(|key| !is_hashed(key)).map(|key| key.value.as_str()),
        key: key.cloned(),
        customer: &customer.number,
        bsn: false,
    }
}

/// A subject of whom nothing is known but the country.
fn nobody(country: &str) -> Whom<'_> {
    let subject = subject(derive_subject(country, "", &[]));
    Whom { country, subject, key: None, number: None, customer: "", bsn: false }
}

pub(super) fn subject((subject, by): (Subject, SubjectSource)) -> SubjectAnswer {
    SubjectAnswer { kind: subject.kind(), subject, by }
}

/// Of two readings the one that protects more: a person, then an organisation, then nothing known.
pub(super) fn more_careful(one: SubjectAnswer, other: SubjectAnswer) -> SubjectAnswer {
    let rank = |answer: &SubjectAnswer| match answer.kind {
        SubjectKind::Person => 2,
        SubjectKind::Organisation => 1,
        SubjectKind::Unknown => 0,
    };
    if rank(&other) > rank(&one) { other } else { one }
}

/// The number of a request; `None` in a country whose numbers we cannot read.
fn number_of(request: &LookupRequest, country: &str, today: Day) -> Result<Option<Identifier>> {
    if Field::Orgnr.scheme(country).is_none() {
        return Ok(None);
    }
    let number = if request.orgnr.is_empty() {
        let text = request.personal_number.reveal();
        match (Field::PersonalNumber.scheme(country), read_identifier(country, Field::PersonalNumber, text, today)) {
            // It is read all the same: the gate refuses it by its rule, and that is logged.
            (Some(Scheme::NlBsn), _) => check(Scheme::NlBsn, text, today.0)
                .identifier()
                .ok_or_else(|| Error::argument("personal_number: not a valid nl.bsn")),
            (_, number) => number,
        }
    } else {
        let text = request.orgnr.reveal();
        let number = read_identifier(country, Field::Orgnr, text, today);
        // A VAT number is taken as well, where it leads to an organisation number.
        let of_vat = || read_identifier(country, Field::Vat, text, today).ok();
        let of_vat = number.is_err().then(of_vat).flatten().filter(|number| lead_back(number, today) != *number);
        of_vat.map_or(number, Ok)
    };
    number.map(Some)
}

/// A country code in capitals.
///
/// # Errors
/// `Argument` when it is not two letters.
pub(super) fn checked_country(text: &str) -> Result<String> {
    let country = text.trim().to_ascii_uppercase();
    if country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(country);
    }
    Err(Error::argument("country: give the two letters of ISO 3166, such as DK"))
}
