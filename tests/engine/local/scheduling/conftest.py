"""A scheduler over the real starter model whose steps a test takes one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from engine.api import Finished, GenerateRequest, LoadRequest
from engine.local import native
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.loading import open_session
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.protocol import Reply
from engine.local.scheduling.scheduler import Scheduler
from engine.placement.plan import PlacementOptions
from tests.support.models.starter import starter_model


class AbortedInStep(Cancellation):
    """Aborts the answer `victim` as soon as the next step is under way."""

    victim: int | None = None

    def begin_step(self, ids: Collection[int], *, gives_way: bool) -> bool:
        begins = super().begin_step(ids, gives_way=gives_way)
        if begins and self.victim is not None:
            self.abort(self.victim)
            self.victim = None
        return begins


class Stepping:
    """`told` are the events but for the last of each answer, which are in `ended`."""

    def __init__(self, session: Session, cancellation: AbortedInStep, kept_bytes: int = 0) -> None:
        self.session, self.cancellation = session, cancellation
        self.told: list[Reply] = []
        self.ended: list[Finished] = []
        self.scheduler = Scheduler(
            session, PromptCache(None, "", kept_bytes, 0), cancellation, self.told.append, self.ended.append
        )

    def ask(self, *requests: GenerateRequest) -> None:
        for request in requests:
            self.cancellation.opened(request.id)
            generation = Generation(self.session, request, self.told.append, 0.0)
            generation.prepare()
            self.scheduler.submit(Prepared(request, generation, None))

    def step(self) -> None:
        self.scheduler.step()

    @property
    def running(self) -> list[int]:
        """The answers with a slot, in the order in which they got it."""
        return [each.generation.request.id for each in self.scheduler.admission.active]

    def finish(self) -> None:
        while not self.scheduler.is_idle:
            self.step()


def open_starter(flag: native.AbortFlag, context: int = 2048, threads: int = 0) -> Session:
    request = LoadRequest(str(starter_model()), PlacementOptions(context, streams=4, ubatch=64), threads)
    return open_session(request, flag, lambda _: True, None)


@pytest.fixture(scope="module")
def session() -> Iterator[tuple[Session, native.AbortFlag]]:
    native.start()
    flag = native.AbortFlag()
    opened = open_starter(flag)
    yield opened, flag
    opened.close()


@pytest.fixture
def stepping(session: tuple[Session, native.AbortFlag]) -> Iterator[Stepping]:
    opened, flag = session
    cancellation = AbortedInStep()
    cancellation.use(flag)
    stepping = Stepping(opened, cancellation)
    yield stepping
    stepping.scheduler.close(0.0)
    opened.forget()
