"""Reads documents in child processes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec

from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kind_by_content import is_pdf
from agents.tools.documents.kinds import Kind, Unreadable
from agents.tools.function_tool import ToolTrouble

MOST_BYTES = 64 * 1024**2
SECONDS = 60.0


class Part(msgspec.Struct, frozen=True):
    """A page, slide or sheet; `label` names it ("page 3"), "" for the whole of a document without such. `number`
    counts from 1, those without text too."""

    label: str
    text: str
    number: int = 0


class Extracted(msgspec.Struct, frozen=True):
    """The text of a document of `kind`; `count` is the number of its parts, those without text too. `cut`: there is
    more than what was read."""

    kind: Kind
    parts: tuple[Part, ...]
    count: int
    cut: bool


def extracted(
    name: str,
    content: bytes,
    cancelled: Callable[[], bool],
    first: int = 1,
    last: int | None = None,
    on_progress: Callable[[int], None] = lambda done: None,
    child: Child | None = None,
) -> Extracted:
    """The parts `first` to `last` of a document, recognized by its content and its name. `on_progress` gets how many
    parts were read. `child` is one of `document_child` that is used for several; it has ended after Unreadable with
    "time" or "broke". Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    request: dict[str, Any] = {"kind": "", "name": name, "first": first, "last": last}
    try:
        if child is None:
            found = _found(request, content, cancelled, on_progress)
        else:
            found = child.ask(request, content, on_progress)
    except ChildEnded as ended:
        if ended.why == "cancelled" or not is_pdf(content):
            raise Unreadable(ended.why) from ended
        try:  # with the second reader of PDF, which breaks on other files
            found = _found({**request, "second": True}, content, cancelled, on_progress)
        except ChildEnded as again:
            raise Unreadable(again.why) from again
    if "error" in found:
        raise Unreadable(found["why"], found["detail"], found["kind"])
    return msgspec.convert(found | {"parts": _parts(found)}, Extracted)


class Pixels(msgspec.Struct, frozen=True):
    """A picture: three bytes of red, green and blue for each of `width` x `height` pixels, row after row."""

    width: int
    height: int
    data: bytes


def decoded(content: bytes, cancelled: Callable[[], bool]) -> Pixels:
    """The pixels of a picture, as much of it as models look at. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large", kind="picture")
    work = "agents.tools.documents.pictures:decode"
    try:
        with Child(work, seconds=SECONDS, cancelled=cancelled) as child:
            found: dict[str, Any] = child.ask({}, content)
    except ChildEnded as ended:
        raise Unreadable(ended.why, kind="picture") from ended
    if "pixels" not in found:
        raise Unreadable(found["why"], found["detail"], "picture")
    return Pixels(found["width"], found["height"], base64.b64decode(found["pixels"]))


def _found(
    request: dict[str, Any],
    content: bytes,
    cancelled: Callable[[], bool],
    on_progress: Callable[[int], None],
) -> dict[str, Any]:
    with document_child(cancelled) as child:
        found: dict[str, Any] = child.ask(request, content, on_progress)
        return found


def read_in_child(
    kind: Kind, content: bytes, cancelled: Callable[[], bool], child: Child | None = None
) -> list[Part]:
    """The parts of a document. `child` is one of `document_child` that is used for several.

    Raises ToolTrouble for what cannot be read, and ChildEnded only when `child` was given.
    """
    if len(content) > MOST_BYTES:
        raise ToolTrouble(f"It is larger than {MOST_BYTES // 1024**2} MiB.")
    if child is not None:
        return _asked(child, kind, content)
    try:
        with document_child(cancelled) as own:
            return _asked(own, kind, content)
    except ChildEnded as ended:
        raise ToolTrouble(f"The document could not be read: {Unreadable(ended.why)}.") from ended


def document_child(cancelled: Callable[[], bool], seconds: float = SECONDS) -> Child:
    return Child("agents.tools.documents.extracting:extract", seconds=seconds, cancelled=cancelled)


def _asked(child: Child, kind: Kind, content: bytes) -> list[Part]:
    found = child.ask({"kind": kind}, content)
    if "error" in found:
        raise ToolTrouble(f"The document could not be read: {found['error']}.")
    return _parts(found)


def _parts(found: dict[str, Any]) -> list[Part]:
    return [
        Part(label, text, number)
        for (label, text), number in zip(found["parts"], found["numbers"], strict=True)
    ]
