"""Selects the local or the remote engine at load."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.api import Engine, EngineLost, Event, Listener, Loaded, LoadFailed, LoadProgress
from engine.remote.names import is_remote

MakeEngine = Callable[[Listener], Engine]
_OF_A_LOAD = LoadProgress | Loaded | LoadFailed | EngineLost


class Engines:
    """Both engines; `used` has the model in use. Load events of the other one are dropped."""

    def __init__(self, listener: Listener, make_local: MakeEngine, make_remote: MakeEngine) -> None:
        self._listener = listener
        self._receiving = threading.Lock()  # each has a reader thread
        self.local = make_local(lambda events: self._receive(self.local, events))
        self._remote = make_remote(lambda events: self._receive(self._remote, events))
        self.used = self.local

    def choose(self, path: str) -> None:
        """Use the engine that can load the model at `path`, and unload the other, which would hold memory
        unused.
        """
        wanted = self._remote if is_remote(path) else self.local
        if wanted is not self.used:
            self.used.unload()
            with self._receiving:
                self.used = wanted

    def close(self) -> None:
        self._remote.close()
        self.local.close()

    def _receive(self, engine: Engine, events: list[Event]) -> None:
        with self._receiving:
            if engine is not self.used:
                events = [event for event in events if not isinstance(event, _OF_A_LOAD)]
            if events:
                self._listener(events)
