//! The words of reasons, all languages side by side, so that whoever mends one sees the others.
//!
//! Terms: credit limit is *kreditmaksimum, kredittgrense, kreditgräns, luottoraja, kredietlimiet*; exposure is
//! *krediteksponering, kreditteksponering, kreditexponering, luottovastuu, uitstaand krediet*. The limit "allows" its
//! threshold, since a policy's tolerance may be in it. Finnish amounts stand where they need no case ending.
//! Dunning level is *rykkerniveau, purretrinn, kravnivå, maksukehotustaso, aanmaningsniveau*; to release is *frigive,
//! frigi, frisläppa, vapauttaa, vrijgeven*; the credit policy is *kreditpolitik, kredittpolicy, kreditpolicy,
//! luottopolitiikka, kredietbeleid*.

use super::{Code, Level, Outcome, Remedy, Text};

/// What would make the document pass, after the matter itself.
pub(super) const TO_PASS: Text = Text {
    en: "To pass: {remedy}.",
    da: "Løsning: {remedy}.",
    nb: "Løsning: {remedy}.",
    sv: "Åtgärd: {remedy}.",
    fi: "Ratkaisu: {remedy}.",
    nl: "Oplossing: {remedy}.",
};
/// Who may release the document; the role is called as the policy calls it.
pub(super) const RELEASE: Text = Text {
    en: "May be released by: {role}.",
    da: "Kan frigives af: {role}.",
    nb: "Kan frigis av: {role}.",
    sv: "Kan frisläppas av: {role}.",
    fi: "Voi vapauttaa: {role}.",
    nl: "Vrij te geven door: {role}.",
};
/// A single day.
pub(super) const ONE_DAY: Text = Text {
    en: "{days} day",
    da: "{days} dag",
    nb: "{days} dag",
    sv: "{days} dag",
    fi: "{days} päivä",
    nl: "{days} dag",
};
/// Any other number of days.
pub(super) const DAYS: Text = Text {
    en: "{days} days",
    da: "{days} dage",
    nb: "{days} dager",
    sv: "{days} dagar",
    fi: "{days} päivää",
    nl: "{days} dagen",
};

/// What became of a document.
pub(super) const fn outcome(outcome: Outcome) -> Text {
    match outcome {
        Outcome::NotChecked => Text {
            en: "Not checked",
            da: "Ikke kontrolleret",
            nb: "Ikke kontrollert",
            sv: "Ej kontrollerad",
            fi: "Ei tarkastettu",
            nl: "Niet gecontroleerd",
        },
        Outcome::Approve => {
            Text {
                en: "Approved", da: "Godkendt", nb: "Godkjent", sv: "Godkänd", fi: "Hyväksytty", nl: "Goedgekeurd"
            }
        }
        Outcome::ApproveWithAlert => Text {
            en: "Approved with alert",
            da: "Godkendt med advarsel",
            nb: "Godkjent med varsel",
            sv: "Godkänd med varning",
            fi: "Hyväksytty huomautuksin",
            nl: "Goedgekeurd met waarschuwing",
        },
        Outcome::Prepay => Text {
            en: "Prepayment required",
            da: "Forudbetaling kræves",
            nb: "Forskuddsbetaling kreves",
            sv: "Förskottsbetalning krävs",
            fi: "Ennakkomaksu vaaditaan",
            nl: "Vooruitbetaling vereist",
        },
        Outcome::Hold => Text {
            en: "On hold",
            da: "Afventer afgørelse",
            nb: "Venter på avgjørelse",
            sv: "Väntar på beslut",
            fi: "Odottaa päätöstä",
            nl: "In de wacht",
        },
        Outcome::Refuse => {
            Text { en: "Refused", da: "Afvist", nb: "Avvist", sv: "Avvisad", fi: "Hylätty", nl: "Geweigerd" }
        }
    }
}

/// Whose level a reason speaks of.
pub(super) const fn level(level: Level) -> Text {
    match level {
        Level::Own => Text {
            en: "Own account",
            da: "Egen konto",
            nb: "Egen konto",
            sv: "Eget konto",
            fi: "Oma tili",
            nl: "Eigen rekening",
        },
        Level::Group => {
            Text { en: "Group", da: "Koncern", nb: "Konsern", sv: "Koncern", fi: "Konserni", nl: "Concern" }
        }
        Level::Segment => Text {
            en: "Credit segment",
            da: "Kreditsegment",
            nb: "Kredittsegment",
            sv: "Kreditsegment",
            fi: "Luottosegmentti",
            nl: "Kredietsegment",
        },
        Level::Document => Text { en: "Order", da: "Ordre", nb: "Ordre", sv: "Order", fi: "Tilaus", nl: "Order" },
    }
}

/// What is the matter, with `{measured}` and `{threshold}`.
pub(super) const fn sentence(code: Code) -> Text {
    match code {
        Code::OverLimit => Text {
            en: "Exposure with this order would be {measured}; the credit limit allows {threshold}.",
            da: "Krediteksponeringen med denne ordre ville blive {measured}; kreditmaksimum tillader {threshold}.",
            nb: "Kreditteksponeringen med denne ordren ville bli {measured}; kredittgrensen tillater {threshold}.",
            sv: "Kreditexponeringen med denna order skulle bli {measured}; kreditgränsen tillåter {threshold}.",
            fi: "Luottovastuu tämän tilauksen jälkeen olisi {measured}; luottoraja sallii {threshold}.",
            nl: "Het uitstaande krediet zou met deze order {measured} bedragen; de kredietlimiet staat {threshold} toe.",
        },
        Code::LimitMissing => Text {
            en: "The customer has no credit limit in force.",
            da: "Kunden har intet gældende kreditmaksimum.",
            nb: "Kunden har ingen gjeldende kredittgrense.",
            sv: "Kunden har ingen gällande kreditgräns.",
            fi: "Asiakkaalla ei ole voimassa olevaa luottorajaa.",
            nl: "De klant heeft geen geldende kredietlimiet.",
        },
        Code::OverdueAmount => Text {
            en: "The overdue amount is {measured}; the maximum is {threshold}.",
            da: "Det forfaldne beløb er {measured}; maksimum er {threshold}.",
            nb: "Forfalt beløp er {measured}; maksimum er {threshold}.",
            sv: "Det förfallna beloppet är {measured}; högst {threshold} tillåts.",
            fi: "Erääntyneitä saatavia on {measured}; enimmäismäärä on {threshold}.",
            nl: "Het achterstallige bedrag is {measured}; het maximum is {threshold}.",
        },
        Code::OverdueDays => Text {
            en: "The oldest overdue item is {measured} past its due date; the maximum is {threshold}.",
            da: "Den ældste forfaldne post er {measured} over forfaldsdatoen; maksimum er {threshold}.",
            nb: "Den eldste forfalte posten er {measured} over forfallsdatoen; maksimum er {threshold}.",
            sv: "Den äldsta förfallna posten är {measured} över förfallodagen; högst {threshold} tillåts.",
            fi: "Vanhin erääntynyt erä on {measured} yli eräpäivän; enimmäisaika on {threshold}.",
            nl: "De oudste achterstallige post is {measured} over de vervaldatum; het maximum is {threshold}.",
        },
        Code::StatusStop => Text {
            en: "The customer is stopped: new orders do not go through.",
            da: "Kunden er spærret: nye ordrer går ikke igennem.",
            nb: "Kunden er sperret: nye ordrer slipper ikke gjennom.",
            sv: "Kunden är spärrad: nya order går inte igenom.",
            fi: "Asiakas on myyntikiellossa: uusia tilauksia ei hyväksytä.",
            nl: "De klant is geblokkeerd: nieuwe orders gaan niet door.",
        },
        Code::StatusHold => Text {
            en: "The customer is on hold: new orders wait for a decision.",
            da: "Kunden er sat på hold: nye ordrer afventer en afgørelse.",
            nb: "Kunden er satt på vent: nye ordrer venter på en avgjørelse.",
            sv: "Kunden är i vänteläge: nya order väntar på beslut.",
            fi: "Asiakas on odotustilassa: uudet tilaukset odottavat päätöstä.",
            nl: "De klant staat in de wacht: nieuwe orders wachten op een besluit.",
        },
        Code::StatusNoCheck => Text {
            en: "The customer is excluded from credit checks.",
            da: "Kunden er undtaget fra kreditkontrol.",
            nb: "Kunden er unntatt fra kredittkontroll.",
            sv: "Kunden är undantagen från kreditkontroll.",
            fi: "Asiakas on jätetty luottovalvonnan ulkopuolelle.",
            nl: "De klant is vrijgesteld van kredietcontrole.",
        },
        Code::UnknownCustomer => Text {
            en: "The customer does not exist or has no credit account in this company.",
            da: "Kunden findes ikke eller har ingen kreditkonto i dette selskab.",
            nb: "Kunden finnes ikke eller har ingen kredittkonto i dette selskapet.",
            sv: "Kunden finns inte eller har inget kreditkonto i detta bolag.",
            fi: "Asiakasta ei löydy, tai asiakkaalla ei ole luottotiliä tässä yhtiössä.",
            nl: "De klant bestaat niet of heeft geen kredietrekening in dit bedrijf.",
        },
        Code::CurrencyMismatch => Text {
            en: "The order is in {measured}, the account in {threshold}, and no exchange rate was given.",
            da: "Ordren er i {measured}, kontoen i {threshold}, og der er ikke oplyst nogen valutakurs.",
            nb: "Ordren er i {measured}, kontoen i {threshold}, og det er ikke oppgitt noen valutakurs.",
            sv: "Ordern är i {measured}, kontot i {threshold}, och ingen valutakurs har angetts.",
            fi: "Tilauksen valuutta on {measured} ja tilin {threshold}, eikä valuuttakurssia ole annettu.",
            nl: "De order is in {measured}, de rekening in {threshold}, en er is geen wisselkoers opgegeven.",
        },
        Code::CoveredByCredit => Text {
            en: "The customer's credit balance of {measured} covers what the credit limit does not.",
            da: "Kundens tilgodehavende på {measured} dækker det, som kreditmaksimum ikke dækker.",
            nb: "Kundens tilgodehavende på {measured} dekker det som kredittgrensen ikke dekker.",
            sv: "Kundens tillgodohavande på {measured} täcker det som kreditgränsen inte täcker.",
            fi: "Asiakkaan kohdistamattomat suoritukset ja hyvitykset, {measured}, kattavat luottorajan ylittävän osan.",
            nl: "Het tegoed van de klant van {measured} dekt wat de kredietlimiet niet dekt.",
        },
        Code::NotAnIncrease => Text {
            en: "The order does not increase the exposure; such orders always go through.",
            da: "Ordren øger ikke krediteksponeringen; sådanne ordrer går altid igennem.",
            nb: "Ordren øker ikke kreditteksponeringen; slike ordrer slipper alltid gjennom.",
            sv: "Ordern ökar inte kreditexponeringen; sådana order går alltid igenom.",
            fi: "Tilaus ei kasvata luottovastuuta; tällaiset tilaukset hyväksytään aina.",
            nl: "De order verhoogt het uitstaande krediet niet; zulke orders gaan altijd door.",
        },
        Code::NoLimit => Text {
            en: "The customer has unlimited credit.",
            da: "Kunden har ubegrænset kredit.",
            nb: "Kunden har ubegrenset kreditt.",
            sv: "Kunden har obegränsad kredit.",
            fi: "Asiakkaalla on rajaton luotto.",
            nl: "De klant heeft onbeperkt krediet.",
        },
        Code::AlreadyOverLimit => Text {
            en: "Exposure was already {measured} before this order; the credit limit allows {threshold}.",
            da: "Krediteksponeringen var allerede {measured} før denne ordre; kreditmaksimum tillader {threshold}.",
            nb: "Kreditteksponeringen var allerede {measured} før denne ordren; kredittgrensen tillater {threshold}.",
            sv: "Kreditexponeringen var redan {measured} före denna order; kreditgränsen tillåter {threshold}.",
            fi: "Luottovastuu oli jo ennen tätä tilausta {measured}; luottoraja sallii {threshold}.",
            nl: "Het uitstaande krediet bedroeg vóór deze order al {measured}; de kredietlimiet staat {threshold} toe.",
        },
        Code::StatusWatch => Text {
            en: "The customer is on the watch list.",
            da: "Kunden er på observationslisten.",
            nb: "Kunden er på observasjonslisten.",
            sv: "Kunden finns på bevakningslistan.",
            fi: "Asiakas on seurantalistalla.",
            nl: "De klant staat op de aandachtslijst.",
        },
        Code::LimitExpired => Text {
            en: "The last day of the credit limit was {measured}; no other limit is in force.",
            da: "Kreditmaksimum gjaldt til og med {measured}; der er ikke fastsat noget nyt.",
            nb: "Kredittgrensen gjaldt til og med {measured}; ingen annen er gjeldende.",
            sv: "Kreditgränsen gällde till och med {measured}; ingen annan gäller.",
            fi: "Luottorajan viimeinen voimassaolopäivä oli {measured}; muuta voimassa olevaa luottorajaa ei ole.",
            nl: "De kredietlimiet gold tot en met {measured}; een andere geldt er niet.",
        },
        Code::LimitOpenEnded => Text {
            en: "The credit limit has no end date; the credit policy asks for one.",
            da: "Kreditmaksimum har ingen slutdato; kreditpolitikken kræver en.",
            nb: "Kredittgrensen har ingen sluttdato; kredittpolicyen krever en.",
            sv: "Kreditgränsen har inget slutdatum; kreditpolicyn kräver ett.",
            fi: "Luottorajalla ei ole päättymispäivää; luottopolitiikka edellyttää sellaista.",
            nl: "De kredietlimiet heeft geen einddatum; het kredietbeleid vereist er een.",
        },
        Code::ReviewDue => Text {
            en: "The credit review was due on {measured}.",
            da: "Kreditvurderingen skulle have været fornyet senest {measured}.",
            nb: "Kredittvurderingen skulle ha vært fornyet senest {measured}.",
            sv: "Kreditbedömningen skulle ha förnyats senast {measured}.",
            fi: "Luottoarvio olisi pitänyt uusia viimeistään {measured}.",
            nl: "De kredietbeoordeling had uiterlijk op {measured} vernieuwd moeten worden.",
        },
        Code::OverdueShare => Text {
            en: "The overdue share of the open items is {measured}; the maximum is {threshold}.",
            da: "Den forfaldne andel af de åbne poster er {measured}; maksimum er {threshold}.",
            nb: "Den forfalte andelen av de åpne postene er {measured}; maksimum er {threshold}.",
            sv: "Den förfallna andelen av de öppna posterna är {measured}; högst {threshold} tillåts.",
            fi: "Erääntyneiden osuus avoimista saatavista on {measured}; enimmäisosuus on {threshold}.",
            nl: "Het achterstallige deel van de openstaande posten is {measured}; het maximum is {threshold}.",
        },
        Code::Utilisation => Text {
            en: "With this order {measured} of the credit limit would be used; the maximum is {threshold}.",
            da: "Med denne ordre ville {measured} af kreditmaksimum være udnyttet; maksimum er {threshold}.",
            nb: "Med denne ordren ville {measured} av kredittgrensen være utnyttet; maksimum er {threshold}.",
            sv: "Med denna order skulle {measured} av kreditgränsen vara utnyttjad; högst {threshold} tillåts.",
            fi: "Luottorajan käyttöaste tämän tilauksen jälkeen olisi {measured}; enimmäistaso on {threshold}.",
            nl: "Met deze order zou {measured} van de kredietlimiet benut zijn; het maximum is {threshold}.",
        },
        Code::DocumentValue => Text {
            en: "The value of the order is {measured}; the maximum for a single order is {threshold}.",
            da: "Ordrens værdi er {measured}; maksimum for en enkelt ordre er {threshold}.",
            nb: "Ordrens verdi er {measured}; maksimum for en enkelt ordre er {threshold}.",
            sv: "Orderns värde är {measured}; högst {threshold} per order tillåts.",
            fi: "Tilauksen arvo on {measured}; yksittäisen tilauksen enimmäisarvo on {threshold}.",
            nl: "De waarde van de order is {measured}; het maximum per order is {threshold}.",
        },
        Code::DunningLevel => Text {
            en: "An open item has reached dunning level {measured}; the maximum is {threshold}.",
            da: "En åben post har nået rykkerniveau {measured}; maksimum er {threshold}.",
            nb: "En åpen post har nådd purretrinn {measured}; maksimum er {threshold}.",
            sv: "En öppen post har nått kravnivå {measured}; högst {threshold} tillåts.",
            fi: "Avoimen erän maksukehotustaso on {measured}; enimmäistaso on {threshold}.",
            nl: "Een openstaande post heeft aanmaningsniveau {measured} bereikt; het maximum is {threshold}.",
        },
        Code::PaymentBehaviour => Text {
            en: "Payments of the last 12 months are {measured} late, weighted by amount; the maximum is {threshold}.",
            da: "Den beløbsvægtede betalingsforsinkelse de seneste 12 måneder er {measured}; maksimum er {threshold}.",
            nb: "Den beløpsvektede betalingsforsinkelsen de siste 12 månedene er {measured}; maksimum er {threshold}.",
            sv: "De senaste 12 månadernas beloppsviktade betalningsförsening är {measured}; högst {threshold} tillåts.",
            fi: "Viimeisten 12 kuukauden summapainotettu maksuviive on {measured}; enimmäisviive on {threshold}.",
            nl: "De naar bedrag gewogen vertraging over de laatste 12 maanden is {measured}; het maximum is {threshold}.",
        },
        Code::DisputeRate => Text {
            en: "The share of invoices disputed in the last 12 months is {measured}; the maximum is {threshold}.",
            da: "Andelen af omtvistede fakturaer de seneste 12 måneder er {measured}; maksimum er {threshold}.",
            nb: "Andelen omtvistede fakturaer de siste 12 månedene er {measured}; maksimum er {threshold}.",
            sv: "Andelen bestridda fakturor de senaste 12 månaderna är {measured}; högst {threshold} tillåts.",
            fi: "Viimeisten 12 kuukauden laskuista on riitautettu {measured}; enimmäisosuus on {threshold}.",
            nl: "Het aandeel betwiste facturen in de laatste 12 maanden is {measured}; het maximum is {threshold}.",
        },
        Code::TermsChanged => Text {
            en: "The payment terms of this order are {measured}; the agreed terms are {threshold}.",
            da: "Ordrens betalingsfrist er {measured}; den aftalte frist er {threshold}.",
            nb: "Ordrens betalingsfrist er {measured}; avtalt frist er {threshold}.",
            sv: "Orderns betalningstid är {measured}; avtalad betalningstid är {threshold}.",
            fi: "Tilauksen maksuaika on {measured}; sovittu maksuaika on {threshold}.",
            nl: "De betaaltermijn van deze order is {measured}; de overeengekomen termijn is {threshold}.",
        },
        Code::Discount => Text {
            en: "The discount on this order is {measured}; the maximum is {threshold}.",
            da: "Rabatten på denne ordre er {measured}; maksimum er {threshold}.",
            nb: "Rabatten på denne ordren er {measured}; maksimum er {threshold}.",
            sv: "Rabatten på denna order är {measured}; högst {threshold} tillåts.",
            fi: "Tilauksen alennus on {measured}; enimmäisalennus on {threshold}.",
            nl: "De korting op deze order is {measured}; het maximum is {threshold}.",
        },
        Code::BucketAmount => Text {
            en: "The amount in one stage from order to payment is {measured}; the maximum is {threshold}.",
            da: "Beløbet på ét trin fra ordre til betaling er {measured}; maksimum er {threshold}.",
            nb: "Beløpet på ett trinn fra ordre til betaling er {measured}; maksimum er {threshold}.",
            sv: "Beloppet i ett skede från order till betalning är {measured}; högst {threshold} tillåts.",
            fi: "Yhden vaiheen summa tilauksesta maksuun on {measured}; enimmäismäärä on {threshold}.",
            nl: "Het bedrag in één fase van order tot betaling is {measured}; het maximum is {threshold}.",
        },
        Code::Score => Text {
            en: "The customer's credit score is {measured}; the minimum is {threshold}.",
            da: "Kundens kreditscore er {measured}; minimum er {threshold}.",
            nb: "Kundens kredittscore er {measured}; minimum er {threshold}.",
            sv: "Kundens kreditpoäng är {measured}; minst {threshold} krävs.",
            fi: "Asiakkaan luottopistemäärä on {measured}; vähimmäismäärä on {threshold}.",
            nl: "De kredietscore van de klant is {measured}; het minimum is {threshold}.",
        },
        Code::Always => Text {
            en: "A rule of the credit policy applies to all orders of this kind.",
            da: "En regel i kreditpolitikken gælder for alle ordrer af denne art.",
            nb: "En regel i kredittpolicyen gjelder for alle ordrer av denne typen.",
            sv: "En regel i kreditpolicyn gäller alla order av detta slag.",
            fi: "Luottopolitiikan sääntö koskee kaikkia tällaisia tilauksia.",
            nl: "Een regel van het kredietbeleid geldt voor alle orders van deze soort.",
        },
        Code::FactUnknown => Text {
            en: "A fact that a rule of the credit policy needs is not known.",
            da: "En oplysning, som en regel i kreditpolitikken har brug for, mangler.",
            nb: "En opplysning som en regel i kredittpolicyen trenger, mangler.",
            sv: "En uppgift som en regel i kreditpolicyn behöver saknas.",
            fi: "Luottopolitiikan säännön tarvitsema tieto puuttuu.",
            nl: "Een gegeven dat een regel van het kredietbeleid nodig heeft, ontbreekt.",
        },
        Code::ForcedHold => Text {
            en: "The order was put on hold by hand and waits for a decision.",
            da: "Ordren er manuelt sat på hold og afventer en afgørelse.",
            nb: "Ordren er manuelt satt på vent og venter på en avgjørelse.",
            sv: "Ordern har manuellt satts i vänteläge och väntar på beslut.",
            fi: "Tilaus on asetettu manuaalisesti odotustilaan ja odottaa päätöstä.",
            nl: "De order is handmatig in de wacht gezet en wacht op een besluit.",
        },
        Code::Released => Text {
            en: "The order was released by a person, and the release still covers it.",
            da: "Ordren er frigivet af en medarbejder, og frigivelsen dækker den stadig.",
            nb: "Ordren er frigitt av en medarbeider, og frigivelsen dekker den fortsatt.",
            sv: "Ordern har frisläppts av en handläggare, och frisläppningen täcker den fortfarande.",
            fi: "Käsittelijä on vapauttanut tilauksen, ja vapautus kattaa sen edelleen.",
            nl: "De order is door een medewerker vrijgegeven en de vrijgave dekt de order nog steeds.",
        },
        Code::Overridden => Text {
            en: "The order was let through by a role that is authorised to do so.",
            da: "Ordren er godkendt af en rolle, der har bemyndigelse til det.",
            nb: "Ordren er godkjent av en rolle som har fullmakt til det.",
            sv: "Ordern har godkänts av en roll som har behörighet till det.",
            fi: "Tilauksen on hyväksynyt rooli, jolla on siihen valtuudet.",
            nl: "De order is goedgekeurd door een rol die daartoe bevoegd is.",
        },
        Code::Excluded => Text {
            en: "An exclusion of the credit policy applies, so its rules do not hold this order.",
            da: "En undtagelse i kreditpolitikken gælder, så dens regler standser ikke denne ordre.",
            nb: "Et unntak i kredittpolicyen gjelder, så reglene stanser ikke denne ordren.",
            sv: "Ett undantag i kreditpolicyn gäller, så reglerna stoppar inte denna order.",
            fi: "Luottopolitiikan poikkeus on voimassa, joten säännöt eivät pysäytä tätä tilausta.",
            nl: "Een uitzondering in het kredietbeleid geldt, zodat de regels deze order niet tegenhouden.",
        },
        Code::InternalCustomer => Text {
            en: "The customer belongs to the own group of companies.",
            da: "Kunden tilhører egen koncern.",
            nb: "Kunden tilhører eget konsern.",
            sv: "Kunden tillhör den egna koncernen.",
            fi: "Asiakas kuuluu omaan konserniin.",
            nl: "De klant behoort tot het eigen concern.",
        },
        Code::Secured => Text {
            en: "The part that is prepaid, paid in cash or secured, {measured}, does not count towards the exposure.",
            da: "Den forudbetalte, kontante eller sikrede del, {measured}, tæller ikke med i krediteksponeringen.",
            nb: "Den forskuddsbetalte, kontante eller sikrede delen, {measured}, inngår ikke i kreditteksponeringen.",
            sv: "Den förskottsbetalda, kontanta eller säkrade delen, {measured}, ingår inte i kreditexponeringen.",
            fi: "Ennakolla, käteisellä tai vakuudella katettu osa, {measured}, ei sisälly luottovastuuseen.",
            nl: "Het vooruitbetaalde, contante of gedekte deel, {measured}, telt niet mee in het uitstaande krediet.",
        },
        Code::OverDelivery => Text {
            en: "Deliveries or invoices exceed the order by {measured}.",
            da: "Levering eller fakturering overstiger ordren med {measured}.",
            nb: "Levering eller fakturering overstiger ordren med {measured}.",
            sv: "Leverans eller fakturering överstiger ordern med {measured}.",
            fi: "Tilauksen ylittävä toimitettu tai laskutettu osuus on {measured}.",
            nl: "Levering of facturering gaat {measured} boven de order uit.",
        },
        Code::Rejected => Text {
            en: "The order was turned down by a person.",
            da: "Ordren er afvist af en medarbejder.",
            nb: "Ordren er avvist av en medarbeider.",
            sv: "Ordern har avvisats av en handläggare.",
            fi: "Käsittelijä on hylännyt tilauksen.",
            nl: "De order is door een medewerker afgewezen.",
        },
        Code::SecondPerson => Text {
            en: "The release of the order waits for a second person to confirm it.",
            da: "Frigivelsen af ordren afventer bekræftelse fra endnu en person.",
            nb: "Frigivelsen av ordren venter på bekreftelse fra enda en person.",
            sv: "Frisläppningen av ordern väntar på bekräftelse från ytterligare en person.",
            fi: "Tilauksen vapautus odottaa toisen henkilön vahvistusta.",
            nl: "De vrijgave van de order wacht op bevestiging door een tweede persoon.",
        },
    }
}

/// What is to be done, with `{amount}`, `{day}`, `{currency}`, `{days}` (number and word) or `{percent}`.
pub(super) const fn remedy(remedy: &Remedy) -> Text {
    match remedy {
        Remedy::Pay(_) => Text {
            en: "pay {amount}",
            da: "indbetal {amount}",
            nb: "betal {amount}",
            sv: "betala {amount}",
            fi: "maksa {amount}",
            nl: "betaal {amount}",
        },
        Remedy::ReduceBy(_) => Text {
            en: "reduce the order by {amount}, or pay {amount}",
            da: "reducer ordren med {amount}, eller indbetal {amount}",
            nb: "reduser ordren med {amount}, eller betal {amount}",
            sv: "minska ordern med {amount} eller betala {amount}",
            fi: "pienennä tilausta summalla {amount} tai maksa {amount}",
            nl: "verlaag de order met {amount} of betaal {amount}",
        },
        Remedy::WaitUntil(_) => Text {
            en: "wait until {day}",
            da: "vent til {day}",
            nb: "vent til {day}",
            sv: "vänta till {day}",
            fi: "odota {day} asti",
            nl: "wacht tot {day}",
        },
        Remedy::UseCurrency(_) => Text {
            en: "make the order out in {currency}, or give an exchange rate",
            da: "opret ordren i {currency}, eller oplys en valutakurs",
            nb: "opprett ordren i {currency}, eller oppgi en valutakurs",
            sv: "lägg ordern i {currency} eller ange en valutakurs",
            fi: "tee tilaus valuutassa {currency} tai anna valuuttakurssi",
            nl: "stel de order op in {currency} of geef een wisselkoers op",
        },
        Remedy::LiftStatus => Text {
            en: "have the customer's status changed",
            da: "få kundens status ændret",
            nb: "få kundens status endret",
            sv: "låt ändra kundens status",
            fi: "pyydä asiakkaan tilan muuttamista",
            nl: "laat de status van de klant wijzigen",
        },
        Remedy::SetLimit => Text {
            en: "set a credit limit, or allow unlimited credit",
            da: "fastsæt et kreditmaksimum, eller tillad ubegrænset kredit",
            nb: "fastsett en kredittgrense, eller tillat ubegrenset kreditt",
            sv: "fastställ en kreditgräns eller tillåt obegränsad kredit",
            fi: "aseta luottoraja tai salli rajaton luotto",
            nl: "stel een kredietlimiet in of sta onbeperkt krediet toe",
        },
        Remedy::CreateCustomer => Text {
            en: "create the customer with a credit account first",
            da: "opret først kunden med en kreditkonto",
            nb: "opprett først kunden med en kredittkonto",
            sv: "lägg först upp kunden med ett kreditkonto",
            fi: "luo ensin asiakas ja luottotili",
            nl: "maak eerst de klant aan met een kredietrekening",
        },
        Remedy::Prepay(_) => Text {
            en: "pay {amount} in advance",
            da: "forudbetal {amount}",
            nb: "betal {amount} på forskudd",
            sv: "betala {amount} i förskott",
            fi: "maksa {amount} ennakkoon",
            nl: "betaal {amount} vooruit",
        },
        Remedy::Deposit(_) => Text {
            en: "take a deposit of {amount}",
            da: "modtag et depositum på {amount}",
            nb: "innhent et depositum på {amount}",
            sv: "ta en deposition på {amount}",
            fi: "ota vakuusmaksuna {amount}",
            nl: "vraag een waarborgsom van {amount}",
        },
        Remedy::Release => Text {
            en: "have the order released by a person who may",
            da: "få ordren frigivet af en bemyndiget person",
            nb: "få ordren frigitt av en person med fullmakt",
            sv: "låt en behörig person frisläppa ordern",
            fi: "pyydä tilauksen vapautusta valtuutetulta henkilöltä",
            nl: "laat de order vrijgeven door een bevoegde persoon",
        },
        Remedy::UseTerms(_) => Text {
            en: "use payment terms of at most {days}",
            da: "brug en betalingsfrist på højst {days}",
            nb: "bruk en betalingsfrist på høyst {days}",
            sv: "använd en betalningstid på högst {days}",
            fi: "käytä maksuaikaa, joka on enintään {days}",
            nl: "gebruik een betaaltermijn van hoogstens {days}",
        },
        Remedy::DiscountAtMost(_) => Text {
            en: "give a discount of at most {percent}",
            da: "giv højst {percent} rabat",
            nb: "gi høyst {percent} rabatt",
            sv: "ge högst {percent} rabatt",
            fi: "anna alennusta enintään {percent}",
            nl: "geef hoogstens {percent} korting",
        },
        Remedy::Review => Text {
            en: "review the account and renew its limit",
            da: "gennemgå kontoen, og forny kreditmaksimum",
            nb: "gjennomgå kontoen, og forny kredittgrensen",
            sv: "se över kontot och förnya kreditgränsen",
            fi: "tarkista tili ja uusi luottoraja",
            nl: "beoordeel de rekening opnieuw en vernieuw de limiet",
        },
        Remedy::FindOut => Text {
            en: "find out what is not known",
            da: "skaf den manglende oplysning",
            nb: "skaff den manglende opplysningen",
            sv: "ta fram den uppgift som saknas",
            fi: "selvitä puuttuva tieto",
            nl: "achterhaal het ontbrekende gegeven",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::money::{Currency, Money};

    #[test]
    fn every_text_is_there_and_its_placeholders_are_filled() {
        let amount = Money::new(1, Currency::parse("EUR").unwrap());
        let mut texts: Vec<(Text, &[&str])> =
            vec![(TO_PASS, &["remedy"]), (RELEASE, &["role"]), (ONE_DAY, &["days"]), (DAYS, &["days"])];
        texts.extend(Outcome::ALL.map(|value| (outcome(value), &[][..])));
        texts.extend(Level::ALL.map(|value| (level(value), &[][..])));
        for code in Code::ALL {
            texts.push((super::super::titles::title(*code), &[]));
            texts.push((sentence(*code), &["measured", "threshold"]));
        }
        for (value, known) in [
            (Remedy::Pay(amount), &["amount"][..]),
            (Remedy::ReduceBy(amount), &["amount"]),
            (Remedy::WaitUntil(Day::EPOCH), &["day"]),
            (Remedy::UseCurrency(amount.currency), &["currency"]),
            (Remedy::LiftStatus, &[]),
            (Remedy::SetLimit, &[]),
            (Remedy::CreateCustomer, &[]),
            (Remedy::Prepay(amount), &["amount"]),
            (Remedy::Deposit(amount), &["amount"]),
            (Remedy::Release, &[]),
            (Remedy::UseTerms(30), &["days"]),
            (Remedy::DiscountAtMost(500), &["percent"]),
            (Remedy::Review, &[]),
            (Remedy::FindOut, &[]),
        ] {
            texts.push((remedy(&value), known));
        }
        assert_eq!(texts.len(), 4 + Outcome::ALL.len() + Level::ALL.len() + 2 * Code::ALL.len() + 14);
        for (text, known) in texts {
            assert_eq!(text.faults(known), Vec::<String>::new());
        }
    }
}
