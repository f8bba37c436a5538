//! The SDK of one system: a folder with all that a host program needs, and the same as a zip.

use super::system::System;
use super::{Place, archive, contents, nuget};
use crate::shell::{Result, command, files, fresh, read, run, slurp, spill};
use crate::windows::Bits;
use crate::{library, python};
use std::path::{Path, PathBuf};

/// The name of a system's folder, and of its zip.
fn name(place: &Place, system: &System) -> String {
    format!("obligor-{}-{}", place.version, system.name)
}

/// A system's folder.
pub(super) fn folder(place: &Place, system: &System) -> PathBuf {
    place.out().join(name(place, system))
}

/// A system's zip.
pub(super) fn zip(place: &Place, system: &System) -> PathBuf {
    place.out().join(format!("{}.zip", name(place, system)))
}

/// The wheel in an SDK.
pub(super) fn wheel(sdk: &Path) -> Result<PathBuf> {
    match files(&sdk.join("bindings"), "whl").as_slice() {
        [wheel] => Ok(wheel.clone()),
        other => Err(format!("expected one wheel, found {other:?}")),
    }
}

/// Lays out the folder of a system, and packs it.
pub(super) fn lay_out(place: &Place, system: &System) -> Result {
    let sdk = folder(place, system);
    fresh(&sdk)?;
    let pages = ["README.md", "CHANGELOG.md", "include/obligor.h"];
    pages.iter().try_for_each(|page| library::copy(&place.root.join(page), &sdk.join(page)))?;
    for page in files(&place.root.join("docs"), "md") {
        library::copy(&page, &sdk.join("docs").join(page.file_name().unwrap_or_default()))?;
    }
    copy_tree(&place.root.join("include/schema"), &sdk.join("include/schema"))?;
    copy_tree(&place.root.join("samples"), &sdk.join("samples"))?;
    copy_tree(&place.root.join("bindings/csharp/Samples"), &sdk.join("samples/csharp"))?;
    for program in ["readme.c", "host.h"] {
        library::copy(&place.root.join("tests/c").join(program), &sdk.join("samples/c").join(program))?;
    }
    let built = system.built(&place.scratch());
    let symbols = format!("{}.debug", system.library);
    if let Some(bits) = system.windows {
        library::copy(&built, &sdk.join("bin").join(system.library))?;
        library::copy(&built.with_file_name(&symbols), &sdk.join("bin").join(&symbols))?;
        import_libraries(place, system, bits, &sdk.join("lib"))?;
    } else {
        // The file has the name that programs which were linked with it ask for; linkers look for the short one.
        let own = library::own_name(&built)?;
        library::copy(&built, &sdk.join("lib").join(&own))?;
        library::copy(&built.with_file_name(&symbols), &sdk.join("lib").join(&symbols))?;
        let link = sdk.join("lib").join(system.library);
        std::os::unix::fs::symlink(own, &link).map_err(|e| format!("cannot link {}: {e}", link.display()))?;
    }
    spill(&sdk.join("lib/pkgconfig/obligor.pc"), &pkg_config(&place.version))?;
    let wheel = build_wheel(place, system)?;
    let package = nuget::path(place);
    for from in [&wheel, &package] {
        library::copy(from, &sdk.join("bindings").join(from.file_name().unwrap_or_default()))?;
    }
    library::copy(&wheel, &place.out().join(wheel.file_name().unwrap_or_default()))?;
    contents::write(place, system, &sdk)?;
    archive::write_sums(&sdk, true)?;
    archive::pack(&sdk, &format!("{}/", name(place, system)), &zip(place, system))
}

fn copy_tree(from: &Path, to: &Path) -> Result {
    archive::tree(from)?.iter().try_for_each(|file| library::copy(&from.join(file), &to.join(file)))
}

/// The list of exports for linkers, and the import library, which is in the form of MSVC: MinGW reads that too.
fn import_libraries(place: &Place, system: &System, bits: Bits, folder: &Path) -> Result {
    let record = slurp(&place.root.join("abi/exports.txt"))?;
    let names = record.lines().filter_map(|line| line.split(':').next());
    let list: String = names.map(|name| format!("    {name}\n")).collect();
    let (list_file, import) = (folder.join("obligor.def"), folder.join("obligor.lib"));
    spill(&list_file, &format!("LIBRARY {}\nEXPORTS\n{list}", system.library))?;
    run(command("llvm-dlltool").args(["-m", bits.machine(), "-d"]).arg(&list_file).arg("-l").arg(&import))?;
    library::copy(&import, &folder.join("libobligor.dll.a"))
}

/// Says where everything is from the place of the file itself, so that the folder can be moved.
fn pkg_config(version: &str) -> String {
    format!(
        "prefix=${{pcfiledir}}/../..\nincludedir=${{prefix}}/include\nlibdir=${{prefix}}/lib\n\n\
         Name: obligor\nDescription: Credit checks inside the ERP's own process\nVersion: {version}\n\
         Cflags: -I${{includedir}}\nLibs: -L${{libdir}} -lobligor\n"
    )
}

/// Packs the library of a system for Python.
fn build_wheel(place: &Place, system: &System) -> Result<PathBuf> {
    let built = system.built(&place.scratch());
    let mut platform = system.wheel.to_owned();
    if system.windows.is_none() {
        platform += &format!("_{}_x86_64", newest_libc(&built)?);
    }
    let to = place.scratch().join("wheel").join(system.name);
    fresh(&to)?;
    let mut pip = command(python::environment()?);
    // Not in an environment of its own, which would be filled with whatever version of the tools is the newest today.
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "wheel", "--no-deps", "--no-build-isolation"]);
    pip.arg("--wheel-dir").arg(&to).arg(place.root.join("bindings/python"));
    pip.env("OBLIGOR_PREBUILT", built).env("OBLIGOR_WHEEL_PLATFORM", platform);
    run(pip.env("SOURCE_DATE_EPOCH", &place.epoch))?;
    match files(&to, "whl").as_slice() {
        [wheel] => Ok(wheel.clone()),
        other => Err(format!("expected one wheel, found {other:?}")),
    }
}

/// The newest 2.x of the system's C library that the library asks for.
fn newest_libc(library: &Path) -> Result<u32> {
    let table = read(command("objdump").arg("-T").arg(library))?;
    let minor = |word: &str| word.split_once("GLIBC_2.")?.1.split(['.', ')']).next()?.parse().ok();
    table.split_whitespace().filter_map(minor).max().ok_or_else(|| "the library asks for no C library".into())
}
