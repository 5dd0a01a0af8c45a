"""A chat that is open in two windows: both show what becomes of it, and no words are lost between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.chat.chat_page import ChatPage
from app.desktop.run_view.approval_card import ApprovalCard
from app.store.records import ChatTools
from tests.app.desktop.conftest import Running
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.window.chat import card, editor
from tests.support.window.chat_windows import last_words, open_chat, opened, shows_all

Make = Callable[..., Running]


def ask(qtbot: QtBot, page: ChatPage, text: str) -> None:
    page.composer.edit.setPlainText(text)
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_Return)


def bring(running: Running, window: QWidget) -> None:
    """Let a window have the keys."""
    window.activateWindow()
    running.until(lambda: QApplication.activeWindow() is window)


def settled(running: Running, *pages: ChatPage) -> None:
    """Wait until nothing is answered any more and each page shows all of its chat."""
    running.until(lambda: not running.services.answers.answering())
    for page in pages:
        running.until(lambda page=page: shows_all(running, page) and not page.shown.answering())


def test_what_is_asked_in_one_window_is_answered_in_both(running: Running, qtbot: QtBot) -> None:
    running.send("First question")
    window = opened(running, open_chat(running))
    ask(qtbot, window.chat, "Second question")
    running.until(lambda: len(window.chat.transcript.ids) == 4)
    settled(running, window.chat, running.window.chat)
    for page in (window.chat, running.window.chat):
        running.until(lambda page=page: last_words(page) == "Hello from the script.")


def test_a_window_that_is_opened_in_the_middle_of_an_answer_has_all_of_it(
    make_desktop: Make, qtbot: QtBot
) -> None:
    words = [f"{number} " for number in range(3000)]
    running = make_desktop(answer=lambda _: words, pace=0.002).ready()
    main = running.window.chat
    ask(qtbot, main, "Count")
    running.until(lambda: last_words(main) != "")
    running.window.windows.open(open_chat(running))
    second = running.window.windows.windows[-1].chat
    running.until(lambda: last_words(second) != "" and second.shown.answering())
    assert second.composer.button.accessibleName() == "Stop"
    assert "".join(words).startswith(last_words(second))
    running.engine.pace = 0.0
    settled(running, second, main)
    running.until(lambda: last_words(second) == last_words(main) == "".join(words))


def test_an_answer_that_one_window_lets_go_on_goes_on_in_the_other(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(answer=lambda r: [" more"] if r.continue_last else ["word "] * 50_000, pace=0.002)
    running.ready()
    main = running.window.chat
    ask(qtbot, main, "Write")
    running.until(lambda: last_words(main) != "")
    main.commands.stop()
    running.until(lambda: not main.shown.answering())
    window = opened(running, open_chat(running))
    before, answer = last_words(main), main.transcript.ids[-1]
    window.chat.commands.continue_answer(answer)
    for page in (main, window.chat):
        running.until(lambda page=page: card(page.transcript, answer).message.content == before + " more")
        assert last_words(page) == before + " more"


def test_a_draft_is_the_same_in_both_and_what_was_typed_last_stays(running: Running, qtbot: QtBot) -> None:
    running.send("First question")
    main, chat = running.window.chat, open_chat(running)
    qtbot.keyClicks(main.composer.edit, "half a thought")
    window = opened(running, chat)
    assert window.chat.composer.text() == "half a thought"
    window.chat.composer.take_focus()
    qtbot.keyClicks(window.chat.composer.edit, " and more")
    bring(running, running.window)
    main.composer.take_focus()
    assert main.composer.text() == "half a thought and more"
    qtbot.keyClicks(main.composer.edit, ", and the end")
    bring(running, window)
    window.chat.composer.take_focus()
    assert window.chat.composer.text() == "half a thought and more, and the end"
    running.until(lambda: running.services.conversations.get(chat).draft == window.chat.composer.text())
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    assert main.composer.text() == window.chat.composer.text() == ""
    settled(running, main, window.chat)
    running.until(lambda: running.services.conversations.get(chat).draft == "")


def type_over(field: QTextEdit | QPlainTextEdit, text: str) -> None:
    field.setPlainText(text)


def test_what_two_windows_made_of_one_message_is_kept_of_both(running: Running, qtbot: QtBot) -> None:
    running.send("First words")
    main, window = running.window.chat, opened(running, open_chat(running))
    for page, text in ((main, "What one made of it"), (window.chat, "What the other made of it")):
        page.commands.edit_last()
        type_over(editor(page), text)
    qtbot.keyClick(editor(main), Qt.Key.Key_Return)
    running.until(lambda: window.chat.composer.text() == "What the other made of it")
    running.until(lambda: not running.services.answers.answering())
    settled(running, main, window.chat)
    assert (
        card(window.chat.transcript, window.chat.transcript.ids[0]).message.content == "What one made of it"
    )
    assert window.chat.error_strip.text().startswith("The message you were editing isn’t shown any more")
    assert main.composer.text() == "What the other made of it"


def test_an_editor_in_which_nothing_was_changed_leaves_nothing_behind(running: Running, qtbot: QtBot) -> None:
    running.send("First words")
    main, window = running.window.chat, opened(running, open_chat(running))
    window.chat.commands.edit_last()
    main.commands.edit_last()
    type_over(editor(main), "Other words")
    qtbot.keyClick(editor(main), Qt.Key.Key_Return)
    running.until(lambda: window.chat.transcript.ids[:1] != [] and len(window.chat.transcript.ids) == 2)
    settled(running, main, window.chat)
    assert window.chat.composer.text() == "" and not window.chat.error_strip.isVisible()


def test_questions_that_wait_are_seen_and_taken_back_in_both(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(answer=lambda _: ["word "] * 50_000, pace=0.002).ready()
    main = running.window.chat
    ask(qtbot, main, "Write on")
    running.until(lambda: last_words(main) != "")
    running.window.windows.open(open_chat(running))
    second = running.window.windows.windows[-1].chat
    running.until(lambda: second.shown.answering() and last_words(second) != "")
    ask(qtbot, second, "And then?")
    for page in (main, second):
        running.until(lambda page=page: [row.text for row in page.queue.strip.rows] == ["And then?"])
    main.queue.strip.dropped.emit(0, "And then?")
    running.until(lambda: not second.queue.strip.rows and not main.queue.strip.rows)
    second.commands.stop()
    settled(running, main, second)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions take answers at once, and what a run may do does not depend on the sandbox of this machine."""
    from agents.sandbox import find

    monkeypatch.setattr(find, "find_sandbox", lambda: None)
    monkeypatch.setitem(ApprovalCard.__init__.__kwdefaults__, "guard", 0.0)


def test_what_is_allowed_in_one_window_is_asked_no_more_in_the_other(
    eager: None, running: Running, qtbot: QtBot, tmp_path: Path
) -> None:
    write = calls(("write_file", {"path": "notes.txt", "content": "hello\n"}), text="I write it.")
    brain = ScriptedBrain(write, says("It is there."))
    running.services.model_registry.chat_model = lambda *_, **__: brain  # type: ignore[method-assign]
    running.send("A question")
    main, window = running.window.chat, opened(running, open_chat(running))
    folder = tmp_path / "work"
    folder.mkdir()
    main.tools.chosen.emit(ChatTools(str(folder), "ask"))
    running.until(lambda: window.chat.shown.now.options.tools is not None)
    ask(qtbot, window.chat, "Write a file")
    for page in (main, window.chat):
        running.until(lambda page=page: page.runs.question() is not None)
    steps = main.runs.question()
    assert steps is not None and steps.question is not None
    steps.question.default.click()
    for page in (main, window.chat):
        running.until(lambda page=page: page.runs.question() is None)
    settled(running, main, window.chat)
    assert (folder / "notes.txt").read_text() == "hello\n"
