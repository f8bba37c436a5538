//! An identifier in its normal form, and what was noticed while reading it.

use super::{Personal, Scheme};
use core::fmt;
use core::hash::{Hash, Hasher};

/// The longest normal form: an IBAN (ISO 13616) has at most 34 characters.
const LONGEST: usize = 34;

/// The longest grouped form: an IBAN in groups of four.
const LONGEST_GROUPED: usize = LONGEST + LONGEST / 4;

/// Something worth knowing about an identifier that is not a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Note {
    /// The number is a person's number: it must not be logged, and may be stored only on a legal basis.
    Personal,
    /// A Danish personal number that does not pass modulus 11, as is lawful since October 2007.
    NotMod11,
    /// Beside [`Note::NotMod11`]: the birthday is not 1 January, the only one for which the register says that such
    /// numbers were given out so far. Worth a second look, not a refusal.
    NotMod11Unlisted,
    /// A number of a test population (Norway: Tenor).
    Synthetic,
    /// A temporary number (Finland: 900 to 999).
    TemporaryNumber,
    /// A Swedish samordningsnummer.
    CoordinationNumber,
    /// A Norwegian D-number.
    DNumber,
    /// A Norwegian H-number, given by a hospital or another body for its own use.
    HNumber,
    /// A Norwegian FH-number, shared help number of the health sector: it holds no date of birth.
    FhNumber,
    /// A Norwegian number that is valid by the rule of 2032 only.
    Rule2032,
    /// It begins unlike the numbers in use (Norwegian organisation numbers begin with 8 or 9).
    UnusualPrefix,
    /// A Swedish organisation number that is its owner's personal number.
    SoleTrader,
    /// A Dutch btw-id that passes the test of entities: it holds an RSIN.
    EntityBtw,
    /// A Dutch btw-id that passes the test of sole proprietors: its digits mean nothing.
    SoleProprietorBtw,
    /// A Dutch btw-id of before 2020 that holds its owner's BSN: warn, and do not store.
    OldBsnBearingBtw,
    /// A Dutch RSIN, which no test can tell from a BSN.
    BsnShaped,
}

impl Note {
    /// Every note.
    pub const ALL: [Note; 16] = [
        Note::Personal,
        Note::NotMod11,
        Note::NotMod11Unlisted,
        Note::Synthetic,
        Note::TemporaryNumber,
        Note::CoordinationNumber,
        Note::DNumber,
        Note::HNumber,
        Note::FhNumber,
        Note::Rule2032,
        Note::UnusualPrefix,
        Note::SoleTrader,
        Note::EntityBtw,
        Note::SoleProprietorBtw,
        Note::OldBsnBearingBtw,
        Note::BsnShaped,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Note::Personal => "personal",
            Note::NotMod11 => "not_mod11",
            Note::NotMod11Unlisted => "not_mod11_unlisted",
            Note::Synthetic => "synthetic",
            Note::TemporaryNumber => "temporary_number",
            Note::CoordinationNumber => "coordination_number",
            Note::DNumber => "d_number",
            Note::HNumber => "h_number",
            Note::FhNumber => "fh_number",
            Note::Rule2032 => "rule_2032",
            Note::UnusualPrefix => "unusual_prefix",
            Note::SoleTrader => "sole_trader",
            Note::EntityBtw => "entity_btw",
            Note::SoleProprietorBtw => "sole_proprietor_btw",
            Note::OldBsnBearingBtw => "old_bsn_bearing_btw",
            Note::BsnShaped => "bsn_shaped",
        }
    }
}

/// A set of notes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Notes(u32);

impl Notes {
    /// No notes.
    pub const NONE: Notes = Notes(0);

    /// The set with one more note.
    #[must_use]
    pub const fn with(self, note: Note) -> Notes {
        Notes(self.0 | 1 << note as u8)
    }

    /// Whether the note is in the set.
    pub const fn has(self, note: Note) -> bool {
        self.0 & (1 << note as u8) != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The notes in the set.
    pub fn iter(self) -> impl Iterator<Item = Note> {
        Note::ALL.into_iter().filter(move |note| self.has(*note))
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Note::name)).finish()
    }
}

/// An identifier in its normal form. Two of them are equal when scheme and text are: notes are only remarks.
///
/// `Display` and `Debug` print the number only when it is certainly not a person's.
#[derive(Clone, Copy)]
pub struct Identifier {
    text: [u8; LONGEST],
    len: u8,
    scheme: Scheme,
    notes: Notes,
}

impl Identifier {
    /// From a text that a check has brought to its normal form; what is beyond the longest is cut, which no check does.
    pub(super) fn new(scheme: Scheme, normal: &[u8], notes: Notes) -> Identifier {
        let mut text = [0; LONGEST];
        let len = normal.len().min(LONGEST);
        text[..len].copy_from_slice(&normal[..len]);
        let len = len as u8;
        let notes = if scheme.personal() == Personal::Always { notes.with(Note::Personal) } else { notes };
        Identifier { text, len, scheme, notes }
    }

    /// What kind of identifier it is.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What was noticed.
    pub fn notes(&self) -> Notes {
        self.notes
    }

    /// Whether it is a person's number, as far as the number itself tells.
    ///
    /// A Swedish organisation number does tell; an RSIN (same test as a BSN) and an IBAN do not.
    pub fn personal(&self) -> Personal {
        if self.notes.has(Note::Personal) {
            return Personal::Always;
        }
        match self.scheme {
            Scheme::NlRsin | Scheme::Iban => Personal::May,
            _ => Personal::Never,
        }
    }

    /// The number in its normal form, even if it is a person's. Keep it out of logs and errors.
    pub fn reveal(&self) -> &str {
        // Always within bounds and always ASCII; the fallbacks keep this free of panics.
        self.text.get(..usize::from(self.len)).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The form people read, in groups (`974 760 673`); none for a person's number, which is nobody's to read out.
    pub fn grouped(&self) -> Option<Grouped> {
        (self.personal() != Personal::Always).then(|| Grouped::of(self))
    }

    /// The same number, known to belong to a Dutch sole proprietor.
    ///
    /// Sole proprietors got btw-ids without meaning on 1 January 2020. One that still passes only the test of entities is
    /// an old one, made of its owner's BSN, which the tax authority no longer accepts and nobody else may keep (UAVG
    /// art. 46). Only the caller can know the legal form, so only the caller can ask.
    #[must_use]
    pub fn of_sole_proprietor(mut self) -> Identifier {
        if self.scheme == Scheme::NlBtw && !self.notes.has(Note::SoleProprietorBtw) {
            self.notes = self.notes.with(Note::OldBsnBearingBtw).with(Note::Personal);
        }
        self
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.reveal() == other.reveal()
    }
}

impl Eq for Identifier {}

impl Hash for Identifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scheme.hash(state);
        self.reveal().hash(state);
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if self.personal() == Personal::Never { self.reveal() } else { "***" })
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({} {self} {:?})", self.scheme, self.notes)
    }
}

/// A number in the groups in which its country writes it.
#[derive(Clone, Copy)]
pub struct Grouped {
    text: [u8; LONGEST_GROUPED],
    len: u8,
}

impl Grouped {
    fn of(id: &Identifier) -> Grouped {
        let mut grouped = Grouped { text: [0; LONGEST_GROUPED], len: 0 };
        for (place, byte) in id.reveal().bytes().enumerate() {
            if let Some(separator) = separator_before(id.scheme, place) {
                grouped.push(separator);
            }
            grouped.push(byte);
        }
        grouped
    }

    fn push(&mut self, byte: u8) {
        if let Some(to) = self.text.get_mut(usize::from(self.len)) {
            *to = byte;
            self.len += 1;
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.text.get(..usize::from(self.len)).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An IBAN may be a person's; asking for its groups is not asking for it to be logged.
        f.write_str("Grouped(***)")
    }
}

/// What stands before the character at `place` of the normal form.
fn separator_before(scheme: Scheme, place: usize) -> Option<u8> {
    let (places, separator): (&[usize], u8) = match scheme {
        Scheme::DkCvr => (&[2, 4, 6], b' '),
        Scheme::NoOrgnr => (&[3, 6], b' '),
        Scheme::NoVat => (&[3, 6, 9], b' '),
        Scheme::SeOrgnr => (&[6], b'-'),
        Scheme::FiYtunnus => (&[7], b'-'),
        Scheme::Iban => (&[4, 8, 12, 16, 20, 24, 28, 32], b' '),
        // The rest is written without groups: VAT numbers as VIES shows them, LEI, GLN, KvK and RSIN as they are.
        _ => (&[], b' '),
    };
    places.contains(&place).then_some(separator)
}
