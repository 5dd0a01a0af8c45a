"""The history of usage: counted as answers end, kept for each day, deleted when a person wants it."""

from __future__ import annotations

import contextlib
import datetime
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from app.services.events import EventBus
from app.services.models.events import ModelAnswered
from app.services.usage_tally import UsageTally, line_of
from app.services.worker import Worker
from app.store.records import FIRST_TEMPORARY, UsageDay, Use
from app.store.usage import UsageDays
from engine.errors import UserError
from engine.remote.names import is_remote


class UsageHistory:
    """Counts the answers of chats and runs, but for those of temporary chats. The local server counts its own.

    `name_of` gives what a model's path is called. May be used from any thread; `days` and `forget` wait for the disk.
    """

    def __init__(
        self,
        store: UsageDays,
        events: EventBus,
        name_of: Callable[[str], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._name_of = store, name_of
        self._tally: UsageTally[None] = UsageTally(clock)
        self._writing = threading.Lock()
        self._worker: Worker[bool] = Worker("usage", lambda _: self._write())
        self._worker.begin()
        events.subscribe(ModelAnswered, self._count)

    @property
    def today(self) -> str:
        return self._tally.today

    def days(self, count: int = 0) -> list[UsageDay]:
        """What was taken in the last so many days, 0 for all, by day. Raises UserError of the store."""
        self._write()
        return self._store.days(self.first_of(count) if count else "")

    def first_of(self, count: int) -> str:
        """The first of the last `count` days, today among them."""
        today = datetime.date.fromisoformat(self.today)
        return (today - datetime.timedelta(days=count - 1)).isoformat()

    def forget(self) -> list[UsageDay]:
        """Delete the history, what keys of the server have used included; returns it for `put_back`. Raises UserError
        of the store."""
        self._write()
        with self._writing:
            return self._store.forget()

    def put_back(self, lines: Sequence[UsageDay]) -> None:
        """Add what `forget` has deleted to what is there. Raises UserError of the store."""
        self._store.add(lines)

    def close(self) -> None:
        """Write what is left."""
        self._worker.close()
        self._write()

    def _count(self, event: ModelAnswered) -> None:
        """On the thread of the engine: nothing is waited for."""
        if _is_temporary(event.conversation):
            return
        use: Use = "run" if event.conversation.startswith("run-") else "chat"
        line = line_of(
            event.usage,
            event.timings,
            use=use,
            model=event.model,
            remote=is_remote(event.model),
            domains=event.domains,
        )
        self._tally.note(None, line)
        self._worker.put(True)

    def _write(self) -> None:
        with self._writing:
            noted = self._tally.take()
            lines = [
                msgspec.structs.replace(line, model=line.model if line.remote else self._name_of(line.model))
                for line in noted.get(None, ())
            ]
            if not lines:
                return
            try:
                self._store.add(lines)
            except UserError:  # it is written with the next answer
                self._tally.give_back(noted)


def _is_temporary(conversation: str) -> bool:
    with contextlib.suppress(ValueError):
        return int(conversation) >= FIRST_TEMPORARY
    return False
