"""Finding and loading the shared library.

It is looked for, in this order: the path that was given; the environment variable ``OBLIGOR_LIBRARY``; the folder
``lib`` of this package, where the wheel has it; the ``target`` folder of the checkout this package is in. A path that
was given and is not there is an error: another library is never taken in its stead.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from ctypes import c_size_t, c_uint32
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Union

from ._errors import LibraryError, ObligorError, Status, error_of
from ._table import FUNCTIONS

ABI_VERSION = 1
"""The ABI this package was written for."""

FIRST_BUFFER = 4096
"""How much room an answer gets before the library says how much it needs, in bytes."""

_TELLING = ("obligor_last_error", "obligor_status_text")
"""What errors are told with: if these fail too, there is nothing more to say."""

PathLike = Union[str, "os.PathLike[str]"]


def file_name() -> str:
    """What the library is called on this system."""
    if sys.platform == "win32":
        return "obligor.dll"
    if sys.platform == "darwin":
        return "libobligor.dylib"
    return "libobligor.so"


def candidates(path: Optional[PathLike] = None) -> List[Path]:
    """Where the library may be, in order. One place only when a path was given."""
    if path is not None:
        return [Path(path)]
    named = os.environ.get("OBLIGOR_LIBRARY")
    if named:
        return [Path(named)]
    package = Path(__file__).resolve().parent
    places = [package / "lib" / file_name()]
    checkout = package.parents[2] if len(package.parents) > 2 else None
    if checkout is not None and (checkout / "Cargo.toml").is_file():
        places += [checkout / "target" / profile / file_name() for profile in ("release", "debug")]
    return places


def find(path: Optional[PathLike] = None) -> Path:
    """The library's file. Raises ``LibraryError`` that lists every path tried."""
    places = candidates(path)
    for place in places:
        if place.is_file():
            return place.resolve()
    tried = "\n".join(f"  {place}" for place in places)
    raise LibraryError(
        f"the obligor library was not found; tried:\n{tried}\n"
        "build it with `cargo build --release`, or set OBLIGOR_LIBRARY to its path"
    )


class Library:
    """A loaded library: its functions by name, and its errors as exceptions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            loaded = ctypes.CDLL(str(path))
        except OSError as error:
            raise LibraryError(f"{path} cannot be loaded: {error}") from error
        try:
            said = loaded.obligor_abi_version
        except AttributeError:
            raise LibraryError(f"{path} is not the obligor library: it has no obligor_abi_version") from None
        said.restype, said.argtypes = c_uint32, []
        version = said()
        if version != ABI_VERSION:
            raise LibraryError(
                f"{path} has ABI version {version}, and this package needs {ABI_VERSION}: "
                "install a library and a package of the same version"
            )
        self._functions: Dict[str, Callable[..., Any]] = {}
        for function in FUNCTIONS:
            try:
                native = getattr(loaded, function.name)
            except AttributeError:
                raise LibraryError(
                    f"{path} has no {function.name}: it is older than this package; build or install it anew"
                ) from None
            native.restype, native.argtypes = function.result, list(function.arguments)
            self._functions[function.name] = native

    def __getitem__(self, name: str) -> Callable[..., Any]:
        return self._functions[name]

    def version(self) -> str:
        """The library's version, such as ``0.1.0``."""
        text: bytes = self["obligor_version"]()
        return text.decode("utf-8")

    def error(self, status: int) -> ObligorError:
        """The exception for a status that a call on this thread just returned."""
        return error_of(status, self.ask("obligor_last_error") or self.status_text(status))

    def status_text(self, status: int) -> str:
        """What a status means, in a few words."""
        return self.ask("obligor_status_text", status) or f"status {status}"

    def check(self, status: int) -> None:
        """Raises the exception for a status that is not OK."""
        if status != Status.OK:
            raise self.error(status)

    def ask(self, name: str, *arguments: Any) -> str:
        """The text of a call that does nothing and so may simply be made again with more room."""
        room = FIRST_BUFFER
        while True:
            buffer, needed = ctypes.create_string_buffer(room), c_size_t()
            status = self[name](*arguments, buffer, room, ctypes.byref(needed))
            if status != Status.BUFFER:
                if status != Status.OK and name in _TELLING:
                    return ""
                self.check(status)
                return buffer.value.decode("utf-8")
            # The text may have grown since it was measured.
            room = max(needed.value, room * 2)


_loaded: Dict[Path, Library] = {}
_loading = threading.Lock()


def load(path: Optional[PathLike] = None) -> Library:
    """Loads the library, once in a process for each file."""
    found = find(path)
    with _loading:
        library = _loaded.get(found)
        if library is None:
            library = _loaded[found] = Library(found)
        return library
