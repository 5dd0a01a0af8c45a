"""Tool calls as cards under an answer, and the sentences that stand beside them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QTextBrowser
from shiboken6 import isValid

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.chat.transcript import TranscriptView
from app.desktop.run_view.tool_call import ToolCallCard
from app.desktop.text.tool_call_text import arguments_text, beginning, call_markdown, whole_text
from engine.errors import ErrorInfo
from engine.values import ToolCall
from tests.app.desktop.chat.conversations import message
from tests.support.window.chat import answer, body, call_note, calls, notices, passed_to, unfolds
from tests.support.window.finding import find, find_all, spoken
from tests.support.window.pressing import press
from tests.support.window.timing import stop_ticking

WEATHER = ToolCall("c1", "get_weather", {"city": "제주", "days": 3})
HOSTILE = ToolCall(
    "c2",
    "<b>rm</b>\nhttps://evil.example",
    {"text": '<a href="https://evil.example">click</a> ![x](file:///etc/passwd) **bold**'},
)
BROKEN = ToolCall("c3", "", '{"path": "/tmp/x", "mode": ')


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


def cards(view: TranscriptView) -> list[ToolCallCard]:
    return calls(answer(view))


def test_each_call_is_a_card_below_the_words(view):
    view.add_message(message(1, "assistant", "Let me look.", tool_calls=(WEATHER, HOSTILE, BROKEN)))
    tops = [card.y() for card in cards(view)]
    assert len(tops) == 3 and tops == sorted(tops) and tops[0] > body(answer(view)).geometry().bottom()
    assert answer(view).footer.y() > cards(view)[-1].geometry().bottom()
    first = cards(view)[0]
    assert json.loads(passed_to(first).toPlainText()) == WEATHER.arguments
    assert "제주" in passed_to(first).toPlainText()
    assert first.accessibleName() == "Call of the tool get_weather"


def test_nothing_of_a_call_is_markup_or_a_link(view):
    view.add_message(message(1, "assistant", "", tool_calls=(HOSTILE,)))
    (card,) = cards(view)
    shown = passed_to(card)
    assert json.loads(shown.toPlainText()) == HOSTILE.arguments
    block = shown.document().begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            form = fragments.fragment().charFormat()
            assert not form.isAnchor() and not form.isImageFormat()
            fragments += 1
        block = block.next()
    assert card.accessibleName() == "Call of the tool <b>rm</b> https://evil.example"


def test_a_call_that_cannot_be_read_shows_what_was_written(view):
    view.add_message(message(1, "assistant", "", tool_calls=(BROKEN,)))
    (card,) = cards(view)
    assert passed_to(card).toPlainText() == BROKEN.arguments
    assert spoken(call_note(card)).startswith("The call could not be read")
    assert call_note(card).y() < passed_to(card).y()
    assert "Unknown tool" in card.accessibleName()


def test_what_was_mended_is_said_quietly_below(view):
    call = ToolCall("c", "f", {"count": 3}, coercions=("count: string to integer",), repaired=True, cut=True)
    view.add_message(message(1, "assistant", "", tool_calls=(call,)))
    (card,) = cards(view)
    note = call_note(card)
    assert "ended early" in spoken(note)
    assert "typing slip was corrected" in spoken(note) and "count: string to integer" in spoken(note)
    assert note.y() > passed_to(card).geometry().bottom() - 1
    assert card.height() > note.geometry().bottom()


def test_a_call_without_arguments_is_one_line(view):
    view.add_message(message(1, "assistant", "", tool_calls=(ToolCall("c", "now", {}),)))
    (card,) = cards(view)
    assert passed_to(card) is None and card.height() == themes.current.px(32)


def test_long_arguments_are_folded_until_they_are_asked_for(view):
    call = ToolCall("c", "write", {f"key {number}": number for number in range(100)})
    view.add_message(message(1, "assistant", "", tool_calls=(call,)))
    (card,) = cards(view)
    low = card.height()
    more = unfolds(card)
    assert card.is_folded and more is not None and "102" in more.text()
    more.click()
    assert card.height() > 3 * low and json.loads(passed_to(card).toPlainText()) == call.arguments
    more.click()
    assert card.height() == low
    press(card, "Copy this call")
    stop_ticking(card)
    assert json.loads(QGuiApplication.clipboard().text()) == call.arguments


def test_a_call_appears_while_the_answer_is_written_and_stays_the_same_card(qtbot, view):
    view.add_message(message(1, "assistant", "", "streaming"))
    view.append_delta(1, "I need the weather.", "", 4)
    view.append_call(1, WEATHER)
    flushed(qtbot, view)
    (card,) = cards(view)
    assert card.isVisible() and not answer(view).is_thinking
    view.append_call(1, BROKEN)
    flushed(qtbot, view)
    assert [c.call for c in cards(view)] == [WEATHER, BROKEN]
    view.finish_message(
        message(1, "assistant", "", reasoning="I need the weather.", tool_calls=(WEATHER, BROKEN))
    )
    assert cards(view)[0] is card


def test_copying_an_answer_takes_its_calls_along(view):
    view.add_message(message(1, "assistant", "Let me look.", tool_calls=(WEATHER,)))
    press(answer(view), "Copy this message")
    stop_ticking(answer(view))
    assert QGuiApplication.clipboard().text() == whole_text("Let me look.", (WEATHER,))
    assert '"city": "제주"' in QGuiApplication.clipboard().text()


def test_an_answer_of_calls_alone_is_named_after_them(view):
    view.add_message(message(1, "assistant", "", tool_calls=(WEATHER, BROKEN)))
    assert "get_weather" in answer(view).accessibleName()


def test_editing_hides_the_calls_and_brings_them_back(view):
    view.add_message(message(1, "assistant", "words", tool_calls=(WEATHER,)))
    view.edit_message(1)
    assert cards(view) == []
    answer(view).stop_editing()
    assert len(cards(view)) == 1


def test_notices_are_one_line_each_in_the_readers_language(qtbot, view):
    told = (ErrorInfo("reasoning.ignored_off"), ErrorInfo("tools.cut_in_call"))
    view.add_message(message(1, "assistant", "words", notices=told))
    lines = notices(answer(view))
    assert len(lines) == 2
    assert "told not to think" in spoken(lines[0])
    assert body(answer(view)).geometry().bottom() < lines[0].y() < answer(view).footer.y()
    languages.choose("ko")
    qtbot.waitUntil(lambda: "모델" in spoken(notices(answer(view))[0]))
    view.finish_message(message(1, "assistant", "words"))
    assert notices(answer(view)) == []


def test_cards_follow_theme_and_language(qtbot, view):
    view.add_message(message(1, "assistant", "", tool_calls=(WEATHER, BROKEN)))
    languages.choose("ko")
    qtbot.waitUntil(lambda: "복사" in [b.text() for b in find_all(cards(view)[0], kind=QAbstractButton)])
    themes.choose("dark")
    assert find(cards(view)[1], kind=QTextBrowser).toPlainText() == BROKEN.arguments


def test_a_fence_within_the_arguments_does_not_end_the_block():
    text = call_markdown(ToolCall("c", "f", {"text": "```\ncode\n```"}))
    assert text.startswith("**f**\n\n````json\n") and text.endswith("\n````")


def test_arguments_that_are_nested_too_deep_do_not_fail():
    nested: dict[str, object] = {}
    inner = nested
    for _ in range(100_000):
        inner["x"] = inner = {}
    assert arguments_text(ToolCall("c", "f", {"deep": nested, "flat": 1})) == "deep\nflat"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a\nb"),
        ("1\n2\n3\n4", "1\n2\n3\n4"),
        ("1\n2\n3\n4\n5", "1\n2\n3"),
        ("a" * 26, "a" * 26),
        ("a" * 27, "a" * 20),
        ("", ""),
    ],
)
def test_the_beginning_of_a_text(text: str, shown: str):
    assert beginning(text, 3, 20) == shown


def test_what_fits_on_a_line_stands_on_one():
    items = [{"name": "Rain jacket", "count": 2}, {"name": "Umbrella", "count": 1}, {"name": "x" * 20}]
    text = arguments_text(ToolCall("c", "f", {"list": "Weekend", "items": items}))
    assert text.split("\n")[:4] == [
        "{",
        '  "list": "Weekend",',
        '  "items": [',
        '    {"name": "Rain jacket", "count": 2},',
    ]
    assert arguments_text(WEATHER) == '{"city": "제주", "days": 3}'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=12), inner, max_size=6),
    max_leaves=40,
)


@given(st.dictionaries(st.text(max_size=12), VALUES, min_size=1, max_size=6))
@pytest.mark.long
def test_what_is_shown_is_the_same_json(arguments: dict[str, object]):
    assert json.loads(arguments_text(ToolCall("c", "f", arguments))) == arguments
