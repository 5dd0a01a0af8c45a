"""The file of a new store, made once and copied: each test that opens one would migrate an empty file anew."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.store.location import Place


def turn_on() -> None:
    """New stores of this process begin with the copy. Does nothing before the store is imported."""
    store = sys.modules.get("app.store.store")
    if store is not None:
        store.prepare = _prepare  # type: ignore[attr-defined]


def turn_off() -> None:
    """New stores of this process are made by their migrations, as everywhere but in tests."""
    from app.store import opening

    sys.modules["app.store.store"].prepare = opening.prepare  # type: ignore[attr-defined]


def _prepare(place: Place, busy_timeout: float, now: float) -> None:
    from app.store import opening

    if not place.database.exists():
        with contextlib.suppress(OSError):  # what is wrong the store says itself
            _put(place.database)
    opening.prepare(place, busy_timeout, now)


def _put(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        made.write_bytes(_new_file())
        os.link(made, path)  # whole, and never over one that another process has made meanwhile
    finally:
        made.unlink(missing_ok=True)


@functools.cache
def _new_file() -> bytes:
    from app.store import opening
    from app.store.location import Place

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coterie.db"
        opening.prepare(Place(path, Path(folder) / "backups"), 5.0, 0.0)
        return path.read_bytes()
