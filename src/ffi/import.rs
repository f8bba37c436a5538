//! Import

use std::ffi::{c_char, c_void};

use super::engine::{User, enter};
use super::text::{self, TextOut};
use crate::engine::ImportRequest;
use crate::error::{self, Error, ErrorKind};
use crate::import::Control;

/// Is told how much of a long piece of work is done, out of `total` (0 when that is not known), and gets the pointer that
/// was given with the callback. It answers 0 to go on; any other answer stops the work, and the call ends with
/// OBLIGOR_E_CANCELLED.
///
/// It is called on the thread of the call, with no lock held, and may call the library again, but not to write to the
/// same engine. It must return: no exception, no longjmp.
pub type obligor_progress_callback = Option<unsafe extern "C" fn(done: u64, total: u64, user: *mut c_void) -> i32>;

/// An answer as text.
pub(super) fn as_json<T: serde::Serialize>(answer: &T) -> error::Result<String> {
    serde_json::to_string(answer)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the answer cannot be written: {error}")))
}

/// The callback as the engine wants it: whether to go on.
pub(super) fn progress(callback: obligor_progress_callback, user: *mut c_void) -> impl FnMut(u64, u64) -> bool {
    let user = User::new(user);
    // SAFETY: the host promises a function that may be called with this pointer while the call lasts.
    move |done, total| callback.is_none_or(|callback| unsafe { callback(done, total, user.pointer()) } == 0)
}

export! {
    /// Imports a file that an ERP exported: customers, limits, open items, orders, companies or remarks. It is taken whole
    /// or not at all, unless the request says to keep going, and importing it twice changes nothing.
    ///
    /// `request` and the answer are JSON, as in schema/import.request.json and schema/import.answer.json. `callback` may be
    /// NULL. If the answer does not fit, also with NULL and 0, the status is OBLIGOR_E_BUFFER, the import was done, and
    /// obligor_answer() on the same thread hands its report out. Any thread; others wait if they want to write.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT (bad rows; the last error names line, column and reason of the first of them),
    /// OBLIGOR_E_CANCELLED, OBLIGOR_E_IO, OBLIGOR_E_ENCODING, OBLIGOR_E_BUFFER, OBLIGOR_E_TOO_LARGE,
    /// OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_import(
        engine: u32,
        request: *const c_char,
        request_length: i64,
        callback: obligor_progress_callback,
        user: *mut c_void,
        buf: *mut c_char,
        cap: usize,
        needed: *mut usize,
    ) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        let request = text::read("request", request, request_length)?;
        let desk = enter(engine)?;
        let mut go_on = progress(callback, user);
        desk.answers.answer(out, || {
            let request: ImportRequest = serde_json::from_str(request)
                .map_err(|error| Error::argument(format!("the request is not as it must be: {error}")))?;
            let report = desk.engine.import(&request, &mut |progress| {
                if go_on(progress.bytes, progress.of_bytes) { Control::Continue } else { Control::Stop }
            })?;
            as_json(&report)
        })
    }
}
