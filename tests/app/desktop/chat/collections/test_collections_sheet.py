"""Collections in the window: made, filled, searched for each question of a chat, and removed; over real files, which
are read in the real child."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.desktop.chat.collections.collection_text import pause_text
from app.desktop.chat.collections.collections_sheet import CollectionsSheet
from app.desktop.chat.sources.source_list import SourceList
from app.services.collections.background import Pause
from app.services.collections.collections import Status
from app.store.documents.records import Collection, Counts
from app.store.records import ChatOptions, ProjectOptions
from tests.app.desktop.conftest import Running
from tests.support.window.chat import answer
from tests.support.window.finding import find_all, part
from tests.support.window.main_window import toast_text
from tests.support.window.pressing import press
from tests.support.window.reading import labels

pytestmark = pytest.mark.process
CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Contracts"
    made.mkdir()
    (made / "lease.md").write_text("# Notice\n\nThe tenant gives notice three months before moving out.\n")
    (made / "menu.txt").write_text("Soup of the day, bread and butter.\n")
    (made / "picture.png").write_bytes(b"\x89PNG\r\n")
    (made / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing that could be read\n")
    return made


@pytest.fixture
def plugged_in(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    monkeypatch.setattr(running.services.indexing, "_on_battery", lambda: False)
    monkeypatch.setattr("engine.embedding.included.included_model", lambda: None)
    return running


def opened(running: Running, qtbot: QtBot) -> CollectionsSheet:
    qtbot.keyClick(running.window, Qt.Key.Key_C, CTRL_ALT)
    sheet = running.window.chat.collections.sheet
    assert sheet is not None
    running.until(sheet.isVisible)
    return sheet


def filled(running: Running, qtbot: QtBot, folder: Path) -> CollectionsSheet:
    """The sheet with the folder, once its files are read."""
    sheet = opened(running, qtbot)
    sheet.add_wanted.emit(folder.name, [folder])
    running.until(lambda: sheet.state.text().startswith("3 documents · search by words ready"))
    return sheet


def menu_texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_a_folder_becomes_a_collection_whose_files_are_counted_and_whose_failures_say_why(
    plugged_in: Running, qtbot: QtBot, folder: Path
) -> None:
    sheet = opened(plugged_in, qtbot)
    assert not sheet.choice.isVisible() and not sheet.delete.isVisible()
    sheet = filled(plugged_in, qtbot, folder)
    plugged_in.until(sheet.failed.isVisible)
    assert sheet.failed.text() == "broken.pdf: It’s damaged, or isn’t what its name says."
    assert sheet.skipped.text() == "Left out: 1. It’s a picture."
    assert sheet.choice.text() == "Contracts"
    assert [line.name.text() for line in sheet.sources.lines] == ["Contracts"]
    (folder / "more.txt").write_text("One page more.\n")
    plugged_in.services.indexing.look_again()
    plugged_in.until(lambda: sheet.state.text().startswith("4 documents · search by words ready"))


def test_a_named_collection_is_made_empty_and_a_bad_name_is_explained(
    plugged_in: Running, qtbot: QtBot, folder: Path
) -> None:
    sheet = filled(plugged_in, qtbot, folder)
    press(sheet, "New collection…")
    qtbot.keyClick(sheet.name, Qt.Key.Key_Return)
    plugged_in.until(lambda: any("needs a name" in text for text in labels(sheet)))
    qtbot.keyClicks(sheet.name, "Recipes")
    qtbot.keyClick(sheet.name, Qt.Key.Key_Return)
    plugged_in.until(lambda: sheet.choice.text() == "Recipes")
    assert not sheet.name.isVisible() and sheet.sources.nothing.isVisible()
    assert plugged_in.services.collections.names() == ("Contracts", "Recipes")


def test_what_is_removed_comes_back_by_undo_and_the_files_stay(
    plugged_in: Running, qtbot: QtBot, folder: Path
) -> None:
    sheet, services = filled(plugged_in, qtbot, folder), plugged_in.services
    plugged_in.until(sheet.delete.isVisible)
    press(sheet, "Remove collection")
    plugged_in.until(lambda: services.collections.names() == () and not sheet.choice.isVisible())
    plugged_in.until(plugged_in.window.toast.isVisible)
    assert toast_text(plugged_in.window).startswith("“Contracts” removed.")
    assert (folder / "lease.md").exists()
    plugged_in.window.toast.undo()
    plugged_in.until(lambda: sheet.state.text().startswith("3 documents · search by words ready"))
    plugged_in.until(lambda: not plugged_in.window.toast.isVisible())
    sheet.sources.lines[0].button.click()
    plugged_in.until(lambda: services.collections.status("Contracts").counts == Counts())
    plugged_in.until(plugged_in.window.toast.isVisible)
    plugged_in.window.toast.undo()
    plugged_in.until(lambda: sheet.state.text().startswith("3 documents · search by words ready"))


def test_a_chat_searches_its_collection_for_each_question_until_it_is_taken_off(
    plugged_in: Running, qtbot: QtBot, folder: Path
) -> None:
    window, services = plugged_in.window, plugged_in.services
    sheet = filled(plugged_in, qtbot, folder)
    press(sheet, "Use in this chat")
    strip = window.chat.collections.strip
    plugged_in.until(strip.isVisible)
    assert not sheet.isVisible() and strip.chip.accessibleName() == "In: Contracts"
    plugged_in.send("When does the tenant give notice?")
    conversation = window.chat.shown.now.id
    assert conversation is not None
    question = services.conversations.messages(services.conversations.path(conversation))[0]
    assert (question.sources[0].number, question.sources[0].name) == (1, "lease.md")
    assert "three months before moving out" in str(plugged_in.engine.requests[-1])
    assert services.conversations.get(conversation).options.collection == "Contracts"
    card = answer(window.chat.transcript, window.chat.transcript.ids[-1])
    plugged_in.until(lambda: bool(find_all(card, kind=SourceList)))
    listed = part(card, SourceList)
    plugged_in.until(lambda: listed.texts() == ["Read 2 passages from “Contracts”."])
    press(listed, "Read 2 passages from “Contracts”.")
    pane = window.chat.sources
    plugged_in.until(lambda: pane.pane is not None and pane.pane.view is not None)
    assert listed.texts() == ["Source 1: lease.md", "Source 2: menu.txt"]
    pane.close()
    plugged_in.send("Zebras?")
    card = answer(window.chat.transcript, window.chat.transcript.ids[-1])
    plugged_in.until(lambda: bool(find_all(card, kind=SourceList)))
    plugged_in.until(lambda: part(card, SourceList).texts() == ["Nothing found in “Contracts”."])
    qtbot.keyClick(strip.chip, Qt.Key.Key_Delete)
    plugged_in.until(lambda: services.conversations.get(conversation).options.collection == "")
    plugged_in.until(lambda: not strip.isVisible())
    plugged_in.send("And the soup of the day?")
    assert not services.conversations.messages(services.conversations.path(conversation))[4].sources


def test_the_paper_clip_offers_the_collections_and_a_question_to_one_that_is_gone_comes_back(
    plugged_in: Running, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, services = plugged_in.window, plugged_in.services
    control, composer = window.chat.collections, window.chat.composer
    services.collections.add("Contracts", [folder])
    composer.attach.click()
    plugged_in.until(control.menu.isVisible)
    assert menu_texts(control.menu) == [
        "Attach files…",
        "Screenshot…",
        "Search in “Contracts”",
        "Collections…",
        "Set up web search…",
    ]
    next(a for a in control.menu.actions() if a.text() == "Search in “Contracts”").trigger()
    control.menu.close()
    plugged_in.until(control.strip.isVisible)
    # The menu names a key of the window, which has it still.
    asked: list[bool] = []
    monkeypatch.setattr(window.chat.attaching.giving, "choose", lambda: asked.append(True))
    qtbot.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    plugged_in.until(lambda: asked == [True])
    services.collections.remove("Contracts")
    composer.edit.setPlainText("When does the tenant give notice?")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    plugged_in.until(lambda: any("no collection named Contracts" in text for text in labels(window.chat)))
    plugged_in.until(lambda: composer.text() == "When does the tenant give notice?")


def test_the_collection_of_a_project_is_told_and_can_be_taken_off_a_chat(
    plugged_in: Running, qtbot: QtBot, folder: Path
) -> None:
    window, services = plugged_in.window, plugged_in.services
    services.collections.add("Contracts", [folder])
    services.indexing.look_again()
    plugged_in.until(lambda: services.collections.status("Contracts").counts.words == 2)
    project = services.projects.create("Flat", ProjectOptions(collection="Contracts"))
    plugged_in.until(lambda: window.sidebar.model.project(project.id) is not None)
    window.go.new_chat(project)
    strip = window.chat.collections.strip
    plugged_in.until(strip.isVisible)
    plugged_in.send("When does the tenant give notice?")
    conversation = window.chat.shown.now.id
    assert conversation is not None and strip.isVisible()
    assert services.conversations.messages(services.conversations.path(conversation))[0].sources
    strip.chip.removed.emit()
    plugged_in.until(lambda: services.conversations.get(conversation).options.collection == "")
    plugged_in.until(lambda: not strip.isVisible())
    plugged_in.send("When does the tenant give notice?")
    assert not services.conversations.messages(services.conversations.path(conversation))[2].sources


def test_chats_and_projects_follow_a_collection_that_is_renamed(
    plugged_in: Running, qtbot: QtBot, folder: Path
) -> None:
    window, services = plugged_in.window, plugged_in.services
    services.collections.add("Recipes", [])
    services.projects.create("Flat", ProjectOptions(collection="contracts"))
    chat = services.conversations.create(ChatOptions(collection="Contracts"))
    services.conversations.set_draft(chat.id, "When is it")
    sheet = filled(plugged_in, qtbot, folder)
    press(sheet, "Use in this chat")
    plugged_in.until(window.chat.collections.strip.isVisible)
    sheet = opened(plugged_in, qtbot)
    press(sheet, "Rename…")
    assert sheet.name.text() == "Contracts"
    sheet.name.setText("recipes")
    qtbot.keyClick(sheet.name, Qt.Key.Key_Return)
    plugged_in.until(lambda: any("already a collection named Recipes" in text for text in labels(sheet)))
    sheet.name.setText("Leases")
    qtbot.keyClick(sheet.name, Qt.Key.Key_Return)
    plugged_in.until(lambda: sheet.choice.text() == "Leases")
    assert services.collections.names() == ("Leases", "Recipes")
    plugged_in.until(lambda: services.conversations.get(chat.id).options.collection == "Leases")
    plugged_in.until(lambda: services.projects.all()[0].options == ProjectOptions(collection="Leases"))
    plugged_in.until(lambda: window.chat.collections.strip.chip.accessibleName() == "In: Leases")


@pytest.mark.parametrize(
    ("pause", "said"),
    [
        ("battery", "Files are read when the computer isn’t on its battery."),
        ("answer", "Files are read once the answer is written."),
        ("", ""),
    ],
)
def test_why_nothing_is_read_is_said_where_something_waits(pause: Pause, said: str) -> None:
    status = Status(Collection(1, "docs"), Counts(documents=3, words=1, waiting=2), (), {}, (), False)
    assert pause_text(status, pause) == said
    assert pause_text(msgspec.structs.replace(status, counts=Counts(documents=3, words=3)), pause) == ""
