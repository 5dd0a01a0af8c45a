"""Calls in whose middle the program ended: nobody knows how far they came, so a person says what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import FittedWidget
from app.desktop.run_view.steps.call_words import call_words
from app.desktop.run_view.steps.step_lines import CallLine
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row, discard
from app.desktop.widgets.segmented import SegmentedControl


class InterruptedCard(FittedWidget):
    """`go_on` carries for each call "again" or "skip"; `left` that the run is to stay as it is."""

    go_on = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "warning-card")
        self._rows: list[tuple[CallLine, ElidedLabel, SegmentedControl]] = []
        self._places: list[QWidget] = []
        self._title = text_label(self, "heading")
        self._about = text_label(self, "small", wraps=True)
        self.resume = push_button(self, "primary")
        self.leave = push_button(self)
        self.resume.clicked.connect(lambda: self.go_on.emit(self.choices()))
        self.leave.clicked.connect(self.left)
        self._column = Column(
            self._title,
            self._about,
            Row(self.resume, self.leave, STRETCH, spacing=8),
            parent=self,
            margins=(18, 14, 18, 16),
            spacing=8,
        )
        self.retranslate()
        self.hide()

    def show_calls(self, calls: Sequence[CallLine]) -> bool:
        """Shows exactly these; whether that changed what is shown."""
        if list(calls) == [line for line, _, _ in self._rows]:
            return False
        for place in self._places:
            discard(place, self._column)
        self._rows, self._places = [], []
        for line in calls:
            row = QWidget(self)
            label, choice = ElidedLabel(row), SegmentedControl(row)
            Row((label, 1), choice, parent=row, spacing=12)
            self._column.insertWidget(self._column.count() - 1, row)
            row.show()
            self._places.append(row)
            self._rows.append((line, label, choice))
        self.setVisible(bool(calls))
        self.retranslate()
        return True

    def choices(self) -> dict[str, str]:
        return {line.call: choice.value() for line, _, choice in self._rows}

    def retranslate(self) -> None:
        self._title.setText(self.tr("Interrupted"))
        self._about.setText(
            self.tr(
                "Coterie quit during this step. We can’t tell how far it got. Check before running it again."
            )
        )
        self.resume.setText(self.tr("Continue"))
        self.leave.setText(self.tr("Leave it stopped"))
        choices = [("skip", self.tr("Skip")), ("again", self.tr("Run again"))]
        for line, label, choice in self._rows:
            label.set_whole(call_words(line))
            choice.set_choices(choices, choice.value() or "skip")
            choice.setAccessibleName(call_words(line))
