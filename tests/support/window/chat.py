"""The transcript of a chat: its messages, and what stands in an answer."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollBar, QTextBrowser, QTextEdit, QWidget

from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.card_window import CardWindow
from app.desktop.chat.cards import MessageCard
from app.desktop.chat.transcript import TranscriptView
from app.desktop.markdown.body import AnswerBody
from app.desktop.markdown.prose import ProseBlock
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.desktop.run_view.tool_call import ToolCallCard
from app.desktop.run_view.waiting import WaitingLine
from app.desktop.widgets.banner import Banner
from tests.support.window.finding import find, find_all, found, part
from tests.support.window.pressing import button

STATE = re.compile(", (opened|closed)$")
FOLDED = re.compile(r"^Show (all \(.*\)|less)$")


# The messages


def scroll_area(view: TranscriptView) -> CardWindow:
    """What the messages are scrolled in."""
    return part(view, CardWindow)


def scroll_bar(view: TranscriptView) -> QScrollBar:
    return scroll_area(view).verticalScrollBar()


def shown_card(view: TranscriptView, number: int) -> MessageCard | None:
    """The card of a message, if it is built."""
    cards = [card for card in find_all(view, kind=MessageCard) if card.message.id == number]
    assert len(cards) <= 1
    return cards[0] if cards else None


def card(view: TranscriptView, number: int) -> MessageCard:
    """The card of a message."""
    shown = shown_card(view, number)
    assert shown is not None, f"message {number} has no card"
    return shown


def answer(view: TranscriptView, number: int = 1) -> AnswerCard:
    """The card of an answer."""
    shown = card(view, number)
    assert isinstance(shown, AnswerCard)
    return shown


def top_on_screen(view: TranscriptView, number: int) -> int:
    """How far below the upper edge of the transcript a message begins."""
    return card(view, number).mapTo(view, QPoint(0, 0)).y()


def message_at(view: TranscriptView, y: int) -> int | None:
    """The message that stands so far below the upper edge, or begins next below; None while it is not built."""
    cards = sorted(find_all(view, kind=MessageCard), key=lambda each: each.y())
    below = [each for each in cards if top_on_screen(view, each.message.id) + each.height() > y]
    if not below or top_on_screen(view, below[0].message.id) > y + 40:
        return None
    return below[0].message.id


def messages_in_sight(view: TranscriptView) -> list[int]:
    """The messages that can be seen at least in part, [] while a place between them is still empty."""
    area, height = scroll_area(view), scroll_area(view).viewport().height()
    if area.column.unbuilt(area.viewport().rect().translated(0, area.verticalScrollBar().value())):
        return []
    cards = sorted(find_all(view, kind=MessageCard), key=lambda each: each.y())
    tops = {each.message.id: top_on_screen(view, each.message.id) for each in cards}
    return [
        each.message.id
        for each in cards
        if tops[each.message.id] < height and tops[each.message.id] + each.height() > 0
    ]


def link_question(root: QWidget) -> Banner | None:
    """The strip that asks whether an address is to be opened."""
    return found(root, re.compile("^Open this address"), Banner)


# What stands in one of them


def thoughts(answer: QWidget) -> ReasoningCard:
    """What the model thought, or thinks."""
    return find(answer, kind=ReasoningCard, directly=True)


def thoughts_line(thoughts: ReasoningCard) -> QAbstractButton:
    """The line about them, which opens and closes them."""
    return button(thoughts, STATE)


def thoughts_text(thoughts: ReasoningCard) -> QTextBrowser | None:
    """The text in sight: all of it once it is opened, else its last lines while the model thinks."""
    return found(thoughts, "Reasoning", QTextBrowser)


def answer_now(thoughts: ReasoningCard) -> QAbstractButton | None:
    """The button that ends the thinking, while there is one."""
    return found(thoughts, "Answer now", QAbstractButton)


def waits_for(answer: QWidget) -> WaitingLine | None:
    """The line that says what the next word waits for."""
    return found(answer, kind=WaitingLine, directly=True)


def ending(answer: QWidget) -> Banner | None:
    """The strip that says how the answer ended."""
    return found(answer, kind=Banner, directly=True)


def body(owner: QWidget) -> AnswerBody | None:
    """The words of an answer, or of what a run says."""
    return found(owner, kind=AnswerBody, directly=True)


def shown_html(body: AnswerBody) -> str:
    """The prose of an answer as it is handed to Qt."""
    return "".join(prose.prose.html for prose in find_all(body, kind=ProseBlock))


def notices(answer: AnswerCard) -> list[QLabel]:
    """What is to be known of an answer, a line each."""
    return find_all(answer, kind=QLabel, directly=True)


def calls(answer: AnswerCard) -> list[ToolCallCard]:
    """The calls that an answer makes."""
    return find_all(answer, kind=ToolCallCard, directly=True)


def passed_to(call: ToolCallCard) -> QTextBrowser | None:
    """What is passed to the tool."""
    return found(call, re.compile("^What is passed to "), QTextBrowser)


def call_note(call: ToolCallCard) -> QLabel:
    """How well the call could be read."""
    return find(call, kind=QLabel, directly=True)


def unfolds(root: QWidget) -> QAbstractButton | None:
    """The button that shows the rest of something long, or less of it again."""
    return found(root, FOLDED, QAbstractButton)


def own_words(card: MessageCard) -> str:
    """What the user wrote."""
    return find(card, "Your message", QTextBrowser).toPlainText()


def editor(root: QWidget, name: str = "Edit message") -> QTextEdit:
    """The field in which a message, or "Summary", is changed."""
    return find(root, name, QTextEdit)


def steps_line(steps: QWidget) -> QAbstractButton:
    """The line about the steps of an answer, which folds them."""
    return button(steps, re.compile(r"^\d+ steps?(, .*)?, (opened|closed)$"))


def undo_all(steps: QWidget) -> QAbstractButton | None:
    """The button that takes back what an answer changed."""
    return found(steps, "Undo what this answer changed", QAbstractButton)
