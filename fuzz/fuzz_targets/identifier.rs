//! Identifiers. An input is a country, a blank and a text.
//!
//! What is accepted has one normal form that reads back the same, and a person's number is never printed.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use obligor::calendar::Day;
use obligor::engine::{Field, Keeper, read_identifier};
use obligor::error::ErrorKind;
use obligor::identifier::{Answer, Fault, Identifier, Personal, Scheme, check, guess, vat};
use obligor_fuzz::{must_be_clear, text};

fuzz_target!(|bytes: &[u8]| -> Corpus { text(bytes).map_or_else(|corpus| corpus, run) });

/// 22 November 2026, and days around the ends of time.
const DAYS: [i32; 5] = [20_779, 0, 22_900, i32::MIN, i32::MAX];

fn run(input: &str) -> Corpus {
    let (country, number) = input.split_once(' ').unwrap_or(("", input));
    for today in DAYS {
        for scheme in Scheme::ALL {
            match check(scheme, number, today) {
                Answer::Invalid(Fault::BadCharacter { at }) => {
                    assert!(at >= 1 && usize::from(at) <= number.chars().count(), "{scheme}: character {at}");
                }
                Answer::Invalid(_) => {}
                Answer::Valid(identifier) | Answer::FormatOnly(identifier) => accepted(&identifier, today),
            }
        }
    }
    let today = DAYS[0];
    for scheme in guess(country, number, today) {
        assert!(check(scheme, number, today).is_accepted());
        assert!(scheme.country().is_none_or(|of| of == country));
    }
    let keeper = Keeper::new(&[7; 32]).expect("a key of 32 bytes");
    for field in Field::ALL {
        assert_eq!(Field::parse(field.name()), Some(field));
        match read_identifier(country, field, number, Day(today)) {
            Ok(identifier) => {
                assert_eq!(Some(identifier.scheme()), field.scheme(country));
                let kept = keeper.keep(&identifier, Day(today));
                let again = check(identifier.scheme(), identifier.reveal(), today).identifier().expect("it is normal");
                assert_eq!(keeper.keep(&again, Day(today)), kept, "{identifier:?} is kept in two ways");
                let hidden = kept.value != identifier.reveal();
                assert!(hidden || identifier.personal() != Personal::Always, "{identifier:?} is kept as it is");
            }
            Err(error) => {
                must_be_clear(&error);
                assert!(matches!(error.kind(), ErrorKind::Argument | ErrorKind::Forbidden), "{error}");
                let long = number.chars().filter(char::is_ascii_digit).count() >= 9;
                let told = error.message().replace(&format!("{country:?}"), "");
                assert!(!long || !told.contains(number), "the error repeats the number");
            }
        }
    }
    Corpus::Keep
}

fn accepted(identifier: &Identifier, today: i32) {
    let again = check(identifier.scheme(), identifier.reveal(), today).identifier();
    let again = again.unwrap_or_else(|| panic!("the normal form of {identifier:?} is refused"));
    assert_eq!(again.reveal(), identifier.reveal());
    assert_eq!(again.notes(), identifier.notes());
    if let Some(grouped) = identifier.grouped() {
        assert_eq!(check(identifier.scheme(), grouped.as_str(), today).identifier(), Some(*identifier));
    }
    let printed = format!("{identifier} {identifier:?}");
    assert_eq!(printed.contains(identifier.reveal()), identifier.personal() == Personal::Never);
    if let Some(number) = vat::vat_number(identifier) {
        assert_eq!(check(number.scheme(), number.reveal(), today).identifier(), Some(number));
        assert_eq!(vat::organisation_number(&number), vat::organisation_number(identifier));
    }
}
