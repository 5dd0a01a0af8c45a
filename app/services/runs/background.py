"""The commands that a run has started in the background, folded from its journal. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agents.events import Background, Entry
from app.services.runs.values import InBackground

_MOST_LINES = 4
_MOST_LETTERS = 2000


def background_of(entries: Iterable[Entry], *, under_way: bool) -> tuple[InBackground, ...]:
    """In the order of their start. Where the run is not `under_way`, none of them is."""
    found: dict[str, InBackground] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Background):
            known = found.get(event.id) or InBackground(event.id, event.command)
            found[event.id] = _after(known, event)
    if under_way:
        return tuple(found.values())
    return tuple(
        msgspec.structs.replace(one, runs=False, ports=(), reason="interrupted") if one.runs else one
        for one in found.values()
    )


def _after(known: InBackground, event: Background) -> InBackground:
    if event.state == "output":
        lines = (known.lines + event.text)[-_MOST_LETTERS:].splitlines(keepends=True)
        return msgspec.structs.replace(known, lines="".join(lines[-_MOST_LINES:]), ports=event.ports)
    if event.state == "ended":
        return msgspec.structs.replace(known, runs=False, ports=(), code=event.code, reason=event.reason)
    return known
