"""What the model is writing at this moment: its last thoughts, and its words as they come."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import FittedWidget
from app.desktop.markdown.body import AnswerBody
from app.desktop.markdown.streaming import StreamingDocument
from app.desktop.run_view.call_writing import CallWriting
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.desktop.run_view.waiting import Waiting, WaitingLine
from app.desktop.widgets.layouts import Column, discard


class LiveTurn(FittedWidget):
    """Text is only added; finished blocks are not laid out again. `clear` when the turn is in the journal."""

    link_asked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.step = 0
        self._waits = False
        self._others_first = False  # others came before this turn in its middle
        self._stream: StreamingDocument | None = None
        self._since = 0.0
        self._waiting = WaitingLine(self)
        self._column = Column(self._waiting, parent=self, spacing=10)
        self._thoughts: ReasoningCard | None = None
        self._body: AnswerBody | None = None
        self._calls: dict[str, CallWriting] = {}
        self._waiting.hide()
        self.hide()

    @property
    def is_empty(self) -> bool:
        return self._thoughts is None and self._body is None and not self._calls

    def wait(self, on: bool) -> bool:
        """Whether the model is waited for; whether that changed what is shown."""
        if on == self._waits:
            return False
        self._waits = on
        self._show()
        return True

    def set_waiting(self, waiting: Waiting) -> bool:
        """What the turn waits for, whether or not words of it are there; whether the height changed."""
        changed = self._waiting.show_waiting(waiting)
        stopped, self._others_first = self._others_first, not self.is_empty and waiting != Waiting()
        self._show()
        return changed or stopped != self._others_first

    def append(self, step: int, reasoning: str, content: str) -> None:
        """Adds text of a turn; that of another turn takes the place of what was here."""
        if step != self.step:
            self.clear()
            self.step = step
        if reasoning:
            if self._thoughts is None:
                self._thoughts = ReasoningCard(self, ends_by_itself=True)
                self._thoughts.height_changed.connect(self.height_changed)
                self._since = time.monotonic()
                self._thoughts.set_state(thinking=True)
                self._column.insertWidget(0, self._thoughts)
                self._thoughts.show()
            self._thoughts.append(reasoning)
        if content:
            self._end_thoughts()
            if self._body is None or self._stream is None:
                self._stream = StreamingDocument()
                self._body = AnswerBody(self)
                self._body.link_asked.connect(self.link_asked)
                self._body.height_changed.connect(self.height_changed)
                self._column.insertWidget(self._column.count() - 1, self._body)
                self._body.show()
            self._body.apply(self._stream.append(content))
        self._others_first = False
        self._waiting.show_waiting(Waiting())
        self._show()

    def append_call(self, step: int, call: str, name: str, text: str) -> None:
        """Adds text of the arguments of a call, as `append` does to the words."""
        if step != self.step:
            self.clear()
            self.step = step
        self._end_thoughts()
        if call not in self._calls:
            self._calls[call] = CallWriting(self, call, name)
            self._calls[call].height_changed.connect(self.height_changed)
            self._column.insertWidget(self._column.count() - 1, self._calls[call])
            self._calls[call].show()
        self._calls[call].append(text)
        self._others_first = False
        self._waiting.show_waiting(Waiting())
        self._show()

    def _end_thoughts(self) -> None:
        if self._thoughts is not None and self._thoughts.is_thinking:
            self._thoughts.set_state(thinking=False, seconds=time.monotonic() - self._since)

    def clear(self) -> None:
        """Shows nothing of a turn any more."""
        for part in (self._thoughts, self._body, *self._calls.values()):
            if part is not None:
                discard(part, self._column)
        self._thoughts, self._body, self._stream = None, None, None
        self._calls = {}
        self.step = 0
        self._others_first = False
        self._waiting.show_waiting(Waiting())
        self._show()

    def _show(self) -> None:
        self._waiting.setVisible(self._others_first or (self.is_empty and self._waits))
        self.setVisible(not self.is_empty or self._waits)

    def restyle(self) -> None:
        for part in (self._thoughts, self._body, *self._calls.values()):
            if part is not None:
                part.restyle()
