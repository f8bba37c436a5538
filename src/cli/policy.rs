//! Policies: is this file one, what does it say, where do two differ, and which one is in force.
//!
//! Nothing here needs a credit state but what speaks of the policy in force.

use std::path::Path;

use comfy_table::{Attribute, Cell, Color};
use obligor::calendar::{Day, Instant};
use obligor::engine::operations::spoken;
use obligor::engine::policies::{self, CheckedPolicy, CompareRequest, ExplainRequest, PolicyChoice, ProfileRequest};
use obligor::error::{Error, ErrorKind, Result};
use obligor::policy::{Policy, Severity};
use obligor::portfolio::compare::{Answer, Comparison, Pair, RuleCount};
use serde::Deserialize;
use serde_json::json;

use crate::args::{Compare, Options, Policy as Words, PolicyCommand};
use crate::session::Session;
use crate::show::{Look, count, lines, marked, right};
use crate::{Done, exit};

#[derive(Deserialize)]
struct InForce {
    text: String,
}

pub(crate) fn policy(options: &Options, words: &Words) -> Result<Done> {
    match &words.command {
        PolicyCommand::Check { file } => check(options, file),
        PolicyCommand::Explain { policy } => explain(options, policy.as_deref()),
        PolicyCommand::Profiles => profiles(options),
        PolicyCommand::Profile { name } => profile(options, name),
        PolicyCommand::Compare(compare) => compared(options, compare),
        PolicyCommand::Try(words) => crate::backtest::try_policy(options, words),
        PolicyCommand::Show => Session::open(options)?
            .tell("policy.get", &json!({}), |policy: &InForce| Ok(Done::well(policy.text.as_str()))),
    }
}

/// A ready policy by its name, else a file.
fn choice(word: &Path) -> PolicyChoice {
    let name = word.to_str().filter(|name| Policy::profiles().any(|(ready, _)| ready == *name));
    match name {
        Some(name) => PolicyChoice { profile: Some(name.to_owned()), ..PolicyChoice::default() },
        None => PolicyChoice { path: Some(word.to_owned()), ..PolicyChoice::default() },
    }
}

fn written<T: serde::Serialize>(answer: &T, code: u8) -> Result<Done> {
    let text = serde_json::to_string(answer)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the answer cannot be written: {error}")))?;
    Ok(Done::with(text, code))
}

/// Says whether a file is a policy, and what is odd about it. Only what cannot be meant makes the exit code.
fn check(options: &Options, file: &Path) -> Result<Done> {
    let choice = choice(file);
    // A file that is no policy is an error with the code of its own.
    choice.read(None)?;
    let checked = policies::check(&choice, None)?;
    let code = if checked.count(Severity::Error) > 0 { exit::FAULTS } else { exit::OK };
    if options.json {
        return written(&checked, code);
    }
    Ok(Done::with(told(&Look::new(options), file, &checked), code))
}

fn told(look: &Look, file: &Path, checked: &CheckedPolicy) -> String {
    let CheckedPolicy { name, version, rules, findings } = checked;
    let rules = count(*rules, "rule", "rules");
    let number = |severity| u64::try_from(checked.count(severity)).unwrap_or(u64::MAX);
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    let verdict = match (errors, warnings) {
        (0, 0) => "valid, and nothing is odd about it".to_owned(),
        (0, some) => format!("valid, {}", count(some, "warning", "warnings")),
        (some, others) => {
            format!("{}, {}", count(some, "error", "errors"), count(others, "warning", "warnings"))
        }
    };
    let mut text = format!("{}: policy {name:?}, version {version}, {rules}: {verdict}.\n", file.display());
    if findings.is_empty() {
        return text;
    }
    let mut table = look.bare();
    for finding in findings {
        let color = if finding.severity == Severity::Error { Color::Red } else { Color::Yellow };
        let line = right(format!("line {}", finding.line));
        table.add_row([line, marked(finding.severity.name(), color), Cell::new(&finding.message)]);
    }
    text += &lines(&table);
    text
}

fn explain(options: &Options, policy: Option<&Path>) -> Result<Done> {
    let Some(policy) = policy else {
        let session = Session::open(options)?;
        let request = json!({ "language": session.language() });
        return session.tell("policy.explain", &request, |said: &InForce| Ok(Done::well(said.text.as_str())));
    };
    let PolicyChoice { profile, text, path } = choice(policy);
    let said = policies::explain(&ExplainRequest { profile, text, path, language: options.language }, None)?;
    if options.json { written(&said, exit::OK) } else { Ok(Done::well(said.text)) }
}

fn profiles(options: &Options) -> Result<Done> {
    let ready = policies::profiles();
    if options.json {
        return written(&ready, exit::OK);
    }
    let mut table = Look::new(options).bare();
    for profile in &ready {
        table.add_row([Cell::new(&profile.name).add_attribute(Attribute::Bold), Cell::new(&profile.title)]);
    }
    Ok(Done::well(lines(&table)))
}

fn profile(options: &Options, name: &str) -> Result<Done> {
    let found = policies::profile(&ProfileRequest { name: name.to_owned() })?;
    if options.json { written(&found, exit::OK) } else { Ok(Done::well(found.text)) }
}

fn compared(options: &Options, words: &Compare) -> Result<Done> {
    let request = CompareRequest {
        a: Some(choice(&words.a).read(None)?.text),
        b: Some(choice(&words.b).read(None)?.text),
        orders_path: words.orders.clone(),
        random: words.sample,
        day: words.day,
        examples: Some(words.examples),
        ..CompareRequest::default()
    };
    let comparison = policies::compared(&request, None, today())?;
    if options.json {
        return written(&spoken(json!(comparison), options.language), exit::OK);
    }
    Ok(Done::well(shown(&Look::new(options), &comparison)))
}

/// The civil day it is in UTC: orders that name days of their own are compared with `--day`.
fn today() -> Day {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).day(0)
}

fn shown(look: &Look, comparison: &Comparison) -> String {
    let Comparison { a, b, cases, different, pairs } = comparison;
    let (cases, different) = (count(*cases, "case", "cases"), *different);
    let mut text = format!(
        "A is {:?}, version {}; B is {:?}, version {}.\n{cases}, {different} answered differently.\n\n",
        a.name, a.version, b.name, b.version
    );
    let mut table = look.table(&["A", "B", "cases", "differ", "because of A", "because of B"]);
    for pair in pairs {
        table.add_row([
            look.outcome(pair.a),
            look.outcome(pair.b),
            right(pair.cases),
            right(pair.different),
            Cell::new(rules(look, &pair.rules_a)),
            Cell::new(rules(look, &pair.rules_b)),
        ]);
    }
    text += &lines(&table);
    for pair in pairs {
        examples(look, pair, &mut text);
    }
    text
}

/// The most frequent reasons of one side, by the policy's names for its rules.
fn rules(look: &Look, counts: &[RuleCount]) -> String {
    const MOST: usize = 3;
    let one = |count: &RuleCount| {
        let name = if count.rule.is_empty() { count.code.title(look.language) } else { &count.rule };
        format!("{name} ({})", count.cases)
    };
    let mut told: Vec<_> = counts.iter().take(MOST).map(one).collect();
    if counts.len() > MOST {
        told.push("…".to_owned());
    }
    told.join(", ")
}

fn examples(look: &Look, pair: &Pair, text: &mut String) {
    if pair.examples.is_empty() {
        return;
    }
    let (a, b) = (pair.a.text(look.language), pair.b.text(look.language));
    *text += &format!("\nA: {a}, B: {b}\n");
    for example in &pair.examples {
        let amount = look.language.money(example.amount);
        let customer = if example.customer.is_empty() { String::new() } else { format!(" {}", example.customer) };
        *text += &format!("  {}{customer}, {amount}\n", example.case);
        for (side, answer) in [("A", &example.a), ("B", &example.b)] {
            for reason in reasons(look, answer) {
                *text += &format!("    {side}: {reason}\n");
            }
        }
    }
}

/// What a policy has to say of a case: the reasons that lead to its outcome, and what it asks for.
fn reasons(look: &Look, answer: &Answer) -> Vec<String> {
    let deciding = answer.reasons.iter().filter(|reason| reason.effect == answer.outcome);
    let mut said: Vec<_> = deciding.map(|reason| reason.sentence(look.language)).collect();
    if said.is_empty() {
        said.push(answer.outcome.text(look.language).to_owned());
    }
    said
}
