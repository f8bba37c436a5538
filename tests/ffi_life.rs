//! How long things live on the C interface: handles, threads, panics, callbacks, kept answers.
#![cfg(feature = "test-hooks")]
#![allow(unsafe_code, reason = "the exports are called as C calls them")]

mod ffi_host;

use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::ThreadId;

use ffi_host::{CUSTOMERS, Host, LIMITS, answer, ask, call, close, import, last_error, open, order, resolve};
use obligor::ffi::decision::*;
use obligor::ffi::engine::*;
use obligor::ffi::order::*;
use obligor::ffi::source::*;
use obligor::ffi::status::*;

fn check(engine: u32) -> Result<i32, i32> {
    ask(obligor_order_check, engine, &order("1001", "", "", 100)).map(|(decision, _)| decision.outcome)
}

#[test]
fn a_store_is_opened_once_and_again_after_closing() {
    let host = Host::new();
    assert_eq!(open(host.folder.path()), Err(OBLIGOR_E_IN_USE));
    assert_eq!(close(host.engine), OBLIGOR_OK);
    let again = open(host.folder.path()).unwrap();
    assert_eq!(check(again), Ok(OBLIGOR_OUTCOME_APPROVE));
    assert_eq!(close(again), OBLIGOR_OK);
}

/// What a callback was told, and what it is to do.
struct Watched {
    engine: u32,
    threads: Mutex<Vec<ThreadId>>,
    calls: AtomicU64,
    inside: Box<dyn Fn(&Self) -> i32 + Send + Sync>,
}

impl Watched {
    fn new(engine: u32, inside: impl Fn(&Self) -> i32 + Send + Sync + 'static) -> Self {
        Self { engine, threads: Mutex::default(), calls: AtomicU64::new(0), inside: Box::new(inside) }
    }

    fn pointer(&self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    fn called(user: *mut c_void) -> i32 {
        // SAFETY: the tests hand in a `Watched` that lives longer than the call.
        let it = unsafe { &*user.cast::<Self>() };
        it.calls.fetch_add(1, Ordering::SeqCst);
        it.threads.lock().unwrap().push(std::thread::current().id());
        (it.inside)(it)
    }
}

unsafe extern "C" fn on_progress(_done: u64, _total: u64, user: *mut c_void) -> i32 {
    Watched::called(user)
}

unsafe extern "C" fn on_line(level: i32, line: *const c_char, length: usize, user: *mut c_void) {
    assert!((OBLIGOR_LOG_ERROR..=OBLIGOR_LOG_INFO).contains(&level));
    // SAFETY: the header says so.
    let line = unsafe { std::slice::from_raw_parts(line.cast::<u8>(), length + 1) };
    assert_eq!(line.last(), Some(&0));
    assert!(std::str::from_utf8(&line[..length]).is_ok_and(|line| !line.contains(['\n', '\0'])));
    Watched::called(user);
}

#[test]
fn callbacks_come_on_the_calling_thread_and_may_call_again() {
    let host = Host::new();
    let again = |it: &Watched| {
        assert!(resolve(it.engine, "NW01", "1001").is_ok());
        assert_eq!(check(it.engine), Ok(OBLIGOR_OUTCOME_APPROVE));
        assert!(call(it.engine, "stats", "{}", 4096).is_ok());
        OBLIGOR_OK
    };
    let progress = Watched::new(host.engine, again);
    let log = Watched::new(host.engine, again);
    // SAFETY: both live longer than the engine's use of them.
    assert_eq!(unsafe { obligor_log(host.engine, Some(on_line), log.pointer()) }, OBLIGOR_OK);
    let done = import(host.engine, "customers", CUSTOMERS, Some(on_progress), progress.pointer());
    assert!(done.is_ok(), "{}", last_error());
    for watched in [&progress, &log] {
        assert!(watched.calls.load(Ordering::SeqCst) > 0);
        assert!(watched.threads.lock().unwrap().iter().all(|thread| *thread == std::thread::current().id()));
    }
    // SAFETY: as above.
    assert_eq!(unsafe { obligor_log(host.engine, None, std::ptr::null_mut()) }, OBLIGOR_OK);
    let before = log.calls.load(Ordering::SeqCst);
    import(host.engine, "limits", LIMITS, None, std::ptr::null_mut()).unwrap();
    assert_eq!(log.calls.load(Ordering::SeqCst), before);
}

#[test]
fn a_progress_callback_stops_an_import_and_nothing_is_taken() {
    let host = Host::new();
    let stop = Watched::new(host.engine, |_| 1);
    let more = CUSTOMERS.replace("100", "200");
    let stopped = import(host.engine, "customers", &more, Some(on_progress), stop.pointer());
    assert_eq!(stopped, Err(OBLIGOR_E_CANCELLED), "{}", last_error());
    assert_eq!(resolve(host.engine, "NW01", "2001"), Err(OBLIGOR_E_NOT_FOUND));
    assert!(import(host.engine, "customers", &more, None, std::ptr::null_mut()).is_ok());
    assert!(resolve(host.engine, "NW01", "2001").is_ok());
}

#[test]
fn a_progress_callback_that_writes_is_answered_and_does_not_hang() {
    let host = Host::new();
    let writing = Watched::new(host.engine, |it| {
        let mut asked = order("1001", "W", "w", 100);
        asked.deadline_ms = 200;
        let answer = ask(obligor_order_reserve, it.engine, &asked).map(drop);
        assert!(matches!(answer, Err(OBLIGOR_E_UNDETERMINED | OBLIGOR_E_STATE)), "{answer:?} {}", last_error());
        OBLIGOR_OK
    });
    let began = std::time::Instant::now();
    let more = CUSTOMERS.replace("100", "400");
    let done = import(host.engine, "customers", &more, Some(on_progress), writing.pointer());
    assert!(done.is_ok(), "{}", last_error());
    assert!(writing.calls.load(Ordering::SeqCst) > 0 && began.elapsed().as_secs() < 10);
    // It did not happen, so the same key may ask again.
    let (decision, _) = ask(obligor_order_reserve, host.engine, &order("1001", "W", "w", 100)).unwrap();
    assert_eq!((decision.outcome, decision.repeated), (OBLIGOR_OUTCOME_APPROVE, 0));
}

#[test]
fn an_engine_closed_during_a_call_finishes_it() {
    let host = Host::new();
    let closing = Watched::new(host.engine, |it| {
        // The first time it closes, after that there is nothing to close.
        let expected = if it.calls.load(Ordering::SeqCst) == 1 { OBLIGOR_OK } else { OBLIGOR_E_ENGINE };
        assert_eq!(close(it.engine), expected);
        assert_eq!(check(it.engine), Err(OBLIGOR_E_ENGINE));
        OBLIGOR_OK
    });
    let more = CUSTOMERS.replace("100", "300");
    let done = import(host.engine, "customers", &more, Some(on_progress), closing.pointer());
    assert!(done.is_ok(), "{}", last_error());
    // The call took the engine down when it left, so the store is free, and what the call did is there.
    let again = open(host.folder.path()).unwrap_or_else(|status| panic!("{status}: {}", last_error()));
    assert!(resolve(again, "NW01", "3001").is_ok());
    assert_eq!(close(again), OBLIGOR_OK);
}

#[test]
fn a_panic_is_a_status_and_hurts_one_engine_only() {
    let (hurt, well) = (Host::new(), Host::new());
    // SAFETY: it takes no pointer.
    assert_eq!(unsafe { obligor_test_panic(hurt.engine) }, OBLIGOR_E_INTERNAL);
    assert!(last_error().contains("fault"), "{}", last_error());
    assert_eq!(check(hurt.engine), Err(OBLIGOR_E_INTERNAL));
    assert_eq!(check(well.engine), Ok(OBLIGOR_OUTCOME_APPROVE));
    assert_eq!(close(hurt.engine), OBLIGOR_OK);
    assert_eq!(check(hurt.engine), Err(OBLIGOR_E_ENGINE));
    let again = open(hurt.folder.path()).unwrap();
    assert_eq!(check(again), Ok(OBLIGOR_OUTCOME_APPROVE));
    assert_eq!(close(again), OBLIGOR_OK);
}

#[test]
fn threads_do_not_see_each_other_s_last_error_or_kept_answer() {
    let host = Host::new();
    assert_eq!(close(0), OBLIGOR_E_ENGINE);
    let mine = last_error();
    assert!(mine.contains("not open"));
    assert_eq!(call(host.engine, "stats", "{}", 0), Err(OBLIGOR_E_BUFFER));
    let mine_now = last_error();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(last_error(), "");
            assert_eq!(answer(host.engine, 4096), Err(OBLIGOR_E_NOT_FOUND));
            assert_eq!(call(host.engine, "no.such", "{}", 4096), Err(OBLIGOR_E_ARGUMENT));
            assert!(last_error().contains("no.such"));
        });
    });
    assert_eq!(last_error(), mine_now);
    assert!(answer(host.engine, 4096).unwrap().contains("customers"));
    assert_eq!(answer(host.engine, 4096), Err(OBLIGOR_E_NOT_FOUND));
}

#[test]
fn an_answer_that_did_not_fit_was_done_once() {
    let host = Host::new();
    let request = serde_json::json!({ "company": "NW01", "customer": "1001", "document": "A1", "key": "k1",
        "amount": "600.00 DKK" })
    .to_string();
    assert_eq!(call(host.engine, "order.reserve", &request, 8), Err(OBLIGOR_E_BUFFER), "{}", last_error());
    let kept = answer(host.engine, 65536).unwrap();
    assert!(kept.contains("\"repeated\":false"), "{kept}");
    assert!(call(host.engine, "order.reserve", &request, 65536).unwrap().contains("\"repeated\":true"));
}

unsafe extern "C" fn on_ask(
    request: *const c_char,
    length: usize,
    buf: *mut c_char,
    cap: usize,
    needed: *mut usize,
    user: *mut c_void,
) -> i32 {
    // SAFETY: the header says so.
    let asked = unsafe { std::slice::from_raw_parts(request.cast::<u8>(), length) };
    assert!(serde_json::from_slice::<serde_json::Value>(asked).unwrap()["country"] == "NO");
    let answer = b"{\"answer\":\"clear\",\"as_of\":1795348800000}\0";
    assert!(cap >= answer.len());
    // SAFETY: the library gave this much room.
    unsafe {
        buf.cast::<u8>().copy_from(answer.as_ptr(), answer.len());
        needed.write(answer.len());
    }
    Watched::called(user)
}

#[test]
fn a_source_of_the_host_is_asked_on_the_thread_of_the_request() {
    let host = Host::new();
    let source = Watched::new(host.engine, |it| {
        assert_eq!(check(it.engine), Ok(OBLIGOR_OUTCOME_APPROVE));
        OBLIGOR_OK
    });
    let (name, length) = ffi_host::text("remarks");
    // SAFETY: the source lives longer than the engine's use of it.
    let status = unsafe { obligor_source_register(host.engine, name, length, Some(on_ask), source.pointer()) };
    assert_eq!(status, OBLIGOR_OK, "{}", last_error());
    let request = serde_json::json!({ "country": "NO", "orgnr": "940 991 692",
        "purpose": "credit_application", "user": "anna", "basis": "legitimate_interest", "credit_element": true });
    let told = call(host.engine, "debtor.lookup", &request.to_string(), 65536);
    assert!(told.is_ok(), "{}", last_error());
    assert!(told.unwrap().contains("clear"));
    assert_eq!(source.calls.load(Ordering::SeqCst), 1);
    assert_eq!(source.threads.lock().unwrap()[..], [std::thread::current().id()]);
}

#[test]
fn sixteen_threads_call_open_and_close_as_they_like() {
    const THREADS: usize = 16;
    const ROUNDS: usize = 150;
    // Where much else goes on, most of those who open a store find it in use: then it takes more rounds.
    const AT_MOST: usize = 100 * ROUNDS;
    const OPENED: u64 = 10;
    let host = Arc::new(Host::new());
    let folders: Arc<Vec<_>> = Arc::new((0..3).map(|_| tempfile::tempdir().unwrap()).collect());
    let shared: Arc<Vec<AtomicU32>> = Arc::new((0..3).map(|_| AtomicU32::new(0)).collect());
    let (start, opened, wrong) =
        (Arc::new(Barrier::new(THREADS)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (host, folders, shared, start, opened, wrong) = (
                Arc::clone(&host),
                Arc::clone(&folders),
                Arc::clone(&shared),
                Arc::clone(&start),
                Arc::clone(&opened),
                Arc::clone(&wrong),
            );
            std::thread::spawn(move || {
                start.wait();
                for round in 0..AT_MOST {
                    if round >= ROUNDS && opened.load(Ordering::SeqCst) > OPENED {
                        break;
                    }
                    let which = (number + round) % shared.len();
                    if check(host.engine) != Ok(OBLIGOR_OUTCOME_APPROVE) {
                        wrong.store(true, Ordering::SeqCst);
                    }
                    // An unknown customer is a verdict; a closed engine is a status; nothing else may come.
                    let others = ask(obligor_order_check, shared[which].load(Ordering::SeqCst), &order("9", "", "", 1));
                    if !matches!(others, Err(OBLIGOR_E_ENGINE))
                        && !others.is_ok_and(|(decision, _)| decision.outcome == OBLIGOR_OUTCOME_REFUSE)
                    {
                        wrong.store(true, Ordering::SeqCst);
                    }
                    if round % 10 == number % 10 {
                        match open(folders[which].path()) {
                            Ok(engine) => {
                                opened.fetch_add(1, Ordering::SeqCst);
                                close(shared[which].swap(engine, Ordering::SeqCst));
                            }
                            Err(OBLIGOR_E_IN_USE) => {
                                close(shared[which].swap(0, Ordering::SeqCst));
                            }
                            Err(_) => wrong.store(true, Ordering::SeqCst),
                        }
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    for engine in shared.iter() {
        close(engine.load(Ordering::SeqCst));
    }
    assert!(!wrong.load(Ordering::SeqCst));
    assert!(opened.load(Ordering::SeqCst) > OPENED);
    // Everything ended: every store can be opened.
    for folder in folders.iter() {
        assert_eq!(close(open(folder.path()).unwrap()), OBLIGOR_OK);
    }
}
