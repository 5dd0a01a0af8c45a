"""Importing chats in the window: what is in the files is shown first, and the list has them afterwards."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from app.desktop.window.imports.import_sheet import ImportSheet
from app.services.chat.exchange.reading import importing
from app.store.whole_chats import WholeChats
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.support.chats import foreign_chats
from tests.support.window.lists import rows
from tests.support.window.main_window import toast_text


def saved(folder: Path, *titles: str) -> str:
    chats: list[Any] = [foreign_chats.chatgpt_2026(title, title) for title in titles]
    path = folder / "conversations.json"
    path.write_text(json.dumps([*chats, {"title": "<b>Broken</b>", "mapping": {}}]))
    return str(path)


def found(running: Running, path: str) -> ImportSheet:
    running.window.imports.begin([path])
    sheet = running.window.imports.sheet
    assert sheet.isVisible()
    running.until(lambda: sheet.stage == "found")
    return sheet


def test_what_is_found_is_shown_and_then_imported(running: Running, tmp_path: Path) -> None:
    path = saved(tmp_path, "Boats", "Sails")
    sheet = found(running, path)
    assert sheet.words.text() == "2 chats can be imported."
    assert (sheet.unread.text(), sheet.reasons.text()) == (
        "1 can’t be read:",
        "<b>Broken</b>: This chat has no messages.",
    )
    assert sheet.reasons.textFormat() == Qt.TextFormat.PlainText
    assert running.services.conversations.all() == []
    assert sheet.go.text() == "Import 2 chats" and sheet.go.hasFocus()
    sheet.go.click()
    running.until(lambda: not sheet.isVisible())
    assert "2 chats imported" in toast_text(running.window)
    running.until(lambda: {"Boats", "Sails"} <= set(rows(running.window.sidebar.list)))
    sheet = found(running, path)
    assert sheet.words.text() == "There is nothing new to import. 2 are here already."
    assert not sheet.go.isVisible() and sheet.cancel.text() == "Close"
    sheet.cancel.click()
    assert not sheet.isVisible()


def test_an_import_is_stopped_and_keeps_what_is_here(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    sheet = found(running, saved(tmp_path, *(f"Chat {n}" for n in range(50))))
    add = WholeChats.add

    def slow(part: WholeChats, chat: Any) -> Any:
        running.window.imports.stop.wait(1)
        return add(part, chat)

    monkeypatch.setattr(WholeChats, "add", slow)
    sheet.go.click()
    assert (sheet.stage, sheet.cancel.text()) == ("importing", "Stop")
    running.until(lambda: sheet.words.text() not in ("", "0 of 50 imported"))
    sheet.close_overlay()  # it goes on
    running.window.imports.begin(["elsewhere"])
    assert sheet.isVisible() and sheet.stage == "importing"
    sheet.cancel.click()
    running.until(lambda: not sheet.isVisible())
    count = len(running.services.conversations.all())
    assert 0 < count < 50
    assert f"{count} chat" in toast_text(running.window)


def test_what_the_store_cannot_take_is_said_and_can_be_tried_again(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = found(running, saved(tmp_path, "Boats"))

    def full(*_: Any) -> None:
        raise UserError("store.disk_full", folder="/x")

    with monkeypatch.context() as patch:
        patch.setattr(WholeChats, "add", full)
        sheet.go.click()
        running.until(lambda: sheet.stage == "found")
    assert "disk" in sheet.complaint.text() and sheet.complaint.isVisible()
    sheet.go.click()
    running.until(lambda: not sheet.isVisible())
    assert [c.title for c in running.services.conversations.all()] == ["Boats"]


def test_closing_the_sheet_ends_the_look(running: Running, tmp_path: Path) -> None:
    running.window.imports.begin([saved(tmp_path, "Boats")])
    sheet = running.window.imports.sheet
    sheet.close_overlay()
    assert running.window.imports.stop.is_set()
    assert running.services.conversations.all() == []


def test_files_dropped_on_the_list_are_looked_through(running: Running, tmp_path: Path) -> None:
    path, view = saved(tmp_path, "Boats"), running.window.sidebar.list
    for urls, taken in (([QUrl.fromLocalFile(path)], True), ([QUrl.fromLocalFile("/x/cat.png")], False)):
        data = QMimeData()
        data.setUrls(urls)
        given = (
            Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # programs are not meant to make these
            enter = QDragEnterEvent(QPoint(9, 9), *given)
        view.dragEnterEvent(enter)
        assert enter.isAccepted() == taken
        if taken:
            drop = QDropEvent(QPointF(9, 9), *given)
            view.dropEvent(drop)
            assert drop.dropAction() == Qt.DropAction.CopyAction
    sheet = running.window.imports.sheet
    running.until(lambda: sheet.stage == "found")
    assert sheet.words.text() == "1 chat can be imported."


def test_settings_choose_files_and_folders(running: Running, tmp_path: Path) -> None:
    saved(tmp_path, "Boats")
    data = running.window.later.settings.data
    assert (data.files.text(), data.files_of.text()) == ("Choose files…", "Choose a folder…")
    data.import_wanted.emit([str(tmp_path)])
    sheet = running.window.imports.sheet
    running.until(lambda: sheet.stage == "found")
    assert sheet.words.text() == "1 chat can be imported."
