//! What may be kept of an identifier: a company's number as it is, a person's only as a keyed hash.
//!
//! A personal number has so few digits that a plain hash of it can be tried out in minutes; hashed with a key that is
//! not in the store, a stolen store gives none of them away (GDPR article 32).

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::config::{Secret, StorePlace};
use super::identify::is_hashed;
use crate::calendar::Day;
use crate::customer::{Number, SubjectKind, derive_subject};
use crate::error::{Advised, Error, ErrorKind, Result};
use crate::hex::hex;
use crate::identifier::{Answer, Identifier, Personal, Scheme, check, vat};
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
    pub(super) fn open(secret: &Secret, store: &StorePlace, create: bool) -> Result<Self> {
        match secret {
            Secret::Env(name) => {
                let value = Zeroizing::new(std::env::var(name).map_err(|_| {
                    Error::new(ErrorKind::Config, format!("secret: the environment variable {name} is not set"))
                })?);
                Self::new(value.trim_end().as_bytes())
            }
            Secret::File(path) => Self::new(&read_key(path)?),
            Secret::BesideStore => {
                let StorePlace::File(store) = store else {
                    return Err(Error::new(
                        ErrorKind::Config,
                        "secret: a store in a server has no folder to keep the key in; write env:NAME or file:PATH, the \
                         same key for every host",
                    ));
                };
                let path = key_beside(store);
                if create && !path.exists() {
                    make_key(&path)?;
                }
                Self::new(&read_key(&path)?)
            }
        }
    }

    /// What may be kept of an identifier. A VAT number is kept as the organisation number it is made of, and a Swedish
    /// organisation number that is a personal number as that, so that one subject has one key.
    pub fn keep(&self, identifier: &Identifier, today: Day) -> IdentifierKey {
        let identifier = lead_back(identifier, today);
        match identifier.personal() {
            Personal::Never => {
                IdentifierKey { scheme: identifier.scheme().name().to_owned(), value: identifier.reveal().to_owned() }
            }
            Personal::May | Personal::Always => self.hash(identifier.scheme().name(), identifier.reveal()),
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

/// The number that all numbers made of it share.
pub(super) fn lead_back(identifier: &Identifier, today: Day) -> Identifier {
    let identifier = vat::organisation_number(identifier).unwrap_or(*identifier);
    match (identifier.scheme(), identifier.personal()) {
        (Scheme::SeOrgnr, Personal::Always) => {
            check(Scheme::SePersonnr, identifier.reveal(), today.0).identifier().unwrap_or(identifier)
        }
        _ => identifier,
    }
}

/// Person, organisation or unknown, from the legal form and the identifiers that are kept.
pub(super) fn derive_kind(country: &str, legal_form: &str, identifiers: &[IdentifierKey]) -> SubjectKind {
    let kept = |identifier: &IdentifierKey| Number::kept(&identifier.scheme, is_hashed(identifier));
    let numbers: Vec<Number> = identifiers.iter().map(kept).collect();
    derive_subject(country, legal_form, &numbers).0.kind()
}

/// What an identifier is called where people enter it; with the country it names the scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The number of the company or organisation register.
    Orgnr,
    /// The VAT number.
    Vat,
    /// A person's number.
    PersonalNumber,
    /// The Dutch number of legal persons.
    Rsin,
    /// The legal entity identifier.
    Lei,
    /// The global location number.
    Gln,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 6] = [Self::Orgnr, Self::Vat, Self::PersonalNumber, Self::Rsin, Self::Lei, Self::Gln];

    /// The name, as in files and requests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orgnr => "orgnr",
            Self::Vat => "vat",
            Self::PersonalNumber => "personal_number",
            Self::Rsin => "rsin",
            Self::Lei => "lei",
            Self::Gln => "gln",
        }
    }

    /// The field with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The scheme of this field in this country; `None` when we know none.
    pub fn scheme(self, country: &str) -> Option<Scheme> {
        match (self, country) {
            (Self::Orgnr, "DK") => Some(Scheme::DkCvr),
            (Self::Orgnr, "NO") => Some(Scheme::NoOrgnr),
            (Self::Orgnr, "SE") => Some(Scheme::SeOrgnr),
            (Self::Orgnr, "FI") => Some(Scheme::FiYtunnus),
            (Self::Orgnr, "NL") => Some(Scheme::NlKvk),
            (Self::Vat, "DK") => Some(Scheme::DkVat),
            (Self::Vat, "NO") => Some(Scheme::NoVat),
            (Self::Vat, "SE") => Some(Scheme::SeVat),
            (Self::Vat, "FI") => Some(Scheme::FiVat),
            (Self::Vat, "NL") => Some(Scheme::NlBtw),
            (Self::PersonalNumber, "DK") => Some(Scheme::DkCpr),
            (Self::PersonalNumber, "NO") => Some(Scheme::NoPersonnr),
            (Self::PersonalNumber, "SE") => Some(Scheme::SePersonnr),
            (Self::PersonalNumber, "FI") => Some(Scheme::FiHetu),
            (Self::PersonalNumber, "NL") => Some(Scheme::NlBsn),
            (Self::Rsin, "NL") => Some(Scheme::NlRsin),
            (Self::Lei, _) => Some(Scheme::Lei),
            (Self::Gln, _) => Some(Scheme::Gln),
            _ => None,
        }
    }
}

/// Reads an identifier as it was entered. The error says what is wrong and never holds the text.
///
/// # Errors
/// `Argument` when the country has no such identifier that we know, or the text is none; `Forbidden` for a BSN.
pub fn read_identifier(country: &str, field: Field, text: &str, today: Day) -> Result<Identifier> {
    let scheme = field.scheme(country).ok_or_else(|| {
        Error::argument(format!("{}: no identifier of this kind is known for country {country:?}", field.name()))
    })?;
    if scheme == Scheme::NlBsn {
        return Err(Error::new(
            ErrorKind::Forbidden,
            format!("{}: a BSN may not be kept without a statutory basis (UAVG article 46)", field.name()),
        ));
    }
    match check(scheme, text, today.0) {
        Answer::Valid(identifier) | Answer::FormatOnly(identifier) => Ok(identifier),
        Answer::Invalid(fault) => Err(Error::argument(format!("{}: not a valid {scheme}: {fault}", field.name()))),
    }
}

/// The file beside a store that holds its key.
pub(super) fn key_beside(store: &Path) -> PathBuf {
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

/// Makes a key of random bytes in a file that only its owner may read; one that is there stays.
///
/// # Errors
/// `Io`.
pub fn make_key(path: &Path) -> Result<()> {
    let io = |error: std::io::Error| {
        Error::new(ErrorKind::Io, format!("secret: {} cannot be written: {}", path.display(), Advised(&error)))
    };
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    getrandom::fill(&mut *key)
        .map_err(|error| Error::new(ErrorKind::Io, format!("the machine gives no random numbers: {error}")))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(&*key).and_then(|()| file.sync_all()).map_err(|error| {
            // A part of a key would stand in the way of the whole one.
            let _ = std::fs::remove_file(path);
            io(error)
        }),
        // Another process made it between the look and the write; that one is the key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io(error)),
    }
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
        let lost = Keeper::open(&Secret::BesideStore, &store.clone().into(), false).unwrap_err();
        assert!(lost.message().contains("restored"), "{lost}");
        let one = Keeper::open(&Secret::BesideStore, &store.clone().into(), true).unwrap();
        let again = Keeper::open(&Secret::BesideStore, &store.clone().into(), false).unwrap();
        assert_eq!(one.hash("x", "1"), again.hash("x", "1"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(key_beside(&store)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "others can read the key");
        }
    }

    #[test]
    fn one_subject_has_one_key_and_persons_only_a_hash() {
        let keeper = Keeper::new(&[1; 32]).unwrap();
        let today = Day::parse("2026-11-22").unwrap();
        let key = |country: &str, field, text: &str| {
            read_identifier(country, field, text, today).map(|identifier| keeper.keep(&identifier, today))
        };
        let company = key("DK", Field::Orgnr, "13585628").unwrap();
        assert_eq!((company.scheme.as_str(), company.value.as_str()), ("dk.cvr", "13585628"));
        assert_eq!(key("DK", Field::Vat, "DK 13585628").unwrap(), company);
        // A Swedish sole trader's organisation number is the owner's personal number.
        let owner = key("SE", Field::PersonalNumber, "198803200016").unwrap();
        assert!(owner.value.starts_with("hmac:"), "{owner:?}");
        assert_eq!(key("SE", Field::Orgnr, "880320-0016").unwrap(), owner);
        assert_eq!(key("NL", Field::PersonalNumber, "111222333").unwrap_err().kind(), ErrorKind::Forbidden);
        let error = key("DK", Field::Orgnr, "13585629").unwrap_err();
        assert!(
            error.message().starts_with("orgnr: not a valid dk.cvr") && !error.message().contains("13585629"),
            "{error}"
        );
        assert_eq!(key("DE", Field::Orgnr, "HRB 1").unwrap_err().kind(), ErrorKind::Argument);
    }

    #[test]
    fn short_keys_are_refused_without_being_shown() {
        let error = Keeper::new(b"hunter2").unwrap_err();
        assert!(!error.message().contains("hunter2"));
    }
}
