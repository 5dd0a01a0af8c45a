"""Questions and grants of a run that was given its task: they are answered on the page of the run that gave it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agents.api import Approver
from agents.permissions.values import ApprovalRequest, Decision, Grant, Grants
from app.services.runs.asking import Asker
from app.services.titles import title_from
from app.store.records import RunState


class RelayAsker(Asker):
    """Passes questions on to `approver`; None: there is nobody to ask. `task` names who asks."""

    def __init__(self, approver: Approver | None, run: int, child: int, task: str) -> None:
        super().__init__(lambda _: None, attended=approver is not None)
        self._approver, self._run, self._child, self._task = approver, run, child, title_from(task)

    def ask(self, request: ApprovalRequest) -> Decision | None:
        if self._approver is None or self.is_over:
            return None
        return self._approver.ask(
            msgspec.structs.replace(
                request,
                run=self._run,
                call=f"{self._child}.{request.call}",
                child=self._task,
                # The copy goes away: nothing is to be kept for its folder.
                scopes=tuple(scope for scope in request.scopes if scope == "run"),
            )
        )


class ChildGrants:
    """Implements `Grants`: those of the run `parent` and its folder count in the run `child` and its own, and what is
    allowed here is allowed there."""

    def __init__(self, grants: Grants, parent: int, child: int, folder: str, child_folder: str) -> None:
        self._grants, self._parent, self._child = grants, parent, child
        self._folder, self._child_folder = folder, child_folder

    def all(self) -> tuple[Grant, ...]:
        return tuple(map(self._here, self._grants.all()))

    def add(self, grant: Grant) -> Grant:
        there = msgspec.structs.replace(
            grant,
            run=self._parent if grant.run else 0,
            workspace=self._folder if grant.workspace else "",
        )
        return self._here(self._grants.add(there))

    def used(self, id: str) -> None:
        self._grants.used(id)

    def revoke(self, id: str) -> None:
        self._grants.revoke(id)

    def _here(self, grant: Grant) -> Grant:
        run = self._child if grant.run == self._parent and grant.run else grant.run
        folder = self._child_folder if grant.workspace == self._folder else grant.workspace
        return msgspec.structs.replace(grant, run=run, workspace=folder)


def standing(stand: Callable[[RunState], None]) -> Callable[[ApprovalRequest | None], None]:
    """Shows the run as waiting while a question of a run is open that it gave a task to."""
    waits = False

    def told(request: ApprovalRequest | None) -> None:
        nonlocal waits
        if request is not None and request.child:
            waits = True
            stand("waiting")
        elif waits and request is None:
            waits = False
            stand("running")

    return told
