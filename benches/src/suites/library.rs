//! The shared library, as a host loads it; and an empty one beside it.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use libloading::{Library, Symbol};
use obligor::ffi::decision::{obligor_decision, obligor_reason};
use obligor::ffi::order::obligor_order;

use crate::portfolio::{AMOUNT, COMPANY, key};
use crate::rounds::{Side, Slice};

/// Has this program load a library and say how long it took.
pub(crate) const LOAD: &str = "--load";

type Open = unsafe extern "C" fn(*const libc::c_char, i64, *mut u32) -> i32;
type Resolve = unsafe extern "C" fn(u32, *const libc::c_char, i64, *const libc::c_char, i64, *mut u32) -> i32;
/// `obligor_order_check`, and what does nothing with the same arguments.
pub(super) type Check =
    unsafe extern "C" fn(u32, *const obligor_order, *mut obligor_decision, *mut obligor_reason, u32) -> i32;

/// The library that ships; `cargo xtask bench` builds it.
pub(super) fn ours() -> PathBuf {
    named("OBLIGOR_LIBRARY")
}

/// One with a function that does nothing, built beside it from `benches/empty.rs`.
pub(super) fn empty() -> PathBuf {
    named("OBLIGOR_EMPTY_LIBRARY")
}

/// A file that `cargo xtask bench` names.
pub(super) fn named(variable: &str) -> PathBuf {
    std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask bench`")).into()
}

/// Loads a library in this process, which then ends: it can be loaded for the first time once only.
pub(super) fn load(path: &str) -> ExitCode {
    let begun = Instant::now();
    // SAFETY: what runs when these libraries are loaded asks for nothing.
    let library = unsafe { Library::new(path) }.expect("a library");
    println!("{}", begun.elapsed().as_nanos());
    std::mem::forget(library);
    ExitCode::SUCCESS
}

/// Processes that load a library, one after the other.
pub(super) fn loads(name: &str, path: PathBuf) -> Side<'static> {
    Side::new(name, move |turn: Duration| {
        let end = Instant::now() + turn;
        let (mut loads, mut nanoseconds) = (0.0, Vec::new());
        while loads < 5.0 || Instant::now() < end {
            let program = std::env::current_exe().expect("this program has a path");
            let output = Command::new(program).arg(LOAD).arg(&path).output().expect("a process");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let said = String::from_utf8_lossy(&output.stdout).trim().parse::<f64>();
            nanoseconds.push(said.expect("a number of nanoseconds"));
            loads += 1.0;
        }
        // The usual one: a process that was taken from the processor says nothing of the library.
        Slice::of_rate(1e9 / crate::rounds::median(nanoseconds))
    })
}

/// How many bytes a library has without its symbols, which nobody needs to run it.
pub(super) fn stripped(path: &Path) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let small = folder.path().join("stripped");
    let done = Command::new("strip").arg("-o").arg(&small).arg(path).status().expect("strip, of binutils");
    assert!(done.success(), "strip failed");
    std::fs::metadata(small).expect("a file").len() as f64
}

/// Our library, loaded into this process.
pub(super) struct Host(Library);

impl Host {
    pub(super) fn load() -> Self {
        // SAFETY: it does nothing to the process but what `docs/ARCHITECTURE.md` says.
        Self(unsafe { Library::new(ours()) }.expect("our library"))
    }

    fn function<T>(&self, name: &str) -> Symbol<'_, T> {
        // SAFETY: each caller asks for the type that `include/obligor.h` has.
        unsafe { self.0.get(name) }.unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// Opens an engine on a store.
    pub(super) fn open(&self, store: &Path) -> u32 {
        let config = serde_json::json!({ "store": store }).to_string();
        let mut engine = 0;
        let open = self.function::<Open>("obligor_open");
        // SAFETY: the pointers are to locals.
        let status = unsafe { open(config.as_ptr().cast(), config.len() as i64, &raw mut engine) };
        assert_eq!(status, 0, "obligor_open");
        engine
    }

    /// The numbers of so many accounts.
    pub(super) fn accounts(&self, engine: u32, count: u32) -> Vec<u32> {
        let resolve = self.function::<Resolve>("obligor_account_resolve");
        let number = |at| {
            let (customer, mut account) = (key(at).customer, 0);
            let (company, length) = (COMPANY.as_ptr().cast(), COMPANY.len() as i64);
            // SAFETY: the pointers are to a constant and to locals.
            let status = unsafe {
                resolve(engine, company, length, customer.as_ptr().cast(), customer.len() as i64, &raw mut account)
            };
            assert_eq!(status, 0, "obligor_account_resolve");
            account
        };
        (0..count).map(number).collect()
    }

    pub(super) fn check(&self) -> Check {
        *self.function::<Check>("obligor_order_check")
    }
}

/// What `benches/empty.rs` has: the price of the call itself.
pub(super) fn nothing() -> (Library, Check) {
    // SAFETY: it is empty.
    let library = unsafe { Library::new(empty()) }.expect("the empty library");
    // SAFETY: the type is the one it has there.
    let nothing = *unsafe { library.get::<Check>("nothing") }.expect("its only function");
    (library, nothing)
}

/// An order as a host fills it in, and the room for the answer; used again for each call.
pub(super) struct Desk {
    order: obligor_order,
    decision: obligor_decision,
}

impl Desk {
    pub(super) fn new() -> Self {
        // SAFETY: both are numbers and arrays of numbers, for which all zeroes are values.
        let (mut order, mut decision) =
            unsafe { (std::mem::zeroed::<obligor_order>(), std::mem::zeroed::<obligor_decision>()) };
        order.struct_size = u32::try_from(size_of::<obligor_order>()).expect("a small struct");
        decision.struct_size = u32::try_from(size_of::<obligor_decision>()).expect("a small struct");
        order.amount = AMOUNT;
        order.currency = b"DKK\0".map(u8::cast_signed);
        Self { order, decision }
    }

    /// Asks about an order for an account, and answers the outcome.
    pub(super) fn ask(&mut self, check: Check, engine: u32, account: u32) -> i32 {
        self.order.account = account;
        // SAFETY: the structs are ours and as large as they say; there is no room for reasons.
        let status = unsafe { check(engine, &raw const self.order, &raw mut self.decision, std::ptr::null_mut(), 0) };
        assert_eq!(status, 0, "a check failed");
        self.decision.outcome
    }
}
