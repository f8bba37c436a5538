//! From what people type to the characters that count.
//!
//! People write `13 58 56 28`, `556036-0793` and `NL0044.95.445.B01`, and paste non-breaking spaces and long dashes from
//! the web. [`Clean::of`] drops what only groups the digits and can find each kept character in the text again, so a fault
//! names its place as it was typed. Digits of other scripts are *not* read as digits: two systems that
//! disagree about them would disagree about the number.

use super::Fault;

/// Longer than the longest identifier (an IBAN has at most 34), so that "too long" can still be seen.
const ROOM: usize = 40;

/// The kept characters (ASCII, upper case), and the text that they stood in.
#[derive(Clone, Copy)]
pub(super) struct Clean<'a> {
    text: &'a str,
    /// Whether signs were kept too.
    signed: bool,
    bytes: [u8; ROOM],
    start: usize,
    end: usize,
}

impl<'a> Clean<'a> {
    /// Drops separators, wherever they stand. Only letters and digits remain.
    pub(super) fn of(text: &'a str) -> Result<Self, Fault> {
        Self::read(text, false)
    }

    /// Keeps everything between the outer white space, signs included: for numbers in which the sign has a meaning.
    pub(super) fn signed(text: &'a str) -> Result<Self, Fault> {
        Self::read(text.trim_end(), true)
    }

    fn read(text: &'a str, signed: bool) -> Result<Self, Fault> {
        let mut clean = Self { text, signed, bytes: [0; ROOM], start: 0, end: 0 };
        // What counts up to the first separator, which is all of most texts.
        let plain = text.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len()).min(ROOM);
        let (begins, rest) = text.split_at(plain);
        for (place, byte) in clean.bytes.iter_mut().zip(begins.bytes()) {
            *place = byte.to_ascii_uppercase();
        }
        clean.end = plain;
        for (at, c) in rest.char_indices() {
            let kept = match c {
                _ if c.is_ascii_alphanumeric() => c.to_ascii_uppercase() as u8,
                '+' if signed => b'+',
                _ if signed && is_dash(c) => b'-',
                _ if !signed && separates(c) => continue,
                _ if signed && clean.end == 0 && c.is_whitespace() => continue,
                _ => return Err(Fault::BadCharacter { at: position(plain + rest[..at].chars().count()) }),
            };
            let Some(place) = clean.bytes.get_mut(clean.end) else { break };
            *place = kept;
            clean.end += 1;
        }
        if clean.end == 0 { Err(Fault::Empty) } else { Ok(clean) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn text(&self) -> &str {
        core::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Where the `index`-th kept character stood in the text.
    pub(super) fn at(&self, index: usize) -> u16 {
        let kept = |c: char| c.is_ascii_alphanumeric() || (self.signed && !c.is_whitespace());
        let place = self.text.chars().enumerate().filter(|(_, c)| kept(*c)).nth(self.start + index);
        place.map_or(u16::MAX, |(place, _)| position(place))
    }

    pub(super) fn bad_character(&self, index: usize) -> Fault {
        Fault::BadCharacter { at: self.at(index) }
    }

    /// The same without its first `count` characters.
    pub(super) fn without_first(mut self, count: usize) -> Self {
        self.start = (self.start + count).min(self.end);
        self
    }

    /// The same without its last `count` characters.
    pub(super) fn without_last(mut self, count: usize) -> Self {
        self.end = self.end.saturating_sub(count).max(self.start);
        self
    }

    /// The same without the country's two letters, if it has them; other letters are another country's.
    pub(super) fn without_country(self, country: &[u8; 2]) -> Result<Self, Fault> {
        match self.bytes() {
            [a, b, ..] if [*a, *b] == *country => Ok(self.without_first(2)),
            [a, b, ..] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => Err(Fault::WrongCountryPrefix),
            _ => Ok(self),
        }
    }

    /// Exactly `N` digits, as numbers.
    pub(super) fn digits<const N: usize>(&self) -> Result<[u8; N], Fault> {
        // Every byte is looked at, so that all of them are looked at in one step.
        let only_digits = |ascii: &[u8; N]| ascii.iter().fold(true, |all, byte| all & byte.is_ascii_digit());
        match <[u8; N]>::try_from(self.bytes()) {
            Ok(ascii) if only_digits(&ascii) => Ok(ascii.map(|byte| byte - b'0')),
            _ => Err(self.not_digits(N)),
        }
    }

    /// Why the characters are not so many digits.
    #[cold]
    fn not_digits(&self, needs: usize) -> Fault {
        match self.bytes().iter().position(|byte| !byte.is_ascii_digit()) {
            Some(index) => self.bad_character(index),
            None => self.length(needs).err().unwrap_or(Fault::Empty),
        }
    }

    /// Whether there are exactly `needs` characters.
    pub(super) fn length(&self, needs: usize) -> Result<(), Fault> {
        let (has, needs_u8) = (self.len(), u8::try_from(needs).unwrap_or(u8::MAX));
        if has < needs {
            Err(Fault::TooShort { needs: needs_u8, has: u8::try_from(has).unwrap_or(u8::MAX) })
        } else if has > needs {
            Err(Fault::TooLong { allows: needs_u8 })
        } else {
            Ok(())
        }
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// What only groups the characters that count.
fn separates(c: char) -> bool {
    c.is_whitespace() || is_dash(c) || c == '.' || c == '/'
}

/// The position of a character with so many before it.
fn position(before: usize) -> u16 {
    u16::try_from(before + 1).unwrap_or(u16::MAX)
}

/// Digits as ASCII, for the normal form.
pub(super) fn ascii<const N: usize>(digits: [u8; N]) -> [u8; N] {
    digits.map(|d| d + b'0')
}

/// The number that `digits` spell; at most nine of them.
pub(super) fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |n, d| n * 10 + u32::from(*d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_groups_is_dropped() {
        assert_eq!(Clean::of(" 13\u{a0}58\u{202f}56–28. ").unwrap().text(), "13585628");
        assert_eq!(Clean::of("nl0044.95.445.b01").unwrap().text(), "NL004495445B01");
    }

    #[test]
    fn positions_are_those_of_the_typed_text() {
        assert_eq!(Clean::of("12 34æ").err(), Some(Fault::BadCharacter { at: 6 }));
        assert_eq!(Clean::of("æ 12-x4").err(), Some(Fault::BadCharacter { at: 1 }));
        assert_eq!(Clean::of("12-x4").unwrap().digits::<4>(), Err(Fault::BadCharacter { at: 4 }));
        assert_eq!(Clean::signed("  12 4").err(), Some(Fault::BadCharacter { at: 5 }));
        let signed = Clean::signed("\u{a0} 12–+x ").unwrap();
        assert_eq!((signed.text(), signed.at(2), signed.at(4), signed.at(5)), ("12-+X", 5, 7, u16::MAX));
    }

    #[test]
    fn nothing_is_empty_and_too_much_is_too_long() {
        assert_eq!(Clean::of(" - ").err(), Some(Fault::Empty));
        let long = "1".repeat(100_000);
        assert_eq!(Clean::of(&long).unwrap().digits::<8>(), Err(Fault::TooLong { allows: 8 }));
        let full = "1".repeat(ROOM);
        assert_eq!(Clean::of(&full).unwrap().len(), ROOM);
        assert_eq!(Clean::of(&format!("{full}æ")).err(), Some(Fault::BadCharacter { at: 41 }));
        assert_eq!(Clean::of(&format!("{full}1æ")).unwrap().digits::<8>(), Err(Fault::TooLong { allows: 8 }));
        assert_eq!(Clean::of("123").unwrap().digits::<8>(), Err(Fault::TooShort { needs: 8, has: 3 }));
    }

    #[test]
    fn digits_of_other_scripts_are_not_digits() {
        assert_eq!(Clean::of("１３５８").err(), Some(Fault::BadCharacter { at: 1 }));
        assert_eq!(Clean::of("1٣").err(), Some(Fault::BadCharacter { at: 2 }));
    }
}
