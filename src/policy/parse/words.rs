//! Words and texts that several tables of a policy file have.

use toml::Spanned;
use toml::de::DeValue;

use super::super::problems::Problems;
use super::super::section::Section;
use super::{MAX_DAYS, MAX_TEXT_CHARS};
use crate::reason::Outcome;

/// Outcomes with the words they have in a file.
pub(super) fn outcomes<const N: usize>(of: &[Outcome; N]) -> [(&'static str, Outcome); N] {
    of.map(|outcome| (outcome.name(), outcome))
}

/// A required name, version or role.
pub(super) fn text_of(s: &mut Section<'_>, problems: &mut Problems, key: &'static str) -> Option<String> {
    s.text(problems, key, &text_allowed(), plain)
}

/// One name of a list.
pub(super) fn name_in(
    key: &'static str,
) -> impl FnMut(&Section<'_>, &mut Problems, &Spanned<DeValue<'_>>) -> Option<String> {
    move |s, problems, item| s.read_text(problems, key, item, &text_allowed(), plain)
}

/// A required number of days of at most ten years.
pub(super) fn days(s: &mut Section<'_>, problems: &mut Problems, key: &'static str) -> Option<u16> {
    s.number(problems, key, "days", 0..=MAX_DAYS).and_then(|days| u16::try_from(days).ok())
}

pub(super) fn text_allowed() -> String {
    format!("a text in quotes of 1 to {MAX_TEXT_CHARS} characters on one line")
}

/// Text that can stand in a table, a log and a sentence.
pub(super) fn plain(text: &str) -> Option<String> {
    let plain =
        !text.trim().is_empty() && text.chars().count() <= MAX_TEXT_CHARS && !text.chars().any(char::is_control);
    plain.then(|| text.to_owned())
}

/// The name of something programs refer to.
pub(super) fn identifier(text: &str) -> Option<String> {
    let shape = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (shape && !text.is_empty() && text.len() <= MAX_TEXT_CHARS).then(|| text.to_owned())
}
