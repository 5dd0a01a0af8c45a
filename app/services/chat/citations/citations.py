"""What answers cite: the sources that their numbers name, and whether what they quote stands there.

Methods of `Citations` block on the disk: call them off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from agents.tools.documents.reading import Part
from app.services.chat.citations.answer_marks import Mark, Quotation, marks, quotations
from app.services.chat.citations.quotation_check import SourceText
from app.store.records import Attachment, Message, Source

if TYPE_CHECKING:
    from app.store.store import Store

PartsOf = Callable[[Source], Sequence[Part]]


class Citation(msgspec.Struct, frozen=True):
    """One number in an answer, whose mark stands from `first` to `last` in it. `source` is None where no source has
    the number.

    `quote` are the words that are quoted beside it, "" for none, from `quote_first` to `quote_last`; `found` says
    whether they stand in the source, without words whether there is one. `part` and `label` are where they stand, of
    the source where that is not known.
    """

    number: int
    first: int
    last: int
    source: Source | None = None
    quote: str = ""
    quote_first: int = 0
    quote_last: int = 0
    found: bool = False
    part: int = 0
    label: str = ""


class Citations:
    """`parts_of` gives the text of an attachment of a chat."""

    def __init__(self, store: Store, parts_of: Callable[[int, Attachment], Sequence[Part]]) -> None:
        self._store, self._parts_of = store, parts_of

    def of(self, answer: Message) -> tuple[Citation, ...]:
        """What an answer of the shown branch cites."""
        path = self._store.messages.path(answer.conversation)
        if answer.id not in path:
            return ()
        branch = self._store.messages.get_all(path[: path.index(answer.id) + 1])
        sources = [source for message in branch for source in message.sources]
        attached = {each.sha256: each for message in branch for each in message.attachments}

        def parts_of(source: Source) -> Sequence[Part]:
            attachment = attached.get(source.sha256)
            return self._parts_of(answer.conversation, attachment) if attachment else ()

        return citations_of(answer.content, sources, parts_of)


def citations_of(
    answer: str, sources: Sequence[Source], parts_of: PartsOf = lambda source: ()
) -> tuple[Citation, ...]:
    """What an answer cites, in its order, of the sources that it could have cited; () without any. `parts_of` gives
    the text of a source that is a whole attachment."""
    if not sources:
        return ()
    known = {source.number: source for source in sources}
    texts: dict[int, SourceText] = {}

    def find(number: int, quote: str) -> Part | None:
        source = known.get(number)
        if source is None:
            return None
        if number not in texts:
            own = [Part(source.label, source.text, source.part)]
            # Notes are no quotation: the file is what counts.
            texts[number] = SourceText(own if source.text and not source.is_notes else parts_of(source))
        return texts[number].find(quote)

    found = [each for quotation in quotations(answer) for each in _of_quotation(quotation, known, find)]
    # An extract is not the page: what it does not have may well stand there.
    quoted = [each for each in found if each.found or each.source is None or not each.source.url]
    said = {(each.first, each.number) for each in quoted}
    others = [
        _plain(number, mark, known.get(number))
        for mark in marks(answer)
        for number in mark.numbers
        if (mark.first, number) not in said
    ]
    return tuple(sorted([*quoted, *others], key=lambda each: (each.first, each.number, each.quote_first)))


def _plain(number: int, mark: Mark, source: Source | None) -> Citation:
    place = (source.part, source.label) if source else (0, "")
    return Citation(number, mark.first, mark.last, source, "", 0, 0, source is not None, *place)


def _of_quotation(
    quotation: Quotation, known: dict[int, Source], find: Callable[[int, str], Part | None]
) -> list[Citation]:
    """The numbers beside a quotation in whose sources it stands, else the first of them that there is."""
    beside = [(mark, number) for mark in quotation.marks for number in mark.numbers]
    found: list[Citation] = []
    for mark, number in beside:
        part = find(number, quotation.text)
        if part is not None:
            found.append(_quoting(quotation, mark, number, known.get(number), part))
    if found:
        return found[:1]
    mark, number = next((each for each in beside if each[1] in known), beside[0])
    return [_quoting(quotation, mark, number, known.get(number), None)]


def _quoting(
    quotation: Quotation, mark: Mark, number: int, source: Source | None, part: Part | None
) -> Citation:
    place = (part.number, part.label) if part else (source.part, source.label) if source else (0, "")
    where = (quotation.text, quotation.first, quotation.last)
    return Citation(number, mark.first, mark.last, source, *where, part is not None, *place)
