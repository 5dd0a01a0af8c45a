"""The sandboxes that this machine has, each for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.api import Sandbox
from agents.sandbox.find import candidates

KINDS = {sandbox.name: sandbox for sandbox in reversed(candidates())}


@pytest.fixture(params=sorted(KINDS))
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each kind of sandbox that could work on this system."""
    return KINDS[request.param]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder
