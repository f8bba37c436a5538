"""The table of functions against the C header, and against what the library exports."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from enum import IntEnum
from pathlib import Path
from typing import Any, Dict, Type

import pytest

import obligor
from conftest import CHECKOUT
from obligor import _structs
from obligor._structs import AccountStruct, DecisionStruct, OrderStruct, ReasonStruct
from obligor._table import FUNCTIONS, LogCallback, ProgressCallback, SourceCallback
from obligor.log import LogLevel
from obligor.order import Stage

HEADER = CHECKOUT / "include" / "obligor.h"

TYPES: Dict[str, Any] = {
    "void": None,
    "char *": ctypes.c_char_p,
    "void *": ctypes.c_void_p,
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
    "int32_t *": ctypes.POINTER(ctypes.c_int32),
    "uint32_t *": ctypes.POINTER(ctypes.c_uint32),
    "size_t *": ctypes.POINTER(ctypes.c_size_t),
    "obligor_order *": ctypes.POINTER(OrderStruct),
    "obligor_decision *": ctypes.POINTER(DecisionStruct),
    "obligor_reason *": ctypes.POINTER(ReasonStruct),
    "obligor_account *": ctypes.POINTER(AccountStruct),
    "obligor_log_callback": LogCallback,
    "obligor_progress_callback": ProgressCallback,
    "obligor_source_callback": SourceCallback,
}


def plain_header() -> str:
    """The header without comments."""
    return re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.DOTALL)


def ctype(text: str) -> Any:
    """The type of a parameter, which may carry its name."""
    text = " ".join(text.replace("const ", "").replace("*", " * ").split())
    if text not in TYPES:
        text = text.rpartition(" ")[0]
    return TYPES[text]


def parameters(text: str) -> tuple[Any, ...]:
    return () if text.strip() in ("", "void") else tuple(ctype(part) for part in text.split(","))


def test_the_table_is_the_header() -> None:
    declared = {}
    for result, name, arguments in re.findall(r"^([\w *]+?)(obligor_\w+)\(([^;]*)\);", plain_header(), re.MULTILINE):
        declared[name] = (ctype(result), parameters(arguments))
    assert len(declared) >= 25
    assert {function.name: (function.result, function.arguments) for function in FUNCTIONS} == declared


def test_the_callbacks_are_the_header_s() -> None:
    found = 0
    for result, name, arguments in re.findall(
        r"typedef ([\w *]+?)\(\*(obligor_\w+)\)\(([^;]*)\);", plain_header()
    ):
        if name not in TYPES:
            continue
        kind = TYPES[name]
        # A text comes to a callback as an address and a length: it has no NUL.
        wanted = tuple(ctypes.c_void_p if part is ctypes.c_char_p else part for part in parameters(arguments))
        assert (kind._restype_, kind._argtypes_) == (ctype(result), wanted), name
        found += 1
    assert found == 3


def test_the_table_is_what_the_library_exports(library: Path) -> None:
    nm = shutil.which("nm")
    assert nm, "the tests need `nm` (Debian: apt-get install binutils)"
    said = subprocess.run(
        [nm, "-D", "--defined-only", "--format=posix", str(library)], check=True, capture_output=True, text=True
    ).stdout
    exported = {line.split()[0] for line in said.splitlines()} - {"obligor_test_panic"}
    assert exported == {function.name for function in FUNCTIONS}


@pytest.mark.parametrize(
    ("prefix", "enum"),
    [
        ("OUTCOME", obligor.Outcome),
        ("LEVEL", obligor.Level),
        ("KIND", obligor.Kind),
        ("REMEDY", obligor.RemedyKind),
        ("REASON", obligor.Code),
        ("STAGE", Stage),
        ("STATE", obligor.OrderState),
        ("CHECKPOINT", obligor.Checkpoint),
        ("SOURCE", obligor.Source),
        ("ACCOUNT", obligor.AccountStatus),
        ("LOG", LogLevel),
    ],
)
def test_the_enums_are_the_header_s(prefix: str, enum: Type[IntEnum]) -> None:
    declared = dict(re.findall(rf"^#define OBLIGOR_{prefix}_(\w+) (\d+)$", plain_header(), re.MULTILINE))
    ours = {member.name: member.value for member in enum}
    assert declared
    assert {name: int(value) for name, value in declared.items()} == {
        name: value for name, value in ours.items() if name in declared or value != 0
    }


def test_the_statuses_and_other_constants_are_the_header_s() -> None:
    header = plain_header()
    declared = dict(re.findall(r"^#define OBLIGOR_(?:E_)?(\w+) (\d+)$", header, re.MULTILINE))
    statuses = dict(re.findall(r"^#define OBLIGOR_E_(\w+) (\d+)$", header, re.MULTILINE))
    assert {name: int(value) for name, value in statuses.items()} == {
        status.name: status.value for status in obligor.Status if status.value != 0
    }
    assert int(declared["ABI_VERSION"]) == obligor._library.ABI_VERSION
    for flag in ("ALL", "SECURED", "TERMS", "DISCOUNT", "OVERRULE", "LIFTS_STOP"):
        assert int(declared[f"ORDER_{flag}"]) == getattr(_structs, f"ORDER_{flag}")
    assert re.search(r"^#define OBLIGOR_NO_DAY (INT32_MIN|\(?-2147483648\)?|\(?-2147483647 - 1\)?)", header, re.MULTILINE)
    assert _structs.NO_DAY == -(2**31)
    assert f'#define OBLIGOR_VERSION "{obligor.__version__}"' in header
