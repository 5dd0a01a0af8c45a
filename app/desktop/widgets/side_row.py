"""A row of the list beside the page: a name at the left, a figure at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.style import hover
from app.desktop.base.theme import themes
from app.desktop.widgets.layouts import discard

HEIGHT = 37
INSET = 8


class SideRow(QAbstractButton):
    """A choice of the list. Up and down go to the neighbours."""

    def __init__(self, parent: QWidget | None = None, *, symbol: str = "") -> None:
        super().__init__(parent)
        self._note, self._symbol = "", symbol
        self.setCheckable(not symbol)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.updateGeometry)

    def show_words(self, text: str, note: str = "", described: str = "") -> None:
        """`described` is what a screen reader says, where the note alone is too short."""
        self.setText(text)
        self._note = note
        self.setAccessibleName(described or (f"{text}, {note}" if note else text))
        self.setToolTip(self.accessibleName())
        self.update()

    def note(self) -> str:
        return self._note

    def sizeHint(self) -> QSize:
        px = themes.current.px
        return QSize(px(160), px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(80), themes.current.px(HEIGHT))

    def nextCheckState(self) -> None:
        # Clicked again it stays chosen; the list unchecks the others.
        if self.isCheckable():
            self.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(0, 1, -1, -1)
        self._paint_ground(painter, box)
        inner = box.adjusted(theme.px(INSET), 0, -theme.px(INSET), 0)
        if self._symbol:
            size = theme.px(16)
            icon(self._symbol, "muted", 16).paint(painter, QRect(inner.left(), 0, size, self.height()))
            inner.setLeft(inner.left() + size + theme.px(6))
        painter.setFont(theme.font(12))
        painter.setPen(QColor(theme.muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._note)
        taken = QFontMetrics(theme.font(12)).horizontalAdvance(self._note)
        inner.setRight(inner.right() - taken - (theme.px(10) if self._note else 0))
        painter.setFont(theme.font(13 if self._symbol else 14))
        painter.setPen(QColor(theme.muted if self._symbol else theme.text))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_ground(self, painter: QPainter, box: QRect) -> None:
        theme = themes.current
        radius = theme.px(8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked():
            painter.setBrush(QColor(theme.accent_soft))
        elif self.underMouse():
            painter.setBrush(QColor(hover(theme)))
        painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)


def fit_rows(
    rows: list[SideRow], count: int, column: QBoxLayout, parent: QWidget, clicked: Callable[[SideRow], None]
) -> None:
    """Make `rows` so many, those that are there staying; new ones go to the end of `column`."""
    while len(rows) < count:
        row = SideRow(parent)
        row.clicked.connect(lambda _=False, row=row: clicked(row))
        column.addWidget(row)
        rows.append(row)
    for row in rows[count:]:
        discard(row, column)
    del rows[count:]
