"""Real engines: one with the starter model for a module's tests, or a fresh one for each."""

from collections.abc import Iterator

import pytest

from engine.api import Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.support.engines.recorder import Recorder
from tests.support.models.starter import starter_model


class Running:
    """A loaded engine with its recorder."""

    def __init__(self, path: str = "") -> None:
        self.told = Recorder()
        self.engine = LocalEngine(self.told)
        self.load(path or str(starter_model()))

    def load(self, path: str, context: int = 1024) -> None:
        self.engine.load(LoadRequest(path, PlacementOptions(context)))
        self.facts = self.told.next(Loaded).model


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.engine.close()


@pytest.fixture
def told() -> Recorder:
    return Recorder()


@pytest.fixture
def engine(told: Recorder) -> Iterator[LocalEngine]:
    engine = LocalEngine(told)
    yield engine
    engine.close()
