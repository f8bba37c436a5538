//! The words for new customers and registers, and the headings.

use crate::reason::Text;

/// The first line.
pub(super) const TITLE: Text = Text {
    en: "Credit policy {name}, version {version}",
    da: "Kreditpolitik {name}, version {version}",
    nb: "Kredittpolicy {name}, versjon {version}",
    sv: "Kreditpolicy {name}, version {version}",
    fi: "Luottopolitiikka {name}, versio {version}",
    nl: "Kredietbeleid {name}, versie {version}",
};
/// From when.
pub(super) const VALID_FROM: Text = Text {
    en: "Valid from {day}.",
    da: "Gælder fra {day}.",
    nb: "Gjelder fra {day}.",
    sv: "Gäller från {day}.",
    fi: "Voimassa alkaen {day}.",
    nl: "Geldig vanaf {day}.",
};
/// How rules work together.
pub(super) const PRINCIPLE: Text = Text {
    en: "Every order is held against all rules. The strictest result counts, and an order that no rule stops is approved. Credit notes, returns and reductions always go through.",
    da: "Hver ordre holdes op mod alle regler. Det strengeste resultat gælder, og en ordre, som ingen regel standser, godkendes. Kreditnotaer, returneringer og nedsættelser går altid igennem.",
    nb: "Hver ordre vurderes mot alle regler. Det strengeste resultatet gjelder, og en ordre som ingen regel stanser, godkjennes. Kreditnotaer, returer og reduksjoner går alltid gjennom.",
    sv: "Varje order prövas mot alla regler. Det strängaste resultatet gäller, och en order som ingen regel stoppar godkänns. Kreditnotor, returer och minskningar går alltid igenom.",
    fi: "Jokainen tilaus tarkastetaan kaikkien sääntöjen mukaan. Ankarin tulos ratkaisee, ja tilaus, jota mikään sääntö ei pysäytä, hyväksytään. Hyvityslaskut, palautukset ja pienennykset hyväksytään aina.",
    nl: "Elke order wordt aan alle regels getoetst. Het strengste resultaat telt, en een order die geen regel tegenhoudt, wordt goedgekeurd. Creditnota's, retouren en verlagingen gaan altijd door.",
};
/// A policy without rules.
pub(super) const NO_RULES: Text = Text {
    en: "The policy has no rules: orders are not checked.",
    da: "Kreditpolitikken har ingen regler: ordrer kontrolleres ikke.",
    nb: "Kredittpolicyen har ingen regler: ordrer kontrolleres ikke.",
    sv: "Kreditpolicyn har inga regler: order kontrolleras inte.",
    fi: "Luottopolitiikassa ei ole sääntöjä: tilauksia ei tarkasteta.",
    nl: "Het kredietbeleid heeft geen regels: orders worden niet gecontroleerd.",
};
/// A heading.
pub(super) const ORDERS: Text =
    Text { en: "Orders", da: "Ordrer", nb: "Ordrer", sv: "Order", fi: "Tilaukset", nl: "Orders" };
/// A heading.
pub(super) const EXCLUSIONS: Text =
    Text { en: "Exclusions", da: "Undtagelser", nb: "Unntak", sv: "Undantag", fi: "Poikkeukset", nl: "Uitzonderingen" };
/// A heading.
pub(super) const FACTS: Text = Text {
    en: "How accounts are read",
    da: "Sådan læses konti",
    nb: "Slik leses kontoer",
    sv: "Så läses konton",
    fi: "Miten tilejä luetaan",
    nl: "Hoe rekeningen worden gelezen",
};
/// A heading.
pub(super) const CLASSES: Text = Text {
    en: "Risk classes",
    da: "Risikoklasser",
    nb: "Risikoklasser",
    sv: "Riskklasser",
    fi: "Riskiluokat",
    nl: "Risicoklassen",
};
/// A heading.
pub(super) const PEOPLE: Text = Text {
    en: "Releases, limits and collection",
    da: "Frigivelser, kreditmaksima og inkasso",
    nb: "Frigivelser, kredittgrenser og inkasso",
    sv: "Frisläppningar, kreditgränser och inkasso",
    fi: "Vapautukset, luottorajat ja perintä",
    nl: "Vrijgaven, limieten en incasso",
};
/// A heading.
pub(super) const CUSTOMERS: Text = Text {
    en: "New customers",
    da: "Nye kunder",
    nb: "Nye kunder",
    sv: "Nya kunder",
    fi: "Uudet asiakkaat",
    nl: "Nieuwe klanten",
};
/// A heading.
pub(super) const REGISTERS: Text =
    Text { en: "Registers", da: "Registre", nb: "Registre", sv: "Register", fi: "Rekisterit", nl: "Registers" };
/// What a finding about a new customer leads to.
pub(super) const VERDICT: Text = Text {
    en: "{matter}: {verdict}.",
    da: "{matter}: {verdict}.",
    nb: "{matter}: {verdict}.",
    sv: "{matter}: {verdict}.",
    fi: "{matter}: {verdict}.",
    nl: "{matter}: {verdict}.",
};
/// A wrong number.
pub(super) const INVALID: Text = Text {
    en: "Company or VAT number that is not valid",
    da: "Ugyldigt virksomheds- eller momsnummer",
    nb: "Ugyldig organisasjons- eller mva-nummer",
    sv: "Ogiltigt organisations- eller momsregistreringsnummer",
    fi: "Virheellinen yritys- tai alv-tunniste",
    nl: "Ongeldig bedrijfs- of btw-nummer",
};
/// A second time.
pub(super) const DUPLICATE: Text = Text {
    en: "Already in the books",
    da: "Findes allerede som kunde",
    nb: "Finnes allerede som kunde",
    sv: "Finns redan som kund",
    fi: "On jo asiakkaana",
    nl: "Al als klant bekend",
};
/// Nobody knows it.
pub(super) const NOT_IN_REGISTER: Text = Text {
    en: "Not in the company register",
    da: "Ikke i virksomhedsregistret",
    nb: "Ikke i foretaksregisteret",
    sv: "Finns inte i företagsregistret",
    fi: "Ei yritysrekisterissä",
    nl: "Niet in het handelsregister",
};
/// Gone or going.
pub(super) const NOT_ACTIVE: Text = Text {
    en: "Dissolved, bankrupt or being wound up",
    da: "Opløst, konkurs eller under afvikling",
    nb: "Oppløst, konkurs eller under avvikling",
    sv: "Upplöst, i konkurs eller under avveckling",
    fi: "Purettu, konkurssissa tai selvitystilassa",
    nl: "Ontbonden, failliet of in vereffening",
};
/// New.
pub(super) const YOUNG: Text = Text {
    en: "Registered less than {days} ago",
    da: "Registreret for mindre end {days} siden",
    nb: "Registrert for mindre enn {days} siden",
    sv: "Registrerat för mindre än {days} sedan",
    fi: "Rekisteröity alle {days} sitten",
    nl: "Minder dan {days} geleden ingeschreven",
};
/// Remarks.
pub(super) const REMARKS: Text = Text {
    en: "Payment remarks in the debtor register",
    da: "Betalingsanmærkninger i skyldnerregistret",
    nb: "Betalingsanmerkninger i skyldnerregisteret",
    sv: "Betalningsanmärkningar i gäldenärsregistret",
    fi: "Maksuhäiriömerkintöjä velallisrekisterissä",
    nl: "Betalingsachterstanden in het debiteurenregister",
};
/// Nobody could know.
pub(super) const UNCHECKED: Text = Text {
    en: "A check that could not be made",
    da: "En kontrol, der ikke kunne gennemføres",
    nb: "En kontroll som ikke kunne gjennomføres",
    sv: "En kontroll som inte kunde göras",
    fi: "Tarkistus, jota ei voitu tehdä",
    nl: "Een controle die niet kon worden uitgevoerd",
};
/// How long answers are used.
pub(super) const COMPANY_AGE: Text = Text {
    en: "Answers of company registers are used for up to {age}.",
    da: "Svar fra virksomhedsregistre bruges i op til {age}.",
    nb: "Svar fra foretaksregistre brukes i inntil {age}.",
    sv: "Svar från företagsregister används i upp till {age}.",
    fi: "Yritysrekisterien vastausten enimmäisikä: {age}.",
    nl: "Antwoorden van handelsregisters worden tot {age} gebruikt.",
};
/// Likewise.
pub(super) const DEBTOR_AGE: Text = Text {
    en: "Answers of debtor registers are used for up to {age}; data older than {source} cannot show that there are no remarks.",
    da: "Svar fra skyldnerregistre bruges i op til {age}; data, der er ældre end {source}, kan ikke vise, at der ingen anmærkninger er.",
    nb: "Svar fra skyldnerregistre brukes i inntil {age}; data som er eldre enn {source}, kan ikke vise at det ikke finnes anmerkninger.",
    sv: "Svar från gäldenärsregister används i upp till {age}; uppgifter äldre än {source} kan inte visa att anmärkningar saknas.",
    fi: "Velallisrekisterien vastausten enimmäisikä: {age}; tiedot, joiden ikä on yli {source}, eivät voi osoittaa merkintöjen puuttumista.",
    nl: "Antwoorden van debiteurenregisters worden tot {age} gebruikt; gegevens ouder dan {source} kunnen niet aantonen dat er geen achterstanden zijn.",
};
/// What they may be asked for.
pub(super) const PURPOSES: Text = Text {
    en: "Debtor registers may be used for: {names}.",
    da: "Skyldnerregistre må bruges til: {names}.",
    nb: "Skyldnerregistre kan brukes til: {names}.",
    sv: "Gäldenärsregister får användas för: {names}.",
    fi: "Velallisrekistereitä saa käyttää tarkoituksiin: {names}.",
    nl: "Debiteurenregisters mogen worden geraadpleegd voor: {names}.",
};
/// A number of hours.
pub(super) const HOURS: Text = Text {
    en: "{hours} hours",
    da: "{hours} timer",
    nb: "{hours} timer",
    sv: "{hours} timmar",
    fi: "{hours} tuntia",
    nl: "{hours} uur",
};
