"""Work on the GUI thread in slices between events: all that waits shares the time of one slice."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

SLICE_S = 0.002

# Works until about this moment of `time.perf_counter`, and says whether it has more to do.
Step = Callable[[float], bool]


class Slices(QObject):
    """Takes steps while a slice lasts, and goes on with the next slice after other events.

    What was added last goes first, so that what a step begins is complete before the next of its kind.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: list[tuple[QObject, Step]] = []
        self._worked = False  # since other events had their turn
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._go_on)

    def add(self, owner: QObject, step: Step) -> None:
        """Take the step of `owner` between events, until it has no more to do or its owner is gone."""
        self._steps = [one for one in self._steps if one[0] is not owner]
        self._steps.append((owner, step))
        self._next.start()

    def work(self, seconds: float) -> None:
        """Begin at once, for so long, with what waits. Other events go before a second slice."""
        if self._worked:
            return
        self._worked = True
        self._next.start()
        until = time.perf_counter() + seconds
        while self._steps:
            owner, step = self._steps.pop()
            place = len(self._steps)
            if isValid(owner) and step(until) and all(other is not owner for other, _ in self._steps):
                self._steps.insert(place, (owner, step))
            if time.perf_counter() > until:
                return

    def _go_on(self) -> None:
        self._worked = False
        if self._steps:
            self.work(SLICE_S)
