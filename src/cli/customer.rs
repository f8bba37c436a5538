//! New customers and debtor registers.

use comfy_table::{Cell, Color};
use obligor::calendar::Instant;
use obligor::customer::{Check, CheckResult, Judgement};
use obligor::error::Result;
use obligor::policy::Verdict;
use obligor::register::DebtorAnswer;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::args::{Lookup, Reason, Validate};
use crate::record::secret_line;
use crate::session::Session;
use crate::show::{Look, lines, marked, moment};
use crate::{Done, exit};

/// What is read of the answer of `customer.validate`.
#[derive(Deserialize)]
struct Judged {
    #[serde(flatten)]
    judgement: Judgement,
    subject: Subject,
    checks: Vec<Check>,
    duplicates: Vec<Duplicate>,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(rename = "is")]
    is: Value,
    by: Value,
}

#[derive(Deserialize)]
struct Duplicate {
    customer: String,
    name: String,
}

/// What is read of the answer of `debtor.lookup`.
#[derive(Deserialize)]
struct LookedUp {
    #[serde(flatten)]
    answer: DebtorAnswer,
    denied: Option<Value>,
    rules: Vec<String>,
    copy_letter: bool,
    subject: Subject,
    source: String,
    as_of: Option<Instant>,
    cached: bool,
}

pub(crate) fn validate(session: &Session, words: &Validate) -> Result<Done> {
    let mut identifiers: Vec<Value> =
        words.identifier.iter().map(|(scheme, number)| json!({ "scheme": scheme, "number": number })).collect();
    if let Some(scheme) = &words.personal_number_stdin {
        identifiers.push(json!({ "scheme": scheme, "number": secret_line()? }));
    }
    let mut request = json!({
        "customer": words.customer, "name": words.name, "country": words.country, "legal_form": words.legal_form,
        "postcode": words.postcode, "identifiers": identifiers, "currency": words.currency,
    });
    if let (Some(purpose), Some(user)) = (words.purpose, &words.user) {
        request["lookup"] = asked_for(purpose.name(), user, &words.reason);
    }
    session.tell("customer.validate", &request, |judged: &Judged| {
        Ok(Done::with(shown(session.look, judged), exit::of_verdict(judged.judgement.verdict)))
    })
}

/// Why and for whom a debtor register is asked.
fn asked_for(purpose: &str, user: &str, reason: &Reason) -> Value {
    json!({
        "purpose": purpose, "user": user, "basis": reason.basis, "on_behalf_of": reason.on_behalf_of,
        "credit_element": reason.credit_element, "frozen": reason.frozen,
    })
}

fn shown(look: Look, judged: &Judged) -> String {
    let verdict = match judged.judgement.verdict {
        Verdict::Accept => marked("accept", Color::Green),
        Verdict::Prepay => marked("prepay", Color::Magenta),
        Verdict::Review => marked("review: a person decides", Color::Magenta),
        Verdict::Reject => marked("reject", Color::Red),
    };
    let mut facts = look.bare();
    facts.add_row([Cell::new("Verdict"), verdict]);
    facts.add_row(["Subject".to_owned(), format!("{}, by {}", words(&judged.subject.is), words(&judged.subject.by))]);
    if let Some(rule) = &judged.judgement.human_rule {
        facts.add_row(["A person has to decide".to_owned(), format!("by {rule}")]);
    }
    if let Some(proposal) = judged.judgement.proposal {
        facts.add_row(["Terms".to_owned(), words(&json!(proposal.terms))]);
        if let Some(limit) = proposal.limit {
            facts.add_row(["Proposed limit".to_owned(), look.language.money(limit)]);
        }
    }
    for duplicate in &judged.duplicates {
        facts.add_row(["May be".to_owned(), format!("customer {}, {}", duplicate.customer, duplicate.name)]);
    }
    let mut checks = look.table(&["Check", "Result", "Because", "Source", "As of"]);
    for check in &judged.checks {
        let color = match check.result {
            CheckResult::Pass => Color::Green,
            CheckResult::Fail => Color::Red,
            CheckResult::Unknown => Color::Yellow,
        };
        checks.add_row([
            Cell::new(check.code.text(look.language)),
            marked(check.result.text(look.language), color),
            Cell::new(check.because.map_or("", |because| because.text(look.language))),
            Cell::new(&check.source),
            Cell::new(check.as_of.map_or_else(String::new, moment)),
        ]);
    }
    format!("{}\n{}", lines(&facts), lines(&checks))
}

pub(crate) fn lookup(session: &Session, words: &Lookup) -> Result<Done> {
    let mut request = asked_for(words.purpose.name(), &words.user, &words.reason);
    request["country"] = json!(words.country);
    if let Some(customer) = &words.whom.customer {
        request["customer"] = json!(customer);
    } else if let Some(number) = &words.whom.orgnr {
        request["orgnr"] = json!(number);
    } else {
        request["personal_number"] = json!(secret_line()?);
    }
    session.tell("debtor.lookup", &request, |told: &LookedUp| {
        let code = match told.answer {
            DebtorAnswer::Clear => exit::OK,
            DebtorAnswer::Remarks { .. } => exit::REMARKS,
            DebtorAnswer::Unknown { .. } => exit::UNKNOWN,
        };
        Ok(Done::with(looked_up(session.look, told), code))
    })
}

fn looked_up(look: Look, told: &LookedUp) -> String {
    let answer = match &told.answer {
        DebtorAnswer::Clear => marked("clear", Color::Green),
        DebtorAnswer::Remarks { .. } => marked("remarks", Color::Red),
        DebtorAnswer::Unknown { because } => marked(format!("unknown: {}", words(&json!(because))), Color::Yellow),
    };
    let mut facts = look.bare();
    facts.add_row([Cell::new("Answer"), answer]);
    if let Some(denied) = &told.denied {
        facts.add_row(["Not allowed".to_owned(), words(denied)]);
    }
    facts.add_row(["Subject".to_owned(), format!("{}, by {}", words(&told.subject.is), words(&told.subject.by))]);
    if !told.source.is_empty() {
        let asked = if told.cached { ", an answer that was kept" } else { "" };
        facts.add_row(["Source".to_owned(), format!("{}{asked}", told.source)]);
    }
    if let Some(as_of) = told.as_of {
        facts.add_row(["As of".to_owned(), moment(as_of)]);
    }
    facts.add_row(["Rules".to_owned(), told.rules.join(", ")]);
    if told.copy_letter {
        facts.add_row(["To do", "send the subject a copy of this answer"]);
    }
    let mut text = lines(&facts);
    if let DebtorAnswer::Remarks { remarks } = &told.answer {
        let mut table = look.table(&["Remark", "Kind", "Amount", "Registered", "Not to be used from", "Rule"]);
        for remark in remarks {
            let amount = remark.amount.map_or_else(|| Cell::new(""), |amount| look.money(amount));
            table.add_row([
                Cell::new(&remark.number),
                Cell::new(&remark.kind),
                amount,
                Cell::new(look.language.day(remark.registered)),
                Cell::new(look.language.day(remark.delete_by)),
                Cell::new(&remark.rule),
            ]);
        }
        text.push('\n');
        text.push_str(&lines(&table));
    }
    text
}

/// The stable name of something, as words: `no_source` is `no source`, `{"missing":"basis"}` is `missing basis`.
fn words(name: &Value) -> String {
    match name {
        Value::String(name) => name.replace('_', " "),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{} {}", name.replace('_', " "), words(value)))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}
