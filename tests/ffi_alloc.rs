//! The hot path allocates nothing: a check by account number that goes through.
#![allow(unsafe_code, reason = "an allocator, and the exports are called as C calls them")]

mod ffi_host;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use ffi_host::{Host, decision, order, resolve};
use obligor::ffi::decision::*;
use obligor::ffi::order::*;
use obligor::ffi::status::*;

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: everything is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the same promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the same promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}

#[test]
fn a_check_that_goes_through_allocates_nothing() {
    let host = Host::new();
    let mut asked = order("", "", "", 250_00);
    asked.company.fill(0);
    asked.account = resolve(host.engine, "NW01", "1001").unwrap();
    let mut answer = decision();
    let mut check = || {
        // SAFETY: the pointers are to locals, and NULL has no room.
        let status =
            unsafe { obligor_order_check(host.engine, &raw const asked, &raw mut answer, std::ptr::null_mut(), 0) };
        assert_eq!(status, OBLIGOR_OK);
    };
    // The first one reads the store, and shows that counting works.
    assert!(allocations(&mut check) > 0);
    assert_eq!(allocations(|| (0..1000).for_each(|_| check())), 0);
    assert_eq!((answer.outcome, answer.source), (OBLIGOR_OUTCOME_APPROVE, OBLIGOR_SOURCE_MEMORY));
    assert_eq!(answer.available_after, 750_00);
    let asked_by_name = order("1001", "", "", 250_00);
    let by_name = allocations(|| {
        // SAFETY: as above.
        unsafe { obligor_order_check(host.engine, &raw const asked_by_name, &raw mut answer, std::ptr::null_mut(), 0) };
    });
    assert!(by_name > 0, "names are copied; if they are not any more, say so in docs/ABI.md");
}
