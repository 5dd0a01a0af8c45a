"""Widgets in sight, by accessible name, role or object name."""

from __future__ import annotations

import re
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

Name = str | re.Pattern[str]
W = TypeVar("W", bound=QWidget)


def spoken(widget: QWidget) -> str:
    """What a screen reader calls the widget: its accessible name, else the words on it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return widget.accessibleName() if interface is None else interface.text(QAccessible.Text.Name)


def role_of(widget: QWidget) -> QAccessible.Role:
    """What a screen reader takes the widget for."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return QAccessible.Role.NoRole if interface is None else interface.role()


def in_sight(widget: QWidget, root: QWidget) -> bool:
    """Whether the widget is visible; where `root` is not on the screen, whether it would be along with it."""
    return widget.isVisible() if root.isVisible() else widget.isVisibleTo(root)


def is_called(widget: QWidget, name: Name | None) -> bool:
    """Whether a string is the whole name of the widget, or a pattern is found in it; None: whatever its name."""
    if name is None:
        return True
    said = spoken(widget)
    return said == name if isinstance(name, str) else name.search(said) is not None


def find_all(
    root: QWidget,
    name: Name | None = None,
    kind: type[W] = QWidget,  # type: ignore[assignment]
    *,
    role: QAccessible.Role | None = None,
    directly: bool = False,
) -> list[W]:
    """The widgets in sight below `root`, in the order in which they were made. `directly`: its own children alone."""
    depth = (
        Qt.FindChildOption.FindDirectChildrenOnly if directly else Qt.FindChildOption.FindChildrenRecursively
    )
    return [
        widget
        for widget in root.findChildren(kind, options=depth)
        if in_sight(widget, root) and is_called(widget, name) and (role is None or role_of(widget) == role)
    ]


def find(
    root: QWidget,
    name: Name | None = None,
    kind: type[W] = QWidget,  # type: ignore[assignment]
    *,
    role: QAccessible.Role | None = None,
    directly: bool = False,
) -> W:
    """The one widget in sight that is called so. Fails where there is none or more than one."""
    found = find_all(root, name, kind, role=role, directly=directly)
    if len(found) != 1:
        there = sorted({spoken(widget) for widget in find_all(root, kind=kind)} - {""})
        raise AssertionError(f"{len(found)} widgets are called {name!r}; in sight are {there}")
    return found[0]


def found(
    root: QWidget,
    name: Name | None = None,
    kind: type[W] = QWidget,  # type: ignore[assignment]
    *,
    directly: bool = False,
) -> W | None:
    """The one widget in sight that is called so, or None. Fails where there is more than one."""
    there = find_all(root, name, kind, directly=directly)
    assert len(there) <= 1, f"{len(there)} widgets are called {name!r}"
    return there[0] if there else None


def part(root: QWidget, kind: type[W], object_name: str | None = None) -> W:
    """The one part of this kind below `root`, in sight or not: for what is only drawn."""
    parts = root.findChildren(kind, object_name) if object_name else root.findChildren(kind)
    (only,) = parts
    return only
