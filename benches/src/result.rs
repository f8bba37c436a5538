//! What was measured, as it is printed, kept in `benches/baselines` and shown in `docs/BENCHMARKS.md`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::rounds::median;

/// A suite, and on what it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Suite {
    pub(crate) suite: String,
    pub(crate) made: Made,
    pub(crate) contests: Vec<Contest>,
}

/// What a number depends on beside the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    /// How busy the machine was in the minute before.
    pub(crate) load: String,
    pub(crate) rustc: String,
    pub(crate) sqlite: String,
    /// Of the programs that only some suites use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) postgresql: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) python: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) valgrind: Option<String>,
    /// Of the code, with a `+` when it was changed since.
    pub(crate) commit: String,
    /// Git's hash of `Cargo.lock`.
    pub(crate) lock: String,
}

/// Sides that took turns, or figures that need none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Contest {
    pub(crate) title: String,
    pub(crate) rounds: usize,
    /// Rounds in which the machine did not hold still.
    pub(crate) uncounted: usize,
    /// Too few rounds counted: there is no verdict.
    pub(crate) noisy: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) floor: Option<Floor>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) paces: Vec<Pace>,
    pub(crate) ratios: Vec<Ratio>,
}

/// The least that anybody has to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Floor {
    pub(crate) name: String,
    #[serde(serialize_with = "short")]
    pub(crate) microseconds: f64,
}

/// How fast a side was. It says nothing on another machine, and little on this one tomorrow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pace {
    pub(crate) name: String,
    #[serde(serialize_with = "short")]
    pub(crate) per_second: f64,
    #[serde(default, serialize_with = "short_option", skip_serializing_if = "Option::is_none")]
    pub(crate) p50_ms: Option<f64>,
    #[serde(default, serialize_with = "short_option", skip_serializing_if = "Option::is_none")]
    pub(crate) p99_ms: Option<f64>,
    #[serde(default, serialize_with = "short_option", skip_serializing_if = "Option::is_none")]
    pub(crate) longest_ms: Option<f64>,
}

/// Which way a ratio is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Better {
    More,
    Less,
}

/// What is asked, and what it came to in the rounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ratio {
    pub(crate) what: String,
    pub(crate) better: Better,
    /// At least or at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) goal: Option<f64>,
    #[serde(serialize_with = "short")]
    pub(crate) median: f64,
    #[serde(serialize_with = "short")]
    pub(crate) least: f64,
    #[serde(serialize_with = "short")]
    pub(crate) most: f64,
    /// The share that it may be worse than the baseline.
    pub(crate) may_lose: f64,
}

impl Ratio {
    /// Of the rounds' ratios; there is one at least.
    pub(crate) fn of(what: String, better: Better, goal: Option<f64>, found: Vec<f64>) -> Self {
        let least = found.iter().copied().fold(f64::INFINITY, f64::min);
        let most = found.iter().copied().fold(0.0, f64::max);
        Self { what, better, goal, median: median(found), least, most, may_lose: 0.15 }
    }

    /// A figure that is the same every time.
    pub(crate) fn figure(what: impl Into<String>, at_most: Option<f64>, found: f64) -> Self {
        Self::of(what.into(), Better::Less, at_most, vec![found])
    }

    /// Whether it is worse than what is wanted.
    pub(crate) fn missed(&self) -> bool {
        self.goal.is_some_and(|goal| self.worse_than(goal))
    }

    fn worse_than(&self, other: f64) -> bool {
        match self.better {
            Better::More => self.median < other,
            Better::Less => self.median > other,
        }
    }

    /// Whether it is worse than it was by more than it may be.
    pub(crate) fn lost_to(&self, baseline: &Self) -> bool {
        let may_be = match self.better {
            Better::More => baseline.median * (1.0 - self.may_lose),
            // As many times as much as the other way round it might be less: the same loss of speed.
            Better::Less if self.may_lose > 0.1 => baseline.median / (1.0 - self.may_lose),
            Better::Less => baseline.median * (1.0 + self.may_lose),
        };
        self.worse_than(may_be)
    }

    /// The goal in words.
    pub(crate) fn wanted(&self) -> String {
        match (self.goal, self.better) {
            (None, _) => String::new(),
            (Some(goal), Better::More) => format!("at least {}", number(goal)),
            (Some(goal), Better::Less) => format!("at most {}", number(goal)),
        }
    }
}

impl Contest {
    /// Figures that are the same every time.
    pub(crate) fn of_figures(title: impl Into<String>, ratios: Vec<Ratio>) -> Self {
        let contest =
            Self { title: title.into(), rounds: 1, uncounted: 0, noisy: false, floor: None, paces: Vec::new(), ratios };
        contest.print();
        contest
    }

    pub(crate) fn print(&self) {
        println!("\n{}", self.title);
        if let Some(floor) = &self.floor {
            println!(
                "  {}: {} us; {} rounds count, {} do not",
                floor.name,
                number(floor.microseconds),
                self.rounds,
                self.uncounted
            );
        }
        for pace in &self.paces {
            let waits = match (pace.p50_ms, pace.p99_ms, pace.longest_ms) {
                (Some(p50), Some(p99), Some(longest)) => {
                    format!("   p50 {} ms, p99 {} ms, longest {} ms", number(p50), number(p99), number(longest))
                }
                _ => String::new(),
            };
            println!("  {:<58} {:>12}/s{waits}", pace.name, number(pace.per_second));
        }
        for ratio in &self.ratios {
            let word = match ratio.goal {
                None => String::new(),
                Some(_) => format!("{}: {}", ratio.wanted(), if ratio.missed() { "MISSED" } else { "met" }),
            };
            let spread = format!("({} to {})", number(ratio.least), number(ratio.most));
            println!("  > {:<88} {:>9} {spread:<20} {word}", ratio.what, number(ratio.median));
        }
        if self.noisy {
            println!("  NOISY: only {} of {} rounds count", self.rounds, self.rounds + self.uncounted);
        }
    }
}

impl Made {
    /// Of this machine and this checkout.
    pub(crate) fn here() -> Self {
        let told = |program: &str, words: &[&str]| {
            let output = Command::new(program).args(words).current_dir(root()).output();
            let output = output.ok().filter(|output| output.status.success());
            output.map_or_else(String::new, |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let changed = if told("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty() { "" } else { "+" };
        Self {
            cpu: cpu.unwrap_or(std::env::consts::ARCH).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            load: load.split(' ').next().unwrap_or_default().to_owned(),
            rustc: told("rustc", &["--version"]),
            sqlite: rusqlite::version().to_owned(),
            commit: told("git", &["rev-parse", "--short=12", "HEAD"]) + changed,
            lock: told("git", &["hash-object", "Cargo.lock"]),
            ..Self::default()
        }
    }
}

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    benches.parent().unwrap_or(benches)
}

/// Where the baseline of a suite is.
pub(crate) fn baseline(suite: &str) -> PathBuf {
    root().join("benches/baselines").join(suite).with_extension("json")
}

/// Reads a suite.
pub(crate) fn read(path: &Path) -> Result<Suite, String> {
    let say = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|why| say(&why))?;
    serde_json::from_str(&text).map_err(|why| say(&why))
}

/// Writes a suite.
pub(crate) fn write(path: &Path, suite: &Suite) -> Result<(), String> {
    let text = serde_json::to_string_pretty(suite).expect("it can be written");
    crate::write_file(path, &(text + "\n"))
}

/// A number as people read it: three digits, or all before the point.
pub(crate) fn number(number: f64) -> String {
    let digits = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{number:.digits$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// Five digits: more would only look exact.
fn shortened(number: f64) -> f64 {
    format!("{number:.4e}").parse().unwrap_or(number)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn short<S: serde::Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(shortened(*number))
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn short_option<S: serde::Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    number.map(shortened).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases = [(0.9, "0.900"), (1.0, "1.00"), (22.25, "22.2"), (879.6, "880"), (1_234_567.0, "1,234,567")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let suite = Suite {
            suite: "some".to_owned(),
            made: Made { cores: 2, ..Made::default() },
            contests: vec![Contest {
                title: "a title".to_owned(),
                rounds: 5,
                uncounted: 1,
                noisy: false,
                floor: Some(Floor { name: "a flush".to_owned(), microseconds: 1_070.123_456 }),
                paces: vec![Pace {
                    name: "a side".to_owned(),
                    per_second: 10.0,
                    p50_ms: None,
                    p99_ms: Some(1.5),
                    longest_ms: None,
                }],
                ratios: vec![Ratio::figure("what", Some(2.0), 1.0)],
            }],
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/some.json");
        write(&path, &suite).unwrap();
        let again = read(&path).unwrap();
        assert_eq!(again.contests[0].floor.as_ref().unwrap().microseconds, 1_070.1);
        assert_eq!((&again.made, &again.contests[0].ratios), (&suite.made, &suite.contests[0].ratios));
    }
}
