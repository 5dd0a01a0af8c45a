"""A host of tool servers for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.mcp import stdio
from agents.mcp.host import Host
from agents.mcp.spec import ServerSpec, Values
from tests.support.agents.open_sandbox import OpenSandbox

BIN = Path(sys.executable).parent
FAULTY = Path(__file__).parent.parent.parent / "support" / "agents" / "servers" / "faulty_server.py"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def short_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that do not end by themselves are waited for only shortly."""
    monkeypatch.setattr(stdio, "END_S", 0.2)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(OpenSandbox, tmp_path / "homes", lambda spec: Values(dict(spec.env), dict(spec.headers)))
    yield host
    host.close()


Faulty = Callable[..., ServerSpec]


@pytest.fixture
def faulty() -> Faulty:
    """A server that misbehaves in the way that is named."""

    def spec(fault: str = "", *more: str, **fields: object) -> ServerSpec:
        command = (sys.executable, str(FAULTY), fault, *more)
        return ServerSpec(name="faulty", command=command, **fields)  # type: ignore[arg-type]

    return spec
