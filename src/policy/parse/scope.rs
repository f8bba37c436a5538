//! Which documents a rule or an exclusion speaks of.

use super::super::problems::Problems;
use super::super::section::Section;
use super::super::{Checkpoint, Scope};
use super::words::name_in;
use super::{MAX_DAYS, MAX_NAMES, MAX_UTILISATION_BASIS_POINTS};

/// The keys are those of every scope; each left out speaks of all.
pub(super) fn scope(problems: &mut Problems, s: &mut Section<'_>) -> Option<Scope> {
    let classes = s.or("classes", Vec::new(), |s, key| s.names(problems, key, MAX_NAMES, name_in(key)));
    let companies = s.or("companies", Vec::new(), |s, key| s.names(problems, key, MAX_NAMES, name_in(key)));
    let younger_than_days = s.maybe("younger_than_days", |s, key| s.number(problems, key, "days", 0..=MAX_DAYS));
    let words = Checkpoint::ALL.map(|point| (point.name(), point));
    let at = s.or("at", Vec::new(), |s, key| {
        s.names(problems, key, words.len(), |s, problems, item| s.read_choice(problems, key, item, &words, ""))
    });
    let utilisation_above = s.maybe("utilisation_above", |s, key| s.share(problems, key, MAX_UTILISATION_BASIS_POINTS));
    Some(Scope {
        classes: classes?,
        companies: companies?,
        younger_than_days: younger_than_days?,
        at: at?,
        utilisation_above: utilisation_above?,
    })
}

/// The checkpoint as people write it.
impl Checkpoint {
    /// Every checkpoint, in the order an order comes to them.
    pub const ALL: [Self; 5] = [Self::Entry, Self::Confirm, Self::Pick, Self::Ship, Self::Invoice];

    /// The stable name, as in JSON and in policy files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Confirm => "confirm",
            Self::Pick => "pick",
            Self::Ship => "ship",
            Self::Invoice => "invoice",
        }
    }
}
