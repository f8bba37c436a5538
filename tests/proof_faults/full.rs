//! A disk that is full.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use obligor::engine::{Engine, ImportRequest};
use obligor::error::{Error, ErrorKind};
use obligor::ffi::order::{obligor_order_check, obligor_order_reserve};
use obligor::ffi::status::{OBLIGOR_E_UNDETERMINED, OBLIGOR_OK};
use obligor::ffi::upkeep::obligor_backup;
use obligor::import::Control;
use obligor::reason::Outcome;

use crate::common::places::postgres_server::machine::wait_until;
use crate::common::{customer, key, order};
use crate::disk::Disk;
use crate::{assert_kept, assert_sound, ffi_host, open, reserve, times};

const CALLERS: usize = 4;

/// Says what is wrong and what to do, as a person needs it.
fn assert_full(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Undetermined, "{error}");
    assert!(error.message().contains("the disk is full; make room, then ask again with the same key"), "{error}");
}

/// What the callers have come to.
#[derive(Default)]
struct Tally {
    acknowledged: [AtomicUsize; CALLERS],
    failed: [AtomicUsize; CALLERS],
    stop: AtomicBool,
}

impl Tally {
    fn of(counts: &[AtomicUsize; CALLERS]) -> [usize; CALLERS] {
        std::array::from_fn(|caller| counts[caller].load(SeqCst))
    }

    /// Waits until every caller has so many more.
    fn wait(counts: &[AtomicUsize; CALLERS], what: &str, more: usize) {
        let before = Self::of(counts);
        wait_until(what, || Self::of(counts).iter().zip(before).all(|(now, before)| *now >= before + more));
    }
}

/// Ends the callers when it is dropped, also where the test fails.
struct End<'a>(&'a Tally);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, SeqCst);
    }
}

/// Reserves one crown after the other, each until it is decided. Returns what was acknowledged, and how much of it was on
/// record already when its call had failed.
fn caller(engine: &Engine, caller: usize, tally: &Tally) -> (Vec<(String, u64)>, usize) {
    let (mut acknowledged, mut done_though_failed) = (Vec::new(), 0);
    while !tally.stop.load(SeqCst) {
        let document = format!("SO-{caller}-{}", acknowledged.len());
        let (decision, repeated) = loop {
            match reserve(engine, &document) {
                Ok(decided) => break decided,
                Err(error) => {
                    assert_full(&error);
                    if tally.stop.load(SeqCst) {
                        return (acknowledged, done_though_failed);
                    }
                    tally.failed[caller].fetch_add(1, SeqCst);
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        };
        done_though_failed += usize::from(repeated);
        acknowledged.push((document, decision));
        tally.acknowledged[caller].fetch_add(1, SeqCst);
    }
    (acknowledged, done_though_failed)
}

#[test]
fn four_callers_on_a_disk_that_fills_lose_nothing() {
    let rounds = times(50);
    // With room for all that is acknowledged meanwhile.
    let disk = Disk::in_memory((16 + 2 * rounds as u64) << 10);
    let store = disk.join("credit.db");
    let engine = open(&store).unwrap();
    customer(&engine, "hot", "1000000.00 DKK");
    let tally = Tally::default();
    let (acknowledged, done_though_failed) = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|number| {
                scope.spawn({
                    let (engine, tally) = (&engine, &tally);
                    move || caller(engine, number, tally)
                })
            })
            .collect();
        let end = End(&tally);
        for round in 0..rounds {
            Tally::wait(&tally.acknowledged, "reservations on a disk with room", 5);
            // In the middle of whatever is being written, and with a little room left now and then.
            disk.fill((round % 3) as u64 * 5000);
            Tally::wait(&tally.failed, "reservations that fail on a full disk", 3);
            look_around(&engine, &disk);
            disk.free();
        }
        Tally::wait(&tally.acknowledged, "reservations behind it all", 5);
        drop(end);
        let told = callers.into_iter().map(|caller| caller.join().unwrap());
        told.reduce(|(mut all, done), (more, too)| {
            all.extend(more);
            (all, done + too)
        })
        .unwrap()
    });
    assert_kept(&engine, &acknowledged);
    drop(engine);
    assert_kept(&open(&store).unwrap(), &acknowledged);
    let failed: usize = Tally::of(&tally.failed).iter().sum();
    println!(
        "the disk was full {rounds} times: {} acknowledged, none lost, {failed} calls undetermined, {done_though_failed} \
         of them were done",
        acknowledged.len()
    );
}

/// What can be answered is answered while the disk is full, and what cannot be written leaves nothing half done.
fn look_around(engine: &Engine, disk: &Disk) {
    let asked = engine.check(&order("hot", "", "", "5.00 DKK")).unwrap();
    assert_eq!(asked.decision.outcome, Outcome::Approve);
    assert_eq!(engine.check(&order("hot", "SO-0-0", "", "2.00 DKK")).unwrap().decision.increase.minor, 1_00);
    assert!(engine.decision(1).is_ok() && engine.resolve(&key("hot")).is_ok());
    let refused = engine.check(&order("hot", "", "", "1000001.00 DKK")).unwrap();
    assert_eq!(refused.decision.outcome, Outcome::Refuse);
    let copy = disk.join("copy.db");
    assert_full(&engine.backup(&copy).unwrap_err());
    assert!(!copy.exists(), "half a copy is none");
}

#[test]
fn a_host_in_c_is_told_and_goes_on_with_the_same_handle() {
    let disk = Disk::in_memory(8 << 10);
    let engine = ffi_host::open(&disk.path()).unwrap();
    let import = |kind, content| ffi_host::import(engine, kind, content, None, std::ptr::null_mut());
    import("customers", ffi_host::CUSTOMERS).unwrap();
    import("limits", ffi_host::LIMITS).unwrap();
    disk.fill(0);
    let mut granted = 0;
    let ask = |number: i64| {
        let name = format!("SO-{number}");
        ffi_host::ask(obligor_order_reserve, engine, &ffi_host::order("1003", &name, &name, 1_00))
    };
    let status = loop {
        match ask(granted) {
            Ok(_) => granted += 1,
            Err(status) => break status,
        }
    };
    let said = || assert!(ffi_host::last_error().contains("the disk is full; make room"), "{}", ffi_host::last_error());
    assert_eq!(status, OBLIGOR_E_UNDETERMINED);
    said();
    let items: String = (0..2000).map(|number| format!("NW01,1003,I-{number},1.00,DKK,2026-12-24\n")).collect();
    let items = format!("company,customer,number,residual,currency,due\n{items}");
    assert_eq!(import("open_items", &items), Err(OBLIGOR_E_UNDETERMINED));
    said();
    let copy = disk.join("copy.db");
    let (path, length) = ffi_host::text(copy.to_str().unwrap());
    // SAFETY: the text lives through the call.
    assert_eq!(unsafe { obligor_backup(engine, path, length) }, OBLIGOR_E_UNDETERMINED);
    said();
    let (decision, _) = ffi_host::ask(obligor_order_check, engine, &ffi_host::order("1003", "", "", 100)).unwrap();
    assert_eq!(decision.exposure_after, (granted + 1) * 1_00);

    disk.free();
    assert_eq!(ask(granted).unwrap().0.exposure_after, (granted + 1) * 1_00);
    import("open_items", &items).unwrap();
    // SAFETY: as above.
    assert_eq!(unsafe { obligor_backup(engine, path, length) }, OBLIGOR_OK);
    let found = ffi_host::call(engine, "account.get", r#"{"account":{"company":"NW01","customer":"1003"}}"#, 4096);
    let exposure = format!("\"exposure\":\"{}.00 DKK\"", granted + 1 + 2000);
    assert!(found.as_ref().is_ok_and(|text| text.contains(&exposure)), "{found:?} without {exposure}");
    assert_eq!(ffi_host::close(engine), OBLIGOR_OK);
    assert_sound(&open(&disk.join("credit.db")).unwrap());
}

/// However little room there is for a store, it is made whole, or not and once there is room.
#[test]
fn a_store_that_finds_no_room_is_made_when_there_is_some() {
    let step = if times(10) == 10 { 4 << 10 } else { 28 << 10 };
    let (mut refused, mut made) = (0, 0);
    for room in (0..1 << 20).step_by(step) {
        let disk = Disk::in_memory(2 << 10);
        let store = disk.join("credit.db");
        disk.fill(room);
        match open(&store) {
            Ok(engine) => {
                made += 1;
                drop(engine);
            }
            Err(error) => {
                refused += 1;
                assert!(
                    matches!(error.kind(), ErrorKind::Undetermined | ErrorKind::Io),
                    "{room}: {:?} {error}",
                    error.kind()
                );
                assert!(error.message().contains("the disk is full; make room"), "{room}: {error}");
            }
        }
        disk.free();
        let engine = open(&store).unwrap_or_else(|error| panic!("{room}: {error}"));
        customer(&engine, "hot", "10.00 DKK");
        let first = reserve(&engine, "SO-1").unwrap().0;
        assert_kept(&engine, &[("SO-1".to_owned(), first)]);
    }
    assert!(refused > 0 && made > 0, "{refused} {made}");
    println!("of {} stores {refused} found no room at first", refused + made);
}

/// A store that is there opens, or says why not, on a full disk as well; and an import is taken whole or not at all.
#[test]
fn a_full_disk_at_opening_and_an_import_that_does_not_fit() {
    let disk = Disk::in_memory(8 << 10);
    let store = disk.join("credit.db");
    let engine = open(&store).unwrap();
    customer(&engine, "hot", "100000.00 DKK");
    let first = reserve(&engine, "SO-1").unwrap().0;
    drop(engine);
    disk.fill(0);
    for _ in 0..3 {
        match open(&store) {
            Ok(engine) => assert_eq!(reserve(&engine, "SO-1").map_err(|error| assert_full(&error)), Ok((first, true))),
            Err(error) => assert!(error.message().contains("the disk is full; make room"), "{error}"),
        }
    }
    disk.free();
    let engine = open(&store).unwrap();
    disk.fill(256 << 10);
    let rows: String = (0..20_000).map(|number| format!("NW01,hot,I-{number},1.00,DKK,2099-12-24\n")).collect();
    let request = ImportRequest {
        kind: "open_items".to_owned(),
        text: Some(format!("company,customer,number,residual,currency,due\n{rows}")),
        ..ImportRequest::default()
    };
    assert_full(&engine.import(&request, &mut |_| Control::Continue).unwrap_err());
    assert_kept(&engine, &[("SO-1".to_owned(), first)]);
    disk.free();
    engine.import(&request, &mut |_| Control::Continue).unwrap();
    let id = engine.resolve(&key("hot")).unwrap();
    assert_eq!(engine.position_of(id).unwrap().exposure.to_string(), "20001.00 DKK");
    assert_sound(&engine);
}
