"""Puts the shared library into the wheel.

The library is the file that OBLIGOR_PREBUILT names, or is built with cargo from the checkout this package is in. A
wheel without it, or with one of another version, is not made. OBLIGOR_WHEEL_PLATFORM overrides the platform of the
wheel's name, for a library that was built for others to use (``manylinux_2_28_x86_64``, ``win_amd64``).
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LibraryHook(BuildHookInterface):
    """Adds the library and the wheel's tag."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            # The package stays in the checkout, where it finds what cargo builds.
            return
        library = prebuilt() or built(Path(self.root).parents[1])
        elsewhere = platform().startswith("win") and sys.platform != "win32"
        found = told_by_resource(library) if elsewhere else told_by_library(library)
        compare(library, found, self.metadata.version)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform()}"
        build_data["force_include"][str(library)] = f"obligor/lib/{file_name()}"


def file_name() -> str:
    if platform().startswith("win"):
        return "obligor.dll"
    return "libobligor.dylib" if platform().startswith("macosx") else "libobligor.so"


def platform() -> str:
    told = os.environ.get("OBLIGOR_WHEEL_PLATFORM") or sysconfig.get_platform()
    return told.replace("-", "_").replace(".", "_")


def prebuilt() -> Path | None:
    told = os.environ.get("OBLIGOR_PREBUILT")
    if not told:
        return None
    path = Path(told).resolve()
    if not path.is_file():
        raise SystemExit(f"OBLIGOR_PREBUILT: there is no file {path}")
    return path


def built(checkout: Path) -> Path:
    if not (checkout / "Cargo.toml").is_file():
        raise SystemExit(
            f"{checkout} is not a checkout of obligor, so the library cannot be built; "
            "set OBLIGOR_PREBUILT to a library that is built already"
        )
    # The shared library alone: together with the one for Rust it would not be optimised as a whole when it is linked.
    words = ["cargo", "rustc", "--crate-type", "cdylib", "--release", "--locked", "--lib", "--package", "obligor"]
    try:
        subprocess.run(words, cwd=checkout, check=True)
    except FileNotFoundError:
        raise SystemExit("cargo is missing: install Rust 1.95 or later, or set OBLIGOR_PREBUILT") from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{' '.join(words)} ended with {error.returncode}; its output is above") from None
    target = checkout / os.environ.get("CARGO_TARGET_DIR", "target")
    path = target / "release" / file_name()
    if not path.is_file():
        raise SystemExit(f"cargo ended well, but there is no {path}")
    return path


def told_by_library(library: Path) -> str:
    try:
        tell = ctypes.CDLL(str(library)).obligor_version
    except (OSError, AttributeError) as error:
        raise SystemExit(f"{library} is not the obligor library for this machine: {error}") from None
    tell.restype = ctypes.c_char_p
    told: bytes = tell()
    return told.decode()


def told_by_resource(library: Path) -> str:
    """What the DLL says to Explorer: it may be packed where it cannot be loaded. The texts are UTF-16."""
    _, _, rest = library.read_bytes().partition("ProductVersion\0".encode("utf-16-le"))
    found = rest[:64].decode("utf-16-le", "replace").lstrip("\0").partition("\0")[0]
    if not found:
        raise SystemExit(f"{library} is not the obligor library for Windows: it has no version in a resource")
    return found


def compare(library: Path, found: str, version: str) -> None:
    """A package and a library of different versions must not be packed together."""
    if found != version:
        raise SystemExit(f"{library} has version {found}, and the package {version}: build both from the same checkout")
