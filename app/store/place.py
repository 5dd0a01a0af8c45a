"""Where a store lies: its file, and its backups, newest last."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

PREFIX = "coterie-"


class Place(msgspec.Struct, frozen=True):
    """`database` is the file, `backups` the folder of its copies."""

    database: Path
    backups: Path

    def backup_files(self) -> list[Path]:
        """The finished backups, oldest first: their names begin with the time they were made."""
        return sorted(self.backups.glob(f"{PREFIX}*.db"))

    def newest_backup(self) -> Path | None:
        files = self.backup_files()
        return files[-1] if files else None

    def backup_file(self, now: float, revision: str) -> Path:
        """The name for a backup made at `now` (seconds since 1970) of a file with that schema."""
        return self.backups / f"{PREFIX}{datetime.fromtimestamp(now):%Y-%m-%d-%H%M%S}-{revision}.db"

    def backed_up_on(self, now: float) -> bool:
        """Whether a backup was made on the same day, by the local calendar."""
        day = f"{PREFIX}{datetime.fromtimestamp(now):%Y-%m-%d}-"
        return any(file.name.startswith(day) for file in self.backup_files())
