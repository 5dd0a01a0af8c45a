"""Paths of a store: its file and its backups, newest last."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import msgspec

SCHEMA_REVISION = "0014"
"""The newest migration. Known without Alembic, so that an up-to-date file opens without importing it."""
PREFIX = "coterie-"
_TIME = "%Y-%m-%d-%H%M%S"
_TIME_PATTERN = re.compile(r"\d{4}-\d\d-\d\d-\d{6}")


class Place(msgspec.Struct, frozen=True):
    """`database` is the file, `backups` the folder of its copies."""

    database: Path
    backups: Path

    @property
    def attachments(self) -> Path:
        """The folder of what is attached, each content under its SHA-256."""
        return self.database.with_name("attachments")

    @staticmethod
    def attachments_of(file: Path) -> Path:
        """The folder of what was attached when a backup was made or data was set aside."""
        return file.with_name(f"{file.name}.attachments")

    def backup_files(self) -> list[Path]:
        """The finished backups, oldest first: their names begin with the time they were made."""
        return sorted(self.backups.glob(f"{PREFIX}*.db"))

    def newest_backup(self) -> Path | None:
        files = self.backup_files()
        return files[-1] if files else None

    def backup_file(self, now: float, revision: str) -> Path:
        """The path of a backup made at `now` (seconds since 1970) of a file with that schema."""
        return self.backups / f"{PREFIX}{datetime.fromtimestamp(now):{_TIME}}-{revision}.db"

    def aside_file(self, now: float) -> Path:
        """The path for data that a restore at `now` replaces."""
        return self.database.with_name(f"{self.database.name}.aside-{datetime.fromtimestamp(now):{_TIME}}")

    def set_aside(self) -> list[Path]:
        """Data that restores replaced, oldest first."""
        files = self.database.parent.glob(f"{self.database.name}.aside-*")
        return sorted(file for file in files if not file.name.endswith(("-wal", "-shm", ".attachments")))

    @staticmethod
    def fits(file: Path) -> bool:
        """Whether a backup is of a schema that this version knows, by its name."""
        revision = file.stem.rpartition("-")[2]
        return not (file.name.startswith(PREFIX) and len(revision) == 4) or revision <= SCHEMA_REVISION

    @staticmethod
    def time_of(file: Path) -> float:
        """The time of a backup or replaced data, from its name."""
        found = _TIME_PATTERN.search(file.name)
        if found is None:
            return file.stat().st_mtime
        return datetime.strptime(found[0], _TIME).timestamp()

    def backed_up_on(self, now: float) -> bool:
        """Whether a backup was made on the same local day."""
        day = f"{PREFIX}{datetime.fromtimestamp(now):%Y-%m-%d}-"
        return any(file.name.startswith(day) for file in self.backup_files())
