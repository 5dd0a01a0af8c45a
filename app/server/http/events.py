"""The way of an answer's events from the engine's thread to the loop, with what is not sent yet kept small."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import msgspec

from app.server.asks import AnswerEvent
from app.server.refusal import Refusal
from engine.api import (
    Delta,
    Event,
    Finished,
    Listener,
    PrefillProgress,
    TokenLogprobs,
    ToolCallDelta,
    ToolCalled,
)

_TOLD = (PrefillProgress, Delta, TokenLogprobs, ToolCallDelta, ToolCalled, Finished)
# Beyond so many events that wait for a client, neighbors are joined: it gets the same text in fewer frames.
_MOST = 256

Told = AnswerEvent | Refusal


class AnswerEvents:
    """Events of the choices of one answer; a Refusal among them is the last. Listeners may be called from any thread,
    everything else on the loop. `note` is told each event of the engine, also when nobody waits any more."""

    def __init__(self, choices: int, note: Callable[[AnswerEvent], None]) -> None:
        self._unfinished, self._note = choices, note
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Told] = []
        self._came = asyncio.Event()
        self.ended = asyncio.Event()  # the engine has ended all choices
        self.left = asyncio.Event()  # nobody waits for it any more

    @property
    def is_wanted(self) -> bool:
        return not self.left.is_set()

    def listener(self, choice: int) -> Listener:
        """The listener of a choice, whose number its events get as their id."""

        def listen(events: Sequence[Event]) -> None:
            told = [msgspec.structs.replace(event, id=choice) for event in events if isinstance(event, _TOLD)]
            if told:
                with contextlib.suppress(RuntimeError):  # the server has stopped meanwhile
                    self._loop.call_soon_threadsafe(self.put, told)

        return listen

    def put(self, told: Sequence[Told]) -> None:
        for event in told:
            if not isinstance(event, Refusal):
                self._note(event)
        self.leave_out(sum(isinstance(event, Finished) for event in told))
        self._waiting += told
        if len(self._waiting) > _MOST:
            self._waiting = joined(self._waiting)
        self._came.set()

    def break_off(self, refusal: Refusal) -> None:
        """End the answer with an error; the engine is not waited for, and neither is a client that reads slowly."""
        self.put([refusal])
        self.left.set()

    def leave_out(self, choices: int) -> None:
        """The ends of so many choices are awaited no more."""
        self._unfinished -= choices
        if self._unfinished <= 0:
            self.ended.set()

    async def next(self, seconds: float) -> list[Told]:
        """What has come; waits for it so long, then returns nothing."""
        try:
            async with asyncio.timeout(seconds):
                await self._came.wait()
        except TimeoutError:
            return []
        self._came.clear()
        taken, self._waiting = self._waiting, []
        return taken


def joined(events: Sequence[Told]) -> list[Told]:
    """The same events with texts that follow each other as one, and of progress the last alone."""
    result: list[Told] = []
    for event in events:
        both = _both(result[-1], event) if result else None
        if both is None:
            result.append(event)
        else:
            result[-1] = both
    return result


def _both(first: Told, second: Told) -> Told | None:
    """Two events as one, None where they don't go together."""
    if isinstance(first, Refusal) or isinstance(second, Refusal) or first.id != second.id:
        return None
    if isinstance(first, Delta) and isinstance(second, Delta) and first.channel == second.channel:
        return msgspec.structs.replace(first, text=first.text + second.text)
    if isinstance(first, ToolCallDelta) and isinstance(second, ToolCallDelta) and first.call == second.call:
        return msgspec.structs.replace(first, text=first.text + second.text)
    return second if isinstance(first, PrefillProgress) and isinstance(second, PrefillProgress) else None
