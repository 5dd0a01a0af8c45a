"""What the window says of chats whose answers use tools, wherever a person is: which of them wait for an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.desktop.widgets.toast import Toast
from app.services.events import ServiceEvent
from app.services.runs.events import RunChanged
from app.services.runs.values import RunRecord


class ChatNotes(QObject):
    """`asking` carries the conversations that wait for an answer; `show_wanted` one that is to be shown. `told` comes
    with what is said of one: its title, its id, and what about it."""

    told = Signal(str, int, str)
    asking = Signal(set)
    show_wanted = Signal(int)

    def __init__(self, toast: Toast, is_looked_at: Callable[[int], bool]) -> None:
        """`is_looked_at`: a person sees this conversation, which then asks by itself."""
        super().__init__(toast)
        self._toast, self._is_looked_at = toast, is_looked_at
        self._waiting: dict[int, int] = {}  # conversations by their runs

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        before = set(self._waiting.values())
        for event in events:
            if isinstance(event, RunChanged) and event.run.conversation:
                self._take(event.run)
        now = set(self._waiting.values())
        if now != before:
            self.asking.emit(now)

    def _take(self, run: RunRecord) -> None:
        if run.state != "waiting":
            self._waiting.pop(run.id, None)
        elif run.id not in self._waiting:
            self._waiting[run.id] = run.conversation
            if not self._is_looked_at(run.conversation):
                self.told.emit(run.title, run.conversation, self.tr("Needs you"))
                words = self.tr("“{title}” needs you").format(title=run.title)
                self._toast.say(
                    words,
                    self.tr("Show"),
                    lambda: self.show_wanted.emit(run.conversation),
                    about=("chat", run.conversation),
                )
