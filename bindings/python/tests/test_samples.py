"""Every sample runs, and says what it promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import List

import obligor
from conftest import CHECKOUT, NOW

SAMPLES = CHECKOUT / "samples"


def run(sample: str, folder: Path, library: Path, *words: str) -> List[str]:
    """The lines a sample prints, run in a folder of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT / "bindings" / "python"),
        "OBLIGOR_LIBRARY": str(library),
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, str(SAMPLES / sample), *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_every_sample_is_tested() -> None:
    assert {path.name for path in SAMPLES.glob("*.py")} == {"readme.py", "order_desk.py"}


def test_the_readme_s_ten_lines(tmp_path: Path, library: Path) -> None:
    with obligor.Engine.open(store=tmp_path / "credit.db", create=True, clock=NOW) as engine:
        for kind in ("customers", "limits", "open_items", "orders"):
            engine.import_file(kind, SAMPLES / "cases" / f"{kind}.csv")
    said = run("readme.py", tmp_path, library)
    assert said[0] == "SO-1: refuse"
    assert "100,000.01 DKK" in said[1] and "100,000.00 DKK" in said[1]
    assert len((SAMPLES / "readme.py").read_text().split("\n\n", 1)[1].splitlines()) <= 10


def test_the_order_desk_says_the_same_each_time(tmp_path: Path, library: Path) -> None:
    first = run("order_desk.py", tmp_path, library, "--library", str(library))
    assert first == run("order_desk.py", tmp_path, library)
    assert max(map(len, first)) <= 100
    assert first[-1] == "Everything is as it must be."
    assert any("exactly one won" in line for line in first)
    assert any(line.startswith("B102") and "REFUSE" in line for line in first)
