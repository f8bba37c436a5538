"""The wheel: it holds the library and only runs where that does; without one it is not made."""

from __future__ import annotations

import importlib.util
import re
import sys
import types
from pathlib import Path
from typing import Any, Dict

import pytest

import obligor
from conftest import CHECKOUT

PACKAGE = CHECKOUT / "bindings" / "python"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The build hook, without the tool that calls it."""
    module = types.ModuleType("hatchling.builders.hooks.plugin.interface")
    module.BuildHookInterface = object  # type: ignore[attr-defined]
    for name in ("hatchling", "hatchling.builders", "hatchling.builders.hooks", "hatchling.builders.hooks.plugin"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    spec = importlib.util.spec_from_file_location("hatch_build", PACKAGE / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def build(hook: types.ModuleType, root: Path, version: str = obligor.__version__) -> Dict[str, Any]:
    data: Dict[str, Any] = {"force_include": {}}
    builder = hook.LibraryHook()
    builder.root = str(root)
    builder.metadata = types.SimpleNamespace(version=version)
    builder.initialize("standard", data)
    return data


def test_the_wheel_holds_the_library_and_is_for_its_platform(
    hook: types.ModuleType, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBLIGOR_PREBUILT", str(library))
    monkeypatch.delenv("OBLIGOR_WHEEL_PLATFORM", raising=False)
    data = build(hook, PACKAGE)
    assert data["force_include"] == {str(library): f"obligor/lib/{obligor._library.file_name()}"}
    assert re.fullmatch(r"py3-none-(linux|macosx|win)_?\w+", data["tag"]) and data["pure_python"] is False
    monkeypatch.setenv("OBLIGOR_WHEEL_PLATFORM", "manylinux_2_28_x86_64")
    assert build(hook, PACKAGE)["tag"] == "py3-none-manylinux_2_28_x86_64"


def test_a_wheel_for_windows_is_made_anywhere_and_of_the_same_version(
    hook: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dll = tmp_path / "obligor.dll"
    monkeypatch.setenv("OBLIGOR_PREBUILT", str(dll))
    monkeypatch.setenv("OBLIGOR_WHEEL_PLATFORM", "win_amd64")
    resource = f"ProductVersion\0\0{obligor.__version__}\0".encode("utf-16-le")
    dll.write_bytes(b"MZ" + resource)
    data = build(hook, PACKAGE)
    assert data["force_include"] == {str(dll): "obligor/lib/obligor.dll"} and data["tag"] == "py3-none-win_amd64"
    with pytest.raises(SystemExit, match="9.9.9"):
        build(hook, PACKAGE, "9.9.9")
    dll.write_bytes(b"MZ")
    with pytest.raises(SystemExit, match="no version in a resource"):
        build(hook, PACKAGE)


def test_no_wheel_without_the_library_or_with_another(
    hook: types.ModuleType, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBLIGOR_PREBUILT", str(tmp_path / "missing.so"))
    with pytest.raises(SystemExit, match="missing.so"):
        build(hook, PACKAGE)
    (tmp_path / "text.so").write_text("not a library")
    monkeypatch.setenv("OBLIGOR_PREBUILT", str(tmp_path / "text.so"))
    with pytest.raises(SystemExit, match="is not the obligor library"):
        build(hook, PACKAGE)
    monkeypatch.setenv("OBLIGOR_PREBUILT", str(library))
    with pytest.raises(SystemExit, match="9.9.9"):
        build(hook, PACKAGE, "9.9.9")
    monkeypatch.delenv("OBLIGOR_PREBUILT")
    (tmp_path / "bindings" / "python").mkdir(parents=True)
    with pytest.raises(SystemExit, match="is not a checkout"):
        build(hook, tmp_path / "bindings" / "python")


def test_the_versions_are_one() -> None:
    cargo = (CHECKOUT / "Cargo.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', cargo, re.MULTILINE)
    assert found is not None and found.group(1) == obligor.__version__


def test_the_package_is_typed_and_old_pythons_can_read_it() -> None:
    import ast

    assert (PACKAGE / "obligor" / "py.typed").is_file()
    for path in [*(PACKAGE / "obligor").glob("*.py"), *(CHECKOUT / "samples").glob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
        # What only type checkers read is never run, and comes with them.
        tree.body = [node for node in tree.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")]
        imported = {
            name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
        } | {
            (node.module or "").split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.level == 0
        }
        # Nothing but modules of Python itself, which are there without installing anything.
        for name in imported - {"obligor"}:
            spec = importlib.util.find_spec(name)
            assert spec is not None and "site-packages" not in str(spec.origin), f"{path.name} imports {name}"
