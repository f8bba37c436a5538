//! A decision as sentences: what was asked, what came of it, why, and where the account stands.

use super::decide::Decision;
use crate::calendar::Instant;
use crate::reason::{Language, Text};

/// What a decision was about, in the host's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The decision's number on record, if it is there.
    pub decision_id: Option<u64>,
    /// When it was made.
    pub at: Instant,
    /// The order.
    pub document: &'a str,
    /// The customer.
    pub customer: &'a str,
    /// The company.
    pub company: &'a str,
    /// Who asked; may be empty.
    pub user: &'a str,
}

const HEADING: Text = Text {
    en: "Order {document} of customer {customer} in {company}, {amount}: {outcome}.",
    da: "Ordre {document} for kunde {customer} i {company}, {amount}: {outcome}.",
    nb: "Ordre {document} for kunde {customer} i {company}, {amount}: {outcome}.",
    sv: "Order {document} för kund {customer} i {company}, {amount}: {outcome}.",
    fi: "Tilaus {document}, asiakas {customer}, yhtiö {company}, {amount}: {outcome}.",
    nl: "Order {document} van klant {customer} in {company}, {amount}: {outcome}.",
};

const POSITION: Text = Text {
    en: "Limit {limit}; exposure {before} before and {after} after; available {room_before} before and {room_after} after.",
    da: "Kreditmaksimum {limit}; krediteksponering {before} før og {after} efter; til rådighed {room_before} før og {room_after} efter.",
    nb: "Kredittgrense {limit}; kreditteksponering {before} før og {after} etter; disponibelt {room_before} før og {room_after} etter.",
    sv: "Kreditgräns {limit}; kreditexponering {before} före och {after} efter; disponibelt {room_before} före och {room_after} efter.",
    fi: "Luottoraja {limit}; luottovastuu {before} ennen ja {after} jälkeen; käytettävissä {room_before} ennen ja {room_after} jälkeen.",
    nl: "Kredietlimiet {limit}; uitstaand krediet {before} voor en {after} na; beschikbaar {room_before} voor en {room_after} na.",
};

const UNLIMITED: Text = Text {
    en: "No limit; exposure {before} before and {after} after.",
    da: "Intet kreditmaksimum; krediteksponering {before} før og {after} efter.",
    nb: "Ingen kredittgrense; kreditteksponering {before} før og {after} etter.",
    sv: "Ingen kreditgräns; kreditexponering {before} före och {after} efter.",
    fi: "Ei luottorajaa; luottovastuu {before} ennen ja {after} jälkeen.",
    nl: "Geen kredietlimiet; uitstaand krediet {before} voor en {after} na.",
};

const PREPAY: Text = Text {
    en: "To be paid in advance: {amount}.",
    da: "Skal betales forud: {amount}.",
    nb: "Skal betales på forskudd: {amount}.",
    sv: "Ska betalas i förskott: {amount}.",
    fi: "Maksettava ennakkoon: {amount}.",
    nl: "Vooraf te betalen: {amount}.",
};

const RECORD: Text = Text {
    en: "Decision {id}, {at}.",
    da: "Afgørelse {id}, {at}.",
    nb: "Beslutning {id}, {at}.",
    sv: "Beslut {id}, {at}.",
    fi: "Päätös {id}, {at}.",
    nl: "Beslissing {id}, {at}.",
};

const ASKED_BY: Text = Text {
    en: "Asked by {user}.",
    da: "Forespurgt af {user}.",
    nb: "Forespurt av {user}.",
    sv: "Begärt av {user}.",
    fi: "Kysyjä: {user}.",
    nl: "Gevraagd door {user}.",
};

/// The decision in sentences: the heading first, then each reason, then where the account stands, then the record.
pub fn sentences(decision: &Decision, subject: &Subject<'_>, language: Language) -> Vec<String> {
    let money = |amount| Some(language.money(amount));
    let heading = HEADING.fill(language, |name| match name {
        "document" => Some(subject.document.to_owned()),
        "customer" => Some(subject.customer.to_owned()),
        "company" => Some(subject.company.to_owned()),
        "amount" => money(decision.increase),
        "outcome" => Some(decision.outcome.text(language).to_owned()),
        _ => None,
    });
    let reasons = decision.reasons.iter().map(|reason| format!("- {}", reason.sentence(language)));
    let position = if decision.limit.is_some() { POSITION } else { UNLIMITED }.fill(language, |name| match name {
        "limit" => money(decision.limit?),
        "before" => money(decision.exposure_before?),
        "after" => money(decision.exposure_after?),
        "room_before" => money(decision.available_before()?),
        "room_after" => money(decision.available_after()?),
        _ => None,
    });
    let prepay = decision.prepay.and_then(|amount| PREPAY.fill(language, |_| money(amount)));
    let record = subject.decision_id.and_then(|id| {
        RECORD.fill(language, |name| match name {
            "id" => Some(id.to_string()),
            "at" => Some(subject.at.to_string()),
            _ => None,
        })
    });
    let asked = Some(subject.user).filter(|user| !user.is_empty());
    let asked = asked.and_then(|user| ASKED_BY.fill(language, |_| Some(user.to_owned())));
    heading.into_iter().chain(reasons).chain(prepay).chain(position).chain(record).chain(asked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;
    use crate::reason::Outcome;

    #[test]
    fn no_text_is_missing_anything() {
        for (text, known) in [
            (HEADING, &["document", "customer", "company", "amount", "outcome"][..]),
            (POSITION, &["limit", "before", "after", "room_before", "room_after"]),
            (UNLIMITED, &["before", "after"]),
            (PREPAY, &["amount"]),
            (RECORD, &["id", "at"]),
            (ASKED_BY, &["user"]),
        ] {
            assert_eq!(text.faults(known), Vec::<String>::new());
        }
    }

    #[test]
    fn a_decision_reads_from_question_to_record() {
        let dkk = |text: &str| Money::parse(text).unwrap();
        let decision = Decision {
            outcome: Outcome::Approve,
            reasons: Vec::new(),
            increase: dkk("400.00 DKK"),
            exposure_before: Some(dkk("100.00 DKK")),
            exposure_after: Some(dkk("500.00 DKK")),
            limit: Some(dkk("1000.00 DKK")),
            prepay: None,
            deposit: None,
        };
        let subject = Subject {
            decision_id: Some(7),
            at: Instant(0),
            document: "SO-1",
            customer: "{braces}",
            company: "NW01",
            user: "anna",
        };
        let told = sentences(&decision, &subject, Language::En);
        assert_eq!(told.len(), 4);
        assert!(told[0].starts_with("Order SO-1 of customer {braces} in NW01, 400.00 DKK: "), "{}", told[0]);
        assert!(told[1].contains("available 900.00 DKK before and 500.00 DKK after"), "{}", told[1]);
        assert_eq!(told[3], "Asked by anna.");
    }
}
