"""The calls of one reply, told as they are written and once they are whole."""

from __future__ import annotations

import json
from typing import Any

from engine.formats.parse.call_marks import ReadCall
from engine.formats.parse.written import OpenText, Written
from engine.formats.render.call_ids import call_id
from engine.formats.values import ParsedDelta, ToolArgumentsDelta, ToolCall, ToolCallFinished, ToolCallStarted


class ToldCalls:
    """Adds deltas to the `out` of its caller. `seed` makes the ids of calls that have none, or that of another."""

    def __init__(self, seed: str) -> None:
        self.whole: list[ToolCall] = []
        self._seed = seed
        self._ids: set[str] = set()
        self._marked: list[tuple[str, dict[str, Any] | str]] = []
        self._begun = ""  # the id of a call that was told and is not whole
        self._arguments: list[str] = []  # what was told of its arguments
        self._open: OpenText | None = None  # its argument that goes on

    def write(self, written: Written, out: list[ParsedDelta]) -> None:
        """Tell what is certain of a call that is not whole."""
        if not self._begun:
            self._start(written.id, written.name, out)
        self._open = written.open
        told = "".join(self._arguments)
        self._arguments = [told]
        self._tell(written.text[len(told) :], out)

    def takes(self, piece: str, out: list[ParsedDelta]) -> bool:
        """Whether `piece` is no more than further text of an argument, so that the call need not be read again."""
        open = self._open
        if open is None:
            return False
        self._tell(open.take(piece), out)
        if open.over:
            self._open = None
        return not open.over

    def finish(self, calls: tuple[ReadCall, ...], out: list[ParsedDelta], *, marked: bool = True) -> None:
        """Tell whole calls, malformed or not, but for an echo of marked ones without marks."""
        for read in calls:
            said = (read.name, read.arguments)
            if marked:
                self._marked.append(said)
            if marked or said not in self._marked:
                self._finish(read, out)

    def _finish(self, read: ReadCall, out: list[ParsedDelta]) -> None:
        if read.written:
            self.write(read.written, out)
        elif not self._begun:
            self._start(read.id, read.name, out)
        if not isinstance(read.arguments, str):
            whole, told = json.dumps(read.arguments, ensure_ascii=False), "".join(self._arguments)
            self._tell(whole[len(told) :] if whole.startswith(told) else "", out)
        call = ToolCall(self._begun, read.name, read.arguments, read.coercions, read.repaired)
        out.append(ToolCallFinished(len(self.whole), call))
        self.whole.append(call)
        self._begun, self._open = "", None
        self._arguments.clear()

    def _start(self, id: str, name: str, out: list[ParsedDelta]) -> None:
        if not id or id in self._ids:
            id = call_id(self._seed, len(self.whole))
        self._ids.add(id)
        self._begun = id
        out.append(ToolCallStarted(len(self.whole), id, name))

    def _tell(self, text: str, out: list[ParsedDelta]) -> None:
        if not text:
            return
        self._arguments.append(text)
        if out and isinstance(last := out[-1], ToolArgumentsDelta):
            text = last.text + text
            out.pop()
        out.append(ToolArgumentsDelta(len(self.whole), text))
