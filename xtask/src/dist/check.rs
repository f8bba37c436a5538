//! Takes the SDK apart as a user would, and uses every part of it.

use super::system::System;
use super::{Place, archive, contents, nuget, sdk};
use crate::report::{Report, count_passed};
use crate::shell::{Result, command, files, fresh, read, root, run, slurp, spill, tee};
use crate::windows::Bits;
use crate::{c, library, python, tools, windows};
use std::path::{Path, PathBuf};

/// Checks everything that was made.
pub(super) fn all(report: &mut Report, place: &Place, systems: &[&System]) {
    let tools = [tools::UNZIP, tools::PKG_CONFIG, tools::WINE, tools::LLD];
    report.step("dist: tools to check with", || tools::need(&tools).map(|()| 1));
    let folder = place.scratch().join("check");
    report.step("dist: the zips hold what their sums say", || {
        fresh(&folder)?;
        run(command("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(place.out()))?;
        for system in systems {
            unzip(&sdk::zip(place, system), &folder)?;
            run(command("sha256sum")
                .args(["--check", "--quiet", "SHA256SUMS"])
                .current_dir(open(&folder, place, system)))?;
        }
        Ok(systems.len())
    });
    for system in systems {
        let name = system.name;
        let sdk = open(&folder, place, system);
        report.step(&format!("{name}: the library is small and stripped, and its symbols are beside it"), || {
            weigh(system, &sdk).map(|()| 1)
        });
        report.step(&format!("{name}: all that is inside has a name and a licence"), || contents::check(&sdk));
        report.step(&format!("{name}: C programs are compiled with pkg-config"), || c_program(system, &sdk));
        if let Some(bits) = system.windows {
            report.step(&format!("{name}: the loader's view, and a version for people"), || {
                loader_view(place, system, bits, &sdk)
            });
            report.step(&format!("{name}: obligor.lib is linked as MSVC does it"), || link_as_msvc(system, bits, &sdk));
            match windows::ready_for(bits) {
                Ok(()) => report.step(&format!("{name}: the programs run under wine"), || under_wine(bits, &sdk)),
                Err(why) => report.not_run(&format!("{name}: the programs under wine"), &why),
            }
        } else {
            report.step(&format!("{name}: the program runs"), || {
                let files = sdk.join("files");
                fresh(&files)?;
                run(command(sdk.join("order.exe")).arg(files).arg(root())).map(|()| 1)
            });
            report.step(&format!("{name}: the wheel in an empty environment, with its tests"), || wheel(place, &sdk));
            report.step(&format!("{name}: the NuGet package under Mono, with its tests"), || package(place, &folder));
        }
    }
}

/// Where a zip was unpacked.
fn open(folder: &Path, place: &Place, system: &System) -> PathBuf {
    folder.join(sdk::folder(place, system).file_name().unwrap_or_default())
}

fn unzip(zip: &Path, to: &Path) -> Result {
    run(command("unzip").arg("-q").arg(zip).arg("-d").arg(to))
}

/// The library in an SDK.
fn library_of(system: &System, sdk: &Path) -> PathBuf {
    sdk.join(if system.windows.is_some() { "bin" } else { "lib" }).join(system.library)
}

fn weigh(system: &System, sdk: &Path) -> Result {
    let library = library_of(system, sdk);
    let bytes = std::fs::metadata(&library).map_err(|e| format!("{}: {e}", library.display()))?.len();
    println!("{}: {:.2} MB", system.name, bytes as f64 / 1e6);
    if bytes > system.most {
        return Err(format!("{bytes} bytes; {} are allowed", system.most));
    }
    let sections = |file: &Path| read(command(system.tool("objdump")).arg("-h").arg(file));
    let (own, apart) = (sections(&library)?, sections(&library.with_file_name(format!("{}.debug", system.library)))?);
    match (own.contains(".gnu_debuglink"), own.contains(".debug_line"), apart.contains(".debug_line")) {
        (true, false, true) => Ok(()),
        told => Err(format!("link to the symbols, symbols inside, symbols apart: {told:?}, not (true, false, true)")),
    }
}

/// The road of an order, compiled with nothing but what `pkg-config` says.
fn c_program(system: &System, sdk: &Path) -> Result<usize> {
    let told = |what: &str| {
        let mut ask = command("pkg-config");
        ask.env("PKG_CONFIG_PATH", sdk.join("lib/pkgconfig")).args([what, "obligor"]);
        read(&mut ask).map(|said| said.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    let to = sdk.join("order.exe");
    let mut gcc = command(if system.windows.is_some() { system.tool("gcc") } else { "cc".to_owned() });
    gcc.arg("-std=c99").args(c::STRICT).args(told("--cflags")?).args(["-I", "tests/c", "tests/c/order.c", "-o"]);
    gcc.arg(&to).args(told("--libs")?);
    if system.windows.is_none() {
        gcc.arg(format!("-Wl,-rpath,{}", sdk.join("lib").display()));
    }
    run(&mut gcc).map(|()| 1)
}

fn loader_view(place: &Place, system: &System, bits: Bits, sdk: &Path) -> Result<usize> {
    let dll = library_of(system, sdk);
    windows::check(&dll, bits)?;
    // Texts in a resource are UTF-16.
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let bytes = std::fs::read(&dll).map_err(|e| format!("cannot read {}: {e}", dll.display()))?;
    let wanted = wide(&format!("ProductVersion\0{}\0", place.version));
    // The value begins at a multiple of four, so a filler may stand before it.
    let padded = wide(&format!("ProductVersion\0\0{}\0", place.version));
    let has = |text: &[u8]| bytes.windows(text.len()).any(|some| some == text);
    if has(&wanted) || has(&padded) { Ok(1) } else { Err("the DLL has no version resource".into()) }
}

/// Links a program that needs no C library with `lld-link`, which takes what Microsoft's linker takes.
fn link_as_msvc(system: &System, bits: Bits, sdk: &Path) -> Result<usize> {
    let source = sdk.join("version.c");
    spill(
        &source,
        "#include <obligor.h>\nint start(void) { return obligor_abi_version() == OBLIGOR_ABI_VERSION ? 42 : 0; }\n",
    )?;
    let (object, program) = (sdk.join("version.obj"), sdk.join("version.exe"));
    run(command(system.tool("gcc")).arg("-c").arg("-I").arg(sdk.join("include")).arg(&source).arg("-o").arg(&object))?;
    let mut link = command("lld-link");
    link.args(["/entry:start", "/subsystem:console", "/nodefaultlib"]).arg(format!("/out:{}", program.display()));
    if bits == Bits::ThirtyTwo {
        // MinGW's objects have no table of handlers, which a linker for 32 bit asks for.
        link.arg("/safeseh:no");
    }
    run(link.arg(object).arg(sdk.join("lib/obligor.lib"))).map(|()| 1)
}

/// Runs what was compiled and linked, beside the DLL.
fn under_wine(bits: Bits, sdk: &Path) -> Result<usize> {
    library::copy(&sdk.join("bin/obligor.dll"), &sdk.join("obligor.dll"))?;
    windows::run_program(&sdk.join("order.exe"), sdk, bits)?;
    // What ends with 1 may be wine.
    match windows::run_program(&sdk.join("version.exe"), sdk, bits) {
        Err(why) if why.contains("ended with exit status: 42") => Ok(2),
        other => Err(format!("the program did not hear the ABI version: {other:?}")),
    }
}

/// Installs the wheel and runs its tests in a checkout that has no package to import by mistake.
fn wheel(place: &Place, sdk: &Path) -> Result<usize> {
    let folder = place.scratch().join("wheel-check");
    let checkout = folder.join("checkout");
    fresh(&folder)?;
    super::copy_checkout(&place.root, &checkout, |file| !file.starts_with("bindings/python/obligor/"))?;
    run(command("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    let python = folder.join("venv/bin/python");
    run(python::pip(&python, &["install", "--no-index", "--no-deps"]).arg(sdk::wheel(sdk)?))?;
    run(python::pip(&python, &["install", "-r"]).arg("xtask/python-tools.txt"))?;
    let mut tests = command(&python);
    // How a wheel is made is tested where the package is.
    tests.args(["-m", "pytest", "-p", "no:cacheprovider", "--ignore=tests/test_packaging.py"]);
    tests.current_dir(checkout.join("bindings/python")).env_remove("OBLIGOR_LIBRARY");
    let (said, ended) = tee(&mut tests);
    ended?;
    let from =
        read(command(&python).args(["-c", "import obligor; print(obligor.library_path())"]).current_dir(&folder))?;
    match count_passed(&said) {
        0 => Err("pytest found no tests".into()),
        _ if !from.starts_with(&*folder.join("venv").to_string_lossy()) => Err(format!("tested was {from}")),
        passed => Ok(passed),
    }
}

/// Lays out the package as NuGet does and runs the tests of the C# binding with what is in it.
fn package(place: &Place, folder: &Path) -> Result<usize> {
    let folder = folder.join("nuget");
    fresh(&folder)?;
    unzip(&nuget::path(place), &folder)?;
    let told = slurp(&folder.join("[Content_Types].xml"))?;
    for file in archive::tree(&folder)? {
        let extension = file.rsplit_once('.').map(|(_, end)| format!("Extension=\"{end}\""));
        let known = told.contains(&format!("\"/{file}\"")) || extension.is_some_and(|it| told.contains(&it));
        if !known && file != "[Content_Types].xml" {
            return Err(format!("{file} has no content type"));
        }
    }
    let assembly = folder.join("Obligor.dll");
    library::copy(&folder.join("lib/netstandard2.0/Obligor.dll"), &assembly)?;
    let mut mcs = command("mcs");
    mcs.args(["-langversion:7", "-r:System.Core.dll", "-target:exe"]).arg(format!("-r:{}", assembly.display()));
    mcs.arg(format!("-out:{}", folder.join("Tests.exe").display()));
    run(mcs.args(files(&root().join("bindings/csharp/Tests"), "cs")))?;
    let scratch = folder.join("files");
    fresh(&scratch)?;
    let mut mono = command("mono");
    mono.env_remove("OBLIGOR_LIBRARY").arg("--debug").arg(folder.join("Tests.exe")).arg(scratch).arg(root());
    let (said, ended) = tee(&mut mono);
    ended.map(|()| count_passed(&said))
}
