"""The sheet of keyboard shortcuts (F1)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractSlider, QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.overlay import Overlay
from app.desktop.window.shortcuts import shortcuts, shown_keys

COLUMNS = 2
# The least width of what is in the card for both columns.
BOTH_FROM = 540
_MOVES = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}


class ShortcutSheet(Overlay):
    """Every row of the table: what it does, and its keys as this platform writes them. In two columns where there is
    room for both.

    It scrolls where the window has no room for all of them, with the arrows as well."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, 640)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = text_label(self.card, "title")
        self.inside.addWidget(self._title)
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea(self.card)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._table)
        # The card shows through.
        self._scroll.viewport().setAutoFillBackground(False)
        self._table.setAutoFillBackground(False)
        self.inside.addWidget(self._scroll)
        self._texts: list[QLabel] = []
        self._keys: list[QLabel] = []
        self._columns = 0
        for _ in shortcuts():
            text = text_label(self._table, wraps=True)
            keys = text_label(self._table, "value")
            keys.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._texts.append(text)
            self._keys.append(keys)
        self._grid.setColumnStretch(0, 1)
        self.refresh()

    def open(self) -> None:
        super().open()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = _MOVES.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
        else:
            self._scroll.verticalScrollBar().triggerAction(move)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _arrange(self, columns: int) -> None:
        """Put the rows under each other, in so many columns."""
        self._grid.setColumnMinimumWidth(2, themes.current.px(24) * (columns - 1))
        if columns == self._columns:
            return
        self._columns, rows = columns, -(-len(self._texts) // columns)
        for number, pair in enumerate(zip(self._texts, self._keys, strict=True)):
            for column, label in enumerate(pair, number // rows * 3):
                self._grid.removeWidget(label)
                self._grid.addWidget(label, number % rows, column)
        self._grid.setColumnStretch(3, columns - 1)

    def _fit(self) -> None:
        """As high as the table is, if there is room for that."""
        px = themes.current.px
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        wide = self.card.maximumWidth() - 2 * px(24)
        self._arrange(COLUMNS if wide >= px(BOTH_FROM) else 1)
        high, room = self._grid.totalHeightForWidth(wide), self.height() - px(72 + 18 + 20 + 24 + 18)
        room -= self._title.sizeHint().height()
        if high > room:
            high = self._grid.totalHeightForWidth(wide - bar)
        self._scroll.setFixedHeight(max(px(80), min(high, room)))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Keyboard shortcuts"))
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        for shortcut, text, keys in zip(shortcuts(), self._texts, self._keys, strict=True):
            text.setText(shortcut.text)
            keys.setText(shown_keys(shortcut.keys))
        self._fit()

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        self.inside.setContentsMargins(px(24), px(20), px(24), px(24))
        self.inside.setSpacing(px(18))
        self._grid.setContentsMargins(0, 0, px(8), 0)  # before the scroll bar
        self._grid.setHorizontalSpacing(px(12))
        self._grid.setVerticalSpacing(px(10))
        self._fit()
