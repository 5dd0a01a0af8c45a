"""A word or two on a ground of their own: painted at the right of a line, or to be pressed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.style import grounds, mixed
from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import QuietButton, paint_focus_ring

PIXELS = 12


def badge_grounds(tone: str) -> tuple[str, str]:
    """The ground and the colour of the words: of "quiet", "accent", "warning" or "bad"."""
    theme = themes.current
    if tone == "bad":
        return mixed(theme.card, theme.bad, 0.1), theme.bad
    return grounds(theme, tone)


def badge_width(text: str) -> int:
    return QFontMetrics(themes.current.font(PIXELS)).horizontalAdvance(text) + 2 * themes.current.px(8)


def paint_badge(painter: QPainter, rect: QRectF, text: str, tone: str) -> None:
    """Draws a badge that fills `rect`."""
    ground, colour = badge_grounds(tone)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(rect, 6, 6)
    painter.setFont(themes.current.font(PIXELS))
    painter.setPen(QColor(colour))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)


def badge_height() -> int:
    return themes.current.px(22)


class BadgeButton(QuietButton):
    """A badge in the accent that can be pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, pixels=PIXELS, padding=8)

    def sizeHint(self) -> QSize:
        return QSize(badge_width(self.text()), badge_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.accent_soft)
        if self.underMouse():
            ground = QColor(mixed(theme.accent_soft, theme.accent, 0.15))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setPen(QColor(theme.text if self.underMouse() else theme.accent))
        painter.setFont(theme.font(PIXELS))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), 6)
        painter.end()
