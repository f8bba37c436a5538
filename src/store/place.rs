//! Where a store is.

use std::fmt;
use std::path::PathBuf;

use super::moving::{House, Upgrade};
use super::sqlite::{Options, SqliteStore};
use crate::error::{Error, ErrorKind, Result};

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File(PathBuf),
}

impl Place {
    /// Reads a place: a path, or `env:NAME` or `file:PATH` for one that stands in an environment variable or a file, so
    /// that a password is not seen by others.
    ///
    /// # Errors
    /// `Config` when the variable or the file cannot be read, or says nothing. `Unsupported` for the URL of a server.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorKind::Config, message);
        let said =
            match text.split_once(':') {
                Some(("env", name)) => std::env::var(name)
                    .map_err(|_| bad(format!("store: the environment variable {name} is not set")))?,
                Some(("file", path)) => std::fs::read_to_string(path)
                    .map_err(|error| bad(format!("store: {path} cannot be read: {error}")))?,
                _ => text.to_owned(),
            };
        let said = said.trim();
        if said.is_empty() {
            return Err(bad("store: the path of the credit state is empty".to_owned()));
        }
        if let Some((scheme, _)) = said.split_once("://") {
            // The rest may hold a password.
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("store: a credit state cannot be kept at a {scheme}:// address; name a file"),
            ));
        }
        Ok(Self::File(said.into()))
    }

    /// Whether it is the same place by another name.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let (Self::File(one), Self::File(other)) = (self, other);
        one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
    }

    /// Opens the store there for a move, whether it can be used otherwise or not, and brings its tables up.
    pub(super) fn open(&self, create: bool) -> Result<(Box<dyn House>, Upgrade)> {
        let Self::File(path) = self;
        let (store, upgrade) = SqliteStore::open_house(path, Options { create, ..Options::default() })?;
        Ok((Box::new(store), upgrade))
    }
}

/// Without a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::File(path) = self;
        path.display().fmt(f)
    }
}
