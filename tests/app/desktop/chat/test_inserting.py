"""Prompts behind "/", files behind "@", and the blanks of a prompt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from app.desktop.text_entry.insertion import inserting
from app.desktop.text_entry.insertion.typed import Typed, typed
from app.store.records import ChatOptions, ChatTools
from tests.app.desktop.conftest import Running
from tests.support.window.late import Late
from tests.support.window.main_window import toast_text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/", Typed("prompt", "", 0)),
        ("/tran", Typed("prompt", "tran", 0)),
        ("/usr/bin is full", None),
        ("/tran slate", None),
        (" /tran", None),
        ("hello /tran", None),
        ("@", Typed("file", "", 0)),
        ("look at @no", Typed("file", "no", 8)),
        ("one\n@no", Typed("file", "no", 4)),
        ("me@example.org", None),
        ("@no then", None),
        ("", None),
    ],
)
def test_what_is_typed_for_stands_at_the_cursor(text: str, found: Typed | None) -> None:
    assert typed(text, len(text)) == found


@given(text=st.text(alphabet="/@ a\n", max_size=12), cursor=st.integers(0, 12))
def test_what_is_typed_for_ends_at_the_cursor(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    found = typed(text, cursor)
    if found is not None:
        assert text[found.start + 1 : cursor] == found.query


def shown(running: Running) -> list[str]:
    return running.window.chat.inserting.list.shown()


def test_a_prompt_is_inserted_with_its_blanks_one_after_the_other(running: Running) -> None:
    chat, keys = running.window.chat, running.qtbot
    edit = chat.composer.edit
    edit.setFocus()
    keys.keyClicks(edit, "/")
    running.until(lambda: "Translate" in shown(running) and "Summarize documents" in shown(running))
    keys.keyClicks(edit, "transl")
    running.until(lambda: shown(running)[:1] == ["Translate"])
    keys.keyClick(edit, Qt.Key.Key_Return)
    assert chat.composer.text().startswith("Translate the following text into Korean.")
    assert edit.textCursor().selectedText() == "Korean"
    keys.keyClicks(edit, "French")
    keys.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.textCursor().selectedText() == "[Text]" and edit.hasFocus()
    keys.keyClicks(edit, "Hello")
    assert chat.composer.text().endswith("Hello") and "into French." in chat.composer.text()
    keys.keyClick(edit, Qt.Key.Key_Tab)
    assert not edit.hasFocus(), "behind the last blank Tab goes on as ever"


def test_a_prompt_that_is_no_text_is_named_once_and_the_others_are_offered(running: Running) -> None:
    chat, keys, toast = running.window.chat, running.qtbot, running.window.toast
    folder = running.home / "prompts"
    folder.mkdir()
    (folder / "noise.md").write_bytes(bytes(range(256)) * 40)
    (folder / "mine.md").write_text("Say it shorter.")
    chat.composer.edit.setFocus()
    keys.keyClicks(chat.composer.edit, "/")
    running.until(lambda: "Translate" in shown(running) and toast.isVisible())
    assert toast_text(running.window) == "The prompt noise.md can’t be read, so it isn’t in the list."
    assert not any("noise" in text for text in shown(running)) and shown(running)[0].casefold() == "mine"
    toast.dismiss()
    chat.composer.edit.clear()
    keys.keyClicks(chat.composer.edit, "/")
    running.until(lambda: "Translate" in shown(running))
    assert not toast.isVisible()


def test_esc_closes_the_list_and_leaves_what_is_written(running: Running) -> None:
    chat, keys = running.window.chat, running.qtbot
    edit = chat.composer.edit
    edit.setFocus()
    keys.keyClicks(edit, "/sum")
    running.until(lambda: bool(shown(running)))
    keys.keyClick(edit, Qt.Key.Key_Escape)
    keys.keyClicks(edit, "m")
    assert shown(running) == [] and chat.composer.text() == "/summ"
    edit.clear()
    keys.keyClicks(edit, "/")
    running.until(lambda: bool(shown(running)))


def test_while_a_syllable_is_composed_nothing_is_offered(running: Running) -> None:
    edit = running.window.chat.composer.edit
    edit.setFocus()
    running.qtbot.keyClicks(edit, "/")
    running.until(lambda: bool(shown(running)))
    QApplication.sendEvent(edit, QInputMethodEvent("버", []))
    running.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert not running.services.answers.answering()


def test_a_prompt_of_ones_own_is_a_file(running: Running) -> None:
    folder = running.home / "prompts"
    folder.mkdir()
    (folder / "My greeting.md").write_text("Greet my team.", encoding="utf-8")
    (folder / "noise.txt").write_bytes(b"\x00\xff\xfe" * 50)
    (folder / "broken.toml").write_text("[en", encoding="utf-8")
    chat = running.window.chat
    chat.composer.edit.setFocus()
    running.qtbot.keyClicks(chat.composer.edit, "/")
    running.until(lambda: shown(running)[:1] == ["My greeting"])
    assert not {"noise", "broken"} & set(shown(running))
    running.qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    assert chat.composer.text() == "Greet my team."


def test_a_file_of_the_chats_folder_is_attached(running: Running, tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / ".git").mkdir(parents=True)
    (work / ".git" / "config").write_text("x")
    (work / "notes.md").write_text("The sea is blue.")
    chats = running.services.conversations
    made = chats.create(ChatOptions(tools=ChatTools(str(work), "read")))
    running.window.go.open_chat(made.id)
    chat = running.window.chat
    running.until(lambda: chat.shown.now.conversation is not None)
    chat.composer.edit.setFocus()
    running.qtbot.keyClicks(chat.composer.edit, "Look at @")
    running.until(lambda: shown(running) == ["notes.md"])
    running.qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Tab)
    running.until(lambda: [chip.entry.name for chip in chat.attaching.chips.chips] == ["notes.md"])
    assert chat.composer.text() == "Look at "


def test_files_of_the_chat_before_are_not_offered_in_the_next_one(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, chats = running.window.chat, list[int]()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text("x")
        made = running.services.conversations.create(
            ChatOptions(tools=ChatTools(str(tmp_path / name), "read"))
        )
        chats.append(made.id)
    late = Late(monkeypatch, inserting, "_files")
    for conversation in chats:
        running.window.go.open_chat(conversation)
        running.until(lambda id=conversation: chat.shown.now.id == id and not chat.composer.text())  # type: ignore[misc]
        chat.composer.edit.setFocus()
        running.qtbot.keyClicks(chat.composer.edit, "@")
        running.until(lambda: late.is_asked)
    running.until(lambda: shown(running) == ["two.txt"])
    late.let_go(running.until)
    assert shown(running) == ["two.txt"]
