//! Everything that is wrong with one policy file, collected so that its author mends it in one go.

use std::ops::Range;

use crate::error::{Error, ErrorKind};

/// At most this many errors of one file are shown; the rest are counted.
pub const MAX_ERRORS_SHOWN: usize = 20;

/// At most this many characters of what was found are repeated in an error.
const MAX_FOUND_CHARS: usize = 60;

/// The errors found so far, each with the byte of the text it begins at.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<(usize, String)>,
    whole: Option<String>,
}

impl Problems {
    /// Notes one; `span` is where in the text it is.
    pub(super) fn add(&mut self, span: &Range<usize>, sentence: impl Into<String>) {
        self.found.push((span.start, sentence.into()));
    }

    /// Notes what is wrong with the file as a whole, so that nothing in it was read.
    pub(super) fn whole(&mut self, sentence: String) {
        self.whole = Some(sentence);
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.whole.is_none()
    }

    /// Each with its line, in the order of the file.
    pub(super) fn into_lines(mut self, text: &str) -> impl Iterator<Item = (u32, String)> {
        self.found.sort();
        let line = |at: usize| u32::try_from(line_of(text, at)).unwrap_or(u32::MAX);
        let whole = self.whole.map(|sentence| (1, sentence));
        whole.into_iter().chain(self.found.into_iter().map(move |(at, sentence)| (line(at), sentence)))
    }

    /// One error of kind [`ErrorKind::Policy`] that tells all of them in the order of their lines.
    pub(super) fn into_error(mut self, text: &str) -> Error {
        if let Some(whole) = self.whole {
            return Error::new(ErrorKind::Policy, whole);
        }
        self.found.sort();
        let total = self.found.len();
        let lines: Vec<String> = self
            .found
            .iter()
            .take(MAX_ERRORS_SHOWN)
            .map(|(start, sentence)| format!("line {}: {sentence}", line_of(text, *start)))
            .collect();
        let message = match lines.as_slice() {
            [only] => format!("the policy cannot be used: {only}"),
            lines => format!("the policy cannot be used, {total} errors:\n{}", lines.join("\n")),
        };
        let rest = match total.saturating_sub(MAX_ERRORS_SHOWN) {
            0 => String::new(),
            rest => format!("\nand {rest} more"),
        };
        Error::new(ErrorKind::Policy, message + &rest)
    }
}

/// The line this byte is on, counted from 1.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|&b| b == b'\n').count() + 1
}

/// Text from the file as it may stand in an error: one line, quoted, not too long.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_FOUND_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

/// The one of `names` that was probably meant by `found`, if any is close.
pub(super) fn meant<'n>(found: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if found.len() > MAX_FOUND_CHARS {
        return None;
    }
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(found, name), name))
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_in_the_order_of_their_lines() {
        let text = "a\nb\nc";
        let mut problems = Problems::default();
        problems.add(&(4..5), "third");
        problems.add(&(0..1), "first");
        let error = problems.into_error(text);
        assert_eq!(error.kind(), ErrorKind::Policy);
        assert_eq!(error.message(), "the policy cannot be used, 2 errors:\nline 1: first\nline 3: third");
    }

    #[test]
    fn many_errors_are_counted() {
        let mut problems = Problems::default();
        for _ in 0..MAX_ERRORS_SHOWN + 3 {
            problems.add(&(0..0), "x");
        }
        let error = problems.into_error("");
        assert_eq!(error.message().lines().count(), MAX_ERRORS_SHOWN + 2);
        assert!(error.message().ends_with("\nand 3 more"), "{error}");
    }

    #[test]
    fn what_was_meant_is_close_to_what_was_found() {
        let names = ["grace_days", "rounding", "is"];
        assert_eq!(meant("grace_day", names), Some("grace_days"));
        assert_eq!(meant("ruonding", names), Some("rounding"));
        assert_eq!(meant("iz", names), Some("is"));
        assert_eq!(meant("tolerance", names), None);
        assert_eq!(meant(&"r".repeat(10_000), names), None);
        assert_eq!(meant("grosedays", names), Some("grace_days"), "a third of it may be wrong");
        assert_eq!(meant("grosedys", names), None);
        assert_eq!(meant("ab", names), None);
        let long = "r".repeat(MAX_FOUND_CHARS + 1);
        assert_eq!(meant(&long[1..], [&long[1..]]), Some(&long[1..]));
        assert_eq!(meant(&long, [&*long]), None);
    }

    #[test]
    fn what_was_found_is_kept_short_and_on_one_line() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert_eq!(quoted(&"é".repeat(100)).chars().count(), MAX_FOUND_CHARS + 3);
    }
}
