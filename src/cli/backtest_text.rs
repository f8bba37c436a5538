//! The words of a trial's report, in every language.

use obligor::portfolio::backtest::Fate;
use obligor::reason::{Language, Text};

/// Declares the texts once: the name, and the words in the order en, da, nb, sv, fi, nl.
macro_rules! texts {
    ($($name:ident = $en:literal, $da:literal, $nb:literal, $sv:literal, $fi:literal, $nl:literal;)+) => {
        $(pub(crate) const $name: Text = Text { en: $en, da: $da, nb: $nb, sv: $sv, fi: $fi, nl: $nl };)+

        /// Every one of them, for the test.
        #[cfg(test)]
        const EVERY: &[Text] = &[$($name,)+];
    };
}

texts! {
    TITLE = "Policy trial", "Afprøvning af kreditpolitik", "Utprøving av kredittpolicy", "Prövning av kreditpolicy",
        "Luottopolitiikan koeajo", "Proef met kredietbeleid";
    VERSION = "version {version}", "version {version}", "versjon {version}", "version {version}", "versio {version}",
        "versie {version}";
    HELD_AGAINST = "against {policy}", "over for {policy}", "mot {policy}", "mot {policy}", "verrattuna: {policy}",
        "tegenover {policy}";
    SPAN = "{orders} orders of {accounts} accounts, entered {from} to {to}",
        "{orders} ordrer på {accounts} konti, oprettet {from} til {to}",
        "{orders} ordrer på {accounts} kontoer, registrert {from} til {to}",
        "{orders} order på {accounts} konton, registrerade {from} till {to}",
        "{orders} tilausta, {accounts} tiliä, kirjattu {from}–{to}",
        "{orders} orders van {accounts} rekeningen, ingevoerd {from} tot {to}";
    HOW = "Each policy runs in its own world: an order it does not let through does not happen, and is not exposure later. Held orders count as not gone through.",
        "Hver politik har sin egen verden: en ordre, den ikke slipper igennem, finder ikke sted og er heller ikke senere en del af eksponeringen. Ordrer, der afventer, regnes som ikke gennemført.",
        "Hver policy har sin egen verden: en ordre den ikke slipper gjennom, skjer ikke og er heller ikke senere en del av eksponeringen. Ordrer som venter, regnes som ikke gjennomført.",
        "Varje policy har sin egen värld: en order som den inte släpper igenom äger inte rum och ingår inte heller senare i exponeringen. Order som väntar räknas som ej genomförda.",
        "Kummallakin politiikalla on oma maailmansa: tilaus, jota se ei päästä läpi, ei toteudu eikä ole myöhemmin mukana luottovastuussa. Odottavat tilaukset lasketaan toteutumattomiksi.",
        "Elk beleid heeft zijn eigen wereld: een order die het niet doorlaat vindt niet plaats en telt later niet mee in het uitstaande krediet. Orders in de wacht gelden als niet doorgegaan.";
    AGAINST = "Compared with", "Sammenlignet med", "Sammenlignet med", "Jämförd med", "Vertailukohta", "Vergeleken met";
    RECORD = "In truth", "I virkeligheden", "I virkeligheten", "I verkligheten", "Todellisuudessa", "In werkelijkheid";
    APPROVED = "Approved", "Godkendt", "Godkjent", "Godkänd", "Hyväksytty", "Goedgekeurd";
    ALERT = "With alert", "Med advarsel", "Med varsel", "Med varning", "Huomautuksin", "Met waarschuwing";
    NOT_CHECKED = "Not checked", "Ikke kontrolleret", "Ikke kontrollert", "Ej kontrollerad", "Ei tarkastettu",
        "Niet gecontroleerd";
    PREPAID = "Prepaid", "Forudbetalt", "Forskuddsbetalt", "Förskottsbetald", "Ennakkoon maksettu", "Vooruitbetaald";
    HELD = "On hold", "Afventer", "På vent", "Väntar", "Odottaa", "In de wacht";
    REFUSED = "Refused", "Afvist", "Avvist", "Avvisad", "Hylätty", "Geweigerd";
    PREPAYMENTS = "To be paid in advance", "Skal betales forud", "Skal betales på forskudd", "Ska betalas i förskott",
        "Maksettava ennakkoon", "Vooraf te betalen";
    LOSSES_AVOIDED = "Losses avoided", "Undgåede tab", "Unngåtte tap", "Undvikna förluster", "Vältetyt tappiot",
        "Vermeden verliezen";
    LOSSES_SAVED = "Losses avoided or covered", "Tab undgået eller dækket", "Tap unngått eller dekket",
        "Förluster undvikna eller täckta", "Vältetyt tai katetut tappiot", "Verliezen vermeden of gedekt";
    LOSSES_PREPAID = "Losses covered by prepayment", "Tab dækket af forudbetaling", "Tap dekket av forskudd",
        "Förluster täckta av förskott", "Ennakkomaksun kattamat tappiot", "Verliezen gedekt door vooruitbetaling";
    LOSSES_LEFT = "Losses left", "Tilbageværende tab", "Gjenværende tap", "Kvarvarande förluster", "Jäljelle jäävät tappiot",
        "Resterende verliezen";
    SALES_LOST = "Sales lost", "Tabt salg", "Tapt salg", "Förlorad försäljning", "Menetetty myynti", "Verloren omzet";
    UNSETTLED = "Stopped, outcome open", "Standset, udfald åbent", "Stoppet, utfall åpent", "Stoppad, utfall öppet",
        "Pysäytetty, tulos avoin", "Gestopt, afloop open";
    ORDERS = "Orders", "Ordrer", "Ordrer", "Order", "Tilauksia", "Orders";
    AMOUNT = "Amount", "Beløb", "Beløp", "Belopp", "Määrä", "Bedrag";
    KEY_FIGURES = "Key figures", "Nøgletal", "Nøkkeltall", "Nyckeltal", "Tunnusluvut", "Kerncijfers";
    OUTCOMES = "What became of the orders", "Hvad der blev af ordrerne", "Hva som ble av ordrene",
        "Vad det blev av orderna", "Mitä tilauksille tapahtui", "Wat er van de orders werd";
    BY_MONTH = "By month: value that was not simply approved", "Pr. måned: værdi, der ikke blot blev godkendt",
        "Per måned: verdi som ikke bare ble godkjent", "Per månad: värde som inte bara godkändes",
        "Kuukausittain: arvo, jota ei vain hyväksytty", "Per maand: waarde die niet zonder meer is goedgekeurd";
    BY_CLASS = "By risk class", "Pr. risikoklasse", "Per risikoklasse", "Per riskklass", "Riskiluokittain", "Per risicoklasse";
    CLASS = "Class", "Klasse", "Klasse", "Klass", "Luokka", "Klasse";
    STOPPED = "Stopped", "Standset", "Stoppet", "Stoppade", "Pysäytetty", "Gestopt";
    ALL = "All", "Alle", "Alle", "Alla", "Kaikki", "Alle";
    LOST = "Written off", "Afskrevet", "Avskrevet", "Avskrivet", "Luottotappio", "Afgeschreven";
    RULES = "Rules that decided", "Regler, der afgjorde", "Regler som avgjorde", "Regler som avgjorde", "Ratkaisseet säännöt",
        "Regels die beslisten";
    RULE = "Rule", "Regel", "Regel", "Regel", "Sääntö", "Regel";
    OUTCOME = "Outcome", "Udfald", "Utfall", "Utfall", "Tulos", "Uitkomst";
    DIFFERENCES = "What they treat differently", "Hvad de behandler forskelligt", "Hva de behandler forskjellig",
        "Vad de behandlar olika", "Mitä ne kohtelevat eri tavoin", "Wat ze verschillend behandelen";
    DIFFER = "{orders} orders of {amount} get another answer.", "{orders} ordrer på {amount} får et andet svar.",
        "{orders} ordrer på {amount} får et annet svar.", "{orders} order på {amount} får ett annat svar.",
        "{orders} tilausta, yhteensä {amount}, saa toisen vastauksen.", "{orders} orders van {amount} krijgen een ander antwoord.";
    SAME = "They give every order the same answer.", "De giver alle ordrer samme svar.", "De gir alle ordrer samme svar.",
        "De ger alla order samma svar.", "Ne antavat jokaiselle tilaukselle saman vastauksen.",
        "Ze geven elke order hetzelfde antwoord.";
    LARGEST = "The largest of them", "De største af dem", "De største av dem", "De största av dem", "Suurimmat niistä",
        "De grootste daarvan";
    ORDER = "Order", "Ordre", "Ordre", "Order", "Tilaus", "Order";
    CUSTOMER = "Customer", "Kunde", "Kunde", "Kund", "Asiakas", "Klant";
    ENTERED = "Entered", "Oprettet", "Registrert", "Registrerad", "Kirjattu", "Ingevoerd";
    FATE = "In truth", "I virkeligheden", "I virkeligheten", "I verkligheten", "Todellisuudessa", "In werkelijkheid";
    FATE_PAID = "paid", "betalt", "betalt", "betald", "maksettu", "betaald";
    PAID = "Paid in full", "Betalt fuldt ud", "Betalt fullt ut", "Betald till fullo", "Maksettu kokonaan",
        "Volledig betaald";
    FATE_LOST = "{amount} lost", "{amount} tabt", "{amount} tapt", "{amount} förlorat", "menetetty {amount}",
        "{amount} verloren";
    FATE_CANCELLED = "cancelled", "annulleret", "kansellert", "annullerad", "peruttu", "geannuleerd";
    FATE_OPEN = "open", "åben", "åpen", "öppen", "avoin", "open";
    NONE = "none", "ingen", "ingen", "ingen", "ei ole", "geen";
    MIND = "Mind", "Bemærk", "Merk", "Observera", "Huomaa", "Let op";
    REJECTED = "{rejected} of {rows} rows could not be read. They are missing in every sum.",
        "{rejected} af {rows} rækker kunne ikke læses. De mangler i alle summer.",
        "{rejected} av {rows} rader kunne ikke leses. De mangler i alle summer.",
        "{rejected} av {rows} rader kunde inte läsas. De saknas i alla summor.",
        "{rejected} riviä {rows} rivistä jäi lukematta. Ne puuttuvat kaikista summista.",
        "{rejected} van {rows} rijen konden niet worden gelezen. Ze ontbreken in alle sommen.";
    LINE = "Line", "Linje", "Linje", "Rad", "Rivi", "Regel";
    COLUMN = "Column", "Kolonne", "Kolonne", "Kolumn", "Sarake", "Kolom";
    WHAT = "What is wrong", "Hvad der er galt", "Hva som er galt", "Vad som är fel", "Mikä on vialla", "Wat er mis is";
    PAGE_WRITTEN = "The page was written to {path}.", "Siden blev skrevet til {path}.", "Siden ble skrevet til {path}.",
        "Sidan skrevs till {path}.", "Sivu kirjoitettiin: {path}.", "De pagina is geschreven naar {path}.";
}

/// What became of an order in truth; `lost` is what was written off.
pub(crate) fn fate(fate: Fate, lost: &str, language: Language) -> String {
    match fate {
        Fate::Paid => FATE_PAID.get(language).to_owned(),
        Fate::Lost => filled(&FATE_LOST, language, &[("amount", lost)]),
        Fate::Cancelled => FATE_CANCELLED.get(language).to_owned(),
        Fate::Open => FATE_OPEN.get(language).to_owned(),
    }
}

/// A text with its values put in.
pub(crate) fn filled(text: &Text, language: Language, values: &[(&str, &str)]) -> String {
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    text.fill(language, value).unwrap_or_else(|| text.get(language).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_every_language() {
        let known = ["version", "policy", "orders", "accounts", "from", "to", "amount", "rejected", "rows", "path"];
        for text in EVERY {
            assert_eq!(text.faults(&known), Vec::<String>::new());
        }
    }
}
