"""Pages of documents as pictures, with sentences for what cannot be shown."""

from __future__ import annotations

from collections.abc import Callable

from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.showing import PagePicture, page_picture
from app.services.chat.attachments.reasons import reason
from engine.errors import ErrorInfo, UserError


def page_of(
    name: str,
    content: bytes,
    page: int,
    width: int,
    words: str = "",
    cancelled: Callable[[], bool] = lambda: False,
) -> PagePicture:
    """A page of a PDF, from 1, about `width` pixels wide, with the places of `words`. Blocks on another process.

    Raises UserError `source.no_page`, `source.page_time`, `source.page_broke`, and `attachment.*` for what
    reading the document says.
    """
    try:
        return page_picture(content, page, width, words, cancelled)
    except Unreadable as error:
        # Of a page other sentences are said than of a document that is to be attached.
        told = {
            "no_such_part": ErrorInfo("source.no_page", {"name": name, "page": page}),
            "time": ErrorInfo("source.page_time", {"name": name, "page": page}),
            "broke": ErrorInfo("source.page_broke", {"name": name, "page": page}),
        }.get(error.why, reason(error, name))
        raise UserError.from_info(told) from error
