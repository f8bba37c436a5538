//! `cargo xtask dist`: the SDK, a folder and a zip for each system, with the same bytes wherever it is built.
//!
//! The parts, in the order in which they are made: `build` the library and its symbols, `nuget` the package for C#,
//! `contents` what is said of what is inside, `sdk` the folder with all of it. `archive` has zips and sums, and `check`
//! takes the result apart again and uses it. `docs/SDK.md` says it to users.

mod archive;
mod build;
mod check;
mod contents;
mod nuget;
mod sdk;
mod system;

use crate::report::Report;
use crate::shell::{Result, command, fresh, read, root, slurp, target};
use crate::{library, tools, windows};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use system::System;

/// What is needed whatever the system.
const TOOLS: [tools::Tool; 4] = [tools::MCS, tools::MONO, tools::PYTHON, tools::VENV];

/// A checkout and where its results go. The same is made of two equal checkouts, wherever they are.
#[derive(Debug)]
struct Place {
    root: PathBuf,
    target: PathBuf,
    version: String,
    /// Seconds since 1970, for what must say when it was made.
    epoch: String,
}

impl Place {
    /// Where everything that is handed out is laid.
    fn out(&self) -> PathBuf {
        self.target.join("sdk")
    }

    /// Where what is only needed on the way is laid.
    fn scratch(&self) -> PathBuf {
        self.target.join("xtask/dist")
    }
}

/// The command: all systems, or those that are named; with `--twice`, once more in another folder.
pub(crate) fn run(words: &[&str]) -> Result {
    let (twice, names) = match words {
        ["--twice", names @ ..] => (true, names),
        names => (false, names),
    };
    let mut report = Report::default();
    let mut systems = Vec::new();
    for system in system::choose(names)? {
        match windows::ready(system.triple) {
            Ok(()) => systems.push(system),
            Err(why) => report.not_run(&format!("the SDK for {}", system.name), &why),
        }
    }
    if systems.is_empty() {
        return report.end();
    }
    tools::need(&TOOLS)?;
    systems.iter().try_for_each(|system| tools::need(system.needs))?;
    let here = Place { root: root(), target: target(), version: version()?, epoch: epoch()? };
    make(&here, &systems)?;
    check::all(&mut report, &here, &systems);
    if twice {
        report.step("the same bytes from another folder", || again(&here, &systems));
    }
    report.end()?;
    println!("\n{}", here.out().display());
    Ok(())
}

/// Makes everything that is handed out.
fn make(place: &Place, systems: &[&System]) -> Result {
    fresh(&place.out())?;
    fresh(&place.scratch())?;
    for system in systems {
        build::library(place, system)?;
    }
    nuget::pack(place, systems)?;
    for system in systems {
        sdk::lay_out(place, system)?;
    }
    archive::write_sums(&place.out(), false)
}

/// Makes it once more from a copy of the checkout in another folder, of another depth, and compares.
fn again(here: &Place, systems: &[&System]) -> Result<usize> {
    let root = here.target.join("xtask/dist-again/another/folder");
    copy_checkout(&here.root, &root, |_| true)?;
    let there = Place { target: root.join("target"), root, version: here.version.clone(), epoch: here.epoch.clone() };
    make(&there, systems)?;
    let (first, second) = (archive::sums(&here.out())?, archive::sums(&there.out())?);
    let other: Vec<&str> = first.symmetric_difference(&second).map(|(name, _)| name.as_str()).collect();
    if other.is_empty() { Ok(first.len()) } else { Err(format!("not the same bytes: {}", other.join(", "))) }
}

/// Copies the files of a checkout that git knows or would take. What was compiled there before is kept, and so is a file
/// that is the same, which cargo would compile anew for its date.
fn copy_checkout(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result {
    let listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = read(command("git").arg("-C").arg(from).args(listed))?;
    let wanted = |file: &&str| wanted(file) && from.join(file).is_file();
    let files: BTreeSet<&str> = listed.split_terminator('\0').filter(wanted).collect();
    if to.exists() {
        for old in archive::tree(to)?.iter().filter(|old| !old.starts_with("target/") && !files.contains(old.as_str()))
        {
            std::fs::remove_file(to.join(old)).map_err(|e| format!("cannot remove {old}: {e}"))?;
        }
    }
    let bytes = |folder: &Path, file: &str| std::fs::read(folder.join(file)).ok();
    let mut changed = files.into_iter().filter(|file| bytes(from, file) != bytes(to, file));
    changed.try_for_each(|file| library::copy(&from.join(file), &to.join(file)))
}

/// The version in `Cargo.toml`.
fn version() -> Result<String> {
    let manifest = slurp(&root().join("Cargo.toml"))?;
    let told = manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    told.map(str::to_owned).ok_or_else(|| "Cargo.toml has no version".into())
}

/// `SOURCE_DATE_EPOCH`, or the moment of the last commit.
fn epoch() -> Result<String> {
    if let Ok(told) = std::env::var("SOURCE_DATE_EPOCH") {
        return Ok(told);
    }
    let commit = read(command("git").args(["log", "-1", "--format=%ct"]));
    commit.map(|told| told.trim().to_owned()).map_err(|why| format!("set SOURCE_DATE_EPOCH: {why}"))
}
