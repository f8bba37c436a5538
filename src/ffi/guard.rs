//! What every export is wrapped in.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{self, Failure};
use super::status::{OBLIGOR_E_INTERNAL, OBLIGOR_OK};

/// Writes one export: the only place with `extern "C"` and `no_mangle`.
///
/// The body answers `Result<(), Failure>`. It is unsafe as a whole, because it begins by turning pointers into safe
/// types; what the caller must promise of them stands in the header. An export that cannot fail is written with
/// `const` and returns its constant.
macro_rules! export {
    ($(#[$about:meta])* pub unsafe fn $name:ident($($argument:ident: $kind:ty),* $(,)?) -> i32 $body:block) => {
        $(#[$about])*
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $kind),*) -> i32 {
            $crate::ffi::guard::guard(|| -> Result<(), $crate::ffi::error::Failure> {
                // SAFETY: the caller keeps what the header asks for: every pointer is NULL or points to as many bytes
                // as its length, its `struct_size` or its type says, for as long as the call takes.
                #[allow(unused_unsafe)]
                unsafe { $body }
            })
        }
    };
    ($(#[$about:meta])* pub const unsafe fn $name:ident() -> $kind:ty { $constant:expr }) => {
        $(#[$about])*
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name() -> $kind {
            const { $constant }
        }
    };
}

thread_local! {
    /// How many of our exports this thread is in. Has no destructor, so that unloading order cannot matter.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

/// Runs the body of an export. Whatever happens, it comes back as a status.
pub(super) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> i32 {
    let before = INSIDE.get();
    INSIDE.set(before.wrapping_add(1));
    // What a panic may leave half done is an engine, and `handle::Use` marks that one as failed.
    let answer = catch_unwind(AssertUnwindSafe(body));
    INSIDE.set(before);
    match answer {
        Ok(Ok(())) => OBLIGOR_OK,
        Ok(Err(failure)) => error::keep(failure),
        Err(payload) => {
            forget(payload);
            error::keep(Failure::new(
                OBLIGOR_E_INTERNAL,
                "a fault of the library was caught; the engine takes no more calls: close it, open another, and report \
                 what was called",
            ))
        }
    }
}

/// Runs something whose panic must not go further, and drops the panic.
pub(super) fn contain(work: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(work)) {
        forget(payload);
    }
}

/// Drops the words of a panic. A payload that is no words can be anything, and dropping it can panic again.
fn forget(payload: Box<dyn Any + Send>) {
    if !payload.is::<&'static str>() && !payload.is::<String>() {
        std::mem::forget(payload);
    }
}

/// Keeps panics inside our exports from being printed, once for the process. Those elsewhere (a Rust host that links us
/// as a crate) are printed as before.
pub(super) fn keep_panics_quiet() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::Relaxed) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |about| {
        if INSIDE.get() == 0 {
            before(about);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_even_when_its_payload_panics() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        keep_panics_quiet();
        assert_eq!(guard(|| std::panic::panic_any(Bomb)), OBLIGOR_E_INTERNAL);
        assert_eq!(INSIDE.get(), 0);
        assert_eq!(guard(|| Ok(())), OBLIGOR_OK);
        contain(|| panic!("contained"));
    }
}
