//! The systems that have an SDK, and what each calls things.

use crate::shell::Result;
use crate::tools::{self, Tool};
use crate::windows::Bits;
use std::path::PathBuf;

/// A system that has an SDK.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct System {
    /// Its name: the one that .NET has for it.
    pub(super) name: &'static str,
    /// What Rust calls it.
    pub(super) triple: &'static str,
    /// What compiles and links for it.
    pub(super) needs: &'static [Tool],
    /// Of a Windows, how wide its addresses are.
    pub(super) windows: Option<Bits>,
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
    needs: &[tools::CC, tools::NM],
    windows: None,
    library: "libobligor.so",
    wheel: "manylinux_2",
    most: 7_900_000,
};
const WIN64: System = System {
    name: "win-x64",
    triple: "x86_64-pc-windows-gnu",
    needs: &[tools::MINGW, tools::LLVM_DLLTOOL],
    windows: Some(Bits::SixtyFour),
    library: "obligor.dll",
    wheel: "win_amd64",
    most: 7_600_000,
};
const WIN32: System = System {
    name: "win-x86",
    triple: "i686-pc-windows-gnu",
    needs: &[tools::MINGW_32, tools::LLVM_DLLTOOL],
    windows: Some(Bits::ThirtyTwo),
    library: "obligor.dll",
    wheel: "win32",
    most: 7_100_000,
};
const ALL: [&System; 3] = [&LINUX, &WIN64, &WIN32];

impl System {
    /// A program of its binutils.
    pub(super) fn tool(&self, name: &str) -> String {
        self.windows.map_or_else(|| name.to_owned(), |bits| bits.tool(name))
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
