"""Approval: questions from a run's thread, answered from any other."""

from __future__ import annotations

import threading
from collections.abc import Callable

from agents.permissions.values import ApprovalRequest, Decision


class Asker:
    """Implements `Approver`.

    `told` gets each question, and None when it is over. With `attended` False there is nobody to ask.
    """

    def __init__(self, told: Callable[[ApprovalRequest | None], None], *, attended: bool = True) -> None:
        self._told = told
        self._attended = attended
        self._changed = threading.Condition()
        # One question at a time: a tool that was left behind may ask while the run does.
        self._turn = threading.Lock()
        self._pending: ApprovalRequest | None = None
        self._decision: Decision | None = None
        self._over = False

    @property
    def is_over(self) -> bool:
        """Whether the run is to stop."""
        return self._over

    @property
    def pending(self) -> ApprovalRequest | None:
        return self._pending

    def ask(self, request: ApprovalRequest) -> Decision | None:
        """Wait for the decision; None when unattended, or after `end`."""
        with self._turn:
            return self._asked(request)

    def _asked(self, request: ApprovalRequest) -> Decision | None:
        with self._changed:
            if self._over or not self._attended:
                return None
            self._pending, self._decision = request, None
        self._told(request)
        with self._changed:
            self._changed.wait_for(lambda: self._decision is not None or self._over or not self._attended)
            decision, self._pending, self._decision = self._decision, None, None
        self._told(None)
        return decision

    def decide(self, call: str, decision: Decision) -> bool:
        """Answer the question about `call`; False when it is not open any more."""
        with self._changed:
            if self._pending is None or self._pending.call != call or self._decision is not None:
                return False
            self._decision = decision
            self._changed.notify_all()
            return True

    def leave(self) -> None:
        """Become unattended: the open question and all further ones get no answer."""
        with self._changed:
            self._attended = False
            self._changed.notify_all()

    def end(self) -> None:
        """The run is to stop: wake the waiting thread."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
