//! `obligor migrate`: a credit state moves to another store.

use std::collections::BTreeMap;
use std::path::Path;

use comfy_table::{Cell, Color};
use obligor::engine::{StorePlace, moves};
use obligor::error::Result;
use obligor::store::Made;
use obligor::store::moving::{Became, Compared, Doing, Moved};
use serde::Serialize;
use serde_json::json;

use crate::args::{Migrate, Options};
use crate::session::{progress, told};
use crate::show::{Look, count, lines, marked, right};
use crate::{Done, exit};

pub(crate) fn migrate(options: &Options, words: &Migrate) -> Result<Done> {
    let read = |text: &str| StorePlace::read(text, Path::new(""));
    let to = read(&words.to)?;
    let Some(from) = &words.from else {
        let made = moves::make_tables(&to)?;
        let answer = json!({ "store": to.to_string(), "from_version": made.from, "version": made.to });
        return told(options.json, &answer, Done::well(tables_made(&to, made)));
    };
    let from = read(from)?;
    let bar = progress(0, "{bar:40} {percent}%  {msg}, {eta} left");
    let moved = moves::move_state(&from, &to, words.keep, &mut |progress| {
        let doing = match progress.doing {
            Doing::Resuming => "comparing what is there",
            Doing::Copying => "copying",
            Doing::Comparing => "comparing",
            Doing::Verifying => "checking balances and record",
        };
        bar.set_length(progress.of);
        bar.set_position(progress.done);
        bar.set_message(format!("{doing} {}", progress.table));
        true
    });
    bar.finish_and_clear();
    let moved = moved?;
    let key = moves::key_beside(&from).map(|path| path.display().to_string());
    told(options.json, &Answer { moved: &moved, key: key.as_deref() }, shown(options, &moved, key.as_deref()))
}

/// The answer as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    moved: &'a Moved,
    /// The file beside the old store that holds its key.
    key: Option<&'a str>,
}

fn tables_made(store: &StorePlace, made: Made) -> String {
    let Made { from, to } = made;
    match from {
        0 => format!("{store}: the tables were made, version {to}."),
        from if from == to => format!("{store}: the tables are of version {to}, the newest; nothing was done."),
        from => format!("{store}: the tables were brought up from version {from} to {to}."),
    }
}

fn shown(options: &Options, moved: &Moved, key: Option<&str>) -> Done {
    let Moved { from, to, tables, verified, .. } = moved;
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    let there = format!(
        "{}, {}, the same in both and sound ({}, {}).",
        count(u64::try_from(tables.len()).unwrap_or(u64::MAX), "table", "tables"),
        count(rows, "row", "rows"),
        count(verified.accounts, "account", "accounts"),
        count(verified.decisions, "decision", "decisions"),
    );
    let (end, code) = match moved.became {
        Became::MovedBefore => {
            (format!("{from} moved to {to} before; nothing was done.\n\n{}", about_key(key)), exit::OK)
        }
        Became::Moved => (
            format!(
                "Moved {from} to {to}: {there}\n{from} cannot be used any more. Name {to} in the configuration of every \
                 host.\n\n{}",
                about_key(key)
            ),
            exit::OK,
        ),
        Became::Copied => {
            (format!("Copied {from} to {to}: {there}\n{from} stays in use.\n\n{}", about_key(key)), exit::OK)
        }
        Became::NotMoved => (
            format!(
                "Not moved: what arrived in {to} is not the same, or not sound.\n{from} stays in use. Mend what is told \
                 here, then run it again."
            ),
            exit::FAULTS,
        ),
    };
    let look = Look::new(options);
    let mut text = String::new();
    if !tables.is_empty() {
        text.push_str(&compared(look, tables));
        text.push('\n');
    }
    if !verified.faults.is_empty() {
        let mut faults = look.bare();
        for fault in &verified.faults {
            faults.add_row([marked("fault", Color::Red), Cell::new(fault)]);
        }
        text.push_str(&format!("{}\n", lines(&faults)));
    }
    text.push_str(&end);
    Done::with(text, code)
}

/// Every table with the sums of its amounts, as far as there are any; of what is other also how it is in the new store.
fn compared(look: Look, tables: &[Compared]) -> String {
    let mut shown = look.table(&["Table", "Rows", "Sums, in minor units", ""]);
    let number = |rows: u64| look.language.number(i64::try_from(rows).unwrap_or(i64::MAX));
    let both = |here: String, there: String| if here == there { here } else { format!("{here}\nthere:\n{there}") };
    let sum = |sums: &BTreeMap<&str, String>| {
        let some = sums.iter().filter(|(_, sum)| *sum != "0");
        some.map(|(column, sum)| format!("{column} {sum}")).collect::<Vec<_>>().join("\n")
    };
    for table in tables {
        let same = if table.same { Cell::new("same") } else { marked("not the same", Color::Red) };
        shown.add_row([
            Cell::new(table.table),
            right(both(number(table.rows), number(table.rows_there))),
            right(both(sum(&table.sums), sum(&table.sums_there))),
            same,
        ]);
    }
    lines(&shown)
}

/// What must go along by hand.
fn about_key(key: Option<&str>) -> String {
    let where_it_is = match key {
        Some(path) => format!("It is in {path}"),
        None => "It is where the configuration of the old store says".to_owned(),
    };
    format!(
        "The key that personal numbers are hashed with does not go along. {where_it_is}.\nHosts of the new store need \
         the same key, as secret = \"file:PATH\" or \"env:NAME\":\nwith another one no customer is found by a personal \
         number."
    )
}
