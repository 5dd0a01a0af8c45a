"""A server with the requested model, and what was learned of both."""

from __future__ import annotations

import threading
import time

from engine.api import ModelFacts
from engine.remote.access import RemoteAccess
from engine.remote.discovery import Found, discover
from engine.remote.http import Http
from engine.remote.kinds import Kind
from engine.remote.measuring import TokenCounting
from engine.remote.names import RemoteName
from engine.remote.reasoning import CONTROL
from engine.values import Sampling


class Server:
    """Does not change but for `refused` and `sees`: whether pictures may be sent, until the server has refused one.
    Thread-safe."""

    def __init__(self, http: Http, name: RemoteName, found: Found, context: int, load_s: float) -> None:
        self.http, self.name = http, name
        self.kind: Kind = found.kind
        self.context, self.trained = context, max(found.trained, context)
        self.load_s = load_s
        self.sees = found.sees is not False
        self.measuring = TokenCounting(http, name, found.kind)
        self._lock = threading.Lock()
        self._refused: frozenset[str] = frozenset()

    @property
    def refused(self) -> frozenset[str]:
        """Request fields that it rejects."""
        return self._refused

    def refuse(self, fields: frozenset[str]) -> bool:
        """Leave these fields out from now on; False if none is new."""
        with self._lock:
            if fields <= self._refused:
                return False
            self._refused |= fields
            return True

    @property
    def facts(self) -> ModelFacts:
        return ModelFacts(
            path=self.name.text,
            name=self.name.model,
            architecture="",
            quantisation="",
            context=self.context,
            trained_context=self.trained,
            reasoning=CONTROL,
            sampling=Sampling(),
            load_s=self.load_s,
            remote=True,
            sees=self.sees,
        )


def open_server(http: Http, name: RemoteName, access: RemoteAccess, context: int = 0) -> Server:
    """Find the server and its model. `context` is the requested length; then comes the user's setting for the
    server, then the server's own length, which is never exceeded.

    Raises UserError `remote.*`, CutError.
    """
    started = time.monotonic()
    found = discover(http, name)
    wanted = context or access.context
    if wanted and found.told:
        wanted = min(wanted, found.context)
    return Server(http, name, found, wanted or found.context, time.monotonic() - started)
