//! SQLite's own check of its file.

use rusqlite::Connection;

use crate::store::Verification;
use crate::store::sql::fault::Outcome;

/// Lets SQLite check the file.
pub(super) fn file(sql: &Connection, found: &mut Verification) -> Outcome<()> {
    let mut check = sql.prepare("PRAGMA integrity_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let fault: String = row.get(0)?;
        if fault != "ok" {
            found.faults.push(format!("the database file is damaged: {fault}"));
        }
    }
    let mut check = sql.prepare("PRAGMA foreign_key_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
        let id = id.map_or_else(String::new, |id| format!(" {id}"));
        found.faults.push(format!("{table}{id} points to a row that is not there"));
    }
    Ok(())
}
