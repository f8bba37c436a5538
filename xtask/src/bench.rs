//! `cargo xtask bench`: what everything costs, beside what else one could do. The crate in `benches` measures; this builds
//! what it measures, as it ships.

use crate::library::{self, Kind};
use crate::shell::{Result, cargo, command, read, run, target};
use crate::{python, tools};
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the suites that are named, or all; the words are those of `obligor-bench`. Its exit code is ours: 2 is neither
/// good nor bad.
pub(crate) fn run_suites(words: &[&str]) -> Result<ExitCode> {
    tools::need(&[tools::CC, tools::NM, tools::VALGRIND])?;
    tools::need(&tools::POSTGRES)?;
    let library = library::build(Kind::Release)?;
    let empty = empty_library()?;
    let runner = gungraun_runner()?;
    // With the program that it counts, so that nothing is built any more when the suites run.
    let build = ["bench", "--no-run", "--locked", "--package", "obligor-bench", "--bench", "counts"];
    run(cargo().args(build).env("GUNGRAUN_RUNNER", &runner))?;
    let mut bench = command(target().join("release/obligor-bench"));
    bench.args(words).env("OBLIGOR_LIBRARY", library).env("OBLIGOR_EMPTY_LIBRARY", empty);
    bench.env("OBLIGOR_PYTHON", python::environment()?).env("GUNGRAUN_RUNNER", runner);
    let ended = bench.status().map_err(|e| format!("cannot start the benchmarks: {e}"))?;
    match ended.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Ok(ExitCode::from(code)),
        None => Err(format!("the benchmarks ended with {ended}")),
    }
}

/// What counts instructions for gungraun, which takes no runner of another version than its own. Built once.
fn gungraun_runner() -> Result<PathBuf> {
    let package = read(cargo().args(["pkgid", "--locked", "gungraun"]))?;
    let (_, version) = package.trim().rsplit_once('@').ok_or_else(|| format!("{package} has no version"))?;
    let folder = target().join("xtask/gungraun").join(version);
    let runner = folder.join("bin/gungraun-runner");
    if !runner.exists() {
        let words = ["install", "--quiet", "--locked", "gungraun-runner", "--version", version, "--root"];
        run(cargo().args(words).arg(&folder))?;
    }
    Ok(runner)
}

/// A library with a function that does nothing, built as ours is.
fn empty_library() -> Result<PathBuf> {
    let folder = target().join("xtask/empty");
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    let library = folder.join("libempty.so");
    let words = ["--edition", "2024", "--crate-type", "cdylib", "-C", "opt-level=3", "-C", "lto=fat", "-o"];
    run(command("rustc").args(words).arg(&library).arg("benches/empty.rs"))?;
    Ok(library)
}
