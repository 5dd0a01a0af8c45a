"""Leaves this folder out of the usual test run, whose engine has no Vulkan."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.elsewhere import Elsewhere, elsewhere

collect_ignore_glob = [] if os.environ.get("COTERIE_TEST_VULKAN") else ["test_*.py"]


@pytest.fixture(scope="module")
def child() -> Iterator[Elsewhere]:
    """A process of a file's own that loads models and the plugin."""
    with elsewhere() as child:
        yield child
