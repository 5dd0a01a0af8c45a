"""The runs behind the answers that a chat shows: kept up to date for each card, and what is wanted of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.desktop.runs.reading import RunReading
from app.desktop.service_calls import ServiceCalls
from app.services.events import GrantsChanged, RunAsks, RunChanged, RunEntries, ServiceEvent

if TYPE_CHECKING:
    from agents.permissions.values import Decision
    from app.desktop.chat.answer_steps import AnswerSteps


class AnswerRuns(QObject):
    """`asked` carries the steps of an answer when its run asks, `released` tells that a question goes that has the
    focus; `continue_wanted` carries a message and what becomes of its interrupted calls."""

    asked = Signal(object)
    released = Signal()
    continue_wanted = Signal(int, object)

    def __init__(self, calls: ServiceCalls, parent: QObject) -> None:
        super().__init__(parent)
        self._calls = calls
        self._readings: dict[int, tuple[RunReading, AnswerSteps]] = {}

    def attach(self, message: int, steps: AnswerSteps) -> None:
        """Fill the steps of an answer from its run, as long as they are there."""
        run = steps.run
        reading = RunReading(self._calls, steps)
        self._readings[message] = (reading, steps)
        reading.opened.connect(steps.show_run)
        reading.came.connect(steps.append)
        reading.viewed.connect(steps.set_view)
        reading.asks.connect(steps.ask)
        reading.failed.connect(self._calls.failed)
        steps.asked.connect(lambda: self.asked.emit(steps))
        steps.released.connect(self.released)
        steps.decided.connect(lambda call, decision: self._decide(run, call, decision))
        steps.text_wanted.connect(lambda handle: self._read_text(run, handle, steps))
        steps.go_on.connect(lambda again: self.continue_wanted.emit(message, again))
        reading.show(run)

    def take_events(self, events: list[ServiceEvent]) -> None:
        kinds = RunChanged | RunEntries | RunAsks | GrantsChanged
        of_runs: list[ServiceEvent] = [event for event in events if isinstance(event, kinds)]
        if not of_runs:
            return
        self._readings = {message: pair for message, pair in self._readings.items() if isValid(pair[1])}
        for reading, _ in self._readings.values():
            reading.take_events(of_runs)

    def question(self) -> AnswerSteps | None:
        """The steps that a question stands under."""
        of_all = (steps for _, steps in self._readings.values() if isValid(steps))
        return next((steps for steps in of_all if steps.question is not None), None)

    def _decide(self, run: int, call: str, decision: Decision) -> None:
        self._calls.do(lambda s: s.runs.decide(run, call, decision), owner=self)

    def _read_text(self, run: int, handle: str, steps: AnswerSteps) -> None:
        show: Callable[[str], None] = lambda text: steps.show_text(handle, text)  # noqa: E731
        self._calls.do(lambda s: s.runs.kept(run, handle), show, executor="io", owner=steps)
