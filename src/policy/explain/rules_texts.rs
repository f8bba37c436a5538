//! The words for rules and exclusions. A condition is a subordinate clause, a consequence the main clause after it, so
//! that both keep their word order in every language: `IF` puts them together.

use super::super::{Bucket, Checkpoint, Status, Test};
use crate::reason::{Outcome, Text};

/// A rule as a sentence.
pub(super) const IF: Text = Text {
    en: "If {condition}, {consequence}.",
    da: "Hvis {condition}, {consequence}.",
    nb: "Hvis {condition}, {consequence}.",
    sv: "Om {condition} {consequence}.",
    fi: "Jos {condition}, {consequence}.",
    nl: "Als {condition}, {consequence}.",
};
/// After a dynamic limit rule.
pub(super) const HORIZON: Text = Text {
    en: "Orders that ship after the horizon are left out.",
    da: "Ordrer, der leveres efter horisonten, medregnes ikke.",
    nb: "Ordrer som leveres etter horisonten, regnes ikke med.",
    sv: "Order som levereras bortom horisonten räknas inte med.",
    fi: "Tarkasteluhorisontin jälkeen toimitettavia tilauksia ei oteta huomioon.",
    nl: "Orders die na de horizon worden geleverd, tellen niet mee.",
};
/// After a limit rule that tells those apart who were over it before.
pub(super) const ALREADY: Text = Text {
    en: "If it was above it before the order, {consequence}.",
    da: "Hvis den var det allerede før ordren, {consequence}.",
    nb: "Hvis den var det allerede før ordren, {consequence}.",
    sv: "Om den gjorde det redan före ordern {consequence}.",
    fi: "Jos se ylittyi jo ennen tilausta, {consequence}.",
    nl: "Als dat al zo was voor de order, {consequence}.",
};
/// After an exclusion that names its rules.
pub(super) const ONLY_RULES: Text = Text {
    en: "This lifts these rules only: {names}.",
    da: "Det ophæver kun disse regler: {names}.",
    nb: "Det opphever bare disse reglene: {names}.",
    sv: "Det upphäver endast dessa regler: {names}.",
    fi: "Tämä kumoaa vain nämä säännöt: {names}.",
    nl: "Dit heft alleen deze regels op: {names}.",
};
/// After a rule about overdue days.
pub(super) const SMALL: Text = Text {
    en: "Remainders of up to {amounts} in all do not count.",
    da: "Restbeløb på i alt højst {amounts} tæller ikke med.",
    nb: "Restbeløp på til sammen høyst {amounts} teller ikke med.",
    sv: "Restbelopp på sammanlagt högst {amounts} räknas inte.",
    fi: "Jäännössummia, yhteensä enintään {amounts}, ei oteta huomioon.",
    nl: "Restbedragen van samen hoogstens {amounts} tellen niet mee.",
};
/// Whom a rule speaks of.
pub(super) const CLASSES: Text = Text {
    en: "Applies only to risk classes: {names}.",
    da: "Gælder kun for risikoklasser: {names}.",
    nb: "Gjelder kun for risikoklasser: {names}.",
    sv: "Gäller endast riskklasser: {names}.",
    fi: "Koskee vain riskiluokkia: {names}.",
    nl: "Geldt alleen voor risicoklassen: {names}.",
};
/// Where a rule speaks.
pub(super) const COMPANIES: Text = Text {
    en: "Applies only in companies: {names}.",
    da: "Gælder kun i selskaber: {names}.",
    nb: "Gjelder kun i selskaper: {names}.",
    sv: "Gäller endast i bolag: {names}.",
    fi: "Koskee vain yhtiöitä: {names}.",
    nl: "Geldt alleen in bedrijven: {names}.",
};
/// New customers only.
pub(super) const YOUNGER: Text = Text {
    en: "Applies only to customers of less than {days}.",
    da: "Gælder kun for kunder, der har været kunder i mindre end {days}.",
    nb: "Gjelder kun for kunder som har vært kunder i mindre enn {days}.",
    sv: "Gäller endast kunder som har varit kunder i mindre än {days}.",
    fi: "Koskee vain asiakkaita, joiden asiakkuus on kestänyt alle {days}.",
    nl: "Geldt alleen voor klanten die korter dan {days} klant zijn.",
};
/// Much used limits only.
pub(super) const USED: Text = Text {
    en: "Applies only when more than {share} of the credit limit is used with the order.",
    da: "Gælder kun, når mere end {share} af kreditmaksimum er udnyttet med ordren.",
    nb: "Gjelder kun når mer enn {share} av kredittgrensen er utnyttet med ordren.",
    sv: "Gäller endast när mer än {share} av kreditgränsen utnyttjas med ordern.",
    fi: "Koskee vain tilauksia, joiden jälkeen luottorajasta on käytössä yli {share}.",
    nl: "Geldt alleen als met de order meer dan {share} van de kredietlimiet wordt benut.",
};
/// When a rule is asked.
pub(super) const AT: Text = Text {
    en: "Checked at: {points}.",
    da: "Kontrolleres ved: {points}.",
    nb: "Kontrolleres ved: {points}.",
    sv: "Kontrolleras vid: {points}.",
    fi: "Tarkastusvaiheet: {points}.",
    nl: "Gecontroleerd bij: {points}.",
};
/// The deposit a rule asks for.
pub(super) const DEPOSIT: Text = Text {
    en: "A deposit of {share} of the order is recommended.",
    da: "Der anbefales et depositum på {share} af ordren.",
    nb: "Det anbefales et depositum på {share} av ordren.",
    sv: "En deposition på {share} av ordern rekommenderas.",
    fi: "Suositeltu vakuusmaksu tilauksen arvosta: {share}.",
    nl: "Een waarborgsom van {share} van de order wordt aanbevolen.",
};
/// What happens without the fact.
pub(super) const UNKNOWN: Text = Text {
    en: "If the information is missing, {consequence}.",
    da: "Hvis oplysningen mangler, {consequence}.",
    nb: "Hvis opplysningen mangler, {consequence}.",
    sv: "Om uppgiften saknas {consequence}.",
    fi: "Jos tieto puuttuu, {consequence}.",
    nl: "Als het gegeven ontbreekt, {consequence}.",
};
/// Small orders without the fact.
pub(super) const UNKNOWN_UP_TO: Text = Text {
    en: "Orders of up to {amounts} pass all the same.",
    da: "Ordrer på op til {amounts} går dog igennem.",
    nb: "Ordrer på inntil {amounts} går likevel gjennom.",
    sv: "Order på upp till {amounts} går ändå igenom.",
    fi: "Tilaukset, joiden arvo on enintään {amounts}, hyväksytään silti.",
    nl: "Orders tot en met {amounts} gaan toch door.",
};
/// Who may release.
pub(super) const RELEASE: Text = Text {
    en: "May be released by: {role}.",
    da: "Kan frigives af: {role}.",
    nb: "Kan frigis av: {role}.",
    sv: "Kan frisläppas av: {role}.",
    fi: "Voi vapauttaa: {role}.",
    nl: "Vrij te geven door: {role}.",
};
/// That nobody may.
pub(super) const NOBODY: Text = Text {
    en: "Nobody may release it.",
    da: "Kan ikke frigives af nogen.",
    nb: "Kan ikke frigis av noen.",
    sv: "Kan inte frisläppas av någon.",
    fi: "Kukaan ei voi vapauttaa tilausta.",
    nl: "Niemand kan de order vrijgeven.",
};
/// What an exclusion lifts.
pub(super) const LIFTS_HOLD: Text = Text {
    en: "Less specific rules that only make orders wait are lifted.",
    da: "Mindre specifikke regler, der blot lader ordrer afvente, ophæves.",
    nb: "Mindre spesifikke regler som bare lar ordrer vente, oppheves.",
    sv: "Mindre specifika regler som bara låter order vänta upphävs.",
    fi: "Yleisemmät säännöt, jotka vain jättävät tilauksen odottamaan, kumoutuvat.",
    nl: "Minder specifieke regels die orders alleen laten wachten, vervallen.",
};
/// What one that lifts a stop lifts.
pub(super) const LIFTS_STOP: Text = Text {
    en: "All less specific rules are lifted, also those that refuse orders, and a stop set by hand.",
    da: "Alle mindre specifikke regler ophæves, også dem der afviser ordrer, samt en manuel spærring.",
    nb: "Alle mindre spesifikke regler oppheves, også de som avviser ordrer, samt en manuell sperre.",
    sv: "Alla mindre specifika regler upphävs, även de som avvisar order, liksom en manuell spärr.",
    fi: "Kaikki yleisemmät säännöt kumoutuvat, myös tilauksia hylkäävät, samoin käsin asetettu myyntikielto.",
    nl: "Alle minder specifieke regels vervallen, ook die orders weigeren, en een handmatige blokkering.",
};
/// Small orders only.
pub(super) const UP_TO: Text = Text {
    en: "Only for orders of up to {amounts}.",
    da: "Kun for ordrer på op til {amounts}.",
    nb: "Kun for ordrer på inntil {amounts}.",
    sv: "Endast för order på upp till {amounts}.",
    fi: "Vain tilauksille, joiden arvo on enintään {amounts}.",
    nl: "Alleen voor orders tot en met {amounts}.",
};
/// As the consequence of a prepayment, where it is a part.
pub(super) const PREPAY_SHARE: Text = Text {
    en: "the order goes through once {share} of the amount in question has been paid in advance",
    da: "gennemføres ordren, når {share} af det pågældende beløb er forudbetalt",
    nb: "gjennomføres ordren når {share} av det aktuelle beløpet er forskuddsbetalt",
    sv: "genomförs ordern när {share} av det aktuella beloppet har betalats i förskott",
    fi: "tilaus hyväksytään, kun kyseisestä summasta on maksettu ennakkoon {share}",
    nl: "gaat de order door zodra {share} van het betreffende bedrag vooruit is betaald",
};

/// What becomes of the order.
pub(super) const fn consequence(outcome: Outcome) -> Text {
    match outcome {
        Outcome::NotChecked => Text {
            en: "the order is not checked",
            da: "kontrolleres ordren ikke",
            nb: "kontrolleres ikke ordren",
            sv: "kontrolleras inte ordern",
            fi: "tilausta ei tarkasteta",
            nl: "wordt de order niet gecontroleerd",
        },
        Outcome::Approve => Text {
            en: "the order is approved",
            da: "godkendes ordren",
            nb: "godkjennes ordren",
            sv: "godkänns ordern",
            fi: "tilaus hyväksytään",
            nl: "wordt de order goedgekeurd",
        },
        Outcome::ApproveWithAlert => Text {
            en: "the order goes through and credit control is alerted",
            da: "går ordren igennem, og kreditafdelingen får besked",
            nb: "går ordren gjennom, og kredittavdelingen varsles",
            sv: "går ordern igenom och kreditavdelningen underrättas",
            fi: "tilaus hyväksytään ja luotonvalvonnalle ilmoitetaan",
            nl: "gaat de order door en krijgt kredietbeheer een melding",
        },
        Outcome::Prepay => Text {
            en: "the order goes through against payment in advance",
            da: "gennemføres ordren mod forudbetaling",
            nb: "gjennomføres ordren mot forskuddsbetaling",
            sv: "genomförs ordern mot förskottsbetalning",
            fi: "tilaus hyväksytään ennakkomaksua vastaan",
            nl: "gaat de order door tegen vooruitbetaling",
        },
        Outcome::Hold => Text {
            en: "the order waits for a decision",
            da: "afventer ordren en afgørelse",
            nb: "venter ordren på en avgjørelse",
            sv: "väntar ordern på beslut",
            fi: "tilaus jää odottamaan päätöstä",
            nl: "wacht de order op een besluit",
        },
        Outcome::Refuse => Text {
            en: "the order is refused",
            da: "afvises ordren",
            nb: "avvises ordren",
            sv: "avvisas ordern",
            fi: "tilaus hylätään",
            nl: "wordt de order geweigerd",
        },
    }
}

/// A checkpoint.
pub(super) const fn checkpoint(checkpoint: Checkpoint) -> Text {
    match checkpoint {
        Checkpoint::Entry => Text {
            en: "order entry",
            da: "ordreoprettelse",
            nb: "ordreregistrering",
            sv: "orderregistrering",
            fi: "tilauksen kirjaus",
            nl: "orderinvoer",
        },
        Checkpoint::Confirm => Text {
            en: "order confirmation",
            da: "ordrebekræftelse",
            nb: "ordrebekreftelse",
            sv: "orderbekräftelse",
            fi: "tilausvahvistus",
            nl: "orderbevestiging",
        },
        Checkpoint::Pick => {
            Text { en: "picking", da: "plukning", nb: "plukking", sv: "plock", fi: "keräily", nl: "orderpicken" }
        }
        Checkpoint::Ship => Text {
            en: "shipment",
            da: "afsendelse",
            nb: "forsendelse",
            sv: "leverans",
            fi: "lähetys",
            nl: "verzending",
        },
        Checkpoint::Invoice => Text {
            en: "invoicing",
            da: "fakturering",
            nb: "fakturering",
            sv: "fakturering",
            fi: "laskutus",
            nl: "facturering",
        },
    }
}

/// What a rule asks, with `{share}`, `{amounts}`, `{days}`, `{level}`, `{count}` or `{score}`.
pub(super) const fn condition(test: &Test) -> Text {
    match test {
        Test::OverLimit { tolerance_basis_points: 0, .. } => Text {
            en: "the exposure including the order is above the credit limit",
            da: "krediteksponeringen inklusive ordren overstiger kreditmaksimum",
            nb: "kreditteksponeringen inkludert ordren overstiger kredittgrensen",
            sv: "kreditexponeringen inklusive ordern överstiger kreditgränsen",
            fi: "luottovastuu tilaus mukaan lukien ylittää luottorajan",
            nl: "het uitstaande krediet inclusief de order hoger is dan de kredietlimiet",
        },
        Test::OverLimit { .. } => Text {
            en: "the exposure including the order is more than {share} above the credit limit",
            da: "krediteksponeringen inklusive ordren overstiger kreditmaksimum med mere end {share}",
            nb: "kreditteksponeringen inkludert ordren overstiger kredittgrensen med mer enn {share}",
            sv: "kreditexponeringen inklusive ordern överstiger kreditgränsen med mer än {share}",
            fi: "luottovastuu tilaus mukaan lukien ylittää luottorajan enemmän kuin {share}",
            nl: "het uitstaande krediet inclusief de order meer dan {share} boven de kredietlimiet ligt",
        },
        Test::OverdueAmount { .. } | Test::BucketAmount { bucket: Bucket::Overdue, .. } => Text {
            en: "more than {amounts} is overdue",
            da: "der er forfaldet mere end {amounts}",
            nb: "mer enn {amounts} er forfalt",
            sv: "mer än {amounts} är förfallet",
            fi: "erääntyneitä saatavia on yli {amounts}",
            nl: "er meer dan {amounts} achterstallig is",
        },
        Test::OverdueDays { .. } => Text {
            en: "the oldest overdue invoice is more than {days} past its due date",
            da: "den ældste forfaldne faktura er mere end {days} over forfaldsdatoen",
            nb: "den eldste forfalte fakturaen er mer enn {days} over forfallsdatoen",
            sv: "den äldsta förfallna fakturan är mer än {days} över förfallodagen",
            fi: "vanhin erääntynyt lasku on yli {days} myöhässä",
            nl: "de oudste achterstallige factuur meer dan {days} over de vervaldatum is",
        },
        Test::OverdueShare { .. } => Text {
            en: "more than {share} of the open items is overdue",
            da: "mere end {share} af de åbne poster er forfalden",
            nb: "mer enn {share} av de åpne postene er forfalt",
            sv: "mer än {share} av de öppna posterna är förfallen",
            fi: "avoimista eristä on erääntynyt yli {share}",
            nl: "meer dan {share} van de openstaande posten achterstallig is",
        },
        Test::Utilisation { .. } => Text {
            en: "more than {share} of the credit limit is used with the order",
            da: "mere end {share} af kreditmaksimum er udnyttet med ordren",
            nb: "mer enn {share} av kredittgrensen er utnyttet med ordren",
            sv: "mer än {share} av kreditgränsen utnyttjas med ordern",
            fi: "luottorajasta on tilauksen jälkeen käytössä yli {share}",
            nl: "met de order meer dan {share} van de kredietlimiet wordt benut",
        },
        Test::DocumentValue { .. } => Text {
            en: "the order itself is above {amounts}",
            da: "ordren alene er på mere end {amounts}",
            nb: "ordren alene er på mer enn {amounts}",
            sv: "ordern i sig uppgår till mer än {amounts}",
            fi: "tilauksen arvo on yli {amounts}",
            nl: "de order op zichzelf hoger is dan {amounts}",
        },
        Test::DunningLevel { .. } => Text {
            en: "an open item has a dunning level above {level}",
            da: "en åben post har et højere rykkerniveau end {level}",
            nb: "en åpen post har et høyere purretrinn enn {level}",
            sv: "en öppen post har högre kravnivå än {level}",
            fi: "jonkin avoimen erän maksukehotustaso on yli {level}",
            nl: "een openstaande post een hoger aanmaningsniveau heeft dan {level}",
        },
        Test::PaymentBehaviour { .. } => Text {
            en: "the customer has paid more than {days} late on average over the last twelve months",
            da: "kunden i de seneste tolv måneder i gennemsnit har betalt mere end {days} for sent",
            nb: "kunden de siste tolv månedene i gjennomsnitt har betalt mer enn {days} for sent",
            sv: "kunden under de senaste tolv månaderna i genomsnitt har betalat mer än {days} för sent",
            fi: "asiakas on viimeisten kahdentoista kuukauden aikana maksanut keskimäärin yli {days} myöhässä",
            nl: "de klant in de laatste twaalf maanden gemiddeld meer dan {days} te laat heeft betaald",
        },
        Test::DisputeRate { .. } => Text {
            en: "the customer has disputed more than {share} of the invoices of the last twelve months, at least {count} of them, and still owes money",
            da: "kunden har bestridt mere end {share} af de seneste tolv måneders fakturaer, mindst {count}, og stadig skylder penge",
            nb: "kunden har bestridt mer enn {share} av fakturaene de siste tolv månedene, minst {count}, og fortsatt skylder penger",
            sv: "kunden har bestridit mer än {share} av de senaste tolv månadernas fakturor, minst {count}, och fortfarande är skyldig pengar",
            fi: "asiakas on riitauttanut viimeisten kahdentoista kuukauden laskuista yli {share}, vähintään {count} laskua, ja on edelleen velkaa",
            nl: "de klant meer dan {share} van de facturen van de laatste twaalf maanden heeft betwist, minstens {count}, en nog geld schuldig is",
        },
        Test::LimitOpenEnded => Text {
            en: "the credit limit has no end date",
            da: "kreditmaksimum ikke har nogen slutdato",
            nb: "kredittgrensen ikke har noen sluttdato",
            sv: "kreditgränsen saknar slutdatum",
            fi: "luottorajalla ei ole päättymispäivää",
            nl: "de kredietlimiet geen einddatum heeft",
        },
        Test::ReviewDue { buffer_days: 0 } => Text {
            en: "the day of the credit review has passed",
            da: "dagen for kreditvurderingen er passeret",
            nb: "dagen for kredittvurderingen er passert",
            sv: "dagen för kreditbedömningen har passerat",
            fi: "luottoarvion määräpäivä on ohitettu",
            nl: "de dag van de kredietbeoordeling voorbij is",
        },
        Test::ReviewDue { .. } => Text {
            en: "the credit review is more than {days} late",
            da: "kreditvurderingen er mere end {days} forsinket",
            nb: "kredittvurderingen er mer enn {days} forsinket",
            sv: "kreditbedömningen är mer än {days} försenad",
            fi: "luottoarvio on yli {days} myöhässä",
            nl: "de kredietbeoordeling meer dan {days} te laat is",
        },
        Test::TermsChanged => Text {
            en: "the payment terms are longer than agreed",
            da: "betalingsfristen er længere end aftalt",
            nb: "betalingsfristen er lengre enn avtalt",
            sv: "betalningstiden är längre än avtalat",
            fi: "maksuaika on sovittua pidempi",
            nl: "de betaaltermijn langer is dan overeengekomen",
        },
        Test::Discount { .. } => Text {
            en: "the discount is above {share}",
            da: "rabatten er højere end {share}",
            nb: "rabatten er høyere enn {share}",
            sv: "rabatten är högre än {share}",
            fi: "alennus on yli {share}",
            nl: "de korting hoger is dan {share}",
        },
        Test::BucketAmount { bucket: Bucket::Ordered, .. } => Text {
            en: "open orders including this one come to more than {amounts}",
            da: "åbne ordrer inklusive denne udgør mere end {amounts}",
            nb: "åpne ordrer inkludert denne utgjør mer enn {amounts}",
            sv: "öppna order inklusive denna uppgår till mer än {amounts}",
            fi: "avoimia tilauksia on tämä mukaan lukien yli {amounts}",
            nl: "openstaande orders inclusief deze meer dan {amounts} bedragen",
        },
        Test::BucketAmount { bucket: Bucket::Delivered, .. } => Text {
            en: "more than {amounts} is delivered and not invoiced",
            da: "mere end {amounts} er leveret og ikke faktureret",
            nb: "mer enn {amounts} er levert og ikke fakturert",
            sv: "mer än {amounts} är levererat men inte fakturerat",
            fi: "toimitettua on laskuttamatta yli {amounts}",
            nl: "meer dan {amounts} geleverd en niet gefactureerd is",
        },
        Test::BucketAmount { bucket: Bucket::Drafted, .. } => Text {
            en: "more than {amounts} is on draft invoices",
            da: "mere end {amounts} står på fakturakladder",
            nb: "mer enn {amounts} står på fakturautkast",
            sv: "mer än {amounts} finns på fakturautkast",
            fi: "laskuluonnoksissa on yli {amounts}",
            nl: "meer dan {amounts} op conceptfacturen staat",
        },
        Test::BucketAmount { bucket: Bucket::Open, .. } => Text {
            en: "open items come to more than {amounts}",
            da: "åbne poster udgør mere end {amounts}",
            nb: "åpne poster utgjør mer enn {amounts}",
            sv: "öppna poster uppgår till mer än {amounts}",
            fi: "avoimia eriä on yli {amounts}",
            nl: "openstaande posten meer dan {amounts} bedragen",
        },
        Test::Score { .. } => Text {
            en: "the credit score is below {score}",
            da: "kreditscoren er under {score}",
            nb: "kredittscoren er under {score}",
            sv: "kreditpoängen är under {score}",
            fi: "luottopistemäärä on alle {score}",
            nl: "de kredietscore lager is dan {score}",
        },
        Test::Status { is: Status::Watch } => Text {
            en: "the customer is on the watch list",
            da: "kunden er på observationslisten",
            nb: "kunden er på observasjonslisten",
            sv: "kunden finns på bevakningslistan",
            fi: "asiakas on seurantalistalla",
            nl: "de klant op de aandachtslijst staat",
        },
        Test::Status { is: Status::Hold } => Text {
            en: "the customer is on hold",
            da: "kunden er sat på hold",
            nb: "kunden er satt på vent",
            sv: "kunden är i vänteläge",
            fi: "asiakas on odotustilassa",
            nl: "de klant in de wacht staat",
        },
        Test::Status { is: Status::Stop | Status::NoCheck | Status::Ok } => Text {
            en: "the customer is stopped",
            da: "kunden er spærret",
            nb: "kunden er sperret",
            sv: "kunden är spärrad",
            fi: "asiakas on myyntikiellossa",
            nl: "de klant geblokkeerd is",
        },
        Test::Always => Text {
            en: "the rule applies to the order",
            da: "reglen gælder for ordren",
            nb: "regelen gjelder for ordren",
            sv: "regeln gäller för ordern",
            fi: "sääntö koskee tilausta",
            nl: "de regel voor de order geldt",
        },
    }
}
