//! What people do with orders and limits: `[checkpoints]`, `[release]`, `[limits]` and `[collection]`.
//! Each table may be left out.

use super::super::problems::Problems;
use super::super::section::Section;
use super::super::{CollectionPolicy, LimitsPolicy, ReleasePolicy};
use super::words::{days, name_in};
use super::{MAX_AMOUNTS, MAX_DAYS, MAX_NAMES, MAX_SHARE_BASIS_POINTS, MAX_UTILISATION_BASIS_POINTS};

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
