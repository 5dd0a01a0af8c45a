"""Leaves this folder out of the usual test run, whose engine has no Vulkan."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.other_process import OtherProcess, remote_servers

collect_ignore_glob = [] if os.environ.get("COTERIE_TEST_VULKAN") else ["test_*.py"]


@pytest.fixture(scope="module")
def child() -> Iterator[OtherProcess]:
    """A process of a file's own that loads models and the plugin."""
    with remote_servers() as child:
        yield child
