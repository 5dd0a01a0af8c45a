"""Conversations in memory for the tests of the transcript."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.desktop.chat.transcript import TranscriptView
from app.store.records import Message, MessageState
from engine.values import Role

NOON = 1_764_000_000.0


def message(
    number: int,
    role: Role = "assistant",
    content: str = "",
    state: MessageState = "done",
    **fields: object,
) -> Message:
    return Message(
        number, 1, number - 1 or None, role, content, str(fields.pop("reasoning", "")), state, NOON + number,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def conversation(count: int) -> dict[int, Message]:
    """Questions and answers of different lengths, ids from 1."""
    messages = {}
    for number in range(1, count + 1):
        if number % 2:
            messages[number] = message(number, "user", f"Question {number}")
        else:
            text = f"Answer {number}. " + "words that fill a line and more " * (number % 17 + 1)
            messages[number] = message(number, "assistant", text)
    return messages


class Loader(QObject):
    """Answers `page_wanted` from memory, at once or in the next turn of the event loop."""

    def __init__(self, view: TranscriptView, messages: dict[int, Message], *, late: bool = False) -> None:
        super().__init__(view)
        self.pages: list[list[int]] = []
        self._view, self._messages, self._late = view, messages, late
        view.page_wanted.connect(self._load)

    def _load(self, ids: list[int]) -> None:
        self.pages.append(ids)
        records = [self._messages[i] for i in ids]
        if self._late:
            QTimer.singleShot(0, self._view, lambda: self._view.take_page(records))
        else:
            self._view.take_page(records)
