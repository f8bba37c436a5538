//! Policies: is this file one, and which one is in force.

use std::io::Read;
use std::path::Path;

use obligor::error::{Error, ErrorKind, Result};
use obligor::policy::{MAX_POLICY_BYTES, Policy};
use serde::Deserialize;
use serde_json::json;

use crate::Done;
use crate::args::{Options, Policy as Words, PolicyCommand};
use crate::session::Session;
use crate::show::count;

#[derive(Deserialize)]
struct InForce {
    text: String,
}

pub(crate) fn policy(options: &Options, words: &Words) -> Result<Done> {
    match &words.command {
        PolicyCommand::Check { file } => check(options, file),
        PolicyCommand::Try(words) => crate::backtest::try_policy(options, words),
        PolicyCommand::Show => Session::open(options)?
            .tell("policy.get", &json!({}), |policy: &InForce| Ok(Done::well(policy.text.as_str()))),
    }
}

/// Needs no credit state: a policy is checked before there is one.
fn check(options: &Options, file: &Path) -> Result<Done> {
    let io = |error: std::io::Error| Error::new(ErrorKind::Io, format!("{} cannot be read: {error}", file.display()));
    let most = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    std::fs::File::open(file).and_then(|file| file.take(most).read_to_string(&mut text)).map_err(io)?;
    let policy = Policy::parse(&text).map_err(|error| error.at(file.display()))?;
    let rules = policy.rules.len();
    if options.json {
        let answer = json!({ "name": policy.name, "version": policy.version, "rules": rules });
        return Ok(Done::well(answer.to_string()));
    }
    let rules = count(u64::try_from(rules).unwrap_or(u64::MAX), "rule", "rules");
    Ok(Done::well(format!("{}: policy {:?}, version {}, {rules}: valid.", file.display(), policy.name, policy.version)))
}
