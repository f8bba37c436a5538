//! Pages of the file that are damaged, while it is closed and while it is open.

use std::path::{Path, PathBuf};

use obligor::engine::Engine;
use obligor::error::{ErrorKind, Result};
use obligor::ffi::order::obligor_order_reserve;
use obligor::ffi::status::{OBLIGOR_E_STORE, OBLIGOR_OK};
use obligor::reason::Outcome;
use tempfile::TempDir;

use crate::common::{customer, key, order};
use crate::disk::overwrite;
use crate::{assert_kept, assert_sound, ffi_host, open, reserve, times};

const PAGE: usize = 4096;
/// Orders of the customer who has room.
const ORDERS: usize = 60;

/// What becomes of a page.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// Another file's bytes, as after a mistake of the file system.
    Garbage,
    /// Nothing, as where a write was lost.
    Zeros,
    /// One of its eight sectors was never written.
    Sector(usize),
    /// The page as another one is, as where a write went astray.
    Astray,
}

impl Damage {
    const ALL: [Self; 11] = [
        Self::Garbage,
        Self::Zeros,
        Self::Astray,
        Self::Sector(0),
        Self::Sector(1),
        Self::Sector(2),
        Self::Sector(3),
        Self::Sector(4),
        Self::Sector(5),
        Self::Sector(6),
        Self::Sector(7),
    ];

    /// Where in the file to write what.
    fn to(self, sound: &[u8], page: usize) -> (usize, Vec<u8>) {
        let at = page * PAGE;
        match self {
            Self::Garbage => (at, (0..PAGE).map(|n| (n * 31 + page * 7 + n / 3) as u8).collect()),
            Self::Zeros => (at, vec![0; PAGE]),
            Self::Sector(sector) => (at + sector * PAGE / 8, vec![0; PAGE / 8]),
            Self::Astray => {
                let other = (page + 3) % (sound.len() / PAGE);
                (at, sound[other * PAGE..(other + 1) * PAGE].to_vec())
            }
        }
    }
}

/// A store that is closed, a copy of it, and what was acknowledged.
struct Shop {
    folder: TempDir,
    sound: Vec<u8>,
    acknowledged: Vec<(String, u64)>,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let engine = open(&folder.path().join("credit.db")).unwrap();
        customer(&engine, "hot", "1000000.00 DKK");
        customer(&engine, "spent", "100.00 DKK");
        let spent = order("spent", "SO-spent", "SO-spent", "100.00 DKK");
        assert_eq!(engine.reserve(&spent).unwrap().decision.outcome, Outcome::Approve);
        let acknowledged = (0..ORDERS).map(|number| format!("SO-{number}"));
        let acknowledged = acknowledged.map(|document| (document.clone(), reserve(&engine, &document).unwrap().0));
        let acknowledged = acknowledged.collect();
        engine.backup(&folder.path().join("backup.db")).unwrap();
        drop(engine);
        let sound = std::fs::read(folder.path().join("credit.db")).unwrap();
        assert!(!folder.path().join("credit.db-wal").exists(), "all of it is in the file");
        Self { folder, sound, acknowledged }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("credit.db")
    }

    /// Puts bytes in place of the store, as somebody does who restores one.
    fn put(&self, bytes: &[u8]) {
        for beside in ["credit.db-wal", "credit.db-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(beside));
        }
        std::fs::write(self.store(), bytes).unwrap();
    }

    /// What is there that a damage would take away.
    fn bytes(&self, case: Case) -> &[u8] {
        let (at, damaged) = case.damage.to(&self.sound, case.page);
        &self.sound[at..at + damaged.len()]
    }
}

/// A page, and what becomes of it.
#[derive(Debug, Clone, Copy)]
struct Case {
    page: usize,
    damage: Damage,
}

impl Case {
    /// Each page in every way, or in some where there is little time.
    fn all(shop: &Shop) -> Vec<Self> {
        let pages = 0..shop.sound.len() / PAGE;
        let cases = pages.flat_map(|page| Damage::ALL.map(|damage| Self { page, damage }));
        let step = if times(10) == 10 { 1 } else { 3 };
        cases.step_by(step).filter(|case| case.damage.to(&shop.sound, case.page).1 != shop.bytes(*case)).collect()
    }

    /// An answer, or the error that the file is damaged. What is left of a page that is damaged in part, or stands for
    /// another, may look whole and lack rows: then somebody is not known, or an order not as it was.
    fn told<T>(self, result: Result<T>) -> Option<T> {
        match result {
            Ok(answer) => Some(answer),
            Err(error) => {
                let looks_whole = matches!(self.damage, Damage::Astray | Damage::Sector(_));
                let lacks = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::State);
                assert!(
                    error.kind() == ErrorKind::Store || looks_whole && lacks,
                    "{self:?}: {:?} {error}",
                    error.kind()
                );
                None
            }
        }
    }

    /// Asks for this and that. Returns whether everything was answered, rightly.
    fn ask(self, engine: &Engine, shop: &Shop) -> bool {
        let checked = self.told(engine.check(&order("spent", "", "", "1.00 DKK")));
        let held = self.told(engine.reserve(&order("spent", "SO-more", "SO-more", "1.00 DKK")));
        for answer in checked.iter().chain(&held) {
            assert!(!answer.decision.outcome.grants(), "{self:?}: granted what is not there");
        }
        let mut all = checked.is_some() && held.is_some();
        for (document, decision) in shop.acknowledged.iter().step_by(7) {
            let again = self.told(reserve(engine, document));
            assert!(again.is_none_or(|again| again == (*decision, true)), "{self:?}: {document} was granted again");
            all &= again.is_some();
        }
        let id = self.told(engine.resolve(&key("hot")));
        let exposure = id.and_then(|id| self.told(engine.position_of(id))).map(|position| position.exposure.minor);
        assert!(exposure.is_none_or(|exposure| exposure == 100 * ORDERS as i64), "{self:?}: {exposure:?}");
        all && exposure.is_some()
    }

    /// Whether the check of everything finds nothing.
    fn is_sound(self, engine: &Engine) -> bool {
        self.told(engine.verify(&mut |_, _| true)).is_some_and(|found| found.faults.is_empty())
    }
}

#[test]
fn no_page_that_is_damaged_in_a_closed_file_makes_a_wrong_answer() {
    let shop = Shop::new();
    let (mut refused, mut met, mut found) = (0, 0, 0);
    let cases = Case::all(&shop);
    for case in &cases {
        let (at, damaged) = case.damage.to(&shop.sound, case.page);
        let mut bytes = shop.sound.clone();
        bytes[at..at + damaged.len()].copy_from_slice(&damaged);
        shop.put(&bytes);
        let Some(engine) = case.told(open(&shop.store())) else {
            refused += 1;
            continue;
        };
        let sound = case.is_sound(&engine);
        let answered = case.ask(&engine, &shop);
        assert!(answered || !sound, "{case:?}: a call met what the check did not find");
        met += usize::from(!answered);
        found += usize::from(!sound);
    }
    println!(
        "{} damaged files: {refused} were not opened, in {met} a call met the damage, in {found} the check found it",
        cases.len()
    );
    assert!(refused > 0 && met > 0 && found > met);
    let engine = restored(&shop);
    assert_kept(&engine, &shop.acknowledged);
}

/// The store after its backup was put in its place.
fn restored(shop: &Shop) -> Engine {
    shop.put(&std::fs::read(shop.folder.path().join("backup.db")).unwrap());
    open(&shop.store()).unwrap()
}

#[test]
fn no_page_that_is_damaged_in_an_open_file_makes_a_wrong_answer() {
    let shop = Shop::new();
    let (mut met, mut found) = (0, 0);
    let cases = Case::all(&shop);
    for case in &cases {
        shop.put(&shop.sound);
        let engine = open(&shop.store()).unwrap();
        let (at, damaged) = case.damage.to(&shop.sound, case.page);
        overwrite(&shop.store(), at, &damaged);
        met += usize::from(!case.ask(&engine, &shop));
        found += usize::from(!case.is_sound(&engine));
    }
    println!(
        "{} files damaged under an engine: in {met} a call met the damage, in {found} the check found it",
        cases.len()
    );
    assert!(met > 0 && found > met);
    let engine = restored(&shop);
    assert_kept(&engine, &shop.acknowledged);
}

/// Where the accounts lie.
fn root_of_accounts(store: &Path) -> usize {
    let sql = rusqlite::Connection::open(store).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'account'";
    sql.query_row(root, [], |row| row.get::<_, u32>(0)).unwrap() as usize - 1
}

#[test]
fn a_host_in_c_is_told_to_restore_a_backup_and_does() {
    let shop = Shop::new();
    let root = root_of_accounts(&shop.store());
    let (at, damaged) = Damage::Garbage.to(&shop.sound, root);
    overwrite(&shop.store(), at, &damaged);
    let engine = ffi_host::open(shop.folder.path()).unwrap();
    let asked = ffi_host::order("hot", "SO-new", "SO-new", 1_00);
    assert_eq!(ffi_host::ask(obligor_order_reserve, engine, &asked).err(), Some(OBLIGOR_E_STORE));
    assert!(ffi_host::last_error().contains("run a verification and restore a backup"), "{}", ffi_host::last_error());
    let about = r#"{"account":{"company":"NW01","customer":"hot"}}"#;
    assert_eq!(ffi_host::call(engine, "account.get", about, 4096).err(), Some(OBLIGOR_E_STORE));
    let found = ffi_host::call(engine, "verify", "{}", 65536);
    assert!(found.as_ref().is_ok_and(|text| text.contains("damaged")), "{found:?}");
    assert_eq!(ffi_host::close(engine), OBLIGOR_OK);
    assert_sound(&restored(&shop));
    let engine = ffi_host::open(shop.folder.path()).unwrap();
    assert_eq!(
        ffi_host::ask(obligor_order_reserve, engine, &asked).unwrap().0.exposure_after,
        (ORDERS as i64 + 1) * 1_00
    );
    assert_eq!(ffi_host::close(engine), OBLIGOR_OK);
}
