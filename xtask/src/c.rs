//! The C part of the tests: the header in five language standards, the programs of `tests/c`, valgrind, and the sanitizer of
//! addresses.

use crate::library::{self, Kind};
use crate::report::Report;
use crate::shell::{Result, command, files, fresh, read, root, run, slurp, spill, target};
use crate::surface::Surface;
use crate::{abi, header, prove, tools};
use std::path::{Path, PathBuf};

/// Every warning is an error.
pub(crate) const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The languages a host may be written in: compiler, flags that name the language, and what to call it.
pub(crate) const C99: Language = Language { compiler: "cc", flags: &["-std=c99"], name: "c99" };
pub(crate) const CXX17: Language = Language { compiler: "g++", flags: &["-x", "c++", "-std=c++17"], name: "c++17" };
/// Both sides of the interface under AddressSanitizer: the program, and a library that was built for it.
const SANITIZED: Language =
    Language { compiler: "cc", flags: &["-std=c99", "-fsanitize=address", "-fno-omit-frame-pointer"], name: "asan" };
const ALL: [Language; 5] = [
    C99,
    Language { compiler: "cc", flags: &["-std=c11"], name: "c11" },
    Language { compiler: "cc", flags: &["-std=c17"], name: "c17" },
    Language { compiler: "g++", flags: &["-x", "c++", "-std=c++98"], name: "c++98" },
    CXX17,
];

/// A language standard, and who compiles it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language {
    compiler: &'static str,
    flags: &'static [&'static str],
    name: &'static str,
}

/// Runs the section.
pub(crate) fn section(report: &mut Report) {
    report.step("C: tools", || tools::need(&[tools::CC, tools::CXX, tools::VALGRIND]).map(|()| 1));
    report.step("C: the header in five standards, twice, in two units", || {
        let library = library::build(Kind::Debug)?;
        let surface = Surface::read(&slurp(&header::path())?)?;
        let folder = target().join("xtask/c/header");
        fresh(&folder)?;
        let (first, second, layout) = (folder.join("first.c"), folder.join("second.c"), folder.join("layout.c"));
        spill(&first, FIRST_UNIT)?;
        spill(&second, &second_unit(&surface))?;
        spill(&layout, &abi::layout_program(&surface))?;
        for language in ALL {
            let built = compile(language, &[&first, &second], &folder.join(language.name), &library)?;
            run(&mut command(built))?;
            let built = compile(language, &[&layout], &folder.join(format!("layout-{}", language.name)), &library)?;
            run(&mut command(built))?;
        }
        Ok(2 * ALL.len())
    });
    let programs = files(&root().join("tests/c"), "c");
    if programs.is_empty() {
        report.step("C: programs", || Err("tests/c has no programs".into()));
    }
    let (mut built, mut sanitized) = (None, None);
    report.step("C: AddressSanitizer sees what the library reads behind a caller's struct", || {
        let library = once(&mut sanitized, Kind::Sanitized)?;
        let (folder, program) = (target().join("xtask/c/liar"), target().join("xtask/c/liar.c"));
        fresh(&folder)?;
        spill(&program, LIAR)?;
        match read(&mut command(compile(SANITIZED, &[&program], &folder.join("liar"), &library)?)) {
            Err(why) if why.contains("heap-buffer-overflow") && why.contains("obligor_reason_text") => Ok(1),
            Err(why) => Err(format!("it ended, but not because of the read:\n{why}")),
            Ok(_) => Err("it saw nothing".into()),
        }
    });
    for program in &programs {
        for language in [C99, CXX17] {
            report.step(&format!("C: {} as {}", stem(program), language.name), || {
                let library = once(&mut built, Kind::Hooks)?;
                run_program(&build_program(program, language, &library)?, &[]).map(|()| 1)
            });
        }
        // The README's lines name a file; fifty thousand calls of a server take a minute, and Python makes them.
        if !["readme", "growth"].contains(&stem(program).as_str()) {
            report.step(&format!("C: {} with its credit state in a PostgreSQL server", stem(program)), || {
                tools::need(&[tools::PYTHON])?;
                tools::need(&tools::POSTGRES)?;
                let library = once(&mut built, Kind::Hooks)?;
                run_program(&build_program(program, C99, &library)?, &tools::WITH_POSTGRES).map(|()| 1)
            });
        }
        // Valgrind and AddressSanitizer keep what was given back: the memory of a process under them is theirs.
        if stem(program) != "growth" {
            report.step(&format!("C: {} under valgrind", stem(program)), || {
                let library = once(&mut built, Kind::Hooks)?;
                run_program(&build_program(program, C99, &library)?, &VALGRIND).map(|()| 1)
            });
            report.step(&format!("C: {} under AddressSanitizer", stem(program)), || {
                let library = once(&mut sanitized, Kind::Sanitized)?;
                run_program(&build_program(program, SANITIZED, &library)?, &[]).map(|()| 1)
            });
        }
    }
    prove::short_soak(report);
}

const VALGRIND: [&str; 7] = [
    "valgrind",
    "--quiet",
    // One thread runs at a time there; else one that calls without end may be it for ever.
    "--fair-sched=yes",
    "--error-exitcode=99",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite,indirect",
    "--show-leak-kinds=definite,indirect",
];

/// A library with test hooks, built once for all programs.
fn once(built: &mut Option<PathBuf>, kind: Kind) -> Result<PathBuf> {
    if let Some(library) = built {
        return Ok(library.clone());
    }
    let library = library::build(kind)?;
    *built = Some(library.clone());
    Ok(library)
}

fn build_program(program: &Path, language: Language, library: &Path) -> Result<PathBuf> {
    let folder = target().join("xtask/c").join(stem(program));
    fresh(&folder.join("files"))?;
    compile(language, &[program], &folder.join(language.name), library)
}

/// Runs a program of `tests/c`. Its arguments are an empty folder for its files, and the root of the checkout.
fn run_program(program: &Path, wrapper: &[&str]) -> Result {
    let scratch = program.parent().unwrap_or(program).join("files");
    let mut command = match wrapper {
        [first, rest @ ..] => {
            let mut command = command(first);
            command.args(rest).arg(program);
            command
        }
        [] => command(program),
    };
    run(command.arg(scratch).arg(root()))
}

/// Compiles and links units with the library, so that the program finds it where it lies.
pub(crate) fn compile(language: Language, units: &[&Path], to: &Path, library: &Path) -> Result<PathBuf> {
    let folder = library.parent().unwrap_or(library);
    let mut rpath = std::ffi::OsString::from("-Wl,-rpath,");
    rpath.push(folder);
    let mut compiler = command(language.compiler);
    compiler.args(language.flags).args(STRICT).args(["-g", "-pthread", "-I", "include", "-I", "tests/c"]);
    // `-x c++` would also hold for the library: it comes as `-l`.
    compiler.args(units).arg("-o").arg(to).arg("-L").arg(folder).args(["-lobligor", "-lm", "-ldl"]).arg(rpath);
    run(&mut compiler)?;
    Ok(to.to_path_buf())
}

/// A program's name.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

const FIRST_UNIT: &str = "\
#include \"obligor.h\"
#include \"obligor.h\"
int first_unit(void);
int first_unit(void) { return OBLIGOR_OK; }
";

/// Says that its struct is larger than its memory.
const LIAR: &str = "\
#include <stdlib.h>
#include \"obligor.h\"
int main(void) {
    char text[64];
    size_t needed;
    uint32_t *room = malloc(16);
    if (room == NULL) return 1;
    room[0] = sizeof(obligor_reason);
    obligor_reason_text((const obligor_reason *)room, \"DKK\", -1, \"en\", -1, text, sizeof text, &needed);
    free(room);
    return 0;
}
";

/// The second unit links every function, so that a function which is declared and not there is found.
fn second_unit(surface: &Surface) -> String {
    let functions: String = surface.functions.keys().map(|name| format!("    (function)&{name},\n")).collect();
    format!(
        "#include \"obligor.h\"\n#include \"obligor.h\"\n\
         typedef void (*function)(void);\nint first_unit(void);\n\
         static function const functions[] = {{\n{functions}}};\n\
         int main(void) {{\n    size_t i;\n\
         \x20   for (i = 0; i < sizeof functions / sizeof functions[0]; i++) {{\n\
         \x20       if (functions[i] == 0) return 1;\n    }}\n\
         \x20   return first_unit() != OBLIGOR_OK;\n}}\n"
    )
}
