//! What is asked about policies: is one sound, what does it say, which ready ones are there, and where do two differ.
//!
//! None of it needs a credit state. A request that names no policy speaks of the one in force.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::config::{MAX_POLICY_FILE_BYTES, PolicySource, read_text};
use super::imports::read_file;
use super::policy_cases::{MAX_CASES_BYTES, read_cases};
use crate::calendar::Day;
use crate::error::{Error, Result};
use crate::policy::{Finding, Policy, Severity};
use crate::portfolio::compare::{Comparison, MAX_CASES, MAX_EXAMPLES, compare, grid, sample};
use crate::reason::Language;

/// How many examples of each pair of outcomes are told when a request does not say.
pub const EXAMPLES: u32 = 3;

/// Names a policy: a ready one, a text or a file. With none of them, the policy in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PolicyChoice {
    /// The name of a policy that comes with the library, such as `standard` or `sap_dynamic`.
    pub profile: Option<String>,
    /// TOML.
    pub text: Option<String>,
    /// The path of a file.
    pub path: Option<PathBuf>,
}

/// Asks for a policy in sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExplainRequest {
    /// The name of a policy that comes with the library.
    pub profile: Option<String>,
    /// TOML.
    pub text: Option<String>,
    /// The path of a file.
    pub path: Option<PathBuf>,
    /// The language; English when nothing is said.
    pub language: Option<Language>,
}

/// Names a ready policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileRequest {
    /// Its name.
    pub name: String,
}

/// Asks where two policies differ. Each is named by a ready policy's name or given as TOML; one left out is the policy in
/// force. Without orders, they are asked about cases at the thresholds of both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CompareRequest {
    /// The first policy: the name of one that comes with the library, or TOML.
    pub a: Option<String>,
    /// The second policy.
    pub b: Option<String>,
    /// Orders as CSV; its columns are in `docs/POLICY.md`.
    pub orders: Option<String>,
    /// The path of a file of orders.
    pub orders_path: Option<PathBuf>,
    /// Instead: so many cases that mix several facts near the thresholds of both policies, the same every time.
    pub random: Option<u32>,
    /// The day it is; today when nothing is said.
    pub day: Option<Day>,
    /// How many examples are told of each pair of outcomes that differ; at most 100.
    pub examples: Option<u32>,
    /// The language of the sentences; none are given when nothing is said.
    pub language: Option<Language>,
}

/// What a policy is called, and what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckedPolicy {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How many rules it has about orders.
    pub rules: u64,
    /// What is odd about it, in the order of the file.
    pub findings: Vec<Finding>,
}

impl CheckedPolicy {
    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// A ready policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileTitle {
    /// Its name.
    pub name: String,
    /// What it is, in English.
    pub title: String,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyText {
    /// The text.
    pub text: String,
}

impl PolicyChoice {
    /// Reads the policy it names; `in_force` when it names none.
    ///
    /// # Errors
    /// `Argument` when it names two, or none where none is in force; `NotFound` for a profile there is not; `Policy` when
    /// the policy is wrong; `Config` when the file cannot be read.
    pub fn read(&self, in_force: Option<&Policy>) -> Result<Policy> {
        match (&self.profile, &self.text, &self.path) {
            (Some(name), None, None) => Policy::profile(name),
            (None, Some(text), None) => Policy::parse(text),
            (None, None, Some(path)) => PolicySource::File(path.clone()).read(),
            (None, None, None) => in_force
                .cloned()
                .ok_or_else(|| Error::argument("profile, text, path: name a policy, since none is in force")),
            _ => Err(Error::argument("profile, text, path: give one of them")),
        }
    }
}

/// What is wrong or odd about a policy. One that cannot be used is an answer too: then its name is empty, and the findings
/// say what is wrong.
///
/// # Errors
/// Those of [`PolicyChoice::read`], but for what is wrong with the policy.
pub fn check(choice: &PolicyChoice, in_force: Option<&Policy>) -> Result<CheckedPolicy> {
    let (policy, findings) = match (&choice.profile, &choice.text, &choice.path) {
        (None, Some(text), None) => Policy::inspect(text),
        (None, None, Some(path)) => Policy::inspect(&read_text(path, MAX_POLICY_FILE_BYTES)?),
        _ => {
            let policy = choice.read(in_force)?;
            let findings = policy.check();
            (Some(policy), findings)
        }
    };
    let rules = policy.as_ref().map_or(0, |policy| policy.rules.len());
    let (name, version) = policy.map(|policy| (policy.name, policy.version)).unwrap_or_default();
    Ok(CheckedPolicy { name, version, rules: u64::try_from(rules).unwrap_or(u64::MAX), findings })
}

/// A policy in sentences.
///
/// # Errors
/// Those of [`PolicyChoice::read`].
pub fn explain(request: &ExplainRequest, in_force: Option<&Policy>) -> Result<PolicyText> {
    let ExplainRequest { profile, text, path, language } = request.clone();
    let policy = PolicyChoice { profile, text, path }.read(in_force)?;
    Ok(PolicyText { text: policy.explain(language.unwrap_or_default()) })
}

/// The ready policies.
pub fn profiles() -> Vec<ProfileTitle> {
    let ready = |(name, title): (&str, &str)| ProfileTitle { name: name.to_owned(), title: title.to_owned() };
    Policy::profiles().map(ready).collect()
}

/// The text of a ready policy.
///
/// # Errors
/// `NotFound`, with the names there are.
pub fn profile(request: &ProfileRequest) -> Result<PolicyText> {
    Policy::profile_text(&request.name).map(|text| PolicyText { text: text.to_owned() })
}

/// A name is a word on a line of its own; TOML never is.
fn named(policy: Option<&str>) -> PolicyChoice {
    let (mut profile, mut text) = (None, None);
    match policy {
        Some(toml) if toml.contains(['=', '\n']) => text = Some(toml.to_owned()),
        Some(name) => profile = Some(name.to_owned()),
        None => {}
    }
    PolicyChoice { profile, text, path: None }
}

/// Where two policies differ. `today` stands in for a day that the request does not name.
///
/// # Errors
/// Those of [`PolicyChoice::read`] for each policy; `Argument` when the request names orders twice, asks for too much, or
/// a row of the orders is wrong; `Io` and `TooLarge` for a file.
pub fn compared(request: &CompareRequest, in_force: Option<&Policy>, today: Day) -> Result<Comparison> {
    let read = |name, policy: &Option<String>| named(policy.as_deref()).read(in_force).map_err(|error| error.at(name));
    let (a, b) = (read("a", &request.a)?, read("b", &request.b)?);
    let examples = usize::try_from(request.examples.unwrap_or(EXAMPLES)).unwrap_or(usize::MAX);
    if examples > MAX_EXAMPLES {
        return Err(Error::argument(format!("examples: {examples} is more than {MAX_EXAMPLES}")));
    }
    let today = request.day.unwrap_or(today);
    let cases = match (&request.orders, &request.orders_path, request.random) {
        (None, None, None) => grid(&a, &b, today),
        (None, None, Some(count)) => {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            if count > MAX_CASES {
                return Err(Error::argument(format!("random: {count} is more than {MAX_CASES}")));
            }
            sample(&a, &b, today, count)
        }
        (Some(text), None, None) => read_cases(text, today).map_err(|error| error.at("orders"))?,
        (None, Some(path), None) => {
            let bytes = read_file(path, MAX_CASES_BYTES)?;
            let text =
                String::from_utf8(bytes).map_err(|_| Error::argument(format!("{} is not UTF-8", path.display())))?;
            read_cases(&text, today).map_err(|error| error.at(path.display()))?
        }
        _ => return Err(Error::argument("orders, orders_path, random: give one of them at most")),
    };
    compare(&a, &b, &cases, today, examples)
}
