//! From what people type to the characters that count.
//!
//! People write `13 58 56 28`, `556036-0793` and `NL0044.95.445.B01`, and paste non-breaking spaces and long dashes from
//! the web. [`Clean::of`] drops what only groups the digits and remembers where each kept character stood, so a fault
//! can name the place in the text as it was typed. Digits of other scripts are *not* read as digits: two systems that
//! disagree about them would disagree about the number.

use super::Fault;

/// Longer than the longest identifier (an IBAN has at most 34), so that "too long" can still be seen.
const ROOM: usize = 40;

/// The kept characters (ASCII, upper case) and their positions.
#[derive(Clone, Copy)]
pub(super) struct Clean {
    bytes: [u8; ROOM],
    at: [u16; ROOM],
    start: usize,
    end: usize,
}

impl Clean {
    /// Drops separators, wherever they stand. Only letters and digits remain.
    pub(super) fn of(text: &str) -> Result<Clean, Fault> {
        Clean::read(text, |c| c.is_whitespace() || is_dash(c) || c == '.' || c == '/', |_| false)
    }

    /// Keeps everything between the outer white space, signs included: for numbers in which the sign has a meaning.
    pub(super) fn signed(text: &str) -> Result<Clean, Fault> {
        let before = text.chars().take_while(|c| c.is_whitespace()).count();
        let mut clean =
            Clean::read(text.trim(), |_| false, |c| c == '+' || c == '-').map_err(|fault| shifted(fault, before))?;
        for at in &mut clean.at {
            *at = at.saturating_add(position(before));
        }
        Ok(clean)
    }

    /// Keeps letters and digits, and of the signs those that belong to the number.
    fn read(text: &str, separates: impl Fn(char) -> bool, belongs: impl Fn(char) -> bool) -> Result<Clean, Fault> {
        let mut clean = Clean { bytes: [0; ROOM], at: [0; ROOM], start: 0, end: 0 };
        for (place, c) in text.chars().enumerate() {
            let at = position(place + 1);
            let kept = if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase() as u8
            } else if separates(c) {
                continue;
            } else {
                let sign = if is_dash(c) { '-' } else { c };
                u8::try_from(sign).ok().filter(|_| belongs(sign)).ok_or(Fault::BadCharacter { at })?
            };
            if clean.end == ROOM {
                break;
            }
            clean.bytes[clean.end] = kept;
            clean.at[clean.end] = at;
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
        self.at.get(self.start + index).copied().unwrap_or(u16::MAX)
    }

    pub(super) fn bad_character(&self, index: usize) -> Fault {
        Fault::BadCharacter { at: self.at(index) }
    }

    /// The same without its first `count` characters.
    pub(super) fn without_first(mut self, count: usize) -> Clean {
        self.start = (self.start + count).min(self.end);
        self
    }

    /// The same without its last `count` characters.
    pub(super) fn without_last(mut self, count: usize) -> Clean {
        self.end = self.end.saturating_sub(count).max(self.start);
        self
    }

    /// The same without the country's two letters, if it has them; other letters are another country's.
    pub(super) fn without_country(self, country: &[u8; 2]) -> Result<Clean, Fault> {
        match self.bytes() {
            [a, b, ..] if [*a, *b] == *country => Ok(self.without_first(2)),
            [a, b, ..] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => Err(Fault::WrongCountryPrefix),
            _ => Ok(self),
        }
    }

    /// Exactly `N` digits, as numbers.
    pub(super) fn digits<const N: usize>(&self) -> Result<[u8; N], Fault> {
        if let Some(index) = self.bytes().iter().position(|b| !b.is_ascii_digit()) {
            return Err(self.bad_character(index));
        }
        self.length(N)?;
        let mut digits = [0; N];
        for (digit, byte) in digits.iter_mut().zip(self.bytes()) {
            *digit = byte - b'0';
        }
        Ok(digits)
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

fn position(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

fn shifted(fault: Fault, by: usize) -> Fault {
    match fault {
        Fault::BadCharacter { at } => Fault::BadCharacter { at: at.saturating_add(position(by)) },
        other => other,
    }
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
    }

    #[test]
    fn nothing_is_empty_and_too_much_is_too_long() {
        assert_eq!(Clean::of(" - ").err(), Some(Fault::Empty));
        let long = "1".repeat(100_000);
        assert_eq!(Clean::of(&long).unwrap().digits::<8>(), Err(Fault::TooLong { allows: 8 }));
        assert_eq!(Clean::of("123").unwrap().digits::<8>(), Err(Fault::TooShort { needs: 8, has: 3 }));
    }

    #[test]
    fn digits_of_other_scripts_are_not_digits() {
        assert_eq!(Clean::of("１３５８").err(), Some(Fault::BadCharacter { at: 1 }));
        assert_eq!(Clean::of("1٣").err(), Some(Fault::BadCharacter { at: 2 }));
    }
}
