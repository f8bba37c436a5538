//! Numbers as hosts send them, and what they lead back to.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::identifier::{Identifier, Note, Scheme};
use crate::store::IdentifierKey;

/// A number as a host sent it. It may be a person's: it is not shown by `Debug`, and wiped when it is dropped.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct TypedNumber(Zeroizing<String>);

impl TypedNumber {
    /// The text as it was sent.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl From<String> for TypedNumber {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for TypedNumber {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for TypedNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "(none)" } else { "***" })
    }
}

/// Whether the number is a Dutch BSN or holds one: such a number is not kept, not even as a hash.
pub(super) fn holds_bsn(identifier: &Identifier) -> bool {
    identifier.scheme() == Scheme::NlBsn || identifier.notes().has(Note::OldBsnBearingBtw)
}

/// Whether what is kept is a hash.
pub(super) fn is_hashed(key: &IdentifierKey) -> bool {
    key.value.starts_with("hmac:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_not_shown() {
        assert_eq!(format!("{:?}", TypedNumber::from("10915596784")), "***");
        assert_eq!(format!("{:?}", TypedNumber::from(" ")), "(none)");
        assert_eq!(serde_json::from_str::<TypedNumber>("\"13585628\"").unwrap().reveal(), "13585628");
    }
}
