//! Texts: one thing said in every language.
//!
//! A [`Text`] has a field for each language, so that one that is missing does not compile. Values are put in at
//! placeholders in braces, such as `{measured}`, each language in its own order.
//!
//! To add texts for words of your own, such as the codes of another room:
//! 1. write a function that matches on your enum and returns a [`Text`] for each variant; the compiler then asks for
//!    a text whenever a variant is added;
//! 2. give the enum a method that calls [`Text::get`] for a text without placeholders, or [`Text::fill`] for one with
//!    them, writing values with [`Language`]'s own methods;
//! 3. add a test that [`Text::faults`] finds nothing in any of them, naming the placeholders that you fill.

use super::Language;

/// One text in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Danish.
    pub da: &'static str,
    /// Norwegian, bokmål.
    pub nb: &'static str,
    /// Swedish.
    pub sv: &'static str,
    /// Finnish.
    pub fi: &'static str,
    /// Dutch.
    pub nl: &'static str,
}

impl Text {
    /// The text as it stands, placeholders and all.
    pub const fn get(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Da => self.da,
            Language::Nb => self.nb,
            Language::Sv => self.sv,
            Language::Fi => self.fi,
            Language::Nl => self.nl,
        }
    }

    /// The text with every placeholder replaced by its value; `None` when one has no value. Values are taken as they
    /// are: braces in them mean nothing.
    pub fn fill(&self, language: Language, value: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut filled = String::new();
        for (literal, placeholder) in pieces(self.get(language)) {
            filled.push_str(literal);
            if let Some(name) = placeholder {
                filled.push_str(&value(name)?);
            }
        }
        Some(filled)
    }

    /// Everything that is wrong with the text, for the test that every table of texts has: a language without words,
    /// a brace without its partner, a placeholder that is not `known`, or languages that use different placeholders.
    pub fn faults(&self, known: &[&str]) -> Vec<String> {
        let placeholders = |language| {
            let mut names: Vec<&str> = pieces(self.get(language)).filter_map(|(_, name)| name).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let mut faults = Vec::new();
        for language in Language::ALL {
            let text = self.get(language);
            let mut fault = |what: String| faults.push(format!("{} {text:?}: {what}", language.tag()));
            if text.trim().is_empty() || text.trim() != text {
                fault("is empty or has space around it".to_owned());
            }
            if pieces(text).any(|(literal, _)| literal.contains(['{', '}'])) {
                fault("has a brace without its partner".to_owned());
            }
            let names = placeholders(language);
            if names != placeholders(Language::En) {
                fault(format!("has the placeholders {names:?}, the English text {:?}", placeholders(Language::En)));
            }
            for name in names.iter().filter(|name| !known.contains(name)) {
                fault(format!("has the placeholder {name:?}, which nobody fills"));
            }
        }
        faults
    }
}

/// A text cut at its placeholders: what stands before each, and its name; the last piece has none.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let cut = text.split_once('{').and_then(|(literal, after)| {
            let (name, after) = after.split_once('}')?;
            Some((literal, name, after))
        });
        let Some((literal, name, after)) = cut else { return Some((text, None)) };
        rest = Some(after);
        Some((literal, Some(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn everywhere(text: &'static str) -> Text {
        Text { en: text, da: text, nb: text, sv: text, fi: text, nl: text }
    }

    fn values(name: &str) -> Option<String> {
        match name {
            "a" => Some("{b}".to_owned()),
            "b" => Some("2".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(everywhere("x {a} y {b}.").fill(Language::Da, values).as_deref(), Some("x {b} y 2."));
        assert_eq!(everywhere("{b}{b}").fill(Language::En, values).as_deref(), Some("22"));
        assert_eq!(everywhere("plain").fill(Language::Fi, values).as_deref(), Some("plain"));
        assert_eq!(everywhere("x {c}").fill(Language::En, values), None);
    }

    #[test]
    fn faults_are_found() {
        assert_eq!(everywhere("x {a}").faults(&["a"]), Vec::<String>::new());
        assert_eq!(everywhere("x {a}").faults(&[]).len(), Language::ALL.len());
        assert_eq!(everywhere("").faults(&[]).len(), Language::ALL.len());
        assert_eq!(everywhere("x ").faults(&[]).len(), Language::ALL.len());
        assert_eq!(everywhere("x {a").faults(&["a"]).len(), Language::ALL.len());
        let odd = Text { sv: "x {b}", ..everywhere("x {a}") };
        assert_eq!(odd.faults(&["a", "b"]), [r#"sv "x {b}": has the placeholders ["b"], the English text ["a"]"#]);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_and_put_together(text in "[ab{}é ]{0,40}") {
            let joined: String = pieces(&text)
                .map(|(literal, name)| literal.to_owned() + &name.map(|n| format!("{{{n}}}")).unwrap_or_default())
                .collect();
            prop_assert_eq!(joined, text);
        }
    }
}
