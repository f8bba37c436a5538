//! What ran, how long it took and what failed.

use crate::shell::Result;
use std::time::Instant;

/// How many lines of a failure are said once more at the end: often the end is all that is seen.
const WHY: usize = 12;
/// How many steps are named there with the time they took.
const LONGEST: usize = 12;

/// The running account of a command with many steps.
#[derive(Debug, Default)]
pub(crate) struct Report {
    passed: usize,
    /// The steps, and how many seconds each took.
    took: Vec<(String, f64)>,
    failures: Vec<String>,
    not_run: Vec<String>,
}

impl Report {
    /// Runs one step under a heading. It answers how many single tests it ran; a step without any counts as one.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<usize>) {
        println!("\n=== {name} ===");
        let start = Instant::now();
        let outcome = work();
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Ok(tests) => {
                self.passed += tests.max(1);
                println!("--- ok: {name} ({seconds:.1} s)");
            }
            Err(why) => {
                println!("--- FAILED: {name} ({seconds:.1} s)\n{why}");
                let end = why.lines().count().saturating_sub(WHY);
                let end: Vec<&str> = why.lines().skip(end).collect();
                self.failures.push(format!("{name}: {}", end.join("\n  ")));
            }
        }
        self.took.push((name.to_owned(), seconds));
    }

    /// Says that a proof could not be made here, and why. It stays visible in the last lines.
    pub(crate) fn not_run(&mut self, name: &str, why: &str) {
        println!("\n=== {name} ===\n--- NOT RUN: {why}");
        self.not_run.push(format!("{name}: {why}"));
    }

    /// Prints the result; an error when anything failed, or nothing ran.
    pub(crate) fn end(self) -> Result {
        println!("\nHow long the longest took:");
        let mut longest: Vec<_> = self.took.iter().collect();
        longest.sort_by(|one, other| other.1.total_cmp(&one.1));
        for (name, seconds) in longest.iter().take(LONGEST) {
            println!("{seconds:>7.1} s  {name}");
        }
        println!();
        for proof in &self.not_run {
            println!("NOT RUN {proof}");
        }
        for step in &self.failures {
            println!("FAILED {step}");
        }
        println!("{} passed, {} failed", self.passed, self.failures.len());
        match (self.passed, self.failures.len()) {
            (0, 0) => Err("nothing was run".into()),
            (_, 0) => Ok(()),
            (_, failed) => Err(format!("{failed} step(s) failed, see above")),
        }
    }
}

/// Counts the passed tests in the output of `cargo test`, of our own test programs (`2 passed, 0 failed`) and of pytest.
pub(crate) fn count_passed(output: &str) -> usize {
    let before_passed = |line: &str| {
        let words: Vec<&str> = line.split([' ', ',', ';']).collect();
        words.windows(2).find(|pair| pair[1] == "passed").and_then(|pair| pair[0].parse::<usize>().ok())
    };
    let is_summary = |line: &&str| {
        line.starts_with("test result:") || line.starts_with('=') || line.split_once(" passed, ").is_some_and(is_ours)
    };
    output.lines().filter(is_summary).filter_map(before_passed).sum()
}

fn is_ours((passed, failed): (&str, &str)) -> bool {
    let number = |text: &str| text.parse::<usize>().is_ok();
    number(passed) && failed.strip_suffix(" failed").is_some_and(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_summaries_of_every_runner() {
        let output = "running 2 tests\ntest result: ok. 12 passed; 0 failed; 0 ignored\n5 passed in a name\n\
                      ===== 7 passed, 1 warning in 0.4s =====\n2 passed, 0 failed\n";
        assert_eq!(count_passed(output), 21);
    }

    #[test]
    fn a_failure_or_an_empty_run_is_an_error() {
        assert!(Report::default().end().is_err());
        let mut report = Report::default();
        report.step("good", || Ok(3));
        report.step("bad", || Err("broken".into()));
        assert_eq!(report.passed, 3);
        assert!(report.end().unwrap_err().contains("1 step"));
        let mut report = Report::default();
        report.step("good", || Ok(0));
        assert!(report.end().is_ok());
    }
}
