"""What the system tells a person who is elsewhere: an answer is ready, a run has ended or needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.window.chat_notes import ChatNotes
from app.desktop.window.run_notes import RunNotes
from app.desktop.window.system_notices import SystemNotices
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished
from app.services.settings.settings import Settings


class AwayNotes(QObject):
    """Silent while a window of the program is in front. `chat_wanted` and `run_wanted` carry what was clicked;
    `title` gives what a chat is called, None for one that is not in the list."""

    chat_wanted = Signal(int)
    run_wanted = Signal(int)

    def __init__(
        self,
        calls: ServiceCalls,
        chats: ChatNotes,
        runs: RunNotes,
        title: Callable[[int], str | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._calls, self._title = calls, title
        self.notices = SystemNotices(self)
        chats.told.connect(self._tell_chat)
        runs.told.connect(self._tell_run)

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, AnswerFinished) and event.message.state in ("done", "length"):
                conversation = event.message.conversation
                title = self._title(conversation)
                if title is not None:
                    self._tell_chat(title, conversation, self.tr("The answer is ready"))

    def _tell_chat(self, title: str, conversation: int, words: str) -> None:
        settings = self._wanted()
        if settings is not None and settings.notify_answers:
            self.notices.say(title, words, lambda: self.chat_wanted.emit(conversation))

    def _tell_run(self, words: str, run: int) -> None:
        settings = self._wanted()
        if settings is not None and settings.notify_runs:
            self.notices.say("Coterie", words, lambda: self.run_wanted.emit(run))

    def _wanted(self) -> Settings | None:
        """The settings while a person is elsewhere, else None."""
        services = self._calls.services
        if services is None or QApplication.activeWindow() is not None:
            return None
        return services.settings.current
