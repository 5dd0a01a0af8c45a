"""Events of runs and of their approvals."""

from __future__ import annotations

from agents.events import Entry
from agents.permissions.values import ApprovalRequest
from app.services.events import ServiceEvent
from app.services.runs.values import RunRecord


class RunChanged(ServiceEvent, frozen=True):
    """A run was added, or changed its state, step or place in the list."""

    run: RunRecord


class RunOver(ServiceEvent, frozen=True):
    """A run has ended in this process and can be resumed; published from its thread."""

    run: int


class RunRemoved(ServiceEvent, frozen=True):
    """A run went to the trash, or was deleted from it."""

    run: int


class RunEntries(ServiceEvent, frozen=True):
    """New events in a run's journal, in order."""

    run: int
    entries: tuple[Entry, ...]


class RunAsks(ServiceEvent, frozen=True):
    """A run waits for approval; None: it does not any more."""

    run: int
    request: ApprovalRequest | None


class GrantsChanged(ServiceEvent, frozen=True):
    """A grant was made or revoked."""
