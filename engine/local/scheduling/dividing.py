"""When each answer has cells of its own.

All sequences share the context's cells, so that one conversation may fill it; each row of a step then passes over the
cells of all answers. Several short answers are written faster where the cells are divided among the sequences. That
takes a new context of the same size, to which kept states bring back what was read.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from engine.local.generation.scoring import Work
from engine.local.model.session import Session
from engine.local.scheduling.admission import MARGIN, Admission

# Fewer answers at once pass over little.
FEWEST = 4
# An answer of unknown length is expected to have as many more tokens.
EXPECTED = 256
# Cells are divided once steps that would have been faster took so many times as long as making a context does; after
# twice as many each time that they had to be shared again, for a long conversation will come back, and wait for it.
PAYS_AFTER, AT_MOST = 30, 960
# Before one was made anew it is taken to take as long.
ASSUMED_S = 0.1


class Dividing:
    """Divides the cells of one session, and has them shared again. Used by one thread."""

    def __init__(self, session: Session, admission: Admission) -> None:
        self._session, self._admission = session, admission
        self.change_s = ASSUMED_S  # seconds that the last change took
        self._pays_after = PAYS_AFTER  # changes
        self._slower_s = 0.0  # steps that took longer than with divided cells, since they were shared
        self._computed_s = session.computing_s

    def before_step(self) -> None:
        """Divide the cells where that has come to pay, or share them where an answer has no room in its part. Raises
        UserError `engine.context_memory` where no context can be had any more."""
        session, admission = self._session, self._admission
        seconds, self._computed_s = session.computing_s - self._computed_s, session.computing_s
        if not session.may_divide:
            return
        works = [each.generation for each in admission.active]
        works += [each.generation for each in admission.waiting]
        if session.is_divided:
            if not self._fit(works, 0):
                self._pays_after = min(2 * self._pays_after, AT_MOST)
                self._change(False)
        elif len(admission.active) >= FEWEST and self._fit(works, EXPECTED):
            self._slower_s += seconds
            if self._slower_s >= self._pays_after * self.change_s:
                self._change(True)

    def _fit(self, works: Iterable[Work], expected: int) -> bool:
        """Whether each has room in its part, for so many more tokens or as many as it may have."""
        room = self._session.divided_room - MARGIN
        return all(
            not each.pictures and len(each.tokens) + min(each.room, expected) <= room for each in works
        )

    def _change(self, divided: bool) -> None:
        started = time.perf_counter()
        self._admission.move(lambda: self._session.divide(divided))
        self.change_s = time.perf_counter() - started
        self._slower_s = 0.0
