//! The library of one system: the same bytes from every folder, with its symbols in a file of their own.

use super::Place;
use super::system::System;
use crate::library;
use crate::shell::{Result, cargo, command, read, run};
use std::path::{Path, PathBuf};

/// Builds the library and lays it, and its symbols in a file with `.debug` added to the name, into the scratch folder.
pub(super) fn library(place: &Place, system: &System) -> Result {
    // The sources of the packages must be there before it can be said where they are.
    let target = ["--locked", "--target", system.triple];
    run(cargo().arg("fetch").args(target).current_dir(&place.root))?;
    let names = names(place)?;
    let flag = |option: &str| names.iter().map(|(from, to)| format!("{option}={}={to}", from.display())).collect();
    let mut rust: Vec<String> = flag("--remap-path-prefix");
    let c: Vec<String> = flag("-ffile-prefix-map");
    rust.push(format!("--remap-path-prefix={}", standard_library()?));
    // What a linker adds of itself must come from what is linked, and not from the day.
    let mark = if system.windows.is_some() { "--no-insert-timestamp" } else { "--build-id=sha1" };
    rust.push(format!("-Clink-arg=-Wl,{mark}"));
    let mut build = cargo();
    build.args(library::SHARED).args(["--lib", "--profile", "dist"]).args(target).current_dir(&place.root);
    build.env("CARGO_TARGET_DIR", &place.target).env("CARGO_ENCODED_RUSTFLAGS", rust.join("\x1f"));
    run(build.env(format!("CFLAGS_{}", system.triple.replace('-', "_")), c.join(" ")))?;
    let built = place.target.join(system.triple).join("dist").join(system.library);
    split(system, &built, &system.built(&place.scratch()))
}

/// What stands in the library for each folder of this machine. The later ones count.
fn names(place: &Place) -> Result<Vec<(PathBuf, String)>> {
    let mut names = vec![(place.root.clone(), "/obligor".to_owned())];
    if !place.target.starts_with(&place.root) {
        names.push((place.target.clone(), "/obligor/target".to_owned()));
    }
    // Each registry, and each mirror of one, has a folder of its own name here.
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.ok_or("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    let folders = std::fs::read_dir(&sources).map_err(|e| format!("cannot read {}: {e}", sources.display()))?;
    let mut folders: Vec<PathBuf> = folders.flatten().map(|folder| folder.path()).collect();
    folders.sort();
    names.extend(folders.into_iter().map(|folder| (folder, "/crates".to_owned())));
    Ok(names)
}

/// Where the sources of the standard library are, and what stands for it: what a compiler without them says itself.
fn standard_library() -> Result<String> {
    let about = read(command("rustc").arg("-vV"))?;
    let commit = about.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    let folder = read(command("rustc").args(["--print", "sysroot"]))?;
    Ok(format!("{}=/rustc/{commit}", Path::new(folder.trim()).join("lib/rustlib/src/rust").display()))
}

/// Takes the symbols out of a library and tells it where they are.
fn split(system: &System, from: &Path, to: &Path) -> Result {
    library::copy(from, to)?;
    let folder = to.parent().unwrap_or(to);
    let symbols = format!("{}.debug", system.library);
    let objcopy = || {
        let mut objcopy = command(system.tool("objcopy"));
        // The link has no folder in it: debuggers look beside the library.
        objcopy.current_dir(folder);
        objcopy
    };
    let mut apart = objcopy();
    apart.arg("--only-keep-debug");
    if system.windows.is_some() {
        // The linker's own table has the names of temporary files in it; what debuggers read is elsewhere.
        apart.args(["--wildcard", "--strip-symbol=*"]);
    }
    run(apart.arg(from).arg(&symbols))?;
    settle(system, &folder.join(&symbols))?;
    run(objcopy().arg("--strip-all").arg(format!("--add-gnu-debuglink={symbols}")).arg(system.library))?;
    settle(system, to)
}

/// Takes the time and the sum over everything out of a DLL's head. Windows asks for neither; the one is of today, and the
/// other was made before the symbols were taken out.
fn settle(system: &System, file: &Path) -> Result {
    if system.windows.is_none() {
        return Ok(());
    }
    let say = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let mut bytes = std::fs::read(file).map_err(|e| say(&e))?;
    let head = bytes.get(0x3c..0x40).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    let head = head.ok_or_else(|| say(&"is no DLL"))? as usize;
    for at in [head + 8, head + 88] {
        bytes.get_mut(at..at + 4).ok_or_else(|| say(&"is no DLL"))?.fill(0);
    }
    std::fs::write(file, bytes).map_err(|e| say(&e))
}
