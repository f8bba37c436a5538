//! Debtors

use std::ffi::c_char;

use super::engine::enter;
use super::text::{self, TextOut};

export! {
    /// Asks a debtor register about a subject, behind the law: purpose, basis and asking user are required, and the
    /// look-up is logged. The answer is clear, remarks, or unknown and why, with its source and its age.
    ///
    /// `request` and the answer are JSON, as in schema/debtor.lookup.request.json and schema/debtor.lookup.answer.json. If
    /// the answer does not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER and obligor_answer() on the same
    /// thread hands it out; the register is not asked twice. Any thread; a source of the host is called on it.
    ///
    /// That the law forbids to ask is an answer, too: unknown, with the rule's name.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_NOT_FOUND (no such customer), OBLIGOR_E_BUFFER,
    /// OBLIGOR_E_TOO_LARGE, OBLIGOR_E_UNDETERMINED (the look-up could not be logged: then there is no answer),
    /// OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_debtor_lookup(
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
        desk.answers.answer(out, || desk.engine.call("debtor.lookup", request))
    }
}
