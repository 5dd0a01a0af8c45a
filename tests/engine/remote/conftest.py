"""A remote engine over a scripted server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.api import GenerateRequest, Loaded, LoadRequest, ModelFacts
from engine.placement.plan import PlacementOptions
from engine.remote.access import RemoteAccess
from engine.remote.engine import RemoteEngine
from engine.values import Message
from tests.support.engines.recorder import Recorder
from tests.support.servers.openai_server import OpenAiServer

Connect = Callable[..., "Connected"]


class Connected:
    """An engine that has found its server, with its recorder."""

    def __init__(self, server: OpenAiServer, access: RemoteAccess | None = None, context: int = 0) -> None:
        self.server, self.told = server, Recorder()
        self.engine = RemoteEngine(self.told, lambda _: access or RemoteAccess())
        self.engine.load(LoadRequest(server.model, PlacementOptions(context)))

    def facts(self) -> ModelFacts:
        return self.told.next(Loaded).model


@pytest.fixture
def connect() -> Iterator[Connect]:
    """`connect(answer, ..., kind=...)`: what a server of its own answers."""
    servers: list[OpenAiServer] = []
    connected: list[Connected] = []

    def connect(
        *args: object, access: RemoteAccess | None = None, length: int = 0, **options: object
    ) -> Connected:
        server = OpenAiServer(*args, **options)  # type: ignore[arg-type]
        servers.append(server.__enter__())
        connected.append(Connected(server, access, length))
        return connected[-1]

    yield connect
    for one in connected:
        one.engine.close()
    for server in servers:
        server.__exit__(None, None, None)


def question(id: int = 1, text: str = "Hello", **options: object) -> GenerateRequest:
    return GenerateRequest(id, (Message("user", text),), **options)  # type: ignore[arg-type]
