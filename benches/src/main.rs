//! The benchmarks, run as `cargo xtask bench`; `docs/BENCHMARKS.md` says what they found.
//!
//! One way to measure: `rounds.rs`. A suite (`suites/`) runs in a process of its own, says which sides take turns and
//! what is asked of them, and ends in a `result.rs`. `gate.rs` compares it with the baseline that was agreed on,
//! `page.rs` shows the baselines to people.
//!
//! `obligor-bench [--quick | --gate | --bless] [SUITE ...]`, or `obligor-bench --page` to write the page anew. It ends with 1 when the gate does not open, and with 2 when
//! the machine was too busy to tell.

mod dice;
mod gate;
mod page;
mod portfolio;
#[path = "../../tests/postgres_server/mod.rs"]
mod postgres_server;
mod result;
mod rounds;
mod suites;

use std::path::Path;
use std::process::{Command, ExitCode};

use gate::Verdict;
use result::{Made, Suite, root};
use rounds::Length;
use suites::SUITES;

/// Names the suite that a process of its own is to run, and the file that takes its result.
const ALONE: &str = "--alone";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(answer) = suites::child(&words) {
        return answer;
    }
    let done = match words.as_slice() {
        [ALONE, suite, file, rest @ ..] => alone(suite, Path::new(file), length(rest)).map(|()| Verdict::Passed),
        ["--page"] => page::write().map(|()| Verdict::Passed),
        _ => all(&words),
    };
    match done {
        Ok(verdict) => ExitCode::from(verdict.code()),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn length(words: &[&str]) -> Length {
    if words.contains(&"--quick") { Length::QUICK } else { Length::FULL }
}

/// Runs suites one after the other, each in a process of its own.
fn all(words: &[&str]) -> Result<Verdict, String> {
    let (options, names): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with("--"));
    let quick = options.contains(&"--quick");
    match options.as_slice() {
        [] | ["--quick" | "--gate" | "--bless"] => {}
        _ => {
            return Err("give one of --quick, --gate and --bless; a quick run says nothing to gate or bless".to_owned());
        }
    }
    if let Some(unknown) = names.iter().find(|name| SUITES.iter().all(|suite| suite.name != **name)) {
        let known: Vec<_> = SUITES.iter().map(|suite| suite.name).collect();
        return Err(format!("there is no suite {unknown:?}; the suites are: {}", known.join(", ")));
    }
    let folder = tempfile::tempdir().map_err(|why| format!("no folder for the results: {why}"))?;
    let mut whole = Verdict::Passed;
    let mut lines = Vec::new();
    for suite in SUITES.iter().filter(|suite| names.is_empty() || names.contains(&suite.name)) {
        println!("\n======== {}: {}", suite.name, suite.about);
        let file = folder.path().join(suite.name);
        let mut process = Command::new(std::env::current_exe().map_err(|why| why.to_string())?);
        process.args([ALONE, suite.name]).arg(&file).args(quick.then_some("--quick"));
        if suite.slow_disk {
            let library = postgres_server::slow_sync(folder.path());
            process.env("LD_PRELOAD", library).env("OBLIGOR_SYNC_MICROSECONDS", suites::FLUSH.as_micros().to_string());
        }
        let ended = process.status().map_err(|why| format!("{}: {why}", suite.name))?;
        if !ended.success() {
            return Err(format!("suite {} ended with {ended}", suite.name));
        }
        let found = result::read(&file)?;
        let path = result::baseline(suite.name);
        let (verdict, said) = match options.as_slice() {
            ["--gate"] => {
                let baseline = if path.exists() { Some(result::read(&path)?) } else { None };
                gate::judge(&found, baseline.as_ref())
            }
            ["--bless"] if found.contests.iter().any(|contest| contest.noisy) => {
                (Verdict::Noisy, vec![format!("{}: NOISY, so the baseline stays as it is", suite.name)])
            }
            ["--bless"] => {
                result::write(&path, &found)?;
                (Verdict::Passed, vec![format!("{}: wrote {}", suite.name, path.display())])
            }
            ["--quick"] => (Verdict::Passed, Vec::new()),
            _ => told(&found),
        };
        whole = whole.and(verdict);
        lines.extend(said);
    }
    if options == ["--bless"] {
        page::write()?;
    }
    println!();
    lines.iter().for_each(|line| println!("{line}"));
    let said = match (quick, whole) {
        (true, _) => "everything ran; a quick run says nothing about the numbers",
        (_, Verdict::Failed) => "FAILED",
        (_, Verdict::Noisy) => "NOISY: the machine did not hold still; run it again when it is quiet",
        (_, Verdict::Passed) if options.is_empty() => "measured; nothing was compared with a baseline",
        (_, Verdict::Passed) => "passed",
    };
    println!("{said}");
    Ok(whole)
}

/// What a run that is only to be read comes to: the goals that were missed are told, and noise.
fn told(found: &Suite) -> (Verdict, Vec<String>) {
    let mut lines = Vec::new();
    let mut verdict = Verdict::Passed;
    for contest in &found.contests {
        if contest.noisy {
            verdict = Verdict::Noisy;
            lines.push(format!("{}: {}: NOISY", found.suite, contest.title));
            continue;
        }
        for ratio in contest.ratios.iter().filter(|ratio| ratio.missed()) {
            let (is, wanted) = (result::number(ratio.median), ratio.wanted());
            lines.push(format!("{}: {}: {}: {is}, {wanted} is wanted", found.suite, contest.title, ratio.what));
        }
    }
    (verdict, lines)
}

/// Runs one suite in this process.
fn alone(name: &str, file: &Path, length: Length) -> Result<(), String> {
    let suite = SUITES.iter().find(|suite| suite.name == name).ok_or("no such suite")?;
    if Path::new("/dev/shm").is_dir() {
        // A disk that is memory: how long it takes is what the suite says, and nothing beside it.
        tempfile::env::override_temp_dir(Path::new("/dev/shm")).expect("the first to choose a folder");
    }
    let mut made = Made::here();
    let contests = (suite.run)(length, &mut made);
    result::write(file, &Suite { suite: name.to_owned(), made, contests })
}

/// Writes a text file, and the folder it lies in.
fn write_file(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(root());
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|why| format!("{}: {why}", path.display()))
}
