//! Names the shared library for the loaders of each system, and for those who look at the file. It never writes into the
//! source tree.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/ffi");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let abi = abi_version(Path::new("src/ffi")).expect("src/ffi says `pub const OBLIGOR_ABI_VERSION: u32 = N;`");
    match system.as_str() {
        "linux" | "android" | "freebsd" => {
            // A host that was linked against ABI 1 must not load ABI 2.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libobligor.so.{abi}");
            // Unloading would leave thread-local destructors pointing into nothing: once loaded, it stays.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        "macos" => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libobligor.{abi}.dylib"),
        // Windows has no such name: its files say in a resource what they are. The library pins itself when it is called.
        "windows" => resource(abi),
        _ => {}
    }
}

/// Links what Explorer and installers show of the DLL. MinGW's `windres` makes it, so a build with MSVC has none.
fn resource(abi: u32) {
    let said = |name: &str| std::env::var(name).unwrap_or_default();
    if said("CARGO_CFG_TARGET_ENV") != "gnu" {
        return;
    }
    let out = std::path::PathBuf::from(said("OUT_DIR"));
    let (script, object) = (out.join("version.rc"), out.join("version.o"));
    let numbers = ["MAJOR", "MINOR", "PATCH"].map(|part| said(&format!("CARGO_PKG_VERSION_{part}"))).join(",");
    let (version, about) = (said("CARGO_PKG_VERSION"), said("CARGO_PKG_DESCRIPTION"));
    // 0x40004 is Windows, 2 a DLL; 0409 04b0 is English in Unicode.
    let text = format!(
        "1 VERSIONINFO\nFILEVERSION {numbers},{abi}\nPRODUCTVERSION {numbers},{abi}\nFILEOS 0x40004\nFILETYPE 2\nBEGIN\n\
         BLOCK \"StringFileInfo\"\nBEGIN\nBLOCK \"040904b0\"\nBEGIN\n\
         VALUE \"FileDescription\", \"{about}\"\nVALUE \"FileVersion\", \"{version}\"\n\
         VALUE \"InternalName\", \"obligor\"\nVALUE \"LegalCopyright\", \"{licence}\"\n\
         VALUE \"OriginalFilename\", \"obligor.dll\"\nVALUE \"ProductName\", \"obligor\"\n\
         VALUE \"ProductVersion\", \"{version}\"\nEND\nEND\n\
         BLOCK \"VarFileInfo\"\nBEGIN\nVALUE \"Translation\", 0x0409, 1200\nEND\nEND\n",
        licence = said("CARGO_PKG_LICENSE"),
    );
    std::fs::write(&script, text).expect("the folder for the output can be written to");
    let machine = if said("CARGO_CFG_TARGET_ARCH") == "x86" { "i686" } else { "x86_64" };
    let windres = format!("{machine}-w64-mingw32-windres");
    let made = std::process::Command::new(&windres).arg(&script).arg(&object).status();
    assert!(made.as_ref().is_ok_and(std::process::ExitStatus::success), "{windres}, a part of mingw-w64: {made:?}");
    println!("cargo:rustc-cdylib-link-arg={}", object.display());
}

/// The number in `pub const OBLIGOR_ABI_VERSION: u32 = N;`, so that it stands in one place only.
fn abi_version(folder: &Path) -> Option<u32> {
    let sources = std::fs::read_dir(folder).ok()?.flatten();
    let texts = sources.filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    let number = |text: String| {
        let (_, rest) = text.split_once("pub const OBLIGOR_ABI_VERSION: u32 = ")?;
        rest.split(';').next()?.trim().parse().ok()
    };
    texts.filter_map(number).next()
}
