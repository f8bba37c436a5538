//! Names the shared library for the loaders of each system. It never writes into the source tree.

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
        // Windows has no such name; the library pins itself when it is first called.
        _ => {}
    }
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
