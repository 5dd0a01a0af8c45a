"""Boxes with a head: words, and the button that copies what is below them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.widgets.buttons import CopyButton
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row


class HeadedBox(FittedWidget):
    """`inside` takes what stands below the head, `text` gives what is copied. `kind` is a form of the style sheet."""

    def __init__(
        self, parent: QWidget | None, text: Callable[[], str], *, kind: str = "box", bold: bool = False
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", kind)
        self._head = QFrame(self)
        self._head.setProperty("kind", "box-head")
        self._words = ElidedLabel(self._head, pixels=13 if bold else 12, bold=bold)
        self._words.setProperty("kind", "" if bold else "value")
        self._aside = text_label(self._head, "value")
        self._aside.setFont(themes.current.font(12))
        self._copy = CopyButton(self._head, text)
        middle = Qt.AlignmentFlag.AlignVCenter
        self.head_row = Row(
            (self._words, 1, middle),
            (self._aside, 0, middle),
            (self._copy, 0, middle),
            parent=self._head,
            margins=(12, 0, 6, 0),
            spacing=12,
        )
        self.inside = Column(margins=(12, 10, 12, 10), spacing=8)
        Column(self._head, self.inside, parent=self, spacing=0)

    def refit(self) -> None:
        """What stands below the head has another height."""
        self.inside.invalidate()  # Qt would get to it only with the next event
        self.updateGeometry()

    def set_head(self, words: str, aside: str = "") -> None:
        """Plain words at both ends of the head; those `aside` only where there is room for them."""
        self._words.set_whole(words)
        self._aside.setText(aside)
        self._show_aside()

    def _show_aside(self) -> None:
        taken = sum(part.sizeHint().width() for part in (self._words, self._aside, self._copy))
        room = self.width() - taken >= themes.current.px(18 + 2 * 12)
        self._aside.setVisible(room and bool(self._aside.text()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._show_aside()

    def restyle(self) -> None:
        self._head.setFixedHeight(themes.current.px(30))
        self._aside.setFont(themes.current.font(12))
