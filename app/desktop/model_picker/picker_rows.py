"""The rows of the model picker: how they are kept, painted and said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.widgets.list_rows import ROOT, Index

MODEL_ROW = 52
ACTION_ROW = 34
HEADING = 30
INSET = 10
SYMBOL = 16
EYE = 14


class Row(msgspec.Struct, frozen=True):
    """A line to choose. `note` stands at the right, in the theme's `note_colour`; `detail` below the text.
    `described` is what a screen reader says. An eye stands behind the text of one that `sees`. `divided`: a thin line
    stands above it, and with `heading` the words of the group that begins with it."""

    text: str
    symbol: str
    act: Callable[[], object]
    described: str
    detail: str = ""
    note: str = ""
    note_colour: str = "muted"
    enabled: bool = True
    divided: bool = False
    is_model: bool = False
    heading: str = ""
    sees: bool = False


class PickerRows(QAbstractListModel):
    """Replaced as a whole when what can be chosen changes; `change` keeps the place where only words change."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        if len(rows) == len(self.rows):
            self.rows = list(rows)
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.described
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        enabled = index.isValid() and index.row() < len(self.rows) and self.rows[index.row()].enabled
        if not enabled:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def row_height(row: Row) -> int:
    px = themes.current.px
    above = px(9) if row.divided else 0
    return px(MODEL_ROW if row.is_model else ACTION_ROW) + above + (px(HEADING) if row.heading else 0)


class RowDelegate(QStyledItemDelegate):
    """A symbol, the text with its detail below, and the note at the right."""

    def __init__(self, rows: PickerRows, parent: QObject) -> None:
        super().__init__(parent)
        self._rows = rows

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, row_height(self._rows.rows[index.row()]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, row = themes.current, self._rows.rows[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect
        if row.divided:
            line = QRect(
                box.left() + theme.px(INSET), box.top() + theme.px(4), box.width() - theme.px(2 * INSET), 1
            )
            painter.fillRect(line, QColor(theme.line))
            box = box.adjusted(0, theme.px(9), 0, 0)
        if row.heading:
            place = QRect(box.left(), box.top(), box.width(), theme.px(HEADING))
            place.adjust(theme.px(INSET), theme.px(8), -theme.px(INSET), 0)
            painter.setFont(theme.font(12))
            painter.setPen(QColor(theme.muted))
            words = painter.fontMetrics().elidedText(row.heading, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            box = box.adjusted(0, theme.px(HEADING), 0, 0)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(box, theme.px(8), theme.px(8))
        self._paint_words(painter, box.adjusted(theme.px(INSET), 0, -theme.px(INSET), 0), row)
        painter.restore()

    def _paint_words(self, painter: QPainter, inner: QRect, row: Row) -> None:
        theme = themes.current
        size = theme.px(SYMBOL)
        colour = "accent" if row.symbol == "check" else "muted" if row.enabled else "faint"
        top = inner.top() + (inner.height() - size) // 2
        icon(row.symbol, colour, SYMBOL).paint(painter, QRect(inner.left(), top, size, size))
        inner.setLeft(inner.left() + size + theme.px(10))
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        # A line of words in another face than the first is higher than the first one says.
        whole = left | middle | Qt.TextFlag.TextDontClip
        if row.note:
            painter.setFont(theme.font(12))
            painter.setPen(QColor(getattr(theme, row.note_colour)))
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | middle, row.note)
            inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(row.note) - theme.px(12))
        font, small = theme.font(14 if row.is_model else 13), theme.font(12)
        upper = QRect(inner)
        if row.detail:
            heights = QFontMetrics(font).height(), QFontMetrics(small).height()
            gap = theme.px(2)
            upper.setTop(inner.top() + (inner.height() - sum(heights) - gap) // 2)
            upper.setHeight(heights[0])
            lower = QRect(inner.left(), upper.bottom() + 1 + gap, inner.width(), heights[1])
            painter.setFont(small)
            painter.setPen(QColor(theme.muted))
            painter.drawText(lower, whole, _cut(painter, row.detail, lower.width()))
        painter.setFont(font)
        painter.setPen(QColor(theme.text if row.enabled else theme.muted))
        eye = theme.px(EYE)
        room = upper.width() - (eye + theme.px(7) if row.sees else 0)
        words = _cut(painter, row.text, room)
        painter.drawText(upper, whole, words)
        if row.sees:
            behind = upper.left() + painter.fontMetrics().horizontalAdvance(words) + theme.px(7)
            place = QRect(behind, upper.center().y() - eye // 2 + 1, eye, eye)
            icon("eye", "muted", EYE).paint(painter, place)


def _cut(painter: QPainter, text: str, width: int) -> str:
    # A model's name differs from its sisters' at the end.
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)
