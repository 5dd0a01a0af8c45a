"""A hub and the command that asks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.hub import Hub


@pytest.fixture
def command(hub: Hub, coterie_home: Path) -> Command:
    """`coterie` with an empty data folder and the hub of the test."""
    return Command(coterie_home, hub.address)


@pytest.fixture
def impatient(hub: Hub, coterie_home: Path) -> Command:
    """The same with time-outs of seconds."""
    return Command(coterie_home, hub.address, module="tests.support.impatient")
