//! Copies of a store while it is in use.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::fork_gate;
use super::guard::{beside, io_error};
use crate::error::{Error, ErrorKind, Result};
use crate::store::sql::database::READ_WAIT;
use crate::store::sql::fault::Outcome;

/// Pages (4 kB each) copied before a fork is let through.
const PAGES: i32 = 1000;

/// How long the copy waits before it asks again for a store that somebody holds.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Copies to a file that must not be there yet.
///
/// The caller holds no pass; the copy enters the gate for each stretch. `sql` must have a read transaction open, so
/// that the copy is of one moment and others may go on writing.
pub(super) fn copy(sql: &Connection, to: &Path) -> Outcome<()> {
    // Taken by name first: SQLite itself would write into a file that is there.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(to)
        .map_err(|e| io_error("cannot make the copy (it must be a new file)", to, &e))?;
    let result = copy_into(sql, to);
    if result.is_err() {
        let _ = std::fs::remove_file(to);
    }
    result
}

/// Copies to a file, in place of what is there.
pub(super) fn replace(sql: &Connection, to: &Path) -> Outcome<()> {
    let half = beside(to, ".part");
    if half.exists() {
        std::fs::remove_file(&half).map_err(|e| io_error("cannot remove", &half, &e))?;
    }
    copy(sql, &half)?;
    std::fs::rename(&half, to).map_err(|e| io_error("cannot name the copy", to, &e))?;
    sync_folder(to)?;
    Ok(())
}

fn copy_into(sql: &Connection, to: &Path) -> Outcome<()> {
    let mut target = {
        let _pass = fork_gate::enter();
        Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?
    };
    let copied = copy_pages(sql, &mut target);
    {
        let _pass = fork_gate::enter();
        drop(target);
    }
    copied?;
    // Its descriptor is of the copy alone, so closing it costs the store no lock.
    File::options()
        .write(true)
        .open(to)
        .and_then(|file| file.sync_all())
        .map_err(|e| io_error("cannot write the copy to disk", to, &e))?;
    sync_folder(to)?;
    Ok(())
}

fn copy_pages(sql: &Connection, target: &mut Connection) -> Outcome<()> {
    let mut pass = Some(fork_gate::enter());
    let work = Backup::new(sql, target)?;
    let mut waited = Duration::ZERO;
    let result = loop {
        let step = work.step(PAGES);
        match step {
            Ok(StepResult::Done) => break Ok(()),
            Ok(StepResult::More) => waited = Duration::ZERO,
            Ok(_) if waited <= READ_WAIT => {
                waited += LOOK_AGAIN;
                pass = None;
                std::thread::sleep(LOOK_AGAIN);
            }
            Ok(_) => {
                break Err(Error::new(
                    ErrorKind::Undetermined,
                    "another program holds the store, so it could not be copied; try again",
                )
                .into());
            }
            Err(error) => break Err(error.into()),
        }
        // Between two stretches a fork may come through.
        drop(pass.take());
        pass = Some(fork_gate::enter());
    };
    drop(work);
    drop(pass);
    result
}

/// Makes a new name in a folder survive a power loss.
pub(super) fn sync_folder(file: &Path) -> Result<()> {
    if let Some(folder) = file.parent().filter(|_| cfg!(unix)) {
        // A bare name has the empty path for its parent.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| io_error("cannot write the folder to disk", folder, &e))?;
    }
    Ok(())
}
