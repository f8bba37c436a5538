//! What is odd about a policy that can be read: contradictions, rules that never fire, what nobody is held against.
//!
//! [`Policy::check`] is a pure function of the policy. An *error* is something that cannot be meant: a rule that never fires,
//! an exclusion that lifts nothing. A *warning* may be meant, or does no harm, and is worth a second look.

mod coverage;
mod exclusions;
mod overlap;
mod people;
mod places;
mod rules;

use serde::{Deserialize, Serialize};

use super::Policy;
use places::Places;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The policy cannot be used, or something in it cannot be meant.
    Error,
    /// It can be used, and somebody should look.
    Warning,
}

impl Severity {
    /// The stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something odd about a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The line of the file, counted from 1.
    pub line: u32,
    /// How bad it is.
    pub severity: Severity,
    /// What is odd, and what to do.
    pub message: String,
}

impl Policy {
    /// Reads a policy file and tells everything that is wrong or odd about it. There is no policy when it cannot be used.
    pub fn inspect(text: &str) -> (Option<Self>, Vec<Finding>) {
        match Self::read(text) {
            Ok(policy) => {
                let findings = policy.check();
                (Some(policy), findings)
            }
            Err(problems) => {
                let wrong = |(line, message)| Finding { line, severity: Severity::Error, message };
                (None, problems.into_lines(text).map(wrong).collect())
            }
        }
    }

    /// Everything that is odd about the policy, in the order of the file.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Findings { places: Places::of(&self.text), found: Vec::new() };
        rules::check(self, &mut findings);
        overlap::check(self, &mut findings);
        exclusions::check(self, &mut findings);
        coverage::check(self, &mut findings);
        people::check(self, &mut findings);
        findings.found.sort();
        findings.found.dedup();
        findings.found
    }
}

/// What was found so far, and where things stand in the file.
struct Findings<'t> {
    places: Places<'t>,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn error(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.add(place, Severity::Error, message.into());
    }

    fn warning(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.add(place, Severity::Warning, message.into());
    }

    fn add(&mut self, place: &Place<'_>, severity: Severity, message: String) {
        let line = self.places.line(place);
        self.found.push(Finding { line, severity, message });
    }
}

/// Where something stands: a table of the file, the entry of one in double brackets, and the key in it.
#[derive(Debug, Clone, Copy)]
enum Place<'a> {
    /// The file as a whole.
    File,
    /// A key of a table such as `facts`.
    Key(&'a str, &'a str),
    /// The rule of this number, from 0, and a key of it; the rule's first line when it has no such key.
    Rule(usize, &'a str),
    /// An exclusion likewise.
    Exclusion(usize, &'a str),
    /// The class of this name likewise.
    Class(&'a str, &'a str),
    /// The first line of the scorecard.
    Scorecard,
}
