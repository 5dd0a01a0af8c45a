from collections.abc import Iterator

import pytest

from tests.support.engines.rpc_worker import Worker, rpc_worker
from tests.support.other_process import OtherProcess, remote_servers


@pytest.fixture(scope="module")
def child() -> Iterator[OtherProcess]:
    """A process of a file's own that loads models and the plugin."""
    with remote_servers() as child:
        yield child


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """In a device's place."""
    with rpc_worker() as worker:
        yield worker
