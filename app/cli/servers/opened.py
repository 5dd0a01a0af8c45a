"""Context manager that opens the tool servers for one command, without the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from agents.sandbox.find import find_sandbox
from app import paths
from app.cli.ending import signals_held
from app.services.connections.servers import Servers
from app.services.events import EventBus
from app.services.settings.secrets import Secrets


@contextlib.contextmanager
def opened() -> Iterator[Servers]:
    servers = Servers(paths.home(), Secrets(), find_sandbox, EventBus())
    try:
        yield servers
    finally:
        with signals_held():
            servers.close()
