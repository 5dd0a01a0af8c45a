"""Where the focus is, and Tab through widgets in the order they are seen. Qt's own is the order they were made in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget

# Above and below what comes into sight.
ROOM = 40


def holds_focus(widget: QWidget) -> bool:
    """Whether the focus is on a widget or within it."""
    now = QApplication.focusWidget()
    return now is not None and (now is widget or widget.isAncestorOf(now))


def takes_tab(widget: QWidget) -> bool:
    """Whether Tab stops here. Of buttons one of which is chosen it stops at that one: arrow keys move the choice."""
    if not widget.isVisible() or not widget.isEnabled() or widget.focusProxy() is not None:
        return False
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group is not None and group.exclusive() and group.checkedButton() is not None:
        return group.checkedButton() is widget
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def by_sight(root: QWidget) -> list[QWidget]:
    """Where Tab stops within `root`: what lies beside each other from left to right, the rest from top to bottom."""
    return list(_within(root, forward=True))


def step_focus(root: QWidget, *, forward: bool) -> bool:
    """Move the focus within `root`, round at its ends, and what has it then into sight; False if there is nothing."""
    current = root.window().focusWidget()
    if not root.isAncestorOf(current):
        current = root
    target = next((w for w in _from(current, root, forward=forward)), None)
    target = target or next((w for w in _within(root, forward=forward) if w is not root), None)
    if target is None:
        return False
    target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    above: QWidget | None = target
    while above is not None and above is not root:
        above = above.parentWidget()
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(target, 0, min(ROOM, above.height() // 4))
    return True


def _from(current: QWidget, root: QWidget, *, forward: bool) -> Iterator[QWidget]:
    """What comes after or before `current` in `root`."""
    if forward:
        for child in _children(current):
            yield from _within(child, forward=True)
    while current is not root and (parent := current.parentWidget()) is not None:
        beside = _children(parent)
        place = beside.index(current) if current in beside else len(beside)
        for widget in beside[place + 1 :] if forward else reversed(beside[:place]):
            yield from _within(widget, forward=forward)
        if not forward and parent is not root and takes_tab(parent):
            yield parent
        current = parent


def _within(widget: QWidget, *, forward: bool) -> Iterator[QWidget]:
    if forward and takes_tab(widget):
        yield widget
    children = _children(widget)
    for child in children if forward else reversed(children):
        yield from _within(child, forward=forward)
    if not forward and takes_tab(widget):
        yield widget


def _children(widget: QWidget) -> list[QWidget]:
    """The children in sight, as they are read."""
    return _read(
        [c for c in widget.children() if isinstance(c, QWidget) and c.isVisible() and not c.isWindow()]
    )


def _read(widgets: Sequence[QWidget]) -> list[QWidget]:
    """A recursive XY cut: lines across all of them come first, then columns; what overlaps goes from above."""
    if len(widgets) < 2:
        return list(widgets)
    places = {w: w.geometry() for w in widgets}
    down = {w: (g.top(), g.bottom()) for w, g in places.items()}
    across = {w: (g.left(), g.right()) for w, g in places.items()}
    for spans in (down, across):
        parts = _cut(spans)
        if len(parts) > 1:
            return [widget for part in parts for widget in _read(part)]
    return sorted(widgets, key=lambda w: (down[w][0], across[w][0]))


def _cut(spans: dict[QWidget, tuple[int, int]]) -> list[list[QWidget]]:
    """Those whose spans touch, together; the parts in their order."""
    parts: list[list[QWidget]] = []
    end = 0
    for widget, (first, last) in sorted(spans.items(), key=lambda item: item[1]):
        if not parts or first > end:
            parts.append([])
            end = last
        parts[-1].append(widget)
        end = max(end, last)
    return parts
