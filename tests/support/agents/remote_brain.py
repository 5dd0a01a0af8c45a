"""A model behind a server that speaks OpenAI's chat API, as runs have it: the real engine for models elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.brain import Ask, Measured, OnText, Turn
from app.services.event_routes import EventRoutes, new_request_id
from app.services.turns import request_of, take_measure, take_turn
from engine.api import Event, GenerateRequest, Listener, LoadFailed, LoadRequest
from engine.errors import UserError
from engine.placement.plan import Wishes
from engine.remote.access import RemoteAccess
from engine.remote.engine import RemoteEngine


class _Source:
    """The engine, each request of which has its own listener."""

    def __init__(self, name: str, access: RemoteAccess | None, context: int) -> None:
        self.failed: list[LoadFailed] = []
        self._routes = EventRoutes()
        self.engine = RemoteEngine(self._told, lambda url: access or RemoteAccess())
        self.engine.load(LoadRequest(name, Wishes(context)))

    def generate(self, request: GenerateRequest, listener: Listener) -> None:
        self._routes.add(request.id, listener)
        self.engine.generate(request)

    def measure(self, request: GenerateRequest, texts: tuple[str, ...], listener: Listener) -> None:
        self._routes.add(request.id, listener)
        self.engine.measure(request, texts)

    def abort(self, request_id: int) -> None:
        self.engine.abort(request_id)

    def _told(self, events: list[Event]) -> None:
        self.failed += [event for event in events if isinstance(event, LoadFailed)]
        self._routes.deliver(events)


class RemoteBrain:
    """Keeps the `Brain` protocol for the model `name` ("openai:URL#NAME"). `close` it when it is done with."""

    remote = True

    def __init__(self, name: str, access: RemoteAccess | None = None, context: int = 0) -> None:
        self.name = name
        self._source = _Source(name, access, context)

    def ready(self) -> int:
        """Counts once, which waits for the server to be found."""
        try:
            take_measure(self._source, GenerateRequest(new_request_id(), ()), ())
        except UserError:
            if self._source.failed:
                raise UserError.from_info(self._source.failed[-1].error) from None
            raise
        facts = self._source.engine.model
        assert facts is not None
        return facts.context

    def measure(self, ask: Ask, texts: Sequence[str] = ()) -> Measured:
        return take_measure(self._source, request_of(ask, new_request_id()), texts)

    def turn(self, ask: Ask, on_text: OnText, cancelled: Callable[[], bool]) -> Turn:
        return take_turn(self._source, request_of(ask, new_request_id()), on_text, cancelled)

    def close(self) -> None:
        self._source.engine.close()
