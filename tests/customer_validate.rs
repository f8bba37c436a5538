//! Judging a new customer: identifiers, books, registers, verdict, through a real store.

mod registers;

use obligor::customer::{Because, CheckCode, CheckResult, Evidence, Subject, SubjectSource, Terms};
use obligor::engine::{CustomerAnswer, CustomerRequest};
use obligor::error::ErrorKind;
use obligor::policy::Verdict;
use obligor::register::DebtorAnswer;
use registers::places::{Place, on_both};
use registers::{Desk, PERSON, at, holds};

const LOOKUP: &str =
    r#""lookup":{"purpose":"credit_application","user":"anna","basis":"legitimate_interest","credit_element":true}"#;
const AS_OF: &str = "2026-11-22T06:00:00Z";

/// A desk in Denmark and Norway whose registers were imported this morning.
fn desk(place: Place) -> Desk {
    let desk = Desk::with_policy(place, |text| text.replace("remarks = \"prepay\"", "remarks = \"reject\""));
    desk.import(
        "companies",
        "companies",
        AS_OF,
        "country;orgnr;name;state;legal_form;registered;street;postcode;city;phone;no_marketing\n\
         DK;29458073;Ørsted Maskinfabrik A/S;NORMAL;60;2001-05-01;Havnegade 1;8000;Aarhus C;+45 86 00 00 00;yes\n\
         DK;25646185;Lukket ApS;UNDERKONKURS;80;2001-05-01;;;;;no\n\
         DK;20894148;Ny Handel ApS;NORMAL;80;2026-03-01;;;;;no\n\
         DK;28594526;Maler Hansen;AKTIV;10;2001-05-01;;;;;no\n\
         NO;940991692;Stans AS;konkurs;AS;2001-05-01;;;;;no\n\
         NO;906159775;Berit Berg;konkurs;ENK;2001-05-01;;;;;no\n",
    );
    desk.import(
        "remarks",
        "remarks",
        AS_OF,
        "number;country;orgnr;kind;amount;currency;registered\n1;DK;28594526;dom;5000,00;DKK;2025-01-05\n\
         2;DK;20894148;dom;5000,00;DKK;2025-01-05\n",
    );
    desk
}

fn danish(cvr: &str, name: &str) -> String {
    format!(
        r#"{{"country":"DK","name":"{name}","identifiers":[{{"scheme":"dk.cvr","number":"{cvr}"}}],"currency":"DKK",{LOOKUP}}}"#
    )
}

fn result(answer: &CustomerAnswer, code: CheckCode) -> Option<(CheckResult, Option<Because>)> {
    answer.checks.iter().find(|check| check.code == code).map(|check| (check.result, check.because))
}

fn failed(because: Because) -> Option<(CheckResult, Option<Because>)> {
    Some((CheckResult::Fail, Some(because)))
}

fn unknown(because: Because) -> Option<(CheckResult, Option<Because>)> {
    Some((CheckResult::Unknown, Some(because)))
}

on_both!(a_good_company_is_taken_over_from_the_register);
fn a_good_company_is_taken_over_from_the_register(place: Place) {
    let answer = desk(place).validate(&danish("29 45 80 73", "Oersted Maskinfabrik AS"));
    assert_eq!(answer.judgement.verdict, Verdict::Accept, "{:#?}", answer.checks);
    assert!(answer.checks.iter().all(|check| check.result == CheckResult::Pass && !check.source.is_empty()));
    let of_registers = answer.checks.iter().filter(|check| check.as_of == Some(at(AS_OF))).count();
    assert_eq!(of_registers, 5, "existence, state, name, age and remarks each say how old they are");
    let proposal = answer.judgement.proposal.unwrap();
    assert_eq!((proposal.terms, proposal.limit.unwrap().minor), (Terms::OnAccount, 2_500_000));
    let register = answer.from_register.unwrap();
    assert_eq!((register.name.as_str(), register.phone.as_str()), ("Ørsted Maskinfabrik A/S", "+45 86 00 00 00"));
    assert!(register.no_marketing);
    assert_eq!((answer.subject.subject, answer.subject.by), (Subject::Company, SubjectSource::LegalForm));
    assert_eq!(answer.identifiers[0].number.as_deref(), Some("29458073"));
    assert_eq!(answer.debtor.unwrap().answer, DebtorAnswer::Clear);
}

on_both!(each_register_that_cannot_say_is_unknown_and_a_person_decides);
fn each_register_that_cannot_say_is_unknown_and_a_person_decides(place: Place) {
    let desk = Desk::new(place);
    let answer = desk.validate(&danish("29458073", "Ørsted Maskinfabrik A/S"));
    assert_eq!(answer.judgement.verdict, Verdict::Review);
    assert_eq!(result(&answer, CheckCode::RegisterExistence), unknown(Because::NeverImported));
    assert_eq!(result(&answer, CheckCode::RegisterState), None, "nobody told a state");
    assert_eq!(result(&answer, CheckCode::DebtorRegister), unknown(Because::NeverImported));
    assert!(answer.judgement.proposal.is_none());

    let desk = self::desk(place);
    desk.clock.set("2026-11-29T06:00:01Z");
    let answer = desk.validate(&danish("29458073", "Ørsted Maskinfabrik A/S"));
    assert_eq!(result(&answer, CheckCode::RegisterExistence), unknown(Because::SourceTooOld));

    let desk = self::desk(place);
    let bureau = desk.bureau("companies", |_| Err("no route".to_owned()));
    let answer = desk.validate(&danish("29458073", "Ørsted Maskinfabrik A/S"));
    assert_eq!(result(&answer, CheckCode::RegisterExistence), unknown(Because::SourceFailed));
    assert_eq!((answer.judgement.verdict, bureau.asked() > 0), (Verdict::Review, true));
}

on_both!(what_the_company_register_says_decides);
fn what_the_company_register_says_decides(place: Place) {
    let desk = desk(place);
    let bankrupt = desk.validate(&danish("25646185", "Lukket ApS"));
    assert_eq!(result(&bankrupt, CheckCode::RegisterState), failed(Because::Bankrupt));
    assert_eq!((bankrupt.judgement.verdict, bankrupt.judgement.human_rule), (Verdict::Reject, None));

    let absent = desk.validate(&danish("13585628", "Ukendt A/S"));
    assert_eq!(result(&absent, CheckCode::RegisterExistence), failed(Because::NotFound));

    let other = desk.validate(&danish("29458073", "Noget Helt Andet ApS"));
    assert_eq!(result(&other, CheckCode::RegisterNameMatch), unknown(Because::OtherName));
    assert_eq!(other.judgement.verdict, Verdict::Review);

    let young = desk.validate(&danish("20894148", "Ny Handel ApS").replace(LOOKUP, r#""postcode":"""#));
    assert_eq!(result(&young, CheckCode::YoungCompany), failed(Because::Young));
    assert_eq!(result(&young, CheckCode::DebtorRegister), unknown(Because::NotAsked));
    assert!(young.debtor.is_none() && desk.engine.lookups(10).unwrap().iter().all(|row| !row.rule.is_empty()));
}

on_both!(a_company_turns_grown_up_on_its_day);
fn a_company_turns_grown_up_on_its_day(place: Place) {
    let desk = desk(place);
    for (today, young) in [("2027-02-28", true), ("2027-03-01", false)] {
        desk.import(
            "companies",
            "companies",
            &format!("{today}T00:00:00Z"),
            "country;orgnr;name;state;legal_form;registered\nDK;20894148;Ny Handel ApS;NORMAL;80;2026-03-01\n",
        );
        desk.clock.set(&format!("{today}T12:00:00Z"));
        let answer = desk.validate(&danish("20894148", "Ny Handel ApS"));
        assert_eq!(result(&answer, CheckCode::YoungCompany) == failed(Because::Young), young, "{today}");
    }
}

on_both!(a_person_is_never_rejected_by_the_machine_alone);
fn a_person_is_never_rejected_by_the_machine_alone(place: Place) {
    let desk = desk(place);
    let norwegian = |orgnr: &str, name: &str| {
        format!(
            r#"{{"country":"NO","name":"{name}","identifiers":[{{"scheme":"no.orgnr","number":"{orgnr}"}}],{LOOKUP}}}"#
        )
    };
    let company = desk.validate(&norwegian("940991692", "Stans AS"));
    assert_eq!((company.judgement.verdict, company.judgement.human_rule), (Verdict::Reject, None));
    let sole = desk.validate(&norwegian("906159775", "Berit Berg"));
    assert_eq!(sole.subject.subject, Subject::SoleTrader);
    assert_eq!(result(&sole, CheckCode::RegisterState), failed(Because::Bankrupt));
    assert_eq!((sole.judgement.verdict, sole.judgement.human_rule.as_deref()), (Verdict::Review, Some("GDPR-22")));
    assert_eq!(sole.judgement.causes[0].leads_to, Verdict::Reject);

    let remarks = desk.validate(&danish("20894148", "Ny Handel ApS"));
    assert_eq!(result(&remarks, CheckCode::DebtorRegister), failed(Because::Remarks));
    assert_eq!(remarks.judgement.verdict, Verdict::Reject);
    let painter = desk.validate(&danish("28594526", "Maler Hansen"));
    assert_eq!(result(&painter, CheckCode::DebtorRegister), failed(Because::Remarks));
    assert_eq!(painter.judgement.verdict, Verdict::Review);
}

on_both!(the_same_number_in_another_dress_is_a_duplicate);
fn the_same_number_in_another_dress_is_a_duplicate(place: Place) {
    let desk = desk(place);
    desk.import(
        "customers",
        "",
        "",
        "customer;name;country;legal_form;orgnr;postcode\n10012;Gammel kunde;DK;A/S;29458073;8000\n\
         10013;Fjordkraft A/S;DK;A/S;13585628;5000\n10014;Fjordkraft ApS;DK;ApS;;5000\n",
    );
    let vat =
        danish("29458073", "Ørsted Maskinfabrik A/S").replace("dk.cvr", "dk.vat").replace("29458073", "DK 29 45 80 73");
    let answer = desk.validate(&vat);
    assert_eq!(result(&answer, CheckCode::Duplicate), failed(Because::SameIdentifier));
    assert_eq!(answer.duplicates[0].customer, "10012");
    assert_eq!(
        result(&answer, CheckCode::RegisterExistence).unwrap().0,
        CheckResult::Pass,
        "the VAT number leads there"
    );
    // It is not its own duplicate.
    let own = desk.validate(&vat.replace("{\"country\"", "{\"customer\":\"10012\",\"country\""));
    assert_eq!(result(&own, CheckCode::Duplicate).unwrap().0, CheckResult::Pass);

    // The same name: nobody knows, unless the numbers or the towns prove two.
    for (request, expected) in [
        (r#"{"country":"DK","name":"FJORDKRAFT","postcode":"5000"}"#, vec!["10013", "10014"]),
        (r#"{"country":"DK","name":"Fjordkraft as"}"#, vec!["10013", "10014"]),
        (r#"{"country":"DK","name":"Fjordkraft","postcode":"6000"}"#, vec![]),
        (r#"{"country":"NO","name":"Fjordkraft","postcode":"5000"}"#, vec![]),
        (
            r#"{"country":"DK","name":"Fjordkraft","identifiers":[{"scheme":"dk.cvr","number":"20894148"}]}"#,
            vec!["10014"],
        ),
        (r#"{"country":"DK","name":"Fjordkraft","legal_form":"10"}"#, vec![]),
    ] {
        let answer = desk.validate(request);
        let found: Vec<_> = answer.duplicates.iter().map(|other| other.customer.as_str()).collect();
        assert_eq!(found, expected, "{request}");
        let check = result(&answer, CheckCode::Duplicate).unwrap();
        assert_eq!(check.0 == CheckResult::Unknown, !expected.is_empty(), "{request}");
    }
}

on_both!(a_personal_number_is_never_told_back);
fn a_personal_number_is_never_told_back(place: Place) {
    let desk = desk(place);
    let wrong = PERSON.replace("784", "785");
    let request = format!(
        r#"{{"country":"NO","name":"Kari Nordmann","identifiers":[
            {{"scheme":"no.personnr","number":"{PERSON}"}},{{"scheme":"no.personnr","number":"{wrong}"}}],{LOOKUP}}}"#
    );
    let answer = desk.validate(&request);
    assert_eq!(answer.subject.subject, Subject::PrivatePerson);
    assert_eq!(result(&answer, CheckCode::RegisterExistence), None, "a private person is in no company register");
    assert!(answer.identifiers.iter().all(|identifier| identifier.personal && identifier.number.is_none()));
    assert_eq!(answer.judgement.verdict, Verdict::Review, "a wrong number would reject a company");
    assert!(answer.debtor.as_ref().unwrap().copy_letter);
    let parsed: CustomerRequest = serde_json::from_str(&request).unwrap();
    for text in [serde_json::to_string(&answer).unwrap(), format!("{answer:?} {parsed:?}")] {
        assert!(!text.contains(PERSON) && !text.contains(&wrong), "{text}");
    }
    assert!(!holds(&desk.home.everything(), PERSON));
    // The next time the same person comes along it is known, by the hash.
    desk.import("customers", "", "", &format!("customer,name,country,personal_number\n7,K. Nordmann,NO,{PERSON}\n"));
    let again = desk.validate(&request);
    assert_eq!(result(&again, CheckCode::Duplicate), failed(Because::SameIdentifier));
}

on_both!(identifiers_that_do_not_fit);
fn identifiers_that_do_not_fit(place: Place) {
    let desk = desk(place);
    for (country, form, scheme, number, because) in [
        ("DK", "", "no.orgnr", "940991692", Because::OtherCountry),
        ("SE", "AB", "se.orgnr", "8803200016", Because::OtherKind),
        ("SE", "E", "se.orgnr", "5562030931", Because::OtherKind),
        ("DK", "ApS", "dk.cpr", "0101901234", Because::OtherKind),
        ("NL", "BV", "nl.bsn", "111222333", Because::MustNotBeKept),
        ("NL", "Eenmanszaak", "nl.btw", "NL004495445B01", Because::MustNotBeKept),
    ] {
        let request = format!(
            r#"{{"country":"{country}","name":"N","legal_form":"{form}","identifiers":[{{"scheme":"{scheme}","number":"{number}"}}]}}"#
        );
        let answer = desk.validate(&request);
        assert_eq!(result(&answer, CheckCode::IdentifierKind), failed(because), "{request} {:?}", answer.checks);
    }
    assert!(!holds(&desk.home.everything(), "111222333"));
    let request = r#"{"country":"NL","name":"Jan","identifiers":[{"scheme":"nl.bsn","number":"111222333"}],"#;
    let refused = desk.validate(&format!("{request}{LOOKUP}}}"));
    let by_rule = refused.checks.iter().find(|check| check.code == CheckCode::DebtorRegister).unwrap();
    assert_eq!(by_rule.evidence, Some(Evidence::Rule("NL-BSN".into())));
    assert_eq!(desk.engine.lookups(1).unwrap()[0].subject.value, "", "not even a hash is kept");
    let bad = desk.validate(&danish("29458074", "Ørsted"));
    let check = &bad.checks[0];
    assert_eq!((check.result, check.because), (CheckResult::Fail, Some(Because::BadIdentifier)));
    let evidence = Evidence::Fault { scheme: "dk.cvr".into(), fault: "bad_check_digit".into() };
    assert_eq!(check.evidence.as_ref(), Some(&evidence));
    let none = desk.validate(r#"{"country":"DK","name":"Uden nummer"}"#);
    assert_eq!(result(&none, CheckCode::IdentifierSyntax), unknown(Because::NoIdentifier));
}

on_both!(a_register_that_leaves_sole_traders_out_proves_nothing);
fn a_register_that_leaves_sole_traders_out_proves_nothing(place: Place) {
    let desk = Desk::new(place);
    desk.import("companies", "companies", AS_OF, "country,orgnr,name,state\nFI,19197528,Toinen Oy,active\n");
    let request = |form: &str| {
        format!(
            r#"{{"country":"FI","name":"Mäkinen","legal_form":"{form}","identifiers":[{{"scheme":"fi.ytunnus","number":"1187628-6"}}]}}"#
        )
    };
    let trader = desk.validate(&request("Tmi"));
    assert_eq!(result(&trader, CheckCode::RegisterExistence), unknown(Because::NotCovered));
    let company = desk.validate(&request("Oy"));
    assert_eq!(result(&company, CheckCode::RegisterExistence), failed(Because::NotFound));
}

on_both!(a_foreign_persons_number_is_not_looked_up_as_a_company);
fn a_foreign_persons_number_is_not_looked_up_as_a_company(place: Place) {
    let desk = desk(place);
    let answer = desk.validate(
        r#"{"country":"DK","name":"Sven","legal_form":"10","identifiers":[{"scheme":"se.personnr","number":"19880320-0016"}]}"#,
    );
    assert_eq!(result(&answer, CheckCode::IdentifierKind), failed(Because::OtherCountry));
    assert_eq!(result(&answer, CheckCode::RegisterExistence), unknown(Because::NoIdentifier));
}

on_both!(a_hosts_company_register_is_asked_once_while_its_answer_is_fresh);
fn a_hosts_company_register_is_asked_once_while_its_answer_is_fresh(place: Place) {
    let desk = Desk::new(place);
    let bureau = desk.bureau("companies", |_| {
        Ok(format!(
            r#"{{"answer":"company","as_of":{},"company":{{"name":"Ørsted Maskinfabrik A/S","state":"NORMAL","legal_form":"60","registered":"2001-05-01"}}}}"#,
            at(AS_OF).0
        ))
    });
    for _ in 0..3 {
        let answer = desk.validate(&danish("29458073", "Ørsted Maskinfabrik A/S"));
        assert_eq!(result(&answer, CheckCode::RegisterState), Some((CheckResult::Pass, None)));
    }
    assert_eq!(bureau.asked(), 1);
}

on_both!(requests_that_are_wrong_say_where);
fn requests_that_are_wrong_say_where(place: Place) {
    let desk = Desk::new(place);
    let many = r#"{"scheme":"dk.cvr","number":"1"},"#.repeat(17);
    for (request, kind, part) in [
        (r#"{"name":"N"}"#.to_owned(), ErrorKind::Argument, "country"),
        (
            r#"{"country":"DK","identifiers":[{"scheme":"dk.se","number":"1"}]}"#.to_owned(),
            ErrorKind::Argument,
            "identifiers[0].scheme",
        ),
        (
            format!(r#"{{"country":"DK","identifiers":[{}]}}"#, many.trim_end_matches(',')),
            ErrorKind::TooLarge,
            "identifiers",
        ),
        (format!(r#"{{"country":"DK","name":"{}"}}"#, "x".repeat(513)), ErrorKind::TooLarge, "name"),
        (r#"{"country":"DK","lookup":{"purpose":"lease"}}"#.to_owned(), ErrorKind::Argument, "user"),
        (r#"{"country":"DK","lookup":{"user":"anna"}}"#.to_owned(), ErrorKind::Argument, "purpose"),
    ] {
        let parsed: CustomerRequest = serde_json::from_str(&request).unwrap();
        let error = desk.engine.validate_customer(&parsed).unwrap_err();
        assert_eq!(error.kind(), kind, "{request}");
        assert!(error.message().contains(part), "{request}: {error}");
    }
    assert!(serde_json::from_str::<CustomerRequest>(r#"{"country":"DK","nmae":"x"}"#).is_err());
}
