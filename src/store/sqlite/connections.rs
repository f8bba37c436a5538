//! The SQLite connections of one store: one that writes and a few that read.
//!
//! They lie here whenever nobody uses them, and are taken out and put back only inside a [`super::fork_gate::Pass`]; so
//! a forked child finds them at rest and can let go of them ([`super::inherited`]).
//!
//! They remember which files they have open. When somebody else in this process closes the store with a SQLite of
//! their own, that SQLite may take itself for the last user and delete the write-ahead log; whatever is then committed
//! to the deleted log is lost. So the files are looked at before a connection is used, and again after a commit.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::fault::cannot_write;
use super::guard::{Held, WriterLock, beside};
use super::heap;
use super::shared_page::PageFile;
use crate::error::{Error, ErrorKind, Result};
use crate::store::lock;
use crate::store::pulse::Pulse;
use crate::store::sql::fault::Outcome;

/// Connections for reading that are kept when nobody reads.
const IDLE_READERS: usize = 8;
/// The longest time SQLite can be told to wait.
const LONGEST_WAIT: Duration = Duration::from_millis(i32::MAX as u64);
/// Statements a connection keeps prepared; more than there are.
const STATEMENTS: usize = 128;

/// Which files the store, its log and the log's index are: device and number of each on Unix. Windows neither deletes
/// nor replaces a file that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Files([Option<(u64, u64)>; 3]);

impl Files {
    #[cfg(unix)]
    fn of(store: &Path, log: &Path, index: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        // Looked at by their names: opening and closing a file would drop SQLite's locks on it.
        Self([store, log, index].map(|file| std::fs::metadata(file).ok().map(|file| (file.dev(), file.ino()))))
    }

    #[cfg(not(unix))]
    fn of(_store: &Path, _log: &Path, _index: &Path) -> Self {
        Self([None; 3])
    }
}

/// A connection with the settings every connection has, to a file that can be written.
pub(super) fn connect(store: &Path, flags: OpenFlags, wait: Duration) -> Outcome<Connection> {
    connect_beside(store, flags, wait, true)
}

/// The same. Beside other connections it may do without the right to write, unless it must have it.
fn connect_beside(store: &Path, flags: OpenFlags, wait: Duration, writes: bool) -> Outcome<Connection> {
    // Only one thread at a time uses a connection, so SQLite need not lock it.
    let sql = Connection::open_with_flags(store, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // SQLite opens a file that cannot be written for reading alone. It would go on so when the right is back; and the
    // log that it makes beside it would be read-only too, and stay.
    if writes && sql.is_readonly(rusqlite::MAIN_DB)? {
        return Err(cannot_write("the file is read-only"));
    }
    sql.busy_timeout(wait.min(LONGEST_WAIT))?;
    sql.set_prepared_statement_cache_capacity(STATEMENTS);
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Plans must not depend on bound values: otherwise SQLite prepares most statements anew each time, which costs a
    // quarter of a step.
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Closing leaves the log alone, unless the store says otherwise: see [`Connections::close`].
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    sql.execute_batch(
        "PRAGMA trusted_schema = OFF;
         PRAGMA foreign_keys = ON;
         PRAGMA mmap_size = 0;
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    cache(&sql, CACHE);
    // The first read opens the log, so that it is there to be looked at.
    sql.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(sql)
}

/// How much of the store a connection keeps in memory, in KiB.
const CACHE: i64 = 8 << 10;
/// The same in a long call. With little, an import whose rows are in no order of ours reads and writes most pages anew for
/// every few rows, and so does whoever compares tables with their indexes.
pub(super) const LONG_CALL_CACHE: i64 = 256 << 10;

/// Has a connection keep so many KiB in memory, and no more. That is a matter of speed only.
pub(super) fn cache(sql: &Connection, most: i64) {
    let _ = sql.pragma_update(None, "cache_size", -most).and_then(|()| sql.execute_batch("PRAGMA shrink_memory"));
}

/// A long call is over: the connection keeps as much as others, and the rest goes back to the system.
pub(super) fn long_call_over(sql: &Connection) {
    cache(sql, CACHE);
    heap::give_back();
}

/// The connections and the writer lock of one store in one process.
pub(super) struct Connections {
    pub(super) store: PathBuf,
    log: PathBuf,
    index: PathBuf,
    /// The process they were opened in.
    pub(super) process: u32,
    pub(super) writer_lock: WriterLock,
    pub(super) pulse: Pulse,
    page: PageFile,
    pool: Mutex<Pool>,
    /// Long calls that leave the gate with a transaction open.
    long_calls: AtomicUsize,
}

/// Which connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Writer,
    Reader,
}

struct Pool {
    writer: Option<Connection>,
    readers: Vec<Connection>,
    /// Connections in use.
    lent: usize,
    /// The files that all of them have open, once there is one.
    files: Option<Files>,
}

/// A connection in use. Dropped without [`Lent::put_back`] it is closed.
pub(super) struct Lent<'a> {
    pub(super) sql: Connection,
    role: Role,
    /// Behind the connection, so that it still counts while it is being closed.
    count: Count<'a>,
}

/// Counts a connection in use.
struct Count<'a>(&'a Connections);

impl Drop for Count<'_> {
    fn drop(&mut self) {
        let mut pool = lock(&self.0.pool);
        pool.lent = pool.lent.saturating_sub(1);
    }
}

/// Says that a transaction stays open outside the gate, for as long as it lives.
pub(super) struct LongCall<'a>(&'a Connections);

impl Drop for LongCall<'_> {
    fn drop(&mut self) {
        self.0.long_calls.fetch_sub(1, SeqCst);
    }
}

impl Connections {
    /// Begins with the connection that opened the store.
    pub(super) fn new(store: PathBuf, writer_lock: WriterLock, page: PageFile, first: Connection) -> Result<Self> {
        let (log, index) = (beside(&store, "-wal"), beside(&store, "-shm"));
        let files = Some(Files::of(&store, &log, &index));
        Ok(Self {
            store,
            log,
            index,
            process: std::process::id(),
            writer_lock,
            pulse: page.pulse()?,
            page,
            pool: Mutex::new(Pool { writer: Some(first), readers: Vec::new(), lent: 0, files }),
            long_calls: AtomicUsize::new(0),
        })
    }

    /// The connection that writes. `_held` proves that nobody else does.
    pub(super) fn writer(&self, _held: &Held<'_>, deadline: Instant) -> Outcome<Lent<'_>> {
        self.lend(Role::Writer, deadline.saturating_duration_since(Instant::now()))
    }

    /// A connection that reads.
    pub(super) fn reader(&self, wait: Duration) -> Outcome<Lent<'_>> {
        self.lend(Role::Reader, wait)
    }

    fn lend(&self, role: Role, wait: Duration) -> Outcome<Lent<'_>> {
        self.page.still_there()?;
        let mut pool = lock(&self.pool);
        if pool.files.is_some_and(|files| files != self.files()) {
            // What memory knows may be of another file.
            self.pulse.all_moved();
            // SQLite shares the open files among the connections of a process: a new connection would take up the old
            // files as long as one other is open.
            pool.close_all();
            if pool.lent > 0 {
                return Err(Error::new(
                    ErrorKind::Undetermined,
                    "another program in this process opened and closed the store's file, or replaced it; nothing was \
                     done: keep other programs out of it, and ask again with the same key",
                )
                .into());
            }
            pool.files = None;
        }
        let idle = match role {
            Role::Writer => pool.writer.take(),
            Role::Reader => pool.readers.pop(),
        };
        let sql = match idle {
            Some(sql) => {
                sql.busy_timeout(wait.min(LONGEST_WAIT))?;
                sql
            }
            None => {
                let writes = role == Role::Writer || pool.files.is_none();
                let sql = connect_beside(&self.store, OpenFlags::SQLITE_OPEN_READ_WRITE, wait, writes)?;
                if role == Role::Reader {
                    sql.pragma_update(None, "query_only", true)?;
                }
                sql
            }
        };
        if pool.files.is_none() {
            pool.files = Some(self.files());
        }
        pool.lent += 1;
        Ok(Lent { sql, role, count: Count(self) })
    }

    /// Whether the files are still those that the connections have open.
    pub(super) fn files_are_current(&self) -> bool {
        lock(&self.pool).files == Some(self.files())
    }

    fn files(&self) -> Files {
        Files::of(&self.store, &self.log, &self.index)
    }

    pub(super) fn long_call(&self) -> LongCall<'_> {
        self.long_calls.fetch_add(1, SeqCst);
        LongCall(self)
    }

    pub(super) fn has_long_calls(&self) -> bool {
        self.long_calls.load(SeqCst) > 0
    }

    /// Closes what lies here and leaves the log to others.
    pub(super) fn close_quietly(&self) {
        lock(&self.pool).close_all();
    }

    /// Closes what lies here; the last process of all copies the log into the store and deletes it. `_held` proves that
    /// nobody writes meanwhile.
    pub(super) fn close(&self, _held: &Held<'_>) {
        let mut pool = lock(&self.pool);
        let current = pool.files == Some(self.files());
        let writer = pool.writer.take();
        pool.close_all();
        if let Some(writer) = writer.filter(|_| current) {
            let _ = writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        }
    }
}

impl Pool {
    fn close_all(&mut self) {
        self.readers.clear();
        self.writer = None;
    }
}

impl Lent<'_> {
    /// Gives the connection back for the next call; its transaction must be over.
    pub(super) fn put_back(self) {
        let Self { sql, role, count } = self;
        let mut pool = lock(&count.0.pool);
        match role {
            Role::Writer => pool.writer = Some(sql),
            Role::Reader if pool.readers.len() < IDLE_READERS => pool.readers.push(sql),
            Role::Reader => drop(sql),
        }
    }
}
