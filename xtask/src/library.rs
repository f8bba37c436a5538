//! Building the shared library and looking at it as a loader does.

use crate::fuzz;
use crate::shell::{Result, cargo, command, read, run, target};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Which build of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Quick to build, for the bindings' tests.
    Debug,
    /// What ships.
    Release,
    /// Debug with feature `test-hooks`, for the C tests.
    Hooks,
    /// The one that the fuzzers are linked with: with feature `test-hooks`, under AddressSanitizer.
    Sanitized,
}

/// How cargo builds the shared library alone. Together with the one for Rust it would not be optimised as a whole when it is
/// linked, whatever the profile says: larger, slower, and twice as many addresses to settle when it is loaded.
pub(crate) const SHARED: [&str; 3] = ["rustc", "--crate-type", "cdylib"];

/// The library's file name on this system.
pub(crate) fn file_name() -> String {
    format!("{}obligor{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// Builds the library and lays it into a folder of its own, where no later build of another kind replaces it.
pub(crate) fn build(kind: Kind) -> Result<PathBuf> {
    let plain = |flags: &[&str], profile: &str| {
        run(cargo().args(flags).args(["--lib", "--locked"]))?;
        Ok::<_, String>(target().join(profile).join(file_name()))
    };
    let (folder, made) = match kind {
        Kind::Debug => ("debug", plain(&["build"], "debug")?),
        Kind::Release => ("release", plain(&[&SHARED[..], &["--release"]].concat(), "release")?),
        Kind::Hooks => ("hooks", plain(&["build", "--features", "test-hooks"], "debug")?),
        Kind::Sanitized => ("sanitized", fuzz::library()?),
    };
    let to = target().join("xtask").join(folder).join(file_name());
    copy(&made, &to)?;
    if cfg!(target_os = "linux") {
        // A program that was linked against it asks for it by this name.
        copy(&to, &to.with_file_name(own_name(&to)?))?;
    }
    Ok(to)
}

/// The name the library gives itself.
pub(crate) fn own_name(library: &Path) -> Result<String> {
    let dynamic = read(command("readelf").args(["-d", "-W"]).arg(library))?;
    let name = dynamic.split_once("soname: [").and_then(|(_, rest)| rest.split(']').next());
    name.map(str::to_owned).ok_or_else(|| format!("{} has no SONAME", library.display()))
}

/// Copies a file into a folder, which is made when it is missing.
pub(crate) fn copy(from: &Path, to: &Path) -> Result {
    let say = |e| format!("cannot copy {} to {}: {e}", from.display(), to.display());
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(say)?;
    }
    // A program may have the old file loaded: replace it, never write into it.
    if to.exists() {
        std::fs::remove_file(to).map_err(say)?;
    }
    std::fs::copy(from, to).map_err(say)?;
    Ok(())
}

/// Every symbol the library shows to others.
pub(crate) fn exports(library: &Path) -> Result<BTreeSet<String>> {
    let table = read(command("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library))?;
    Ok(table.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}
