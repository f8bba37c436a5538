//! Why a text is not an identifier.

use core::fmt;

/// What is wrong with a text. It never contains the text: a mistyped personal number is still a personal number.
///
/// Positions count the characters of the text as it was typed, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is nothing but separators.
    Empty,
    /// Fewer characters than the scheme needs, separators not counted.
    TooShort {
        /// How many are needed.
        needs: u8,
        /// How many there are.
        has: u8,
    },
    /// More characters than the scheme allows, separators not counted.
    TooLong {
        /// How many are allowed.
        allows: u8,
    },
    /// A character that may not stand where it stands.
    BadCharacter {
        /// Its position, from 1.
        at: u16,
    },
    /// The check digits do not match: some other digit was mistyped, or two were swapped.
    BadCheckDigit,
    /// The date inside the number does not exist.
    ImpossibleDate,
    /// The date of birth inside the number has not come yet.
    FutureDate,
    /// The sign that tells the century is missing.
    MissingCenturySign,
    /// It begins with the letters of another country.
    WrongCountryPrefix,
    /// The ending that makes it a VAT number is missing or wrong (`MVA`, `01`, `B01`…).
    WrongSuffix,
    /// It begins with digits that numbers of this scheme never begin with.
    ForbiddenPrefix,
    /// The check digits may match, but such a number is never given out.
    NeverIssued,
    /// No country with these letters issues such numbers.
    UnknownCountry,
    /// The country's own layout (lengths, letters, digits) is not followed.
    WrongStructure,
}

impl Fault {
    /// The stable name, without positions and lengths.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Empty => "empty",
            Fault::TooShort { .. } => "too_short",
            Fault::TooLong { .. } => "too_long",
            Fault::BadCharacter { .. } => "bad_character",
            Fault::BadCheckDigit => "bad_check_digit",
            Fault::ImpossibleDate => "impossible_date",
            Fault::FutureDate => "future_date",
            Fault::MissingCenturySign => "missing_century_sign",
            Fault::WrongCountryPrefix => "wrong_country_prefix",
            Fault::WrongSuffix => "wrong_suffix",
            Fault::ForbiddenPrefix => "forbidden_prefix",
            Fault::NeverIssued => "never_issued",
            Fault::UnknownCountry => "unknown_country",
            Fault::WrongStructure => "wrong_structure",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Empty => f.write_str("nothing was entered"),
            Fault::TooShort { needs, has } => write!(f, "too short: {needs} characters are needed, there are {has}"),
            Fault::TooLong { allows } => write!(f, "too long: no more than {allows} characters belong here"),
            Fault::BadCharacter { at } => write!(f, "character {at} does not belong there"),
            Fault::BadCheckDigit => f.write_str("the check digit does not match: compare the number with its source"),
            Fault::ImpossibleDate => f.write_str("the date in the number does not exist"),
            Fault::FutureDate => f.write_str("the date of birth in the number has not come yet"),
            Fault::MissingCenturySign => f.write_str("the sign that tells the century is missing"),
            Fault::WrongCountryPrefix => f.write_str("it begins with the letters of another country"),
            Fault::WrongSuffix => f.write_str("the ending that makes it a VAT number is missing or wrong"),
            Fault::ForbiddenPrefix => f.write_str("no number of this kind begins with these digits"),
            Fault::NeverIssued => f.write_str("such a number is never given out: compare it with its source"),
            Fault::UnknownCountry => f.write_str("no country with these letters gives out such numbers"),
            Fault::WrongStructure => f.write_str("it does not follow the layout of its country"),
        }
    }
}

impl core::error::Error for Fault {}
