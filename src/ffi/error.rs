//! The last error

use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::c_char;

use super::status::{OBLIGOR_E_ARGUMENT, OBLIGOR_E_BUFFER, status_of};
use super::text::{TextOut, cut};
use crate::error::Error;

/// The longest last error, in bytes; a longer one is cut at a character.
const MOST: usize = 1023;

/// Why a call did not do what was asked.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: i32,
    /// `None` leaves the last error as it is.
    words: Option<Cow<'static, str>>,
}

impl Failure {
    pub(super) fn new(status: i32, words: impl Into<Cow<'static, str>>) -> Self {
        Self { status, words: Some(words.into()) }
    }

    pub(super) fn argument(words: impl Into<Cow<'static, str>>) -> Self {
        Self::new(OBLIGOR_E_ARGUMENT, words)
    }

    /// The same with the place it happened at put before its words.
    pub(super) fn at(self, place: impl std::fmt::Display) -> Self {
        Self { words: self.words.map(|words| format!("{place}: {words}").into()), ..self }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(status_of(error.kind()), error.message().to_owned())
    }
}

/// A text of fixed size: nothing to free when a thread ends, so nothing can go wrong when the library is unloaded.
struct Kept {
    length: usize,
    bytes: [u8; MOST],
}

thread_local! {
    static LAST: RefCell<Kept> = const { RefCell::new(Kept { length: 0, bytes: [0; MOST] }) };
}

/// Makes this the thread's last error, and gives its status.
pub(super) fn keep(failure: Failure) -> i32 {
    if let Some(words) = failure.words {
        let words = cut(&words, MOST);
        // A thread that is going away has no last error.
        let _ = LAST.try_with(|last| {
            if let Ok(mut last) = last.try_borrow_mut() {
                last.length = words.len();
                last.bytes[..words.len()].copy_from_slice(words.as_bytes());
            }
        });
    }
    failure.status
}

/// Lets `look` see the thread's last error.
fn with_last<R>(look: impl FnOnce(&str) -> R) -> Option<R> {
    let seen = LAST.try_with(|last| {
        let last = last.try_borrow().ok()?;
        let text = std::str::from_utf8(last.bytes.get(..last.length)?).ok()?;
        Some(look(text))
    });
    seen.ok().flatten()
}

export! {
    /// The words of the last call that failed on the calling thread, for the person who must act; empty if none did. A
    /// call that succeeds leaves them as they are, and so does this function. They hold no secret and no personal
    /// number. At most 1024 bytes are needed, the NUL counted.
    ///
    /// Errors: OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT.
    pub unsafe fn obligor_last_error(buf: *mut c_char, cap: usize, needed: *mut usize) -> i32 {
        // Telling an error must not replace it.
        let silent = |failure: Failure| Failure { words: None, ..failure };
        let out = TextOut::new(buf, cap, needed).map_err(silent)?;
        let told = with_last(|text| text.to_owned()).unwrap_or_default();
        out.fill(&told).map_err(silent)
    }
}

/// The failure of a buffer that is too small.
pub(super) fn too_small(cap: usize, needed: usize) -> Failure {
    Failure::new(OBLIGOR_E_BUFFER, format!("the buffer has {cap} bytes, and {needed} are needed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last() -> String {
        with_last(str::to_owned).unwrap()
    }

    #[test]
    fn each_thread_has_its_own_and_success_leaves_it() {
        assert_eq!(keep(Failure::argument("here")), OBLIGOR_E_ARGUMENT);
        std::thread::spawn(|| {
            assert_eq!(last(), "");
            keep(Failure::argument("there"));
        })
        .join()
        .unwrap();
        assert_eq!(last(), "here");
        keep(Failure { status: OBLIGOR_E_BUFFER, words: None });
        assert_eq!(last(), "here");
    }

    #[test]
    fn a_long_one_is_cut_at_a_character() {
        keep(Failure::argument("ø".repeat(MOST)));
        assert_eq!(last(), "ø".repeat(MOST / 2));
        keep(Failure::argument("short"));
        assert_eq!(last(), "short");
    }
}
