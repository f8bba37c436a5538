//! The Python part: an environment with pinned tools, the typed package, its tests, and the wheel.

use crate::library::{self, Kind};
use crate::report::{Report, count_passed};
use crate::shell::{Result, command, files, fresh, read, root, run, slurp, spill, target, tee};
use crate::tools;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests are run with, to the version.
const PINS: &str = include_str!("../python-tools.txt");

/// Runs the section.
pub(crate) fn section(report: &mut Report) {
    report.step("Python: tools", || environment().map(|_| 1));
    report.step("Python: mypy --strict", || {
        let mut mypy = python()?;
        // Which files: see `[tool.mypy]` in the package's pyproject.toml.
        mypy.args(["-m", "mypy", "--strict", "--python-version", "3.9", "--cache-dir"])
            .arg(target().join("xtask/mypy"));
        run(&mut mypy).map(|()| 1)
    });
    report.step("Python: tests", || {
        let library = library::build(Kind::Debug)?;
        let (said, ended) =
            tee(python()?.args(["-m", "pytest", "-p", "no:cacheprovider"]).env("OBLIGOR_LIBRARY", library));
        ended?;
        match count_passed(&said) {
            0 => Err("pytest found no tests".into()),
            passed => Ok(passed),
        }
    });
    report.step("Python: the wheel, installed in an empty environment", || {
        let wheel = wheel()?;
        let folder = target().join("xtask/python-wheel");
        fresh(&folder)?;
        run(command("python3").args(["-m", "venv"]).arg(&folder))?;
        let python = folder.join("bin/python");
        run(pip(&python, &["install", "--no-index", "--no-deps"]).arg(wheel))?;
        // Not from the checkout: what is tested is what was packed.
        let said =
            read(command(python).args(["-c", "import obligor; print(obligor.library_path())"]).current_dir(&folder))?;
        let from = said.trim();
        if from.starts_with(&*folder.to_string_lossy()) { Ok(1) } else { Err(format!("the library came from {from}")) }
    });
}

/// Builds the wheel of this system and answers where it lies.
pub(crate) fn wheel() -> Result<PathBuf> {
    let python = environment()?;
    let library = library::build(Kind::Release)?;
    let folder = target().join("wheels");
    fresh(&folder)?;
    let package = root().join("bindings/python");
    let mut pip = pip(&python, &["wheel", "--no-deps", "--wheel-dir"]);
    run(pip.arg(&folder).arg(package).env("OBLIGOR_PREBUILT", library))?;
    match files(&folder, "whl").as_slice() {
        [wheel] if wheel.to_string_lossy().contains("-py3-none-") && !wheel.to_string_lossy().ends_with("-any.whl") => {
            println!("built {}", wheel.display());
            Ok(wheel.clone())
        }
        other => Err(format!("expected one wheel named obligor-*-py3-none-<platform>.whl, found {other:?}")),
    }
}

/// Python with the pinned tools, in the folder of the package.
fn python() -> Result<Command> {
    let mut python = command(environment()?);
    python.current_dir(root().join("bindings/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(python)
}

/// The environment with the pinned tools; made anew when the pins have changed.
pub(crate) fn environment() -> Result<PathBuf> {
    tools::need(&[tools::PYTHON, tools::VENV])?;
    let folder = target().join("venv");
    let python = folder.join("bin/python");
    let stamp = folder.join("obligor-pins.txt");
    if slurp(&stamp).is_ok_and(|pins| pins == PINS) && read(command(&python).arg("--version")).is_ok() {
        return Ok(python);
    }
    run(command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    run(pip(&python, &["install", "-r"]).arg("xtask/python-tools.txt"))?;
    spill(&stamp, PINS)?;
    Ok(python)
}

/// Quiet `pip` of a Python.
pub(crate) fn pip(python: &Path, words: &[&str]) -> Command {
    let mut pip = command(python);
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]).args(words);
    pip
}
