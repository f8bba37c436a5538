//! `cargo xtask prove`: the proofs that take minutes or need a nightly compiler.
//!
//! The tests of `tests/proof_*.rs` run in `cargo xtask test` too, only shorter: they read `OBLIGOR_PROOF`, which is
//! `short` (also when it is not set) or `long`.

use crate::library::Kind;
use crate::report::{Report, count_passed};
use crate::shell::{Result, cargo, command, read, run, target, tee};
use crate::{fuzz, python, soak, test, tools};
use std::path::Path;
use std::time::Duration;

/// How long a soak is when nothing is said, and in the tests.
const SOAK: Duration = Duration::from_secs(60 * 60);
const SHORT_SOAK: Duration = Duration::from_secs(20);

/// Runs them all.
pub(crate) fn run_all() -> Result {
    let mut report = Report::default();
    report.step("long proofs", || {
        tools::need(&tools::POSTGRES)?;
        tools::need(&tools::DISKS)?;
        let mut proofs = cargo();
        proofs.args(["test", "--release", "--locked", "--features", test::FEATURES, "--test", "proof_*"]);
        proofs.args(["--", "--nocapture"]).env("OBLIGOR_PROOF", "long");
        let (said, ended) = tee(proofs.env("OBLIGOR_PYTHON", python::environment()?));
        ended.map(|()| count_passed(&said))
    });
    fuzz::long(&mut report);
    if let Err(why) = bring_components() {
        println!("{why}");
    }
    nightly(&mut report);
    report.end()
}

/// A soak of what ships, for as many minutes as are said.
pub(crate) fn run_soak(words: &[&str]) -> Result {
    let length = match words {
        [] => SOAK,
        [minutes] => match minutes.parse::<u32>() {
            Ok(minutes) if minutes > 0 => Duration::from_secs(60 * u64::from(minutes)),
            _ => return Err(format!("prove soak: `{minutes}` is not a number of minutes")),
        },
        _ => return Err("prove soak: say one number of minutes, or none for an hour".into()),
    };
    let mut report = Report::default();
    report.step(&format!("a soak of {} minutes", length.as_secs() / 60), || soak::run_for(Kind::Release, length));
    report.end()
}

/// The same for seconds, among the tests.
pub(crate) fn short_soak(report: &mut Report) {
    report.step(&format!("C: a soak of {} seconds", SHORT_SOAK.as_secs()), || soak::run_for(Kind::Debug, SHORT_SOAK));
}

/// The proofs that need a nightly compiler with Miri and the standard library's sources. They are part of
/// `cargo xtask test` as well; where the compiler is missing, the result says that they were not run.
pub(crate) fn nightly(report: &mut Report) {
    if at_hand() {
        report.step("Miri over src/ffi", miri);
        report.step("ThreadSanitizer over src/ffi and the hammer", thread_sanitizer);
    } else {
        let why = "needs `rustup toolchain install nightly --component miri,rust-src`";
        report.not_run("Miri over src/ffi", why);
        report.not_run("ThreadSanitizer over src/ffi and the hammer", why);
    }
}

/// Whether a nightly compiler with what the proofs need is at hand.
fn at_hand() -> bool {
    read(nightly_cargo().args(["miri", "--version"])).is_ok() && std_sources()
}

/// Adds to a nightly compiler what the proofs need.
fn bring_components() -> Result {
    run(command("rustup").args(["component", "add", "--toolchain", "nightly", "miri", "rust-src"]))
}

/// Whether the nightly compiler has the sources that a sanitizer rebuilds.
fn std_sources() -> bool {
    let root = read(command("rustup").args(["run", "nightly", "rustc", "--print", "sysroot"])).unwrap_or_default();
    Path::new(root.trim()).join("lib/rustlib/src/rust/library/std").is_dir()
}

/// Miri follows Rust only, so the tests that open a store (SQLite is C) are compiled out there with `cfg(not(miri))`.
fn miri() -> Result<usize> {
    let mut miri = nightly_cargo();
    // The clock and random numbers of the host are wanted; they are what an engine starts with.
    miri.args(["miri", "test", "--locked", "--lib", "ffi::"]).env("MIRIFLAGS", "-Zmiri-disable-isolation");
    some(tee(&mut miri))
}

/// The tests of the interface, and the one in which sixteen threads hammer it.
fn thread_sanitizer() -> Result<usize> {
    some(tee(sanitized()?.args(["--", "ffi::", "sixteen_threads"])))
}

/// What compiles the longest of these proofs.
///
/// # Errors
/// When it cannot be compiled here.
pub(crate) fn compiling() -> Result<std::process::Command> {
    if !at_hand() {
        return Err("there is no nightly compiler for ThreadSanitizer".into());
    }
    let mut build = sanitized()?;
    build.arg("--no-run");
    Ok(build)
}

/// The tests that run under ThreadSanitizer.
fn sanitized() -> Result<std::process::Command> {
    let host = host()?;
    let mut tests = nightly_cargo();
    tests.args(["test", "--locked", "-Zbuild-std", "--target", &host, "--features", "test-hooks", "--target-dir"]);
    // Everything is compiled for this alone, which takes longer than the tests ever do.
    tests.arg(target().join("tsan")).args(["--config", "profile.dev.package.\"*\".opt-level=0"]);
    tests.args(["--lib", "--test", "ffi_life"]);
    tests.env("RUSTFLAGS", "-Zsanitizer=thread").env("CFLAGS", "-fsanitize=thread");
    Ok(tests)
}

fn some((said, ended): (String, Result)) -> Result<usize> {
    ended?;
    match count_passed(&said) {
        0 => Err("not one test of src/ffi ran".into()),
        passed => Ok(passed),
    }
}

fn nightly_cargo() -> std::process::Command {
    let mut cargo = command("rustup");
    cargo.args(["run", "nightly", "cargo"]);
    // The stable compiler's own marks would win over the toolchain that was asked for.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        cargo.env_remove(name);
    }
    cargo
}

/// The system we are on.
pub(crate) fn host() -> Result<String> {
    let about = read(command("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "`rustc -vV` names no host".into())
}
