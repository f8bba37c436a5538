//! Looking up a debtor: the gate, the log, the cache, the source, through a real store.

mod registers;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use obligor::customer::{Subject, SubjectKind};
use obligor::engine::{Config, Engine};
use obligor::error::ErrorKind;
use obligor::register::{DebtorAnswer, Denied, Need, WhyUnknown};
use registers::places::{Home, Place, on_both};
use registers::{Desk, PERSON, at, holds};

const COMPANY: &str = r#"{"country":"NO","orgnr":"940 991 692","purpose":"credit_application","user":"anna"}"#;

fn person(more: &str) -> String {
    format!(r#"{{"country":"NO","personal_number":"{PERSON}","purpose":"credit_application","user":"anna"{more}}}"#)
}

fn lawful_person() -> String {
    person(r#","basis":"legitimate_interest","credit_element":true"#)
}

fn unknown(because: WhyUnknown) -> DebtorAnswer {
    DebtorAnswer::Unknown { because }
}

fn companies(desk: &Desk, as_of: &str) {
    let text =
        "country,orgnr,name,state,legal_form\nNO,940991692,Nordfisk AS,active,AS\nNO,906159775,Berit Berg,active,ENK\n";
    desk.import("companies", "companies", as_of, text);
}

fn remarks(desk: &Desk, as_of: &str) {
    let text = format!(
        "number,country,orgnr,personal_number,kind,amount,currency,registered,expires\n\
         1,NO,963117329,,dom,1200.00,NOK,2026-01-05,\n\
         2,NO,,{PERSON},utlegg,800.00,NOK,2025-03-01,\n\
         3,NO,963117329,,dom,50.00,NOK,2022-11-22,\n"
    );
    desk.import("remarks", "remarks", as_of, &text);
}

on_both!(who_asks_and_what_for_is_always_said);
fn who_asks_and_what_for_is_always_said(place: Place) {
    let desk = Desk::new(place);
    for (request, field) in [
        (r#"{"country":"NO","orgnr":"940991692","user":"anna"}"#, "purpose"),
        (r#"{"country":"NO","orgnr":"940991692","user":"anna","purpose":"marketing"}"#, "purpose"),
        (r#"{"country":"NO","orgnr":"940991692","purpose":"lease"}"#, "user"),
        (r#"{"country":"NO","orgnr":"940991692","purpose":"lease","user":"  "}"#, "user"),
        (r#"{"country":"NO","purpose":"lease","user":"anna"}"#, "orgnr"),
        (r#"{"country":"NO","customer":"1","orgnr":"940991692","purpose":"lease","user":"anna"}"#, "one of"),
        (r#"{"country":"Norge","orgnr":"940991692","purpose":"lease","user":"anna"}"#, "country"),
        (r#"{"country":"NO","orgnr":"940991693","purpose":"lease","user":"anna"}"#, "orgnr"),
    ] {
        let error = desk.try_lookup(request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument, "{request}");
        assert!(error.message().contains(field), "{request}: {error}");
    }
    let error = desk.try_lookup(r#"{"customer":"77","purpose":"lease","user":"anna"}"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(desk.engine.lookups(10).unwrap().is_empty(), "what was never asked is not a look-up");
}

on_both!(clear_remarks_and_the_kinds_of_unknown);
fn clear_remarks_and_the_kinds_of_unknown(place: Place) {
    let desk = Desk::new(place);
    assert_eq!(desk.lookup(COMPANY).denied, Some(Denied::Missing(Need::Basis)), "who it is nobody knows: as a person");

    companies(&desk, "2026-11-22T06:00:00Z");
    let never = desk.lookup(COMPANY);
    assert_eq!((never.answer, never.source.as_str()), (unknown(WhyUnknown::NeverImported), "remarks"));
    assert_eq!(never.subject.subject, Subject::Company);

    remarks(&desk, "2026-11-22T06:00:00Z");
    let clear = desk.lookup(COMPANY);
    assert_eq!(clear.answer, DebtorAnswer::Clear);
    assert_eq!((clear.as_of, clear.age_seconds), (Some(at("2026-11-22T06:00:00Z")), Some(6 * 3600)));
    assert!(!clear.cached && !clear.copy_letter);

    // The third remark ran out today; the first may be used for four years.
    desk.import("customers", "", "", "customer,name,country,legal_form,orgnr\n12,Havbris AS,NO,AS,963117329\n");
    let told = desk.lookup(r#"{"customer":"12","purpose":"credit_sale_control","user":"anna"}"#);
    let DebtorAnswer::Remarks { remarks } = told.answer else { panic!("{told:?}") };
    assert_eq!(remarks.len(), 1);
    assert_eq!((remarks[0].number.as_str(), remarks[0].delete_by.to_string().as_str()), ("1", "2030-01-05"));

    desk.clock.set("2026-11-24T06:00:00Z");
    assert_eq!(desk.lookup(COMPANY).answer, DebtorAnswer::Clear, "exactly as old as it may be");
    desk.clock.set("2026-11-24T06:00:01Z");
    let old = desk.lookup(COMPANY);
    assert_eq!(old.answer, unknown(WhyUnknown::SourceTooOld));
    assert_eq!(old.as_of, Some(at("2026-11-22T06:00:00Z")));
}

on_both!(a_person_is_looked_up_lawfully_or_not_at_all_and_both_are_logged);
fn a_person_is_looked_up_lawfully_or_not_at_all_and_both_are_logged(place: Place) {
    let desk = Desk::new(place);
    remarks(&desk, "2026-11-22T06:00:00Z");
    let denied = desk.lookup(&person(""));
    assert_eq!((denied.answer, denied.denied), (unknown(WhyUnknown::NotLawful), Some(Denied::Missing(Need::Basis))));
    assert_eq!((denied.rules, denied.source.as_str()), (vec!["NO-GDPR".to_owned()], ""));
    let prepaid = desk.lookup(&person(r#","basis":"legitimate_interest""#));
    assert_eq!((prepaid.rules, prepaid.copy_letter), (vec!["NO-2".to_owned()], false));
    let frozen = desk.lookup(&person(r#","basis":"legitimate_interest","credit_element":true,"frozen":true"#));
    assert_eq!(frozen.rules, vec!["NO-6"]);

    let told = desk.lookup(&lawful_person());
    assert!(matches!(&told.answer, DebtorAnswer::Remarks { remarks } if remarks[0].number == "2"), "{told:?}");
    assert_eq!((told.subject.kind, told.copy_letter), (SubjectKind::Person, true));
    assert_eq!(told.copy_letter_rule.as_deref(), Some("NO-3"));

    let log = desk.engine.lookups(10).unwrap();
    let rows: Vec<_> = log.iter().map(|row| (row.rule.as_str(), row.answer.as_str(), row.copy_letter)).collect();
    assert_eq!(
        rows,
        [
            ("NO-GDPR, NO-2, NO-3, NO-6", "remarks", true),
            ("NO-6", "unknown", false),
            ("NO-2", "unknown", false),
            ("NO-GDPR", "unknown", false)
        ]
    );
    assert!(log.iter().all(|row| row.user == "anna" && row.purpose == "credit_application" && row.digest.len() == 64));
    assert!(log.iter().all(|row| row.subject.scheme == "no.personnr" && row.subject.value.starts_with("hmac:")));
}

on_both!(a_personal_number_is_nowhere);
fn a_personal_number_is_nowhere(place: Place) {
    let desk = Desk::new(place);
    let bureau = desk.bureau("remarks", |_| Err("closed".to_owned()));
    let lines = Arc::new(std::sync::Mutex::new(String::new()));
    let keep = Arc::clone(&lines);
    desk.engine.set_log(Some(Arc::new(move |_, line| keep.lock().unwrap().push_str(line))));
    let answer = desk.lookup(&lawful_person());
    assert_eq!(answer.answer, unknown(WhyUnknown::SourceFailed));
    assert!(bureau.last.lock().unwrap().contains(PERSON), "the bureau needs it");

    let wrong = PERSON.replace("784", "785");
    let error = desk.try_lookup(&lawful_person().replace(PERSON, &wrong)).unwrap_err();
    desk.import("customers", "", "", &format!("customer,name,country,personal_number\n7,Kari,NO,{PERSON}\n"));
    desk.lookup(
        r#"{"customer":"7","purpose":"credit_application","user":"anna","basis":"consent","credit_element":true}"#,
    );
    assert!(bureau.last.lock().unwrap().contains(r#""number":null,"customer":"7""#), "it is not known any more");

    let request: obligor::engine::LookupRequest = serde_json::from_str(&lawful_person()).unwrap();
    let seen = [
        serde_json::to_string(&answer).unwrap(),
        format!("{answer:?} {request:?} {error} {:?}", desk.engine.lookups(10).unwrap()),
        lines.lock().unwrap().clone(),
    ];
    for text in &seen {
        assert!(!text.contains(PERSON) && !text.contains(&wrong), "{text}");
    }
    assert!(seen[2].contains("closed"));
    assert!(!holds(&desk.home.everything(), PERSON));
}

on_both!(a_bsn_is_refused_and_leaves_no_trace);
fn a_bsn_is_refused_and_leaves_no_trace(place: Place) {
    let desk = Desk::new(place);
    let bureau = desk.bureau("remarks", |_| Ok(r#"{"answer":"clear","as_of":1}"#.to_owned()));
    let answer = desk.lookup(
        r#"{"country":"NL","personal_number":"111222333","purpose":"credit_application","user":"piet","basis":"consent"}"#,
    );
    assert_eq!((answer.rules, answer.denied), (vec!["NL-BSN".to_owned()], Some(Denied::Missing(Need::NoBsn))));
    let log = desk.engine.lookups(10).unwrap();
    assert_eq!((log[0].subject.scheme.as_str(), log[0].subject.value.as_str()), ("nl.bsn", ""));
    assert_eq!(bureau.asked(), 0);
    assert!(!holds(&desk.home.everything(), "111222333"));
}

on_both!(a_country_without_rules_is_closed_and_logged);
fn a_country_without_rules_is_closed_and_logged(place: Place) {
    let desk = Desk::new(place);
    let answer =
        desk.lookup(r#"{"country":"DE","orgnr":"HRB 1","purpose":"credit_application","user":"anna","basis":"x"}"#);
    assert_eq!((answer.denied, answer.rules), (Some(Denied::NoRule), vec!["none".to_owned()]));
    assert_eq!(desk.engine.lookups(10).unwrap().len(), 1);
}

on_both!(answers_are_kept_as_long_as_the_policy_says_also_clear_ones);
fn answers_are_kept_as_long_as_the_policy_says_also_clear_ones(place: Place) {
    let desk = Desk::new(place);
    companies(&desk, "2026-11-22T06:00:00Z");
    let clock = desk.clock.clone();
    let bureau = desk.bureau("remarks", move |_| {
        use obligor::calendar::Clock;
        Ok(format!(r#"{{"answer":"clear","as_of":{}}}"#, clock.now().0))
    });
    let first = desk.lookup(COMPANY);
    desk.clock.set("2026-11-23T11:59:59Z");
    let second = desk.lookup(COMPANY);
    assert_eq!((first.cached, second.cached, bureau.asked()), (false, true, 1));
    assert_eq!(second.answer, DebtorAnswer::Clear);
    assert_eq!((second.asked, second.age_seconds), (Some(at("2026-11-22T12:00:00Z")), Some(24 * 3600 - 1)));
    desk.clock.set("2026-11-23T12:00:00Z");
    assert!(!desk.lookup(COMPANY).cached);
    assert_eq!(bureau.asked(), 2);
    // A clock that was set back makes nothing younger.
    desk.clock.set("2026-11-23T11:00:00Z");
    assert!(!desk.lookup(COMPANY).cached);
    assert_eq!((bureau.asked(), desk.engine.lookups(10).unwrap().len()), (3, 4));
}

on_both!(a_kept_remark_is_gone_on_its_day);
fn a_kept_remark_is_gone_on_its_day(place: Place) {
    let desk = Desk::new(place);
    let bureau = desk.bureau("remarks", |_| {
        Ok(format!(
            r#"{{"answer":"remarks","as_of":{},"remarks":[
                {{"number":"1","kind":"dom","registered":"2022-11-23"}},
                {{"number":"2","kind":"dom","registered":"2024-01-01","expires":"2026-11-23"}}]}}"#,
            at("2026-11-22T11:00:00Z").0
        ))
    });
    let told = desk.lookup(&lawful_person());
    assert!(matches!(&told.answer, DebtorAnswer::Remarks { remarks } if remarks.len() == 2), "{told:?}");
    desk.clock.set("2026-11-23T00:00:00Z");
    let later = desk.lookup(&lawful_person());
    assert_eq!((later.answer, later.cached, bureau.asked()), (DebtorAnswer::Clear, true, 1));
    // The copy is owed for what the bureau told, once.
    assert_eq!((told.copy_letter, later.copy_letter), (true, false));
}

on_both!(a_failing_source_is_asked_again_and_is_never_clear);
fn a_failing_source_is_asked_again_and_is_never_clear(place: Place) {
    let desk = Desk::new(place);
    companies(&desk, "2026-11-22T06:00:00Z");
    for (answer, because) in [
        (Err("no route".to_owned()), WhyUnknown::SourceFailed),
        (Ok(String::new()), WhyUnknown::SourceFailed),
        (Ok(r#"{"answer":"remarks","as_of":1,"remarks":[]}"#.to_owned()), WhyUnknown::SourceFailed),
        (Ok(r#"{"answer":"not_found","as_of":1}"#.to_owned()), WhyUnknown::SourceFailed),
        (Ok(format!(r#"{{"answer":"clear","as_of":{}}}"#, at("2026-11-20T11:59:59Z").0)), WhyUnknown::SourceTooOld),
    ] {
        let bureau = desk.bureau("remarks", move |_| answer.clone());
        for _ in 0..2 {
            let told = desk.lookup(COMPANY);
            assert_eq!((told.answer, told.cached, told.copy_letter), (unknown(because), false, false));
        }
        assert_eq!(bureau.asked(), 2);
    }
    desk.engine.set_source("remarks", None).unwrap();
    assert_eq!(desk.lookup(COMPANY).answer, unknown(WhyUnknown::NeverImported));
}

on_both!(one_request_for_sixteen_who_wait);
fn one_request_for_sixteen_who_wait(place: Place) {
    let desk = Desk::new(place);
    let bureau = desk.bureau("remarks", |_| {
        std::thread::sleep(Duration::from_millis(300));
        Ok(format!(r#"{{"answer":"clear","as_of":{}}}"#, at("2026-11-22T11:00:00Z").0))
    });
    let start = Barrier::new(16);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                assert_eq!(desk.lookup(&lawful_person()).answer, DebtorAnswer::Clear);
            });
        }
    });
    assert_eq!(bureau.asked(), 1);
    let log = desk.engine.lookups(100).unwrap();
    assert_eq!(log.len(), 16, "everybody is logged");
    assert_eq!(log.iter().filter(|row| !row.cached).count(), 1);
    assert_eq!(log.iter().filter(|row| row.copy_letter).count(), 1, "one letter for one disclosure");
}

on_both!(whoever_waits_too_long_does_not_know);
fn whoever_waits_too_long_does_not_know(place: Place) {
    let desk = Desk::new(place);
    let bureau = desk.bureau("remarks", |_| {
        std::thread::sleep(Duration::from_millis(2_500));
        Ok(format!(r#"{{"answer":"clear","as_of":{}}}"#, at("2026-11-22T11:00:00Z").0))
    });
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(desk.lookup(&lawful_person()).answer, DebtorAnswer::Clear));
        while bureau.asked() == 0 {
            std::thread::yield_now();
        }
        // Long enough to log that it waited in vain, not long enough for the bureau.
        let hurried = lawful_person().replace("}", r#","deadline_ms":1200}"#);
        assert_eq!(desk.lookup(&hurried).answer, unknown(WhyUnknown::SourceFailed));
    });
    assert_eq!(bureau.asked.load(Ordering::SeqCst), 1);
}

on_both!(a_bureau_that_asks_back_does_not_wait_for_itself);
fn a_bureau_that_asks_back_does_not_wait_for_itself(place: Place) {
    let desk = Desk::new(place);
    let engine = Arc::downgrade(&desk.engine);
    let bureau = desk.bureau("remarks", move |_| {
        let engine = engine.upgrade().unwrap();
        let inner = engine.lookup_debtor(&serde_json::from_str(&lawful_person()).unwrap()).unwrap();
        assert_eq!(inner.answer, unknown(WhyUnknown::SourceFailed));
        engine.set_source("another", None).unwrap();
        Ok(format!(r#"{{"answer":"clear","as_of":{}}}"#, at("2026-11-22T11:00:00Z").0))
    });
    assert_eq!(desk.lookup(&lawful_person()).answer, DebtorAnswer::Clear);
    assert_eq!(bureau.asked(), 1);
}

on_both!(a_sole_trader_is_a_person_under_an_orgnr);
fn a_sole_trader_is_a_person_under_an_orgnr(place: Place) {
    let desk = Desk::new(place);
    companies(&desk, "2026-11-22T06:00:00Z");
    remarks(&desk, "2026-11-22T06:00:00Z");
    let request = r#"{"country":"NO","orgnr":"906159775","purpose":"credit_application","user":"anna","basis":"legitimate_interest","credit_element":true}"#;
    let told = desk.lookup(request);
    assert_eq!((told.subject.subject, told.copy_letter), (Subject::SoleTrader, true));
    let denied = desk.lookup(&request.replace("legitimate_interest", ""));
    assert_eq!(denied.answer, unknown(WhyUnknown::NotLawful));
    // A Swedish one tells by its number alone.
    let swede = r#"{"country":"SE","orgnr":"880320-0016","purpose":"credit_application","user":"anna"}"#;
    assert_eq!(desk.lookup(swede).subject.subject, Subject::SoleTrader);
}

on_both!(the_configuration_names_the_registers_of_each_country);
fn the_configuration_names_the_registers_of_each_country(place: Place) {
    let home = Home::new(place);
    let path = home.folder.path().join("obligor.toml");
    let text = format!(
        "store = {:?}\nsecret = \"file:key\"\ncreate = true\nclock = \"2026-11-22T12:00:00Z\"\n\
         [registers.NO]\ncompany = \"brreg\"\ndebtor = \"bureau\"\n[registers.SE]\ndebtor = \"\"\n",
        home.name()
    );
    std::fs::write(&path, text).unwrap();
    let engine = Engine::open(&Config::read(path.to_str().unwrap()).unwrap()).unwrap();
    let ask = |text: &str| engine.lookup_debtor(&serde_json::from_str(text).unwrap()).unwrap();
    let told = ask(&lawful_person());
    assert_eq!((told.source.as_str(), told.answer), ("bureau", unknown(WhyUnknown::NeverImported)));
    let swede = lawful_person().replace("NO", "SE").replace(PERSON, "19880320-0016");
    assert_eq!(ask(&swede).answer, unknown(WhyUnknown::NoSource));

    for wrong in [
        "[registers.Norway]\ndebtor = \"x\"\n",
        "[registers.NO]\nbureau = \"x\"\n",
        "[registers.NO]\ndebtor = \"a\\nb\"\n",
    ] {
        std::fs::write(&path, format!("store = \"other.db\"\n{wrong}")).unwrap();
        let error = Config::read(path.to_str().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{wrong}");
        assert!(error.message().contains("registers") || error.message().contains("bureau"), "{error}");
    }
}

on_both!(what_cannot_be_logged_is_not_answered);
fn what_cannot_be_logged_is_not_answered(place: Place) {
    let desk = Desk::new(place);
    companies(&desk, "2026-11-22T06:00:00Z");
    remarks(&desk, "2026-11-22T06:00:00Z");
    let quick = COMPANY.replace('}', r#","deadline_ms":200}"#);
    // Somebody else writes and does not stop: an import in another process, say.
    let busy = desk.home.busy();
    let error = desk.try_lookup(&quick).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undetermined);
    assert!(!error.message().contains("clear"), "{error}");
    drop(busy);
    assert!(desk.engine.lookups(10).unwrap().is_empty());
    assert_eq!(desk.lookup(&quick).answer, DebtorAnswer::Clear);
    assert_eq!(desk.engine.lookups(10).unwrap().len(), 1);
}
