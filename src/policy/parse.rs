//! The policy file, from top to bottom: which tables and keys it has and what they may say.
//!
//! Every key must be written, but for `valid_from` and `release_by`, where leaving out has a plain meaning: any day,
//! and nobody. The profile in `profiles/standard.toml` shows every key with its meaning.

use once_cell::race::OnceBox;
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problems::{Problems, quoted};
use super::section::Section;
use super::{
    CollectionPolicy, CustomerPolicy, FactsPolicy, LimitsPolicy, Policy, RegisterPolicy, ReleasePolicy, Rule, Scope,
    Status, Test, Verdict,
};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Rounding;
use crate::reason::Outcome;

/// The format of the files this version reads.
pub const FORMAT: u32 = 1;
/// A policy file has at most this many bytes.
pub const MAX_POLICY_BYTES: usize = 64 * 1024;
/// A policy has at most this many rules.
pub const MAX_RULES: usize = 200;
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
/// Facts in memory can be used for at most an hour.
pub const MAX_MEMORY_AGE_MS: u32 = 3_600_000;
/// Answers of registers can be used for at most 366 days.
pub const MAX_REGISTER_AGE_HOURS: u32 = 366 * 24;
/// Opening braces in a file. A policy needs none; without a limit, a hostile file could nest tables so deeply that
/// dropping them overflows a small stack.
pub const MAX_INLINE_TABLES: usize = 4;

/// Why a rule or a fact cannot say `approve`.
const NOTHING_TO_APPROVE: &str = "a document that no rule stops is approved already";

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`], with every error of the file on a line of its own, at most
    /// [`super::MAX_ERRORS_SHOWN`].
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_POLICY_BYTES {
            let size = text.len();
            let message = format!("the policy has {size} bytes; at most {MAX_POLICY_BYTES} are read: shorten it");
            return Err(Error::new(ErrorKind::Policy, message));
        }
        let mut problems = Problems::default();
        if let Some((at, _)) = text.match_indices('{').nth(MAX_INLINE_TABLES) {
            let why =
                format!("more than {MAX_INLINE_TABLES} opening braces: write a table as [name], a rule as [[rule]]");
            problems.add(&(at..at), why);
            return Err(problems.into_error(text));
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            problems.add(&error.span().unwrap_or_default(), error.message().replace('\n', " "));
        }
        // What was recovered from a file that is not TOML would only lead to errors that follow from the first ones.
        let policy = if problems.is_empty() { policy(&mut problems, root.get_ref(), text) } else { None };
        policy.filter(|_| problems.is_empty()).ok_or_else(|| problems.into_error(text))
    }

    /// The profile that comes with the library: what most Nordic wholesalers start from.
    ///
    /// # Errors
    /// None in a released library: a test reads the profile.
    pub fn standard() -> Result<Self> {
        // Read once. Who comes second while the first still reads, reads too and waits for nobody: a lock could be
        // inherited locked by a forked child.
        static READ: OnceBox<Policy> = OnceBox::new();
        READ.get_or_try_init(|| Self::parse(include_str!("profiles/standard.toml")).map(Box::new)).cloned()
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
    let facts = top.table(problems, "facts").and_then(|section| facts(problems, section));
    let rules = rules(problems, &mut top);
    let (exclusions, classes) = (Vec::new(), Vec::new());
    let customer = top.table(problems, "customer").and_then(|section| customer(problems, section));
    let register = top.table(problems, "register").and_then(|section| register(problems, section));
    top.finish(problems, |_| None);
    Some(Policy {
        name: name?,
        version: version?,
        valid_from: valid_from?,
        facts: facts?,
        rules: rules?,
        exclusions,
        classes,
        checkpoint_grace_days: 0,
        release: ReleasePolicy::default(),
        limits: LimitsPolicy::default(),
        collection: CollectionPolicy::default(),
        customer: customer?,
        register: register?,
        digest: Sha256::digest(text.as_bytes()).into(),
        text: text.to_owned(),
    })
}

fn facts(problems: &mut Problems, mut s: Section<'_>) -> Option<FactsPolicy> {
    let grace_days = s.number(problems, "grace_days", "days", 0..=MAX_DAYS);
    let credits = [("reduce", true), ("ignore", false)];
    let unapplied_credits_reduce = s.choice(problems, "unapplied_credits", &credits, "");
    let rounding = [("half_up", Rounding::HalfUp), ("half_even", Rounding::HalfEven), ("up", Rounding::Up)];
    let rounding = s.choice(problems, "rounding", &rounding, "");
    let age = "a duration of at most an hour in ms, s or min, such as \"5 s\"; \"0 s\" always reads the store";
    let memory_max_age_ms = s.duration(problems, "memory_max_age", 1, MAX_MEMORY_AGE_MS, age);
    let words = outcomes(&[Outcome::Refuse, Outcome::Hold, Outcome::NotChecked]);
    let unknown_customer = s.choice(problems, "unknown_customer", &words, "nobody unknown gets credit");
    let words =
        outcomes(&[Outcome::Refuse, Outcome::Hold, Outcome::Prepay, Outcome::ApproveWithAlert, Outcome::NotChecked]);
    let limit_missing = s.choice(problems, "limit_missing", &words, "no limit is not an unlimited one");
    let words = outcomes(&[Outcome::Refuse, Outcome::Hold]);
    let why = "an amount that was not converted cannot be held against a limit";
    let currency_mismatch = s.choice(problems, "currency_mismatch", &words, why);
    s.finish(problems, |_| None);
    Some(FactsPolicy {
        grace_days: u16::try_from(grace_days?).ok()?,
        unapplied_credits_reduce: unapplied_credits_reduce?,
        rounding: rounding?,
        memory_max_age_ms: memory_max_age_ms?,
        unknown_customer: unknown_customer?,
        limit_missing: limit_missing?,
        currency_mismatch: currency_mismatch?,
        limit_expired: limit_missing?,
        limit_grace_days: 0,
        horizon_days: None,
        disputed_count_as_overdue: true,
        secured_part_outside: true,
        internal_customers_checked: false,
        tax: None,
    })
}

/// The rules, in the order of the file. A policy may have none: then nothing is checked.
fn rules<'t>(problems: &mut Problems, top: &mut Section<'t>) -> Option<Vec<Rule>> {
    let Some(value) = top.optional("rule") else { return Some(Vec::new()) };
    let Some(items) = value.get_ref().as_array() else {
        problems.add(&value.span(), "a rule begins with the line [[rule]], in double brackets");
        return None;
    };
    if items.len() > MAX_RULES {
        problems.add(&value.span(), format!("the policy has {} rules; at most {MAX_RULES} are read", items.len()));
        return None;
    }
    let mut names = Vec::new();
    let mut rules = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        rules.push(rule(problems, at + 1, item, &mut names));
    }
    rules.into_iter().collect()
}

/// What a rule asks, before its one key of its own is read.
#[derive(Clone, Copy, PartialEq)]
enum When {
    OverLimit,
    OverdueAmount,
    OverdueDays,
    Status,
}

impl When {
    const WORDS: [(&str, Self); 4] = [
        ("over_limit", Self::OverLimit),
        ("overdue_amount", Self::OverdueAmount),
        ("overdue_days", Self::OverdueDays),
        ("status", Self::Status),
    ];

    /// The key that only rules of this kind have.
    const fn key(self) -> &'static str {
        match self {
            Self::OverLimit => "tolerance",
            Self::OverdueAmount | Self::OverdueDays => "above",
            Self::Status => "is",
        }
    }
}

fn rule<'t>(
    problems: &mut Problems,
    number: usize,
    item: &'t Spanned<DeValue<'t>>,
    names: &mut Vec<String>,
) -> Option<Rule> {
    let Some(table) = item.get_ref().as_table() else {
        problems.add(&item.span(), "a rule begins with the line [[rule]], in double brackets");
        return None;
    };
    let mut s = Section::new(format!("rule {number}"), item.span(), table);
    let name = text_of(&mut s, problems, "name");
    if let Some(name) = &name {
        s.name = format!("rule {}", quoted(name));
        if names.contains(name) {
            problems.add(&s.span_of("name"), format!("an earlier rule has the name {} too", quoted(name)));
        }
        names.push(name.clone());
    }
    let when = s.choice(problems, "when", &When::WORDS, "");
    let test = match when {
        Some(When::OverLimit) => s
            .share(problems, When::OverLimit.key(), MAX_TOLERANCE_BASIS_POINTS)
            .map(|tolerance_basis_points| Test::OverLimit { tolerance_basis_points, dynamic: false }),
        Some(When::OverdueAmount) => overdue_amount(problems, &mut s),
        Some(When::OverdueDays) => s
            .number(problems, When::OverdueDays.key(), "days", 0..=MAX_DAYS)
            .map(|above| Test::OverdueDays { above, small: Vec::new() }),
        Some(When::Status) => {
            let states = [("watch", Status::Watch), ("hold", Status::Hold), ("stop", Status::Stop)];
            let why = "an account that is ok or not checked gives a rule nothing to ask";
            s.choice(problems, When::Status.key(), &states, why).map(|is| Test::Status { is })
        }
        None => {
            // Which key belongs here cannot be known before `when` is mended, so none is called unknown.
            for (_, when) in When::WORDS {
                let _ = s.optional(when.key());
            }
            None
        }
    };
    let words = outcomes(&[Outcome::Refuse, Outcome::Hold, Outcome::Prepay, Outcome::ApproveWithAlert]);
    let then = s.choice(problems, "then", &words, NOTHING_TO_APPROVE);
    let role = s.optional("release_by").map(|value| {
        let allowed = text_allowed();
        s.read_text(problems, "release_by", value, &allowed, plain)
    });
    s.finish(problems, |key| {
        let of_others: Vec<&str> =
            When::WORDS.iter().filter(|(_, other)| other.key() == key).map(|(word, _)| *word).collect();
        let words = of_others.join("\" or \"");
        (!words.is_empty()).then(|| format!("it belongs to rules with when = \"{words}\""))
    });
    let release_by = match role {
        Some(role) => Some(role?),
        None => None,
    };
    Some(Rule {
        name: name?,
        test: test?,
        then: then?,
        release_by,
        scope: Scope::default(),
        unknown: None,
        deposit_basis_points: None,
        prepay_basis_points: 10_000,
    })
}

/// Above zero or more in each of some currencies; a rule that names none would never speak.
fn overdue_amount(problems: &mut Problems, s: &mut Section<'_>) -> Option<Test> {
    let key = When::OverdueAmount.key();
    let above = s.amounts(problems, key, MAX_AMOUNTS)?;
    if above.is_empty() {
        problems.add(&s.span_of(key), format!("`{key}` of {} is empty: name an amount for each currency", s.name));
    }
    Some(Test::OverdueAmount { above })
}

fn customer(problems: &mut Problems, mut s: Section<'_>) -> Option<CustomerPolicy> {
    let words = Verdict::ALL.map(|verdict| (verdict.name(), verdict));
    let mut verdict = |key| s.choice(problems, key, &words, "");
    let invalid_identifier = verdict("invalid_identifier");
    let duplicate = verdict("duplicate");
    let not_in_register = verdict("not_in_register");
    let not_active = verdict("not_active");
    let young = verdict("young");
    let remarks = verdict("remarks");
    let unknown = verdict("unknown");
    let young_days = s.number(problems, "young_days", "days", 0..=MAX_DAYS);
    let proposed_limits = s.amounts(problems, "proposed_limits", MAX_AMOUNTS);
    s.finish(problems, |_| None);
    Some(CustomerPolicy {
        invalid_identifier: invalid_identifier?,
        duplicate: duplicate?,
        not_in_register: not_in_register?,
        not_active: not_active?,
        young: young?,
        young_days: young_days?,
        remarks: remarks?,
        unknown: unknown?,
        proposed_limits: proposed_limits?,
    })
}

fn register(problems: &mut Problems, mut s: Section<'_>) -> Option<RegisterPolicy> {
    let mut age = |key| {
        let allowed = "whole hours or days of at most 366 days, such as \"24 h\" or \"7 d\"";
        s.duration(problems, key, 3_600_000, MAX_REGISTER_AGE_HOURS, allowed)
    };
    let company_max_age_hours = age("company_max_age");
    let debtor_max_age_hours = age("debtor_max_age");
    let debtor_source_max_age_hours = age("debtor_source_max_age");
    let mut seen = Vec::new();
    let purposes = s.list(problems, "purposes", MAX_PURPOSES, |section, problems, item| {
        let allowed = "a name in small letters, digits and _, such as \"credit_application\"";
        let purpose = section.read_text(problems, "purposes", item, allowed, identifier)?;
        if seen.contains(&purpose) {
            problems.add(&item.span(), format!("the purpose {} is named twice", quoted(&purpose)));
        }
        seen.push(purpose.clone());
        Some(purpose)
    });
    s.finish(problems, |_| None);
    Some(RegisterPolicy {
        company_max_age_hours: company_max_age_hours?,
        debtor_max_age_hours: debtor_max_age_hours?,
        debtor_source_max_age_hours: debtor_source_max_age_hours?,
        purposes: purposes?,
    })
}

/// Outcomes with the words they have in a file.
fn outcomes<const N: usize>(of: &[Outcome; N]) -> [(&'static str, Outcome); N] {
    of.map(|outcome| (outcome.name(), outcome))
}

/// A required name, version or role.
fn text_of(s: &mut Section<'_>, problems: &mut Problems, key: &'static str) -> Option<String> {
    s.text(problems, key, &text_allowed(), plain)
}

fn text_allowed() -> String {
    format!("a text in quotes of 1 to {MAX_TEXT_CHARS} characters on one line")
}

/// Text that can stand in a table, a log and a sentence.
fn plain(text: &str) -> Option<String> {
    let plain =
        !text.trim().is_empty() && text.chars().count() <= MAX_TEXT_CHARS && !text.chars().any(char::is_control);
    plain.then(|| text.to_owned())
}

/// The name of something programs refer to.
fn identifier(text: &str) -> Option<String> {
    let shape = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (shape && !text.is_empty() && text.len() <= MAX_TEXT_CHARS).then(|| text.to_owned())
}
