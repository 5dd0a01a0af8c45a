"""The sheet of keyboard shortcuts (F1)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.desktop.theme import themes
from app.desktop.window.overlay import Overlay
from app.desktop.window.shortcuts import shortcuts, shown_keys

COLUMNS = 2


class ShortcutSheet(Overlay):
    """Every row of the table in two columns: what it does, and its keys as this platform writes them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, 640)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = QLabel(self.card)
        self._title.setProperty("kind", "title")
        self.inside.addWidget(self._title)
        self._grid = QGridLayout()
        self.inside.addLayout(self._grid)
        self._texts: list[QLabel] = []
        self._keys: list[QLabel] = []
        rows = (len(shortcuts()) + COLUMNS - 1) // COLUMNS
        for number in range(len(shortcuts())):
            text, keys = QLabel(self.card), QLabel(self.card)
            text.setWordWrap(True)
            keys.setProperty("kind", "value")
            keys.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            column = number // rows * 3
            self._grid.addWidget(text, number % rows, column)
            self._grid.addWidget(keys, number % rows, column + 1)
            self._texts.append(text)
            self._keys.append(keys)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(3, 1)
        self.refresh()

    def open(self) -> None:
        super().open()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        self._title.setText(self.tr("Keyboard shortcuts"))
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        for shortcut, text, keys in zip(shortcuts(), self._texts, self._keys, strict=True):
            text.setText(shortcut.text)
            keys.setText(shown_keys(shortcut.keys))

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        self.inside.setContentsMargins(px(24), px(20), px(24), px(24))
        self.inside.setSpacing(px(18))
        self._grid.setHorizontalSpacing(px(12))
        self._grid.setVerticalSpacing(px(10))
        self._grid.setColumnMinimumWidth(2, px(24))
