"""Lists that change while they are looked at, and how their rows are painted."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle

from app.desktop.base.style import hover
from app.desktop.base.theme import themes

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()

INSET = 8


class Keyed(Protocol):
    """A row. The same key is the same row, though what it says may be something else."""

    def key(self) -> Hashable: ...


RowT = TypeVar("RowT", bound=Keyed)


def take_over(model: QAbstractListModel, rows: list[RowT], new: Sequence[RowT]) -> None:
    """Make `rows`, which `model` shows, the `new` ones, by removing and inserting only the stretch that differs: what
    is chosen or has the focus elsewhere stays so."""
    old, most = list(rows), min(len(rows), len(new))
    start = 0
    while start < most and _is_same(old[start], new[start]):
        start += 1
    end = 0
    while end < most - start and _is_same(old[-1 - end], new[-1 - end]):
        end += 1
    if len(old) - end > start:
        model.beginRemoveRows(QModelIndex(), start, len(old) - end - 1)
        del rows[start : len(old) - end]
        model.endRemoveRows()
    if len(new) - end > start:
        model.beginInsertRows(QModelIndex(), start, len(new) - end - 1)
        rows[start:start] = new[start : len(new) - end]
        model.endInsertRows()
    rows[:] = new
    kept = [number for number in range(start) if _differs(old[number], new[number])]
    kept += [len(new) - number for number in range(1, end + 1) if _differs(old[-number], new[-number])]
    for number in kept:
        model.dataChanged.emit(model.index(number), model.index(number))


def _is_same(old: Keyed, new: Keyed) -> bool:
    return old is new or old.key() == new.key()


def _differs(old: Keyed, new: Keyed) -> bool:
    return old is not new and old != new  # of thousands most are the very same


def paint_heading(painter: QPainter, place: QRect, words: str) -> None:
    """The name of a group over its rows."""
    theme = themes.current
    painter.setFont(theme.font(12))
    painter.setPen(QColor(theme.muted))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
    painter.drawText(place.adjusted(theme.px(INSET), 0, 0, -theme.px(7)), flags, words)


def paint_ground(painter: QPainter, box: QRect, state: QStyle.StateFlag, *, is_open: bool) -> None:
    """What lies under a row: that it is open, under the pointer, or has the focus."""
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
