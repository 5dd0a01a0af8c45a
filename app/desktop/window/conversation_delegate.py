"""Paints the rows of the sidebar."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.desktop.style import hover
from app.desktop.theme import themes
from app.desktop.window.conversation_model import Role

ROW = 37
SNIPPET_ROW = 56
INSET = 8
Index = QModelIndex | QPersistentModelIndex


class ConversationDelegate(QStyledItemDelegate):
    """`open` is the conversation that the chat page shows, `answering` those with a running answer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.open: int | None = None
        self.answering: set[int] = set()

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
            self._heading(painter, rect, index)
        else:
            box = rect.adjusted(0, 1, -1, -1)
            state = option.state
            self._ground(painter, box, conversation.id == self.open, state)
            inner = box.adjusted(theme.px(INSET), 0, -theme.px(INSET), 0)
            if conversation.id in self.answering:
                self._dot(painter, inner)
                inner.setRight(inner.right() - theme.px(16))
            self._words(painter, inner, index)
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, index: Index) -> None:
        theme = themes.current
        painter.setFont(theme.font(12))
        painter.setPen(QColor(theme.muted))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(rect.adjusted(theme.px(INSET), 0, 0, -theme.px(7)), flags, index.data())

    def _ground(self, painter: QPainter, box: QRect, is_open: bool, state: QStyle.StateFlag) -> None:
        theme = themes.current
        painter.setPen(Qt.PenStyle.NoPen)
        if is_open:
            painter.setBrush(QColor(theme.accent_soft))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(hover(theme)))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = theme.px(8)
        painter.drawRoundedRect(box, radius, radius)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)

    def _dot(self, painter: QPainter, inner: QRect) -> None:
        size = themes.current.px(6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current.accent))
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
        editor.setAccessibleName(self.tr("Title of the chat"))
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(0, 1, -1, -1))

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        field = cast(QLineEdit, editor)
        field.setText(index.data(Qt.ItemDataRole.EditRole))
        field.selectAll()
