"""The runs behind the answers that a chat shows: kept up to date for each card, and what is wanted of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.run_view.run_commands import RunCommands
from app.desktop.run_view.run_loader import RunLoader
from app.services.events import ServiceEvent
from app.services.models.events import ArgumentsDelta
from app.services.runs.events import GrantsChanged, RunAsks, RunChanged, RunEntries

if TYPE_CHECKING:
    from app.desktop.chat.answers.answer_steps import AnswerSteps
    from app.desktop.chat.composer import Composer


class AnswerRuns(QObject):
    """`continue_wanted` carries a message and what becomes of its interrupted calls, `said` a `Notification`.
    What is written in `composer` and what is asked share the keyboard: Enter where nothing is written goes to the
    question."""

    continue_wanted = Signal(int, object)
    said = Signal(object)

    def __init__(self, calls: ServiceCalls, page: QWidget, composer: Composer) -> None:
        super().__init__(page)
        self._composer = composer
        composer.nothing_sent.connect(self._go_to_question)
        self._calls = calls
        self._acting = RunCommands(calls, page)
        self._acting.said.connect(self.said)
        self._acting.text_read.connect(self._show_text)
        self._readings: dict[int, tuple[RunLoader, AnswerSteps]] = {}

    def attach(self, message: int, steps: AnswerSteps) -> None:
        """Fill the steps of an answer from its run, as long as they are there."""
        run, acting = steps.run, self._acting
        reading = RunLoader(self._calls, steps)
        self._readings[message] = (reading, steps)
        reading.opened.connect(steps.show_run)
        reading.came.connect(steps.append)
        reading.wrote.connect(steps.write)
        reading.viewed.connect(steps.set_view)
        reading.asks.connect(steps.ask)
        reading.failed.connect(self._calls.failed)
        steps.asked.connect(lambda: self._asked(steps))
        steps.released.connect(self._composer.take_focus)
        steps.decided.connect(lambda call, decision: acting.decide(run, call, decision))
        steps.undo_wanted.connect(lambda calls, paths, after: acting.undoing.undo(run, calls, paths, after))
        steps.review_wanted.connect(lambda: acting.reviewing.open(run))
        steps.seen_wanted.connect(lambda *turn: self._show_seen(reading, *turn))
        steps.text_wanted.connect(lambda handle: acting.read_text(run, handle))
        steps.go_on.connect(lambda again: self.continue_wanted.emit(message, again))
        reading.show(run)

    def take_events(self, events: list[ServiceEvent]) -> None:
        kinds = RunChanged | RunEntries | RunAsks | GrantsChanged | ArgumentsDelta
        of_runs: list[ServiceEvent] = [event for event in events if isinstance(event, kinds)]
        if of_runs:
            for reading, _ in self._shown():
                reading.take_events(of_runs)

    def question(self) -> AnswerSteps | None:
        """The steps that a question stands under."""
        return next((steps for _, steps in self._shown() if steps.question is not None), None)

    def _asked(self, steps: AnswerSteps) -> None:
        self._composer.show_question(self.question() is not None)
        steps.offer_focus()

    def _go_to_question(self) -> None:
        steps = self.question()
        if steps is not None:
            steps.take_focus()

    def _shown(self) -> list[tuple[RunLoader, AnswerSteps]]:
        self._readings = {message: pair for message, pair in self._readings.items() if isValid(pair[1])}
        return list(self._readings.values())

    def _show_seen(self, reading: RunLoader, step: int, number: int) -> None:
        if reading.view is not None:
            self._acting.show_seen(reading.view.record, step, number)

    def _show_text(self, run: int, handle: str, text: str) -> None:
        for _, steps in self._shown():
            if steps.run == run:
                steps.show_text(handle, text)
