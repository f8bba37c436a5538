//! What is inside the library: every crate that is linked into it, its licence, and both as a CycloneDX list (SBOM).
//!
//! Written from what cargo knows, and not by cargo-cyclonedx, which numbers each list by chance and would have to be built
//! first.

use super::system::System;
use super::{Place, archive};
use crate::library;
use crate::shell::{Result, cargo, command, read, slurp, spill};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A crate in the library.
#[derive(Debug)]
struct Crate {
    name: String,
    version: String,
    licence: String,
    folder: PathBuf,
    /// Of its package file; none for our own.
    sum: Option<String>,
    needs: BTreeSet<String>,
}

impl Crate {
    /// How lists of this kind name it.
    fn purl(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }
}

/// Writes the folder `licences` and the list of contents of a system's library into a folder.
pub(super) fn write(place: &Place, system: &System, folder: &Path) -> Result {
    let crates = linked(place, system)?;
    let sqlite = sqlite(&crates)?;
    licences(place, &crates, &sqlite, system, &folder.join("licences"))?;
    let list = list(place, &crates, &sqlite, system)?;
    let text = serde_json::to_string_pretty(&list).map_err(|e| e.to_string())?;
    spill(&folder.join("obligor.cdx.json"), &(text + "\n"))
}

/// Every crate that is linked into the library, by cargo's identifier. What only runs during the build is not.
fn linked(place: &Place, system: &System) -> Result<BTreeMap<String, Crate>> {
    let target = ["--locked", "--filter-platform", system.triple];
    let told = read(cargo().args(["metadata", "--format-version", "1"]).args(target).current_dir(&place.root))?;
    let told: Value = serde_json::from_str(&told).map_err(|e| format!("`cargo metadata`: {e}"))?;
    let sums = sums(&slurp(&place.root.join("Cargo.lock"))?);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages: BTreeMap<String, Value> =
        list(&told["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&told["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let mut found = BTreeMap::new();
    let mut left = vec![text(&told["resolve"]["root"])];
    while let Some(id) = left.pop() {
        let package = packages.get(&id).ok_or_else(|| format!("`cargo metadata` does not say what {id} is"))?;
        if found.contains_key(&id) {
            continue;
        }
        let normal = |it: &Value| list(&it["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
        let needs = nodes.get(&id).map(|node| list(&node["deps"])).unwrap_or_default();
        let needs: BTreeSet<String> = needs.iter().filter(|it| normal(it)).map(|it| text(&it["pkg"])).collect();
        left.extend(needs.iter().cloned());
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        let sum = sums.get(&(name.clone(), version.clone())).cloned();
        let folder = PathBuf::from(text(&package["manifest_path"]));
        let folder = folder.parent().map(Path::to_path_buf).unwrap_or_default();
        let licence = text(&package["license"]).replace('/', " OR ").replace("  ", " ");
        found.insert(id, Crate { name, version, licence, folder, sum, needs });
    }
    // That is everything which any feature of any package here could bring; this is what the library takes of it.
    let edges = ["tree", "--package", "obligor", "--edges", "normal,no-proc-macro", "--target", system.triple];
    let form = ["--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}"];
    let taken = read(cargo().args(edges).args(form).current_dir(&place.root))?;
    let pair = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split(' ').next()?.to_owned()))
    };
    let taken: BTreeSet<(String, String)> = taken.lines().filter_map(pair).collect();
    found.retain(|_, it: &mut Crate| taken.contains(&(it.name.clone(), it.version.clone())));
    if found.len() == taken.len() {
        return Ok(found);
    }
    Err(format!("`cargo tree` names {} crates, and `cargo metadata` knows {} of them", taken.len(), found.len()))
}

/// The sums in `Cargo.lock`, by name and version.
fn sums(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |block: &str, key: &str| {
        let start = format!("{key} = \"");
        let line = block.lines().find_map(|line| line.strip_prefix(start.as_str()))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let sum = |block: &str| Some(((value(block, "name")?, value(block, "version")?), value(block, "checksum")?));
    lock.split("[[package]]").filter_map(sum).collect()
}

/// The version of the SQLite that is compiled in.
fn sqlite(crates: &BTreeMap<String, Crate>) -> Result<String> {
    let bundle = crates.values().find(|it| it.name == "libsqlite3-sys").ok_or("there is no SQLite inside")?;
    let header = slurp(&bundle.folder.join("sqlite3/sqlite3.h"))?;
    let version = header.split("#define SQLITE_VERSION ").nth(1).and_then(|rest| rest.split('"').nth(1));
    version.map(str::to_owned).ok_or_else(|| "sqlite3.h does not say its version".into())
}

/// The licence files of every crate, and a page that names them.
fn licences(place: &Place, crates: &BTreeMap<String, Crate>, sqlite: &str, system: &System, folder: &Path) -> Result {
    let mut page = format!(
        "# What is inside the library, and its licences\n\n\
         - Rust's standard library: MIT OR Apache-2.0\n- SQLite {sqlite}: in the public domain\n"
    );
    if system.windows.is_some() {
        page += "- the start-up code of mingw-w64 (public domain and ZPL-2.1) and parts of GCC's own library \
                 (GPL-3.0-or-later WITH GCC-exception-3.1, which asks nothing of what it is linked into)\n";
    }
    page += "\n| crate | version | licence | files |\n|---|---|---|---|\n";
    for it in crates.values() {
        let own = format!("{}-{}", it.name, it.version);
        let mut names: Vec<String> = licence_files(&it.folder)?;
        names.sort();
        for name in &names {
            library::copy(&it.folder.join(name), &folder.join(&own).join(name))?;
        }
        let told = match names.as_slice() {
            // The terms of these two are the same words for everybody; ours stand beside this folder.
            [] if it.licence.contains("Apache-2.0") => "../LICENSE-APACHE (its package has no file)".to_owned(),
            [] if it.licence.contains("MIT") => "../LICENSE-MIT (its package has no file)".to_owned(),
            [] => return Err(format!("{own} has no licence file; its licence is {:?}", it.licence)),
            names => names.iter().map(|name| format!("{own}/{name}")).collect::<Vec<_>>().join(", "),
        };
        page += &format!("| {} | {} | {} | {told} |\n", it.name, it.version, it.licence);
    }
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        library::copy(&place.root.join(name), &folder.with_file_name(name))?;
    }
    spill(&folder.join("README.md"), &page)
}

/// The files of a package that are licences by their names.
fn licence_files(folder: &Path) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))?;
    let names = entries.flatten().filter(|entry| entry.path().is_file());
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let begins = |name: &String| {
        let name = name.to_ascii_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"].iter().any(|it| name.starts_with(it))
    };
    Ok(names.filter(begins).collect())
}

/// The list of contents in the form of CycloneDX 1.5.
fn list(place: &Place, crates: &BTreeMap<String, Crate>, sqlite: &str, system: &System) -> Result<Value> {
    let built = system.built(&place.scratch());
    let bytes = std::fs::read(&built).map_err(|e| format!("cannot read {}: {e}", built.display()))?;
    let when = read(command("date").args(["-u", "+%FT%TZ", "-d"]).arg(format!("@{}", place.epoch)))?;
    let sum = |sum: &str| json!([{"alg": "SHA-256", "content": sum}]);
    let compiler = read(command("rustc").arg("--version"))?;
    let compiler = compiler.split(' ').nth(1).unwrap_or_default();
    let rust = format!("pkg:generic/rust-std@{compiler}");
    let sqlite_purl = format!("pkg:generic/sqlite@{sqlite}");
    let mut ours = Value::Null;
    let mut parts = vec![
        json!({"type": "library", "bom-ref": rust, "purl": rust, "name": "rust-std", "version": compiler,
               "licenses": [{"expression": "MIT OR Apache-2.0"}]}),
        json!({"type": "library", "bom-ref": sqlite_purl, "purl": sqlite_purl, "name": "sqlite", "version": sqlite,
               "licenses": [{"license": {"id": "blessing"}}]}),
    ];
    let mut needs = vec![json!({"ref": rust, "dependsOn": []}), json!({"ref": sqlite_purl, "dependsOn": []})];
    for it in crates.values() {
        let mut part = json!({"type": "library", "bom-ref": it.purl(), "purl": it.purl(), "name": it.name,
                              "version": it.version, "licenses": [{"expression": it.licence}]});
        let mut on: Vec<String> = it.needs.iter().filter_map(|id| crates.get(id)).map(Crate::purl).collect();
        match &it.sum {
            Some(crate_sum) => {
                part["hashes"] = sum(crate_sum);
                parts.push(part);
            }
            None => {
                part["hashes"] = sum(&archive::sum(&bytes));
                part["properties"] = json!([{"name": "rust:target", "value": system.triple}]);
                on.push(rust.clone());
                ours = part;
            }
        }
        if it.name == "libsqlite3-sys" {
            on.push(sqlite_purl.clone());
        }
        needs.push(json!({"ref": it.purl(), "dependsOn": on}));
    }
    Ok(json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"timestamp": when.trim(), "component": ours},
        "components": parts, "dependencies": needs,
    }))
}

/// Makes sure that a list of contents hangs together, and that whatever it names has a licence in the folder.
pub(super) fn check(folder: &Path) -> Result<usize> {
    let list = slurp(&folder.join("obligor.cdx.json"))?;
    let list: Value = serde_json::from_str(&list).map_err(|e| format!("obligor.cdx.json: {e}"))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let parts = list["components"].as_array().ok_or("the list has no components")?;
    let mut known: BTreeSet<String> = parts.iter().filter_map(|part| text(&part["bom-ref"])).collect();
    known.extend(text(&list["metadata"]["component"]["bom-ref"]));
    let mut named = BTreeSet::new();
    for needs in list["dependencies"].as_array().into_iter().flatten() {
        named.extend(text(&needs["ref"]));
        named.extend(needs["dependsOn"].as_array().into_iter().flatten().filter_map(text));
    }
    if known != named || known.len() < 10 {
        let odd: Vec<&String> = known.symmetric_difference(&named).collect();
        return Err(format!("the list of contents does not hang together: {odd:?}"));
    }
    let page = slurp(&folder.join("licences/README.md"))?;
    for part in parts.iter().filter(|part| part["purl"].as_str().is_some_and(|purl| purl.starts_with("pkg:cargo/"))) {
        let [name, version] = ["name", "version"].map(|key| text(&part[key]).unwrap_or_default());
        let row = page.lines().find(|line| line.starts_with(&format!("| {name} | {version} | ")));
        let told = row.and_then(|row| row.split(" | ").nth(3)).unwrap_or_default().trim_end_matches(" |");
        let files: Vec<&str> = told.split(", ").filter_map(|file| file.split(' ').next()).collect();
        if let Some(missing) = files.into_iter().find(|file| !folder.join("licences").join(file).is_file()) {
            return Err(format!("there is no licence of {name} {version}: {missing:?}"));
        }
    }
    Ok(known.len())
}
