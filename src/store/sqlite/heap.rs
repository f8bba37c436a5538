//! Memory that a long call needed, handed back to the system.
//!
//! With `unsafe`, as `shared_page.rs` is: no safe interface asks the C library for this.
#![allow(unsafe_code)]

/// glibc keeps free memory that lies below memory in use. A host that verifies a large state once a night would have a
/// quarter of a gigabyte less all day. Elsewhere nobody has to be asked, or can be.
#[cfg(all(target_os = "linux", target_env = "gnu", not(miri)))]
pub(super) fn give_back() {
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(miri))))]
pub(super) fn give_back() {}
