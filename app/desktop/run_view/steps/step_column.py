"""The lines of a run below each other, of which only those near the reader are built.

Steps that follow each other stand on one card; what was said and answered stands on the page between them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.run_view.steps.line_widget import OVERHANG, LineWidget
from app.desktop.run_view.steps.line_widgets import line_widget, on_card
from app.desktop.run_view.steps.step_lines import (
    AnswerLine,
    CallLine,
    Line,
    QuietLine,
    SaidLine,
    ThoughtLine,
    WordsLine,
)
from app.desktop.run_view.steps.step_row import HEAD, StepRow
from app.desktop.widgets.extents import Extents
from app.desktop.widgets.layouts import discard

# More widgets than this are taken away again, but for those that are seen or used.
MAX_BUILT = 120
PAD_X = 18
PAD_Y = 12
GAP = 14


class StepColumn(QWidget):
    """`line_made` gives each new widget; `revealed` asks to bring a part of the column into sight; `toggled` comes
    before a line opens or closes."""

    height_changed = Signal()
    line_made = Signal(object)
    revealed = Signal(QRect)
    toggled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._starts: list[int] = []  # of each line, the first one on its card; -1 on the page itself
        self._inner: list[int] = []  # heights without what stands around
        self._extents = Extents()
        self._widgets: dict[int, LineWidget] = {}
        self._open: set[int] = set()
        self._unfitted: set[int] = set()
        self._current = -1
        self._laid = 0

    # --- what is shown ---

    def clear(self) -> None:
        for index in list(self._widgets):
            self._drop(index)
        self._lines, self._starts, self._inner = [], [], []
        self._extents = Extents()
        self._open, self._current = set(), -1

    def __len__(self) -> int:
        return len(self._lines)

    def update_lines(self, lines: Sequence[Line], changed: Collection[int]) -> None:
        """`lines` are all of them, `changed` the indexes of new and newer ones. `fit` puts them where they belong."""
        for index in changed:
            if index < len(self._lines):
                self._lines[index] = lines[index]
                if (widget := self._widgets.get(index)) is not None:
                    widget.show_line(lines[index])
                    self._unfitted.add(index)
            else:
                self._append(lines[index])
        self.update()

    def _append(self, line: Line) -> None:
        index = len(self._lines)
        follows = index > 0 and self._starts[-1] >= 0
        # A quiet sentence makes no card of its own.
        joins = follows and on_card(line)
        begins = on_card(line) and not follows and not isinstance(line, QuietLine)
        self._lines.append(line)
        self._starts.append(self._starts[-1] if joins else index if begins else -1)
        self._inner.append(self._estimate(line))
        self._extents.append(0)
        self._set_height(index)
        if joins:
            self._set_height(index - 1)
        if self._current < 0 and isinstance(line, CallLine | ThoughtLine):
            self._current = index

    def _estimate(self, line: Line) -> int:
        px = themes.current.px
        if isinstance(line, CallLine | ThoughtLine):
            return px(HEAD)
        if isinstance(line, AnswerLine | SaidLine | WordsLine):
            return px(40) + px(24) * (len(line.text) * 9 // max(200, self._laid) + line.text.count("\n"))
        return px(38)

    def _around(self, index: int) -> tuple[int, int]:
        """The room above and below a line."""
        px = themes.current.px
        if self._starts[index] < 0:
            return 0, px(GAP)
        first = self._starts[index] == index
        last = index + 1 == len(self._lines) or self._starts[index + 1] != self._starts[index]
        return (px(PAD_Y) if first else 0), (px(PAD_Y + GAP) if last else 1)

    def _set_height(self, index: int) -> None:
        above, below = self._around(index)
        self._extents.set_height(index, above + self._inner[index] + below)

    # --- places ---

    def fit(self, width: int) -> int:
        """Lays the lines out for a width; returns the height of all."""
        if width != self._laid:
            self._laid = width
            for index, line in enumerate(self._lines):
                if index not in self._widgets and not (index in self._open and self._inner[index]):
                    self._inner[index] = self._estimate(line)
                    self._set_height(index)
            self._unfitted.update(self._widgets)
        for index in self._unfitted & self._widgets.keys():
            self._inner[index] = self._widgets[index].fit(self._width_of(index))
            self._set_height(index)
        self._unfitted.clear()
        for index, widget in self._widgets.items():
            widget.setGeometry(self._place(index))
        return max(0, self._extents.total - themes.current.px(GAP)) if self._lines else 0

    def _width_of(self, index: int) -> int:
        if self._starts[index] >= 0:
            return self._laid - 2 * themes.current.px(PAD_X) + 2 * OVERHANG
        return self._laid

    def _place(self, index: int) -> QRect:
        above, _ = self._around(index)
        left = themes.current.px(PAD_X) - OVERHANG if self._starts[index] >= 0 else 0
        top = self._extents.top(index) + above
        return QRect(left, top, self._width_of(index), self._inner[index])

    def anchor(self, y: int) -> tuple[int, int] | None:
        """The line at a height, and how far into it; None where there is none."""
        if not self._lines:
            return None
        index = self._extents.at(max(0, y))
        return index, y - self._extents.top(index)

    def top(self, index: int) -> int:
        return self._extents.top(index)

    # --- building ---

    def build(self, top: int, bottom: int) -> bool:
        """Builds what is seen between two heights; whether something came for which `fit` is to be called."""
        if not self._lines:
            return False
        wanted = self._extents.between(top, bottom)
        made = [index for index in wanted if index not in self._widgets]
        for index in made:
            self._make(index)
        self._drop_far(wanted)
        return bool(made)

    def _make(self, index: int) -> LineWidget:
        widget = line_widget(self, self._lines[index])
        self._widgets[index] = widget
        self._unfitted.add(index)
        widget.height_changed.connect(lambda: self._changed(index))
        widget.moved.connect(lambda by: self._move(index, by))
        if isinstance(widget, StepRow):
            widget.set_open(index in self._open)
            widget.toggled.connect(lambda on: self._toggled(index, on))
            widget.head.clicked.connect(lambda: self.set_current(index))
        widget.set_current(index == self._current)
        widget.set_on_card(self._starts[index] >= 0)
        self.line_made.emit(widget)
        widget.show()
        return widget

    def _toggled(self, index: int, on: bool) -> None:
        (self._open.add if on else self._open.discard)(index)
        self.toggled.emit()

    def _changed(self, index: int) -> None:
        self._unfitted.add(index)
        self.height_changed.emit()

    def _drop_far(self, wanted: range) -> None:
        if len(self._widgets) <= MAX_BUILT:
            return
        for index in [index for index in self._widgets if index not in wanted]:
            if not holds_focus(self._widgets[index]):
                self._drop(index)

    def _drop(self, index: int) -> None:
        widget = self._widgets.pop(index)
        self._unfitted.discard(index)
        discard(widget)

    def widgets(self) -> list[LineWidget]:
        return list(self._widgets.values())

    # --- keys ---

    def set_current(self, index: int) -> None:
        """The one step at which Tab stops; arrows go on from it."""
        if index == self._current:
            return
        for which, on in ((self._current, False), (index, True)):
            if which in self._widgets:
                self._widgets[which].set_current(on)
        self._current = index

    def _move(self, index: int, by: int) -> None:
        target = index + by
        while 0 <= target < len(self._lines) and not isinstance(self._lines[target], CallLine | ThoughtLine):
            target += by
        if not 0 <= target < len(self._lines):
            return
        self.set_current(target)
        widget = self._widgets.get(target) or self._make(target)
        self.height_changed.emit()
        if isinstance(widget, StepRow):
            widget.head.setFocus(Qt.FocusReason.TabFocusReason)
            place = self._place(target)
            place.setHeight(min(place.height(), themes.current.px(HEAD)))
            self.revealed.emit(place)

    # --- looks ---

    def restyle(self) -> None:
        for widget in self._widgets.values():
            widget.restyle()
        self._laid = 0
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lines:
            return
        theme, seen = themes.current, event.rect()
        painter = QPainter(self)
        lines = self._extents.between(seen.top(), seen.bottom())
        for start, end in {self._starts[index]: index for index in lines if self._starts[index] >= 0}.items():
            self._paint_card(painter, start, end, seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QColor(theme.line))
        inner = theme.px(PAD_X)
        for index in lines:
            followed = index + 1 < len(self._lines) and self._starts[index + 1] == self._starts[index]
            if followed and self._starts[index] >= 0:
                y = self._extents.top(index + 1) - 1
                painter.drawLine(inner, y, self.width() - inner - 1, y)
        painter.end()

    def _paint_card(self, painter: QPainter, start: int, end: int, seen: QRect) -> None:
        """Draws the card from its line `start` on; `end` is the last one of it that is seen."""
        theme = themes.current
        last = end + 1 == len(self._lines) or self._starts[end + 1] != start
        # No further than what is seen: drawing has a limit in pixels that a long run goes beyond.
        top = max(self._extents.top(start), seen.top() - 40)
        low = self._extents.top(end) + self._extents.height(end)
        low += -theme.px(GAP) if last else 40
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.line))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(QRectF(0.5, top + 0.5, self.width() - 1, low - top - 1), 12, 12)
