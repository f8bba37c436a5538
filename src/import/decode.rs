//! From bytes to text. UTF-8 proves itself; what is not UTF-8 is Windows-1252, unless it is visibly something else.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// The largest file that is read, in bytes: about ten million open items.
pub const MAX_FILE_BYTES: usize = 1 << 30;

/// How the letters of a file are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, little-endian unless its byte order mark says otherwise.
    #[serde(rename = "utf-16")]
    Utf16,
    /// Windows-1252, of which Latin-1 is a part.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// The name, as a mapping writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// The text of a file, without its byte order mark.
pub(super) fn decode(bytes: &[u8], forced: Option<Encoding>) -> Result<(Cow<'_, str>, Encoding)> {
    if bytes.len() > MAX_FILE_BYTES {
        let message =
            format!("the file has {} bytes; at most {MAX_FILE_BYTES} are read: split it into parts", bytes.len());
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Error::argument("this is a spreadsheet, not a CSV file: save it as CSV UTF-8 first"));
    }
    let (utf8, bom16) = (bytes.strip_prefix(b"\xef\xbb\xbf"), matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]));
    let encoding = match forced {
        // Rejected rows are written as UTF-8 and come back with the options of the file they were in.
        _ if utf8.is_some() => Encoding::Utf8,
        Some(encoding) => encoding,
        None if bom16 => Encoding::Utf16,
        None => detect(bytes)?,
    };
    let text = match encoding {
        Encoding::Utf8 => match std::str::from_utf8(utf8.unwrap_or(bytes)) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => return Err(not_utf8(bytes, "the file is not UTF-8 throughout")),
        },
        Encoding::Utf16 => {
            let coding = if bytes.starts_with(&[0xfe, 0xff]) { UTF_16BE } else { UTF_16LE };
            let (text, broken) = coding.decode_with_bom_removal(bytes);
            if broken {
                return Err(Error::argument("the file is not UTF-16 throughout; say which encoding it has"));
            }
            text
        }
        Encoding::Windows1252 => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    if text.contains('\0') {
        let message = "the file has zero bytes in it: it is not text, or UTF-16 without a byte order mark; \
                       for the latter say encoding = \"utf-16\"";
        return Err(Error::argument(message));
    }
    Ok((text, encoding))
}

/// Without a byte order mark: UTF-8 if it is, else Windows-1252. A file that is UTF-8 in one place and not in another
/// was glued together or cut, and reading it as Windows-1252 would spoil every name in the good part.
fn detect(bytes: &[u8]) -> Result<Encoding> {
    if std::str::from_utf8(bytes).is_ok() {
        return Ok(Encoding::Utf8);
    }
    if bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
        return Err(not_utf8(bytes, "most of the file is UTF-8, but not all of it"));
    }
    Ok(Encoding::Windows1252)
}

fn not_utf8(bytes: &[u8], what: &str) -> Error {
    let valid = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    let line = 1 + bytes.iter().take(valid).filter(|b| **b == b'\n').count();
    Error::argument(format!("{what} (line {line}); export it again, or say encoding = \"windows-1252\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(String, Encoding)> {
        decode(bytes, None).map(|(text, encoding)| (text.into_owned(), encoding))
    }

    #[test]
    fn what_is_not_utf8_is_windows_1252() {
        let ok = |text: &str, encoding| Ok((text.to_owned(), encoding));
        assert_eq!(read("Åse €".as_bytes()), ok("Åse €", Encoding::Utf8));
        assert_eq!(read(b"\xef\xbb\xbfa"), ok("a", Encoding::Utf8));
        assert_eq!(read(b"\xc5se \x80 l\xf8s"), ok("Åse € løs", Encoding::Windows1252));
        assert_eq!(read(b"\xff\xfe\xc5\x00s\x00"), ok("Ås", Encoding::Utf16));
        assert_eq!(read(b"\xfe\xff\x00\xc5\x00s"), ok("Ås", Encoding::Utf16));
        assert_eq!(read(b""), ok("", Encoding::Utf8));
        let forced = decode("Å".as_bytes(), Some(Encoding::Windows1252)).unwrap();
        assert_eq!(forced.0, "Ã…");
    }

    #[test]
    fn a_mixed_file_is_not_guessed_at() {
        for (bytes, part) in [
            (&b"name\nS\xc3\xb8ren\nS\xf8ren\n"[..], "(line 3)"),
            (b"\xef\xbb\xbfname\nS\xf8ren", "(line 2)"),
            (b"a\0b\0", "utf-16"),
            (b"PK\x03\x04rest", "spreadsheet"),
            (b"\xff\xfe\x00\xd8", "UTF-16"),
        ] {
            let error = read(bytes).unwrap_err();
            assert!(error.message().contains(part), "{error}");
        }
    }
}
