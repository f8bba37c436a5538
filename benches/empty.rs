//! A shared library with one function: what loading a library and calling it costs at least.

use std::ffi::c_void;

/// Does nothing with the arguments of `obligor_order_check`.
///
/// # Safety
/// There is nothing to keep to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nothing(
    _engine: u32,
    _order: *const c_void,
    _decision: *mut c_void,
    _reasons: *mut c_void,
    _cap: u32,
) -> i32 {
    0
}
