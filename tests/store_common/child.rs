//! Runs a part of a test in a process of its own: this very program, told to run that one test again.

// Each test program uses its part.
#![allow(dead_code)]

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Set in the child; its value is the test's own business.
const ROLE: &str = "OBLIGOR_STORE_TEST_ROLE";
const STORE: &str = "OBLIGOR_STORE_TEST_STORE";

/// The role and the store of this process, if it is a child.
pub fn role() -> Option<(String, std::path::PathBuf)> {
    Some((std::env::var(ROLE).ok()?, std::env::var_os(STORE)?.into()))
}

/// Starts a child that runs the test of this name in a role. What it prints can be read from its standard output.
pub fn start(test: &str, role: &str, store: &Path) -> Child {
    command(test, role, store).stdin(Stdio::null()).spawn().unwrap()
}

/// The same, and it can be told something on its standard input.
pub fn start_listening(test: &str, role: &str, store: &Path) -> Child {
    command(test, role, store).stdin(Stdio::piped()).spawn().unwrap()
}

fn command(test: &str, role: &str, store: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    child.env(ROLE, role).env(STORE, store).stdout(Stdio::piped());
    child
}

/// Prints a line for the parent; the test harness may have begun one.
pub fn answer(text: impl std::fmt::Display) {
    print!("\n={text}\n");
}

/// Waits for a child that must succeed, and returns the lines it printed with `=` in front.
pub fn finish(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}: {text}", output.status);
    answers(&text)
}

/// The lines that begin with `=`, without it.
pub fn answers(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix('=').map(str::to_owned)).collect()
}
