"""A small hub, and the access to it as a person's settings make it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.hub.access import HubAccess
from engine.hub.client import Hub
from tests.support.hub import Hub as FakeHub


@pytest.fixture
def open_hub() -> Iterator[Callable[..., Hub]]:
    """Opens the product's side of a fake hub; closed when the test ends."""
    opened: list[Hub] = []

    def open_it(fake: FakeHub | str, **access: object) -> Hub:
        address = fake if isinstance(fake, str) else fake.address
        opened.append(Hub(HubAccess(address, **access)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()
