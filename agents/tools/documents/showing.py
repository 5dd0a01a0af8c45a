"""Pages of documents as pictures, drawn in a child process."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import MOST_BYTES, Pixels

# For a page, and of the processor for all pages of a child.
SECONDS, CPU_SECONDS = 20.0, 600.0
# For a page that a model looks at for longer than drawing it takes.
SCAN_SECONDS = 60.0
# What is drawn for nobody any more may go on so long.
PATIENCE_S = 1.0


class PagePicture(msgspec.Struct, frozen=True):
    """A page as PNG, `width` by `height` pixels, of a document with `count` pages. `boxes` are the places of the
    words that were looked for, each left, top, width and height in pixels."""

    png: bytes
    width: int
    height: int
    count: int
    boxes: tuple[tuple[int, int, int, int], ...] = ()


class ShownPages:
    """Draws pages of the PDF that is shown, in a child that keeps it open: until another one is shown, or `close`.

    Thread-safe; one page is drawn at a time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._digest = ""
        self._is_over: Callable[[], bool] = lambda: False

    @property
    def is_open(self) -> bool:
        return self._child is not None

    def picture(
        self,
        content: bytes,
        page: int,
        width: int,
        words: str = "",
        cancelled: Callable[[], bool] = lambda: False,
    ) -> PagePicture:
        """A page, from 1, about `width` pixels wide. Raises Unreadable."""
        if len(content) > MOST_BYTES:
            raise Unreadable("too_large")
        digest = hashlib.sha256(content).hexdigest()
        request = {"page": page, "width": width, "words": words}
        with self._lock:
            if cancelled():
                raise Unreadable("cancelled")
            found = self._asked(request, content, digest, cancelled)
        return msgspec.convert(found | {"png": base64.b64decode(found["png"])}, PagePicture)

    def close(self) -> None:
        """End the child, behind what it draws now; the next picture starts another."""
        with self._lock:
            self._end()

    def _asked(
        self, request: dict[str, Any], content: bytes, digest: str, cancelled: Callable[[], bool]
    ) -> dict[str, Any]:
        """The answer of the child that has the document, or of a new one where it has ended of its limits."""
        kept = self._child if self._digest == digest else None
        begun = time.monotonic()
        # To end it for each page that is turned over would cost more than a page does.
        self._is_over = lambda: cancelled() and time.monotonic() - begun > PATIENCE_S
        found: dict[str, Any] | None = None
        if kept is not None:
            try:
                found = kept.ask(request)
            except ChildEnded as ended:
                self._end()
                if ended.why != "broke":
                    raise Unreadable(ended.why) from ended
        if found is None:
            self._end()
            self._child, self._digest = self._started(), digest
            try:
                found = self._child.ask(request, content)
            except ChildEnded as ended:
                self._end()
                raise Unreadable(ended.why) from ended
        if "error" in found:
            self._end()
            raise Unreadable(found["why"], found["detail"], "pdf")
        return found

    def _started(self) -> Child:
        return Child(
            "agents.tools.documents.page_picture:draw",
            seconds=SECONDS,
            cancelled=lambda: self._is_over(),
            cpu_seconds=CPU_SECONDS,
            lasting=True,
        )

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child, self._digest = None, ""


class ScannedPage(msgspec.Struct, frozen=True):
    """A page as a model looks at it, of a document with `count` pages. `blank`: nothing is on it."""

    pixels: Pixels
    count: int
    blank: bool


def scanned_page(content: bytes, page: int, cancelled: Callable[[], bool] = lambda: False) -> ScannedPage:
    """A page of a PDF, from 1. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    work = "agents.tools.documents.page_picture:render"
    try:
        with Child(work, seconds=SCAN_SECONDS, cancelled=cancelled) as child:
            found: dict[str, Any] = child.ask({"page": page}, content)
    except ChildEnded as ended:
        raise Unreadable(ended.why) from ended
    if "error" in found:
        raise Unreadable(found["why"], found["detail"], "pdf")
    pixels = Pixels(found["width"], found["height"], base64.b64decode(found["pixels"]))
    return ScannedPage(pixels, found["count"], found["blank"])
