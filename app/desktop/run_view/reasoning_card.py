"""The chain of thought: one quiet line that opens, and its last lines while a model thinks."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimerEvent, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.markdown.prose import LINE_HEIGHT, PlainBlock
from app.desktop.text.words import counted
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard
from app.format import format_duration

# What is shown of a very long chain of thought; copying takes all of it.
MAX_SHOWN = 60_000
# How much of a thought in the making is shown: a few lines, so that what stands above it stays in sight.
PEEK_LINES = 6
PEEK_CHARACTERS = 1500
TICK_MS = 1000


class _Peek(FittedWidget):
    """The end of a text, cut off at the upper edge."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._end = ""
        self._block = PlainBlock(self, "", pixels=13, quiet=True)
        self.retranslate()

    def append(self, text: str) -> None:
        end = self._end + text
        if len(end) > 2 * PEEK_CHARACTERS:
            end = end[-PEEK_CHARACTERS:]
            # From a line's start on, or lines would break elsewhere at each step.
            start = end.find("\n") + 1
            self._block.set_text(end[start:])
        elif self._end:
            self._block.append_text(text)
        else:
            self._block.set_text(end.lstrip())
        self._end = end
        self.updateGeometry()

    def retranslate(self) -> None:
        self._block.setAccessibleName(self.tr("Reasoning"))

    def restyle(self) -> None:
        self._block.restyle()

    def fit(self, width: int) -> int:
        """The height for a width: that of the text, at most some lines of it."""
        height = self._block.fit(width)
        shown = min(height, PEEK_LINES * themes.current.px(13 * LINE_HEIGHT))
        self._block.setGeometry(0, shown - height, width, height)
        return shown


class ReasoningCard(FittedWidget):
    """Shows how long a model has thought, and its thoughts when it is opened.

    While the model thinks, the line tells the time and the tokens so far, the last lines of the thought stand
    below it, and a button asks for the answer at once: `answer_now_pressed` comes once for each thought. There is no
    such button where the thought `ends_by_itself`.
    """

    answer_now_pressed = Signal()

    def __init__(self, parent: QWidget, *, ends_by_itself: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("kind", "quote")
        self._ends_by_itself = ends_by_itself
        self._pieces: list[str] = []
        self._title = ""
        self._thinking = False
        self._seconds = 0.0
        self._tokens = 0
        self._view: PlainBlock | None = None
        self._peek: _Peek | None = None
        self._clock = 0
        self._since = 0.0
        self._answer_now = word_button(self, "badge")
        self._answer_now.clicked.connect(self.answer_now)
        self._answer_now.hide()
        self._line = word_button(self)
        self._line.clicked.connect(self._toggle)
        self._line.setMinimumWidth(1)
        self._head = Row(self._line, self._answer_now, STRETCH, spacing=10)
        self._column = Column(self._head, parent=self, margins=(9, 0, 0, 0), spacing=4)

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def is_open(self) -> bool:
        return self._view is not None

    def folded_text(self) -> str:
        """What `unfold` would show."""
        return "" if self.is_open else self.text[:MAX_SHOWN]

    def set_text(self, text: str) -> None:
        if text != self.text:
            self._pieces = [text]
            if self._view is not None:
                self._view.set_text(text[:MAX_SHOWN])

    def append(self, text: str) -> None:
        self._pieces.append(text)
        if self._view is not None and len(self._view.toPlainText()) < MAX_SHOWN:
            self._view.append_text(text)
        if self._peek is not None:
            self._peek.append(text)
        self.updateGeometry()

    def set_state(self, *, thinking: bool, seconds: float = 0.0, tokens: int = 0) -> None:
        """`seconds` and `tokens` so far, or in all; they are left out where they are 0. The time goes on by
        itself while it thinks."""
        self._seconds, self._tokens = seconds, tokens
        self._since = time.monotonic() - seconds
        if thinking != self._thinking:
            self._thinking = thinking
            self._answer_now.setEnabled(True)
            self._show_live()
        self.retranslate()

    @property
    def is_thinking(self) -> bool:
        return self._thinking

    def answer_now(self) -> None:
        """Asks for the answer, as the button does. Nothing happens when it was asked for before."""
        if not self._thinking or not self._answer_now.isEnabled():
            return
        if self._answer_now.hasFocus():
            self._line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._answer_now.setEnabled(False)
        self.answer_now_pressed.emit()

    def _show_live(self) -> None:
        """The clock, the button and the last lines, while it thinks and only then."""
        if self._answer_now.hasFocus():
            self._line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._answer_now.setVisible(self._thinking and not self._ends_by_itself)
        if self._thinking:
            self._clock = self._clock or self.startTimer(TICK_MS)
        elif self._clock:
            self.killTimer(self._clock)
            self._clock = 0
        self._show_peek(self._thinking and self._view is None)
        self.height_changed.emit()

    def _show_peek(self, on: bool) -> None:
        if on and self._peek is None:
            self._peek = _Peek(self)
            self._peek.append(self.text[-PEEK_CHARACTERS:])
            self._column.insertWidget(1, self._peek)
            self._peek.show()
        elif not on and self._peek is not None:
            discard(self._peek, self._column)
            self._peek = None

    def timerEvent(self, event: QTimerEvent) -> None:
        if event.timerId() != self._clock:
            super().timerEvent(event)
            return
        self._seconds = time.monotonic() - self._since
        self.retranslate()

    def set_title(self, title: str) -> None:
        """Another sentence than the one about thoughts."""
        self._title = title
        self.retranslate()

    def retranslate(self) -> None:
        arrow = "▾" if self.is_open else "▸"
        self._line.setText(f"{self._sentence()}  {arrow}")
        state = self.tr("opened") if self.is_open else self.tr("closed")
        # What changes every second is for the eye: a reader of the screen would never come to an end.
        said = self.tr("Reasoning…") if self._thinking and not self._title else self._sentence()
        self._line.setAccessibleName(f"{said}, {state}")
        self._answer_now.setText(self.tr("Answer now"))
        self._answer_now.setToolTip(self.tr("Ends the reasoning and starts the answer"))

    def _sentence(self) -> str:
        if self._title:
            return self._title
        parts = [self._duration()]
        if self._thinking and self._seconds >= 1:
            parts.append(format_duration(int(self._seconds), languages.current))
        if self._tokens:
            parts.append(counted(self._tokens, self.tr("1 token"), self.tr("{count} tokens")))
        return "  ·  ".join(parts)

    def _duration(self) -> str:
        if self._thinking:
            return self.tr("Reasoning…")
        if self._seconds >= 0.05:
            return self.tr("Thought for {time}").format(
                time=format_duration(self._seconds, languages.current)
            )
        return self.tr("Reasoning")

    def _toggle(self) -> None:
        if self._view is None:
            self._view = PlainBlock(self, self.text[:MAX_SHOWN], pixels=13, quiet=True)
            self._view.setAccessibleName(self._title or self.tr("Reasoning"))
            self._column.insertWidget(1, self._view)
            self._view.show()
            # Below a long text, where the eye is; else beside the line.
            self._column.addWidget(self._answer_now, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            discard(self._view, self._column)
            self._view = None
            self._head.insertWidget(1, self._answer_now)
        self._show_peek(self._thinking and self._view is None)
        self.retranslate()
        self.height_changed.emit()

    def unfold(self) -> None:
        if not self.is_open:
            self._toggle()

    def restyle(self) -> None:
        for part in (self._view, self._peek):
            if part is not None:
                part.restyle()
