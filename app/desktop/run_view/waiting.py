"""What an answer waits for before its next word, in a line: the model, other answers, or its prompt being read."""

from __future__ import annotations

import time

import msgspec
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.slim_bar import SlimBar
from app.format import format_count, format_duration
from app.services.models.events import GenerationQueued, PromptProgress
from engine.errors import ErrorInfo

# An estimate, and why so much is read, are worth showing after this many seconds of reading.
ESTIMATE_AFTER = 1.0


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


class WaitingLine(FittedWidget):
    """The line, under it why so much is read again where that takes a while, and a hair of progress."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.waiting = Waiting()
        self._time = ReadingTime()
        self._text = text_label(self, "small")
        self._reason = ElidedLabel(self, pixels=13, mode=Qt.TextElideMode.ElideRight)
        self._reason.setProperty("kind", "small")
        self._reason.hide()
        self._bar = SlimBar(self)
        self._bar.setProperty("kind", "hair")
        self._bar.setMaximumWidth(themes.current.px(180))
        stays = self._bar.sizePolicy()
        stays.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(stays)
        Column(self._text, self._reason, self._bar, parent=self, spacing=3)
        self.retranslate()

    def show_waiting(self, waiting: Waiting) -> bool:
        """Whether the line needs another height now."""
        had_reason = not self._reason.isHidden()
        self.waiting = waiting
        self._time.take(waiting)
        self.retranslate()
        return had_reason == self._reason.isHidden()

    def retranslate(self) -> None:
        waiting = self.waiting
        text = waiting_words(waiting, self._time.seconds_left)
        recomputed = waiting.recomputed if self._time.takes_long else None
        reason = languages.tell(recomputed) if recomputed is not None else ""
        self._text.setText(text)
        self._reason.set_whole(reason)
        self._reason.setVisible(bool(reason))
        self._bar.setVisible(waiting.total > 0)
        self._bar.show_value(waiting.done / max(1, waiting.total), text)
        self.setAccessibleName(f"{text} {reason}".strip())
        self.updateGeometry()
