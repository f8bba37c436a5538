//! On which line of its file a part of a policy stands.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::problems::line_of;
use super::Place;

/// The file, read once more for its places: a policy in force need not carry them.
pub(super) struct Places<'t> {
    text: &'t str,
    root: Option<Spanned<DeTable<'t>>>,
}

impl<'t> Places<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, root: DeTable::parse(text).ok() }
    }

    /// The line, counted from 1; the first where the policy did not come from a text.
    pub(super) fn line(&self, place: &Place<'_>) -> u32 {
        let byte = self.byte(place).unwrap_or(0);
        u32::try_from(line_of(self.text, byte)).unwrap_or(u32::MAX)
    }

    fn byte(&self, place: &Place<'_>) -> Option<usize> {
        let root = self.root.as_ref()?.get_ref();
        let (entry, key) = match *place {
            Place::File => return None,
            Place::Key(table, key) => (root.get(table)?, key),
            Place::Rule(at, key) => (root.get("rule")?.get_ref().as_array()?.get(at)?, key),
            Place::Exclusion(at, key) => (root.get("exclusion")?.get_ref().as_array()?.get(at)?, key),
            Place::Scorecard => (root.get("score")?.get_ref().as_array()?.first()?, "measure"),
            Place::Class(name, key) => {
                let named = |entry: &&Spanned<DeValue<'_>>| {
                    let table = entry.get_ref().as_table();
                    table.and_then(|table| table.get("name")?.get_ref().as_str()) == Some(name)
                };
                (root.get("class")?.get_ref().as_array()?.iter().find(named)?, key)
            }
        };
        let value = entry.get_ref().as_table().and_then(|table| table.get(key));
        Some(value.map_or_else(|| entry.span().start, |value| value.span().start))
    }
}
