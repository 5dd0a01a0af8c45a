"""A TOML file of ours with one table for each thing that the user has set up, and what is told of its trouble."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.services.toml_file import TomlFile
from engine.errors import UserError


class KeptTables:
    """The file at `path`. Both methods raise UserError `settings.not_saved`."""

    def __init__(self, path: Path) -> None:
        self._file = TomlFile(path)

    def read(self) -> dict[str, Any]:
        """The document, empty where there is no file. One that is not TOML is set aside, so that nothing in it is
        lost."""
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
        """All of it or nothing."""
        try:
            self._file.write(document)
        except (OSError, UnicodeEncodeError) as error:
            raise self._not_saved(error) from error

    def _not_saved(self, error: Exception) -> UserError:
        detail = getattr(error, "strerror", None) or ""
        return UserError("settings.not_saved", path=str(self._file.path), detail=detail)
