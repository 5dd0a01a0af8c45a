"""Paints the rows of the sidebar."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, cast

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.desktop.base.icons import icon
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.text.words import shown_title
from app.desktop.widgets.list_rows import INSET, Index, paint_ground, paint_heading
from app.desktop.window.chats.conversation_model import Role
from app.desktop.window.chats.row import Row
from app.desktop.window.chats.row_words import RowWords

ROW = 37
SNIPPET_ROW = 56
MORE = 30
SIGN = 16
RowButton = Literal["menu", "new"]
SIGNS: dict[RowButton, str] = {"menu": "ellipsis", "new": "plus"}
NEAR = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus


def button_boxes(box: QRect, row: Row) -> dict[RowButton, QRect]:
    """Where the buttons of a row are: its menu at the right, before that of a project one for a new chat."""
    width = min(themes.current.px(MORE), box.width())
    menu = box.adjusted(box.width() - width, 0, 0, 0)
    if row.conversation is not None:
        return {"menu": menu}
    return {} if row.project is None else {"menu": menu, "new": menu.translated(-width, 0)}


class ConversationDelegate(QStyledItemDelegate):
    """`open` is the key of the row of the conversation that the chat page shows, or of its folded project; `several`
    are chosen, and what is dragged would be dropped on row `target`. With `menus` a row has a button for its menu."""

    def __init__(self, parent: QWidget, *, menus: bool = True) -> None:
        super().__init__(parent)
        self._menus = menus
        self.open: Hashable = None
        self.several = False
        self.target = -1
        self._words = RowWords()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: Row = index.data(Role.ROW)
        tall = row.hit is not None and bool(row.hit.snippet)
        return QSize(0, themes.current.px(SNIPPET_ROW if tall else ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, row = option.rect, cast(Row, index.data(Role.ROW))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.conversation is None and row.project is None:
            paint_heading(painter, rect, index.data())
        else:
            self._row(painter, rect, option.state, index, row)
        painter.restore()

    def _row(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, index: Index, row: Row) -> None:
        theme, box = themes.current, rect.adjusted(0, 1, -1, -1)
        is_open = row.key() == self.open
        marked = bool(state & QStyle.StateFlag.State_Selected) if self.several else is_open
        marked = marked or index.row() == self.target
        paint_ground(painter, box, state, is_open=marked)
        inner = box.adjusted(theme.px(INSET), 0, -theme.px(INSET), 0)
        if self._menus and (is_open or state & NEAR):
            for button, place in button_boxes(rect, row).items():
                self._button(painter, place, SIGNS[button])
                inner.setRight(place.left())
        elif row.project is not None:
            self._count(painter, inner, index.data(Role.COUNT))
        if row.project is not None:
            self._project(painter, inner, row.project.name, folded=index.data(Role.FOLDED))
        elif row.conversation is not None:
            self._chat(painter, inner, index, row, shown_title(row.conversation))

    def _button(self, painter: QPainter, box: QRect, sign: str) -> None:
        size = themes.current.px(SIGN)
        place = QRect(0, 0, size, size)
        place.moveCenter(box.center())
        icon(sign, "muted", SIGN).paint(painter, place)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        boxes = button_boxes(option.rect, index.data(Role.ROW)) if self._menus and index.isValid() else {}
        words = {"menu": self.tr("Menu"), "new": self.tr("New chat in this project")}
        found = next((words[button] for button, box in boxes.items() if box.contains(event.pos())), "")
        if not found:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), found, view)
        return True

    def _count(self, painter: QPainter, inner: QRect, count: int) -> None:
        theme = themes.current
        painter.setFont(theme.font(12))
        painter.setPen(QColor(theme.muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(count))
        inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(str(count)) - theme.px(6))

    def _project(self, painter: QPainter, inner: QRect, name: str, *, folded: bool) -> None:
        theme, size = themes.current, themes.current.px(SIGN)
        place = QRect(inner.left(), inner.center().y() - size // 2 + 1, size, size)
        icon("chevron-right" if folded else "chevron-down", "muted", SIGN).paint(painter, place)
        inner.setLeft(place.right() + theme.px(6))
        self._words.draw(painter, inner, name, theme.text, bold=True)

    def _chat(self, painter: QPainter, inner: QRect, index: Index, row: Row, title: str) -> None:
        theme = themes.current
        if row.inside:
            inner.setLeft(inner.left() + theme.px(SIGN + 6))
        if does := index.data(Role.DOES):
            self._dot(painter, inner, asks=does == "asks")
            inner.setRight(inner.right() - theme.px(16))
        title_box, hit = QRect(inner), row.hit
        if self._menus and row.conversation is not None and row.conversation.archived:
            sign = theme.px(SIGN)
            self._button(painter, inner.adjusted(inner.width() - sign, 0, 0, 0), "archive")
            title_box.setRight(title_box.right() - theme.px(SIGN + 6))
            inner.setRight(title_box.right())
        if hit is not None and hit.snippet:
            title_box.setHeight(inner.height() // 2 + theme.px(2))
            snippet_box = inner.adjusted(0, inner.height() // 2 - theme.px(2), 0, -theme.px(4))
            self._words.draw(painter, snippet_box, hit.snippet, theme.muted, 12, marks=hit.marks)
        in_title = hit.marks if hit is not None and not hit.snippet else ()
        self._words.draw(painter, title_box, title, theme.text, marks=in_title)

    def _dot(self, painter: QPainter, inner: QRect, *, asks: bool) -> None:
        size = themes.current.px(8 if asks else 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current.warning if asks else themes.current.accent))
        painter.drawEllipse(inner.right() - size, inner.center().y() - size // 2 + 1, size, size)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = TextField(parent)
        editor.setAccessibleName(self.tr("Chat title"))
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(0, 1, -1, -1))

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        field = cast(QLineEdit, editor)
        field.setText(index.data(Qt.ItemDataRole.EditRole))
        field.selectAll()
