//! Whom the law sees: a person or an organisation.
//!
//! The answer decides what may be asked about a customer, how long a payment remark may be used, and whether a machine
//! may reject it. It is therefore *derived*, from the legal form in a register and from the numbers a customer carries,
//! and never typed in. A sole trader is a natural person in all five countries, whatever its number looks like.
//!
//! Where evidence is contradictory the more careful reading wins: one sign of a person makes it a person. Where there
//! is none it is [`Subject::Unknown`], which the law room treats like a person.

use serde::{Deserialize, Serialize};

use crate::identifier::{Identifier, Note, Personal, Scheme};

/// Whom the law sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A natural person who does not act as a business.
    PrivatePerson,
    /// A natural person who trades in their own name.
    SoleTrader,
    /// Two or more who trade together and are liable themselves: I/S, ANS, DA, HB, KB, Ay, Ky, VOF, CV, maatschap.
    Partnership,
    /// A company, association, foundation or public body.
    Company,
    /// Nothing tells.
    Unknown,
}

impl Subject {
    /// Person, organisation or unknown: what is kept with a customer.
    pub const fn kind(self) -> SubjectKind {
        match self {
            Self::PrivatePerson | Self::SoleTrader => SubjectKind::Person,
            Self::Partnership | Self::Company => SubjectKind::Organisation,
            Self::Unknown => SubjectKind::Unknown,
        }
    }

    /// Whether it is, or for all we know may be, a natural person.
    pub const fn may_be_person(self) -> bool {
        !matches!(self.kind(), SubjectKind::Organisation)
    }
}

/// A [`Subject`] without its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// An organisation.
    Organisation,
    /// A natural person, sole traders included.
    Person,
    /// Nothing tells.
    Unknown,
}

impl SubjectKind {
    /// The stable name: `organisation`, `person` or `unknown`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Person => "person",
            Self::Unknown => "unknown",
        }
    }
}

/// What told who the subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubjectSource {
    /// The legal form.
    LegalForm,
    /// A number it carries.
    Number,
    /// Nothing.
    Nothing,
}

/// What one number tells about who carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// A personal number.
    Persons,
    /// A number that only sole traders carry: a Swedish organisation number that is a personal number, a Dutch btw-id
    /// without meaning.
    SoleTraders,
    /// A number that only organisations carry: any other Swedish organisation number, an RSIN.
    Organisations,
    /// A number that both carry, such as a CVR number.
    Anybodys,
}

impl Number {
    /// What an identifier tells.
    pub fn of(identifier: &Identifier) -> Self {
        let notes = identifier.notes();
        if notes.has(Note::SoleTrader) || (notes.has(Note::SoleProprietorBtw) && !notes.has(Note::EntityBtw)) {
            Self::SoleTraders
        } else if identifier.personal() == Personal::Always {
            Self::Persons
        } else if matches!(identifier.scheme(), Scheme::SeOrgnr | Scheme::SeVat | Scheme::NlRsin) {
            Self::Organisations
        } else {
            Self::Anybodys
        }
    }

    /// What a kept identifier tells: its scheme's name, and whether it is kept as a keyed hash, which only persons'
    /// numbers are.
    pub fn kept(scheme: &str, hashed: bool) -> Self {
        match (scheme, hashed) {
            ("dk.cpr" | "no.personnr" | "se.personnr" | "fi.hetu" | "nl.bsn", _) => Self::Persons,
            ("se.orgnr" | "se.vat" | "nl.btw", true) => Self::SoleTraders,
            ("nl.rsin", _) | ("se.orgnr" | "se.vat", false) => Self::Organisations,
            (_, true) => Self::Persons,
            (_, false) => Self::Anybodys,
        }
    }
}

/// Who a customer is before the law, and what told so.
///
/// `country` is an ISO 3166 alpha-2 code, `form` the legal form as the country's register codes or names it; either may be
/// empty.
pub fn derive_subject(country: &str, form: &str, numbers: &[Number]) -> (Subject, SubjectSource) {
    let form = legal_form(country, form);
    let has = |number| numbers.contains(&number);
    match form {
        Some(person @ (Subject::PrivatePerson | Subject::SoleTrader)) => (person, SubjectSource::LegalForm),
        _ if has(Number::SoleTraders) => (Subject::SoleTrader, SubjectSource::Number),
        _ if has(Number::Persons) => (Subject::PrivatePerson, SubjectSource::Number),
        Some(organisation) => (organisation, SubjectSource::LegalForm),
        None if has(Number::Organisations) => (Subject::Company, SubjectSource::Number),
        None => (Subject::Unknown, SubjectSource::Nothing),
    }
}

/// Who a legal form makes of its bearer; `None` when the form is empty or not one we know in this country.
///
/// Codes are those of the registers (CVR `virksomhedsform`, Brønnøysund `organisasjonsform`, Bolagsverket
/// `organisationsform`, PRH `companyForms.type`, KvK `rechtsvorm`); names are read too. Case and punctuation do not count.
pub fn legal_form(country: &str, form: &str) -> Option<Subject> {
    let folded: String = form.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    let (_, forms) = FORMS.iter().find(|(of, _)| of.eq_ignore_ascii_case(country))?;
    forms.iter().find(|(names, _)| names.contains(&folded.as_str())).map(|(_, subject)| *subject)
}

type Forms = &'static [(&'static [&'static str], Subject)];

/// Legal forms by country, folded. FI 26 and DK 15 are read as sole traders from general knowledge of the code lists;
/// if that is wrong somebody is treated more carefully than the law asks.
const FORMS: &[(&str, Forms)] = &[
    (
        "DK",
        &[
            (
                &["10", "15", "enk", "enkeltmandsvirksomhed", "personligtejetmindrevirksomhed", "pmv"],
                Subject::SoleTrader,
            ),
            (&["privat", "privatperson"], Subject::PrivatePerson),
            (&["30", "40", "is", "ks", "interessentskab", "kommanditselskab"], Subject::Partnership),
            (
                &[
                    "60",
                    "70",
                    "80",
                    "81",
                    "90",
                    "100",
                    "110",
                    "as",
                    "ps",
                    "aps",
                    "ivs",
                    "fond",
                    "forening",
                    "fba",
                    "smba",
                    "amba",
                    "aktieselskab",
                    "anpartsselskab",
                    "partnerselskab",
                    "iværksætterselskab",
                ],
                Subject::Company,
            ),
        ],
    ),
    (
        "NO",
        &[
            (&["enk", "enkeltpersonforetak"], Subject::SoleTrader),
            (&["privat", "privatperson"], Subject::PrivatePerson),
            (
                &["ans", "da", "ks", "ansvarligselskap", "selskapmeddeltansvar", "kommandittselskap"],
                Subject::Partnership,
            ),
            (
                &[
                    "as",
                    "asa",
                    "sa",
                    "nuf",
                    "sti",
                    "fli",
                    "brl",
                    "bbl",
                    "esek",
                    "iks",
                    "kf",
                    "komm",
                    "stat",
                    "sf",
                    "org",
                    "orgl",
                    "spa",
                    "aksjeselskap",
                    "allmennaksjeselskap",
                    "samvirkeforetak",
                    "stiftelse",
                    "borettslag",
                ],
                Subject::Company,
            ),
        ],
    ),
    (
        "SE",
        &[
            (&["e", "ef", "enskildfirma", "enskildnäringsidkare", "enskildnäringsverksamhet"], Subject::SoleTrader),
            (&["privat", "privatperson"], Subject::PrivatePerson),
            (&["hb", "kb", "handelsbolag", "kommanditbolag"], Subject::Partnership),
            (
                &[
                    "ab",
                    "abpubl",
                    "ek",
                    "brf",
                    "i",
                    "s",
                    "bab",
                    "fl",
                    "aktiebolag",
                    "publiktaktiebolag",
                    "ekonomiskförening",
                    "bostadsrättsförening",
                    "ideellförening",
                    "stiftelse",
                ],
                Subject::Company,
            ),
        ],
    ),
    (
        "FI",
        &[
            (
                &["26", "tmi", "toiminimi", "yksityinenelinkeinonharjoittaja", "enskildnäringsidkare", "firma"],
                Subject::SoleTrader,
            ),
            (&["yksityishenkilö", "privatperson"], Subject::PrivatePerson),
            (&["ay", "ky", "avoinyhtiö", "kommandiittiyhtiö", "öppetbolag", "kommanditbolag"], Subject::Partnership),
            (
                &[
                    "16",
                    "17",
                    "oy",
                    "oyj",
                    "ab",
                    "abp",
                    "osk",
                    "ry",
                    "rs",
                    "osakeyhtiö",
                    "julkinenosakeyhtiö",
                    "osuuskunta",
                    "aktiebolag",
                    "publiktaktiebolag",
                    "andelslag",
                    "säätiö",
                    "yhdistys",
                ],
                Subject::Company,
            ),
        ],
    ),
    (
        "NL",
        &[
            (&["eenmanszaak", "zzp", "zzper", "ez"], Subject::SoleTrader),
            (&["particulier", "natuurlijkpersoon"], Subject::PrivatePerson),
            (&["vof", "cv", "maatschap", "vennootschaponderfirma", "commanditairevennootschap"], Subject::Partnership),
            (
                &[
                    "bv",
                    "nv",
                    "coöperatie",
                    "coop",
                    "stichting",
                    "vereniging",
                    "beslotenvennootschap",
                    "naamlozevennootschap",
                    "onderlingewaarborgmaatschappij",
                ],
                Subject::Company,
            ),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier;
    use proptest::prelude::*;

    #[test]
    fn a_sole_trader_is_a_person_in_every_country() {
        for (country, form) in [
            ("DK", "10"),
            ("DK", "Enkeltmandsvirksomhed"),
            ("NO", "ENK"),
            ("SE", "E"),
            ("SE", "Enskild firma"),
            ("FI", "Tmi"),
            ("FI", "toiminimi"),
            ("NL", "Eenmanszaak"),
            ("nl", "ZZP"),
        ] {
            let (subject, source) = derive_subject(country, form, &[Number::Anybodys]);
            assert_eq!(subject, Subject::SoleTrader, "{country} {form}");
            assert_eq!((subject.kind(), source), (SubjectKind::Person, SubjectSource::LegalForm));
        }
    }

    #[test]
    fn forms_are_read_by_country_and_in_any_spelling() {
        for (country, form, subject) in [
            ("DK", "A/S", Some(Subject::Company)),
            ("DK", "80", Some(Subject::Company)),
            ("DK", "I/S", Some(Subject::Partnership)),
            ("NO", "AS", Some(Subject::Company)),
            ("NO", "ANS", Some(Subject::Partnership)),
            ("SE", "HB", Some(Subject::Partnership)),
            ("SE", "AB (publ)", Some(Subject::Company)),
            ("FI", "16", Some(Subject::Company)),
            ("NL", "B.V.", Some(Subject::Company)),
            ("NL", "V.O.F.", Some(Subject::Partnership)),
            // The same letters are another form, or none, elsewhere.
            ("NO", "10", None),
            ("DK", "E", None),
            ("DE", "GmbH", None),
            ("", "AS", None),
            ("DK", "", None),
        ] {
            assert_eq!(legal_form(country, form), subject, "{country} {form}");
        }
    }

    #[test]
    fn numbers_tell_where_the_form_does_not() {
        let (company, from) = derive_subject("SE", "", &[Number::kept("se.orgnr", false)]);
        assert_eq!((company, from), (Subject::Company, SubjectSource::Number));
        assert_eq!(derive_subject("SE", "", &[Number::kept("se.orgnr", true)]).0, Subject::SoleTrader);
        assert_eq!(derive_subject("DK", "", &[Number::kept("dk.cpr", true)]).0, Subject::PrivatePerson);
        assert_eq!(derive_subject("DK", "", &[Number::kept("dk.cvr", false)]).0, Subject::Unknown);
        assert_eq!(derive_subject("NL", "", &[Number::kept("nl.btw", false)]).0, Subject::Unknown);
        assert_eq!(derive_subject("NL", "", &[Number::kept("nl.rsin", false)]).0, Subject::Company);
        assert_eq!(derive_subject("DK", "", &[]), (Subject::Unknown, SubjectSource::Nothing));
        assert!(Subject::Unknown.may_be_person() && !Subject::Partnership.may_be_person());
    }

    #[test]
    fn an_identifier_tells_what_it_can() {
        let of = |scheme, text| Number::of(&identifier::check(scheme, text, 20_779).identifier().unwrap());
        assert_eq!(of(Scheme::SeOrgnr, "556036-0793"), Number::Organisations);
        assert_eq!(of(Scheme::SeOrgnr, "880320-0016"), Number::SoleTraders);
        assert_eq!(of(Scheme::NlBtw, "NL000099998B57"), Number::SoleTraders);
        assert_eq!(of(Scheme::NlBtw, "NL004495445B01"), Number::Anybodys);
        assert_eq!(of(Scheme::DkCvr, "13585628"), Number::Anybodys);
        assert_eq!(of(Scheme::NoPersonnr, "10915596784"), Number::Persons);
    }

    #[test]
    fn one_sign_of_a_person_outweighs_the_form_of_a_company() {
        assert_eq!(derive_subject("DK", "ApS", &[Number::Persons]).0.kind(), SubjectKind::Person);
        assert_eq!(derive_subject("SE", "E", &[Number::Organisations]).0, Subject::SoleTrader);
    }

    #[test]
    fn no_form_stands_twice_in_a_country() {
        for (country, forms) in FORMS {
            let mut names: Vec<_> = forms.iter().flat_map(|(names, _)| *names).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{country}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(country in "\\PC{0,4}", form in "\\PC{0,40}") {
            let (subject, source) = derive_subject(&country, &form, &[]);
            prop_assert_eq!(subject == Subject::Unknown, source == SubjectSource::Nothing);
        }
    }
}
