//! The words of checks, all languages side by side, so that whoever mends one sees the others.

use super::{Because, Check, CheckCode, CheckResult};
use crate::reason::{Language, Text};

impl CheckCode {
    /// What was asked, in a few words.
    pub const fn text(self, language: Language) -> &'static str {
        code(self).get(language)
    }
}

impl CheckResult {
    /// What came of it, in a word.
    pub const fn text(self, language: Language) -> &'static str {
        result(self).get(language)
    }
}

impl Because {
    /// Why, in a sentence without its full stop.
    pub const fn text(self, language: Language) -> &'static str {
        because(self).get(language)
    }
}

impl Check {
    /// The check in one line: what was asked, what came of it, and why.
    pub fn sentence(&self, language: Language) -> String {
        let (code, result) = (self.code.text(language), self.result.text(language));
        match self.because {
            Some(because) => format!("{code}: {result} – {}", because.text(language)),
            None => format!("{code}: {result}"),
        }
    }
}

const fn t(
    en: &'static str,
    da: &'static str,
    nb: &'static str,
    sv: &'static str,
    fi: &'static str,
    nl: &'static str,
) -> Text {
    Text { en, da, nb, sv, fi, nl }
}

const fn result(result: CheckResult) -> Text {
    match result {
        CheckResult::Pass => t("passed", "i orden", "i orden", "godkänt", "kunnossa", "in orde"),
        CheckResult::Fail => t("failed", "ikke i orden", "ikke i orden", "ej godkänt", "ei kunnossa", "niet in orde"),
        CheckResult::Unknown => t("unknown", "ukendt", "ukjent", "okänt", "ei tiedossa", "onbekend"),
    }
}

const fn code(code: CheckCode) -> Text {
    match code {
        CheckCode::IdentifierSyntax => t("Identifier", "Nummer", "Nummer", "Nummer", "Tunnus", "Nummer"),
        CheckCode::IdentifierKind => {
            t("Kind of identifier", "Nummerets art", "Type nummer", "Typ av nummer", "Tunnuksen laji", "Soort nummer")
        }
        CheckCode::Duplicate => {
            t("Already a customer", "Allerede kunde", "Allerede kunde", "Redan kund", "Jo asiakkaana", "Al klant")
        }
        CheckCode::RegisterExistence => t(
            "Company register",
            "Virksomhedsregister",
            "Foretaksregister",
            "Företagsregister",
            "Yritysrekisteri",
            "Handelsregister",
        ),
        CheckCode::RegisterState => t(
            "State of the company",
            "Virksomhedens status",
            "Foretakets status",
            "Företagets status",
            "Yrityksen tila",
            "Status van het bedrijf",
        ),
        CheckCode::RegisterNameMatch => t(
            "Name in the register",
            "Navn i registret",
            "Navn i registeret",
            "Namn i registret",
            "Nimi rekisterissä",
            "Naam in het register",
        ),
        CheckCode::YoungCompany => t(
            "Age of the company",
            "Virksomhedens alder",
            "Foretakets alder",
            "Företagets ålder",
            "Yrityksen ikä",
            "Leeftijd van het bedrijf",
        ),
        CheckCode::DebtorRegister => t(
            "Debtor register",
            "Skyldnerregister",
            "Betalingsanmerkninger",
            "Betalningsanmärkningar",
            "Maksuhäiriöt",
            "Betalingsregister",
        ),
    }
}

const fn because(because: Because) -> Text {
    match because {
        Because::NoIdentifier => t(
            "there is no number that could be checked",
            "der er intet nummer at kontrollere",
            "det er ikke noe nummer å kontrollere",
            "det finns inget nummer att kontrollera",
            "tarkistettavaa tunnusta ei ole",
            "er is geen nummer om te controleren",
        ),
        Because::BadIdentifier => t(
            "the number is wrong",
            "nummeret er forkert",
            "nummeret er feil",
            "numret är fel",
            "tunnus on virheellinen",
            "het nummer is onjuist",
        ),
        Because::FormatOnly => t(
            "only the form of the number can be checked",
            "kun nummerets form kan kontrolleres",
            "bare nummerets form kan kontrolleres",
            "endast numrets form kan kontrolleras",
            "vain tunnuksen muoto voidaan tarkistaa",
            "alleen de vorm van het nummer is te controleren",
        ),
        Because::OtherCountry => t(
            "the number is of another country",
            "nummeret hører til et andet land",
            "nummeret hører til et annet land",
            "numret hör till ett annat land",
            "tunnus on toisesta maasta",
            "het nummer hoort bij een ander land",
        ),
        Because::OtherKind => t(
            "such a number does not belong to this kind of customer",
            "sådan et nummer hører ikke til denne slags kunde",
            "et slikt nummer hører ikke til denne typen kunde",
            "ett sådant nummer hör inte till denna typ av kund",
            "tällainen tunnus ei kuulu tämänlaiselle asiakkaalle",
            "zo'n nummer hoort niet bij dit soort klant",
        ),
        Because::MustNotBeKept => t(
            "the number must not be kept",
            "nummeret må ikke opbevares",
            "nummeret kan ikke lagres etter loven",
            "numret får inte sparas",
            "tunnusta ei saa tallentaa",
            "het nummer mag niet worden bewaard",
        ),
        Because::SameIdentifier => t(
            "a customer has the same number",
            "en kunde har det samme nummer",
            "en kunde har samme nummer",
            "en kund har samma nummer",
            "asiakkaalla on sama tunnus",
            "een klant heeft hetzelfde nummer",
        ),
        Because::SameName => t(
            "a customer has the same name",
            "en kunde har det samme navn",
            "en kunde har samme navn",
            "en kund har samma namn",
            "asiakkaalla on sama nimi",
            "een klant heeft dezelfde naam",
        ),
        Because::NoSource => t(
            "no register is configured",
            "der er ikke angivet noget register",
            "det er ikke oppgitt noe register",
            "inget register är angivet",
            "rekisteriä ei ole määritetty",
            "er is geen register ingesteld",
        ),
        Because::NeverImported => t(
            "the register was never imported",
            "registret er aldrig indlæst",
            "registeret er aldri lest inn",
            "registret har aldrig lästs in",
            "rekisteriä ei ole koskaan tuotu",
            "het register is nooit ingelezen",
        ),
        Because::SourceTooOld => t(
            "the register's data is too old",
            "registrets data er for gamle",
            "registerets data er for gamle",
            "registrets uppgifter är för gamla",
            "rekisterin tiedot ovat liian vanhoja",
            "de gegevens van het register zijn te oud",
        ),
        Because::SourceFailed => t(
            "the register could not answer",
            "registret kunne ikke svare",
            "registeret kunne ikke svare",
            "registret kunde inte svara",
            "rekisteri ei voinut vastata",
            "het register kon niet antwoorden",
        ),
        Because::NotFound => t(
            "the register does not know it",
            "registret kender den ikke",
            "registeret kjenner den ikke",
            "registret känner inte till den",
            "rekisteri ei tunne sitä",
            "het register kent het niet",
        ),
        Because::NotCovered => t(
            "the register leaves such customers out",
            "registret omfatter ikke den slags kunder",
            "registeret omfatter ikke slike kunder",
            "registret omfattar inte sådana kunder",
            "rekisteri ei kata tällaisia asiakkaita",
            "het register bevat zulke klanten niet",
        ),
        Because::Bankrupt => t(
            "it is bankrupt",
            "den er under konkurs",
            "den er konkurs",
            "det är i konkurs",
            "se on konkurssissa",
            "het is failliet",
        ),
        Because::Liquidating => t(
            "it is being wound up",
            "den er under afvikling",
            "den er under avvikling",
            "det är under avveckling",
            "se on selvitystilassa",
            "het wordt geliquideerd",
        ),
        Because::Restructuring => t(
            "it is being restructured",
            "den er under rekonstruktion",
            "den er under rekonstruksjon",
            "det är under rekonstruktion",
            "se on saneerauksessa",
            "het heeft surseance of wordt gesaneerd",
        ),
        Because::Dissolved => t(
            "it is dissolved",
            "den er ophørt",
            "den er slettet",
            "det är upplöst",
            "se on lakannut",
            "het is opgeheven",
        ),
        Because::StateNotTold => t(
            "the register does not tell its state",
            "registret oplyser ikke dens status",
            "registeret opplyser ikke dens status",
            "registret anger inte dess status",
            "rekisteri ei kerro sen tilaa",
            "het register vermeldt de status niet",
        ),
        Because::OtherName => t(
            "the register has another name",
            "registret har et andet navn",
            "registeret har et annet navn",
            "registret har ett annat namn",
            "rekisterissä on toinen nimi",
            "het register heeft een andere naam",
        ),
        Because::NoName => t(
            "no name was given",
            "der er ikke angivet noget navn",
            "det er ikke oppgitt noe navn",
            "inget namn är angivet",
            "nimeä ei ole annettu",
            "er is geen naam opgegeven",
        ),
        Because::Young => t(
            "it was registered a short time ago",
            "den er nyregistreret",
            "den er nyregistrert",
            "det är nyregistrerat",
            "se on rekisteröity äskettäin",
            "het is pas kort ingeschreven",
        ),
        Because::AgeNotTold => t(
            "the register does not tell when it was registered",
            "registret oplyser ikke, hvornår den blev registreret",
            "registeret opplyser ikke når den ble registrert",
            "registret anger inte när det registrerades",
            "rekisteri ei kerro rekisteröintipäivää",
            "het register vermeldt de inschrijfdatum niet",
        ),
        Because::Remarks => t(
            "there are payment remarks",
            "der er betalingsanmærkninger",
            "det finnes betalingsanmerkninger",
            "det finns betalningsanmärkningar",
            "maksuhäiriömerkintöjä on",
            "er zijn betalingsachterstanden geregistreerd",
        ),
        Because::NotAsked => t(
            "it was not asked: purpose and user are missing",
            "det blev ikke spurgt: formål og bruger mangler",
            "det ble ikke spurt: formål og bruker mangler",
            "ingen fråga ställdes: ändamål och användare saknas",
            "ei kysytty: tarkoitus ja käyttäjä puuttuvat",
            "niet gevraagd: doel en gebruiker ontbreken",
        ),
        Because::NotLawful => t(
            "the law or the policy does not allow to ask",
            "loven eller politikken tillader ikke opslaget",
            "loven eller retningslinjene tillater ikke oppslaget",
            "lagen eller policyn tillåter inte sökningen",
            "laki tai käytäntö ei salli kyselyä",
            "de wet of het beleid staat de raadpleging niet toe",
        ),
        Because::SubjectNotIdentified => t(
            "there is no number to ask under",
            "der er intet nummer at slå op",
            "det er ikke noe nummer å slå opp",
            "det finns inget nummer att söka på",
            "tunnusta kyselyä varten ei ole",
            "er is geen nummer om mee te zoeken",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_in_every_language() {
        let codes = CheckCode::ALL.iter().map(|it| code(*it));
        let results = CheckResult::ALL.iter().map(|it| result(*it));
        let whys = Because::ALL.iter().map(|it| because(*it));
        for text in codes.chain(results).chain(whys) {
            assert_eq!(text.faults(&[]), Vec::<String>::new());
        }
    }

    #[test]
    fn no_two_reasons_read_alike() {
        for language in Language::ALL {
            let mut texts: Vec<_> = Because::ALL.iter().map(|because| because.text(language)).collect();
            texts.sort_unstable();
            texts.dedup();
            assert_eq!(texts.len(), Because::ALL.len(), "{language:?}");
        }
    }

    #[test]
    fn a_check_reads_as_a_line() {
        let check = Check::fail(CheckCode::RegisterState, Because::Bankrupt, "cvr");
        assert_eq!(check.sentence(Language::En), "State of the company: failed – it is bankrupt");
        assert_eq!(check.sentence(Language::Da), "Virksomhedens status: ikke i orden – den er under konkurs");
        let check = Check::pass(CheckCode::Duplicate, "books");
        assert_eq!(check.sentence(Language::Fi), "Jo asiakkaana: kunnossa");
    }
}
