//! A policy tried on a file of recorded orders and payments, against the one in force or another.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::config::PolicySource;
use super::imports::{delimiter, read_file};
use super::{Engine, LogLevel};
use crate::calendar::Day;
use crate::error::{Error, Result};
use crate::import::{
    DateFormat, DecimalMark, Encoding, Fault, Format, HistoryOptions, MAX_FILE_BYTES, ReadAs, Thousands, read_history,
};
use crate::policy::Policy;
use crate::portfolio::backtest::{MAX_LARGEST, Report, Trial, run};

/// How many orders that the policies treat differently are listed when a request does not say.
pub const LARGEST: u32 = 50;

/// What is to be tried, and on what.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TrialRequest {
    /// The policy that is tried, as TOML; or else `path`.
    pub text: Option<String>,
    /// The file of the policy that is tried; `standard` is the one that comes with the library.
    pub path: Option<PathBuf>,
    /// The policy it is held against, as TOML. Neither this nor `against_path`: the policy in force.
    pub against_text: Option<String>,
    /// The file of the policy it is held against; `standard` is the one that comes with the library.
    pub against_path: Option<PathBuf>,
    /// The recorded orders, as CSV; or else `orders_path`.
    pub orders: Option<String>,
    /// The file of the recorded orders.
    pub orders_path: Option<PathBuf>,
    /// Orders entered before this day are exposure as they were: they are not asked about and not counted.
    pub from: Option<Day>,
    /// How many orders that the policies treat differently are listed in each currency; at most 1000.
    pub largest: u32,
    /// `utf-8`, `utf-16` or `windows-1252`; found out when nothing is said.
    pub encoding: Option<Encoding>,
    /// `,`, `;`, `\t` or `|`; found out when nothing is said.
    pub delimiter: Option<char>,
    /// The decimal mark; found out when nothing is said.
    pub decimal: Option<DecimalMark>,
    /// What separates thousands.
    pub thousands: Option<Thousands>,
    /// How days are written.
    pub date: Option<DateFormat>,
    /// What stands in for columns that are missing or empty.
    pub defaults: BTreeMap<String, String>,
}

impl Default for TrialRequest {
    fn default() -> Self {
        Self {
            text: None,
            path: None,
            against_text: None,
            against_path: None,
            orders: None,
            orders_path: None,
            from: None,
            largest: LARGEST,
            encoding: None,
            delimiter: None,
            decimal: None,
            thousands: None,
            date: None,
            defaults: BTreeMap::new(),
        }
    }
}

/// What a trial came to, and how its file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrialAnswer {
    /// What the two policies make of the orders.
    pub report: Report,
    /// How the file was read.
    pub file: TrialFile,
}

/// How a file of recorded orders was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrialFile {
    /// Rows of the file, without empty ones.
    pub rows: u64,
    /// Bad rows. The policies were not tried on them, and what they stand for is missing in all sums.
    pub rejected: u64,
    /// The first bad rows.
    pub faults: Vec<Fault>,
    /// What a person should know although nothing is wrong.
    pub warnings: Vec<String>,
    /// How it was read.
    pub read_as: ReadAs,
}

impl Engine {
    /// Tries a policy on recorded orders; against the policy in force when the request names no other. The credit state is
    /// neither read nor written.
    ///
    /// # Errors
    /// Those of [`try_policy`].
    pub fn try_policy(&self, request: &TrialRequest) -> Result<TrialAnswer> {
        let answer = try_policy(request, Some(&self.policy))?;
        let (tried, file) = (&answer.report.tried, &answer.file);
        self.tell(
            LogLevel::Info,
            &format!(
                "tried policy {:?}, version {}, on {} orders, {} rejected",
                tried.name, tried.version, answer.report.orders, file.rejected
            ),
        );
        Ok(answer)
    }
}

/// Tries a policy on recorded orders, without a credit state.
///
/// # Errors
/// `Argument` when the request names no policy or no orders, or two of one, or the file cannot be read as one of recorded
/// orders; `Policy` when a policy is wrong; `Config` or `Io` when a file cannot be read; `TooLarge`.
pub fn try_policy(request: &TrialRequest, in_force: Option<&Policy>) -> Result<TrialAnswer> {
    let tried = policy("text, path", request.text.as_deref(), request.path.as_ref())?
        .ok_or_else(|| Error::argument("text, path: give the policy that is to be tried"))?;
    let against = policy("against_text, against_path", request.against_text.as_deref(), request.against_path.as_ref())?;
    let against = against.as_ref().or(in_force).ok_or_else(|| {
        Error::argument("against_text, against_path: give the policy it is to be held against, since none is in force")
    })?;
    let most = u32::try_from(MAX_LARGEST).unwrap_or(u32::MAX);
    if request.largest > most {
        return Err(Error::argument(format!("largest: {} is more than {most}", request.largest)));
    }
    let bytes = match (&request.orders, &request.orders_path) {
        (Some(text), None) => text.as_bytes().to_vec(),
        (None, Some(path)) => read_file(path, MAX_FILE_BYTES)?,
        _ => return Err(Error::argument("orders, orders_path: give one of the two")),
    };
    let options = HistoryOptions {
        format: Format {
            encoding: request.encoding,
            delimiter: delimiter(request.delimiter)?,
            decimal: request.decimal,
            thousands: request.thousands,
            date: request.date,
            ..Format::default()
        },
        defaults: request.defaults.clone(),
        rounding: tried.facts.rounding,
    };
    let (history, read) = read_history(&bytes, &options).map_err(|error| match &request.orders_path {
        Some(path) => error.at(path.display()),
        None => error.at("orders"),
    })?;
    drop(bytes);
    let largest = usize::try_from(request.largest).unwrap_or(MAX_LARGEST);
    let report = run(&history.finish(), &Trial { tried: &tried, against, from: request.from, largest })?;
    let file = TrialFile {
        rows: read.rows,
        rejected: read.rejected,
        faults: read.faults,
        warnings: read.warnings,
        read_as: read.read_as,
    };
    Ok(TrialAnswer { report, file })
}

fn policy(fields: &str, text: Option<&str>, path: Option<&PathBuf>) -> Result<Option<Policy>> {
    let source = match (text, path) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(Error::argument(format!("{fields}: give one of the two"))),
        (Some(text), None) => PolicySource::Text(text.to_owned()),
        (None, Some(path)) if path.as_os_str() == "standard" => PolicySource::Standard,
        (None, Some(path)) => PolicySource::File(path.clone()),
    };
    source.read().map(Some)
}
