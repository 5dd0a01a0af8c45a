"""The card of fewer experts: how fast the model is with each number of them, and what it writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, discard
from app.format import format_percent, format_speed

if TYPE_CHECKING:
    from engine.local.measure.fewer_experts import ExpertsResult

# The least room of the words beside the button.
WORDS = 240


class ComparisonCard(Card):
    """Hidden until there is something to tell."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Sequence[ExpertsResult] = ()
        self._running = False
        self._failure = ""
        self.words = text_label(self, wraps=True)
        self.cancel = push_button(self)
        self.close_button = push_button(self)
        self._row = FoldingRow(self, (self.words, 1, WORDS), self.cancel, self.close_button, spacing=12)
        self.lines: list[QLabel] = []
        self._lines = Column(spacing=4)
        self.inside.addWidget(self._row)
        self.inside.addLayout(self._lines)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.close_button.clicked.connect(self.hide)
        self.refresh()
        self.hide()

    def start(self) -> None:
        self._found, self._failure, self._running = (), "", True
        self.retranslate()
        self.show()

    def show_result(self, found: Sequence[ExpertsResult]) -> None:
        """What was measured, the model's own number first."""
        self._found, self._running = found, False
        self.retranslate()

    def show_failure(self, sentence: str) -> None:
        self._failure, self._running = sentence, False
        self.retranslate()

    def running(self) -> bool:
        return self._running and not self.isHidden()

    def _words(self) -> str:
        if self._failure:
            return self._failure
        if self._running:
            return self.tr(
                "Loading the model with each number of experts, to compare. This takes a minute or two."
            )
        return self.tr("The same question, answered with each number of experts. Choose one under “Options”.")

    def _figures(self, result: ExpertsResult) -> str:
        """Such as "4 experts: 31 tokens per second, 1.4 times as fast, 92% of the next tokens are the same"."""
        own = self._found[0]
        one = self.tr("1 expert: {speed} tokens per second")
        several = self.tr("{count} experts: {speed} tokens per second")
        said = (one if result.experts_used == 1 else several).format(
            count=result.experts_used, speed=format_speed(result.decode_tps)
        )
        if result is own:
            return self.tr("{figures}, the model’s own number").format(figures=said)
        if own.decode_tps:
            said = self.tr("{figures}, {times} times as fast").format(
                figures=said, times=f"{result.decode_tps / own.decode_tps:.1f}"
            )
        if result.same is None:
            return said
        return self.tr("{figures}, {share} of the next tokens are the same").format(
            figures=said, share=format_percent(result.same)
        )

    def _show_lines(self) -> None:
        for label in self.lines:
            discard(label, self._lines)
        self.lines = []
        for result in self._found:
            told = ((self._figures(result), ""), (result.text.strip(), "small"))
            for words, kind in (each for each in told if each[0]):
                label = text_label(self, kind, wraps=True, selectable=True)
                label.setText(words)
                label.setContentsMargins(0, 0 if kind else themes.current.px(6), 0, 0)
                self._lines.addWidget(label)
                self.lines.append(label)

    def retranslate(self) -> None:
        self.set_title(self.tr("Fewer experts"))
        self.words.setText(self._words())
        set_texts(self.cancel, self.tr("Cancel"))
        set_texts(self.close_button, self.tr("Close"))
        self.cancel.setVisible(self._running)
        self.close_button.setVisible(not self._running)
        self._show_lines()
        self._row.fold()
