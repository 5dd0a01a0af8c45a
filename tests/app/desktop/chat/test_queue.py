"""Questions written while an answer streams, in the real window: they wait above the composer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.chat.queue.queued_question import QueuedQuestion
from app.store.records import Message
from app.store.store import Store
from tests.app.desktop.conftest import Running
from tests.support.window.chat import card, editor
from tests.support.window.pressing import button


@pytest.fixture
def busy(make_desktop: Callable[..., Running], qtbot: QtBot) -> Running:
    """A chat whose first answer does not end until the engine is let go."""
    running = make_desktop(answer=lambda request: (f"To {request.messages[-1].content}",)).ready()
    running.engine.hold.set()
    write(running, qtbot, "first")
    running.until(running.window.chat.shown.answering)
    return running


def write(running: Running, qtbot: QtBot, text: str) -> None:
    edit = running.window.chat.composer.edit
    edit.setPlainText(text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


def rows(running: Running) -> list[QueuedQuestion]:
    return running.window.chat.queue.strip.rows


def waits(running: Running, *texts: str) -> Callable[[], bool]:
    """Whether exactly these wait, in the window, which has heard of it, and in the store."""
    chat = running.window.chat.shown.now.conversation
    assert chat is not None
    return lambda: (
        [row.text for row in rows(running)] == list(texts)
        and getattr(running.window.chat.shown.now.conversation, "queued", None) == texts
        and running.services.conversations.get(chat.id).queued == texts
    )


def said(running: Running) -> list[str]:
    chat = running.window.chat.shown.now.conversation
    assert chat is not None
    conversations = running.services.conversations
    return [message.content for message in conversations.messages(conversations.path(chat.id))]


def queue(running: Running, qtbot: QtBot, *texts: str) -> None:
    for count, text in enumerate(texts, 1):
        write(running, qtbot, text)
        running.until(waits(running, *texts[:count]))


def test_enter_lets_a_question_wait_and_it_is_asked_when_the_answer_has_ended(
    busy: Running, qtbot: QtBot
) -> None:
    page = busy.window.chat
    queue(busy, qtbot, "second", "third")
    assert page.composer.text() == "" and page.queue.strip.isVisible()
    assert rows(busy)[1].accessibleName() == "Waiting question 2: third"
    busy.engine.hold.clear()
    busy.until(lambda: said(busy) == ["first", "To first", "second", "To second", "third", "To third"])
    busy.until(lambda: not page.queue.strip.isVisible() and not page.shown.answering())
    busy.until(waits(busy))


def test_esc_stops_the_answer_first_and_the_question_waits_to_be_sent(busy: Running, qtbot: QtBot) -> None:
    page = busy.window.chat
    queue(busy, qtbot, "second")
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_Escape)
    busy.until(lambda: not page.shown.answering())
    busy.engine.hold.clear()
    busy.until(lambda: len(said(busy)) == 2 and waits(busy, "second")())
    busy.until(lambda: page.queue.strip.send.isVisible())
    button(page.queue.strip, "Send the first waiting question now").click()
    busy.until(lambda: said(busy)[2:3] == ["second"] and not page.shown.answering())
    busy.until(waits(busy))


def test_a_question_is_changed_where_it_stands_and_nothing_is_sent_meanwhile(
    busy: Running, qtbot: QtBot
) -> None:
    queue(busy, qtbot, "secnd", "third")
    row = rows(busy)[0]
    edit = button(row, "Edit this question")
    edit.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(edit, Qt.Key.Key_Space)
    field = editor(row)
    told: list[object] = []
    busy.window.calls.do(lambda s: None, told.append)  # behind the call that holds them
    busy.until(lambda: bool(told))
    busy.engine.hold.clear()
    busy.until(lambda: said(busy) == ["first", "To first"])
    field.setPlainText("second")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    busy.until(lambda: said(busy) == ["first", "To first", "second", "To second", "third", "To third"])


def test_a_question_is_put_first_and_taken_away_with_keys(busy: Running, qtbot: QtBot) -> None:
    queue(busy, qtbot, "a", "b")
    up = button(rows(busy)[1], "Move up")
    up.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(up, Qt.Key.Key_Space)
    busy.until(waits(busy, "b", "a"))
    gone = button(rows(busy)[0], "Remove this question")
    gone.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(gone, Qt.Key.Key_Space)
    busy.until(waits(busy, "a"))
    assert QApplication.focusWidget() is busy.window.chat.composer.edit


def drag(row: QueuedQuestion, onto: QueuedQuestion, qtbot: QtBot) -> None:
    """Press the mouse on a question and move beyond the middle of another one, in steps."""
    qtbot.waitUntil(lambda: abs(row.y() - onto.y()) >= row.height())  # they are laid out
    start, way = row.geometry().center(), onto.geometry().center() - row.geometry().center()
    qtbot.mousePress(row, Qt.MouseButton.LeftButton)
    for step in range(1, 6):
        QApplication.processEvents()
        qtbot.mouseMove(row, row.mapFromParent(start + way * step / 4))


def test_a_question_is_dragged_to_another_place(busy: Running, qtbot: QtBot) -> None:
    queue(busy, qtbot, "a", "b", "c")
    third, second = rows(busy)[2], rows(busy)[1]
    drag(third, rows(busy)[0], qtbot)
    assert [row.text for row in rows(busy)] == ["c", "a", "b"]
    assert third.accessibleName() == "Waiting question 1: c"
    qtbot.mouseRelease(third, Qt.MouseButton.LeftButton)
    busy.until(waits(busy, "c", "a", "b"))
    drag(third, second, qtbot)
    qtbot.mouseRelease(third, Qt.MouseButton.LeftButton)
    busy.until(waits(busy, "a", "b", "c"))


def test_esc_takes_a_dragged_question_back_and_stops_no_answer(busy: Running, qtbot: QtBot) -> None:
    queue(busy, qtbot, "a", "b")
    dragged = rows(busy)[1]
    drag(dragged, rows(busy)[0], qtbot)
    assert QWidget.keyboardGrabber() is dragged
    qtbot.keyClick(dragged, Qt.Key.Key_Escape)
    assert waits(busy, "a", "b")() and QWidget.keyboardGrabber() is None
    qtbot.mouseRelease(dragged, Qt.MouseButton.LeftButton)
    assert waits(busy, "a", "b")() and busy.window.chat.shown.answering()
    busy.engine.hold.clear()
    busy.until(lambda: said(busy) == ["first", "To first", "a", "To a", "b", "To b"])


def test_nothing_is_sent_while_a_question_is_dragged(busy: Running, qtbot: QtBot) -> None:
    queue(busy, qtbot, "a", "b")
    dragged = rows(busy)[1]
    drag(dragged, rows(busy)[0], qtbot)
    told: list[object] = []
    busy.window.calls.do(lambda s: None, told.append)  # behind the call that holds them
    busy.until(lambda: bool(told))
    busy.engine.hold.clear()
    busy.until(lambda: said(busy) == ["first", "To first"] and not busy.window.chat.shown.answering())
    qtbot.mouseRelease(dragged, Qt.MouseButton.LeftButton)
    busy.until(lambda: said(busy) == ["first", "To first", "b", "To b", "a", "To a"])


def test_another_chat_that_is_shown_takes_the_dragged_question_with_it(busy: Running, qtbot: QtBot) -> None:
    page = busy.window.chat
    assert page.shown.now.conversation is not None
    home = page.shown.now.conversation.id
    queue(busy, qtbot, "a", "b")
    drag(rows(busy)[1], rows(busy)[0], qtbot)
    busy.window.go.new_chat()
    assert QWidget.keyboardGrabber() is None and not page.queue.strip.isVisible()
    busy.window.go.open_chat(home)
    busy.until(lambda: [row.text for row in rows(busy)] == ["a", "b"])
    busy.engine.hold.clear()
    busy.until(lambda: said(busy) == ["first", "To first", "a", "To a", "b", "To b"])


def test_another_chat_shows_its_own_and_they_are_there_when_one_comes_back(
    busy: Running, qtbot: QtBot
) -> None:
    page = busy.window.chat
    assert page.shown.now.conversation is not None
    home = page.shown.now.conversation.id
    queue(busy, qtbot, "second")
    busy.window.go.new_chat()
    assert not page.queue.strip.isVisible() and rows(busy) == []
    busy.window.go.open_chat(home)
    busy.until(lambda: [row.text for row in rows(busy)] == ["second"])


def test_what_was_written_elsewhere_is_shown_before_anything_is_sent(busy: Running, qtbot: QtBot) -> None:
    page = busy.window.chat
    busy.engine.hold.clear()
    busy.until(lambda: not page.shown.answering() and said(busy) == ["first", "To first"])
    assert page.shown.now.conversation is not None
    other = Store.open(busy.home / "coterie.db", busy.home / "backups")
    try:
        theirs = other.messages.add(
            page.shown.now.conversation.id, page.transcript.ids[-1], "user", "theirs"
        ).id
        other.messages.add(page.shown.now.conversation.id, theirs, "assistant", "answered")
    finally:
        other.close()
    write(busy, qtbot, "mine")
    busy.until(page.error_strip.isVisible)
    busy.until(lambda: len(page.transcript.ids) == 4 and page.composer.text() == "mine")
    assert said(busy) == ["first", "To first", "theirs", "answered"]
    qtbot.keyClick(page.composer.edit, Qt.Key.Key_Return)
    busy.until(lambda: said(busy)[4:] == ["mine", "To mine"])


def test_an_edit_that_comes_too_late_is_kept_in_the_composer(busy: Running, qtbot: QtBot) -> None:
    page = busy.window.chat
    busy.engine.hold.clear()
    busy.until(lambda: not page.shown.answering() and said(busy) == ["first", "To first"])
    assert page.shown.now.conversation is not None
    question = page.transcript.ids[0]
    page.commands.edit_last()
    busy.until(lambda: card(page.transcript, question).is_editing)
    other = Store.open(busy.home / "coterie.db", busy.home / "backups")
    try:
        other.messages.add(page.shown.now.conversation.id, page.transcript.ids[-1], "user", "theirs")
    finally:
        other.close()
    field = editor(card(page.transcript, question))
    field.setPlainText("put otherwise")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    busy.until(lambda: page.composer.text() == "put otherwise" and len(page.transcript.ids) == 3)


def test_an_empty_chat_leaves_the_list_with_its_draft_and_comes_back_with_the_next(
    running: Running, qtbot: QtBot
) -> None:
    edit, model = running.window.chat.composer.edit, running.window.sidebar.model
    before = model.rowCount()
    qtbot.keyClicks(edit, "abc")
    shown = running.window.chat.shown
    running.until(lambda: model.rowCount() > before and shown.now.conversation is not None)
    chat = shown.now.conversation
    assert chat is not None
    edit.selectAll()
    qtbot.keyClick(edit, Qt.Key.Key_Delete)
    running.until(lambda: model.rowCount() == before)
    qtbot.keyClicks(edit, "next")
    running.until(lambda: model.conversation(chat.id) is not None)
    assert edit.toPlainText() == "next"
    running.until(lambda: running.services.conversations.get(chat.id).draft == "next")
    running.send("next question")
    assert running.window.chat.shown.now.id == chat.id


def test_what_is_written_while_a_chat_is_still_being_read_belongs_to_it(
    running: Running, qtbot: QtBot
) -> None:
    page, chats = running.window.chat, running.services.conversations
    other = chats.create().id
    chats.rename(other, "Other")
    chats.set_draft(other, "draft, ")
    running.send("first")
    assert page.shown.now.conversation is not None
    home = page.shown.now.conversation.id
    page.composer.edit.setPlainText("belongs to the first")
    read = threading.Event()
    running.window.calls.do(lambda s: read.wait(30))  # the disk is slow
    running.window.go.open_chat(other)
    assert page.composer.text() == ""
    qtbot.keyClicks(page.composer.edit, "typed on")
    read.set()
    running.until(lambda: page.shown.now.id == other)
    assert page.composer.text() == "draft, typed on"
    running.until(lambda: chats.get(other).draft == "draft, typed on")
    assert chats.get(home).draft == "belongs to the first"


def test_a_question_sent_while_a_chat_is_still_being_read_is_asked_in_it(
    running: Running, qtbot: QtBot
) -> None:
    chats = running.services.conversations
    other = chats.create().id
    chats.rename(other, "Other")
    read = threading.Event()
    running.window.calls.do(lambda s: read.wait(30))
    running.window.go.open_chat(other)
    write(running, qtbot, "asked early")
    read.set()
    running.until(lambda: len(chats.path(other)) == 2 and not running.services.answers.answering())
    assert said(running)[0] == "asked early"


def test_a_question_that_is_looked_up_before_it_is_seen_is_told_to_be_under_way(
    make_desktop: Callable[..., Running], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = make_desktop(answer=lambda request: ("An answer.",)).ready()
    looked_up, send = threading.Event(), running.services.asking.send

    def slow(*given: Any) -> Message:
        looked_up.wait(30)
        return send(*given)

    monkeypatch.setattr(running.services.asking, "send", slow)
    write(running, qtbot, "a question")
    hint = running.window.chat.composer.hint
    try:
        running.until(lambda: hint.isVisible() and hint.whole() == "Sending…")
    finally:
        looked_up.set()
    running.until(lambda: hint.whole() != "Sending…" and not running.window.chat.shown.answering())
    assert said(running) == ["a question", "An answer."]
