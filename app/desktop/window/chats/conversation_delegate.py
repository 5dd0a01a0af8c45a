"""Paints the rows of the sidebar."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.list_rows import INSET, Index, paint_ground, paint_heading
from app.desktop.window.chats.conversation_model import Role

ROW = 37
SNIPPET_ROW = 56


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
        snippet = index.data(Role.SNIPPET)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        title_box = QRect(inner)
        if snippet:
            title_box.setHeight(inner.height() // 2 + theme.px(2))
            snippet_box = inner.adjusted(0, inner.height() // 2 - theme.px(2), 0, -theme.px(4))
            painter.setFont(theme.font(12))
            painter.setPen(QColor(theme.muted))
            text = " ".join(str(snippet).split())
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, snippet_box.width())
            painter.drawText(snippet_box, middle, text)
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.text))
        title = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, title_box.width())
        painter.drawText(title_box, middle, title)

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
