"""Speaks to an editor until it leaves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import Any, cast

from acp.agent.connection import AgentSideConnection

from agents.events import Mode
from app import paths
from app.acp.agent import CoterieAgent
from app.acp.servers import EditorServers
from app.acp.stdio import Streams, taken_streams
from app.installation.first_starts import this_start
from app.log import PACKAGES
from app.services.services import Services

log = logging.getLogger(__name__)


def serve(services: Services, model: str, mode: Mode) -> None:
    """Answer on standard input and output until the input ends or SIGTERM comes. Runs that are under way then are for
    the services to pause. `model` "" is that of the settings."""
    services.lifecycle.supervise()
    with taken_streams() as (reading, writing), _packages_logged():
        servers = EditorServers(services, paths.home() / "servers")
        services.above.callback(servers.close)
        services.above.callback(services.runs.close)  # before it: what they call is still there
        asyncio.run(_served(CoterieAgent(services, servers, model, mode), reading, writing))


async def _served(agent: CoterieAgent, reading: int, writing: int) -> None:
    streams = Streams(reading, writing)
    connection = AgentSideConnection(cast(Any, agent), streams, listening=False, use_unstable_protocol=True)
    listening = asyncio.create_task(connection.listen())
    with contextlib.suppress(NotImplementedError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, listening.cancel)
    log.info("An editor is connected")
    await asyncio.to_thread(this_start().good)
    await asyncio.wait([listening])
    with contextlib.suppress(ConnectionError):
        await connection.close()
    log.info("The editor has left")


@contextlib.contextmanager
def _packages_logged() -> Any:
    """What the protocol's package logs goes into our log instead of to standard error."""
    handler = _Forwarding()
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


class _Forwarding(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] not in PACKAGES:
            for handler in logging.getLogger(PACKAGES[0]).handlers:
                handler.handle(record)
