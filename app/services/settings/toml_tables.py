"""A TOML file with one table for each item, and its problems."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.services.settings.file_lock import locked
from app.services.settings.toml_file import TomlFile
from engine.errors import UserError

# A writer holds the lock for milliseconds.
PATIENCE = 10.0


class KeptTables:
    """The file at `path`. All methods raise UserError `settings.not_saved`."""

    def __init__(self, path: Path) -> None:
        self._file = TomlFile(path)
        self._thread = threading.Lock()

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Context manager: inside, this thread has exclusive access: what is read is what will be replaced,
        whatever other threads and processes do.
        """
        path = self._file.path
        with self._thread, contextlib.ExitStack() as held:
            try:
                held.enter_context(locked(path.with_name(f".{path.name}.lock"), PATIENCE))
            except TimeoutError as error:
                raise self._not_saved(error) from error
            yield

    def read(self) -> dict[str, Any]:
        """The document, empty where there is no file.

        One that is not TOML is set aside, so that nothing in it is lost.
        """
        try:
            return self._file.read()
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            try:
                self._file.set_aside()
            except OSError as error:
                raise self._not_saved(error) from error
            return {}
        except OSError as error:
            raise self._not_saved(error) from error

    def write(self, document: dict[str, Any]) -> None:
        """Write atomically."""
        try:
            self._file.write(document)
        except (OSError, UnicodeEncodeError) as error:
            raise self._not_saved(error) from error

    def _not_saved(self, error: Exception) -> UserError:
        detail = getattr(error, "strerror", None) or ""
        return UserError("settings.not_saved", path=str(self._file.path), detail=detail)
