//! The fuzzers in `fuzz/`, one for each entrance that takes foreign bytes: built, run two at a time, and their corpora.
//!
//! They are libFuzzer's, under AddressSanitizer, and run for a minute each in `cargo xtask test`, by the same dice each time, so that
//! a change is not judged by what another one would have met too; the longer runs throw their own. What they are to start
//! from lies in `fuzz/corpus`; what they find on the way in `target/fuzz/corpus`, and a later run goes on from there.

use crate::prove::host;
use crate::report::Report;
use crate::shell::{Result, cargo, command, files, fresh, root, run, target};
use crate::{library, tools};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How long each runs in `cargo xtask test`, in seconds.
const SHORT: u64 = 60;
/// How long each runs in `cargo xtask prove`, in seconds: an hour altogether.
const LONG: u64 = 450;
/// How many run at a time.
const AT_A_TIME: usize = 2;
/// After how many seconds an input takes too long.
const TIMEOUT: u64 = 30;
/// How much memory a fuzzer may take, in megabytes.
const MEMORY: u64 = 2048;
/// An input that is found may be so long, in bytes.
const MAX_BYTES: u64 = 16_384;

/// What a corpus may weigh, in bytes: it is there to begin well, not to hold everything.
const MAX_CORPUS: u64 = 64 * 1024;

/// What the compiler counts and compares for the fuzzer, as cargo-fuzz has it.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Zsanitizer=address";

/// What chance a run leaves things to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dice {
    /// The same each time.
    Same,
    /// Thrown anew.
    New,
}

/// The section of `cargo xtask test`.
pub(crate) fn section(report: &mut Report) {
    steps(report, SHORT, Dice::Same, &[]);
}

/// The part of `cargo xtask prove`.
pub(crate) fn long(report: &mut Report) {
    steps(report, LONG, Dice::New, &[]);
}

/// `cargo xtask fuzz [--keep] [SECONDS] [TARGET ...]`.
pub(crate) fn run_words(words: &[&str]) -> Result {
    if let ["--keep", chosen @ ..] = words {
        build()?;
        return targets(chosen)?.iter().try_for_each(|name| keep(name));
    }
    let (seconds, chosen) = match words {
        [first, rest @ ..] if first.parse::<u64>().is_ok() => (first.parse().unwrap_or(SHORT), rest),
        _ => (SHORT, words),
    };
    let mut report = Report::default();
    steps(&mut report, seconds, Dice::New, chosen);
    report.end()
}

/// Builds them and runs each of the chosen ones, or all, for so many seconds.
fn steps(report: &mut Report, seconds: u64, dice: Dice, chosen: &[&str]) {
    let mut ready = None;
    report.step("fuzz: build", || {
        let names = targets(chosen)?;
        build()?;
        ready = Some(names);
        Ok(1)
    });
    let Some(names) = ready else { return };
    println!("\n=== fuzz: {}, {seconds} s each, {AT_A_TIME} at a time ===", names.join(", "));
    let waiting = Mutex::new(VecDeque::from(names));
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let Some(name) = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front() else { return };
                    let outcome = fuzz(&name, seconds, dice);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((name, outcome));
                }
            });
        }
    });
    for (name, outcome) in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
        report.step(&format!("fuzz: {name}"), || {
            println!("{}", outcome?);
            Ok(1)
        });
    }
}

/// The names of the fuzzers: the files of `fuzz/fuzz_targets`.
fn targets(chosen: &[&str]) -> Result<Vec<String>> {
    let stem = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let all: Vec<String> = files(&root().join("fuzz/fuzz_targets"), "rs").iter().map(stem).collect();
    if let Some(unknown) = chosen.iter().find(|name| !all.iter().any(|one| one == *name)) {
        return Err(format!("there is no fuzzer `{unknown}`; there are: {}", all.join(", ")));
    }
    Ok(all.into_iter().filter(|name| chosen.is_empty() || chosen.contains(&name.as_str())).collect())
}

/// The shared library that they are linked with, which Cargo makes beside the one for Rust.
pub(crate) fn library() -> Result<PathBuf> {
    tools::need(&[tools::CC, tools::CXX])?;
    run(instrumented()?.arg("--lib"))?;
    Ok(built()?.join("deps").join(library::file_name()))
}

/// Builds them.
fn build() -> Result {
    tools::need(&[tools::CC, tools::CXX])?;
    run(&mut compiling()?)
}

/// What compiles them.
pub(crate) fn compiling() -> Result<std::process::Command> {
    let mut build = instrumented()?;
    build.arg("--bins");
    Ok(build)
}

/// A build with coverage, sanitizer and the library's own checks, in a folder of its own.
///
/// Every compiler brings the sanitizer; the flag that asks for it is not stable, so the compiler is told that we know.
fn instrumented() -> Result<std::process::Command> {
    let host = host()?;
    let mut build = cargo();
    build.args(["build", "--manifest-path", "fuzz/Cargo.toml", "--release", "--locked", "--target", &host]);
    build.arg("--target-dir").arg(folder()).env("RUSTFLAGS", FLAGS).env("RUSTC_BOOTSTRAP", "1");
    build.env(format!("CFLAGS_{}", host.replace('-', "_")), "-fsanitize=address");
    Ok(build)
}

/// Where the build is.
fn folder() -> PathBuf {
    target().join("fuzz")
}

/// Where the instrumented programs and libraries are.
fn built() -> Result<PathBuf> {
    Ok(folder().join(host()?).join("release"))
}

/// Runs one for so many seconds. Answers what it did; an error says how to repeat what it found.
fn fuzz(name: &str, seconds: u64, dice: Dice) -> Result<String> {
    let found = folder().join("corpus").join(name);
    let artifacts = root().join("fuzz/artifacts").join(name);
    for folder in [&found, &artifacts] {
        std::fs::create_dir_all(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    }
    let mut fuzzer = fuzzer(name)?;
    fuzzer.0.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", artifacts.display()));
    if dice == Dice::Same {
        fuzzer.0.arg("-seed=1");
    }
    fuzzer.0.arg("-print_final_stats=1").arg(&found).arg(corpus(name));
    let said = fuzzer.run()?;
    let crash = said.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, path)| path.to_owned()));
    if let Some(input) = crash {
        let lines: Vec<&str> = said.lines().collect();
        let begins = lines.iter().position(|line| line.contains("panicked at") || line.contains("ERROR: "));
        let shown = lines.iter().skip(begins.unwrap_or(0)).take(40).copied().collect::<Vec<_>>().join("\n");
        return Err(format!(
            "{shown}\n\nthe input is {input}\nrepeat it: {} {input}\nput it into fuzz/corpus/{name} when it is mended",
            built()?.join(name).display()
        ));
    }
    let number = |key: &str| {
        let line = said.lines().rev().find_map(|line| line.split_once(key).map(|(_, rest)| rest.trim()));
        line.and_then(|rest| rest.split_whitespace().next()).and_then(|word| word.parse::<u64>().ok())
    };
    match (number("stat::number_of_executed_units:"), number(" cov: ")) {
        (Some(inputs), Some(covered)) if inputs > 0 && covered > 0 => {
            let began = said.lines().find(|line| line.contains("INITED")).unwrap_or_default();
            let before = began.split_once(" cov: ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or("?");
            Ok(format!("{name}: {inputs} inputs, {covered} places in the code ({before} by the corpus)"))
        }
        _ => Err(format!("{name} ran nothing:\n{said}")),
    }
}

/// Makes a small corpus of the old one and of everything that was found: without what reaches nothing of its own, the old
/// inputs first, then the shortest.
fn keep(name: &str) -> Result {
    let (old, new) = (corpus(name), folder().join("kept").join(name));
    fresh(&new)?;
    let mut merge = fuzzer(name)?;
    merge.0.arg("-set_cover_merge=1").arg(&new).arg(&old).arg(folder().join("corpus").join(name));
    let said = merge.run()?;
    let entries = std::fs::read_dir(&new).map_err(|e| format!("cannot read {}: {e}", new.display()))?;
    let mut merged: Vec<(bool, u64, PathBuf)> = entries
        .flatten()
        .map(|entry| {
            (!old.join(entry.file_name()).exists(), entry.metadata().map_or(0, |file| file.len()), entry.path())
        })
        .collect();
    if merged.is_empty() {
        return Err(format!("{name}: nothing was kept\n{said}"));
    }
    merged.sort();
    let (mut kept, mut weight) = (0, 0);
    fresh(&old)?;
    for (_, size, path) in merged {
        weight += size;
        if weight > MAX_CORPUS {
            break;
        }
        library::copy(&path, &old.join(path.file_name().unwrap_or_default()))?;
        kept += 1;
    }
    println!("{name}: {kept} inputs kept");
    Ok(())
}

/// Where a fuzzer starts from.
fn corpus(name: &str) -> PathBuf {
    root().join("fuzz/corpus").join(name)
}

/// A fuzzer about to run, with a folder of its own for what it writes; in memory where the machine has such.
struct Fuzzer(std::process::Command, PathBuf);

fn fuzzer(name: &str) -> Result<Fuzzer> {
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
    let scratch = base.join(format!("obligor-fuzz-{}-{name}", std::process::id()));
    fresh(&scratch)?;
    let mut fuzzer = command(built()?.join(name));
    // A machine that is shared may stand still for seconds: what is slow and ends in time is no find.
    fuzzer.arg(format!("-timeout={TIMEOUT}")).arg(format!("-report_slow_units={TIMEOUT}"));
    fuzzer.arg(format!("-rss_limit_mb={MEMORY}"));
    fuzzer.arg(format!("-max_len={MAX_BYTES}")).env("TMPDIR", &scratch).current_dir(&scratch);
    Ok(Fuzzer(fuzzer, scratch))
}

impl Fuzzer {
    /// Runs it to its end and answers what it said, which is on its standard error.
    fn run(&mut self) -> Result<String> {
        let log = self.1.join("log");
        let file = std::fs::File::create(&log).map_err(|e| format!("cannot write {}: {e}", log.display()))?;
        let ended = self.0.stdout(std::process::Stdio::null()).stderr(file).status();
        ended.map_err(|e| format!("cannot start the fuzzer: {e}"))?;
        let said = std::fs::read(&log).map_err(|e| format!("cannot read {}: {e}", log.display()))?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Fuzzer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.1);
    }
}
