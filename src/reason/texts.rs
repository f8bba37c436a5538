//! The words of reasons, all languages side by side, so that whoever mends one sees the others.
//!
//! Terms: credit limit is *kreditmaksimum, kredittgrense, kreditgräns, luottoraja, kredietlimiet*; exposure is
//! *krediteksponering, kreditteksponering, kreditexponering, luottovastuu, uitstaand krediet*. The limit "allows" its
//! threshold, since a policy's tolerance may be in it. Finnish amounts stand where they need no case ending.

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

/// What is the matter, without numbers.
pub(super) const fn title(code: Code) -> Text {
    match code {
        Code::OverLimit => Text {
            en: "Over the credit limit",
            da: "Over kreditmaksimum",
            nb: "Over kredittgrensen",
            sv: "Över kreditgränsen",
            fi: "Luottoraja ylittyy",
            nl: "Kredietlimiet overschreden",
        },
        Code::LimitMissing => Text {
            en: "No credit limit in force",
            da: "Intet gældende kreditmaksimum",
            nb: "Ingen gjeldende kredittgrense",
            sv: "Ingen gällande kreditgräns",
            fi: "Ei voimassa olevaa luottorajaa",
            nl: "Geen geldende kredietlimiet",
        },
        Code::OverdueAmount => Text {
            en: "Too much overdue",
            da: "For meget forfaldent",
            nb: "For mye forfalt",
            sv: "För mycket förfallet",
            fi: "Liikaa erääntyneitä saatavia",
            nl: "Te veel achterstallig",
        },
        Code::OverdueDays => Text {
            en: "Overdue too long",
            da: "For gammel forfalden post",
            nb: "For gammel forfalt post",
            sv: "För gammal förfallen post",
            fi: "Liian vanha erääntynyt erä",
            nl: "Te lang achterstallig",
        },
        Code::StatusStop => Text {
            en: "Customer stopped",
            da: "Kunden er spærret",
            nb: "Kunden er sperret",
            sv: "Kunden är spärrad",
            fi: "Asiakas on myyntikiellossa",
            nl: "Klant geblokkeerd",
        },
        Code::StatusHold => Text {
            en: "Customer on hold",
            da: "Kunden er sat på hold",
            nb: "Kunden er satt på vent",
            sv: "Kunden är i vänteläge",
            fi: "Asiakas on odotustilassa",
            nl: "Klant in de wacht",
        },
        Code::StatusNoCheck => Text {
            en: "Customer excluded from credit checks",
            da: "Kunden er undtaget fra kreditkontrol",
            nb: "Kunden er unntatt fra kredittkontroll",
            sv: "Kunden är undantagen från kreditkontroll",
            fi: "Asiakas on luottovalvonnan ulkopuolella",
            nl: "Klant vrijgesteld van kredietcontrole",
        },
        Code::UnknownCustomer => Text {
            en: "Unknown customer",
            da: "Ukendt kunde",
            nb: "Ukjent kunde",
            sv: "Okänd kund",
            fi: "Tuntematon asiakas",
            nl: "Onbekende klant",
        },
        Code::CurrencyMismatch => Text {
            en: "Another currency without a rate",
            da: "Anden valuta uden kurs",
            nb: "Annen valuta uten kurs",
            sv: "Annan valuta utan kurs",
            fi: "Eri valuutta ilman kurssia",
            nl: "Andere valuta zonder koers",
        },
        Code::CoveredByCredit => Text {
            en: "Covered by the customer's credit balance",
            da: "Dækket af kundens tilgodehavende",
            nb: "Dekket av kundens tilgodehavende",
            sv: "Täckt av kundens tillgodohavande",
            fi: "Katettu kohdistamattomilla suorituksilla",
            nl: "Gedekt door het tegoed van de klant",
        },
        Code::NotAnIncrease => Text {
            en: "Exposure does not increase",
            da: "Krediteksponeringen øges ikke",
            nb: "Kreditteksponeringen øker ikke",
            sv: "Kreditexponeringen ökar inte",
            fi: "Luottovastuu ei kasva",
            nl: "Uitstaand krediet neemt niet toe",
        },
        Code::NoLimit => Text {
            en: "Unlimited credit",
            da: "Ubegrænset kredit",
            nb: "Ubegrenset kreditt",
            sv: "Obegränsad kredit",
            fi: "Rajaton luotto",
            nl: "Onbeperkt krediet",
        },
        Code::AlreadyOverLimit => Text {
            en: "Already over the credit limit",
            da: "Allerede over kreditmaksimum",
            nb: "Allerede over kredittgrensen",
            sv: "Redan över kreditgränsen",
            fi: "Luottoraja on jo ylitetty",
            nl: "Kredietlimiet al overschreden",
        },
        Code::StatusWatch => Text {
            en: "Customer on the watch list",
            da: "Kunden er på observationslisten",
            nb: "Kunden er på observasjonslisten",
            sv: "Kunden finns på bevakningslistan",
            fi: "Asiakas on seurantalistalla",
            nl: "Klant op de aandachtslijst",
        },
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
    }
}

/// What is to be done, with `{amount}`, `{day}` or `{currency}`.
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
            texts.push((title(*code), &[]));
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
        ] {
            texts.push((remedy(&value), known));
        }
        assert_eq!(texts.len(), 4 + Outcome::ALL.len() + Level::ALL.len() + 2 * Code::ALL.len() + 8);
        for (text, known) in texts {
            assert_eq!(text.faults(known), Vec::<String>::new());
        }
    }
}
