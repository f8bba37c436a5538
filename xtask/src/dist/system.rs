//! The systems that have an SDK, and what each calls things.

use crate::shell::Result;
use std::path::PathBuf;

/// A system that has an SDK.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct System {
    /// Its name: the one that .NET has for it.
    pub(super) name: &'static str,
    /// What Rust calls it.
    pub(super) triple: &'static str,
    /// What its binutils begin with.
    pub(super) tools: &'static str,
    /// The library's file, as cargo builds it.
    pub(super) library: &'static str,
    /// What Python calls it; for Linux the version of its C library is added.
    pub(super) wheel: &'static str,
    /// The most that the stripped library may weigh, in bytes. The goal is 6 MB everywhere; until it is reached, this keeps
    /// it from growing.
    pub(super) most: u64,
}

const LINUX: System = System {
    name: "linux-x64",
    triple: "x86_64-unknown-linux-gnu",
    tools: "",
    library: "libobligor.so",
    wheel: "manylinux_2",
    most: 7_500_000,
};
const WIN64: System = System {
    name: "win-x64",
    triple: "x86_64-pc-windows-gnu",
    tools: "x86_64-w64-mingw32-",
    library: "obligor.dll",
    wheel: "win_amd64",
    most: 8_900_000,
};
const ALL: [&System; 2] = [&LINUX, &WIN64];

impl System {
    /// Whether it is a Windows.
    pub(super) fn is_windows(&self) -> bool {
        self.library.ends_with(".dll")
    }

    /// A program of its binutils.
    pub(super) fn tool(&self, name: &str) -> String {
        format!("{}{name}", self.tools)
    }

    /// Where the stripped library lies in the scratch folder; its symbols lie beside it.
    pub(super) fn built(&self, scratch: &std::path::Path) -> PathBuf {
        scratch.join(self.name).join(self.library)
    }
}

/// The systems of these names, or all.
pub(super) fn choose(names: &[&str]) -> Result<Vec<&'static System>> {
    let known = || ALL.map(|system| system.name).join(", ");
    if let Some(unknown) = names.iter().find(|name| !ALL.iter().any(|system| system.name == **name)) {
        return Err(format!("there is no SDK for `{unknown}`; there is one for: {}", known()));
    }
    Ok(ALL.into_iter().filter(|system| names.is_empty() || names.contains(&system.name)).collect())
}
