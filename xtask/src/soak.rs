//! `cargo xtask prove soak`: a mixed load for an hour, and a look at what the process keeps meanwhile.
//!
//! The load is `tests/soak/load.c`, a host of the shared library with eight threads. It is looked at from outside: its
//! resident memory, its open files, its threads. What it keeps on record grows all the time; none of the three may.

use crate::c::{self, C99};
use crate::library::{self, Kind};
use crate::shell::{Result, command, fresh, root, target};
use crate::tools;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How many looks a soak of any length takes, about.
const LOOKS: u32 = 720;
/// The shortest time between two.
const SHORTEST: Duration = Duration::from_millis(200);
/// Lines of the table that is printed.
const LINES: u32 = 20;

/// By how much the median of the last third of the looks may be above that of the second, in KiB. A call that leaves one
/// byte behind comes to more in an hour.
const MEMORY: u64 = 1024;
/// The same for open files: a read that goes on longer has its connection open.
const FILES: u64 = 2;

/// What a process has at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    seconds: u64,
    /// Resident memory in KiB.
    memory: u64,
    files: u64,
    threads: u64,
}

/// Runs the load with a build of the library for so long. Answers 1, for the test that it is.
pub(crate) fn run_for(kind: Kind, length: Duration) -> Result<usize> {
    tools::need(&[tools::CC])?;
    let library = library::build(kind)?;
    // A short one may run beside a long one.
    let folder = target().join(format!("xtask/soak-{}", length.as_secs()));
    let scratch = folder.join("files");
    fresh(&scratch)?;
    let load = c::compile(C99, &[&root().join("tests/soak/load.c")], &folder.join("load"), &library)?;
    let mut load = command(load);
    load.arg(&scratch).arg(root()).arg(length.as_secs().to_string()).stdout(Stdio::piped());
    let mut load = load.spawn().map_err(|e| format!("cannot start the load: {e}"))?;
    let looks = watch(&mut load, length);
    // Whatever became of watching it, it does not outlive us.
    let ended = if looks.is_ok() { load.wait() } else { load.kill().and_then(|()| load.wait()) };
    let (looks, said) = looks?;
    print!("{said}");
    match ended {
        Ok(status) if status.success() => {}
        other => return Err(format!("the load ended with {other:?}")),
    }
    judge(&looks)?;
    // What it kept on record is large.
    std::fs::remove_dir_all(&scratch).map_err(|e| format!("cannot remove {}: {e}", scratch.display()))?;
    Ok(1)
}

/// Looks at the load until it ends, and prints some of what it sees. Returns what was seen, and what the load said at its end.
fn watch(load: &mut Child, length: Duration) -> Result<(Vec<Look>, String)> {
    let out = load.stdout.take().ok_or("the load has no output")?;
    let mut out = BufReader::new(out);
    let mut line = String::new();
    out.read_line(&mut line).map_err(|e| format!("the load cannot be heard: {e}"))?;
    if line.trim_end() != "steady" {
        return Err(format!("the load did not get as far as to be steady: {line}"));
    }
    println!("  seconds  resident KiB  files  threads");
    let began = Instant::now();
    let mut next_line = began;
    let mut looks = Vec::new();
    while load.try_wait().map_err(|e| format!("lost the load: {e}"))?.is_none() {
        // Its last look may find it gone.
        if let Some(look) = look(load.id(), began) {
            if Instant::now() >= next_line {
                println!("  {:>7}  {:>12}  {:>5}  {:>7}", look.seconds, look.memory, look.files, look.threads);
                next_line += length / LINES;
            }
            // Then it stops: it counts its threads in and verifies once more.
            if began.elapsed() < length {
                looks.push(look);
            }
        }
        std::thread::sleep((length / LOOKS).max(SHORTEST));
    }
    let mut said = String::new();
    out.read_to_string(&mut said).map_err(|e| format!("the load cannot be heard: {e}"))?;
    Ok((looks, said))
}

fn look(process: u32, began: Instant) -> Option<Look> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
    };
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
    Some(Look {
        seconds: began.elapsed().as_secs(),
        memory: number("VmRSS")?,
        files: u64::try_from(files).ok()?,
        threads: number("Threads")?,
    })
}

/// Compares the last third of what was seen with the second; the first is for warming up.
fn judge(looks: &[Look]) -> Result {
    let third = looks.len() / 3;
    let (Some(before), Some(after)) = (looks.get(third..2 * third), looks.get(2 * third..)) else {
        return Err("the load was not looked at".into());
    };
    if third < 10 {
        return Err(format!("only {} looks at the load: too few to judge by", looks.len()));
    }
    let mut grown = Vec::new();
    for (what, of, most) in [
        ("resident memory in KiB", (|look| look.memory) as fn(&Look) -> u64, MEMORY),
        ("open files", |look| look.files, FILES),
        ("threads", |look| look.threads, 0),
    ] {
        let (was, is) = (median(before, of), median(after, of));
        println!("{what}: {was}, then {is}");
        if is > was + most {
            grown.push(format!("{what} grew from {was} to {is}; at most {most} more is flat"));
        }
    }
    if grown.is_empty() { Ok(()) } else { Err(grown.join("\n")) }
}

fn median(looks: &[Look], of: fn(&Look) -> u64) -> u64 {
    let mut numbers: Vec<u64> = looks.iter().map(of).collect();
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(memory: impl Fn(u64) -> u64, files: impl Fn(u64) -> u64, threads: impl Fn(u64) -> u64) -> Vec<Look> {
        (0..90).map(|at| Look { seconds: at, memory: memory(at), files: files(at), threads: threads(at) }).collect()
    }

    #[test]
    fn growth_is_seen_after_the_warming_up_and_noise_is_none() {
        let noise = |at: u64| 80_000 + at * 37 % 1000;
        assert_eq!(judge(&looks(noise, |at| 20 + at % 3, |_| 9)), Ok(()));
        assert_eq!(judge(&looks(|at| if at < 30 { 1000 * at } else { noise(at) }, |_| 20, |_| 9)), Ok(()));
        for (wrong, named) in [
            (looks(|at| noise(at) + 100 * at, |_| 20, |_| 9), "memory"),
            (looks(noise, |at| 20 + at / 7, |_| 9), "files"),
            (looks(noise, |_| 20, |at| if at < 70 { 9 } else { 10 }), "threads"),
        ] {
            assert!(judge(&wrong).unwrap_err().contains(named));
        }
        assert!(judge(&looks(noise, |_| 20, |_| 9)[..20]).is_err());
    }
}
