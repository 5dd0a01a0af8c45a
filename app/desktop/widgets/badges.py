"""A word or two on a ground of their own: painted at the right of a line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from app.desktop.base.style import grounds, mixed
from app.desktop.base.theme import themes

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
