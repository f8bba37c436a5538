//! The developer's commands, run as `cargo xtask <command>`.
//!
//! One place that knows how to build and prove obligor in every language it is used from. Everything here runs other
//! people's tools and stops on the first thing it cannot do: a missing tool is installed or named, never skipped.
#![forbid(unsafe_code)]
#![allow(dead_code)]

mod demo;
mod report;
mod shell;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo                 build the library and run the order desk on a sample export
  test [SECTION ...]   build and run every test, or the named sections:
                       style rust header c python csharp abi
  prove                the long proofs: minutes of fuzzing, 200 kills, 100,000 races, Miri, sanitizers, valgrind
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo"] => demo::run(),
        ["test", sections @ ..] => test::run_sections(sections),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("unknown command `{}`\n\n{USAGE}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("cargo xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
