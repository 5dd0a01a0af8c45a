"""Draws one line of a list that is chosen from: a text, and a quieter note at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.desktop.base.theme import themes

ROW = 34
# So much of a line is the text's before it is cut; a longer note is cut first.
TEXT = 0.6
Index = QModelIndex | QPersistentModelIndex


class EntryDelegate(QStyledItemDelegate):
    """One line: the text, and the note in a quieter colour at the right."""

    def __init__(self, parent: QWidget, note: Callable[[int], str]) -> None:
        super().__init__(parent)
        self._note = note

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, themes.current.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = themes.current
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(box, theme.px(8), theme.px(8))
        inner = box.adjusted(theme.px(10), 0, -theme.px(10), 0)
        note = self._note(index.row())
        shown, gap = index.data(), theme.px(12)
        elided = Qt.TextElideMode.ElideRight
        needed = QFontMetrics(theme.font()).horizontalAdvance(shown)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(theme.muted))
        room = inner.width() - min(needed, round(TEXT * inner.width())) - gap
        note = painter.fontMetrics().elidedText(note, elided, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        taken = painter.fontMetrics().horizontalAdvance(note) + gap if note else 0
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.text))
        words = inner.adjusted(0, 0, -taken, 0)
        text = painter.fontMetrics().elidedText(shown, elided, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
