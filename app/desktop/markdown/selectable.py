"""Texts in which a selection may begin that goes on in others: who stands around them is told of the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

Text = QTextEdit | QPlainTextEdit


class AcrossTexts(Protocol):
    """What selects across texts. It is found as the attribute `across_texts` of a widget around them."""

    def press(self, text: Text | None, event: QMouseEvent) -> bool:
        """The left button is pressed in a text, or beside all; True: the text has nothing more to do with it."""

    def drag(self, point: QPointF) -> None:
        """The pointer has moved with the button down, in coordinates of the screen."""

    def release(self) -> None:
        """The button is up again."""

    def mime(self) -> QMimeData | None:
        """What is selected, None where that is not more than one text."""

    def copy(self) -> bool:
        """Put it on the clipboard; False where it is not more than one text."""


def across(text: QWidget) -> AcrossTexts | None:
    """What selects across the texts that `text` stands among."""
    above = text.parentWidget()
    while above is not None:
        found: AcrossTexts | None = getattr(above, "across_texts", None)
        if found is not None:
            return found
        above = above.parentWidget()
    return None


if TYPE_CHECKING:
    _Base = QTextEdit
else:
    _Base = object


class Selectable(_Base):
    """Tells of the mouse, for a class of texts that is only read."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        others = across(self) if event.button() == Qt.MouseButton.LeftButton else None
        if others is None or not others.press(self, event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() & Qt.MouseButton.LeftButton and (others := across(self)) is not None:
            others.drag(event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if (others := across(self)) is not None:
            others.release()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        others = across(self) if event.matches(QKeySequence.StandardKey.Copy) else None
        if others is None or not others.copy():
            super().keyPressEvent(event)

    def let_go(self) -> None:
        """Nothing is selected or marked, and the text stands at its beginning: it shows another one from now on."""
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.setExtraSelections([])
        self.horizontalScrollBar().setValue(0)

    def createMimeDataFromSelection(self) -> QMimeData:
        """For the menu of the text."""
        others = across(self)
        selected = None if others is None else others.mime()
        return super().createMimeDataFromSelection() if selected is None else selected
