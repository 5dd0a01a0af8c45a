"""How full the context is: said with its unit in every width, and what fills it in a card."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.chat.compaction import compaction_controller
from app.desktop.chat.compaction.context_card import ContextCard
from app.desktop.chat.compaction.context_use import filling
from app.store.records import ChatOptions
from tests.app.desktop.conftest import Running
from tests.support.window.finding import find_all
from tests.support.window.late import Late
from tests.support.window.pressing import press
from tests.support.window.reading import labels


def cards(running: Running) -> list[ContextCard]:
    return [card for card in running.window.findChildren(ContextCard) if card.isVisible()]


def opened(running: Running) -> ContextCard:
    running.until(running.window.chat.header.context.isVisible)
    running.window.chat.header.context.click()
    running.until(lambda: len(cards(running)) == 1)
    return cards(running)[0]


def test_the_gauge_says_tokens_and_stays_in_a_narrow_window(running: Running, qtbot: QtBot) -> None:
    running.window.resize(1280, 760)
    running.send("A question")
    gauge = running.window.chat.header.context
    running.until(lambda: bool(re.fullmatch(r"[\d.]+k? of 8k tokens", gauge.words())))
    running.window.resize(760, 700)
    running.until(lambda: gauge.words() == "")
    assert gauge.isVisible() and gauge.accessibleName().endswith("of 8,192 context tokens in use")
    running.until(lambda: gauge.width() < 60)


def test_a_card_says_what_fills_the_context(running: Running, qtbot: QtBot) -> None:
    running.window.resize(1280, 760)
    running.send("A question that is about as long as the answer")
    card = opened(running)
    said = labels(card)
    assert "Your messages" in said and "Answers" in said and "Free" in said and "Instructions" not in said
    used = int(running.window.chat.header.context.accessibleName().split()[0].replace(",", ""))
    told = [
        int(words.removeprefix("about ").replace(",", "")) for words in said if words.startswith("about ")
    ]
    assert abs(sum(told) - used) <= 2
    assert f"{8192 - used:,}" in said
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    running.until(lambda: not cards(running))


def test_instructions_are_counted_by_themselves(running: Running) -> None:
    running.window.chat.shown.set_options(ChatOptions(system_prompt="Answer briefly. " * 40))
    running.send("Hello")
    assert running.window.chat.shown.now.conversation is not None
    chat = running.window.chat.shown.now.conversation.id
    parts = dict(filling(running.services, chat, running.services.conversations.path(chat), 1000))
    assert list(parts) == ["instructions", "questions", "answers"]
    assert parts["instructions"] > 900 and abs(sum(parts.values()) - 1000) <= 2


def test_room_is_made_from_the_card(running: Running) -> None:
    running.window.resize(1280, 760)
    running.send("A question")
    running.send("Another question")
    press(opened(running), "Free up space…")
    running.until(lambda: running.window.chat.room.card is not None and not cards(running))


def test_a_larger_context_is_looked_for_from_the_card(running: Running) -> None:
    running.send("A question")
    press(opened(running), "Placement")
    running.until(lambda: running.window.pages.currentWidget() is not running.window.chat)
    QApplication.processEvents()
    assert not find_all(running.window, kind=ContextCard)


def test_what_fills_a_chat_that_was_left_is_not_told_of_the_next_one(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.send("A question")
    first = running.window.chat.shown.now.id
    running.window.go.new_chat()
    running.send("Another question")
    running.until(running.window.chat.header.context.isVisible)
    late = Late(monkeypatch, compaction_controller, "filling")
    running.window.chat.header.context.click()
    running.until(lambda: late.is_asked)
    assert first is not None
    running.window.go.open_chat(first)
    running.until(lambda: len(running.window.chat.transcript.ids) == 2)
    running.until(running.window.chat.header.context.isVisible)
    late.let_go(running.until)
    assert cards(running) == []
