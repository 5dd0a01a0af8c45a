"""The command that a timer runs, and what its files are called."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from app.integration.launch import this_one
from app.store.schedules.records import Every, FolderChange, When

# A folder is looked at so often, as no timer of all systems can watch it whole.
FOLDER_MINUTES = 5


class TimedCommand(msgspec.Struct, frozen=True):
    """`arguments` of the command, the data `home` that it has in its environment, and the `folder` it runs in. `name`
    is that of the files."""

    name: str
    title: str
    arguments: tuple[str, ...]
    home: str
    folder: str


def timed_command(id: int, title: str, home: Path) -> TimedCommand:
    """What starts a schedule if it is due, and does nothing while Coterie is open."""
    # Two data folders may have a schedule of the same number.
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:6]
    launch = this_one("run", "--schedule", str(id), "--due")
    name = f"coterie-schedule-{id}-{mark}"
    return TimedCommand(name, " ".join(title.split()), launch.command, str(home), launch.folder)


def interval_of(when: When) -> int:
    """The minutes between two looks where there is no time of day; 0 where there is one."""
    if isinstance(when, Every):
        return when.minutes
    return FOLDER_MINUTES if isinstance(when, FolderChange) else 0
