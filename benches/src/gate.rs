//! The gate: what was measured now beside what was agreed on.

use crate::result::{Contest, Ratio, Suite, number};

/// What becomes of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// Something is slower than it was, or than it must be; or nobody agreed on it.
    Failed,
    /// The machine did not hold still long enough to tell.
    Noisy,
}

impl Verdict {
    /// Of both together: what is known to have failed has failed, whatever the noise.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::Noisy, _) | (_, Self::Noisy) => Self::Noisy,
            _ => Self::Passed,
        }
    }

    /// The exit code of the command.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Noisy => 2,
        }
    }
}

/// Judges a suite, and says each thing that is wrong in a line.
pub(crate) fn judge(found: &Suite, baseline: Option<&Suite>) -> (Verdict, Vec<String>) {
    let name = &found.suite;
    let Some(baseline) = baseline else {
        let why = format!("{name}: there is no baseline; write one with --bless");
        return (Verdict::Failed, vec![why]);
    };
    let mut failures = Vec::new();
    let mut noise = Vec::new();
    for contest in &found.contests {
        if contest.noisy {
            noise.push(format!("{name}: {}: NOISY, no verdict", contest.title));
            continue;
        }
        for ratio in &contest.ratios {
            let line =
                |what: &str| format!("{name}: {}: {}: {}{what}", contest.title, ratio.what, number(ratio.median));
            if ratio.missed() {
                failures.push(line(&format!(", {} is wanted", ratio.wanted())));
            }
            match find(baseline, contest, &ratio.what) {
                None => failures.push(line(", and the baseline does not know it; write it with --bless")),
                Some(was) if ratio.lost_to(was) => {
                    let others = if baseline.made.rustc == found.made.rustc {
                        String::new()
                    } else {
                        format!(" (that was with {})", baseline.made.rustc)
                    };
                    let change = format!(
                        ", and it was {}: worse by more than {} %{others}",
                        number(was.median),
                        number(ratio.may_lose * 100.0)
                    );
                    failures.push(line(&change));
                }
                Some(_) => {}
            }
        }
    }
    for contest in &baseline.contests {
        let measured = found.contests.iter().find(|one| one.title == contest.title);
        // A noisy contest may have no ratios at all.
        for ratio in contest.ratios.iter().filter(|_| !measured.is_some_and(|one| one.noisy)) {
            if !measured.is_some_and(|one| one.ratios.iter().any(|one| one.what == ratio.what)) {
                failures.push(format!(
                    "{name}: {}: {}: is in the baseline and was not measured",
                    contest.title, ratio.what
                ));
            }
        }
    }
    let verdict = match (failures.is_empty(), noise.is_empty()) {
        (false, _) => Verdict::Failed,
        (true, false) => Verdict::Noisy,
        (true, true) => Verdict::Passed,
    };
    failures.extend(noise);
    (verdict, failures)
}

fn find<'a>(baseline: &'a Suite, contest: &Contest, what: &str) -> Option<&'a Ratio> {
    let contest = baseline.contests.iter().find(|one| one.title == contest.title)?;
    contest.ratios.iter().find(|ratio| ratio.what == what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::{Better, Made};

    fn suite(more: f64, less: f64, count: f64) -> Suite {
        let mut count = Ratio::figure("instructions", None, count);
        count.may_lose = 0.02;
        let ratios = vec![
            Ratio::of("speed".to_owned(), Better::More, Some(5.0), vec![more]),
            Ratio::of("cost".to_owned(), Better::Less, Some(3.0), vec![less]),
            count,
        ];
        let contest = Contest {
            title: "a contest".to_owned(),
            rounds: 5,
            uncounted: 0,
            noisy: false,
            floor: None,
            paces: Vec::new(),
            ratios,
        };
        Suite { suite: "some".to_owned(), made: Made::default(), contests: vec![contest] }
    }

    fn verdict(found: &Suite, baseline: &Suite) -> Verdict {
        judge(found, Some(baseline)).0
    }

    #[test]
    fn what_is_as_it_was_passes() {
        let baseline = suite(10.0, 2.0, 1_000.0);
        assert_eq!(judge(&baseline, Some(&baseline)), (Verdict::Passed, Vec::new()));
        assert_eq!(verdict(&suite(8.6, 2.3, 1_020.0), &baseline), Verdict::Passed);
        assert_eq!(verdict(&suite(99.0, 0.1, 1.0), &baseline), Verdict::Passed);
    }

    #[test]
    fn a_doctored_baseline_fails() {
        let found = suite(10.0, 2.0, 1_000.0);
        for (more, less, count) in [(11.8, 2.0, 1_000.0), (10.0, 1.6, 1_000.0), (10.0, 2.0, 980.0)] {
            let (verdict, lines) = judge(&found, Some(&suite(more, less, count)));
            assert_eq!((verdict, lines.len()), (Verdict::Failed, 1), "{lines:?}");
        }
    }

    #[test]
    fn a_missed_goal_fails_whatever_the_baseline_says() {
        for found in [suite(4.9, 2.0, 1.0), suite(6.0, 3.1, 1.0)] {
            let (verdict, lines) = judge(&found, Some(&found));
            assert_eq!((verdict, lines.len()), (Verdict::Failed, 1), "{lines:?}");
        }
    }

    #[test]
    fn nothing_is_left_out_on_either_side() {
        let whole = suite(10.0, 2.0, 1_000.0);
        let mut less = whole.clone();
        less.contests[0].ratios.pop();
        assert_eq!(verdict(&whole, &less), Verdict::Failed);
        assert_eq!(verdict(&less, &whole), Verdict::Failed);
        less.contests.clear();
        assert_eq!(verdict(&less, &whole), Verdict::Failed);
        assert_eq!(judge(&whole, None).0, Verdict::Failed);
    }

    #[test]
    fn noise_is_not_green() {
        let baseline = suite(10.0, 2.0, 1_000.0);
        let mut noisy = baseline.clone();
        noisy.contests[0].noisy = true;
        noisy.contests[0].ratios.clear();
        assert_eq!(verdict(&noisy, &baseline), Verdict::Noisy);
        assert_ne!(Verdict::Noisy.code(), 0);
        assert_eq!(Verdict::Noisy.and(Verdict::Passed), Verdict::Noisy);
        assert_eq!(Verdict::Noisy.and(Verdict::Failed), Verdict::Failed);
    }
}
