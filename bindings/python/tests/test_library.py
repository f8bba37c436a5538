"""Finding and loading the library: every path tried is told, and a wrong file is named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import obligor
from conftest import CHECKOUT
from obligor import LibraryError, ObligorError
from obligor._library import Library, candidates, file_name, find, load
from obligor._table import FUNCTIONS


def build(folder: Path, source: str) -> Path:
    """A shared library made from a few lines of C."""
    compiler = shutil.which("cc")
    assert compiler, "the tests need a C compiler that answers to `cc` (Debian: apt-get install gcc libc6-dev)"
    code, library = folder / "fake.c", folder / file_name()
    code.write_text(source)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(code)], check=True)
    return library


def test_a_library_of_another_abi_is_named(tmp_path: Path) -> None:
    fake = build(tmp_path, "unsigned obligor_abi_version(void) { return 7; }")
    with pytest.raises(LibraryError) as caught:
        obligor.Engine.open(store=tmp_path / "credit.db", create=True, library=fake)
    assert str(fake) in str(caught.value)
    assert "ABI version 7" in str(caught.value) and "needs 1" in str(caught.value)
    assert not (tmp_path / "credit.db").exists()


def test_an_older_library_of_the_same_abi_is_named(tmp_path: Path) -> None:
    fake = build(tmp_path, "unsigned obligor_abi_version(void) { return 1; }")
    with pytest.raises(LibraryError, match=f"has no {FUNCTIONS[1].name}.*older than this package"):
        load(fake)


def test_a_file_that_is_something_else_is_named(tmp_path: Path) -> None:
    other = build(tmp_path, "int nothing(void) { return 0; }")
    with pytest.raises(LibraryError, match="is not the obligor library"):
        load(other)
    text = tmp_path / "text.so"
    text.write_text("not a library")
    with pytest.raises(LibraryError, match="text.so cannot be loaded"):
        load(text)


def test_every_path_tried_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OBLIGOR_LIBRARY", raising=False)
    # As it was installed, with the library missing: outside of any checkout.
    package = tmp_path / "site-packages" / "obligor"
    shutil.copytree(Path(obligor.__file__).parent, package, ignore=shutil.ignore_patterns("lib", "__pycache__"))
    code = "import obligor\ntry: obligor.library_path()\nexcept obligor.LibraryError as error: print(error)"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=package.parent, check=True, capture_output=True, text=True
    ).stdout
    assert str(package / "lib" / file_name()) in said and "OBLIGOR_LIBRARY" in said


def test_a_path_that_was_given_is_the_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LibraryError, match="missing.so"):
        find(tmp_path / "missing.so")
    monkeypatch.setenv("OBLIGOR_LIBRARY", str(tmp_path / "named.so"))
    with pytest.raises(LibraryError, match="named.so"):
        find()
    assert candidates(tmp_path / "given.so") == [tmp_path / "given.so"]
    monkeypatch.delenv("OBLIGOR_LIBRARY")
    # The package itself; and what cargo builds, where the package is in a checkout and not installed.
    in_checkout = CHECKOUT in Path(obligor.__file__).resolve().parents
    assert len(candidates()) == (3 if in_checkout else 1)


def test_the_library_is_loaded_once_and_says_what_it_is(library: Path) -> None:
    assert load(library) is load(str(library))
    assert obligor.library_version() == obligor.__version__
    assert obligor.library_path() == str(library)


def test_importing_needs_no_library(tmp_path: Path) -> None:
    environment = {"OBLIGOR_LIBRARY": str(tmp_path / "missing"), "PYTHONPATH": str(Path(obligor.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", "import obligor"], env=environment, check=True)


def test_a_status_that_is_not_known_yet_is_an_error_all_the_same(library: Path) -> None:
    loaded: Library = load(library)
    error = obligor._errors.error_of(4711, loaded.status_text(4711))
    assert type(error) is ObligorError and error.status == 4711 and str(error)
