"""A row that becomes a column where there is no room for a row."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.layouts import Row

Item = QWidget | tuple[QWidget, int] | tuple[QWidget, int, int]
ROW, COLUMN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class FoldingRow(QWidget):
    """Widgets side by side, one under the other where together they are wider than the row.

    An item is a widget, with its stretch and with what it takes at least in a row where that is less than its hint.
    """

    def __init__(self, parent: QWidget | None = None, *items: Item, spacing: float = 8) -> None:
        super().__init__(parent)
        self._widgets: list[tuple[QWidget, int]] = []
        self._whole: dict[QWidget, int] = {}
        self._layout = Row(parent=self, spacing=spacing)
        for item in items:
            widget, stretch, wanted = (*item, 0)[:3] if isinstance(item, tuple) else (item, 0, 0)
            self.add(widget, stretch, wanted=wanted)
        themes.changed.connect(self.fold)

    def add(self, widget: QWidget, stretch: int = 0, *, wanted: int = 0) -> None:
        """`wanted` pixels for a widget that may be narrower than its hint, at a text size of 100 %."""
        self._widgets.append((widget, wanted))
        self._layout.addWidget(widget, stretch, Qt.AlignmentFlag(0))

    def align(self, widget: QWidget, alignment: Qt.AlignmentFlag) -> None:
        """Where a widget stands in its cell, and that it takes no more than its hint; 0 fills the cell."""
        self._layout.setAlignment(widget, alignment)

    def set_whole_width(self, widget: QWidget, width: int) -> None:
        """What a widget takes in a row, in pixels of the screen, where its hint is less: a label that wraps."""
        self._whole[widget] = width

    def folded(self) -> bool:
        return self._layout.direction() == COLUMN

    def fold(self) -> None:
        """Take the form that there is room for."""
        direction = ROW if self._needed() <= self.width() else COLUMN
        if direction != self._layout.direction():
            self._layout.setDirection(direction)
            self.updateGeometry()

    def _needed(self) -> int:
        """The width of the row."""
        shown = [(widget, wanted) for widget, wanted in self._widgets if not widget.isHidden()]
        widths = [
            themes.current.px(wanted) if wanted else self._whole.get(widget) or widget.sizeHint().width()
            for widget, wanted in shown
        ]
        return sum(widths) + self._layout.spacing() * max(0, len(shown) - 1)

    def sizeHint(self) -> QSize:
        # As wide as the row: a column that is given no more than it needs would never become one again.
        return QSize(self._needed(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        # As narrow as the column: a layout would ask for the room of the form it has now.
        shown = [widget for widget, _ in self._widgets if not widget.isHidden()]
        # A least width that is set counts instead of the hint, as in a layout.
        least = (widget.minimumWidth() or widget.minimumSizeHint().width() for widget in shown)
        width = max(least, default=0)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: object) -> None:
        self.fold()
