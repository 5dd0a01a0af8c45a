"""Settles the calls that were interrupted when a run's process ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from agents.events import Entry, FileChange, SnapshotTaken
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import Effects, ToolFacts
from agents.run.record import Record
from agents.run.state import OpenCall
from agents.snapshots.snapshots import Snapshots
from agents.workspace.workspace import Workspace
from engine.errors import UserError


def settle(record: Record, snapshots: Snapshots, workspace: Workspace) -> None:
    """Record changes of interrupted calls. What cannot be scanned now is left for the next time."""
    missing: tuple[SnapshotTaken, ...] = ()
    with contextlib.suppress(UserError, OSError):
        missing = unnoted(record.journal.entries(), snapshots, workspace)
    for taken in missing:
        record.append(taken)


def unnoted(
    entries: Sequence[Entry], snapshots: Snapshots, workspace: Workspace
) -> tuple[SnapshotTaken, ...]:
    """Unrecorded changes of interrupted calls, once their half-written files are removed.

    Raises UserError and OSError as `Snapshots.settle` does.
    """
    for path in _under_way(entries):
        with contextlib.suppress(PathRefused, OSError), workspace.locate(path)[0] as folder:
            folder.remove_parts()
    return snapshots.settle(entries)


def _under_way(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Paths that the interrupted calls were to change, as far as they were known in advance."""
    paths: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, SnapshotTaken):
            paths[event.call] = tuple(file.path for file in event.files) if event.phase == "before" else ()
    return tuple(dict.fromkeys(path for each in paths.values() for path in each))


def changes_of(entries: Iterable[Entry], call: str) -> tuple[FileChange, ...]:
    """Files that a call changed, as far as recorded."""
    changes: tuple[FileChange, ...] = ()
    for entry in entries:
        event = entry.event
        if isinstance(event, SnapshotTaken) and event.call == call and event.phase == "after":
            changes = (*changes, *event.files)
    return changes


def surely_not_begun(call: OpenCall, effects: Effects, facts: ToolFacts) -> bool:
    """Whether an allowed call certainly did not start: a snapshot comes first, and there is none."""
    executes = facts.anywhere or effects.kind in ("shell", "python")
    return not call.began and bool(executes or effects.writes or effects.deletes)
