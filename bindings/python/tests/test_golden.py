"""The golden table of texts, which C and C# go through too."""

from __future__ import annotations

import ctypes
import re
from typing import List, NamedTuple, Optional

import pytest

import obligor
from conftest import CHECKOUT
from obligor import Engine, Status

TABLE = CHECKOUT / "tests" / "golden" / "texts.txt"


class Row(NamedTuple):
    what: str
    text: Optional[bytes]
    length: int
    status: Status
    expected: str


def octets(field: str) -> Optional[bytes]:
    if field == "NULL":
        return None
    parts = (re.fullmatch(r"([0-9A-F]{2})(?:x(\d+))?", part) for part in field.split())
    return b"".join(bytes.fromhex(part[1]) * int(part[2] or 1) for part in parts if part)


def table() -> List[Row]:
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        what, text, length, status, expected = line.split("|")
        rows.append(
            Row(
                what.strip(),
                octets(text.strip()),
                int(length),
                Status[status.strip().replace("E_", "")],
                expected.strip(),
            )
        )
    return rows


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = Engine.open(store=tmp_path_factory.mktemp("golden") / "credit.db", create=True)
    rows = "".join(f"{name},A,DK,NW01,DKK\n" for name in ("K1", "Ærø", "x" * 64))
    engine.call("import", {"kind": "customers", "text": "customer,name,country,company,currency\n" + rows})
    return engine


def test_the_table_is_whole() -> None:
    assert len(table()) == 28 and len({row.what for row in table()}) == 28


@pytest.mark.parametrize("row", table(), ids=lambda row: row.what)
def test_a_text_goes_in(desk: Engine, row: Row) -> None:
    library, account = desk._library, ctypes.c_uint32(4711)
    status = library["obligor_account_resolve"](
        desk._number, b"NW01", -1, row.text, row.length, ctypes.byref(account)
    )
    assert status == row.status, library.ask("obligor_last_error")
    if row.status != Status.OK:
        assert row.expected in library.ask("obligor_last_error")
        assert account.value == 4711, "nothing is written unless the call succeeds"
        return
    name = "x" * 64 if row.expected == "x*64" else row.expected
    assert account.value == desk.account("NW01", name).number


def test_a_python_text_goes_in_whole(desk: Engine) -> None:
    assert desk.account("NW01", "Ærø  ").number == desk.account("NW01", "Ærø").number
    for wrong in ("K1\0K1", "\ud800", ""):
        with pytest.raises(obligor.ArgumentError):
            desk.account("NW01", wrong)
