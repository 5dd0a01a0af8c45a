"""Chats exported from the window: asked how and where to, written off the GUI thread, shown where they are."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.desktop.window.export import chat_exports
from app.desktop.window.export.export_sheet import ExportSheet
from app.services.chat.exchange import exporting
from tests.app.desktop.conftest import Running
from tests.support.window.lists import rows
from tests.support.window.main_window import offered_in_palette, toast_text
from tests.support.window.pressing import buttons
from tests.support.window.reading import labels


@pytest.fixture
def filled(running: Running) -> Running:
    """Two chats beside the empty one, the first of them with a message."""
    for title in ("Boats", "Sails"):
        made = running.services.conversations.create()
        running.services.conversations.rename(made.id, title)
        running.services.store.messages.add(made.id, None, "user", f"about {title}")
    running.until(lambda: "Sails" in " ".join(rows(running.window.sidebar.list)))
    return running


def number(running: Running, title: str) -> int:
    return next(chat.id for chat in running.services.conversations.all() if chat.title == title)


def shown(running: Running) -> ExportSheet:
    sheet = running.window.exports.sheet
    assert sheet is not None and sheet.isVisible()
    return sheet


def choose(running: Running, path: Path) -> None:
    """What a person answers in the dialog that asks for the place."""
    dialog = running.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()


def test_a_chat_is_exported_from_its_menu(filled: Running, tmp_path: Path) -> None:
    window = filled.window
    menu = window.sidebar.menu(window.sidebar.index_of(number(filled, "Boats")))
    next(action for action in menu.actions() if action.text() == "Export…").trigger()
    menu.close()
    sheet = shown(filled)
    assert labels(sheet)[0] == "Export “Boats”"
    sheet.formats.cards["markdown"].click()
    assert [format for format, card in sheet.formats.cards.items() if card.isChecked()] == ["markdown"]
    sheet.choose.click()
    dialog = window.findChild(QFileDialog)
    assert dialog is not None and dialog.selectedFiles()[0].endswith("Boats.md")
    choose(filled, tmp_path / "mine.md")
    filled.until(lambda: "mine.md" in toast_text(window))
    assert "Show in folder" in buttons(window.toast) and not sheet.isVisible()
    assert "about Boats" in (tmp_path / "mine.md").read_text("utf-8")


def test_all_chats_are_exported_from_the_settings(filled: Running, tmp_path: Path) -> None:
    window = filled.window
    window.go.show_page("settings")
    window.later.settings.data.export.click()
    sheet = shown(filled)
    assert labels(sheet)[0] == "Export all chats"
    sheet.formats.cards["html"].click()
    sheet.choose.click()
    choose(filled, tmp_path)
    filled.until(lambda: "Coterie" in toast_text(window))
    (folder,) = (path for path in tmp_path.iterdir() if path.name.startswith("Coterie "))
    assert {"Boats.html", "Sails.html"} <= {path.name for path in folder.iterdir()}
    window.exports.ask()
    shown(filled).formats.cards["json"].click()
    shown(filled).choose.click()
    choose(filled, tmp_path / "all.json")
    filled.until(lambda: "all.json" in toast_text(window))
    document = json.loads((tmp_path / "all.json").read_bytes())
    assert {"Boats", "Sails"} <= {chat["conversation"]["title"] for chat in document["chats"]}


def test_the_open_chat_is_exported_from_the_palette(filled: Running, qtbot: QtBot) -> None:
    filled.window.go.open_chat(number(filled, "Sails"))
    filled.until(lambda: filled.window.chat.shown.now.conversation is not None)
    assert any("Export this chat" in entry for entry in offered_in_palette(filled.window, "export"))
    qtbot.keyClick(filled.window.go.palette.field, Qt.Key.Key_Return)
    sheet = shown(filled)
    assert labels(sheet)[0] == "Export “Sails”"
    assert sheet.formats.cards["pdf"].hasFocus()
    qtbot.keyClick(sheet.formats.cards["pdf"], Qt.Key.Key_Down)
    assert sheet.formats.cards["html"].hasFocus() and sheet.formats.format() == "html"
    qtbot.keyClick(sheet.card, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_an_export_goes_on_behind_its_sheet_and_can_be_stopped(
    filled: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, ended = filled.window, []

    def slow(store: object, export: exporting.Export, report: exporting.Report) -> None:
        try:
            while True:
                report(1, 2)
                time.sleep(0.01)
        finally:
            ended.append(export.format)

    monkeypatch.setattr(exporting, "export_chats", slow)
    monkeypatch.setattr(chat_exports, "REPORT_EVERY", 0.0)
    window.exports.ask()
    sheet = shown(filled)
    window.exports.start("html", tmp_path)
    filled.until(lambda: "1 of 2 chats" in labels(sheet))
    assert sheet.bar.fraction() == 0.5
    sheet.choose.click()
    assert not sheet.isVisible() and not ended
    window.exports.ask()
    assert "1 of 2 chats" in labels(shown(filled)) and not sheet.formats.cards["pdf"].isVisible()
    sheet.cancel.click()
    filled.until(lambda: ended == ["html"])
    assert not sheet.isVisible() and toast_text(window) == ""
    window.exports.ask()
    assert sheet.formats.cards["pdf"].isVisible()


def test_what_cannot_be_written_is_told_over_the_page(filled: Running, tmp_path: Path) -> None:
    window = filled.window
    window.exports.ask([number(filled, "Boats")])
    window.exports.start("html", tmp_path / "no" / "where.html")
    filled.until(lambda: any("couldn’t be written" in text for text in labels(window.strip)))
    assert not window.exports.sheet.isVisible()
