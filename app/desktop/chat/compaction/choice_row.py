"""A choice in a card: a name, and under it what it does; all of it can be pressed."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import paint_focus_ring

_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignTop)


class ChoiceRow(QAbstractButton):
    """`fit` gives its height for a width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.about = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_choice(self, name: str, about: str) -> None:
        self.setText(name)
        self.about = about
        self.setAccessibleName(name)
        self.setAccessibleDescription(about)
        self.update()

    def _about_rect(self, width: int) -> QRect:
        px = themes.current.px
        inner = width - 2 * px(12)
        metrics = QFontMetrics(themes.current.font(13))
        height = metrics.boundingRect(0, 0, inner, 10_000, _WRAP, self.about).height()
        return QRect(px(12), px(9) + px(22), inner, height)

    def fit(self, width: int) -> int:
        return self._about_rect(width).bottom() + themes.current.px(10)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hover = self.isEnabled() and (self.underMouse() or self.isDown())
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.accent_soft if hover else theme.background))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        about = self._about_rect(self.width())
        painter.setFont(theme.font(14, bold=True))
        painter.setPen(QColor(theme.text if self.isEnabled() else theme.muted))
        name = QRect(about.left(), theme.px(8), about.width(), theme.px(22))
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.muted))
        painter.drawText(about, _WRAP, self.about)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 8)
        painter.end()
