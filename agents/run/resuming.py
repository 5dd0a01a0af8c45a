"""What a run that comes up again does about the calls in whose middle it ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from agents.events import Entry, FileChange, SnapshotTaken
from agents.run.record import Record
from agents.run.state import OpenCall
from agents.snapshots.snapshots import Snapshots
from agents.tools.tool import Effects, ToolFacts
from engine.errors import UserError


def settle(record: Record, snapshots: Snapshots) -> None:
    """Note what was changed by calls whose changes were not noted any more. What cannot be looked at now is left for
    the next time."""
    missing: tuple[SnapshotTaken, ...] = ()
    with contextlib.suppress(UserError, OSError):
        missing = snapshots.settle(record.journal.entries())
    for taken in missing:
        record.append(taken)


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
