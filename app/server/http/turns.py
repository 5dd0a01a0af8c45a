"""Turns of the keys: how many answers one gets at once, and how many may wait. On the loop alone,
except for the counts."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from app.server.refusal import Refusal

AT_ONCE = 8
WAITING = 32
ALL_WAITING = 64
_RETRY_S = 2


class Turns:
    """Counts answers by the name of their key."""

    def __init__(
        self, at_once: int = AT_ONCE, waiting: int = WAITING, all_waiting: int = ALL_WAITING
    ) -> None:
        self._at_once, self._waiting, self._all_waiting = at_once, waiting, all_waiting
        self._open: Counter[str] = Counter()
        self._places: dict[str, asyncio.Semaphore] = {}

    @property
    def running(self) -> int:
        return sum(min(count, self._at_once) for count in tuple(self._open.values()))

    @property
    def waiting(self) -> int:
        return sum(max(0, count - self._at_once) for count in tuple(self._open.values()))

    def check(self, key: str) -> None:
        """Raises Refusal 429 where a key has too many answers waiting, 503 where all keys together do."""
        if self._open[key] >= self._at_once + self._waiting:
            raise Refusal(429, "too_many_requests", "This key has too many requests.", retry_after=_RETRY_S)
        if self._open[key] >= self._at_once and self.waiting >= self._all_waiting:
            raise Refusal(503, "queue_full", "Too many requests wait already.", retry_after=_RETRY_S)

    @contextlib.asynccontextmanager
    async def place(self, key: str, left: asyncio.Event | None = None) -> AsyncIterator[bool]:
        """Wait for one of the key's places and hold it; False where `left` was set before there was one. Raises as
        `check`."""
        self.check(key)
        self._open[key] += 1
        places = self._places.setdefault(key, asyncio.Semaphore(self._at_once))
        try:
            if not await _taken(places, left or asyncio.Event()):
                yield False
                return
            try:
                yield True
            finally:
                places.release()
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
                self._places.pop(key, None)


async def _taken(places: asyncio.Semaphore, left: asyncio.Event) -> bool:
    """Take a place; False once `left` is set before there is one."""
    taking, leaving = asyncio.ensure_future(places.acquire()), asyncio.ensure_future(left.wait())
    try:
        await asyncio.wait((taking, leaving), return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        if taking.done() and not taking.cancelled():
            places.release()
        raise
    finally:
        taking.cancel()
        leaving.cancel()
    return taking.done() and not taking.cancelled()
