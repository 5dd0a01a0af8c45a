"""Calls where no window and no server is open: over services of this process, opened for the first of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.mcp_server.calls import Call, Caller, Done
from app.mcp_server.door import carried_out_elsewhere

if TYPE_CHECKING:
    from app.mcp_server.tool_work import ToolWork
    from app.services.services import Services

Opener = Callable[[Path], "Services"]


def open_without_states(home: Path) -> Services:
    from app.services.services import open_services

    return open_services(home, states=False)


class ElsewhereOrAlone:
    """Hands each call to a process that has the data open, and carries it out here while there is none. Calls may
    come from several threads."""

    def __init__(self, home: Path, opener: Opener = open_without_states) -> None:
        self._home, self._opener = home, opener
        self._lock, self._in_use = threading.Lock(), 0
        self._services: Services | None = None
        self._work: ToolWork | None = None

    def carry_out(self, call: Call, caller: Caller) -> Done:
        """Raises UserError `store.*` where the data cannot be opened."""
        done = carried_out_elsewhere(self._home, call, caller)
        if done is not None:
            self._close_unused()  # that process has the model in memory now
            return done
        with self._opened() as work:
            return work.carry_out(call, caller)

    def close(self) -> None:
        """The calls have ended."""
        with self._lock:
            services, work = self._services, self._work
            self._services = self._work = None
        if work is not None:
            work.close()
        if services is not None:
            services.close()

    def _close_unused(self) -> None:
        with self._lock:
            unused = self._in_use == 0
        if unused:
            self.close()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[ToolWork]:
        # Not at the start: where a window is open nothing of it is needed.
        from app.mcp_server.tool_work import ToolWork

        with self._lock:
            if self._work is None:
                services = self._services = self._opener(self._home)
                services.lifecycle.begin()
                self._work = ToolWork(services, in_window=False)
            work = self._work
            self._in_use += 1
        try:
            yield work
        finally:
            with self._lock:
                self._in_use -= 1
