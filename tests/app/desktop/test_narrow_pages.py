"""Every page in a window of 900 pixels, at 100 and at 200 % text, in both languages: nothing is cut at its edges."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.exceptions import TimeoutError as NeverCame

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.model_picker.model_pill import ModelPill
from app.desktop.settings.remembered_section import MemoryLine
from tests.app.desktop.conftest import Running
from tests.app.desktop.test_page_walk import PAGES, opened

pytestmark = pytest.mark.long

Make = Callable[..., Running]
SETTLED_MS = 5000
CONTROLS = (QAbstractButton, QAbstractSpinBox, QLineEdit, QLabel)


def cut(window: QWidget) -> list[str]:
    """What stands out of what it scrolls in, out of its parent, or has less room than its words."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        name = f"{type(widget.parentWidget()).__name__}/{type(widget).__name__} {widget.accessibleName()!r}"
        if isinstance(widget, QScrollArea) and widget.widget().width() > widget.viewport().width():
            found.append(f"{name}: {widget.widget().width()} in {widget.viewport().width()}")
        if isinstance(widget, CONTROLS):
            left = widget.mapTo(window, QPoint(0, 0)).x()
            if left < 0 or left + widget.width() > window.width():
                found.append(f"{name}: from {left} to {left + widget.width()}")
        if isinstance(widget, QAbstractSpinBox):
            field, shown = widget.lineEdit(), widget.lineEdit().text()
            if field.width() - field.textMargins().left() < field.fontMetrics().horizontalAdvance(shown):
                found.append(f"{name}: {shown!r} has {field.width()}")
        if isinstance(widget, QPushButton) and not isinstance(widget, ModelPill) and widget.text():
            needed = widget.fontMetrics().horizontalAdvance(widget.text().replace("&&", "&"))
            if widget.width() < needed:
                found.append(f"{name}: {widget.text()!r} needs {needed} and has {widget.width()}")
    return found


def still_cut(running: Running, counts: Callable[[str], bool] = lambda line: True) -> list[str]:
    """What `cut` tells that `counts`, once new words and sizes are laid out."""

    def left() -> list[str]:
        return [line for line in cut(running.window) if counts(line)]

    for _ in range(4):
        QApplication.processEvents()
    # A busy machine is still at it; what is cut after that stays so.
    with contextlib.suppress(NeverCame):
        running.qtbot.waitUntil(lambda: not left(), timeout=SETTLED_MS)
    return left()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_cut_at_900_pixels(make_desktop: Make, page: str) -> None:
    running, _ = opened(make_desktop, page, 900)
    if page == "settings":
        running.services.store.memories.add("Lives by the harbor.", kept=False)
        running.window.go.show_page("chat")
        running.window.go.show_page("settings")
        running.until(lambda: bool(running.window.later.settings.findChildren(MemoryLine)))
        running.window.later.settings.remote_servers.adding.more.setChecked(True)
    trouble = {}
    for size in (1.0, 2.0):
        for language in ("en", "ko"):
            languages.choose(language)
            themes.choose("light", size)
            trouble[size, language] = still_cut(running)
    assert not any(trouble.values()), "\n".join(
        f"{at}: {line}" for at, lines in trouble.items() for line in lines
    )


def test_the_settings_beside_their_list_at_200_percent_are_not_cut(make_desktop: Make) -> None:
    running, _ = opened(make_desktop, "settings", 900)
    running.services.store.memories.add("Lives by the harbor.", kept=False)
    running.window.go.show_page("chat")
    running.window.go.show_page("settings")
    page = running.window.later.settings
    running.until(lambda: bool(page.findChildren(MemoryLine)))
    themes.choose("light", 2.0)
    running.until(running.window.side.isHidden)
    running.window.go.fold()
    for language in ("en", "ko"):
        languages.choose(language)
        # Names in the list beside it give way.
        assert not still_cut(running, lambda line: "SideRow" not in line)
    assert running.window.side.width() < running.window.whole.side_width
    running.window.resize(1900, 900)
    running.until(lambda: running.window.side.width() == running.window.whole.side_width)


def test_a_chat_beside_the_list_at_200_percent_does_not_stand_out_of_the_window(make_desktop: Make) -> None:
    running, _ = opened(make_desktop, "chat", 900)
    themes.choose("light", 2.0)
    assert not still_cut(running)
    running.window.go.fold()
    chat = running.window.chat
    running.until(lambda: chat.header.width() <= themes.current.px(240))
    assert not still_cut(running, lambda line: ": from " in line)
    running.until(lambda: not chat.header.title.geometry().intersects(chat.header.options.geometry()))
    button = chat.composer.reasoning.button
    words = {"en": "Auto", "ko": "자동"}
    for language in words:
        languages.choose(language)
        running.until(lambda: button.text().startswith(words[languages.current]))
        running.until(lambda: button.width() >= button.sizeHint().width())
