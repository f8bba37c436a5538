//! A host of the C interface, as the tests need it: it calls the exports with pointers, as any other host does.
#![allow(dead_code, unreachable_pub, reason = "each test program uses its part")]
#![allow(unsafe_code, reason = "the exports are called as C calls them")]

use std::ffi::{c_char, c_void};
use std::path::Path;

use obligor::ffi::account::*;
use obligor::ffi::call::*;
use obligor::ffi::decision::*;
use obligor::ffi::engine::*;
use obligor::ffi::error::*;
use obligor::ffi::import::*;
use obligor::ffi::order::*;
use obligor::ffi::status::*;
use tempfile::TempDir;

/// An engine behind a handle, on a store of its own, with the customers 1001 (limit 1000.00 DKK), 1002 (no limit on
/// record) and 1003 (50000.00 DKK) of company NW01.
pub struct Host {
    pub engine: u32,
    pub folder: TempDir,
}

pub const CUSTOMERS: &str = "customer,name,country,company,currency\n\
    1001,Nordlys A/S,DK,NW01,DKK\n1002,Fjord ApS,DK,NW01,DKK\n1003,Havn A/S,DK,NW01,DKK\n";
pub const LIMITS: &str = "company,customer,currency,limit\nNW01,1001,DKK,1000.00\nNW01,1003,DKK,50000.00\n";

/// A text as C hands it over.
pub fn text(text: &str) -> (*const c_char, i64) {
    (text.as_ptr().cast(), i64::try_from(text.len()).unwrap())
}

/// The configuration of a store in this folder.
pub fn config(folder: &Path) -> String {
    config_with(folder, serde_json::json!("standard"), "policy")
}

fn config_with(folder: &Path, policy: serde_json::Value, key: &str) -> String {
    let mut config =
        serde_json::json!({ "store": folder.join("credit.db"), "create": true, "clock": "2026-11-22T12:00:00Z" });
    config[key] = policy;
    config.to_string()
}

pub fn open(folder: &Path) -> Result<u32, i32> {
    open_as(&config(folder))
}

fn open_as(config: &str) -> Result<u32, i32> {
    let (at, length) = text(config);
    let mut engine = 0;
    // SAFETY: the pointers are to locals.
    match unsafe { obligor_open(at, length, &raw mut engine) } {
        OBLIGOR_OK => Ok(engine),
        status => Err(status),
    }
}

pub fn close(engine: u32) -> i32 {
    // SAFETY: it takes no pointer.
    unsafe { obligor_close(engine) }
}

pub fn last_error() -> String {
    let mut buf = [0_u8; 1024];
    let mut needed = 0;
    // SAFETY: the pointers are to locals.
    let status = unsafe { obligor_last_error(buf.as_mut_ptr().cast(), buf.len(), &raw mut needed) };
    assert_eq!(status, OBLIGOR_OK);
    String::from_utf8(buf[..needed - 1].to_vec()).unwrap()
}

/// Calls an operation, with room for the answer or without.
pub fn call(engine: u32, operation: &str, request: &str, cap: usize) -> Result<String, i32> {
    let (mut buf, mut needed) = (vec![0_u8; cap], 0);
    let ((name, name_length), (at, length)) = (text(operation), text(request));
    // SAFETY: the pointers are to locals.
    let status =
        unsafe { obligor_call(engine, name, name_length, at, length, buf.as_mut_ptr().cast(), cap, &raw mut needed) };
    taken(status, buf, needed)
}

/// Fetches a kept answer.
pub fn answer(engine: u32, cap: usize) -> Result<String, i32> {
    let (mut buf, mut needed) = (vec![0_u8; cap], 0);
    // SAFETY: the pointers are to locals.
    let status = unsafe { obligor_answer(engine, buf.as_mut_ptr().cast(), cap, &raw mut needed) };
    taken(status, buf, needed)
}

fn taken(status: i32, mut buf: Vec<u8>, needed: usize) -> Result<String, i32> {
    match status {
        OBLIGOR_OK => {
            assert_eq!(buf[needed - 1], 0);
            buf.truncate(needed - 1);
            Ok(String::from_utf8(buf).unwrap())
        }
        status => Err(status),
    }
}

pub fn import(
    engine: u32,
    kind: &str,
    content: &str,
    callback: obligor_progress_callback,
    user: *mut c_void,
) -> Result<String, i32> {
    let request = serde_json::json!({ "kind": kind, "text": content }).to_string();
    let (mut buf, mut needed) = (vec![0_u8; 16384], 0);
    let (at, length) = text(&request);
    let cap = buf.len();
    // SAFETY: the pointers are to locals; the callback and its pointer are the test's.
    let status =
        unsafe { obligor_import(engine, at, length, callback, user, buf.as_mut_ptr().cast(), cap, &raw mut needed) };
    taken(status, buf, needed)
}

pub fn put(field: &mut [c_char], text: &str) {
    field.fill(0);
    for (to, from) in field.iter_mut().zip(text.bytes()) {
        *to = c_char::from_ne_bytes([from]);
    }
}

/// An order for an amount in minor units of DKK.
pub fn order(customer: &str, document: &str, key: &str, amount: i64) -> obligor_order {
    // SAFETY: integers and arrays of characters may be zero.
    let mut order: obligor_order = unsafe { std::mem::zeroed() };
    order.struct_size = u32::try_from(size_of::<obligor_order>()).unwrap();
    order.amount = amount;
    put(&mut order.currency, "DKK");
    put(&mut order.company, "NW01");
    put(&mut order.customer, customer);
    put(&mut order.document, document);
    put(&mut order.key, key);
    order
}

pub fn decision() -> obligor_decision {
    // SAFETY: as above.
    let mut decision: obligor_decision = unsafe { std::mem::zeroed() };
    decision.struct_size = u32::try_from(size_of::<obligor_decision>()).unwrap();
    decision
}

pub fn reason() -> obligor_reason {
    // SAFETY: as above.
    let mut reason: obligor_reason = unsafe { std::mem::zeroed() };
    reason.struct_size = u32::try_from(size_of::<obligor_reason>()).unwrap();
    reason
}

pub type Ask = unsafe extern "C" fn(u32, *const obligor_order, *mut obligor_decision, *mut obligor_reason, u32) -> i32;

/// Asks about one order and takes up to eight reasons.
pub fn ask(ask: Ask, engine: u32, order: &obligor_order) -> Result<(obligor_decision, Vec<obligor_reason>), i32> {
    let (mut decision, mut reasons) = (decision(), vec![reason(); 8]);
    // SAFETY: the pointers are to locals.
    match unsafe { ask(engine, order, &raw mut decision, reasons.as_mut_ptr(), 8) } {
        OBLIGOR_OK => {
            reasons.truncate(usize::try_from(decision.reason_count).unwrap());
            Ok((decision, reasons))
        }
        status => Err(status),
    }
}

pub fn resolve(engine: u32, company: &str, customer: &str) -> Result<u32, i32> {
    let ((company, company_length), (customer, customer_length)) = (text(company), text(customer));
    let mut account = 0;
    // SAFETY: the pointers are to locals.
    let status = unsafe {
        obligor_account_resolve(engine, company, company_length, customer, customer_length, &raw mut account)
    };
    if status == OBLIGOR_OK { Ok(account) } else { Err(status) }
}

/// A folder in memory where there is one: a fork waits two seconds for those who flush, and a busy disk can take longer.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Host {
    pub fn new() -> Self {
        let folder = folder();
        let engine = open(folder.path());
        Self::with(folder, engine)
    }

    /// The same under rules of the test's own.
    pub fn under(policy: &str) -> Self {
        let folder = folder();
        let engine = open_as(&config_with(folder.path(), policy.into(), "policy_text"));
        Self::with(folder, engine)
    }

    fn with(folder: TempDir, engine: Result<u32, i32>) -> Self {
        let engine = engine.unwrap_or_else(|status| panic!("{status}: {}", last_error()));
        for (kind, content) in [("customers", CUSTOMERS), ("limits", LIMITS)] {
            import(engine, kind, content, None, std::ptr::null_mut())
                .unwrap_or_else(|status| panic!("{status}: {}", last_error()));
        }
        Self { engine, folder }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        close(self.engine);
    }
}
