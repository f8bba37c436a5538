//! What holds for every text, not only for the examples.

use super::*;
use proptest::prelude::*;
use proptest::sample::select;

const TODAY: i32 = 20_468; // 2026-01-15

/// The characters of every scheme, and the ones people put between them.
const PLAUSIBLE: &[char] = &[
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'D', 'E', 'F', 'I', 'K', 'L', 'M', 'N', 'O', 'S', 'V',
    'Y', 'b', 'n', 'o', '-', '+', '.', '/', ' ', '\u{a0}', '–', 'é', '٣', '𝟗',
];

/// Schemes in which every single mistyped digit shows, with layouts: `#` is any digit, `dd` and `mm` make a day that
/// exists, `%` and `@` are the digits and the character that the rest decides.
const PROVEN: &[(Scheme, &str)] = &[
    (Scheme::DkCvr, "#######%"),
    (Scheme::NoOrgnr, "########%"),
    (Scheme::NoPersonnr, "ddmm850##%%"),
    (Scheme::SeOrgnr, "556######%"),
    (Scheme::SeOrgnr, "72mmdd###%"),
    (Scheme::SePersonnr, "1972mmdd###%"),
    (Scheme::FiYtunnus, "#######%"),
    (Scheme::FiHetu, "ddmm85-###@"),
    (Scheme::NlRsin, "########%"),
    (Scheme::NlBsn, "########%"),
    (Scheme::DkVat, "DK#######%"),
    (Scheme::NoVat, "########%MVA"),
    (Scheme::SeVat, "SE556######%01"),
    (Scheme::FiVat, "FI#######%"),
    (Scheme::Iban, "DK%%##############"),
    (Scheme::Iban, "NO%%##########%"),
    (Scheme::Iban, "NL%%ABNA##########"),
    (Scheme::Lei, "2138KUD##ABJWSQ###%%"),
    (Scheme::Gln, "579#########%"),
];

/// Where they prove less: a failing CPR number may be lawful, a KvK number proves nothing, and a btw-id may pass from
/// the test of entities to that of sole proprietors.
const UNPROVEN: &[(Scheme, &str)] = &[
    (Scheme::DkCpr, "ddmm72####"),
    (Scheme::NlKvk, "########"),
    (Scheme::NlBtw, "NL########%B01"),
    (Scheme::NlBtw, "NL000######B%%"),
];

fn plausible() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PLAUSIBLE), 0..48).prop_map(String::from_iter)
}

/// An accepted number of one of the layouts.
fn accepted(layouts: &'static [(Scheme, &'static str)]) -> impl Strategy<Value = Identifier> {
    let parts = (select(layouts), prop::collection::vec(b'0'..=b'9', 40), 1u8..=12, 1u8..=28);
    parts.prop_filter_map("no check digit fits", |((scheme, layout), digits, month, day)| {
        let mut text = layout.replace("mm", &format!("{month:02}")).replace("dd", &format!("{day:02}"));
        for digit in digits {
            text = text.replacen('#', &char::from(digit).to_string(), 1);
        }
        completed(scheme, &text)
    })
}

fn completed(scheme: Scheme, text: &str) -> Option<Identifier> {
    let choices = match text.find(['%', '@']) {
        None => return check(scheme, text, TODAY).identifier(),
        Some(place) if text[place..].starts_with('@') => "0123456789ABCDEFHJKLMNPRSTUVWXY",
        Some(_) => "0123456789",
    };
    choices.chars().find_map(|choice| completed(scheme, &text.replacen(['%', '@'], &choice.to_string(), 1)))
}

fn never_panics(text: &str, today: i32) -> Result<(), TestCaseError> {
    for scheme in Scheme::ALL {
        match check(scheme, text, today) {
            Answer::Invalid(fault) => {
                if let Fault::BadCharacter { at } = fault {
                    prop_assert!(at >= 1 && usize::from(at) <= text.chars().count(), "{scheme}: {fault}");
                }
            }
            Answer::Valid(id) | Answer::FormatOnly(id) => normal_form_is_stable(&id, today)?,
        }
        prop_assert_eq!(check(scheme, text, today), check(scheme, text, today));
    }
    Ok(())
}

fn normal_form_is_stable(id: &Identifier, today: i32) -> Result<(), TestCaseError> {
    let again = check(id.scheme(), id.reveal(), today);
    let again = again.identifier().ok_or_else(|| TestCaseError::fail(format!("{id:?}: {again:?}")))?;
    prop_assert_eq!(again.reveal(), id.reveal());
    prop_assert_eq!(again.notes(), id.notes());
    if let Some(grouped) = id.grouped() {
        prop_assert_eq!(check(id.scheme(), grouped.as_str(), today).identifier(), Some(*id));
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), today in any::<i32>()) {
        never_panics(&text, today)?;
        prop_assert!(guess("NO", &text, today).count() <= Scheme::ALL.len());
    }

    #[test]
    fn no_plausible_text_makes_it_panic(text in plausible(), today in prop_oneof![any::<i32>(), -100_000..100_000]) {
        never_panics(&text, today)?;
    }

    #[test]
    fn the_normal_form_is_its_own_normal_form(id in prop_oneof![accepted(PROVEN), accepted(UNPROVEN)]) {
        normal_form_is_stable(&id, TODAY)?;
    }

    #[test]
    fn a_single_mistyped_digit_is_refused(id in accepted(PROVEN), place in any::<prop::sample::Index>(), by in 1u8..10) {
        let mut text = id.reveal().as_bytes().to_vec();
        // The check digit of a Swedish personal number covers the last ten digits, not the century before them.
        let unproven = if id.scheme() == Scheme::SePersonnr { 2 } else { 0 };
        let digits: Vec<usize> = (unproven..text.len()).filter(|at| text[*at].is_ascii_digit()).collect();
        let at = *place.get(&digits);
        text[at] = (text[at] - b'0' + by) % 10 + b'0';
        let text = String::from_utf8(text).unwrap_or_default();
        prop_assert!(check(id.scheme(), &text, TODAY).fault().is_some(), "{} {text}", id.scheme());
    }

    #[test]
    fn separators_change_nothing(id in accepted(PROVEN), at in 0usize..20, separator in select(vec![' ', '-', '.', '\u{a0}'])) {
        // In these two the sign has a meaning.
        prop_assume!(!matches!(id.scheme(), Scheme::FiHetu | Scheme::SePersonnr));
        let mut text = id.reveal().to_owned();
        text.insert(at.min(text.len()), separator);
        // Seven characters with a hyphen before the last are an old Y-tunnus; eight never are.
        prop_assert_eq!(check(id.scheme(), &text, TODAY).identifier(), Some(id));
    }

    #[test]
    fn a_personal_number_is_never_printed(id in prop_oneof![accepted(PROVEN), accepted(UNPROVEN)]) {
        let printed = format!("{id} {id:?} {:?}", Answer::Valid(id));
        prop_assert_eq!(printed.contains(id.reveal()), id.personal() == Personal::Never);
    }

    #[test]
    fn both_numbers_of_a_company_find_each_other(id in accepted(PROVEN)) {
        if let Some(vat_number) = vat::vat_number(&id) {
            let again = check(vat_number.scheme(), vat_number.reveal(), TODAY);
            prop_assert_eq!(again.identifier(), Some(vat_number));
            prop_assert_eq!(vat::organisation_number(&vat_number), vat::organisation_number(&id));
            prop_assert_eq!(again.identifier().map(|id| id.notes()), Some(id.notes()));
        }
    }
}

#[test]
fn every_layout_can_be_completed() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut seen = Vec::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..2_000 {
        for strategy in [accepted(PROVEN).boxed(), accepted(UNPROVEN).boxed()] {
            seen.extend(strategy.new_tree(&mut runner).map(|tree| tree.current().scheme()));
        }
    }
    assert!(Scheme::ALL.iter().all(|scheme| seen.contains(scheme)), "a scheme no property speaks of");
}
