"""Reads documents in child processes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kinds import Kind
from agents.tools.function_tool import ToolTrouble

MOST_BYTES = 64 * 1024**2
SECONDS = 60.0


class Part(msgspec.Struct, frozen=True):
    """A page, slide or sheet; `label` names it ("page 3"), "" for the whole of a document without such."""

    label: str
    text: str


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
        why = {
            "time": f"reading it took longer than {SECONDS:.0f} seconds",
            "cancelled": "reading was stopped",
            "broke": "reading it takes too much memory, or it is damaged",
        }[ended.why]
        raise ToolTrouble(f"The document could not be read: {why}.") from ended


def document_child(cancelled: Callable[[], bool], seconds: float = SECONDS) -> Child:
    return Child("agents.tools.documents.extracting:extract", seconds=seconds, cancelled=cancelled)


def _asked(child: Child, kind: Kind, content: bytes) -> list[Part]:
    found = child.ask({"kind": kind}, content)
    if "error" in found:
        raise ToolTrouble(f"The document could not be read: {found['error']}.")
    return [Part(label, text) for label, text in found["parts"]]
