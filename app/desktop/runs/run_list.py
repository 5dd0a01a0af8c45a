"""The list of runs and recipes: its model, and how its rows are painted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.desktop.base.theme import themes
from app.desktop.run_view.rows import Heading, Row, rows_of
from app.desktop.text.remote_marks import leaving, mark
from app.desktop.text.run_labels import described, state_note
from app.desktop.text.schedule_labels import schedule_note, schedule_tip
from app.desktop.widgets.list_rows import INSET, ROOT, Index, paint_ground, paint_heading, take_over
from app.services.runs.values import Recipe, RunRecord
from app.services.schedules.values import ScheduleLine

ROW = 37


class Role(IntEnum):
    ROW = Qt.ItemDataRole.UserRole


def heading_text(heading: Heading) -> str:
    translate = QCoreApplication.translate
    return {
        "running": translate("Runs", "Running"),
        "scheduled": translate("Runs", "Scheduled"),
        "finished": translate("Runs", "Finished"),
        "recipes": translate("Runs", "Skills"),
    }[heading]


def note_text(row: Row) -> str:
    """What stands at the right of a row."""
    if row.run is not None:
        return state_note(row.run)
    if row.schedule is not None:
        return schedule_note(row.schedule)
    own = row.recipe is not None and row.recipe.own
    return QCoreApplication.translate("Runs", "yours") if own else ""


class RunListModel(QAbstractListModel):
    """Runs under their headings, and recipes, or what of them a search means."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunRecord, ...] = ()
        self._recipes: tuple[Recipe, ...] = ()
        self._schedules: tuple[ScheduleLine, ...] = ()
        self._unseen: frozenset[int] = frozenset()
        self._query = ""
        self._rows: list[Row] = []

    def show_runs(self, runs: Iterable[RunRecord]) -> None:
        self._runs = tuple(runs)
        self._rebuild()

    def show_recipes(self, recipes: Sequence[Recipe]) -> None:
        self._recipes = tuple(recipes)
        self._rebuild()

    def show_schedules(self, schedules: Sequence[ScheduleLine], unseen: frozenset[int]) -> None:
        """Schedules, and their runs that nobody has looked at."""
        self._schedules, self._unseen = tuple(schedules), unseen
        self._rebuild()

    def search(self, query: str) -> None:
        self._query = query
        self._rebuild()

    def refresh_words(self) -> None:
        """The language changed."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def rows(self) -> list[Row]:
        return list(self._rows)

    def index_of(self, key: tuple[str, str]) -> QModelIndex:
        for number, row in enumerate(self._rows):
            if row.key() == key:
                return self.index(number)
        return QModelIndex()

    def _rebuild(self) -> None:
        take_over(self, self._rows, self._found())

    def _found(self) -> list[Row]:
        return rows_of(self._runs, self._recipes, self._query, self._schedules, self._unseen)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Role.ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return _title(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _described(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _whole(row)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].heading is not None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _described(row: Row) -> str:
    if row.schedule is not None:
        return f"{_title(row)}, {note_text(row)}"
    if row.run is None:
        return _title(row)
    new = QCoreApplication.translate("Runs", "{run}, new")
    return new.format(run=described(row.run)) if row.unseen else described(row.run)


def _title(row: Row) -> str:
    if row.schedule is not None:
        return row.schedule.schedule.name
    if row.run is not None:
        return row.run.title
    if row.recipe is not None:
        return row.recipe.title
    return heading_text(row.heading) if row.heading is not None else ""


def _whole(row: Row) -> str | None:
    """The tool tip: what a person would otherwise have to open the row for."""
    if row.run is not None:
        place = mark() if leaving(row.run.model) is not None else ""
        return "\n".join(filter(None, (row.run.title, row.run.workspace, place)))
    if row.schedule is not None:
        return schedule_tip(row.schedule)
    if row.recipe is not None:
        return row.recipe.description or row.recipe.title
    return None


class RunDelegate(QStyledItemDelegate):
    """`open` is the key of the row that the page shows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.open: tuple[str, str] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, themes.current.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = themes.current
        row: Row = index.data(Role.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        if row.heading is not None:
            paint_heading(painter, rect, heading_text(row.heading))
        else:
            box = rect.adjusted(0, 1, -1, -1)
            paint_ground(painter, box, option.state, is_open=row.key() == self.open)
            self._words(painter, box.adjusted(theme.px(INSET), 0, -theme.px(INSET), 0), row)
        painter.restore()

    def _words(self, painter: QPainter, inner: QRect, row: Row) -> None:
        theme = themes.current
        asks = row.run is not None and row.run.state == "waiting"
        asks = asks or (row.schedule is not None and row.schedule.waits)
        note = note_text(row)
        painter.setFont(theme.font(12, bold=asks))
        failed = row.run is not None and row.run.state == "failed" and not row.run.undone
        failed = failed or (row.schedule is not None and not asks and row.schedule.has_failed)
        painter.setPen(QColor(theme.warning if asks else theme.bad if failed else theme.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | middle, note)
        taken = painter.fontMetrics().horizontalAdvance(note) + theme.px(10) if note else 0
        if asks or row.unseen:
            size = theme.px(6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.warning if asks else theme.accent))
            painter.drawEllipse(inner.right() - taken, inner.center().y() - size // 2 + 1, size, size)
            taken += theme.px(8)
        inner.setRight(inner.right() - taken)
        painter.setFont(theme.font(bold=row.unseen))
        painter.setPen(QColor(theme.text))
        title = painter.fontMetrics().elidedText(_title(row), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | middle, title)
