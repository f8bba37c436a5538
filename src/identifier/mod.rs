//! National identifiers: is this text a company number, a VAT number or a person's number, and which one?
//!
//! An identifier is judged without asking anybody: by its length, its characters, the date inside it and its check
//! digits. That answers two questions before any register is called: *was it typed right* (a wrong digit is caught
//! at the desk, with the place named) and *are two customers the same debtor* (both texts are brought to one normal
//! form, and VAT numbers are led back to the organisation number they are made of, see [`vat`]).
//!
//! There are three answers, not two. [`Answer::Valid`] means a check digit proves the text; [`Answer::FormatOnly`]
//! means nothing contradicts it but nothing proves it either (a KvK number has no check digit, and Danish personal
//! numbers issued since 2007 may fail theirs); [`Answer::Invalid`] carries a [`Fault`] that says what is wrong. None of
//! them says that the number was ever *issued*: only a register knows that.
//!
//! Personal numbers are treated as hot: a [`Fault`] never holds the text it judged, and neither `Display` nor `Debug`
//! of an [`Identifier`] prints a number that is, or may be, a person's. Whoever needs it says so: [`Identifier::reveal`].
//!
//! Everything here is a pure function: no clock (the caller brings `today`), no I/O, no allocation, no panic.

mod birth;
mod check_digit;
mod clean;
mod dk;
mod fault;
mod fi;
mod international;
mod nl;
mod no;
mod scheme;
mod se;
mod value;
pub mod vat;

#[cfg(test)]
mod properties;

pub use fault::Fault;
pub use scheme::{Personal, Scheme, UnknownScheme};
pub use value::{Grouped, Identifier, Note, Notes};

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A check digit proves the text.
    Valid(Identifier),
    /// The format is right, but no check digit exists, or the one there is does not prove it (see the notes).
    FormatOnly(Identifier),
    /// The text is not an identifier of this scheme.
    Invalid(Fault),
}

impl Answer {
    /// The identifier, unless the text is invalid.
    pub fn identifier(&self) -> Option<Identifier> {
        match self {
            Answer::Valid(id) | Answer::FormatOnly(id) => Some(*id),
            Answer::Invalid(_) => None,
        }
    }

    /// What is wrong, if the text is invalid.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Answer::Invalid(fault) => Some(*fault),
            Answer::Valid(_) | Answer::FormatOnly(_) => None,
        }
    }

    /// Whether the text may be used as an identifier at all: proven, or at least of the right format.
    pub fn is_accepted(&self) -> bool {
        self.identifier().is_some()
    }
}

/// Judges `text` as an identifier of `scheme`.
///
/// `today` is counted in days since 1970-01-01. It decides the century of short Swedish numbers, refuses birth dates
/// that have not come yet, and switches on the Norwegian rule of 2032.
///
/// Spaces, hyphens, dots and slashes are ignored where they carry no meaning, and lower case is read as upper case.
/// In Swedish and Finnish personal numbers the sign tells the century, so nothing is ignored there.
///
/// ```
/// use obligor::identifier::{Answer, Fault, Scheme, check};
///
/// let today = 20_468; // 2026-01-15
/// let Answer::Valid(cvr) = check(Scheme::DkCvr, "13 58 56 28", today) else { panic!() };
/// assert_eq!(cvr.reveal(), "13585628");
/// assert_eq!(check(Scheme::DkCvr, "13585629", today), Answer::Invalid(Fault::BadCheckDigit));
/// ```
pub fn check(scheme: Scheme, text: &str, today: i32) -> Answer {
    let judged = match scheme {
        Scheme::DkCvr => dk::cvr(text).map(Answer::Valid),
        Scheme::DkCpr => dk::cpr(text, today),
        Scheme::NoOrgnr => no::orgnr(text).map(Answer::Valid),
        Scheme::NoPersonnr => no::personnr(text, today).map(Answer::Valid),
        Scheme::SeOrgnr => se::orgnr(text, today).map(Answer::Valid),
        Scheme::SePersonnr => se::personnr(text, today).map(Answer::Valid),
        Scheme::FiYtunnus => fi::ytunnus(text).map(Answer::Valid),
        Scheme::FiHetu => fi::hetu(text, today).map(Answer::Valid),
        Scheme::NlKvk => nl::kvk(text).map(Answer::FormatOnly),
        Scheme::NlRsin => nl::rsin(text).map(Answer::Valid),
        Scheme::NlBsn => nl::bsn(text).map(Answer::Valid),
        Scheme::NlBtw => nl::btw(text).map(Answer::Valid),
        Scheme::DkVat => vat::dk(text).map(Answer::Valid),
        Scheme::NoVat => vat::no(text).map(Answer::Valid),
        Scheme::SeVat => vat::se(text, today).map(Answer::Valid),
        Scheme::FiVat => vat::fi(text).map(Answer::Valid),
        Scheme::Iban => international::iban(text).map(Answer::Valid),
        Scheme::Lei => international::lei(text).map(Answer::Valid),
        Scheme::Gln => international::gln(text).map(Answer::Valid),
    };
    judged.unwrap_or_else(Answer::Invalid)
}

/// The schemes of `country` (two letters, upper case), and the international ones, that accept `text`.
///
/// More than one may: eight digits can be a CVR number and a Danish VAT number without its prefix, and a Dutch RSIN is
/// indistinguishable from a BSN. Which one it is, the field it was typed into must say.
///
/// ```
/// use obligor::identifier::{Scheme, guess};
///
/// assert!(guess("NO", "974 760 673", 20_468).eq([Scheme::NoOrgnr]));
/// ```
pub fn guess<'a>(country: &'a str, text: &'a str, today: i32) -> impl Iterator<Item = Scheme> + 'a {
    Scheme::ALL
        .into_iter()
        .filter(move |scheme| scheme.country().is_none_or(|of| of == country))
        .filter(move |scheme| check(*scheme, text, today).is_accepted())
}
