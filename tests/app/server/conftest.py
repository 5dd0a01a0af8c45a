"""One server for each file, over the scripted engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.server.options import ServerOptions
from tests.support.servers.served import Served

ORIGIN = "https://notes.example"


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("served")
    options = ServerOptions(port=0, origins=(ORIGIN, "http://localhost:*"), names=("coterie.example",))
    served = Served(home, options)
    yield served
    served.close()


@pytest.fixture
def served(one_server: Served) -> Served:
    one_server.reset()
    return one_server
