//! The DLL, built with MinGW and tried under wine: what it asks Windows for, what it shows, and the C programs.

use crate::report::Report;
use crate::shell::{Result, cargo, command, files, fresh, read, root, run, slurp, target};
use crate::{c, library, tools};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The system whose DLL is tried.
const TRIPLE: &str = "x86_64-pc-windows-gnu";

/// How wide the addresses of a Windows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bits {
    SixtyFour,
    ThirtyTwo,
}

impl Bits {
    /// A program of MinGW for it.
    pub(crate) fn tool(self, name: &str) -> String {
        match self {
            Self::SixtyFour => format!("x86_64-w64-mingw32-{name}"),
            Self::ThirtyTwo => format!("i686-w64-mingw32-{name}"),
        }
    }

    /// What LLVM's `dlltool` calls the processor.
    pub(crate) fn machine(self) -> &'static str {
        match self {
            Self::SixtyFour => "i386:x86-64",
            Self::ThirtyTwo => "i386",
        }
    }

    /// Wine's loader for it.
    fn wine(self) -> &'static str {
        match self {
            Self::SixtyFour => "wine64",
            Self::ThirtyTwo => "wine",
        }
    }
}

/// What wine does not do is what needs Unix: `load` forks, and both ask `/proc`.
const UNIX_ONLY: [&str; 2] = ["growth", "load"];

/// Every DLL that may be needed. All of them are part of Windows 10 and Server 2016, also without a desktop.
const SYSTEM: [&str; 12] = [
    "advapi32.dll",
    "api-ms-win-core-synch-l1-2-0.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "secur32.dll",
    "userenv.dll",
    "ws2_32.dll",
];

/// Runs the section.
pub(crate) fn section(report: &mut Report) {
    if let Err(why) = ready(TRIPLE) {
        report.not_run("the DLL for Windows", &why);
        return;
    }
    report.step("Windows: tools", || tools::need(&[tools::MINGW, tools::WINE]).map(|()| 1));
    let folder = target().join("xtask/windows");
    report.step("Windows: the DLL needs nothing but the system, and shows what the header says", || {
        run(cargo().args(["build", "--lib", "--locked", "--target", TRIPLE]))?;
        let built = target().join(TRIPLE).join("debug");
        for name in ["obligor.dll", "libobligor.dll.a"] {
            library::copy(&built.join(name), &folder.join(name))?;
        }
        check(&folder.join("obligor.dll"), Bits::SixtyFour).map(|()| 2)
    });
    let programs = files(&root().join("tests/c"), "c");
    for program in programs.iter().filter(|program| !UNIX_ONLY.contains(&c::stem(program).as_str())) {
        report.step(&format!("Windows: {} under wine", c::stem(program)), || {
            let built = compile(program, &folder, &[&folder.join("libobligor.dll.a")])?;
            run_program(&built, &folder, Bits::SixtyFour).map(|()| 1)
        });
    }
    report.step("Windows: what was used stays loaded, under wine", || {
        let built = compile(&root().join("tests/wine/unload.c"), &folder, &[])?;
        run_program(&built, &folder, Bits::SixtyFour).map(|()| 1)
    });
}

/// Makes sure that the compiler has the standard library for a system.
///
/// # Errors
/// Why it cannot be had, which is to be reported as "not run".
pub(crate) fn ready(triple: &str) -> Result {
    let has = || {
        let folder = read(command("rustc").args(["--print", "target-libdir", "--target", triple]));
        folder.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
    };
    if has() {
        return Ok(());
    }
    let brought = read(command("rustup").args(["target", "add", triple]));
    if has() {
        return Ok(());
    }
    let said = brought.err().unwrap_or_default();
    Err(format!("needs `rustup target add {triple}`, and it could not be had here: {}", said.trim()))
}

/// Looks at a DLL as the loader does: what it needs, and what it shows.
pub(crate) fn check(dll: &Path, bits: Bits) -> Result {
    let table = read(command(bits.tool("objdump")).arg("-p").arg(dll))?;
    let foreign: Vec<String> = imports(&table).into_iter().filter(|name| !SYSTEM.contains(&name.as_str())).collect();
    if !foreign.is_empty() {
        return Err(format!("{} needs what a new Windows may not have: {}", dll.display(), foreign.join(", ")));
    }
    let record = slurp(&root().join("abi/exports.txt"))?;
    let recorded: BTreeSet<String> =
        record.lines().filter_map(|line| line.split(':').next()).map(str::to_owned).collect();
    let shown = exports(&table);
    let wrong: Vec<&str> = recorded.symmetric_difference(&shown).map(String::as_str).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("only one of {} and abi/exports.txt has {}", dll.display(), wrong.join(", ")))
}

/// The DLLs in what `objdump -p` says, in small letters.
fn imports(table: &str) -> BTreeSet<String> {
    table.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: ")).map(str::to_ascii_lowercase).collect()
}

/// The functions in what `objdump -p` says: the last word of each line of the table of names.
fn exports(table: &str) -> BTreeSet<String> {
    let (_, names) = table.split_once("[Ordinal/Name Pointer] Table").unwrap_or_default();
    let lines = names.lines().skip(1).take_while(|line| line.trim_start().starts_with('['));
    lines.filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

fn compile(program: &Path, folder: &Path, libraries: &[&Path]) -> Result<PathBuf> {
    let to = folder.join(c::stem(program)).with_extension("exe");
    let mut gcc = command(Bits::SixtyFour.tool("gcc"));
    gcc.arg("-std=c99").args(c::STRICT).args(["-g", "-pthread", "-static", "-I", "include", "-I", "tests/c"]);
    run(gcc.arg(program).arg("-o").arg(&to).args(libraries))?;
    Ok(to)
}

/// Runs a program under wine. It finds the DLL beside it, and gets the arguments that the C tests get.
pub(crate) fn run_program(program: &Path, folder: &Path, bits: Bits) -> Result {
    let scratch = folder.join("files").join(c::stem(program));
    fresh(&scratch)?;
    random_numbers(folder, bits)?;
    run(wine(bits)?.arg(program).arg(scratch).arg(root()))
}

/// Makes sure that wine runs programs of so many bits. Debian has it for 32 in a package of another architecture, which nobody
/// is given without being asked.
///
/// # Errors
/// Why it cannot be had, which is to be reported as "not run".
pub(crate) fn ready_for(bits: Bits) -> Result {
    if bits == Bits::SixtyFour {
        return tools::need(&[tools::WINE]);
    }
    // A script of the same name, which looks for a loader, may be all there is.
    let found = "PATH=/usr/lib/wine:$PATH; head --bytes=5 \"$(command -v wine)\" | grep --text -q \"$(printf '\\177ELF\\001')\"";
    if read(command("sh").args(["-c", found])).is_ok() {
        return Ok(());
    }
    Err("needs `dpkg --add-architecture i386 && apt-get update && apt-get install wine32:i386`".into())
}

/// Wine, with a Windows of its own.
fn wine(bits: Bits) -> Result<std::process::Command> {
    let windows = target().join("xtask/windows");
    std::fs::create_dir_all(&windows).map_err(|e| format!("cannot make {}: {e}", windows.display()))?;
    // Debian keeps the loader out of the path. A program that hangs is a failure too.
    let mut wine = command("sh");
    wine.args(["-c", "PATH=/usr/lib/wine:$PATH; exec timeout 300 \"$@\"", "sh", bits.wine()]);
    if bits == Bits::ThirtyTwo {
        wine.env("WINEARCH", "win32");
    }
    // No messages of wine's own, and no offer to install Mono or Gecko.
    wine.env("WINEPREFIX", windows.join(bits.wine()))
        .env("WINEDEBUG", "-all")
        .env("WINEDLLOVERRIDES", "mscoree,mshtml=");
    Ok(wine)
}

/// Lays the DLL beside the programs that wine lacks.
fn random_numbers(folder: &Path, bits: Bits) -> Result {
    let mut gcc = command(bits.tool("gcc"));
    gcc.args(["-shared", "tests/wine/bcryptprimitives.c", "-ladvapi32", "-o"]);
    run(gcc.arg(folder.join("bcryptprimitives.dll")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\n\tDLL Name: KERNEL32.dll\n\tvma: \n\tDLL Name: libgcc_s_seh-1.dll\n\
        [Ordinal/Name Pointer] Table\n\t[   0] obligor_close\n\t[   1] +base[   2]  0001 obligor_open\n\nThe Function\n";

    #[test]
    fn the_tables_of_a_dll_are_read_in_both_spellings() {
        assert_eq!(imports(TABLE).into_iter().collect::<Vec<_>>(), ["kernel32.dll", "libgcc_s_seh-1.dll"]);
        assert_eq!(exports(TABLE).into_iter().collect::<Vec<_>>(), ["obligor_close", "obligor_open"]);
        assert!(exports("nothing").is_empty());
    }
}
