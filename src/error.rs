//! What went wrong, for the person who must act.
//!
//! An error is never an answer: "refused" and "held" are decisions, "not found in the register" is an answer. An error
//! says that there is no answer, and its kind says what the caller can do about it.

use std::fmt;

/// What the caller can do about an error; each kind is one status code of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request is wrong; asking again without mending it fails again.
    Argument,
    /// The thing named does not exist.
    NotFound,
    /// The key was used before for a request with other content; nothing was changed.
    KeyConflict,
    /// The document or reservation is in a state that does not allow this.
    State,
    /// A named limit of the library was exceeded.
    TooLarge,
    /// The configuration is wrong.
    Config,
    /// The policy is wrong.
    Policy,
    /// The store could not answer in time or not at all. What was asked may or may not have happened: ask again with
    /// the same key.
    Undetermined,
    /// The store is damaged, or not one of ours.
    Store,
    /// The store was written by a newer version of the library.
    TooNew,
    /// Something else in this process already has the store open.
    InUse,
    /// The store is on a file system that cannot keep its promises.
    Unsupported,
    /// A file could not be read or written.
    Io,
    /// The law or the policy forbids it; the message names the rule.
    Forbidden,
    /// The host's own callback asked to stop; nothing was taken.
    Cancelled,
    /// The process forked after the engine was opened.
    Forked,
    /// A fault of the library; the engine takes no more calls.
    Internal,
}

impl ErrorKind {
    /// The stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::NotFound => "not_found",
            Self::KeyConflict => "key_conflict",
            Self::State => "state",
            Self::TooLarge => "too_large",
            Self::Config => "config",
            Self::Policy => "policy",
            Self::Undetermined => "undetermined",
            Self::Store => "store",
            Self::TooNew => "too_new",
            Self::InUse => "in_use",
            Self::Unsupported => "unsupported",
            Self::Io => "io",
            Self::Forbidden => "forbidden",
            Self::Cancelled => "cancelled",
            Self::Forked => "forked",
            Self::Internal => "internal",
        }
    }
}

/// An error: its kind, and a sentence that says what was wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// What every fallible call of the library returns.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of this kind. The message must hold no personal number and no secret.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A wrong request: [`ErrorKind::Argument`].
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Argument, message)
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The same error with the place it happened at put before its sentence.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// An error of the system about a file that is written, with what can be done about it where that is known.
pub(crate) struct Advised<'a>(pub(crate) &'a std::io::Error);

impl fmt::Display for Advised<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match self.0.kind() {
            StorageFull | QuotaExceeded => write!(f, "the disk is full; make room and try again ({})", self.0),
            PermissionDenied | ReadOnlyFilesystem => write!(f, "give this user the right to write there ({})", self.0),
            _ => self.0.fmt(f),
        }
    }
}

/// From this many digits on a text may be a personal number and is not repeated in an error. The shortest, a Finnish one,
/// has nine: six of the birthday and three of the person.
pub(crate) const PERSONAL_DIGITS: usize = 9;

/// A sentence of another's making without its long numbers: what it quotes, or a word of it, may be a personal number.
pub(crate) fn hide_numbers(sentence: &str) -> String {
    let mut quoted = true;
    let parts = sentence.split_inclusive(['"', '`']).map(|part| {
        quoted = !quoted;
        if quoted { hide_long(part) } else { part.split_inclusive(' ').map(hide_long).collect() }
    });
    parts.collect()
}

fn hide_long(part: &str) -> String {
    let long = part.chars().filter(char::is_ascii_digit).count() >= PERSONAL_DIGITS;
    part.chars().map(|c| if long && c.is_ascii_digit() { '#' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_hidden_and_short_ones_stay() {
        for (sentence, hidden) in [
            (
                "invalid type: integer `10915596784`, expected a string",
                "invalid type: integer `###########`, expected a string",
            ),
            ("no \"109155 96784\" at line 1 column 7", "no \"###### #####\" at line 1 column 7"),
            ("key 131052-308T is odd", "key 131052-308T is odd".replace("131052-308", "######-###").as_str()),
            (
                "\"2026-02-30\" is not a day; write it as 2026-11-22",
                "\"2026-02-30\" is not a day; write it as 2026-11-22",
            ),
            ("amount \"1.005 DKK\"", "amount \"1.005 DKK\""),
        ] {
            assert_eq!(hide_numbers(sentence), hidden);
        }
    }
}
