//! Sources
//!
//! A register that the library cannot ask itself, asked by the host.

use std::ffi::{c_char, c_void};

use zeroize::Zeroizing;

use super::engine::{User, enter};
use super::status::OBLIGOR_OK;
use super::text;
use crate::register::sources::{HostCallback, MAX_HOST_ANSWER_BYTES};

/// Asks a register for the library. `request` is `request_length` bytes of JSON followed by a NUL, as in
/// schema/source.request.json; it may hold a personal number, so do not log it. The answer, JSON as in
/// schema/source.answer.json and its NUL, goes into `buf`, which has room for `cap` bytes (one MiB); its size, the NUL
/// counted, goes into `needed`. The function answers OBLIGOR_OK, or any other number when the register could not be
/// asked: that is *unknown*, never *clear*. `user` is the pointer given with the callback. Request and buffer belong to
/// the library and are gone after the call.
///
/// It is called on the thread of the call that needs the register, with no lock held, and may call the library again. It
/// must return: no exception, no longjmp.
pub type obligor_source_callback = Option<
    unsafe extern "C" fn(
        request: *const c_char,
        request_length: usize,
        buf: *mut c_char,
        cap: usize,
        needed: *mut usize,
        user: *mut c_void,
    ) -> i32,
>;

export! {
    /// Names a register that the host asks, for obligor_customer_validate() and obligor_debtor_lookup(); NULL takes the
    /// name back. `callback` and `user` are kept until they are replaced or the engine has ended, and are used on every
    /// thread that calls the engine. Any thread.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_source_register(
        engine: u32,
        name: *const c_char,
        name_length: i64,
        callback: obligor_source_callback,
        user: *mut c_void,
    ) -> i32 {
        let name = crate::engine::checked_name("name", text::read_key("name", name, name_length)?)?;
        let desk = enter(engine)?;
        let user = User::new(user);
        let source = callback.map(|callback| -> HostCallback {
            Box::new(move |request: &str| ask(callback, user, request))
        });
        desk.engine.set_source(name, source)?;
        Ok(())
    }
}

type Callback = unsafe extern "C" fn(*const c_char, usize, *mut c_char, usize, *mut usize, *mut c_void) -> i32;

/// Asks the host. Whatever it answers wrongly is an error in words.
fn ask(callback: Callback, user: User, request: &str) -> Result<String, String> {
    // What goes through here may be about a person; it does not stay in memory that is given back.
    let request = Zeroizing::new(format!("{request}\0"));
    let mut buf = Zeroizing::new(vec![0_u8; MAX_HOST_ANSWER_BYTES + 1]);
    let mut needed = 0;
    // SAFETY: the host promises a function that may be called with this pointer; the texts are as long as they say.
    let status = unsafe {
        callback(
            request.as_ptr().cast(),
            request.len() - 1,
            buf.as_mut_ptr().cast(),
            buf.len(),
            &raw mut needed,
            user.pointer(),
        )
    };
    if status != OBLIGOR_OK {
        return Err(format!("the host's callback answered {status}"));
    }
    let answer = match needed.checked_sub(1).map(|length| buf.get(..length)) {
        None => return Err("the host's callback did not say how long its answer is".to_owned()),
        Some(None) => return Err(format!("the answer has {needed} bytes; at most {}", buf.len())),
        Some(Some(answer)) => answer,
    };
    let answer = std::str::from_utf8(answer)
        .map_err(|error| format!("the answer is not UTF-8 at byte {}", error.valid_up_to()))?;
    Ok(answer.to_owned())
}
