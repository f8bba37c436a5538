//! Files beside the store that keep others out: the owner file and the writer's queue.
//!
//! SQLite's own locks are POSIX locks, and those have a flaw that costs committed rows: when a process closes *any*
//! descriptor of the file, all locks of the whole process on it are gone. A second copy of SQLite in the process (the
//! host's own, or a second copy of this library) does just that. Locks made with [`File::try_lock`] belong to the open
//! file and survive. So every write transaction holds the **writer file** ahead of SQLite's lock, and the **owner
//! file**, one for each process, keeps a second copy of this library in the same process from opening the store.
//!
//! The writer file is a queue too. A process that wants it must first hold the **queue file**, and lets go of it once
//! it has the writer file: so a busy process, which asks again at once, finds the queue taken by the one that waits.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use super::fork_gate::{self, Pass};
use crate::error::{Advised, Error, ErrorKind, Result};
use crate::store::{forked, lock};

/// `<store><suffix>`.
pub(super) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// An [`ErrorKind::Io`] error about a file, with what can be done about it where that is known.
pub(super) fn io_error(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{what} {}: {}", path.display(), Advised(error)))
}

fn open_lock_file(path: &Path) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| io_error("cannot open the lock file", path, &e))
}

/// Whether the lock was free and is now ours.
fn try_lock(file: &File, path: &Path) -> Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(e)) => Err(io_error("cannot lock", path, &e)),
    }
}

/// The proof that this copy of the library is the only one in the process that has the store open.
pub(super) struct OwnerFile {
    path: PathBuf,
    /// Locked as long as it is open.
    file: File,
}

impl OwnerFile {
    /// Takes the store for this process, and clears away what dead processes left.
    ///
    /// # Errors
    /// `InUse` when this process already has it open.
    pub(super) fn take(store: &Path) -> Result<Self> {
        let path = beside(store, &format!(".owner-{}", process_mark()));
        clear_stale(store, &path);
        loop {
            let file = open_lock_file(&path)?;
            if !try_lock(&file, &path)? {
                return Err(Error::new(
                    ErrorKind::InUse,
                    format!(
                        "{} is already open in this process, by another engine or by a second copy of the library; \
                         share that engine between threads, or close it first",
                        store.display()
                    ),
                ));
            }
            // Somebody who took the file for stale may have removed it between opening and locking.
            if is_still_there(&file, &path) {
                return Ok(Self { path, file });
            }
        }
    }

    /// Gives the store back and removes the file. Not called in a forked child, which owns nothing.
    pub(super) fn give_back(self) {
        // Removed before it is unlocked, so that whoever opens it next makes a new one.
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

/// Tells this process from every other, also from an earlier one with the same number: both copies of the library must
/// come to the same answer, so it is taken from the system alone.
fn process_mark() -> String {
    let id = std::process::id();
    match start_time() {
        Some(start) => format!("{id}-{start}"),
        None => id.to_string(),
    }
}

/// When this process started, in the system's own ticks: field 22 of `/proc/self/stat`, counted behind the program's
/// name, which may hold blanks. Other systems have the process number alone.
fn start_time() -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    text.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// Removes owner files that nobody holds any more. What cannot be read or removed is left for the next one.
fn clear_stale(store: &Path, own: &Path) {
    let (Some(folder), Some(name)) = (store.parent(), store.file_name()) else { return };
    let mut prefix = name.to_owned();
    prefix.push(".owner-");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path == own || !entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            continue;
        }
        let Ok(file) = OpenOptions::new().read(true).write(true).open(&path) else { continue };
        if file.try_lock().is_ok() {
            let _ = std::fs::remove_file(&path);
        }
    }
}

#[cfg(unix)]
pub(super) fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Windows does not let a name go to a new file while the old one is open.
#[cfg(not(unix))]
pub(super) fn is_still_there(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// The queue file and the writer file of one store. `None` in a forked child, which must not keep its parent's locks.
pub(super) struct WriterLock {
    files: Mutex<Option<LockFiles>>,
}

struct LockFiles {
    queue: File,
    queue_path: PathBuf,
    writer: File,
    writer_path: PathBuf,
}

/// The right to write, given back when dropped.
pub(super) struct Held<'a> {
    lock: &'a WriterLock,
    /// Held together with the lock, so that no fork copies it; a long write lets go of it between its calls.
    pass: Option<Pass>,
}

impl WriterLock {
    pub(super) fn open(store: &Path) -> Result<Self> {
        let (queue_path, writer_path) = (beside(store, ".queue"), beside(store, ".writer"));
        let (queue, writer) = (open_lock_file(&queue_path)?, open_lock_file(&writer_path)?);
        Ok(Self { files: Mutex::new(Some(LockFiles { queue, queue_path, writer, writer_path })) })
    }

    /// Waits for the right to write. Only one thread of a process may ask at a time.
    ///
    /// # Errors
    /// `Undetermined` when the deadline passes first; nothing was done then.
    pub(super) fn acquire(&self, deadline: Instant) -> Result<Held<'_>> {
        let began = Instant::now();
        let mut first_in_queue = false;
        loop {
            let pass = fork_gate::enter();
            match self.attempt(&mut first_in_queue) {
                Ok(true) => return Ok(Held { lock: self, pass: Some(pass) }),
                Ok(false) if Instant::now() < deadline => drop(pass),
                result => {
                    if first_in_queue {
                        self.with(|files| files.queue.unlock());
                    }
                    return Err(result.err().unwrap_or_else(|| {
                        Error::new(
                            ErrorKind::Undetermined,
                            "another process or a long import is writing to the store, and the deadline passed; \
                             nothing was done: ask again with the same key",
                        )
                    }));
                }
            }
            nap(began, first_in_queue, deadline);
        }
    }

    /// The right to write if nobody has it and nobody waits for it.
    pub(super) fn acquire_now(&self) -> Option<Held<'_>> {
        let pass = fork_gate::enter();
        let mut first_in_queue = false;
        let held = self.attempt(&mut first_in_queue).unwrap_or(false);
        if first_in_queue && !held {
            self.with(|files| files.queue.unlock());
        }
        held.then_some(Held { lock: self, pass: Some(pass) })
    }

    fn attempt(&self, first_in_queue: &mut bool) -> Result<bool> {
        let files = lock(&self.files);
        let Some(files) = files.as_ref() else {
            return Err(forked());
        };
        *first_in_queue = *first_in_queue || try_lock(&files.queue, &files.queue_path)?;
        if !*first_in_queue || !try_lock(&files.writer, &files.writer_path)? {
            return Ok(false);
        }
        *first_in_queue = false;
        // Unlocking cannot fail for an open file; should it, the next write finds the queue still ours and goes on.
        let _ = files.queue.unlock();
        Ok(true)
    }

    fn with(&self, work: impl FnOnce(&LockFiles) -> std::io::Result<()>) {
        if let Some(files) = lock(&self.files).as_ref() {
            let _ = work(files);
        }
    }

    /// Closes the files, for a forked child: a lock belongs to the open file, which the child shares with its parent.
    pub(super) fn abandon(&self) {
        if let Ok(mut files) = self.files.try_lock() {
            *files = None;
        }
    }
}

impl Held<'_> {
    /// Lets forks through while the lock stays held.
    pub(super) fn leave_gate(&mut self) {
        self.pass = None;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.lock.with(|files| files.writer.unlock());
    }
}

/// How often the first in the queue looks: nobody else can take what it waits for.
const SHORTEST_NAP: Duration = Duration::from_micros(50);
/// How often one that has just come looks whether it can be first.
const LONGEST_NAP: Duration = Duration::from_millis(1);
/// After this time a waiter looks twice as often as one that has just come.
const HALF_NAP_AFTER: Duration = Duration::from_millis(10);

/// Sleeps until the next look. Who has waited longer looks more often and so comes first, mostly; the other way round,
/// as with most retries, one of eight processes waits many times as long as the others.
fn nap(began: Instant, first_in_queue: bool, deadline: Instant) {
    let waited = began.elapsed().as_micros().min(10_000_000);
    let half = HALF_NAP_AFTER.as_micros();
    let length = LONGEST_NAP.as_micros() * half / (half + waited);
    let length = if first_in_queue { 0 } else { length }.max(SHORTEST_NAP.as_micros());
    // Processes that began to wait together must not look together: any changing number will do.
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |t| t.subsec_nanos());
    let jittered = length / 2 + length * u128::from(nanos % 1000) / 1000;
    let left = deadline.saturating_duration_since(Instant::now());
    std::thread::sleep(Duration::from_micros(u64::try_from(jittered).unwrap_or(0)).min(left));
}
