//! The policy file, from top to bottom: which tables and keys it has and what they may say.
//!
//! A key that may be left out has one plain meaning then, which stands beside it where it is read; all others must be
//! written. The profile in `profiles/standard.toml` and the manual `docs/POLICY.md` show every key.

mod customer;
mod facts;
mod people;
mod rules;
mod scope;
mod score;
mod test;
mod words;

use once_cell::race::OnceBox;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::Policy;
use super::problems::Problems;
use super::section::Section;
use crate::error::Result;
use words::text_of;

/// The format of the files this version reads.
pub const FORMAT: u32 = 1;
/// A policy file has at most this many bytes.
pub const MAX_POLICY_BYTES: usize = 64 * 1024;
/// A policy has at most this many rules.
pub const MAX_RULES: usize = 200;
/// A policy has at most this many exclusions.
pub const MAX_EXCLUSIONS: usize = 100;
/// A policy has at most this many risk classes.
pub const MAX_CLASSES: usize = 50;
/// A scorecard has at most this many lines, and a line this many steps.
pub const MAX_SCORE_LINES: usize = 20;
/// A list of classes, companies or roles names at most this many.
pub const MAX_NAMES: usize = 100;
/// Names, versions and roles have at most this many characters.
pub const MAX_TEXT_CHARS: usize = 100;
/// A list of amounts has at most this many.
pub const MAX_AMOUNTS: usize = 50;
/// At most this many purposes.
pub const MAX_PURPOSES: usize = 50;
/// Grace days, overdue days and the days a company is young: at most ten years.
pub const MAX_DAYS: u32 = 3_650;
/// A limit can be exceeded by at most its own size.
pub const MAX_TOLERANCE_BASIS_POINTS: u32 = 10_000;
/// A share of a whole.
pub const MAX_SHARE_BASIS_POINTS: u32 = 10_000;
/// Utilisation can be asked about, and a limit raised without approval, up to ten times the limit.
pub const MAX_UTILISATION_BASIS_POINTS: u32 = 100_000;
/// Facts in memory can be used for at most an hour.
pub const MAX_MEMORY_AGE_MS: u32 = 3_600_000;
/// Answers of registers can be used for at most 366 days.
pub const MAX_REGISTER_AGE_HOURS: u32 = 366 * 24;
/// Opening braces in a file. A policy needs none; without a limit, a hostile file could nest tables so deeply that
/// dropping them overflows a small stack.
pub const MAX_INLINE_TABLES: usize = 4;

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Policy`], with every error of the file on a line of its own, at most
    /// [`super::MAX_ERRORS_SHOWN`].
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text).map_err(|problems| problems.into_error(text))
    }

    /// Reads a policy file, or tells everything that is wrong with it.
    pub(super) fn read(text: &str) -> std::result::Result<Self, Problems> {
        let mut problems = Problems::default();
        if text.len() > MAX_POLICY_BYTES {
            let size = text.len();
            problems.whole(format!("the policy has {size} bytes; at most {MAX_POLICY_BYTES} are read: shorten it"));
            return Err(problems);
        }
        if let Some((at, _)) = text.match_indices('{').nth(MAX_INLINE_TABLES) {
            let why =
                format!("more than {MAX_INLINE_TABLES} opening braces: write a table as [name], a rule as [[rule]]");
            problems.add(&(at..at), why);
            return Err(problems);
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            problems.add(&error.span().unwrap_or_default(), error.message().replace('\n', " "));
        }
        // What was recovered from a file that is not TOML would only lead to errors that follow from the first ones.
        let policy = if problems.is_empty() { policy(&mut problems, root.get_ref(), text) } else { None };
        policy.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// The profile that comes with the library: what most Nordic wholesalers start from.
    ///
    /// # Errors
    /// None in a released library: a test reads the profile.
    pub fn standard() -> Result<Self> {
        // Read once. Who comes second while the first still reads, reads too and waits for nobody: a lock could be
        // inherited locked by a forked child.
        static READ: OnceBox<Policy> = OnceBox::new();
        READ.get_or_try_init(|| Self::parse(include_str!("../profiles/standard.toml")).map(Box::new)).cloned()
    }
}

fn policy<'t>(problems: &mut Problems, root: &'t DeTable<'t>, text: &str) -> Option<Policy> {
    let mut top = Section::new("the policy", 0..0, root);
    let format = top.number(problems, "format", "the file's format", 0..=u32::MAX);
    if let Some(format) = format.filter(|format| *format != FORMAT) {
        let sentence = format!("format {format} is not read by this version of the library, which reads {FORMAT}");
        problems.add(&top.span_of("format"), sentence);
        return None;
    }
    let name = text_of(&mut top, problems, "name");
    let version = text_of(&mut top, problems, "version");
    let valid_from = top.optional_day(problems, "valid_from");
    let facts = top.table(problems, "facts").and_then(|section| facts::facts(problems, section));
    let mut names = Vec::new();
    let rules = rules::rules(problems, &mut top, &mut names);
    let exclusions = rules::exclusions(problems, &mut top, &mut names);
    let classes = score::classes(problems, &mut top);
    let scorecard = score::scorecard(problems, &mut top);
    let checkpoint_grace_days = people::checkpoints(problems, &mut top);
    let release = people::release(problems, &mut top);
    let limits = people::limits(problems, &mut top);
    let collection = people::collection(problems, &mut top);
    let customer = top.table(problems, "customer").and_then(|section| customer::customer(problems, section));
    let register = top.table(problems, "register").and_then(|section| customer::register(problems, section));
    top.finish(problems, |_| None);
    Some(Policy {
        name: name?,
        version: version?,
        valid_from: valid_from?,
        facts: facts?,
        rules: rules?,
        exclusions: exclusions?,
        classes: classes?,
        scorecard: scorecard?,
        checkpoint_grace_days: checkpoint_grace_days?,
        release: release?,
        limits: limits?,
        collection: collection?,
        customer: customer?,
        register: register?,
        digest: Sha256::digest(text.as_bytes()).into(),
        text: text.to_owned(),
    })
}
