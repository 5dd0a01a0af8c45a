"""A part of a form that is folded away until somebody wants it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.style import hover
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column, Row

CHEVRON = 16


class FoldHead(QAbstractButton):
    """The line that opens and closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name = text_label(self, "heading")
        self.summary = text_label(self, "small")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row = Row(parent=self, margins=(34, 0, 12, 0))
        for label in (self.name, self.summary):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._row.addWidget(label)
        self._row.setStretch(0, 1)

    def restyle(self) -> None:
        px = themes.current.px
        self.setFixedHeight(px(38))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setBrush(QColor(hover(theme)) if self.underMouse() else Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), theme.px(8), theme.px(8))
        size = theme.px(CHEVRON)
        painter.translate(theme.px(10) + size / 2, self.height() / 2)
        if not self.isChecked():
            painter.rotate(-90)
        icon("chevron-down", "muted", CHEVRON).paint(painter, -size // 2, -size // 2, size, size)


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
        self.head.summary.setText(summary)
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
