"""What is seen while a model thinks: its last words, time and tokens, and the button that asks for the answer."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.desktop.chat.live_answers import LiveAnswers, reasoning_tokens
from app.desktop.chat.transcript import TranscriptView
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.services.models.events import Owner, TextDelta
from engine.values import Timings, Usage
from tests.app.desktop.chat.conversations import message
from tests.support.window import chat
from tests.support.window.chat import answer, answer_now, thoughts_line, thoughts_text
from tests.support.window.finding import spoken
from tests.support.window.timing import put_forward


@pytest.fixture
def view(qtbot, looks):
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(960, 700)
    view.show()
    yield view
    view.clear()
    qtbot.waitUntil(lambda: not isValid(view))


def flushed(qtbot, view: TranscriptView) -> None:
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in view.findChildren(QTimer)))


def thinking(qtbot, view: TranscriptView, text: str = "hmm ", tokens: int = 1) -> ReasoningCard:
    view.add_message(message(1, "assistant", "", "streaming"))
    view.append_delta(1, text, "", tokens)
    flushed(qtbot, view)
    return chat.thoughts(answer(view))


def test_the_last_words_are_shown_as_plain_text_while_it_thinks(qtbot, view):
    thoughts = thinking(qtbot, view, "<b>one</b> https://x.y\n" + "line\n" * 40 + "**last**")
    shown = thoughts_text(thoughts)
    assert shown.toPlainText().endswith("**last**") and "<b>one</b>" in shown.toPlainText()
    assert not shown.document().firstBlock().charFormat().isAnchor()
    # Its end stands at the lower edge of a few lines.
    window = shown.parentWidget()
    assert shown.geometry().bottom() == window.rect().bottom()
    assert window.height() < shown.height()


def test_a_thought_without_end_keeps_its_last_words_in_sight(qtbot, view):
    thoughts = thinking(qtbot, view)
    for number in range(400):
        view.append_delta(1, f"thought {number}\n", "", 3)
    flushed(qtbot, view)
    shown = thoughts_text(thoughts).toPlainText()
    assert shown.rstrip().endswith("thought 399") and len(shown) < 4000
    assert "thought 0\n" in thoughts.text


def test_time_and_tokens_are_told_while_it_thinks(qtbot, view, monkeypatch):
    thoughts = thinking(qtbot, view, tokens=340)
    put_forward(monkeypatch, 12.5)
    qtbot.waitUntil(
        lambda: any(int(seconds) >= 12 for seconds in re.findall(r"(\d+) s", thoughts_line(thoughts).text()))
    )
    assert (
        thoughts_line(thoughts).text().startswith("Reasoning…")
        and "340 tokens" in thoughts_line(thoughts).text()
    )
    # A screen reader is not told anew each second.
    assert spoken(thoughts_line(thoughts)) == "Reasoning…, closed"


def test_it_folds_when_the_answer_begins(qtbot, view):
    thoughts = thinking(qtbot, view, "line\n" * 20, tokens=40)
    height = answer(view).height()
    view.append_delta(1, "", "So")
    flushed(qtbot, view)
    assert thoughts_text(thoughts) is None and not thoughts.is_open
    assert answer(view).height() < height
    assert answer_now(thoughts) is None
    view.finish_message(
        message(
            1, "assistant", "So", reasoning="x", timings=Timings(reasoning_s=12.2), usage=Usage(0, 0, 50, 40)
        )
    )
    assert thoughts_line(thoughts).text().startswith("Thought for 12 s  ·  40 tokens")


def test_what_a_reader_opened_stays_open_when_the_answer_begins(qtbot, view):
    thoughts = thinking(qtbot, view)
    thoughts_line(thoughts).click()
    view.append_delta(1, "more", "So")
    flushed(qtbot, view)
    assert thoughts.is_open and thoughts_text(thoughts).toPlainText() == "hmm more"


def test_answer_now_is_asked_for_once_by_keyboard(qtbot, view):
    asked: list[int] = []
    view.answer_now_requested.connect(asked.append)
    thoughts = thinking(qtbot, view)
    button = answer_now(thoughts)
    assert button is not None and button.text() == "Answer now"
    chat.scroll_area(view).setFocus()
    for _ in range(3):
        view.focusNextPrevChild(True)
        if button.hasFocus():
            break
    assert button.hasFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert asked == [1] and not button.isEnabled()
    # The focus does not get lost with the button.
    assert QApplication.focusWidget() is thoughts_line(thoughts)
    view.answer_now()
    assert asked == [1]


def test_in_an_open_thought_the_button_stands_at_its_end(qtbot, view):
    thoughts = thinking(qtbot, view, "line\n" * 60)
    thoughts_line(thoughts).click()
    button = answer_now(thoughts)
    assert button.y() > thoughts_text(thoughts).geometry().bottom() - 1
    assert thoughts.height() >= button.geometry().bottom()


def test_a_finished_thought_has_no_button(qtbot, view):
    view.add_message(message(1, "assistant", "So", reasoning="x"))
    assert answer_now(chat.thoughts(answer(view))) is None
    view.answer_now()


def test_a_chat_that_is_opened_again_goes_on_with_time_and_tokens(qtbot, view, monkeypatch):
    live = LiveAnswers(lambda _message, pieces: ("hmm", "") if pieces == 7 else None)
    live.begin(1)
    live.append(TextDelta(Owner(1), "hmm", "", 7))
    put_forward(monkeypatch, 30)
    view.add_message(live.up_to_date(message(1, "assistant", "", "streaming")))
    view.append_delta(1, " well", "", 3)
    flushed(qtbot, view)
    line = thoughts_line(chat.thoughts(answer(view))).text()
    assert "30 s" in line and "10 tokens" in line


@pytest.mark.parametrize(
    ("delta", "tokens"),
    [
        (TextDelta(Owner(1), "abc", "", 3), 3),
        (TextDelta(Owner(1), "", "abc", 3), 0),
        (TextDelta(Owner(1), "abcd", "efgh", 4), 2),
        (TextDelta(Owner(1), "", "", 1), 0),
    ],
)
def test_the_tokens_of_a_delta_that_are_reasoning(delta: TextDelta, tokens: int):
    assert reasoning_tokens(delta) == tokens
