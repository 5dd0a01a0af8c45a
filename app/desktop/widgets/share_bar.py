"""A bar of shares side by side: what a whole is taken by, what is free of it, and what is kept from use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.desktop.base.theme import themes

RADIUS = 5
# What is there can be seen.
LEAST = 2.0


class Share(NamedTuple):
    """A part of the whole: its ground, its size, and the words of its tool tip."""

    ground: QBrush
    size: int
    words: str


def hatched() -> QBrush:
    """The ground of what is kept from use."""
    return QBrush(QColor(themes.current.faint), Qt.BrushStyle.BDiagPattern)


class ShareBar(QWidget):
    """`pixels` high at a text size of 100 %. The tool tip beside the shares is the accessible description."""

    def __init__(self, parent: QWidget, pixels: int) -> None:
        super().__init__(parent)
        self._pixels = pixels
        self._shares: Sequence[Share] = ()
        self._total, self._kept = 1, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Sequence[Share], total: int, kept: int = 0) -> None:
        """Shares of `total`, in order; `kept` of it, at the end, is hatched away."""
        self._shares, self._total, self._kept = shares, max(1, total), kept
        self.update()

    def segments(self) -> list[tuple[Share, QRectF]]:
        """Where each share is drawn."""
        placed, x, end = [], 0.0, float(self.width())
        for share in self._shares:
            width = max(LEAST, end * share.size / self._total)
            placed.append((share, QRectF(x, 0, min(width, end - x), self.height())))
            x = min(end, x + width)
        return placed

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(120), themes.current.px(self._pixels))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(40), themes.current.px(self._pixels))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = [share.words for share, rect in self.segments() if rect.contains(event.pos())]
            QToolTip.showText(event.globalPos(), found[0] if found else self.accessibleDescription(), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, bar = themes.current, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(bar, theme.px(RADIUS), theme.px(RADIUS))
        painter.setClipPath(outline)
        painter.fillRect(bar, QColor(theme.card))
        free = bar.width() * (1 - self._kept / self._total)
        painter.fillRect(QRectF(0, 0, free, bar.height()), QColor(theme.line))
        painter.fillRect(QRectF(free, 0, bar.width() - free, bar.height()), hatched())
        for share, rect in self.segments():
            painter.setBrushOrigin(rect.topLeft())
            painter.fillRect(rect, share.ground)
            painter.fillRect(QRectF(rect.right() - 1, 0, 1, rect.height()), QColor(theme.card))
