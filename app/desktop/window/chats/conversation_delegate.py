"""Paints the rows of the sidebar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.utf16 import utf16_length
from app.desktop.widgets.list_rows import INSET, Index, paint_ground, paint_heading
from app.desktop.window.chats.conversation_model import Role
from app.store.records import SearchHit

ROW = 37
SNIPPET_ROW = 56


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


class ConversationDelegate(QStyledItemDelegate):
    """`open` is the conversation that the chat page shows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.open: int | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        tall = bool(index.data(Role.SNIPPET))
        return QSize(0, themes.current.px(SNIPPET_ROW if tall else ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = themes.current
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        conversation = index.data(Role.CONVERSATION)
        if conversation is None:
            paint_heading(painter, rect, index.data())
        else:
            box = rect.adjusted(0, 1, -1, -1)
            paint_ground(painter, box, option.state, is_open=conversation.id == self.open)
            inner = box.adjusted(theme.px(INSET), 0, -theme.px(INSET), 0)
            if index.data(Role.ANSWERING):
                self._dot(painter, inner, asks=index.data(Role.ASKING))
                inner.setRight(inner.right() - theme.px(16))
            self._words(painter, inner, index)
        painter.restore()

    def _dot(self, painter: QPainter, inner: QRect, *, asks: bool) -> None:
        size = themes.current.px(8 if asks else 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current.warning if asks else themes.current.accent))
        painter.drawEllipse(inner.right() - size, inner.center().y() - size // 2 + 1, size, size)

    def _words(self, painter: QPainter, inner: QRect, index: Index) -> None:
        theme = themes.current
        hit: SearchHit | None = index.data(Role.HIT)
        title_box = QRect(inner)
        if hit is not None and hit.snippet:
            title_box.setHeight(inner.height() // 2 + theme.px(2))
            snippet_box = inner.adjusted(0, inner.height() // 2 - theme.px(2), 0, -theme.px(4))
            painter.setFont(theme.font(12))
            painter.setPen(QColor(theme.muted))
            paint_marked(painter, snippet_box, hit.snippet, hit.marks)
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.text))
        in_title = hit.marks if hit is not None and not hit.snippet else ()
        paint_marked(painter, title_box, index.data(), in_title)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(self.tr("Chat title"))
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(0, 1, -1, -1))

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        field = cast(QLineEdit, editor)
        field.setText(index.data(Qt.ItemDataRole.EditRole))
        field.selectAll()
