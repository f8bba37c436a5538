//! Importing a file, with a progress bar on a terminal.

use comfy_table::Cell;
use obligor::engine::ImportRequest;
use obligor::error::Result;
use obligor::import::{Control, Report};

use crate::args::Import;
use crate::session::{Session, progress};
use crate::show::{count, lines, right};
use crate::{Done, exit};

pub(crate) fn import(session: &Session, import: &Import) -> Result<Done> {
    let request = ImportRequest {
        kind: import.kind.name().to_owned(),
        path: Some(import.file.clone()),
        text: None,
        mapping: import.mapping.clone(),
        encoding: import.encoding,
        delimiter: import.delimiter,
        decimal: import.decimal,
        thousands: import.thousands,
        date: import.date,
        defaults: import.default.iter().cloned().collect(),
        snapshot: import.snapshot,
        drop_bad_identifiers: import.drop_bad_identifiers,
        source: import.source.clone().unwrap_or_default(),
        as_of: import.as_of.map(|at| at.to_string()),
        rejected_to: import.keep_going.clone(),
        dry_run: import.dry_run,
    };
    let bar = progress(0, "{bar:40} {percent}%  {msg} rows, {eta} left");
    let report = session.engine.import(&request, &mut |progress| {
        bar.set_length(progress.of_bytes);
        bar.set_position(progress.bytes);
        bar.set_message(progress.rows.to_string());
        Control::Continue
    });
    bar.finish_and_clear();
    let report = report.map_err(|error| {
        let file = import.file.display().to_string();
        if error.message().contains(&file) { error } else { error.at(file) }
    })?;
    session.told(&report, told(session, import, &report))
}

fn told(session: &Session, import: &Import, report: &Report) -> Done {
    let number = |number: u64| right(session.look.language.number(i64::try_from(number).unwrap_or(i64::MAX)));
    let mut table = session.look.bare();
    for (name, count) in [
        ("Rows", report.rows),
        ("Added", report.added),
        ("Changed", report.changed),
        ("Same", report.same),
        ("Left alone, newer here", report.newer),
        ("Closed", report.closed),
        ("Left out by the mapping", report.skipped),
        ("Rejected", report.rejected),
    ] {
        table.add_row([Cell::new(name), number(count)]);
    }
    let mut text = lines(&table);
    let read = report.read_as;
    let (encoding, decimal) = (read.encoding.name(), read.decimal.char());
    text.push_str(&format!("\nRead as {encoding}, delimiter {:?}, decimal mark {decimal:?}.\n", read.delimiter));
    for warning in &report.warnings {
        text.push_str(&format!("Mind: {warning}.\n"));
    }
    if report.rejected > 0 {
        let mut faults = session.look.table(&["Line", "Column", "What is wrong"]);
        for fault in &report.faults {
            faults.add_row([right(fault.line), Cell::new(&fault.column), Cell::new(&fault.reason)]);
        }
        text.push('\n');
        text.push_str(&lines(&faults));
        let rows = count(report.rejected, "row", "rows");
        let end = match &import.keep_going {
            Some(path) if !import.dry_run => {
                format!("{rows} rejected and written to {}: mend them there and import that file.", path.display())
            }
            _ => format!("{rows} would be rejected."),
        };
        text.push_str(&format!("\n{end}\n"));
        return Done::with(text, exit::REJECTED);
    }
    if import.dry_run {
        text.push_str("Only checked: nothing was taken.\n");
    }
    Done::well(text)
}
