from collections.abc import Iterator

import pytest

from tests.support.other_process import OtherProcess, remote_servers


@pytest.fixture(scope="module")
def child() -> Iterator[OtherProcess]:
    """A process of a file's own that loads models and the plugin."""
    with remote_servers() as child:
        yield child
