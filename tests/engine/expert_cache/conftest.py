from collections.abc import Iterator

import pytest

from tests.support.elsewhere import Elsewhere, elsewhere


@pytest.fixture(scope="module")
def child() -> Iterator[Elsewhere]:
    """A process of a file's own that loads models and the plugin."""
    with elsewhere() as child:
        yield child
