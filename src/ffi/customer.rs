//! Customers

use std::ffi::c_char;

use super::engine::enter;
use super::text::{self, TextOut};

export! {
    /// Judges a new or changed customer: identifiers, duplicates, company register, debtor register where the law allows,
    /// and the policy. The verdict is accept, review, prepay or reject; a person is never rejected by machine alone.
    ///
    /// `request` and the answer are JSON, as in schema/customer.validate.request.json and
    /// schema/customer.validate.answer.json. A look-up may be made and logged, so this does something: if the answer does
    /// not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER and obligor_answer() on the same thread hands it
    /// out. Any thread; a source of the host is called on it.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT (the last error names the field), OBLIGOR_E_ENCODING, OBLIGOR_E_BUFFER,
    /// OBLIGOR_E_TOO_LARGE, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED,
    /// OBLIGOR_E_INTERNAL. A register that cannot be asked is not an error: its checks are unknown.
    pub unsafe fn obligor_customer_validate(
        engine: u32,
        request: *const c_char,
        request_length: i64,
        buf: *mut c_char,
        cap: usize,
        needed: *mut usize,
    ) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        let request = text::read("request", request, request_length)?;
        let desk = enter(engine)?;
        desk.answers.answer(out, || desk.engine.call("customer.validate", request))
    }
}
