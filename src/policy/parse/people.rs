//! What people do with orders and limits: `[checkpoints]`, `[release]`, `[limits]`, `[collection]` and `[[class]]`.
//! Each table may be left out.

use super::super::problems::{Problems, quoted};
use super::super::section::Section;
use super::super::{CollectionPolicy, LimitsPolicy, ReleasePolicy, RiskClass};
use super::words::{days, name_in, text_of};
use super::{MAX_AMOUNTS, MAX_CLASSES, MAX_DAYS, MAX_NAMES, MAX_SHARE_BASIS_POINTS, MAX_UTILISATION_BASIS_POINTS};

/// Days of grace after an order was let through; none when nothing is said.
pub(super) fn checkpoints(problems: &mut Problems, top: &mut Section<'_>) -> Option<u16> {
    let Some(section) = top.optional_table(problems, "checkpoints") else { return Some(0) };
    let mut s = section?;
    let grace = s.or("grace_days", 0, |s, key| days(s, problems, key));
    s.finish(problems, |_| None);
    grace
}

pub(super) fn release(problems: &mut Problems, top: &mut Section<'_>) -> Option<ReleasePolicy> {
    let Some(section) = top.optional_table(problems, "release") else { return Some(ReleasePolicy::default()) };
    let mut s = section?;
    let ranks = s.or("ranks", Vec::new(), |s, key| s.names(problems, key, MAX_NAMES, name_in(key)));
    let valid_days = s.maybe("valid_days", |s, key| s.number(problems, key, "days", 1..=MAX_DAYS));
    let deviation = s.or("deviation", 0, |s, key| s.share(problems, key, MAX_SHARE_BASIS_POINTS));
    let four_eyes = s.or("four_eyes_above", Vec::new(), |s, key| s.some_amounts(problems, key, MAX_AMOUNTS));
    s.finish(problems, |_| None);
    Some(ReleasePolicy {
        ranks: ranks?,
        valid_days: valid_days?.and_then(|days| u16::try_from(days).ok()),
        deviation_basis_points: deviation?,
        four_eyes_above: four_eyes?,
    })
}

pub(super) fn limits(problems: &mut Problems, top: &mut Section<'_>) -> Option<LimitsPolicy> {
    let Some(section) = top.optional_table(problems, "limits") else { return Some(LimitsPolicy::default()) };
    let mut s = section?;
    let increase = s.maybe("approval_increase", |s, key| s.share(problems, key, MAX_UTILISATION_BASIS_POINTS));
    let above = s.or("approval_above", Vec::new(), |s, key| s.some_amounts(problems, key, MAX_AMOUNTS));
    s.finish(problems, |_| None);
    Some(LimitsPolicy { approval_increase_basis_points: increase?, approval_above: above? })
}

pub(super) fn collection(problems: &mut Problems, top: &mut Section<'_>) -> Option<CollectionPolicy> {
    let Some(section) = top.optional_table(problems, "collection") else {
        return Some(CollectionPolicy::default());
    };
    let mut s = section?;
    let hand_over_days = s.maybe("hand_over_days", |s, key| days(s, problems, key));
    let remind_days = s.or("remind_days", 0, |s, key| days(s, problems, key));
    s.finish(problems, |_| None);
    Some(CollectionPolicy { hand_over_days: hand_over_days?, remind_days: remind_days? })
}

/// The classes, the highest score first, in whichever order they are written.
pub(super) fn classes<'t>(problems: &mut Problems, top: &mut Section<'t>) -> Option<Vec<RiskClass>> {
    let (mut names, mut scores) = (Vec::new(), Vec::new());
    let classes = top.entries(problems, "class", ("class", "classes"), MAX_CLASSES, |problems, mut s| {
        let name = text_of(&mut s, problems, "name");
        if let Some(name) = &name {
            s.name = format!("class {}", quoted(name));
            if names.contains(name) {
                problems.add(&s.span_of("name"), format!("an earlier class has the name {} too", quoted(name)));
            }
            names.push(name.clone());
        }
        let score_from = s.signed(problems, "score_from");
        if let Some(score) = score_from {
            if scores.contains(&score) {
                problems.add(&s.span_of("score_from"), format!("an earlier class begins at the score {score} too"));
            }
            scores.push(score);
        }
        let proposed_limits = s.or("proposed_limits", Vec::new(), |s, key| s.amounts(problems, key, MAX_AMOUNTS));
        s.finish(problems, |_| None);
        Some(RiskClass { name: name?, score_from: score_from?, proposed_limits: proposed_limits? })
    });
    let mut classes = classes?;
    classes.sort_by_key(|class| std::cmp::Reverse(class.score_from));
    Some(classes)
}
