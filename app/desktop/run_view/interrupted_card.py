"""Calls in whose middle the program ended: nobody knows how far they came, so a person says what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.run_view import step_text
from app.desktop.run_view.step_lines import CallLine
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.flow import flow
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import discard
from app.desktop.widgets.segmented import SegmentedControl


class InterruptedCard(TranslatedWidget):
    """`go_on` carries for each call "again" or "skip"; `left` that the run is to stay as it is."""

    go_on = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "warning-card")
        self._rows: list[tuple[CallLine, ElidedLabel, SegmentedControl]] = []
        self._title = text_label(self, "heading")
        self._about = text_label(self, "small", wraps=True)
        self.resume = push_button(self, "primary")
        self.leave = push_button(self)
        self.resume.clicked.connect(lambda: self.go_on.emit(self.choices()))
        self.leave.clicked.connect(self.left)
        self.retranslate()
        self.hide()

    def show_calls(self, calls: Sequence[CallLine]) -> bool:
        """Shows exactly these; whether that changed what is shown."""
        if list(calls) == [line for line, _, _ in self._rows]:
            return False
        for _, label, choice in self._rows:
            for part in (label, choice):
                discard(part)
        self._rows = []
        for line in calls:
            label, choice = ElidedLabel(self), SegmentedControl(self)
            self._rows.append((line, label, choice))
            label.show()
            choice.show()
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
            label.set_whole(step_text.call_text(line))
            choice.set_choices(choices, choice.value() or "skip")
            choice.setAccessibleName(step_text.call_text(line))

    def restyle(self) -> None:
        self.retranslate()
        self.update()

    def fit(self, width: int) -> int:
        px = themes.current.px
        left, inner, y = px(18), width - 2 * px(18), px(14)
        for label in (self._title, self._about):
            height = label.heightForWidth(inner) if label.wordWrap() else label.sizeHint().height()
            label.setGeometry(left, y, inner, height)
            y += height + px(6)
        y += px(4)
        for _, label, choice in self._rows:
            size = choice.sizeHint()
            height = max(size.height(), px(30))
            room = inner - size.width() - px(12)
            if room >= px(160):
                label.setGeometry(left, y, room, height)
                choice.setGeometry(left + inner - size.width(), y, size.width(), height)
            else:
                label.setGeometry(left, y, inner, px(24))
                y += px(26)
                choice.setGeometry(left, y, size.width(), height)
            y += height + px(8)
        y += px(4)
        y += flow([self.resume, self.leave], QRect(left, y, inner, 0), px(8))
        return y + px(16)
