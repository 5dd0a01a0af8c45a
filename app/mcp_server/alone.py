"""Calls where no process has the data open: over services of this one, opened for the first of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.mcp_server.calls import Call, Caller, Done
from app.mcp_server.door import CLOSED, SERVER, WINDOW, carried_out_elsewhere
from app.mcp_server.tools import RUN_TASK

if TYPE_CHECKING:
    from app.mcp_server.entrance import Entrance
    from app.services.services import Services

Opener = Callable[[Path], "Services"]


def open_without_states(home: Path) -> Services:
    from app.services.services import open_services

    return open_services(home, states=False)


class ElsewhereOrAlone:
    """Hands each call to a process that has the data open, and carries it out here while there is none; then others
    hand theirs to this one, so that a model is in memory once. Calls may come from several threads."""

    def __init__(self, home: Path, opener: Opener = open_without_states) -> None:
        self._home, self._opener = home, opener
        self._lock, self._in_use = threading.Lock(), 0
        self._services: Services | None = None
        self._entrance: Entrance | None = None

    def carry_out(self, call: Call, caller: Caller) -> Done:
        """Raises UserError `store.*` where the data cannot be opened."""
        while True:
            files = (WINDOW, SERVER) if self._services is None else (WINDOW,)
            done = carried_out_elsewhere(self._home, call, caller, files)
            if done is None:
                break
            self.close(unless_used=True)  # that process has the model in memory now
            # A question loses nothing by being asked again.
            if done != CLOSED or call.tool == RUN_TASK or caller.is_gone():
                return done
        with self._opened() as entrance:
            return entrance.work.carry_out(call, caller)

    def close(self, *, unless_used: bool = False) -> None:
        """Close what was opened here. What others are at work on here ends."""
        with self._lock:
            entrance = self._entrance
            if entrance is None or (unless_used and (self._in_use or entrance.is_busy)):
                return
            services, self._services, self._entrance = self._services, None, None
        if services is not None:
            services.close()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Entrance]:
        # Not at the start: where a window is open nothing of it is needed.
        from app.mcp_server.entrance import Entrance

        with self._lock:
            if self._entrance is None:
                services = self._services = self._opener(self._home)
                services.lifecycle.begin()
                self._entrance = Entrance(services, self._home, in_window=False).open()
            entrance = self._entrance
            self._in_use += 1
        try:
            yield entrance
        finally:
            with self._lock:
                self._in_use -= 1
