//! A new customer: identifiers, who it is before the law, the books, the registers, the verdict.
//!
//! Each question becomes one [`Check`]: passed, failed, or unknown because. A question that does not arise (a private
//! person is in no company register) is not asked and leaves no check.

use std::time::Instant as Deadline;

use serde::{Deserialize, Serialize};

use super::debtors::{
    Asker, LookupAnswer, LookupFor, SubjectAnswer, Whom, checked_country, more_careful, source_ask, subject,
};
use super::identify::{TypedNumber, holds_bsn};
use super::keeper::{Field, lead_back};
use super::{Engine, checked_name};
use crate::calendar::{Day, Instant};
use crate::customer::{
    Because, Check, CheckCode, Evidence, Judgement, Likeness, Number, Subject, SubjectKind, compare_names,
    derive_subject, judge, legal_form, name_key,
};
use crate::error::{Error, ErrorKind, Result};
use crate::identifier::{self, Answer, Identifier, Note, Personal, Scheme};
use crate::money::Currency;
use crate::register::sources::Told;
use crate::register::{CompanyState, DebtorAnswer, WhyUnknown};
use crate::store::{Company, Customer, IdentifierKey};

/// The most identifiers that one customer may be validated with.
pub const MAX_IDENTIFIERS: usize = 16;
/// The longest name, address or identifier that is taken, in bytes.
pub const MAX_TEXT_BYTES: usize = 512;
/// The most customers that are told of as possible duplicates.
pub const MAX_DUPLICATES: usize = 20;

/// Our own arithmetic, as a source.
const BY_IDENTIFIER: &str = "identifier";
/// The host's customers, as a source.
const BY_BOOKS: &str = "books";

/// An identifier as the host has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TypedIdentifier {
    /// The scheme's name, such as `dk.cvr`.
    pub scheme: String,
    /// The number.
    pub number: TypedNumber,
}

/// A customer to be validated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CustomerRequest {
    /// Its number, if the host has given it one: it is not its own duplicate.
    pub customer: String,
    /// Its name.
    pub name: String,
    /// The country it is registered in, ISO 3166 alpha-2. Required.
    pub country: String,
    /// Its legal form, as the register of the country codes or names it. The register's own goes beside it.
    pub legal_form: String,
    /// Its postcode; tells two customers of the same name apart.
    pub postcode: String,
    /// Its identifiers.
    pub identifiers: Vec<TypedIdentifier>,
    /// The currency it is to be given credit in.
    pub currency: Option<Currency>,
    /// Why and for whom a debtor register is asked; without it none is, and the check is unknown.
    pub lookup: Option<LookupFor>,
    /// How long the call may take; as configured when nothing is said.
    pub deadline_ms: Option<u32>,
}

/// An identifier as it is told back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IdentifierAnswer {
    /// The scheme.
    pub scheme: String,
    /// The number in its normal form; none when it is wrong, or is or may be a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Whether it is, or may be, a person's.
    pub personal: bool,
    /// What was noticed about it, by the names of [`Note`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A customer of the books that may be the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Duplicate {
    /// Its number.
    pub customer: String,
    /// Its name.
    pub name: String,
    /// `same_identifier` or `same_name`.
    pub because: Because,
}

/// What the company register has of the customer, to be taken over instead of typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FromRegister {
    /// Which register.
    pub source: String,
    /// The moment its data is true for.
    pub as_of: Instant,
    /// The name.
    pub name: String,
    /// The legal form, as the register codes it.
    pub legal_form: String,
    /// The state, as the register words it.
    pub state: String,
    /// The day it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

/// The answer about a new customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerAnswer {
    /// The verdict, what led to it, and what is proposed.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// Who it is before the law.
    pub subject: SubjectAnswer,
    /// Its identifiers, in the order of the request.
    pub identifiers: Vec<IdentifierAnswer>,
    /// Everything that was asked, and what came of it.
    pub checks: Vec<Check>,
    /// Customers of the books that may be the same one.
    pub duplicates: Vec<Duplicate>,
    /// What the company register has of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_register: Option<FromRegister>,
    /// The look-up in the debtor register, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debtor: Option<LookupAnswer>,
    /// The policy's name and version.
    pub policy: String,
    /// When it was judged.
    pub at: Instant,
}

/// An identifier that was read: what it says, and what may be kept of it.
struct Read {
    identifier: Identifier,
    key: Option<IdentifierKey>,
}

impl Engine {
    /// Judges a new customer. Nothing is written but the log of look-ups and the answers of registers that are kept.
    ///
    /// # Errors
    /// `Argument`, naming the field; those of the store. A register that fails is not an error: its checks are unknown.
    pub fn validate_customer(&self, request: &CustomerRequest) -> Result<CustomerAnswer> {
        let (now, deadline) = (self.now(), self.deadline(request.deadline_ms));
        let today = self.day_of(now);
        let asked = Asked::checked(request)?;
        let mut checks = Vec::new();
        let mut identifiers = Vec::new();
        let read = self.read_identifiers(&asked, today, &mut checks, &mut identifiers)?;
        let numbers: Vec<Number> = read.iter().map(|read| Number::of(&read.identifier)).collect();
        let mut who = subject(derive_subject(&asked.country, asked.legal_form, &numbers));

        let company_key = company_number(&read, &asked.country);
        let mut from_register = None;
        if who.subject != Subject::PrivatePerson {
            let (mut found, told) = self.register_checks(&asked, company_key, &who, now, deadline)?;
            if let Some(register) = &told {
                who = more_careful(who, subject(derive_subject(&asked.country, &register.legal_form, &numbers)));
                found.extend(company_checks(&asked, register, self.policy.customer.young_days, today));
            }
            checks.append(&mut found);
            from_register = told;
        }
        kind_checks(&asked, &who, &read, &mut checks);
        let duplicates = self.duplicates(&asked, &who, &read)?;
        checks.push(duplicate_check(&duplicates));
        let debtor = self.debtor_check(&asked, &who, &read, company_key, now, deadline, &mut checks)?;
        checks.sort_by_key(|check| check.code);

        Ok(CustomerAnswer {
            judgement: judge(&self.policy.customer, who.subject, &checks, request.currency),
            subject: who,
            identifiers,
            checks,
            duplicates,
            from_register,
            debtor,
            policy: format!("{} {}", self.policy.name, self.policy.version),
            at: now,
        })
    }

    /// Reads the identifiers, and says of each whether it is right.
    fn read_identifiers(
        &self,
        asked: &Asked<'_>,
        today: Day,
        checks: &mut Vec<Check>,
        told: &mut Vec<IdentifierAnswer>,
    ) -> Result<Vec<Read>> {
        let mut read = Vec::new();
        for (at, typed) in asked.request.identifiers.iter().enumerate() {
            let scheme: Scheme =
                typed.scheme.parse().map_err(|error| Error::argument(format!("identifiers[{at}].scheme: {error}")))?;
            if typed.number.reveal().len() > MAX_TEXT_BYTES {
                return Err(too_long(&format!("identifiers[{at}].number")));
            }
            let answer = identifier::check(scheme, typed.number.reveal(), today.0);
            let check = Check::pass(CheckCode::IdentifierSyntax, BY_IDENTIFIER)
                .with(Evidence::Scheme(scheme.name().to_owned()));
            checks.push(match answer {
                Answer::Valid(_) => check,
                Answer::FormatOnly(_) => check.because(Because::FormatOnly),
                Answer::Invalid(fault) => {
                    let (scheme, fault) = (scheme.name().to_owned(), fault.name().to_owned());
                    Check::fail(CheckCode::IdentifierSyntax, Because::BadIdentifier, BY_IDENTIFIER)
                        .with(Evidence::Fault { scheme, fault })
                }
            });
            let Some(mut identifier) = answer.identifier() else {
                let personal = scheme.personal() != Personal::Never;
                told.push(IdentifierAnswer { scheme: typed.scheme.clone(), number: None, personal, notes: vec![] });
                continue;
            };
            if legal_form(&asked.country, asked.legal_form) == Some(Subject::SoleTrader) {
                identifier = identifier.of_sole_proprietor();
            }
            let personal = identifier.personal() != Personal::Never;
            told.push(IdentifierAnswer {
                scheme: scheme.name().to_owned(),
                number: (!personal).then(|| identifier.reveal().to_owned()),
                personal,
                notes: identifier.notes().iter().map(|note| note.name().to_owned()).collect(),
            });
            let key = (!holds_bsn(&identifier)).then(|| self.keeper.keep(&identifier, today));
            read.push(Read { identifier, key });
        }
        if asked.request.identifiers.is_empty() {
            checks.push(Check::unknown(CheckCode::IdentifierSyntax, Because::NoIdentifier, BY_IDENTIFIER));
        }
        Ok(read)
    }

    /// Asks the company register whether it knows the customer.
    fn register_checks(
        &self,
        asked: &Asked<'_>,
        key: Option<&Read>,
        who: &SubjectAnswer,
        now: Instant,
        deadline: Deadline,
    ) -> Result<(Vec<Check>, Option<FromRegister>)> {
        let code = CheckCode::RegisterExistence;
        let Some((read, key)) = key.and_then(|read| Some((read, read.key.as_ref()?))) else {
            return Ok((vec![Check::unknown(code, Because::NoIdentifier, "")], None));
        };
        let number = lead_back(&read.identifier, self.day_of(now));
        let whom = asked.whom(who, Some(key), Some(number.reveal()), false);
        let told = self.ask_company(&source_ask(&whom, key, asked.asker.as_ref(), deadline), now, deadline)?;
        let (check, company) = match told.told {
            Told::Known { as_of, what: Some(company) } => {
                (Check::pass(code, told.source).as_of(as_of), Some(from_register(company, as_of)))
            }
            Told::Known { as_of, what: None } if may_lack(&asked.country, who.kind) => {
                (Check::unknown(code, Because::NotCovered, told.source).as_of(as_of), None)
            }
            Told::Known { as_of, what: None } => (Check::fail(code, Because::NotFound, told.source).as_of(as_of), None),
            Told::Unknown { because, .. } => (Check::unknown(code, why(because), told.source), None),
        };
        Ok((vec![check], company))
    }

    /// Customers of the books that are, or may be, the same one: those with the same identifier first.
    fn duplicates(&self, asked: &Asked<'_>, who: &SubjectAnswer, read: &[Read]) -> Result<Vec<Duplicate>> {
        let mut found: Vec<Duplicate> = Vec::new();
        let mut add = |customer: &Customer, because| {
            let known = found.iter().any(|other| other.customer == customer.number);
            if !known && customer.number != asked.customer && found.len() < MAX_DUPLICATES {
                let (number, name) = (customer.number.clone(), customer.name.clone());
                found.push(Duplicate { customer: number, name, because });
            }
        };
        let keys: Vec<&IdentifierKey> = read.iter().filter_map(|read| read.key.as_ref()).collect();
        for key in &keys {
            for customer in self.store.customers_by_identifier(key)? {
                add(&customer, Because::SameIdentifier);
            }
        }
        let name = name_key(asked.name);
        if !name.is_empty() {
            for customer in self.store.customers_by_name(&name, &asked.country)? {
                if may_be_same(&customer, asked, who, &keys) {
                    add(&customer, Because::SameName);
                }
            }
        }
        Ok(found)
    }

    /// Asks the debtor register, if the request says why and for whom.
    #[allow(clippy::too_many_arguments, reason = "the facts of one request; a struct of them would only rename them")]
    fn debtor_check(
        &self,
        asked: &Asked<'_>,
        who: &SubjectAnswer,
        read: &[Read],
        company: Option<&Read>,
        now: Instant,
        deadline: Deadline,
        checks: &mut Vec<Check>,
    ) -> Result<Option<LookupAnswer>> {
        let code = CheckCode::DebtorRegister;
        let Some(asker) = &asked.asker else {
            checks.push(Check::unknown(code, Because::NotAsked, ""));
            return Ok(None);
        };
        let person = number_of(read, &asked.country, Field::PersonalNumber);
        let read = if who.kind == SubjectKind::Person { person.or(company) } else { company.or(person) };
        let number = read.map(|read| lead_back(&read.identifier, self.day_of(now)));
        let bsn = read.is_some_and(|read| holds_bsn(&read.identifier));
        let number = number.as_ref().filter(|_| !bsn).map(Identifier::reveal);
        let whom = asked.whom(who, read.and_then(|read| read.key.as_ref()), number, bsn);
        let answer = self.inquire(&whom, asker, now, deadline)?;
        let source = answer.source.clone();
        let check = match &answer.answer {
            DebtorAnswer::Clear => Check::pass(code, source),
            DebtorAnswer::Remarks { remarks } => Check::fail(code, Because::Remarks, source)
                .with(Evidence::Remarks(u64::try_from(remarks.len()).unwrap_or(u64::MAX))),
            DebtorAnswer::Unknown { because } => {
                let check = Check::unknown(code, why(*because), source);
                match (because, answer.rules.first()) {
                    (WhyUnknown::NotLawful, Some(rule)) => check.with(Evidence::Rule(rule.clone())),
                    _ => check,
                }
            }
        };
        checks.push(match answer.as_of {
            Some(as_of) => check.as_of(as_of),
            None => check,
        });
        Ok(Some(answer))
    }
}

/// A request whose texts were checked.
struct Asked<'a> {
    request: &'a CustomerRequest,
    customer: &'a str,
    name: &'a str,
    country: String,
    legal_form: &'a str,
    asker: Option<Asker<'a>>,
}

impl<'a> Asked<'a> {
    fn checked(request: &'a CustomerRequest) -> Result<Self> {
        if request.identifiers.len() > MAX_IDENTIFIERS {
            let message = format!("identifiers: {} of them; at most {MAX_IDENTIFIERS}", request.identifiers.len());
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        for (field, text) in
            [("name", &request.name), ("legal_form", &request.legal_form), ("postcode", &request.postcode)]
        {
            if text.len() > MAX_TEXT_BYTES {
                return Err(too_long(field));
            }
        }
        let customer = request.customer.as_str();
        Ok(Self {
            request,
            customer: if customer.is_empty() { "" } else { checked_name("customer", customer)? },
            name: request.name.trim(),
            country: checked_country(&request.country)?,
            legal_form: request.legal_form.trim(),
            asker: request.lookup.as_ref().map(LookupFor::checked).transpose().map_err(|error| error.at("lookup"))?,
        })
    }

    fn whom<'b>(
        &'b self,
        who: &SubjectAnswer,
        key: Option<&IdentifierKey>,
        number: Option<&'b str>,
        bsn: bool,
    ) -> Whom<'b> {
        Whom { country: &self.country, subject: who.clone(), key: key.cloned(), number, customer: self.customer, bsn }
    }
}

fn too_long(field: &str) -> Error {
    Error::new(ErrorKind::TooLarge, format!("{field}: at most {MAX_TEXT_BYTES} bytes"))
}

/// The identifier whose key, or which itself, is the country's number of this kind.
fn number_of<'a>(read: &'a [Read], country: &str, field: Field) -> Option<&'a Read> {
    let scheme = field.scheme(country)?;
    read.iter().find(|read| match &read.key {
        Some(key) => key.scheme == scheme.name(),
        None => read.identifier.scheme() == scheme,
    })
}

/// The identifier under which the company register knows it. A Swedish sole trader has the owner's.
fn company_number<'a>(read: &'a [Read], country: &str) -> Option<&'a Read> {
    let owner = || number_of(read, country, Field::PersonalNumber).filter(|_| country == "SE");
    number_of(read, country, Field::Orgnr).or_else(owner)
}

/// Whether the identifiers fit the country and who it is.
fn kind_checks(asked: &Asked<'_>, who: &SubjectAnswer, read: &[Read], checks: &mut Vec<Check>) {
    let form = legal_form(&asked.country, asked.legal_form);
    for Read { identifier, .. } in read {
        let scheme = identifier.scheme();
        let organisation_form = matches!(form, Some(Subject::Company | Subject::Partnership));
        let wrong = if holds_bsn(identifier) {
            Some(Because::MustNotBeKept)
        } else if scheme.country().is_some_and(|country| country != asked.country) {
            Some(Because::OtherCountry)
        } else {
            let other_kind = match Number::of(identifier) {
                Number::Persons | Number::SoleTraders => organisation_form,
                Number::Organisations => who.kind == SubjectKind::Person,
                Number::Anybodys => who.subject == Subject::SoleTrader && identifier.notes().has(Note::EntityBtw),
            };
            other_kind.then_some(Because::OtherKind)
        };
        let check = match wrong {
            Some(because) => Check::fail(CheckCode::IdentifierKind, because, BY_IDENTIFIER),
            None => Check::pass(CheckCode::IdentifierKind, BY_IDENTIFIER),
        };
        checks.push(check.with(Evidence::Scheme(scheme.name().to_owned())));
    }
}

/// Whether a register that does not hold such a subject may do so rightly: the open registers of Sweden and Finland leave
/// sole traders out.
fn may_lack(country: &str, kind: SubjectKind) -> bool {
    matches!(country, "SE" | "FI") && kind != SubjectKind::Organisation
}

fn from_register(company: Company, as_of: Instant) -> FromRegister {
    FromRegister {
        source: company.source,
        as_of,
        name: company.name,
        legal_form: company.legal_form,
        state: company.state,
        registered: company.registered,
        street: company.street,
        postcode: company.postcode,
        city: company.city,
        phone: company.phone,
        industry: company.industry,
        no_marketing: company.no_marketing,
    }
}

/// What the register's words say: state, name and age.
fn company_checks(asked: &Asked<'_>, company: &FromRegister, young_days: u32, today: Day) -> Vec<Check> {
    let pass = |code| Check::pass(code, &*company.source);
    let fail = |code, because| Check::fail(code, because, &*company.source);
    let unknown = |code, because| Check::unknown(code, because, &*company.source);

    let code = CheckCode::RegisterState;
    let state = match CompanyState::read(&asked.country, &company.state) {
        Some(CompanyState::Active) => pass(code),
        Some(CompanyState::Bankrupt) => fail(code, Because::Bankrupt),
        Some(CompanyState::Liquidating) => fail(code, Because::Liquidating),
        Some(CompanyState::Dissolved) => fail(code, Because::Dissolved),
        // It goes on trading under a court's eye; whether on credit, a person decides.
        Some(CompanyState::Restructuring) => unknown(code, Because::Restructuring),
        None => unknown(code, Because::StateNotTold),
    };

    let code = CheckCode::RegisterNameMatch;
    let name = match compare_names(asked.name, &company.name) {
        _ if name_key(asked.name).is_empty() => unknown(code, Because::NoName),
        Likeness::Same | Likeness::Near => pass(code),
        Likeness::Different => unknown(code, Because::OtherName),
    };

    let code = CheckCode::YoungCompany;
    let age = match company.registered {
        None => unknown(code, Because::AgeNotTold),
        Some(day) if today.since(day) < i64::from(young_days) => fail(code, Because::Young).with(Evidence::Day(day)),
        Some(day) => pass(code).with(Evidence::Day(day)),
    };

    let state = state.with(Evidence::State(company.state.clone()));
    let name = name.with(Evidence::Name(company.name.clone()));
    [state, name, age].into_iter().map(|check| check.as_of(company.as_of)).collect()
}

/// Whether a customer of the same name and country may be the same one.
fn may_be_same(customer: &Customer, asked: &Asked<'_>, who: &SubjectAnswer, keys: &[&IdentifierKey]) -> bool {
    // Two numbers of one scheme are two debtors, whatever they are called.
    let proven_other = customer
        .identifiers
        .iter()
        .any(|theirs| keys.iter().any(|ours| ours.scheme == theirs.scheme && ours.value != theirs.value));
    let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (ours, theirs) = (squeeze(&asked.request.postcode), squeeze(&customer.postcode));
    let same_place = match (ours.is_empty() || theirs.is_empty(), who.kind) {
        (false, _) => ours == theirs,
        // Many persons have one name; without a place it says nothing.
        (true, SubjectKind::Person) => false,
        (true, _) => true,
    };
    !proven_other && same_place
}

fn duplicate_check(duplicates: &[Duplicate]) -> Check {
    let code = CheckCode::Duplicate;
    let of = |because| -> Vec<String> {
        duplicates.iter().filter(|other| other.because == because).map(|other| other.customer.clone()).collect()
    };
    let (proven, maybe) = (of(Because::SameIdentifier), of(Because::SameName));
    if !proven.is_empty() {
        Check::fail(code, Because::SameIdentifier, BY_BOOKS).with(Evidence::Customers(proven))
    } else if !maybe.is_empty() {
        // Two may share a name: nobody knows until somebody looks.
        Check::unknown(code, Because::SameName, BY_BOOKS).with(Evidence::Customers(maybe))
    } else {
        Check::pass(code, BY_BOOKS)
    }
}

fn why(because: WhyUnknown) -> Because {
    match because {
        WhyUnknown::NoSource => Because::NoSource,
        WhyUnknown::NeverImported => Because::NeverImported,
        WhyUnknown::SourceTooOld => Because::SourceTooOld,
        WhyUnknown::NotLawful => Because::NotLawful,
        WhyUnknown::SubjectNotIdentified => Because::SubjectNotIdentified,
        WhyUnknown::SourceFailed => Because::SourceFailed,
    }
}
