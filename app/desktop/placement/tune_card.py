"""The card of tuning: what was tried and how long it still takes, then before and after."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.slim_bar import Gauge
from app.format import format_speed
from app.services.placement.events import TuneProgress
from app.services.placement.trials import MeasuredSpeed

# The least room of the words beside the buttons.
WORDS = 240


def kind_text(kind: str) -> str:
    """What a trial changed, in words."""
    translate = QCoreApplication.translate
    return {
        "planned": translate("Tuning", "the current plan"),
        "threads": translate("Tuning", "other numbers of threads"),
        "ubatch": translate("Tuning", "other batch sizes"),
        "cache": translate("Tuning", "another context type"),
        "mode": translate("Tuning", "other ways to use the experts"),
        "misses": translate("Tuning", "another way to handle missing experts"),
        "pinned": translate("Tuning", "another way to hold the weights"),
        "fewer experts": translate("Tuning", "fewer experts on the device"),
        "more experts": translate("Tuning", "more experts on the device"),
    }.get(kind, kind)


class TuneCard(Card):
    """Hidden until there is something to tell. `keep_wanted` and `leave_wanted` answer the result."""

    cancel_wanted = Signal()
    keep_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._started = 0.0
        self._progress: TuneProgress | None = None
        self._result: tuple[MeasuredSpeed, MeasuredSpeed] | None = None
        self._failure = ""
        self.words = text_label(self, wraps=True)
        self.progress = Gauge(self)
        self.keep = push_button(self, "primary")
        self.leave = push_button(self)
        self.cancel = push_button(self)
        buttons = (self.cancel, self.leave, self.keep)
        self._row = FoldingRow(self, (self.words, 1, WORDS), self.progress, *buttons, spacing=12)
        self.inside.addWidget(self._row)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.keep.clicked.connect(self.keep_wanted)
        self.leave.clicked.connect(self.leave_wanted)
        self.refresh()
        self.hide()

    def start(self) -> None:
        self._started, self._progress = time.monotonic(), None
        self._result, self._failure = None, ""
        self.retranslate()
        self.show()

    def show_progress(self, progress: TuneProgress) -> None:
        self._progress = progress
        self.retranslate()

    def show_result(self, before: MeasuredSpeed, after: MeasuredSpeed) -> None:
        """The speeds before tuning and with the best that was found."""
        self._result = (before, after)
        self.retranslate()

    def show_failure(self, sentence: str) -> None:
        self._failure = sentence
        self.retranslate()

    def running(self) -> bool:
        return not self.isHidden() and self._result is None and not self._failure

    def better(self) -> bool:
        return self._result is not None and self._result[0] != self._result[1]

    def _left(self) -> str:
        """How long it still takes at most, once some of the time is over."""
        progress = self._progress
        if progress is None or not 0 < progress.done < progress.total:
            return ""
        passed = time.monotonic() - self._started
        seconds = max(1, round(passed / progress.done * (progress.total - progress.done)))
        return self.tr("at most {seconds} s left").format(seconds=seconds)

    def _words(self) -> str:
        if self._failure:
            return self._failure
        if self._result is not None:
            return self._result_words(*self._result)
        if self._progress is None or not self._progress.kind:
            return self.tr("Measuring the current plan, then what may be faster.")
        return self.tr("Tried {kind}: {speed} tokens per second").format(
            kind=kind_text(self._progress.kind), speed=format_speed(self._progress.decode_tps)
        )

    def _result_words(self, before: MeasuredSpeed, after: MeasuredSpeed) -> str:
        if not self.better():
            return self.tr("Nothing faster than {before} tokens per second was found.").format(
                before=format_speed(before.decode_tps)
            )
        return self.tr(
            "Before: {before} tokens per second, prompts at {prompts_before}. Best found: {after}, "
            "prompts at {prompts_after}."
        ).format(
            before=format_speed(before.decode_tps),
            prompts_before=format_speed(before.prefill_tps),
            after=format_speed(after.decode_tps),
            prompts_after=format_speed(after.prefill_tps),
        )

    def retranslate(self) -> None:
        self.set_title(self.tr("Tuning for this PC"))
        self.words.setText(self._words())
        running = self._result is None and not self._failure
        self.progress.setVisible(running)
        if running:
            progress = self._progress
            fraction = progress.done / max(1, progress.total) if progress is not None else 0.0
            text = self._left() or self.tr("about a minute")
            self.progress.show_value(text, fraction, text)
        set_texts(self.keep, self.tr("Keep and reload") if self.better() else self.tr("Close"))
        set_texts(self.leave, self.tr("Keep as is"))
        set_texts(self.cancel, self.tr("Cancel"))
        self.cancel.setVisible(running)
        self.keep.setVisible(not running)
        self.leave.setVisible(self.better())
        self._row.fold()
