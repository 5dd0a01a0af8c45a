"""The index beside the settings: it finds by words, goes to sections, and basic things come first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.settings.settings_page import SettingsPage
from app.services.settings.settings import Settings
from tests.app.desktop.conftest import Running

Make = Callable[..., Running]


@pytest.fixture
def page(running: Running) -> SettingsPage:
    running.window.resize(1280, 800)
    running.window.go.show_page("settings")
    QTest.qWait(50)
    return running.window.later.settings


def shown(page: SettingsPage) -> list[str]:
    return [row.text() for row in page.side.rows if row.isVisible()]


def test_a_search_leaves_the_rows_and_sections_with_its_words(page: SettingsPage, qtbot: QtBot) -> None:
    every = shown(page)
    assert page.side.search.hasFocus() and len(every) == 21
    qtbot.keyClicks(page.side.search, "top-k")
    assert shown(page) == ["Advanced"]
    assert [row for row in page.sampling.rows() if row.isVisible()] == [page.sampling.form.rows["top_k"]]
    assert not page.appearance.isVisible()
    page.side.search.setText("appear")
    assert shown(page) == ["Appearance"] and all(row.isVisible() for row in page.appearance.rows())
    page.side.search.setText("gpu")
    assert shown(page) == ["Graphics card"]
    page.side.search.setText("xyzzy")
    assert shown(page) == []
    qtbot.keyClick(page.side.search, Qt.Key.Key_Escape)
    assert shown(page) == every and page.isVisible() and all(row.isVisible() for row in page.sampling.rows())


def test_a_section_of_the_index_is_brought_into_sight(page: SettingsPage) -> None:
    row = page.side.rows[-2]
    row.click()
    assert not page.data.visibleRegion().isEmpty() and row.isChecked()
    page.scroller.verticalScrollBar().setValue(0)
    assert page.side.rows[0].isChecked() and not row.isChecked()


def test_a_section_stays_in_sight_and_marked_while_others_grow(page: SettingsPage) -> None:
    row, section = page.side.rows[-2], page.data
    row.click()
    page.answers.setMinimumHeight(page.answers.height() + 2000)
    QTest.qWait(50)
    assert not section.visibleRegion().isEmpty()
    page.about.hide()  # the end of the page comes nearer
    QTest.qWait(50)
    assert not section.visibleRegion().isEmpty() and row.isChecked()
    page.scroller.verticalScrollBar().setValue(0)
    assert page.side.rows[0].isChecked()


def test_the_key_that_finds_opens_an_index_that_is_folded_away(
    page: SettingsPage, running: Running, qtbot: QtBot
) -> None:
    running.window.go.fold()
    running.until(lambda: not page.side.isVisible())
    qtbot.keyClick(running.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    running.until(page.side.search.hasFocus)
    assert page.side.isVisible()


def test_names_follow_the_language(page: SettingsPage, running: Running) -> None:
    languages.choose("ko")
    running.until(lambda: shown(page)[0] == "화면")


def test_before_the_data_is_read_nothing_is_shown_of_it(qtbot: QtBot, running: Running) -> None:
    page = SettingsPage(running.window.calls, running.home)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    assert not page.appearance.isVisible()
    page.take_settings(Settings(theme="dark"))
    assert page.appearance.isVisible() and page.appearance.editors["theme"].value() == "dark"


def test_sampling_and_the_other_answers_do_not_overwrite_each_other(
    page: SettingsPage, running: Running
) -> None:
    page.sampling.editors["temperature"].field.setValue(0.25)
    running.until(lambda: running.services.settings.current.sampling.temperature == 0.25)
    page.answers.editors["max_tokens"].field.setValue(600)
    running.until(lambda: running.services.settings.current.max_tokens == 600)
    assert running.services.settings.current.sampling.temperature == 0.25
    page.chats.editors["titles_by_model"].click()
    running.until(lambda: running.services.settings.current.titles_by_model)
