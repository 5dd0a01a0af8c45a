"""What a run that comes up again does about the calls in whose middle it ended."""

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
    """Note what was changed by calls whose changes were not noted any more. What cannot be looked at now is left for
    the next time."""
    missing: tuple[SnapshotTaken, ...] = ()
    with contextlib.suppress(UserError, OSError):
        missing = unnoted(record.journal.entries(), snapshots, workspace)
    for taken in missing:
        record.append(taken)


def unnoted(
    entries: Sequence[Entry], snapshots: Snapshots, workspace: Workspace
) -> tuple[SnapshotTaken, ...]:
    """What is to be noted of calls in whose middle a process ended, once their half-written files are taken away.

    Raises UserError and OSError as `Snapshots.settle` does.
    """
    for path in _under_way(entries):
        with contextlib.suppress(PathRefused, OSError), workspace.locate(path)[0] as folder:
            folder.remove_parts()
    return snapshots.settle(entries)


def _under_way(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The paths that the calls which were interrupted were to change, as far as they were told in advance."""
    paths: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, SnapshotTaken):
            paths[event.call] = tuple(file.path for file in event.files) if event.phase == "before" else ()
    return tuple(dict.fromkeys(path for each in paths.values() for path in each))


def changes_of(entries: Iterable[Entry], call: str) -> tuple[FileChange, ...]:
    """The files that a call changed, as far as they were noted."""
    changes: tuple[FileChange, ...] = ()
    for entry in entries:
        event = entry.event
        if isinstance(event, SnapshotTaken) and event.call == call and event.phase == "after":
            changes = (*changes, *event.files)
    return changes


def surely_not_begun(call: OpenCall, effects: Effects, facts: ToolFacts) -> bool:
    """Whether a call that was allowed was not begun: what it may change is kept first, and was not."""
    executes = facts.anywhere or effects.kind in ("shell", "python")
    return not call.began and bool(executes or effects.writes or effects.deletes)
