"""What an answer waits for before its next word, in a line: the model, other answers, or its prompt being read."""

from __future__ import annotations

import time

import msgspec
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.format import format_count, format_duration
from app.services.models.events import GenerationQueued, PromptProgress
from engine.errors import ErrorInfo

# An estimate, and why so much is read, are worth showing after this many seconds of reading.
ESTIMATE_AFTER = 1.0
_LINE, _REASON, _BAR = 22, 20, 6


class Waiting(msgspec.Struct, frozen=True):
    """`ahead` other answers come first; else `done` of `total` tokens of the prompt are read, of which much had been
    read before where `recomputed` says why. Without any of these the model is waited for."""

    ahead: int = 0
    done: int = 0
    total: int = 0
    recomputed: ErrorInfo | None = None


def waiting_of(event: GenerationQueued | PromptProgress) -> Waiting:
    """What a service told of an answer or a run."""
    if isinstance(event, GenerationQueued):
        return Waiting(ahead=event.ahead)
    return Waiting(0, event.done, event.total, event.recomputed)


class ReadingTime:
    """How long the reading of a prompt goes on, and how long it still takes."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._from = 0
        self._waiting = Waiting()

    def take(self, waiting: Waiting) -> None:
        self._waiting = waiting
        if not waiting.total:
            self._since = None
        elif self._since is None:
            self._since, self._from = time.monotonic(), waiting.done

    @property
    def takes_long(self) -> bool:
        return self._since is not None and time.monotonic() - self._since >= ESTIMATE_AFTER

    @property
    def seconds_left(self) -> int:
        """0 while that cannot be told."""
        if self._since is None or not self.takes_long:
            return 0
        read, left = self._waiting.done - self._from, self._waiting.total - self._waiting.done
        return max(1, round((time.monotonic() - self._since) * left / read)) if read > 0 and left > 0 else 0


def waiting_words(waiting: Waiting, seconds_left: int = 0) -> str:
    """The line for people; `seconds_left` 0 is not told."""
    translate, number = QCoreApplication.translate, format_count
    if waiting.ahead == 1:
        return translate("Waiting", "Waiting for another answer…")
    if waiting.ahead:
        words = translate("Waiting", "Waiting for {count} other answers…")
        return words.format(count=number(waiting.ahead))
    if not waiting.total:
        return translate("Waiting", "Waiting for the model…")
    percent = number(int(100 * min(1.0, waiting.done / waiting.total)))
    words = translate("Waiting", "Reading your message… {percent}%").format(percent=percent)
    if seconds_left:
        left = translate("Waiting", "about {time} left")
        left = left.format(time=format_duration(seconds_left, languages.current))
        words = f"{words}  ·  {left}"
    return words


class WaitingLine(QWidget):
    """The line, under it why so much is read again where that takes a while, and a hair of progress."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.waiting = Waiting()
        self._time = ReadingTime()
        self._text, self._reason = "", ""
        self.retranslate()

    def show_waiting(self, waiting: Waiting) -> bool:
        """Whether the line needs another height now."""
        had_reason = bool(self._reason)
        self.waiting = waiting
        self._time.take(waiting)
        self.retranslate()
        return had_reason != bool(self._reason)

    def retranslate(self) -> None:
        self._text = waiting_words(self.waiting, self._time.seconds_left)
        recomputed = self.waiting.recomputed if self._time.takes_long else None
        self._reason = languages.tell(recomputed) if recomputed is not None else ""
        self.setAccessibleName(f"{self._text} {self._reason}".strip())
        self.update()

    def fit(self, width: int) -> int:
        return themes.current.px(_LINE + _BAR + (_REASON if self._reason else 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.muted))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(0, 0, self.width(), theme.px(_LINE), align, self._text)
        if self._reason:
            reason = painter.fontMetrics().elidedText(self._reason, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(0, theme.px(_LINE), self.width(), theme.px(_REASON), align, reason)
        if self.waiting.total:
            width, fraction = min(theme.px(180), self.width()), self.waiting.done / self.waiting.total
            painter.fillRect(0, self.height() - 3, width, 3, QColor(theme.line))
            painter.fillRect(0, self.height() - 3, round(width * min(1.0, fraction)), 3, QColor(theme.accent))
        painter.end()
