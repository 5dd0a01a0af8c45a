"""A review, painted: the files, their hunks with a box each, and the lines."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from agents.review.values import Review
from app.desktop.base.theme import themes
from app.desktop.run_view.review.choice import Choice
from app.desktop.run_view.review.diff_painting import HEAD, HUNK, DiffPainting, measures_for
from app.desktop.run_view.review.diff_rows import DiffRow, diff_rows
from app.desktop.run_view.review.file_words import hunk_words, note_words, path_words


class DiffView(QAbstractScrollArea):
    """`chosen` comes when something is kept or dropped. N and P go from change to change, K keeps and D drops the
    one at hand and goes on, Space turns it; with Shift K and D count for the file."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = Choice(Review())
        self.current = 0
        self._rows: list[DiffRow] = []
        self._tops: list[int] = [0]
        self._measures = measures_for(())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("kind", "field")
        themes.changed.connect(self._lay_out)

    def show_review(self, review: Review) -> None:
        self.choice = Choice(review)
        self.current = 0
        self._rows = diff_rows(self.choice)
        self._lay_out()
        self.verticalScrollBar().setValue(0)
        self._say()

    # Measures

    def _lay_out(self) -> None:
        px = themes.current.px
        self._measures = measures_for(self._rows)
        heights = {"file": px(HEAD), "hunk": px(HUNK), "line": self._measures.line, "rest": px(HUNK)}
        self._tops = [0, *accumulate(heights[row.kind] for row in self._rows)]
        self._fit_bars()
        self.viewport().update()

    def _fit_bars(self) -> None:
        up, across, view = self.verticalScrollBar(), self.horizontalScrollBar(), self.viewport()
        up.setRange(0, max(0, self._tops[-1] - view.height()))
        up.setPageStep(view.height())
        up.setSingleStep(self._measures.line * 3)
        across.setRange(0, max(0, self._measures.widest - view.width()))
        across.setPageStep(view.width())
        across.setSingleStep(self._measures.line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_bars()

    def _row_at(self, y: int) -> int:
        """The number of the row at a height of the viewport; -1 for none."""
        row = bisect_right(self._tops, y + self.verticalScrollBar().value()) - 1
        return row if 0 <= row < len(self._rows) else -1

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, whole = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        up = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif key in (Qt.Key.Key_N, Qt.Key.Key_P):
            self.go_to(self.current + (1 if key == Qt.Key.Key_N else -1))
        elif key in (Qt.Key.Key_K, Qt.Key.Key_D):
            self.decide(kept=key == Qt.Key.Key_K, whole=whole)
        elif key == Qt.Key.Key_Space:
            self.turn(self.current)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            up.setValue(
                up.value() + (self._measures.line if key == Qt.Key.Key_Down else -self._measures.line)
            )
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            across = self.horizontalScrollBar()
            across.setValue(across.value() + across.singleStep() * (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            up.setValue(up.value() + (up.pageStep() if key == Qt.Key.Key_PageDown else -up.pageStep()))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go_to(0 if key == Qt.Key.Key_Home else len(self.choice.places) - 1)
        else:
            super().keyPressEvent(event)

    def go_to(self, place: int) -> None:
        """Make a place the one at hand, and show it."""
        if not self.choice.places:
            return
        self.current = max(0, min(place, len(self.choice.places) - 1))
        rows = [number for number, row in enumerate(self._rows) if row.place == self.current]
        first = rows[0]
        if first and self._rows[first - 1].kind == "file" and self._rows[first].kind == "hunk":
            first -= 1
        top, bottom = self._tops[first], self._tops[rows[-1] + 1]
        up, height = self.verticalScrollBar(), self.viewport().height()
        if top < up.value() or bottom > up.value() + height:
            up.setValue(top if bottom - top > height or top < up.value() else bottom - height)
        self._say()
        self.viewport().update()

    def decide(self, *, kept: bool, whole: bool = False) -> None:
        """Keep or drop the place at hand, or all of its file, and go on to the next."""
        if not self.choice.places:
            return
        path = self.choice.places[self.current].file.path
        if whole:
            self.choice.set_file_kept(path, kept)
            self.go_to(self.choice.of_file(path)[-1] + 1)
        else:
            self.choice.set_kept(self.current, kept)
            self.go_to(self.current + 1)
        self._changed()

    def turn(self, place: int) -> None:
        if 0 <= place < len(self.choice.places):
            self.choice.set_kept(place, not self.choice.is_kept(place))
            self._changed()

    def _changed(self) -> None:
        self._say()
        self.viewport().update()
        self.chosen.emit()

    def _copy(self) -> None:
        lines = [row for row in self._rows if row.place == self.current and row.line is not None]
        QGuiApplication.clipboard().setText(
            "\n".join(row.line.mark + row.line.text for row in lines if row.line)
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._row_at(event.position().toPoint().y())
        if number < 0:
            return
        row = self._rows[number]
        if row.kind == "file" and row.place < 0:
            path = row.file.path
            self.choice.set_file_kept(path, self.choice.file_state(path) != "all")
            self.current = self.choice.of_file(path)[0]
            self._changed()
            return
        self.current = row.place
        if row.kind in ("file", "hunk"):
            self.turn(row.place)
        self._say()
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _say(self) -> None:
        """Tell a screen reader where one is."""
        if not self.choice.places:
            self.setAccessibleName(self.tr("Changes"))
            return
        place = self.choice.places[self.current]
        state = self.tr("kept") if self.choice.is_kept(self.current) else self.tr("dropped")
        where = [path_words(place.file), note_words(place.file)]
        where += [hunk_words(place.hunk)] if place.hunk is not None else []
        self.setAccessibleName(", ".join([*filter(None, where), state]))
        lines = [line.mark + line.text for line in place.hunk.lines if line.mark != " "] if place.hunk else []
        self.setAccessibleDescription("\n".join(lines[:20]))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint = DiffPainting(painter, self._measures, self.choice, self.horizontalScrollBar().value())
        top = self.verticalScrollBar().value()
        number = max(0, self._row_at(event.rect().top()))
        while number < len(self._rows) and self._tops[number] - top <= event.rect().bottom():
            row = self._rows[number]
            height = self._tops[number + 1] - self._tops[number]
            place = QRect(0, self._tops[number] - top, self.viewport().width(), height)
            paint.row(row, place)
            if row.place == self.current and self.hasFocus():
                painter.fillRect(
                    place.x(), place.y(), themes.current.px(3), height, QColor(themes.current.accent)
                )
            number += 1
