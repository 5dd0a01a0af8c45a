"""Where the keyboard is."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget


def holds_focus(widget: QWidget) -> bool:
    """Whether the focus is on a widget or within it."""
    now = QApplication.focusWidget()
    return now is not None and (now is widget or widget.isAncestorOf(now))
