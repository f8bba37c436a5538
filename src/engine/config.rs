//! What an engine is opened with: a TOML file, or the same as a JSON document.
//!
//! Secrets are named, never written: `env:NAME` or `file:PATH`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::checked_name;
use super::registers::RegisterChoice;
use crate::calendar::Instant;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::Policy;
use crate::store::postgres;

/// The longest configuration that is read, in bytes.
pub const MAX_CONFIG_BYTES: u64 = 64 * 1024;

/// The longest policy file that is read, in bytes; the parser has the same limit.
pub(super) const MAX_POLICY_FILE_BYTES: u64 = 1024 * 1024;

/// What an engine is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the credit state is.
    pub store: StorePlace,
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

/// Where the credit state is.
#[derive(Clone, PartialEq, Eq)]
pub enum StorePlace {
    /// In a SQLite file on a local disk, for the processes of one machine.
    File(PathBuf),
    /// In the PostgreSQL server that a URL names, for many hosts. The URL may hold a password and is not shown.
    Server(Zeroizing<String>),
}

impl std::fmt::Debug for StorePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Server(_) => f.write_str("Server"),
        }
    }
}

/// As it may be shown: without user and password.
impl std::fmt::Display for StorePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(url) => f.write_str(&postgres::shown(url)),
        }
    }
}

impl From<PathBuf> for StorePlace {
    fn from(path: PathBuf) -> Self {
        match path.to_str().filter(|text| postgres::is_url(text)) {
            Some(url) => Self::Server(Zeroizing::new(url.to_owned())),
            None => Self::File(path),
        }
    }
}

impl From<&Path> for StorePlace {
    fn from(path: &Path) -> Self {
        path.to_owned().into()
    }
}

impl From<&str> for StorePlace {
    fn from(text: &str) -> Self {
        PathBuf::from(text).into()
    }
}

impl From<String> for StorePlace {
    fn from(text: String) -> Self {
        PathBuf::from(text).into()
    }
}

impl StorePlace {
    /// Reads what a person or a configuration says: a path, a URL without a password, or `env:NAME` or `file:PATH`, which
    /// say where a URL with one stands. A relative path is relative to `beside`.
    ///
    /// # Errors
    /// `Config`.
    pub fn read(text: &str, beside: &Path) -> Result<Self> {
        let url = match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Zeroizing::new(
                std::env::var(name).map_err(|_| bad(format!("store: the environment variable {name} is not set")))?,
            ),
            Some(("file", path)) if !path.is_empty() => {
                Zeroizing::new(read_text(&beside.join(path), MAX_CONFIG_BYTES)?)
            }
            _ if postgres::is_url(text) => {
                if postgres::has_password(text) {
                    return Err(bad(
                        "store: a password does not belong here; put the URL into an environment variable or \
                                    a file, and write env:NAME or file:PATH"
                            .to_owned(),
                    ));
                }
                Zeroizing::new(text.to_owned())
            }
            _ if text.is_empty() => return Err(bad("store: the path of the credit state is empty".to_owned())),
            _ => return Ok(Self::File(beside.join(text))),
        };
        if !postgres::is_url(url.trim()) {
            return Err(bad("store: what env: or file: names is no URL that begins with postgresql://".to_owned()));
        }
        Ok(Self::Server(Zeroizing::new(url.trim().to_owned())))
    }
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
    pub fn at(store: impl Into<StorePlace>) -> Self {
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
        let store = StorePlace::read(&written.store, beside)?;
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
            store,
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

/// Reads a small text file, and refuses a large one before it is in memory.
pub(super) fn read_text(path: &Path, most: u64) -> Result<String> {
    let say = |error: &dyn std::fmt::Display| bad(format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(|error| say(&error))?;
    // What a file says of its length is not always so: a device has none, and never ends.
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| say(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(say(&format!("it has more than {most} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| say(&error.utf8_error()))
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
        assert_eq!(read.store, folder.path().join("credit.db").into());
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
            (r#"{"store":"postgresql://clerk:hunter2@db/credit"}"#, "env:NAME"),
            (r#"{"store":"env:OBLIGOR_NO_SUCH_VARIABLE"}"#, "OBLIGOR_NO_SUCH_VARIABLE"),
            ("no/such/file.toml", "no/such/file.toml"),
            #[cfg(unix)]
            ("/dev/zero", "more than 65536 bytes"),
            #[cfg(unix)]
            (r#"{"store":"file:/dev/zero"}"#, "more than 65536 bytes"),
        ] {
            let error = Config::read(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().contains(word), "{error}");
            assert!(!error.message().contains("hunter2"), "{error}");
        }
    }
}
