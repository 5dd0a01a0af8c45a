"""Asks about paths that a command failed for because it does not see them, and says what becomes of the call then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from agents.api import Outcome, Tool
from agents.permissions.values import Effects
from agents.run import prompts
from agents.run.approving import Approvals
from agents.run.record import Record
from agents.run.state import OpenCall


class Answer(msgspec.Struct, frozen=True):
    """`line` tells the model, "" for nothing. `paths` may be read from now on; `again`: in another try."""

    line: str = ""
    paths: tuple[str, ...] = ()
    again: bool = False


class Reading:
    """Remembers what a person said about paths during this run. Before that nothing says that they are there."""

    def __init__(self, record: Record, approvals: Approvals) -> None:
        self._record, self._approvals = record, approvals
        self._denied: set[str] = set()
        self._once: tuple[str, ...] = ()

    def allowed(self) -> tuple[Path, ...]:
        """The paths that commands may read by what was granted, and once for the call that comes."""
        return self._approvals.read_paths(self._once)

    def done(self) -> None:
        """The call that was allowed to read something once is over."""
        self._once = ()

    def ask(
        self,
        call: OpenCall,
        tool: Tool,
        arguments: dict[str, Any],
        effects: Effects,
        outcome: Outcome,
        *,
        untouched: bool,
    ) -> Answer:
        """Ask about the paths that were not seen. `untouched`: the call changed nothing in the workspace, so that it
        can be carried out again as if for the first time."""
        paths = tuple(path for path in outcome.unseen if path not in self._denied)
        if not paths or not untouched:
            return Answer()
        approved = self._approvals.of_paths(call, tool, arguments, effects, paths)
        if approved is None:
            return Answer()
        self._record.append(approved.approval)
        if approved.approval.decision != "allowed":
            self._denied.update(paths)
            by_user = approved.approval.by == "user"
            return Answer(prompts.paths_denied(paths, approved.approval.message) if by_user else "")
        self._once = paths
        return Answer(prompts.paths_second_try(paths), paths, again=True)
