"""A TOML file of connections that the user has set up, one table each. No secret is in it.

As in the settings, what is not understood stays in the file, and a file that is not TOML is set aside.
"""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from app.services.settings.file_lock import locked
from app.services.settings.toml_file import TomlFile
from engine.errors import ErrorInfo, UserError

Kept = TypeVar("Kept")
# A writer holds the lock for milliseconds.
PATIENCE = 10.0


class ConnectionFile(ABC, Generic[Kept]):
    """Connections by the key of their table. `KNOWN` are the names in a table that are ours.

    All methods may be called from any thread; each reads the file as it is then: a command and the window share it.
    `problems` tells what could not be used when it was last read. All raise UserError `settings.not_saved`.
    """

    KNOWN: ClassVar[frozenset[str]]

    def __init__(self, path: Path) -> None:
        self._file = TomlFile(path)
        self._thread = threading.Lock()
        self.problems: tuple[ErrorInfo, ...] = ()

    @abstractmethod
    def from_table(self, key: str, table: Any) -> Kept:
        """Raises msgspec.ValidationError, TypeError or UserError for one that cannot be used."""

    @abstractmethod
    def to_table(self, kept: Kept) -> tuple[str, dict[str, Any]]:
        """The key, and what stands below it."""

    def by_key(self) -> dict[str, Kept]:
        """In the order of the file."""
        found: dict[str, Kept] = {}
        problems: list[ErrorInfo] = []
        with self._file.saving():
            document = self._file.read_or_set_aside()
        for key, table in document.items():
            try:
                found[key] = self.from_table(key, table)
            except (msgspec.ValidationError, TypeError, AttributeError, UserError):
                problems.append(ErrorInfo("settings.bad_value", {"key": key}))
        self.problems = tuple(problems)
        return found

    def put(self, kept: Kept, *, new: bool = False) -> None:
        """Write one down, in the place of the one with its key. Raises UserError `mcp.twice` for a `new` one whose
        key is taken."""
        key, table = self.to_table(kept)
        with self._changing() as document:
            if new and key in document:
                raise UserError("mcp.twice", server=key)
            before = document.get(key)
            kept_words = before.items() if isinstance(before, dict) else ()
            document[key] = {k: v for k, v in kept_words if k not in self.KNOWN} | table
            self._file.write(document)

    def drop(self, key: str) -> None:
        """Does nothing to one that is not there."""
        with self._changing() as document:
            if document.pop(key, None) is not None:
                self._file.write(document)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """Give the document to replace, whatever other threads and processes do meanwhile."""
        path = self._file.path
        lock = path.with_name(f".{path.name}.lock")
        with self._thread, self._file.saving(), locked(lock, PATIENCE):
            yield self._file.read_or_set_aside()
