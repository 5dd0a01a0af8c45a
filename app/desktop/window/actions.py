"""What can be done by a key in the whole window, for the window's actions and for the palette alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.desktop.window.palette import Entry
from app.desktop.window.shortcuts import shortcuts, shown_keys

# Of the palette itself, and of what is gone once the palette is open.
NOT_IN_PALETTE = ("palette", "undo", "find_next", "find_previous")


class Actions(QObject):
    """The window's actions by the names of `shortcuts`; `slots` says what each does. What is not among them has no
    key here."""

    def __init__(self, window: QWidget, slots: Mapping[str, Callable[[], object]]) -> None:
        super().__init__(window)
        self._slots = slots
        self._actions: dict[str, QAction] = {}
        for shortcut in shortcuts():
            # Esc goes first to what has the focus; the window's `keyPressEvent` has it.
            if shortcut.in_window and shortcut.name in slots:
                action = QAction(window)
                action.setShortcut(QKeySequence(shortcut.keys))
                action.triggered.connect(lambda _=False, act=slots[shortcut.name]: act())
                window.addAction(action)
                self._actions[shortcut.name] = action

    def enable(self, name: str, on: bool) -> None:
        self._actions[name].setEnabled(on)

    def commands(self) -> list[Entry]:
        """What the palette offers of them, with their keys."""
        return [
            Entry(shortcut.text, shown_keys(shortcut.keys), self._slots[shortcut.name])
            for shortcut in shortcuts()
            if shortcut.name in self._actions and shortcut.name not in NOT_IN_PALETTE
        ]

    def retranslate(self) -> None:
        for shortcut in shortcuts():
            if shortcut.name in self._actions:
                self._actions[shortcut.name].setText(shortcut.text)
