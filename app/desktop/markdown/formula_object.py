"""Formulas within a text document: how much room they take in a line, and where they are drawn."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)

from app.desktop.markdown.maths import FormulaImage

# What hangs so little (a share of the font's height) below the text's own descent stands in the room between
# the lines; to reserve more would push the line up, away from the next.
OVERHANG = 0.2


class FormulaObject(QPyTextObject):
    """Takes the place of Qt's own handler of images, which knows no baseline and would load files.

    A text object has its whole height above the baseline, unless its format says AlignMiddle: then
    (height + x_height / 2) / 2 of it counts above, the rest below, and it is drawn in the middle of its line
    (QTextDocumentLayout::resizeInlineObject, QTextLine::draw). From this follow the size that is reserved and
    the baseline, on which the formula is then drawn whatever else the line holds.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._images: dict[str, FormulaImage] = {}

    def clear(self) -> None:
        self._images.clear()

    def add(self, drawn: FormulaImage, document: QTextDocument) -> str:
        """Takes a formula in; returns the HTML that stands for it in this document."""
        name = f"formula:{len(self._images)}"
        self._images[name] = drawn
        metrics = QFontMetricsF(document.defaultFont())
        deep = drawn.descent > metrics.descent() + OVERHANG * metrics.height()
        alignment = ' style="vertical-align: middle"' if deep else ""
        return f'<img src="{name}"{alignment}>'

    def intrinsicSize(self, document: QTextDocument, position: int, style: QTextFormat) -> QSizeF:
        drawn = self._images.get(style.toImageFormat().name())
        if drawn is None:
            return QSizeF(0, 0)
        if not _is_middle(style):
            return QSizeF(drawn.width, drawn.ascent)
        half = QFontMetricsF(style.toCharFormat().font()).xHeight() / 2
        return QSizeF(drawn.width, math.ceil(max(2 * drawn.ascent - half, 2 * drawn.descent + half)))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        document: QTextDocument,
        position: int,
        style: QTextFormat,
    ) -> None:
        drawn = self._images.get(style.toImageFormat().name())
        if drawn is None:
            return
        rect = QRectF(rect)
        baseline = rect.bottom()
        if _is_middle(style):
            block = document.findBlock(position)
            line = block.layout().lineForTextPosition(position - block.position())
            baseline = rect.top() + line.ascent() - (line.height() - rect.height()) / 2
        painter.drawImage(QPointF(rect.left(), baseline - drawn.ascent), drawn.image)


def _is_middle(style: QTextFormat) -> bool:
    alignment: QTextCharFormat.VerticalAlignment = style.toCharFormat().verticalAlignment()
    return alignment == QTextCharFormat.VerticalAlignment.AlignMiddle
