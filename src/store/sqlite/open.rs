//! Opening a store: is the place fit, is nobody of this process there already, is the file ours and of our version.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::connections::{Connections, connect};
use super::guard::{OwnerFile, WriterLock, io_error};
use super::shared_page::PageFile;
use super::{SqliteStore, backup, fork_gate, inherited, schema};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Made;
use crate::store::group::Queue;
use crate::store::sql::database::READ_WAIT;
use crate::store::sql::fault::Outcome;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Make the store if it is not there. Otherwise a missing file is [`ErrorKind::NotFound`].
    pub create: bool,
    /// How long to wait for another process that is making or upgrading the store.
    pub wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { create: false, wait: Duration::from_secs(10) }
    }
}

impl SqliteStore {
    /// Opens the store in this file. Beside it SQLite keeps `-wal` and `-shm`, and this library `.writer`, `.queue`,
    /// `.pulse` and one `.owner-…` for each process; all belong together, and stay where they are while it is open.
    ///
    /// # Errors
    /// - `NotFound`: there is no such file, and `options.create` is not set.
    /// - `Unsupported`: the file system shares files between machines, and cannot keep the store's promises.
    /// - `InUse`: this process has the store open already.
    /// - `Forked`: the process is a child that must not use SQLite, or not on this file.
    /// - `Store`: the file is damaged or not one of ours. `TooNew`: a newer library wrote it.
    /// - `Config`: the state moved to another store, or a move into this one was not finished.
    /// - `Io`: the file or its folder cannot be read and written. `Undetermined`: another process holds it.
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        let (store, _) = Self::open_house(path, options)?;
        store.reading(READ_WAIT, |_| Ok(())).map_err(|error| error.at(store.connections.store.display()))?;
        Ok(store)
    }

    /// Opens it for a move, be its state elsewhere or not all here.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], without `Config`.
    pub(in crate::store) fn open_house(path: &Path, options: Options) -> Result<(Self, Made)> {
        let store = settle(path, options.create)?;
        refuse_network(&store)?;
        let owner = OwnerFile::take(&store)?;
        match prepare(&store, &options) {
            Ok((connections, made)) => Ok((
                Self {
                    process: std::process::id(),
                    connections,
                    owner: Some(owner),
                    queue: Queue::default(),
                    commits: AtomicU64::new(0),
                    watch: None,
                },
                made,
            )),
            Err(fault) => {
                owner.give_back();
                Err(fault.0.at(store.display()))
            }
        }
    }
}

fn prepare(store: &Path, options: &Options) -> Outcome<(Arc<Connections>, Made)> {
    let pass = fork_gate::enter();
    inherited::admit(store, &pass)?;
    let deadline = Instant::now() + options.wait;
    let writer_lock = WriterLock::open(store)?;
    let is_new = !store.exists();
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    if options.create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let mut sql: Connection = connect(store, flags, READ_WAIT.min(options.wait))?;
    let from = schema::bring_up(&mut sql, store, &writer_lock, schema::STEPS, options.create, deadline)?;
    if is_new {
        backup::sync_folder(store)?;
    }
    let page = PageFile::open(store, &writer_lock, deadline)?;
    let connections = Arc::new(Connections::new(store.to_owned(), writer_lock, page, sql)?);
    if let Some(_held) = connections.writer_lock.acquire_now() {
        // A power loss may have kept one part of the page and not another.
        connections.pulse.mend();
    }
    inherited::enlist(&connections, &pass);
    Ok((connections, Made { from, to: schema::STEPS.len() }))
}

/// The store's one name: absolute, links followed, so that two ways to it meet in the same lock files.
fn settle(path: &Path, create: bool) -> Result<PathBuf> {
    refuse_remote_name(path)?;
    let missing = |place: &Path| {
        Error::new(
            ErrorKind::NotFound,
            format!("there is no store at {}; check the path, or have it created", place.display()),
        )
    };
    match real_path(path) {
        Ok(real) => Ok(real),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && create => {
            let name = path.file_name().ok_or_else(|| missing(path))?;
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let folder = real_path(folder).map_err(|e| io_error("cannot use the folder", folder, &e))?;
            Ok(folder.join(name))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(missing(path)),
        Err(e) => Err(io_error("cannot use the path", path, &e)),
    }
}

#[cfg(unix)]
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    path.canonicalize()
}

/// On Windows the canonical form is one that SQLite and people do not know.
#[cfg(not(unix))]
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    path.metadata()?;
    std::path::absolute(path)
}

/// Refuses `\\server\share\…`. Such a name has no meaning on Unix, where the file system is asked instead.
fn refuse_remote_name(path: &Path) -> Result<()> {
    let name = path.to_string_lossy();
    let is_separator = |c: char| c == '\\' || c == '/';
    let mut start = name.chars();
    let remote = cfg!(windows)
        && start.next().is_some_and(is_separator)
        && start.next().is_some_and(is_separator)
        && !is_verbatim_drive(&name);
    if remote { Err(on_network(path, "a network share")) } else { Ok(()) }
}

/// `\\?\C:\…` is a local name in spite of its start.
fn is_verbatim_drive(name: &str) -> bool {
    name.strip_prefix(r"\\?\").is_some_and(|rest| rest.as_bytes().get(1) == Some(&b':'))
}

fn on_network(path: &Path, what: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "{} is on {what}, where locks and shared memory do not hold between machines and orders would be lost; \
             put the store on a local disk",
            path.display()
        ),
    )
}

/// File systems that share files between machines, or between a machine and its guest, by their number in `statfs`.
///
/// FUSE is among them: what its locks and its shared memory are worth depends on a program we do not know (`sshfs`,
/// object stores, the shared folders of container desktops), and most of those are network file systems.
#[cfg(target_os = "linux")]
const SHARED: &[(u32, &str)] = &[
    (0x0000_6969, "NFS"),
    (0x0000_517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB 2"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x0000_564c, "NCP"),
    (0x0bd0_0bd0, "Lustre"),
    (0x00c3_6400, "Ceph"),
    (0x4750_4653, "GPFS"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
    (0xaad7_aaea, "PanFS"),
    (0x1983_0326, "FhGFS"),
    (0x786f_4256, "a shared folder of VirtualBox"),
    (0xbacb_acbc, "a shared folder of VMware"),
];

/// Asks the file system of the store's folder whether it shares files between machines.
#[cfg(target_os = "linux")]
fn refuse_network(store: &Path) -> Result<()> {
    let folder = store.parent().unwrap_or(store);
    let stat = rustix::fs::statfs(folder).map_err(|e| io_error("cannot ask the file system of", folder, &e.into()))?;
    // The number has 32 bits; the field is wider or signed on some machines.
    let number = stat.f_type as u32;
    match SHARED.iter().find(|(shared, _)| *shared == number) {
        Some((_, name)) => Err(on_network(store, name)),
        None => Ok(()),
    }
}

/// Asks the file system of the store's folder whether it is local.
#[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
fn refuse_network(store: &Path) -> Result<()> {
    /// `MNT_LOCAL` of `sys/mount.h`, the same on both.
    const MNT_LOCAL: u64 = 0x1000;
    let folder = store.parent().unwrap_or(store);
    let stat = rustix::fs::statfs(folder).map_err(|e| io_error("cannot ask the file system of", folder, &e.into()))?;
    if u64::from(stat.f_flags) & MNT_LOCAL == 0 {
        return Err(on_network(store, "a network file system"));
    }
    Ok(())
}

/// Where the file system cannot be asked, the name was all there was to go by.
#[cfg(not(any(target_os = "linux", target_vendor = "apple", target_os = "freebsd")))]
fn refuse_network(_store: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_is_local_by_whatever_name() {
        assert!(is_verbatim_drive(r"\\?\C:\obligor\store"));
        assert!(!is_verbatim_drive(r"\\?\UNC\server\share\store"));
        assert!(!is_verbatim_drive(r"\\server\share\store"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn shared_file_systems_are_listed_once() {
        let mut numbers: Vec<u32> = SHARED.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), SHARED.len());
        assert!(refuse_network(&std::env::temp_dir().join("store")).is_ok());
    }
}
