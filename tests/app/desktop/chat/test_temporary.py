"""Temporary chats in the window: said to be so, gone with the program, saved when somebody wants that."""

from __future__ import annotations

from tests.app.desktop.conftest import Running


def test_a_temporary_chat_says_that_it_is_one_and_can_be_saved(running: Running) -> None:
    window, chat = running.window, running.window.chat
    assert chat.temporary_note.isHidden()
    window.go.temporary_chat()
    assert chat.temporary_note.isVisible() and not chat.composer.tools.isVisible()
    running.send("psst")
    made = chat.shown.now.conversation
    assert made is not None and made.temporary
    assert running.services.conversations.all() == []
    assert chat.temporary_note.actions_shown() == ["Save this chat"]
    rows = [window.sidebar.model.index(row).data() for row in range(window.sidebar.model.rowCount())]
    assert rows[:2] == ["Temporary", "psst"]
    chat.temporary_note.keep_wanted.emit()
    running.until(
        lambda: chat.shown.now.conversation is not None and not chat.shown.now.conversation.temporary
    )
    assert chat.temporary_note.isHidden() and chat.composer.tools.isVisible()
    assert [kept.title for kept in running.services.conversations.all()] == ["psst"]
    running.send("and more")


def test_another_chat_does_not_say_so(running: Running) -> None:
    window, chat = running.window, running.window.chat
    window.go.temporary_chat()
    running.send("psst")
    temporary = chat.shown.now.conversation
    assert temporary is not None
    window.go.new_chat()
    assert chat.temporary_note.isHidden()
    window.go.open_chat(temporary.id)
    running.until(lambda: chat.shown.now.id == temporary.id)
    assert chat.temporary_note.isVisible()
