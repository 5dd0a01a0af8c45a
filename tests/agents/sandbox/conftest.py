"""The sandboxes that this machine has, each for itself."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
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


class Echo(socketserver.StreamRequestHandler):
    """Gives back what it is sent, once all is there."""

    def handle(self) -> None:
        self.wfile.write(self.rfile.read())


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 2


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "proxy"
    with Server(str(path), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield path
        server.shutdown()
        thread.join()
