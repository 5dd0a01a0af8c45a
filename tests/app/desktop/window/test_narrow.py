"""A window that is narrow: the list gives way to the page, and a chat's settings cover nothing that is needed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.window.main_window import MainWindow
from tests.app.desktop.conftest import Running

Make = Callable[..., Running]


def at(window: MainWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def widen(window: MainWindow, width: int) -> None:
    window.resize(width, 760)
    for _ in range(4):
        QApplication.processEvents()


def test_the_list_goes_where_there_is_no_room_and_comes_back(running: Running) -> None:
    window = running.window
    widen(window, 1280)
    width = window.side.width()
    assert window.side.isVisible()
    widen(window, 660)
    assert window.side.isHidden()
    widen(window, 1280)
    assert window.side.isVisible() and window.side.width() == width


def test_the_list_is_as_wide_as_the_text_is_large(running: Running) -> None:
    window = running.window
    widen(window, 1280)
    width = window.side.width()
    themes.choose("light", 1.5)
    widen(window, 1280)
    assert window.side.width() == window.whole.side_width == round(width * 1.5)
    themes.choose("light", 1.0)
    widen(window, 900)
    assert window.side.width() == width


@pytest.mark.parametrize("text_size", [1.0, 2.0])
def test_nothing_of_the_chat_overlaps_at_900_pixels(running: Running, text_size: float) -> None:
    window = running.window
    running.send("A question with quite a long title, longer than there is room for")
    themes.choose("light", text_size)
    widen(window, 900)
    assert window.width() == 900
    header, parts = window.chat.header, (window.chat.composer.button, window.chat.header.options)
    for part in parts:
        assert window.rect().contains(at(window, part)), part.accessibleName()
    shown = [w for w in (header.title, header.context, header.options, header.model) if w.isVisible()]
    places = [at(window, w) for w in shown]
    assert all(not a.intersects(b) for i, a in enumerate(places) for b in places[i + 1 :])
    assert window.side.isVisible() == (text_size == 1.0)


@pytest.mark.parametrize(("text_size", "language"), [(1.0, "en"), (2.0, "en"), (2.0, "ko")])
def test_which_model_loads_and_how_far_is_read_at_900_pixels(
    running: Running, text_size: float, language: str
) -> None:
    window, header = running.window, running.window.chat.header
    running.send("A question with quite a long title, longer than there is room for")
    languages.choose(language)
    themes.choose("light", text_size)
    widen(window, 900)
    state = running.services.models.state
    loading = msgspec.structs.replace(state, state="loading", name="Qwen3-30B-A3B", fraction=0.45)
    header.show_model(loading)
    widen(window, 900)
    assert "45" in header.progress.text()
    for label in (*header.progress.findChildren(QLabel), *header.model.pill.findChildren(ElidedLabel)):
        assert (
            label.width() >= label.fontMetrics().horizontalAdvance(label.text()) and "…" not in label.text()
        )
    shown = [
        w
        for w in (header.title, header.progress, header.cancel, header.options, header.model)
        if w.isVisible()
    ]
    places = [at(window, w) for w in shown]
    assert all(not a.intersects(b) for i, a in enumerate(places) for b in places[i + 1 :])
    assert all(window.rect().contains(place) for place in places)
    header.show_model(state)
    widen(window, 900)
    assert header.title.width() >= themes.current.px(120)


def test_a_persons_choice_wins_over_the_width(running: Running) -> None:
    window = running.window
    widen(window, 660)
    window.go.fold()
    assert window.side.isVisible()
    widen(window, 680)
    assert window.side.isVisible()
    widen(window, 1280)
    window.go.fold()
    widen(window, 660)
    widen(window, 1280)
    assert window.side.isHidden()


def test_a_list_that_went_by_itself_is_there_again_after_a_restart(make_desktop: Make) -> None:
    first = make_desktop().ready()
    widen(first.window, 660)
    assert first.window.side.isHidden()
    first.close()
    second = make_desktop().ready()
    widen(second.window, 1280)
    assert second.window.side.isVisible()


def test_the_settings_of_a_chat_push_it_aside(running: Running) -> None:
    running.send("A question")
    window = running.window
    widen(window, 1280)
    before = at(window, window.chat.transcript)
    window.panel.toggle()
    widen(window, 1281)
    panel = at(window, window.panel)
    chat = (window.chat.transcript, window.chat.composer, window.chat.composer.button)
    assert not any(panel.intersects(at(window, part)) for part in chat)
    assert panel.right() == window.width() - 1 and panel.width() >= 380
    window.panel.toggle()
    widen(window, 1280)
    assert at(window, window.chat.transcript) == before


def test_where_there_is_no_room_they_stand_over_the_dimmed_chat(running: Running, qtbot: QtBot) -> None:
    running.send("A question")
    window = running.window
    widen(window, 900)
    list_width = window.side.width()
    window.panel.toggle()
    widen(window, 901)
    left = QPoint(4, window.chat.height() // 2)
    over = window.chat.childAt(left)
    assert window.panel.isVisible() and window.side.width() == list_width
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    for _ in range(40):
        assert window.panel.isAncestorOf(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    qtbot.mouseClick(over, Qt.MouseButton.LeftButton)
    assert not window.panel.isVisible() and not over.isVisible()
    assert QApplication.focusWidget() is window.chat.composer.edit


def test_settings_that_are_open_follow_the_width(running: Running) -> None:
    window = running.window
    widen(window, 1280)
    window.panel.toggle()
    widen(window, 900)
    assert at(window, window.panel).intersects(at(window, window.chat.composer))
    widen(window, 1280)
    assert not at(window, window.panel).intersects(at(window, window.chat.composer))


@pytest.mark.parametrize("text_size", [1.0, 1.5, 2.0])
def test_all_of_the_keys_are_seen_at_900_pixels(running: Running, text_size: float) -> None:
    window, sheet = running.window, running.window.go.sheet
    themes.choose("light", text_size)
    widen(window, 900)
    sheet.open()
    area = sheet.findChild(QScrollArea)
    running.until(area.widget().isVisible)
    widen(window, 900)
    labels, room = area.widget().findChildren(QLabel), area.viewport().width()
    assert len(labels) > 60 and area.widget().width() <= room
    for label in labels:
        assert label.x() >= 0 and label.x() + label.width() <= room
        assert label.width() >= label.minimumSizeHint().width(), label.text()


@pytest.mark.parametrize("text_size", [1.0, 2.0])
def test_no_page_of_the_rail_lies_on_another_in_the_lowest_window(running: Running, text_size: float) -> None:
    window, rail = running.window, running.window.rail
    themes.choose("light", text_size)
    window.resize(900, window.minimumHeight())
    buttons = [rail.chat, rail.runs, rail.models, rail.placement, rail.server, rail.fold, rail.settings]
    running.until(lambda: rail.settings.geometry().bottom() <= rail.height())
    for above, below in pairwise(buttons):
        assert above.geometry().bottom() < below.geometry().top()
    assert rail.chat.geometry().top() >= 0
    window.resize(900, 900)
    running.until(lambda: rail.chat.height() == rail.chat.maximumHeight())
