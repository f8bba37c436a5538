//! What may be kept of an identifier: a company's number as it is, a person's only as a keyed hash.
//!
//! A personal number has so few digits that a plain hash of it can be tried out in minutes; hashed with a key that is
//! not in the store, a stolen store gives none of them away (GDPR article 32).

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::config::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::store::IdentifierKey;

/// How many bytes a key that is made has.
const KEY_BYTES: usize = 32;
/// The shortest and longest key that is taken, in bytes.
const KEY_RANGE: std::ops::RangeInclusive<usize> = 16..=1024;

/// Holds the key that personal numbers are hashed with.
pub struct Keeper {
    key: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keeper")
    }
}

impl Keeper {
    /// A keeper with this key.
    ///
    /// # Errors
    /// `Config` when the key is too short or too long.
    pub fn new(key: &[u8]) -> Result<Self> {
        if !KEY_RANGE.contains(&key.len()) {
            return Err(Error::new(
                ErrorKind::Config,
                format!("secret: the key has {} bytes; {} to {}", key.len(), KEY_RANGE.start(), KEY_RANGE.end()),
            ));
        }
        Ok(Self { key: Zeroizing::new(key.to_vec()) })
    }

    /// Finds the key where the configuration says it is. The one beside the store is made with the store.
    pub(super) fn open(secret: &Secret, store: &Path, create: bool) -> Result<Self> {
        match secret {
            Secret::Env(name) => {
                let value = Zeroizing::new(std::env::var(name).map_err(|_| {
                    Error::new(ErrorKind::Config, format!("secret: the environment variable {name} is not set"))
                })?);
                Self::new(value.trim_end().as_bytes())
            }
            Secret::File(path) => Self::new(&read_key(path)?),
            Secret::BesideStore => {
                let path = key_beside(store);
                if create && !path.exists() {
                    make_key(&path)?;
                }
                Self::new(&read_key(&path)?)
            }
        }
    }

    /// The keyed hash of a personal number: `hmac:` and 64 hexadecimal digits.
    pub fn hash(&self, scheme: &str, normalised: &str) -> IdentifierKey {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            // HMAC takes keys of any length; this cannot be reached, and nothing is kept if it is.
            return IdentifierKey { scheme: scheme.to_owned(), value: String::new() };
        };
        mac.update(scheme.as_bytes());
        mac.update(&[0]);
        mac.update(normalised.as_bytes());
        IdentifierKey { scheme: scheme.to_owned(), value: format!("hmac:{}", hex(&mac.finalize().into_bytes())) }
    }
}

/// The file beside a store that holds its key.
fn key_beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

fn read_key(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(Vec::new());
    let most = u64::try_from(*KEY_RANGE.end()).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut key)).map_err(|error| {
        Error::new(
            ErrorKind::Config,
            format!(
                "secret: {} cannot be read ({error}); the key belongs to the store and must be restored with it",
                path.display()
            ),
        )
    })?;
    Ok(key)
}

fn make_key(path: &Path) -> Result<()> {
    let io = |error: std::io::Error| {
        Error::new(ErrorKind::Io, format!("secret: {} cannot be written: {error}", path.display()))
    };
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    getrandom::fill(&mut *key)
        .map_err(|error| Error::new(ErrorKind::Io, format!("the machine gives no random numbers: {error}")))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(&*key).and_then(|()| file.sync_all()).map_err(io),
        // Another process made it between the look and the write; that one is the key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io(error)),
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_depends_on_key_scheme_and_number() {
        let one = Keeper::new(&[1; 32]).unwrap();
        let other = Keeper::new(&[2; 32]).unwrap();
        let hash = one.hash("no.personnr", "02013299997");
        assert_eq!(hash.value.len(), 5 + 64);
        assert_eq!(hash, one.hash("no.personnr", "02013299997"));
        assert_ne!(hash.value, other.hash("no.personnr", "02013299997").value);
        assert_ne!(hash.value, one.hash("dk.cpr", "02013299997").value);
        assert!(!hash.value.contains("02013299997"));
    }

    #[test]
    fn the_key_is_made_once_and_only_with_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("credit.db");
        let lost = Keeper::open(&Secret::BesideStore, &store, false).unwrap_err();
        assert!(lost.message().contains("restored"), "{lost}");
        let one = Keeper::open(&Secret::BesideStore, &store, true).unwrap();
        let again = Keeper::open(&Secret::BesideStore, &store, false).unwrap();
        assert_eq!(one.hash("x", "1"), again.hash("x", "1"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(key_beside(&store)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "others can read the key");
        }
    }

    #[test]
    fn short_keys_are_refused_without_being_shown() {
        let error = Keeper::new(b"hunter2").unwrap_err();
        assert!(!error.message().contains("hunter2"));
    }
}
