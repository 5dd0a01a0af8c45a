"""Which tests are fast: those that need no window, no engine and no other process.

That is read off what a test's file imports, with what it uses of `tests/`, so that nobody has to mark tests by hand.
A test for which this is not enough is marked `process`.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Whoever imports one of these starts a window, an engine or a process, or at least loads what takes seconds; the real
# templates are fetched the first time, and whatever is tried on all of them takes long.
SLOW_IMPORTS = (
    *("PySide6", "pytestqt", "llama_cpp", "subprocess", "multiprocessing"),
    *("app.desktop", "app.services.services", "engine.local.client", "engine.local.native"),
    "tests.support.models.real_templates",
)
SLOW_MARKS = {"process", "model", "alone", "long", "downloads", "agents", "soak"}


@cache
def is_fast_file(path: Path) -> bool:
    """Whether neither a file nor what it uses of `tests/` imports anything slow."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in _imported(file):
            if _is_slow(name):
                return False
            waiting += [found for found in _files_of(name) if found not in seen]
    return True


def is_fast(item: pytest.Item) -> bool:
    """Whether a test is in a fast file, takes fixtures out of fast files, and is not marked as slow."""
    if SLOW_MARKS & {mark.name for mark in item.iter_markers()} or not is_fast_file(item.path):
        return False
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009
    return all(
        _is_fast_fixture(found.func.__code__.co_filename)
        for all_of_name in definitions
        for found in all_of_name
    )


@cache
def _is_fast_fixture(file: str) -> bool:
    path = Path(file)
    if not path.is_relative_to(ROOT / "tests"):
        return "pytestqt" not in path.parts
    # The fixtures that every test gets look at Qt only where it is loaded already.
    return path == ROOT / "tests" / "conftest.py" or is_fast_file(path)


@cache
def _is_slow(name: str) -> bool:
    return any(name == slow or name.startswith(f"{slow}.") for slow in SLOW_IMPORTS)


@cache
def _imported(file: Path) -> frozenset[str]:
    names: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(file.read_bytes())]
    while waiting:
        node = waiting.pop()
        # No expression imports anything, and most of a file are expressions.
        waiting += [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.expr)]
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


@cache
def _files_of(name: str) -> tuple[Path, ...]:
    """The files of a module of `tests`; none for another module."""
    if not name.startswith("tests."):
        return ()
    place = ROOT.joinpath(*name.split("."))
    return tuple(path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file())
