"""A real model that thinks without end, in the real window: it is watched, and told to answer now."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from app.desktop.chat.answers.answer import AnswerCard
from engine.values import Sampling
from tests.app.desktop.chat.conftest import PATIENCE_MS
from tests.support.window.chat import answer_now, thoughts, thoughts_line, thoughts_text
from tests.support.window.composer import reasoning

pytestmark = [pytest.mark.model, pytest.mark.long]

# Every reply begins within the thought, and the starter never closes it by itself.
THINKS = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
)


@pytest.fixture
def desktop(open_desktop: Callable[..., Desktop]) -> Desktop:
    return open_desktop(THINKS, sampling=Sampling(temperature=0.0))


def thinking(desktop: Desktop) -> list[AnswerCard]:
    cards = desktop.window.chat.transcript.findChildren(AnswerCard)
    return [card for card in cards if card.is_thinking]


def test_a_model_that_thinks_is_watched_and_told_to_answer_now(desktop: Desktop, qtbot: QtBot) -> None:
    chat = desktop.window.chat

    def ready() -> bool:
        return desktop.services is not None and desktop.services.models.state.state == "ready"

    qtbot.waitUntil(ready, timeout=PATIENCE_MS)
    qtbot.waitUntil(chat.composer.reasoning.isVisible, timeout=PATIENCE_MS)
    assert chat.composer.reasoning.values() == ["auto", "off", "budget"]
    chat.composer.edit.setPlainText("Tell me a very long story about the sea.")
    chat.composer.button.click()
    qtbot.waitUntil(lambda: bool(thinking(desktop)), timeout=PATIENCE_MS)
    (card,) = thinking(desktop)
    thought = thoughts(card)
    qtbot.waitUntil(lambda: "tokens" in thoughts_line(thought).text(), timeout=PATIENCE_MS)
    button = answer_now(thought)
    assert not thought.is_open and thoughts_text(thought) is not None and button is not None

    qtbot.keyClick(
        desktop.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert not button.isEnabled()
    qtbot.waitUntil(lambda: bool(card.streamed_text()), timeout=PATIENCE_MS)
    assert not card.is_thinking and thoughts_text(thought) is None
    chat.commands.stop()
    qtbot.waitUntil(lambda: not chat.shown.answering(), timeout=PATIENCE_MS)
    assert thoughts_line(thought).text().startswith("Thought for")
    assert "think>" not in card.message.content and card.message.reasoning


def test_a_number_of_tokens_ends_the_thought(desktop: Desktop, qtbot: QtBot) -> None:
    chat = desktop.window.chat
    qtbot.waitUntil(chat.composer.reasoning.isVisible, timeout=PATIENCE_MS)
    reasoning(chat.composer, "Limit…").click()
    chat.composer.reasoning.field.setValue(24)
    chat.composer.edit.setPlainText("Tell me a very long story about the sea.")
    chat.composer.button.click()

    def answered() -> bool:
        cards = chat.transcript.findChildren(AnswerCard)
        return bool(cards) and bool(cards[-1].streamed_text())

    qtbot.waitUntil(answered, timeout=PATIENCE_MS)
    chat.commands.stop()
    qtbot.waitUntil(lambda: not chat.shown.answering(), timeout=PATIENCE_MS)
    card = chat.transcript.findChildren(AnswerCard)[-1]
    assert card.message.usage is not None and 24 <= card.message.usage.reasoning_tokens < 120
