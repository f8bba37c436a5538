//! Everything else
//!
//! What is rich rather than hot is one function with JSON in and out. Each operation has its two schemas in the folder
//! schema beside this header.

use std::ffi::c_char;

use super::engine::enter;
use super::text::{self, TextOut};

export! {
    /// Does an operation: `operation` is its name, `request` and the answer are JSON, as in
    /// `schema/<operation>.request.json` and `schema/<operation>.answer.json`. Everything the other functions do is among the
    /// operations and comes to the same.
    ///
    /// If the answer does not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER, what was asked was done, and
    /// obligor_answer() on the same thread hands the answer out. Any thread.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT (no such operation, or the request is not as its schema says; the last error names the
    /// field), those of the operation, OBLIGOR_E_ENCODING, OBLIGOR_E_BUFFER, OBLIGOR_E_TOO_LARGE, OBLIGOR_E_ENGINE,
    /// OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_call(
        engine: u32,
        operation: *const c_char,
        operation_length: i64,
        request: *const c_char,
        request_length: i64,
        buf: *mut c_char,
        cap: usize,
        needed: *mut usize,
    ) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        let operation = text::read_key("operation", operation, operation_length)?;
        let request = text::read("request", request, request_length)?;
        let desk = enter(engine)?;
        desk.answers.answer(out, || desk.engine.call(operation, request))
    }
}

export! {
    /// Hands out the answer that did not fit in the calling thread's last obligor_customer_validate(),
    /// obligor_debtor_lookup(), obligor_import(), obligor_verify() or obligor_call() on this engine, and drops it then.
    /// The thread's next such call on this engine drops it too. An engine keeps at most 64 answers, the oldest goes first,
    /// and none of more than 16 MiB.
    ///
    /// Errors: OBLIGOR_E_NOT_FOUND (none is kept), OBLIGOR_E_BUFFER (it stays kept), OBLIGOR_E_ARGUMENT,
    /// OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_answer(engine: u32, buf: *mut c_char, cap: usize, needed: *mut usize) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        enter(engine)?.answers.again(out)
    }
}
