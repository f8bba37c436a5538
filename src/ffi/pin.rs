//! Keeps the library loaded: unloading it while a thread is in it, or holds something of it, ends the host.

/// Called before the first engine is opened. On Unix the file itself says that it is not to be unloaded (`build.rs`).
#[cfg(not(windows))]
pub(super) fn pin() {}

/// Called before the first engine is opened.
#[cfg(windows)]
pub(super) fn pin() {
    const FROM_ADDRESS: u32 = 4;
    const PIN: u32 = 1;
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const std::ffi::c_void, module: *mut *mut std::ffi::c_void) -> i32;
    }
    static HERE: u8 = 0;
    let mut module = std::ptr::null_mut();
    // SAFETY: the address is in this library. If it fails, the library can be unloaded, as any other.
    unsafe { GetModuleHandleExW(FROM_ADDRESS | PIN, (&raw const HERE).cast(), &raw mut module) };
}
