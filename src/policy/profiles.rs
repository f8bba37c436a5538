//! The ready policies that come with the library, by their names.

use super::Policy;
use super::problems::{meant, quoted};
use crate::error::{Error, ErrorKind, Result};

/// A ready policy: its name, what it is, its text.
struct Ready {
    name: &'static str,
    title: &'static str,
    text: &'static str,
}

const fn ready(name: &'static str, title: &'static str, text: &'static str) -> Ready {
    Ready { name, title, text }
}

const READY: [Ready; 8] = [
    ready("standard", "What most Nordic wholesalers start from", include_str!("profiles/standard.toml")),
    ready("sap_static", "SAP credit management, static check", include_str!("profiles/sap_static.toml")),
    ready(
        "sap_dynamic",
        "SAP credit management, dynamic check with horizon, document value, oldest item, dunning and review",
        include_str!("profiles/sap_dynamic.toml"),
    ),
    ready(
        "dynamics_finance",
        "Dynamics 365 Finance, blocking and exclusion rules",
        include_str!("profiles/dynamics_finance.toml"),
    ),
    ready(
        "business_central",
        "Dynamics 365 Business Central, warnings only",
        include_str!("profiles/business_central.toml"),
    ),
    ready("erpnext", "ERPNext, refusal above the limit", include_str!("profiles/erpnext.toml")),
    ready("tryton", "Tryton, credit limit and dunning levels", include_str!("profiles/tryton.toml")),
    ready("idempiere", "iDempiere, watch at 90 %, hold and stop", include_str!("profiles/idempiere.toml")),
];

impl Policy {
    /// The ready policies, each with its name and what it is, in English.
    pub fn profiles() -> impl Iterator<Item = (&'static str, &'static str)> {
        READY.iter().map(|ready| (ready.name, ready.title))
    }

    /// The text of a ready policy.
    ///
    /// # Errors
    /// `NotFound`, with the names there are.
    pub fn profile_text(name: &str) -> Result<&'static str> {
        READY.iter().find(|ready| ready.name == name).map(|ready| ready.text).ok_or_else(|| {
            let names = || READY.iter().map(|ready| ready.name);
            let hint = match meant(name, names()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
            };
            Error::new(ErrorKind::NotFound, format!("there is no profile {}; {hint}", quoted(name)))
        })
    }

    /// A ready policy.
    ///
    /// # Errors
    /// `NotFound`, with the names there are.
    pub fn profile(name: &str) -> Result<Self> {
        if name == "standard" {
            return Self::standard();
        }
        Self::profile_text(name).and_then(Self::parse)
    }
}
