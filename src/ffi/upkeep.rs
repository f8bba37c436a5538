//! Upkeep

use std::ffi::{c_char, c_void};
use std::path::Path;

use super::engine::enter;
use super::error::Failure;
use super::import::{as_json, obligor_progress_callback, progress};
use super::text::{self, TextOut};

export! {
    /// Checks the credit state: the database itself, every kept sum against what it is the sum of, and every link of the
    /// record. The answer is JSON, as in schema/verify.answer.json; what is wrong is in its `faults`, not in the status.
    ///
    /// `callback` may be NULL; stopping is OBLIGOR_E_CANCELLED. If the answer does not fit, also with NULL and 0, the status
    /// is OBLIGOR_E_BUFFER and obligor_answer() on the same thread hands it out. Any thread.
    ///
    /// Errors: OBLIGOR_E_CANCELLED, OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE,
    /// OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_verify(
        engine: u32,
        callback: obligor_progress_callback,
        user: *mut c_void,
        buf: *mut c_char,
        cap: usize,
        needed: *mut usize,
    ) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        let desk = enter(engine)?;
        let mut go_on = progress(callback, user);
        desk.answers.answer(out, || as_json(&desk.engine.verify(&mut go_on)?))
    }
}

export! {
    /// Copies the credit state to a new file while it is in use. The key that personal numbers are hashed with is not
    /// copied: keep it apart. Any thread; others are not kept waiting.
    ///
    /// Errors: OBLIGOR_E_IO (the file exists, or cannot be written), OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING,
    /// OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_backup(engine: u32, path: *const c_char, path_length: i64) -> i32 {
        let path = text::read_key("path", path, path_length)?;
        if path.is_empty() || path.contains('\0') {
            return Err(Failure::argument("path is empty or has a NUL in it"));
        }
        enter(engine)?.engine.backup(Path::new(path))?;
        Ok(())
    }
}
