"""When attention is computed in another way, because a conversation has outgrown the one that was chosen at the load.

The model stays where it is: only its context is made anew, between two answers, and kept states are turned into the
form that the new one reads. It happens once until the model is loaded again.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.api import Replanned
from engine.errors import UserError
from engine.local.free_memory import has_memory_for
from engine.local.model.session import Session
from engine.local.protocol import Reply
from engine.local.scheduling.admission import Admission
from engine.placement.outgrowing import outgrown
from engine.placement.plan import Plan

# Seconds that a new context takes, with a dry run before, and bytes a second at which a state is read, turned and
# written: all of it on the slow side.
CONTEXT_S, STATES_RATE = 1.0, 0.5e9
# A conversation is looked at again when it is so much longer.
LONGER = 1.25


class AttentionChange:
    """Watches the lengths of one session's conversations. `keeps` tells whether so many bytes of a state are kept in
    RAM, `read_s` what a token takes that is read again. Used by one thread."""

    def __init__(
        self,
        session: Session,
        admission: Admission,
        keeps: Callable[[int], bool],
        read_s: Callable[[], float],
        emit: Callable[[Reply], None],
    ) -> None:
        self._session, self._admission, self._emit = session, admission, emit
        self._keeps, self._read_s = keeps, read_s
        self._longest = 0  # tokens; those of the longest conversation since the last look
        self._looks_from = 0
        self._is_settled = session.planned is None or session.facts.plan is None

    def ended(self, held: int) -> None:
        """An answer has ended whose conversation has so many tokens."""
        self._longest = max(self._longest, held)

    def at_rest(self) -> None:
        """Change the way of attention where that has come to pay; nothing is being answered. Raises UserError
        `engine.context_memory` where no context can be had any more."""
        held, self._longest = self._longest, 0
        if self._is_settled or held < self._looks_from or held == 0:
            return
        self._looks_from = int(held * LONGER)
        plan = self._better(held)
        if plan is None:
            return
        self._is_settled = True
        self._admission.move(lambda: self._session.attend(plan))
        if self._session.facts.plan is plan:
            self._emit(Replanned(self._session.facts))

    def _better(self, held: int) -> Plan | None:
        session = self._session
        current = session.facts.plan
        assert current is not None and session.planned is not None
        try:
            return outgrown(session.planned, current, held, self._change_s(held))
        except UserError:  # what was planned before cannot be planned any more
            return None

    def _change_s(self, held: int) -> float:
        """What a change takes: what is kept is turned, else it is read again."""
        size = self._session.state_bytes(held)
        if self._session.is_plain and self._keeps(size) and has_memory_for(2 * size):
            return CONTEXT_S + size / STATES_RATE
        return CONTEXT_S + held * self._read_s()
