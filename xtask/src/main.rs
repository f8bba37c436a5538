//! The developer's commands, run as `cargo xtask <command>`.
//!
//! One place that knows how to build and prove obligor in every language it is used from. Everything here runs other
//! people's tools and stops on the first thing it cannot do: a missing tool is installed or named, never skipped.
#![forbid(unsafe_code)]

mod abi;
mod bench;
mod c;
mod csharp;
mod demo;
mod dependencies;
mod dist;
mod fuzz;
mod header;
mod library;
mod prove;
mod python;
mod report;
mod sample;
mod samples;
mod shell;
mod soak;
mod surface;
mod test;
mod tools;
mod windows;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo                 build the library and run the order desk on a sample export
  sample DIR           write the sample export into a folder
  test [SECTION ...]   build and run every test, or the named sections:
                       style, rust, abi, c, python, csharp, samples, windows, fuzz, nightly
  fuzz [SECONDS] [TARGET ...]
                       run the fuzzers, or the named ones, for a minute each or so many seconds
  fuzz --keep [TARGET ...]
                       take what they found into their corpora, and drop what is not needed
  prove                the long proofs: fuzzing, kills, races, forks and faults for minutes
  prove soak [MINUTES] a mixed load for an hour, or as long as is said, with memory, files and threads flat
  bench [OPTION] [SUITE ...]
                       measure, beside what else one could do; --quick only sees that it runs, --gate compares with
                       benches/baselines, --bless writes them and docs/BENCHMARKS.md
  header [--check]     write include/obligor.h from src/ffi, or compare it
  abi [--bless]        compare the C interface with what was agreed on, or record additions
  wheel                build the Python wheel of this system into target/wheels
  dist [--twice] [SYSTEM ...]
                       make and check the SDK of every system, or of the named ones, in target/sdk:
                       linux-x64, win-x64, win-x86; with --twice again in another folder, to compare
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["bench", words @ ..] => match bench::run_suites(words) {
            Ok(code) => return code,
            Err(why) => Err(why),
        },
        ["demo"] => demo::run_desk(),
        ["sample", dir] => sample::write(std::path::Path::new(dir)).map_err(|error| format!("sample: {dir}: {error}")),
        ["abi", words @ ..] => abi::run(words),
        ["fuzz", words @ ..] => fuzz::run_words(words),
        ["header"] => header::write(),
        ["header", "--check"] => header::check(),
        ["prove"] => prove::run_all(),
        ["prove", "soak", minutes @ ..] => prove::run_soak(minutes),
        ["dist", words @ ..] => dist::run(words),
        ["wheel"] => python::wheel().map(drop),
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
