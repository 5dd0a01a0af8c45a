"""A TOML file: read and written whole, atomically; set aside when it is not TOML."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any


class TomlFile:
    """The file at `path`, links followed: a link stays a link when its target is replaced."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))

    def read(self) -> dict[str, Any]:
        """The document.

        Raises FileNotFoundError, OSError, and ValueError or RecursionError for an invalid one.
        """
        return tomllib.loads(self.path.read_bytes().decode())

    def write(self, document: dict[str, Any]) -> None:
        """Write atomically: a new file, synced, replaces the old one. Raises OSError."""
        # Imported here: reading the settings is part of every start, writing them is not.
        import tomli_w

        from engine.durable_files import write_whole

        write_whole(self.path, tomli_w.dumps(document).encode())

    def set_aside(self) -> Path:
        """Rename the file with ".broken", or the next such name that is free; returns its new path."""
        kept = self.path.with_name(f"{self.path.name}.broken")
        number = 1
        while kept.exists():
            number += 1
            kept = self.path.with_name(f"{self.path.name}.broken-{number}")
        self.path.replace(kept)
        return kept
