"""Archived and deleted chats: put away, found again, brought back, deleted for good."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desktop.window.chats.put_away_sheet import PutAwaySheet
from tests.app.desktop.conftest import Running
from tests.support.window.lists import rows
from tests.support.window.main_window import toast_text
from tests.support.window.reading import labels


@pytest.fixture
def filled(running: Running) -> Running:
    for title in ("Boats", "Sails", "Winds"):
        made = running.services.conversations.create()
        running.services.conversations.rename(made.id, title)
    running.until(lambda: running.window.sidebar.list.model().rowCount() == 4)
    return running


def listed(running: Running) -> list[str]:
    return sorted(rows(running.window.sidebar.list)[1:])


def numbers(running: Running, *titles: str) -> list[int]:
    return [chat.id for chat in running.services.conversations.all() if chat.title in titles]


def opened(running: Running, *, archived: bool) -> PutAwaySheet:
    side = running.window.sidebar
    (side.archived if archived else side.deleted).click()
    sheet = running.window.put_away.sheet
    assert sheet is not None and sheet.isVisible()
    return sheet


def shown(sheet: PutAwaySheet) -> list[str]:
    return sorted(row.split(",")[0] for row in rows(sheet.list))


def test_several_chats_are_deleted_and_come_back_with_one_undo(filled: Running) -> None:
    window = filled.window
    window.chats.delete(numbers(filled, "Boats", "Winds"))
    filled.until(lambda: listed(filled) == ["Sails"])
    filled.until(lambda: "2 chats deleted" in toast_text(window))
    sheet = opened(filled, archived=False)
    filled.until(lambda: shown(sheet) == ["Boats", "Winds"])
    window.toast.undo()
    filled.until(lambda: listed(filled) == ["Boats", "Sails", "Winds"] and shown(sheet) == [])
    assert "Nothing was deleted in the last 30 days." in labels(sheet)


def test_a_chat_is_archived_found_read_and_moved_back(filled: Running, qtbot: QtBot) -> None:
    window, (sails,) = filled.window, numbers(filled, "Sails")
    assert not window.sidebar.archived.isVisible()
    window.chats.archive([sails])
    filled.until(lambda: listed(filled) == ["Boats", "Winds"])
    assert window.sidebar.archived.isVisible()
    sheet = opened(filled, archived=True)
    filled.until(lambda: shown(sheet) == ["Sails"])
    qtbot.keyClicks(sheet.search, "wind")
    assert shown(sheet) == [] and "No chat matches “wind”." in labels(sheet)
    sheet.search.clear()
    sheet.list.setCurrentIndex(sheet.list.model().index(0, 0))
    qtbot.keyClick(sheet.list, Qt.Key.Key_Return)
    assert not sheet.isVisible()
    filled.until(lambda: window.chat.shown.now.id == sails)
    opened(filled, archived=True)
    filled.until(lambda: shown(sheet) == ["Sails"])
    sheet.list.selectAll()
    sheet.back.click()
    filled.until(lambda: listed(filled) == ["Boats", "Sails", "Winds"])
    filled.until(lambda: not sheet.back.isEnabled())


def test_keys_archive_the_open_chat_and_show_what_was_deleted(filled: Running, qtbot: QtBot) -> None:
    window, (sails,) = filled.window, numbers(filled, "Sails")
    window.go.open_chat(sails)
    filled.until(lambda: window.chat.shown.now.conversation is not None)
    qtbot.keyClick(
        window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )
    filled.until(lambda: listed(filled) == ["Boats", "Winds"])
    qtbot.keyClick(
        window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    sheet = window.put_away.sheet
    assert sheet is not None and sheet.isVisible() and "Recently deleted" in labels(sheet)


def test_enter_brings_back_the_chat_that_the_keys_stand_at(filled: Running, qtbot: QtBot) -> None:
    filled.window.chats.delete(numbers(filled, "Boats"))
    filled.until(lambda: listed(filled) == ["Sails", "Winds"])
    sheet = opened(filled, archived=False)
    filled.until(lambda: shown(sheet) == ["Boats"])
    qtbot.keyClick(sheet.list, Qt.Key.Key_Return)
    filled.until(lambda: listed(filled) == ["Boats", "Sails", "Winds"])


def test_a_deletion_for_good_waits_until_it_can_no_longer_be_undone(filled: Running, qtbot: QtBot) -> None:
    window, conversations = filled.window, filled.services.conversations
    window.chats.delete(numbers(filled, "Boats", "Winds"))
    filled.until(lambda: len(conversations.trash()) == 2)
    sheet = opened(filled, archived=False)
    filled.until(lambda: shown(sheet) == ["Boats", "Winds"])
    sheet.list.selectAll()
    sheet.remove.click()
    filled.until(lambda: shown(sheet) == [])
    assert len(conversations.trash()) == 2
    qtbot.keyClick(sheet.search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    filled.until(lambda: shown(sheet) == ["Boats", "Winds"])
    sheet.list.selectAll()
    qtbot.keyClick(sheet.list, Qt.Key.Key_Delete)
    window.toast.dismiss()
    filled.until(lambda: conversations.trash() == [])
    qtbot.keyClick(sheet.search, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
