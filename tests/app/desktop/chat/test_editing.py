"""Changing a message keeps the reader's place, and what is written after it is followed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.chat.transcript import TranscriptView
from app.services.services import Services
from tests.app.desktop.conftest import Running
from tests.support.window.chat import card, editor, scroll_area, scroll_bar, top_on_screen
from tests.support.window.pressing import button
from tests.support.window.timing import ticking

Make = Callable[..., Running]
LONG = (
    "## Topic\n\nThis is **answer** with some text to fill the line, and "
    + "more words follow here. " * 12
    + "\n\n- point one\n- point two\n"
)
TURNS = 8


@pytest.fixture
def long_chat(make_desktop: Make) -> Running:
    """A chat of several pages, at its end."""

    def fill(services: Services) -> None:
        made = services.conversations.create()
        leaf = None
        for turn in range(TURNS):
            leaf = services.store.messages.add(made.id, leaf, "user", f"Question {turn}").id
            leaf = services.store.messages.add(made.id, leaf, "assistant", LONG).id
        services.conversations.rename(made.id, "Long")

    running = make_desktop(answer=lambda _: ["word "] * 400)
    running.prepare = fill
    running.ready()
    window = running.window
    window.resize(1100, 760)
    running.until(lambda: window.sidebar.model.rowCount() == 2)
    window.go.open_chat(window.sidebar.model.conversations()[0].id)
    running.until(lambda: len(window.chat.transcript.ids) == 2 * TURNS)
    last = window.chat.transcript.ids[-1]
    running.until(lambda: window.chat.transcript.shows(last) and window.chat.transcript.at_tail)
    running.until(lambda: scroll_bar(window.chat.transcript).maximum() > 1500)
    running.until(lambda: not ticking(window.chat.transcript))
    return running


def settled(qtbot: QtBot, view: TranscriptView) -> None:
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not ticking(view))
    QApplication.processEvents()


@pytest.mark.parametrize("ends", ["Escape", "Enter", "Ctrl+Enter", "Cancel", "Save"])
def test_an_editor_that_goes_leaves_the_reader_where_they_are(
    long_chat: Running, qtbot: QtBot, ends: str
) -> None:
    view = long_chat.window.chat.transcript
    message = view.ids[-1]
    view.scroll_to(message)
    settled(qtbot, view)
    qtbot.mouseClick(button(card(view, message), "Edit this message"), Qt.MouseButton.LeftButton)
    settled(qtbot, view)
    before = top_on_screen(view, message)
    shown = card(view, message)
    if ends in ("Escape", "Enter", "Ctrl+Enter"):
        key = Qt.Key.Key_Escape if ends == "Escape" else Qt.Key.Key_Return
        held = Qt.KeyboardModifier.ControlModifier if "Ctrl" in ends else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(editor(shown), key, held)
    else:
        qtbot.mouseClick(button(shown, ends), Qt.MouseButton.LeftButton)
    settled(qtbot, view)
    assert not shown.is_editing
    assert abs(top_on_screen(view, message) - before) <= 2
    assert QApplication.focusWidget() is scroll_area(view)


def test_an_editor_is_as_high_as_what_it_holds(long_chat: Running, qtbot: QtBot) -> None:
    view = long_chat.window.chat.transcript
    qtbot.mouseClick(button(card(view, view.ids[-1]), "Edit this message"), Qt.MouseButton.LeftButton)
    settled(qtbot, view)
    field = editor(card(view, view.ids[-1]))
    assert 0 <= field.height() - field.document().size().height() < 2


def test_the_focus_goes_back_to_the_button_that_keys_pressed(long_chat: Running, qtbot: QtBot) -> None:
    view = long_chat.window.chat.transcript
    edit = button(card(view, view.ids[-1]), "Edit this message")
    edit.setFocus(Qt.FocusReason.TabFocusReason)
    settled(qtbot, view)
    place = scroll_bar(view).value()
    qtbot.keyClick(edit, Qt.Key.Key_Space)
    qtbot.keyClick(editor(card(view, view.ids[-1])), Qt.Key.Key_Escape)
    settled(qtbot, view)
    assert QApplication.focusWidget() is edit
    assert scroll_bar(view).value() == place


@pytest.mark.parametrize("by", ["Enter", "Send"])
@pytest.mark.parametrize("opened", ["Alt+Up", "mouse"])
def test_the_answer_to_an_edited_question_is_followed(
    long_chat: Running, qtbot: QtBot, opened: str, by: str
) -> None:
    chat, view = long_chat.window.chat, long_chat.window.chat.transcript
    question = view.ids[-2]
    if opened == "Alt+Up":
        qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    else:
        view.scroll_to(question)
        settled(qtbot, view)
        qtbot.mouseClick(button(card(view, question), "Edit this message"), Qt.MouseButton.LeftButton)
    long_chat.until(lambda: card(view, question).is_editing)
    qtbot.keyClicks(editor(card(view, question)), " again")
    if by == "Enter":
        qtbot.keyClick(editor(card(view, question)), Qt.Key.Key_Return)
    else:
        qtbot.mouseClick(button(card(view, question), "Send"), Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is chat.composer.edit
    long_chat.until(lambda: view.ids[-2:-1] != [question] and len(view.ids) == 2 * TURNS)
    long_chat.until(lambda: not chat.shown.answering() and not long_chat.services.answers.answering())
    long_chat.until(lambda: card(view, view.ids[-1]).message.content.startswith("word word"))
    settled(qtbot, view)
    assert view.at_tail and scroll_bar(view).value() == scroll_bar(view).maximum()


def test_an_answer_that_is_written_anew_is_followed(long_chat: Running, qtbot: QtBot) -> None:
    chat, view = long_chat.window.chat, long_chat.window.chat.transcript
    old = view.ids[-1]
    view.scroll_to(view.ids[-2])
    settled(qtbot, view)
    card(view, old).regenerate_requested.emit(old)
    long_chat.until(lambda: view.ids[-1] != old and len(view.ids) == 2 * TURNS)
    long_chat.until(lambda: not chat.shown.answering() and not long_chat.services.answers.answering())
    long_chat.until(lambda: card(view, view.ids[-1]).message.content.startswith("word word"))
    settled(qtbot, view)
    assert view.at_tail
