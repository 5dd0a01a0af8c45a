"""Words on the rows of the list of chats, each a line that is cut at its end where it is too long."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QStaticText,
    QTextCharFormat,
    QTextLayout,
    QTransform,
)

from app.desktop.base.theme import Theme, themes
from app.desktop.base.utf16 import utf16_length

# More lines than are in sight of a tall window many times over.
MOST = 600


class RowWords:
    """Draws lines and keeps them: to lay out words takes longer than to draw them, and a list that is scrolled draws
    the same ones again and again."""

    def __init__(self) -> None:
        self._theme: Theme | None = None
        self._fonts: dict[tuple[float, bool], QFont] = {}
        self._lines: dict[tuple[str, int, float, bool], QStaticText] = {}

    def draw(
        self,
        painter: QPainter,
        box: QRect,
        words: str,
        colour: str,
        pixels: float = 14,
        *,
        bold: bool = False,
        marks: Sequence[tuple[int, int]] = (),
    ) -> None:
        """In the middle of `box`, at a size for a text size of 100 %; `marks` are stretches that stand out."""
        if self._theme is not themes.current:
            self._theme = themes.current
            self._fonts.clear()
            self._lines.clear()
        font = self._fonts.get((pixels, bold))
        if font is None:
            font = self._fonts[pixels, bold] = themes.current.font(pixels, bold=bold)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        if marks:
            paint_marked(painter, box, words, marks)
            return
        line = self._line(words, box.width(), pixels, bold, font)
        painter.drawStaticText(QPointF(box.x(), box.y() + (box.height() - line.size().height()) / 2), line)

    def _line(self, words: str, width: int, pixels: float, bold: bool, font: QFont) -> QStaticText:
        key = (words, width, pixels, bold)
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= MOST:
                self._lines.clear()
            line = QStaticText(QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, width))
            line.setTextFormat(Qt.TextFormat.PlainText)
            line.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            line.prepare(QTransform(), font)
            self._lines[key] = line
        return line


def paint_marked(painter: QPainter, box: QRect, text: str, marks: Sequence[tuple[int, int]]) -> None:
    """One line, cut at its end where it is too long, in which some stretches stand out."""
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    layout = QTextLayout(shown, painter.font())
    look = QTextCharFormat()
    look.setForeground(QColor(themes.current.accent))
    look.setFontWeight(QFont.Weight.Bold)
    ranges = []
    for first, last in marks:
        stretch = QTextLayout.FormatRange()
        stretch.start = utf16_length(text[:first])
        stretch.length = min(utf16_length(text[:last]), utf16_length(shown)) - stretch.start
        stretch.format = look
        if stretch.length > 0:
            ranges.append(stretch)
    layout.setFormats(ranges)
    layout.beginLayout()
    line = layout.createLine()
    line.setNumColumns(utf16_length(shown))
    layout.endLayout()
    painter.setClipRect(box)
    layout.draw(painter, QPointF(box.x(), box.y() + (box.height() - line.height()) / 2))
    painter.setClipping(False)
