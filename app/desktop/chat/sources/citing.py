"""Finds out what answers cite, off the GUI thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.markdown.source_marks import numbers_in
from app.markdown.markdown import Prose, parse
from app.store.records import Message

if TYPE_CHECKING:
    from app.desktop.chat.sources.source_list import Sources
    from app.services.services import Services


class Citing(QObject):
    """Gives answers what they cite."""

    def __init__(self, calls: ServiceCalls, parent: QObject) -> None:
        super().__init__(parent)
        self._calls = calls

    def give(self, card: Any) -> None:
        """Let the card of an answer with numbers in it `show_sources`, if there are any."""
        message = msgspec.structs.replace(card.message, content=card.streamed_text())
        self._calls.do(
            lambda services: _sources(services, message),
            partial(self._take, card, message.id),
            executor="io",
            owner=card,
        )

    def _take(self, card: Any, message: int, found: Sources | None) -> None:
        if found is not None and card.message.id == message:
            card.show_sources(found)


def _sources(services: Services, answer: Message) -> Sources | None:
    """What an answer cites; of one that is being written only what it can cite. None where there is nothing."""
    from app.desktop.chat.sources.source_list import Sources

    sources = services.source_views.known(answer)
    if not sources:
        return None
    if answer.state == "streaming":
        return Sources(sources)
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
    return Sources(sources, citations, in_step=shown == [marks[first] for first in sorted(marks)])
