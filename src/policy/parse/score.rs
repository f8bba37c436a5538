//! `[[class]]` and `[[score]]`: risk classes by score, and the scorecard that gives one. Both may be left out.

use super::super::problems::{Problems, quoted};
use super::super::section::Section;
use super::super::{Measure, RiskClass, ScoreLine};
use super::words::text_of;
use super::{MAX_AMOUNTS, MAX_CLASSES, MAX_SCORE_LINES};

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

/// The lines of the scorecard. The numbers of `up_to` rise, and each has its points.
pub(super) fn scorecard<'t>(problems: &mut Problems, top: &mut Section<'t>) -> Option<Vec<ScoreLine>> {
    let mut measures = Vec::new();
    top.entries(problems, "score", ("score", "score lines"), MAX_SCORE_LINES, |problems, mut s| {
        let words = [
            ("days_late", Measure::DaysLate),
            ("dispute_rate", Measure::DisputeRate),
            ("overdue_share", Measure::OverdueShare),
            ("dunning_level", Measure::DunningLevel),
            ("customer_days", Measure::CustomerDays),
        ];
        let measure = s.choice(problems, "measure", &words, "");
        if let Some(measure) = measure {
            if measures.contains(&measure) {
                problems.add(&s.span_of("measure"), "an earlier line of the scorecard measures the same");
            }
            measures.push(measure);
        }
        let up_to = s.signed_list(problems, "up_to", MAX_SCORE_LINES);
        let points = s.signed_list(problems, "points", MAX_SCORE_LINES);
        let beyond = s.signed(problems, "beyond");
        let unknown = s.signed(problems, "unknown");
        if let (Some(up_to), Some(points)) = (&up_to, &points) {
            if up_to.len() != points.len() || up_to.is_empty() {
                let (values, given) = (up_to.len(), points.len());
                let sentence =
                    format!("`up_to` of {} has {values} numbers and `points` {given}: each has its points", s.name);
                problems.add(&s.span_of("points"), sentence);
            }
            if !up_to.is_sorted_by(|one, next| one < next) {
                problems.add(&s.span_of("up_to"), format!("the numbers of `up_to` of {} must rise", s.name));
            }
        }
        s.finish(problems, |_| None);
        let steps = up_to?.into_iter().map(i64::from).zip(points?).collect();
        Some(ScoreLine { measure: measure?, steps, beyond: beyond?, unknown: unknown? })
    })
}
