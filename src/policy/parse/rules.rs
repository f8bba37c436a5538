//! The tables `[[rule]]` and `[[exclusion]]`.

use super::super::problems::{Problems, quoted};
use super::super::section::Section;
use super::super::{Exclusion, Rule, Unknown};
use super::scope::scope;
use super::test::When;
use super::words::{outcomes, plain, text_allowed, text_of};
use super::{MAX_AMOUNTS, MAX_EXCLUSIONS, MAX_RULES, MAX_SHARE_BASIS_POINTS};
use crate::reason::Outcome;

/// Why a rule or a fact cannot say `approve`.
const NOTHING_TO_APPROVE: &str = "a document that no rule stops is approved already";

/// The rules, in the order of the file. A policy may have none: then nothing is checked.
pub(super) fn rules<'t>(problems: &mut Problems, top: &mut Section<'t>, names: &mut Vec<String>) -> Option<Vec<Rule>> {
    top.entries(problems, "rule", ("rule", "rules"), MAX_RULES, |problems, section| rule(problems, section, names))
}

/// What takes documents out of the rules again, in the order of the file.
pub(super) fn exclusions<'t>(
    problems: &mut Problems,
    top: &mut Section<'t>,
    names: &mut Vec<String>,
) -> Option<Vec<Exclusion>> {
    top.entries(problems, "exclusion", ("exclusion", "exclusions"), MAX_EXCLUSIONS, |problems, section| {
        exclusion(problems, section, names)
    })
}

fn rule(problems: &mut Problems, mut s: Section<'_>, names: &mut Vec<String>) -> Option<Rule> {
    let name = own_name(problems, &mut s, "rule", names);
    let when = s.choice(problems, "when", &When::WORDS, "");
    let test = match when {
        Some(when) => when.read(problems, &mut s),
        None => {
            // Which keys belong here cannot be known before `when` is mended, so none is called unknown.
            for key in When::WORDS.iter().flat_map(|(_, when)| when.keys()) {
                let _ = s.optional(key);
            }
            None
        }
    };
    let words = outcomes(&[Outcome::Refuse, Outcome::Hold, Outcome::Prepay, Outcome::ApproveWithAlert]);
    let then = s.choice(problems, "then", &words, NOTHING_TO_APPROVE);
    let if_already_over = if when.is_none_or(|when| when == When::OverLimit) {
        s.maybe("if_already_over", |s, key| s.choice(problems, key, &words, NOTHING_TO_APPROVE))
    } else {
        Some(None)
    };
    let release_by = s.maybe("release_by", |s, key| s.text(problems, key, &text_allowed(), plain));
    let scope = scope(problems, &mut s);
    let unknown = if when.is_some_and(When::can_be_unknown) { unknown(problems, &mut s) } else { Some(None) };
    let deposit = s.maybe("deposit", |s, key| s.share(problems, key, MAX_SHARE_BASIS_POINTS));
    let asks_in_advance = then.is_none_or(|then| then == Outcome::Prepay);
    let whole = MAX_SHARE_BASIS_POINTS;
    let prepay =
        if asks_in_advance { s.or("prepay", whole, |s, key| s.share(problems, key, whole)) } else { Some(whole) };
    s.finish(problems, |key| {
        if key == "if_already_over" {
            return Some("it belongs to rules with when = \"over_limit\"".to_owned());
        }
        if key == "prepay" {
            return Some("it belongs to rules with then = \"prepay\"".to_owned());
        }
        let of_others: Vec<&str> =
            When::WORDS.iter().filter(|(_, other)| other.keys().contains(&key)).map(|(word, _)| *word).collect();
        let words = of_others.join("\" or \"");
        (!words.is_empty()).then(|| format!("it belongs to rules with when = \"{words}\""))
    });
    Some(Rule {
        name: name?,
        test: test?,
        then: then?,
        release_by: release_by?,
        if_already_over: if_already_over?,
        scope: scope?,
        unknown: unknown?,
        deposit_basis_points: deposit?,
        prepay_basis_points: prepay?,
    })
}

/// What a document gets when the fact is not known; left out, it passes.
fn unknown(problems: &mut Problems, s: &mut Section<'_>) -> Option<Option<Unknown>> {
    let words = outcomes(&[Outcome::Refuse, Outcome::Hold, Outcome::Prepay, Outcome::ApproveWithAlert]);
    let then = s.maybe("unknown", |s, key| s.choice(problems, key, &words, "left out, the document passes"));
    let up_to = s.maybe("unknown_up_to", |s, key| s.some_amounts(problems, key, MAX_AMOUNTS));
    match (then?, up_to?) {
        (None, None) => Some(None),
        (None, Some(_)) => {
            let why = format!("`unknown_up_to` of {} needs `unknown`: what larger documents get", s.name);
            problems.add(&s.span_of("unknown_up_to"), why);
            None
        }
        (Some(then), up_to) => Some(Some(Unknown { then, up_to: up_to.unwrap_or_default() })),
    }
}

fn exclusion(problems: &mut Problems, mut s: Section<'_>, names: &mut Vec<String>) -> Option<Exclusion> {
    let name = own_name(problems, &mut s, "exclusion", names);
    let scope = scope(problems, &mut s);
    let up_to = s.or("up_to", Vec::new(), |s, key| s.some_amounts(problems, key, MAX_AMOUNTS));
    let rules = s.or("rules", Vec::new(), |s, key| {
        s.names(problems, key, MAX_RULES, |s, problems, item| {
            let rule = s.read_text(problems, key, item, &text_allowed(), plain)?;
            if !names.contains(&rule) {
                problems.add(&item.span(), format!("there is no rule {}", quoted(&rule)));
            }
            Some(rule)
        })
    });
    let words = [("hold", Outcome::Hold), ("stop", Outcome::Refuse)];
    let lifts = s.choice(problems, "lifts", &words, "\"hold\" lifts what waits, \"stop\" what is refused too");
    s.finish(problems, |_| None);
    Some(Exclusion { name: name?, scope: scope?, up_to: up_to?, rules: rules?, lifts: lifts? })
}

/// The name of a rule or an exclusion: reasons refer to both by it, so no two may share one.
fn own_name(problems: &mut Problems, s: &mut Section<'_>, what: &str, names: &mut Vec<String>) -> Option<String> {
    let name = text_of(s, problems, "name")?;
    s.name = format!("{what} {}", quoted(&name));
    if names.contains(&name) {
        // Exclusions are read after all rules, wherever they stand.
        let taken = if what == "rule" { "an earlier rule has" } else { "a rule or exclusion has" };
        problems.add(&s.span_of("name"), format!("{taken} the name {} too", quoted(&name)));
    }
    names.push(name.clone());
    Some(name)
}
