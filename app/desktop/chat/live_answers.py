"""How far answers that are being written have come, so that a conversation can be left and opened again.

The store is up to half a second behind the stream. What is read from it for an answer under way is therefore replaced
by the service's text, as far as its events have come here: the next delta continues exactly that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy

import msgspec

from app.services.models.events import TextDelta
from app.store.records import Message
from engine.values import Timings, ToolCall, Usage


def reasoning_tokens(delta: TextDelta) -> int:
    """How many tokens of a delta are reasoning. Exact where it holds reasoning alone; where it holds the end of
    it and the beginning of the answer, by their lengths."""
    length = len(delta.reasoning) + len(delta.content)
    return round(delta.pieces * len(delta.reasoning) / length) if length else 0


# Reasoning and content of an answer after so many pieces, None when it has ended; see `OpenAnswers.text_after`.
TextAfter = Callable[[int, int], tuple[str, str] | None]


class _Live:
    """An answer so far: how many pieces of its text have come, its calls, and what its thought has taken."""

    def __init__(self, calls: tuple[ToolCall, ...] = ()) -> None:
        self.pieces = 0
        self.calls = calls
        self.run = 0
        self.tokens = 0
        self.thought_s = 0.0
        self.since: float | None = None

    def append(self, delta: TextDelta) -> None:
        self.pieces += delta.pieces
        self.tokens += reasoning_tokens(delta)
        if delta.reasoning and self.since is None:
            self.since = time.monotonic()
        if delta.content:
            self.end_thought()

    def end_thought(self) -> None:
        self.thought_s = self.seconds()
        self.since = None

    def seconds(self) -> float:
        return self.thought_s + (0.0 if self.since is None else time.monotonic() - self.since)


class LiveAnswers:
    """What has streamed since each answer was queued, by message id."""

    def __init__(self, text_after: TextAfter) -> None:
        self._text_after = text_after
        self._live: dict[int, _Live] = {}
        self._bases: dict[int, _Live] = {}

    def know(self, other: LiveAnswers) -> None:
        """Take over what another one was told so far."""
        self._live = {message: copy(live) for message, live in other._live.items()}
        self._bases = dict(other._bases)

    def continue_from(self, message: Message) -> None:
        """The answer will go on from the calls that it has."""
        self._bases[message.id] = _Live(message.tool_calls)

    def begin(self, message: int) -> None:
        self._live[message] = self._bases.pop(message, _Live())

    def append(self, delta: TextDelta) -> None:
        live = self._live.get(delta.owner.message)
        if live is not None:
            live.append(delta)

    def write_by_run(self, message: int, run: int) -> None:
        """A run writes this answer."""
        live = self._live.get(message)
        if live is not None:
            live.run = run

    def restart(self, message: int) -> None:
        """What was told so far is none of its text."""
        live = self._live.get(message)
        if live is not None:
            self._live[message] = _Live()
            self._live[message].run = live.run

    def add_call(self, message: int, call: ToolCall) -> None:
        live = self._live.get(message)
        if live is not None:
            live.end_thought()
            live.calls += (call,)

    def end(self, message: int) -> None:
        self._live.pop(message, None)

    def up_to_date(self, message: Message) -> Message:
        """The message with what is told so far, if it is being written: its usage and timings then tell what
        its thought has taken, and nothing else."""
        live = self._live.get(message.id)
        if message.state != "streaming" or live is None:
            return message
        text = self._text_after(message.id, live.pieces)
        reasoning, content = (message.reasoning, message.content) if text is None else text
        return msgspec.structs.replace(
            message,
            reasoning=reasoning,
            content=content,
            tool_calls=live.calls,
            usage=Usage(reasoning_tokens=live.tokens),
            timings=Timings(reasoning_s=live.seconds()),
            run=live.run or message.run,
        )
