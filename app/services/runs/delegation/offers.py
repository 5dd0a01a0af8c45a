"""What a run changed in its copy, read from its journal and the contents that are kept for undo."""

from __future__ import annotations

from collections.abc import Sequence

from agents.api import Offered
from agents.events import Entry, FileChange
from agents.snapshots.snapshots import Snapshots
from agents.workspace.workspace import Workspace
from app.services.runs.view import touched

_GIT = ".git"  # names the repository that the copy belongs to


def changes_in(entries: Sequence[Entry]) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
    """The changed files, and paths that cannot be offered: links, and files that are too large to keep."""
    found, unfit = [], []
    for each in touched(entries):
        change = each.change
        if change.path == _GIT or change.kind == "folder":
            continue
        if change.kind == "file" and change.kept and change.change != "unknown":
            found.append(change)
        else:
            unfit.append(change.path)
    return tuple(found), tuple(unfit)


def offered(entries: Sequence[Entry], snapshots: Snapshots) -> tuple[Offered, ...]:
    """The changed files with their contents. Raises UserError `undo.lost`."""
    return tuple(
        Offered(
            change.path,
            None if change.change == "new" else snapshots.content(change.before),
            None if change.change == "deleted" else snapshots.content(change.after),
            change.mode_after or None,
        )
        for change in changes_in(entries)[0]
    )


def put_in(files: Sequence[Offered], workspace: Workspace) -> None:
    """Have a fresh copy as the run had left its own. Raises OSError and PathRefused."""
    for file in files:
        folder, name = workspace.locate(file.path, follow=False, make=file.after is not None)
        with folder:
            if file.after is not None:
                folder.write(name, file.after, file.mode)
            elif folder.found(name) is not None:
                folder.remove(name)
