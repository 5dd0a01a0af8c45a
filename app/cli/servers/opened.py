"""Context manager that opens the tool servers for one command, without the store."""

from __future__ import annotations

from contextlib import AbstractContextManager

from agents.sandbox.find import find_sandbox
from app import paths
from app.cli.ending import closed_at_end
from app.services.connections.servers import Servers
from app.services.events import EventBus
from app.services.settings.secrets import Secrets


def opened() -> AbstractContextManager[Servers]:
    return closed_at_end(Servers(paths.home(), Secrets(), find_sandbox, EventBus()))
