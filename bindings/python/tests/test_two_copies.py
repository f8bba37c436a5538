"""A second copy of the library in the same process: another package may bring its own."""

from __future__ import annotations

import ctypes
import json
import shutil
import sqlite3
from pathlib import Path

import obligor
from obligor import _library


def second_copy(folder: Path) -> ctypes.CDLL:
    """The same library under another name, so that the system loads it beside the first, with a SQLite of its own."""
    copy = folder / "another_package.so"
    shutil.copy(_library.find(), copy)
    library = ctypes.CDLL(str(copy))
    first = ctypes.CDLL(str(_library.find()))
    ours, theirs = (ctypes.cast(one.obligor_open, ctypes.c_void_p).value for one in (first, library))
    assert ours != theirs, "the system loaded the first copy again"
    return library


def test_it_is_refused_the_store_and_harms_nothing(tmp_path: Path) -> None:
    store = tmp_path / "credit.db"
    config = json.dumps({"store": str(store)}).encode()
    library = second_copy(tmp_path)
    handle = ctypes.c_uint32(0)

    def open_there() -> int:
        return int(library.obligor_open(config, ctypes.c_int64(-1), ctypes.byref(handle)))

    with obligor.Engine.open(store=str(store), create=True) as engine:
        assert open_there() == obligor.Status.IN_USE
        words, needed = ctypes.create_string_buffer(1024), ctypes.c_size_t(0)
        assert library.obligor_last_error(words, ctypes.c_size_t(len(words)), ctypes.byref(needed)) == 0
        assert "process" in words.value.decode()
        assert handle.value == 0
        # The host's own SQLite opens and closes the same file, which drops the locks that POSIX knows of.
        sqlite3.connect(store).close()
        assert open_there() == obligor.Status.IN_USE
        put = {"customer": "1", "name": "Nordlys A/S", "country": "DK"}
        assert engine.call("customer.put", put) == {"answer": "added"}
        assert engine.verify()["faults"] == []
    assert open_there() == 0
    assert library.obligor_close(handle) == 0
