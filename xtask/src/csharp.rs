//! The C# part: compiled by Mono's `mcs` in C# 7 and run by Mono, or by the .NET SDK where Mono is missing.

use crate::library::{self, Kind};
use crate::report::{Report, count_passed};
use crate::shell::{Result, command, files, fresh, read, root, run, target, tee};
use crate::tools;
use std::path::{Path, PathBuf};

/// Runs the section.
pub(crate) fn section(report: &mut Report) {
    let sdk = read(command("dotnet").arg("--list-sdks")).is_ok_and(|sdks| !sdks.trim().is_empty());
    if sdk && !(tools::works(&tools::MCS) && tools::works(&tools::MONO)) {
        report.step("C#: tests, by the .NET SDK", || dotnet().map(|()| 1));
        return;
    }
    report.step("C#: tools", || tools::need(&[tools::MCS, tools::MONO]).map(|()| 1));
    let folder = target().join("xtask/csharp");
    report.step("C#: library in C# 7, no warnings", || {
        fresh(&folder)?;
        let doc = format!("-doc:{}", folder.join("Obligor.xml").display());
        build_binding(&library::build(Kind::Debug)?, &folder, &[&doc]).map(|()| 1)
    });
    report.step("C#: tests", || {
        let tests = folder.join("Tests.exe");
        build_program(&sources("bindings/csharp/Tests")?, &tests, &folder)?;
        run_program(&tests, &folder)
    });
    report.step("C#: an order whose credit state is in a PostgreSQL server", || {
        tools::need(&[tools::PYTHON])?;
        tools::need(&tools::POSTGRES)?;
        let scratch = folder.join("files");
        fresh(&scratch)?;
        let [python, script] = tools::WITH_POSTGRES;
        let mut mono = command(python);
        mono.env_remove("OBLIGOR_LIBRARY").args([script, "mono", "--debug"]).arg(folder.join("Tests.exe"));
        let (said, ended) = tee(mono.arg(scratch).arg(root()).arg("An order lives through its stages"));
        ended?;
        let told = said.contains("ok    Order: An order lives through its stages");
        if told { Ok(1) } else { Err("the test was not run".into()) }
    });
    for sample in files(&root().join("bindings/csharp/Samples"), "cs") {
        let name = sample.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        report.step(&format!("C#: sample {name}"), || {
            let program = folder.join(format!("{name}.exe"));
            build_program(&[sample], &program, &folder)?;
            run_program(&program, &folder)
        });
    }
}

/// Lays the binding into a folder, and the library beside it.
pub(crate) fn build_binding(library: &Path, folder: &Path, flags: &[&str]) -> Result {
    library::copy(library, &folder.join(library::file_name()))?;
    let flags = [&["-target:library"], flags].concat();
    mcs(&sources("bindings/csharp/Obligor")?, &folder.join("Obligor.dll"), &flags)
}

/// Builds a program that uses the binding in the folder.
pub(crate) fn build_program(sources: &[PathBuf], to: &Path, folder: &Path) -> Result {
    mcs(sources, to, &["-target:exe", &reference(folder)])
}

/// Runs a program with the two arguments that C tests get too: an empty folder for its files, and the checkout.
fn run_program(program: &Path, folder: &Path) -> Result<usize> {
    let scratch = folder.join("files");
    fresh(&scratch)?;
    // The library beside the assembly is what is tested, whatever the environment says.
    let mut mono = command("mono");
    mono.env_remove("OBLIGOR_LIBRARY").arg("--debug").arg(program).arg(scratch).arg(root());
    let (said, ended) = tee(&mut mono);
    ended.map(|()| count_passed(&said))
}

fn mcs(sources: &[PathBuf], to: &Path, flags: &[&str]) -> Result {
    let mut mcs = command("mcs");
    mcs.args(["-langversion:7", "-warnaserror", "-warn:4", "-debug", "-unsafe-", "-r:System.Core.dll"]);
    run(mcs.args(flags).arg(format!("-out:{}", to.display())).args(sources))
}

fn reference(folder: &Path) -> String {
    format!("-r:{}", folder.join("Obligor.dll").display())
}

fn sources(folder: &str) -> Result<Vec<PathBuf>> {
    let found = files(&root().join(folder), "cs");
    if found.is_empty() { Err(format!("{folder} has no C# sources")) } else { Ok(found) }
}

fn dotnet() -> Result {
    let folder = target().join("xtask/dotnet");
    fresh(&folder)?;
    let library = library::build(Kind::Debug)?;
    let mut dotnet = command("dotnet");
    dotnet.args(["run", "--project", "bindings/csharp/Tests", "--"]).arg(&folder).arg(root());
    run(dotnet.env("OBLIGOR_LIBRARY", library))
}
