//! `cargo xtask test`: everything that must hold before a change is taken.

use crate::report::{Report, count_passed};
use crate::shell::{Result, cargo, command, patient, read, root, run, slurp, target, tee};
use crate::{abi, c, csharp, dependencies, fuzz, header, prove, python, samples, tools, windows};
use std::path::{Path, PathBuf};

/// A named part of the tests, and what runs it.
type Section = (&'static str, fn(&mut Report));

const SECTIONS: [Section; 10] = [
    ("style", style),
    ("rust", rust),
    ("abi", interface),
    ("c", c::section),
    ("python", python::section),
    ("csharp", csharp::section),
    ("samples", samples::section),
    ("windows", windows::section),
    ("fuzz", fuzz::section),
    ("nightly", prove::nightly),
];

/// The features our own code is checked and tested with.
pub(crate) const FEATURES: &str = "cli,schema,test-hooks";

/// The files outside `src/ffi` that hold unsafe code: docs/ARCHITECTURE.md says why.
const UNSAFE: [&str; 2] = ["src/store/sqlite/shared_page.rs", "src/store/sqlite/heap.rs"];

/// Runs the named sections, or all of them.
pub(crate) fn run_sections(names: &[&str]) -> Result {
    let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("there is no section `{unknown}`; the sections are: {}", known.join(", ")));
    }
    if names.is_empty() {
        compile_ahead();
    }
    let mut report = Report::default();
    for (name, section) in SECTIONS {
        if names.is_empty() || names.contains(&name) {
            section(&mut report);
        }
    }
    report.end()
}

/// Compiles what comes last, while the first sections wait for servers and clocks: the fuzzers, and the tests under
/// ThreadSanitizer. Each is compiled into a folder of its own, so nobody waits for that (a build for another system would: it
/// locks the folder of this one too). What comes of it is said by their sections, which compile the rest.
fn compile_ahead() {
    std::thread::spawn(|| {
        for compiling in [fuzz::compiling, prove::compiling] {
            let _ = compiling().and_then(|build| read(&mut patient(&build)));
        }
    });
}

fn style(report: &mut Report) {
    report.step("format", || {
        tools::need(&[tools::RUSTFMT])?;
        run(cargo().args(["fmt", "--all", "--check"]))?;
        run(cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"])).map(|()| 1)
    });
    report.step("clippy", || {
        tools::need(&[tools::CLIPPY])?;
        let features = ["--workspace", "--all-targets", "--locked", "--features", FEATURES];
        run(cargo().arg("clippy").args(features).args(["--", "-D", "warnings"])).map(|()| 1)
    });
    report.step("documentation", || {
        let mut doc = cargo();
        // Module docs explain how a module is made, so they may name what is private in it.
        doc.args(["doc", "--no-deps", "--lib", "--locked", "--document-private-items"]);
        // As clippy has checked everything, so that nothing is checked once more.
        doc.args(["--workspace", "--features", FEATURES]);
        doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
        run(&mut doc).map(|()| 1)
    });
    dependencies::section(report);
}

fn rust(report: &mut Report) {
    report.step("Rust tests", || {
        tools::need(&[tools::CC])?;
        tools::need(&tools::POSTGRES)?;
        tools::need(&tools::DISKS)?;
        let mut tests = cargo();
        tests.args(["test", "--workspace", "--locked", "--no-fail-fast", "--features", FEATURES]);
        let (said, ended) = tee(tests.env("OBLIGOR_PYTHON", python::environment()?));
        ended.map(|()| count_passed(&said))
    });
    report.step("a build with panic = \"abort\" is refused", || {
        // The compiler reaches our message before it looks for dependencies, so this takes no build.
        let words =
            ["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-C", "panic=abort", "--out-dir"];
        match read(command("rustc").args(words).arg(target().join("xtask")).arg("src/lib.rs")) {
            Err(why) if why.contains("obligor must not be built with panic") => Ok(1),
            Err(why) => Err(format!("refused, but not by our own message:\n{why}")),
            Ok(_) => Err("it was built".into()),
        }
    });
    report.step("unsafe code only where docs/ARCHITECTURE.md says", || {
        let mut sources = Vec::new();
        collect_sources(&root().join("src"), &mut sources)?;
        let (ffi, named) = (root().join("src/ffi"), UNSAFE.map(|file| root().join(file)));
        for path in sources.iter().filter(|path| !path.starts_with(&ffi)) {
            match (slurp(path)?.contains("allow(unsafe_code)"), named.contains(path)) {
                (true, false) => return Err(format!("{} allows unsafe code, and is not on the list", path.display())),
                (false, true) => return Err(format!("{} needs none any more; take it off the list", path.display())),
                _ => {}
            }
        }
        match named.iter().find(|file| !sources.contains(file)) {
            Some(gone) => Err(format!("{} is not there any more; take it off the list", gone.display())),
            None => Ok(1),
        }
    });
}

fn interface(report: &mut Report) {
    report.step("header is what src/ffi says", || header::check().map(|()| 1));
    report.step("nothing in the interface is broken or unrecorded", || abi::gate().map(|()| 1));
    report.step("exports, header, record, Python and C# agree", || {
        tools::need(&[tools::NM])?;
        abi::exports().map(|()| 1)
    });
    report.step("the loader's view", || abi::loader_view().map(|()| 1));
}

fn collect_sources(folder: &Path, found: &mut Vec<PathBuf>) -> Result {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect_sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}
