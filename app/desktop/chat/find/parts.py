"""The texts of a card in the order they are read, those that are folded away included."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.desktop.chat.cards import MessageCard
from app.desktop.markdown.body import AnswerBody
from app.desktop.run_view.bubble import Bubble
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.desktop.run_view.tool_call import ToolCallCard

Text = QTextEdit | QPlainTextEdit
# What shows a part of its text, or none of it, until `unfold`.
Folding = ReasoningCard | AnswerBody | Bubble | ToolCallCard


class Part(NamedTuple):
    """A text that is shown, or what is `folded` of one that is not."""

    text: Text | None = None
    folded: Folding | None = None


def texts_of(card: QWidget) -> list[Text]:
    """The texts that are shown, from top to bottom."""
    return [part.text for part in parts_of(card) if part.text is not None]


def parts_of(card: QWidget) -> list[Part]:
    """All texts of a card, from top to bottom; none while it is edited."""
    if isinstance(card, MessageCard) and card.is_editing:
        return []
    found: list[tuple[int, int, Part]] = []
    for widget in card.findChildren(QWidget):
        if not isinstance(widget, Text | Folding) or not widget.isVisibleTo(card):
            continue
        if isinstance(widget, Text):
            if not _is_peek(widget):
                found.append((_y(card, widget, 0), 0, Part(text=widget)))
        elif widget.folded_text():
            below = 0 if isinstance(widget, ReasoningCard) else widget.height()
            found.append((_y(card, widget, below), 1, Part(folded=widget)))
    found.sort(key=lambda each: each[:2])
    return [part for _, _, part in found]


def _y(card: QWidget, widget: QWidget, below: int) -> int:
    return widget.mapTo(card, QPoint(0, below)).y()


def _is_peek(text: Text) -> bool:
    """Whether it shows the end of a thought that is folded."""
    above = text.parentWidget()
    while above is not None and not isinstance(above, MessageCard):
        if isinstance(above, ReasoningCard):
            return not above.is_open
        above = above.parentWidget()
    return False
