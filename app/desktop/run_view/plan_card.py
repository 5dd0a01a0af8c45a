"""The plan that the model keeps: what is done, what it does now, what is left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from agents.permissions.visible import visible
from agents.plan import PlanStep
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.base.utf16 import utf16_length
from app.desktop.markdown.prose import PlainBlock
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column

MARKS = {"done": "✓", "doing": "●", "todo": "○"}
# A longer plan stands line by line.
ON_LINES = 150
MOST_TEXT = 400


class PlanCard(FittedWidget):
    """Hidden while there is no plan."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._items: tuple[PlanStep, ...] = ()
        self._title = text_label(self, "heading")
        self._text = PlainBlock(self, "", pixels=13, quiet=True)
        Column(self._title, self._text, parent=self, margins=(18, 14, 18, 14), spacing=6)
        self.retranslate()
        self.hide()

    @property
    def has_plan(self) -> bool:
        return bool(self._items)

    def show_plan(self, items: Sequence[PlanStep], *, shown: bool = True) -> None:
        """Take the plan as it is now. Not `shown`: it stands elsewhere at the moment."""
        self.setVisible(bool(items) and shown)
        if tuple(items) != self._items:
            self._items = tuple(items)
            self._fill()

    def _fill(self) -> None:
        texts = [visible(" ".join(item.text.split()))[:MOST_TEXT] for item in self._items]
        long = sum(map(len, texts)) > ON_LINES or len(texts) > 6
        gap = "\n" if long else "   "
        self._text.set_text("")
        self._text.set_text(
            gap.join(
                f"{MARKS[item.state]}\u00a0{text}" for item, text in zip(self._items, texts, strict=True)
            )
        )
        place = 0
        for item, text in zip(self._items, texts, strict=True):
            length = 2 + utf16_length(text)
            if item.state == "doing":
                self._stand_out(place, length)
            place += length + len(gap)
        self._say()

    def _stand_out(self, start: int, length: int) -> None:
        cursor = QTextCursor(self._text.document())
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        form = QTextCharFormat()
        form.setForeground(QColor(themes.current.text))
        form.setFontWeight(QFont.Weight.DemiBold)
        cursor.mergeCharFormat(form)

    def _say(self) -> None:
        words = {"done": self.tr("done"), "doing": self.tr("in progress"), "todo": self.tr("to do")}
        told = ", ".join(f"{item.text} ({words[item.state]})" for item in self._items)
        self._text.setAccessibleName(self.tr("Plan: {items}").format(items=told))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Plan"))
        self._say()

    def restyle(self) -> None:
        self._text.restyle()
        self._fill()
