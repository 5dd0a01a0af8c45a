"""Hubs for tests. Each is stopped at the end of its test, with every thread of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.hub.repositories import HubRepo
from tests.support.hub.server import Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    """An empty hub; `hub.shelf.add` gives it repositories. Nothing is set in the environment."""
    with Hub() as started:
        yield started


@pytest.fixture
def start_hub() -> Iterator[Callable[..., Hub]]:
    """Starts hubs with the arguments of `Hub`, as many as a test needs."""
    started: list[Hub] = []

    def start(*repositories: HubRepo, **options: object) -> Hub:
        started.append(Hub(repositories, **options).start())  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.stop()
