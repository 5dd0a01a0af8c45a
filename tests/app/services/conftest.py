"""Services over a fresh data folder, with the real engine and the starter model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.services import Services, open_services
from engine.values import Sampling
from tests.support.listening import Listening


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    services = open_services(coterie_home)
    services.settings.change(sampling=Sampling(temperature=0.0, seed=1), context=2048)
    yield services
    services.close()


@pytest.fixture
def told(services: Services) -> Listening:
    return Listening(services)
