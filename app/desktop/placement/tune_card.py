"""The card of tuning: what is tried and how long it still takes, then before and after."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.desktop.placement.card import Card
from app.desktop.placement.folding import FoldingRow
from app.desktop.placement.measures import speed_number
from app.desktop.theme import themes
from app.desktop.window.gauge import Gauge

# The least room of the words beside the buttons.
WORDS = 240


class TuneCard(Card):
    """Hidden until there is something to tell. `keep_wanted` and `undo_wanted` answer the result."""

    keep_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._started = 0.0
        self._done, self._total = 0, 0
        self._result: tuple[float, float] | None = None
        self._failure = ""
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.progress = Gauge(self)
        self.keep, self.undo = QPushButton(self), QPushButton(self)
        self._row = FoldingRow(self)
        self._row.add(self.words, 1, wanted=WORDS)
        self._row.add(self.progress)
        for button in (self.undo, self.keep):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._row.add(button)
        self.keep.setProperty("kind", "primary")
        self.inside.addWidget(self._row)
        self.keep.clicked.connect(self.keep_wanted)
        self.undo.clicked.connect(self.undo_wanted)
        self.refresh()
        self.hide()

    def start(self) -> None:
        self._started, self._done, self._total = time.monotonic(), 0, 0
        self._result, self._failure = None, ""
        self.retranslate()
        self.show()

    def show_progress(self, done: int, total: int) -> None:
        """`done` of `total` placements are measured."""
        self._done, self._total = done, total
        self.retranslate()

    def show_result(self, before: float, after: float) -> None:
        """Tokens per second before tuning and with the best that was found."""
        self._result = (before, after)
        self.retranslate()

    def show_failure(self, sentence: str) -> None:
        self._failure = sentence
        self.retranslate()

    def running(self) -> bool:
        return not self.isHidden() and self._result is None and not self._failure

    def better(self) -> bool:
        return self._result is not None and self._result[1] > self._result[0]

    def _left(self) -> str:
        """How long it still takes, once the first measurement says how long one is."""
        if not self._done or self._total <= self._done:
            return ""
        passed = time.monotonic() - self._started
        seconds = max(1, round(passed / self._done * (self._total - self._done)))
        return self.tr("about {seconds} s left").format(seconds=seconds)

    def _words(self) -> str:
        if self._failure:
            return self._failure
        if self._result is None:
            return self.tr("Trying placements, batches and context kinds. Answers wait for this.")
        before, after = self._result
        if not self.better():
            return self.tr("Nothing faster was found than {before} tokens per second.").format(
                before=speed_number(before)
            )
        return self.tr("Before: {before} tokens per second. With the best that was found: {after}.").format(
            before=speed_number(before), after=speed_number(after)
        )

    def retranslate(self) -> None:
        self.set_title(self.tr("Tuning for this PC"))
        self.words.setText(self._words())
        running = self._result is None and not self._failure
        self.progress.setVisible(running)
        if running:
            shown = self.tr("{done} of {total}").format(done=self._done, total=self._total or "…")
            left = self._left()
            text = f"{shown} · {left}" if left else shown
            self.progress.show_value(text, self._done / max(1, self._total), text)
        self.keep.setText(self.tr("Keep") if self.better() else self.tr("Close"))
        self.undo.setText(self.tr("Leave as it was"))
        for button in (self.keep, self.undo):
            button.setAccessibleName(button.text())
        self.keep.setVisible(not running)
        self.undo.setVisible(self.better())

    def restyle(self) -> None:
        super().restyle()
        self._row.set_spacing(themes.current.px(12))
