"""What a source is read from, as it is shown beside an answer: the page, with the quoted words marked.

Methods block on the disk and on other processes: call them off the GUI thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agents.tools.documents.kind_by_content import is_pdf
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.places import place_of
from agents.tools.documents.quotations import Range, places
from agents.tools.documents.reading import Extracted, Part, extracted
from agents.tools.documents.showing import PagePicture, ShownPages
from app.services.chat.attachments.given_files import read_file
from app.services.chat.attachments.reasons import reason
from app.store.records import Given, Message, Source
from engine.errors import ErrorInfo, UserError

if TYPE_CHECKING:
    from app.store.store import Store


class SourceView(msgspec.Struct, frozen=True):
    """One of `count` pages or parts of a source, `page` from 1: the `picture` of a page, or `text` with the `ranges`
    of the quoted words in it. `label` names a part, "" for the whole. `pictured`: there are pictures of its pages.
    `changed`: the file is another one than the one that was read."""

    page: int
    count: int
    label: str = ""
    picture: PagePicture | None = None
    text: str = ""
    ranges: tuple[Range, ...] = ()
    pictured: bool = False
    changed: bool = False


class SourceViews:
    """Keeps the text of the source that was shown last, or its pages open, as turning a page would read it again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pages = ShownPages()
        self._last: tuple[str, Extracted] | None = None

    def known(self, answer: Message) -> Given | None:
        """The sources that an answer of the shown branch could have cited, and what its question was told; None
        where no question of its chat was given anything."""
        given = self._store.messages.given(answer.conversation)
        if not given:
            return None
        path = self._store.messages.path(answer.conversation)
        before = path[: path.index(answer.id) + 1] if answer.id in path else []
        sources = [source for message in before if message in given for source in given[message].sources]
        return Given(tuple(sources), given.get(answer.parent or 0, Given()).notices)

    def content(self, conversation: int, source: Source) -> bytes:
        """The file itself. Raises UserError `source.gone` and as `read_file` does."""
        content = self._store.contents.get(conversation, source.sha256) if source.sha256 else None
        if content is None and source.path:
            content = read_file(Path(source.path))
        if not content:
            raise UserError("source.gone", name=source.name)
        return content

    def view(
        self,
        conversation: int,
        source: Source,
        page: int = 0,
        *,
        quote: str = "",
        width: int = 800,
        as_text: bool = False,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> SourceView:
        """A page of a source, 0: the one that it stands on. Marked on that are the words of `quote`, or those of the
        source. A picture is about `width` pixels wide; `as_text`: the text of a page instead.

        Raises UserError as `content` does, `source.no_page`, `source.page_time`, `source.page_broke`, and
        `attachment.*` for what reading the document says.
        """
        content = self.content(conversation, source)
        digest = hashlib.sha256(content).hexdigest()
        changed = bool(source.sha256) and digest != source.sha256
        pictured = is_pdf(content)
        try:
            if pictured:
                shown = self._of_pdf(content, source, page, quote, 0 if as_text else width, cancelled)
            else:
                shown = _of_parts(self._read(source, content, digest, cancelled), source, page, quote)
        except Unreadable as error:
            raise UserError.from_info(_why(error, source.name, page or _page_of(source))) from error
        return msgspec.structs.replace(shown, pictured=pictured, changed=changed)

    @property
    def holds_open(self) -> bool:
        """Whether a child has a document open."""
        return self._pages.is_open

    def end(self) -> None:
        """Nothing is shown any more: keep nothing open."""
        self._pages.close()
        self._last = None

    def _of_pdf(
        self,
        content: bytes,
        source: Source,
        page: int,
        quote: str,
        width: int,
        cancelled: Callable[[], bool],
    ) -> SourceView:
        """A page as a picture, or without a `width` as text."""
        own = _page_of(source)
        page = page or own
        words = (quote or source.text) if page == own else ""
        if width:
            drawn = self._pages.picture(content, page, width, words, cancelled)
            return SourceView(page, drawn.count, picture=drawn)
        read = extracted(source.name, content, cancelled, page, page)
        text = "\n\n".join(part.text for part in read.parts)
        return SourceView(page, read.count, text=text, ranges=_marked(text, source, quote) if words else ())

    def _read(
        self, source: Source, content: bytes, digest: str, cancelled: Callable[[], bool]
    ) -> Sequence[Part]:
        if self._last is None or self._last[0] != digest:
            self._last = (digest, extracted(source.name, content, cancelled))
        return self._last[1].parts


def _of_parts(parts: Sequence[Part], source: Source, page: int, quote: str) -> SourceView:
    """A part of a document that has no pages to see; parts without text are not counted."""
    if not parts:
        raise Unreadable("no_text")
    same = (place for place, part in enumerate(parts, 1) if source.part and part.number == source.part)
    own = next(same, 1)
    page = page or own
    if not 1 <= page <= len(parts):
        raise Unreadable("no_such_part")
    part = parts[page - 1]
    ranges = _marked(part.text, source, quote) if page == own else ()
    return SourceView(page, len(parts), part.label, text=part.text, ranges=ranges)


def _page_of(source: Source) -> int:
    place = place_of(source.label)
    return place.first if place and place.kind == "page" else source.part or 1


def _marked(text: str, source: Source, quote: str) -> tuple[Range, ...]:
    """Where the quoted words, or those of the passage, stand in a text: within the passage, where it is there as it
    was read."""
    first, last = source.first, source.last
    if not source.text or text[first:last] != source.text:
        return places(text, quote or source.text)
    if not quote:
        return ((first, last),)
    within = tuple((start + first, end + first) for start, end in places(source.text, quote))
    return within or places(text, quote)


def _why(error: Unreadable, name: str, page: int) -> ErrorInfo:
    # Of a page other sentences are said than of a document that is to be attached.
    return {
        "no_such_part": ErrorInfo("source.no_page", {"name": name, "page": page}),
        "time": ErrorInfo("source.page_time", {"name": name, "page": page}),
        "broke": ErrorInfo("source.page_broke", {"name": name, "page": page}),
    }.get(error.why, reason(error, name))
