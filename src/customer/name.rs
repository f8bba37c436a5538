//! Names folded for comparing.
//!
//! The same company is "Ørsted A/S" in one system and "OERSTED AS" in the next. [`name_key`] takes away what differs
//! between two clerks and leaves what differs between two companies:
//!
//! - compatibility forms and case (`Ａ` is `a`),
//! - Nordic and German letters get one spelling of two letters: `å` is `aa`; `æ` and `ä` are `ae`; `ø` and `ö` are `oe`; `ü` is
//!   `ue`; `ß` is `ss`, `þ` is `th`, `ð` and `đ` are `d`, `ł` is `l`. The bare vowel is *not* the same: `Ørum` and `Orum` differ, since
//!   folding them too would make strangers of many short names alike,
//! - other accents go (`é` is `e`),
//! - the legal form goes, before or behind the name, and so does what a register hangs on it (`under konkurs`, `(publ)`),
//! - `&`, `og`, `och`, `ja`, `en`, `and`, `und` between two words go,
//! - punctuation and spaces go.
//!
//! A name that is nothing but a legal form is kept. Equal keys are a hint for a person, not proof.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The name folded for comparing; empty when it holds no letter or digit. Folding twice changes nothing.
pub fn name_key(name: &str) -> String {
    let words = words(name);
    let mut words: &[String] = &words;
    while let Some(rest) = without_form(words) {
        words = rest;
    }
    let last = words.len().saturating_sub(1);
    let is_joint = |at: usize, word: &str| at > 0 && at < last && JOINTS.contains(&word);
    words.iter().enumerate().filter(|(at, word)| !is_joint(*at, word)).map(|(_, word)| word.as_str()).collect()
}

/// How much two names are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// Another name, or one of them is empty.
    Different,
    /// The same but for a slip: one character in eight, and at most three.
    Near,
    /// The same key.
    Same,
}

/// Compares two names by their keys.
pub fn compare_names(one: &str, other: &str) -> Likeness {
    let (one, other) = (name_key(one), name_key(other));
    let (long, short) = {
        let (a, b) = (one.chars().count(), other.chars().count());
        (a.max(b), a.min(b))
    };
    if short == 0 {
        Likeness::Different
    } else if one == other {
        Likeness::Same
    } else {
        let slips = (long / 8).min(3);
        // Names whose lengths differ by more need no counting; that also keeps the cost of absurd input down.
        let near = long - short <= slips && long <= MAX_COMPARED && strsim::levenshtein(&one, &other) <= slips;
        if near { Likeness::Near } else { Likeness::Different }
    }
}

/// Names longer than this, in characters, are alike only when they are equal; comparing takes the square of it.
const MAX_COMPARED: usize = 400;

/// Words that join two words and are often written `&`.
const JOINTS: &[&str] = &["og", "och", "ja", "en", "and", "und"];

/// Legal forms that may stand behind a name, folded.
const FORMS_BEHIND: &[&str] = &[
    // DK, NO
    "aps",
    "as",
    "asa",
    "ivs",
    "is",
    "ks",
    "ps",
    "enk",
    "ans",
    "da",
    "sa",
    "nuf",
    "amba",
    "smba",
    "fmba",
    "aktieselskab",
    "anpartsselskab",
    "interessentskab",
    "aksjeselskap",
    "enkeltpersonforetak",
    "enkeltmandsvirksomhed",
    // SE, FI
    "ab",
    "abp",
    "publ",
    "hb",
    "kb",
    "ekfoer",
    "aktiebolag",
    "handelsbolag",
    "kommanditbolag",
    "oy",
    "oyj",
    "oyab",
    "ky",
    "ay",
    "tmi",
    "osk",
    "osakeyhtioe",
    "toiminimi",
    // NL, BE
    "bv",
    "nv",
    "vof",
    "cv",
    "bvba",
    "eenmanszaak",
    // elsewhere
    "ltd",
    "limited",
    "plc",
    "llp",
    "llc",
    "inc",
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "ohg",
    "ug",
    "ek",
    "se",
    "sarl",
    "sas",
    "srl",
    "spa",
    "ou",
    "oue",
    "sia",
    "uab",
    "spzoo",
];

/// Legal forms that may stand before a name, folded. Fewer, since initials stand there too.
const FORMS_BEFORE: &[&str] =
    &["as", "ab", "oy", "tmi", "aktiebolaget", "aktieselskabet", "handelsbolaget", "firmaet", "toiminimi"];

/// What registers hang on the name of a company in trouble, folded, word by word.
const STATES_BEHIND: &[&[&str]] = &[
    &["under", "konkurs"],
    &["i", "konkurs"],
    &["i", "likvidation"],
    &["under", "likvidation"],
    &["under", "frivillig", "likvidation"],
    &["under", "avvikling"],
    &["under", "tvangsavvikling"],
    &["under", "tvangsoploesning"],
    &["under", "rekonstruktion"],
    &["under", "reassumering"],
    &["selvitystilassa"],
    &["konkurssissa"],
];

/// The words without one legal form or state at either end; `None` when there is none to take, or nothing would be left.
fn without_form(words: &[String]) -> Option<&[String]> {
    for state in STATES_BEHIND {
        if let Some(at) = words.len().checked_sub(state.len()).filter(|at| *at > 0) {
            let (rest, behind) = words.split_at(at);
            if behind == *state {
                return Some(rest);
            }
        }
    }
    // "A S" and "B V" are written too: one to three words of one letter each.
    let form_of = |part: &[String]| part.len() == 1 || part.iter().all(|word| word.chars().count() == 1);
    for take in (1..=3.min(words.len().saturating_sub(1))).rev() {
        let (rest, behind) = words.split_at(words.len() - take);
        if form_of(behind) && FORMS_BEHIND.contains(&behind.concat().as_str()) {
            return Some(rest);
        }
        let (before, rest) = words.split_at(take);
        if form_of(before) && FORMS_BEFORE.contains(&before.concat().as_str()) {
            return Some(rest);
        }
    }
    None
}

/// The name as words of lower-case letters and digits, each letter in its one spelling.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut base = ' ';
    for c in name.nfkd().flat_map(char::to_lowercase).nfkd() {
        match c {
            // The mark decides the spelling of the vowel it stands on, however many other marks stand between.
            '\u{308}' if matches!(base, 'a' | 'o' | 'u') => word.push('e'),
            '\u{30a}' if base == 'a' => word.push('a'),
            // Written within a word, or between the letters of a legal form.
            '.' | '/' | '\'' | '’' | '`' | '´' | '\u{ad}' => {}
            c if canonical_combining_class(c) != 0 => {}
            c if c.is_alphanumeric() => {
                base = c;
                match c {
                    'æ' => word.push_str("ae"),
                    'ø' | 'œ' => word.push_str("oe"),
                    'ß' => word.push_str("ss"),
                    'þ' => word.push_str("th"),
                    'ð' | 'đ' => word.push('d'),
                    'ł' => word.push('l'),
                    'ς' => word.push('σ'),
                    _ => word.push(c),
                }
                continue;
            }
            _ if word.is_empty() => {}
            _ => words.push(std::mem::take(&mut word)),
        }
        // A mark speaks of its letter once: a second diaeresis adds nothing.
        if matches!(c, '\u{308}' | '\u{30a}') || canonical_combining_class(c) == 0 {
            base = ' ';
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_company_in_the_spellings_of_many_clerks() {
        for (names, key) in [
            (&["Ørsted A/S", "OERSTED AS", "Örsted A.S.", "ørsted a s", "O\u{308}RSTED a/s"][..], "oersted"),
            (&["Århus Maskinfabrik ApS", "Aarhus Maskinfabrik Aps.", "AARHUS  MASKINFABRIK"], "aarhusmaskinfabrik"),
            (&["AB Volvo (publ)", "Volvo AB", "Aktiebolaget Volvo"], "volvo"),
            (&["Oy Karl Fazer Ab", "Karl Fazer Oy", "KARL FAZER"], "karlfazer"),
            (&["Jansen & Zonen B.V.", "Jansen en Zonen BV", "jansen zonen b v"], "jansenzonen"),
            (&["Hansen & Søn I/S", "Hansen og Soen"], "hansensoen"),
            (&["Nordfisk AS", "Nord Fisk AS", "Nord-Fisk A/S under konkurs"], "nordfisk"),
            (&["Mäkinen Tmi", "Tmi Maekinen", "Toiminimi Mäkinen"], "maekinen"),
            (&["Café Ñandú GmbH", "CAFE NANDU"], "cafenandu"),
            (&["O'Neil Ltd.", "ONeil Limited", "O’Neil"], "oneil"),
        ] {
            for name in names {
                assert_eq!(name_key(name), key, "{name}");
            }
        }
    }

    #[test]
    fn what_makes_two_companies_stays() {
        assert_ne!(name_key("Hansen Holding ApS"), name_key("Hansen ApS"));
        assert_ne!(name_key("Ørum A/S"), name_key("Orum A/S"));
        assert_eq!(name_key("A/S"), "as");
        assert_eq!(name_key("AS AS"), "as");
        assert_eq!(name_key("& Co"), "co");
        assert_eq!(name_key("  ..., "), "");
        assert_eq!(name_key("Ελλάς Α.Ε."), "ελλασαε");
    }

    #[test]
    fn a_slip_is_near_and_a_stranger_is_not() {
        assert_eq!(compare_names("Maskinfabriken Nord A/S", "MASKINFABRIKEN NORD ApS"), Likeness::Same);
        assert_eq!(compare_names("Maskinfabriken Nord A/S", "Maskinfabrikken Nord A/S"), Likeness::Near);
        assert_eq!(compare_names("Nord A/S", "Fjord A/S"), Likeness::Different);
        assert_eq!(compare_names("", ""), Likeness::Different);
        let long = "ab".repeat(100_000);
        assert_eq!(compare_names(&long, &format!("{long}c")), Likeness::Different);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC{0,60}") {
            let key = name_key(&name);
            prop_assert_eq!(name_key(&key), key);
        }

        #[test]
        fn nor_do_any_characters_at_all(name in any::<String>()) {
            let key = name_key(&name);
            prop_assert!(key.chars().all(char::is_alphanumeric), "{}", key);
            prop_assert_eq!(name_key(&key), key);
        }

        #[test]
        fn made_of_what_names_are_made_of(
            words in proptest::collection::vec("(A/S|ApS|AB|B\\.V\\.|i konkurs|under|konkurs|og|&|[A-ZÆØÅa-zæøåäöü]{1,8})", 1..7),
        ) {
            let key = name_key(&words.join(" "));
            prop_assert_eq!(name_key(&key), key.clone());
            prop_assert_eq!(name_key(&words.join(" ").to_lowercase()), key);
        }
    }
}
