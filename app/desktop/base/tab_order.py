"""Where the focus is, and Tab through widgets in the order they are seen. Qt's own is the order they were made in."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget


def holds_focus(widget: QWidget) -> bool:
    """Whether the focus is on a widget or within it."""
    now = QApplication.focusWidget()
    return now is not None and (now is widget or widget.isAncestorOf(now))


def takes_tab(widget: QWidget) -> bool:
    policy = widget.focusPolicy()
    return bool(policy & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()


def by_sight(root: QWidget) -> list[QWidget]:
    """What takes the focus within `root`, from top to bottom, then from left to right."""

    def place(widget: QWidget) -> tuple[int, int]:
        middle = widget.mapTo(root, QPoint(0, min(widget.height(), 24) // 2))
        return middle.y(), middle.x()

    return sorted((w for w in root.findChildren(QWidget) if takes_tab(w)), key=place)


def neighbour(root: QWidget, current: QWidget, *, forward: bool) -> QWidget | None:
    """What comes after or before `current` in `root`; None where `root` ends."""
    order = by_sight(root)
    if current not in order:
        return (order[0] if forward else order[-1]) if order else None
    index = order.index(current) + (1 if forward else -1)
    return order[index] if 0 <= index < len(order) else None


def outside(root: QWidget, *, forward: bool) -> QWidget | None:
    """What takes the focus next when it leaves `root`; None if nothing else does."""
    widget: QWidget | None = root
    while widget is not None:
        widget = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
        if widget is None or widget is root:
            return None
        if not root.isAncestorOf(widget) and not widget.isAncestorOf(root) and takes_tab(widget):
            return widget
    return None
