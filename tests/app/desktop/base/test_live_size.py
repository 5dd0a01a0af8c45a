"""A text size that is changed while the window is open: everything follows, and no sooner than it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.theme import themes
from app.desktop.chat.message_edit import MessageEdit
from app.desktop.settings.appearance import SizeSlider
from tests.app.desktop.conftest import Running

Make = Callable[..., Running]
ANSWER = ("Some **words** and code:\n\n```python\nprint('one')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",)


def sizes(window: QWidget) -> list[tuple[str, int, int, int]]:
    """Text size, height of a line and size of the icon of what is in sight, by where it stands."""
    found = []
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and isinstance(widget, QLabel | QAbstractButton | QLineEdit | MessageEdit):
            path, above = "", widget
            while above is not window:
                path, above = f"/{type(above).__name__}{path}", above.parentWidget()
            icon = (
                widget.iconSize().width()
                if isinstance(widget, QAbstractButton) and not widget.icon().isNull()
                else 0
            )
            # What a field says while it is empty is painted in the font of its viewport.
            font = widget.viewport().font() if isinstance(widget, MessageEdit) else widget.font()
            found.append((path, font.pixelSize(), widget.fontMetrics().height(), icon))
    return sorted(found)


def settled(running: Running) -> list[tuple[str, int, int, int]]:
    """The sizes once nothing of them changes any more."""
    seen: list[list[tuple[str, int, int, int]]] = []

    def is_still() -> bool:
        seen.append(sizes(running.window))
        return len(seen) > 20 and all(each == seen[-1] for each in seen[-20:])

    running.until(is_still)
    return seen[-1]


def opened(make: Make, size: int) -> Running:
    running = make(answer=lambda _: ANSWER, settings={"text_size": size, "theme": "light"})
    themes.choose("light", size / 100)
    running.ready()
    running.until(lambda: running.window.chat.shown.now.conversation is not None or size == 100)
    running.window.resize(1280, 900)
    if running.window.chat.shown.now.conversation is None:
        running.send("A question")
    running.until(lambda: len(running.window.chat.transcript.ids) == 2)
    running.window.go.show_page("settings")
    running.window.go.show_page("chat")
    QTest.qWait(50)
    return running


def test_after_a_change_everything_is_as_after_a_restart(make_desktop: Make) -> None:
    running = opened(make_desktop, 100)
    running.services.settings.change(text_size=180)
    running.until(lambda: themes.choice()[1] == 180)
    changed = settled(running)
    running.close()
    again = opened(make_desktop, 180)
    assert len(changed) > 30
    assert settled(again) == changed


def test_keys_on_the_slider_change_the_window_once_they_rest(qtbot: QtBot, looks: None) -> None:
    slider = SizeSlider()
    qtbot.addWidget(slider)
    slider.show_value(100)
    told: list[int] = []
    slider.chosen.connect(told.append)
    for _ in range(6):
        QTest.keyClick(slider.slider, Qt.Key.Key_Right)
    slider.show_value(110)  # an answer to a step before
    assert told == [] and slider.slider.value() == 160
    qtbot.waitUntil(lambda: told == [160])
