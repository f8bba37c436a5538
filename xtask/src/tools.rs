//! The tools a step needs: found, installed, or named.

use crate::shell::{Result, command, read, spill};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A program that must be there before a step can run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    /// A call that only succeeds when the tool is usable.
    pub(crate) probe: &'static [&'static str],
    /// The Debian packages that bring it.
    pub(crate) debian: &'static [&'static str],
    /// How to get it anywhere else.
    pub(crate) elsewhere: &'static str,
}

pub(crate) const CC: Tool =
    Tool { probe: &["cc", "--version"], debian: &["gcc", "libc6-dev"], elsewhere: "a C compiler that answers to `cc`" };
pub(crate) const CXX: Tool =
    Tool { probe: &["g++", "--version"], debian: &["g++"], elsewhere: "a C++ compiler that answers to `g++`" };
pub(crate) const NM: Tool =
    Tool { probe: &["nm", "--version"], debian: &["binutils"], elsewhere: "binutils, for `nm` and `readelf`" };
pub(crate) const VALGRIND: Tool =
    Tool { probe: &["valgrind", "--version"], debian: &["valgrind"], elsewhere: "valgrind" };
pub(crate) const MCS: Tool =
    Tool { probe: &["mcs", "--version"], debian: &["mono-mcs"], elsewhere: "Mono 6 (`mcs` and `mono`)" };
pub(crate) const MONO: Tool =
    Tool { probe: &["mono", "--version"], debian: &["mono-runtime"], elsewhere: "Mono 6 (`mcs` and `mono`)" };
pub(crate) const FPC: Tool =
    Tool { probe: &["fpc", "-iV"], debian: &["fp-compiler"], elsewhere: "Free Pascal 3.2 or later (`fpc`)" };
pub(crate) const COBC: Tool =
    Tool { probe: &["cobc", "--version"], debian: &["gnucobol3"], elsewhere: "GnuCOBOL 3 (`cobc`)" };
pub(crate) const JAVAC: Tool = Tool {
    probe: &["javac", "--version"],
    debian: &["default-jdk-headless"],
    elsewhere: "a JDK, 11 or later (`javac` and `java`)",
};
pub(crate) const JNA: Tool =
    Tool { probe: &["test", "-f", JNA_JAR], debian: &["libjna-java"], elsewhere: "JNA 5 as /usr/share/java/jna.jar" };
/// Where Debian puts JNA.
pub(crate) const JNA_JAR: &str = "/usr/share/java/jna.jar";
pub(crate) const MINGW: Tool = Tool {
    probe: &["x86_64-w64-mingw32-gcc", "--version"],
    debian: &["gcc-mingw-w64-x86-64"],
    elsewhere: "mingw-w64 for x86_64",
};
pub(crate) const MINGW_32: Tool = Tool {
    probe: &["i686-w64-mingw32-gcc", "--version"],
    debian: &["gcc-mingw-w64-i686"],
    elsewhere: "mingw-w64 for i686",
};
pub(crate) const WINE: Tool = Tool {
    probe: &["sh", "-c", "PATH=$PATH:/usr/lib/wine; wine64 --version"],
    debian: &["wine64"],
    elsewhere: "wine 8 or later that answers to `wine64`",
};
pub(crate) const LLVM_DLLTOOL: Tool = Tool {
    // Without an input it says how it is called, and ends with an error.
    probe: &["sh", "-c", "command -v llvm-dlltool"],
    debian: &["llvm"],
    elsewhere: "LLVM, for `llvm-dlltool`",
};
pub(crate) const LLD: Tool =
    Tool { probe: &["lld-link", "--version"], debian: &["lld"], elsewhere: "LLVM's linker, for `lld-link`" };
pub(crate) const PKG_CONFIG: Tool =
    Tool { probe: &["pkg-config", "--version"], debian: &["pkg-config"], elsewhere: "pkg-config" };
pub(crate) const UNZIP: Tool = Tool { probe: &["unzip", "-v"], debian: &["unzip"], elsewhere: "unzip" };
pub(crate) const PYTHON: Tool = Tool {
    probe: &["python3", "-c", "import sys; sys.exit(sys.version_info < (3, 9))"],
    debian: &["python3"],
    elsewhere: "Python 3.9 or later that answers to `python3`",
};
pub(crate) const VENV: Tool = Tool {
    probe: &["python3", "-c", "import venv, ensurepip"],
    debian: &["python3-venv"],
    elsewhere: "Python's `venv` and `ensurepip` modules",
};
pub(crate) const RUSTFMT: Tool =
    Tool { probe: &["cargo", "fmt", "--version"], debian: &["rustfmt"], elsewhere: "`rustup component add rustfmt`" };
pub(crate) const CLIPPY: Tool = Tool {
    probe: &["cargo", "clippy", "--version"],
    debian: &["rust-clippy"],
    elsewhere: "`rustup component add clippy`",
};

/// What `tests/postgres_server` starts its servers with. The programs of a server are not in Debian's path.
pub(crate) const POSTGRES: [Tool; 5] = [
    Tool {
        probe: &[
            "sh",
            "-c",
            "PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' :); initdb --version | grep -Eq ' (1[5-9]|[2-9][0-9])'",
        ],
        debian: &["postgresql"],
        elsewhere: "PostgreSQL 15 or later (`initdb`, `postgres`, `psql`)",
    },
    Tool { probe: &["sh", "-c", "PATH=$PATH:/usr/sbin; pgbouncer -V"], debian: &["pgbouncer"], elsewhere: "PgBouncer" },
    Tool {
        probe: &["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; ip -V"],
        debian: &["iproute2"],
        elsewhere: "iproute2, for `ip`",
    },
    Tool { probe: &["openssl", "version"], debian: &["openssl"], elsewhere: "OpenSSL, for `openssl`" },
    Tool { probe: &["setpriv", "--version"], debian: &["util-linux"], elsewhere: "util-linux, for `setpriv`" },
];

/// What `tests/proof_faults` makes its small disks with.
pub(crate) const DISKS: [Tool; 2] = [
    Tool { probe: &["mount", "--version"], debian: &["mount"], elsewhere: "util-linux, for `mount` and `umount`" },
    Tool {
        probe: &["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; mkfs.ext4 -V && command -v chattr"],
        debian: &["e2fsprogs"],
        elsewhere: "e2fsprogs, for `mkfs.ext4` and `chattr`",
    },
];

/// Runs the command behind it with a database of its own in a real server; see the script.
pub(crate) const WITH_POSTGRES: [&str; 2] = ["python3", "bindings/python/tests/postgres_server.py"];

/// Makes sure that every tool is there. As root on Debian the missing ones are installed, anywhere else the answer is
/// an error that says what to install.
pub(crate) fn need(tools: &[Tool]) -> Result {
    let missing = missing(tools, works);
    if missing.is_empty() {
        return Ok(());
    }
    if !debian_root() {
        return Err(advice(&missing));
    }
    let packages: Vec<&str> = missing.iter().flat_map(|tool| tool.debian).copied().collect();
    println!("installing {}", packages.join(" "));
    let _quiet = Quiet::begin()?;
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages.as_slice()].concat())?;
    let still: Vec<&Tool> = missing.into_iter().filter(|tool| !works(tool)).collect();
    if still.is_empty() { Ok(()) } else { Err(advice(&still)) }
}

/// Whether a tool answers.
pub(crate) fn works(tool: &Tool) -> bool {
    let [program, words @ ..] = tool.probe else { return false };
    read(command(program).args(words)).is_ok()
}

fn missing(tools: &[Tool], works: impl Fn(&Tool) -> bool) -> Vec<&Tool> {
    tools.iter().filter(|tool| !works(tool)).collect()
}

fn advice(missing: &[&Tool]) -> String {
    let mut text = String::from("missing on this machine:\n");
    for tool in missing {
        text += &format!("  {} (Debian: apt-get install {})\n", tool.elsewhere, tool.debian.join(" "));
    }
    text + "install and run the command again (as root on Debian it installs them itself)"
}

fn debian_root() -> bool {
    Path::new("/etc/debian_version").exists() && read(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt(words: &[&str]) -> Result {
    // Another installation may be running on a new machine: wait for it instead of failing.
    let mut apt = command("apt-get");
    apt.args(["-qq", "-o", "DPkg::Lock::Timeout=300"]).args(words).env("DEBIAN_FRONTEND", "noninteractive");
    read(&mut apt).map(drop)
}

/// While it lives, packages that are installed start no service and make no database cluster: the tests start servers of
/// their own. What the machine says of it already is left alone.
struct Quiet(Vec<&'static Path>);

impl Quiet {
    fn begin() -> Result<Self> {
        let mut quiet = Self(Vec::new());
        let files = [
            ("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n"),
            ("/etc/postgresql-common/createcluster.d/obligor.conf", "create_main_cluster = false\n"),
        ];
        for (path, text) in files.map(|(path, text)| (Path::new(path), text)) {
            if !path.exists() {
                spill(path, text)?;
                quiet.0.push(path);
                let executable = std::fs::Permissions::from_mode(0o755);
                std::fs::set_permissions(path, executable).map_err(|e| format!("{}: {e}", path.display()))?;
            }
        }
        Ok(quiet)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: Tool =
        Tool { probe: &["obligor-no-such-program"], debian: &["a-package"], elsewhere: "the program itself" };

    #[test]
    fn a_tool_that_does_not_answer_is_missing() {
        assert!(!works(&ABSENT));
        assert_eq!(missing(&[ABSENT, CC], |tool| *tool == CC), [&ABSENT]);
    }

    #[test]
    fn advice_names_the_tool_and_the_package() {
        let text = advice(&[&ABSENT]);
        assert!(text.contains("the program itself") && text.contains("apt-get install a-package"), "{text}");
    }
}
