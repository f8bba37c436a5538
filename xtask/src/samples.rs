//! The samples of `samples/hosts`: the same small job in every language a host is written in.
//!
//! Each is built as its comment says, run on a fresh store, and must print `samples/hosts/output.txt`; run on a store that
//! is none, it must end with an error and the library's words. Languages without a header declare the structs themselves:
//! what their compilers make of that is printed by a program that is written here from `abi/layout.json`, and compared
//! with it. VBA and ABL have no compiler here; `declared` reads their texts.

mod declared;

use crate::library::{self, Kind};
use crate::report::Report;
use crate::shell::{Result, command, files, fresh, read, root, run, slurp, spill, target};
use crate::surface::{Field, Surface};
use crate::tools::{self, Tool};
use crate::{abi, c, csharp};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The structs that the samples declare, and what their fields are called after where a language has one name space.
const STRUCTS: [(&str, &str); 4] = [
    ("obligor_order", "ORDER"),
    ("obligor_decision", "DECISION"),
    ("obligor_reason", "REASON"),
    ("obligor_account", "ACCOUNT"),
];

/// What the library says of a store that is none.
const NO_STORE: &str = "the store is damaged";

/// A language that has a compiler here.
struct Language {
    /// Its folder in `samples/hosts`.
    name: &'static str,
    tools: &'static [Tool],
    /// Builds the sample and answers how it is run.
    build: fn(&Place) -> Result<Command>,
    /// Writes and builds the program that prints its structs, if it declares them itself.
    layout: Option<fn(&Place, &Surface) -> Result<Command>>,
}

const LANGUAGES: [Language; 7] = [
    Language { name: "c", tools: &[tools::CC], build: build_c, layout: None },
    Language { name: "cpp", tools: &[tools::CXX], build: build_cpp, layout: None },
    Language { name: "csharp", tools: &[tools::MCS, tools::MONO], build: build_csharp, layout: None },
    Language { name: "python", tools: &[tools::PYTHON], build: build_python, layout: None },
    Language {
        name: "pascal",
        tools: &[tools::FPC, tools::CC],
        build: |place| fpc(place, &place.source("FirstOrder.dpr"), "FirstOrder"),
        layout: Some(|place, surface| fpc(place, &place.spill("layout.pas", &pascal_layout(surface))?, "layout")),
    },
    Language {
        name: "cobol",
        tools: &[tools::COBC, tools::CC],
        build: |place| cobc(place, &place.source("first-order.cob"), "first-order"),
        layout: Some(|place, surface| cobc(place, &place.spill("layout.cob", &cobol_layout(surface))?, "layout")),
    },
    Language {
        name: "java",
        tools: &[tools::JAVAC, tools::JNA],
        build: |place| java(place, &[], "FirstOrder"),
        layout: Some(|place, surface| java(place, &[place.spill("Layout.java", &java_layout(surface))?], "Layout")),
    },
];

/// Where a sample is, where it is built, and with which library.
struct Place {
    sources: PathBuf,
    target: PathBuf,
    library: PathBuf,
}

impl Place {
    fn source(&self, name: &str) -> PathBuf {
        self.sources.join(name)
    }

    fn spill(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.target.join(name);
        spill(&path, text).map(|()| path)
    }

    /// The folder of the library.
    fn libraries(&self) -> &Path {
        self.library.parent().unwrap_or(&self.library)
    }
}

/// Runs the section.
pub(crate) fn section(report: &mut Report) {
    let folder = root().join("samples/hosts");
    for language in &LANGUAGES {
        report.step(&format!("samples: the first order in {}", language.name), || {
            tools::need(language.tools)?;
            let place = Place {
                sources: folder.join(language.name),
                target: target().join("xtask/samples").join(language.name),
                library: library::build(Kind::Debug)?,
            };
            fresh(&place.target)?;
            let mut program = (language.build)(&place)?;
            prints(&mut program, &place.target.join("good"), &slurp(&folder.join("output.txt"))?)?;
            fails(&mut program, &place.target.join("bad"))?;
            let Some(layout) = language.layout else { return Ok(2) };
            let surface = abi::baseline()?;
            let said = read(&mut layout(&place, &surface)?)?;
            same("its structs are not those of abi/layout.json", &layout_lines(&surface), &said).map(|()| 3)
        });
    }
    report.step("samples: constants, structs and declarations of each text", || declared::check(&folder));
}

/// Runs the sample in an empty folder, where it makes its store.
fn prints(program: &mut Command, folder: &Path, expected: &str) -> Result {
    fresh(folder)?;
    let said = read(program.current_dir(folder))?;
    same("its output is not samples/hosts/output.txt", expected, &said)
}

/// Runs the sample in a folder whose store is none.
fn fails(program: &mut Command, folder: &Path) -> Result {
    fresh(folder)?;
    spill(&folder.join("credit.db"), "not a store")?;
    match read(program.current_dir(folder)) {
        Ok(said) => Err(format!("it ended well with a store that is none:\n{said}")),
        Err(said) if said.contains(NO_STORE) => Ok(()),
        Err(said) => Err(format!("it did not say the last error, \"{NO_STORE}\":\n{said}")),
    }
}

fn same(complaint: &str, expected: &str, said: &str) -> Result {
    if expected == said {
        return Ok(());
    }
    let (mut expected, mut said) = (expected.lines(), said.lines());
    loop {
        match (expected.next(), said.next()) {
            (None, None) => return Err(format!("{complaint}: the line ends differ")),
            (should, is) if should != is => {
                let [should, is] = [should, is].map(|line| line.unwrap_or("(the end)"));
                return Err(format!("{complaint}:\n  should: {should}\n  is:     {is}"));
            }
            _ => {}
        }
    }
}

fn build_c(place: &Place) -> Result<Command> {
    c::compile(c::C99, &[&place.source("first_order.c")], &place.target.join("first_order"), &place.library)
        .map(command)
}

fn build_cpp(place: &Place) -> Result<Command> {
    c::compile(c::CXX17, &[&place.source("first_order.cpp")], &place.target.join("first_order"), &place.library)
        .map(command)
}

fn build_csharp(place: &Place) -> Result<Command> {
    let program = place.target.join("FirstOrder.exe");
    csharp::build_binding(&place.library, &place.target, &[])?;
    csharp::build_program(&[place.source("FirstOrder.cs")], &program, &place.target)?;
    let mut mono = command("mono");
    mono.env_remove("OBLIGOR_LIBRARY").arg(program);
    Ok(mono)
}

fn build_python(place: &Place) -> Result<Command> {
    let mut python = command("python3");
    python.arg(place.source("first_order.py")).env("OBLIGOR_LIBRARY", &place.library);
    python.env("PYTHONPATH", root().join("bindings/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(python)
}

fn fpc(place: &Place, source: &Path, program: &str) -> Result<Command> {
    let mut fpc = command("fpc");
    // No banner; warnings and notes are errors.
    fpc.args(["-l-", "-vewn", "-Sewn", "-k-rpath"]).arg(joined("-k", place.libraries()));
    fpc.arg(joined("-Fl", place.libraries())).arg(joined("-Fu", &place.sources));
    fpc.arg(joined("-FU", &place.target)).arg(joined("-FE", &place.target)).arg(source);
    run(&mut fpc)?;
    Ok(command(place.target.join(program)))
}

fn cobc(place: &Place, source: &Path, program: &str) -> Result<Command> {
    let to = place.target.join(program);
    let mut cobc = command("cobc");
    cobc.args(["-x", "-Wall", "-Werror", "-fstatic-call", "-I"]).arg(&place.sources).arg("-o").arg(&to).arg(source);
    cobc.arg("-L").arg(place.libraries()).args(["-lobligor", "-Q"]).arg(joined("-Wl,-rpath,", place.libraries()));
    run(&mut cobc)?;
    Ok(command(to))
}

fn java(place: &Place, more: &[PathBuf], class: &str) -> Result<Command> {
    let mut javac = command("javac");
    javac.args(["-Xlint:all", "-Werror", "-cp", tools::JNA_JAR, "-d"]).arg(&place.target);
    run(javac.args(files(&place.sources, "java")).args(more))?;
    let mut java = command("java");
    java.arg("-cp").arg(joined(&format!("{}:", tools::JNA_JAR), &place.target));
    java.arg(joined("-Djna.library.path=", place.libraries())).arg(class);
    Ok(java)
}

/// A flag and the path right behind it.
fn joined(flag: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(flag);
    text.push(path);
    text
}

/// What a layout program must print: each struct and its size, each field with its offset and size.
fn layout_lines(surface: &Surface) -> String {
    layouts(
        surface,
        |name, _, size| format!("{name} {size}\n"),
        |name, _, field| format!("{name}.{} {} {}\n", field.name, field.offset, field.size),
    )
}

fn pascal_layout(surface: &Surface) -> String {
    let lines = layouts(
        surface,
        |name, _, _| format!("  WriteLn('{name} ', SizeOf(T{}));\n", camel(name, true)),
        |name, _, field| {
            let place = format!("P{}(nil)^.{}", camel(name, true), camel(&field.name, true));
            format!("  WriteLn('{name}.{} ', PtrUInt(@{place}), ' ', SizeOf({place}));\n", field.name)
        },
    );
    format!("program layout;\n{{$MODE DELPHI}}\nuses Obligor;\nbegin\n{lines}end.\n")
}

fn cobol_layout(surface: &Surface) -> String {
    // Reasons are a table.
    let nth = |name: &str| if name == "obligor_reason" { "(1)" } else { "" };
    let tell = |what: &str, number: &str, size: &str| {
        format!("           DISPLAY \"{what}\"{number}\n             \" \" FUNCTION TRIM(WIDTH).\n").replace(
            "DISPLAY",
            &format!("MOVE LENGTH OF {size} TO BYTES.\n           MOVE BYTES TO WIDTH.\n           DISPLAY"),
        )
    };
    let lines = layouts(
        surface,
        |name, _, _| {
            let group = format!("{}{}", name.to_uppercase().replace('_', "-"), nth(name));
            tell(name, "", &group) + &format!("           SET BASE TO ADDRESS OF {group}.\n")
        },
        |name, short, field| {
            let item = format!("{short}-{}{}", field.name.to_uppercase().replace('_', "-"), nth(name));
            format!(
                "           SET PLACE TO ADDRESS OF {item}.\n           COMPUTE BYTES = PLACE-NUMBER - BASE-NUMBER.\n\
                 \x20          MOVE BYTES TO OFFSET.\n"
            ) + &tell(&format!("{name}.{}", field.name), "\n             \" \" FUNCTION TRIM(OFFSET)", &item)
        },
    );
    format!(
        "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. LAYOUT.\n       DATA DIVISION.\n\
         \x20      WORKING-STORAGE SECTION.\n           COPY \"obligor.cpy\".\n\
         \x20      01  BASE USAGE POINTER.\n       01  BASE-NUMBER REDEFINES BASE PIC S9(18) COMP-5.\n\
         \x20      01  PLACE USAGE POINTER.\n       01  PLACE-NUMBER REDEFINES PLACE PIC S9(18) COMP-5.\n\
         \x20      01  BYTES PIC S9(9) COMP-5.\n       01  OFFSET PIC -(8)9.\n       01  WIDTH PIC -(8)9.\n\
         \x20      PROCEDURE DIVISION.\n{lines}           STOP RUN.\n"
    )
}

fn java_layout(surface: &Surface) -> String {
    let lines = layouts(
        surface,
        |name, short, _| {
            let class = camel(&short.to_lowercase(), true);
            format!("        tell(new Obligor.{class}(), \"{name}\");\n")
        },
        |name, _, field| format!("        tell(\"{name}.{}\", \"{}\");\n", field.name, camel(&field.name, false)),
    );
    format!(
        "import com.sun.jna.Native;\nimport com.sun.jna.Structure;\n\n\
         final class Layout {{\n    private static Structure struct;\n\n\
         \x20   public static void main(String[] words) throws ReflectiveOperationException {{\n{lines}    }}\n\n\
         \x20   private static void tell(Structure next, String name) {{\n        struct = next;\n\
         \x20       System.out.println(name + \" \" + struct.size());\n    }}\n\n\
         \x20   private static void tell(String name, String field) throws ReflectiveOperationException {{\n\
         \x20       var offset = Structure.class.getDeclaredMethod(\"fieldOffset\", String.class);\n\
         \x20       offset.setAccessible(true);\n        var place = struct.getClass().getField(field);\n\
         \x20       int size = Native.getNativeSize(place.getType(), place.get(struct));\n\
         \x20       System.out.println(name + \" \" + offset.invoke(struct, field) + \" \" + size);\n    }}\n}}\n"
    )
}

/// A text with a part for each struct and each field of it. Both are told the struct's name and its short name.
fn layouts(
    surface: &Surface,
    head: impl Fn(&str, &str, u64) -> String,
    line: impl Fn(&str, &str, &Field) -> String,
) -> String {
    let mut text = String::new();
    for (name, short) in STRUCTS {
        let layout = surface.structs.get(name).cloned().unwrap_or_default();
        text += &head(name, short, layout.size);
        text.extend(layout.fields.iter().map(|field| line(name, short, field)));
    }
    text
}

/// `struct_size` as `structSize`, or as `StructSize`.
fn camel(name: &str, mut upper: bool) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        match letter {
            '_' => upper = true,
            letter if std::mem::take(&mut upper) => text.push(letter.to_ascii_uppercase()),
            letter => text.push(letter),
        }
    }
    text
}
