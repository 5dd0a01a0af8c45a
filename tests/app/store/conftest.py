"""A real store in a folder of its own, and other real processes that use it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.store.store import Store
from tests.support.chats import prepared_store

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def made_by_migrations() -> None:
    """A store's file comes to be as it does with a person."""
    prepared_store.turn_off()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[..., Store]]:
    """Opens the store of `folder`; closed at the end of the test."""
    stores: list[Store] = []

    def open_store(**options: object) -> Store:
        stores.append(Store.open(folder / "coterie.db", folder / "backups", **options))  # type: ignore[arg-type]
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[..., Store]) -> Store:
    return opened()


@pytest.fixture
def process(folder: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a Python process on some lines of code, in which `store` and `path` are the test's store."""
    running: list[subprocess.Popen[str]] = []

    def start(code: str, *, with_store: bool = True) -> subprocess.Popen[str]:
        head = f"import sys, sqlite3\nfrom pathlib import Path\npath = Path({str(folder)!r}) / 'coterie.db'\n"
        if with_store:
            head += "from app.store.store import Store\nstore = Store.open(path, path.parent / 'backups')\n"
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", head + code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        )
        return running[-1]

    yield start
    for child in running:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """An empty folder that every user of this machine can enter (pytest's own are private)."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def files(folder: Path) -> dict[str, bytes]:
    """All files beneath a folder, with what is in them: equal before and after when nothing was touched."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cut_text(path: Path) -> None:
    """Spoil the place in a store's file where a long text of x goes on, as a failing disk might."""
    data = bytearray(path.read_bytes())
    start = data.index(b"x" * 4092)  # a page full of it, after the number of the page with the rest
    data[start - 4 : start] = b"\x7f\xff\xff\xff"
    path.write_bytes(data)
