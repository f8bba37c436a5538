//! Version
//!
//! Compare before anything else: a header and a library of different ABI versions must not be used together.

use std::ffi::c_char;

/// The version of this interface. It moves only when the interface breaks, which is not planned to happen; additions
/// do not move it. A host compares it with obligor_abi_version() after loading the library.
pub const OBLIGOR_ABI_VERSION: u32 = 1;

/// The version of the library this header belongs to, as text.
pub const OBLIGOR_VERSION: &str = "0.1.0";

/// The version of the library this header belongs to, as a number: major * 1000000 + minor * 1000 + patch.
pub const OBLIGOR_VERSION_NUMBER: u32 = 1000;

// Written twice, because a macro must be a literal; compared here, because twice is once too often.
const _: () = {
    const fn number(text: &str) -> u32 {
        let (digits, mut at, mut sum) = (text.as_bytes(), 0, 0);
        while at < digits.len() {
            sum = sum * 10 + (digits[at] - b'0') as u32;
            at += 1;
        }
        sum
    }
    const fn same(left: &[u8], right: &[u8]) -> bool {
        let mut at = 0;
        while at < left.len() && at < right.len() && left[at] == right[at] {
            at += 1;
        }
        left.len() == right.len() && at == left.len()
    }
    let major = number(env!("CARGO_PKG_VERSION_MAJOR"));
    let minor = number(env!("CARGO_PKG_VERSION_MINOR"));
    let patch = number(env!("CARGO_PKG_VERSION_PATCH"));
    assert!(minor < 1000 && patch < 1000);
    assert!(OBLIGOR_VERSION_NUMBER == major * 1_000_000 + minor * 1000 + patch);
    assert!(same(OBLIGOR_VERSION.as_bytes(), env!("CARGO_PKG_VERSION").as_bytes()));
};

export! {
    /// The version of the interface the loaded library speaks. If it is not OBLIGOR_ABI_VERSION, call nothing else. Never
    /// fails; any thread.
    pub const unsafe fn obligor_abi_version() -> u32 {
        OBLIGOR_ABI_VERSION
    }
}

export! {
    /// The version of the loaded library: major * 1000000 + minor * 1000 + patch. Never fails; any thread.
    pub const unsafe fn obligor_version_number() -> u32 {
        OBLIGOR_VERSION_NUMBER
    }
}

export! {
    /// The version of the loaded library as text, NUL-terminated. The text is constant, belongs to the library and stays
    /// valid; do not free it. Never fails; any thread.
    pub const unsafe fn obligor_version() -> *const c_char {
        concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast::<c_char>()
    }
}
