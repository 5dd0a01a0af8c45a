"""Token probabilities of an answer of the starter model, from the menu under it, in the real window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from app.desktop.chat.answer_views.token_box import TokenText
from app.desktop.chat.answers.answer import AnswerCard
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from tests.app.desktop.chat.conftest import PATIENCE_MS
from tests.support.models.starter import starter_model
from tests.support.window.chat import answer
from tests.support.window.finding import find_all
from tests.support.window.menus import choose
from tests.support.window.pressing import button
from tests.support.window.reading import labels

pytestmark = [pytest.mark.model, pytest.mark.long]


@pytest.fixture
def desktop(open_desktop: Callable[[str], Desktop]) -> Desktop:
    return open_desktop(summarize(read_index(starter_model())).chat_template)


def answered(desktop: Desktop, qtbot: QtBot) -> AnswerCard:
    """Ask something; the card of the answer, once it has ended."""
    chat = desktop.window.chat
    qtbot.waitUntil(lambda: desktop.services is not None, timeout=PATIENCE_MS)
    services = desktop.services
    assert services is not None
    qtbot.waitUntil(lambda: services.models.state.state == "ready", timeout=PATIENCE_MS)
    services.settings.change(max_tokens=40)
    chat.composer.edit.setPlainText("Write one sentence about the sea.")
    chat.composer.button.click()
    view = chat.transcript
    qtbot.waitUntil(
        lambda: len(view.ids) == 2 and view.shows(view.ids[-1]) and not services.answers.answering(),
        timeout=PATIENCE_MS,
    )
    card = answer(view, view.ids[-1])
    qtbot.waitUntil(card.footer.isVisible, timeout=PATIENCE_MS)
    return card


def said(root: QWidget) -> str:
    """The sentences in sight."""
    return " ".join(labels(root))


def pick(card: AnswerCard, text: str) -> None:
    choose(button(card, "More for this message"), text)


def tokens_of(card: AnswerCard, qtbot: QtBot) -> TokenText:
    pick(card, "Token probabilities")
    qtbot.waitUntil(lambda: bool(find_all(card, kind=TokenText)), timeout=PATIENCE_MS)
    (text,) = find_all(card, kind=TokenText)
    return text


def test_an_answer_is_shown_token_by_token_and_comes_back_in_its_place(
    desktop: Desktop, qtbot: QtBot
) -> None:
    card = answered(desktop, qtbot)
    place, height = card.y(), card.height()
    usage = card.message.usage
    assert usage is not None
    text = tokens_of(card, qtbot)
    assert text.toPlainText() == card.message.content
    assert f"{usage.completion_tokens} tokens." in said(card)
    text.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(text, Qt.Key.Key_Right)
    assert "%" in QToolTip.text() and "Most likely instead" in QToolTip.text()
    button(card, "Show the formatted answer").click()
    assert not find_all(card, kind=TokenText)
    assert (card.y(), card.height()) == (place, height)
    QToolTip.hideText()


def test_an_edited_answer_says_so_and_a_model_that_is_gone_too(desktop: Desktop, qtbot: QtBot) -> None:
    card = answered(desktop, qtbot)
    services, view = desktop.services, desktop.window.chat.transcript
    assert services is not None
    edited = services.asking.edit(card.message.id, "The sea is a purple violin.")
    qtbot.waitUntil(lambda: view.shows(edited.id), timeout=PATIENCE_MS)
    text = tokens_of(answer(view, edited.id), qtbot)
    assert text.toPlainText() == "The sea is a purple violin."
    assert "This answer was edited" in said(answer(view, edited.id))
    gone = services.store.messages.add(
        edited.conversation, edited.parent, "assistant", "Hello.", model="No such model · Q4_0"
    )
    services.asking.edit(gone.id, "Hello there.")
    qtbot.waitUntil(lambda: view.ids[-1] > gone.id and view.shows(view.ids[-1]), timeout=PATIENCE_MS)
    last = answer(view, view.ids[-1])
    pick(last, "Token probabilities")
    qtbot.waitUntil(lambda: "written by No such model" in said(last), timeout=PATIENCE_MS)


def test_stop_ends_the_reading_and_brings_the_answer_back(desktop: Desktop, qtbot: QtBot) -> None:
    card = answered(desktop, qtbot)
    services, view = desktop.services, desktop.window.chat.transcript
    assert services is not None
    long = services.asking.edit(card.message.id, "The waves come in and go out again, all day long. " * 120)
    qtbot.waitUntil(lambda: view.shows(long.id), timeout=PATIENCE_MS)
    edited = answer(view, long.id)
    pick(edited, "Token probabilities")
    qtbot.waitUntil(lambda: "Reading the answer again" in said(edited), timeout=PATIENCE_MS)
    button(edited, "Stop reading the answer again").click()
    assert "waves" in edited.copied_text() and "Reading the answer again" not in said(edited)
    qtbot.waitUntil(lambda: not services.models.is_answering, timeout=PATIENCE_MS)
    assert not find_all(edited, kind=TokenText)
