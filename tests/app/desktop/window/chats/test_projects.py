"""Projects in the window: made, changed, filled with chats, begun in, deleted and brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.desktop.base.theme import themes
from app.desktop.window.chats.project_sheet import ProjectSheet
from app.store.records import ChatTools, Project, ProjectOptions
from tests.app.desktop.conftest import Running
from tests.support.window.finding import spoken
from tests.support.window.lists import rows
from tests.support.window.main_window import toast_text
from tests.support.window.reading import labels

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def chatting(running: Running) -> Running:
    running.send("Plan the trip")
    running.until(lambda: rows(running.window.sidebar.list) == ["Today", "Plan the trip"])
    return running


def opened(running: Running) -> ProjectSheet:
    running.until(lambda: running.window.projects.sheet is not None)
    sheet = running.window.projects.sheet
    assert sheet is not None
    running.until(sheet.isVisible)
    return sheet


def only(running: Running) -> Project:
    (found,) = running.services.projects.all()
    return found


def action(menu: QMenu, text: str) -> None:
    next(each for each in menu.actions() if each.text() == text).trigger()


def test_a_project_is_made_of_a_chat_by_keys_and_undone(
    chatting: Running, qtbot: QtBot, tmp_path: Path
) -> None:
    window, folder = chatting.window, tmp_path / "sea"
    folder.mkdir()
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
    menu = window.sidebar.findChild(QMenu)
    assert menu is not None and [each.text() for each in menu.actions()] == ["New project…"]
    action(menu, "New project…")
    menu.close()
    sheet = opened(chatting)
    qtbot.keyClick(sheet.name, Qt.Key.Key_Return)
    chatting.until(lambda: any("name" in text for text in labels(sheet) if text.endswith(".")))
    assert sheet.isVisible() and chatting.services.projects.all() == []
    qtbot.keyClicks(sheet.name, "Sea  trip")
    sheet.instructions.setPlainText("Answer in one line")
    sheet.folder.field.setText(str(tmp_path / "missing"))
    sheet.save.click()
    chatting.until(lambda: sheet.save.isEnabled() and sheet.folder.complaint.isVisible())
    sheet.folder.field.setText(str(folder))
    assert sheet.mode.isVisible()
    sheet.add([str(tmp_path / "map.txt"), str(tmp_path / "map.txt")])
    sheet.save.click()
    chatting.until(lambda: not sheet.isVisible())
    files = (str(tmp_path / "map.txt"),)
    options = ProjectOptions("Answer in one line", None, ChatTools(str(folder)), files)
    assert (only(chatting).name, only(chatting).options) == ("Sea trip", options)
    chatting.until(
        lambda: rows(window.sidebar.list) == ["Project Sea trip, expanded, chats: 1", "Plan the trip"]
    )
    chatting.until(lambda: spoken(window.chat.header.project) == "Project Sea trip: settings")
    chatting.until(lambda: "Chat moved to “Sea trip”" in toast_text(window))
    window.toast.undo()
    chatting.until(lambda: rows(window.sidebar.list)[1:] == ["Today", "Plan the trip"])
    chatting.until(lambda: not window.chat.header.project.isVisible())


def test_a_project_is_given_a_collection_and_keeps_what_the_sheet_does_not_ask(
    chatting: Running, tmp_path: Path
) -> None:
    services = chatting.services
    services.collections.add("Lease", [tmp_path])
    made = services.projects.create("Sea", ProjectOptions(remembers=True))
    chatting.until(lambda: rows(chatting.window.sidebar.list)[0] == "Project Sea, expanded, chats: 0")
    chatting.window.projects.open(made.id)
    sheet = opened(chatting)
    assert sheet.collection.isVisible() and spoken(sheet.collection) == "Collection: None"
    sheet.collection.set_value("Lease")
    sheet.confirm()
    chatting.until(lambda: not sheet.isVisible())
    assert only(chatting).options == ProjectOptions(remembers=True, collection="Lease")


def test_collections_are_made_and_renamed_from_the_sheet_of_a_project(chatting: Running) -> None:
    services, window = chatting.services, chatting.window
    chatting.window.projects.open(None)
    sheet = opened(chatting)
    assert not sheet.collection.isVisible() and sheet.collections.isVisible()
    sheet.collections.click()
    collections = window.chat.collections.sheet
    assert collections is not None and collections.isVisible()
    collections.make_wanted.emit("Lease")
    chatting.until(lambda: services.collections.exist and list(services.collections.names()) == ["Lease"])
    collections.close_overlay()
    chatting.until(lambda: sheet.collection.isVisible())
    assert sheet.isVisible()
    sheet.name.setText("Sea")
    sheet.collection.set_value("Lease")
    sheet.confirm()
    chatting.until(lambda: not sheet.isVisible())
    chatting.until(lambda: window.sidebar.model.project(only(chatting).id) is not None)
    window.projects.open(only(chatting).id)
    chatting.until(sheet.isVisible)
    sheet.collections.click()
    collections.rename_wanted.emit("Lease", "Contracts")
    chatting.until(lambda: only(chatting).options.collection == "Contracts")
    collections.close_overlay()
    chatting.until(lambda: spoken(sheet.collection) == "Collection: Contracts")


@pytest.mark.parametrize("text_size", [1.0, 2.0])
def test_the_sheet_of_a_project_is_as_high_as_what_is_in_it(chatting: Running, text_size: float) -> None:
    chatting.window.resize(1440, 900)
    themes.choose("light", text_size)
    chatting.window.projects.open(None)
    scroller = opened(chatting).scroller
    assert scroller.inside.height() >= scroller.column.totalHeightForWidth(scroller.inside.width())


def test_a_chat_is_begun_in_a_project_with_what_that_says(
    chatting: Running, qtbot: QtBot, tmp_path: Path
) -> None:
    window, projects = chatting.window, chatting.services.projects
    chart = tmp_path / "chart.txt"
    chart.write_text("deep")
    tools = ChatTools(str(tmp_path), "read")
    made = projects.create("Sea", ProjectOptions("Be brief", None, tools, (str(chart),)))
    chatting.until(lambda: rows(window.sidebar.list)[0] == "Project Sea, expanded, chats: 0")
    window.sidebar.fold(made.id, True)
    row = window.sidebar.list.visualRect(window.sidebar.list.model().index(0, 0))
    plus = QPoint(row.right() - 45, row.center().y())
    qtbot.mouseClick(window.sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=plus)
    assert window.chat.shown.now.conversation is None and window.chat.header.project.isVisible()
    assert window.chat.shown.now.options.tools == ChatTools(str(tmp_path), "read")
    window.chat.composer.edit.setFocus()
    qtbot.keyClicks(window.chat.composer.edit, "@chart")
    chatting.until(window.chat.inserting.list.isVisible)
    window.chat.composer.edit.clear()
    window.chat.shown.set_options(type(window.chat.shown.now.options)())
    chatting.send("How deep is it?")
    assert (
        window.chat.shown.now.conversation is not None
        and window.chat.shown.now.conversation.project == made.id
    )
    assert chatting.engine.requests[-1].messages[0].content == "Be brief"
    chatting.until(
        lambda: rows(window.sidebar.list)[:2] == ["Project Sea, expanded, chats: 1", "How deep is it?"]
    )


def test_a_project_is_changed_deleted_and_restored_with_its_chats(chatting: Running, qtbot: QtBot) -> None:
    window = chatting.window
    made = chatting.services.projects.create("Sea", ProjectOptions(model="starter"))
    chatting.services.filing.move([chatting.window.chat.shown.now.conversation.id], made.id)
    chatting.until(lambda: window.chat.header.project.isVisible())
    window.sidebar.list.setCurrentIndex(window.sidebar.list.model().index(0, 0))
    qtbot.keyClick(window.sidebar.list, Qt.Key.Key_F2)
    sheet = opened(chatting)
    assert (sheet.name.text(), sheet.model.value()) == ("Sea", "starter")
    assert not sheet.collection.isVisible()  # there are none
    sheet.name.setText("Ocean")
    sheet.confirm()
    chatting.until(lambda: rows(window.sidebar.list)[0] == "Project Ocean, expanded, chats: 1")
    assert only(chatting).options == ProjectOptions(model="starter")
    window.chat.header.project.click()
    chatting.until(sheet.isVisible)
    sheet.delete.click()
    chatting.until(lambda: rows(window.sidebar.list) == ["Today", "Plan the trip"])
    chatting.until(window.toast.undo)  # the list may know before the toast does
    chatting.until(
        lambda: rows(window.sidebar.list) == ["Project Ocean, expanded, chats: 1", "Plan the trip"]
    )


def test_a_folded_project_is_folded_again_before_the_data_is_open(chatting: Running, make_desktop) -> None:
    made = chatting.services.projects.create("Sea")
    chatting.services.filing.move([chatting.window.chat.shown.now.conversation.id], made.id)
    chatting.until(lambda: len(rows(chatting.window.sidebar.list)) == 2)
    chatting.window.sidebar.fold(made.id, True)
    chatting.close()
    second = make_desktop()
    seen: list[list[str]] = []
    second.prepare = lambda services: seen.append(rows(second.window.sidebar.list))
    second.start()
    second.until(lambda: rows(second.window.sidebar.list) == ["Project Sea, collapsed, chats: 1"])
    assert seen == [["Project Sea, collapsed, chats: 1"]]
