//! How answers look: tables of at most a hundred columns, colours where they are wanted.

use std::io::IsTerminal;

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use obligor::calendar::Instant;
use obligor::money::Money;
use obligor::reason::{Language, Outcome};

use crate::args::{ColorChoice, Options};

/// How wide tables may be where there is no terminal to fit.
const WIDTH: u16 = 100;
/// Narrower than this no table can be read; it may rather be cut by the terminal.
const NARROWEST: u16 = 60;

/// How answers are to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    color: bool,
    width: u16,
    pub(crate) language: Language,
}

impl Look {
    /// As the options, the terminal and `NO_COLOR` have it.
    pub(crate) fn new(options: &Options) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = match options.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !forbidden,
        };
        let width = if terminal { Table::new().width().unwrap_or(WIDTH) } else { WIDTH };
        Self { color, width: width.clamp(NARROWEST, WIDTH), language: options.language.unwrap_or_default() }
    }

    /// A table with these headings.
    pub(crate) fn table(self, headings: &[&str]) -> Table {
        let mut table = self.bare();
        table.set_header(headings.iter().map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)));
        table
    }

    /// A table of names and values, without headings.
    pub(crate) fn bare(self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(self.width);
        table.force_no_tty();
        if self.color {
            table.enforce_styling();
            table.style_text_only();
        }
        table
    }

    /// An amount, as the language writes it.
    pub(crate) fn money(self, money: Money) -> Cell {
        right(self.language.money(money))
    }

    /// An amount that may not be known.
    pub(crate) fn maybe(self, money: Option<Money>) -> Cell {
        money.map_or_else(|| right("–".to_owned()), |money| self.money(money))
    }

    /// An outcome in its colour.
    pub(crate) fn outcome(self, outcome: Outcome) -> Cell {
        let color = match outcome {
            Outcome::Approve => Color::Green,
            Outcome::ApproveWithAlert | Outcome::NotChecked => Color::Yellow,
            Outcome::Prepay | Outcome::Hold => Color::Magenta,
            Outcome::Refuse => Color::Red,
        };
        marked(outcome.text(self.language), color)
    }
}

/// A cell that stands out.
pub(crate) fn marked(text: impl ToString, color: Color) -> Cell {
    Cell::new(text.to_string()).fg(color).add_attribute(Attribute::Bold)
}

/// A cell for numbers.
pub(crate) fn right(text: impl ToString) -> Cell {
    Cell::new(text.to_string()).set_alignment(CellAlignment::Right)
}

/// A table as lines without blanks at their ends.
pub(crate) fn lines(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A moment to the second.
pub(crate) fn moment(at: Instant) -> String {
    let text = at.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{}Z", seconds.replace('T', " ")),
        None => text,
    }
}

/// `1 row`, `2 rows`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
