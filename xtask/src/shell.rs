//! Running other programs, and the few paths everybody needs.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every step answers: nothing, or a sentence for the person who must act.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Cargo's output directory; what xtask builds lies in its `xtask` folder.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A program to be run from the root of the checkout.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    // Cargo points the loader at its own folders for us; a test that passed because of that would prove nothing.
    command.current_dir(root()).env_remove("LD_LIBRARY_PATH").env_remove("DYLD_FALLBACK_LIBRARY_PATH");
    // It also describes *this* package to us; to a Cargo that builds others, maybe further down, that would be a lie.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// The Cargo that started us.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program to its end, its output going straight to the terminal.
pub(crate) fn run(command: &mut Command) -> Result {
    flush();
    let status = command.status().map_err(|e| format!("cannot start {}: {e}", name(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line(command))) }
}

/// The same program, for which everything else comes first.
pub(crate) fn patient(of: &Command) -> Command {
    let mut nice = command("nice");
    nice.args(["-n", "19"]).arg(of.get_program()).args(of.get_args());
    for (name, value) in of.get_envs() {
        match value {
            Some(value) => nice.env(name, value),
            None => nice.env_remove(name),
        };
    }
    nice
}

/// Runs a program to its end, shows its standard output line by line and hands it back.
pub(crate) fn tee(command: &mut Command) -> (String, Result) {
    flush();
    let started = command.stdout(Stdio::piped()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(e) => return (String::new(), Err(format!("cannot start {}: {e}", name(command)))),
    };
    let mut said = String::new();
    if let Some(out) = child.stdout.take() {
        let mut out = BufReader::new(out);
        let mut bytes = Vec::new();
        while matches!(out.read_until(b'\n', &mut bytes), Ok(n) if n > 0) {
            let text = String::from_utf8_lossy(&bytes);
            print!("{text}");
            said.push_str(&text);
            bytes.clear();
        }
    }
    let ended = match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` ended with {status}", line(command))),
        Err(e) => Err(format!("lost {}: {e}", name(command))),
    };
    (said, ended)
}

/// Runs a program quietly and hands back its standard output; an error carries what it said.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| format!("cannot start {}: {e}", name(command)))?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(out);
    }
    let err = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` ended with {}\n{out}{err}", line(command), output.status))
}

/// Reads a text file of the checkout.
pub(crate) fn slurp(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

/// Writes a text file, and the folder it lies in.
pub(crate) fn spill(path: &Path, text: &str) -> Result {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// An empty folder, whatever was in it before.
pub(crate) fn fresh(path: &Path) -> Result {
    match std::fs::remove_dir_all(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("cannot empty {}: {e}", path.display())),
        _ => std::fs::create_dir_all(path).map_err(|e| format!("cannot make {}: {e}", path.display())),
    }
}

/// The files of a folder whose names end in `.extension`, sorted; a missing folder has none.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    found.sort();
    found
}

fn flush() {
    // Ours before theirs, also when both go into one pipe.
    let _ = std::io::stdout().flush();
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn line(command: &Command) -> String {
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(name(command)).chain(words).collect::<Vec<_>>().join(" ")
}
