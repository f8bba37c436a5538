//! What an engine is opened with: a TOML file, or the same as a JSON document.
//!
//! Secrets are named, never written: `env:NAME` or `file:PATH`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::checked_name;
use super::registers::RegisterChoice;
use crate::calendar::Instant;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::Policy;

/// The longest configuration that is read, in bytes.
pub const MAX_CONFIG_BYTES: u64 = 64 * 1024;

/// The longest policy file that is read, in bytes; the parser has the same limit.
pub(super) const MAX_POLICY_FILE_BYTES: u64 = 1024 * 1024;

/// What an engine is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The file of the credit state.
    pub store: PathBuf,
    /// Whether to make the credit state if it is not there.
    pub create: bool,
    /// The rules.
    pub policy: PolicySource,
    /// The key that personal numbers are hashed with.
    pub secret: Secret,
    /// Whose time it is.
    pub clock: ClockChoice,
    /// How far local clocks stand ahead of UTC; decides when a civil day begins.
    pub utc_offset_minutes: i32,
    /// How long a call may take when it does not say so itself.
    pub deadline_ms: u32,
    /// Which registers are asked, by country (ISO 3166 alpha-2, in capitals).
    pub registers: BTreeMap<String, RegisterChoice>,
}

/// Where the policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// The one that comes with the library.
    Standard,
    /// A TOML file.
    File(PathBuf),
    /// TOML text.
    Text(String),
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In a file beside the store, made with it.
    BesideStore,
    /// In a file.
    File(PathBuf),
    /// In an environment variable.
    Env(String),
}

/// Whose time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChoice {
    /// The machine's.
    System,
    /// Always this moment.
    Fixed(Instant),
}

/// The configuration as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    store: String,
    #[serde(default)]
    create: bool,
    policy: Option<String>,
    policy_text: Option<String>,
    secret: Option<String>,
    clock: Option<String>,
    #[serde(default)]
    utc_offset_minutes: i32,
    #[serde(default = "five_seconds")]
    deadline_ms: u32,
    #[serde(default)]
    registers: BTreeMap<String, RegisterChoice>,
}

fn five_seconds() -> u32 {
    5_000
}

fn bad(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

impl Config {
    /// A configuration with everything but the store as it is when nothing is said.
    pub fn at(store: impl Into<PathBuf>) -> Self {
        Self {
            store: store.into(),
            create: false,
            policy: PolicySource::Standard,
            secret: Secret::BesideStore,
            clock: ClockChoice::System,
            utc_offset_minutes: 0,
            deadline_ms: five_seconds(),
            registers: BTreeMap::new(),
        }
    }

    /// Reads a configuration: a JSON document when it begins with `{`, else the path of a TOML file. Relative paths in
    /// a file are relative to it; those in a document are relative to the working directory.
    ///
    /// # Errors
    /// `Config`, naming the key.
    pub fn read(document_or_path: &str) -> Result<Self> {
        let text = document_or_path.trim_start();
        if text.starts_with('{') {
            let written = serde_json::from_str(text)
                .map_err(|error| bad(format!("the configuration is not as it must be: {error}")))?;
            return Self::understand(written, Path::new(""));
        }
        let path = Path::new(document_or_path);
        let text = read_text(path, MAX_CONFIG_BYTES)?;
        let written = toml::from_str(&text).map_err(|error| bad(format!("{}: {error}", path.display())))?;
        Self::understand(written, path.parent().unwrap_or(Path::new("")))
    }

    fn understand(written: Written, beside: &Path) -> Result<Self> {
        if written.store.is_empty() {
            return Err(bad("store: the path of the credit state is empty".to_owned()));
        }
        let policy = match (written.policy.as_deref(), written.policy_text) {
            (Some(_), Some(_)) => return Err(bad("policy and policy_text: give one of the two".to_owned())),
            (None, Some(text)) => PolicySource::Text(text),
            (None | Some("standard"), None) => PolicySource::Standard,
            (Some(path), None) => PolicySource::File(beside.join(path)),
        };
        let secret = match written.secret.as_deref() {
            None => Secret::BesideStore,
            Some(text) => match text.split_once(':') {
                Some(("env", name)) if !name.is_empty() => Secret::Env(name.to_owned()),
                Some(("file", path)) if !path.is_empty() => Secret::File(beside.join(path)),
                // The text may be the secret itself, so it is not repeated.
                _ => return Err(bad("secret: write env:NAME or file:PATH, never the secret itself".to_owned())),
            },
        };
        let clock = match written.clock.as_deref() {
            None | Some("system") => ClockChoice::System,
            Some(text) => ClockChoice::Fixed(Instant::parse(text).ok_or_else(|| {
                bad(format!("clock: {text:?} is neither \"system\" nor a moment such as \"2026-11-22T08:00:00Z\""))
            })?),
        };
        if !(-18 * 60..=18 * 60).contains(&written.utc_offset_minutes) {
            return Err(bad("utc_offset_minutes: at most 18 hours either way".to_owned()));
        }
        for (country, choice) in &written.registers {
            if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err(bad(format!("registers.{country}: name the country by two capital letters, such as DK")));
            }
            for (kind, name) in [("company", &choice.company), ("debtor", &choice.debtor)] {
                if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
                    checked_name(kind, name).map_err(|error| bad(format!("registers.{country}: {error}")))?;
                }
            }
        }
        Ok(Self {
            store: beside.join(written.store),
            create: written.create,
            policy,
            secret,
            clock,
            utc_offset_minutes: written.utc_offset_minutes,
            deadline_ms: written.deadline_ms,
            registers: written.registers,
        })
    }

    pub(super) fn deadline(&self) -> Duration {
        Duration::from_millis(u64::from(self.deadline_ms))
    }
}

impl PolicySource {
    pub(super) fn read(&self) -> Result<Policy> {
        match self {
            Self::Standard => Policy::standard(),
            Self::Text(text) => Policy::parse(text),
            Self::File(path) => {
                Policy::parse(&read_text(path, MAX_POLICY_FILE_BYTES)?).map_err(|error| error.at(path.display()))
            }
        }
    }
}

/// Reads a small text file, and refuses a large one before reading it.
pub(super) fn read_text(path: &Path, most: u64) -> Result<String> {
    let say = |error: &dyn std::fmt::Display| bad(format!("{} cannot be read: {error}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| say(&error))?.len();
    if length > most {
        return Err(say(&format!("it has {length} bytes; at most {most}")));
    }
    std::fs::read_to_string(path).map_err(|error| say(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_and_a_file_say_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("obligor.toml");
        std::fs::write(&file, "store = \"credit.db\"\nsecret = \"env:KEY\"\nclock = \"2026-11-22T08:00:00Z\"\n")
            .unwrap();
        let read = Config::read(file.to_str().unwrap()).unwrap();
        assert_eq!(read.store, folder.path().join("credit.db"));
        let document = r#"{"store":"credit.db","secret":"env:KEY","clock":"2026-11-22T08:00:00Z"}"#;
        let other = Config::read(document).unwrap();
        assert_eq!(other, Config { store: "credit.db".into(), ..read });
    }

    #[test]
    fn mistakes_are_named_and_secrets_are_not_repeated() {
        for (text, word) in [
            (r#"{"store":""}"#, "store"),
            (r#"{"stor":"x"}"#, "stor"),
            (r#"{"store":"x","clock":"noon"}"#, "clock"),
            (r#"{"store":"x","policy":"a","policy_text":"b"}"#, "policy_text"),
            (r#"{"store":"x","utc_offset_minutes":2000}"#, "utc_offset_minutes"),
            (r#"{"store":"x","secret":"hunter2"}"#, "secret"),
            ("no/such/file.toml", "no/such/file.toml"),
        ] {
            let error = Config::read(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().contains(word), "{error}");
            assert!(!error.message().contains("hunter2"), "{error}");
        }
    }
}
