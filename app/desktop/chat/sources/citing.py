"""Finds out what answers cite, off the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec
from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.markdown.source_marks import numbers_in
from app.markdown.markdown import Prose, parse
from app.services.chat.collections.collection_search import NOTHING, READ
from app.services.chat.events import AnswerRestarted, BranchShown, MessageAdded
from app.services.events import ServiceEvent
from app.services.models.events import AnswerFinished
from app.store.records import Message

if TYPE_CHECKING:
    from app.desktop.chat.sources.source_list import Sources
    from app.services.services import Services

# What may bring a chat its first source.
_NEW = MessageAdded | BranchShown | AnswerRestarted | AnswerFinished


class Citing(QObject):
    """Gives answers what they cite, or were given. A chat without any source is asked again once a message came to
    it, or an answer is whose run may have found some."""

    def __init__(self, calls: ServiceCalls, parent: QObject) -> None:
        super().__init__(parent)
        self._calls = calls
        self._asked: WeakKeyDictionary[QObject, int] = WeakKeyDictionary()  # how often, by card
        self._without: int | None = None  # a chat without a source
        self._told = 0  # how often there was something new

    def give(self, card: Any) -> None:
        """Let the card of an answer `show_sources`, if there are any."""
        if card.message.conversation == self._without:
            return
        message = msgspec.structs.replace(card.message, content=card.streamed_text())
        self._asked[card] = asked = self._asked.get(card, 0) + 1
        self._calls.do(
            lambda services: _sources(services, message),
            partial(self._take, card, message, asked, self._told),
            executor="io",
            owner=card,
        )

    def take_events(self, events: Sequence[ServiceEvent]) -> None:
        if any(isinstance(event, _NEW) for event in events):
            self._without = None
            self._told += 1

    def _take(self, card: Any, message: Message, asked: int, told: int, found: Sources | None) -> None:
        if found is None:
            self._without = message.conversation if told == self._told else None
        elif asked != self._asked[card]:
            return  # several threads answer: what was asked last may come first
        elif (found.sources or found.searched) and card.message.id == message.id:
            card.show_sources(found)


def _sources(services: Services, answer: Message) -> Sources | None:
    """What an answer cites; of one that is being written only what it can cite. None where its chat has no source."""
    from app.desktop.chat.sources.source_list import Sources

    known = services.source_views.known(answer)
    if known is None:
        return None
    sources = known.sources
    if answer.state == "streaming":
        return Sources(sources)
    searched = next((each for each in known.notices if each.code in (READ, NOTHING)), None)
    if not sources:
        return Sources((), searched=searched)
    citations = services.citations.of(answer)
    marks = {each.first: set[int]() for each in citations}
    for each in citations:
        marks[each.first].add(each.number)
    shown = [
        numbers
        for block in parse(answer.content)
        if isinstance(block, Prose)
        for numbers in numbers_in(block.html)
    ]
    return Sources(
        sources, citations, in_step=shown == [marks[first] for first in sorted(marks)], searched=searched
    )
