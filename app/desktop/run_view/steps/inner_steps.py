"""The steps of a helper, below the line of the call that gave it its task."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.run_view.steps.line_widget import NUMBER, OVERHANG, LineWidget
from app.desktop.run_view.steps.step_lines import Line
from app.desktop.widgets.layouts import discard

MakeLine = Callable[[QWidget, Line], LineWidget]
# Of a longer run the last ones are shown.
MOST = 100
GAP = 8  # below the last one


class InnerSteps(FittedWidget):
    """`line_made` is called with each new widget."""

    def __init__(self, parent: QWidget, make: MakeLine, line_made: Callable[[LineWidget], object]) -> None:
        super().__init__(parent)
        self._make, self._line_made = make, line_made
        self._lines: tuple[Line, ...] = ()
        self._rows: list[LineWidget] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Shows these lines; a line that was there keeps its widget, opened or not."""
        shown = tuple(lines[-MOST:])
        same = len(lines) <= MOST
        for index, line in enumerate(shown):
            if index < len(self._rows) and same and type(line) is type(self._lines[index]):
                if line != self._lines[index]:
                    self._rows[index].show_line(line)
            else:
                self._drop_from(index)
                self._append(line)
        self._drop_from(len(shown))
        self._lines = shown
        self._changed()

    @property
    def rows(self) -> list[LineWidget]:
        return list(self._rows)

    def _append(self, line: Line) -> None:
        row = self._make(self, line)
        row.is_inner = True
        row.set_current(True)
        row.set_on_card(True)
        row.height_changed.connect(self._changed)
        self._rows.append(row)
        self._line_made(row)
        row.show()

    def _drop_from(self, index: int) -> None:
        for row in self._rows[index:]:
            discard(row)
        del self._rows[index:]

    def restyle(self) -> None:
        for row in self._rows:
            row.restyle()
        self._changed()

    def _changed(self) -> None:
        self.fit(self.width())
        self.height_changed.emit()

    def fit(self, width: int) -> int:
        left = themes.current.px(NUMBER) + OVERHANG
        y = 0
        for row in self._rows:
            height = row.fit(width - left)
            row.setGeometry(left, y, width - left, height)
            y += height
        return y + themes.current.px(GAP)

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.fit(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit(event.size().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(themes.current.line))
        x = themes.current.px(NUMBER)
        painter.drawLine(x, 0, x, self.height() - themes.current.px(GAP))
        painter.end()
