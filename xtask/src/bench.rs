//! `cargo xtask bench`: what everything costs, beside what else one could do. The crate in `benches` measures; this builds
//! what it measures, as it ships.

use crate::library::{self, Kind};
use crate::shell::{Result, cargo, command, run, target};
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
    run(cargo().args(["build", "--release", "--locked", "--package", "obligor-bench"]))?;
    let mut bench = command(target().join("release/obligor-bench"));
    bench.args(words).env("OBLIGOR_LIBRARY", library).env("OBLIGOR_EMPTY_LIBRARY", empty);
    bench.env("OBLIGOR_PYTHON", python::environment()?);
    let ended = bench.status().map_err(|e| format!("cannot start the benchmarks: {e}"))?;
    match ended.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Ok(ExitCode::from(code)),
        None => Err(format!("the benchmarks ended with {ended}")),
    }
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
