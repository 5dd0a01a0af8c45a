"""Assembles tool calls from streamed pieces. Pure."""

from __future__ import annotations

import json

from engine.formats.render.call_ids import call_id
from engine.remote.chunks import CallPiece
from engine.text import clean_text, clean_value
from engine.values import ToolCall


class CallPieces:
    """Takes pieces in their order; gives each call out once, when the next begins or at the end.

    A piece belongs to the call of its index. Without one, and where a server gives every call the same index, a
    name together with a new id begins another call. `seed` makes the ids of calls that have none.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._index = -1
        self._id = self._name = ""
        self._arguments: list[str] = []
        self._untold: list[str] = []  # of these, what `written` did not give yet
        self._open = False
        self._done: list[ToolCall] = []
        self._ids: set[str] = set()

    def feed(self, piece: CallPiece) -> list[ToolCall]:
        """The calls completed so far."""
        out = self._close() if self._open and self._begins_another(piece) else []
        if not self._open:
            self._open, self._index = True, piece.index
        self._id = self._id or piece.id
        self._name = self._name or piece.name
        self._arguments.append(piece.arguments)
        self._untold.append(piece.arguments)
        return out

    def written(self) -> tuple[str, str, str] | None:
        """Id, name and the new text of the arguments of the call that is being written, once it has a name."""
        if not self._open or not self._name:
            return None
        text, self._untold = clean_text("".join(self._untold)), []
        return self._call_id(), clean_text(self._name), text

    @property
    def used(self) -> bool:
        """Whether any piece has come."""
        return self._open or bool(self._done)

    def finish(self) -> list[ToolCall]:
        return self._close() if self._open else []

    def _begins_another(self, piece: CallPiece) -> bool:
        if piece.index >= 0 and self._index >= 0 and piece.index != self._index:
            return True
        if not piece.name or not self._name:
            return False
        if piece.id and self._id:
            return piece.id != self._id
        return piece.index < 0

    def _close(self) -> list[ToolCall]:
        text = "".join(self._arguments)
        call = ToolCall(self._call_id(), clean_text(self._name), read_arguments(text))
        self._ids.add(self._id)
        self._done.append(call)
        self._open, self._index = False, -1
        self._id = self._name = ""
        self._arguments, self._untold = [], []
        return [call]

    def _call_id(self) -> str:
        known = not self._id or self._id in self._ids
        return call_id(self._seed, len(self._done)) if known else clean_text(self._id)


def read_arguments(text: str) -> dict[str, object] | str:
    """The arguments of a call; the text itself when it is no JSON object."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return clean_text(text)
    if isinstance(value, str):  # some servers write JSON into a JSON string
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return clean_text(text)
    return dict(clean_value(value)) if isinstance(value, dict) else clean_text(text)
