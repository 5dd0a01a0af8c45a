"""Pages of documents as pictures, drawn in a child process."""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec

from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import MOST_BYTES

SECONDS = 20.0


class PagePicture(msgspec.Struct, frozen=True):
    """A page as PNG, `width` by `height` pixels, of a document with `count` pages. `boxes` are the places of the
    words that were looked for, each left, top, width and height in pixels."""

    png: bytes
    width: int
    height: int
    count: int
    boxes: tuple[tuple[int, int, int, int], ...] = ()


def page_picture(
    content: bytes, page: int, width: int, words: str = "", cancelled: Callable[[], bool] = lambda: False
) -> PagePicture:
    """A page of a PDF, from 1, about `width` pixels wide. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    work = "agents.tools.documents.page_picture:draw"
    try:
        with Child(work, seconds=SECONDS, cancelled=cancelled) as child:
            found = child.ask({"page": page, "width": width, "words": words}, content)
    except ChildEnded as ended:
        raise Unreadable(ended.why) from ended
    if "error" in found:
        raise Unreadable(found["why"], found["detail"], "pdf")
    return msgspec.convert(found | {"png": base64.b64decode(found["png"])}, PagePicture)
