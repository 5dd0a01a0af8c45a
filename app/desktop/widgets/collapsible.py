"""A part of a form that is folded away until somebody wants it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row

CHEVRON = 16


class FoldHead(QPushButton):
    """The line that opens and closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side-row")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._chevron = QLabel(self)
        self.name = text_label(self, "heading")
        self.summary = ElidedLabel(self, pixels=13, mode=Qt.TextElideMode.ElideRight)
        self.summary.setProperty("kind", "small")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (self._chevron, self.name, self.summary):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        Row(self._chevron, self.name, (self.summary, 1), parent=self, margins=(8, 0, 10, 0), spacing=8)
        self.toggled.connect(self.restyle)

    def restyle(self) -> None:
        name = "chevron-down" if self.isChecked() else "chevron-right"
        self._chevron.setPixmap(icon(name, "muted", CHEVRON).pixmap(themes.current.px(CHEVRON)))


class Collapsible(ThemedWidget):
    """`inside` takes the contents; `opened` tells that it was opened or closed. A subclass calls `self.refresh()`
    once at the end of its constructor."""

    opened = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = FoldHead(self)
        self._body = QWidget(self)
        self.inside = Column(parent=self._body, margins=(34, 4, 12, 8), spacing=6)
        self._body.hide()
        Column(self.head, self._body, parent=self, spacing=0)
        self.head.toggled.connect(self._toggle)

    def set_words(self, name: str, summary: str = "") -> None:
        """`summary` says what is chosen inside, so that it need not be opened to know."""
        self.head.name.setText(name)
        self.head.summary.set_whole(summary)
        self.head.setAccessibleName(f"{name}, {summary}" if summary else name)

    def open(self, on: bool = True) -> None:
        self.head.setChecked(on)

    def is_open(self) -> bool:
        return self.head.isChecked()

    def _toggle(self, on: bool) -> None:
        self._body.setVisible(on)
        self.opened.emit(on)

    def restyle(self) -> None:
        self.head.restyle()
