"""Importing files: whole or not at all, twice changes nothing, progress may stop it."""

from __future__ import annotations

from pathlib import Path
from typing import List

import pytest

import obligor
from obligor import Engine


def items(folder: Path, count: int) -> Path:
    path = folder / "many.csv"
    rows = "".join(f"NW01,10001,INV-{at},DKK,1.00,2026-12-15\n" for at in range(count))
    path.write_text("company,customer,number,currency,residual,due\n" + rows)
    return path


def test_a_file_is_taken_and_taking_it_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    path = items(tmp_path, 3)
    first = engine.import_file("open_items", path)
    assert (first.rows, first.added, first.same, first.rejected) == (3, 3, 0, 0)
    second = engine.import_file("open_items", path)
    assert (second.rows, second.added, second.same) == (3, 0, 3)


def test_a_bad_row_is_named_and_nothing_is_taken(engine: Engine, tmp_path: Path) -> None:
    path = items(tmp_path, 3)
    path.write_text(path.read_text() + "NW01,10001,INV-9,DKK,1.0O,2026-12-15\n")
    with pytest.raises(obligor.ArgumentError) as caught:
        engine.import_file("open_items", path)
    assert "line 5" in str(caught.value) and "residual" in str(caught.value)
    assert engine.account("NW01", "10001").read().open == 0
    rejected = tmp_path / "rejected.csv"
    report = engine.import_file("open_items", path, rejected_to=rejected)
    assert (report.added, report.rejected) == (3, 1)
    assert report.faults[0]["line"] == 5 and "INV-9" in rejected.read_text()


def test_progress_is_told_and_may_stop_it(engine: Engine, tmp_path: Path) -> None:
    path = items(tmp_path, 5000)
    told: List[int] = []

    def stop(done: int, total: int) -> bool:
        told.append(done)
        assert 0 < done <= total
        return len(told) < 2

    with pytest.raises(obligor.Cancelled):
        engine.import_file("open_items", path, progress=stop)
    assert len(told) == 2
    assert engine.account("NW01", "10001").read().open == 0
    told.clear()
    assert engine.import_file("open_items", path, progress=lambda done, total: told.append(done)).added == 5000
    assert told == sorted(told) and len(told) >= 5


def test_what_the_callback_raises_comes_out(engine: Engine, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.import_file("open_items", items(tmp_path, 5000), progress=interrupt)
    assert engine.account("NW01", "10001").read().open == 0


def test_a_backup_opens_and_a_check_of_the_state_finds_nothing(engine: Engine, tmp_path: Path) -> None:
    engine.import_file("open_items", items(tmp_path, 3))
    assert engine.verify()["faults"] == []
    assert engine.verify(progress=lambda done, total: True)["faults"] == []
    engine.backup(tmp_path / "copy.db")
    with pytest.raises(obligor.ObligorError):
        engine.backup(tmp_path / "copy.db")
