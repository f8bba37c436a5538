//! The page that all processes of a machine share: the pulse of a store, in the file `<store>.pulse` beside it.
//!
//! This is the one place outside `src/ffi` with `unsafe`. Memory that other processes write to has no safe interface:
//! SQLite maps its `-shm` file the same way, for the same end, and all that is said of that file holds for this one.
//! What makes it sound is little: the words are only ever touched as atomics, any value of theirs is a good one, and the
//! file is never made shorter by us. It is written full when it is made, so that a page that is touched is there also
//! when the disk is full. Whoever cuts it short under a running process ends that process, as with `-shm`.
//!
//! The file may be deleted when no process has the store open. It holds nothing that is needed then.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use memmap2::{MmapOptions, MmapRaw};

use super::guard::{WriterLock, beside, io_error, is_still_there};
use crate::error::{Error, ErrorKind, Result};
use crate::store::pulse::Pulse;

/// What the file begins with, so that a file that is not ours is left alone.
const HEAD: [u8; 64] = *b"obligor: how often the store beside this file was written, v1\n\0\0";

/// How long the file is.
const LENGTH: usize = HEAD.len() + Pulse::WORDS * size_of::<AtomicU64>();

/// The file, open.
pub(super) struct PageFile {
    path: PathBuf,
    file: File,
}

/// The words of the file, as memory.
struct Page(MmapRaw);

impl PageFile {
    /// Opens the page of a store, and makes it if it is not there.
    ///
    /// # Errors
    /// `Io` when it cannot be made, read, written or mapped, or is somebody else's file; `Undetermined` when another
    /// process writes for so long that it cannot be made.
    pub(super) fn open(store: &Path, writer_lock: &WriterLock, deadline: Instant) -> Result<Self> {
        let path = beside(store, ".pulse");
        let failed = |error: std::io::Error| io_error("cannot use the shared page", &path, &error);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        if length(&file).map_err(failed)? < LENGTH as u64 {
            // One at a time; and whoever died while making it has mapped nothing.
            let _held = writer_lock.acquire(deadline)?;
            if length(&file).map_err(failed)? < LENGTH as u64 {
                refuse_others(&mut file, &path)?;
                make(&mut file).map_err(failed)?;
            }
        }
        refuse_others(&mut file, &path)?;
        Ok(Self { path, file })
    }

    /// The pulse in it.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn pulse(&self) -> Result<Pulse> {
        let map = MmapOptions::new()
            .len(LENGTH)
            .map_raw(&self.file)
            .map_err(|error| io_error("cannot map the shared page", &self.path, &error))?;
        Ok(Pulse::over(Box::new(Page(map))))
    }

    /// Makes sure that it is still the file that other processes find.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn still_there(&self) -> Result<()> {
        if is_still_there(&self.file, &self.path) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Io,
            format!(
                "{} was removed or replaced while the store is open, so processes no longer hear of each other; nothing \
                 was done: leave the files beside the store alone, close it in every process and open it again",
                self.path.display()
            ),
        ))
    }
}

impl AsRef<[AtomicU64]> for Page {
    fn as_ref(&self) -> &[AtomicU64] {
        const _: () = assert!(HEAD.len().is_multiple_of(align_of::<AtomicU64>()));
        // SAFETY: the map is LENGTH bytes long, begins at the start of a page of memory and lives as long as `self`; so
        // behind the head there are WORDS words, each where an AtomicU64 may be. Every pattern of bits is one of its
        // values. Nobody has a plain reference to this memory: here it is only seen as atomics, and other processes
        // change it with the same instructions.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(HEAD.len()).cast::<AtomicU64>(), Pulse::WORDS) }
    }
}

fn length(file: &File) -> std::io::Result<u64> {
    Ok(file.metadata()?.len())
}

/// Refuses a file that begins with something else than a page does, or than one that was half made.
fn refuse_others(file: &mut File, path: &Path) -> Result<()> {
    let mut head = Vec::with_capacity(HEAD.len());
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.take(HEAD.len() as u64).read_to_end(&mut head))
        .map_err(|error| io_error("cannot read the shared page", path, &error))?;
    if HEAD.starts_with(&head) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Io,
        format!("{} is not a file of this library, and stands where it keeps one; move it away", path.display()),
    ))
}

fn make(file: &mut File) -> std::io::Result<()> {
    let mut whole = vec![0; LENGTH];
    if let Some(head) = whole.get_mut(..HEAD.len()) {
        head.copy_from_slice(&HEAD);
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&whole)?;
    file.sync_all()
}
