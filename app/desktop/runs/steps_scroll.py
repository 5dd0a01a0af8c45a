"""The scrolled page of a run: its parts below each other, the reader's place kept, its end followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.run_view.steps.step_column import GAP, StepColumn
from app.desktop.widgets.scroller import ReadingArea

COLUMN = 744
MARGIN = 28
TOP = 22
# What is said at the foot of the window lies over this, not over a question.
BOTTOM = 66
# So near to the end the page follows what comes.
NEAR_END = 8


class Part(Protocol):
    """A widget of the page."""

    def fit(self, width: int) -> int: ...

    def setGeometry(self, left: int, top: int, width: int, height: int, /) -> None: ...


class StepsScroll(ReadingArea):
    """`parts` gives what stands on `page`, from top to bottom; the lines of `column` are built where they are seen.
    `placed` comes when something has moved."""

    placed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.page = QWidget()
        self.column = StepColumn(self.page)
        self.parts: Callable[[], Sequence[Part]] = lambda: ()
        self._following = True
        self._placing = False
        self.setWidget(self.page)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.column.height_changed.connect(self.place)
        self.column.revealed.connect(self._reveal)
        self.column.toggled.connect(self._stay)

    @property
    def following(self) -> bool:
        """Whether the page is at its end and goes along with what comes."""
        return self._following

    def follow(self) -> None:
        """Goes to the end with the next `place`, and along with what comes."""
        self._following = True

    def _stay(self) -> None:
        # What is looked at stays in its place, though the page was at its end.
        self._following = False

    def place(self) -> None:
        """Puts everything where it belongs; the words that the reader looks at stay where they are."""
        if self._placing or self.viewport().width() <= 0:
            return
        self._placing = True
        bar = self.verticalScrollBar()
        anchor = None if self._following else self.column.anchor(bar.value() - self.column.y())
        self._lay_out()
        for _ in range(3):
            self._scroll_to(anchor)
            if not self._build():
                break
            self._lay_out()
        self._scroll_to(anchor)
        self._following = self._following or self._at_end()
        self._placing = False
        self.placed.emit()

    def _lay_out(self) -> None:
        px = themes.current.px
        room = self.viewport().width()
        width = max(200, min(px(COLUMN), room - 2 * px(MARGIN)))
        left = max(0, (room - width) // 2)
        self.column.setVisible(len(self.column) > 0)
        y = px(TOP)
        for part in self.parts():
            height = part.fit(width)
            part.setGeometry(left, y, width, height)
            y += height + px(GAP)
        self.page.resize(room, max(y + px(BOTTOM) - px(GAP), self.viewport().height()))

    def _scroll_to(self, anchor: tuple[int, int] | None) -> None:
        bar = self.verticalScrollBar()
        if self._following:
            bar.setValue(bar.maximum())
        elif anchor is not None and anchor[0] < len(self.column):
            bar.setValue(self.column.y() + self.column.top(anchor[0]) + anchor[1])

    def _build(self) -> bool:
        height = self.viewport().height()
        top = self.verticalScrollBar().value() - self.column.y()
        return self.column.build(top - height // 2, top + height + height // 2)

    def _at_end(self) -> bool:
        return self.verticalScrollBar().value() >= self.verticalScrollBar().maximum() - NEAR_END

    def _scrolled(self) -> None:
        if self._placing:
            return
        self._following = self._at_end()
        if self._build():
            self.place()
        self.placed.emit()

    def _reveal(self, place: QRect) -> None:
        """Scrolls as little as is needed to show a part of the column."""
        bar = self.verticalScrollBar()
        top, bottom = self.column.y() + place.top() - 12, self.column.y() + place.bottom() + 12
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())

    def restyle(self) -> None:
        self.column.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()
