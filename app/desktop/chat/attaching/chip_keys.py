"""The keys of a chip."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton


def take_chip_key(
    chip: QAbstractButton, event: QKeyEvent, remove: Callable[[], object] | None = None
) -> bool:
    """Enter presses a chip as Space does, Delete and Backspace remove it; returns whether the key was one of them."""
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        chip.click()
    elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and remove is not None:
        remove()
    else:
        return False
    return True
