//! Text in and out of the library.

use std::ffi::c_char;

use super::error::{Failure, too_small};
use super::status::{OBLIGOR_E_ENCODING, OBLIGOR_E_TOO_LARGE};

/// The longest text a caller may hand in, in bytes.
pub(super) const MAX_TEXT_BYTES: usize = 64 * 1024 * 1024;

/// A text as the caller gave it: `length` bytes, or up to the NUL when that is -1.
///
/// # Safety
/// `at` is NULL or points to `length` bytes (-1: to bytes up to a NUL) that nobody changes while `'a` lasts.
pub(super) unsafe fn read<'a>(name: &str, at: *const c_char, length: i64) -> Result<&'a str, Failure> {
    let at = at.cast::<u8>();
    let bytes: &[u8] = if length == 0 {
        &[]
    } else if at.is_null() {
        return Err(Failure::argument(format!("{name} is NULL")));
    } else {
        let length = match usize::try_from(length) {
            Ok(length) if length <= MAX_TEXT_BYTES => length,
            Ok(_) => return Err(too_long(name)),
            // SAFETY: with -1 the caller promises a NUL.
            Err(_) if length == -1 => unsafe { up_to_nul(at) }.ok_or_else(|| too_long(name))?,
            Err(_) => {
                return Err(Failure::argument(format!(
                    "the length of {name} is {length}; give its bytes, or -1 when a NUL ends it"
                )));
            }
        };
        // SAFETY: `at` is not NULL, and the caller promises this many bytes.
        unsafe { std::slice::from_raw_parts(at, length) }
    };
    utf8(name, bytes)
}

/// A text that names something: as [`read`], without the blanks and NULs that hosts pad it with.
///
/// # Safety
/// As [`read`].
pub(super) unsafe fn read_key<'a>(name: &str, at: *const c_char, length: i64) -> Result<&'a str, Failure> {
    // SAFETY: the same promise.
    unsafe { read(name, at, length) }.map(|text| text.trim_end_matches([' ', '\0']))
}

/// The text in a field of a struct: up to its first NUL, without trailing blanks.
#[inline]
pub(super) fn field<'a>(name: &str, field: &'a [c_char]) -> Result<&'a str, Failure> {
    // Most fields of most structs are empty.
    if field.first() == Some(&0) { Ok("") } else { padded(name, field) }
}

fn padded<'a>(name: &str, field: &'a [c_char]) -> Result<&'a str, Failure> {
    // SAFETY: `c_char` has the size and every value of `u8`.
    let bytes = unsafe { std::slice::from_raw_parts(field.as_ptr().cast::<u8>(), field.len()) };
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    utf8(name, bytes).map(|text| text.trim_end_matches(' '))
}

/// Puts a text into a field of a struct, cut at a character if it is too long, and with at least one NUL after it.
pub(super) fn put(field: &mut [c_char], text: &str) {
    let text = cut(text, field.len().saturating_sub(1));
    field.fill(0);
    for (to, from) in field.iter_mut().zip(text.bytes()) {
        *to = c_char::from_ne_bytes([from]);
    }
}

/// The longest beginning of a text that has at most `most` bytes and ends at a character.
pub(super) fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

fn utf8<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Failure> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        Failure::new(
            OBLIGOR_E_ENCODING,
            format!("{name} is not UTF-8 at byte {at} (0x{byte:02X}), counted from 0; convert it before the call"),
        )
    })
}

fn too_long(name: &str) -> Failure {
    Failure::new(OBLIGOR_E_TOO_LARGE, format!("{name} is longer than {MAX_TEXT_BYTES} bytes"))
}

/// How many bytes stand before the NUL; `None` when there are more than we take.
///
/// # Safety
/// `at` points to bytes up to a NUL.
unsafe fn up_to_nul(at: *const u8) -> Option<usize> {
    // SAFETY: no byte after the NUL is looked at.
    (0..=MAX_TEXT_BYTES).find(|offset| unsafe { at.add(*offset).read() } == 0)
}

/// Where a text goes: a buffer of the caller, and the place where the size it needs is put.
#[derive(Debug)]
pub(super) struct TextOut {
    buf: *mut u8,
    cap: usize,
    needed: *mut usize,
}

impl TextOut {
    /// Puts 0 into `needed`, so that it is set whatever comes.
    ///
    /// # Safety
    /// `buf` is NULL or `cap` bytes may be written there, `needed` is NULL or a `size_t` may, both for as long as this
    /// lives.
    pub(super) unsafe fn new(buf: *mut c_char, cap: usize, needed: *mut usize) -> Result<Self, Failure> {
        if needed.is_null() {
            return Err(Failure::argument("needed is NULL"));
        }
        // SAFETY: the caller's promise.
        unsafe { needed.write_unaligned(0) };
        if buf.is_null() && cap > 0 {
            return Err(Failure::argument("buf is NULL, and cap is not 0"));
        }
        Ok(Self { buf: buf.cast(), cap, needed })
    }

    /// Whether this text has room, with its NUL.
    pub(super) fn has_room_for(&self, text: &str) -> bool {
        text.len() < self.cap
    }

    /// Puts the text and its NUL into the buffer, or nothing if there is no room; says in either case what is needed.
    pub(super) fn fill(self, text: &str) -> Result<(), Failure> {
        let needed = text.len() + 1;
        // SAFETY: promised when this was made.
        unsafe { self.needed.write_unaligned(needed) };
        if !self.has_room_for(text) {
            return Err(too_small(self.cap, needed));
        }
        // SAFETY: there is room for the text and the NUL, and a text of ours does not overlap the caller's buffer.
        unsafe {
            self.buf.copy_from_nonoverlapping(text.as_ptr(), text.len());
            self.buf.add(text.len()).write(0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::status::{OBLIGOR_E_ARGUMENT, OBLIGOR_E_BUFFER};

    fn taken(bytes: &[u8], length: i64) -> Result<&str, i32> {
        // SAFETY: the tests hand in as many bytes as they say.
        unsafe { read("text", bytes.as_ptr().cast(), length) }.map_err(|failure| failure.status)
    }

    #[test]
    fn texts_have_a_length_or_a_nul() {
        assert_eq!(taken(b"abc", 2), Ok("ab"));
        assert_eq!(taken(b"abc\0def", -1), Ok("abc"));
        assert_eq!(taken(b"\0", -1), Ok(""));
        assert_eq!(taken(b"a", 0), Ok(""));
        assert_eq!(taken(b"a", -2), Err(OBLIGOR_E_ARGUMENT));
        assert_eq!(taken(b"a", i64::MIN), Err(OBLIGOR_E_ARGUMENT));
        assert_eq!(taken(b"a", i64::MAX), Err(OBLIGOR_E_TOO_LARGE));
        assert_eq!(taken(b"S\xF8ren", 5), Err(OBLIGOR_E_ENCODING));
        for (length, expected) in [(0, Ok("")), (-1, Err(OBLIGOR_E_ARGUMENT)), (1, Err(OBLIGOR_E_ARGUMENT))] {
            // SAFETY: NULL is allowed.
            let got = unsafe { read("text", std::ptr::null(), length) };
            assert_eq!(got.map_err(|failure| failure.status), expected);
        }
    }

    #[test]
    fn keys_lose_their_padding_only() {
        for (given, kept) in [("10042   ", "10042"), ("10042\0\0 ", "10042"), (" 1 ", " 1"), ("   ", "")] {
            // SAFETY: as long as it says.
            let got = unsafe { read_key("key", given.as_ptr().cast(), i64::try_from(given.len()).unwrap()) };
            assert_eq!(got.unwrap(), kept);
        }
    }

    #[test]
    fn fields_end_at_the_first_nul_or_at_their_end() {
        let of = |text: &[u8; 4]| text.map(|byte| c_char::from_ne_bytes([byte]));
        for (given, kept) in
            [(b"DKK\0", "DKK"), (b"DKK ", "DKK"), (b"ABCD", "ABCD"), (b"\0\xFF\xFF\xFF", ""), (b"A\0\xFF ", "A")]
        {
            assert_eq!(field("currency", &of(given)).unwrap(), kept);
        }
        assert_eq!(field("currency", &of(b"A\xC3\0 ")).unwrap_err().status, OBLIGOR_E_ENCODING);
        let mut room = [1; 4];
        put(&mut room, "aøø");
        assert_eq!(field("room", &room).unwrap(), "aø");
        put(&mut room, "abcdef");
        assert_eq!(room, of(b"abc\0"));
    }

    #[test]
    fn every_size_of_buffer_gets_all_or_nothing() {
        const TEXT: &str = "Søren";
        let needs = TEXT.len() + 1;
        for cap in 0..=needs + 2 {
            let mut buf = vec![0xAA_u8; cap + 4];
            let mut needed = usize::MAX;
            // SAFETY: the buffer is larger than `cap`.
            let answer = unsafe { TextOut::new(buf.as_mut_ptr().cast(), cap, &raw mut needed) }.unwrap().fill(TEXT);
            assert_eq!(needed, needs);
            let written = if cap < needs { 0 } else { needs };
            assert_eq!(
                answer.map_err(|failure| failure.status),
                if cap < needs { Err(OBLIGOR_E_BUFFER) } else { Ok(()) }
            );
            assert!(buf[written..].iter().all(|byte| *byte == 0xAA), "cap {cap}");
            if written > 0 {
                assert_eq!(&buf[..needs], "Søren\0".as_bytes());
            }
        }
        let mut needed = usize::MAX;
        // SAFETY: NULL is allowed.
        unsafe {
            assert_eq!(TextOut::new(std::ptr::null_mut(), 1, &raw mut needed).unwrap_err().status, OBLIGOR_E_ARGUMENT);
            assert_eq!(needed, 0);
            assert!(TextOut::new(std::ptr::null_mut(), 0, std::ptr::null_mut()).is_err());
        }
    }
}
