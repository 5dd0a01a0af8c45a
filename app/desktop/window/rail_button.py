"""A button of the rail: an icon with its name in small letters below, where there is room for it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes

ICON, LETTERS = 20, 10
WIDTH, HEIGHT = 55, 46
# Left free beside the letters, which become narrower for it, down to so many percent.
EDGE, NARROWEST = 4, 80


class RailButton(QPushButton):
    """`show_symbol` gives it its icon, `tell` its name, and what a screen reader and the tool tip say."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rail")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # In a low window with large text all of them become lower, and none lies on another.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self._symbol = self._label = ""

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(WIDTH), themes.current.px(HEIGHT))

    def show_symbol(self, symbol: str) -> None:
        self._symbol = symbol
        self.update()

    def tell(self, label: str, name: str, keys: str) -> None:
        """The label below the icon, what a screen reader says, and the keys for the tool tip."""
        self._label = label
        self.setAccessibleName(name)
        self.setToolTip(f"{name}  ({keys})" if keys else name)
        self.update()

    def label(self) -> str:
        return self._label

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, option = themes.current, QStylePainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        option.icon, option.text = QIcon(), ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        color = "accent" if self.isChecked() else "muted"
        size, gap = theme.px(ICON), theme.px(2)
        painter.setFont(theme.font(LETTERS))
        letters = painter.fontMetrics().height()
        has_room = self.height() >= size + gap + letters
        top = (self.height() - size - (gap + letters if has_room else 0)) // 2
        icon(self._symbol, color, ICON).paint(painter, QRect((self.width() - size) // 2, top, size, size))
        if not has_room:
            return
        painter.setPen(QColor(getattr(theme, color)))
        room, wide = self.width() - 2 * theme.px(EDGE), painter.fontMetrics().horizontalAdvance(self._label)
        if wide > room:  # in a wide font
            font = painter.font()
            font.setStretch(max(100 * room // wide, NARROWEST))
            painter.setFont(font)
        below = QRect(0, top + size + gap, self.width(), letters)
        words = painter.fontMetrics().elidedText(self._label, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, words)
