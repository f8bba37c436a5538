//! Who is asked: a register that was imported from a file, or one that the host asks for us.
//!
//! A source either tells something, and as of when, or says why it cannot. It never tells "nothing found" because it
//! failed. Floor 4: unlike its neighbours this file talks to the outside.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{DebtorRemark, Purpose, WhyUnknown};
use crate::calendar::{Day, Instant};
use crate::customer::Subject;
use crate::error::Result;
use crate::money::Money;
use crate::store::{Company, IdentifierKey, Store};

/// The longest answer a host's source may give, in bytes.
pub const MAX_HOST_ANSWER_BYTES: usize = 1024 * 1024;
/// The most remarks a host's source may tell at once.
pub const MAX_HOST_REMARKS: usize = 1_000;

/// What a source told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<T> {
    /// It could answer.
    Known {
        /// The moment its data is true for.
        as_of: Instant,
        /// What it told.
        what: T,
    },
    /// It could not.
    Unknown {
        /// Why.
        because: WhyUnknown,
        /// In words, for the log; holds nothing of the subject.
        message: String,
    },
}

impl<T> Told<T> {
    fn unknown(because: WhyUnknown, message: impl Into<String>) -> Self {
        Self::Unknown { because, message: message.into() }
    }
}

/// A question to a source.
#[derive(Debug, Clone, Copy)]
pub struct SourceAsk<'a> {
    /// The subject's country, ISO 3166 alpha-2.
    pub country: &'a str,
    /// Whom the law sees.
    pub subject: Subject,
    /// The subject's identifier, as it is kept.
    pub key: &'a IdentifierKey,
    /// Its number in clear, where the request brought it. Never logged.
    pub number: Option<&'a str>,
    /// The host's number of the customer; may be empty.
    pub customer: &'a str,
    /// What for; a company register may be asked without.
    pub purpose: Option<Purpose>,
    /// On which legal basis; may be empty.
    pub basis: &'a str,
    /// The user who asks; may be empty for a company register.
    pub user: &'a str,
    /// On whose behalf; may be empty.
    pub on_behalf_of: &'a str,
    /// How long the answer may take, in milliseconds.
    pub deadline_ms: u64,
}

/// A register, company or debtor or both.
pub trait Source: Send + Sync {
    /// Its name, as in the configuration, in answers and in the log.
    fn name(&self) -> &str;

    /// The company with this identifier; `None` when the register holds no such company.
    ///
    /// # Errors
    /// Only those of the store. A source that fails says so in its answer.
    fn company(&self, ask: &SourceAsk<'_>) -> Result<Told<Option<Company>>>;

    /// The payment remarks about this subject, each with the last word on how long it may be used.
    ///
    /// # Errors
    /// As for [`Source::company`].
    fn debtor(&self, ask: &SourceAsk<'_>) -> Result<Told<Vec<DebtorRemark>>>;
}

/// A register that was imported from a file.
pub struct FileSource<'a> {
    name: &'a str,
    store: &'a dyn Store,
}

impl<'a> FileSource<'a> {
    /// The register that was imported under this name.
    pub fn new(name: &'a str, store: &'a dyn Store) -> Self {
        Self { name, store }
    }

    fn never<T>(&self) -> Told<T> {
        Told::unknown(WhyUnknown::NeverImported, format!("the register {:?} was never imported", self.name))
    }
}

impl Source for FileSource<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn company(&self, ask: &SourceAsk<'_>) -> Result<Told<Option<Company>>> {
        Ok(match self.store.company(self.name, ask.key)? {
            Some((as_of, what)) => Told::Known { as_of, what },
            None => self.never(),
        })
    }

    fn debtor(&self, ask: &SourceAsk<'_>) -> Result<Told<Vec<DebtorRemark>>> {
        let Some((as_of, remarks)) = self.store.remarks(self.name, ask.key)? else { return Ok(self.never()) };
        let what = remarks
            .into_iter()
            .map(|remark| {
                DebtorRemark {
                    number: remark.number,
                    kind: remark.kind,
                    amount: remark.amount.zip(remark.currency).map(|(minor, currency)| Money::new(minor, currency)),
                    registered: remark.registered,
                    delete_by: remark.registered,
                    rule: String::new(),
                }
                .bounded(ask.country, ask.subject, remark.expires, None)
            })
            .collect();
        Ok(Told::Known { as_of, what })
    }
}

/// What a host's source is called with: a JSON [`HostRequest`]; it gives back a JSON [`HostAnswer`], or says in words what
/// went wrong (nothing of the subject in it).
pub type HostCallback = Box<dyn Fn(&str) -> std::result::Result<String, String> + Send + Sync>;

/// A register that the host asks for us. It is called on the thread of the request, with no lock held, and may call the
/// engine again.
pub struct HostSource {
    name: String,
    callback: HostCallback,
}

/// What is asked of a host's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HostAsk {
    /// The company with this number.
    Company,
    /// The payment remarks about this subject.
    Debtor,
}

/// The request to a host's source.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HostRequest<'a> {
    /// What is asked.
    pub ask: HostAsk,
    /// The source's name.
    pub source: &'a str,
    /// The subject's country.
    pub country: &'a str,
    /// Whom the law sees.
    pub subject: Subject,
    /// The scheme of the number, such as `dk.cvr`.
    pub scheme: &'a str,
    /// The number in clear; `null` when it is a person's and was given as a customer number. It must not be logged.
    pub number: Option<&'a str>,
    /// The host's number of the customer; empty when it has none yet.
    pub customer: &'a str,
    /// What for.
    pub purpose: Option<Purpose>,
    /// The code Finnish bureaus take the purpose under.
    pub purpose_code: Option<char>,
    /// On which legal basis.
    pub basis: &'a str,
    /// The user who asks.
    pub user: &'a str,
    /// On whose behalf.
    pub on_behalf_of: &'a str,
    /// How long the answer may take, in milliseconds.
    pub deadline_ms: u64,
}

/// The answer of a host's source. *Clear* and *not found* must be said in so many words: an empty list of remarks, or no
/// company, is not taken for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "answer", deny_unknown_fields)]
pub enum HostAnswer {
    /// The company.
    Company {
        /// The moment the data is true for.
        as_of: Instant,
        /// It.
        company: HostCompany,
    },
    /// The register holds no such company.
    NotFound {
        /// The moment that is true for.
        as_of: Instant,
    },
    /// The register holds no remark about the subject.
    Clear {
        /// The moment that is true for.
        as_of: Instant,
    },
    /// The register holds these remarks; at least one.
    Remarks {
        /// The moment the data is true for.
        as_of: Instant,
        /// They.
        remarks: Vec<HostRemark>,
    },
    /// It is not known.
    Unknown {
        /// Why, in words; nothing of the subject in it.
        #[serde(default)]
        message: String,
    },
}

/// A company, as a host tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct HostCompany {
    /// Its name.
    pub name: String,
    /// The legal form, as the register codes it.
    pub legal_form: String,
    /// Its state, as the register words it.
    pub state: String,
    /// The day it was registered.
    pub registered: Option<Day>,
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub city: String,
    /// Telephone.
    pub phone: String,
    /// Industry code.
    pub industry: String,
    /// Whether it must not be used for marketing.
    pub no_marketing: bool,
}

/// A payment remark, as a host tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HostRemark {
    /// Its number in the register.
    pub number: String,
    /// What it is, as the register codes it.
    #[serde(default)]
    pub kind: String,
    /// The amount, such as `"1200.00 NOK"`; not below zero.
    #[serde(default)]
    pub amount: Option<Money>,
    /// The day it was registered.
    pub registered: Day,
    /// The first day on which it must not be used any more, if the register tells it.
    #[serde(default)]
    pub expires: Option<Day>,
    /// The day the debt was paid, if it was.
    #[serde(default)]
    pub paid: Option<Day>,
}

impl HostSource {
    /// A source of this name that is asked through `callback`.
    pub fn new(name: impl Into<String>, callback: HostCallback) -> Self {
        Self { name: name.into(), callback }
    }

    fn call(&self, what: HostAsk, ask: &SourceAsk<'_>) -> std::result::Result<HostAnswer, String> {
        let request = HostRequest {
            ask: what,
            source: &self.name,
            country: ask.country,
            subject: ask.subject,
            scheme: &ask.key.scheme,
            number: ask.number,
            customer: ask.customer,
            purpose: ask.purpose,
            purpose_code: ask.purpose.map(Purpose::finnish_code),
            basis: ask.basis,
            user: ask.user,
            on_behalf_of: ask.on_behalf_of,
            deadline_ms: ask.deadline_ms,
        };
        // The number may be a person's; it does not stay in memory that is given back.
        let request = Zeroizing::new(serde_json::to_string(&request).map_err(|_| "the request cannot be written")?);
        let answer = (self.callback)(&request)?;
        if answer.len() > MAX_HOST_ANSWER_BYTES {
            return Err(format!("the answer has {} bytes; at most {MAX_HOST_ANSWER_BYTES}", answer.len()));
        }
        // The parser's own words may repeat what it stumbled over, so only the place is told.
        serde_json::from_str(&answer).map_err(|error| {
            format!("the answer is not as it must be, at line {} column {}", error.line(), error.column())
        })
    }

    fn failed<T>(&self, message: &str) -> Told<T> {
        Told::unknown(WhyUnknown::SourceFailed, format!("the register {:?} could not answer: {message}", self.name))
    }
}

impl Source for HostSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn company(&self, ask: &SourceAsk<'_>) -> Result<Told<Option<Company>>> {
        Ok(match self.call(HostAsk::Company, ask) {
            Ok(HostAnswer::NotFound { as_of }) => Told::Known { as_of, what: None },
            Ok(HostAnswer::Company { company, .. }) if company.name.trim().is_empty() => {
                self.failed("the company has no name")
            }
            Ok(HostAnswer::Company { as_of, company }) => {
                let what = Company {
                    source: self.name.clone(),
                    identifier: Some(ask.key.clone()),
                    name: company.name,
                    country: ask.country.to_owned(),
                    legal_form: company.legal_form,
                    state: company.state,
                    registered: company.registered,
                    street: company.street,
                    postcode: company.postcode,
                    city: company.city,
                    phone: company.phone,
                    industry: company.industry,
                    no_marketing: company.no_marketing,
                };
                Told::Known { as_of, what: Some(what) }
            }
            Ok(HostAnswer::Unknown { message }) | Err(message) => self.failed(&message),
            Ok(_) => self.failed("a company was asked for, and remarks were told"),
        })
    }

    fn debtor(&self, ask: &SourceAsk<'_>) -> Result<Told<Vec<DebtorRemark>>> {
        Ok(match self.call(HostAsk::Debtor, ask) {
            Ok(HostAnswer::Clear { as_of }) => Told::Known { as_of, what: Vec::new() },
            Ok(HostAnswer::Remarks { as_of, remarks }) => match checked_remarks(&remarks) {
                Ok(()) => {
                    let bounded = |remark| of_host(remark, ask);
                    Told::Known { as_of, what: remarks.into_iter().map(bounded).collect() }
                }
                Err(message) => self.failed(message),
            },
            Ok(HostAnswer::Unknown { message }) | Err(message) => self.failed(&message),
            Ok(_) => self.failed("remarks were asked for, and a company was told"),
        })
    }
}

fn checked_remarks(remarks: &[HostRemark]) -> std::result::Result<(), &'static str> {
    if remarks.is_empty() {
        return Err("a list of remarks without a remark; say \"clear\" when there is none");
    }
    if remarks.len() > MAX_HOST_REMARKS {
        return Err("more remarks than can be taken at once");
    }
    if remarks.iter().any(|remark| remark.amount.is_some_and(|amount| amount.minor < 0)) {
        return Err("a remark has an amount below zero");
    }
    Ok(())
}

fn of_host(remark: HostRemark, ask: &SourceAsk<'_>) -> DebtorRemark {
    DebtorRemark {
        number: remark.number,
        kind: remark.kind,
        amount: remark.amount,
        registered: remark.registered,
        delete_by: remark.registered,
        rule: String::new(),
    }
    .bounded(ask.country, ask.subject, remark.expires, remark.paid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn key() -> IdentifierKey {
        IdentifierKey { scheme: "no.orgnr".into(), value: "974760673".into() }
    }

    fn ask(key: &IdentifierKey) -> SourceAsk<'_> {
        SourceAsk {
            country: "NO",
            subject: Subject::Company,
            key,
            number: Some(&key.value),
            customer: "10012",
            purpose: Some(Purpose::CreditApplication),
            basis: "",
            user: "anna",
            on_behalf_of: "",
            deadline_ms: 500,
        }
    }

    fn told(answer: &'static str) -> (Told<Option<Company>>, Told<Vec<DebtorRemark>>) {
        let source = HostSource::new("bureau", Box::new(|_| Ok(answer.to_owned())));
        let key = key();
        (source.company(&ask(&key)).unwrap(), source.debtor(&ask(&key)).unwrap())
    }

    fn why<T>(told: Told<T>) -> String {
        match told {
            Told::Unknown { because: WhyUnknown::SourceFailed, message } => message,
            _ => panic!("it was taken for an answer"),
        }
    }

    #[test]
    fn the_request_is_as_documented() {
        let seen = Arc::new(Mutex::new(String::new()));
        let keep = Arc::clone(&seen);
        let source = HostSource::new(
            "bureau",
            Box::new(move |request| {
                *keep.lock().unwrap() = request.to_owned();
                Err("closed".to_owned())
            }),
        );
        let key = key();
        assert!(why(source.debtor(&ask(&key)).unwrap()).contains("closed"));
        assert_eq!(
            *seen.lock().unwrap(),
            r#"{"ask":"debtor","source":"bureau","country":"NO","subject":"company","scheme":"no.orgnr","number":"974760673","customer":"10012","purpose":"credit_application","purpose_code":"1","basis":"","user":"anna","on_behalf_of":"","deadline_ms":500}"#
        );
    }

    #[test]
    fn answers_are_taken_as_they_are_meant() {
        let (company, debtor) =
            told(r#"{"answer":"company","as_of":5,"company":{"name":"Nordfisk AS","state":"aktiv"}}"#);
        let Told::Known { as_of: Instant(5), what: Some(company) } = company else { panic!("{company:?}") };
        assert_eq!((company.name.as_str(), company.country.as_str()), ("Nordfisk AS", "NO"));
        assert!(why(debtor).contains("a company was told"));

        let (company, debtor) = told(r#"{"answer":"clear","as_of":5}"#);
        assert_eq!(debtor, Told::Known { as_of: Instant(5), what: vec![] });
        why(company);

        let (company, _) = told(r#"{"answer":"not_found","as_of":5}"#);
        assert_eq!(company, Told::Known { as_of: Instant(5), what: None });

        let (_, debtor) = told(
            r#"{"answer":"remarks","as_of":5,"remarks":[{"number":"1","kind":"utlegg","amount":"100.00 NOK",
                "registered":"2026-01-01","paid":"2026-02-01"}]}"#,
        );
        let Told::Known { what, .. } = debtor else { panic!("{debtor:?}") };
        assert_eq!(what[0].delete_by, Day::parse("2026-02-01").unwrap());
    }

    #[test]
    fn what_is_not_an_answer_is_unknown_and_is_not_repeated() {
        for answer in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"answer":"clear"}"#,
            r#"{"answer":"clear","as_of":"01019912345"}"#,
            r#"{"answer":"clear","as_of":5,"remark":"01019912345"}"#,
            r#"{"answer":"01019912345","as_of":5}"#,
            r#"{"answer":"remarks","as_of":5,"remarks":[]}"#,
            r#"{"answer":"remarks","as_of":5,"remarks":[{"number":"1","registered":"2026-02-30"}]}"#,
            r#"{"answer":"remarks","as_of":5,"remarks":[{"number":"1","registered":"2026-02-03","amount":"5.00"}]}"#,
            r#"{"answer":"remarks","as_of":5,"remarks":[{"number":"1","registered":"2026-02-03","amount":"-5.00 NOK"}]}"#,
            r#"{"answer":"company","as_of":5,"company":{"name":" "}}"#,
            r#"{"answer":"unknown","message":"timeout"}"#,
        ] {
            let (company, debtor) = told(answer);
            for message in [why(company), why(debtor)] {
                assert!(!message.contains("01019912345"), "{message}");
                assert!(message.contains("bureau"), "{message}");
            }
        }
        let source = HostSource::new("bureau", Box::new(|_| Ok(" ".repeat(MAX_HOST_ANSWER_BYTES + 1))));
        assert!(why(source.debtor(&ask(&key())).unwrap()).contains("at most"));
    }
}
