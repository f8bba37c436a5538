//! Counts the instructions of the paths that wait for nobody, by gungraun. `src/suites/counts.rs` has this run, and says what a
//! path does.

#![allow(missing_docs, reason = "what the macros make public")]

use gungraun::{BinaryBenchmarkConfig, Callgrind, binary_benchmark, binary_benchmark_group, main};

// The program does what comes before a path as well; callgrind counts inside its function `counted`.
#[binary_benchmark]
#[bench::check("check")]
#[bench::interface("interface")]
#[bench::cvr("cvr")]
#[bench::iban("iban")]
#[bench::reserve("reserve")]
fn path(name: &str) -> gungraun::Command {
    gungraun::Command::new(env!("CARGO_BIN_EXE_obligor-bench")).args(["--count", name]).build()
}

binary_benchmark_group!(name = paths, benchmarks = path);

main!(
    config = BinaryBenchmarkConfig::default()
        .pass_through_env("OBLIGOR_LIBRARY")
        // What is kept in memory and what is read on the way is then the same each time.
        .env("MALLOC_ARENA_MAX", "1")
        .tool(Callgrind::with_args(["--collect-atstart=no", "--toggle-collect=counted"])),
    binary_benchmark_groups = paths
);
