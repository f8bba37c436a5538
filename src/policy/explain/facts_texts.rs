//! The words for what the facts mean, and for what people do. Conditions are as those of rules.

use super::super::Measure;
use crate::reason::Text;

/// When an invoice is overdue, at once.
pub(super) const OVERDUE: Text = Text {
    en: "An invoice counts as overdue from the day after its due date.",
    da: "En faktura regnes som forfalden fra dagen efter forfaldsdatoen.",
    nb: "En faktura regnes som forfalt fra dagen etter forfallsdatoen.",
    sv: "En faktura räknas som förfallen från dagen efter förfallodagen.",
    fi: "Lasku katsotaan erääntyneeksi eräpäivää seuraavasta päivästä.",
    nl: "Een factuur geldt als achterstallig vanaf de dag na de vervaldatum.",
};
/// When it is, after days of grace.
pub(super) const OVERDUE_AFTER: Text = Text {
    en: "An invoice counts as overdue when it is more than {days} past its due date.",
    da: "En faktura regnes som forfalden, når den er mere end {days} over forfaldsdatoen.",
    nb: "En faktura regnes som forfalt når den er mer enn {days} over forfallsdatoen.",
    sv: "En faktura räknas som förfallen när den är mer än {days} över förfallodagen.",
    fi: "Lasku katsotaan erääntyneeksi, kun se on yli {days} myöhässä.",
    nl: "Een factuur geldt als achterstallig wanneer ze meer dan {days} over de vervaldatum is.",
};
/// Unapplied credits count.
pub(super) const CREDITS_REDUCE: Text = Text {
    en: "Payments and credit notes that are not yet applied reduce the exposure.",
    da: "Betalinger og kreditnotaer, der endnu ikke er udlignet, nedsætter krediteksponeringen.",
    nb: "Betalinger og kreditnotaer som ennå ikke er utlignet, reduserer kreditteksponeringen.",
    sv: "Betalningar och kreditnotor som ännu inte är avräknade minskar kreditexponeringen.",
    fi: "Kohdistamattomat suoritukset ja hyvityslaskut pienentävät luottovastuuta.",
    nl: "Betalingen en creditnota's die nog niet zijn verrekend, verlagen het uitstaande krediet.",
};
/// They do not.
pub(super) const CREDITS_IGNORED: Text = Text {
    en: "Payments and credit notes that are not yet applied do not reduce the exposure.",
    da: "Betalinger og kreditnotaer, der endnu ikke er udlignet, nedsætter ikke krediteksponeringen.",
    nb: "Betalinger og kreditnotaer som ennå ikke er utlignet, reduserer ikke kreditteksponeringen.",
    sv: "Betalningar och kreditnotor som ännu inte är avräknade minskar inte kreditexponeringen.",
    fi: "Kohdistamattomat suoritukset ja hyvityslaskut eivät pienennä luottovastuuta.",
    nl: "Betalingen en creditnota's die nog niet zijn verrekend, verlagen het uitstaande krediet niet.",
};
/// A condition.
pub(super) const CUSTOMER_UNKNOWN: Text = Text {
    en: "the customer is unknown",
    da: "kunden er ukendt",
    nb: "kunden er ukjent",
    sv: "kunden är okänd",
    fi: "asiakas on tuntematon",
    nl: "de klant onbekend is",
};
/// A condition.
pub(super) const LIMIT_MISSING: Text = Text {
    en: "the customer has no credit limit in force",
    da: "kunden ikke har noget gældende kreditmaksimum",
    nb: "kunden ikke har noen gjeldende kredittgrense",
    sv: "kunden saknar gällande kreditgräns",
    fi: "asiakkaalla ei ole voimassa olevaa luottorajaa",
    nl: "de klant geen geldende kredietlimiet heeft",
};
/// A condition.
pub(super) const LIMIT_EXPIRED: Text = Text {
    en: "the customer's credit limit has expired",
    da: "kundens kreditmaksimum er udløbet",
    nb: "kundens kredittgrense er utløpt",
    sv: "kundens kreditgräns har löpt ut",
    fi: "asiakkaan luottoraja on umpeutunut",
    nl: "de kredietlimiet van de klant verlopen is",
};
/// A condition.
pub(super) const NO_RATE: Text = Text {
    en: "the order is in another currency and no exchange rate was given",
    da: "ordren er i en anden valuta, og der ikke er oplyst nogen valutakurs",
    nb: "ordren er i en annen valuta og det ikke er oppgitt noen valutakurs",
    sv: "ordern är i en annan valuta och ingen valutakurs har angetts",
    fi: "tilaus on toisessa valuutassa eikä valuuttakurssia ole annettu",
    nl: "de order in een andere valuta is en er geen wisselkoers is opgegeven",
};
/// How long a limit counts after its end.
pub(super) const LIMIT_GRACE: Text = Text {
    en: "A credit limit still counts for {days} after its last day.",
    da: "Et kreditmaksimum gælder endnu {days} efter sin sidste dag.",
    nb: "En kredittgrense gjelder ennå {days} etter sin siste dag.",
    sv: "En kreditgräns gäller ytterligare {days} efter sin sista dag.",
    fi: "Luottoraja on voimassa vielä {days} päättymispäivänsä jälkeen.",
    nl: "Een kredietlimiet geldt nog {days} na de laatste dag.",
};
/// What lies beyond the horizon.
pub(super) const HORIZON: Text = Text {
    en: "Orders that ship in more than {days} are beyond the horizon.",
    da: "Ordrer, der leveres om mere end {days}, ligger efter horisonten.",
    nb: "Ordrer som leveres om mer enn {days}, ligger etter horisonten.",
    sv: "Order som levereras om mer än {days} ligger bortom horisonten.",
    fi: "Tilaukset, joiden toimitukseen on yli {days}, ovat tarkasteluhorisontin ulkopuolella.",
    nl: "Orders die over meer dan {days} worden geleverd, vallen buiten de horizon.",
};
/// Disputed invoices are overdue too.
pub(super) const DISPUTED_COUNT: Text = Text {
    en: "Disputed invoices count as overdue like others.",
    da: "Omtvistede fakturaer regnes som forfaldne ligesom andre.",
    nb: "Omtvistede fakturaer regnes som forfalt på linje med andre.",
    sv: "Bestridda fakturor räknas som förfallna liksom andra.",
    fi: "Myös riitautetut laskut katsotaan erääntyneiksi.",
    nl: "Betwiste facturen gelden net als andere als achterstallig.",
};
/// They are not.
pub(super) const DISPUTED_OUT: Text = Text {
    en: "Disputed invoices do not count as overdue; they count in the exposure.",
    da: "Omtvistede fakturaer regnes ikke som forfaldne; de indgår i krediteksponeringen.",
    nb: "Omtvistede fakturaer regnes ikke som forfalt; de inngår i kreditteksponeringen.",
    sv: "Bestridda fakturor räknas inte som förfallna; de ingår i kreditexponeringen.",
    fi: "Riitautettuja laskuja ei katsota erääntyneiksi; ne sisältyvät luottovastuuseen.",
    nl: "Betwiste facturen gelden niet als achterstallig; ze tellen mee in het uitstaande krediet.",
};
/// What is secured is left out.
pub(super) const SECURED_OUT: Text = Text {
    en: "What is prepaid, paid in cash or secured is not checked.",
    da: "Det, der er forudbetalt, betalt kontant eller sikret, kontrolleres ikke.",
    nb: "Det som er forskuddsbetalt, betalt kontant eller sikret, kontrolleres ikke.",
    sv: "Det som är förskottsbetalt, kontant betalt eller säkrat kontrolleras inte.",
    fi: "Ennakolla, käteisellä tai vakuudella katettua osaa ei tarkasteta.",
    nl: "Wat vooruitbetaald, contant betaald of gedekt is, wordt niet gecontroleerd.",
};
/// It counts.
pub(super) const SECURED_COUNTS: Text = Text {
    en: "What is prepaid, paid in cash or secured is checked like the rest.",
    da: "Det, der er forudbetalt, betalt kontant eller sikret, kontrolleres som alt andet.",
    nb: "Det som er forskuddsbetalt, betalt kontant eller sikret, kontrolleres som alt annet.",
    sv: "Det som är förskottsbetalt, kontant betalt eller säkrat kontrolleras som allt annat.",
    fi: "Ennakolla, käteisellä tai vakuudella katettu osa tarkastetaan kuten muukin.",
    nl: "Wat vooruitbetaald, contant betaald of gedekt is, wordt net als de rest gecontroleerd.",
};
/// The own group is left out.
pub(super) const INTERNAL_OUT: Text = Text {
    en: "Customers of the own group of companies are not checked.",
    da: "Koncerninterne kunder kontrolleres ikke.",
    nb: "Konserninterne kunder kontrolleres ikke.",
    sv: "Koncerninterna kunder kontrolleras inte.",
    fi: "Konsernin sisäisiä asiakkaita ei tarkasteta.",
    nl: "Klanten binnen het eigen concern worden niet gecontroleerd.",
};
/// It is not.
pub(super) const INTERNAL_CHECKED: Text = Text {
    en: "Customers of the own group of companies are checked like others.",
    da: "Koncerninterne kunder kontrolleres som andre.",
    nb: "Konserninterne kunder kontrolleres som andre.",
    sv: "Koncerninterna kunder kontrolleras som andra.",
    fi: "Konsernin sisäiset asiakkaat tarkastetaan kuten muutkin.",
    nl: "Klanten binnen het eigen concern worden net als andere gecontroleerd.",
};
/// With tax.
pub(super) const GROSS: Text = Text {
    en: "All amounts include tax.",
    da: "Alle beløb er inklusive moms.",
    nb: "Alle beløp er inkludert mva.",
    sv: "Alla belopp är inklusive moms.",
    fi: "Kaikki summat sisältävät arvonlisäveron.",
    nl: "Alle bedragen zijn inclusief btw.",
};
/// Without.
pub(super) const NET: Text = Text {
    en: "All amounts are without tax.",
    da: "Alle beløb er eksklusive moms.",
    nb: "Alle beløp er uten mva.",
    sv: "Alla belopp är exklusive moms.",
    fi: "Kaikki summat ovat arvonlisäverottomia.",
    nl: "Alle bedragen zijn exclusief btw.",
};
/// A class.
pub(super) const CLASS: Text = Text {
    en: "{name}: a score of {score} and above.",
    da: "{name}: score fra {score}.",
    nb: "{name}: score fra {score}.",
    sv: "{name}: poäng från {score}.",
    fi: "{name}: pistemäärä vähintään {score}.",
    nl: "{name}: score vanaf {score}.",
};
/// Before the lines of a scorecard.
pub(super) const SCORECARD: Text = Text {
    en: "A customer without a score of its own gets the sum of these points.",
    da: "En kunde uden egen score får summen af disse point.",
    nb: "En kunde uten egen score får summen av disse poengene.",
    sv: "En kund utan egen poäng får summan av dessa poäng.",
    fi: "Asiakas, jolla ei ole omaa pistemäärää, saa näiden pisteiden summan.",
    nl: "Een klant zonder eigen score krijgt de som van deze punten.",
};
/// A step of a line.
pub(super) const STEP: Text = Text {
    en: "up to {value}: {points}",
    da: "op til {value}: {points}",
    nb: "inntil {value}: {points}",
    sv: "upp till {value}: {points}",
    fi: "enintään {value}: {points}",
    nl: "tot en met {value}: {points}",
};
/// Beyond the last step.
pub(super) const BEYOND: Text = Text {
    en: "above: {points}",
    da: "derover: {points}",
    nb: "over: {points}",
    sv: "däröver: {points}",
    fi: "yli: {points}",
    nl: "daarboven: {points}",
};
/// Where it is not known.
pub(super) const NOT_KNOWN: Text = Text {
    en: "not known: {points}",
    da: "ukendt: {points}",
    nb: "ukjent: {points}",
    sv: "okänt: {points}",
    fi: "ei tiedossa: {points}",
    nl: "onbekend: {points}",
};
/// The limit proposed.
pub(super) const PROPOSED: Text = Text {
    en: "Proposed credit limit: {amounts}.",
    da: "Foreslået kreditmaksimum: {amounts}.",
    nb: "Foreslått kredittgrense: {amounts}.",
    sv: "Föreslagen kreditgräns: {amounts}.",
    fi: "Ehdotettu luottoraja: {amounts}.",
    nl: "Voorgestelde kredietlimiet: {amounts}.",
};
/// Who stands above whom.
pub(super) const RANKS: Text = Text {
    en: "Roles from the highest to the lowest: {names}. A higher role may release what a lower one may.",
    da: "Roller fra den højeste til den laveste: {names}. En højere rolle kan frigive det, en lavere kan.",
    nb: "Roller fra den høyeste til den laveste: {names}. En høyere rolle kan frigi det en lavere kan.",
    sv: "Roller från den högsta till den lägsta: {names}. En högre roll får frisläppa det en lägre får.",
    fi: "Roolit ylimmästä alimpaan: {names}. Ylempi rooli voi vapauttaa sen, minkä alempikin.",
    nl: "Rollen van de hoogste tot de laagste: {names}. Een hogere rol mag vrijgeven wat een lagere mag.",
};
/// How long a release holds.
pub(super) const RELEASE_VALID: Text = Text {
    en: "A release is valid for {days}.",
    da: "En frigivelse gælder i {days}.",
    nb: "En frigivelse gjelder i {days}.",
    sv: "En frisläppning gäller i {days}.",
    fi: "Vapautus on voimassa {days}.",
    nl: "Een vrijgave is {days} geldig.",
};
/// As long as the order.
pub(super) const RELEASE_FOR_GOOD: Text = Text {
    en: "A release is valid until the order is done.",
    da: "En frigivelse gælder, til ordren er afsluttet.",
    nb: "En frigivelse gjelder til ordren er avsluttet.",
    sv: "En frisläppning gäller tills ordern är avslutad.",
    fi: "Vapautus on voimassa, kunnes tilaus on käsitelty loppuun.",
    nl: "Een vrijgave is geldig tot de order is afgehandeld.",
};
/// How far above it the order may go.
pub(super) const DEVIATION: Text = Text {
    en: "A released order may grow by up to {share}.",
    da: "En frigivet ordre må vokse med op til {share}.",
    nb: "En frigitt ordre kan øke med inntil {share}.",
    sv: "En frisläppt order får öka med upp till {share}.",
    fi: "Vapautettu tilaus saa kasvaa enintään {share}.",
    nl: "Een vrijgegeven order mag tot {share} hoger worden.",
};
/// Two people.
pub(super) const FOUR_EYES: Text = Text {
    en: "Releases of more than {amounts} need a second person.",
    da: "Frigivelser på mere end {amounts} kræver endnu en person.",
    nb: "Frigivelser på mer enn {amounts} krever enda en person.",
    sv: "Frisläppningar på mer än {amounts} kräver ytterligare en person.",
    fi: "Vapautus vaatii toisen henkilön, kun summa on yli {amounts}.",
    nl: "Vrijgaven van meer dan {amounts} vereisen een tweede persoon.",
};
/// Not asked again so soon.
pub(super) const CHECKPOINT_GRACE: Text = Text {
    en: "An order that was let through is not checked again for {days}.",
    da: "En ordre, der er gået igennem, kontrolleres ikke igen i {days}.",
    nb: "En ordre som har gått gjennom, kontrolleres ikke igjen på {days}.",
    sv: "En order som har gått igenom kontrolleras inte igen på {days}.",
    fi: "Hyväksyttyä tilausta ei tarkasteta uudelleen ennen kuin on kulunut {days}.",
    nl: "Een order die is doorgelaten, wordt {days} niet opnieuw gecontroleerd.",
};
/// Growing limits.
pub(super) const APPROVE_INCREASE: Text = Text {
    en: "A credit limit that grows by more than {share} waits for approval by a second person.",
    da: "Et kreditmaksimum, der forhøjes med mere end {share}, afventer godkendelse af endnu en person.",
    nb: "En kredittgrense som økes med mer enn {share}, venter på godkjenning av enda en person.",
    sv: "En kreditgräns som höjs med mer än {share} väntar på godkännande av ytterligare en person.",
    fi: "Luottorajan korotus odottaa toisen henkilön hyväksyntää, kun korotus on yli {share}.",
    nl: "Een kredietlimiet die met meer dan {share} stijgt, wacht op goedkeuring door een tweede persoon.",
};
/// Large limits.
pub(super) const APPROVE_ABOVE: Text = Text {
    en: "A credit limit above {amounts} waits for approval by a second person.",
    da: "Et kreditmaksimum over {amounts} afventer godkendelse af endnu en person.",
    nb: "En kredittgrense over {amounts} venter på godkjenning av enda en person.",
    sv: "En kreditgräns över {amounts} väntar på godkännande av ytterligare en person.",
    fi: "Luottoraja odottaa toisen henkilön hyväksyntää, kun se on yli {amounts}.",
    nl: "Een kredietlimiet boven {amounts} wacht op goedkeuring door een tweede persoon.",
};
/// To collection.
pub(super) const HAND_OVER: Text = Text {
    en: "An unpaid invoice that is not disputed goes to collection {days} after its due date.",
    da: "En ubetalt faktura, der ikke er omtvistet, overgår til inkasso {days} efter forfaldsdatoen.",
    nb: "En ubetalt faktura som ikke er omtvistet, går til inkasso {days} etter forfallsdatoen.",
    sv: "En obetald faktura som inte är bestridd går till inkasso {days} efter förfallodagen.",
    fi: "Maksamaton lasku, jota ei ole riitautettu, siirtyy perintään, kun eräpäivästä on kulunut {days}.",
    nl: "Een onbetaalde factuur die niet is betwist, gaat {days} na de vervaldatum naar incasso.",
};
/// Ahead of time.
pub(super) const REMIND: Text = Text {
    en: "Reminders come {days} before a credit limit ends or a review is due.",
    da: "Der mindes {days} før et kreditmaksimum udløber, eller en kreditvurdering skal fornyes.",
    nb: "Det varsles {days} før en kredittgrense utløper eller en kredittvurdering må fornyes.",
    sv: "Påminnelse ges {days} innan en kreditgräns löper ut eller en kreditbedömning ska förnyas.",
    fi: "Muistutus annetaan, kun luottorajan päättymiseen tai luottoarvion uusimiseen on {days}.",
    nl: "Herinneringen komen {days} voordat een kredietlimiet afloopt of een kredietbeoordeling nodig is.",
};

/// What a line of the scorecard measures.
pub(super) const fn measure(measure: Measure) -> Text {
    match measure {
        Measure::DaysLate => Text {
            en: "Days paid late",
            da: "Dage betalt for sent",
            nb: "Dager betalt for sent",
            sv: "Dagar för sen betalning",
            fi: "Maksuviive päivinä",
            nl: "Dagen te laat betaald",
        },
        Measure::DisputeRate => Text {
            en: "Share of invoices disputed, in per cent",
            da: "Andel omtvistede fakturaer i procent",
            nb: "Andel omtvistede fakturaer i prosent",
            sv: "Andel bestridda fakturor i procent",
            fi: "Riitautettujen laskujen osuus prosentteina",
            nl: "Aandeel betwiste facturen in procent",
        },
        Measure::OverdueShare => Text {
            en: "Share of open items overdue, in per cent",
            da: "Andel forfaldne af åbne poster i procent",
            nb: "Andel forfalt av åpne poster i prosent",
            sv: "Andel förfallet av öppna poster i procent",
            fi: "Erääntyneiden osuus avoimista eristä prosentteina",
            nl: "Aandeel achterstallig van openstaande posten in procent",
        },
        Measure::DunningLevel => Text {
            en: "Dunning level",
            da: "Rykkerniveau",
            nb: "Purretrinn",
            sv: "Kravnivå",
            fi: "Maksukehotustaso",
            nl: "Aanmaningsniveau",
        },
        Measure::CustomerDays => Text {
            en: "Days as a customer",
            da: "Dage som kunde",
            nb: "Dager som kunde",
            sv: "Dagar som kund",
            fi: "Päiviä asiakkaana",
            nl: "Dagen klant",
        },
    }
}
