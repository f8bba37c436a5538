//! The page that all processes of a machine share: the pulse of a store, in the file `<store>.pulse` beside it.
//!
//! Beside a call in `heap.rs` this is the one place outside `src/ffi` with `unsafe`. Memory that other processes write to has no safe interface:
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

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant as Deadline};

    use super::super::batch::command;
    use super::super::{Options, SqliteStore};
    use super::*;
    use crate::calendar::{Day, Instant};
    use crate::credit::{AccountFacts, AccountId, Limit, LimitKind, Status};
    use crate::money::Currency;
    use crate::store::pulse::Stamp;
    use crate::store::sql::Touched;
    use crate::store::sql::load::RowLoader;
    use crate::store::{AccountKey, AccountRecord, AccountRef, Ask, Customer, LimitOwner, LimitRecord, Loader, Store};

    const NOW: Instant = Instant(1_795_000_000_000);
    const TODAY: Day = Day(20_779);
    /// Set in a process that is to die: when, and in which store.
    const DIES: &str = "OBLIGOR_TEST_DIES";
    const STORE: &str = "OBLIGOR_TEST_STORE";

    fn soon() -> Deadline {
        Deadline::now() + Duration::from_secs(60)
    }

    fn open(path: &Path) -> Result<SqliteStore> {
        SqliteStore::open(path, Options { create: true, ..Options::default() })
    }

    fn dkk() -> Currency {
        Currency::parse("DKK").unwrap()
    }

    fn key(customer: &str) -> AccountKey {
        AccountKey { company: "NORD".to_owned(), customer: customer.to_owned() }
    }

    fn limit(customer: &str, amount: i64) -> LimitRecord {
        let limit = Limit::always(LimitKind::Base, Some(amount));
        LimitRecord { owner: LimitOwner::Account(key(customer)), currency: dkk(), limit }
    }

    fn put_debtor(store: &SqliteStore, number: &str) -> AccountId {
        let customer = Customer { number: number.to_owned(), ..Customer::default() };
        let account =
            AccountRecord { key: key(number), currency: dkk(), status: Status::Ok, profile: None, pools: None };
        let mut work = |load: &mut dyn Loader| {
            load.put_customer(&customer)?;
            load.put_account(&account)?;
            load.put_limit(&limit(number, 100)).map(drop)
        };
        store.load(NOW, TODAY, &mut work, soon()).unwrap();
        store.resolve(&key(number), soon()).unwrap().unwrap()
    }

    fn facts(store: &SqliteStore, id: AccountId) -> AccountFacts {
        let ask = Ask {
            account: AccountRef::Id(id),
            document: String::new(),
            item: String::new(),
            key: None,
            overdue_to: TODAY,
            horizon_to: Day::MAX,
            today: TODAY,
            now: NOW,
        };
        store.facts(&ask, soon()).unwrap().account.unwrap()
    }

    /// Raises the limit of customer 10 to 900 as a load does, and ends the process before or behind the commit.
    fn die(store: &SqliteStore, when: &str) {
        let _lead = store.lead(soon()).unwrap();
        let held = store.connections.writer_lock.acquire(soon()).unwrap();
        let lent = store.connections.writer(&held, soon()).unwrap();
        let beat = store.beat(&held);
        command(&lent.sql, "BEGIN IMMEDIATE").unwrap();
        let touched = Touched::by(&beat);
        let mut load = RowLoader::new(store.writing(&lent.sql, &touched), NOW, TODAY);
        load.put_limit(&limit("10", 900)).unwrap();
        load.flush().unwrap();
        beat.commit(|| {
            if when == "behind" {
                command(&lent.sql, "COMMIT").unwrap();
            }
            std::process::exit(77);
        });
    }

    #[test]
    fn nobody_believes_old_facts_when_a_writer_died_in_the_middle() {
        const THIS: &str =
            "store::sqlite::shared_page::tests::nobody_believes_old_facts_when_a_writer_died_in_the_middle";
        if let (Ok(when), Some(path)) = (std::env::var(DIES), std::env::var_os(STORE)) {
            die(&open(Path::new(&path)).unwrap(), &when);
            return;
        }
        for (when, amount) in [("before", 100), ("behind", 900)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("store");
            let store = open(&path).unwrap();
            let (id, other) = (put_debtor(&store, "10"), put_debtor(&store, "11"));
            let current = |id: AccountId, stamp: &Stamp| store.pulse().is_current(id, stamp, false);
            let (before, alone) = (store.pulse().stamp(id), store.pulse().stamp(other));
            assert!(current(id, &before) && current(other, &alone));
            let died = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", THIS])
                .env(DIES, when)
                .env(STORE, &path)
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert_eq!(died.code(), Some(77));
            // What was read before is old, and what is read now is not sure: it must be read again each time.
            assert!(!current(id, &before) && current(other, &alone), "{when}");
            let between = store.pulse().stamp(id);
            assert_eq!(facts(&store, id).limits[0].amount, Some(amount), "{when}");
            assert!(!current(id, &between), "{when}");
            // The next writer mends it, whatever it writes.
            put_debtor(&store, "12");
            assert!(!current(id, &before) && !current(id, &between), "{when}");
            let mended = store.pulse().stamp(id);
            assert_eq!(facts(&store, id).limits[0].amount, Some(amount), "{when}");
            assert!(current(id, &mended) && current(other, &alone), "{when}");
            assert_eq!(store.verify(&mut |_, _| true).unwrap().faults, Vec::<String>::new());
        }
    }

    #[test]
    fn a_page_that_was_left_odd_is_mended_by_who_opens_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let id = put_debtor(&open(&path).unwrap(), "10");
        let page = beside(&path, ".pulse");
        let mut bytes = std::fs::read(&page).unwrap();
        assert_eq!(bytes.len(), LENGTH);
        // Every word is odd but the mark of a writer, as a power loss may leave them.
        bytes[HEAD.len()..].chunks_mut(8).for_each(|word| word.copy_from_slice(&u64::MAX.to_ne_bytes()));
        bytes[HEAD.len() + 16..HEAD.len() + 24].fill(0);
        std::fs::write(&page, &bytes).unwrap();
        let store = open(&path).unwrap();
        let stamp = store.pulse().stamp(id);
        assert!(store.pulse().is_current(id, &stamp, true));
        put_debtor(&store, "11");
        assert_eq!(
            (store.pulse().is_current(id, &stamp, false), store.pulse().is_current(id, &stamp, true)),
            (true, false)
        );
    }

    #[test]
    fn a_page_is_made_whole_and_what_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let page = beside(&path, ".pulse");
        for half in [&b""[..], &HEAD[..10], &HEAD, &[&HEAD[..], &[0; 1000]].concat()] {
            std::fs::write(&page, half).unwrap();
            let id = put_debtor(&open(&path).unwrap(), "10");
            let store = open(&path).unwrap();
            let stamp = store.pulse().stamp(id);
            assert!(store.pulse().is_current(id, &stamp, true));
            assert_eq!(std::fs::metadata(&page).unwrap().len(), LENGTH as u64);
        }
        let foreign = b"somebody's notes".repeat(50_000);
        for foreign in [&foreign[..100], &foreign] {
            std::fs::write(&page, foreign).unwrap();
            let error = open(&path).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Io);
            assert!(error.message().contains("store.pulse is not a file of this library"), "{error}");
            assert_eq!(std::fs::read(&page).unwrap(), foreign);
        }
        std::fs::remove_file(&page).unwrap();
        std::fs::create_dir(&page).unwrap();
        assert_eq!(open(&path).err().unwrap().kind(), ErrorKind::Io);
        std::fs::remove_dir(&page).unwrap();
        drop(open(&path).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn a_page_that_is_gone_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let store = open(&path).unwrap();
        put_debtor(&store, "10");
        let page = beside(&path, ".pulse");
        std::fs::rename(&page, beside(&path, ".moved")).unwrap();
        let ask = || store.resolve(&key("10"), soon()).map(drop).map_err(|error| error.kind());
        assert_eq!(ask(), Err(ErrorKind::Io));
        // Another process makes a new one: it is not the one this process hears by.
        std::fs::write(&page, b"").unwrap();
        assert_eq!(ask(), Err(ErrorKind::Io));
        assert_eq!(store.expire(NOW, 1, soon()).unwrap_err().kind(), ErrorKind::Io);
        drop(store);
        assert!(open(&path).unwrap().resolve(&key("10"), soon()).unwrap().is_some());
    }
}
