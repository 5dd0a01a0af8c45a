"""Pages of documents as pictures, drawn in a child process."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec

from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import MOST_BYTES, Pixels

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
    found = _asked("draw", {"page": page, "width": width, "words": words}, content, cancelled)
    return msgspec.convert(found | {"png": base64.b64decode(found["png"])}, PagePicture)


class ScannedPage(msgspec.Struct, frozen=True):
    """A page as a model looks at it, of a document with `count` pages. `blank`: nothing is on it."""

    pixels: Pixels
    count: int
    blank: bool


def scanned_page(content: bytes, page: int, cancelled: Callable[[], bool] = lambda: False) -> ScannedPage:
    """A page of a PDF, from 1. Raises Unreadable."""
    found = _asked("render", {"page": page}, content, cancelled)
    pixels = Pixels(found["width"], found["height"], base64.b64decode(found["pixels"]))
    return ScannedPage(pixels, found["count"], found["blank"])


def _asked(
    work: str, request: dict[str, Any], content: bytes, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    try:
        with Child(
            f"agents.tools.documents.page_picture:{work}", seconds=SECONDS, cancelled=cancelled
        ) as child:
            found: dict[str, Any] = child.ask(request, content)
    except ChildEnded as ended:
        raise Unreadable(ended.why) from ended
    if "error" in found:
        raise Unreadable(found["why"], found["detail"], "pdf")
    return found
