"""Compares models on the last question of the shown chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.model_picker.model_list_loader import choices_of
from app.services.chat.events import ComparisonChanged
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished, TextDelta
from engine.errors import UserError
from engine.remote.names import is_remote

if TYPE_CHECKING:
    from app.desktop.chat.compare.compare_sheet import CompareSheet
    from app.desktop.model_picker.model_choices import ModelChoice
    from app.services.services import Services


class CompareControl(QObject):
    """Its sheet covers the window of `view`. `failed` carries a UserError that says why nothing is compared."""

    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, view: QWidget) -> None:
        super().__init__(view)
        self._calls, self._view = calls, view
        self._conversation = 0
        self._message = 0
        self.sheet: CompareSheet | None = None

    def open(self, conversation: int, message: int, used: str) -> None:
        """Let a person choose models for a question, or that of an answer; `used` is the path of the chat's."""
        self._conversation, self._message = conversation, message
        sheet = self._made()
        self._calls.do(
            lambda s: (_agreed_choices(s), s.comparisons.preferred()),
            lambda found: sheet.choose(found[0], used, found[1]),
            self.failed.emit,
            executor="files",
            owner=self,
        )

    def take_events(self, events: list[ServiceEvent]) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        for event in events:
            if isinstance(event, ComparisonChanged) and event.conversation == self._conversation:
                if event.error is not None:
                    sheet.show_error(UserError.from_info(event.error))
                sheet.show_answers(event.answers, event.of)
            elif isinstance(event, TextDelta) and event.content:
                sheet.append(event.owner.message, event.content)
            elif isinstance(event, AnswerFinished):
                sheet.finish(event.message)

    def _made(self) -> CompareSheet:
        if self.sheet is None:
            from app.desktop.chat.compare.compare_sheet import CompareSheet  # when it is wanted first

            sheet = self.sheet = CompareSheet(self._view.window())
            sheet.start_wanted.connect(self._start)
            sheet.stop_wanted.connect(lambda: self._calls.do(lambda s: s.comparisons.stop(), executor="io"))
            sheet.better_wanted.connect(self._prefer)
        return self.sheet

    def _start(self, models: tuple[str, ...]) -> None:
        message, sheet = self._message, self._made()
        self._calls.do(
            lambda s: s.comparisons.start(message, models), None, sheet.show_error, executor="io", owner=self
        )

    def _prefer(self, answer: int, better: bool) -> None:
        sheet = self._made()
        self._calls.do(
            lambda s: s.comparisons.prefer(answer, better=better),
            lambda message: sheet.show_better(message.id, message.better),
            owner=self,
        )


def _agreed_choices(services: Services) -> list[ModelChoice]:
    """Models that may be asked without a word: those here, and of servers that text may leave for."""
    choices = choices_of(services)
    return [c for c in choices if not is_remote(c.use) or not services.remote_servers.is_new(c.use)]
