"""The keyboard on every page: Tab comes to all that can be pressed, as it is read, and leaves it again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QTextBrowser, QWidget

from app.desktop.base.theme import themes
from app.desktop.models.discover.catalogue_card import CatalogueCard
from app.desktop.widgets.choice_card import ChoiceCard
from app.desktop.widgets.segmented import SegmentedControl
from app.desktop.widgets.side_row import SideRow
from app.desktop.window.main_window import MainWindow
from tests.app.desktop.conftest import Running
from tests.app.desktop.placement import plans
from tests.app.desktop.test_accessibility import without_name
from tests.support.library.shelves import Shelves
from tests.support.placement.hand_made_placements import HandMadePlacements
from tests.support.window.chat_windows import open_chat
from tests.support.window.chat_windows import opened as chat_window

pytestmark = pytest.mark.long

Make = Callable[..., Running]
PAGES = ("chat", "panel", "runs", "discover", "downloads", "library", "placement", "server", "settings")
CHOICES: tuple[type[QAbstractButton], ...] = (SideRow, ChoiceCard, CatalogueCard)
FORWARD, BACKWARD = Qt.Key.Key_Tab, Qt.Key.Key_Backtab


def show(running: Running, page: str) -> QWidget:
    """Show a page; returns it."""
    window = running.window
    if page == "placement":
        window.go.show_page(page)
        running.until(window.later.placement.view.shows_model)
        window.later.placement.view.details.open()
    elif page in ("discover", "downloads", "library"):
        window.go.show_models(page)
    elif page == "panel":
        window.go.show_page("chat")
        window.panel.toggle()
    else:
        window.go.show_page(page)
    QTest.qWait(50)
    return window.pages.currentWidget()


def opened(make: Make, page: str, width: int = 1440) -> tuple[Running, QWidget]:
    placements = HandMadePlacements(plans.qwen(), plans.dense())
    running = make(placements=placements, shelves=Shelves()).ready()
    running.window.resize(width, 900)
    running.send("A question with an answer")
    return running, show(running, page)


def stops(window: QWidget) -> set[QWidget]:
    """Everything in sight that a person can get to by Tab: of choices the chosen one, of texts those with a link."""

    def counts(widget: QWidget) -> bool:
        if isinstance(widget, QTextBrowser):
            return "<a " in widget.toHtml()
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        if group is not None and group.exclusive() and group.checkedButton() is not None:
            return group.checkedButton() is widget
        return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None

    return {w for w in window.findChildren(QWidget) if w.isVisible() and w.isEnabled() and counts(w)}


def walk(window: QWidget, key: Qt.Key, most: int = 400) -> list[QWidget]:
    """What has the focus, from where it is until Tab has been there before."""
    seen: list[QWidget] = []
    while (now := QApplication.focusWidget()) not in seen and len(seen) < most:
        assert now is not None
        seen.append(now)
        QTest.keyClick(now, key)
    assert now is seen[0], f"after {len(seen)} the focus goes round from {now} on"
    return seen


def role(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def segments(window: QWidget) -> list[QAbstractButton]:
    return [
        b for control in window.findChildren(SegmentedControl) for b in control.findChildren(QAbstractButton)
    ]


def goes_as_it_is_read(window: MainWindow, order: list[QWidget]) -> bool:
    """From column to column; in what scrolls nothing goes up again by more than a line."""
    columns = [window.rail, window.side, window.pages]
    places = [next(i for i, c in enumerate(columns) if c.isAncestorOf(w)) for w in order]
    for area in window.pages.findChildren(QScrollArea):
        inside = [w for w in order if area.isVisible() and area.widget().isAncestorOf(w)]
        tops = [w.mapTo(area.widget(), QPoint(0, min(w.height(), 24) // 2)) for w in inside]
        if any(later.y() < one.y() - 16 and later.x() <= one.x() for one, later in pairwise(tops)):
            return False
    return places == sorted(places)


@pytest.mark.parametrize("page", PAGES)
def test_tab_comes_to_all_that_has_a_name_as_it_is_read_and_leaves_it_again(
    make_desktop: Make, page: str
) -> None:
    window = opened(make_desktop, page)[0].window
    window.rail.chat.setFocus(Qt.FocusReason.TabFocusReason)
    there = walk(window, FORWARD)
    assert without_name(window) == []
    assert stops(window) - set(there) == set()
    assert [*reversed(there[1:]), there[0]] == [*walk(window, BACKWARD)[1:], there[0]]
    assert goes_as_it_is_read(window, there)
    choices = [w for kind in CHOICES for w in window.findChildren(kind) if w.isVisible() and w.isCheckable()]
    assert all(role(widget) == QAccessible.Role.RadioButton for widget in [*choices, *segments(window)])
    assert {role(widget) for widget in window.rail.findChildren(QAbstractButton)} == {
        QAccessible.Role.RadioButton,
        QAccessible.Role.Button,
    }


@pytest.mark.parametrize("page", PAGES)
def test_what_has_the_focus_is_in_sight(make_desktop: Make, page: str) -> None:
    running, _ = opened(make_desktop, page, 900)
    themes.choose("light", 2.0)
    QTest.qWait(50)
    window = running.window
    if page != "panel":  # which covers a chat that is dimmed, and keeps the focus
        window.rail.chat.setFocus(Qt.FocusReason.TabFocusReason)
    for widget in walk(window, FORWARD):
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        QTest.keyClick(widget, FORWARD)
        now = QApplication.focusWidget()
        assert not now.visibleRegion().isEmpty(), now


@pytest.mark.parametrize("page", ["chat", "panel", "deleted"])
def test_tab_goes_through_all_of_the_window_of_a_chat(make_desktop: Make, page: str) -> None:
    running, _ = opened(make_desktop, "chat")
    chat = open_chat(running)
    window = chat_window(running, chat)
    running.until(window.isActiveWindow)
    window.resize(1000, 800)  # the settings stand beside the chat
    if page == "panel":
        window.panel.toggle()
        assert window.panel.isVisible()
    elif page == "deleted":
        running.services.filing.delete([chat])
        running.until(window.deleted.isVisible)
    first = window.deleted.leave if page == "deleted" else window.chat.header.options
    first.setFocus(Qt.FocusReason.TabFocusReason)
    there = walk(window, FORWARD)
    assert without_name(window) == []
    assert stops(window) - set(there) == set()
    assert [*reversed(there[1:]), there[0]] == [*walk(window, BACKWARD)[1:], there[0]]
    assert all(window.isAncestorOf(widget) for widget in there)
